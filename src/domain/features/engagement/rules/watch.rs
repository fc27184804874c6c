//! Watch time (`C-44`): who is taken to be there, how long that was, and what it pays.
//!
//! A live tells who comes and never who goes. So a handle is there from the first thing that it does until nothing was
//! heard of it for a while, and not beyond the end of the connection; after a new connection it has to do something
//! again. How much of that is counted when does not matter: many counts add up to what one at the end finds.

use std::time::Duration;

use super::super::model::{Connection, Session, Watch};
use crate::kernel::time::Timestamp;

/// Everybody's time is counted so often (`C-44`).
const COUNT_EVERY: Duration = Duration::from_mins(1);
/// Connections kept of a session between two counts. More in a minute is no live, and what is dropped pays nothing.
const MOST_CONNECTIONS: usize = 32;

/// What a guild says about watch time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchTerms {
    /// How long a handle is taken to be there after the last thing it did (`watch_idle_seconds`).
    pub idle: Duration,
    /// Whether time counts towards Luxury Coins (`D-13`).
    pub earns: bool,
}

/// Takes notice that a handle did something at a moment: it is there, now and for a while.
///
/// A moment outside the present connection is moved into it: times come from outside as well.
pub fn note_presence(watch: &mut Watch, connections: &[Connection], at: Timestamp, now: Timestamp, terms: &WatchTerms) {
    let Some(current) = connections.last().filter(|connection| connection.until.is_none()) else { return };
    let at = at.min(now).max(current.from);
    if watch.present_until < at || watch.counted_until < current.from {
        count(watch, connections, at, terms.earns);
        watch.counted_until = at;
        watch.present_until = at;
    }
    watch.present_until = watch.present_until.max(at.after(terms.idle));
}

/// Counts the time that a handle was there up to now.
pub fn count(watch: &mut Watch, connections: &[Connection], now: Timestamp, earns: bool) {
    if watch.counted_until >= watch.present_until {
        return;
    }
    let was_there = |connection: &&Connection| {
        connection.from <= watch.counted_until && connection.until.is_none_or(|until| watch.counted_until < until)
    };
    let Some(connection) = connections.iter().rev().find(was_there) else {
        watch.present_until = watch.counted_until;
        return;
    };
    // The presence ends with the connection.
    watch.present_until = connection.until.map_or(watch.present_until, |until| until.min(watch.present_until));
    let until = now.min(watch.present_until).max(watch.counted_until);
    watch.add(until.since(watch.counted_until), earns, now);
    watch.counted_until = until;
}

/// The Luxury Coins for time that is not paid yet at one for so many minutes, and what remains of it (`M-ECO-02`).
///
/// The remainder is time and no part of a coin: the next count takes it at the rate of then, so each second pays once.
pub fn coins_for(unpaid: Duration, minutes_per_coin: u32) -> (i64, Duration) {
    let seconds_per_coin = u64::from(minutes_per_coin.max(1)) * 60;
    let coins = unpaid.as_secs() / seconds_per_coin;
    let paid = Duration::from_secs(coins.saturating_mul(seconds_per_coin));
    (i64::try_from(coins).unwrap_or(i64::MAX), unpaid.saturating_sub(paid))
}

/// Whether it is time to count: every minute while a session is open, and as soon as it is closed.
pub fn count_is_due(session: &Session, now: Timestamp) -> bool {
    session.ended_at.is_some() || now.since(session.counted_at) >= COUNT_EVERY
}

/// We are connected.
pub fn connect(connections: &mut Vec<Connection>, at: Timestamp) {
    disconnect(connections, at);
    connections.push(Connection { from: at, until: None });
    if connections.len() > MOST_CONNECTIONS {
        connections.remove(0);
    }
}

/// The connection, if there is one, is over.
pub fn disconnect(connections: &mut [Connection], at: Timestamp) {
    if let Some(connection) = connections.last_mut()
        && connection.until.is_none()
    {
        connection.until = Some(at.max(connection.from));
    }
}

/// Drops the connections that were over when a count began which has reached everybody.
pub fn forget_counted(connections: &mut Vec<Connection>, began: Timestamp) {
    connections.retain(|connection| connection.until.is_none_or(|until| until > began));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::live::Handle;

    const TERMS: WatchTerms = WatchTerms { idle: Duration::from_mins(15), earns: true };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn connected(times: &[(i64, Option<i64>)]) -> Vec<Connection> {
        times.iter().map(|(from, until)| Connection { from: at(*from), until: until.map(at) }).collect()
    }

    /// The seconds watched by whoever did something at these moments, counted at others.
    fn watched(connections: &[Connection], deeds: &[i64], counts: &[i64]) -> u64 {
        let mut watch = Watch::default();
        let mut moments: Vec<_> = deeds.iter().map(|moment| (*moment, true)).collect();
        moments.extend(counts.iter().map(|moment| (*moment, false)));
        moments.sort_unstable();
        for (moment, is_deed) in moments {
            let so_far: Vec<_> = connections
                .iter()
                .filter(|connection| connection.from <= at(moment))
                .map(|connection| Connection {
                    until: connection.until.filter(|until| *until <= at(moment)),
                    ..*connection
                })
                .collect();
            if is_deed {
                note_presence(&mut watch, &so_far, at(moment), at(moment), &TERMS);
            } else {
                count(&mut watch, &so_far, at(moment), true);
            }
        }
        count(&mut watch, connections, at(1_000_000), true);
        assert!(watch.counted_until <= watch.present_until);
        watch.total().as_secs()
    }

    #[test]
    fn a_handle_is_there_until_nothing_was_heard_of_it_for_a_while() {
        let live = connected(&[(0, None)]);
        assert_eq!(watched(&live, &[100], &[]), 900);
        assert_eq!(watched(&live, &[100, 700], &[]), 1_500, "it stayed");
        assert_eq!(watched(&live, &[100, 5_000], &[]), 1_800, "it came back; the time between is nobody's");
        assert_eq!(watched(&live, &[100, 1_000], &[]), 1_800);
        assert_eq!(watched(&live, &[], &[60, 120]), 0);
    }

    #[test]
    fn a_presence_ends_with_the_connection_and_begins_with_the_next_deed() {
        let dropped = connected(&[(0, Some(400)), (420, None)]);
        assert_eq!(watched(&dropped, &[100], &[]), 300);
        assert_eq!(watched(&dropped, &[100, 500], &[]), 300 + 900);
        assert_eq!(watched(&dropped, &[100, 500], &[60, 410, 430]), 300 + 900);
        assert_eq!(watched(&connected(&[(0, Some(400))]), &[399, 400], &[]), 1);
    }

    #[test]
    fn a_moment_outside_the_connection_is_moved_into_it() {
        let live = connected(&[(1_000, None)]);
        let mut watch = Watch::default();
        note_presence(&mut watch, &live, at(5), at(1_100), &TERMS);
        assert_eq!((watch.counted_until, watch.present_until), (at(1_000), at(1_900)));
        note_presence(&mut watch, &live, at(99_999), at(1_200), &TERMS);
        assert_eq!(watch.present_until, at(2_100), "nobody is there in the future");
        count(&mut watch, &live, at(1_200), true);
        count(&mut watch, &live, at(1_100), true);
        assert_eq!(watch.total().as_secs(), 200, "a clock that goes back takes nothing away and adds nothing");
    }

    #[test]
    fn a_deed_of_who_is_there_prolongs_the_presence_and_counts_nothing_yet() {
        let live = connected(&[(100, None)]);
        let mut watch = Watch::default();
        for moment in [100, 200, 1_100] {
            note_presence(&mut watch, &live, at(moment), at(moment), &TERMS);
            assert_eq!((watch.counted_until, watch.present_until), (at(100), at(moment + 900)), "at {moment}");
        }
        count(&mut watch, &live, at(1_100), false);
        assert_eq!(
            (watch.total().as_secs(), watch.unpaid()),
            (1_000, Duration::ZERO),
            "the terms are those of the count"
        );
    }

    #[test]
    fn thirty_minutes_pay_a_coin_and_the_rest_is_kept() {
        crate::covers!("M-ECO-01");
        for (seconds, coins, rest) in [(0, 0, 0), (1_799, 0, 1_799), (1_800, 1, 0), (5_399, 2, 1_799), (5_400, 3, 0)] {
            let (paid, kept) = coins_for(Duration::from_secs(seconds), 30);
            assert_eq!((paid, kept.as_secs()), (coins, rest), "{seconds}");
        }
        assert_eq!(coins_for(Duration::MAX, 30).1.as_secs(), u64::MAX % 1_800);
        assert_eq!(coins_for(Duration::from_secs(90), 0), (1, Duration::from_secs(30)), "no rate divides by nothing");
    }

    #[test]
    fn connections_are_few_and_never_open_twice() {
        let mut connections = Vec::new();
        for second in 0..100 {
            connect(&mut connections, at(second));
        }
        assert_eq!(connections.len(), MOST_CONNECTIONS);
        assert_eq!(connections.iter().filter(|connection| connection.until.is_none()).count(), 1);
        disconnect(&mut connections, at(3));
        assert_eq!(connections.last().unwrap().until, Some(at(99)), "a moment before its beginning is its beginning");
        forget_counted(&mut connections, at(98));
        assert_eq!(connections.len(), 2, "the two that ended later");
    }

    #[test]
    fn time_is_counted_each_minute_and_once_more_when_the_session_is_closed() {
        let open = Session {
            streamer: Handle::parse("host").unwrap(),
            started_at: at(0),
            ended_at: None,
            last_event_at: at(0),
            is_connected: true,
            last_snapshot_at: None,
            viewers: None,
            connections: Vec::new(),
            counted_at: at(100),
        };
        assert!(!count_is_due(&open, at(159)));
        assert!(count_is_due(&open, at(160)));
        assert!(count_is_due(&Session { ended_at: Some(at(101)), ..open }, at(101)));
    }

    proptest! {
        #[test]
        fn whatever_the_rates_each_second_is_paid_once_or_kept(
            counts in proptest::collection::vec((0..20_000_u64, 1..1_441_u32), 0..30),
        ) {
            let (mut unpaid, mut watched, mut paid) = (Duration::ZERO, 0, 0);
            for (seconds, minutes_per_coin) in counts {
                watched += seconds;
                let (coins, rest) = coins_for(unpaid + Duration::from_secs(seconds), minutes_per_coin);
                paid += u64::try_from(coins).unwrap() * u64::from(minutes_per_coin) * 60;
                prop_assert!(rest < Duration::from_secs(u64::from(minutes_per_coin) * 60));
                unpaid = rest;
            }
            prop_assert_eq!(paid + unpaid.as_secs(), watched);
        }

        #[test]
        fn however_often_it_is_counted_the_time_is_the_same(
            breaks in proptest::collection::btree_set(1..20_000_i64, 0..6),
            deeds in proptest::collection::vec(0..20_000_i64, 0..12),
            counts in proptest::collection::vec(0..20_000_i64, 0..40),
        ) {
            let mut connections = vec![(0, None)];
            for moment in breaks {
                connections.last_mut().unwrap().1 = Some(moment);
                connections.push((moment + 7, None));
            }
            let connections = connected(&connections);
            // A deed is only heard of while there is a connection.
            let deeds: Vec<_> = deeds.into_iter().filter(|deed| {
                connections.iter().any(|c| c.from <= at(*deed) && c.until.is_none_or(|until| at(*deed) < until))
            }).collect();
            // By the second: there, when it did something in this connection within the last 15 minutes.
            let there = (0..22_000).filter(|second| connections.iter().any(|connection| {
                let lasts = connection.from <= at(*second) && connection.until.is_none_or(|until| at(*second) < until);
                lasts && deeds.iter().any(|deed| (0..900).contains(&(second - deed)) && at(*deed) >= connection.from)
            })).count();
            prop_assert_eq!(watched(&connections, &deeds, &counts), u64::try_from(there).unwrap());
            prop_assert_eq!(watched(&connections, &deeds, &[]), u64::try_from(there).unwrap());
        }
    }
}
