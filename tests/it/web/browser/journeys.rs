//! What people do on pages: with a pointer, by keyboard alone, and without script.

use super::{BrowserWorld, NARROW, Screen, View, WIDE, WITHOUT_SCRIPT};
use crate::web::ground::{OPERATOR, PASSWORD};

/// Everybody is asked to sign in, and comes to where they wanted to go.
fn signs_in(screen: &Screen) {
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
    let ground = BrowserWorld::of_a_process().await;
    for view in [WIDE, NARROW, WITHOUT_SCRIPT, View { has_script: false, ..WIDE }] {
        let screen = ground.screen(&ground.nobody(), view);
        signs_in(&screen);
        // What was refused is a page that can be loaded again, and no answer to a form.
        screen.goes_back();
        screen.sees("That name and password do not belong together.");
        assert_eq!(screen.troubles(), Vec::<String>::new(), "{view:?}");
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn somebody_signs_in_by_keyboard_alone() {
    let ground = BrowserWorld::of_a_process().await;
    let screen = ground.screen(&ground.nobody(), WIDE);
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
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn a_link_signs_in_by_its_button_and_only_once() {
    let ground = BrowserWorld::of_a_process().await;
    let code = ground.link_of("ann");
    for view in [WIDE, WITHOUT_SCRIPT] {
        let screen = ground.screen(&ground.nobody(), view);
        let (status, _) = screen.go(&format!("/in/{code}"));
        if view.has_script {
            screen.clicks("button", "Sign in as ann");
            screen.arrives("/me");
        } else {
            assert_ne!(status, 200);
            screen.sees("This link does not work any more");
        }
    }
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_palette_opens_by_keys_finds_pages_and_closes_again() {
    let ground = BrowserWorld::of_a_process().await;
    let screen = ground.shows("owner", WIDE, "/g/{server}?from=here");
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
    screen.sees("Undo what was done last");
    assert_eq!(screen.audit(), Vec::<String>::new());
    screen.presses("Escape");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn the_palette_leads_the_operator_to_the_instance_and_says_what_is_not_in_its_list() {
    let ground = BrowserWorld::of_a_process().await;
    let screen = ground.screen(&ground.signed_in(OPERATOR), WIDE);
    screen.go("/g/{server}");
    screen.presses("Control+k");
    screen.types("zzzz");
    screen.sees("Nothing is called so.");
    assert_eq!(screen.audit(), Vec::<String>::new());
    screen.presses("Escape");
    screen.presses("Control+k");
    screen.types("e");
    screen.sees("There is more. Type more of the name to find it.");
    screen.presses("Escape");
    screen.presses("Control+k");
    screen.types("instance: backups");
    screen.sees("Instance: Backups");
    screen.presses("Enter");
    screen.arrives("/instance/backups");
    // There it opens as well, and leads on, also into a server.
    screen.presses("Control+k");
    screen.sees("Bot status");
    screen.types("night owl");
    screen.sees("Night Owl Reviews");
    assert_eq!(screen.audit(), Vec::<String>::new());
    screen.presses("Enter");
    screen.arrives("/g/{server}");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn whoever_goes_back_after_signing_out_sees_nothing_of_the_server() {
    let ground = BrowserWorld::of_a_process().await;
    let member = ground.signed_in("ann");
    let screen = ground.screen(&member, WIDE);
    screen.go("/g/{server}");
    let csrf = member.csrf().unwrap();
    member.post("/sign-out", &[("csrf", &csrf)]).await.is(303);
    screen.go("/sign-in");
    screen.goes_back();
    assert!(screen.place().starts_with("/sign-in"), "{}", screen.place());
    assert!(!screen.text().contains("Night Owl Reviews"), "{}", screen.text());
    ground.end().await;
}
