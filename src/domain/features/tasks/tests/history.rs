//! Random histories of tasks beside a plain model: what is refused, the states of all claims, counts, statuses and money are the same
//! after every step.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{ADMIN, CHANNEL, HOUR, claims, makes, rejects, state, submits, sweeps, task, wanted};
use crate::features::coins::model::{Currency, EntryKind, Posting};
use crate::features::coins::{queries as money, service as ledger};
use crate::features::tasks::claims as operations;
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{ClaimState, Counts, Reviewer, TaskId, TaskStatus};
use crate::features::tasks::settings::MOST_AT_A_TIME;
use crate::features::tasks::{queries, service};
use crate::features::testing::{GUILD, TestStore};
use crate::flows::task_reviewed;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;

const REVIEWER: Reviewer = Reviewer { by: ADMIN, is_owner: false };
const TASKS: usize = 3;
const MEMBERS: usize = 4;
const MOST: usize = 2;
const REWARD: i64 = 1_000;
const HOURS: i64 = 10;
/// The last member can be paid once and not twice.
const NEARLY_FULL: i64 = Amount::MAX.get() - REWARD - 500;

#[derive(Clone, Debug)]
enum Step {
    Claim(usize, usize),
    GiveUp(usize, usize),
    Submit(usize, usize),
    Accept(usize, usize),
    Reject(usize, usize),
    Ask(usize, usize),
    Places(usize, i64),
    Expire(usize),
    Wait(u32),
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pair = || (0..MEMBERS, 0..TASKS);
    let step = prop_oneof![
        4 => pair().prop_map(|(user, task)| Step::Claim(user, task)),
        1 => pair().prop_map(|(user, task)| Step::GiveUp(user, task)),
        4 => pair().prop_map(|(user, task)| Step::Submit(user, task)),
        3 => pair().prop_map(|(user, task)| Step::Accept(user, task)),
        2 => pair().prop_map(|(user, task)| Step::Reject(user, task)),
        1 => pair().prop_map(|(user, task)| Step::Ask(user, task)),
        1 => (0..TASKS, prop_oneof![Just(-1_i64), 1..4_i64]).prop_map(|(task, places)| Step::Places(task, places)),
        1 => (0..TASKS).prop_map(Step::Expire),
        2 => (1_u32..7).prop_map(Step::Wait),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..60)
}

#[derive(Clone, Debug)]
struct PlainTask {
    status: TaskStatus,
    ends: Timestamp,
    places: i64,
    claims: BTreeMap<usize, (ClaimState, Timestamp)>,
}

impl PlainTask {
    fn count(&self, of: ClaimState) -> u32 {
        u32::try_from(self.claims.values().filter(|(state, _)| *state == of).count()).unwrap()
    }

    fn taken_by_others(&self, user: usize) -> i64 {
        let taken = self.claims.iter().filter(|(other, (state, _))| **other != user && is_holding(*state)).count();
        i64::try_from(taken).unwrap()
    }

    fn settle(&mut self) {
        let is_done = self.places > 0 && i64::from(self.count(ClaimState::Accepted)) >= self.places;
        if self.status == TaskStatus::Active && is_done {
            self.status = TaskStatus::Completed;
        }
    }
}

fn is_holding(state: ClaimState) -> bool {
    !matches!(state, ClaimState::Expired | ClaimState::Abandoned)
}

#[derive(Clone, Debug)]
struct Plain {
    tasks: Vec<PlainTask>,
    money: Vec<i64>,
    accepted: u64,
}

impl Plain {
    /// Does a step, and tells whether it is allowed. Time is told from outside.
    fn takes(&mut self, step: &Step, now: Timestamp) -> bool {
        let deadline = |hours: i64| now.after(HOUR * u32::try_from(hours).unwrap());
        match *step {
            Step::Claim(user, id) => {
                let of_others = self.tasks.iter().enumerate().filter(|(other, _)| *other != id);
                let busy = of_others
                    .filter_map(|(_, task)| task.claims.get(&user))
                    .filter(|(state, _)| matches!(state, ClaimState::InProgress | ClaimState::Submitted));
                let busy = busy.count();
                let task = &mut self.tasks[id];
                let is_in_the_way = match task.claims.get(&user) {
                    Some((ClaimState::InProgress | ClaimState::Rejected, until)) => now < *until,
                    Some((ClaimState::Submitted | ClaimState::Accepted, _)) => true,
                    _ => false,
                };
                let is_full = task.places > 0 && task.taken_by_others(user) >= task.places;
                let is_open = task.status == TaskStatus::Active && now < task.ends;
                if is_in_the_way || is_full || !is_open || busy >= MOST {
                    return false;
                }
                task.claims.insert(user, (ClaimState::InProgress, deadline(HOURS)));
            }
            Step::GiveUp(user, id) => {
                return self.moves(user, id, |state, until| match state {
                    ClaimState::InProgress | ClaimState::Submitted | ClaimState::Rejected => {
                        Some((ClaimState::Abandoned, until))
                    }
                    _ => None,
                });
            }
            Step::Submit(user, id) => {
                return self.moves(user, id, |state, until| match state {
                    ClaimState::InProgress | ClaimState::Rejected if now < until => {
                        Some((ClaimState::Submitted, until))
                    }
                    _ => None,
                });
            }
            Step::Reject(user, id) => {
                return self.moves(user, id, |state, until| {
                    (state == ClaimState::Submitted).then_some((ClaimState::Rejected, until))
                });
            }
            Step::Ask(user, id) => {
                return self.moves(user, id, |state, until| {
                    (state == ClaimState::Submitted).then(|| (ClaimState::InProgress, until.max(deadline(24))))
                });
            }
            Step::Accept(user, id) => {
                if self.money[user] + REWARD > Amount::MAX.get() {
                    return false;
                }
                let is_accepted = self.moves(user, id, |state, until| {
                    (state == ClaimState::Submitted).then_some((ClaimState::Accepted, until))
                });
                if is_accepted {
                    self.money[user] += REWARD;
                    self.accepted += 1;
                    self.tasks[id].settle();
                }
                return is_accepted;
            }
            Step::Places(id, places) => {
                let task = &mut self.tasks[id];
                let taken = task.taken_by_others(usize::MAX);
                if places > 0 && places < taken {
                    return false;
                }
                task.places = places;
                let has_room = places < 0 || places > i64::from(task.count(ClaimState::Accepted));
                if task.status == TaskStatus::Completed && has_room && now < task.ends {
                    task.status = TaskStatus::Active;
                }
                task.settle();
            }
            Step::Expire(id) => {
                let task = &mut self.tasks[id];
                if task.status != TaskStatus::Active {
                    return false;
                }
                task.status = TaskStatus::Expired;
            }
            Step::Wait(_) => {}
            Step::Sweep => {
                for task in &mut self.tasks {
                    if task.status == TaskStatus::Active && now >= task.ends {
                        task.status = TaskStatus::Expired;
                    }
                    for (state, until) in task.claims.values_mut() {
                        if matches!(state, ClaimState::InProgress | ClaimState::Rejected) && now >= *until {
                            *state = ClaimState::Expired;
                        }
                    }
                }
            }
        }
        true
    }

    fn moves(
        &mut self,
        user: usize,
        id: usize,
        to: impl FnOnce(ClaimState, Timestamp) -> Option<(ClaimState, Timestamp)>,
    ) -> bool {
        let Some(claim) = self.tasks[id].claims.get_mut(&user) else { return false };
        let Some(after) = to(claim.0, claim.1) else { return false };
        *claim = after;
        true
    }
}

const fn member(user: usize) -> UserId {
    UserId::new(700_000_000_000_000_001 + user as u64)
}

const fn number(task: usize) -> TaskId {
    TaskId::new(1 + task as u64)
}

fn does(store: &TestStore, step: &Step) -> bool {
    match *step {
        Step::Claim(user, id) => claims(store, member(user), number(id)).is_ok(),
        Step::Submit(user, id) => submits(store, member(user), number(id), "done").is_ok(),
        Step::Reject(user, id) => rejects(store, member(user), number(id)).is_ok(),
        Step::GiveUp(user, id) => {
            let (user, id) = (member(user), number(id));
            store.write(move |tx| operations::abandon(tx, GUILD, Actor::Member(user), user, id)).is_ok()
        }
        Step::Accept(user, id) => {
            let whose = (member(user), number(id));
            store.write(move |tx| task_reviewed::accept(tx, GUILD, whose, &REVIEWER, "")).is_ok()
        }
        Step::Ask(user, id) => {
            let whose = (member(user), number(id));
            store.write(move |tx| operations::ask(tx, GUILD, whose, &REVIEWER, "who?")).is_ok()
        }
        Step::Places(id, places) => {
            let patch = TaskPatch { max_claims: Some(places), ..TaskPatch::default() };
            store.write(move |tx| service::edit(tx, GUILD, ADMIN, (number(id), None), &patch)).is_ok()
        }
        Step::Expire(id) => store.write(move |tx| service::expire(tx, GUILD, ADMIN, number(id))).is_ok(),
        Step::Wait(hours) => {
            store.advance(HOUR * hours);
            true
        }
        Step::Sweep => {
            sweeps(store);
            true
        }
    }
}

fn begin() -> (TestStore, Plain) {
    let store = TestStore::new();
    store.write(|tx| MOST_AT_A_TIME.set(tx, GUILD, &2)).unwrap();
    let ends = store.now().after(HOUR * 10);
    let mut plain = Plain { tasks: Vec::new(), money: vec![0; MEMBERS], accepted: 0 };
    for places in [1, 2, -1] {
        let id = makes(&store, TaskPatch { channel: Some(CHANNEL), ..wanted("Greet", REWARD, HOURS, places) });
        assert_eq!(id, number(plain.tasks.len()));
        plain.tasks.push(PlainTask { status: TaskStatus::Active, ends, places, claims: BTreeMap::new() });
    }
    let rich = Posting {
        currency: Currency::Server,
        user: member(MEMBERS - 1),
        delta: NEARLY_FULL,
        kind: EntryKind::AdminAdd,
        reason: "a rich member".to_owned(),
        actor: ADMIN,
    };
    store.write(move |tx| ledger::apply(tx, GUILD, &rich)).unwrap();
    plain.money[MEMBERS - 1] = NEARLY_FULL;
    (store, plain)
}

fn compare(store: &TestStore, plain: &Plain, step: &Step) {
    for (index, expected) in plain.tasks.iter().enumerate() {
        let found = task(store, number(index));
        assert_eq!((found.status, found.max_claims_number()), (expected.status, expected.places), "after {step:?}");
        let counts = Counts {
            in_progress: expected.count(ClaimState::InProgress),
            submitted: expected.count(ClaimState::Submitted),
            accepted: expected.count(ClaimState::Accepted),
            rejected: expected.count(ClaimState::Rejected),
        };
        assert_eq!(found.counts, counts, "after {step:?}");
        for user in 0..MEMBERS {
            let state = state(store, member(user), number(index));
            assert_eq!(state, expected.claims.get(&user).map(|(state, _)| *state), "after {step:?}");
        }
    }
    for (user, expected) in plain.money.iter().enumerate() {
        let balance = store.read(|read| money::balance(read, GUILD, Currency::Server, member(user)));
        assert_eq!(balance.get(), *expected, "after {step:?}");
    }
    assert_eq!(store.read(|read| queries::totals(read, GUILD)).completed, plain.accepted);
    let waiting: u32 = plain.tasks.iter().map(|task| task.count(ClaimState::Submitted)).sum();
    assert_eq!(store.read(|read| queries::waiting(read, GUILD)), u64::from(waiting));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_history_of_tasks_is_what_a_plain_model_says(steps in steps()) {
        let (store, mut plain) = begin();
        for step in steps {
            let is_done = does(&store, &step);
            let is_allowed = plain.takes(&step, store.now());
            prop_assert_eq!(is_done, is_allowed, "{:?} with {:?}", step, plain);
            compare(&store, &plain, &step);
        }
        store.check();
    }
}
