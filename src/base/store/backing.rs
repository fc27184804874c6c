//! The bytes below redb, as they are shared by the database that writes and, after trouble, by the one that only reads.
//!
//! The database that writes does so through a gate. While a store is being opened the gate holds back what redb writes to
//! recover from a crash; only when the store turns out to be one, that is carried out, in its order. So a file that is
//! refused stays as it is, and whoever repairs it finds what there was.
//!
//! redb refuses to read, too, once a single write has failed. So when the store has to stop writing, the gate is shut
//! and the same bytes are opened a second time through a [`Frozen`] view: it reads the file, and keeps in memory whatever
//! redb wants to write.
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
    passage: Arc<RwLock<Passage>>,
    trouble: Arc<OnceLock<StoreError>>,
}

/// What becomes of a change that comes to the gate.
#[derive(Debug)]
enum Passage {
    /// It is seen, and remembered for later.
    Held { view: Frozen, changes: Mutex<Vec<Change>> },
    /// It is carried out.
    Open,
    /// It is refused.
    Shut,
}

/// What is done to the bytes.
#[derive(Debug)]
enum Change {
    Write(u64, Box<[u8]>),
    Length(u64),
    Sync,
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
    /// These bytes, with a gate that holds changes back.
    pub(super) fn new(bytes: impl StorageBackend) -> io::Result<Self> {
        let bytes: Arc<dyn StorageBackend> = Arc::new(bytes);
        let held = Passage::Held { view: Frozen::over(Arc::clone(&bytes))?, changes: Mutex::default() };
        Ok(Self { bytes, passage: Arc::new(RwLock::new(held)), trouble: Arc::default() })
    }

    /// The view that writes. There is to be one.
    pub(super) fn gate(&self) -> Gate {
        Gate(self.clone())
    }

    /// Carries out what was held back, and lets everything through from now on.
    pub(super) fn open_gate(&self) -> io::Result<()> {
        let mut passage = self.passage.write().unwrap_or_else(PoisonError::into_inner);
        if let Passage::Held { changes, .. } = &mut *passage {
            for change in changes.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
                self.carry_out(&change)?;
            }
            *passage = Passage::Open;
        }
        Ok(())
    }

    /// Lets nothing through the gate any more that changes the bytes. Waits for a write that is under way.
    pub(super) fn shut(&self) {
        *self.passage.write().unwrap_or_else(PoisonError::into_inner) = Passage::Shut;
    }

    /// The first error that the disk gave through the gate: redb does nothing more after it.
    pub(super) fn trouble(&self) -> Option<&StoreError> {
        self.trouble.get()
    }

    /// A view of the bytes as they are now, which never changes them. Only behind a shut gate they stay so.
    pub(super) fn frozen(&self) -> io::Result<Frozen> {
        Frozen::over(Arc::clone(&self.bytes))
    }

    /// How many bytes there are.
    pub(super) fn length(&self) -> io::Result<u64> {
        self.bytes.len()
    }

    fn passage(&self) -> RwLockReadGuard<'_, Passage> {
        self.passage.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry_out(&self, change: &Change) -> io::Result<()> {
        self.noting(match change {
            Change::Write(offset, data) => self.bytes.write(*offset, data),
            Change::Length(length) => self.bytes.set_len(*length),
            Change::Sync => self.bytes.sync_data(),
        })
    }

    /// Remembers the first error.
    fn noting<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            self.trouble.get_or_init(|| StoreError::of_disk(error));
        })
    }
}

impl Gate {
    /// Does what is right at the moment with a change.
    fn pass(&self, change: Change) -> io::Result<()> {
        match &*self.0.passage() {
            Passage::Open => self.0.carry_out(&change),
            Passage::Shut => Err(io::Error::other("the store has stopped")),
            Passage::Held { view, changes } => {
                match &change {
                    Change::Write(offset, data) => view.write(*offset, data)?,
                    Change::Length(length) => view.set_len(*length)?,
                    Change::Sync => {}
                }
                changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
                Ok(())
            }
        }
    }
}

impl StorageBackend for Gate {
    fn len(&self) -> io::Result<u64> {
        match &*self.0.passage() {
            Passage::Held { view, .. } => view.len(),
            Passage::Open | Passage::Shut => self.0.noting(self.0.bytes.len()),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &*self.0.passage() {
            Passage::Held { view, .. } => view.read(offset, out),
            Passage::Open | Passage::Shut => self.0.noting(self.0.bytes.read(offset, out)),
        }
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.pass(Change::Length(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.pass(Change::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        match &*self.0.passage() {
            // The usual case, without a copy.
            Passage::Open => self.0.noting(self.0.bytes.write(offset, data)),
            Passage::Held { .. } | Passage::Shut => self.pass(Change::Write(offset, data.into())),
        }
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
    fn over(bytes: Arc<dyn StorageBackend>) -> io::Result<Self> {
        let length = bytes.len()?;
        let written = Written { length, shown: length, blocks: BTreeMap::new() };
        Ok(Self { bytes, written: Mutex::new(written) })
    }

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

    fn backed_by(bytes: &[u8]) -> Backing {
        let backing = Backing::new(InMemoryBackend::new()).unwrap();
        backing.open_gate().unwrap();
        backing.gate().set_len(bytes.len() as u64).unwrap();
        backing.gate().write(0, bytes).unwrap();
        backing
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_frozen_view_is_written_like_a_file_and_leaves_the_file_alone(
            below in 0..20_000_usize,
            changes in proptest::collection::vec((0..24_000_usize, proptest::option::of(1..9_000_usize)), 0..12),
        ) {
            let file: Vec<u8> = (0..below).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let backing = backed_by(&file);
            let view = backing.frozen().unwrap();
            let mut model = file.clone();
            for (number, (at, length)) in changes.into_iter().enumerate() {
                if let Some(length) = length {
                    let at = at.min(model.len());
                    let bytes = vec![u8::try_from(number).unwrap() | 0x80; length];
                    model.resize(model.len().max(at + length), 0);
                    model[at..at + length].copy_from_slice(&bytes);
                    view.write(at as u64, &bytes).unwrap();
                } else {
                    model.resize(at, 0);
                    view.set_len(at as u64).unwrap();
                }
            }
            prop_assert!(contents(&view) == model);
            prop_assert!(contents(&backing.gate()) == file);
        }
    }

    #[test]
    fn nothing_changes_behind_a_shut_gate() {
        let backing = backed_by(b"song");
        let gate = backing.gate();
        backing.shut();
        assert!(gate.write(0, b"gone").is_err() && gate.set_len(0).is_err() && gate.sync_data().is_err());
        assert_eq!(contents(&gate), b"song");
    }

    #[test]
    fn what_is_held_back_is_seen_and_carried_out_in_its_order_when_the_gate_opens() {
        let bytes = Arc::new(InMemoryBackend::new());
        let backing = Backing { bytes: Arc::clone(&bytes) as _, ..Backing::new(InMemoryBackend::new()).unwrap() };
        let gate = backing.gate();
        gate.set_len(9).unwrap();
        gate.write(0, b"long song").unwrap();
        gate.sync_data().unwrap();
        gate.write(0, b"good").unwrap();
        gate.set_len(6).unwrap();
        assert_eq!(contents(&gate), b"good s");
        assert_eq!(bytes.len().unwrap(), 0);
        backing.open_gate().unwrap();
        assert_eq!(contents(&gate), b"good s");
        assert_eq!(contents(&*bytes), b"good s");
    }
}
