//! The tables of tasks and claims, and whatever is done to them beyond one row.
//!
//! Invariant: a claim and the counts of its task change together, by [`set_claim`] and [`remove_claim`] alone.

use std::collections::BTreeSet;

use super::model::{
    Claim, ClaimId, ClaimState, KnownClaim, KnownTask, PROOF_POST, ProvenBy, TASK_POST, Task, TaskId, TaskStatus,
    Totals,
};
use crate::jobs::{Alarm, Lane};
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{
    AnyTable, CountedIndex, Direction, ErasureAction, Index, MultiIndex, Read, Selected, Selection, Span, Table, Topic,
    Tx,
};

/// Tasks or claims of a guild changed.
pub const CHANGED: Topic = Topic::new("tasks.changed");

type TaskKey = (GuildId, TaskId);
type ClaimKey = (GuildId, ClaimId);

/// Tasks by guild and number.
pub static TASKS: Table<TaskKey, Task> = Table::new("tasks.tasks", &[&BY_STATUS, &BY_END, &BY_ROUND])
    .erasing(|key, task, erasure| ErasureAction::from((key, task), *key, task.without(erasure)));
/// The tasks of a status, in the order in which they were made; none that is going.
pub static BY_STATUS: CountedIndex<(GuildId, TaskStatus, TaskId), TaskKey, Task> =
    CountedIndex::new("tasks.tasks_by_status", |(guild, id), task| {
        (!task.is_going).then_some((*guild, task.status, *id))
    });
/// Active tasks by their ends.
static BY_END: Index<(GuildId, Timestamp, TaskId), TaskKey, Task> =
    Index::new("tasks.tasks_by_end", |(guild, id), task| {
        let is_open = task.status == TaskStatus::Active && !task.is_going;
        is_open.then_some((*guild, task.expires_at, *id))
    });
/// Active tasks that repeat, by the beginnings of their next rounds.
static BY_ROUND: Index<(GuildId, Timestamp, TaskId), TaskKey, Task> =
    Index::new("tasks.tasks_by_round", |(guild, id), task| {
        let next = task.next_round.filter(|_| task.status == TaskStatus::Active && !task.is_going)?;
        (next < task.expires_at).then_some((*guild, next, *id))
    });
/// The end of an active task, or of its round.
pub static EXPIRY: Alarm<TaskId, Task> =
    Alarm::new("tasks.expiry", "The end of a task", &TASKS, |task| Lane::Channel(task.channel), |task| &mut task.job);

/// Claims by guild and number. Those of an erased member were given up before, and go on under the pseudonym: what was paid
/// was paid.
pub static CLAIMS: Table<ClaimKey, Claim> = Table::new(
    "tasks.claims",
    &[&BY_TASK, &BY_MEMBER, &AT_A_TIME, &TO_REVIEW, &BY_DEADLINE, &ACCEPTED, &BY_FILE, &PROVING],
)
.erasing(|key, claim, erasure| ErasureAction::from((key, claim), *key, claim.without(erasure)));
/// The claims of a task by their states.
pub static BY_TASK: CountedIndex<(GuildId, TaskId, ClaimState, ClaimId), ClaimKey, Claim> =
    CountedIndex::new("tasks.claims_by_task", |(guild, id), claim| Some((*guild, claim.task, claim.state, *id)));
/// The claims of a member by task, the latest last.
pub static BY_MEMBER: Index<(GuildId, UserId, TaskId, ClaimId), ClaimKey, Claim> =
    Index::new("tasks.claims_by_member", |(guild, id), claim| Some((*guild, claim.user, claim.task, *id)));
/// The claims of a member that count among those at a time (`D-98`).
static AT_A_TIME: Index<(GuildId, UserId, ClaimId), ClaimKey, Claim> =
    Index::new("tasks.claims_at_a_time", |(guild, id), claim| {
        claim.state.is_limited().then_some((*guild, claim.user, *id))
    });
/// What waits for a review, the oldest first.
pub static TO_REVIEW: CountedIndex<(GuildId, Timestamp, ClaimId), ClaimKey, Claim> =
    CountedIndex::new("tasks.claims_to_review", |(guild, id), claim| {
        let proof = claim.proof.as_ref().filter(|_| claim.state == ClaimState::Submitted)?;
        Some((*guild, proof.submitted_at, *id))
    });
/// Claims that wait for a proof, by their deadlines.
static BY_DEADLINE: Index<(GuildId, Timestamp, ClaimId), ClaimKey, Claim> =
    Index::new("tasks.claims_by_deadline", |(guild, id), claim| {
        claim.state.waits_for_proof().then_some((*guild, claim.deadline, *id))
    });
/// Accepted claims by the moment of their acceptance.
pub static ACCEPTED: Index<(GuildId, Timestamp, ClaimId), ClaimKey, Claim> =
    Index::new("tasks.claims_accepted", |(guild, id), claim| {
        let at = claim.completed_at.filter(|_| claim.state == ClaimState::Accepted)?;
        Some((*guild, at, *id))
    });
/// Claims by the files of their proofs.
static BY_FILE: MultiIndex<(GuildId, Digest, ClaimId), ClaimKey, Claim> =
    MultiIndex::new("tasks.claims_by_file", |(guild, id), claim| {
        let files = claim.proof.iter().flat_map(|proof| &proof.files);
        files.filter_map(|file| Some((*guild, file.digest?, *id))).collect()
    });
/// The claims of a member that prove themselves by what the member does.
pub static PROVING: Index<(GuildId, UserId, ClaimId), ClaimKey, Claim> =
    Index::new("tasks.claims_proving", |(guild, id), claim| {
        let is_counting = claim.state.waits_for_proof() && claim.proven_by != ProvenBy::Review;
        is_counting.then_some((*guild, claim.user, *id))
    });
/// The deadline of a claim that waits for a proof.
pub static DEADLINE: Alarm<ClaimId, Claim> = Alarm::new(
    "tasks.deadline",
    "The deadline of a claimed task",
    &CLAIMS,
    |claim| Lane::User(claim.user),
    |claim| &mut claim.job,
);

/// The categories of a guild beside the one that is always there (`T-TSK-04`).
pub static CATEGORIES: Table<(GuildId, String), ()> = Table::new("tasks.categories", &[]).without_members();
/// What was done so far (`T-TSK-06`).
pub static TOTALS: Table<GuildId, Totals> = Table::new("tasks.totals", &[]).without_members();

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&TASKS, &CLAIMS, &CATEGORIES, &TOTALS];

/// A task that was not deleted.
pub fn task(read: &dyn Read, guild: GuildId, id: TaskId) -> Result<Option<KnownTask>> {
    let task = TASKS.get(read, &(guild, id))?.filter(|task| !task.is_going);
    Ok(task.map(|task| KnownTask { id, task }))
}

/// Adds a task, which rings at its end.
pub fn add_task(tx: &Tx<'_>, guild: GuildId, task: Task) -> Result<KnownTask> {
    let id = TaskId::new(tx.next_id(guild, "tasks.tasks")?);
    set_task(tx, guild, id, task)
}

/// The highest number of a task; 0 where there is none.
pub fn last_task(read: &dyn Read, guild: GuildId) -> Result<u64> {
    Ok(TASKS.first(read, guild, Direction::Backward)?.map_or(0, |((_, id), _)| id.get()))
}

/// Those that were not deleted, by number; of the catalogue for all servers, which has few.
pub fn all(read: &dyn Read, guild: GuildId) -> Result<Vec<KnownTask>> {
    let mut found = Vec::new();
    TASKS.for_each(read, guild, |(_, id), task| {
        if !task.is_going {
            found.push(KnownTask { id, task });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Writes a task: one that is active rings at its end, no other does. Its message follows. Those of the catalogue for all servers
/// neither ring nor have a message (`C-61`).
pub fn set_task(tx: &Tx<'_>, guild: GuildId, id: TaskId, task: Task) -> Result<KnownTask> {
    if guild == GuildId::INSTANCE {
        TASKS.put(tx, &(guild, id), &task)?;
        tx.publish(CHANGED, guild);
        return Ok(KnownTask { id, task });
    }
    let (due, channel) = (task.rings_at(), task.channel);
    let task = if task.status == TaskStatus::Active {
        EXPIRY.set(tx, guild, id, task, due)?
    } else {
        EXPIRY.silence(tx, guild, id, task)?
    };
    TASK_POST.wanted(tx, guild, id.get(), channel)?;
    tx.publish(CHANGED, guild);
    Ok(KnownTask { id, task })
}

/// A claim.
pub fn claim(read: &dyn Read, guild: GuildId, id: ClaimId) -> Result<Option<KnownClaim>> {
    Ok(CLAIMS.get(read, &(guild, id))?.map(|claim| KnownClaim { id, claim }))
}

/// The latest claim of a member of a task.
pub fn latest_claim(read: &dyn Read, guild: GuildId, user: UserId, task: TaskId) -> Result<Option<KnownClaim>> {
    match BY_MEMBER.first(read, (guild, user, task), Direction::Backward)? {
        Some((.., id)) => claim(read, guild, id),
        None => Ok(None),
    }
}

/// Adds a claim, which takes a place of its task.
pub fn add_claim(tx: &Tx<'_>, guild: GuildId, claim: Claim) -> Result<KnownClaim> {
    let id = ClaimId::new(tx.next_id(guild, "tasks.claims")?);
    set_claim(tx, guild, id, None, claim)
}

/// Writes a claim that was in another state before, with the counts of its task. One that waits for a proof rings at its
/// deadline. The messages follow.
pub fn set_claim(
    tx: &Tx<'_>,
    guild: GuildId,
    id: ClaimId,
    before: Option<ClaimState>,
    claim: Claim,
) -> Result<KnownClaim> {
    let (task, round, state, due) = (claim.task, claim.round, claim.state, claim.deadline);
    let claim = if state.waits_for_proof() {
        DEADLINE.set(tx, guild, id, claim, due)?
    } else {
        DEADLINE.silence(tx, guild, id, claim)?
    };
    let task = count(tx, guild, (task, round), before, Some(state))?;
    // What proved itself needs nobody to look at it.
    let is_quiet = state == ClaimState::Accepted && claim.reviewer == Some(Actor::System);
    if claim.proof.is_some() && !is_quiet {
        PROOF_POST.wanted(tx, guild, id.get(), task.channel)?;
    }
    Ok(KnownClaim { id, claim })
}

/// Takes a claim away, with its place and its message.
pub fn remove_claim(tx: &Tx<'_>, guild: GuildId, id: ClaimId) -> Result<Option<Claim>> {
    let Some(claim) = DEADLINE.remove(tx, guild, id)? else { return Ok(None) };
    count(tx, guild, (claim.task, claim.round), Some(claim.state), None)?;
    PROOF_POST.withdrawn(tx, guild, id.get())?;
    Ok(Some(claim))
}

/// A claim of a task is in another state: the counts of its round say so, and the message of a task that is there follows. What
/// becomes of a claim of a round that is over counts no more.
fn count(
    tx: &Tx<'_>,
    guild: GuildId,
    (id, round): (TaskId, u32),
    before: Option<ClaimState>,
    after: Option<ClaimState>,
) -> Result<Task> {
    let missing = || Error::failed(format!("a claim of guild {guild} is of task {id}, which is not there"));
    let mut task = TASKS.get(tx, &(guild, id))?.ok_or_else(missing)?;
    if task.round == round {
        task.counts.move_one(before, after);
    }
    TASKS.put(tx, &(guild, id), &task)?;
    if !task.is_going {
        TASK_POST.wanted(tx, guild, id.get(), task.channel)?;
    }
    tx.publish(CHANGED, guild);
    Ok(task)
}

/// How many claims of a member count among those at a time, at most `limit`.
pub fn at_a_time(read: &dyn Read, guild: GuildId, user: UserId, limit: usize) -> Result<usize> {
    Ok(AT_A_TIME.page(read, (guild, user), Direction::Forward, limit)?.len())
}

/// The claims of a selection, by their places in an index.
pub fn claims_at(read: &dyn Read, guild: GuildId, ids: impl IntoIterator<Item = ClaimId>) -> Result<Vec<KnownClaim>> {
    let mut claims = Vec::new();
    for id in ids {
        claims.extend(claim(read, guild, id)?);
    }
    Ok(claims)
}

/// A page of tasks of a status that match.
pub fn select_tasks(
    read: &dyn Read,
    guild: GuildId,
    selection: &Selection<(GuildId, TaskStatus, TaskId)>,
    mut matches: impl FnMut(&Task) -> bool,
) -> Result<Selected<KnownTask>> {
    BY_STATUS.select(read, selection, |(.., id)| Ok(task(read, guild, id)?.filter(|known| matches(&known.task))))
}

/// Active tasks that ended by a moment, at most `limit`.
pub fn ended_by(read: &dyn Read, guild: GuildId, at: Timestamp, limit: usize) -> Result<Vec<TaskId>> {
    let span = Span::of(guild).through((guild, at));
    Ok(BY_END.page(read, span, Direction::Forward, limit)?.into_iter().map(|(.., id)| id).collect())
}

/// Active tasks whose next round began by a moment, at most `limit`.
pub fn turned_by(read: &dyn Read, guild: GuildId, at: Timestamp, limit: usize) -> Result<Vec<TaskId>> {
    let span = Span::of(guild).through((guild, at));
    Ok(BY_ROUND.page(read, span, Direction::Forward, limit)?.into_iter().map(|(.., id)| id).collect())
}

/// Claims whose deadline passed by a moment, at most `limit`.
pub fn late_by(read: &dyn Read, guild: GuildId, at: Timestamp, limit: usize) -> Result<Vec<ClaimId>> {
    let span = Span::of(guild).through((guild, at));
    Ok(BY_DEADLINE.page(read, span, Direction::Forward, limit)?.into_iter().map(|(.., id)| id).collect())
}

/// The claims for which a file was handed in, at most `limit`, the oldest first.
pub fn with_file(read: &dyn Read, guild: GuildId, file: Digest, limit: usize) -> Result<Vec<KnownClaim>> {
    let found = BY_FILE.page(read, (guild, file), Direction::Forward, limit)?;
    claims_at(read, guild, found.into_iter().map(|(.., id)| id))
}

/// Changes what was done so far.
pub fn add_to_totals(tx: &Tx<'_>, guild: GuildId, change: impl FnOnce(&mut Totals)) -> Result<()> {
    let mut totals = TOTALS.get(tx, &guild)?.unwrap_or_default();
    change(&mut totals);
    TOTALS.put(tx, &guild, &totals)
}

/// The guilds that have tasks.
pub fn guilds(read: &dyn Read) -> Result<BTreeSet<GuildId>> {
    let mut guilds = BTreeSet::new();
    TASKS.guilds(read, &mut guilds)?;
    Ok(guilds)
}
