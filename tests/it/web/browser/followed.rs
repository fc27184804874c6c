//! Open pages while others change what is on them: what is seen, what is told to whoever listens, and what is left alone.

use std::time::Duration;

use greenroom::features::queue::model::Line;
use reqwest::Method;
use serde_json::json;

use super::overlays::{sees, until};
use super::{BrowserWorld, NARROW, WIDE};
use crate::followed::{HOST, followed};
use crate::reading::link;
use crate::web::WebWorld;
use crate::web::ground::BOUNDS;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn an_open_page_shows_what_others_did_and_leaves_what_somebody_is_typing() {
    let ground = BrowserWorld::start().await;
    ground.world.member("ben").submits(&link(1), "Kites").await;
    let screen = ground.shows("viewer", NARROW, "/g/{server}/songs");
    screen.fills("Number, title or name", "half a word");
    ground.world.member("ann").submits(&link(2), "First Light").await;
    screen.sees("First Light");
    assert_eq!(screen.value("Number, title or name"), "half a word");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn whoever_listens_at_the_desk_is_told_once_what_plays_and_what_waits() {
    let ground = BrowserWorld::start().await;
    let screen = ground.shows("reviewer", WIDE, "/g/{server}/desk");
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    ground.world.moves(song, Line::PendingSkips).await;
    ground.world.pass(Duration::from_secs(1)).await;
    screen.hears("First Light – ann by ann waits for you.");
    ground.world.member("ben").submits(&link(2), "Kites").await;
    ground.world.next().await;
    ground.world.pass(Duration::from_secs(1)).await;
    screen.hears("Kites – ben, by ben.");
    assert_eq!(screen.audit(), Vec::<String>::new());
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_head_of_the_desk_shows_how_the_live_stands() {
    let ground = BrowserWorld::before(WebWorld::before(followed().await, BOUNDS, |_| {}).await);
    let screen = ground.shows("reviewer", WIDE, "/g/{server}/desk");
    screen.sees("@night.owl");
    assert!(screen.text().contains("since"), "{}", screen.text());
    assert_eq!(screen.audit(), Vec::<String>::new());
    ground.world.sim.ends_live(HOST).await.unwrap();
    until(&screen, "nobody is followed any more", |seen| seen.contains("No live is followed.")).await;
    screen.hears(".");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_form_that_waits_to_be_sent_stays_whole_while_its_page_catches_up() {
    const PRICE: &str = "Price of a Skip";
    const RATE: &str = "Luxury Coins for Gifts";
    let ground = BrowserWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let screen = ground.shows("admin", WIDE, "/g/{server}/settings/economy");
    sees(&screen, "live").await;
    let rate = screen.value(RATE);
    screen.fills(PRICE, "777");
    screen.offline(true);
    screen.clicks("button", "Save");
    screen.sees("is kept here");
    administrator.json(Method::PATCH, "/api/{server}/settings", &json!({ "gift_rate": 7 })).await.is(200);
    screen.offline(false);
    sees(&screen, "→ 7").await;
    assert_eq!((screen.value(PRICE).as_str(), screen.value(RATE)), ("777", rate), "what is to be sent is as it was");
    screen.clicks("button", "Send it again");
    screen.sees(&format!("{PRICE} is 777 now."));
    assert_eq!(screen.value(RATE), "7", "and takes back nothing that it does not say");
    ground.end().await;
}
