//! What the team does with tasks: it makes, changes, ends and deletes them, and says whose they are.
//!
//! Each operation refuses before its first write.

use super::activity::{self, Assignment, Ended, Made};
use super::claims::{drop_files, require};
use super::editing::{FieldChange, TaskPatch, differences, undoing};
use super::model::{
    CLEARING, Counts, GENERAL, Happening, KnownTask, NEWS, News, ProvenBy, Repeats, TASK_POST, Task, TaskId,
    TaskRefusal, TaskStatus,
};
use super::settings::{CHANNEL, ENDS_BY_ITSELF, SWITCH};
use super::{queries, rules, tables};
use crate::activity::{ActivityId, get};
use crate::jobs::{JobId, Lane, Ring};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::profile::TIMEZONE;
use crate::store::{Direction, Read, Tx};

/// Claims that go in one step when a task is deleted, so that nobody waits for it.
const CLEARED_AT_ONCE: usize = 100;

/// Makes a task, which is posted in its channel, or in that of all tasks (`T-API-10`, `T-SYN-02`). It needs a name, a description, a
/// reward and a duration.
pub fn create(tx: &Tx<'_>, guild: GuildId, by: Actor, wanted: &TaskPatch) -> Result<KnownTask> {
    SWITCH.require_on(tx, guild)?;
    let channel = match wanted.channel {
        Some(channel) => channel,
        None => CHANNEL.get(tx, guild)?.ok_or(TaskRefusal::NoChannel)?,
    };
    let nothing = Task {
        name: String::new(),
        description: String::new(),
        reward: Amount::ZERO,
        duration_hours: 0,
        status: TaskStatus::Active,
        created: tx.now(),
        created_by: by,
        expires_at: tx.now(),
        channel,
        max_claims: None,
        counts: Counts::default(),
        assigned: Vec::new(),
        category: GENERAL.to_owned(),
        role: None,
        revision: 1,
        is_going: false,
        job: JobId::default(),
        repeats: Repeats::Never,
        round: 0,
        next_round: None,
        proven_by: ProvenBy::Review,
    };
    let needed = TaskPatch {
        name: Some(wanted.name.clone().unwrap_or_default()),
        description: Some(wanted.description.clone().unwrap_or_default()),
        reward: Some(wanted.reward.ok_or(TaskRefusal::NotAReward)?),
        duration_hours: Some(wanted.duration_hours.ok_or(TaskRefusal::NotADuration)?),
        ..TaskPatch::default()
    };
    let task = wanted.clone().and(needed).applied(&nothing, by, &queries::own_categories(tx, guild)?, tx.now())?;
    let task = scheduled(tx, guild, Repeats::Never, task)?;
    require_room(tx, guild, &task)?;
    let made = tables::add_task(tx, guild, task)?;
    let told = Made { task: made.task.name.clone(), reward: made.task.reward };
    activity::of_task(activity::CREATED.with(told), made.id).by(by).note(tx, guild)?;
    Ok(made)
}

/// Changes a task by hand, whichever of its fields (`T-API-11`, `T-SYN-07`). With a revision only the task that has it.
pub fn edit(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    (id, revision): (TaskId, Option<u64>),
    patch: &TaskPatch,
) -> Result<KnownTask> {
    let KnownTask { task: before, .. } = require(tx, guild, id)?;
    if revision.is_some_and(|revision| revision != before.revision) {
        return Err(TaskRefusal::ChangedSince.into());
    }
    let task = patch.applied(&before, by, &queries::own_categories(tx, guild)?, tx.now())?;
    let mut task = scheduled(tx, guild, before.repeats, task)?;
    let fields = differences(&before, &task);
    if fields.is_empty() {
        return Ok(KnownTask { id, task: before });
    }
    if before.status != TaskStatus::Active {
        require_room(tx, guild, &task)?;
    }
    task.revision = before.revision.saturating_add(1);
    let ends = before.status == TaskStatus::Active && task.status == TaskStatus::Expired;
    let known = tables::set_task(tx, guild, id, task)?;
    if ends {
        tables::add_to_totals(tx, guild, |totals| totals.expired = totals.expired.saturating_add(1))?;
    }
    let told = activity::Changed { task: known.task.name.clone(), fields };
    activity::of_task(activity::CHANGED.with(told), id).by(by).note(tx, guild)?;
    Ok(known)
}

/// Takes a change by hand back, which is a change of its own. Refuses where one of its fields was changed since.
pub fn undo_edit(tx: &Tx<'_>, guild: GuildId, by: Actor, act: ActivityId) -> Result<KnownTask> {
    let noted = get(tx, guild, act)?.ok_or(TaskRefusal::CannotUndo)?;
    let id = activity::task_of(&noted).ok_or(TaskRefusal::CannotUndo)?;
    let changed = activity::CHANGED.details(&noted).ok_or(TaskRefusal::CannotUndo)?;
    let KnownTask { task, .. } = require(tx, guild, id)?;
    let patch = undoing(&changed.fields, &task)?;
    edit(tx, guild, by, (id, None), &patch)
}

/// The fields of a change by hand that can be taken back now; `None` where it cannot.
pub fn undoable(read: &dyn Read, guild: GuildId, act: ActivityId) -> Result<Option<Vec<FieldChange>>> {
    let Some(noted) = get(read, guild, act)? else { return Ok(None) };
    let Some((id, changed)) = activity::task_of(&noted).zip(activity::CHANGED.details(&noted)) else {
        return Ok(None);
    };
    let Some(known) = tables::task(read, guild, id)? else { return Ok(None) };
    Ok(undoing(&changed.fields, &known.task).is_ok().then_some(changed.fields))
}

/// Says when the next round of a task begins that repeats in another way than before.
fn scheduled(tx: &Tx<'_>, guild: GuildId, before: Repeats, task: Task) -> Result<Task> {
    if task.repeats == before {
        return Ok(task);
    }
    let next_round = task.repeats.next(&TIMEZONE.get(tx, guild)?, tx.now());
    Ok(Task { next_round, ..task })
}

/// Begins the next round of a task that repeats, where it is time: all of its places are free again. Answers whether it did.
pub fn turn(tx: &Tx<'_>, guild: GuildId, id: TaskId) -> Result<bool> {
    let Some(KnownTask { task, .. }) = tables::task(tx, guild, id)? else { return Ok(false) };
    let before = task.round;
    let task = task.in_round(&TIMEZONE.get(tx, guild)?, tx.now());
    if task.round == before {
        return Ok(false);
    }
    tables::set_task(tx, guild, id, task).map(|_| true)
}

/// Ends a task now (`T-HLP-17`). Claims that are open go on until their own deadlines (`C-58`).
pub fn expire(tx: &Tx<'_>, guild: GuildId, by: Actor, id: TaskId) -> Result<KnownTask> {
    let KnownTask { task, .. } = require(tx, guild, id)?;
    if task.status != TaskStatus::Active {
        return Err(TaskRefusal::OverAlready { name: task.name, status: task.status }.into());
    }
    end(tx, guild, by, id, task)
}

/// Ends a task whose time is over. Answers whether it did; not where such things are not ended by themselves (`D-97`).
pub fn run_out(tx: &Tx<'_>, guild: GuildId, id: TaskId) -> Result<bool> {
    let Some(KnownTask { task, .. }) = tables::task(tx, guild, id)? else { return Ok(false) };
    let is_over = task.status == TaskStatus::Active && tx.now() >= task.expires_at;
    if !is_over || !ENDS_BY_ITSELF.get(tx, guild)? {
        return Ok(false);
    }
    end(tx, guild, Actor::System, id, task).map(|_| true)
}

/// A task's alarm rings: its time or that of its round is over. One that rings no more, or at another moment, is left alone.
pub fn rang(tx: &Tx<'_>, ring: Ring<TaskId>) -> Result<()> {
    let Some(task) = tables::EXPIRY.waiting(tx, ring)? else { return Ok(()) };
    if !run_out(tx, ring.guild, ring.id)? && !turn(tx, ring.guild, ring.id)? {
        tables::EXPIRY.silence(tx, ring.guild, ring.id, task)?;
    }
    Ok(())
}

fn end(tx: &Tx<'_>, guild: GuildId, by: Actor, id: TaskId, task: Task) -> Result<KnownTask> {
    let known = tables::set_task(tx, guild, id, Task { status: TaskStatus::Expired, ..task })?;
    tables::add_to_totals(tx, guild, |totals| totals.expired = totals.expired.saturating_add(1))?;
    let told = Ended { task: known.task.name.clone() };
    activity::of_task(activity::EXPIRED.with(told), id).by(by).note(tx, guild)?;
    Ok(known)
}

/// Deletes a task: it vanishes at once, its messages and those of its proofs go by jobs, and then its claims and itself (`T-SYN-10` to
/// `T-SYN-13`). What was paid stays paid.
pub fn delete(tx: &Tx<'_>, guild: GuildId, by: Actor, id: TaskId) -> Result<KnownTask> {
    let KnownTask { task, .. } = require(tx, guild, id)?;
    let told = Ended { task: task.name.clone() };
    let going = Task { is_going: true, ..task };
    let task = tables::EXPIRY.silence(tx, guild, id, going)?;
    TASK_POST.withdrawn(tx, guild, id.get())?;
    clear_later(tx, guild, id, &task)?;
    activity::of_task(activity::DELETED.with(told), id).by(by).note(tx, guild)?;
    tx.publish(tables::CHANGED, guild);
    Ok(KnownTask { id, task })
}

/// A step of the deletion of a task: some of its claims go with their messages, and when none is left, the task. Behind the deletions of
/// messages in the lane of its channel, so the rows go last. Once more is harmless.
pub fn clear(tx: &Tx<'_>, guild: GuildId, id: TaskId) -> Result<()> {
    let Some(task) = tables::TASKS.get(tx, &(guild, id))?.filter(|task| task.is_going) else { return Ok(()) };
    let claims = tables::BY_TASK.page(tx, (guild, id), Direction::Forward, CLEARED_AT_ONCE)?;
    if claims.is_empty() {
        tables::TASKS.remove(tx, &(guild, id))?;
        tx.publish(tables::CHANGED, guild);
        return Ok(());
    }
    for (.., claim) in claims {
        if let Some(known) = tables::claim(tx, guild, claim)? {
            drop_files(tx, guild, &known.claim)?;
        }
        tables::remove_claim(tx, guild, claim)?;
    }
    clear_later(tx, guild, id, &task)
}

fn clear_later(tx: &Tx<'_>, guild: GuildId, id: TaskId, task: &Task) -> Result<()> {
    CLEARING.schedule_now(tx, guild, Lane::Channel(task.channel), &id).map(drop)
}

/// Posts the message of a task once more where it is gone, could not be posted, or is to stand at the end of its channel (`C-57`).
pub fn repost(tx: &Tx<'_>, guild: GuildId, id: TaskId) -> Result<KnownTask> {
    let known = require(tx, guild, id)?;
    match TASK_POST.state(tx, guild, id.get())? {
        Some(_) => TASK_POST.again(tx, guild, id.get()).map(drop)?,
        None => TASK_POST.wanted(tx, guild, id.get(), known.task.channel)?,
    }
    tx.publish(tables::CHANGED, guild);
    Ok(known)
}

/// Assigns a task to a member, who is told (`D-45`).
pub fn assign(tx: &Tx<'_>, guild: GuildId, by: Actor, id: TaskId, user: UserId) -> Result<KnownTask> {
    let KnownTask { mut task, .. } = require(tx, guild, id)?;
    if task.assigned.contains(&user) {
        return Err(TaskRefusal::AssignedAlready(task.name).into());
    }
    if task.assigned.len() >= rules::MOST_ASSIGNED {
        return Err(TaskRefusal::AssignedFull(rules::MOST_ASSIGNED).into());
    }
    task.assigned.push(user);
    let known = assigned(tx, guild, by, (id, task), (user, true))?;
    let news = News { user, task: known.task.name.clone(), what: Happening::Assigned };
    NEWS.schedule_now(tx, guild, Lane::User(user), &news)?;
    Ok(known)
}

/// Takes a task from a member to whom it was assigned. A claim of theirs stays.
pub fn unassign(tx: &Tx<'_>, guild: GuildId, by: Actor, id: TaskId, user: UserId) -> Result<KnownTask> {
    let KnownTask { mut task, .. } = require(tx, guild, id)?;
    if !task.assigned.contains(&user) {
        return Err(TaskRefusal::NotTheirs(task.name).into());
    }
    task.assigned.retain(|other| *other != user);
    assigned(tx, guild, by, (id, task), (user, false))
}

fn assigned(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    (id, task): (TaskId, Task),
    (user, is_theirs): (UserId, bool),
) -> Result<KnownTask> {
    let revision = task.revision.saturating_add(1);
    let known = tables::set_task(tx, guild, id, Task { revision, ..task })?;
    let told = Assignment { task: known.task.name.clone(), user, is_theirs };
    activity::of_task(activity::ASSIGNED.with(told), id).by(by).note(tx, guild)?;
    Ok(known)
}

/// Adds a category (`T-TSK-04`). Answers it as it is stored.
pub fn add_category(tx: &Tx<'_>, guild: GuildId, by: Actor, typed: &str) -> Result<String> {
    let name = rules::category(typed)?;
    let known = queries::own_categories(tx, guild)?;
    let is_same = |known: &str| known.to_lowercase() == name.to_lowercase();
    if is_same(GENERAL) || known.iter().any(|known| is_same(known)) {
        return Err(TaskRefusal::CategoryThere(name).into());
    }
    if known.len() >= rules::MOST_CATEGORIES {
        return Err(TaskRefusal::CategoriesFull(rules::MOST_CATEGORIES).into());
    }
    tables::CATEGORIES.insert(tx, &(guild, name.clone()), &())?;
    activity::CATEGORY_ADDED.with(name.clone()).by(by).note(tx, guild)?;
    tx.publish(tables::CHANGED, guild);
    Ok(name)
}

/// Takes a category away. Tasks that are in it stay there.
pub fn remove_category(tx: &Tx<'_>, guild: GuildId, by: Actor, typed: &str) -> Result<String> {
    let typed = rules::category(typed)?;
    let is_meant = |known: &str| known.to_lowercase() == typed.to_lowercase();
    if is_meant(GENERAL) {
        return Err(TaskRefusal::CategoryStays.into());
    }
    let found = queries::own_categories(tx, guild)?.into_iter().find(|known| is_meant(known));
    let name = found.ok_or(TaskRefusal::NoSuchCategory(typed))?;
    tables::CATEGORIES.remove(tx, &(guild, name.clone()))?;
    activity::CATEGORY_REMOVED.with(name.clone()).by(by).note(tx, guild)?;
    tx.publish(tables::CHANGED, guild);
    Ok(name)
}

/// Refuses one active task more than there may be.
fn require_room(read: &dyn Read, guild: GuildId, task: &Task) -> Result<()> {
    let active = queries::count(read, guild, TaskStatus::Active)?;
    if task.status == TaskStatus::Active && active >= rules::MOST_ACTIVE {
        return Err(TaskRefusal::TooManyTasks(rules::MOST_ACTIVE).into());
    }
    Ok(())
}
