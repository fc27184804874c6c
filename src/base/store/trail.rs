//! A snapshot that is read for long, such as for a copy of the whole store.
//!
//! While a snapshot is held, no page that it can see is used again. All that the writer replaces meanwhile waits, and when
//! the snapshot ends, the next commit would give everything back at once: a stall that grows with what was written. So
//! the trail takes younger snapshots on its way, and ends them oldest first with a commit after each. A commit then gives
//! back only what was replaced between two of them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

use redb::ReadTransaction;

use super::error::StoreError;
use super::handle::Handle;
use super::read::Snapshot;

/// So many steps lie between two snapshots: with the steps of a copy, a quarter of a million rows.
const STRIDE: u64 = 256;

/// The snapshot that is read, and the younger ones that will let its pages go in parts.
pub(super) struct Trail {
    handle: Arc<Handle>,
    read: Snapshot,
    younger: RefCell<VecDeque<Snapshot>>,
    steps: Cell<u64>,
}

impl Trail {
    /// Takes the snapshot that will be read.
    pub(super) fn begin(handle: Arc<Handle>) -> Result<Self, StoreError> {
        let read = Snapshot::take(Arc::clone(&handle))?;
        Ok(Self { handle, read, younger: RefCell::default(), steps: Cell::new(0) })
    }

    /// What is read: the store as it was at the beginning.
    pub(super) fn transaction(&self) -> &ReadTransaction {
        self.read.transaction()
    }

    /// One step further: takes the next snapshot where it is due.
    pub(super) fn step(&self) {
        self.steps.set(self.steps.get() + 1);
        if !self.steps.get().is_multiple_of(STRIDE) {
            return;
        }
        // Without it a later commit has more to do, which is no reason to fail.
        if let Ok(next) = Snapshot::take(Arc::clone(&self.handle)) {
            self.younger.borrow_mut().push_back(next);
        }
    }

    /// Ends one snapshot after the other, with `commit` after each. Where that fails the rest ends at once.
    pub(super) fn end(self, mut commit: impl FnMut() -> bool) {
        let Self { read, younger, .. } = self;
        drop(read);
        for next in younger.into_inner() {
            if !commit() {
                return;
            }
            drop(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;
    use redb::{Database, TableDefinition};

    use super::super::backing::Backing;
    use super::*;

    const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("pages");

    fn handle() -> Arc<Handle> {
        let backing = Backing::new(InMemoryBackend::new()).unwrap();
        let database = Database::builder().create_with_backend(backing.gate()).unwrap();
        let (handle, _) = Handle::new(database, backing);
        handle.open_gate().unwrap();
        handle
    }

    /// Replaces a row of about 66 pages.
    fn replace(handle: &Handle) {
        let write = handle.database().unwrap().begin_write().unwrap();
        write.open_table(TABLE).unwrap().insert(0, vec![0; 200_000].as_slice()).unwrap();
        write.commit().unwrap();
    }

    /// How many pages are in use or wait to be given back, after an empty commit.
    fn pages(handle: &Handle) -> u64 {
        handle.database().unwrap().begin_write().unwrap().commit().unwrap();
        let write = handle.database().unwrap().begin_write().unwrap();
        let pages = write.stats().unwrap().allocated_pages();
        write.abort().unwrap();
        pages
    }

    fn trail_of(handle: &Arc<Handle>, strides: u64) -> Trail {
        let trail = Trail::begin(Arc::clone(handle)).unwrap();
        for _ in 0..strides {
            replace(handle);
            (0..STRIDE).for_each(|_| trail.step());
        }
        trail
    }

    #[test]
    fn what_was_replaced_during_a_long_read_is_given_back_in_parts() {
        let handle = handle();
        replace(&handle);
        let before = pages(&handle);
        let trail = trail_of(&handle, 5);
        let mut left = vec![pages(&handle)];
        assert!(left[0] >= before + 5 * 60, "every replaced row waits: {left:?} after {before}");
        trail.end(|| {
            left.push(pages(&handle));
            true
        });
        left.push(pages(&handle));
        assert_eq!(left.len(), 7);
        assert!(left.windows(2).all(|pair| pair[0] - pair[1] <= 70), "each commit gives back one row: {left:?}");
        assert!(left[6] <= before + 10, "and in the end all is given back: {left:?} after {before}");
    }

    #[test]
    fn a_trail_lets_all_go_where_nothing_can_be_committed_any_more() {
        let handle = handle();
        replace(&handle);
        let before = pages(&handle);
        let mut asked = 0;
        trail_of(&handle, 4).end(|| {
            asked += 1;
            false
        });
        assert_eq!(asked, 1);
        assert!(pages(&handle) <= before + 10);
    }
}
