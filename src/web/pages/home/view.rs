//! What stands on the first page of a server.

use std::time::Duration;

use maud::{Markup, html};

use super::look::Home;
use crate::discord::references::permissions;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::live::following::{State, Stop};
use crate::references::{Problem, Target, Trouble};
use crate::sentence;
use crate::tiktok::status::Status;
use crate::web::answer::html as drawn;
use crate::web::happened::{self, Happened};
use crate::web::names::Names;
use crate::web::ui::components::{Tile, Tone, badge, moment, nearby, relative, since};

/// A backup is made each day; one that is older than this was left out.
const OLD: Duration = Duration::from_hours(26);

/// What does not work.
pub(super) struct Wrong {
    /// What is set and does not work on Discord.
    pub(super) problems: Vec<Problem>,
    /// Whether Discord does not tell the bot what people write.
    pub(super) lacks_intents: bool,
    /// The last backup.
    pub(super) backup: Backup,
}

/// The last backup, for whoever runs Greenroom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backup {
    /// It is nothing for whoever looks.
    NotTold,
    /// There is one that is not old.
    Fresh(Timestamp),
    /// There is none that is not old.
    Old(Option<Timestamp>),
}

impl Backup {
    /// The last one, at this moment.
    pub(super) fn of(last: Option<Timestamp>, now: Timestamp) -> Self {
        match last {
            Some(at) if now.since(at) <= OLD => Self::Fresh(at),
            _ => Self::Old(last),
        }
    }
}

/// For members who may not look at the pages of the server.
pub(super) fn for_members(guild: GuildId, is_reviewer: bool) -> Markup {
    html! {
        section.card {
            p { "What you have here, your songs and your coins are on a page of your own." }
            p.actions {
                a.button.main href="/me" { "To your page" }
                @if is_reviewer { a.button href={ "/g/" (guild) "/desk" } { "To the desk" } }
            }
        }
    }
}

/// What needs somebody.
pub(super) fn attention(home: &Home, wrong: &Wrong, is_reviewer: bool) -> Markup {
    let guild = home.guild;
    let items = items(home, wrong, is_reviewer);
    html! {
        section.card aria-labelledby="attention" {
            h2 #attention { "Needs attention" }
            @if items.is_empty() {
                p { (badge(Tone::Good, "Nothing needs you at the moment.")) }
            } @else {
                ul { @for item in &items { li { (item) } } }
            }
            @if let Backup::Fresh(at) = wrong.backup { p.hint { "Last backup: " (relative(at)) } }
            @if is_reviewer { p { a.button href={ "/g/" (guild) "/desk" } { "To the desk" } } }
        }
    }
}

fn items(home: &Home, wrong: &Wrong, is_reviewer: bool) -> Vec<Markup> {
    let guild = home.guild;
    let mut items = Vec::new();
    if home.pending > 0 {
        let page = if is_reviewer { "desk" } else { "songs?line=Pending+Skips" };
        let words = if home.pending == 1 { "song waits" } else { "songs wait" };
        items.push(html! {
            a href={ "/g/" (guild) "/" (page) } { (home.pending) " " (words) " for a reviewer" }
        });
    }
    if let (count, Some(last)) = home.given_up {
        items.push(html! {
            (badge(Tone::Warn, "Given up"))
            " " (count) " " (if count == 1 { "thing was" } else { "things were" })
            " not sent to Discord this week, the last " (relative(last)) "."
        });
    }
    if wrong.lacks_intents {
        items.push(html! {
            (badge(Tone::Bad, "Deaf"))
            " Discord does not tell the bot what people write. Switch Message Content on, where its token is made."
        });
    }
    items.extend(wrong.problems.iter().map(|problem| {
        let tone = if problem.is_total() { Tone::Bad } else { Tone::Warn };
        html! { (badge(tone, "Rights")) " " (drawn(&in_words(problem))) }
    }));
    if let Backup::Old(last) = wrong.backup {
        items.push(html! {
            (badge(Tone::Bad, "Backup"))
            @match last {
                Some(at) => { " The last backup is old: " (moment(at)) "." }
                None => { " There is no backup yet." }
            }
        });
    }
    items
}

/// What is wrong with something that the server has set, and what mends it.
fn in_words(problem: &Problem) -> Sentence {
    let declared = problem.reference.declared;
    let (title, effect) = (declared.title(), declared.needs.effect);
    // A page shows a command by itself.
    let remedy = declared.remedy().replace(['`', '*'], "");
    match (problem.trouble, problem.reference.target) {
        (Trouble::Lacks(missing), Target::Channel(channel)) => {
            let missing = permissions(missing);
            sentence!("I lack {missing} in {channel}, which is **{title}**. {effect}", missing, channel, title, effect)
        }
        (Trouble::Gone | Trouble::Lacks(_), _) => {
            sentence!("**{title}** is gone. {effect} Choose another by {remedy}.", title, effect, remedy)
        }
    }
}

/// What plays now.
pub(super) fn playing(home: &Home, is_reviewer: bool) -> Markup {
    html! {
        section.card aria-labelledby="playing" {
            h2 #playing { "Now playing" }
            @match &home.now {
                Some(entry) => {
                    p {
                        a href={ "/g/" (home.guild) "/songs/" (entry.song.public_id.digits()) } {
                            (entry.song.artist) " – " (entry.song.title)
                        }
                        " by " (entry.song.username)
                        @if let Some(at) = entry.place.played_at { " · " (since(at)) }
                    }
                }
                None => {
                    p { "Nothing plays." @if is_reviewer && home.waiting > 0 { " The desk plays the next song." } }
                }
            }
        }
    }
}

/// How the live is, in words.
pub(super) fn live(home: &Home, status: Option<&Status>) -> Markup {
    html! {
        section.card aria-labelledby="live" {
            h2 #live { "Live" }
            @match &home.follow {
                None => { p { "No live is followed. An administrator begins it with " code { "/tiktok connect" } "." } }
                Some(follow) => {
                    p {
                        strong { "@" (follow.streamer.as_str()) } " "
                        @match status {
                            Some(status) => { (state(status)) }
                            None => { (badge(Tone::Quiet, "Starting")) }
                        }
                    }
                    @if let Some(trouble) = status.and_then(|status| status.trouble.as_ref()) { p.hint { (trouble) } }
                }
            }
        }
    }
}

fn state(status: &Status) -> Markup {
    html! {
        @match status.state {
            State::Connecting => { (badge(Tone::Info, "Connecting")) }
            State::Live => {
                (badge(Tone::Good, "Connected")) " since " (moment(status.since))
                @if let Some(viewers) = status.viewers { " · " (viewers) " watching" }
            }
            State::WaitingForLive(next) => { (badge(Tone::Quiet, "Not live yet")) " The next look is " (nearby(next)) "." }
            State::Reconnecting(None) => { (badge(Tone::Warn, "Connection lost")) " Connecting again." }
            State::Reconnecting(Some(next)) => {
                (badge(Tone::Warn, "Connection lost")) " The next try is " (nearby(next)) "."
            }
            State::Stopped(Stop::LiveEnded) => { (badge(Tone::Quiet, "The live is over")) }
            State::Stopped(Stop::NotLive) => { (badge(Tone::Quiet, "Not live")) }
            State::Stopped(Stop::Refused) => { (badge(Tone::Bad, "Given up")) }
        }
    }
}

/// The last day.
pub(super) fn numbers(home: &Home) -> Markup {
    let (sent, played, waiting) = (home.sent.to_string(), home.played.to_string(), home.waiting.to_string());
    let songs = format!("/g/{}/songs", home.guild);
    let gifts = home.gifts.to_string();
    html! {
        section aria-labelledby="numbers" {
            h2 #numbers { "The last 24 hours" }
            div.tiles {
                (Tile { href: Some(&songs), ..Tile::new("Songs sent", &sent) })
                (Tile::new("Songs played", &played))
                (Tile { note: Some("now"), ..Tile::new("Songs that wait", &waiting) })
                @if home.session.is_some() {
                    (Tile { note: Some("TikTok's coins on this live"), ..Tile::new("Gifts", &gifts) })
                }
            }
        }
    }
}

/// What happened last, with the way to all of it.
pub(super) fn latest(guild: GuildId, happened: &[Happened], names: &Names) -> Markup {
    html! {
        section.card aria-labelledby="latest" {
            h2 #latest { "What happened last" }
            @if happened.is_empty() {
                p { "Nothing yet." }
            } @else {
                (happened::list(happened, names))
            }
            p { a href={ "/g/" (guild) "/audit" } { "All of it" } }
        }
    }
}

#[cfg(test)]
mod tests;
