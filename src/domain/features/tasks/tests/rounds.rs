//! Tasks that repeat: each member once in each round, and what was done before stays.

use proptest::prelude::*;

use super::{
    ADMIN, ANN, BEN, CHANNEL, HOUR, REVIEWER, claims, code, edits, makes, rejects, submits, sweeps, task, wanted,
};
use crate::features::tasks::claims as operations;
use crate::features::tasks::editing::{Field, TaskPatch};
use crate::features::tasks::model::{ClaimState, Repeats, TaskId, TaskStatus, Whose};
use crate::features::tasks::settings::{MOST_AT_A_TIME, RETRY_HOURS};
use crate::features::tasks::{rules, service, tables};
use crate::features::testing::{GUILD, TestStore, said};
use crate::flows::task_reviewed;
use crate::jobs;
use crate::kernel::actor::Actor;
use crate::kernel::calendar::{Date, Zone};
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::profile::TIMEZONE;
use crate::store::Direction;

/// Longer than a round.
const HOURS: u32 = 30;

fn daily(places: i64) -> TaskPatch {
    TaskPatch { channel: Some(CHANNEL), repeats: Some(Repeats::Daily), ..wanted("Greet", 100, HOURS.into(), places) }
}

/// A store of a server in Berlin, a week before its clock is changed.
fn berlin() -> TestStore {
    let store = TestStore::new();
    let begin = Timestamp::from_rfc3339("2026-03-23T10:00:00Z").unwrap();
    store.advance(begin.since(store.now()));
    store.write(|tx| TIMEZONE.set(tx, GUILD, &Zone::named("Europe/Berlin").unwrap())).unwrap();
    store
}

fn accepts(store: &TestStore, user: UserId, id: TaskId) -> crate::kernel::error::Result<()> {
    store.write(move |tx| task_reviewed::accept(tx, GUILD, (user, id), &REVIEWER, "").map(drop))
}

/// The states of all claims of a member, the first first.
fn all(store: &TestStore, user: UserId, id: TaskId) -> Vec<ClaimState> {
    let ids = store.read(|read| tables::BY_MEMBER.page(read, (GUILD, user, id), Direction::Forward, 1_000));
    let claims = store.read(|read| tables::claims_at(read, GUILD, ids.into_iter().map(|(.., id)| id)));
    claims.into_iter().map(|known| known.claim.state).collect()
}

#[test]
fn each_member_does_it_once_in_each_round_and_what_was_done_stays() {
    let store = berlin();
    let id = makes(&store, daily(1));
    claims(&store, ANN, id).unwrap();
    submits(&store, ANN, id, "done").unwrap();
    accepts(&store, ANN, id).unwrap();
    assert_eq!(task(&store, id).status, TaskStatus::Active, "it goes on");
    let refused = said(claims(&store, ANN, id).unwrap_err());
    assert!(refused.starts_with("You have done **Greet** already in this round."), "{refused}");
    assert_eq!(code(claims(&store, BEN, id)), "tasks.full");
    // At eleven in the evening it is the same day, at one in the night it is not.
    store.advance(HOUR * 12);
    assert_eq!(code(claims(&store, ANN, id)), "tasks.done_for_now");
    store.advance(HOUR * 2);
    claims(&store, ANN, id).unwrap();
    assert_eq!(all(&store, ANN, id), [ClaimState::Accepted, ClaimState::InProgress]);
    assert_eq!((task(&store, id).round, task(&store, id).counts.taken()), (1, 1));
    store.check();
}

#[test]
fn a_round_begins_by_its_alarm_and_by_the_sweep_and_only_once() {
    let store = berlin();
    let id = makes(&store, daily(-1));
    let next = task(&store, id).next_round.unwrap();
    assert_eq!(next, Timestamp::from_rfc3339("2026-03-23T23:00:00Z").unwrap());
    let due = store.read(|read| jobs::due_by(read, next, 1_000));
    let kind = tables::EXPIRY.name();
    assert!(
        due.iter().any(|run| run.job.kind == kind && run.job.due == next),
        "it rings at the beginning of the round"
    );
    store.advance(HOUR * 13);
    assert!(store.write(move |tx| service::turn(tx, GUILD, id)).unwrap());
    assert!(!store.write(move |tx| service::turn(tx, GUILD, id)).unwrap(), "once");
    // Three days in which nothing ran are one further round.
    store.advance(HOUR * 72);
    sweeps(&store);
    assert_eq!(task(&store, id).round, 2);
    assert!(task(&store, id).next_round.is_some_and(|next| next > store.now()));
    store.write(move |tx| service::expire(tx, GUILD, ADMIN, id)).unwrap();
    store.advance(HOUR * 72);
    sweeps(&store);
    assert_eq!(
        (task(&store, id).round, code(claims(&store, ANN, id))),
        (2, "tasks.not_active"),
        "what is over stays over"
    );
    store.check();
}

#[test]
fn proofs_of_two_rounds_wait_side_by_side_and_each_is_reviewed_by_itself() {
    let store = berlin();
    let id = makes(&store, daily(1));
    claims(&store, ANN, id).unwrap();
    let first = submits(&store, ANN, id, "done").unwrap().claim.id;
    store.advance(HOUR * 14);
    claims(&store, ANN, id).unwrap();
    let second = submits(&store, ANN, id, "done again").unwrap().claim.id;
    let whose = move |claim| Whose { user: ANN, task: id, claim: Some(claim) };
    store.write(move |tx| task_reviewed::accept(tx, GUILD, whose(second), &REVIEWER, "")).unwrap();
    assert_eq!(all(&store, ANN, id), [ClaimState::Submitted, ClaimState::Accepted]);
    assert_eq!(task(&store, id).counts.accepted, 1);
    rejects(&store, ANN, id).unwrap();
    assert_eq!(all(&store, ANN, id), [ClaimState::Rejected, ClaimState::Accepted]);
    assert_eq!(task(&store, id).counts.rejected, 0, "it is of a round that is over");
    // It has its own deadline still, and another proof is meant for it.
    assert_eq!(submits(&store, ANN, id, "better").unwrap().claim.id, first);
    let other =
        store.write(move |tx| operations::reject(tx, GUILD, Whose { user: BEN, ..whose(first) }, &REVIEWER, "no"));
    assert_eq!(code(other), "tasks.nothing_to_review", "a number is no way to the claim of somebody else");
    store.check();
}

#[test]
fn what_is_still_to_be_proven_is_finished_or_given_up_before_the_next_round_is_claimed() {
    let store = berlin();
    let id = makes(&store, daily(-1));
    claims(&store, ANN, id).unwrap();
    store.advance(HOUR * 14);
    assert_eq!(code(claims(&store, ANN, id)), "tasks.claimed");
    store.write(move |tx| operations::abandon(tx, GUILD, Actor::Member(ANN), ANN, id)).unwrap();
    claims(&store, ANN, id).unwrap();
    assert_eq!(all(&store, ANN, id), [ClaimState::InProgress]);
    store.check();
}

#[test]
fn a_task_begins_and_stops_to_repeat_and_its_undo_brings_the_end_back() {
    let store = berlin();
    let id = makes(&store, wanted("Greet", 100, 24, -1));
    let end = task(&store, id).expires_at;
    edits(&store, id, Field::Repeats, "weekly").unwrap();
    let repeating = task(&store, id);
    assert_eq!(repeating.next_round, Some(Timestamp::from_rfc3339("2026-03-29T22:00:00Z").unwrap()));
    assert_eq!(repeating.expires_at, store.now().after(rules::hours(rules::MOST_HOURS)));
    let act = store.read(|read| crate::flows::task_undone::latest(read, GUILD, id)).unwrap();
    store.write(move |tx| service::undo_edit(tx, GUILD, ADMIN, act)).unwrap();
    let again = task(&store, id);
    assert_eq!((again.repeats, again.next_round, again.expires_at), (Repeats::Never, None, end));
    assert_eq!(code(edits(&store, id, Field::Repeats, "yearly")), "tasks.no_such_repetition");
    store.check();
}

#[test]
fn whoever_was_rejected_waits_as_long_as_the_server_says() {
    let store = TestStore::new();
    store.write(|tx| RETRY_HOURS.set(tx, GUILD, &2)).unwrap();
    let id = makes(&store, wanted("Greet", 100, 24, -1));
    claims(&store, ANN, id).unwrap();
    submits(&store, ANN, id, "done").unwrap();
    rejects(&store, ANN, id).unwrap();
    let refused = said(submits(&store, ANN, id, "better").unwrap_err());
    assert!(refused.contains("You can try again at"), "{refused}");
    // To give it up is no way around.
    store.write(move |tx| operations::abandon(tx, GUILD, Actor::Member(ANN), ANN, id)).unwrap();
    assert_eq!(code(claims(&store, ANN, id)), "tasks.too_soon");
    store.advance(HOUR * 2);
    claims(&store, ANN, id).unwrap();
    submits(&store, ANN, id, "better").unwrap();
    store.check();
}

const MEMBERS: usize = 3;
const PLACES: usize = 2;

#[derive(Clone, Debug)]
enum Step {
    Claim(usize),
    GiveUp(usize),
    Submit(usize),
    Accept(usize),
    Reject(usize),
    Wait(u32),
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..MEMBERS).prop_map(Step::Claim),
        1 => (0..MEMBERS).prop_map(Step::GiveUp),
        3 => (0..MEMBERS).prop_map(Step::Submit),
        2 => (0..MEMBERS).prop_map(Step::Accept),
        1 => (0..MEMBERS).prop_map(Step::Reject),
        3 => (1_u32..15).prop_map(Step::Wait),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..60)
}

/// The claims of each member by the local day on which they were made: state, and deadline.
type Plain = Vec<Vec<(Date, ClaimState, Timestamp)>>;

const fn waits(state: ClaimState) -> bool {
    matches!(state, ClaimState::InProgress | ClaimState::Rejected)
}

/// Does a step, and tells whether it is allowed.
fn takes(plain: &mut Plain, step: &Step, (now, today): (Timestamp, Date)) -> bool {
    let first = |claims: &mut Vec<(Date, ClaimState, Timestamp)>, fits: &dyn Fn(ClaimState, Timestamp) -> bool| {
        claims.iter().position(|(_, state, until)| fits(*state, *until))
    };
    match *step {
        Step::Claim(user) => {
            let is_holding = |state| !matches!(state, ClaimState::Expired | ClaimState::Abandoned);
            let of_others = plain.iter().enumerate().filter(|(other, _)| *other != user).flat_map(|(_, claims)| claims);
            let taken = of_others.filter(|(day, state, _)| *day == today && is_holding(*state)).count();
            let claims = &mut plain[user];
            let is_in_the_way = claims.last().is_some_and(|(day, state, until)| match state {
                ClaimState::InProgress | ClaimState::Rejected => now < *until,
                ClaimState::Submitted | ClaimState::Accepted => *day == today,
                _ => false,
            });
            if is_in_the_way || taken >= PLACES {
                return false;
            }
            if claims.last().is_some_and(|(_, state, _)| !matches!(state, ClaimState::Submitted | ClaimState::Accepted))
            {
                claims.pop();
            }
            claims.push((today, ClaimState::InProgress, now.after(HOUR * HOURS)));
        }
        Step::GiveUp(user) => {
            let claims = &mut plain[user];
            let Some(meant) =
                first(claims, &|state, until| waits(state) && now < until).or(claims.len().checked_sub(1))
            else {
                return false;
            };
            if !claims[meant].1.is_open() {
                return false;
            }
            claims[meant].1 = ClaimState::Abandoned;
        }
        Step::Submit(user) => {
            let Some(meant) = first(&mut plain[user], &|state, until| waits(state) && now < until) else {
                return false;
            };
            plain[user][meant].1 = ClaimState::Submitted;
        }
        Step::Accept(user) | Step::Reject(user) => {
            let Some(meant) = first(&mut plain[user], &|state, _| state == ClaimState::Submitted) else { return false };
            let is_accepted = matches!(step, Step::Accept(_));
            plain[user][meant].1 = if is_accepted { ClaimState::Accepted } else { ClaimState::Rejected };
        }
        Step::Wait(_) => {}
        Step::Sweep => {
            for claim in plain.iter_mut().flatten().filter(|(_, state, until)| waits(*state) && now >= *until) {
                claim.1 = ClaimState::Expired;
            }
        }
    }
    true
}

fn does(store: &TestStore, step: &Step, id: TaskId) -> bool {
    let member = |user: usize| UserId::new(700_000_000_000_000_001 + user as u64);
    match *step {
        Step::Claim(user) => claims(store, member(user), id).is_ok(),
        Step::Submit(user) => submits(store, member(user), id, "done").is_ok(),
        Step::Accept(user) => accepts(store, member(user), id).is_ok(),
        Step::Reject(user) => rejects(store, member(user), id).is_ok(),
        Step::GiveUp(user) => {
            let user = member(user);
            store.write(move |tx| operations::abandon(tx, GUILD, Actor::Member(user), user, id)).is_ok()
        }
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nobody_has_a_task_twice_on_one_local_day_in_any_history_around_summer_time(steps in steps()) {
        let store = berlin();
        store.write(|tx| MOST_AT_A_TIME.set(tx, GUILD, &100)).unwrap();
        let id = makes(&store, daily(i64::try_from(PLACES).unwrap()));
        let zone = Zone::named("Europe/Berlin").unwrap();
        let mut plain: Plain = vec![Vec::new(); MEMBERS];
        for step in steps {
            let is_done = does(&store, &step, id);
            let today = zone.local(store.now()).unwrap().date();
            let is_allowed = takes(&mut plain, &step, (store.now(), today));
            prop_assert_eq!(is_done, is_allowed, "{:?} with {:?}", step, plain);
            for (user, expected) in plain.iter().enumerate() {
                let found = all(&store, UserId::new(700_000_000_000_000_001 + user as u64), id);
                let expected: Vec<_> = expected.iter().map(|(_, state, _)| *state).collect();
                prop_assert_eq!(found, expected, "after {:?}", step);
            }
        }
        store.check();
    }
}
