//! Servers follow the catalogue, each for itself.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::covers;
use crate::features::offers::settings::{GLOBAL_SHOP, GLOBAL_TASKS};
use crate::features::offers::upkeep;
use crate::features::shop::model::{ItemKind, Stock, StockOperation};
use crate::features::tasks::claims;
use crate::features::tasks::model::{Deed, ProvenBy, Repeats};
use crate::features::tasks::settings::CHANNEL;
use crate::features::testing::{GUILD, TestStore};
use crate::flows::{daily_claimed, offers_changed, shop_bought};
use crate::kernel::amount::Amount;
use crate::kernel::error::Error;
use crate::kernel::ids::{ChannelId, RoleId, UserId};

const OTHER: GuildId = GuildId::new(6);
const ADMIN: Actor = Actor::Member(UserId::new(9));
const ANN: UserId = UserId::new(1);

fn cookie(name: &str, price: u32) -> Item {
    Item { stock: Stock::Pieces(10), ..Item::new(name, Amount::of(price)) }
}

fn greeting(name: &str) -> TaskPatch {
    TaskPatch {
        name: Some(name.to_owned()),
        description: Some("Say hello".to_owned()),
        reward: Some(50),
        duration_hours: Some(24),
        max_claims: Some(5),
        ..TaskPatch::default()
    }
}

fn offers(store: &TestStore, item: Item) -> ItemId {
    store.write(move |tx| offers_changed::add_item(tx, BY, item.clone())).unwrap().0
}

fn switches(store: &TestStore, guild: GuildId, part: Part, is_on: bool) {
    let setting = if part == Part::Items { &GLOBAL_SHOP } else { &GLOBAL_TASKS };
    store.write(move |tx| setting.change(tx, guild, ADMIN, &is_on).map(drop)).unwrap();
}

/// All servers follow as far as they can. Answers in how many steps.
fn follows(store: &TestStore) -> usize {
    let at = store.now();
    let due = store.read(|read| {
        let all = (upkeep::FOLLOWED.due)(read, at)?;
        let mut due = Vec::new();
        for one in all {
            if (upkeep::FOLLOWED.is_due)(read, &one)? {
                due.push(one);
            }
        }
        Ok(due)
    });
    let mut steps = 0;
    for one in due {
        let mut behind = Some(0);
        while behind.is_some() {
            behind = store.write(move |tx| (upkeep::FOLLOWED.step)(tx, &one, behind)).unwrap();
            steps += 1;
        }
    }
    steps
}

/// What a server sells: name, price and stock.
fn sold(store: &TestStore, guild: GuildId) -> Vec<String> {
    let items = store.read(|read| shop::tables::shown(read, guild));
    items.into_iter().map(|(_, item)| format!("{} {} {}", item.name, item.price.get(), item.stock.number())).collect()
}

fn item_called(store: &TestStore, name: &'static str) -> ItemId {
    store.read(|read| shop::queries::typed(read, GUILD, name)).unwrap().0
}

fn tasks_of(store: &TestStore, guild: GuildId) -> Vec<(TaskId, String, TaskStatus)> {
    let mut found = Vec::new();
    store.read(|read| {
        tasks::tables::TASKS.for_each(read, guild, |(_, id), task| {
            found.push((id, task.name, task.status));
            Ok(())
        })
    });
    found
}

#[test]
fn a_server_that_switches_it_on_sells_copies_with_a_stock_of_their_own() {
    covers!("T-GEN-11");
    let store = TestStore::new();
    offers(&store, cookie("Cookie", 40));
    switches(&store, GUILD, Part::Items, true);
    switches(&store, OTHER, Part::Items, true);
    follows(&store);
    assert_eq!((sold(&store, GUILD), sold(&store, OTHER)), (vec!["Cookie 40 10".into()], vec!["Cookie 40 10".into()]));
    store.write(|tx| daily_claimed::run(tx, GUILD, ANN).map(drop)).unwrap();
    let item = item_called(&store, "Cookie");
    let order = shop_bought::Order { user: ANN, roles: Vec::new(), item, quantity: 2 };
    store.write(move |tx| shop_bought::run(tx, GUILD, &order).map(drop)).unwrap();
    // What one server sells is of no other, and not of the catalogue.
    let all = [GUILD, OTHER, CATALOGUE].map(|guild| sold(&store, guild).concat());
    assert_eq!(all, ["Cookie 40 8", "Cookie 40 10", "Cookie 40 10"]);
    assert_eq!(follows(&store), 0, "what was followed is not due again");
    store.check();
}

#[test]
fn a_copy_follows_the_catalogue_until_somebody_in_the_server_changes_it() {
    let store = TestStore::new();
    let (cookie_id, medal) = (offers(&store, cookie("Cookie", 40)), offers(&store, cookie("Medal", 90)));
    switches(&store, GUILD, Part::Items, true);
    follows(&store);
    let (own, restocked) = (item_called(&store, "Medal"), item_called(&store, "Cookie"));
    store
        .write(move |tx| {
            shop::service::edit(tx, GUILD, ADMIN, own, None, |item| item.price = Amount::of(5))?;
            // The stock is the server's own, and whether it is sold.
            shop::service::restock(tx, GUILD, ADMIN, restocked, StockOperation::Set, 3)?;
            shop::service::edit(tx, GUILD, ADMIN, restocked, None, |item| item.is_active = false).map(drop)
        })
        .unwrap();
    for id in [cookie_id, medal] {
        let dearer = |item: &mut Item| (item.price, item.description) = (Amount::of(100), "New".to_owned());
        store.write(move |tx| offers_changed::edit_item(tx, BY, id, dearer).map(drop)).unwrap();
    }
    follows(&store);
    assert_eq!(sold(&store, GUILD), ["Cookie 100 3", "Medal 5 10"]);
    let item = store.read(|read| shop::queries::item(read, GUILD, restocked)).unwrap();
    assert!(!item.is_active && item.description == "New");
    let origin =
        |id| store.read(|read| origin_of_item(read, GUILD, id, &shop::queries::item(read, GUILD, id)?.unwrap()));
    assert_eq!((origin(restocked), origin(own)), (Some(Origin::Follows), Some(Origin::Own)));
    store.write(move |tx| offers_changed::remove_item(tx, BY, medal).map(drop)).unwrap();
    follows(&store);
    assert_eq!(sold(&store, GUILD), ["Cookie 100 3", "Medal 5 10"], "what is the server's own stays");
}

#[test]
fn what_leaves_the_catalogue_or_is_switched_off_is_off_sale_and_what_members_have_stays() {
    let store = TestStore::new();
    let gone = offers(&store, cookie("Cookie", 40));
    offers(&store, cookie("Medal", 90));
    offers(&store, cookie("Badge", 10));
    switches(&store, GUILD, Part::Items, true);
    follows(&store);
    store.write(|tx| daily_claimed::run(tx, GUILD, ANN).map(drop)).unwrap();
    let (item, unwanted) = (item_called(&store, "Cookie"), item_called(&store, "Badge"));
    let order = shop_bought::Order { user: ANN, roles: Vec::new(), item, quantity: 2 };
    store.write(move |tx| shop_bought::run(tx, GUILD, &order).map(drop)).unwrap();
    store.write(move |tx| shop::service::remove(tx, GUILD, ADMIN, unwanted).map(drop)).unwrap();
    store.write(move |tx| offers_changed::remove_item(tx, BY, gone).map(drop)).unwrap();
    follows(&store);
    assert_eq!(sold(&store, GUILD), ["Medal 90 10"]);
    assert!(store.read(|read| shop::queries::has(read, GUILD, ANN, item, 2)));
    switches(&store, GUILD, Part::Items, false);
    follows(&store);
    assert_eq!(sold(&store, GUILD), [""; 0]);
    // Switched on again, the same items are back, but what somebody in the server removed.
    switches(&store, GUILD, Part::Items, true);
    follows(&store);
    assert_eq!(sold(&store, GUILD), ["Medal 90 10"]);
    store.write(move |tx| shop::service::use_up(tx, GUILD, ANN, item, 2).map(drop)).unwrap();
    store.check();
}

#[test]
fn tasks_wait_for_a_channel_and_follow_as_items_do() {
    let store = TestStore::new();
    let id = store.write(|tx| offers_changed::add_task(tx, BY, &greeting("Greet"))).unwrap().id;
    switches(&store, GUILD, Part::Tasks, true);
    follows(&store);
    assert_eq!(tasks_of(&store, GUILD), []);
    store.write(|tx| CHANNEL.change(tx, GUILD, ADMIN, &Some(ChannelId::new(3))).map(drop)).unwrap();
    follows(&store);
    let copy = TaskId::new(1);
    assert_eq!(tasks_of(&store, GUILD), [(copy, "Greet".to_owned(), TaskStatus::Active)]);
    store.write(move |tx| claims::claim(tx, GUILD, ANN, copy).map(drop)).unwrap();
    let renamed = TaskPatch { name: Some("Welcome".to_owned()), max_claims: Some(1), ..TaskPatch::default() };
    store.write(move |tx| offers_changed::edit_task(tx, BY, id, &renamed).map(drop)).unwrap();
    follows(&store);
    assert_eq!(tasks_of(&store, GUILD), [(copy, "Welcome".to_owned(), TaskStatus::Active)]);
    switches(&store, GUILD, Part::Tasks, false);
    follows(&store);
    assert_eq!(tasks_of(&store, GUILD), [(copy, "Welcome".to_owned(), TaskStatus::Expired)]);
    let claim = store.read(|read| tasks::tables::latest_claim(read, GUILD, ANN, copy)).unwrap().claim;
    assert!(claim.state.is_open(), "whoever claimed it goes on");
    store.advance(Duration::from_hours(100));
    switches(&store, GUILD, Part::Tasks, true);
    follows(&store);
    let back = store.read(|read| tasks::tables::task(read, GUILD, copy)).unwrap().task;
    assert_eq!((back.status, back.expires_at), (TaskStatus::Active, store.now().after(Duration::from_hours(24))));
    // What the server deletes does not come again.
    store.write(move |tx| tasks::service::delete(tx, GUILD, ADMIN, copy).map(drop)).unwrap();
    let shorter = TaskPatch { reward: Some(1), ..TaskPatch::default() };
    store.write(move |tx| offers_changed::edit_task(tx, BY, id, &shorter).map(drop)).unwrap();
    follows(&store);
    assert!(tasks_of(&store, GUILD).iter().all(|(id, ..)| *id == copy));
    // The catalogue's own tasks never end by themselves, nor are they posted.
    assert_eq!(tasks_of(&store, CATALOGUE), [(id, "Welcome".to_owned(), TaskStatus::Active)]);
    assert!(store.read(|read| tasks::model::TASK_POST.state(read, CATALOGUE, id.get())).is_none());
}

#[test]
fn how_often_a_task_can_be_done_and_how_it_is_proven_follow_and_its_rounds_are_the_servers_own() {
    let store = TestStore::new();
    let gifts = ProvenBy::Deeds(Deed::GiftCoin, 100);
    let wanted = TaskPatch { repeats: Some(Repeats::Daily), proven_by: Some(gifts), ..greeting("Give") };
    let id = store.write(move |tx| offers_changed::add_task(tx, BY, &wanted)).unwrap().id;
    store.write(|tx| CHANNEL.change(tx, GUILD, ADMIN, &Some(ChannelId::new(3))).map(drop)).unwrap();
    switches(&store, GUILD, Part::Tasks, true);
    follows(&store);
    let copy = TaskId::new(1);
    let present = || store.read(|read| tasks::tables::task(read, GUILD, copy)).unwrap();
    assert_eq!((present().task.repeats, present().task.proven_by), (Repeats::Daily, gifts));
    store.advance(Duration::from_hours(24));
    assert!(store.write(move |tx| tasks::service::turn(tx, GUILD, copy)).unwrap());
    let origin = store.read(|read| origin_of_task(read, GUILD, &present()));
    assert_eq!(origin, Some(Origin::Follows), "a round changes nothing of what the catalogue says");
    let weekly =
        TaskPatch { repeats: Some(Repeats::Weekly), proven_by: Some(ProvenBy::Review), ..TaskPatch::default() };
    store.write(move |tx| offers_changed::edit_task(tx, BY, id, &weekly).map(drop)).unwrap();
    follows(&store);
    assert_eq!((present().task.repeats, present().task.proven_by), (Repeats::Weekly, ProvenBy::Review));
    store.check();
}

#[test]
fn nothing_of_one_server_is_in_the_catalogue() {
    let store = TestStore::new();
    let role = RoleId::new(7);
    let refused = |result: Result<()>| match result {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    };
    for item in [
        Item { kind: ItemKind::Role { role, hours: None }, ..cookie("VIP", 5) },
        Item { required_role: Some(role), ..cookie("Club", 5) },
    ] {
        let added = store.write(move |tx| offers_changed::add_item(tx, BY, item.clone()).map(drop));
        assert_eq!(refused(added), "offer.of_one_server");
    }
    let id = offers(&store, cookie("Cookie", 5));
    let asks = |item: &mut Item| item.required_role = Some(RoleId::new(7));
    assert_eq!(
        refused(store.write(move |tx| offers_changed::edit_item(tx, BY, id, asks).map(drop))),
        "offer.of_one_server"
    );
    for wanted in [
        TaskPatch { channel: Some(ChannelId::new(3)), ..greeting("Greet") },
        TaskPatch { category: Some("Art".to_owned()), ..greeting("Greet") },
        TaskPatch { proven_by: Some(ProvenBy::Deeds(Deed::Message(ChannelId::new(3)), 5)), ..greeting("Greet") },
    ] {
        let added = store.write(move |tx| offers_changed::add_task(tx, BY, &wanted).map(drop));
        assert_eq!(refused(added), "offer.of_one_server");
    }
}

#[test]
fn a_large_catalogue_is_followed_in_steps_that_may_be_cut_off() {
    let store = TestStore::new();
    for number in 0..50 {
        offers(&store, cookie(&format!("Item {number}"), 1));
    }
    switches(&store, GUILD, Part::Items, true);
    let step = || store.write(|tx| step(tx, GUILD, Part::Items)).unwrap();
    assert!(step());
    assert_eq!(sold(&store, GUILD).len(), 20);
    // The catalogue changes meanwhile: what was looked at already is looked at again.
    store.write(|tx| offers_changed::remove_item(tx, BY, ItemId::new(1)).map(drop)).unwrap();
    assert_eq!(follows(&store), 3);
    assert_eq!(sold(&store, GUILD).len(), 49);
    assert!(!sold(&store, GUILD).contains(&"Item 0 1 10".to_owned()));
    store.check();
}

#[derive(Clone, Debug)]
enum Act {
    Offer,
    Price(usize, u32),
    Drop(usize),
    Switch(bool, bool),
    OwnPrice(bool, usize),
    OwnRemoval(bool, usize),
    Step(bool),
}

fn act() -> impl Strategy<Value = Act> {
    let (number, is_first) = (0..6_usize, any::<bool>());
    prop_oneof![
        Just(Act::Offer),
        (number.clone(), 1..50_u32).prop_map(|(offer, price)| Act::Price(offer, price)),
        number.clone().prop_map(Act::Drop),
        (is_first, any::<bool>()).prop_map(|(first, on)| Act::Switch(first, on)),
        (is_first, number.clone()).prop_map(|(first, offer)| Act::OwnPrice(first, offer)),
        (is_first, number).prop_map(|(first, offer)| Act::OwnRemoval(first, offer)),
        is_first.prop_map(Act::Step),
    ]
}

/// A server beside the store: what it sells of each offer.
#[derive(Default)]
struct Plain {
    is_on: bool,
    /// By offer: the price, and whether it is sold; `true` where it is the server's own.
    copies: BTreeMap<u64, (u32, bool, bool)>,
}

impl Plain {
    fn follow(&mut self, catalogue: &BTreeMap<u64, Option<u32>>) {
        for (offer, price) in catalogue {
            match (self.copies.get_mut(offer), price.filter(|_| self.is_on)) {
                (None, Some(price)) => drop(self.copies.insert(*offer, (price, true, false))),
                (Some(copy), price) if !copy.2 => *copy = (price.unwrap_or(copy.0), price.is_some(), false),
                _ => {}
            }
        }
    }

    fn sells(&self) -> Vec<(u64, u32)> {
        let sold = self.copies.iter().filter(|(_, (_, is_sold, _))| *is_sold);
        sold.map(|(offer, (price, ..))| (*offer, *price)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens in which order, a server that is through sells what the plain model sells, and no other server's.
    #[test]
    fn each_server_ends_with_what_the_catalogue_says_and_what_it_made_of_it(acts in prop::collection::vec(act(), 1..40)) {
        let store = TestStore::new();
        let mut catalogue = BTreeMap::<u64, Option<u32>>::new();
        let mut plain = BTreeMap::from([(GUILD, Plain::default()), (OTHER, Plain::default())]);
        let of = |is_first: bool| if is_first { GUILD } else { OTHER };
        for act in acts {
            // Steps alone may leave something undone; before anything else happens in a server it is through.
            if !matches!(act, Act::Step(_) | Act::Offer) {
                follows(&store);
                for server in plain.values_mut() {
                    server.follow(&catalogue);
                }
            }
            match act {
                Act::Offer => drop(catalogue.insert(offers(&store, cookie("Cookie", 60)).get(), Some(60))),
                Act::Price(offer, price) => {
                    let Some((id, Some(known))) = catalogue.iter_mut().nth(offer) else { continue };
                    *known = price;
                    let id = ItemId::new(*id);
                    let change = move |item: &mut Item| item.price = Amount::of(price);
                    store.write(move |tx| offers_changed::edit_item(tx, BY, id, change).map(drop)).unwrap();
                }
                Act::Drop(offer) => {
                    let Some((id, known)) = catalogue.iter_mut().nth(offer).filter(|(_, known)| known.is_some()) else { continue };
                    *known = None;
                    let id = ItemId::new(*id);
                    store.write(move |tx| offers_changed::remove_item(tx, BY, id).map(drop)).unwrap();
                }
                Act::Switch(is_first, is_on) => {
                    plain.entry(of(is_first)).or_default().is_on = is_on;
                    switches(&store, of(is_first), Part::Items, is_on);
                }
                Act::OwnPrice(is_first, offer) | Act::OwnRemoval(is_first, offer) => {
                    let guild = of(is_first);
                    let server = plain.entry(guild).or_default();
                    let Some((id, copy)) = server.copies.iter_mut().nth(offer).filter(|(_, copy)| copy.1) else { continue };
                    let row = store.read(|read| COPIES.get(read, &(guild, Part::Items, *id))).unwrap().row;
                    let is_removal = matches!(act, Act::OwnRemoval(..));
                    *copy = if is_removal { (copy.0, false, true) } else { (7_777, true, true) };
                    store.write(move |tx| {
                        let id = ItemId::new(row);
                        if is_removal {
                            return shop::service::remove(tx, guild, ADMIN, id).map(drop);
                        }
                        shop::service::edit(tx, guild, ADMIN, id, None, |item| item.price = Amount::of(7_777)).map(drop)
                    }).unwrap();
                }
                Act::Step(is_first) => {
                    let guild = of(is_first);
                    store.write(move |tx| step(tx, guild, Part::Items).map(drop)).unwrap();
                }
            }
        }
        follows(&store);
        for (guild, mut server) in plain {
            server.follow(&catalogue);
            let mut sells = Vec::new();
            store.read(|read| COPIES.for_each(read, guild, |(.., offer), copied| {
                let item = shop::queries::item(read, guild, ItemId::new(copied.row))?;
                sells.extend(item.and_then(|item| Some((offer, u32::try_from(item.price.get()).ok()?))));
                Ok(())
            }));
            prop_assert_eq!(sells, server.sells(), "of {}", guild);
            prop_assert_eq!(sold(&store, guild).len(), server.sells().len());
        }
        store.check();
    }
}
