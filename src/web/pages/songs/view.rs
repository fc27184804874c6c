//! What stands on the pages of songs.

use maud::{Markup, Render, html};

use crate::features::queue::model::{Line, Song};
use crate::features::queue::queries::{Row, Standing};
use crate::kernel::ids::GuildId;
use crate::store::Cursor;
use crate::web::filter::Filter;
use crate::web::music::song::called;
use crate::web::music::story::{Step, Story, What};
use crate::web::names::Names;
use crate::web::pages::desk::{hear, of_song, of_song_that_plays, wait};
use crate::web::ui::components::Row as TableRow;
use crate::web::ui::components::{
    ACTS, Button, Card, Cell, Choice, Empty, Event, Field, Form, Input, Paging, Seal, Select, Table, filters, history,
    moment, number,
};
use crate::web::whom::HINT;

/// What a song can be, for the filter.
const STATES: [Choice<'_>; 4] = [
    Choice::new("", "Any"),
    Choice::new("waiting", "Waits"),
    Choice::new("played", "Was played"),
    Choice::new("removed", "Was removed"),
];

/// A page of songs.
pub(super) struct List<'a> {
    pub(super) guild: GuildId,
    pub(super) filter: &'a Filter,
    pub(super) rows: &'a [Row],
    pub(super) next: Option<&'a Cursor>,
    pub(super) is_partial: bool,
}

/// The filters, the songs, the way on.
pub(super) fn list(list: &List<'_>) -> Markup {
    let home = format!("/g/{}/songs", list.guild);
    html! {
        (asked(list.guild, list.filter))
        @if list.rows.is_empty() && list.next.is_none() {
            (nothing(list.filter, &home))
        } @else {
            (table(list))
        }
        (Paging { is_partial: list.is_partial, ..list.filter.paging(&home, "after", list.next) })
    }
}

/// The form that asks for songs.
pub(super) fn asked(guild: GuildId, filter: &Filter) -> Markup {
    let mut lines = vec![Choice::new("", "Any")];
    lines.extend(Line::WAITING.iter().map(|line| Choice::new(line.name(), line.name())));
    let fields = html! {
        (Field { input: Input::Search, value: filter.value("text"), ..Field::new("text", "Number, title or name") })
        (Select { chosen: filter.value("line"), error: filter.error("line"), ..Select::new("line", "Line", &lines) })
        (Select { chosen: filter.value("state"), error: filter.error("state"), ..Select::new("state", "State", &STATES) })
        (Field {
            value: filter.value("member"),
            error: filter.error("member"),
            hint: Some(HINT),
            ..Field::new("member", "Member")
        })
    };
    filters(&format!("/g/{guild}/songs"), &fields)
}

fn nothing(filter: &Filter, home: &str) -> Markup {
    let is_filtered = !filter.is_empty();
    let empty = if is_filtered {
        Empty { title: "No song fits.", text: "Other filters may find more.", action: Some((home, "All songs")) }
    } else {
        Empty { title: "No songs yet.", text: "Members send them with /submit on Discord.", action: None }
    };
    empty.render()
}

fn table(list: &List<'_>) -> Markup {
    Table::new("Songs", Some("songs"), list.rows.iter().map(|row| table_row(list.guild, row))).render()
}

fn table_row(guild: GuildId, row: &Row) -> TableRow {
    let song = &row.entry.song;
    let number = song.public_id.digits();
    TableRow {
        cells: vec![
            Cell::words(
                "Song",
                html! { a href={ "/g/" (guild) "/songs/" (number) } { (called(&song.artist, &song.title)) } },
            ),
            Cell::words("Number", html! { (song.public_id) }),
            Cell::words("Where", place(row.entry.place.line, row.standing)),
            Cell::words("By", submitter(song)),
            Cell::words("Sent", moment(row.entry.place.submitted_at)),
        ],
        id: Some(number),
    }
}

fn place(line: Line, standing: Option<Standing>) -> Markup {
    let ahead = standing.and_then(|standing| standing.ahead);
    let time = standing.and_then(|standing| standing.wait);
    html! {
        (line.emoji()) " " (line.name())
        @if let Some(ahead) = ahead { ", place " (number(ahead.saturating_add(1))) }
        @if let Some(time) = time { ", " (wait(time)) }
    }
}

fn submitter(song: &Song) -> Markup {
    html! {
        (song.username)
        @if let Some(handle) = song.handle() { " · @" (handle) }
    }
}

/// By what whoever reviews does something with a song, and takes back what was done last.
#[derive(Clone, Copy)]
pub(super) struct Reviews<'a> {
    /// The seal of the acts.
    pub(super) acts: Seal<'a>,
    /// The seal of the removal with a reason, and of what is taken back.
    pub(super) remove: Seal<'a>,
}

/// What became of a song, with what whoever reviews can do with it.
pub(super) fn story(guild: GuildId, story: &Story, names: &Names, reviews: Option<Reviews<'_>>) -> Markup {
    let events: Vec<Event> = story.steps.iter().map(|step| event(guild, step, names)).collect();
    html! {
        (facts(guild, story))
        @if let Some(reviews) = reviews {
            (acts(guild, story, reviews.acts))
            @if story.entry.place.line != Line::Removed { (removal(guild, story, reviews.remove)) }
        }
        section aria-labelledby="story" {
            h2 #story { "What became of it" }
            (history(&events, reviews.map(|reviews| reviews.remove)))
        }
    }
}

fn facts(guild: GuildId, story: &Story) -> Markup {
    let (song, place_of) = (&story.entry.song, &story.entry.place);
    let mut facts = vec![
        ("Number", html! { (song.public_id) }),
        (
            "Where",
            html! {
                @if story.is_playing { "Plays now" } @else { (place(place_of.line, story.standing)) }
            },
        ),
        ("Listen", hear(guild, song)),
        (
            "Submitted by",
            html! {
                a href={ "/g/" (guild) "/songs?member=" (song.user) } { (song.username) }
                @if let Some(handle) = song.handle() { " · @" (handle) }
            },
        ),
        (
            "Their songs",
            html! { (number(story.record.before)) " before this, " (number(story.record.played)) " played" },
        ),
    ];
    facts.extend(story.gifted.map(|gifted| ("Gifted coins of this live", html! { (gifted) })));
    facts.extend(song.note.as_ref().map(|note| ("Note", html! { (note) })));
    Card { title: "The song", facts: &facts }.render()
}

/// The same acts as on the desk.
fn acts(guild: GuildId, story: &Story, seal: Seal<'_>) -> Markup {
    let takes_back = story.steps.iter().any(|step| matches!(step.what, What::Played(_)));
    let buttons = if story.is_playing {
        of_song_that_plays(guild, &story.entry, takes_back)
    } else {
        of_song(guild, &story.entry)
    };
    html! {
        section.card aria-labelledby="do" {
            h2 #do { "Do something with it" }
            (Form { id: Some(ACTS), is_quiet: true, ..Form::new("", seal) }.around(&buttons))
        }
    }
}

/// To take the song out, for a reason that stays in its story.
fn removal(guild: GuildId, story: &Story, seal: Seal<'_>) -> Markup {
    let from: String = url::form_urlencoded::byte_serialize(story.entry.place.line.name().as_bytes()).collect();
    let action = format!("/g/{guild}/songs/{}/remove?from={from}", story.entry.song.public_id.digits());
    let reason = Field {
        most: Some(300),
        hint: Some("It stays in the story of the song; nobody is told."),
        ..Field::new("reason", "Reason")
    };
    html! {
        details {
            summary { "Remove this song" }
            (Form::new(&action, seal).around(&html! { (reason) (Button::danger("Remove")) }))
        }
    }
}

fn event(guild: GuildId, step: &Step, names: &Names) -> Event {
    let undo = step.act.map(|act| format!("/g/{guild}/desk/changes/{act}/undo"));
    Event { at: step.at, who: names.who(step.by), what: what(&step.what), undo, note: None, more: None }
}

fn what(what: &What) -> Markup {
    html! {
        @match what {
            What::Submitted => { "sent it" }
            What::Played(from) => { "played it from " (from) }
            What::PutBack(to) => { "took the play back: " (to) }
            What::Moved(from, to, reason) => {
                (from) " → " (to)
                @if let Some(reason) = reason { ": “" (reason) "”" }
            }
            What::Lifted(from, to, coins) => { (coins) " gifted coins: " (from) " → " (to) }
            What::Bought(price, is_back) => {
                "bought a skip for " (price) " Luxury Coins"
                @if *is_back { ", which were given back" }
            }
            What::NotDead(to) => { "took the dead link back: " (to) }
            What::Dead(gifted, luxury) => {
                "removed it as a dead link"
                @if let Some(coins) = gifted { "; " (coins) " gifted coins came back" }
                @if let Some(coins) = luxury { "; " (coins) " Luxury Coins came back" }
            }
        }
    }
}

#[cfg(test)]
mod tests;
