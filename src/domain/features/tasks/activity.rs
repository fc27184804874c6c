//! What is noted of tasks. Each is about a task, but for those of categories. The pages tell them; the debug channel tells what was
//! paid.

use serde::{Deserialize, Serialize};

use super::editing::FieldChange;
use super::model::{ClaimId, NamedRole, TaskId};
use crate::activity::{Activity, ActivityKind, ChangeType, Happened, Noted, Readable, Subject, Thing};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::Sentence;
use crate::sentence;

/// A task was made.
pub static CREATED: ActivityKind<Made> =
    noted_kind("tasks.created", |told| Some(created(told)), "A task was made", ChangeType::Create);
/// A task was changed by hand.
pub static CHANGED: ActivityKind<Changed> =
    noted_kind("tasks.changed", |told| Some(changed(told)), "A task was changed", ChangeType::Update);
/// A task ended.
pub static EXPIRED: ActivityKind<Ended> =
    noted_kind("tasks.expired", |told| Some(expired(told)), "A task ended", ChangeType::Update);
/// A task was deleted.
pub static DELETED: ActivityKind<Ended> =
    noted_kind("tasks.deleted", |told| Some(deleted(told)), "A task was deleted", ChangeType::Delete);
/// A task was assigned to a member, or taken from one.
pub static ASSIGNED: ActivityKind<Assignment> =
    noted_kind("tasks.assigned", |told| Some(assigned(told)), "A task was assigned", ChangeType::Update);
/// A member claimed a task.
pub static CLAIMED: ActivityKind<Involved> =
    noted_kind("tasks.claimed", |told| Some(claimed(told)), "A task was claimed", ChangeType::Update);
/// A claim was given up.
pub static ABANDONED: ActivityKind<Involved> =
    noted_kind("tasks.abandoned", |told| Some(abandoned(told)), "A claim was given up", ChangeType::Update);
/// A proof was handed in.
pub static SUBMITTED: ActivityKind<Involved> =
    noted_kind("tasks.submitted", |told| Some(submitted(told)), "A proof was handed in", ChangeType::Update);
/// A proof was accepted.
pub static ACCEPTED: ActivityKind<Involved> =
    noted_kind("tasks.accepted", |told| Some(accepted(told)), "A proof was accepted", ChangeType::Update);
/// A proof was rejected.
pub static REJECTED: ActivityKind<Involved> =
    noted_kind("tasks.rejected", |told| Some(rejected(told)), "A proof was rejected", ChangeType::Update);
/// A reviewer asked for more.
pub static ASKED: ActivityKind<Involved> =
    noted_kind("tasks.asked", |told| Some(asked(told)), "A reviewer asked for more", ChangeType::Update);
/// A rejection was taken back.
pub static RECONSIDERED: ActivityKind<Involved> =
    noted_kind("tasks.reconsidered", |told| Some(reconsidered(told)), "A rejection was taken back", ChangeType::Update);
/// An acceptance was taken back, with its reward.
pub static UNACCEPTED: ActivityKind<Involved> =
    noted_kind("tasks.unaccepted", |told| Some(unaccepted(told)), "An acceptance was taken back", ChangeType::Update);
/// A claim ran out.
pub static RAN_OUT: ActivityKind<Involved> =
    noted_kind("tasks.ran_out", |told| Some(ran_out(told)), "A claim ran out", ChangeType::Update);
/// A role of a task is gone. About the member who was to get it.
pub static ROLE_MISSING: ActivityKind<NamedRole> =
    ActivityKind::new("tasks.role_missing", role_missing).called("The role of a task is gone");
/// A category is new.
pub static CATEGORY_ADDED: ActivityKind<String> = noted_kind(
    "tasks.category_added",
    |told| Some(sentence!("{by} added the category **{name}**.", by = told.by(), name = told.details)),
    "A category was added",
    ChangeType::Create,
);
/// A category is gone.
pub static CATEGORY_REMOVED: ActivityKind<String> = noted_kind(
    "tasks.category_removed",
    |told| Some(sentence!("{by} removed the category **{name}**.", by = told.by(), name = told.details)),
    "A category was removed",
    ChangeType::Delete,
);

/// All of them.
pub const KINDS: &[&dyn Readable] = &[
    &CREATED,
    &CHANGED,
    &EXPIRED,
    &DELETED,
    &ASSIGNED,
    &CLAIMED,
    &ABANDONED,
    &SUBMITTED,
    &ACCEPTED,
    &REJECTED,
    &ASKED,
    &RECONSIDERED,
    &UNACCEPTED,
    &RAN_OUT,
    &ROLE_MISSING,
    &CATEGORY_ADDED,
    &CATEGORY_REMOVED,
];

/// A task that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What it is called.
    pub task: String,
    /// What is paid for it.
    pub reward: Amount,
}

/// A task that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// What it is called since.
    pub task: String,
    /// What was changed, from which it can be taken back.
    pub fields: Vec<FieldChange>,
}

/// A task that ended or is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// What it is called.
    pub task: String,
}

/// Whose a task is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// What it is called.
    pub task: String,
    /// The member.
    pub user: UserId,
    /// Whether it is theirs since.
    pub is_theirs: bool,
}

/// A claim of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Involved {
    /// What the task is called.
    pub task: String,
    /// Whose claim it is.
    pub user: UserId,
    /// The reviewer's note, reason or question.
    pub notes: String,
    /// What was paid.
    pub paid: Amount,
    /// The number of the claim.
    #[serde(default)]
    pub claim: ClaimId,
}

const fn noted_kind<D>(
    name: &'static str,
    sentence: fn(&Noted<'_, D>) -> Option<Sentence>,
    called: &'static str,
    change: ChangeType,
) -> ActivityKind<D> {
    ActivityKind::new(name, sentence).called(called).heard_as(Thing::Task, change).on_pages()
}

/// What happened, about a task.
pub fn of_task<D>(happened: Happened<D>, id: TaskId) -> Happened<D> {
    happened.of(Subject::Task(id.get()))
}

/// The task that an activity is about.
pub fn task_of(activity: &Activity) -> Option<TaskId> {
    match activity.subject {
        Some(Subject::Task(id)) => Some(TaskId::new(id)),
        _ => None,
    }
}

fn created(told: &Noted<'_, Made>) -> Sentence {
    let Made { task, reward } = &told.details;
    sentence!("{by} made the task **{task}**, with a reward of {reward}.", by = told.by(), task, reward)
}

fn changed(told: &Noted<'_, Changed>) -> Sentence {
    let Changed { task, fields } = &told.details;
    let words = fields.iter().map(|change| Sentence::words(change.field.in_words())).collect();
    sentence!(
        "{by} changed the task **{task}**: {fields}.",
        by = told.by(),
        task,
        fields = Sentence::list(words, " and ")
    )
}

fn expired(told: &Noted<'_, Ended>) -> Sentence {
    let task = &told.details.task;
    if let Some(by) = told.by_person() {
        sentence!("{by} ended the task **{task}**.", by, task)
    } else {
        sentence!("The time of the task **{task}** is over.", task)
    }
}

fn deleted(told: &Noted<'_, Ended>) -> Sentence {
    sentence!("{by} deleted the task **{task}**.", by = told.by(), task = told.details.task)
}

fn assigned(told: &Noted<'_, Assignment>) -> Sentence {
    let Assignment { task, user, is_theirs } = &told.details;
    let by = told.by();
    if *is_theirs {
        sentence!("{by} assigned the task **{task}** to {user}.", by, task, user)
    } else {
        sentence!("{by} took the task **{task}** from {user}.", by, task, user)
    }
}

fn claimed(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, .. } = &told.details;
    sentence!("{user} claimed the task **{task}**.", user, task)
}

fn abandoned(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, .. } = &told.details;
    let by = match told.actor() {
        Actor::Member(by) if by == *user => None,
        _ => Some(sentence!(", by {by}", by = told.by())),
    };
    sentence!("{user} gave the task **{task}** up{by}.", user, task, by)
}

fn submitted(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, .. } = &told.details;
    sentence!("{user} handed in a proof for the task **{task}**.", user, task)
}

fn accepted(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, paid, .. } = &told.details;
    sentence!(
        "{by} accepted the proof of {user} for the task **{task}**, and {paid} were paid.",
        by = told.by(),
        user,
        task,
        paid
    )
}

fn rejected(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, notes, .. } = &told.details;
    sentence!("{by} rejected the proof of {user} for the task **{task}**: {notes}", by = told.by(), user, task, notes)
}

fn asked(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, notes, .. } = &told.details;
    sentence!("{by} asked {user} for more about the task **{task}**: {notes}", by = told.by(), user, task, notes)
}

fn reconsidered(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, .. } = &told.details;
    sentence!(
        "{by} took back what was said of the proof of {user} for the task **{task}**: it waits for a review again.",
        by = told.by(),
        user,
        task
    )
}

fn unaccepted(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, .. } = &told.details;
    sentence!(
        "{by} took back that the proof of {user} for the task **{task}** was accepted, and its reward with it.",
        by = told.by(),
        user,
        task
    )
}

fn ran_out(told: &Noted<'_, Involved>) -> Sentence {
    let Involved { task, user, .. } = &told.details;
    sentence!("The time of {user} for the task **{task}** is over.", user, task)
}

fn role_missing(told: &Noted<'_, NamedRole>) -> Option<Sentence> {
    let NamedRole { role, task, .. } = &told.details;
    let sentence = sentence!(
        "{user} did the task **{task}** and was paid, but there is no role **{role}** to give.",
        user = told.member()?,
        task,
        role
    );
    Some(sentence.signed("🎭"))
}
