//! The tables of jobs and dead letters, and the only functions that touch them.

use super::model::{DeadLetter, Job, JobId, Run};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, Index, Read, Span, Table, Topic, Tx};

/// A job was added or changed.
pub const CHANGED: Topic = Topic::new("jobs.changed");

/// A job was done, put off or given up.
pub const SETTLED: Topic = Topic::new("jobs.settled");

/// A job was given up: something may be in its way that a person has to clear.
pub const GIVEN_UP: Topic = Topic::new("jobs.given_up");

/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&JOBS, &DEAD_LETTERS];

type JobKey = (GuildId, JobId);

static JOBS: Table<JobKey, Job> = Table::new("jobs.jobs", &[&BY_DUE]);
/// Jobs by the moment at which they are due, across all guilds: the one order that the runner needs.
static BY_DUE: Index<(Timestamp, GuildId, JobId), JobKey, Job> =
    Index::new("jobs.jobs_by_due", |(guild, id), job| Some((job.due, *guild, *id)));
static DEAD_LETTERS: Table<JobKey, DeadLetter> = Table::new("jobs.dead_letters", &[]);

/// Adds a job.
pub(super) fn add(tx: &Tx<'_>, guild: GuildId, job: &Job) -> Result<JobId> {
    let id = JobId::new(tx.next_id(GuildId::INSTANCE, "jobs.jobs")?);
    JOBS.insert(tx, &(guild, id), job)?;
    tx.publish(CHANGED, guild);
    Ok(id)
}

/// Whether a job is there, to be done or being done.
pub fn is_waiting(read: &dyn Read, guild: GuildId, id: JobId) -> Result<bool> {
    JOBS.contains(read, &(guild, id))
}

/// Takes away a job that is done.
pub(super) fn remove(tx: &Tx<'_>, guild: GuildId, id: JobId) -> Result<()> {
    tx.publish(SETTLED, guild);
    JOBS.remove(tx, &(guild, id)).map(drop)
}

/// Puts off a job that did not work, and counts the try.
pub(super) fn postpone(tx: &Tx<'_>, guild: GuildId, id: JobId, due: Timestamp) -> Result<()> {
    if let Some(job) = JOBS.get(tx, &(guild, id))? {
        JOBS.put(tx, &(guild, id), &Job { due, attempts: job.attempts.saturating_add(1), ..job })?;
        tx.publish(CHANGED, guild);
        tx.publish(SETTLED, guild);
    }
    Ok(())
}

/// Makes a job a dead letter.
pub(super) fn bury(tx: &Tx<'_>, guild: GuildId, id: JobId, reason: &str) -> Result<()> {
    if let Some(job) = JOBS.remove(tx, &(guild, id))? {
        DEAD_LETTERS.put(tx, &(guild, id), &DeadLetter { job, reason: reason.to_owned(), at: tx.now() })?;
        tx.publish(SETTLED, guild);
        tx.publish(GIVEN_UP, guild);
    }
    Ok(())
}

/// The jobs that are due by `now`, the longest due first, at most `limit`.
pub fn due_by(read: &dyn Read, now: Timestamp, limit: usize) -> Result<Vec<Run>> {
    let keys = BY_DUE.page(read, Span::all().through(now), Direction::Forward, limit)?;
    let mut due = Vec::with_capacity(keys.len());
    for (_, guild, id) in keys {
        if let Some(job) = JOBS.get(read, &(guild, id))? {
            due.push(Run { id, guild, job });
        }
    }
    Ok(due)
}

/// When the next job after `now` becomes due.
pub(super) fn next_due_after(read: &dyn Read, now: Timestamp) -> Result<Option<Timestamp>> {
    let first = BY_DUE.first(read, Span::all().after(now), Direction::Forward)?;
    Ok(first.map(|(due, ..)| due))
}

/// The jobs of a guild that were given up, the oldest first, at most `limit`.
pub fn dead_letters(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<DeadLetter>> {
    let rows = DEAD_LETTERS.page(read, guild, Direction::Forward, limit)?;
    Ok(rows.into_iter().map(|(_, letter)| letter).collect())
}
