//! Items, stock and codes on a store in memory.

use std::time::Duration;

use super::activity::ITEM_CHANGED;
use super::check::check;
use super::codes::{self, NewCode};
use super::model::{CodeGift, Item, ItemId, ItemKind, Stock, StockOperation};
use super::queries::{self, Wanted};
use super::service::{self, ITEM_POST};
use super::settings::SHOP_CHANNEL;
use crate::activity::{self, ActivityId, Filter};
use crate::features::testing::{GUILD, TestStore};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::money;
use crate::posts::{self, Sync};
use crate::settings::{self, Changeable};
use crate::store::Erasure;

const ADMIN: Actor = Actor::Member(UserId::new(9));
const ELSEWHERE: GuildId = GuildId::new(6);
const CHANNEL: ChannelId = ChannelId::new(77);

fn cookie() -> Item {
    Item { stock: Stock::Pieces(5), ..Item::new("Cookie", Amount::of(100)) }
}

fn add(store: &TestStore, item: Item) -> ItemId {
    store.write(move |tx| service::add(tx, GUILD, ADMIN, item.clone())).unwrap().0
}

fn stock(store: &TestStore, id: ItemId) -> i64 {
    store.read(|read| queries::item(read, GUILD, id)).unwrap().stock.number()
}

fn restock(store: &TestStore, id: ItemId, operation: StockOperation, quantity: i64) -> Result<i64> {
    let done = store.write(move |tx| service::restock(tx, GUILD, ADMIN, id, operation, quantity));
    done.map(|item| item.stock.number())
}

fn rename(store: &TestStore, id: ItemId, seen: Option<u64>, name: &'static str) -> Result<Item> {
    store.write(move |tx| service::edit(tx, GUILD, ADMIN, id, seen, |item| item.name = name.to_owned()))
}

fn last(store: &TestStore) -> ActivityId {
    store.read(|read| activity::newest(read, GUILD, &Filter::default(), None, 1)).rows.pop().unwrap().0
}

fn undo(store: &TestStore, id: ActivityId) -> Result<Item> {
    store.write(move |tx| service::undo(tx, GUILD, ADMIN, id)).map(|(_, item)| item)
}

fn post(store: &TestStore, id: ItemId) -> Option<(ChannelId, Sync)> {
    let state = store.read(|read| queries::post(read, GUILD, id));
    state.map(|state| (state.channel, state.sync))
}

fn sound(store: &TestStore) {
    assert_eq!(store.read(|read| check(read, GUILD)), Vec::<String>::new());
    store.check();
}

#[test]
fn an_item_is_made_changed_and_removed_and_its_message_follows() {
    crate::covers!("T-SHP-02", "T-SYN-15", "T-SYN-18", "T-SYN-19");
    let store = TestStore::new();
    let id = add(&store, cookie());
    assert_eq!(post(&store, id), None, "there is no channel yet");
    store.write(|tx| SHOP_CHANNEL.change(tx, GUILD, ADMIN, &Some(CHANNEL))).unwrap();
    assert_eq!(post(&store, id), Some((CHANNEL, Sync::PendingSync)));
    let second = add(&store, Item::new("Cake", Amount::of(7)));
    assert_eq!(post(&store, second), Some((CHANNEL, Sync::PendingSync)));
    assert_eq!(rename(&store, id, Some(0), "Big cookie").unwrap().revision, 1);
    assert_eq!(rename(&store, id, Some(0), "Other").unwrap_err().code(), "shop.changed_meanwhile");
    assert_eq!(rename(&store, id, None, " ").unwrap_err().code(), "shop.no_name");
    store.write(move |tx| service::remove(tx, GUILD, ADMIN, id)).unwrap();
    assert_eq!(store.read(|read| queries::item(read, GUILD, id)), None);
    assert_eq!(store.read(|read| queries::any_item(read, GUILD, id)).unwrap().name, "Big cookie", "its name stays");
    assert_eq!(rename(&store, id, None, "Again").unwrap_err().code(), "shop.no_such_item");
    sound(&store);
}

#[test]
fn an_item_of_another_server_is_not_there() {
    crate::covers!("T-GEN-08");
    let store = TestStore::new();
    let id = add(&store, cookie());
    let elsewhere = store.write(move |tx| service::remove(tx, ELSEWHERE, ADMIN, id));
    assert_eq!(elsewhere.unwrap_err().code(), "shop.no_such_item");
    assert_eq!(store.read(|read| queries::list(read, ELSEWHERE, &Wanted::default())), []);
}

#[test]
fn the_stock_is_set_added_to_and_subtracted_from() {
    crate::covers!("T-HLP-23", "T-EDG-08");
    let store = TestStore::new();
    let id = add(&store, cookie());
    assert_eq!(restock(&store, id, StockOperation::Add, 3).unwrap(), 8);
    assert_eq!(restock(&store, id, StockOperation::Subtract, 9).unwrap_err().code(), "shop.below_zero");
    assert_eq!(restock(&store, id, StockOperation::Set, -1).unwrap(), -1);
    assert_eq!(restock(&store, id, StockOperation::Subtract, 1).unwrap_err().code(), "shop.endless_stock");
    assert_eq!(restock(&store, id, StockOperation::Set, 0).unwrap(), 0);
    assert_eq!(stock(&store, id), 0);
}

#[test]
fn what_was_done_by_hand_is_undone_as_long_as_nobody_changed_it_since() {
    let store = TestStore::new();
    let id = add(&store, cookie());
    let made = last(&store);
    rename(&store, id, None, "Cake").unwrap();
    let renamed = last(&store);
    assert_eq!(undo(&store, made).unwrap_err().code(), "shop.changed_since");
    assert_eq!(undo(&store, renamed).unwrap().name, "Cookie");
    assert_eq!(undo(&store, renamed).unwrap_err().code(), "shop.changed_since");
    let again = last(&store);
    assert_eq!(undo(&store, again).unwrap().name, "Cake", "an undo is a change like others");
    restock(&store, id, StockOperation::Set, 9).unwrap();
    let restocked = last(&store);
    assert_eq!(undo(&store, restocked).unwrap().stock.number(), 5);
    store.write(move |tx| service::remove(tx, GUILD, ADMIN, id)).unwrap();
    let removed = last(&store);
    assert_eq!(undo(&store, removed).unwrap().removed_at, None);
    assert_eq!(store.read(|read| queries::item(read, GUILD, id)).unwrap().name, "Cake");
    sound(&store);
}

#[test]
fn what_differs_is_told_and_what_changes_nothing_is_not() {
    let store = TestStore::new();
    let id = add(&store, cookie());
    let before = last(&store);
    rename(&store, id, None, "Cookie").unwrap();
    assert_eq!(last(&store), before);
    let role = ItemKind::Role { role: RoleId::new(3), hours: Some(24) };
    store
        .write(move |tx| {
            service::edit(tx, GUILD, Actor::Operator, id, None, |item| {
                (item.price, item.kind) = (Amount::of(5), role);
            })
        })
        .unwrap();
    let act = store.read(|read| activity::get(read, GUILD, last(&store))).unwrap();
    let differs = ITEM_CHANGED.details(&act).unwrap().differs;
    let told: Vec<_> = differs.iter().map(|d| format!("{}: {} → {}", d.field, d.before, d.after)).collect();
    assert_eq!(told, ["price: 100 → 5", "kind: consumable → role", "role: none → <@&3>", "hours: for good → 24"]);
    assert_eq!(store.read(|read| queries::item(read, GUILD, id)).unwrap().made_by, Actor::Operator);
}

#[test]
fn items_are_listed_by_category_and_found_by_name() {
    let store = TestStore::new();
    let cookie = add(&store, cookie());
    let none = Item { stock: Stock::Pieces(0), category: "Badges".into(), ..Item::new("Gone", Amount::ZERO) };
    let gone = add(&store, none);
    let off = add(&store, Item { is_active: false, ..Item::new("Cookie jar", Amount::ZERO) });
    let listed = |wanted: Wanted| -> Vec<ItemId> {
        store.read(|read| queries::list(read, GUILD, &wanted)).into_iter().map(|listed| listed.id).collect()
    };
    let now = Some(store.now());
    assert_eq!(listed(Wanted::default()), [gone, cookie, off]);
    assert_eq!(listed(Wanted { category: Some("CONSUMABLE".into()), ..Wanted::default() }), [cookie, off]);
    assert_eq!(listed(Wanted { for_sale_at: now, in_stock: true, ..Wanted::default() }), [cookie]);
    assert_eq!(store.read(|read| queries::categories(read, GUILD)), ["Badges", "consumable"]);
    let typed = |text: &str| store.read(|read| queries::typed(read, GUILD, text)).map(|(id, _)| id);
    assert_eq!((typed("cookie"), typed(&cookie.to_string()), typed("nothing")), (Some(cookie), Some(cookie), None));
    let choices = store.read(|read| queries::choices(read, GUILD, "JAR", None));
    assert_eq!(choices.iter().map(|choice| choice.id).collect::<Vec<_>>(), [off]);
}

#[test]
fn a_code_is_drawn_or_worded_and_revoked() {
    let store = TestStore::new();
    let make = |text: Option<&str>, gives, most| {
        let wanted = NewCode { text: text.map(str::to_owned), gives, most, until: None };
        store.write(move |tx| codes::make(tx, GUILD, ADMIN, &wanted)).map(|(id, code)| (id, code.text))
    };
    let coins = CodeGift::Currency(Amount::of(5));
    let (drawn, text) = make(None, coins, 1).unwrap();
    assert_eq!(text.len(), 16);
    assert_eq!(make(Some("welcome-2026"), coins, 2).unwrap().1, "WELCOME2026");
    let refused = [
        (Some("WELCOME 2026"), coins, 1, "shop.code_taken"),
        (Some("short"), coins, 1, "shop.bad_code"),
        (None, coins, 0, "shop.code_of_no_uses"),
        (None, CodeGift::Currency(Amount::ZERO), 1, "shop.code_of_nothing"),
        (None, CodeGift::Item(ItemId::new(7), 1), 1, "shop.no_such_item"),
    ];
    for (text, gives, most, code) in refused {
        assert_eq!(make(text, gives, most).unwrap_err().code(), code);
    }
    store.write(move |tx| codes::revoke(tx, GUILD, ADMIN, drawn)).unwrap();
    let again = store.write(move |tx| codes::revoke(tx, GUILD, ADMIN, drawn));
    assert_eq!(again.unwrap_err().code(), "shop.code_none_such");
    let open = store.read(|read| queries::open_codes(read, GUILD, store.now()));
    assert_eq!(open.len(), 1);
    sound(&store);
}

#[test]
fn whoever_guesses_codes_has_to_wait() {
    let store = TestStore::new();
    let user = UserId::new(1);
    let guess = || store.write(move |tx| codes::guessed(tx, GUILD, user)).unwrap();
    let find = || store.read(|read| Ok(codes::find(read, GUILD, user, "ABCDEFGH", store.now())));
    for _ in 0..5 {
        assert_eq!(find().unwrap(), None);
        guess();
    }
    assert_eq!(find().unwrap_err().code(), "shop.too_many_guesses");
    store.advance(Duration::from_hours(1));
    assert_eq!(find().unwrap(), None);
}

#[test]
fn messages_are_drawn_anew_when_the_currency_has_another_name() {
    let store = TestStore::new();
    store.write(|tx| SHOP_CHANNEL.change(tx, GUILD, ADMIN, &Some(CHANNEL))).unwrap();
    let id = add(&store, cookie());
    let revision =
        || store.read(|read| posts::tables::by_row(read, GUILD, ("shop.item", id.get()))).unwrap().1.revision;
    let before = revision();
    store
        .write(|tx| settings::change(tx, GUILD, ADMIN, &money::NAME, &money::NAME.read_typed("cookies").unwrap()))
        .unwrap();
    assert!(revision() > before);
}

#[test]
fn an_erased_member_made_no_item() {
    let store = TestStore::new();
    let id = add(&store, cookie());
    let (member, pseudonym) = (UserId::new(9), UserId::new(1));
    store.erase(&Erasure { guild: GUILD, member, pseudonym, accounts: Vec::new() });
    assert_eq!(store.read(|read| queries::item(read, GUILD, id)).unwrap().made_by, Actor::Member(pseudonym));
    assert_eq!(ITEM_POST.name(), "shop.item", "the stored name never changes");
    sound(&store);
}
