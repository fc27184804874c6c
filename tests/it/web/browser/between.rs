//! What lies between a page and its server, and what browsers do by themselves: proxies that keep a stream back, sleep, the
//! memory of a browser for pages, translators.

use std::time::Duration;

use tokio::time::timeout;

use super::overlays::sees;
use super::{BrowserWorld, NARROW, WIDE};
use crate::patience::at_this_speed;
use crate::reading::link;

const SONGS: &str = "/g/{server}/songs";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_whose_stream_is_kept_back_on_the_way_asks_by_itself() {
    let ground = BrowserWorld::start().await;
    let screen = ground.screen(&ground.signed_in("viewer"), WIDE);
    screen.muffles(true);
    screen.go(SONGS);
    ground.world.member("ann").submits(&link(1), "First Light").await;
    sees(&screen, "First Light").await;
    sees(&screen, "as of").await;
    assert!(!screen.text().contains("There is no connection."), "{}", screen.text());
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_that_slept_has_another_stream_as_soon_as_somebody_looks() {
    let ground = BrowserWorld::start().await;
    let screen = ground.screen(&ground.signed_in("viewer"), WIDE);
    // Its stream is dead, and nothing tells the page so.
    screen.muffles(true);
    screen.go(SONGS);
    screen.muffles(false);
    screen.sleeps(60);
    let follows = async {
        while screen.shown("#sign[data-state=\"live\"]") == 0 {
            tokio::task::yield_now().await;
        }
    };
    // By itself it would find out after 40 seconds.
    let soon = tokio::task::block_in_place(|| at_this_speed(Duration::from_secs(15)));
    timeout(soon.min(Duration::from_secs(35)), follows).await.expect("it follows again");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_that_something_in_the_browser_translated_goes_on() {
    let ground = BrowserWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let desk = ground.screen(&ground.signed_in("reviewer"), WIDE);
    let songs = ground.screen(&ground.signed_in("viewer"), NARROW);
    desk.go("/g/{server}/desk");
    songs.go(SONGS);
    for screen in [&desk, &songs] {
        screen.translates();
    }
    ground.world.member("ben").submits(&link(2), "Kites").await;
    for screen in [&desk, &songs] {
        sees(screen, "Kites").await;
        assert!(screen.text().contains("First Light"), "{}", screen.text());
        assert_eq!(screen.troubles(), Vec::<String>::new());
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_out_of_the_memory_of_the_browser_shows_nothing_of_whoever_signed_out() {
    let ground = BrowserWorld::start().await;
    let member = ground.signed_in("ann");
    let screen = ground.screen(&member, WIDE);
    screen.go("/g/{server}");
    // Nothing happened meanwhile: the page stays.
    screen.restores();
    assert_eq!(screen.place(), ground.path("/g/{server}"));
    member.post("/sign-out", &[("csrf", &member.csrf().unwrap())]).await.is(303);
    screen.restores();
    screen.sees("With Discord");
    assert!(screen.place().starts_with("/sign-in?next="), "{}", screen.place());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_browser_of_some_years_ago_sends_its_forms() {
    const PRICE: &str = "Price of a Skip";
    let ground = BrowserWorld::start().await;
    let screen = ground.screen(&ground.signed_in("admin"), NARROW);
    screen.forgets_what_is_new();
    screen.go("/g/{server}/settings/economy");
    screen.fills(PRICE, "777");
    screen.clicks("button", "Save");
    screen.sees(&format!("{PRICE} is 777 now."));
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}
