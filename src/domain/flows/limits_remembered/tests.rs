//! Each limit of an erased member goes on, and is forgotten when it is over.

use std::time::Duration;

use super::*;
use crate::features::currency::upkeep::LIMITS_OVER;
use crate::features::shop::codes::{self, NewCode};
use crate::features::shop::model::{CodeGift, Item};
use crate::features::tasks::claims::{self, HandedIn};
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{Repeats, Reviewer};
use crate::features::testing::{GUILD, TestStore};
use crate::features::{Due, shop};
use crate::flows::code_redeemed::Tried;
use crate::flows::{code_redeemed, daily_claimed, erasure, shop_bought, task_reviewed};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::ChannelId;

const ANN: UserId = UserId::new(701_234_567_890_123_451);
const BOB: UserId = UserId::new(702_234_567_890_123_452);
const ADMIN: Actor = Actor::Member(UserId::new(801_234_567_890_123_453));
const CODE: &str = "MANYCOINS";
const OTHER_CODE: &str = "MORECOINS";

fn item() -> ItemId {
    ItemId::new(1)
}

fn task() -> TaskId {
    TaskId::new(1)
}

/// A server with an item of which each may buy two, two codes and a task.
fn town() -> TestStore {
    let store = TestStore::new();
    let furnish = |tx: &Tx<'_>| {
        shop::service::add(tx, GUILD, ADMIN, Item { per_member: Some(2), ..Item::new("Cookie", Amount::ZERO) })?;
        for text in [CODE, OTHER_CODE] {
            let gives = CodeGift::Currency(Amount::of(70));
            codes::make(tx, GUILD, ADMIN, &NewCode { text: Some(text.to_owned()), gives, most: 9, until: None })?;
        }
        let wanted = TaskPatch {
            name: Some("Greet".to_owned()),
            description: Some("Say hello".to_owned()),
            reward: Some(50),
            duration_hours: Some(24 * 30),
            channel: Some(ChannelId::new(3)),
            ..TaskPatch::default()
        };
        tasks::service::create(tx, GUILD, ADMIN, &wanted).map(drop)
    };
    store.write(furnish).unwrap();
    store
}

fn claims_daily(tx: &Tx<'_>, user: UserId) -> Result<()> {
    daily_claimed::run(tx, GUILD, user).map(drop)
}

fn redeems(tx: &Tx<'_>, user: UserId) -> Result<()> {
    match code_redeemed::run(tx, GUILD, user, CODE)? {
        Tried::Given(_) => Ok(()),
        Tried::Wrong(refusal) => Err(refusal.into()),
    }
}

fn buys_two(tx: &Tx<'_>, user: UserId) -> Result<()> {
    let order = shop_bought::Order { user, roles: Vec::new(), item: item(), quantity: 2 };
    shop_bought::run(tx, GUILD, &order).map(drop)
}

/// Types wrong codes until no more are taken, and then one that there is.
fn guesses(tx: &Tx<'_>, user: UserId) -> Result<()> {
    codes::find(tx, GUILD, user, OTHER_CODE, tx.now())?;
    (0..shop::rules::MOST_GUESSES).try_for_each(|_| codes::guessed(tx, GUILD, user))
}

fn finishes(tx: &Tx<'_>, user: UserId) -> Result<()> {
    claims::claim(tx, GUILD, user, task())?;
    claims::submit(tx, GUILD, user, task(), &HandedIn { content: "done".to_owned(), files: Vec::new() })?;
    task_reviewed::accept(tx, GUILD, (user, task()), &Reviewer { by: ADMIN, is_owner: false }, "").map(drop)
}

/// A limit: what it is of, what refuses it the second time, and how it ends.
struct Case {
    limit: Limit,
    does: fn(&Tx<'_>, UserId) -> Result<()>,
    refused: &'static str,
    ends: fn(&TestStore),
    /// Whether it can be done again then: not where the thing is gone with the limit.
    begins_anew: bool,
}

fn cases() -> [Case; 5] {
    let waits = |store: &TestStore| store.advance(Duration::from_hours(24));
    [
        Case {
            limit: Limit::Daily,
            does: claims_daily,
            refused: "currency.claimed_already",
            ends: waits,
            begins_anew: true,
        },
        Case { limit: Limit::Guesses, does: guesses, refused: "shop.too_many_guesses", ends: waits, begins_anew: true },
        Case {
            limit: Limit::Code(1),
            does: redeems,
            refused: "shop.already_redeemed",
            ends: |store| drop(store.write(|tx| codes::revoke(tx, GUILD, ADMIN, CodeId::new(1))).unwrap()),
            begins_anew: false,
        },
        Case {
            limit: Limit::Item(1),
            does: buys_two,
            refused: "shop.limit",
            ends: |store| drop(store.write(|tx| shop::service::remove(tx, GUILD, ADMIN, item())).unwrap()),
            begins_anew: false,
        },
        Case {
            limit: Limit::Task(1),
            does: finishes,
            refused: "tasks.done",
            ends: |store| drop(store.write(|tx| tasks::service::delete(tx, GUILD, ADMIN, task())).unwrap()),
            begins_anew: false,
        },
    ]
}

fn erase(store: &TestStore, user: UserId) {
    store.with(|store| erasure::erase(store, GUILD, user)).unwrap();
}

fn sweeps(store: &TestStore) -> bool {
    let due = Due { guild: GUILD, subject: 0, at: store.now() };
    let is_due = store.read(|read| (LIMITS_OVER.is_due)(read, &due));
    if is_due {
        while store.write(move |tx| (LIMITS_OVER.step)(tx, &due, None)).unwrap().is_some() {}
    }
    is_due
}

fn known(store: &TestStore, user: UserId, limit: Limit) -> Option<Mark> {
    store.read(|read| remembered::of(read, GUILD, user, limit))
}

#[test]
fn whoever_erases_themselves_gets_nothing_twice_by_it_and_each_limit_is_forgotten_when_it_is_over() {
    for Case { limit, does, refused, ends, begins_anew } in cases() {
        let store = town();
        let done = |user| store.write(move |tx| does(tx, user));
        done(ANN).unwrap();
        assert_eq!(known(&store, ANN, limit), None, "nothing is remembered of who is there");
        erase(&store, ANN);
        assert_eq!(done(ANN).unwrap_err().code(), refused, "{limit:?}");
        // Twice is once, and it is nobody else's limit.
        let mark = known(&store, ANN, limit);
        erase(&store, ANN);
        assert_eq!((known(&store, ANN, limit), mark.is_some()), (mark, true), "{limit:?}");
        assert_eq!(done(ANN).unwrap_err().code(), refused, "{limit:?}");
        done(BOB).unwrap();
        assert!(!sweeps(&store), "{limit:?} is not over");
        ends(&store);
        assert!(sweeps(&store), "{limit:?} is over");
        assert_eq!(known(&store, ANN, limit), None);
        assert_eq!(done(ANN).is_ok(), begins_anew, "{limit:?}");
        store.check();
    }
}

#[test]
fn who_finished_a_round_and_was_erased_waits_for_the_next_one_as_others_do() {
    let store = town();
    let daily = TaskPatch { repeats: Some(Repeats::Daily), ..TaskPatch::default() };
    store.write(move |tx| tasks::service::edit(tx, GUILD, ADMIN, (task(), None), &daily).map(drop)).unwrap();
    for round in 0..3 {
        store.write(|tx| finishes(tx, ANN)).unwrap();
        assert_eq!(store.write(|tx| finishes(tx, ANN)).unwrap_err().code(), "tasks.done_for_now", "{round}");
        erase(&store, ANN);
        assert_eq!(store.write(|tx| finishes(tx, ANN)).unwrap_err().code(), "tasks.done_for_now", "{round}");
        store.advance(Duration::from_hours(24));
    }
    store.check();
}

#[test]
fn what_is_bought_between_two_erasures_is_counted_once_and_together() {
    let store = town();
    let raised =
        |tx: &Tx<'_>| shop::service::edit(tx, GUILD, ADMIN, item(), None, |item| item.per_member = Some(5)).map(drop);
    store.write(raised).unwrap();
    let left = || store.read(|read| shop::queries::bought_by(read, GUILD, item(), ANN));
    store.write(|tx| buys_two(tx, ANN)).unwrap();
    // An erasure that was cut off after its first step counts nothing twice when it is done once more.
    store.write(|tx| keep(tx, GUILD, ANN, &[7; 32])).unwrap();
    erase(&store, ANN);
    assert_eq!(left(), 2);
    store.write(|tx| buys_two(tx, ANN)).unwrap();
    erase(&store, ANN);
    assert_eq!(left(), 4);
    assert_eq!(store.write(|tx| buys_two(tx, ANN)).unwrap_err().code(), "shop.limit");
    store.check();
}

#[test]
fn a_guild_that_is_removed_remembers_nothing() {
    let store = town();
    store.write(|tx| claims_daily(tx, ANN)).unwrap();
    erase(&store, ANN);
    assert!(store.read(remembered::guilds).contains(&GUILD));
    store.with(|store| store.remove_guild_blocking(GUILD)).unwrap();
    assert!(!store.read(remembered::guilds).contains(&GUILD));
    // Not even its key, so nothing of before is found again.
    assert_eq!(known(&store, ANN, Limit::Daily), None);
    store.write(|tx| claims_daily(tx, ANN)).unwrap();
    store.check();
}
