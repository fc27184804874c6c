//! What was given up, and what waits because Discord did not answer: looked at by the team, tried once more, or let go of.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::{DeadLetter, Job, JobId, Run};
use super::tables::{CHANGED, DEAD_LETTERS, JOBS, SETTLED, WAITS, run_of};
use crate::activity::debug_channel::{DELIVER, LEAVE};
use crate::activity::{self, ActivityId, ActivityKind, Noted};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::truncate;
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
    let reason = Sentence::typed(reason.trim_end_matches('.'));
    let sentence = sentence!(
        "`{kind}` could not be sent: {reason}; see **Not sent to Discord** on my web page, where it can be tried again",
        kind,
        reason
    );
    sentence.signed("📮")
}

/// What could not be sent, and what somebody did with it.
fn unsent(told: &Noted<'_, Unsent>, did: &'static str) -> Option<Sentence> {
    let (by, kind) = (told.by_person()?, &told.details.kind);
    Some(sentence!("{by} {did} what could not be sent: `{kind}`", by, did, kind).signed("📮"))
}

/// How long one that was told stands for the others of its kind.
const BURST: Duration = Duration::from_mins(10);
/// Activities that are looked through for it, at most.
const MOST_LOOKED_AT: usize = 1_000;
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

/// Tells the team of something that is given up. What the debug channel itself was not sent would only be told there.
pub(super) fn tell(tx: &Tx<'_>, guild: GuildId, job: &Job, reason: &str) -> Result<()> {
    if [DELIVER.name(), LEAVE.name()].contains(&job.kind.as_str()) {
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

/// Lets something that was given up be done at once, as if it had not been tried. It keeps its number, by which whatever
/// waits for it knows it.
pub fn try_again(tx: &Tx<'_>, guild: GuildId, id: JobId, by: Actor) -> Result<Job> {
    let DeadLetter { job, .. } = DEAD_LETTERS.remove(tx, &(guild, id))?.ok_or(UnsentRefusal::NotThere)?;
    let job = Job { due: tx.now(), attempts: 0, ..job };
    JOBS.insert(tx, &(guild, id), &job)?;
    TRIED_AGAIN.with(Unsent { kind: job.kind.clone() }).by(by).note(tx, guild)?;
    tx.publish(CHANGED, guild);
    tx.publish(SETTLED, guild);
    Ok(job)
}

/// Lets go of something that was given up.
pub fn dismiss(tx: &Tx<'_>, guild: GuildId, id: JobId, by: Actor) -> Result<Job> {
    let DeadLetter { job, .. } = DEAD_LETTERS.remove(tx, &(guild, id))?.ok_or(UnsentRefusal::NotThere)?;
    DISMISSED.with(Unsent { kind: job.kind.clone() }).by(by).note(tx, guild)?;
    tx.publish(SETTLED, guild);
    Ok(job)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::jobs::{self, Lane, tables};
    use crate::kernel::ids::ChannelId;

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
    fn what_the_debug_channel_was_not_sent_is_not_told_there_and_long_reasons_are_cut() {
        let store = TestStore::new();
        give_up(&store, &DELIVER, "no channel");
        assert!(told(&store).is_empty());
        let long: &str = Box::leak("why ".repeat(1_000).into_boxed_str());
        give_up(&store, &WORD, long);
        assert_eq!(told(&store)[0].1, truncate(long, LONGEST_REASON));
    }
}
