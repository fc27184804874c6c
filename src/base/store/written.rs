//! What goes to a disk: how often, how much, and to how many places.
//!
//! A disk charges for what lies between two syncs: something for each page, and more for each place that it has to go to.
//! A [`Count`] adds that up for one file from its writes and syncs. The store counts its own file where everything passes
//! that redb and the store write ([`during`]); whoever compares it with something else counts that by the same rule.
//!
//! Counting is for benches. While nobody counts, a write costs one look at a flag more.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The unit in which file systems write, in bytes.
pub const PAGE: u64 = 4096;

/// What was written, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Calls that write.
    pub calls: u64,
    /// The bytes in them.
    pub bytes: u64,
    /// Pages that were changed, each once between two syncs.
    pub pages: u64,
    /// Runs of such pages that lie one behind the other: the places that the disk has to go to.
    pub runs: u64,
    /// Runs among these that go on where the last run of the sync before them ended, as a log does.
    pub continued: u64,
    /// Syncs.
    pub syncs: u64,
}

impl Written {
    /// This and that together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            bytes: self.bytes + other.bytes,
            pages: self.pages + other.pages,
            runs: self.runs + other.runs,
            continued: self.continued + other.continued,
            syncs: self.syncs + other.syncs,
        }
    }
}

/// Counts what is written to one file. What was not synced yet counts as calls and bytes, and not as pages.
#[derive(Debug, Default)]
pub struct Count {
    written: Written,
    /// Pages that were changed since the last sync, as they came.
    changed: Vec<Range<u64>>,
    /// Behind the last page of the sync before.
    end: u64,
}

impl Count {
    /// Bytes are written at an offset.
    pub fn write(&mut self, offset: u64, bytes: u64) {
        self.written.calls += 1;
        self.written.bytes += bytes;
        if bytes > 0 {
            self.changed.push(offset / PAGE..(offset + bytes).div_ceil(PAGE));
        }
    }

    /// What was written is made safe.
    pub fn sync(&mut self) {
        self.written.syncs += 1;
        self.changed.sort_unstable_by_key(|pages| pages.start);
        let mut run: Option<Range<u64>> = None;
        for pages in std::mem::take(&mut self.changed) {
            match &mut run {
                Some(run) if pages.start <= run.end => run.end = run.end.max(pages.end),
                _ => {
                    self.add(run.as_ref());
                    run = Some(pages);
                }
            }
        }
        self.add(run.as_ref());
        self.end = run.map_or(self.end, |last| last.end);
    }

    fn add(&mut self, run: Option<&Range<u64>>) {
        let Some(run) = run else { return };
        self.written.pages += run.end - run.start;
        self.written.runs += 1;
        // The page that was half full is written once more.
        let goes_on = run.start <= self.end && run.start + 1 >= self.end && run.end > self.end;
        self.written.continued += u64::from(goes_on && self.end > 0);
    }

    /// What was written so far.
    pub const fn written(&self) -> Written {
        self.written
    }
}

static IS_COUNTED: AtomicBool = AtomicBool::new(false);
static COUNTED: Mutex<Option<Count>> = Mutex::new(None);

/// What the store's file is written while `work` runs, and what `work` gives. Of several stores in a process all are
/// counted as if they were one file, so there should be one. Not to be called within itself.
pub fn during<T>(work: impl FnOnce() -> T) -> (T, Written) {
    *counted() = Some(Count::default());
    IS_COUNTED.store(true, Ordering::Release);
    let result = work();
    IS_COUNTED.store(false, Ordering::Release);
    let written = counted().take().unwrap_or_default().written();
    (result, written)
}

/// The store writes so many bytes to its file.
pub(super) fn note_write(offset: u64, bytes: usize) {
    note(|count| count.write(offset, bytes as u64));
}

/// The store syncs its file.
pub(super) fn note_sync() {
    note(Count::sync);
}

fn note(what: impl FnOnce(&mut Count)) {
    if IS_COUNTED.load(Ordering::Acquire)
        && let Some(count) = &mut *counted()
    {
        what(count);
    }
}

fn counted() -> MutexGuard<'static, Option<Count>> {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An offset and a number of bytes.
    type Stretch = (u64, u64);

    /// What is counted of writes, with a sync behind each group of them.
    fn counted_of(syncs: &[&[Stretch]]) -> Written {
        let mut count = Count::default();
        for writes in syncs {
            for (offset, bytes) in *writes {
                count.write(*offset, *bytes);
            }
            count.sync();
        }
        count.written()
    }

    #[test]
    fn pages_count_once_between_two_syncs_and_neighbours_are_one_run() {
        let page = |number: u64| (number * PAGE, PAGE);
        let cases: &[(&[&[Stretch]], [u64; 5])] = &[
            (&[&[]], [0, 0, 0, 0, 1]),
            (&[&[page(7), page(5), page(6)]], [3, 3, 1, 0, 1]),
            (&[&[page(5), page(5), page(9)]], [3, 2, 2, 0, 1]),
            (&[&[(0, 1), (PAGE - 1, 2)]], [2, 2, 1, 0, 1]),
            (&[&[page(0)], &[page(0)]], [2, 2, 2, 0, 2]),
            // A log: each time behind the last byte, which may be in the middle of a page.
            (&[&[(0, 100)], &[(100, PAGE - 100)], &[(PAGE, 9)], &[(PAGE + 9, 2 * PAGE - 9)]], [4, 5, 4, 2, 4]),
            (&[&[page(1)], &[], &[page(2)]], [2, 2, 2, 1, 3]),
        ];
        for (syncs, expected) in cases {
            let Written { calls, pages, runs, continued, syncs: count, .. } = counted_of(syncs);
            assert_eq!([calls, pages, runs, continued, count], *expected, "{syncs:?}");
        }
    }

    #[test]
    fn bytes_are_those_of_the_calls() {
        let written = counted_of(&[&[(0, 100), (50, 10)], &[(9_000, 10_000)]]);
        assert_eq!(written.bytes, 100 + 10 + 10_000);
        assert_eq!(written.and(written).bytes, 2 * written.bytes);
    }
}
