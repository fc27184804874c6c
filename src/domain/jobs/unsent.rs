//! What was given up, and what waits because Discord did not answer: looked at by the team, tried once more, or let go of.

use serde::{Deserialize, Serialize};

use super::model::{DeadLetter, Job, JobId, Run};
use super::tables::{CHANGED, DEAD_LETTERS, JOBS, SETTLED, WAITS, run_of};
use crate::activity::Kind;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::refusals;
use crate::store::{Direction, Read, Span, Tx};

/// Something that was given up is tried once more.
pub static TRIED_AGAIN: Kind<Unsent> = Kind::new("unsent.tried_again");
/// Something that was given up is let go of.
pub static DISMISSED: Kind<Unsent> = Kind::new("unsent.dismissed");

/// What it was. Nothing that it carried is kept by that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The kind of the job.
    pub kind: String,
}

refusals! {
    /// Why something that was given up stays as it is.
    pub enum UnsentRefusal {
        /// It was tried again or dismissed before.
        NotThere => "unsent.not_there" as NotThere,
            "That is not among what was given up any more: somebody tried it again or dismissed it.";
    }
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
