//! Watch time on a store in memory: who is counted, for how long, and what it pays.

use std::time::Duration;

use super::*;
use crate::features::coins;
use crate::features::coins::service::apply;
use crate::features::engagement::settings::{WATCH_IDLE_SECONDS, WATCH_MINUTES};
use crate::features::handles;
use crate::features::testing::GUILD;
use crate::flows::live_events;
use crate::flows::live_events::tests::evening::{Evening, HOST, gift, streak, viewer};
use crate::kernel::amount::Amount;
use crate::live::Occurrence;

const MINUTE: Duration = Duration::from_mins(1);

fn joins(name: &str) -> Occurrence {
    Occurrence::Joined(viewer(name))
}

/// The handle says something every ten minutes, for so many of them.
fn stays(evening: &Evening, name: &str, minutes: u64) {
    for _ in 0..minutes / 10 {
        evening.on_live([Occurrence::Commented(viewer(name), "still here".into())]);
        evening.watch(MINUTE * 10);
    }
}

#[test]
fn watch_time_is_not_paid_after_the_viewer_left() {
    crate::covers!("M-TIK-08");
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.on_live([joins("ann"), joins("bob")]);
    let session = evening.session().unwrap();
    // Ann is gone after a minute and nothing tells so; the live goes on for hours.
    for _ in 0..30 {
        evening.watch(MINUTE * 10);
        evening.on_live([Occurrence::Liked(viewer("bob"), 1)]);
    }
    assert_eq!(evening.watched(session, "ann"), (900, 900), "15 minutes after the last sign of her, and no more");
    assert_eq!(evening.watched(session, "bob"), (18_000, 18_000), "who stayed is counted whole");
    assert_eq!((evening.luxury(1), evening.count_watch_time().len()), (0, 0));
    let bob = evening.store.read(|read| handles::queries::account(read, GUILD, &viewer("bob").handle.unwrap()));
    assert!(bob.is_some_and(|account| account.linked.is_none()), "coming in makes a handle known");
    evening.check();
}

#[test]
fn every_half_hour_pays_a_coin_and_the_remainder_stays_in_the_row() {
    crate::covers!("M-ECO-01", "M-ECO-02", "M-HNT-03", "M-ECO-09");
    let evening = Evening::begun();
    evening.with_debug_channel();
    evening.link(1, "ann");
    let session = evening.session().unwrap();
    stays(&evening, "ann", 20);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (0, (1_200, 1_200)));
    stays(&evening, "ann", 20);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (1, (2_400, 600)));
    stays(&evening, "ann", 50);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (3, (5_400, 0)));
    let untold: Vec<_> = evening.store.untold().into_iter().filter(|line| line.contains("watch_time")).collect();
    insta::assert_snapshot!(untold.join("\n"), @r#"
    coins.posted by live of Member(UserId(1)) 0 -> 1 {"currency":"luxury","kind":"watch_time","delta":1,"reason":"30 minutes watched by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 1 -> 2 {"currency":"luxury","kind":"watch_time","delta":1,"reason":"30 minutes watched by @ann","requested":null}
    coins.posted by live of Member(UserId(1)) 2 -> 3 {"currency":"luxury","kind":"watch_time","delta":1,"reason":"30 minutes watched by @ann","requested":null}
    "#);
    evening.check();
}

#[test]
fn anything_that_a_handle_does_shows_that_it_is_there() {
    for what in [
        joins("ann"),
        Occurrence::Liked(viewer("ann"), 1),
        Occurrence::Commented(viewer("ann"), "hi".into()),
        Occurrence::Shared(viewer("ann")),
        Occurrence::Followed(viewer("ann")),
        Occurrence::Subscribed(viewer("ann")),
        gift("ann", 5, 1),
        streak("ann", 5, 1, 7, true),
    ] {
        let evening = Evening::begun();
        evening.on_live([what.clone()]);
        evening.watch(MINUTE);
        assert_eq!(evening.watched(evening.session().unwrap(), "ann").0, 60, "{what:?}");
    }
}

#[test]
fn a_handle_of_nobody_collects_time_that_is_paid_after_it_is_linked() {
    crate::covers!("M-ECO-02");
    let evening = Evening::begun();
    let session = evening.session().unwrap();
    stays(&evening, "ann", 60);
    evening.watch(MINUTE * 60);
    assert_eq!(evening.watched(session, "ann"), (4_500 - 600, 3_900), "an hour, and until she is taken to be gone");
    evening.link(1, "ann");
    assert_eq!(evening.luxury(1), 0, "the next count pays");
    evening.watch(MINUTE);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (2, (3_900, 300)));
    evening.watch(MINUTE * 5);
    assert_eq!(evening.luxury(1), 2);
    evening.check();
}

#[test]
fn two_handles_of_a_member_earn_each() {
    crate::covers!("M-ECO-02");
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.link(1, "ann.two");
    for _ in 0..3 {
        evening.on_live([joins("ann"), joins("ann.two")]);
        evening.watch(MINUTE * 10);
    }
    assert_eq!(evening.luxury(1), 2);
    evening.check();
}

#[test]
fn time_without_a_connection_is_not_counted() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let session = evening.session().unwrap();
    evening.on_live([joins("ann")]);
    evening.store.advance(Duration::from_secs(90));
    evening.on_live([Occurrence::Disconnected]);
    evening.watch(MINUTE * 4);
    evening.on_live([Occurrence::Connected]);
    evening.watch(MINUTE * 2);
    assert_eq!(evening.watched(session, "ann").0, 90, "after a drop she has to be heard of again");
    evening.on_live([joins("ann")]);
    evening.store.advance(Duration::from_secs(45));
    evening.on_live([Occurrence::Disconnected, Occurrence::Connected, joins("ann")]);
    evening.store.advance(Duration::from_secs(10));
    evening.on_live([Occurrence::Ended]);
    evening.store.advance(MINUTE);
    evening.count_watch_time();
    assert_eq!(evening.watched(session, "ann").0, 90 + 45 + 10, "the last part counts, too");
    evening.watch(MINUTE * 3);
    assert_eq!(evening.watched(session, "ann").0, 145);
    evening.check();
}

#[test]
fn a_restart_ends_the_presence_at_the_last_sign_of_the_connection() {
    let evening = Evening::begun();
    let session = evening.session().unwrap();
    evening.on_live([joins("ann")]);
    evening.watch(MINUTE * 2);
    evening.store.advance(Duration::from_secs(20));
    evening.on_live([joins("bob")]);
    // The power goes here, and comes back five minutes later.
    evening.store.advance(MINUTE * 5);
    evening.store.write(|tx| live_events::interrupted(tx, GUILD).map(drop)).unwrap();
    evening.on_live([Occurrence::Connected]);
    evening.watch(MINUTE * 3);
    assert_eq!((evening.watched(session, "ann").0, evening.watched(session, "bob").0), (140, 0));
    evening.on_live([joins("bob")]);
    evening.watch(MINUTE);
    assert_eq!(evening.watched(session, "bob").0, 60);
    evening.check();
}

#[test]
fn a_count_that_runs_late_or_twice_pays_the_connected_time_once() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let session = evening.session().unwrap();
    evening.on_live([joins("ann")]);
    // The machine slept.
    evening.store.advance(Duration::from_hours(9));
    let began = evening.store.now();
    for _ in 0..3 {
        evening.store.write(move |tx| run(tx, GUILD, session, began, None)).unwrap();
    }
    assert_eq!(evening.watched(session, "ann").0, 900);
    // Counts that began long ago and end now tell nothing new.
    evening.on_live([joins("ann")]);
    evening.store.advance(MINUTE);
    let long_ago = began.before(Duration::from_hours(3));
    for _ in 0..3 {
        evening.store.write(move |tx| run(tx, GUILD, session, long_ago, None)).unwrap();
    }
    assert_eq!(evening.watched(session, "ann").0, 960);
    evening.check();
}

#[test]
fn the_hosts_own_handle_earns_nothing() {
    let evening = Evening::begun();
    evening.link(1, HOST);
    stays(&evening, HOST, 60);
    assert_eq!((evening.luxury(1), evening.watched(evening.session().unwrap(), HOST)), (0, (0, 0)));
}

#[test]
fn with_the_economy_off_nothing_is_collected() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let session = evening.session().unwrap();
    stays(&evening, "ann", 20);
    evening.store.write(|tx| LUXURY_ENABLED.set(tx, GUILD, &false)).unwrap();
    stays(&evening, "ann", 60);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (0, (4_800, 1_200)), "watched, and not earned");
    evening.store.write(|tx| LUXURY_ENABLED.set(tx, GUILD, &true)).unwrap();
    stays(&evening, "ann", 10);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann").1), (1, 0));
}

#[test]
fn a_guild_says_how_long_somebody_is_taken_to_be_there() {
    let evening = Evening::begun();
    evening.store.write(|tx| WATCH_IDLE_SECONDS.set(tx, GUILD, &120)).unwrap();
    evening.on_live([joins("ann")]);
    evening.watch(MINUTE * 9);
    assert_eq!(evening.watched(evening.session().unwrap(), "ann").0, 120);
}

#[test]
fn a_new_rate_takes_what_is_not_paid_as_time_and_pays_no_second_twice() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let session = evening.session().unwrap();
    let rate = |minutes: u32| evening.store.write(move |tx| WATCH_MINUTES.set(tx, GUILD, &minutes)).unwrap();
    stays(&evening, "ann", 50);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (1, (3_000, 1_200)), "one for 30 minutes");
    rate(60);
    stays(&evening, "ann", 30);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (1, (4_800, 3_000)), "50 of 60 minutes");
    rate(20);
    stays(&evening, "ann", 10);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (4, (5_400, 0)), "3 for the 60 minutes");
    rate(7);
    stays(&evening, "ann", 10);
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (5, (6_000, 180)));
    let paid = evening.store.read(|read| coins::queries::history(read, GUILD, Currency::Luxury, UserId::new(1), 9));
    let told: Vec<_> = paid.into_iter().rev().map(|(_, entry)| (entry.delta, entry.reason)).collect();
    let minutes = |coins: i64, minutes: u32| (coins, format!("{minutes} minutes watched by @ann"));
    // The first count at the new rate finds 51 minutes.
    assert_eq!(told, [minutes(1, 30), minutes(2, 40), minutes(1, 20), minutes(1, 7)]);
    evening.check();
}

#[test]
fn coins_that_a_balance_cannot_hold_are_refused_and_the_rest_is_counted() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let full = Posting {
        currency: Currency::Luxury,
        user: UserId::new(1),
        delta: Amount::MAX.get(),
        kind: EntryKind::AdminAdd,
        reason: String::new(),
        actor: Actor::System,
    };
    evening.store.write(move |tx| apply(tx, GUILD, &full).map(drop)).unwrap();
    stays(&evening, "ann", 40);
    let session = evening.session().unwrap();
    assert_eq!((evening.luxury(1), evening.watched(session, "ann")), (Amount::MAX.get(), (2_400, 600)));
    evening.check();
}

#[test]
fn a_great_audience_is_counted_in_batches() {
    let evening = Evening::begun();
    let everybody: Vec<_> = (0..1_200).map(|n| joins(&format!("viewer{n}"))).collect();
    evening.on_live(everybody);
    evening.store.advance(MINUTE);
    let batches = evening.count_watch_time();
    assert_eq!(batches.iter().map(|batch| batch.people).collect::<Vec<_>>(), [512, 512, 176]);
    let session = evening.session().unwrap();
    for name in ["viewer0", "viewer700", "viewer1199"] {
        assert_eq!(evening.watched(session, name).0, 60);
    }
    evening.store.advance(Duration::from_secs(59));
    assert_eq!(evening.count_watch_time(), [], "a minute has not passed");
    // One that is cut off and begun again counts everybody once.
    evening.store.advance(Duration::from_secs(1));
    let began = evening.store.now();
    let cut_off = evening.store.write(move |tx| run(tx, GUILD, session, began, None)).unwrap();
    assert!(cut_off.behind.is_some());
    assert_eq!(evening.count_watch_time().len(), 3);
    for name in ["viewer0", "viewer700", "viewer1199"] {
        assert_eq!(evening.watched(session, name).0, 120);
    }
    evening.check();
}
