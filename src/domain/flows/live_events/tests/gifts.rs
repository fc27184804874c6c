//! Gifts: points, coins, streaks, credit and the songs that they lift.

use std::time::Duration;

use super::evening::{streak, viewer};
use super::*;
use crate::features::coins::service::apply;
use crate::features::engagement::settings::{GIFT_CREDIT_CARRY, GIFT_RATE};
use crate::features::queue::model::Line;
use crate::features::testing::GUILD;
use crate::flows::song_moved;

fn waiting_tier(evening: &Evening, user: u64) -> Option<Line> {
    evening.store.read(|read| gift_credit::waiting_tier(read, GUILD, UserId::new(user)))
}

#[test]
fn a_big_gift_pays_points_and_coins_and_lifts_the_latest_song_in_one_step() {
    crate::covers!("M-TIK-14", "M-TIK-21", "M-TIK-22", "M-TIK-23", "M-ECO-03", "M-ECO-04", "M-ECO-09", "M-ECO-11");
    let evening = Evening::begun();
    evening.with_debug_channel();
    evening.link(1, "ann_");
    let older = evening.submit(1, Line::Free);
    let latest = evening.submit(1, Line::PendingSkips);
    let skip = evening.submit(1, Line::Skip5);
    let effects = evening.on_live([gift("ann_", 5000, 1)]);
    assert_eq!((evening.points(1), evening.handle_points("ann_"), evening.luxury(1)), (5000, 5000, 100));
    assert_eq!(effects.luxury, 100);
    assert_eq!([older, latest, skip].map(|song| evening.line(song)), [Line::Free, Line::Skip20, Line::Skip5]);
    assert_eq!(effects.lifted.iter().map(|moved| moved.from).collect::<Vec<_>>(), [Line::PendingSkips]);
    assert_eq!(evening.store.payloads("engagement.tell_lifted", "line"), ["20 Skip"]);
    let number = evening.entry(latest).song.public_id.to_string();
    let untold = evening.store.untold().join("\n").replace(&number, "NUMBER");
    insta::assert_snapshot!(untold.replace(&format!("Song({latest})"), "Song(SONG)"), @r#"
    handles.linked by 99 of Member(UserId(1)) {"handle":"ann_","former":null,"was_verified":false,"points":0}
    coins.posted by live of Member(UserId(1)) 0 -> 100 {"currency":"luxury","kind":"gift","delta":100,"reason":"Rose ×1 by @ann_","requested":null}
    engagement.gifts_lifted by live of Song(SONG) Pending Skips -> 20 Skip {"user":1,"coins":5000,"number":"NUMBER","gift":"Rose ×1"}
    "#);
    evening.check();
}

#[test]
fn a_new_rate_pays_only_what_a_streak_brings_after_it() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.on_live([streak("ann", 1, 250, 7, true)]);
    evening.store.advance(Duration::from_mins(2));
    evening.store.write(|tx| keep_up(tx, GUILD).map(drop)).unwrap();
    assert_eq!(evening.luxury(1), 4, "250 coins are two whole hundreds");
    evening.store.write(|tx| GIFT_RATE.set(tx, GUILD, &50)).unwrap();
    // Its end comes after all, with more: two hundreds are paid already, two are new.
    evening.on_live([streak("ann", 1, 430, 7, false), streak("ann", 1, 430, 7, false)]);
    assert_eq!(evening.luxury(1), 4 + 100);
    evening.store.write(|tx| GIFT_RATE.set(tx, GUILD, &0)).unwrap();
    evening.on_live([gift("ann", 1_000, 1)]);
    assert_eq!(evening.luxury(1), 104, "a rate of 0 pays nothing and takes nothing");
    evening.check();
}

#[test]
fn gifts_of_a_session_add_up() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 500, 1)]);
    assert_eq!(evening.line(song), Line::Free);
    evening.on_live([gift("ann", 500, 1)]);
    assert_eq!(evening.line(song), Line::Skip5);
    evening.on_live([gift("ann", 999, 1)]);
    assert_eq!((evening.line(song), evening.credit(1)), (Line::Skip5, Some((1999, true))));
    evening.on_live([gift("ann", 1, 1)]);
    assert_eq!(evening.line(song), Line::Skip10);
}

#[test]
fn two_gifts_lift_one_song_higher_and_not_two_songs() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let (older, latest) = (evening.submit(1, Line::Free), evening.submit(1, Line::Free));
    evening.on_live([gift("ann", 1000, 1), gift("ann", 1000, 1)]);
    assert_eq!([older, latest].map(|song| evening.line(song)), [Line::Free, Line::Skip10]);
    evening.check();
}

#[test]
fn a_played_song_uses_its_credit_up() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1500, 1)]);
    assert_eq!(evening.play(), song);
    assert_eq!(evening.credit(1), None);
    let next = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 999, 1)]);
    assert_eq!(evening.line(next), Line::Free);
    evening.on_live([gift("ann", 1, 1)]);
    assert_eq!(evening.line(next), Line::Skip5);
    evening.check();
}

#[test]
fn a_reviewer_may_move_a_lifted_song_and_a_gift_never_moves_it_down() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1000, 1)]);
    evening.moves(song, Line::Skip25Plus).unwrap();
    evening.on_live([gift("ann", 1000, 1)]);
    assert_eq!(evening.line(song), Line::Skip25Plus);
    evening.moves(song, Line::Free).unwrap();
    evening.on_live([gift("ann", 1, 1)]);
    assert_eq!(evening.line(song), Line::Free, "2001 lead where the credit led when the reviewer moved the song");
    evening.on_live([gift("ann", 1999, 1)]);
    assert_eq!(evening.line(song), Line::Skip15, "the song still has the credit, which reached another tier");
    evening.check();
}

/// What happens to a song after its gifts of 1,000 coins put it into 5 Skip: a reviewer moves it, or more is gifted.
enum Then {
    Moved(Line),
    Gifted(u32),
}

#[test]
fn what_a_reviewer_put_down_is_lifted_again_only_by_a_better_tier_than_that_of_its_credit_then() {
    use Then::{Gifted, Moved};
    let cases: &[(&[Then], Line)] = &[
        (&[Moved(Line::Free), Gifted(999)], Line::Free),
        (&[Moved(Line::Free), Gifted(1_000)], Line::Skip10),
        (&[Moved(Line::PendingSkips), Gifted(999)], Line::PendingSkips),
        (&[Moved(Line::PendingSkips), Gifted(1_000)], Line::Skip10),
        // Released, or put elsewhere below: still the tier of its credit is what counts.
        (&[Moved(Line::PendingSkips), Moved(Line::Free), Gifted(999)], Line::Free),
        (&[Moved(Line::PendingSkips), Moved(Line::Free), Gifted(1_000)], Line::Skip10),
        // Put down again and again: each time the tier of then.
        (&[Moved(Line::Free), Gifted(1_000), Moved(Line::Skip5), Gifted(1_999)], Line::Skip5),
        (&[Moved(Line::Free), Gifted(1_000), Moved(Line::Skip5), Gifted(2_000)], Line::Skip15),
        (&[Moved(Line::Free), Gifted(500), Moved(Line::PendingSkips), Gifted(499)], Line::PendingSkips),
        (&[Moved(Line::Free), Gifted(500), Moved(Line::PendingSkips), Gifted(500)], Line::Skip10),
        // Put back to its tier, or above: as if nothing had been.
        (&[Moved(Line::Free), Moved(Line::Skip5), Gifted(1_000)], Line::Skip10),
        (&[Moved(Line::Free), Moved(Line::Skip20), Gifted(3_999)], Line::Skip20),
        (&[Moved(Line::Free), Moved(Line::Skip20), Gifted(5_000)], Line::Skip25Plus),
        (&[Gifted(5_000), Moved(Line::Skip10), Gifted(9_999)], Line::Skip10),
        (&[Gifted(5_000), Moved(Line::Skip10), Moved(Line::Skip20), Gifted(9_999)], Line::Skip20),
        (&[Gifted(5_000), Moved(Line::Skip10), Moved(Line::Skip25Plus), Gifted(9_999)], Line::Skip25Plus),
        // Put up first, by a reviewer, and down again above the tier of the credit.
        (&[Moved(Line::Skip25Plus), Moved(Line::Skip15), Gifted(2_999)], Line::Skip15),
        (&[Moved(Line::Skip25Plus), Moved(Line::Skip15), Gifted(4_000)], Line::Skip20),
    ];
    for (number, (then, line)) in cases.iter().enumerate() {
        let evening = Evening::begun();
        evening.link(1, "ann");
        let song = evening.submit(1, Line::Free);
        evening.on_live([gift("ann", 1_000, 1)]);
        for step in *then {
            match step {
                Moved(line) => evening.moves(song, *line).unwrap(),
                Gifted(coins) => drop(evening.on_live([gift("ann", *coins, 1)])),
            }
        }
        assert_eq!(evening.line(song), *line, "case {number}");
        evening.check();
    }
}

#[test]
fn what_a_reviewer_did_is_forgotten_with_the_credit() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let put_down = || {
        let song = evening.submit(1, Line::Free);
        evening.on_live([gift("ann", 1_000, 1)]);
        evening.moves(song, Line::Free).unwrap();
        song
    };
    // Played, and back in the queue: gifts count from 0 and lift it as any other.
    let song = put_down();
    assert_eq!(evening.play(), song);
    evening.moves(song, Line::Free).unwrap();
    evening.on_live([gift("ann", 1_000, 1)]);
    assert_eq!(evening.line(song), Line::Skip5);
    // The same after the end of the session.
    evening.moves(song, Line::Free).unwrap();
    evening.on_live([Occurrence::Ended, Occurrence::Connected, gift("ann", 1_000, 1)]);
    assert_eq!(evening.line(song), Line::Skip5);
    // A credit that a dead link gave back lifts another song into the tier that it had.
    evening.moves(song, Line::Free).unwrap();
    assert_eq!(evening.is_dead(song), Ok((1_000, 0)));
    let other = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1, 1)]);
    assert_eq!(evening.line(other), Line::Skip5);
    evening.check();
}

#[test]
fn a_song_without_the_credit_is_lifted_from_wherever_a_reviewer_put_it() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 500, 1)]);
    evening.moves(song, Line::PendingSkips).unwrap();
    evening.on_live([gift("ann", 500, 1)]);
    assert_eq!(evening.line(song), Line::Skip5, "it had no tier when it was put on hold");
    // Another song has the credit: this one is nothing to it.
    let other = evening.submit(1, Line::Skip10);
    evening.moves(other, Line::Free).unwrap();
    evening.on_live([gift("ann", 1_000, 1)]);
    assert_eq!((evening.line(song), evening.line(other)), (Line::Skip10, Line::Free));
    evening.check();
}

#[test]
fn a_lifted_song_that_was_cleared_with_the_free_line_has_used_its_credit_up() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1999, 1)]);
    evening.moves(song, Line::Free).unwrap();
    assert_eq!(evening.store.write(|tx| song_moved::free_cleared(tx, GUILD)).unwrap(), 1);
    assert_eq!(evening.credit(1), None);
    let next = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 999, 1)]);
    assert_eq!(
        (evening.line(song), evening.line(next), evening.credit(1)),
        (Line::Removed, Line::Free, Some((999, false)))
    );
    evening.on_live([gift("ann", 1, 1)]);
    assert_eq!(evening.line(next), Line::Skip5);
}

#[test]
fn credit_without_a_song_waits_until_the_session_ends() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.submit(1, Line::Skip10);
    evening.on_live([gift("ann", 999, 1)]);
    assert_eq!(waiting_tier(&evening, 1), None);
    evening.on_live([gift("ann", 1001, 1)]);
    assert_eq!(waiting_tier(&evening, 1), Some(Line::Skip10));
    let song = evening.submit(1, Line::Skip10);
    evening.store.write(move |tx| gift_credit::attach(tx, GUILD, UserId::new(1), song)).unwrap();
    assert_eq!(waiting_tier(&evening, 1), None);
    evening.on_live([gift("ann", 2000, 1)]);
    assert_eq!(evening.line(song), Line::Skip15);
    evening.link(2, "bob");
    evening.on_live([gift("bob", 1000, 1)]);
    assert_eq!(waiting_tier(&evening, 2), Some(Line::Skip5));
    evening.on_live([Occurrence::Ended]);
    assert_eq!((waiting_tier(&evening, 2), evening.credit(1)), (None, None));
    evening.check();
}

#[test]
fn a_guild_may_let_no_credit_wait() {
    let evening = Evening::begun();
    evening.store.write(|tx| GIFT_CREDIT_CARRY.set(tx, GUILD, &false)).unwrap();
    evening.link(1, "ann");
    evening.on_live([gift("ann", 600, 1)]);
    assert_eq!(evening.credit(1), Some((600, false)), "gifts still add up");
    evening.on_live([gift("ann", 600, 1)]);
    assert_eq!((waiting_tier(&evening, 1), evening.credit(1)), (None, None));
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 999, 1)]);
    assert_eq!(evening.line(song), Line::Free);
}

#[test]
fn a_gift_of_nobodys_handle_pays_the_handle_alone() {
    let evening = Evening::begun();
    evening.submit(1, Line::Free);
    let effects = evening.on_live([gift("ann", 6000, 1)]);
    assert_eq!((evening.handle_points("ann"), evening.luxury(1), effects.lifted.len()), (6000, 0, 0));
    evening.link(1, "ann");
    assert_eq!((evening.points(1), evening.luxury(1), evening.credit(1)), (6000, 0, None));
    evening.check();
}

#[test]
fn two_handles_of_a_member_share_the_credit() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.link(1, "ann.two");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 600, 1), gift("ann.two", 400, 1)]);
    assert_eq!((evening.line(song), evening.points(1)), (Line::Skip5, 2000));
    evening.check();
}

#[test]
fn a_streak_pays_once_at_its_end() {
    crate::covers!("M-TIK-24");
    let evening = Evening::begun();
    evening.link(1, "ann");
    for count in 1..=3 {
        evening.on_live([streak("ann", 50, count, 7, true)]);
    }
    assert_eq!((evening.points(1), evening.written().len()), (0, 0));
    for _ in 0..3 {
        evening.on_live([streak("ann", 50, 3, 7, false)]);
    }
    assert_eq!((evening.points(1), evening.luxury(1)), (300, 2));
    assert_eq!(evening.written(), ["gift Rose 150"]);
    evening.on_live([streak("ann", 50, 2, 7, false), streak("ann", 50, 2, 7, true)]);
    assert_eq!(evening.points(1), 300, "an event that comes late tells nothing new");
    evening.on_live([streak("ann", 50, 4, 7, false)]);
    assert_eq!((evening.points(1), evening.luxury(1)), (400, 4), "a higher count pays the difference");
    evening.on_live([streak("ann", 50, 1, 8, true), streak("ann", 50, 1, 8, false)]);
    assert_eq!(evening.points(1), 500, "another streak is another gift");
    evening.check();
}

#[test]
fn a_single_gift_that_cannot_streak_pays_every_time() {
    let evening = Evening::begun();
    evening.on_live([gift("ann", 10, 1), gift("ann", 10, 1)]);
    evening.on_live([streak("ann", 10, 1, 0, true), gift("ann", 10, 1), gift("ann", 10, 1)]);
    assert_eq!(evening.handle_points("ann"), 80);
}

#[test]
fn a_streak_whose_end_never_comes_is_settled_with_the_connection() {
    crate::covers!("M-TIK-24");
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.on_live((1..=4).map(|count| streak("ann", 100, count, 7, true)));
    evening.store.advance(Duration::from_secs(5));
    evening.on_live([Occurrence::Disconnected]);
    assert_eq!((evening.points(1), evening.luxury(1)), (800, 8));
    evening.on_live([Occurrence::Disconnected, Occurrence::Connected]);
    evening.on_live([streak("ann", 100, 4, 7, true), streak("ann", 100, 6, 7, true), streak("ann", 100, 6, 7, false)]);
    assert_eq!((evening.points(1), evening.luxury(1)), (1200, 12), "six gifts, not ten");
    evening.on_live([streak("ann", 100, 2, 9, true), Occurrence::Ended]);
    assert_eq!(evening.points(1), 1600);
    assert_eq!(evening.written(), ["gift Rose 400", "gift Rose 200", "gift Rose 200"]);
    evening.check();
}

#[test]
fn a_streak_that_a_crash_left_behind_is_paid_when_its_session_is_closed() {
    let evening = Evening::begun();
    evening.on_live([streak("ann", 10, 5, 7, true)]);
    evening.store.advance(Duration::from_hours(2));
    let effects = evening.on_live([Occurrence::Connected]);
    assert_eq!((effects.closed.len(), effects.interactions), (1, 1));
    assert_eq!(evening.handle_points("ann"), 100);
    evening.check();
}

#[test]
fn with_the_economy_off_gifts_earn_no_coins() {
    let evening = Evening::begun();
    evening.store.write(|tx| LUXURY_ENABLED.set(tx, GUILD, &false)).unwrap();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1000, 1)]);
    assert_eq!((evening.luxury(1), evening.points(1), evening.line(song)), (0, 1000, Line::Skip5));
}

#[test]
fn coins_beyond_the_cap_are_refused_and_the_rest_of_the_gift_counts() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let posting = Posting {
        currency: Currency::Luxury,
        user: UserId::new(1),
        delta: Amount::MAX.get(),
        kind: EntryKind::AdminAdd,
        reason: String::new(),
        actor: Actor::System,
    };
    evening.store.write(move |tx| apply(tx, GUILD, &posting).map(drop)).unwrap();
    evening.on_live([gift("ann", 1000, 1)]);
    evening.on_live((0..3).map(|_| gift("ann", 1_000_000, u32::MAX)));
    assert_eq!((evening.luxury(1), evening.points(1)), (Amount::MAX.get(), Amount::MAX.get()));
    assert_eq!(evening.credit(1), Some((Amount::MAX.get(), false)));
    evening.link(2, "bob");
    evening.on_live([Occurrence::Liked(viewer("ann"), 1), gift("bob", 1, 1)]);
    evening.check();
}

#[test]
fn a_gift_that_nobody_can_price_pays_nothing_and_is_told_once_for_each_kind_and_live() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.with_debug_channel();
    let sent = |id: u64, name: &str, unit_coins: u32| {
        let gift = Gift { id, name: name.to_owned(), unit_coins, count: u32::MAX, is_streaking: false, group: 0 };
        Occurrence::Gifted(viewer("ann"), gift)
    };
    evening.on_live([sent(7, "Rose", u32::MAX), sent(7, "Rose", 1_000_001), sent(901, "", 0), sent(901, "", 0)]);
    assert_eq!((evening.luxury(1), evening.points(1), evening.credit(1)), (0, 0, None));
    assert_eq!(evening.line(song), Line::Free);
    let told: Vec<_> = evening.store.untold().into_iter().filter(|line| line.contains("gift_unpriced")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    engagement.gift_unpriced by live of Handle(Handle("ann")) {"gift":"Rose","id":7,"count":4294967295}
    engagement.gift_unpriced by live of Handle(Handle("ann")) {"gift":"","id":901,"count":4294967295}
    "#);
    evening.on_live([gift("ann", 1_000, 1)]);
    assert_eq!((evening.line(song), evening.points(1)), (Line::Skip5, 1_000));
    evening.check();
}
