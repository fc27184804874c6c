//! The tables of jobs and dead letters, and the only functions that touch them.

use std::collections::HashMap;

use super::model::{DeadLetter, Job, JobId, Lane, Run, Slot, Wait};
use super::unsent;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::names_member;
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, ErasureAction, Index, Read, Span, Table, Topic, Tx};

/// A job was added or changed.
pub const CHANGED: Topic = Topic::new("jobs.changed");

/// A job was done, put off or given up.
pub const SETTLED: Topic = Topic::new("jobs.settled");

/// A job was given up: something may be in its way that a person has to clear.
pub const GIVEN_UP: Topic = Topic::new("jobs.given_up");
/// Due jobs whose order is read first, and at a time after that.
const PAGES: (usize, usize) = (256, 4_096);

/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&JOBS, &WAITS, &DEAD_LETTERS];

type JobKey = (GuildId, JobId);
type DueKey = (Timestamp, GuildId, JobId);

pub(super) static JOBS: Table<JobKey, Job> = Table::new("jobs.jobs", &[&BY_DUE])
    .erasing(|_, job, erasure| ErasureAction::delete_if(job.tells_of(erasure.member)));
/// Jobs by the moment at which they are due, across all guilds: the one order that the runner needs.
static BY_DUE: Index<DueKey, JobKey, Job> =
    Index::new("jobs.jobs_by_due", |(guild, id), job| Some((job.due, *guild, *id)));
/// Jobs that were not answered.
pub(super) static WAITS: Table<JobKey, Wait> = Table::new("jobs.waits", &[]).without_members();
pub(super) static DEAD_LETTERS: Table<JobKey, DeadLetter> =
    Table::new("jobs.dead_letters", &[]).erasing(|_, letter, erasure| {
        let member = erasure.member;
        ErasureAction::delete_if(letter.job.tells_of(member) || names_member(&letter.reason, member))
    });

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

/// Takes away a job that is done, or not worth it any more.
pub fn remove(tx: &Tx<'_>, guild: GuildId, id: JobId) -> Result<()> {
    tx.publish(SETTLED, guild);
    WAITS.remove(tx, &(guild, id))?;
    JOBS.remove(tx, &(guild, id)).map(drop)
}

/// Takes away the jobs that go to a member or carry what `tells` of them, and the dead letters among them.
pub fn forget(tx: &Tx<'_>, guild: GuildId, member: UserId, tells: &dyn Fn(&str) -> bool) -> Result<()> {
    let is_theirs = |job: &Job| job.lane == Lane::User(member) || tells(&job.payload);
    JOBS.for_each(tx, guild, |(_, id), job| if is_theirs(&job) { remove(tx, guild, id) } else { Ok(()) })?;
    DEAD_LETTERS.for_each(tx, guild, |key, letter| {
        if is_theirs(&letter.job) || tells(&letter.reason) {
            DEAD_LETTERS.remove(tx, &key)?;
        }
        Ok(())
    })
}

/// Puts off a job that did not work, and counts the try.
pub fn postpone(tx: &Tx<'_>, guild: GuildId, id: JobId, due: Timestamp) -> Result<()> {
    if let Some(job) = JOBS.get(tx, &(guild, id))? {
        JOBS.put(tx, &(guild, id), &Job { due, attempts: job.attempts.saturating_add(1), ..job })?;
        tx.publish(CHANGED, guild);
        tx.publish(SETTLED, guild);
    }
    Ok(())
}

/// Lets a job that was not answered wait, where it is in its lane.
pub fn wait(tx: &Tx<'_>, guild: GuildId, id: JobId, wait: &Wait) -> Result<()> {
    tx.publish(SETTLED, guild);
    WAITS.put(tx, &(guild, id), wait)
}

/// Puts a job that waits behind the others of its lane.
pub fn move_aside(tx: &Tx<'_>, guild: GuildId, id: JobId, due: Timestamp) -> Result<()> {
    if let Some(job) = JOBS.get(tx, &(guild, id))? {
        JOBS.put(tx, &(guild, id), &Job { due, ..job })?;
        tx.publish(CHANGED, guild);
    }
    Ok(())
}

/// Until when lanes wait.
pub fn waiting_lanes(read: &dyn Read) -> Result<HashMap<Slot, Timestamp>> {
    let mut waits = Vec::new();
    WAITS.for_each(read, Span::all(), |key, wait| {
        waits.push((key, wait.until));
        Ok(())
    })?;
    let mut lanes = HashMap::new();
    for ((guild, id), until) in waits {
        // One that was put behind the others holds up none of them.
        if let Some(job) = JOBS.get(read, &(guild, id))?
            && job.due <= until
        {
            lanes.insert((guild, job.lane), until);
        }
    }
    Ok(lanes)
}

/// Makes a job a dead letter, of which the team is told.
pub fn bury(tx: &Tx<'_>, guild: GuildId, id: JobId, reason: &str) -> Result<()> {
    WAITS.remove(tx, &(guild, id))?;
    if let Some(job) = JOBS.remove(tx, &(guild, id))? {
        unsent::tell(tx, guild, &job, reason)?;
        DEAD_LETTERS.put(tx, &(guild, id), &DeadLetter { job, reason: reason.to_owned(), at: tx.now() })?;
        tx.publish(SETTLED, guild);
        tx.publish(GIVEN_UP, guild);
    }
    Ok(())
}

/// The jobs that are due by `now`, the longest due first, at most `limit`.
pub fn due_by(read: &dyn Read, now: Timestamp, limit: usize) -> Result<Vec<Run>> {
    let mut due = Vec::new();
    for_each_due(read, now, |guild, id| {
        due.extend(run_of(read, guild, id)?);
        Ok(due.len() < limit)
    })?;
    Ok(due)
}

/// Shows which jobs are due by `now`, the longest due first, as long as `visit` wants more of them. No row is read.
pub fn for_each_due(
    read: &dyn Read,
    now: Timestamp,
    mut visit: impl FnMut(GuildId, JobId) -> Result<bool>,
) -> Result<()> {
    // Mostly few are due, or the first ones are enough.
    let (mut page, mut shown) = (PAGES.0, None::<DueKey>);
    loop {
        let due = Span::<DueKey>::all().through(now);
        let rest = match shown {
            Some(last) => due.after(last),
            None => due,
        };
        let keys = BY_DUE.page(read, rest, Direction::Forward, page)?;
        for (_, guild, id) in &keys {
            if !visit(*guild, *id)? {
                return Ok(());
            }
        }
        // Keys that are out of order are damage, and would be shown for ever.
        match keys.last() {
            Some(last) if keys.len() == page && shown.is_none_or(|before| before < *last) => shown = Some(*last),
            _ => return Ok(()),
        }
        page = PAGES.1;
    }
}

/// A job as it is now, to be done.
pub fn run_of(read: &dyn Read, guild: GuildId, id: JobId) -> Result<Option<Run>> {
    let Some(job) = JOBS.get(read, &(guild, id))? else { return Ok(None) };
    let wait = WAITS.get(read, &(guild, id))?;
    Ok(Some(Run { id, guild, job, wait }))
}

/// The jobs of a kind that a guild has, to be done at whatever time.
pub fn jobs_of(read: &dyn Read, guild: GuildId, kind: &str) -> Result<Vec<Run>> {
    let mut found = Vec::new();
    JOBS.for_each(read, guild, |(_, id), job| {
        if job.kind == kind {
            found.push(Run { id, guild, job, wait: None });
        }
        Ok(())
    })?;
    Ok(found)
}

/// When the next job after `now` becomes due.
pub fn next_due_after(read: &dyn Read, now: Timestamp) -> Result<Option<Timestamp>> {
    let first = BY_DUE.first(read, Span::all().after(now), Direction::Forward)?;
    Ok(first.map(|(due, ..)| due))
}

/// The jobs of a guild that were given up, the oldest first, at most `limit`.
pub fn dead_letters(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<DeadLetter>> {
    let rows = DEAD_LETTERS.page(read, guild, Direction::Forward, limit)?;
    Ok(rows.into_iter().map(|(_, letter)| letter).collect())
}
