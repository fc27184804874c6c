//! What comes back of a song that could not be heard: everything that was paid for it, once, whatever became of it before.

use super::*;
use crate::features::coins::model::EntryKind::{self, AdminAdd, BuySkip, Rollback};
use crate::features::coins::model::{CoinsRefusal, Currency, EntryId};
use crate::features::coins::settings::SKIP_PRICE;
use crate::features::queue::model::{Line, SongId};
use crate::features::testing::GUILD;
use crate::flows::live_events::tests::evening::{Evening, gift};
use crate::flows::{coins_by_hand, skip_bought, song_moved};
use crate::kernel::ids::UserId;
use crate::kernel::refusal::Refuse;
use crate::live::Occurrence;

const ANN: UserId = UserId::new(1);
const HOST: UserId = UserId::new(99);

/// An evening on which ann has a song in Free, and Luxury Coins.
fn begun(luxury: u32) -> (Evening, SongId) {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    let order = order();
    evening.store.write(move |tx| coins_by_hand::add(tx, GUILD, &order, Amount::of(luxury))).unwrap();
    (evening, song)
}

fn order() -> Order {
    Order { currency: Currency::Luxury, user: ANN, reason: "a test".into(), actor: Actor::Member(HOST) }
}

fn buys(evening: &Evening, price: u32) {
    evening.store.write(move |tx| SKIP_PRICE.set(tx, GUILD, &price)).unwrap();
    evening.store.write(|tx| skip_bought::run(tx, GUILD, ANN).map(drop)).unwrap();
}

/// The entries of ann's Luxury Coins, oldest first.
fn entries(evening: &Evening) -> Vec<(EntryKind, i64)> {
    let found = evening.store.read(|read| coins::queries::history(read, GUILD, Currency::Luxury, ANN, 100));
    found.into_iter().rev().map(|(_, entry)| (entry.kind, entry.delta)).collect()
}

#[test]
fn each_skip_that_was_bought_for_the_song_comes_back_by_an_entry_of_its_own() {
    let (evening, song) = begun(100);
    buys(&evening, 30);
    evening.moves(song, Line::Skip5).unwrap();
    buys(&evening, 20);
    evening.moves(song, Line::PendingSkips).unwrap();
    buys(&evening, 7);
    assert_eq!(evening.luxury(1), 43);
    assert_eq!(evening.is_dead(song), Ok((0, 57)));
    assert_eq!(evening.luxury(1), 100);
    assert_eq!(
        entries(&evening),
        [(AdminAdd, 100), (BuySkip, -30), (BuySkip, -20), (BuySkip, -7), (Rollback, 7), (Rollback, 20), (Rollback, 30)]
    );
    // Put back by a reviewer, it gives nothing a second time; bought anew, it does.
    evening.moves(song, Line::Free).unwrap();
    assert_eq!(evening.is_dead(song), Ok((0, 0)));
    evening.moves(song, Line::Free).unwrap();
    buys(&evening, 9);
    assert_eq!((evening.is_dead(song), evening.luxury(1)), (Ok((0, 9)), 100));
    evening.check();
}

#[test]
fn everything_comes_back_once_whatever_became_of_the_song_in_between() {
    for is_put_back in [false, true] {
        let (evening, song) = begun(50);
        buys(&evening, 50);
        evening.moves(song, Line::Free).unwrap();
        evening.on_live([gift("ann", 1_000, 1)]);
        assert_eq!((evening.line(song), evening.luxury(1)), (Line::Skip5, 20));
        assert_eq!(evening.play(), song);
        assert_eq!(evening.credit(1), None);
        if is_put_back {
            evening.moves(song, Line::Skip20).unwrap();
        }
        assert_eq!(evening.is_dead(song), Ok((1_000, 50)));
        assert_eq!((evening.luxury(1), evening.credit(1)), (70, Some((1_000, false))));
        assert!(evening.is_dead(song).unwrap_err().contains("is in **Removed** already"));
        let next = evening.sends(1, false);
        assert_eq!(evening.line(next), Line::Skip5, "the gifts lift the next song");
        assert_eq!(evening.is_dead(next), Ok((1_000, 0)));
        evening.check();
    }
}

#[test]
fn gifts_that_come_back_count_for_the_song_that_has_the_credit_by_then() {
    let (evening, song) = begun(1);
    evening.on_live([gift("ann", 1_500, 1)]);
    assert_eq!(evening.play(), song);
    let next = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1_000, 1)]);
    assert_eq!((evening.line(next), evening.credit(1)), (Line::Skip5, Some((1_000, true))));
    assert_eq!(evening.is_dead(song), Ok((1_500, 0)));
    assert_eq!((evening.line(next), evening.credit(1)), (Line::Skip10, Some((2_500, true))));
    evening.check();
}

#[test]
fn gifts_of_a_live_that_is_over_are_gone_and_coins_are_not() {
    let (evening, song) = begun(50);
    evening.on_live([gift("ann", 1_000, 1)]);
    buys(&evening, 50);
    assert_eq!(evening.line(song), Line::Skip10);
    evening.on_live([Occurrence::Ended]);
    evening.on_live([Occurrence::Connected]);
    assert_eq!((evening.is_dead(song), evening.credit(1)), (Ok((0, 50)), None));
    evening.check();
}

#[test]
fn a_server_that_lets_no_credit_wait_gives_the_gifts_back_all_the_same() {
    let (evening, song) = begun(1);
    evening.store.write(|tx| crate::features::engagement::settings::GIFT_CREDIT_CARRY.set(tx, GUILD, &false)).unwrap();
    evening.on_live([gift("ann", 1_000, 1)]);
    assert_eq!(evening.is_dead(song), Ok((1_000, 0)));
    let next = evening.sends(1, false);
    assert_eq!(evening.line(next), Line::Free, "no credit waits for a submission here");
    evening.on_live([gift("ann", 1, 1)]);
    assert_eq!(evening.line(next), Line::Skip5, "it counts with the next gift");
    evening.check();
}

#[test]
fn what_a_host_undid_is_not_given_back_again_and_what_was_given_back_is_not_undone() {
    let (evening, song) = begun(100);
    buys(&evening, 30);
    evening.moves(song, Line::Free).unwrap();
    buys(&evening, 20);
    let undo = |id: u64| {
        let order = order();
        let undone = evening.store.write(move |tx| coins_by_hand::undo(tx, GUILD, &order, EntryId::new(id)).map(drop));
        undone.map_err(|refused| refused.code())
    };
    assert_eq!(undo(2), Ok(()));
    assert_eq!((evening.is_dead(song), evening.luxury(1)), (Ok((0, 20)), 100));
    let is_an_undo = CoinsRefusal::IsAnUndo.code();
    assert_eq!((undo(5), undo(2).is_err(), undo(3).is_err()), (Err(is_an_undo), true, true));
    assert_eq!(evening.luxury(1), 100);
    evening.check();
}

#[test]
fn a_balance_that_is_full_refuses_and_the_song_stays_where_it_is() {
    let (evening, song) = begun(50);
    buys(&evening, 50);
    let order = order();
    evening.store.write(move |tx| coins_by_hand::add(tx, GUILD, &order, Amount::MAX)).unwrap();
    assert!(evening.is_dead(song).unwrap_err().contains("cannot grow beyond"));
    assert_eq!(evening.line(song), Line::Skip10);
    evening.check();
}

#[test]
fn a_removed_song_that_is_put_back_and_dead_gives_what_it_had_used() {
    let (evening, song) = begun(50);
    evening.on_live([gift("ann", 1_000, 1)]);
    buys(&evening, 50);
    let number = evening.entry(song).song.public_id;
    evening.store.write(move |tx| song_moved::out(tx, GUILD, number).map(drop)).unwrap();
    assert_eq!(evening.credit(1), None);
    evening.moves(song, Line::Free).unwrap();
    assert_eq!((evening.is_dead(song), evening.luxury(1)), (Ok((1_000, 50)), 70));
    evening.check();
}
