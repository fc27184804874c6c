//! What happened in a server, as pages and the API tell it: each activity as one sentence, whose people, songs, channels and
//! roles are drawn by their names ([`Names`]).
//!
//! The debug channel has words of its own, with the labels that the team searches for there. Kinds that have no sentence
//! here are told by its line.

use maud::{Markup, html};

use super::api::settings::of_key;
use super::names::Names;
use super::ui::components::moment;
use crate::activity::{self, Activity, ActivityId, Subject};
use crate::discord::bot::Words;
use crate::features::coins::activity::{POSTED, Posted};
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::desk::activity::{DEAD_LINK_REMOVED, Refund};
use crate::features::engagement::activity::{GIFTS_LIFTED, Lifted};
use crate::features::handles::activity::{LINKED, Link, PROVEN, RENAMED, UNLINKED};
use crate::features::handles::model::{RenameTold, RenamedTo};
use crate::features::public::activity::CHANGED as PUBLIC_CHANGED;
use crate::features::public::settings::{GOAL, NAME, NAMES_SHOWN};
use crate::features::queue;
use crate::features::queue::activity::{MOVED, PLAYED, PUT_BACK};
use crate::features::queue::model::SongId;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::{Sentence, Slot};
use crate::presence::PRESENCE_CHANGED;
use crate::sentence;
use crate::settings::SETTING_CHANGED;
use crate::signin;
use crate::signin::activity::{Guessed, REFUSED, WRONG_PASSWORDS};
use crate::store::Read;

/// An activity in words.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Which.
    pub id: ActivityId,
    /// It, in one sentence.
    pub sentence: Sentence,
    /// What was before and what is after, where the sentence does not say it.
    pub change: Option<[Sentence; 2]>,
}

/// The kinds that are told here and not by the debug channel.
static SILENT_THERE: [&str; 5] =
    [MOVED.name(), PLAYED.name(), PUBLIC_CHANGED.name(), PUT_BACK.name(), PRESENCE_CHANGED.name()];

/// All kinds that are told, by name.
pub fn kinds(words: Words) -> Vec<&'static str> {
    sorted((words.kinds)().into_iter().chain(SILENT_THERE.iter().copied()).collect())
}

/// Those that are told of a server, or of the instance.
pub fn kinds_of(words: Words, guild: GuildId) -> Vec<&'static str> {
    let mut kinds = kinds(words);
    if guild == GuildId::INSTANCE {
        kinds.extend(signin::activity::KINDS.iter().chain(activity::KINDS).map(|kind| kind.name()));
    }
    sorted(kinds)
}

fn sorted(mut kinds: Vec<&'static str>) -> Vec<&'static str> {
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// What a kind is called in a list: `Settings: changed` for `settings.changed`.
pub fn called(kind: &str) -> String {
    let words = kind.replace('_', " ").replacen('.', ": ", 1);
    let mut signs = words.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

impl Happened {
    /// Tells activities.
    pub fn all(
        read: &dyn Read,
        guild: GuildId,
        activities: &[(ActivityId, Activity)],
        words: Words,
    ) -> Result<Vec<Self>> {
        activities.iter().map(|(id, activity)| Self::of(read, guild, *id, activity, words)).collect()
    }

    fn of(read: &dyn Read, guild: GuildId, id: ActivityId, activity: &Activity, words: Words) -> Result<Self> {
        let song = match activity.subject {
            Some(Subject::Song(song)) => queue::queries::entry(read, guild, SongId::new(song))?,
            _ => None,
        };
        let song = song.map_or_else(|| Sentence::words("a song"), |entry| entry.song.public_id.to_sentence());
        Ok(match in_words(activity, &song) {
            Some(sentence) => Self { id, sentence, change: None },
            None => Self { id, sentence: as_the_team_reads_it(activity, &song, words), change: change_of(activity) },
        })
    }

    /// All that it says.
    pub fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        std::iter::once(&self.sentence).chain(self.change.iter().flatten())
    }

    /// It on a page.
    pub fn drawn(&self, names: &Names) -> Markup {
        html! {
            (names.drawn(&self.sentence))
            @if let Some([before, after]) = &self.change {
                p.hint { (names.drawn(before)) " → " (names.drawn(after)) }
            }
        }
    }
}

/// What happened, as a list.
pub fn list(happened: &[Happened], names: &Names) -> Markup {
    html! {
        ol.history {
            @for one in happened { li { (moment(one.id.moment())) " " span.what { (one.drawn(names)) } } }
        }
    }
}

/// Whoever did something, as the beginning of a sentence.
pub fn who(actor: Actor) -> Sentence {
    match actor {
        Actor::Member(user) => user.to_sentence(),
        Actor::Operator => Sentence::words("The operator"),
        Actor::Live => Sentence::words("The live"),
        Actor::System => Sentence::words("Greenroom"),
    }
}

/// An activity of a kind that has words here.
fn in_words(activity: &Activity, song: &Sentence) -> Option<Sentence> {
    let by = who(activity.actor);
    let change = activity.before.clone().zip(activity.after.clone());
    if let Some(posted) = POSTED.details(activity) {
        return coins(activity, posted);
    }
    if let Some(sentence) = handles(activity, &by) {
        return Some(sentence);
    }
    if PUBLIC_CHANGED.details(activity).is_some() {
        return Some(sentence!("{by} changed what everybody may see.", by));
    }
    if PRESENCE_CHANGED.details(activity).is_some() {
        let after = activity.after.clone();
        let after = after.map(|after| sentence!(" to {after}", after));
        return Some(sentence!("{by} changed the presence of the bot{after}.", by, after));
    }
    if activity.kind == SETTING_CHANGED.name() {
        return setting(activity, &by);
    }
    if let Some(Guessed { network, tries }) = WRONG_PASSWORDS.details(activity) {
        return Some(sentence!("Wrong passwords came from {network}: {tries} within an hour.", network, tries));
    }
    if let Some(Guessed { network, tries }) = REFUSED.details(activity) {
        return Some(sentence!(
            "Somebody at {network} tried what is the operator's alone, and was refused: {tries} times within an hour.",
            network,
            tries
        ));
    }
    let (from, to) = change?;
    if PLAYED.details(activity).is_some() {
        return Some(sentence!("{by} played {song} from {from}.", by, song, from));
    }
    if PUT_BACK.details(activity).is_some() {
        return Some(sentence!("{by} took the play of {song} back, to {to}.", by, song, to));
    }
    if let Some(moved) = MOVED.details(activity) {
        let why = moved.reason.map_or_else(|| Sentence::words("."), |reason| sentence!(": {reason}", reason));
        return Some(sentence!("{by} moved {song} from {from} to {to}{why}", by, song, from, to, why));
    }
    if let Some(Lifted { user, coins, number, .. }) = GIFTS_LIFTED.details(activity) {
        return Some(sentence!(
            "{coins} gifted coins of {user} lifted {number} from {from} to {to}.",
            coins,
            user,
            number,
            from,
            to
        ));
    }
    let Refund { user, number, gifted, luxury, .. } = DEAD_LINK_REMOVED.details(activity)?;
    let gifted = gifted.map(|coins| sentence!(" {coins} gifted coins of {user} wait for another song.", coins, user));
    let luxury = luxury.map(|coins| sentence!(" {user} got {coins} Luxury Coins back.", coins, user));
    Some(sentence!(
        "{by} removed {number} from {from} as a dead link.{gifted}{luxury}",
        by,
        number,
        from,
        gifted,
        luxury
    ))
}

/// A balance that changed.
fn coins(activity: &Activity, posted: Posted) -> Option<Sentence> {
    let Posted { currency, kind, delta, reason, requested } = posted;
    let (currency, user) = (Currency::of_key(&currency)?, member(activity)?);
    let amount = Amount::ZERO.clamped_change(delta.saturating_abs());
    let by = who(activity.actor);
    let is_own = activity.actor == Actor::Member(user);
    let whom = if is_own { Sentence::words("themselves") } else { user.to_sentence() };
    let requested = requested.map(|amount| sentence!(" ({amount} were asked for)", amount));
    Some(match kind {
        EntryKind::AdminAdd => {
            sentence!("{by} gave {whom} {amount} {currency}: {reason}", by, whom, amount, currency, reason)
        }
        EntryKind::AdminRemove => sentence!(
            "{by} took {amount} {currency} from {whom}{requested}: {reason}",
            by,
            amount,
            currency,
            whom,
            requested,
            reason
        ),
        EntryKind::BuySkip => {
            sentence!("{user} paid {amount} {currency} for a skip: {reason}", user, amount, currency, reason)
        }
        _ => {
            let verb = if delta < 0 { "lost" } else { "got" };
            let what = kind.in_words();
            let by = match activity.actor {
                Actor::Member(_) | Actor::Operator if !is_own => Some(sentence!(" through {by}", by)),
                _ => None,
            };
            sentence!(
                "{user} {verb} {amount} {currency}{by} ({what}): {reason}",
                user,
                verb,
                amount,
                currency,
                by,
                what,
                reason
            )
        }
    })
}

/// A handle that was linked, proven, freed or renamed.
fn handles(activity: &Activity, by: &Sentence) -> Option<Sentence> {
    let from = |former: Option<UserId>| former.map(|former| sentence!(", which was linked to {former}", former));
    if let Some(RenameTold { user, before, what }) = RENAMED.details(activity) {
        return Some(match what {
            RenamedTo::Known(now) => sentence!("{before} of {user} is called {now} now.", before, user, now),
            RenamedTo::NotSeenYet(now) => sentence!(
                "{before} of {user} has another name now, and is shown as {now} until that is seen.",
                before,
                user,
                now
            ),
        });
    }
    let user = member(activity)?;
    if let Some(Link { handle, former, .. }) = PROVEN.details(activity) {
        let from = from(former);
        return Some(sentence!("{user} proved on the live that {handle} is theirs{from}.", user, handle, from));
    }
    if let Some(Link { handle, former, .. }) = LINKED.details(activity) {
        let from = from(former);
        return Some(sentence!("{by} linked {handle} to {user}{from}.", by, handle, user, from));
    }
    let Link { handle, .. } = UNLINKED.details(activity)?;
    Some(sentence!("{by} took {handle} from {user}.", by, handle, user))
}

/// A setting that was changed.
fn setting(activity: &Activity, by: &Sentence) -> Option<Sentence> {
    let Some(Subject::Setting(key)) = &activity.subject else { return None };
    if let Some(title) = of_the_public_page(key) {
        let value = |value: &Option<String>| Sentence::words(value.clone().unwrap_or_else(|| "nothing".to_owned()));
        let [before, after] = [&activity.before, &activity.after].map(value);
        return Some(sentence!("{by} changed {title} from {before} to {after}.", by, title, before, after));
    }
    let listed = of_key(key)?;
    let [before, after] =
        [&activity.before, &activity.after].map(|value| Sentence::read(&listed.setting.in_words(value.as_deref())));
    let title = listed.title;
    Some(sentence!("{by} changed {title} from {before} to {after}.", by, title, before, after))
}

/// What a setting is called that says what everybody may see. Owners change these on a page of their own, so no list has them.
fn of_the_public_page(key: &str) -> Option<&'static str> {
    let called = [
        (NAME.key(), "the name under which everybody sees the queue"),
        (NAMES_SHOWN.key(), "how everybody sees the names of members"),
        (GOAL.key(), "the goal of the overlay"),
    ];
    called.into_iter().find(|(known, _)| *known == key).map(|(_, title)| title)
}

/// An activity as the debug channel tells it; at least its kind, with what it is about.
fn as_the_team_reads_it(activity: &Activity, song: &Sentence, words: Words) -> Sentence {
    if let Some(line) = (words.line)(activity) {
        return Sentence::read(&line);
    }
    let (by, kind) = (who(activity.actor), called(&activity.kind));
    let about = match &activity.subject {
        None => None,
        Some(Subject::Member(user)) => Some(user.to_sentence()),
        Some(Subject::Song(_)) => Some(song.clone()),
        Some(Subject::Channel(channel)) => Some(channel.to_sentence()),
        Some(Subject::Setting(key)) => Some(key.to_sentence()),
        Some(Subject::Handle(handle)) => Some(handle.to_sentence()),
    };
    let about = about.map(|about| sentence!(", about {about}", about));
    sentence!("{kind}, by {by}{about}", kind, by, about)
}

fn change_of(activity: &Activity) -> Option<[Sentence; 2]> {
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| Sentence::words("nothing"), Sentence::read);
    (activity.before != activity.after).then(|| [value(&activity.before), value(&activity.after)])
}

/// The member that it is about.
fn member(activity: &Activity) -> Option<UserId> {
    match activity.subject {
        Some(Subject::Member(user)) => Some(user),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
