//! The desk of reviewers by keyboard alone.

use super::{BrowserWorld, WIDE};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and node; tests/run runs them"]
async fn proofs_are_rejected_accepted_and_taken_back_by_keys_and_each_key_is_said_of_the_proof_in_sight() {
    let ground = BrowserWorld::start().await;
    let id = ground.task_by(&ground.signed_in("admin"), "Greet", 100, -1).await;
    for name in ["ann", "ben", "chloe"] {
        ground.hands_in(name, id, &format!("proof of {name}"));
    }
    let screen = ground.shows("moderator", WIDE, "/g/{server}/reviews");
    screen.sees("proof of ann");
    screen.presses("a");
    screen.sees("is accepted, and 100 coins are paid");
    screen.sees("proof of ben");
    // What is taken back is in sight again, so the next key is said of it.
    screen.presses("u");
    screen.sees("proof of ann");
    screen.presses("x");
    assert!(screen.focused().starts_with("select Why"), "{}", screen.focused());
    screen.presses("Tab");
    assert!(screen.focused().starts_with("textarea Or in your own words"), "{}", screen.focused());
    screen.presses("Tab");
    assert_eq!(screen.focused(), "button Reject it");
    screen.presses("Enter");
    screen.sees("is rejected");
    screen.sees("proof of ben");
    assert_eq!(ground.money_of("ann"), 0);
    screen.presses("u");
    screen.sees("proof of ann");
    assert_eq!(screen.troubles(), Vec::<String>::new());
    ground.end().await;
}
