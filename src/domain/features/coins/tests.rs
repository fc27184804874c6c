//! The ledger on a store in memory, beside a plain model.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::check::check;
use super::model::{Balance, Currency, EntryId, EntryKind, LedgerEntry, Posting};
use super::{queries, service, tables};
use crate::features::testing::{GUILD, TestStore, said};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Tx;

const ANN: UserId = UserId::new(1);

fn posting(currency: Currency, user: UserId, delta: i64) -> Posting {
    let reason = "a test".to_owned();
    Posting { currency, user, delta, kind: EntryKind::AdminAdd, reason, actor: Actor::System }
}

fn post(store: &TestStore, currency: Currency, delta: i64) -> Result<LedgerEntry> {
    store.write(move |tx| service::apply(tx, GUILD, &posting(currency, ANN, delta)))
}

fn award(store: &TestStore, points: u32) -> i64 {
    store.write(move |tx| service::award_points(tx, GUILD, ANN, Amount::of(points))).unwrap()
}

fn balance(store: &TestStore, currency: Currency) -> i64 {
    store.read(|read| queries::balance(read, GUILD, currency, ANN)).get()
}

fn kinds(store: &TestStore, currency: Currency) -> Vec<(EntryKind, i64, i64)> {
    let entries = store.read(|read| queries::history(read, GUILD, currency, ANN, 100));
    entries.into_iter().rev().map(|(_, entry)| (entry.kind, entry.delta, entry.after.get())).collect()
}

#[test]
fn an_entry_tells_the_balance_before_and_after() {
    crate::covers!("M-DB-11", "M-ECO-08", "T-ADV-06", "T-ADV-02");
    let store = TestStore::new();
    post(&store, Currency::Luxury, 1500).unwrap();
    let entry = post(&store, Currency::Luxury, -1000).unwrap();
    assert_eq!((entry.before, entry.delta, entry.after), (Amount::of(1500), -1000, Amount::of(500)));
    assert_eq!(balance(&store, Currency::Luxury), 500);
    assert_eq!(balance(&store, Currency::Points), 0, "the currencies have nothing to do with each other");
}

#[test]
fn a_refused_posting_changes_nothing() {
    let store = TestStore::new();
    post(&store, Currency::Luxury, 999).unwrap();
    award(&store, 5);
    let refused = [
        (Currency::Luxury, -1000, "coins.not_enough"),
        (Currency::Luxury, 0, "coins.nothing"),
        (Currency::Luxury, Amount::MAX.get(), "coins.full"),
        (Currency::Points, -6, "coins.not_enough"),
    ];
    for (currency, delta, code) in refused {
        assert_eq!(post(&store, currency, delta).unwrap_err().code(), code);
    }
    assert_eq!((balance(&store, Currency::Luxury), balance(&store, Currency::Points)), (999, 5));
    assert_eq!(kinds(&store, Currency::Points), [], "the points are not journalled by a refusal");
}

#[test]
fn a_refusal_says_what_there_is() {
    let store = TestStore::new();
    post(&store, Currency::Luxury, 250).unwrap();
    let refusal = post(&store, Currency::Luxury, -1000).unwrap_err();
    insta::assert_snapshot!(said(refusal), @"The balance is **250 Luxury Coins**, and **1,000** are needed.");
}

#[test]
fn points_of_many_events_become_one_entry_before_any_other() {
    crate::covers!("M-PTS-01", "M-DB-07");
    let store = TestStore::new();
    for points in [1, 2, 5] {
        award(&store, points);
    }
    assert_eq!(balance(&store, Currency::Points), 8);
    assert_eq!(kinds(&store, Currency::Points), []);
    store.write(|tx| service::reset_points(tx, GUILD, ANN, "a song was played", Actor::System)).unwrap();
    assert_eq!(kinds(&store, Currency::Points), [(EntryKind::PointsEvent, 8, 8), (EntryKind::PointsReset, -8, 0)]);
    assert_eq!(store.write(|tx| service::reset_points(tx, GUILD, ANN, "again", Actor::System)).unwrap(), None);
}

#[test]
fn the_end_of_a_session_journals_everyone() {
    let store = TestStore::new();
    award(&store, 3);
    store.write(|tx| service::journal_all_points(tx, GUILD)).unwrap();
    store.write(|tx| service::journal_all_points(tx, GUILD)).unwrap();
    assert_eq!(kinds(&store, Currency::Points), [(EntryKind::PointsEvent, 3, 3)]);
}

#[test]
fn points_from_the_live_stop_at_the_cap() {
    let store = TestStore::new();
    post(&store, Currency::Points, Amount::MAX.get() - 2).unwrap();
    assert_eq!(award(&store, 5), 2);
    assert_eq!(award(&store, 5), 0);
    store.write(|tx| service::journal_all_points(tx, GUILD)).unwrap();
    assert_eq!(kinds(&store, Currency::Points).last(), Some(&(EntryKind::PointsEvent, 2, Amount::MAX.get())));
}

#[test]
fn points_that_change_nothing_wake_no_score_sync() {
    let store = TestStore::new();
    post(&store, Currency::Points, Amount::MAX.get()).unwrap();
    let take = || store.write(|tx| tables::take_changed(tx, GUILD, 10)).unwrap();
    assert_eq!(take(), [ANN]);
    assert_eq!(award(&store, 5), 0);
    assert_eq!(take(), [], "the balance is full");
}

#[test]
fn points_from_another_bot_are_an_entry_of_their_own_kind() {
    let store = TestStore::new();
    award(&store, 3);
    let take_over = |held| {
        let held = Amount::of(held);
        store
            .write(move |tx| service::move_points(tx, GUILD, ANN, held, EntryKind::Import, "brought", Actor::System))
            .unwrap()
    };
    let entry = take_over(10).unwrap();
    assert_eq!((entry.kind, entry.delta, entry.after), (EntryKind::Import, 7, Amount::of(10)));
    assert_eq!(balance(&store, Currency::Points), 10);
    assert_eq!(take_over(10), None);
}

#[test]
fn what_was_paid_for_the_places_of_a_song_is_known_by_each_purchase_until_it_is_undone() {
    let store = TestStore::new();
    post(&store, Currency::Luxury, 10).unwrap();
    for (song, price) in [(1, -4), (2, -1), (1, -3), (1, -2)] {
        let posting = Posting { kind: EntryKind::BuySkip, ..posting(Currency::Luxury, ANN, price) };
        store.write(move |tx| service::buy_skip(tx, GUILD, &posting, song)).unwrap();
    }
    let paid = |user, song| {
        let paid = store.write(move |tx| service::refundable(tx, GUILD, user, song)).unwrap();
        paid.into_iter().map(EntryId::get).collect::<Vec<_>>()
    };
    assert_eq!((paid(ANN, 1), paid(ANN, 2), paid(ANN, 3)), (vec![5, 4, 2], vec![3], vec![]));
    assert_eq!(paid(UserId::new(99), 1), Vec::<u64>::new(), "somebody else did not pay for it");
    let order = service::Order { user: ANN, reason: "it went".to_owned(), actor: Actor::System };
    store.write(move |tx| service::undo(tx, GUILD, &order, EntryId::new(4))).unwrap();
    assert_eq!((paid(ANN, 1), balance(&store, Currency::Luxury)), (vec![5, 2], 3));
    assert_eq!(store.read(|read| check(read, GUILD)), Vec::<String>::new());
}

#[test]
fn what_a_balance_cannot_take_back_is_refused_before_anything_is_given() {
    let store = TestStore::new();
    post(&store, Currency::Luxury, 10).unwrap();
    let posting = Posting { kind: EntryKind::BuySkip, ..posting(Currency::Luxury, ANN, -4) };
    store.write(move |tx| service::buy_skip(tx, GUILD, &posting, 1)).unwrap();
    post(&store, Currency::Luxury, Amount::MAX.get() - 8).unwrap();
    let refused = store.write(|tx| service::refundable(tx, GUILD, ANN, 1)).unwrap_err();
    assert_eq!(refused.code(), "coins.full");
}

#[test]
fn whoever_gains_or_loses_points_waits_for_the_score_sync_once() {
    let store = TestStore::new();
    award(&store, 1);
    award(&store, 1);
    let take = |limit| store.write(move |tx| tables::take_changed(tx, GUILD, limit)).unwrap();
    assert_eq!(take(10), [ANN]);
    assert_eq!(take(10), []);
    store
        .write(|tx| service::move_points(tx, GUILD, ANN, Amount::of(7), EntryKind::PointsLink, "linked", Actor::System))
        .unwrap();
    assert_eq!(take(10), [ANN]);
}

#[test]
fn the_check_finds_a_balance_that_the_ledger_does_not_explain() {
    let store = TestStore::new();
    post(&store, Currency::Luxury, 10).unwrap();
    store
        .write(|tx| {
            tables::set_balance(
                tx,
                GUILD,
                Currency::Luxury,
                ANN,
                &Balance { amount: Amount::of(11), ..Balance::default() },
            )
        })
        .unwrap();
    assert_eq!(store.read(|read| check(read, GUILD)), ["user 1 has 11 Luxury Coins, the ledger says 10"]);
    assert_eq!(store.read(|read| check(read, GuildId::new(6))), Vec::<String>::new());
}

#[derive(Clone, Debug)]
enum Step {
    Post(Currency, i64),
    Award(u32),
    Reset,
    MoveTo(u32),
    Journal,
}

fn step() -> impl Strategy<Value = Step> {
    let delta = prop_oneof![-60_i64..60, Just(Amount::MAX.get()), Just(i64::MIN)];
    prop_oneof![
        (prop_oneof![Just(Currency::Luxury), Just(Currency::Points)], delta).prop_map(|(c, d)| Step::Post(c, d)),
        (0..40_u32).prop_map(Step::Award),
        Just(Step::Reset),
        (0..50_u32).prop_map(Step::MoveTo),
        Just(Step::Journal),
    ]
}

/// Does a step in the store; whether it was done.
fn take(tx: &Tx<'_>, guild: GuildId, user: UserId, step: &Step) -> Result<bool> {
    let done = tx.step(|tx| match *step {
        Step::Post(currency, delta) => service::apply(tx, guild, &posting(currency, user, delta)).map(drop),
        Step::Award(points) => service::award_points(tx, guild, user, Amount::of(points)).map(drop),
        Step::Reset => service::reset_points(tx, guild, user, "reset", Actor::System).map(drop),
        Step::MoveTo(points) => {
            service::move_points(tx, guild, user, Amount::of(points), EntryKind::PointsLink, "link", Actor::System)
                .map(drop)
        }
        Step::Journal => service::journal_all_points(tx, guild),
    })?;
    Ok(done.is_ok())
}

/// What the step does to the plain numbers; whether it is done.
fn take_plainly(model: &mut BTreeMap<(Currency, u64), i64>, user: u64, step: &Step) -> bool {
    let mut set = |currency, change: &dyn Fn(i64) -> Option<i64>| {
        let balance = model.entry((currency, user)).or_default();
        let after = change(*balance);
        *balance = after.unwrap_or(*balance);
        after.is_some()
    };
    let top = Amount::MAX.get();
    match *step {
        Step::Post(currency, delta) => {
            set(currency, &|balance| balance.checked_add(delta).filter(|sum| (0..=top).contains(sum) && delta != 0))
        }
        Step::Award(points) => set(Currency::Points, &|balance| Some((balance + i64::from(points)).min(top))),
        Step::Reset => set(Currency::Points, &|_| Some(0)),
        Step::MoveTo(points) => set(Currency::Points, &|_| Some(points.into())),
        Step::Journal => true,
    }
}

/// One store for all cases, a guild for each: so the cases also prove that nothing crosses a guild.
#[test]
fn balances_follow_a_plain_model() {
    let store = TestStore::new();
    let next = Cell::new(1_u64);
    let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) };
    let histories = proptest::collection::vec((1..4_u64, step()), 0..60);
    let outcome = TestRunner::new(cases).run(&histories, |steps| {
        let guild = GuildId::new(next.replace(next.get() + 1));
        let mut model = BTreeMap::new();
        let expected: Vec<_> = steps.iter().map(|(user, step)| take_plainly(&mut model, *user, step)).collect();
        let done = store.write(move |tx| {
            steps.iter().map(|(user, step)| take(tx, guild, UserId::new(*user), step)).collect::<Result<Vec<_>>>()
        });
        prop_assert_eq!(done.unwrap(), expected);
        for ((currency, user), expected) in model {
            let held = store.read(|read| queries::balance(read, guild, currency, UserId::new(user)));
            prop_assert_eq!(held.get(), expected);
        }
        prop_assert_eq!(store.read(|read| check(read, guild)), Vec::<String>::new());
        Ok(())
    });
    outcome.unwrap();
    assert!(next.get() > 1_000);
    store.check();
}
