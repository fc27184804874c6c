//! The store's file, written a little ahead of what is used of it.
//!
//! redb lengthens its file without writing to it. The first write to each block of such a hole makes the file system
//! allocate the block, and then the next sync has to write the file system's journal as well: measured on ext4, 2.7 ms
//! instead of 0.2 ms for nearly every commit of a store that grows. So whoever first writes into a new part writes zeros
//! [`AHEAD`] of it, and the commits that follow meet blocks that exist.
//!
//! Invariant: zeros go only to places that were added in this process and that nobody has written to since.

use std::io;
use std::ops::{Bound, Range};
use std::sync::{Mutex, PoisonError};

use redb::{BackendError, StorageBackend};

use super::written;

/// How far ahead zeros are written, in bytes.
const AHEAD: u64 = 1 << 20;

/// See the module.
#[derive(Debug)]
pub(super) struct GrowingFile<F: StorageBackend> {
    file: F,
    /// The part that was added last and that nobody has written to.
    untouched: Mutex<Range<u64>>,
}

impl<F: StorageBackend> GrowingFile<F> {
    pub(super) fn new(file: F) -> Self {
        Self { file, untouched: Mutex::new(0..0) }
    }

    /// Writes zeros ahead of a write to `offset..end`, which follows after this.
    fn prepare(&self, offset: u64, end: u64) -> io::Result<()> {
        let mut untouched = self.untouched.lock().unwrap_or_else(PoisonError::into_inner);
        if end <= untouched.start || offset >= untouched.end {
            return Ok(());
        }
        if offset > untouched.start + AHEAD {
            // Far away from the rest: what lies between stays a hole, and what lies behind is left alone.
            untouched.end = offset;
            return Ok(());
        }
        let ready = (end + AHEAD).min(untouched.end);
        let zeros = vec![0; usize::try_from(ready - untouched.start).map_err(io::Error::other)?];
        self.put(untouched.start, &zeros)?;
        untouched.start = ready;
        Ok(())
    }

    /// Writes, and lets it be counted.
    fn put(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        written::note_write(offset, data.len());
        self.file.write(offset, data)
    }
}

impl<F: StorageBackend> Drop for GrowingFile<F> {
    /// Gives the locks up by word. Closing the file alone would leave them, for a moment, to a process that is just being
    /// started and still has everything open that this one has.
    fn drop(&mut self) {
        // Where it fails, they end with the file.
        let _ = self.file.close();
    }
}

impl<F: StorageBackend> StorageBackend for GrowingFile<F> {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut untouched = self.untouched.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.file.len()?;
        self.file.set_len(len)?;
        *untouched = match (len > before, untouched.end == before && !untouched.is_empty()) {
            (true, true) => untouched.start..len,
            (true, false) => before..len,
            (false, _) => untouched.start.min(len)..untouched.end.min(len),
        };
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        written::note_sync();
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.prepare(offset, offset + data.len() as u64)?;
        self.put(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use redb::backends::FileBackend;

    use super::*;

    #[test]
    fn a_file_that_is_let_go_is_free_although_a_process_that_is_being_started_has_it_open() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let open = || std::fs::OpenOptions::new().read(true).write(true).open(file.path()).unwrap();
        let locked = open();
        // What a process has between fork and exec: the same open file, with its locks.
        let _inherited = locked.try_clone().unwrap();
        let growing = GrowingFile::new(FileBackend::new(locked).unwrap());
        let whole = || (Bound::Included(0), Bound::Unbounded);
        assert!(growing.try_lock_range(whole().0, whole().1).unwrap());
        let another = FileBackend::new(open()).unwrap();
        assert!(!another.try_lock_range(whole().0, whole().1).unwrap());
        drop(growing);
        assert!(another.try_lock_range(whole().0, whole().1).unwrap());
    }

    #[test]
    fn zeros_never_reach_what_was_written() {
        let file = tempfile::tempfile().unwrap();
        let growing = GrowingFile::new(FileBackend::new(file).unwrap());
        growing.set_len(16 * AHEAD).unwrap();
        let places = [0, 5, 9 * AHEAD, AHEAD, AHEAD + 1, 8 * AHEAD, 4 * AHEAD, 2 * AHEAD, 3 * AHEAD - 1];
        for place in places {
            growing.write(place, &[7]).unwrap();
        }
        growing.set_len(20 * AHEAD).unwrap();
        growing.write(16 * AHEAD, &[7]).unwrap();
        growing.set_len(10 * AHEAD).unwrap();
        growing.set_len(12 * AHEAD).unwrap();
        growing.write(10 * AHEAD, &[7]).unwrap();
        for place in places.into_iter().chain([10 * AHEAD]) {
            let mut byte = [0];
            growing.read(place, &mut byte).unwrap();
            assert_eq!(byte, [7], "at {place}");
        }
    }
}
