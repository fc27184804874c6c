//! What can be done with a song, as buttons that say what they do to which: the same on the desk and on the page of a song.
//! All of them belong to the form [`ACTS`], and each says in which line the song was seen.

use maud::{Markup, html};

use crate::features::queue::model::{Entry, Line, Song};
use crate::kernel::ids::GuildId;
use crate::web::music::song::numbered;
use crate::web::ui::components::{ACTS, Button, Choice, Select, Weight};
use crate::web::ui::icons::Icon;

/// The page of a song.
pub(super) fn story(guild: GuildId, song: &Song) -> String {
    format!("/g/{guild}/songs/{}", song.public_id.digits())
}

/// Where something is done with a song, with the line in which it is seen.
pub(in crate::web) fn act(guild: GuildId, entry: &Entry, verb: &str) -> String {
    let from: String = url::form_urlencoded::byte_serialize(entry.place.line.name().as_bytes()).collect();
    format!("{}/{verb}?from={from}", story(guild, &entry.song))
}

/// One of the acts, as a link in a menu.
pub(super) fn chosen(guild: GuildId, entry: &Entry, verb: &str, label: &str) -> Markup {
    html! {
        button.link type="submit" form=(ACTS) formaction=(act(guild, entry, verb))
            aria-label={ (label) ": " (numbered(&entry.song)) } { (label) }
    }
}

/// A button for each line that a song can go into.
pub(super) fn lines(guild: GuildId, entry: &Entry, is_offered: fn(Line) -> bool) -> Markup {
    let here = entry.place.line;
    html! {
        @for line in Line::WAITING.into_iter().filter(|line| *line != here && is_offered(*line)) {
            button.link type="submit" form=(ACTS) formaction=(act(guild, entry, "move")) name="line" value=(line.name())
                aria-label={ "To " (line.name()) ": " (numbered(&entry.song)) } {
                span aria-hidden="true" { (line.emoji()) } " To " (line.name())
            }
        }
    }
}

/// The buttons of the song that plays, beside Next. `takes_back` is whether its play can be.
pub(super) fn of_what_plays(guild: GuildId, entry: &Entry, takes_back: bool) -> Markup {
    let (at, about) = (|verb: &str| act(guild, entry, verb), numbered(&entry.song));
    let button = |label, icon| Button { about: Some(&about), icon: Some(icon), ..Button::plain(label) };
    let (undo, number) = (format!("/g/{guild}/desk/undo"), entry.song.public_id.digits());
    html! {
        (Button { act: Some(&at("bookmark")), key: Some('b'), ..button("Bookmark", Icon::Bookmark) })
        (Button {
            act: Some(&at("dead-link")),
            key: Some('d'),
            weight: Weight::Danger,
            ..button("Dead link", Icon::DeadLink)
        })
        (Button { act: Some(&at("hold")), key: Some('h'), ..button("Hold", Icon::Left) })
        @if takes_back {
            (Button { act: Some(&undo), key: Some('p'), sends: Some(("playing", &number)), ..button("Put back", Icon::Undo) })
        }
    }
}

/// Everything that can be done with a song that does not play, on its own page: what the menu of its row on the desk has. A song
/// that was played or removed comes back by a line.
pub(in crate::web) fn of_song(guild: GuildId, entry: &Entry) -> Markup {
    let (at, about, here) = (|verb: &str| act(guild, entry, verb), numbered(&entry.song), entry.place.line);
    let button = |label, icon| Button { about: Some(&about), icon: Some(icon), ..Button::plain(label) };
    let lines = Line::WAITING.into_iter().filter(|line| *line != here);
    let lines: Vec<Choice<'_>> = lines.map(|line| Choice::new(line.name(), line.name())).collect();
    html! {
        div.actions {
            @if here.is_waiting() { (Button { act: Some(&at("play")), ..button("Play now", Icon::Play) }) }
            @if here.is_waiting() && here.is_served() { (Button { act: Some(&at("hold")), ..button("Hold", Icon::Left) }) }
            (Button { act: Some(&at("bookmark")), ..button("Bookmark", Icon::Bookmark) })
            @if here != Line::Removed {
                (Button { act: Some(&at("dead-link")), weight: Weight::Danger, ..button("Dead link", Icon::DeadLink) })
            }
        }
        (Select { chosen: lines.first().map(|first| first.value).unwrap_or_default(), ..Select::new("line", "Line", &lines) })
        (Button { act: Some(&at("move")), about: Some(&about), ..Button::plain("Move to this line") })
    }
}

/// The buttons of a song that plays, on its own page.
pub(in crate::web) fn of_song_that_plays(guild: GuildId, entry: &Entry, takes_back: bool) -> Markup {
    html! { div.actions { (of_what_plays(guild, entry, takes_back)) } }
}
