//! What is read.

use super::views;

#[test]
fn the_link_says_for_whom_and_how_long_it_works() {
    let message = serde_json::to_value(views::link("http://localhost:3000/in/c0de").into_message()).unwrap();
    insta::assert_snapshot!(message["content"].as_str().unwrap(), @r"
    Your link to the web pages:
    <http://localhost:3000/in/c0de>
    It signs **you** in, so give it to nobody. It works once, for 10 minutes; a new one takes its place.
    ");
}
