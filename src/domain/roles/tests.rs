//! Roles from the transaction in which they are given to the one in which they end.

use std::time::Duration;

use super::model::{Grant, RoleTrouble, TimedRole, TimedRoleId, Why};
use super::{ENDS, GIVE, TAKE, came_back, ended, give, noticed, of_guild, refused, role_deleted, take, until};
use crate::features::testing::{GUILD, TestStore};
use crate::jobs::{self, Ring, Run};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{RoleId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Erasure;

const ANN: UserId = UserId::new(701_234_567_890_123_451);
const BEN: UserId = UserId::new(702_234_567_890_123_452);
const VIP: RoleId = RoleId::new(81);
const DAY: Duration = Duration::from_hours(24);

fn gives(store: &TestStore, until: Option<Duration>) {
    let until = until.map(|span| store.now().after(span));
    store.write(move |tx| give(tx, GUILD, ANN, VIP, until, "Bought: VIP")).unwrap();
}

fn due(store: &TestStore) -> Vec<Run> {
    store.read(|read| jobs::due_by(read, store.now(), 100))
}

/// The jobs of a kind that are due; they are done with that.
fn done(store: &TestStore, kind: &'static str) -> Vec<Grant> {
    let runs: Vec<Run> = due(store).into_iter().filter(|run| run.job.kind == kind).collect();
    for run in &runs {
        let id = run.id;
        store.write(move |tx| jobs::tables::remove(tx, GUILD, id)).unwrap();
    }
    runs.iter().map(|run| GIVE.payload(run).unwrap()).collect()
}

fn rings(store: &TestStore) -> Vec<(Ring<TimedRoleId>, TimedRole)> {
    let runs = due(store).into_iter().filter(|run| run.job.kind == ENDS.name());
    let rings = runs.map(|run| ENDS.ring(&run).unwrap());
    rings.filter_map(|ring| Some((ring, store.read(|read| ENDS.waiting(read, ring))?))).collect()
}

fn ends_at(store: &TestStore) -> Option<Timestamp> {
    store.read(|read| until(read, GUILD, ANN, VIP))
}

#[test]
fn a_role_for_a_while_is_given_and_ends_once() {
    crate::covers!("S-DB-37");
    let store = TestStore::new();
    gives(&store, Some(DAY));
    let grants = done(&store, GIVE.name());
    assert_eq!(grants.iter().map(|grant| (grant.user, grant.role)).collect::<Vec<_>>(), [(ANN, VIP)]);
    assert_eq!(grants[0].reason, "Bought: VIP");
    store.advance(Duration::from_secs(24 * 3_600 - 1));
    assert!(rings(&store).is_empty());
    store.advance(Duration::from_secs(1));
    let [(ring, _)] = rings(&store)[..] else { panic!("it rings once") };
    for _ in 0..2 {
        store.write(move |tx| ended(tx, ring, None)).unwrap();
    }
    assert_eq!(ends_at(&store), None);
    assert!(store.untold().is_empty(), "an end is on pages alone");
    store.advance(10 * DAY);
    assert!(rings(&store).is_empty());
    store.check();
}

#[test]
fn one_that_is_given_again_ends_later_and_never_once_it_is_given_for_good() {
    let store = TestStore::new();
    gives(&store, Some(7 * DAY));
    let first = ends_at(&store).unwrap();
    gives(&store, Some(DAY));
    assert_eq!(ends_at(&store), Some(first), "not earlier");
    store.advance(DAY);
    gives(&store, Some(7 * DAY));
    assert_eq!(ends_at(&store), Some(first.after(DAY)));
    assert_eq!(store.read(|read| of_guild(read, GUILD)).len(), 1, "one row for a member and a role");
    store.advance(6 * DAY);
    assert!(rings(&store).is_empty(), "the first end counts no more");
    gives(&store, None);
    store.advance(30 * DAY);
    assert!(ends_at(&store).is_none() && rings(&store).is_empty());
    gives(&store, Some(DAY));
    store.write(|tx| take(tx, GUILD, ANN, VIP, "Taken back")).unwrap();
    assert_eq!((ends_at(&store), done(&store, TAKE.name()).len()), (None, 1));
    store.check();
}

#[test]
fn whoever_asks_for_it_is_told_a_day_before_the_end() {
    let store = TestStore::new();
    for (days, is_told) in [(3, true), (1, false)] {
        let until = store.now().after(days * DAY);
        let why = Why::because("Bought").by(Actor::Member(BEN)).telling_before_the_end();
        store.write(move |tx| give(tx, GUILD, BEN, VIP, Some(until), why.clone())).unwrap();
        if is_told {
            store.advance((days - 1) * DAY);
            let [(ring, ref timed)] = rings(&store)[..] else { panic!("it rings a day before") };
            assert!(timed.is_to_be_told);
            store.write(move |tx| noticed(tx, ring)).unwrap();
            assert!(rings(&store).is_empty());
        }
        store.advance(DAY);
        let [(ring, ref timed)] = rings(&store)[..] else { panic!("it rings at the end") };
        assert!(!timed.is_to_be_told && timed.until == store.now());
        store.write(move |tx| ended(tx, ring, None)).unwrap();
    }
}

#[test]
fn whoever_comes_back_before_the_end_gets_it_again_and_nobody_else() {
    let store = TestStore::new();
    gives(&store, Some(DAY));
    done(&store, GIVE.name());
    store.write(|tx| came_back(tx, GUILD, BEN)).unwrap();
    assert!(done(&store, GIVE.name()).is_empty());
    store.write(|tx| came_back(tx, GUILD, ANN)).unwrap();
    let [ref again] = done(&store, GIVE.name())[..] else { panic!("once") };
    assert_eq!((again.role, again.until), (VIP, ends_at(&store)));
    store.advance(DAY);
    store.write(|tx| came_back(tx, GUILD, ANN)).unwrap();
    assert!(done(&store, GIVE.name()).is_empty(), "it is over");
}

#[test]
fn what_is_refused_is_told_and_a_role_that_is_gone_is_told_once() {
    let store = TestStore::new();
    let tells = |trouble, until: Option<Timestamp>, is_taking| {
        let grant = Grant { user: ANN, role: VIP, reason: "Task 3".to_owned(), by: Actor::System, until, cause: None };
        store.write(move |tx| refused(tx, GUILD, &grant, is_taking, trouble)).unwrap();
        store.read(|read| crate::activity::since(read, GUILD, crate::activity::ActivityId::new(0), 100)).len()
    };
    let soon = Some(store.now().after(DAY));
    assert_eq!(tells(RoleTrouble::TooHigh, None, false), 1);
    assert_eq!(tells(RoleTrouble::MemberLeft, None, false), 2);
    assert_eq!(tells(RoleTrouble::MemberLeft, soon, false), 2, "it waits for them");
    assert_eq!(tells(RoleTrouble::MemberLeft, None, true), 2, "whoever left has no role");
    assert_eq!(tells(RoleTrouble::Vanished, None, false), 3);
    assert_eq!(tells(RoleTrouble::Vanished, None, false), 3);
    gives(&store, Some(DAY));
    store.write(|tx| role_deleted(tx, GUILD, RoleId::new(82))).unwrap();
    assert!(ends_at(&store).is_some());
    store.write(|tx| role_deleted(tx, GUILD, VIP)).unwrap();
    assert_eq!(ends_at(&store), None, "nothing is to be taken any more");
    store.check();
}

#[test]
fn whoever_is_erased_has_no_timed_role_and_no_job_left() {
    let store = TestStore::new();
    gives(&store, Some(DAY));
    let until = store.now().after(DAY);
    store.write(move |tx| give(tx, GUILD, BEN, VIP, Some(until), Why::because("x").by(Actor::Member(ANN)))).unwrap();
    store.erase(&Erasure { guild: GUILD, member: ANN, pseudonym: UserId::new(1), accounts: Vec::new() });
    let left = store.read(|read| of_guild(read, GUILD));
    assert!(matches!(&left[..], [(_, timed)] if timed.user == BEN && timed.by == Actor::Member(UserId::new(1))));
    store.advance(DAY);
    assert_eq!(rings(&store).len(), 1);
    store.check();
}
