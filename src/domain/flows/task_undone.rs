//! Something that was done with tasks is taken back: a change, an end, an assignment, a category, and what a reviewer said of a proof.
//!
//! The act is named by the activity that noted it. What somebody else did since is left alone, and they are told that it cannot be
//! taken back. An undo is an act of its own. An acceptance is taken back with its reward, by the compensating entry of the ledger, and
//! with its role; where the member has spent some of the reward, that is refused and nothing changes. Whoever undoes the entry of a reward
//! takes the acceptance back with it, so that a claim never says that it was paid where it was not.

use super::coins_by_hand;
use super::erasure::is_erased;
use super::task_reviewed::reason_of;
use crate::activity::{self, Activity, ActivityId, Filter, Subject};
use crate::features::coins::model::{Currency, EntryId, EntryKind};
use crate::features::coins::queries as money;
use crate::features::coins::service::{Order, Undoing};
use crate::features::coins::tables::{LEDGER, UNDONE};
use crate::features::tasks::activity::{
    ACCEPTED, ASKED, ASSIGNED, CATEGORY_ADDED, CATEGORY_REMOVED, CHANGED, CREATED, EXPIRED, Involved, REJECTED, task_of,
};
use crate::features::tasks::claims::{self, Claimed};
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{ClaimId, ClaimState, TaskId, TaskRefusal, TaskStatus};
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
    match reward_of(tx, guild, &found)? {
        Some(entry) => {
            let reason = format!("The proof for {} waits for a review again", found.task.task.name);
            let order = Order { currency: Currency::Server, user, reason, actor: by };
            take_back(tx, guild, &order, found, entry)?;
        }
        None => unaccept(tx, guild, by, found)?,
    }
    Ok(Undone::Review(task, user))
}

/// Takes an acceptance back with its reward, which this entry paid. Refuses where some of it was spent, with what can be done.
pub(super) fn take_back(tx: &Tx<'_>, guild: GuildId, order: &Order, found: Claimed, entry: EntryId) -> Result<Undoing> {
    let (reward, balance) = (found.claim.claim.paid, money::balance(tx, guild, Currency::Server, order.user)?);
    if balance < reward && !UNDONE.contains(tx, &(guild, entry))? {
        let named = crate::money::of(tx, guild)?;
        let [reward, balance] = [reward, balance].map(|amount| named.of(amount));
        return Err(TaskRefusal::RewardSpent { reward, balance }.into());
    }
    let undoing = coins_by_hand::undo_booked(tx, guild, order, entry)?;
    unaccept(tx, guild, order.actor, found)?;
    Ok(undoing)
}

fn unaccept(tx: &Tx<'_>, guild: GuildId, by: Actor, found: Claimed) -> Result<()> {
    let (user, name) = (found.claim.claim.user, found.task.task.name.clone());
    let role = found.task.task.role.as_ref().and_then(|role| role.id);
    claims::unaccept(tx, guild, by, found)?;
    if let Some(role) = role {
        roles::take(tx, guild, user, role, Why::because(format!("Taken back: {name}")).by(by))?;
    }
    Ok(())
}

/// The claim whose reward an entry of a member is, where its acceptance stands: it goes when the entry is undone, or it would say
/// for ever that it was paid. Nothing of who was erased, or of a task that is gone: then the entry is undone by itself.
pub(super) fn paid_by(read: &dyn Read, guild: GuildId, order: &Order, id: EntryId) -> Result<Option<Claimed>> {
    let entry = LEDGER.get(read, &(guild, id))?.filter(|entry| {
        entry.kind == EntryKind::TaskReward && (entry.currency, entry.user) == (order.currency, order.user)
    });
    let Some(entry) = entry else { return Ok(None) };
    if is_erased(read, guild, entry.user)? {
        return Ok(None);
    }
    let mut found = None;
    for claim in queries::accepted_at(read, guild, entry.at)? {
        let is_paid = (claim.claim.user, claim.claim.paid.get()) == (entry.user, entry.delta);
        let Some(task) = queries::task(read, guild, claim.claim.task)? else { continue };
        if is_paid && claim.claim.proof.is_some() {
            // Of two at the same moment it is the one that the reason names.
            let is_named = entry.reason == reason_of(&task.task.name);
            let claimed = Claimed { task, claim };
            if is_named {
                return Ok(Some(claimed));
            }
            found = found.or(Some(claimed));
        }
    }
    Ok(found)
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
    // Nothing of a proof is left of who was erased.
    let has_proof = claim.claim.proof.is_some() && !is_erased(read, guild, claim.claim.user)?;
    Ok((fits && is_last && has_proof).then_some(Claimed { task: known, claim }))
}

fn names(act: &Activity, claim: ClaimId) -> bool {
    let kinds = [&ACCEPTED, &REJECTED, &ASKED];
    kinds.into_iter().filter_map(|kind| kind.details(act)).any(|told| told.claim == claim)
}

/// The entry that paid for an accepted claim: written in the same transaction, so at the same moment. Refuses where it is not found any
/// more; nothing where nothing was paid, or it was taken back by itself.
fn reward_of(read: &dyn Read, guild: GuildId, found: &Claimed) -> Result<Option<EntryId>> {
    let (claim, reason) = (&found.claim.claim, reason_of(&found.task.task.name));
    if claim.paid == Amount::ZERO {
        return Ok(None);
    }
    let entries = money::history(read, guild, Currency::Server, claim.user, LOOKED_AT)?;
    let paid = entries.into_iter().filter(|(_, entry)| {
        entry.kind == EntryKind::TaskReward && Some(entry.at) == claim.completed_at && entry.delta == claim.paid.get()
    });
    // Of two at the same moment it is the one that names the task; the latest, where it was renamed since.
    let (id, _) = paid.rev().max_by_key(|(_, entry)| entry.reason == reason).ok_or(TaskRefusal::CannotUndo)?;
    Ok(if UNDONE.contains(read, &(guild, id))? { None } else { Some(id) })
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
        insta::assert_snapshot!(said(undoes(&store, last(&store, id)).unwrap_err()), @"The reward was **100** coins, and the balance is **40** coins now: some of it was spent, so the acceptance stays. **/currency-admin remove** takes what is there; the acceptance can be taken back once the balance holds the reward again.");
        assert_eq!((balance(&store), state(&store, id)), (40, (ClaimState::Accepted, TaskStatus::Completed)));
        store.check();
    }

    #[test]
    fn whoever_undoes_the_entry_of_a_reward_takes_the_acceptance_back_and_it_can_be_paid_anew() {
        let (store, id) = store();
        let accept = || store.write(move |tx| task_reviewed::accept(tx, GUILD, (ANN, id), &reviewer(), "")).unwrap();
        let latest = || {
            let entries = store.read(|read| money::history(read, GUILD, Currency::Server, ANN, 1));
            entries.first().unwrap().0
        };
        let roll_back = |entry: EntryId| {
            let undo =
                move |tx: &Tx<'_>| coins_by_hand::undo_called(tx, GUILD, &entry.to_string(), String::new(), ADMIN);
            store.write(move |tx| undo(tx).map(drop))
        };
        accept();
        let (reward, act) = (latest(), last(&store, id));
        roll_back(reward).unwrap();
        assert_eq!((balance(&store), state(&store, id)), (0, (ClaimState::Submitted, TaskStatus::Active)));
        assert_eq!(words(&store), 2, "they are told of both");
        assert_eq!(roll_back(reward).unwrap_err().code(), "coins.already_undone");
        assert_eq!(said(undoes(&store, act).unwrap_err()), said(TaskRefusal::CannotUndo.into()));
        accept();
        assert_eq!((balance(&store), state(&store, id).0), (100, ClaimState::Accepted), "it is paid anew");
        undoes(&store, last(&store, id)).unwrap();
        assert_eq!(balance(&store), 0);
        // Of a task that is gone there is nothing to take back but the money.
        accept();
        let reward = latest();
        store.write(move |tx| service::delete(tx, GUILD, ADMIN, id).map(drop)).unwrap();
        roll_back(reward).unwrap();
        assert_eq!(balance(&store), 0);
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
