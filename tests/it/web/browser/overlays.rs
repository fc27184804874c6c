//! What OBS shows over a picture, and the queue that everybody sees, while things happen.

use std::time::Duration;

use greenroom::kernel::time::Clock;

use super::{BrowserWorld, NARROW, Screen, View, WIDE, WITHOUT_SCRIPT};
use crate::patience::within;
use crate::reading::link;
use crate::web::WebWorld;

/// A colour that nothing of ours has.
const GROUND: [u8; 3] = [255, 0, 255];

/// Waits until what is seen is as it is meant to be, while time passes.
pub(super) async fn until(screen: &Screen, what: &str, is_meant: impl Fn(&str) -> bool) {
    let real = Clock::system();
    let seen = async {
        while !is_meant(&screen.text()) {
            screen.browser.hand.advance(Duration::from_millis(100));
            real.sleep(Duration::from_millis(20)).await;
        }
    };
    within(what, seen).await;
}

pub(super) async fn sees(screen: &Screen, text: &str) {
    until(screen, &format!("{text:?} is seen"), |seen| seen.contains(text)).await;
}

async fn sees_nothing(screen: &Screen) {
    until(screen, "nothing is seen", |seen| seen.trim().is_empty()).await;
}

impl WebWorld {
    /// A song of ann with this title plays.
    pub(super) async fn plays(&self, number: usize, title: &str) {
        self.world.member("ann").submits(&link(number), title).await;
        self.world.next().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn an_overlay_is_seen_through_wherever_it_shows_nothing() {
    let ground = BrowserWorld::start().await;
    let overlay = ground.opens_overlays(ground.here(), 1);
    ground.plays(1, "First Light").await;
    ground.world.member("ben").submits(&link(2), "Kites").await;
    for view in [WIDE, NARROW, WITHOUT_SCRIPT] {
        for (part, text) in [("now", "First Light"), ("next", "Kites"), ("queue", "Kites"), ("goal", "")] {
            let screen = ground.screen(&ground.nobody(), view);
            assert_eq!(screen.go(&format!("{overlay}/{part}")).0, 200);
            sees(&screen, text).await;
            for point in [(2, 2), (view.width - 3, 700)] {
                assert_eq!(screen.point(point, GROUND), GROUND, "{part} at {point:?}, {view:?}");
            }
            assert_eq!(screen.troubles(), Vec::<String>::new(), "{part}, {view:?}");
        }
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_with_a_ground_of_its_own_is_not_seen_through() {
    let ground = BrowserWorld::start().await;
    let screen = ground.screen(&ground.nobody(), WIDE);
    screen.go("/sign-in");
    assert_ne!(screen.point((2, 700), GROUND), GROUND);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn an_overlay_follows_and_finds_its_way_back_when_its_stream_breaks_off() {
    let ground = BrowserWorld::start().await;
    let overlay = ground.opens_overlays(ground.here(), 1);
    let screen = ground.screen(&ground.nobody(), WIDE);
    screen.go(&format!("{overlay}/now"));
    sees_nothing(&screen).await;
    ground.plays(1, "First Light").await;
    sees(&screen, "First Light").await;
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.falls();
    ground.plays(2, "Kites").await;
    // What was seen stays meanwhile.
    assert!(screen.text().contains("First Light"), "{}", screen.text());
    ground.comes_back().await;
    sees(&screen, "Kites").await;
    ground.plays(3, "Lagos Rain").await;
    sees(&screen, "Lagos Rain").await;
    ground.closes_overlays(ground.here());
    sees_nothing(&screen).await;
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn an_overlay_without_a_stream_asks_by_itself() {
    let ground = BrowserWorld::before(WebWorld::with(|settings| settings.streams = 0).await);
    let overlay = ground.opens_overlays(ground.here(), 1);
    for (number, view) in [(1, WIDE), (2, View { has_script: false, ..WIDE })] {
        let screen = ground.screen(&ground.nobody(), view);
        screen.go(&format!("{overlay}/now"));
        let title = format!("Song {number}");
        ground.plays(number, &title).await;
        sees(&screen, &title).await;
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_queue_for_everybody_follows_for_strangers_and_for_whoever_has_a_song_in_it() {
    let ground = BrowserWorld::start().await;
    ground.names_queue("night-owl");
    let (nobody, ann) = (ground.nobody(), ground.signed_in("ann"));
    let (stranger, own) = (ground.screen(&nobody, NARROW), ground.screen(&ann, NARROW));
    for screen in [&stranger, &own] {
        assert_eq!(screen.go("/q/night-owl").0, 200);
        sees(screen, "live").await;
    }
    ground.world.member("ben").submits(&link(1), "Kites").await;
    ground.world.member("ann").submits(&link(2), "First Light").await;
    sees(&stranger, "First Light").await;
    sees(&own, "Place 2").await;
    assert!(!stranger.text().contains("Your song"), "{}", stranger.text());
    ground.world.next().await;
    sees(&own, "Place 1").await;
    for screen in [&stranger, &own] {
        assert_eq!(screen.troubles(), Vec::<String>::new());
    }
    ground.end().await;
}
