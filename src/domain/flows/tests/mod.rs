//! Random histories of the whole economy beside a plain model: two servers, four members, every operation by the flow that the
//! edges call, and time that goes on. After each step both agree on what was refused, on every balance, stock, inventory and
//! claim, and every check of the program is clean.

mod acts;
mod plain;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use self::plain::Plain;
use crate::catalogue::CATALOGUE;
use crate::features::coins::model::Currency;
use crate::features::coins::queries::total;
use crate::features::shop::model::{CodeGift, Item, ItemId, ItemKind, Stock};
use crate::features::shop::{self, codes};
use crate::features::tasks;
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::TaskId;
use crate::features::testing::TestStore;
use crate::flows::currency_accounts;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::store::{Read, Tx, last_id};

const GUILDS: [GuildId; 2] = [GuildId::new(5), GuildId::new(6)];
const ADMIN: Actor = Actor::Member(UserId::new(900_000_000_000_000_009));
const HOUR: Duration = Duration::from_hours(1);
const MEMBERS: usize = 4;

/// What an item costs, how many there are, how many one member may buy, and whether the team hands it over.
const ITEMS: [(u32, i64, Option<u32>, bool); 3] = [(10, 3, None, false), (0, -1, None, false), (35, 4, Some(2), true)];
/// What is typed, what it gives, and how many may redeem it.
const CODES: [(&str, CodeGift, u32); 2] =
    [("MANYCOINS", CodeGift::Currency(Amount::of(40)), 2), ("ONECOOKIE", CodeGift::Item(ItemId::new(1), 1), 3)];
/// The places of the tasks.
const TASKS: [i64; 2] = [2, -1];
const REWARD: i64 = 50;
/// How long a task and each claim of it take.
const TASK_HOURS: u32 = 60;

const fn member(number: usize) -> UserId {
    UserId::new(700_000_000_000_000_001 + number as u64)
}

fn item(index: usize) -> ItemId {
    ItemId::new(index as u64 + 1)
}

fn task(index: usize) -> TaskId {
    TaskId::new(index as u64 + 1)
}

/// Makes the items, codes and tasks of a server.
fn furnish(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    for (index, (price, stock, per_member, is_order)) in ITEMS.into_iter().enumerate() {
        let kind = if is_order { ItemKind::Order } else { ItemKind::Consumable };
        let stock = Stock::try_from(stock).unwrap();
        let made = Item { stock, kind, per_member, ..Item::new(format!("Item {index}"), Amount::of(price)) };
        assert_eq!(shop::service::add(tx, guild, ADMIN, made)?.0, item(index));
    }
    for (text, gives, most) in CODES {
        codes::make(tx, guild, ADMIN, &codes::NewCode { text: Some(text.to_owned()), gives, most, until: None })?;
    }
    for (index, places) in TASKS.into_iter().enumerate() {
        let wanted = TaskPatch {
            name: Some(format!("Task {index}")),
            description: Some("Say hello".to_owned()),
            reward: Some(REWARD),
            duration_hours: Some(TASK_HOURS.into()),
            max_claims: Some(places),
            channel: Some(ChannelId::new(3)),
            ..TaskPatch::default()
        };
        assert_eq!(tasks::service::create(tx, guild, ADMIN, &wanted)?.id, task(index));
    }
    Ok(())
}

/// Everything that the model knows is in the store.
fn compare(read: &dyn Read, guild: GuildId, plain: &Plain) -> Result<()> {
    for (user, expected) in &plain.accounts {
        let (balance, account) = currency_accounts::of(read, guild, *user)?;
        let found = (balance.amount.get(), balance.earned.get(), balance.spent.get());
        assert_eq!(found, (expected.amount, expected.earned, expected.spent), "the account of {user}");
        assert_eq!((account.last_daily, account.left_at), (expected.last_daily, expected.left_at), "about {user}");
        for index in 0..ITEMS.len() {
            let held = shop::queries::held(read, guild, *user, item(index))?;
            assert_eq!(held, plain.held(*user, index), "what {user} has of item {index}");
        }
        for (index, expected) in plain.tasks.iter().enumerate() {
            let found = tasks::queries::latest_claim(read, guild, *user, task(index))?;
            let found = found.map(|known| known.claim.state);
            assert_eq!(found, expected.claims.get(user).map(|(state, _)| *state), "task {index} of {user}");
        }
    }
    let sum: i64 = plain.accounts.values().map(|account| account.amount).sum();
    assert_eq!(total(read, guild, Currency::Server)?, sum);
    assert_eq!(sum, plain.entries.iter().map(|entry| entry.delta).sum::<i64>(), "the model adds up");
    assert_eq!(last_id(read, guild, "coins.ledger")?, plain.entries.len() as u64, "each change is one entry");
    for (index, expected) in plain.items.iter().enumerate() {
        let found = shop::queries::any_item(read, guild, item(index))?.unwrap();
        assert_eq!((found.stock.number(), found.removed_at.is_some()), (expected.stock, expected.is_removed));
        assert_eq!(shop::queries::sold(read, guild, item(index))?, plain.sold(index));
    }
    for (index, expected) in plain.tasks.iter().enumerate() {
        let found = tasks::queries::task(read, guild, task(index))?;
        assert_eq!(found.map(|known| known.task.status), (!expected.is_deleted).then_some(expected.status));
    }
    Ok(())
}

/// Every check of the program that looks at a server as a whole.
fn sound(store: &TestStore) {
    let mut findings = Vec::new();
    for check in (CATALOGUE.checks)() {
        store.read(|read| check(read, &mut |finding| findings.push(finding)));
    }
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn random_histories_leave_money_goods_and_claims_as_a_plain_model_has_them() {
    crate::covers!("T-EDG-07", "T-EDG-10", "T-EDG-13");
    let tried = RefCell::new(BTreeMap::<String, [u32; 2]>::new());
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) };
    let histories = prop::collection::vec((0..GUILDS.len(), acts::anything()), 15..50);
    let outcome = TestRunner::new(config).run(&histories, |history| {
        let store = TestStore::new();
        store.write(|tx| GUILDS.iter().try_for_each(|guild| furnish(tx, *guild))).unwrap();
        let mut plain = [Plain::new(store.now()), Plain::new(store.now())];
        let acts = history.into_iter().flat_map(|(of, acts)| acts.into_iter().map(move |act| (of, act)));
        for (of, act) in acts {
            let act = act.aimed(&plain[of]);
            // No two acts are of the same moment, as it is outside.
            store.advance(Duration::from_millis(1));
            let (guild, now) = (GUILDS[of], store.now());
            let is_allowed = plain[of].takes(&act, now);
            let is_done = act.does(&store, guild, &plain[of]);
            prop_assert_eq!(is_done.unwrap_or(is_allowed), is_allowed, "{:?} in {}", act, guild);
            let name = format!("{act:?}");
            let name = name.split('(').next().unwrap_or_default().to_owned();
            tried.borrow_mut().entry(name).or_default()[usize::from(is_allowed)] += 1;
            for (guild, plain) in GUILDS.iter().zip(&plain) {
                store.read(|read| compare(read, *guild, plain));
            }
            sound(&store);
        }
        store.check();
        Ok(())
    });
    outcome.unwrap();
    let tried = tried.into_inner();
    assert_eq!(tried.len(), acts::KINDS, "{tried:?}");
    assert!(tried.values().all(|[_, done]| *done > 0), "everything is done at some time: {tried:?}");
}
