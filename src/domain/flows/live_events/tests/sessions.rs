//! Sessions, interactions and fixed points.

use std::time::Duration;

use super::evening::viewer;
use super::*;
use crate::features::coins::queries::history;
use crate::features::engagement::settings::POINTS_COMMENT;
use crate::features::engagement::{self, tables};
use crate::features::queue::model::Line;
use crate::features::testing::GUILD;
use crate::flows::{scores_synced, session_left_behind};
use crate::store::Direction;

fn every_kind() -> Vec<Occurrence> {
    vec![
        Occurrence::Joined(viewer("ann")),
        Occurrence::Liked(viewer("ann"), 15),
        Occurrence::Commented(viewer("ann"), "love *this*".into()),
        Occurrence::Shared(viewer("ann")),
        Occurrence::Followed(viewer("ann")),
        Occurrence::Subscribed(viewer("ann")),
        gift("ann", 10, 3),
        Occurrence::Viewers(42),
        Occurrence::Poll(r#"{"q":1}"#.into()),
        Occurrence::Battle(r#"{"b":1}"#.into()),
    ]
}

#[test]
fn every_event_is_written_down_and_pays_its_points_to_the_handle_and_the_member() {
    crate::covers!(
        "M-TIK-07", "M-TIK-09", "M-TIK-10", "M-TIK-11", "M-TIK-12", "M-TIK-13", "M-TIK-14", "M-TIK-15", "M-TIK-16",
        "M-TIK-17", "M-PTS-02", "M-PTS-03", "M-PTS-04", "M-DB-04", "M-DB-05", "M-DB-17", "M-DB-18"
    );
    let evening = Evening::begun();
    evening.link(1, "ann");
    let effects = evening.on_live(every_kind());
    assert_eq!((effects.interactions, effects.dropped), (9, 0));
    insta::assert_snapshot!(evening.written().join("\n"), @r#"
    join 
    like 15
    comment love *this*
    share 
    follow 
    subscribe 
    gift Rose 30
    poll {"q":1}
    mic_battle {"b":1}
    "#);
    let points = 1 + 2 + 5 + 10 + 25 + 60;
    assert_eq!((evening.handle_points("ann"), evening.points(1)), (points, points));
    let with_person = evening.interactions().iter().filter(|interaction| interaction.account.is_some()).count();
    assert_eq!(with_person, 7);
    evening.check();
}

#[test]
fn events_outside_a_session_are_dropped() {
    let evening = Evening::quiet();
    let effects = evening.on_live(every_kind());
    assert_eq!((effects.interactions, effects.dropped), (0, 10));
    evening.on_live([Occurrence::Disconnected, Occurrence::Ended]);
    assert_eq!(evening.session(), None);
    evening.on_live([Occurrence::Connected]);
    assert_eq!(evening.on_live_of("another.host", every_kind()).dropped, 10);
    let effects = evening.on_live([Occurrence::Disconnected, gift("ann", 1000, 1), Occurrence::Viewers(3)]);
    assert_eq!(effects.dropped, 2);
    assert_eq!((evening.written(), evening.handle_points("ann")), (Vec::<String>::new(), 0));
    evening.check();
}

#[test]
fn a_short_drop_continues_the_session_and_a_long_one_begins_another() {
    crate::covers!("M-TIK-18", "M-DB-02");
    let evening = Evening::begun();
    let first = evening.session().unwrap();
    evening.on_live([Occurrence::Joined(viewer("ann")), Occurrence::Disconnected]);
    evening.store.advance(Duration::from_mins(15));
    evening.on_live([Occurrence::Connected]);
    assert_eq!(evening.session(), Some(first));
    let last_event = evening.store.now();
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(Duration::from_secs(15 * 60 + 1));
    let effects = evening.on_live([Occurrence::Connected]);
    assert_eq!(effects.closed, [first]);
    assert_ne!(evening.session(), Some(first));
    let session = evening.store.read(|read| engagement::queries::session(read, GUILD, first)).unwrap();
    assert_eq!(session.ended_at, Some(last_event), "it ended with its last event");
    evening.check();
}

#[test]
fn another_hosts_live_closes_the_session() {
    let evening = Evening::begun();
    let first = evening.session().unwrap();
    evening.on_live([Occurrence::Joined(viewer("ann"))]);
    assert_eq!(evening.on_live_of("another.host", [Occurrence::Connected]).closed, [first]);
    assert_eq!(evening.on_live([Occurrence::Joined(viewer("ann"))]).dropped, 1);
    evening.check();
}

#[test]
fn a_session_that_is_not_continued_is_closed_after_15_minutes() {
    let evening = Evening::begun();
    let first = evening.session().unwrap();
    let close = || evening.store.write(|tx| session_left_behind::run(tx, GUILD)).unwrap();
    evening.store.advance(Duration::from_hours(1));
    assert_eq!(close(), None, "a quiet live is not over");
    evening.on_live([Occurrence::Viewers(1), Occurrence::Disconnected]);
    evening.store.advance(Duration::from_mins(15));
    assert_eq!(close(), None);
    let now = || evening.store.now();
    let is_left_behind = || evening.store.read(|read| engagement::queries::is_left_behind(read, GUILD, now()));
    assert!(!is_left_behind());
    evening.store.advance(Duration::from_secs(1));
    assert!(is_left_behind());
    assert_eq!(close(), Some(first));
    assert_eq!(close(), None);
    evening.check();
}

#[test]
fn the_end_of_the_live_closes_the_session_and_journals_the_points() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let first = evening.session().unwrap();
    let effects =
        evening.on_live([Occurrence::Shared(viewer("ann")), Occurrence::Ended, Occurrence::Shared(viewer("ann"))]);
    assert_eq!((effects.closed, effects.interactions, effects.dropped), (vec![first], 1, 1));
    let entries = evening.store.read(|read| history(read, GUILD, Currency::Points, UserId::new(1), 10));
    let entries: Vec<_> = entries.into_iter().map(|(_, entry)| (entry.kind, entry.delta)).collect();
    assert_eq!(entries, [(EntryKind::PointsEvent, 5)]);
    evening.check();
}

#[test]
fn the_end_is_also_heard_after_the_connection_was_lost() {
    let evening = Evening::begun();
    let first = evening.session().unwrap();
    let last_event = evening.store.now();
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(Duration::from_mins(2));
    assert_eq!(evening.on_live([Occurrence::Ended]).closed, [first]);
    let session = evening.store.read(|read| engagement::queries::session(read, GUILD, first)).unwrap();
    assert_eq!(session.ended_at, Some(last_event));
}

#[test]
fn a_follow_pays_once_in_a_session_and_again_in_the_next() {
    let evening = Evening::begun();
    let follow = || Occurrence::Followed(viewer("ann"));
    evening.on_live([follow(), follow(), Occurrence::Subscribed(viewer("ann"))]);
    evening.on_live([follow(), Occurrence::Followed(viewer("bob"))]);
    assert_eq!((evening.handle_points("ann"), evening.handle_points("bob")), (35, 10));
    assert_eq!(evening.interactions().len(), 5, "all are written down");
    evening.on_live([Occurrence::Ended, Occurrence::Connected, follow()]);
    assert_eq!(evening.handle_points("ann"), 45);
    evening.check();
}

#[test]
fn a_guild_sets_what_events_are_worth() {
    let evening = Evening::begun();
    evening.store.write(|tx| POINTS_COMMENT.set(tx, GUILD, &7)).unwrap();
    evening.on_live([Occurrence::Commented(viewer("ann"), "hi".into())]);
    assert_eq!(evening.handle_points("ann"), 7);
}

/// The viewer counts that were written down, with the seconds after the beginning.
fn snapshots(evening: &Evening) -> Vec<(u64, u32)> {
    let began =
        evening.store.read(|read| tables::SESSIONS.first(read, GUILD, Direction::Forward)).unwrap().1.started_at;
    let rows = evening.store.read(|read| tables::VIEWER_SNAPSHOTS.page(read, GUILD, Direction::Forward, 5_000));
    rows.into_iter().map(|(_, snapshot)| (snapshot.at.since(began).as_secs(), snapshot.viewers)).collect()
}

#[test]
fn viewers_are_written_down_every_30_seconds() {
    crate::covers!("M-TIK-25", "M-TIK-15");
    let evening = Evening::begun();
    for viewers in 0..10 {
        evening.on_live([Occurrence::Viewers(viewers)]);
        evening.store.advance(Duration::from_secs(10));
    }
    assert_eq!(snapshots(&evening), [(0, 0), (30, 3), (60, 6), (90, 9)]);
}

#[test]
fn the_latest_viewer_count_is_repeated_while_we_are_connected_and_none_is_made_up() {
    crate::covers!("M-TIK-25");
    let evening = Evening::begun();
    let keep_up = |seconds| {
        evening.store.advance(Duration::from_secs(seconds));
        evening.store.write(|tx| keep_up(tx, GUILD).map(drop)).unwrap();
    };
    keep_up(60);
    assert_eq!(snapshots(&evening), [], "unknown is not 0");
    evening.on_live([Occurrence::Viewers(40)]);
    keep_up(29);
    keep_up(1);
    evening.on_live([Occurrence::Viewers(50)]);
    keep_up(45);
    assert_eq!(snapshots(&evening), [(60, 40), (90, 40), (120, 50)]);
    // What was due before a new count has the one before; the end is told with the last.
    evening.store.advance(Duration::from_secs(20));
    evening.on_live([Occurrence::Viewers(70)]);
    evening.store.advance(Duration::from_secs(30));
    evening.on_live([Occurrence::Disconnected]);
    assert_eq!(snapshots(&evening)[3..], [(150, 50), (180, 70)]);
    keep_up(60);
    evening.on_live([Occurrence::Connected]);
    keep_up(60);
    assert_eq!(snapshots(&evening).len(), 5, "after a drop it is unknown again");
    evening.on_live([Occurrence::Viewers(9)]);
    evening.store.advance(Duration::from_secs(10));
    evening.on_live([Occurrence::Disconnected, Occurrence::Connected, Occurrence::Viewers(8)]);
    keep_up(20);
    assert_eq!(snapshots(&evening)[5..], [(305, 9), (335, 8)]);
    // A machine that slept makes no counts for the night.
    keep_up(9 * 3600);
    evening.on_live([Occurrence::Ended]);
    assert_eq!(snapshots(&evening).len(), 8);
    evening.check();
}

#[test]
fn what_is_too_long_is_cut_or_left_out() {
    let evening = Evening::begun();
    let endless = "ä".repeat(50_000);
    evening.on_live([Occurrence::Commented(viewer("ann"), endless.clone()), Occurrence::Poll(endless)]);
    let lengths: Vec<_> = evening
        .interactions()
        .into_iter()
        .map(|interaction| interaction.value.map(|text| text.chars().count()))
        .collect();
    assert_eq!(lengths, [Some(LONGEST_COMMENT), None]);
}

#[test]
fn two_guilds_see_the_same_live_each_for_itself() {
    crate::covers!("M-TIK-18", "M-DB-03");
    let evening = Evening::begun();
    evening.link(1, "ann");
    let other = GuildId::new(6);
    let at = evening.store.now();
    let events = [Occurrence::Connected, Occurrence::Shared(viewer("ann"))].map(|what| LiveEvent::new(at, what));
    evening.store.write(move |tx| run(tx, other, &Handle::parse(HOST).unwrap(), &events).map(drop)).unwrap();
    assert_eq!((evening.points(1), evening.handle_points("ann"), evening.written().len()), (0, 0, 0));
    let ann = Handle::parse("ann").unwrap();
    let account = evening.store.read(|read| handles::queries::account(read, other, &ann)).unwrap();
    assert_eq!((account.points, account.linked), (Amount::of(5), None));
}

#[test]
fn points_reach_the_free_line_at_the_next_score_sync() {
    crate::covers!("M-PTS-05");
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.link(2, "bob");
    let (early, late) = (evening.submit(1, Line::Free), evening.submit(2, Line::Free));
    let skip = evening.submit(2, Line::Skip5);
    evening.on_live([Occurrence::Shared(viewer("bob")), Occurrence::Liked(viewer("ann"), 1)]);
    let next = || evening.store.read(|read| crate::features::queue::queries::upcoming(read, GUILD, 3));
    let order = || next().into_iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(order(), [skip, early, late]);
    let sync = || evening.store.write(|tx| scores_synced::run(tx, GUILD)).unwrap();
    assert_eq!(sync(), scores_synced::Synced { members: 2, moved: 2, more: false });
    assert_eq!(order(), [skip, late, early]);
    assert_eq!(evening.entry(skip).place.score, 0, "only the Free line is ordered by points");
    assert_eq!(sync(), scores_synced::Synced::default());
}

#[test]
fn a_song_from_the_free_line_uses_the_points_of_all_handles_up() {
    crate::covers!("M-PTS-06");
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.link(1, "ann.two");
    evening.link(2, "bob");
    let (first, second) = (evening.submit(1, Line::Free), evening.submit(1, Line::Free));
    let skip = evening.submit(1, Line::Skip5);
    evening.on_live(["ann", "ann.two", "bob"].map(|name| Occurrence::Shared(viewer(name))));
    evening.store.write(|tx| scores_synced::run(tx, GUILD)).unwrap();
    assert_eq!(evening.play(), skip);
    assert_eq!(evening.points(1), 10, "a song from a skip line uses none up");
    assert_eq!(evening.play(), first);
    let points = ["ann", "ann.two", "bob"].map(|name| evening.handle_points(name));
    assert_eq!((evening.points(1), points, evening.points(2)), (0, [0, 0, 5], 5));
    assert_eq!(evening.entry(second).place.score, 0);
    evening.check();
}
