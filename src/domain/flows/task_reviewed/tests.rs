//! An accepted proof is paid once, or nothing happened.

use super::*;
use crate::covers;
use crate::features::coins::queries as money;
use crate::features::tasks::claims::HandedIn;
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{ClaimState, TaskId, TaskStatus};
use crate::features::tasks::{claims, queries, service};
use crate::features::testing::{GUILD, TestStore, said};
use crate::jobs;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{ChannelId, RoleId};

const ANN: UserId = UserId::new(701_234_567_890_123_451);
const BEN: UserId = UserId::new(702_234_567_890_123_452);
const MOD: Reviewer = Reviewer { by: Actor::Member(UserId::new(801)), is_owner: false };

/// A store with a task of this reward, which these members claimed and handed in.
fn store(reward: i64, places: i64, members: &[UserId]) -> (TestStore, TaskId) {
    let store = TestStore::new();
    let wanted = TaskPatch {
        name: Some("Greet".to_owned()),
        description: Some("Say hello".to_owned()),
        reward: Some(reward),
        duration_hours: Some(24),
        max_claims: Some(places),
        channel: Some(ChannelId::new(3)),
        role: Some(Some(TaskRole { id: Some(RoleId::new(44)), name: "Helper".to_owned(), by: MOD.by })),
        ..TaskPatch::default()
    };
    let id = store.write(move |tx| service::create(tx, GUILD, MOD.by, &wanted)).unwrap().id;
    for user in members.iter().copied() {
        store
            .write(move |tx| {
                claims::claim(tx, GUILD, user, id)?;
                let handed_in = HandedIn { content: "done".to_owned(), files: Vec::new() };
                claims::submit(tx, GUILD, user, id, &handed_in)
            })
            .unwrap();
    }
    (store, id)
}

fn accepts(store: &TestStore, user: UserId, id: TaskId, reviewer: Reviewer) -> Result<Accepted> {
    store.write(move |tx| accept(tx, GUILD, (user, id), &reviewer, "well done"))
}

fn jobs_of(store: &TestStore, kind: &str) -> usize {
    store.read(|read| jobs::due_by(read, store.now(), 1_000)).iter().filter(|run| run.job.kind == kind).count()
}

fn balance(store: &TestStore, user: UserId) -> i64 {
    store.read(|read| money::balance(read, GUILD, Currency::Server, user)).get()
}

#[test]
fn an_accepted_proof_is_paid_once_with_its_role_and_its_word() {
    covers!("T-TSK-15", "T-TSK-17", "T-TSK-18", "T-TSK-19", "T-TSK-20", "T-TSK-22", "T-TSK-24", "T-HLP-18");
    let (store, id) = store(100, 2, &[ANN, BEN]);
    let Accepted { claimed, entry } = accepts(&store, ANN, id, MOD).unwrap();
    let entry = entry.unwrap();
    assert_eq!((entry.kind, entry.reason.as_str(), entry.delta), (EntryKind::TaskReward, "Completed task: Greet", 100));
    let claim = claimed.claim.claim;
    assert_eq!(
        (claim.state, claim.completed_at, claim.paid),
        (ClaimState::Accepted, Some(store.now()), Amount::of(100))
    );
    assert_eq!(claimed.task.task.status, TaskStatus::Active);
    let other = Reviewer { by: Actor::Member(UserId::new(802)), is_owner: false };
    let refused = said(accepts(&store, ANN, id, other).unwrap_err());
    assert_eq!(refused, "This proof was reviewed already by <@801>: it is accepted. Nothing was done twice.");
    assert_eq!(balance(&store, ANN), 100);
    assert_eq!(store.read(|read| queries::totals(read, GUILD)).completed, 1);
    assert_eq!(store.payloads("tasks.news", "task"), ["Greet"]);
    assert_eq!(jobs_of(&store, "roles.give"), 1);
    let completed = accepts(&store, BEN, id, MOD).unwrap();
    assert_eq!(completed.claimed.task.task.status, TaskStatus::Completed, "all of its places are accepted");
    store.check();
}

#[test]
fn where_the_balance_cannot_hold_the_reward_nothing_is_accepted() {
    covers!("T-TSK-21");
    let (store, id) = store(100, 1, &[ANN]);
    let posting = Posting {
        currency: Currency::Server,
        user: ANN,
        delta: Amount::MAX.get() - 99,
        kind: EntryKind::AdminAdd,
        reason: "rich".to_owned(),
        actor: MOD.by,
    };
    store.write(move |tx| coins_posted::run(tx, GUILD, &posting)).unwrap();
    assert_eq!(accepts(&store, ANN, id, MOD).unwrap_err().code(), "coins.full");
    let claim = store.read(|read| queries::latest_claim(read, GUILD, ANN, id)).unwrap().claim;
    assert_eq!((claim.state, claim.reviewer), (ClaimState::Submitted, None));
    assert_eq!(balance(&store, ANN), Amount::MAX.get() - 99);
    assert_eq!(store.read(|read| queries::totals(read, GUILD)).completed, 0);
    assert_eq!((jobs_of(&store, "tasks.news"), jobs_of(&store, "roles.give")), (0, 0));
    store.check();
}

#[test]
fn nobody_reviews_their_own_proof_but_the_owner() {
    let (store, id) = store(100, 2, &[ANN, BEN]);
    let own = |is_owner| Reviewer { by: Actor::Member(ANN), is_owner };
    assert_eq!(accepts(&store, ANN, id, own(false)).unwrap_err().code(), "tasks.own_proof");
    let refused = store.write(move |tx| claims::reject(tx, GUILD, (ANN, id), &own(false), "no"));
    assert_eq!(refused.unwrap_err().code(), "tasks.own_proof");
    accepts(&store, BEN, id, own(false)).unwrap();
    accepts(&store, ANN, id, own(true)).unwrap();
    store.check();
}

#[test]
fn a_reward_of_nothing_writes_no_entry() {
    let (store, id) = store(0, -1, &[ANN]);
    let accepted = accepts(&store, ANN, id, MOD).unwrap();
    assert!(accepted.entry.is_none());
    assert_eq!((balance(&store, ANN), accepted.claimed.claim.claim.state), (0, ClaimState::Accepted));
    store.check();
}

#[test]
fn while_the_currency_is_off_nothing_that_pays_in_it_is_claimed_and_what_waits_is_paid() {
    let (store, id) = store(100, -1, &[ANN]);
    store.write(|tx| crate::money::ENABLED.set(tx, GUILD, &false)).unwrap();
    let claims = |id| store.write(move |tx| claims::claim(tx, GUILD, BEN, id).map(drop));
    assert_eq!(claims(id).unwrap_err().code(), "tasks.currency_off");
    let offered = store.read(|read| Ok(queries::admit(read, GUILD, BEN, id, store.now()).is_ok()));
    assert!(!offered, "nor is it offered");
    accepts(&store, ANN, id, MOD).unwrap();
    assert_eq!(balance(&store, ANN), 100);
    let free = TaskPatch { reward: Some(0), ..TaskPatch::default() };
    store.write(move |tx| service::edit(tx, GUILD, MOD.by, (id, None), &free).map(drop)).unwrap();
    claims(id).unwrap();
    store.check();
}
