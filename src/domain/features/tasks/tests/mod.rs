//! Tasks from the transaction in which they are made to the one in which nothing is left of them.

mod history;
mod rounds;
mod team;

use std::time::Duration;

use super::claims::{self, Claimed, HandedIn};
use super::editing::{Field, TaskPatch};
use super::model::{ClaimState, Counts, KnownTask, Reviewer, Task, TaskId, TaskStatus};
use super::settings::{ENDS_BY_ITSELF, MOST_AT_A_TIME, OPEN_TO_ALL, PROOF_NEEDED};
use super::{queries, rules, service, statistics, tables, upkeep};
use crate::covers;
use crate::features::Due;
use crate::features::testing::{GUILD, TestStore, said};
use crate::jobs::{self, JobId};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Direction, Erasure};

pub(super) const ADMIN: Actor = Actor::Member(UserId::new(901_234_567_890_123_459));
const ANN: UserId = UserId::new(701_234_567_890_123_451);
const BEN: UserId = UserId::new(702_234_567_890_123_452);
const OTHER: GuildId = GuildId::new(6);
const CHANNEL: ChannelId = ChannelId::new(3);
const REVIEWER: Reviewer = Reviewer { by: ADMIN, is_owner: false };
const HOUR: Duration = Duration::from_hours(1);

pub(super) fn wanted(name: &str, reward: i64, hours: i64, places: i64) -> TaskPatch {
    TaskPatch {
        name: Some(name.to_owned()),
        description: Some("Say hello to somebody new".to_owned()),
        reward: Some(reward),
        duration_hours: Some(hours),
        max_claims: Some(places),
        channel: Some(CHANNEL),
        ..TaskPatch::default()
    }
}

pub(super) fn makes(store: &TestStore, wanted: TaskPatch) -> TaskId {
    store.write(move |tx| service::create(tx, GUILD, ADMIN, &wanted)).unwrap().id
}

pub(super) fn claims(store: &TestStore, user: UserId, id: TaskId) -> Result<Claimed> {
    store.write(move |tx| claims::claim(tx, GUILD, user, id))
}

pub(super) fn submits(store: &TestStore, user: UserId, id: TaskId, text: &'static str) -> Result<Claimed> {
    let handed_in = HandedIn { content: text.to_owned(), files: Vec::new() };
    store.write(move |tx| claims::submit(tx, GUILD, user, id, &handed_in))
}

pub(super) fn rejects(store: &TestStore, user: UserId, id: TaskId) -> Result<Claimed> {
    store.write(move |tx| claims::reject(tx, GUILD, (user, id), &REVIEWER, "too dark"))
}

fn edits(store: &TestStore, id: TaskId, field: Field, typed: &'static str) -> Result<KnownTask> {
    store.write(move |tx| service::edit(tx, GUILD, ADMIN, (id, None), &field.change(typed)?))
}

pub(super) fn task(store: &TestStore, id: TaskId) -> Task {
    store.read(|read| tables::task(read, GUILD, id)).unwrap().task
}

pub(super) fn state(store: &TestStore, user: UserId, id: TaskId) -> Option<ClaimState> {
    store.read(|read| tables::latest_claim(read, GUILD, user, id)).map(|known| known.claim.state)
}

/// How many jobs of a kind are due.
fn jobs_of(store: &TestStore, kind: &str) -> usize {
    store.read(|read| jobs::due_by(read, store.now(), 1_000)).iter().filter(|run| run.job.kind == kind).count()
}

/// One round of the sweep.
pub(super) fn sweeps(store: &TestStore) {
    let due = Due { guild: GUILD, subject: 0, at: store.now() };
    while store.read(|read| (upkeep::OVERDUE.is_due)(read, &due)) {
        store.write(move |tx| (upkeep::OVERDUE.step)(tx, &due, None)).unwrap();
    }
}

fn code<T: std::fmt::Debug>(refused: Result<T>) -> &'static str {
    refused.unwrap_err().code()
}

#[test]
fn a_thousand_members_for_ten_places_get_exactly_ten() {
    covers!("T-TSK-11", "T-EDG-04", "T-HLP-12");
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, 10));
    let members = (1..=1000).map(|number| UserId::new(700_000_000_000_000_000 + number));
    let got = members.filter(|user| claims(&store, *user, id).is_ok()).count();
    assert_eq!(got, 10);
    assert_eq!((task(&store, id).counts.taken(), task(&store, id).places_left()), (10, Some(0)));
    let refused = said(claims(&store, ANN, id).unwrap_err());
    assert!(refused.starts_with("All places of **Greet** are taken: 10 of 10."), "{refused}");
    store.check();
}

#[test]
fn a_claim_has_so_many_hours_whatever_becomes_of_the_task() {
    covers!("T-TSK-10", "T-HLP-11", "T-EDG-06");
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, -1));
    store.advance(HOUR * 23);
    let claimed = claims(&store, ANN, id).unwrap().claim.claim;
    let deadline = store.now().after(HOUR * 24);
    assert_eq!((claimed.state, claimed.deadline), (ClaimState::InProgress, deadline));
    edits(&store, id, Field::DurationHours, "48").unwrap();
    store.write(move |tx| service::expire(tx, GUILD, ADMIN, id)).unwrap();
    assert_eq!(code(claims(&store, BEN, id)), "tasks.not_active");
    store.advance(HOUR * 23);
    submits(&store, ANN, id, "done").unwrap();
    // A year that holds both changes of the clock of most zones.
    assert_eq!(rules::deadline(Timestamp::from_millis(0), 8_760).seconds(), 365 * 86_400);
    store.check();
}

#[test]
fn only_what_is_active_and_not_over_can_be_claimed() {
    covers!("T-TSK-06", "T-TSK-09", "T-HLP-09", "T-HLP-10");
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 1, -1));
    assert_eq!(code(claims(&store, ANN, TaskId::new(9))), "tasks.no_such_task");
    assert_eq!(code(store.write(move |tx| claims::claim(tx, OTHER, ANN, id))), "tasks.no_such_task");
    claims(&store, ANN, id).unwrap();
    assert_eq!(code(claims(&store, ANN, id)), "tasks.claimed");
    store.advance(HOUR);
    assert_eq!(code(claims(&store, BEN, id)), "tasks.over", "the clock says so, before anything swept");
    sweeps(&store);
    assert_eq!(code(claims(&store, BEN, id)), "tasks.not_active");
    assert_eq!(state(&store, ANN, id), Some(ClaimState::Expired));
    assert_eq!(store.read(|read| queries::totals(read, GUILD)).expired, 1);
    assert_eq!(task(&store, id).counts, Counts::default());
    store.check();
}

#[test]
fn a_member_has_so_many_tasks_at_a_time_and_those_that_wait_for_a_review_count() {
    covers!("T-EDG-05");
    let store = TestStore::new();
    store.write(|tx| MOST_AT_A_TIME.set(tx, GUILD, &2)).unwrap();
    let ids = ["one", "two", "three"].map(|name| makes(&store, wanted(name, 0, 24, -1)));
    claims(&store, ANN, ids[0]).unwrap();
    claims(&store, ANN, ids[1]).unwrap();
    submits(&store, ANN, ids[0], "done").unwrap();
    assert_eq!(code(claims(&store, ANN, ids[2])), "tasks.too_many");
    rejects(&store, ANN, ids[0]).unwrap();
    claims(&store, ANN, ids[2]).unwrap();
    store.check();
}

#[test]
fn where_tasks_are_not_for_everybody_those_alone_claim_one_to_whom_it_is_assigned() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, -1));
    store.write(|tx| OPEN_TO_ALL.set(tx, GUILD, &false)).unwrap();
    store.write(move |tx| service::assign(tx, GUILD, ADMIN, id, ANN)).unwrap();
    assert_eq!(code(store.write(move |tx| service::assign(tx, GUILD, ADMIN, id, ANN))), "tasks.assigned_already");
    assert_eq!(store.payloads("tasks.news", "task"), ["Greet"]);
    claims(&store, ANN, id).unwrap();
    assert_eq!(code(claims(&store, BEN, id)), "tasks.not_assigned");
    store.write(move |tx| service::unassign(tx, GUILD, ADMIN, id, ANN)).unwrap();
    assert_eq!(state(&store, ANN, id), Some(ClaimState::InProgress), "what was claimed stays claimed");
    assert_eq!(task(&store, id).revision, 3);
    store.check();
}

#[test]
fn a_rejected_proof_may_be_handed_in_again_until_the_deadline_and_keeps_its_place_until_then() {
    covers!("T-HLP-19", "T-TSK-03", "T-TSK-12", "T-TSK-25");
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 48, 1));
    claims(&store, ANN, id).unwrap();
    assert_eq!(code(submits(&store, ANN, id, "  ")), "tasks.no_proof");
    assert_eq!(code(submits(&store, BEN, id, "done")), "tasks.not_claimed");
    submits(&store, ANN, id, "done").unwrap();
    assert_eq!(code(submits(&store, ANN, id, "done twice")), "tasks.waiting");
    let refused = store.write(move |tx| claims::reject(tx, GUILD, (ANN, id), &REVIEWER, " \n "));
    assert_eq!(code(refused), "tasks.no_reason");
    let rejected = rejects(&store, ANN, id).unwrap().claim.claim;
    assert_eq!((rejected.notes.as_str(), rejected.reviewer), ("too dark", Some(ADMIN)));
    assert_eq!(code(rejects(&store, ANN, id)), "tasks.reviewed");
    assert_eq!(code(claims(&store, BEN, id)), "tasks.full");
    submits(&store, ANN, id, "here it is").unwrap();
    rejects(&store, ANN, id).unwrap();
    store.advance(HOUR * 47);
    edits(&store, id, Field::DurationHours, "96").unwrap();
    store.advance(HOUR);
    assert_eq!(code(submits(&store, ANN, id, "late")), "tasks.too_late");
    sweeps(&store);
    assert_eq!(state(&store, ANN, id), Some(ClaimState::Expired));
    claims(&store, BEN, id).unwrap();
    assert_eq!(jobs_of(&store, "tasks.news"), 2);
    store.check();
}

#[test]
fn whoever_is_asked_for_more_has_a_day_at_least() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 2, 1));
    claims(&store, ANN, id).unwrap();
    submits(&store, ANN, id, "done").unwrap();
    store.advance(HOUR * 5);
    sweeps(&store);
    assert_eq!(state(&store, ANN, id), Some(ClaimState::Submitted), "it was there in time");
    let asked = store.write(move |tx| claims::ask(tx, GUILD, (ANN, id), &REVIEWER, "who?")).unwrap();
    assert_eq!(asked.claim.claim.deadline, store.now().after(HOUR * 24));
    store.advance(HOUR * 23);
    sweeps(&store);
    submits(&store, ANN, id, "Ben").unwrap();
    store.check();
}

#[test]
fn a_claim_that_is_given_up_frees_its_place_and_can_be_made_again() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, 1));
    claims(&store, ANN, id).unwrap();
    submits(&store, ANN, id, "done").unwrap();
    let give_up =
        move |store: &TestStore| store.write(move |tx| claims::abandon(tx, GUILD, Actor::Member(ANN), ANN, id));
    let given_up = give_up(&store).unwrap().claim.claim;
    assert_eq!((given_up.state, given_up.proof), (ClaimState::Abandoned, None));
    assert_eq!(code(give_up(&store)), "tasks.not_claimed");
    claims(&store, BEN, id).unwrap();
    assert_eq!(code(claims(&store, ANN, id)), "tasks.full");
    store.write(move |tx| claims::abandon(tx, GUILD, ADMIN, BEN, id)).unwrap();
    claims(&store, ANN, id).unwrap();
    let all = store.read(|read| tables::CLAIMS.page(read, GUILD, Direction::Forward, 10));
    assert_eq!(all.len(), 2, "a claim that came to nothing begins anew: {all:?}");
    store.check();
}

#[test]
fn without_the_sweep_nothing_ends_and_what_is_late_is_refused_all_the_same() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 1, -1));
    claims(&store, ANN, id).unwrap();
    store.write(|tx| ENDS_BY_ITSELF.set(tx, GUILD, &false)).unwrap();
    store.advance(HOUR * 2);
    sweeps(&store);
    assert_eq!((task(&store, id).status, state(&store, ANN, id)), (TaskStatus::Active, Some(ClaimState::InProgress)));
    assert_eq!(code(claims(&store, BEN, id)), "tasks.over");
    assert_eq!(code(submits(&store, ANN, id, "done")), "tasks.too_late");
    store.write(|tx| ENDS_BY_ITSELF.set(tx, GUILD, &true)).unwrap();
    sweeps(&store);
    assert_eq!((task(&store, id).status, state(&store, ANN, id)), (TaskStatus::Expired, Some(ClaimState::Expired)));
    store.check();
}

#[test]
fn an_alarm_ends_what_is_over_and_one_of_before_does_nothing() {
    covers!("T-HLP-17");
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 1, -1));
    let ring = |store: &TestStore| {
        let runs = store.read(|read| jobs::due_by(read, store.now(), 100));
        let of = |name: &str| runs.iter().find(|run| run.job.kind == name).cloned();
        of("tasks.expiry").map(|run| tables::EXPIRY.ring(&run).unwrap())
    };
    edits(&store, id, Field::DurationHours, "2").unwrap();
    store.advance(HOUR);
    assert_eq!(ring(&store), None, "the alarm moved with the end");
    store.advance(HOUR);
    let ring = ring(&store).unwrap();
    assert!(store.read(|read| tables::EXPIRY.waiting(read, ring)).is_some());
    assert!(store.write(move |tx| service::run_out(tx, GUILD, id)).unwrap());
    assert!(!store.write(move |tx| service::run_out(tx, GUILD, id)).unwrap(), "once more is once");
    assert_eq!((task(&store, id).job, task(&store, id).status), (JobId::default(), TaskStatus::Expired));
    let refused = store.write(move |tx| service::expire(tx, GUILD, ADMIN, id));
    assert_eq!(said(refused.unwrap_err()), "**Greet** is over already.");
    store.check();
}

#[test]
fn proofs_wait_the_oldest_first_and_lists_find_tasks() {
    let store = TestStore::new();
    let ids = ["Greet", "Draw", "Sing"].map(|name| makes(&store, wanted(name, 5, 24, -1)));
    for (user, id) in [(BEN, ids[1]), (ANN, ids[1]), (ANN, ids[0])] {
        claims(&store, user, id).unwrap();
        store.advance(HOUR);
        submits(&store, user, id, "done").unwrap();
    }
    let waiting = store.read(|read| queries::to_review(read, GUILD, (None, 10))).rows;
    let waiting: Vec<_> = waiting.iter().map(|own| (own.task.task.name.as_str(), own.claim.claim.user)).collect();
    assert_eq!(waiting, [("Draw", BEN), ("Draw", ANN), ("Greet", ANN)]);
    assert_eq!(store.read(|read| queries::waiting(read, GUILD)), 3);
    let names = |found: Vec<(TaskId, String)>| found.into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    let now = store.now();
    assert_eq!(names(store.read(|read| queries::claimable(read, GUILD, ANN, now, ""))), ["Sing"]);
    assert_eq!(names(store.read(|read| queries::choices(read, GUILD, "R"))), ["Draw", "Greet"]);
    assert_eq!(names(store.read(|read| queries::choices(read, GUILD, "3"))), ["Sing"]);
    let submitted = [ClaimState::Submitted];
    assert_eq!(names(store.read(|read| queries::claimed_choices(read, GUILD, ANN, &submitted, ""))), ["Draw", "Greet"]);
    let found = queries::Wanted { text: Some("HELLO".to_owned()), limit: 2, ..queries::Wanted::default() };
    let page = store.read(|read| queries::tasks(read, GUILD, TaskStatus::Active, &found));
    assert_eq!((page.rows.len(), page.next.is_some()), (2, true));
    let going = store.read(|read| statistics::of(read, GUILD, now));
    assert_eq!((going.tasks[0], going.waiting), ((TaskStatus::Active, 3), 3));
    store.check();
}

#[test]
fn where_no_proof_is_needed_nothing_has_to_be_handed_in_and_it_is_reviewed_all_the_same() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, 1));
    store.write(|tx| PROOF_NEEDED.set(tx, GUILD, &false)).unwrap();
    claims(&store, ANN, id).unwrap();
    let submitted = submits(&store, ANN, id, "").unwrap();
    assert_eq!(submitted.claim.claim.state, ClaimState::Submitted);
    let long: &'static str = Box::leak("x".repeat(1_501).into_boxed_str());
    claims(&store, BEN, id).unwrap_err();
    rejects(&store, ANN, id).unwrap();
    assert_eq!(code(submits(&store, ANN, id, long)), "tasks.proof_too_long");
    store.check();
}

#[test]
fn a_rejection_is_taken_back_while_its_place_is_free() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, 1));
    claims(&store, ANN, id).unwrap();
    submits(&store, ANN, id, "done").unwrap();
    let again = move |store: &TestStore| {
        store.write(move |tx| {
            let found = claims::require_claimed(tx, GUILD, id, ANN)?;
            claims::reconsider(tx, GUILD, ADMIN, found)
        })
    };
    assert_eq!(code(again(&store)), "tasks.cannot_undo");
    rejects(&store, ANN, id).unwrap();
    again(&store).unwrap();
    assert_eq!(state(&store, ANN, id), Some(ClaimState::Submitted));
    rejects(&store, ANN, id).unwrap();
    edits(&store, id, Field::DurationHours, "96").unwrap();
    store.advance(HOUR * 25);
    sweeps(&store);
    claims(&store, BEN, id).unwrap();
    assert_eq!(code(again(&store)), "tasks.cannot_undo");
    store.write(move |tx| claims::abandon(tx, GUILD, ADMIN, BEN, id)).unwrap();
    again(&store).unwrap();
    store.check();
}

#[test]
fn whoever_is_erased_gives_up_what_is_open_and_what_was_done_is_nobodys() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, 2));
    store.write(move |tx| service::assign(tx, GUILD, ADMIN, id, ANN)).unwrap();
    for user in [ANN, BEN] {
        claims(&store, user, id).unwrap();
        submits(&store, user, id, "I am here").unwrap();
    }
    store.write(|tx| claims::leave(tx, GUILD, ANN)).unwrap();
    let pseudonym = UserId::new(1);
    store.erase(&Erasure { guild: GUILD, member: ANN, pseudonym, accounts: Vec::new() });
    assert_eq!(task(&store, id).assigned, []);
    assert_eq!((state(&store, ANN, id), state(&store, pseudonym, id)), (None, Some(ClaimState::Abandoned)));
    assert_eq!(state(&store, BEN, id), Some(ClaimState::Submitted));
    assert_eq!(task(&store, id).counts.taken(), 1);
    store.check();
}
