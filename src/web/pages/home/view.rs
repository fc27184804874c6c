//! What stands on the first page of a server.

use std::time::Duration;

use maud::{Markup, html};

use super::look::{Home, Step, ToDo};
use crate::discord::references::permissions;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::references::{BrokenReference, ReferenceFault, Target};
use crate::sentence;
use crate::tiktok::status::Status;
use crate::web::access::{Rank, Who};
use crate::web::api::live::Followed;
use crate::web::happened::{self, Happened};
use crate::web::music::song::called;
use crate::web::names::Names;
use crate::web::pages::live_state;
use crate::web::ui::components::{Tile, Tone, badge, moment, relative, since};

/// A backup is made each day; one that is older than this was left out.
const OLD: Duration = Duration::from_hours(26);

/// What does not work.
pub(super) struct OpenIssues {
    /// What is set and does not work on Discord.
    pub(super) problems: Vec<BrokenReference>,
    /// What the channels and roles in it are called.
    pub(super) names: Names,
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
pub(super) fn for_members(guild: GuildId, is_reviewer: bool, (is_open, has_shop): (bool, bool)) -> Markup {
    html! {
        section.card {
            p { "What you have here, your songs and your coins are on a page of your own." }
            @if !is_open { (closed()) }
            p.actions {
                a.button.main href={ "/me/" (guild) } { "To your page" }
                @if has_shop { a.button href={ "/me/" (guild) "/shop" } { "To the shop" } }
                @if is_reviewer { a.button href={ "/g/" (guild) "/desk" } { "To the desk" } }
            }
        }
    }
}

/// That no songs are taken.
pub(in crate::web::pages) fn closed() -> Markup {
    html! { p { (badge(Tone::Warn, "Closed")) " No songs are taken now." } }
}

/// What needs somebody.
pub(super) fn attention(home: &Home, wrong: &OpenIssues, rank: Rank) -> Markup {
    let guild = home.guild;
    let items = items(home, wrong, rank);
    html! {
        section.card aria-labelledby="attention" {
            h2 #attention { "Needs attention" }
            @if items.is_empty() {
                p { (badge(Tone::Good, "Nothing needs you at the moment.")) }
            } @else {
                ul { @for item in &items { li { (item) } } }
            }
            @if let Backup::Fresh(at) = wrong.backup { p.hint { "Last backup: " (relative(at)) } }
            @if rank.reaches(Who::Reviewer) { p { a.button href={ "/g/" (guild) "/desk" } { "To the desk" } } }
        }
    }
}

/// What needs somebody, with a way there for whoever may go it.
fn items(home: &Home, wrong: &OpenIssues, rank: Rank) -> Vec<Markup> {
    let (guild, is_admin) = (home.guild, rank.reaches(Who::Admin));
    let mut items = Vec::new();
    if home.pending > 0 {
        let page = if rank.reaches(Who::Reviewer) { "desk" } else { "songs?line=Pending+Skips" };
        let words = if home.pending == 1 { "song waits" } else { "songs wait" };
        items.push(html! {
            a href={ "/g/" (guild) "/" (page) } { (home.pending) " " (words) " for a reviewer" }
        });
    }
    if home.proofs > 0 {
        let page = if rank.reaches(Who::Moderator) { "reviews" } else { "tasks?view=review" };
        let words = if home.proofs == 1 { "proof of a task waits" } else { "proofs of tasks wait" };
        items.push(html! { a href={ "/g/" (guild) "/" (page) } { (home.proofs) " " (words) " for a review" } });
    }
    if home.forgotten > 0 {
        let words = if home.forgotten == 1 { "song has" } else { "songs have" };
        items.push(html! {
            a href={ "/g/" (guild) "/songs" } { (home.forgotten) " " (words) " waited for more than a week" }
        });
    }
    if home.orders > 0 && rank.reaches(Who::Moderator) {
        let words = if home.orders == 1 { "order waits" } else { "orders wait" };
        items
            .push(html! { a href={ "/g/" (guild) "/shop/orders" } { (home.orders) " " (words) " to be handed over" } });
    }
    if let (count, Some(last)) = home.given_up {
        items.push(html! {
            (badge(Tone::Warn, "Given up"))
            " " (count) " " (if count == 1 { "thing was" } else { "things were" })
            " not sent to Discord this week, the last " (relative(last)) "."
            @for (what, count, because) in &home.alike { " " (what) ", " (count) "×: " (because) }
            @if is_admin { " " a href={ "/g/" (guild) "/unsent" } { "See what, and try again" } }
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
        let key = problem.reference.declared.key();
        html! {
            (badge(tone, "Rights")) " " (wrong.names.drawn(&in_words(problem)))
            @if is_admin { " " a href={ "/g/" (guild) "/settings?q=" (key) } { "To the setting" } }
        }
    }));
    if let Backup::Old(last) = wrong.backup {
        items.push(html! {
            (badge(Tone::Bad, "Backup"))
            @match last {
                Some(at) => { " The last backup is old: " (moment(at)) "." }
                None => { " There is no backup yet." }
            }
            " " a href="/instance/backups" { "To the backups" }
        });
    }
    items
}

/// What is wrong with something that the server has set, what that means there, and what mends it.
pub(super) fn in_words(problem: &BrokenReference) -> Sentence {
    let declared = problem.reference.declared;
    let title = declared.title();
    // A page shows a command by itself.
    let remedy = declared.remedy().replace(['`', '*'], "");
    match (problem.trouble, problem.reference.target) {
        (ReferenceFault::Lacks(missing), Target::Channel(channel)) => {
            let (missing, effect) = (permissions(missing), Sentence::words(declared.needs.effects_without(missing)));
            sentence!("I lack {missing} in {channel}, which is **{title}**. {effect}", missing, channel, title, effect)
        }
        (ReferenceFault::Gone | ReferenceFault::Lacks(_), _) => {
            let effect = declared.needs.effect;
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
                    @let name = called(&entry.song.artist, &entry.song.title);
                    p data-says={ "Now playing: " (name) "." } {
                        a href={ "/g/" (home.guild) "/songs/" (entry.song.public_id.digits()) } { (name) }
                        " by " (entry.song.username)
                        @if let Some(at) = entry.place.played_at { " · " (since(at)) }
                    }
                }
                None => {
                    p { "Nothing plays." @if is_reviewer && home.waiting > 0 { " The desk plays the next song." } }
                }
            }
            @if !home.is_open { (closed()) }
        }
    }
}

/// How the live stands.
pub(super) fn live(guild: GuildId, followed: &Followed, status: Option<&Status>) -> Markup {
    html! {
        section.card aria-labelledby="live" {
            h2 #live { "Live" }
            (live_state::line(followed, status))
            p { a href={ "/g/" (guild) "/live" } { "All of it" } }
        }
    }
}

/// What there is to do in a new server, until all of it is done.
pub(super) fn set_up(home: &Home, rank: Rank) -> Markup {
    let done = home.steps.iter().filter(|step| step.is_done).count();
    if done == home.steps.len() {
        return html! {};
    }
    html! {
        section.card aria-labelledby="set-up" {
            h2 #set-up { "Getting started: " (done) " of " (home.steps.len()) " done" }
            p.hint { "Each is ticked off by doing it." }
            ul { @for step in &home.steps { li { (to_do(home.guild, *step, rank)) } } }
        }
    }
}

fn to_do(guild: GuildId, step: Step, rank: Rank) -> Markup {
    let (who, page, words) = match step.what {
        ToDo::ChooseChannel => {
            (Who::Admin, "/settings/music#f-submission_channel_id", "Choose the channel in which songs are sent")
        }
        ToDo::ChooseReviewers => (Who::Admin, "/settings/music#f-reviewer_role_id", "Choose who reviews"),
        ToDo::FollowLive => (Who::Viewer, "/live", "Follow a TikTok live"),
        ToDo::SendSong => (Who::ViewerOrReviewer, "/songs", "Send a song with /submit"),
        ToDo::PlaySong => (Who::Reviewer, "/desk", "Play a song"),
    };
    html! {
        @if step.is_done {
            (badge(Tone::Good, "Done")) " " (words)
        } @else {
            (badge(Tone::Quiet, "To do")) " "
            @if rank.reaches(who) { a href={ "/g/" (guild) (page) } { (words) } } @else { (words) }
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
                @if home.followed.session.is_some() {
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
