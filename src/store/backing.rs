//! The bytes below redb, as they are shared by the database that writes and, after trouble, by the one that only reads.
//!
//! redb refuses to read, too, once a single write has failed. So when the store has to stop writing, the gate of the
//! first database is shut and the same bytes are opened a second time through a [`Frozen`] view: it reads the file, and
//! keeps in memory whatever redb wants to write when it recovers.
//!
//! Invariants: behind a shut gate nothing changes the file any more. A frozen view never changes it. The file, and with
//! it the lock against other processes, is held until the last view is gone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use redb::{BackendError, StorageBackend};

use super::error::StoreError;

/// The bytes of one store. Clones are the same bytes.
#[derive(Clone, Debug)]
pub(super) struct Backing {
    bytes: Arc<dyn StorageBackend>,
    is_shut: Arc<RwLock<bool>>,
    trouble: Arc<OnceLock<StoreError>>,
}

/// The view of the database that writes.
#[derive(Debug)]
pub(super) struct Gate(Backing);

/// The view of a database that only reads: what it writes is seen by itself alone, and is gone with it.
#[derive(Debug)]
pub(super) struct Frozen {
    bytes: Arc<dyn StorageBackend>,
    written: Mutex<Written>,
}

/// What was written into a frozen view.
#[derive(Debug)]
struct Written {
    /// How long the view is.
    length: u64,
    /// Up to where the file shows through; what was cut off once is zero when it comes back.
    shown: u64,
    /// Blocks that differ from the file, by their number.
    blocks: BTreeMap<u64, Box<[u8]>>,
}

/// The unit in which a frozen view keeps what was written, in bytes: a page of redb.
const BLOCK: u64 = 4096;

impl Backing {
    pub(super) fn new(bytes: impl StorageBackend) -> Self {
        Self { bytes: Arc::new(bytes), is_shut: Arc::default(), trouble: Arc::default() }
    }

    /// The view that writes. There is to be one.
    pub(super) fn gate(&self) -> Gate {
        Gate(self.clone())
    }

    /// Lets nothing through the gate any more that changes the bytes. Waits for a write that is under way.
    pub(super) fn shut(&self) {
        *self.is_shut.write().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// The first error that the disk gave through the gate: redb does nothing more after it.
    pub(super) fn trouble(&self) -> Option<&StoreError> {
        self.trouble.get()
    }

    /// A view of the bytes as they are now, which never changes them. Only behind a shut gate they stay so.
    pub(super) fn frozen(&self) -> io::Result<Frozen> {
        let length = self.bytes.len()?;
        let written = Written { length, shown: length, blocks: BTreeMap::new() };
        Ok(Frozen { bytes: Arc::clone(&self.bytes), written: Mutex::new(written) })
    }
}

impl Gate {
    /// Holds the gate open for one change.
    fn pass(&self) -> io::Result<RwLockReadGuard<'_, bool>> {
        let is_shut = self.0.is_shut.read().unwrap_or_else(PoisonError::into_inner);
        if *is_shut { Err(io::Error::other("the store has stopped")) } else { Ok(is_shut) }
    }

    /// Remembers the first error.
    fn noting<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            self.0.trouble.get_or_init(|| StoreError::of_disk(error));
        })
    }
}

impl StorageBackend for Gate {
    fn len(&self) -> io::Result<u64> {
        self.noting(self.0.bytes.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.noting(self.0.bytes.read(offset, out))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let _open = self.pass()?;
        self.noting(self.0.bytes.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        let _open = self.pass()?;
        self.noting(self.0.bytes.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let _open = self.pass()?;
        self.noting(self.0.bytes.write(offset, data))
    }

    // `close` stays empty: a frozen view may still read, under the same lock. Dropping the file closes it.

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.bytes.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.bytes.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.bytes.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.bytes.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.bytes.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.bytes.query_lock_range(start, end)
    }
}

impl Frozen {
    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what shows through from the file, and zeros behind it.
    fn read_below(&self, shown: u64, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = usize::try_from(shown.saturating_sub(offset)).unwrap_or(usize::MAX).min(out.len());
        let (below, behind) = out.split_at_mut(there);
        behind.fill(0);
        if below.is_empty() { Ok(()) } else { self.bytes.read(offset, below) }
    }
}

impl StorageBackend for Frozen {
    fn len(&self) -> io::Result<u64> {
        Ok(self.written().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.written();
        let end = offset + out.len() as u64;
        if end > written.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.read_below(written.shown, offset, out)?;
        for (number, block) in written.blocks.range(offset / BLOCK..end.div_ceil(BLOCK)) {
            copy_common(block, number * BLOCK, out, offset);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut written = self.written();
        written.blocks.split_off(&len.div_ceil(BLOCK));
        let kept = usize::try_from(len % BLOCK).map_err(io::Error::other)?;
        if let Some(cut) = written.blocks.get_mut(&(len / BLOCK)).and_then(|block| block.get_mut(kept..)) {
            cut.fill(0);
        }
        written.shown = written.shown.min(len);
        written.length = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        let shown = written.shown;
        let end = offset + data.len() as u64;
        for number in offset / BLOCK..end.div_ceil(BLOCK) {
            let block = match written.blocks.entry(number) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => {
                    let mut block = vec![0; usize::try_from(BLOCK).map_err(io::Error::other)?];
                    self.read_below(shown, number * BLOCK, &mut block)?;
                    place.insert(block.into_boxed_slice())
                }
            };
            copy_common(data, offset, block, number * BLOCK);
        }
        written.length = written.length.max(end);
        Ok(())
    }
}

/// Copies what two stretches of the file have in common from one to the other. Each has its offset in the file.
fn copy_common(source: &[u8], source_at: u64, target: &mut [u8], target_at: u64) {
    let start = source_at.max(target_at);
    let skipped = |at: u64| usize::try_from(start - at).unwrap_or(usize::MAX);
    let source = source.get(skipped(source_at)..).unwrap_or_default();
    let target = target.get_mut(skipped(target_at)..).unwrap_or_default();
    target.iter_mut().zip(source).for_each(|(target, source)| *target = *source);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use redb::backends::InMemoryBackend;

    use super::*;

    fn contents(view: &impl StorageBackend) -> Vec<u8> {
        let mut all = vec![0; usize::try_from(view.len().unwrap()).unwrap()];
        view.read(0, &mut all).unwrap();
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_frozen_view_is_written_like_a_file_and_leaves_the_file_alone(
            below in 0..20_000_usize,
            changes in proptest::collection::vec((0..24_000_usize, proptest::option::of(1..9_000_usize)), 0..12),
        ) {
            let backing = Backing::new(InMemoryBackend::new());
            let file: Vec<u8> = (0..below).map(|at| u8::try_from(at % 251).unwrap()).collect();
            backing.gate().set_len(below as u64).unwrap();
            backing.gate().write(0, &file).unwrap();
            let view = backing.frozen().unwrap();
            let mut model = file.clone();
            for (number, (at, length)) in changes.into_iter().enumerate() {
                match length {
                    Some(length) => {
                        let at = at.min(model.len());
                        let bytes = vec![u8::try_from(number).unwrap() | 0x80; length];
                        model.resize(model.len().max(at + length), 0);
                        model[at..at + length].copy_from_slice(&bytes);
                        view.write(at as u64, &bytes).unwrap();
                    }
                    None => {
                        model.resize(at, 0);
                        view.set_len(at as u64).unwrap();
                    }
                }
            }
            prop_assert!(contents(&view) == model);
            prop_assert!(contents(&backing.gate()) == file);
        }
    }

    #[test]
    fn nothing_changes_behind_a_shut_gate() {
        let backing = Backing::new(InMemoryBackend::new());
        let gate = backing.gate();
        gate.set_len(4).unwrap();
        gate.write(0, b"song").unwrap();
        backing.shut();
        assert!(gate.write(0, b"gone").is_err() && gate.set_len(0).is_err() && gate.sync_data().is_err());
        assert_eq!(contents(&gate), b"song");
    }
}
