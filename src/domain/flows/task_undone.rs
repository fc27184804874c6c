//! Something that was done with tasks is taken back: a change, an end, an assignment, a category, and what a reviewer said of a proof.
//!
//! The act is named by the activity that noted it. What somebody else did since is left alone, and they are told that it cannot be
//! taken back. An undo is an act of its own. An acceptance is taken back with its reward, by the compensating entry of the ledger, and
//! with its role; where the member has spent the reward, the ledger refuses it and nothing changes.

use super::coins_by_hand;
use crate::activity::{self, Activity, ActivityId, Filter, Subject};
use crate::features::coins::model::{Currency, EntryId, EntryKind};
use crate::features::coins::queries as money;
use crate::features::coins::service::Order;
use crate::features::tasks::activity::{
    ACCEPTED, ASKED, ASSIGNED, CATEGORY_ADDED, CATEGORY_REMOVED, CHANGED, CREATED, EXPIRED, Involved, REJECTED, task_of,
};
use crate::features::tasks::claims::{self, Claimed};
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{Claim, ClaimId, ClaimState, TaskId, TaskRefusal, TaskStatus};
use crate::features::tasks::{queries, service};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::roles::{self, Why};
use crate::store::{Read, Tx};

/// Entries of a member in which the reward is looked for, the latest first.
const LOOKED_AT: usize = 200;

/// What was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// Something of a task.
    Task(TaskId),
    /// The making of a task, which is gone.
    Gone(String),
    /// What a reviewer said of a proof.
    Review(TaskId, UserId),
    /// A category that was added or removed.
    Category(String),
}

/// The last thing that was noted of a task, where it can be taken back.
pub fn latest(read: &dyn Read, guild: GuildId, task: TaskId) -> Result<Option<ActivityId>> {
    let about = Filter { subject: Some(Subject::Task(task.get())), ..Filter::default() };
    let Some((id, act)) = activity::newest(read, guild, &about, None, 1)?.rows.pop() else { return Ok(None) };
    Ok(is_undoable(read, guild, (id, &act))?.then_some(id))
}

/// The last thing that was noted of categories.
pub fn latest_of_categories(read: &dyn Read, guild: GuildId) -> Result<Option<ActivityId>> {
    let is_one = |act: &Activity| [CATEGORY_ADDED.name(), CATEGORY_REMOVED.name()].contains(&act.kind.as_str());
    Ok(activity::newest_where(read, guild, None, 1, is_one)?.rows.pop().map(|(id, _)| id))
}

/// Whether an act can be taken back as things stand, as far as that is known without doing it.
pub fn is_undoable(read: &dyn Read, guild: GuildId, (id, act): (ActivityId, &Activity)) -> Result<bool> {
    if let Some(name) = CATEGORY_ADDED.details(act) {
        return Ok(queries::own_categories(read, guild)?.contains(&name));
    }
    if let Some(name) = CATEGORY_REMOVED.details(act) {
        return Ok(!queries::own_categories(read, guild)?.contains(&name));
    }
    let Some(task) = task_of(act) else { return Ok(false) };
    let Some(known) = queries::task(read, guild, task)? else { return Ok(false) };
    if CHANGED.details(act).is_some() {
        return Ok(service::undoable(read, guild, id)?.is_some());
    }
    if CREATED.details(act).is_some() {
        return has_no_claims(read, guild, task);
    }
    if EXPIRED.details(act).is_some() {
        return Ok(known.task.status == TaskStatus::Expired && act.actor != Actor::System);
    }
    if let Some(told) = ASSIGNED.details(act) {
        return Ok(known.task.assigned.contains(&told.user) == told.is_theirs);
    }
    Ok(review_of(read, guild, (id, act))?.is_some())
}

/// Whether an act is what a reviewer said of a proof.
pub fn is_of_review(read: &dyn Read, guild: GuildId, id: ActivityId) -> Result<bool> {
    let kinds = [ACCEPTED.name(), REJECTED.name(), ASKED.name()];
    Ok(activity::get(read, guild, id)?.is_some_and(|act| kinds.contains(&act.kind.as_str())))
}

/// Takes an act back.
pub fn run(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ActivityId) -> Result<Undone> {
    let act = activity::get(tx, guild, id)?.ok_or(TaskRefusal::CannotUndo)?;
    if !is_undoable(tx, guild, (id, &act))? {
        return Err(TaskRefusal::CannotUndo.into());
    }
    if let Some(name) = CATEGORY_ADDED.details(&act) {
        return service::remove_category(tx, guild, by, &name).map(Undone::Category);
    }
    if let Some(name) = CATEGORY_REMOVED.details(&act) {
        return service::add_category(tx, guild, by, &name).map(Undone::Category);
    }
    let task = task_of(&act).ok_or(TaskRefusal::CannotUndo)?;
    if CHANGED.details(&act).is_some() {
        service::undo_edit(tx, guild, by, id)?;
    } else if CREATED.details(&act).is_some() {
        return Ok(Undone::Gone(service::delete(tx, guild, by, task)?.task.name));
    } else if EXPIRED.details(&act).is_some() {
        let again = TaskPatch { status: Some(TaskStatus::Active), ..TaskPatch::default() };
        service::edit(tx, guild, by, (task, None), &again)?;
    } else if let Some(told) = ASSIGNED.details(&act) {
        let change = if told.is_theirs { service::unassign } else { service::assign };
        change(tx, guild, by, task, told.user)?;
    } else {
        let found = review_of(tx, guild, (id, &act))?.ok_or(TaskRefusal::CannotUndo)?;
        return undo_review(tx, guild, by, found);
    }
    Ok(Undone::Task(task))
}

/// What a reviewer said is taken back: the proof waits again.
fn undo_review(tx: &Tx<'_>, guild: GuildId, by: Actor, found: Claimed) -> Result<Undone> {
    let (task, user) = (found.task.id, found.claim.claim.user);
    if found.claim.claim.state != ClaimState::Accepted {
        claims::reconsider(tx, guild, by, found)?;
        return Ok(Undone::Review(task, user));
    }
    if let Some(entry) = reward_of(tx, guild, &found.claim.claim)? {
        let reason = format!("The proof for {} waits for a review again", found.task.task.name);
        let order = Order { currency: Currency::Server, user, reason, actor: by };
        coins_by_hand::undo(tx, guild, &order, entry)?;
    }
    let (name, role) = (found.task.task.name.clone(), found.task.task.role.as_ref().and_then(|role| role.id));
    claims::unaccept(tx, guild, by, found)?;
    if let Some(role) = role {
        roles::take(tx, guild, user, role, Why::because(format!("Taken back: {name}")).by(by))?;
    }
    Ok(Undone::Review(task, user))
}

/// The claim of which a reviewer said something, where nothing was done with it since.
fn review_of(read: &dyn Read, guild: GuildId, (id, act): (ActivityId, &Activity)) -> Result<Option<Claimed>> {
    let said = [&ACCEPTED, &REJECTED, &ASKED].into_iter().find_map(|kind| Some((kind.name(), kind.details(act)?)));
    let (Some((kind, told)), Some(task)) = (said, task_of(act)) else { return Ok(None) };
    let Involved { claim, .. } = told;
    let (Some(known), Some(claim)) = (queries::task(read, guild, task)?, queries::claim(read, guild, claim)?) else {
        return Ok(None);
    };
    let fits = match claim.claim.state {
        ClaimState::Accepted => kind == ACCEPTED.name(),
        ClaimState::Rejected | ClaimState::Expired => kind == REJECTED.name(),
        ClaimState::InProgress => kind == ASKED.name(),
        ClaimState::Submitted | ClaimState::Abandoned => false,
    };
    // The same may have been said of a proof before.
    let is_last = {
        let is_of_claim =
            |other: &Activity| other.kind == act.kind && other.subject == act.subject && names(other, claim.id);
        let last = activity::newest_where(read, guild, None, 1, is_of_claim)?.rows.pop();
        last.is_some_and(|(last, _)| last == id)
    };
    let has_proof = claim.claim.proof.is_some();
    Ok((fits && is_last && has_proof).then_some(Claimed { task: known, claim }))
}

fn names(act: &Activity, claim: ClaimId) -> bool {
    let kinds = [&ACCEPTED, &REJECTED, &ASKED];
    kinds.into_iter().filter_map(|kind| kind.details(act)).any(|told| told.claim == claim)
}

/// The entry that paid for an accepted claim: written in the same transaction, so at the same moment. Refuses where it is not found any
/// more; nothing where nothing was paid.
fn reward_of(read: &dyn Read, guild: GuildId, claim: &Claim) -> Result<Option<EntryId>> {
    if claim.paid == Amount::ZERO {
        return Ok(None);
    }
    let entries = money::history(read, guild, Currency::Server, claim.user, LOOKED_AT)?;
    let paid = entries.into_iter().find(|(_, entry)| {
        entry.kind == EntryKind::TaskReward && Some(entry.at) == claim.completed_at && entry.delta == claim.paid.get()
    });
    Ok(Some(paid.ok_or(TaskRefusal::CannotUndo)?.0))
}

/// Whether nobody claimed a task so far.
fn has_no_claims(read: &dyn Read, guild: GuildId, task: TaskId) -> Result<bool> {
    Ok(queries::claims_of(read, guild, task, None, (None, 1))?.rows.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::tasks::claims::HandedIn;
    use crate::features::tasks::model::{NEWS, Reviewer, TaskRole};
    use crate::features::testing::{GUILD, TestStore, said};
    use crate::flows::task_reviewed;
    use crate::kernel::ids::{ChannelId, RoleId};

    const ANN: UserId = UserId::new(701_234_567_890_123_451);
    const ADMIN: Actor = Actor::Member(UserId::new(801));

    fn wanted() -> TaskPatch {
        TaskPatch {
            name: Some("Greet".to_owned()),
            description: Some("Say hello".to_owned()),
            reward: Some(100),
            duration_hours: Some(24),
            max_claims: Some(1),
            channel: Some(ChannelId::new(3)),
            role: Some(Some(TaskRole { id: Some(RoleId::new(44)), name: "Helper".to_owned(), by: ADMIN })),
            ..TaskPatch::default()
        }
    }

    /// A store with a task of which a proof waits.
    fn store() -> (TestStore, TaskId) {
        let store = TestStore::new();
        let id = store.write(|tx| service::create(tx, GUILD, ADMIN, &wanted())).unwrap().id;
        hands_in(&store, id, true);
        (store, id)
    }

    fn hands_in(store: &TestStore, id: TaskId, claims_first: bool) {
        let hand_in = move |tx: &Tx<'_>| {
            if claims_first {
                claims::claim(tx, GUILD, ANN, id)?;
            }
            claims::submit(tx, GUILD, ANN, id, &HandedIn { content: "done".to_owned(), files: Vec::new() })
        };
        store.write(hand_in).unwrap();
    }

    fn reviewer() -> Reviewer {
        Reviewer { by: ADMIN, is_owner: false }
    }

    fn last(store: &TestStore, id: TaskId) -> ActivityId {
        store.read(|read| latest(read, GUILD, id)).expect("it can be taken back")
    }

    fn undoes(store: &TestStore, act: ActivityId) -> Result<Undone> {
        store.write(move |tx| run(tx, GUILD, ADMIN, act))
    }

    fn balance(store: &TestStore) -> i64 {
        store.read(|read| money::balance(read, GUILD, Currency::Server, ANN)).get()
    }

    /// How many words to members are on their way.
    fn words(store: &TestStore) -> usize {
        store.payloads(NEWS.name(), "task").len()
    }

    fn state(store: &TestStore, id: TaskId) -> (ClaimState, TaskStatus) {
        store.read(|read| {
            let Claimed { task, claim } = claims::require_claimed(read, GUILD, id, ANN)?;
            Ok((claim.claim.state, task.task.status))
        })
    }

    #[test]
    fn an_acceptance_is_taken_back_with_its_reward_once() {
        let (store, id) = store();
        store.write(move |tx| task_reviewed::accept(tx, GUILD, (ANN, id), &reviewer(), "")).unwrap();
        assert_eq!((balance(&store), state(&store, id)), (100, (ClaimState::Accepted, TaskStatus::Completed)));
        let act = last(&store, id);
        assert_eq!(undoes(&store, act).unwrap(), Undone::Review(id, ANN));
        assert_eq!((balance(&store), state(&store, id)), (0, (ClaimState::Submitted, TaskStatus::Active)));
        assert_eq!(words(&store), 2, "they are told of both");
        assert_eq!(said(undoes(&store, act).unwrap_err()), said(TaskRefusal::CannotUndo.into()));
        store.write(move |tx| task_reviewed::accept(tx, GUILD, (ANN, id), &reviewer(), "")).unwrap();
        assert_eq!(balance(&store), 100, "it is accepted anew");
        assert_eq!(
            said(undoes(&store, act).unwrap_err()),
            said(TaskRefusal::CannotUndo.into()),
            "that was another one"
        );
        store.check();
    }

    #[test]
    fn an_acceptance_whose_reward_is_spent_stays() {
        let (store, id) = store();
        store.write(move |tx| task_reviewed::accept(tx, GUILD, (ANN, id), &reviewer(), "")).unwrap();
        let order = Order { currency: Currency::Server, user: ANN, reason: "spent".to_owned(), actor: ADMIN };
        store.write(move |tx| coins_by_hand::remove(tx, GUILD, &order, Amount::of(60)).map(drop)).unwrap();
        undoes(&store, last(&store, id)).unwrap_err();
        assert_eq!((balance(&store), state(&store, id)), (40, (ClaimState::Accepted, TaskStatus::Completed)));
        store.check();
    }

    #[test]
    fn what_was_said_of_a_proof_is_taken_back_until_another_is_handed_in() {
        let (store, id) = store();
        for is_question in [false, true] {
            store
                .write(move |tx| {
                    if is_question {
                        claims::ask(tx, GUILD, (ANN, id), &reviewer(), "who?")
                    } else {
                        claims::reject(tx, GUILD, (ANN, id), &reviewer(), "who?")
                    }
                })
                .unwrap();
            let before = words(&store);
            undoes(&store, last(&store, id)).unwrap();
            assert_eq!(state(&store, id).0, ClaimState::Submitted);
            assert_eq!(words(&store), before + 1, "they are told that it waits again");
        }
        store.write(move |tx| claims::reject(tx, GUILD, (ANN, id), &reviewer(), "who?")).unwrap();
        let act = last(&store, id);
        hands_in(&store, id, false);
        undoes(&store, act).unwrap_err();
        store.check();
    }

    #[test]
    fn what_was_done_with_tasks_and_categories_is_taken_back() {
        let store = TestStore::new();
        let id = store.write(|tx| service::create(tx, GUILD, ADMIN, &wanted())).unwrap().id;
        store.write(move |tx| service::expire(tx, GUILD, ADMIN, id)).unwrap();
        undoes(&store, last(&store, id)).unwrap();
        store.write(move |tx| service::assign(tx, GUILD, ADMIN, id, ANN)).unwrap();
        undoes(&store, last(&store, id)).unwrap();
        let cheaper = TaskPatch { reward: Some(5), ..TaskPatch::default() };
        store.write(move |tx| service::edit(tx, GUILD, ADMIN, (id, None), &cheaper)).unwrap();
        undoes(&store, last(&store, id)).unwrap();
        let task = store.read(|read| claims::require(read, GUILD, id)).task;
        assert_eq!((task.status, task.reward, task.assigned), (TaskStatus::Active, Amount::of(100), Vec::new()));
        for is_removed in [false, true] {
            let change = move |tx: &Tx<'_>| {
                let change = if is_removed { service::remove_category } else { service::add_category };
                change(tx, GUILD, ADMIN, "Art")
            };
            store.write(change).unwrap();
            let act = store.read(|read| latest_of_categories(read, GUILD)).unwrap();
            assert_eq!(undoes(&store, act).unwrap(), Undone::Category("Art".to_owned()));
            // As it was before, for the second time round.
            let is_there = store.read(|read| queries::own_categories(read, GUILD)).contains(&"Art".to_owned());
            assert_eq!(is_there, is_removed);
            if !is_removed {
                store.write(|tx| service::add_category(tx, GUILD, ADMIN, "Art")).unwrap();
            }
        }
        let made = store.write(|tx| service::create(tx, GUILD, ADMIN, &wanted())).unwrap().id;
        assert_eq!(undoes(&store, last(&store, made)).unwrap(), Undone::Gone("Greet".to_owned()));
        store.check();
    }
}
