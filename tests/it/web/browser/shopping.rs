//! Members in the shop, on a phone.

use greenroom::features::shop::model::{Item, Stock};
use greenroom::kernel::amount::Amount;

use super::{BrowserWorld, PHONE, WIDE};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_purchase_far_down_the_page_is_told_in_sight_and_given_back_there() {
    let ground = BrowserWorld::start().await;
    for number in 0..12 {
        let name = format!("Cookie {number}");
        ground.sells(Item { stock: Stock::Pieces(5), name, ..Item::new("Cookie", Amount::of(10)) });
    }
    ground.earns("ann", 500);
    let screen = ground.shows("ann", PHONE, "/me/{server}/shop");
    screen.taps("button", "Buy Cookie 11");
    screen.sees("You bought 1 × Cookie 11");
    let undo = screen.lies("button", "Undo");
    assert!(undo.top >= 0.0 && undo.bottom <= undo.high, "it is in sight: {undo:?}");
    assert_eq!(ground.money_of("ann"), 490);
    // Whoever presses once more is asked.
    screen.taps("button", "Buy Cookie 11");
    screen.sees("just now. Do you want to buy it once more?");
    assert_eq!(ground.money_of("ann"), 490);
    screen.clicks("link", "Cancel");
    screen.sees("For sale");
    assert_eq!(ground.money_of("ann"), 490);
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_picture_beside_a_form_follows_every_field_that_is_typed() {
    let ground = BrowserWorld::start().await;
    let screen = ground.shows("owner", WIDE, "/g/{server}/shop/new");
    screen.sees("any number");
    for (label, text) in [("Name", "Owl"), ("Emoji", "🦉"), ("Price", "35"), ("Stock", "7"), ("Category", "Birds")] {
        screen.fills(label, text);
    }
    let (_, beside) = screen.text().split_once("As members see it").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    for told in ["🦉 Owl", "35 coins", "7", "Birds"] {
        assert!(beside.contains(told), "{told}: {beside}");
    }
    assert!(!beside.contains("any number") && !beside.contains("Each member"), "{beside}");
    let screen = ground.shows("owner", WIDE, "/g/{server}/tasks/new");
    for (label, text) in [("Name", "Greet"), ("What to do", "Say hello"), ("Reward", "40"), ("Time", "5")] {
        screen.fills(label, text);
    }
    screen.sees("📋 Greet");
    let (_, beside) = screen.text().split_once("On Discord").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    for told in ["Say hello", "40 coins", "5 hours from your claim", "any number"] {
        assert!(beside.contains(told), "{told}: {beside}");
    }
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}
