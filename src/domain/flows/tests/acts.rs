//! What happens in a history, and how it is done in the store.

use std::time::Duration;

use proptest::prelude::*;

use super::plain::Plain;
use super::{ADMIN, CODES, HOUR, ITEMS, MEMBERS, TASKS, item, member, task};
use crate::features::Due;
use crate::features::coins::archive;
use crate::features::coins::model::{Currency, EntryId};
use crate::features::coins::service::Order as ByHand;
use crate::features::shop::model::{PurchaseId, StockOperation};
use crate::features::tasks::claims::HandedIn;
use crate::features::tasks::model::Reviewer;
use crate::features::testing::TestStore;
use crate::features::{shop, tasks};
use crate::flows::accounts_cleaned::Wanted;
use crate::flows::code_redeemed::Tried;
use crate::flows::currency_given::{Gift, Person};
use crate::flows::shop_bought::Order;
use crate::flows::{
    accounts_cleaned, code_redeemed, coins_by_hand, currency_accounts, currency_given, daily_claimed, erasure,
    shop_bought, shop_refunded, task_reviewed,
};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::GuildId;

/// How many kinds of acts there are.
pub(super) const KINDS: usize = 29;
/// How many days an archive leaves.
const KEPT_DAYS: u32 = 1;

/// What somebody does. Members, items, codes and tasks are numbers from 0; entries and purchases are counted from the newest, which
/// is 0.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Daily(usize),
    Give(usize, usize, i64),
    Add(usize, i64),
    Remove(usize, i64),
    Set(usize, i64),
    Undo(usize),
    Buy(usize, usize, u32),
    Use(usize, usize, u32),
    Refund(usize),
    RefundByTeam(usize),
    HandOver(usize),
    Restock(usize, i64),
    RemoveItem(usize),
    Redeem(usize, usize),
    Comment(usize, usize),
    Claim(usize, usize),
    Submit(usize, usize),
    /// A reviewer, who may be the member, accepts or rejects.
    Accept(usize, usize, usize),
    Reject(usize, usize, usize),
    Abandon(usize, usize),
    Expire(usize),
    DeleteTask(usize),
    Sweep,
    Leave(usize),
    Come(usize),
    Archive(bool),
    Cleanup,
    Erase(usize),
    Wait(u32),
}

/// Something that happens: one act, or some that belong together and of which any may be refused.
pub(super) fn anything() -> impl Strategy<Value = Vec<Act>> {
    let who = || 0..MEMBERS;
    let of_task = || (who(), 0..TASKS.len(), who());
    let of_shop = || (who(), 0..ITEMS.len(), 1..3_u32);
    let order = ITEMS.len() - 1;
    let together = prop_oneof![
        4 => of_task().prop_map(|(user, task, by)| vec![
            Act::Claim(user, task),
            Act::Submit(user, task),
            Act::Accept(user, task, by)
        ]),
        3 => of_task().prop_map(|(user, task, by)| vec![
            Act::Claim(user, task),
            Act::Submit(user, task),
            Act::Reject(user, task, by)
        ]),
        2 => of_task().prop_map(|(user, task, _)| vec![Act::Claim(user, task), Act::Abandon(user, task)]),
        2 => of_shop().prop_map(|(user, item, quantity)| vec![Act::Buy(user, item, quantity), Act::Use(user, item, 1)]),
        2 => of_shop().prop_map(|(user, item, quantity)| vec![Act::Buy(user, item, quantity), Act::Refund(0)]),
        1 => of_shop().prop_map(|(user, item, quantity)| vec![Act::Buy(user, item, quantity), Act::RefundByTeam(0)]),
        3 => who().prop_map(move |user| vec![Act::Add(user, 70), Act::Buy(user, order, 1), Act::HandOver(0)]),
        2 => (who(), who()).prop_map(|(from, to)| vec![Act::Daily(from), Act::Give(from, to, 60), Act::Undo(0)]),
    ];
    prop_oneof![4 => single().prop_map(|act| vec![act]), 1 => together]
}

/// Any act, the usual ones more often.
fn single() -> impl Strategy<Value = Act> {
    let who = || 0..MEMBERS;
    let of_shop = || (who(), 0..ITEMS.len());
    let of_task = || (who(), 0..TASKS.len());
    let amount = || prop_oneof![9 => 0..300_i64, 1 => Just(Amount::MAX.get())];
    let money = prop_oneof![
        5 => who().prop_map(Act::Daily),
        5 => (who(), who(), 0..150_i64).prop_map(|(from, to, amount)| Act::Give(from, to, amount)),
        3 => (who(), amount()).prop_map(|(user, amount)| Act::Add(user, amount)),
        2 => (who(), amount()).prop_map(|(user, amount)| Act::Remove(user, amount)),
        2 => (who(), 0..120_i64).prop_map(|(user, amount)| Act::Set(user, amount)),
        4 => (0..12_usize).prop_map(Act::Undo),
        1 => any::<bool>().prop_map(Act::Archive),
    ];
    let goods = prop_oneof![
        6 => (of_shop(), 0..4_u32).prop_map(|((user, item), quantity)| Act::Buy(user, item, quantity)),
        3 => (of_shop(), 0..3_u32).prop_map(|((user, item), quantity)| Act::Use(user, item, quantity)),
        3 => (0..4_usize).prop_map(Act::Refund),
        2 => (0..4_usize).prop_map(Act::RefundByTeam),
        2 => (0..4_usize).prop_map(Act::HandOver),
        1 => (0..ITEMS.len(), -1..5_i64).prop_map(|(item, stock)| Act::Restock(item, stock)),
        3 => (who(), 0..CODES.len()).prop_map(|(user, code)| Act::Redeem(user, code)),
        1 => (who(), 0..CODES.len()).prop_map(|(user, code)| Act::Comment(user, code)),
    ];
    let work = prop_oneof![
        6 => of_task().prop_map(|(user, task)| Act::Claim(user, task)),
        6 => of_task().prop_map(|(user, task)| Act::Submit(user, task)),
        6 => (of_task(), who()).prop_map(|((user, task), by)| Act::Accept(user, task, by)),
        3 => (of_task(), who()).prop_map(|((user, task), by)| Act::Reject(user, task, by)),
        2 => of_task().prop_map(|(user, task)| Act::Abandon(user, task)),
        2 => Just(Act::Sweep),
    ];
    let ends = prop_oneof![
        1 => (0..ITEMS.len()).prop_map(Act::RemoveItem),
        2 => (0..TASKS.len()).prop_map(Act::Expire),
        1 => (0..TASKS.len()).prop_map(Act::DeleteTask),
        3 => who().prop_map(Act::Erase),
    ];
    let presence = prop_oneof![
        3 => who().prop_map(Act::Leave),
        1 => who().prop_map(Act::Come),
        2 => Just(Act::Cleanup),
        4 => prop_oneof![1..4_u32, Just(25_u32)].prop_map(Act::Wait),
    ];
    prop_oneof![8 => money, 8 => goods, 8 => work, 2 => ends, 4 => presence]
}

impl Act {
    /// The same, with entries and purchases counted from the oldest.
    pub(super) fn aimed(self, plain: &Plain) -> Self {
        let (entries, purchases) = (plain.entries.len(), plain.purchases.len());
        // What is not there yet is a number that is refused.
        let oldest_first = |all: usize, number: usize| all.checked_sub(number + 1).unwrap_or(all + number);
        match self {
            Self::Undo(number) => Self::Undo(oldest_first(entries, number)),
            Self::Refund(number) => Self::Refund(oldest_first(purchases, number)),
            Self::RefundByTeam(number) => Self::RefundByTeam(oldest_first(purchases, number)),
            Self::HandOver(number) => Self::HandOver(oldest_first(purchases, number)),
            other => other,
        }
    }

    /// Does it in the store. Answers whether it was done; `None` where nobody is told.
    #[expect(clippy::too_many_lines, reason = "it is a list")]
    pub(super) fn does(&self, store: &TestStore, guild: GuildId, plain: &Plain) -> Option<bool> {
        Some(match *self {
            Self::Daily(user) => store.write(move |tx| daily_claimed::run(tx, guild, member(user))).is_ok(),
            Self::Give(from, to, amount) => {
                let gift = Gift { from: person(from), to: person(to), amount: Amount::try_from(amount).unwrap() };
                store.write(move |tx| currency_given::run(tx, guild, &gift)).is_ok()
            }
            Self::Add(user, amount) => {
                let (order, amount) = (by_hand(user), Amount::try_from(amount).unwrap());
                store.write(move |tx| coins_by_hand::add(tx, guild, &order, amount)).is_ok()
            }
            Self::Remove(user, amount) => {
                let (order, amount) = (by_hand(user), Amount::try_from(amount).unwrap());
                store.write(move |tx| coins_by_hand::remove(tx, guild, &order, amount)).is_ok()
            }
            Self::Set(user, amount) => {
                let (order, amount) = (by_hand(user), Amount::try_from(amount).unwrap());
                store.write(move |tx| coins_by_hand::set(tx, guild, &order, amount)).is_ok()
            }
            Self::Undo(entry) => {
                let id = EntryId::new(entry as u64 + 1);
                store.write(move |tx| coins_by_hand::undo_entry(tx, guild, id, "a slip".to_owned(), ADMIN)).is_ok()
            }
            Self::Buy(user, bought, quantity) => {
                let order = Order { user: member(user), roles: Vec::new(), item: item(bought), quantity };
                store.write(move |tx| shop_bought::run(tx, guild, &order)).is_ok()
            }
            Self::Use(user, used, quantity) => {
                store.write(move |tx| shop::service::use_up(tx, guild, member(user), item(used), quantity)).is_ok()
            }
            Self::Refund(number) => {
                let buyer = plain.buyer(number).unwrap_or(member(0));
                store.write(move |tx| shop_refunded::by_buyer(tx, guild, buyer, purchase(number))).is_ok()
            }
            Self::RefundByTeam(number) => {
                store.write(move |tx| shop_refunded::by_team(tx, guild, ADMIN, purchase(number))).is_ok()
            }
            Self::HandOver(number) => {
                store.write(move |tx| shop::service::hand_over(tx, guild, ADMIN, purchase(number))).is_ok()
            }
            Self::Restock(index, stock) => {
                let set = StockOperation::Set;
                store.write(move |tx| shop::service::restock(tx, guild, ADMIN, item(index), set, stock)).is_ok()
            }
            Self::RemoveItem(index) => {
                store.write(move |tx| shop::service::remove(tx, guild, ADMIN, item(index))).is_ok()
            }
            Self::Redeem(user, code) => {
                let tried = store.write(move |tx| code_redeemed::run(tx, guild, member(user), CODES[code].0));
                matches!(tried, Ok(Tried::Given(_)))
            }
            Self::Comment(user, code) => {
                let comment = format!("it is {} thanks", CODES[code].0);
                store.write(move |tx| code_redeemed::in_comment(tx, guild, member(user), &comment)).unwrap();
                return None;
            }
            Self::Claim(user, id) => {
                store.write(move |tx| tasks::claims::claim(tx, guild, member(user), task(id))).is_ok()
            }
            Self::Submit(user, id) => {
                let proof = HandedIn { content: "done".to_owned(), files: Vec::new() };
                store.write(move |tx| tasks::claims::submit(tx, guild, member(user), task(id), &proof)).is_ok()
            }
            Self::Accept(user, id, by) => {
                let whose = (member(user), task(id));
                store.write(move |tx| task_reviewed::accept(tx, guild, whose, &reviewer(by), "")).is_ok()
            }
            Self::Reject(user, id, by) => {
                let whose = (member(user), task(id));
                store.write(move |tx| tasks::claims::reject(tx, guild, whose, &reviewer(by), "too dark")).is_ok()
            }
            Self::Abandon(user, id) => {
                let (user, by) = (member(user), Actor::Member(member(user)));
                store.write(move |tx| tasks::claims::abandon(tx, guild, by, user, task(id))).is_ok()
            }
            Self::Expire(id) => store.write(move |tx| tasks::service::expire(tx, guild, ADMIN, task(id))).is_ok(),
            Self::DeleteTask(id) => {
                let deleted = store.write(move |tx| tasks::service::delete(tx, guild, ADMIN, task(id))).is_ok();
                // What the jobs do: the claims go, and then the task.
                for _ in 0..2 {
                    store.write(move |tx| tasks::service::clear(tx, guild, task(id))).unwrap();
                }
                deleted
            }
            Self::Sweep => {
                let due = Due { guild, subject: 0, at: store.now() };
                while store.read(|read| (tasks::upkeep::OVERDUE.is_due)(read, &due)) {
                    store.write(move |tx| (tasks::upkeep::OVERDUE.step)(tx, &due, None)).unwrap();
                }
                true
            }
            Self::Leave(user) => store.write(move |tx| currency_accounts::left(tx, guild, member(user))).is_ok(),
            Self::Come(user) => store.write(move |tx| currency_accounts::came(tx, guild, member(user))).is_ok(),
            Self::Archive(is_kept) => {
                let order = archive::Order::keeping(KEPT_DAYS, store.now(), is_kept, ADMIN);
                store.with(|store| archive::run(store, guild, &order)).is_ok()
            }
            Self::Cleanup => {
                let wanted = Wanted { before: store.now().before(LONG), is_by_last_entry: false };
                let told = store.read(|read| accounts_cleaned::candidates(read, guild, wanted));
                let done = store.with(|store| accounts_cleaned::run(store, guild, wanted, ADMIN)).unwrap();
                assert_eq!(done, told, "a dry run tells what is done");
                true
            }
            Self::Erase(user) => store.with(|store| erasure::erase(store, guild, member(user))).is_ok(),
            Self::Wait(hours) => {
                store.advance(HOUR * hours);
                true
            }
        })
    }
}

/// Who left longer ago than this is taken out of circulation. No whole hours, so nobody leaves at that very moment.
pub(super) const LONG: Duration = Duration::from_mins(90);

/// The first day that an archive leaves.
pub(super) fn first_kept(day: i64) -> i64 {
    day - i64::from(KEPT_DAYS)
}

fn person(number: usize) -> Person {
    Person { user: member(number), name: format!("member {number}") }
}

fn by_hand(number: usize) -> ByHand {
    ByHand { currency: Currency::Server, user: member(number), reason: "a test".to_owned(), actor: ADMIN }
}

fn purchase(number: usize) -> PurchaseId {
    PurchaseId::new(number as u64 + 1)
}

fn reviewer(number: usize) -> Reviewer {
    Reviewer { by: Actor::Member(member(number)), is_owner: false }
}
