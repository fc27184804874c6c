//! Buying, using and giving back on a store in memory, beside a plain model.

mod random;

use std::time::Duration;

use super::*;
use crate::features::coins::model::LedgerEntry;
use crate::features::shop::check::check;
use crate::features::shop::codes::{self, NewCode};
use crate::features::shop::model::{CodeGift, ItemKind, Stock, StockOperation};
use crate::features::shop::queries;
use crate::features::shop::settings::REFUND_MINUTES;
use crate::features::testing::{GUILD, TestStore, said};
use crate::flows::code_redeemed::{self, Given, Tried};
use crate::flows::shop_refunded;
use crate::kernel::time::Timestamp;
use crate::roles;

const ANN: UserId = UserId::new(1);
const BOB: UserId = UserId::new(2);
const ADMIN: Actor = Actor::Member(UserId::new(9));
const ROLE: RoleId = RoleId::new(33);

fn rich(store: &TestStore, user: UserId, amount: u32) {
    let posting = Posting {
        currency: Currency::Server,
        user,
        delta: i64::from(amount),
        kind: EntryKind::AdminAdd,
        reason: "a test".into(),
        actor: ADMIN,
    };
    store.write(move |tx| coins::service::apply(tx, GUILD, &posting)).unwrap();
}

fn add(store: &TestStore, item: Item) -> ItemId {
    store.write(move |tx| service::add(tx, GUILD, ADMIN, item.clone())).unwrap().0
}

fn cookie(stock: i64) -> Item {
    Item { stock: Stock::try_from(stock).unwrap(), ..Item::new("Cookie", Amount::of(100)) }
}

fn buy(store: &TestStore, user: UserId, item: ItemId, quantity: u32) -> Result<Bought> {
    store.write(move |tx| run(tx, GUILD, &Order { user, roles: Vec::new(), item, quantity }))
}

fn refund(store: &TestStore, user: UserId, id: PurchaseId) -> Result<i64> {
    store.write(move |tx| shop_refunded::by_buyer(tx, GUILD, user, id)).map(|refunded| refunded.balance.get())
}

fn by_team(store: &TestStore, id: PurchaseId) -> Result<i64> {
    store.write(move |tx| shop_refunded::by_team(tx, GUILD, ADMIN, id)).map(|refunded| refunded.balance.get())
}

fn use_up(store: &TestStore, user: UserId, item: ItemId, quantity: u32) -> Result<u32> {
    store.write(move |tx| service::use_up(tx, GUILD, user, item, quantity)).map(|used| used.left)
}

fn balance(store: &TestStore, user: UserId) -> i64 {
    store.read(|read| coins::queries::balance(read, GUILD, Currency::Server, user)).get()
}

fn held(store: &TestStore, user: UserId, item: ItemId) -> u32 {
    store.read(|read| queries::held(read, GUILD, user, item))
}

fn stock(store: &TestStore, id: ItemId) -> i64 {
    store.read(|read| queries::any_item(read, GUILD, id)).unwrap().stock.number()
}

fn sold(store: &TestStore, id: ItemId) -> u64 {
    store.read(|read| queries::sold(read, GUILD, id))
}

fn ends(store: &TestStore) -> Option<Timestamp> {
    store.read(|read| roles::until(read, GUILD, ANN, ROLE))
}

fn last_entry(store: &TestStore, user: UserId) -> LedgerEntry {
    store.read(|read| coins::queries::history(read, GUILD, Currency::Server, user, 1)).pop().unwrap().1
}

fn sound(store: &TestStore) {
    assert_eq!(store.read(|read| check(read, GUILD)), Vec::<String>::new());
    assert_eq!(store.read(|read| coins::check::check(read, GUILD)), Vec::<String>::new());
    store.check();
}

#[test]
fn a_purchase_takes_money_and_stock_and_fills_the_inventory() {
    crate::covers!(
        "T-SHP-01", "T-SHP-05", "T-SHP-06", "T-SHP-07", "T-SHP-08", "T-SHP-11", "T-SHP-12", "T-SHP-13", "T-SHP-14",
        "T-SHP-17", "T-SHP-18", "T-SHP-19", "T-SHP-20", "T-CUR-03", "T-HLP-24", "T-HLP-26", "T-HLP-27"
    );
    let store = TestStore::new();
    rich(&store, ANN, 500);
    let id = add(&store, cookie(5));
    let bought = buy(&store, ANN, id, 3).unwrap();
    assert_eq!((bought.total.get(), bought.left.get(), bought.held), (300, 200, 3));
    assert_eq!((balance(&store, ANN), stock(&store, id), sold(&store, id)), (200, 2, 3));
    let entry = last_entry(&store, ANN);
    assert_eq!((entry.kind, entry.delta, entry.reason.as_str()), (EntryKind::ShopPurchase, -300, "Cookie ×3"));
    assert!(store.read(|read| queries::has(read, GUILD, ANN, id, 3)));
    assert!(!store.read(|read| queries::has(read, GUILD, ANN, id, 4)));
    let inventory = store.read(|read| queries::inventory(read, GUILD, ANN));
    assert_eq!(inventory.iter().map(|held| (held.id, held.quantity)).collect::<Vec<_>>(), [(id, 3)]);
    sound(&store);
}

#[test]
fn a_refused_purchase_changes_nothing() {
    crate::covers!("T-SHP-15", "T-SHP-16", "T-EDG-09");
    let store = TestStore::new();
    rich(&store, ANN, 250);
    let id = add(&store, cookie(5));
    let refusal = buy(&store, ANN, id, 3).unwrap_err();
    assert_eq!(said(refusal), "That costs **300** coins, and you have **250** coins: **50** coins more are needed.");
    assert_eq!(buy(&store, ANN, id, 6).unwrap_err().code(), "shop.too_few", "the item is looked at before the money");
    assert_eq!(buy(&store, ANN, ItemId::new(9), 1).unwrap_err().code(), "shop.no_such_item");
    assert_eq!((balance(&store, ANN), stock(&store, id), held(&store, ANN, id), sold(&store, id)), (250, 5, 0, 0));
    sound(&store);
}

#[test]
fn what_costs_nothing_has_no_entry() {
    let store = TestStore::new();
    let id = add(&store, Item { price: Amount::ZERO, ..cookie(-1) });
    let bought = buy(&store, ANN, id, 2).unwrap();
    assert_eq!((bought.purchase.entry, bought.left.get(), bought.held), (None, 0, 2));
    assert_eq!(refund(&store, ANN, bought.id).unwrap(), 0);
    assert_eq!((held(&store, ANN, id), stock(&store, id)), (0, -1));
    sound(&store);
}

#[test]
fn five_hundred_buyers_for_seven_pieces_buy_exactly_seven() {
    crate::covers!("T-EDG-07");
    let store = TestStore::new();
    let id = add(&store, cookie(7));
    let buyers = (1..=500).map(UserId::new);
    for user in buyers.clone() {
        rich(&store, user, 100);
    }
    let bought = std::thread::scope(|scope| {
        let store = &store;
        let tries: Vec<_> = buyers.clone().map(|user| scope.spawn(move || buy(store, user, id, 1))).collect();
        tries.into_iter().filter_map(|tried| tried.join().unwrap().ok()).count()
    });
    assert_eq!((bought, stock(&store, id), sold(&store, id)), (7, 0, 7));
    let left: i64 = buyers.clone().map(|user| balance(&store, user)).sum();
    let pieces: u32 = buyers.map(|user| held(&store, user, id)).sum();
    assert_eq!((left, pieces), (493 * 100, 7));
    sound(&store);
}

#[test]
fn consumables_are_used_up_the_oldest_first_and_are_then_not_given_back() {
    crate::covers!("T-HLP-25");
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, cookie(-1));
    let first = buy(&store, ANN, id, 2).unwrap().id;
    let second = buy(&store, ANN, id, 2).unwrap().id;
    assert_eq!(use_up(&store, ANN, id, 5).unwrap_err().code(), "shop.not_held");
    assert_eq!(use_up(&store, BOB, id, 1).unwrap_err().code(), "shop.not_held");
    assert_eq!(use_up(&store, ANN, id, 1).unwrap(), 3);
    assert_eq!(refund(&store, ANN, first).unwrap_err().code(), "shop.used_up");
    assert_eq!(refund(&store, ANN, second).unwrap(), 800);
    assert_eq!(use_up(&store, ANN, id, 1).unwrap(), 0);
    let kept = add(&store, Item { kind: ItemKind::Other, ..cookie(-1) });
    buy(&store, ANN, kept, 1).unwrap();
    assert_eq!(use_up(&store, ANN, kept, 1).unwrap_err().code(), "shop.not_consumable");
    sound(&store);
}

#[test]
fn what_was_removed_from_the_shop_can_still_be_used_and_given_back() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, cookie(5));
    let bought = buy(&store, ANN, id, 2).unwrap().id;
    store.write(move |tx| service::remove(tx, GUILD, ADMIN, id)).unwrap();
    assert_eq!(buy(&store, ANN, id, 1).unwrap_err().code(), "shop.no_such_item");
    assert_eq!(held(&store, ANN, id), 2);
    assert_eq!(refund(&store, ANN, bought).unwrap(), 1000);
    sound(&store);
}

#[test]
fn a_buyer_gives_back_within_the_time_and_the_team_later() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, cookie(5));
    let bought = buy(&store, ANN, id, 2).unwrap().id;
    assert_eq!(refund(&store, BOB, bought).unwrap_err().code(), "shop.not_yours");
    store.advance(Duration::from_mins(30));
    assert_eq!(refund(&store, ANN, bought).unwrap_err().code(), "shop.too_late");
    assert_eq!(by_team(&store, bought).unwrap(), 1000);
    assert_eq!(last_entry(&store, ANN).kind, EntryKind::ShopRefund);
    assert_eq!(by_team(&store, bought).unwrap_err().code(), "shop.already_refunded");
    assert_eq!((stock(&store, id), held(&store, ANN, id), sold(&store, id)), (5, 0, 0));
    let never = add(&store, Item { refund_minutes: Some(0), ..cookie(5) });
    let bought = buy(&store, ANN, never, 1).unwrap().id;
    assert_eq!(refund(&store, ANN, bought).unwrap_err().code(), "shop.too_late");
    store.write(|tx| REFUND_MINUTES.set(tx, GUILD, &60)).unwrap();
    let longer = buy(&store, ANN, id, 1).unwrap().id;
    store.advance(Duration::from_mins(59));
    refund(&store, ANN, longer).unwrap();
    sound(&store);
}

#[test]
fn what_paid_for_goods_is_not_undone_without_them() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, cookie(5));
    let entry = buy(&store, ANN, id, 2).unwrap().purchase.entry.unwrap();
    let order = coins::service::Order { currency: Currency::Server, user: ANN, reason: "no".into(), actor: ADMIN };
    let number = coins::model::EntryId::new(entry.get());
    let undone = store.write(move |tx| coins::service::undo(tx, GUILD, &order, number));
    assert_eq!(undone.unwrap_err().code(), "coins.of_the_shop");
}

#[test]
fn a_limit_counts_what_was_bought_and_not_what_was_given_back() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, Item { per_member: Some(2), ..cookie(-1) });
    let first = buy(&store, ANN, id, 1).unwrap().id;
    assert_eq!(buy(&store, ANN, id, 2).unwrap_err().code(), "shop.limit");
    refund(&store, ANN, first).unwrap();
    buy(&store, ANN, id, 2).unwrap();
    use_up(&store, ANN, id, 2).unwrap();
    assert_eq!(buy(&store, ANN, id, 1).unwrap_err().code(), "shop.limit", "what was used up was bought");
    sound(&store);
}

#[test]
fn an_order_waits_until_it_is_handed_over_or_given_back() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, Item { kind: ItemKind::Order, ..cookie(-1) });
    let [first, second] = [1, 2].map(|quantity| buy(&store, ANN, id, quantity).unwrap().id);
    let waiting = || -> Vec<_> {
        let waiting = store.read(|read| queries::purchases(read, GUILD, queries::Of::Waiting, None, 10));
        waiting.into_iter().map(|order| order.id).collect()
    };
    assert_eq!(waiting(), [first, second]);
    let hand_over = |id| store.write(move |tx| service::hand_over(tx, GUILD, ADMIN, id));
    assert_eq!(hand_over(first).unwrap().0.state, PurchaseState::HandedOver);
    assert_eq!(hand_over(first).unwrap_err().code(), "shop.not_waiting");
    assert_eq!(refund(&store, ANN, first).unwrap_err().code(), "shop.was_handed_over");
    refund(&store, ANN, second).unwrap();
    assert_eq!(hand_over(second).unwrap_err().code(), "shop.not_waiting");
    assert_eq!(waiting(), []);
    sound(&store);
}

#[test]
fn roles_for_a_while_follow_each_other_and_are_taken_back_in_their_turn() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let begin = store.now();
    let hours = |hours| Some(begin.after(Duration::from_hours(hours)));
    let id = add(&store, Item { kind: ItemKind::Role { role: ROLE, hours: Some(2) }, ..cookie(-1) });
    let first = buy(&store, ANN, id, 1).unwrap().id;
    assert_eq!(ends(&store), hours(2));
    let second = buy(&store, ANN, id, 2).unwrap().id;
    assert_eq!(ends(&store), hours(6));
    refund(&store, ANN, first).unwrap();
    assert_eq!(ends(&store), hours(4), "what was bought on top of it begins sooner");
    refund(&store, ANN, second).unwrap();
    assert_eq!(ends(&store), None);
    let third = buy(&store, ANN, id, 1).unwrap().id;
    store.advance(Duration::from_hours(3));
    assert_eq!(by_team(&store, third).unwrap_err().code(), "shop.role_ended");
    sound(&store);
}

#[test]
fn a_role_for_good_is_bought_once() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, Item { kind: ItemKind::Role { role: ROLE, hours: None }, ..cookie(-1) });
    let bought = buy(&store, ANN, id, 1).unwrap();
    assert_eq!(buy(&store, ANN, id, 1).unwrap_err().code(), "shop.already_yours");
    assert_eq!(bought.purchase.role.map(|given| (given.role, given.until)), Some((ROLE, None)));
    refund(&store, ANN, bought.id).unwrap();
    buy(&store, ANN, id, 1).unwrap();
    sound(&store);
}

#[test]
fn a_role_that_was_not_given_brings_back_what_was_paid_and_leaves_what_was_given_before() {
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let id = add(&store, Item { kind: ItemKind::Role { role: ROLE, hours: Some(2) }, ..cookie(5) });
    let first = buy(&store, ANN, id, 1).unwrap();
    let before = ends(&store);
    let second = buy(&store, ANN, id, 3).unwrap();
    let refused = |id| store.write(move |tx| shop_refunded::by_refused_role(tx, GUILD, id)).unwrap();
    for _ in 0..2 {
        refused(second.id);
    }
    assert_eq!((balance(&store, ANN), stock(&store, id), held(&store, ANN, id)), (900, 4, 1), "once");
    assert_eq!(ends(&store), before);
    refund(&store, ANN, first.id).unwrap();
    refused(first.id);
    assert_eq!((balance(&store, ANN), stock(&store, id), ends(&store)), (1000, 5, None));
    sound(&store);
}

#[test]
fn a_code_whose_role_was_not_given_can_be_redeemed_once_more() {
    let store = TestStore::new();
    let id = add(&store, Item { kind: ItemKind::Role { role: ROLE, hours: None }, ..cookie(5) });
    let wanted = NewCode { text: Some("GIVESROLE".into()), gives: CodeGift::Item(id, 1), most: 1, until: None };
    store.write(move |tx| codes::make(tx, GUILD, ADMIN, &wanted)).unwrap();
    let redeem = || store.write(|tx| code_redeemed::run(tx, GUILD, ANN, "givesrole"));
    let latest = || store.read(|read| queries::purchases(read, GUILD, queries::Of::User(ANN), None, 1)).pop().unwrap();
    redeem().unwrap();
    let given = latest().id;
    store.write(move |tx| shop_refunded::by_refused_role(tx, GUILD, given)).unwrap();
    assert_eq!((balance(&store, ANN), stock(&store, id)), (0, 5));
    assert!(matches!(redeem().unwrap(), Tried::Given(_)));
    sound(&store);
}

#[test]
fn what_gives_a_role_that_cannot_be_given_is_neither_sold_nor_given_until_it_can() {
    use crate::features::shop::activity::{ITEM_RELEASED, ITEM_WITHHELD};
    let store = TestStore::new();
    rich(&store, ANN, 1000);
    let role = ItemKind::Role { role: ROLE, hours: None };
    let id = add(&store, Item { kind: role, ..cookie(5) });
    let other = add(&store, cookie(5));
    let judge = |trouble: Option<roles::RoleTrouble>| {
        store.write(move |tx| service::judge_roles(tx, GUILD, &|_, _| trouble)).unwrap();
    };
    for trouble in [roles::RoleTrouble::TooHigh, roles::RoleTrouble::Vanished] {
        judge(Some(trouble));
        assert_eq!(buy(&store, ANN, id, 1).unwrap_err().code(), "shop.withheld");
        let wanted = NewCode { text: None, gives: CodeGift::Item(id, 1), most: 1, until: None };
        let made = store.write(move |tx| codes::make(tx, GUILD, ADMIN, &wanted));
        assert_eq!(made.unwrap_err().code(), "shop.withheld");
    }
    buy(&store, ANN, other, 1).unwrap();
    // Who changes the rest neither mends it nor answers for it; who chooses another role was judged.
    let edit = |change: fn(&mut Item)| {
        store.write(move |tx| service::edit(tx, GUILD, Actor::Operator, id, None, change)).unwrap()
    };
    let cheaper = edit(|item| item.price = Amount::of(1));
    assert_eq!((cheaper.made_by, cheaper.withheld.is_some()), (ADMIN, true));
    judge(None);
    judge(None);
    buy(&store, ANN, id, 1).unwrap();
    judge(Some(roles::RoleTrouble::TooHigh));
    let longer = edit(|item| item.kind = ItemKind::Role { role: ROLE, hours: Some(24) });
    assert_eq!((longer.made_by, longer.withheld), (Actor::Operator, None));
    let all = store.read(|read| crate::activity::since(read, GUILD, crate::activity::ActivityId::new(0), 1_000));
    let count = |is: fn(&crate::activity::Activity) -> bool| all.iter().filter(|(_, act)| is(act)).count();
    let told = (count(|act| ITEM_WITHHELD.details(act).is_some()), count(|act| ITEM_RELEASED.details(act).is_some()));
    assert_eq!(told, (2, 1), "each is told once");
    sound(&store);
}

#[test]
fn a_code_gives_currency_or_an_item_once_to_each() {
    let store = TestStore::new();
    let id = add(&store, cookie(1));
    let make = |text: &str, gives, most| {
        let wanted = NewCode { text: Some(text.into()), gives, most, until: None };
        store.write(move |tx| codes::make(tx, GUILD, ADMIN, &wanted)).unwrap();
    };
    make("MANYCOINS", CodeGift::Currency(Amount::of(40)), 2);
    make("ONECOOKIE", CodeGift::Item(id, 1), 9);
    let redeem = |user, text: &'static str| store.write(move |tx| code_redeemed::run(tx, GUILD, user, text));
    let given = Given::Currency { amount: Amount::of(40), balance: Amount::of(40) };
    assert_eq!(redeem(ANN, "many-coins").unwrap(), Tried::Given(given));
    assert_eq!(redeem(ANN, "manycoins").unwrap_err().code(), "shop.already_redeemed");
    redeem(BOB, "manycoins").unwrap();
    for (typed, code) in [("manycoins", "shop.code_over"), ("", "shop.not_a_code"), ("many coins!", "shop.not_a_code")]
    {
        for _ in 0..6 {
            assert_eq!(redeem(UserId::new(3), typed).unwrap_err().code(), code, "that is no guess");
        }
    }
    assert!(matches!(redeem(UserId::new(3), "MANYCOINZ").unwrap(), Tried::Wrong(_)));
    redeem(ANN, "onecookie").unwrap();
    assert_eq!(redeem(BOB, "onecookie").unwrap_err().code(), "shop.sold_out");
    assert_eq!((held(&store, ANN, id), stock(&store, id), sold(&store, id)), (1, 0, 0));
    let gift = store.read(|read| queries::purchases(read, GUILD, queries::Of::User(ANN), None, 1)).pop().unwrap();
    assert_eq!(by_team(&store, gift.id).unwrap_err().code(), "shop.was_a_gift");
    sound(&store);
}

#[test]
fn a_comment_redeems_a_code_that_stands_in_it() {
    let store = TestStore::new();
    let wanted =
        NewCode { text: Some("LIVE2026".into()), gives: CodeGift::Currency(Amount::of(7)), most: 9, until: None };
    store.write(move |tx| codes::make(tx, GUILD, ADMIN, &wanted)).unwrap();
    for comment in ["the code is live2026 thanks", "live2026", "no code at all here"] {
        store.write(move |tx| code_redeemed::in_comment(tx, GUILD, ANN, comment)).unwrap();
    }
    assert_eq!(balance(&store, ANN), 7);
    assert!(store.read(|read| code_redeemed::is_expected(read, GUILD)));
    sound(&store);
}
