//! What came and went in each week: sums of Luxury Coins, made of those of its days, which the ledger keeps.
//!
//! A week begins on Monday at 00:00 UTC.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::model::EntryKind;
use crate::kernel::time::Timestamp;

/// A week, by its number; they are numbered from the one in which 1970 began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WeekNumber(pub i64);

impl WeekNumber {
    /// The week of a moment.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.week())
    }

    /// Its Monday, 00:00 UTC.
    pub const fn begins(self) -> Timestamp {
        Timestamp::beginning_of_day(self.days().start)
    }

    /// The numbers of its days.
    pub const fn days(self) -> Range<i64> {
        let monday = self.0.saturating_mul(7).saturating_sub(3);
        monday..monday.saturating_add(7)
    }

    /// The week so many before it.
    #[must_use]
    pub const fn before(self, weeks: i64) -> Self {
        Self(self.0.saturating_sub(weeks))
    }
}

/// Luxury Coins of a guild in one week. All together are by how much there are more of them than before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekSums {
    /// Made for gifts.
    pub gifts: i64,
    /// Made for watching.
    pub watching: i64,
    /// Made by administrators.
    pub staff: i64,
    /// Spent on skips.
    pub skips: i64,
    /// Removed by administrators.
    pub removed: i64,
    /// Given back (above 0) or taken back (below 0) by undone entries and refunds.
    pub corrected: i64,
    /// Everything else that came (above 0) or went (below 0).
    pub others: i64,
}

impl WeekSums {
    /// Adds what came of a kind, or what went, which is below 0.
    pub const fn add(&mut self, kind: EntryKind, delta: i64) {
        let (came, went) = if delta > 0 { (delta, 0) } else { (0, delta.saturating_neg()) };
        match kind {
            EntryKind::Gift => self.gifts = self.gifts.saturating_add(delta),
            EntryKind::WatchTime => self.watching = self.watching.saturating_add(delta),
            EntryKind::BuySkip => self.skips = self.skips.saturating_add(went),
            EntryKind::AdminAdd | EntryKind::AdminRemove | EntryKind::AdminSet | EntryKind::AdminAdjust => {
                self.staff = self.staff.saturating_add(came);
                self.removed = self.removed.saturating_add(went);
            }
            EntryKind::Rollback => self.corrected = self.corrected.saturating_add(delta),
            _ => self.others = self.others.saturating_add(delta),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        let week = |text: &str| WeekNumber::of(Timestamp::from_rfc3339(text).unwrap());
        let monday = week("2026-11-16T00:00:00Z");
        assert_eq!(monday.begins().rfc3339(), "2026-11-16T00:00:00Z");
        assert_eq!(week("2026-11-22T23:59:59.999999Z"), monday);
        assert_eq!(week("2026-11-15T23:59:59.999999Z"), monday.before(1));
        assert_eq!(week("1969-12-29T00:00:00Z"), WeekNumber(0));
        assert_eq!(week("1969-12-28T23:59:59Z"), WeekNumber(-1));
    }
}
