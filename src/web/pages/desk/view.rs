//! The parts of the desk. Each is a pure function of what was looked up, so that it can be brought up to date by itself.

use std::time::Duration;

use maud::{Markup, html};

use super::acts::{act, chosen, lines, of_what_plays, story};
use crate::features::queue::model::{Entry, Line, Song, Source};
use crate::features::queue::queries::Row;
use crate::kernel::ids::GuildId;
use crate::web::address::address;
use crate::web::api::desk::NOTHING;
use crate::web::music::desk::{Desk, Gift, Lift, Now, OpenLine};
use crate::web::music::song::{called, numbered};
use crate::web::ui::components::{ACTS, Button, Paging, clock, number, since, takes_about};
use crate::web::ui::icons::{Icon, icon};

/// Songs that are told before the rest is a number.
const PENDING: usize = 6;

/// What plays, and the buttons.
pub(in crate::web) fn now(desk: &Desk) -> Markup {
    html! {
        section.now aria-labelledby="now" {
            h2 #now { "Now playing" }
            @match &desk.now {
                Some(now) => { (playing(desk.guild, now)) }
                None => { p.song { "Nothing plays." } }
            }
            (buttons(desk))
        }
    }
}

fn playing(guild: GuildId, now: &Now) -> Markup {
    let Entry { song, place, .. } = &now.entry;
    let name = called(&song.artist, &song.title);
    html! {
        p.song data-says={ "Now playing: " (name) ", by " (song.username) "." } { (name) }
        p.line-of {
            @if let Some(from) = now.from { (from.emoji()) " " (from.name()) " · " }
            a href=(story(guild, song)) { (song.public_id) }
            @if let Some(at) = place.played_at { " · " (since(at)) }
        }
        @if let Some(note) = &song.note { blockquote { (note) } }
        p.facts {
            span { (hear(guild, song)) }
            span { (by(song)) }
            span { (nth(now.record.before)) }
            @if let Some(gifted) = now.gifted { span { (gifted) " gifted" } }
        }
    }
}

/// What can be done with what plays. Next is there always, the others where something plays.
fn buttons(desk: &Desk) -> Markup {
    let guild = desk.guild;
    let number = desk.now.as_ref().map_or_else(|| NOTHING.to_owned(), |now| now.entry.song.public_id.digits());
    let (next, seen) = (format!("/g/{guild}/desk/next"), Some(("playing", number.as_str())));
    html! {
        div.acts {
            (Button { act: Some(&next), key: Some('n'), icon: Some(Icon::Next), sends: seen, ..Button::main("Next") })
            @if let Some(now) = &desk.now { (of_what_plays(guild, &now.entry, now.from.is_some())) }
        }
    }
}

/// What comes, with the numbers of all lines.
pub(in crate::web) fn coming(desk: &Desk) -> Markup {
    html! {
        section.coming aria-labelledby="coming" {
            h2 #coming { "Coming up" }
            p.lines {
                @for (line, count) in desk.counts.iter().filter(|(line, _)| line.is_served()) {
                    a href=(line_address(desk.guild, *line, None)) title=(line.name()) {
                        (line.emoji()) " " span.heard { (line.name()) " " } (number(*count))
                    }
                }
            }
            @if desk.coming.is_empty() {
                p { "The queue is empty. Members send songs with " code { "/submit" } "." }
            } @else {
                ol { @for (place, row) in (1_u64..).zip(&desk.coming) { (waiting(desk.guild, "", place, row)) } }
                (behind(desk))
            }
        }
    }
}

/// Where the songs are that come behind those that are shown.
fn behind(desk: &Desk) -> Markup {
    let served = desk.counts.iter().filter(|(line, _)| line.is_served());
    let all: u64 = served.clone().map(|(_, count)| count).sum();
    let more = all.saturating_sub(desk.coming.len() as u64);
    let last = desk.coming.last().map_or(0, |row| row.entry.place.line.rank());
    html! {
        @if more > 0 {
            p {
                "And " (number(more)) " more:"
                @for (line, count) in served.filter(|(line, count)| line.rank() >= last && *count > 0) {
                    " " a href=(line_address(desk.guild, *line, None)) { "all " (number(*count)) " of " (line.name()) }
                }
            }
        }
    }
}

/// The desk with a line open, behind a place in it; it is looked at from where the line is.
fn line_address(guild: GuildId, line: Line, after: Option<&str>) -> String {
    let desk = format!("/g/{guild}/desk");
    format!("{}#line", address(&desk, &[("line", Some(line.name())), ("after", after)]))
}

/// A line that somebody opened, song by song, with everything that can be done with each of them.
pub(super) fn open_line(open: &OpenLine) -> Markup {
    let OpenLine { guild, line, total, rows, .. } = open;
    let first = open.is_behind.then(|| line_address(*guild, *line, None));
    let next = open.next.as_ref().map(|next| line_address(*guild, *line, Some(&next.to_string())));
    let place = |row: &Row| row.standing.and_then(|standing| standing.ahead).map_or(0, |ahead| ahead.saturating_add(1));
    html! {
        section.line-open aria-labelledby="line" {
            h2 #line { (line.emoji()) " " (line.name()) " " (number(*total)) }
            @if rows.is_empty() {
                p { @if open.is_behind { "No song waits behind this place any more." } @else { "No song waits here." } }
            } @else if line.is_served() {
                ol { @for row in rows { (waiting(*guild, "line-", place(row), row)) } }
            } @else {
                ul { @for row in rows { (skip(*guild, "line-", &row.entry)) } }
            }
            (Paging { first, next, is_partial: false })
            p { a href={ "/g/" (guild) "/desk" } { "Close this line" } }
        }
    }
}

/// A song that waits to be played. `of` is what its id begins with: it may stand in two lists of the page.
fn waiting(guild: GuildId, of: &str, place: u64, row: &Row) -> Markup {
    let (entry, line) = (&row.entry, row.entry.place.line);
    let time = row.standing.and_then(|standing| standing.wait);
    html! {
        li id={ (of) "song-" (entry.song.public_id.digits()) } {
            span.which {
                span { (number(place)) " " span title=(line.name()) { (line.emoji()) span.heard { (line.name()) } } }
                span {
                    (named(guild, &entry.song))
                    span.by {
                        (by(&entry.song))
                        @if let Some(time) = time { " · " span { (wait(time)) } }
                        @if entry.song.source.is_file_gone() { " · " span { "file is gone" } }
                    }
                }
            }
            div.actions {
                @if let Some(better) = beside(line, false) { (step(guild, entry, better, Icon::Up)) }
                @if let Some(worse) = beside(line, true) { (step(guild, entry, worse, Icon::Down)) }
                (more(guild, entry))
            }
        }
    }
}

/// A song by its number and what it is called. A name of many lines is cut; whoever points at it sees the whole.
fn named(guild: GuildId, song: &Song) -> Markup {
    let name = numbered(song);
    html! { a href=(story(guild, song)) title=(name) { span.clamped { (name) } } " " }
}

/// The line that is served before or after one.
fn beside(line: Line, is_after: bool) -> Option<Line> {
    let rank = if is_after { line.rank().checked_add(1) } else { line.rank().checked_sub(1) };
    rank.and_then(Line::from_rank).filter(|line| line.is_served())
}

fn step(guild: GuildId, entry: &Entry, line: Line, picture: Icon) -> Markup {
    html! {
        button.button type="submit" form=(ACTS) formaction=(act(guild, entry, "move")) name="line" value=(line.name())
            aria-label={ "To " (line.name()) ": " (numbered(&entry.song)) } title={ "To " (line.name()) } { (icon(picture)) }
    }
}

/// Everything else that can be done with a song that waits.
fn more(guild: GuildId, entry: &Entry) -> Markup {
    let name = numbered(&entry.song);
    html! {
        details.menu {
            summary.button aria-label={ "More: " (name) } { (icon(Icon::More)) }
            div.sheet {
                p.sheet-title { (name) }
                (lines(guild, entry, Line::is_waiting))
                (chosen(guild, entry, "play", "Play now"))
                (chosen(guild, entry, "bookmark", "Bookmark"))
                (chosen(guild, entry, "remove", "Remove"))
                (chosen(guild, entry, "dead-link", "Dead link"))
                a href=(story(guild, &entry.song)) aria-label={ "Remove with a reason: " (name) } { "Remove with a reason" }
            }
        }
    }
}

/// Songs that wait for a reviewer: each is approved into a line, or removed.
pub(in crate::web) fn skips(desk: &Desk) -> Markup {
    let more = desk.pending.total.saturating_sub(PENDING as u64);
    html! {
        section.skips aria-labelledby="skips" {
            h2 #skips { "Pending skips " (number(desk.pending.total)) }
            @if desk.pending.songs.is_empty() {
                p { "No song waits for you." }
            } @else {
                ul { @for entry in desk.pending.songs.iter().take(PENDING) { (skip(desk.guild, "", entry)) } }
            }
            @if more > 0 {
                p { a href=(line_address(desk.guild, Line::PendingSkips, None)) { "And " (number(more)) " more" } }
            }
        }
    }
}

fn skip(guild: GuildId, of: &str, entry: &Entry) -> Markup {
    let name = numbered(&entry.song);
    html! {
        li id={ (of) "song-" (entry.song.public_id.digits()) } data-says={ (name) " by " (entry.song.username) " waits for you." } {
            span.which { span { (named(guild, &entry.song)) span.by { (by(&entry.song)) } } }
            details.menu {
                summary.button aria-label={ "Line: " (name) } { "Line" (icon(Icon::Down)) }
                div.sheet { p.sheet-title { (name) } (lines(guild, entry, Line::is_served)) }
            }
            button.button.danger type="submit" form=(ACTS) formaction=(act(guild, entry, "remove"))
                aria-label={ "Remove: " (name) } title="Remove" { (icon(Icon::Close)) }
        }
    }
}

/// The last gifts of the live.
pub(in crate::web) fn gifts(desk: &Desk) -> Markup {
    html! {
        section.gifts aria-labelledby="gifts" {
            h2 #gifts { "Gifts" }
            @if !desk.lifted.is_empty() { ul.lifted { @for lift in &desk.lifted { (lifted(desk.guild, lift)) } } }
            @match desk.gifts.as_deref() {
                None => { p { "No live goes on." } }
                Some([]) if desk.lifted.is_empty() => { p { "None yet on this live." } }
                Some(gifts) => { ul { @for gift in gifts { (given(gift)) } } }
            }
        }
    }
}

/// What gifts did to a song.
fn lifted(guild: GuildId, lift: &Lift) -> Markup {
    let Lift { at, by, gift, number, line } = lift;
    let cause = gift.as_ref().map_or_else(|| format!("Gifts of {by}"), |gift| format!("{gift} by {by}"));
    html! {
        li data-says={ (cause) " moved " (number) " to " (line) "." } {
            span {
                (clock(*at)) " " (cause) " moved "
                a href={ "/g/" (guild) "/songs/" (number.trim_start_matches('#')) } { (number) }
                " to " (line)
            }
        }
    }
}

fn given(gift: &Gift) -> Markup {
    html! {
        li {
            span {
                (clock(gift.at)) " "
                @if let Some(by) = &gift.by { "@" (by) " " }
                (gift.name)
            }
            span.number { (gift.coins) }
        }
    }
}

/// How a song can be heard. The link to a file is asked for when somebody follows it, because Discord's links end.
pub(in crate::web) fn hear(guild: GuildId, song: &Song) -> Markup {
    match &song.source {
        Source::Link { platform, url, .. } if is_address(url) => html! {
            a href=(url) target="_blank" rel="noopener noreferrer" { (icon(Icon::Play)) (platform) }
        },
        Source::Link { url, .. } => html! { (url) },
        Source::File { name, .. } if song.source.is_file_gone() => html! { (icon(Icon::Warn)) (name) " is gone" },
        Source::File { name, .. } => html! {
            a href={ (story(guild, song)) "/file" } target="_blank" rel="noopener noreferrer" {
                (icon(Icon::Play)) (name)
            }
        },
    }
}

/// Whether a browser would open it as a page and run nothing.
fn is_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn by(song: &Song) -> Markup {
    html! {
        (song.username)
        @if let Some(handle) = song.handle() { " · @" (handle) }
    }
}

fn nth(before: u64) -> String {
    let nth = before.saturating_add(1);
    let ending = match (nth % 10, nth % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{}{ending} song", number(nth))
}

/// About how long a song waits.
pub(in crate::web) fn wait(time: Duration) -> String {
    format!("~{}", takes_about(time))
}

#[cfg(test)]
mod tests;
