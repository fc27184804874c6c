//! What a disk would take for what was counted, by one rule for both sides: a model, where no such disk is at hand.
//!
//! Measured on the SSD of the machine on which this was written: a sync of 64 KiB in a row takes 101 µs, one of 16 pages
//! scattered over 256 MB takes 1,040 µs. So a place to go to costs (1,040 − 101) / 15 = 62.6 µs. What is left of the first
//! figure, 38.4 µs, is given to the sync and to its 16 pages half each. On an SD card a place is ten times as dear; the rest
//! is the same, which is kind to whoever writes much in a row.

use std::time::Duration;

use greenroom::store::written::Written;

/// What a disk takes, in nanoseconds.
#[derive(Clone, Copy)]
pub struct Disk {
    /// For a sync, whatever there is to do.
    sync: u64,
    /// For going to a place: the first page of a run.
    place: u64,
    /// For a page that is written there.
    page: u64,
    /// Whether a run that goes on where the last one ended is no new place, as in a block that a card has open.
    keeps_its_place: bool,
}

/// The SSD that was measured.
pub const SSD: Disk = Disk { sync: 19_200, place: 62_600, page: 1_200, keeps_its_place: false };
/// An SD card: scattered pages are ten times as dear.
pub const SD_CARD: Disk = Disk { place: 10 * SSD.place, ..SSD };
/// An SD card on which a log can be continued for nothing: the best case of whoever writes one.
pub const SD_CARD_THAT_APPENDS: Disk = Disk { keeps_its_place: true, ..SD_CARD };

impl Disk {
    /// What it takes for all of it: each sync, each place and each page has its price, and nothing happens at once.
    pub const fn nanoseconds(&self, written: &Written) -> u64 {
        let places = if self.keeps_its_place { written.runs - written.continued } else { written.runs };
        written.syncs * self.sync + places * self.place + written.pages * self.page
    }

    /// The same for one of so many operations.
    pub const fn time_of_one(&self, written: &Written, operations: u64) -> Duration {
        Duration::from_nanos(self.nanoseconds(written) / operations)
    }
}

/// The two facts come out of the rule again.
const _: () = {
    let sync = Written { calls: 1, bytes: 0, pages: 16, runs: 1, continued: 0, syncs: 1 };
    assert!(SSD.nanoseconds(&sync) == 101_000);
    assert!(SSD.nanoseconds(&Written { runs: 16, ..sync }) == 1_040_000);
};
