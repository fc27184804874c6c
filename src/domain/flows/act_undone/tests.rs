//! What is taken back leaves everything as it was, once, and never what somebody else did since.

use super::*;
use crate::features::coins::model::Currency;
use crate::features::coins::service::Order;
use crate::features::coins::settings::SKIP_PRICE;
use crate::features::engagement::model::Credit;
use crate::features::testing::{GUILD, said};
use crate::flows::live_events::tests::evening::{Evening, gift};
use crate::flows::{coins_by_hand, dead_link_removed, skip_bought};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::live::Occurrence;

const HOST: Actor = Actor::Member(UserId::new(99));
const ANN: UserId = UserId::new(1);

/// An evening on which ann has a song in Free.
fn begun() -> (Evening, SongId) {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    (evening, song)
}

fn seen(evening: &Evening, song: SongId) -> Seen {
    let entry = evening.entry(song);
    Seen { song: entry.song.public_id, line: entry.place.line }
}

fn moves(evening: &Evening, song: SongId, line: Line) {
    let seen = seen(evening, song);
    evening.store.write(move |tx| reviewed::to_line(tx, GUILD, HOST, seen, line).map(drop)).unwrap();
}

fn removes(evening: &Evening, song: SongId) {
    let seen = seen(evening, song);
    evening.store.write(move |tx| reviewed::out(tx, GUILD, HOST, seen, None).map(drop)).unwrap();
}

fn finds_dead(evening: &Evening, song: SongId) {
    let seen = seen(evening, song);
    evening.store.write(move |tx| dead_link_removed::run(tx, GUILD, HOST, seen).map(drop)).unwrap();
}

fn plays(evening: &Evening) -> SongId {
    evening.store.write(|tx| Ok(reviewed::next(tx, GUILD, HOST)?.entry.id)).unwrap()
}

fn playing(evening: &Evening) -> Option<SongId> {
    evening.store.read(|read| queue::queries::now_playing(read, GUILD)).map(|entry| entry.id)
}

/// The act that could be taken back now.
fn act(evening: &Evening, song: SongId) -> Option<ActivityId> {
    evening.store.read(|read| undoable(read, GUILD, song))
}

fn takes_back(evening: &Evening, act: ActivityId) -> Result<Line, String> {
    evening.store.write(move |tx| Ok(run(tx, GUILD, HOST, act)?.entry.place.line)).map_err(said)
}

fn takes_last_back(evening: &Evening, song: SongId) -> Result<Line, String> {
    takes_back(evening, act(evening, song).unwrap())
}

/// A song by its place and whether it plays, and everything that its submitter has.
fn state(evening: &Evening, song: SongId) -> (Entry, bool, i64, Option<Credit>, Option<Amount>) {
    let credit = evening.store.read(|read| engagement::queries::credit(read, GUILD, ANN));
    let held = evening.store.read(|read| engagement::queries::held(read, GUILD, ANN));
    (evening.entry(song), playing(evening) == Some(song), evening.luxury(1), credit, held)
}

fn buys(evening: &Evening, coins: u32, price: u32) {
    let order = Order { currency: Currency::Luxury, user: ANN, reason: "a test".into(), actor: HOST };
    evening.store.write(move |tx| coins_by_hand::add(tx, GUILD, &order, Amount::of(coins))).unwrap();
    evening.store.write(move |tx| SKIP_PRICE.set(tx, GUILD, &price)).unwrap();
    evening.store.write(|tx| skip_bought::run(tx, GUILD, ANN).map(drop)).unwrap();
}

#[test]
fn whatever_was_done_to_a_song_that_gifts_lifted_is_taken_back_exactly() {
    let acts: [fn(&Evening, SongId); 4] = [
        |evening, song| moves(evening, song, Line::Free),
        |evening, song| moves(evening, song, Line::PendingSkips),
        removes,
        finds_dead,
    ];
    for (nth, act) in acts.into_iter().enumerate() {
        let (evening, song) = begun();
        evening.on_live([gift("ann", 1_000, 1)]);
        let before = state(&evening, song);
        assert_eq!(before.0.place.line, Line::Skip5);
        act(&evening, song);
        assert_ne!(evening.line(song), Line::Skip5);
        assert_eq!(takes_last_back(&evening, song), Ok(Line::Skip5), "act {nth}");
        assert_eq!(state(&evening, song), before, "act {nth}");
        // It is worth what it was: a dead link gives the same back.
        assert_eq!(evening.is_dead(song), Ok((1_000, 0)), "act {nth}");
        evening.check();
    }
}

#[test]
fn what_a_reviewer_had_put_down_before_is_put_down_again() {
    let (evening, song) = begun();
    evening.on_live([gift("ann", 1_000, 1)]);
    moves(&evening, song, Line::Free);
    let before = state(&evening, song);
    assert_eq!(before.4, Some(Amount::of(1_000)));
    let acts: [fn(&Evening, SongId); 3] = [|evening, song| moves(evening, song, Line::Skip20), removes, finds_dead];
    for act in acts {
        act(&evening, song);
        takes_last_back(&evening, song).unwrap();
        assert_eq!(state(&evening, song), before);
    }
    evening.check();
}

#[test]
fn a_song_that_played_plays_again_and_its_play_can_still_be_taken_back() {
    let acts: [fn(&Evening, SongId); 3] =
        [|evening, song| moves(evening, song, Line::PendingSkips), removes, finds_dead];
    for act in acts {
        let (evening, song) = begun();
        plays(&evening);
        let before = state(&evening, song);
        act(&evening, song);
        assert_eq!(playing(&evening), None);
        assert_eq!(takes_last_back(&evening, song), Ok(Line::SongsPlayed));
        assert_eq!(state(&evening, song), before);
        evening.store.write(|tx| play_undone::run(tx, GUILD, HOST, None).map(drop)).unwrap();
        assert_eq!(evening.line(song), Line::Free);
        evening.check();
    }
}

#[test]
fn what_plays_by_then_goes_on_playing() {
    let (evening, song) = begun();
    let other = evening.submit(2, Line::Skip5);
    moves(&evening, song, Line::Skip25Plus);
    assert_eq!(plays(&evening), song);
    moves(&evening, song, Line::PendingSkips);
    evening.store.advance(std::time::Duration::from_secs(1));
    assert_eq!(plays(&evening), other);
    takes_last_back(&evening, song).unwrap();
    assert_eq!((evening.line(song), playing(&evening)), (Line::SongsPlayed, Some(other)));
    evening.check();
}

#[test]
fn a_play_goes_back_and_can_be_played_again_by_the_same_button() {
    let (evening, song) = begun();
    plays(&evening);
    assert_eq!(takes_last_back(&evening, song), Ok(Line::Free));
    assert_eq!(takes_last_back(&evening, song), Ok(Line::SongsPlayed));
    assert_eq!(playing(&evening), Some(song));
    evening.check();
}

#[test]
fn an_act_is_taken_back_once_and_never_what_came_after_it() {
    let (evening, song) = begun();
    moves(&evening, song, Line::Skip5);
    let first = act(&evening, song).unwrap();
    evening.store.advance(std::time::Duration::from_secs(1));
    moves(&evening, song, Line::Skip10);
    let refused = takes_back(&evening, first).unwrap_err();
    assert!(refused.contains("is not in **5 Skip** any more: "), "{refused}");
    assert!(refused.contains(" put it into **10 Skip** a moment ago. Nothing was changed."), "{refused}");
    evening.store.advance(std::time::Duration::from_secs(1));
    moves(&evening, song, Line::Skip5);
    assert!(takes_back(&evening, first).unwrap_err().contains("Something else was done"));
    let last = act(&evening, song).unwrap();
    assert_eq!(takes_back(&evening, last), Ok(Line::Skip10));
    assert_eq!(act(&evening, song), None, "an undo is done again and not undone");
    assert!(takes_back(&evening, last).is_err() && takes_back(&evening, ActivityId::new(1)).is_err());
    assert_eq!(evening.line(song), Line::Skip10);
    evening.check();
}

#[test]
fn a_removed_song_that_was_sent_again_stays_removed() {
    let (evening, song) = begun();
    removes(&evening, song);
    let entry = evening.entry(song);
    evening
        .store
        .write(move |tx| {
            let new = queue::service::NewSong {
                user: UserId::new(2),
                username: "ben".into(),
                artist: "Artist".into(),
                title: "Title".into(),
                source: entry.song.source.clone(),
                note: None,
                tiktok_username: None,
                line: Line::Free,
                score: 0,
            };
            queue::service::enqueue(tx, GUILD, new).map(drop)
        })
        .unwrap();
    assert!(takes_last_back(&evening, song).unwrap_err().contains("in the queue already"));
    assert_eq!(evening.line(song), Line::Removed);
    evening.check();
}

#[test]
fn skips_that_came_back_are_paid_once_more_and_another_dead_link_gives_them_back_again() {
    let (evening, song) = begun();
    buys(&evening, 100, 30);
    moves(&evening, song, Line::Free);
    buys(&evening, 1, 20);
    let before = state(&evening, song);
    finds_dead(&evening, song);
    assert_eq!(evening.luxury(1), 101);
    assert_eq!(takes_last_back(&evening, song), Ok(Line::Skip10));
    assert_eq!(state(&evening, song), before);
    assert_eq!((evening.is_dead(song), evening.luxury(1)), (Ok((0, 50)), 101));
    evening.check();
}

#[test]
fn coins_that_were_spent_meanwhile_are_not_taken_and_the_song_stays_removed() {
    let (evening, song) = begun();
    buys(&evening, 30, 30);
    finds_dead(&evening, song);
    let order = Order { currency: Currency::Luxury, user: ANN, reason: "a prize given back".into(), actor: HOST };
    evening.store.write(move |tx| coins_by_hand::remove(tx, GUILD, &order, Amount::of(1)).map(drop)).unwrap();
    let refused = takes_last_back(&evening, song).unwrap_err();
    assert!(refused.contains("The balance is **29 Luxury Coins**"), "{refused}");
    assert_eq!((evening.line(song), evening.luxury(1)), (Line::Removed, 29));
    evening.check();
}

#[test]
fn gifts_that_count_elsewhere_by_then_are_not_taken_and_that_is_said() {
    let (evening, song) = begun();
    evening.on_live([gift("ann", 1_000, 1)]);
    finds_dead(&evening, song);
    let other = evening.sends(1, false);
    assert_eq!(evening.line(other), Line::Skip5, "the gifts lift the next song");
    assert!(takes_last_back(&evening, song).unwrap_err().contains("count for another song by now"));
    assert_eq!((evening.line(song), evening.line(other)), (Line::Removed, Line::Skip5));
    evening.check();
}

#[test]
fn gifts_of_a_live_that_is_over_are_gone_and_the_song_comes_back_without_them() {
    let (evening, song) = begun();
    evening.on_live([gift("ann", 1_000, 1)]);
    finds_dead(&evening, song);
    evening.on_live([Occurrence::Ended]);
    evening.on_live([Occurrence::Connected]);
    assert_eq!(takes_last_back(&evening, song), Ok(Line::Skip5));
    assert_eq!(evening.credit(1), None);
    evening.check();
}
