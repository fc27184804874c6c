//! What stands behind an open page comes and goes: the network, the server, the session, a right, what others change. The page
//! says so in words, and nothing that was typed is lost.

use std::time::Duration;

use greenroom::kernel::time::Clock;
use greenroom::sim::Fault;
use reqwest::Method;
use serde_json::json;

use super::overlays::{sees, until};
use super::{BrowserWorld, NARROW, Screen, View, WIDE};
use crate::patience::within;
use crate::web::ground::{OPERATOR, PASSWORD};

const ECONOMY: &str = "/g/{server}/settings/economy";
const PRICE: &str = "Price of a Skip";
const AWAY: &str = "There is no connection.";

/// Fails where a page hinders anybody, or is wider than its screen.
#[track_caller]
fn can_be_read(screen: &Screen, what: &str) {
    assert_eq!(screen.audit(), Vec::<String>::new(), "{what}");
    let measure = screen.measure();
    assert!(measure.wide <= measure.room, "{what}: {measure:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn every_page_about_a_problem_can_be_read_by_everybody() {
    let ground = BrowserWorld::start().await;
    let silent = Fault { path: Some("/guilds/".into()), status: Some(503), times: u64::MAX, ..Fault::default() };
    for view in [WIDE, NARROW, View { is_dark: true, ..WIDE }, View { is_dark: false, ..NARROW }] {
        let viewer = ground.signed_in("viewer");
        let screen = ground.screen(&viewer, view);
        for (path, status, says) in [
            ("/g/{server}/settings", 403, "on the page Access"),
            ("/g/{other}/settings", 404, "The address may be old or mistyped."),
            ("/nothing", 404, "The address may be old or mistyped."),
        ] {
            assert_eq!(screen.go(path).0, status, "{path}");
            screen.sees(says);
            can_be_read(&screen, &format!("{path}, {view:?}"));
        }
        ground.world.sim.faults(silent.clone()).await;
        ground.world.hand.advance(Duration::from_mins(2));
        assert_eq!(screen.go("/g/{server}/songs").0, 503);
        screen.sees("Discord does not answer at the moment");
        screen.sees("Try again");
        can_be_read(&screen, &format!("Discord is silent, {view:?}"));
        ground.world.sim.clear_faults().await;
        within("that is too often", async { while viewer.get("/me").await.status == 200 {} }).await;
        assert_eq!(screen.go("/me").0, 429);
        screen.sees("That is too often.");
        can_be_read(&screen, &format!("too often, {view:?}"));
        let troubles: Vec<String> = screen.troubles().into_iter().filter(|it| !it.contains("status of ")).collect();
        assert_eq!(troubles, Vec::<String>::new(), "{view:?}");
        ground.world.hand.advance(Duration::from_mins(2));
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn what_is_sent_without_a_connection_stays_on_the_page_until_it_is_sent_again() {
    let ground = BrowserWorld::start().await;
    let admin = ground.signed_in("admin");
    for (view, price) in [(WIDE, "777"), (NARROW, "778")] {
        let screen = ground.screen(&admin, view);
        assert_eq!(screen.go(ECONOMY).0, 200);
        screen.fills(PRICE, price);
        screen.offline(true);
        screen.clicks("button", "Save");
        screen.sees(AWAY);
        screen.sees("is kept here");
        assert_eq!((screen.value(PRICE), screen.place()), (price.to_owned(), ground.path(ECONOMY)));
        can_be_read(&screen, &format!("{view:?}"));
        screen.offline(false);
        screen.clicks("button", "Send it again");
        screen.sees(&format!("{PRICE} is {price} now."));
        assert_eq!(screen.dialogs(), Vec::<String>::new(), "nobody is asked whether they want to lose it");
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_whose_server_starts_anew_says_so_keeps_what_it_shows_and_catches_up() {
    let ground = BrowserWorld::start().await;
    ground.plays(1, "First Light").await;
    let screen = ground.shows("reviewer", WIDE, "/g/{server}/desk");
    sees(&screen, "up to date").await;
    sees(&screen, "First Light").await;
    ground.falls();
    sees(&screen, AWAY).await;
    assert!(screen.text().contains("First Light"), "{}", screen.text());
    ground.plays(2, "Kites").await;
    ground.comes_back().await;
    sees(&screen, "Kites").await;
    until(&screen, "nothing is said of a connection any more", |seen| !seen.contains(AWAY)).await;
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_says_that_a_right_went() {
    let ground = BrowserWorld::start().await;
    let screen = ground.shows("reviewer", NARROW, "/g/{server}/desk");
    sees(&screen, "up to date").await;
    ground.demote("reviewer").await;
    sees(&screen, "You may not see this any more").await;
    can_be_read(&screen, "a right went");
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_page_says_who_signed_out_or_in_elsewhere_and_goes_on_with_the_same_person() {
    let ground = BrowserWorld::start().await;
    let reviewer = ground.signed_in("reviewer");
    let first = ground.screen(&reviewer, WIDE);
    let second = first.tab();
    first.go("/g/{server}/desk");
    sees(&first, "up to date").await;
    reviewer.post("/sign-out", &[("csrf", &reviewer.csrf().unwrap())]).await.is(303);
    sees(&first, "You are signed out.").await;
    can_be_read(&first, "signed out");
    second.go(&format!("/in/{}", ground.link_of("reviewer")));
    second.clicks("button", "Sign in as reviewer");
    let goes_on = |seen: &str| !seen.contains("You are signed out.") && seen.contains("up to date");
    until(&first, "the page goes on", goes_on).await;
    second.go("/sign-in");
    second.fills("Name", OPERATOR);
    second.fills("Password", PASSWORD);
    second.clicks("button", "Sign in");
    sees(&first, "Somebody else is signed in by now").await;
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn an_open_page_renews_its_session_before_the_end_and_one_tab_does_it_for_all() {
    let ground = BrowserWorld::start().await;
    let first = ground.screen(&ground.signed_in("ann"), WIDE);
    let second = first.tab();
    let before = first.cookie("access");
    ground.world.pass(Duration::from_hours(23)).await;
    for tab in [&first, &second] {
        assert_eq!(tab.go("/me").0, 200);
    }
    let real = Clock::system();
    let is_renewed = async {
        while first.cookie("access") == before {
            real.sleep(Duration::from_millis(20)).await;
        }
    };
    within("the session is renewed", is_renewed).await;
    ground.world.pass(Duration::from_hours(2)).await;
    for tab in [&first, &second] {
        assert_eq!(tab.go("/me/sessions").0, 200);
        assert_eq!(tab.place(), "/me/sessions");
        assert_eq!(tab.troubles(), Vec::<String>::new());
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn whoever_edits_the_same_settings_sees_what_somebody_else_changed() {
    let ground = BrowserWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let screen = ground.screen(&ground.signed_in("admin"), WIDE);
    let changes = async |price: u32| {
        administrator.json(Method::PATCH, "/api/{server}/settings", &json!({ "skip_price": price })).await.is(200);
    };
    screen.go(ECONOMY);
    sees(&screen, "up to date").await;
    changes(800).await;
    sees(&screen, "Somebody else changed this just now.").await;
    assert_eq!(screen.value(PRICE), "800", "what nobody touched is as it is now");
    screen.fills(PRICE, "950");
    changes(900).await;
    sees(&screen, "Somebody else changed this meanwhile, to “900”.").await;
    assert_eq!(screen.value(PRICE), "950", "what somebody typed stays");
    can_be_read(&screen, "two editors");
    screen.clicks("button", "Save");
    screen.sees("was changed meanwhile and is 900 now");
    assert_eq!(screen.value(PRICE), "950");
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn what_somebody_did_themselves_is_no_change_of_somebody_else_and_is_undone_where_it_is_told() {
    let ground = BrowserWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let screen = ground.screen(&ground.signed_in("admin"), WIDE);
    let changes = async |setting: &str, to: u32| {
        administrator.json(Method::PATCH, "/api/{server}/settings", &json!({ (setting): to })).await.is(200);
    };
    changes("skip_price", 800).await;
    screen.go(ECONOMY);
    sees(&screen, "up to date").await;
    screen.fills("Luxury Coins for Gifts", "5");
    screen.clicks("button", "Reset");
    sees(&screen, "Price of a Skip is 1000 now.").await;
    assert_eq!(screen.value(PRICE), "1000");
    assert_eq!(screen.value("Luxury Coins for Gifts"), "5", "what is typed and not sent stays");
    // What comes after it is told; by then the own change would have been told as well.
    changes("watch_minutes", 45).await;
    sees(&screen, "Somebody else changed this just now.").await;
    assert_eq!(screen.shown(".meanwhile"), 1);

    // From the page of all areas a change is taken back, and that again, without leaving it.
    let overview = "/g/{server}/settings";
    screen.go(overview);
    screen.presses("u");
    screen.sees("There is nothing to undo here.");
    changes("skip_price", 900).await;
    screen.go(overview);
    sees(&screen, "up to date").await;
    screen.clicks("button", "Undo");
    sees(&screen, "Price of a Skip is 1000 now.").await;
    screen.arrives(overview);
    screen.presses("u");
    sees(&screen, "Price of a Skip is 900 now.").await;
    can_be_read(&screen, "an undo is told");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}
