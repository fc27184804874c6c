//! What people read of the shop.

use super::views;
use crate::bot::tests::messages_of;
use crate::features::shop::model::{Item, ItemId, ItemKind, Stock};
use crate::features::shop::queries::Listed;
use crate::kernel::amount::Amount;
use crate::kernel::ids::RoleId;
use crate::kernel::time::Timestamp;
use crate::money::Money;

fn money() -> Money {
    Money { name: "coins".to_owned(), symbol: "$".to_owned() }
}

fn cookie() -> Item {
    let (description, stock) = ("A *delicious* cookie\n@everyone".to_owned(), Stock::Pieces(3));
    Item { description, stock, emoji: Some("🍪".to_owned()), ..Item::new("Big_cookie", Amount::of(1_250)) }
}

#[test]
fn the_message_of_an_item_says_what_it_is_and_what_it_costs() {
    crate::covers!("T-HLP-28");
    let shown = messages_of([views::message(ItemId::new(7), &cookie(), &money())]);
    for part in
        [r"🍪 Big\_cookie", r"A \*delicious\* cookie", "**1,250** coins", "**3** left", "consumable", "shop:buy:7"]
    {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert!(!shown.contains("@everyone"), "{shown}");
}

#[test]
fn what_is_sold_out_or_not_for_sale_is_said_in_words() {
    let gone = Item { stock: Stock::Pieces(0), ..cookie() };
    let shown = messages_of([views::message(ItemId::new(7), &gone, &money())]);
    assert!(shown.contains("sold out") && shown.contains("Sold out"), "{shown}");
    let off = Item { is_active: false, ..cookie() };
    let shown = messages_of([views::message(ItemId::new(7), &off, &money())]);
    assert!(shown.contains("Not for sale"), "{shown}");
}

#[test]
fn what_a_role_is_given_for_is_said() {
    let role = RoleId::new(33);
    for (hours, words) in [
        (None, "You get the role <@&33> for good."),
        (Some(1), "for an hour."),
        (Some(24), "for a day."),
        (Some(72), "for 3 days."),
        (Some(30), "for 30 hours."),
    ] {
        let item = Item { kind: ItemKind::Role { role, hours }, ..cookie() };
        let shown = messages_of([views::item(ItemId::new(7), &item, 2, &money(), Timestamp::from_micros(1))]);
        assert!(shown.contains(words), "{words:?} in {shown}");
    }
}

#[test]
fn a_full_page_of_the_longest_items_fits_into_a_message() {
    let longest = Item { name: "_".repeat(80), description: "*".repeat(1_000), ..cookie() };
    let items: Vec<_> = (1..=25).map(|id| Listed { id: ItemId::new(id), item: longest.clone(), sold: 0 }).collect();
    for page in [0, 1, 3, 99] {
        let shown = messages_of([views::list(None, &items, &money(), (page, 0))]);
        assert!(shown.contains("of 3"), "{shown}");
    }
}
