//! What people do on pages: with a pointer, by keyboard alone, and without script.

use super::{Browser, NARROW, Screen, View, WIDE, WITHOUT_SCRIPT};
use crate::web::ground::{OPERATOR, PASSWORD, WebWorld};

/// Everybody is asked to sign in, and comes to where they wanted to go.
fn signs_in(screen: &Screen<'_>) {
    let (status, _) = screen.go("/g/{server}");
    assert_eq!((status, screen.place().split('?').next()), (200, Some("/sign-in")));
    screen.fills("Name", OPERATOR);
    screen.fills("Password", "a wrong one");
    screen.clicks("button", "Sign in");
    screen.sees("That name and password do not belong together.");
    screen.fills("Password", PASSWORD);
    screen.clicks("button", "Sign in");
    screen.arrives("/g/{server}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn somebody_signs_in_with_and_without_script_on_every_screen() {
    let browser = Browser::start();
    let ground = WebWorld::of_a_process().await;
    for view in [WIDE, NARROW, WITHOUT_SCRIPT, View { has_script: false, ..WIDE }] {
        let screen = browser.screen(&ground, &ground.nobody(), view);
        signs_in(&screen);
        // What was refused is a page that can be loaded again, and no answer to a form.
        screen.goes_back();
        screen.sees("That name and password do not belong together.");
        assert_eq!(screen.troubles(), Vec::<String>::new(), "{view:?}");
    }
    drop(browser);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn somebody_signs_in_by_keyboard_alone() {
    let browser = Browser::start();
    let ground = WebWorld::of_a_process().await;
    let screen = browser.screen(&ground, &ground.nobody(), WIDE);
    screen.go("/sign-in");
    screen.presses("Tab");
    assert_eq!(screen.focused(), "a Skip to the content");
    screen.presses("Enter");
    screen.tabs_to("input Name");
    screen.types(OPERATOR);
    screen.presses("Tab");
    screen.types("a wrong one");
    screen.presses("Enter");
    screen.sees("That name and password do not belong together.");
    screen.tabs_to("input Password");
    screen.types(PASSWORD);
    screen.presses("Enter");
    screen.arrives("/");
    drop(screen);
    drop(browser);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_link_signs_in_by_its_button_and_only_once() {
    let browser = Browser::start();
    let ground = WebWorld::of_a_process().await;
    let code = ground.link_of("ann");
    for view in [WIDE, WITHOUT_SCRIPT] {
        let screen = browser.screen(&ground, &ground.nobody(), view);
        let (status, _) = screen.go(&format!("/in/{code}"));
        if view.has_script {
            screen.clicks("button", "Sign in as ann");
            screen.arrives("/me");
        } else {
            assert_ne!(status, 200);
            screen.sees("This link does not work any more");
        }
    }
    drop(browser);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_palette_opens_by_keys_finds_pages_and_closes_again() {
    let browser = Browser::start();
    let ground = WebWorld::of_a_process().await;
    let screen = browser.screen(&ground, &ground.signed_in("owner"), WIDE);
    screen.go("/g/{server}?from=here");
    screen.presses("Control+k");
    assert_eq!(screen.focused(), "combobox Go to");
    screen.types("home");
    assert_eq!(screen.audit(), Vec::<String>::new());
    screen.presses("Enter");
    screen.arrives("/g/{server}");
    screen.presses("Control+k");
    screen.presses("Escape");
    assert_ne!(screen.focused(), "combobox Go to");
    screen.presses("?");
    screen.sees("This list");
    assert_eq!(screen.audit(), Vec::<String>::new());
    screen.presses("Escape");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    drop(screen);
    drop(browser);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn whoever_goes_back_after_signing_out_sees_nothing_of_the_server() {
    let browser = Browser::start();
    let ground = WebWorld::of_a_process().await;
    let member = ground.signed_in("ann");
    let screen = browser.screen(&ground, &member, WIDE);
    screen.go("/g/{server}");
    let csrf = member.csrf().unwrap();
    member.post("/sign-out", &[("csrf", &csrf)]).await.is(303);
    screen.go("/sign-in");
    screen.goes_back();
    assert!(screen.place().starts_with("/sign-in"), "{}", screen.place());
    assert!(!screen.text().contains("Night Owl Reviews"), "{}", screen.text());
    drop(screen);
    drop(browser);
    ground.end().await;
}
