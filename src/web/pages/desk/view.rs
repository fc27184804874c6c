//! The parts of the desk. Each is a pure function of what was looked up, so that it can be brought up to date by itself.

use std::time::Duration;

use maud::{Markup, html};

use crate::features::queue::model::{Entry, Line, Song, Source};
use crate::features::queue::queries::Row;
use crate::kernel::ids::GuildId;
use crate::web::api::desk::NOTHING;
use crate::web::music::desk::{Desk, Gift, Lift, Now};
use crate::web::ui::components::{ACTS, Button, Weight, clock, since};
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
    html! {
        p.song data-says={ "Now playing: " (song.title) " – " (song.artist) ", by " (song.username) "." } {
            (song.title) " – " (song.artist)
        }
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
    let (next, undo) = (format!("/g/{guild}/desk/next"), format!("/g/{guild}/desk/undo"));
    let seen = Some(("playing", number.as_str()));
    html! {
        div.acts {
            (Button { act: Some(&next), key: Some('n'), icon: Some(Icon::Next), sends: seen, ..Button::main("Next") })
            @if let Some(now) = &desk.now {
                @let (at, about) = (|verb: &str| act(guild, &now.entry, verb), name(&now.entry.song));
                @let button = |label, icon| Button { about: Some(&about), icon: Some(icon), ..Button::plain(label) };
                (Button { act: Some(&at("bookmark")), key: Some('b'), ..button("Bookmark", Icon::Bookmark) })
                (Button {
                    act: Some(&at("dead-link")),
                    key: Some('d'),
                    weight: Weight::Danger,
                    ..button("Dead link", Icon::DeadLink)
                })
                (Button { act: Some(&at("hold")), key: Some('h'), ..button("Hold", Icon::Left) })
                @if now.from.is_some() {
                    (Button { act: Some(&undo), key: Some('p'), sends: seen, ..button("Put back", Icon::Undo) })
                }
            }
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
                    span title=(line.name()) { (line.emoji()) " " span.heard { (line.name()) } (count) }
                }
            }
            @if desk.coming.is_empty() {
                p { "The queue is empty. Members send songs with " code { "/submit" } "." }
            } @else {
                ol { @for (place, row) in (1_u64..).zip(&desk.coming) { (waiting(desk.guild, place, row)) } }
            }
        }
    }
}

fn waiting(guild: GuildId, place: u64, row: &Row) -> Markup {
    let (entry, line) = (&row.entry, row.entry.place.line);
    let time = row.standing.and_then(|standing| standing.wait);
    html! {
        li id={ "song-" (entry.song.public_id.digits()) } {
            span {
                (place) " " span title=(line.name()) { (line.emoji()) span.heard { (line.name()) } } " "
                (whose(guild, &entry.song))
                @if entry.song.source.is_file_gone() { " · file is gone" }
            }
            @if let Some(time) = time { span.hint { (wait(time)) } }
            div.actions {
                @if let Some(better) = beside(line, false) { (step(guild, entry, better, Icon::Up)) }
                @if let Some(worse) = beside(line, true) { (step(guild, entry, worse, Icon::Down)) }
                (more(guild, entry))
            }
        }
    }
}

/// A song by its number, what it is called, and who sent it.
fn whose(guild: GuildId, song: &Song) -> Markup {
    html! {
        a href=(story(guild, song)) { (name(song)) }
        " · " (by(song))
    }
}

/// A song by its number and what it is called, also for whoever hears one button alone.
fn name(song: &Song) -> String {
    format!("{} {} – {}", song.public_id, song.title, song.artist)
}

/// The line that is served before or after one.
fn beside(line: Line, is_after: bool) -> Option<Line> {
    let rank = if is_after { line.rank().checked_add(1) } else { line.rank().checked_sub(1) };
    rank.and_then(Line::from_rank).filter(|line| line.is_served())
}

fn step(guild: GuildId, entry: &Entry, line: Line, picture: Icon) -> Markup {
    html! {
        button.button type="submit" form=(ACTS) formaction=(act(guild, entry, "move")) name="line" value=(line.name())
            aria-label={ "To " (line.name()) ": " (name(&entry.song)) } title={ "To " (line.name()) } { (icon(picture)) }
    }
}

/// Everything else that can be done with a song that waits.
fn more(guild: GuildId, entry: &Entry) -> Markup {
    let name = name(&entry.song);
    let other = |verb: &str, label: &str| {
        html! {
            button.link type="submit" form=(ACTS) formaction=(act(guild, entry, verb)) aria-label={ (label) ": " (name) } {
                (label)
            }
        }
    };
    html! {
        details.menu {
            summary.button aria-label={ "More: " (name) } { (icon(Icon::More)) }
            div.sheet {
                p.sheet-title { (name) }
                (lines(guild, entry, Line::is_waiting))
                (other("play", "Play now"))
                (other("bookmark", "Bookmark"))
                (other("remove", "Remove"))
                (other("dead-link", "Dead link"))
                a href=(story(guild, &entry.song)) aria-label={ "Remove with a reason: " (name) } { "Remove with a reason" }
            }
        }
    }
}

/// A button for each line that a song can go into.
fn lines(guild: GuildId, entry: &Entry, is_offered: fn(Line) -> bool) -> Markup {
    let here = entry.place.line;
    html! {
        @for line in Line::WAITING.into_iter().filter(|line| *line != here && is_offered(*line)) {
            button.link type="submit" form=(ACTS) formaction=(act(guild, entry, "move")) name="line" value=(line.name())
                aria-label={ "To " (line.name()) ": " (name(&entry.song)) } {
                span aria-hidden="true" { (line.emoji()) } " To " (line.name())
            }
        }
    }
}

/// Songs that wait for a reviewer: each is approved into a line, or removed.
pub(in crate::web) fn skips(desk: &Desk) -> Markup {
    let more = desk.pending.total.saturating_sub(PENDING as u64);
    html! {
        section.skips aria-labelledby="skips" {
            h2 #skips { "Pending skips " (desk.pending.total) }
            @if desk.pending.songs.is_empty() {
                p { "No song waits for you." }
            } @else {
                ul { @for entry in desk.pending.songs.iter().take(PENDING) { (skip(desk.guild, entry)) } }
            }
            @if more > 0 {
                p { a href={ "/g/" (desk.guild) "/songs?line=Pending+Skips" } { "And " (more) " more" } }
            }
        }
    }
}

fn skip(guild: GuildId, entry: &Entry) -> Markup {
    let name = name(&entry.song);
    html! {
        li id={ "song-" (entry.song.public_id.digits()) } data-says={ (name) " by " (entry.song.username) " waits for you." } {
            span { (whose(guild, &entry.song)) }
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
        @if let Some(handle) = &song.tiktok_username { " · @" (handle) }
    }
}

fn nth(before: u64) -> String {
    let number = before.saturating_add(1);
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending} song")
}

/// About how long a song waits.
pub(in crate::web) fn wait(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60).max(1);
    if minutes < 60 { format!("~{minutes} min") } else { format!("~{} h {:02} min", minutes / 60, minutes % 60) }
}

/// The page of a song.
fn story(guild: GuildId, song: &Song) -> String {
    format!("/g/{guild}/songs/{}", song.public_id.digits())
}

/// Where something is done with a song, with the line in which it is seen.
fn act(guild: GuildId, entry: &Entry, verb: &str) -> String {
    let from: String = url::form_urlencoded::byte_serialize(entry.place.line.name().as_bytes()).collect();
    format!("{}/{verb}?from={from}", story(guild, &entry.song))
}

#[cfg(test)]
mod tests;
