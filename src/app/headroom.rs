//! How much room the disk of the data folder should have, so that it can be told before it is full.
//!
//! The store grows, a snapshot needs as much as the store, and a migration or an import makes one more. So three times the
//! store should be free, 512 MiB at least, and a twentieth of the disk up to 2 GiB. Where the room shrinks so fast that a week
//! more of the same would use it up, that is told as well.

use std::collections::VecDeque;
use std::time::Duration;

use super::machine::Space;
use crate::kernel::time::Timestamp;

const LEAST: u64 = 512 << 20;
/// Of a large disk not more than this is asked for.
const MOST_OF_SHARE: u64 = 2 << 30;
/// What a day takes less than this is no pace.
const LEAST_PACE: u64 = 64 << 20;
const DAY: Duration = Duration::from_hours(24);
/// The pace is that of about a day.
const LEAST_SPAN: Duration = Duration::from_hours(20);
/// At a pace that fills the disk within so many days it is told.
const DAYS_AHEAD: u64 = 7;

/// How many bytes should be free on a disk for a store of a length.
pub(crate) fn wanted(space: Space, store_bytes: u64) -> u64 {
    LEAST.max(store_bytes.saturating_mul(3)).max((space.total / 20).min(MOST_OF_SHARE))
}

/// Watches the room, look by look.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// What was free at the looks of the last day.
    seen: VecDeque<(Timestamp, u64)>,
    /// When it was told last.
    told_at: Option<Timestamp>,
}

impl Watch {
    /// Takes note of what is free; answers what to tell, once a day.
    pub(crate) fn look(&mut self, now: Timestamp, space: Space, store_bytes: u64) -> Option<String> {
        let days_left = self.days_left(now, space.free);
        self.seen.push_back((now, space.free));
        let wanted = wanted(space, store_bytes);
        let mib = |bytes: u64| bytes >> 20;
        let said = if space.free < wanted {
            format!("{} MiB are free, and {} MiB should be", mib(space.free), mib(wanted))
        } else {
            let days = days_left.filter(|days| *days <= DAYS_AHEAD)?;
            format!(
                "{} MiB are free, and as fast as they were used of late they are gone in {days} days",
                mib(space.free)
            )
        };
        if self.told_at.is_some_and(|told| now >= told && now.since(told) < DAY) {
            return None;
        }
        self.told_at = Some(now);
        Some(said)
    }

    /// In how many days the disk is full at the pace of the last day; `None` where it does not fill, or that is not known yet.
    fn days_left(&mut self, now: Timestamp, free: u64) -> Option<u64> {
        // A clock that was set back begins anew.
        self.seen.retain(|(at, _)| *at <= now);
        while self.seen.get(1).is_some_and(|(at, _)| now.since(*at) >= DAY) {
            self.seen.pop_front();
        }
        let (at, before) = *self.seen.front()?;
        let span = now.since(at);
        if span < LEAST_SPAN {
            return None;
        }
        let used =
            u128::from(before.saturating_sub(free)) * u128::from(DAY.as_secs()) / u128::from(span.as_secs().max(1));
        let a_day = u64::try_from(used).unwrap_or(u64::MAX);
        (a_day >= LEAST_PACE).then(|| free / a_day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);
    const GIB: u64 = 1 << 30;

    fn disk(free: u64, total: u64) -> Space {
        Space { free, total }
    }

    #[test]
    fn what_should_be_free_grows_with_the_store_and_the_disk() {
        for (total, store, expected) in [
            (4 * GIB, 1 << 20, 512 << 20),
            (20 * GIB, 1 << 20, GIB),
            (8_000 * GIB, 1 << 20, 2 * GIB),
            (8_000 * GIB, 5 * GIB, 15 * GIB),
            (u64::MAX, u64::MAX, u64::MAX),
        ] {
            assert_eq!(wanted(disk(0, total), store), expected, "{total} {store}");
        }
    }

    #[test]
    fn little_room_is_told_once_a_day_as_long_as_it_is_little() {
        let (mut watch, hour) = (Watch::default(), Duration::from_hours(1));
        let told = |watch: &mut Watch, hours: u32, free: u64| watch.look(NOW.after(hour * hours), disk(free, 0), 0);
        assert_eq!(told(&mut watch, 0, 512 << 20), None);
        let said = told(&mut watch, 1, (512 << 20) - 1).unwrap();
        assert_eq!(said, "511 MiB are free, and 512 MiB should be");
        assert!((2..25).all(|hours| told(&mut watch, hours, 1 << 20).is_none()));
        assert!(told(&mut watch, 25, 1 << 20).is_some());
        assert_eq!(told(&mut watch, 26, GIB), None);
        // A clock that is set back does not silence it for a year.
        assert!(watch.look(NOW.before(Duration::from_hours(9_000)), disk(0, 0), 0).is_some());
    }

    #[test]
    fn room_that_goes_fast_is_told_before_it_is_little() {
        let hourly = |free_after: fn(u64) -> u64| {
            let mut watch = Watch::default();
            (0..48).find_map(|hour| {
                let at = NOW.after(Duration::from_hours(hour));
                watch.look(at, disk(free_after(hour), 100 * GIB), 0).map(|said| (hour, said))
            })
        };
        let (hour, said) = hourly(|hour| 60 * GIB - hour * GIB / 2).unwrap();
        assert_eq!(hour, 20, "as soon as the pace is known");
        assert!(said.contains("they are gone in 4 days"), "{said}");
        assert_eq!(hourly(|hour| 60 * GIB - hour * (1 << 20)), None, "slowly");
        assert_eq!(hourly(|hour| 10 * GIB + hour * GIB), None, "the other way");
    }
}
