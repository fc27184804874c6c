//! What lives really send: streaks that break off, messages that come twice, history, and the ends of a live; with the
//! rows, points, coins and activities that follow.

use std::time::Duration;

use super::evening::{streak, viewer};
use super::*;
use crate::features::queue::model::{Line, SongId};
use crate::features::testing::GUILD;

/// An evening on which ann has a handle, a song and a host who reads the debug channel.
fn begun() -> (Evening, SongId) {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.with_debug_channel();
    let song = evening.submit(1, Line::Free);
    (evening, song)
}

/// Everything that the evening brought, and of which the team is told.
fn outcome(evening: &Evening, song: SongId) -> String {
    evening.check();
    let points = ["ann", "bob"].map(|name| format!("{name} {}", evening.handle_points(name)));
    let number = evening.entry(song).song.public_id.to_string();
    let untold = evening.store.untold().join("\n");
    format!(
        "{}\npoints: {}, member {} · coins {} · credit {:?} · song in {}\n{}",
        evening.written().join("\n"),
        points.join(", "),
        evening.points(1),
        evening.luxury(1),
        evening.credit(1).map(|(coins, _)| coins),
        evening.line(song),
        untold.replace(&number, "NUMBER").replace(&format!("Song({song})"), "Song(SONG)"),
    )
}

/// Steps of a streak as messages: id, count, whether it goes on.
fn steps(evening: &Evening, name: &str, unit: u32, group: u64, steps: &[(u64, u32, bool)]) -> Vec<LiveEvent> {
    let message =
        |(id, count, goes_on): &(u64, u32, bool)| evening.message(*id, streak(name, unit, *count, group, *goes_on));
    steps.iter().map(message).collect()
}

#[test]
fn a_streak_counts_once_with_its_last_count() {
    let (evening, song) = begun();
    evening.told(steps(&evening, "ann", 1, 7, &[(1, 1, true), (2, 2, true), (3, 3, true), (4, 3, false)]));
    insta::assert_snapshot!(outcome(&evening, song), @"
    gift Rose 3
    points: ann 6, bob 0, member 6 · coins 0 · credit Some(3) · song in Free
    ");
}

#[test]
fn a_streak_whose_end_is_lost_with_the_connection_counts_once() {
    let (evening, song) = begun();
    let taps: Vec<_> = (1..=7).map(|count| (u64::from(count), count, true)).collect();
    evening.told(steps(&evening, "ann", 100, 7, &taps));
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(Duration::from_secs(20));
    evening.on_live([Occurrence::Connected]);
    evening.store.advance(Duration::from_mins(2));
    evening.told([evening.message(9, Occurrence::Joined(viewer("bob")))]);
    insta::assert_snapshot!(outcome(&evening, song), @r#"
    gift Rose 700
    join 
    points: ann 1400, bob 0, member 1400 · coins 14 · credit Some(700) · song in Free
    coins.posted by live of Member(UserId(1)) 0 -> 14 {"currency":"luxury","kind":"gift","delta":14,"reason":"Rose ×7 by @ann","requested":null}
    "#);
}

#[test]
fn a_streak_across_a_reconnect_counts_every_tap_once() {
    let (evening, song) = begun();
    for (id, count) in [(1, 1), (3, 2), (5, 3), (7, 4)] {
        evening.told(steps(&evening, "ann", 100, 7, &[(id, count, true)]));
        evening.told(steps(&evening, "bob", 100, 8, &[(id + 1, count, true)]));
    }
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(Duration::from_secs(3));
    evening.on_live([Occurrence::Connected]);
    evening.told(steps(&evening, "ann", 100, 7, &[(7, 4, true), (11, 6, true), (12, 6, false)]));
    evening.told(steps(&evening, "bob", 100, 8, &[(8, 4, true), (14, 4, false)]));
    insta::assert_snapshot!(outcome(&evening, song), @r#"
    gift Rose 400
    gift Rose 400
    gift Rose 200
    points: ann 1200, bob 800, member 1200 · coins 12 · credit Some(600) · song in Free
    coins.posted by live of Member(UserId(1)) 0 -> 8 {"currency":"luxury","kind":"gift","delta":8,"reason":"Rose ×4 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 8 -> 12 {"currency":"luxury","kind":"gift","delta":4,"reason":"Rose ×2 by @ann","requested":null}
    "#);
}

#[test]
fn one_tap_of_a_gift_that_can_streak_is_one_gift() {
    let (evening, song) = begun();
    evening.told(steps(&evening, "ann", 5, 7, &[(1, 1, true), (2, 1, false)]));
    insta::assert_snapshot!(outcome(&evening, song), @"
    gift Rose 5
    points: ann 10, bob 0, member 10 · coins 0 · credit Some(5) · song in Free
    ");
}

#[test]
fn a_big_gift_counts_at_once_and_one_without_a_price_is_written_down() {
    let (evening, song) = begun();
    evening.told([evening.message(1, gift("ann", 29_999, 1)), evening.message(2, gift("ann", 0, 1))]);
    insta::assert_snapshot!(outcome(&evening, song), @r#"
    gift Rose 29999
    gift Rose 0
    points: ann 29999, bob 0, member 29999 · coins 598 · credit Some(29999) · song in 25+ Skip
    coins.posted by live of Member(UserId(1)) 0 -> 598 {"currency":"luxury","kind":"gift","delta":598,"reason":"Rose ×1 by @ann","requested":null}
    engagement.gifts_lifted by live of Song(SONG) Free -> 25+ Skip {"user":1,"coins":29999,"number":"NUMBER","gift":"Rose ×1"}
    engagement.gift_unpriced by live of Handle(Handle("ann")) {"gift":"Rose","id":0,"count":1}
    "#);
}

#[test]
fn what_a_reconnect_tells_again_counts_no_second_time_and_history_not_at_all() {
    let (evening, song) = begun();
    let before: Vec<_> = (1..=20)
        .map(|id| match id % 4 {
            0 => (id, gift("ann", 100, 1)),
            1 => (id, Occurrence::Liked(viewer("ann"), 15)),
            2 => (id, Occurrence::Commented(viewer("bob"), format!("number {id}"))),
            _ => (id, streak("ann", 10, u32::try_from(id).unwrap(), 7, true)),
        })
        .collect();
    evening.told(before.iter().map(|(id, what)| evening.message(*id, what.clone())));
    evening.on_live([Occurrence::Disconnected]);
    let counted = outcome(&evening, song);
    evening.store.advance(Duration::from_secs(2));
    evening.on_live([Occurrence::Connected]);
    // Flagged or not, it is the same message.
    let again = before.iter().map(|(id, what)| match id % 2 {
        0 => evening.message(*id, what.clone()),
        _ => evening.history(*id, what.clone()),
    });
    let new = [
        evening.history(21, gift("ann", 6_000, 1)),
        evening.history(22, Occurrence::Commented(viewer("cat"), "hello".into())),
        evening.history(23, Occurrence::Viewers(900)),
        evening.history(24, Occurrence::Ended),
    ];
    let effects = evening.told(again.chain(new));
    assert_eq!((effects.repeated, effects.history, effects.interactions), (20, 4, 0));
    assert_eq!(outcome(&evening, song), counted);
    let cat = Handle::parse("cat").unwrap();
    let known = evening.store.read(|read| handles::queries::account(read, GUILD, &cat));
    assert!(known.is_some_and(|account| account.points == Amount::ZERO), "known, and paid nothing");
    // What was history stays history when it is told without the mark.
    assert_eq!(evening.told([evening.message(21, gift("ann", 6_000, 1))]).repeated, 1);
    insta::assert_snapshot!(outcome(&evening, song), @r#"
    like 15
    comment number 2
    gift Rose 100
    like 15
    comment number 6
    gift Rose 100
    like 15
    comment number 10
    gift Rose 100
    like 15
    comment number 14
    gift Rose 100
    like 15
    comment number 18
    gift Rose 100
    gift Rose 190
    points: ann 1385, bob 10, member 1385 · coins 12 · credit Some(690) · song in Free
    coins.posted by live of Member(UserId(1)) 0 -> 2 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×1 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 2 -> 4 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×1 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 4 -> 6 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×1 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 6 -> 8 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×1 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 8 -> 10 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×1 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 10 -> 12 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×19 by @ann","requested":null}
    "#);
}

#[test]
fn a_host_who_comes_back_after_the_end_begins_a_new_session() {
    let (evening, song) = begun();
    evening.told([evening.message(1, gift("ann", 100, 1))]);
    let first = evening.session();
    evening.told([evening.message(2, Occurrence::Ended)]);
    assert_eq!(evening.told([evening.message(3, gift("ann", 100, 1))]).dropped, 1, "between two lives");
    evening.store.advance(Duration::from_secs(30));
    evening.on_live([Occurrence::Connected]);
    assert!(evening.session() > first);
    evening.told([evening.message(4, gift("ann", 300, 1))]);
    // A connection that ends without a word is only lost.
    let second = evening.session();
    evening.on_live([Occurrence::Disconnected, Occurrence::Connected]);
    assert_eq!(evening.session(), second);
    insta::assert_snapshot!(outcome(&evening, song), @r#"
    gift Rose 100
    gift Rose 300
    points: ann 800, bob 0, member 800 · coins 8 · credit Some(300) · song in Free
    coins.posted by live of Member(UserId(1)) 0 -> 2 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×1 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 2 -> 8 {"currency":"luxury","kind":"gift","delta":6,"reason":"Rose ×1 by @ann","requested":null}
    "#);
}

#[test]
fn a_streak_that_falls_silent_is_paid_after_a_minute_and_its_late_end_pays_what_is_left() {
    crate::covers!("M-TIK-24");
    let (evening, song) = begun();
    evening.told(steps(&evening, "ann", 100, 7, &[(1, 1, true), (2, 2, true), (3, 3, true)]));
    evening.store.advance(Duration::from_secs(59));
    evening.told([evening.message(4, Occurrence::Shared(viewer("bob")))]);
    assert_eq!(evening.luxury(1), 0, "somebody may still be tapping");
    evening.store.advance(Duration::from_secs(1));
    evening.told([evening.message(5, Occurrence::Shared(viewer("bob")))]);
    assert_eq!(evening.luxury(1), 6);
    evening.told(steps(&evening, "ann", 100, 7, &[(6, 3, false)]));
    assert_eq!(evening.luxury(1), 6, "the end tells nothing new");
    evening.told(steps(&evening, "ann", 100, 7, &[(7, 5, false)]));
    insta::assert_snapshot!(outcome(&evening, song), @r#"
    share 
    gift Rose 300
    share 
    gift Rose 200
    points: ann 1000, bob 10, member 1000 · coins 10 · credit Some(500) · song in Free
    coins.posted by live of Member(UserId(1)) 0 -> 6 {"currency":"luxury","kind":"gift","delta":6,"reason":"Rose ×3 by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 6 -> 10 {"currency":"luxury","kind":"gift","delta":4,"reason":"Rose ×2 by @ann","requested":null}
    "#);
}

#[test]
fn a_silent_streak_is_paid_without_another_event() {
    let (evening, _) = begun();
    let is_due = || {
        let now = evening.store.now();
        evening.store.read(|read| engagement::queries::is_to_keep_up(read, GUILD, now))
    };
    let keep_up = || evening.store.write(|tx| keep_up(tx, GUILD)).unwrap();
    evening.told(steps(&evening, "ann", 100, 7, &[(1, 4, true)]));
    evening.store.advance(Duration::from_secs(59));
    assert_eq!((is_due(), keep_up().interactions), (false, 0));
    evening.store.advance(Duration::from_secs(1));
    assert_eq!((is_due(), keep_up().interactions), (true, 1));
    assert_eq!((is_due(), keep_up().interactions), (false, 0));
    assert_eq!(evening.luxury(1), 8);
    let tapped_at = evening.interactions().last().map(|gift| gift.at);
    assert_eq!(tapped_at, Some(evening.store.now().before(Duration::from_mins(1))));
    evening.on_live([Occurrence::Ended]);
    assert_eq!((evening.luxury(1), keep_up().interactions), (8, 0));
}

#[test]
fn without_a_number_a_streak_that_is_long_over_takes_nothing_from_the_next() {
    let (evening, _) = begun();
    evening.told(steps(&evening, "ann", 100, 0, &[(1, 1, true), (2, 3, true)]));
    evening.store.advance(Duration::from_mins(5));
    evening.told(steps(&evening, "ann", 100, 0, &[(3, 1, true), (4, 2, true), (5, 2, false)]));
    assert_eq!(evening.written(), ["gift Rose 300", "gift Rose 200"]);
}

#[test]
fn the_latest_thousands_of_messages_are_remembered_and_older_ones_forgotten() {
    let evening = Evening::begun();
    let share = |id| evening.message(id, Occurrence::Shared(viewer("ann")));
    for from in (1..=10_000).step_by(700) {
        let effects = evening.told((from..(from + 700).min(10_001)).map(share));
        assert_eq!(effects.repeated, 0);
    }
    assert_eq!(evening.told((1_809..=10_000).map(share)).repeated, 8_192);
    assert_eq!(evening.told([share(1)]).repeated, 0, "that one is long forgotten");
    let mut chunks = 0;
    let session = evening.session().unwrap();
    let count = |_, _| {
        chunks += 1;
        Ok(())
    };
    evening.store.read(|read| engagement::tables::MESSAGES.for_each(read, (GUILD, session), count));
    assert_eq!(chunks, 33);
    // One batch may bring more than are remembered.
    assert_eq!(evening.told((20_001..=40_000).map(share)).repeated, 0);
    assert_eq!(evening.told((20_001..=40_000).rev().take(8_192).map(share)).repeated, 8_192);
    evening.on_live([Occurrence::Ended, Occurrence::Connected]);
    assert_eq!(evening.told([share(40_000)]).repeated, 0, "another session remembers its own");
    evening.check();
}

#[test]
fn a_message_counts_once_within_a_batch_and_in_each_guild() {
    let evening = Evening::begun();
    let messages = [1, 2, 1, 2, 1].map(|id| evening.message(id, Occurrence::Shared(viewer("ann"))));
    assert_eq!(evening.told(messages.clone()).repeated, 3);
    let other = GuildId::new(6);
    let connected = LiveEvent::new(evening.store.now(), Occurrence::Connected);
    let events: Vec<_> = std::iter::once(connected).chain(messages).collect();
    let effects = evening.store.write(move |tx| run(tx, other, &Handle::parse(HOST).unwrap(), &events)).unwrap();
    assert_eq!((effects.interactions, effects.repeated), (2, 3));
    evening.check();
}
