//! What was given up, and what waits because Discord did not answer: looked at by the team, tried once more, or let go of.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::{DeadLetter, Job, JobId, Lane, Run};
use super::tables::{CHANGED, DEAD_LETTERS, JOBS, SETTLED, WAITS, run_of};
use crate::activity::debug_channel::{DELIVER, LEAVE};
use crate::activity::{self, ActivityId, ActivityKind, Noted};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::sentence::Sentence;
use crate::kernel::text::truncate;
use crate::references::told;
use crate::store::{Direction, Read, Span, Tx};
use crate::{refusals, sentence};

/// Something was given up. Of what is given up in a burst one of each kind is told (`C-101`).
pub static LOST: ActivityKind<Lost> =
    ActivityKind::new("unsent.given_up", |told| Some(lost(told))).called("Something could not be sent");
/// Something that was given up is tried once more.
pub static TRIED_AGAIN: ActivityKind<Unsent> =
    ActivityKind::new("unsent.tried_again", |told| unsent(told, "is trying once more"))
        .called("Something unsent is tried again");
/// Something that was given up is let go of.
pub static DISMISSED: ActivityKind<Unsent> =
    ActivityKind::new("unsent.dismissed", |told| unsent(told, "dismissed")).called("Something unsent was dismissed");

/// What it was. Nothing that it carried is kept by that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The kind of the job.
    pub kind: String,
}

/// What was given up, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The kind of the job.
    pub kind: String,
    /// The reason, as the dead letter has it; cut where it is long.
    pub reason: String,
}

/// What could not be sent. Others of its kind may follow it silently.
fn lost(told: &Noted<'_, Lost>) -> Sentence {
    let Lost { kind, reason } = &told.details;
    let (what, reason) = (told.purpose(kind), Sentence::typed(reason.trim_end_matches('.')));
    let sentence = sentence!(
        "**{what}** did not work: {reason}; see **Not sent to Discord** on my web page, where it can be tried again",
        what,
        reason
    );
    sentence.signed("📮")
}

/// What could not be sent, and what somebody did with it.
fn unsent(told: &Noted<'_, Unsent>, did: &'static str) -> Option<Sentence> {
    let (by, what) = (told.by_person()?, told.purpose(&told.details.kind));
    Some(sentence!("{by} {did} what could not be sent: **{what}**", by, did, what).signed("📮"))
}

/// How long one that was told stands for the others of its kind.
const BURST: Duration = Duration::from_mins(10);
/// Activities that are looked through for it, at most.
const MOST_LOOKED_AT: usize = 1_000;
/// Causes that are told of a channel by themselves (`references`): no access, no permission, no history.
const FORBIDDEN: [&str; 3] = ["code 50001", "code 50013", "code 160002"];
/// What is settled or looked at in one step.
pub const MOST_AT_ONCE: usize = 500;
/// How much of a reason is told.
const LONGEST_REASON: usize = 300;

refusals! {
    /// Why something that was given up stays as it is.
    pub enum UnsentRefusal {
        /// It was tried again or dismissed before.
        NotThere => "unsent.not_there" as NotThere,
            "That is not among what was given up any more: somebody tried it again or dismissed it.";
    }
}

/// Tells the team of something that is given up. What the debug channel itself was not sent would only be told there; of a
/// channel in which the bot may not do what it has to, the team was told what is missing, once.
pub(super) fn tell(tx: &Tx<'_>, guild: GuildId, job: &Job, reason: &str) -> Result<()> {
    if [DELIVER.name(), LEAVE.name()].contains(&job.kind.as_str()) {
        return Ok(());
    }
    if let Lane::Channel(channel) = job.lane
        && FORBIDDEN.contains(&cause_of(reason))
        && told::is_known(tx, guild, channel)?
    {
        return Ok(());
    }
    let recent = activity::since(tx, guild, ActivityId::at(tx.now().before(BURST)), MOST_LOOKED_AT)?;
    let is_same = |lost: Lost| lost.kind == job.kind;
    if recent.iter().any(|(_, activity)| LOST.details(activity).is_some_and(is_same)) {
        return Ok(());
    }
    LOST.with(Lost { kind: job.kind.clone(), reason: truncate(reason, LONGEST_REASON) }).note(tx, guild)
}

/// A page of what was given up in a guild, the latest job first.
pub fn given_up(
    read: &dyn Read,
    guild: GuildId,
    before: Option<JobId>,
    limit: usize,
) -> Result<Vec<(JobId, DeadLetter)>> {
    let all = Span::of(guild);
    let wanted = match before {
        Some(before) => all.before((guild, before)),
        None => all,
    };
    let rows = DEAD_LETTERS.page(read, wanted, Direction::Backward, limit)?;
    Ok(rows.into_iter().map(|((_, id), letter)| (id, letter)).collect())
}

/// The jobs of a guild that were not answered and wait, at most `limit`.
pub fn waiting(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<Run>> {
    let rows = WAITS.page(read, guild, Direction::Forward, limit)?;
    let found = rows.into_iter().map(|((_, id), _)| run_of(read, guild, id));
    Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// By what reasons are the same: the number that Discord gave, and where it gave none all of the reason.
pub fn cause_of(reason: &str) -> &str {
    let numbered = reason.find("code ").and_then(|at| reason.get(at..)).and_then(|code| code.split(')').next());
    numbered.unwrap_or(reason)
}

impl DeadLetter {
    /// Whether both are of one kind, were to go to the same place, and were given up for the same cause.
    pub fn is_like(&self, other: &Self) -> bool {
        let is_same_job = self.job.kind == other.job.kind && self.job.lane == other.job.lane;
        is_same_job && cause_of(&self.reason) == cause_of(&other.reason)
    }
}

/// What was given up and is like one of them, with it, at most [`MOST_AT_ONCE`].
pub fn alike(read: &dyn Read, guild: GuildId, id: JobId) -> Result<Vec<JobId>> {
    let one = DEAD_LETTERS.get(read, &(guild, id))?.ok_or(UnsentRefusal::NotThere)?;
    let mut found = vec![id];
    found.extend(chosen(read, guild, |other, letter| other != id && letter.is_like(&one))?);
    found.truncate(MOST_AT_ONCE);
    Ok(found)
}

/// Lets be done at once what was given up in a channel because the bot might not do it there, of these kinds. For when it may
/// again.
pub fn try_again_in(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, kinds: &[&str]) -> Result<()> {
    let is_one = |letter: &DeadLetter| {
        let Job { lane, kind, .. } = &letter.job;
        *lane == Lane::Channel(channel)
            && kinds.contains(&kind.as_str())
            && FORBIDDEN.contains(&cause_of(&letter.reason))
    };
    let found = chosen(tx, guild, |_, letter| is_one(letter))?;
    found.into_iter().try_for_each(|id| again(tx, guild, id).map(drop))
}

/// Some of what was given up, the latest first, of the latest [`MOST_LOOKED_AT`].
fn chosen(read: &dyn Read, guild: GuildId, choose: impl Fn(JobId, &DeadLetter) -> bool) -> Result<Vec<JobId>> {
    let all = given_up(read, guild, None, MOST_LOOKED_AT)?;
    let chosen = all.into_iter().filter(|(id, letter)| choose(*id, letter)).map(|(id, _)| id);
    Ok(chosen.take(MOST_AT_ONCE).collect())
}

/// Lets something that was given up be done at once, as if it had not been tried, and all that is [alike](alike) with it where
/// that is wanted. Each keeps its number, by which whatever waits for it knows it.
pub fn try_again(tx: &Tx<'_>, guild: GuildId, id: JobId, with_alike: bool, by: Actor) -> Result<Job> {
    settle(tx, guild, id, with_alike, |id| again(tx, guild, id)).and_then(|job| {
        TRIED_AGAIN.with(Unsent { kind: job.kind.clone() }).by(by).note(tx, guild)?;
        Ok(job)
    })
}

/// Lets go of something that was given up, and of all that is [alike](alike) with it where that is wanted.
pub fn dismiss(tx: &Tx<'_>, guild: GuildId, id: JobId, with_alike: bool, by: Actor) -> Result<Job> {
    settle(tx, guild, id, with_alike, |id| taken(tx, guild, id)).and_then(|job| {
        DISMISSED.with(Unsent { kind: job.kind.clone() }).by(by).note(tx, guild)?;
        Ok(job)
    })
}

/// Does it to one, and to what is like it where that is wanted. Answers what the one was.
fn settle(
    tx: &Tx<'_>,
    guild: GuildId,
    id: JobId,
    with_alike: bool,
    each: impl Fn(JobId) -> Result<Job>,
) -> Result<Job> {
    let all = if with_alike { alike(tx, guild, id)? } else { vec![id] };
    let job = each(id)?;
    all.into_iter().filter(|other| *other != id).try_for_each(|other| each(other).map(drop))?;
    Ok(job)
}

fn again(tx: &Tx<'_>, guild: GuildId, id: JobId) -> Result<Job> {
    let job = Job { due: tx.now(), attempts: 0, ..taken(tx, guild, id)? };
    JOBS.insert(tx, &(guild, id), &job)?;
    tx.publish(CHANGED, guild);
    Ok(job)
}

fn taken(tx: &Tx<'_>, guild: GuildId, id: JobId) -> Result<Job> {
    let DeadLetter { job, .. } = DEAD_LETTERS.remove(tx, &(guild, id))?.ok_or(UnsentRefusal::NotThere)?;
    tx.publish(SETTLED, guild);
    Ok(job)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::jobs::{self, tables};

    static WORD: jobs::JobKind<()> = jobs::JobKind::new("tests.word", "A trial");
    static PICTURE: jobs::JobKind<()> = jobs::JobKind::new("tests.picture", "A trial");

    /// A job of this kind is given up.
    fn give_up(store: &TestStore, kind: &'static jobs::JobKind<()>, reason: &'static str) {
        let run = move |tx: &Tx<'_>| {
            let id = kind.schedule_now(tx, GUILD, Lane::Channel(ChannelId::new(3)), &())?;
            tables::bury(tx, GUILD, id, reason)
        };
        store.write(run).unwrap();
    }

    /// What the team is told of, in order.
    fn told(store: &TestStore) -> Vec<(String, String)> {
        let all = store.read(|read| activity::since(read, GUILD, ActivityId::new(0), 100));
        let lost = all.iter().filter_map(|(_, activity)| LOST.details(activity));
        lost.map(|Lost { kind, reason }| (kind, reason)).collect()
    }

    fn texts<const N: usize>(all: [(&str, &str); N]) -> Vec<(String, String)> {
        all.map(|(kind, reason)| (kind.to_owned(), reason.to_owned())).into()
    }

    #[test]
    fn of_what_is_given_up_in_a_burst_one_of_each_kind_is_told() {
        let store = TestStore::new();
        for _ in 0..50 {
            give_up(&store, &WORD, "no permission");
            give_up(&store, &PICTURE, "no channel");
        }
        let both = [("tests.word", "no permission"), ("tests.picture", "no channel")];
        assert_eq!(told(&store), texts(both));
        store.advance(BURST + Duration::from_secs(1));
        give_up(&store, &WORD, "still none");
        assert_eq!(told(&store), texts([both[0], both[1], ("tests.word", "still none")]));
        assert_eq!(store.read(|read| given_up(read, GUILD, None, 200)).len(), 101, "all of them are listed");
    }

    #[test]
    fn what_is_alike_is_found_by_kind_place_and_cause_and_tried_again_when_the_right_is_back() {
        let store = TestStore::new();
        for reason in ["Missing (403, code 50013)", "Missing Permissions (403, code 50013)", "no (404, code 10003)"] {
            give_up(&store, &WORD, reason);
        }
        give_up(&store, &PICTURE, "Missing (403, code 50013)");
        let ids = |store: &TestStore| -> Vec<JobId> {
            store.read(|read| given_up(read, GUILD, None, 9)).into_iter().map(|(id, _)| id).collect()
        };
        let all = ids(&store);
        let [picture, gone, second, first] = all[..] else { panic!("{all:?}") };
        assert_eq!(store.read(|read| alike(read, GUILD, first)), [first, second]);
        let channel = ChannelId::new(3);
        store.write(move |tx| try_again_in(tx, GUILD, channel, &[WORD.name()])).unwrap();
        assert_eq!(ids(&store), [picture, gone]);
    }

    #[test]
    fn what_the_debug_channel_was_not_sent_is_not_told_there_and_long_reasons_are_cut() {
        let store = TestStore::new();
        give_up(&store, &DELIVER, "no channel");
        assert!(told(&store).is_empty());
        let long: &str = Box::leak("why ".repeat(1_000).into_boxed_str());
        give_up(&store, &WORD, long);
        assert_eq!(told(&store)[0].1, truncate(long, LONGEST_REASON));
    }
}
