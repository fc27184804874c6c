//! What one message leaves out and an earlier one told.

use std::time::Duration;

use super::evening::{numbered, viewer};
use super::*;

/// A gift of which the message tells what is given here.
fn sent(name: &str, unit_coins: u32, count: u32, group: u64, is_streaking: bool) -> Occurrence {
    let gift = Gift { id: 5_655, name: name.into(), unit_coins, count, is_streaking, group };
    Occurrence::Gifted(viewer("ann"), gift)
}

fn begun() -> Evening {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening
}

#[test]
fn a_gift_without_its_description_is_worth_what_the_live_told_before() {
    let evening = begun();
    evening.on_live([sent("", 0, 1, 0, false)]);
    assert_eq!((evening.written(), evening.luxury(1)), (vec!["gift  0".to_owned()], 0), "no price is guessed");
    evening.on_live([sent("Galaxy", 1_000, 1, 0, false)]);
    evening.on_live([sent("", 0, 2, 0, false), sent("Galaxy", 0, 1, 0, false), sent("", 1_000, 1, 0, false)]);
    assert_eq!(
        evening.written()[1..],
        ["gift Galaxy 1000", "gift Galaxy 2000", "gift Galaxy 1000", "gift Galaxy 1000"]
    );
    assert_eq!(evening.luxury(1), 20 * 5);
    // A restart forgets nothing; another session knows nothing of it.
    evening.restarts();
    evening.on_live([Occurrence::Connected, sent("", 0, 1, 0, false)]);
    assert_eq!(evening.luxury(1), 20 * 6);
    evening.on_live([Occurrence::Ended, Occurrence::Connected, sent("", 0, 1, 0, false)]);
    assert_eq!(evening.luxury(1), 20 * 6);
    evening.check();
}

#[test]
fn a_price_that_changes_is_the_one_that_was_told_last() {
    let evening = begun();
    evening.on_live([sent("Rose", 100, 1, 0, false), sent("Rose", 300, 1, 0, false), sent("", 0, 1, 0, false)]);
    assert_eq!(evening.written(), ["gift Rose 100", "gift Rose 300", "gift Rose 300"]);
}

#[test]
fn the_end_of_a_streak_without_details_pays_by_those_of_its_start_or_of_another_streak() {
    let evening = begun();
    evening.on_live([sent("Rose", 100, 1, 7, true), sent("", 0, 3, 7, true), sent("", 0, 3, 7, false)]);
    evening.on_live([sent("", 0, 1, 8, true), sent("", 0, 2, 8, true), sent("", 0, 2, 8, false)]);
    assert_eq!(evening.written(), ["gift Rose 300", "gift Rose 200"]);
    assert_eq!(evening.luxury(1), 10);
}

#[test]
fn the_end_of_a_streak_that_leaves_even_the_gift_out_is_that_of_the_streak_with_its_number() {
    let evening = begun();
    let gift = Gift { id: 0, name: String::new(), unit_coins: 0, count: 5, is_streaking: false, group: 7 };
    evening.on_live([sent("Rose", 100, 3, 7, true), Occurrence::Gifted(viewer("ann"), gift)]);
    evening.on_live([Occurrence::Ended]);
    assert_eq!(evening.written(), ["gift Rose 500"]);
}

#[test]
fn a_streak_that_nothing_numbers_or_describes_is_no_row_of_single_gifts() {
    let evening = begun();
    evening.on_live([sent("Rose", 100, 1, 7, true), sent("Rose", 100, 1, 7, false)]);
    // Neither step nor end can be told apart; together they are three.
    evening.on_live([1, 2, 3, 3].map(|count| sent("", 0, count, 0, false)));
    evening.store.advance(Duration::from_mins(1));
    evening.on_live([Occurrence::Ended]);
    assert_eq!(evening.written(), ["gift Rose 100", "gift Rose 300"]);
}

#[test]
fn whoever_comes_without_a_handle_is_known_by_the_number() {
    let evening = Evening::begun();
    let shared = |name: &str| Occurrence::Shared(numbered(777_001, name));
    assert_eq!(evening.on_live([shared("")]).nameless, 1, "nobody knows whose that is");
    evening.on_live([shared("ann")]);
    evening.link(1, "ann");
    let effects = evening.on_live([shared(""), shared("ann"), shared("")]);
    assert_eq!((effects.nameless, evening.points(1)), (0, 20));
    assert_eq!(evening.on_live([Occurrence::Shared(numbered(777_002, ""))]).nameless, 1);
    evening.check();
}
