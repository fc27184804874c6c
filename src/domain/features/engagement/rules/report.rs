//! The report after a live (`D-30`): whether there is one, who comes first, and how fine its curves are.

use std::cmp::Reverse;
use std::time::Duration;

use super::super::model::{AccountRef, Participant, Session};
use crate::kernel::amount::Amount;

/// A session in which nothing happened and that was shorter than this is not told.
const SHORTEST: Duration = Duration::from_mins(1);
/// Points of the curve of viewers.
const MOST_POINTS: u64 = 240;
/// Bars of coins.
const MOST_BARS: u64 = 48;
/// How long a bar may stand for, in minutes; beyond, days.
const BARS: [u64; 10] = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720];
/// A day, in minutes.
const DAY: u64 = 1_440;

/// How long a session was, up to its last event while it is open.
pub fn length(session: &Session) -> Duration {
    session.ended_at.unwrap_or(session.last_event_at).since(session.started_at)
}

/// Whether a report of a session is posted; `happened` is whether anybody did anything.
pub fn is_worth_posting(session: &Session, happened: bool) -> bool {
    happened || length(session) >= SHORTEST
}

/// Where somebody stands among the others, the smallest first: by coins, then by points, then by who was known first.
pub fn rank(account: AccountRef, participant: &Participant) -> (Reverse<Amount>, Reverse<Amount>, AccountRef) {
    (Reverse(participant.coins), Reverse(participant.points), account)
}

/// How long a point of the curve of viewers stands for: a minute at least, in which two counts are written down.
pub fn viewer_slot(length: Duration) -> Duration {
    Duration::from_mins(minutes(length).div_ceil(MOST_POINTS).max(1))
}

/// How long a bar of coins stands for.
pub fn coin_slot(length: Duration) -> Duration {
    let minutes = minutes(length);
    let slot = BARS.into_iter().find(|slot| minutes.div_ceil(*slot) <= MOST_BARS);
    Duration::from_mins(slot.unwrap_or_else(|| minutes.div_ceil(DAY).div_ceil(MOST_BARS).saturating_mul(DAY)))
}

/// How many slots there are in a session; one at least.
pub fn slots(length: Duration, slot: Duration) -> usize {
    let slots = minutes(length).div_ceil(minutes(slot).max(1)).max(1);
    usize::try_from(slots.min(MOST_POINTS)).unwrap_or(1)
}

fn minutes(time: Duration) -> u64 {
    time.as_secs().div_ceil(60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::time::Timestamp;
    use crate::live::Handle;

    fn session(seconds: u64) -> Session {
        let started_at = Timestamp::from_millis(1_000);
        let ended_at = started_at.after(Duration::from_secs(seconds));
        Session {
            streamer: Handle::parse("host").unwrap(),
            started_at,
            ended_at: Some(ended_at),
            last_event_at: ended_at,
            is_connected: false,
            last_snapshot_at: None,
            viewers: None,
            connections: Vec::new(),
            counted_at: started_at,
        }
    }

    #[test]
    fn a_short_session_without_anything_is_not_told() {
        for (seconds, happened, told) in [
            (0, false, false),
            (59, false, false),
            (60, false, true),
            (0, true, true),
            (59, true, true),
            (600, true, true),
        ] {
            assert_eq!(is_worth_posting(&session(seconds), happened), told, "{seconds} s, {happened}");
        }
    }

    #[test]
    fn the_first_is_who_gave_most_and_then_who_has_most_points() {
        let of = |coins, points| Participant {
            coins: Amount::of(coins),
            points: Amount::of(points),
            ..Participant::default()
        };
        let mut people = [(1, of(5, 9)), (2, of(7, 1)), (3, of(5, 10)), (4, of(0, 50)), (5, of(5, 9))];
        people.sort_by_key(|(account, participant)| rank(AccountRef::new(*account), participant));
        assert_eq!(people.map(|(account, _)| account), [2, 3, 1, 5, 4]);
    }

    #[test]
    fn curves_are_fine_for_an_evening_and_coarse_for_a_week() {
        let minutes = |slot: Duration| slot.as_secs() / 60;
        for (hours, viewers, coins) in
            [(0, 1, 1), (1, 1, 2), (2, 1, 5), (4, 1, 5), (8, 2, 10), (24, 6, 30), (168, 42, 360)]
        {
            let length = Duration::from_hours(hours);
            assert_eq!((minutes(viewer_slot(length)), minutes(coin_slot(length))), (viewers, coins), "{hours} h");
        }
    }

    #[test]
    fn an_open_session_is_as_long_as_up_to_its_last_event() {
        let closed = session(600);
        assert_eq!(length(&closed), Duration::from_mins(10));
        let last_event_at = closed.started_at.after(Duration::from_mins(7));
        assert_eq!(length(&Session { last_event_at, ..closed.clone() }), Duration::from_mins(10));
        assert_eq!(length(&Session { last_event_at, ended_at: None, ..closed }), Duration::from_mins(7));
    }

    #[test]
    fn the_slots_of_a_session_hold_all_of_it() {
        let (minute, five) = (Duration::from_mins(1), Duration::from_mins(5));
        let cases = [(0, minute, 1), (1, minute, 1), (60, minute, 1), (61, minute, 2), (600, five, 2), (601, five, 3)];
        for (seconds, slot, expected) in cases {
            assert_eq!(slots(Duration::from_secs(seconds), slot), expected, "{seconds} s");
        }
        assert_eq!(slots(five, Duration::ZERO), 5, "no slot divides by nothing");
    }

    proptest! {
        #[test]
        fn curves_are_never_longer_than_their_most(seconds in any::<u64>()) {
            let length = Duration::from_secs(seconds % 10_000_000_000);
            prop_assert!(slots(length, viewer_slot(length)) <= 240);
            prop_assert!(slots(length, coin_slot(length)) <= 48);
            prop_assert!(viewer_slot(length) * 240 >= length && coin_slot(length) * 48 >= length);
        }
    }
}
