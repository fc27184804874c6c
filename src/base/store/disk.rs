//! A simulated disk: what the operating system's file is to the real store, with the bad days on order.
//!
//! It keeps what was synced apart from what was only written, as a real disk may. Losing power leaves any part of the
//! unsynced writes, in any order and torn at any sector; a full disk refuses to grow; one that was mounted anew refuses
//! to write; a broken one refuses everything. Open a store on it with [`StoreLocation::Simulated`](super::StoreLocation::Simulated),
//! cause the trouble, and open it again. A disk that [records](SimulatedDisk::record) can afterwards be had as a power
//! loss at any moment of its past would have left it. Such a disk is harsher than a real one; redb's commits, in one phase
//! with checksums, survive it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::Rng;
use rand::rngs::StdRng;

use crate::kernel::dice::Seed;

/// A disk in memory with one file. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

/// What becomes of the writes that were not synced when the power is lost. What was synced is always there.
#[derive(Clone, Copy, Debug)]
pub enum Loss {
    /// None of them arrived.
    Everything,
    /// All of them arrived.
    Nothing,
    /// Each of them arrived or not, whatever their order was.
    SomeWrites(Seed),
    /// Of each of them, each piece of so many bytes arrived or not. Disks write sectors of 512 or 4,096 bytes whole.
    Torn(Seed, usize),
}

/// What a store that was opened on the disk writes to, until the power is lost.
#[derive(Debug)]
pub(super) struct SimulatedFile {
    disk: SimulatedDisk,
    /// How often the power was lost before the file was opened.
    boot: u64,
}

#[derive(Debug, Default)]
struct State {
    synced: Vec<u8>,
    current: Vec<u8>,
    unsynced: Vec<Write>,
    boots: u64,
    syncs: u64,
    trouble: Option<DiskFault>,
    history: Option<History>,
}

/// What happened since the disk began to record.
#[derive(Clone, Debug)]
struct History {
    /// What the file held then.
    before: Vec<u8>,
    events: Vec<Event>,
}

#[derive(Clone, Debug)]
enum Event {
    Changed(Write),
    Synced,
}

#[derive(Clone, Debug)]
enum Write {
    Bytes { offset: usize, bytes: Arc<[u8]> },
    Length(usize),
}

#[derive(Clone, Copy, Debug)]
enum DiskFault {
    Full,
    ReadOnly,
    Broken,
    PowerLoss { operations_left: u64, loss: Loss },
}

impl SimulatedDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the power fail after so many more writes, size changes and syncs: the running store gets errors from then
    /// on, and of the unsynced writes `loss` tells what is left.
    pub fn lose_power_after(&self, operations: u64, loss: Loss) {
        self.state().trouble = Some(DiskFault::PowerLoss { operations_left: operations, loss });
    }

    /// From now on there is no room for more bytes.
    pub fn fill(&self) {
        self.state().trouble = Some(DiskFault::Full);
    }

    /// From now on nothing can be written, as on a file system that was mounted read-only after an error.
    pub fn refuse_writes(&self) {
        self.state().trouble = Some(DiskFault::ReadOnly);
    }

    /// From now on nothing can be read or written.
    pub fn break_down(&self) {
        self.state().trouble = Some(DiskFault::Broken);
    }

    /// Makes the disk work again.
    pub fn repair(&self) {
        self.state().trouble = None;
    }

    /// How many times what was written was made safe.
    pub fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// Remembers from now on all that happens, for [`SimulatedDisk::after_power_loss`].
    pub fn record(&self) {
        let mut state = self.state();
        let before = state.current.clone();
        state.history = Some(History { before, events: Vec::new() });
    }

    /// The present moment: how many writes, size changes and syncs were recorded.
    pub fn moment(&self) -> usize {
        self.state().history.as_ref().map_or(0, |history| history.events.len())
    }

    /// The moments just before each recorded sync: as much as ever is unsynced then.
    pub fn moments_before_syncs(&self) -> Vec<usize> {
        let state = self.state();
        let events = state.history.iter().flat_map(|history| history.events.iter().enumerate());
        events.filter(|(_, event)| matches!(event, Event::Synced)).map(|(at, _)| at).collect()
    }

    /// Another disk, as this one would be if the power had been lost at a moment of the recording. It works, and records.
    #[must_use]
    pub fn after_power_loss(&self, moment: usize, loss: Loss) -> Self {
        let mut state = State::default();
        if let Some(history) = &self.state().history {
            state.synced.clone_from(&history.before);
            for event in history.events.iter().take(moment) {
                match event {
                    Event::Changed(write) => state.unsynced.push(write.clone()),
                    Event::Synced => state.make_safe(),
                }
            }
        }
        state.lose_power(loss);
        let disk = Self(Arc::new(Mutex::new(state)));
        disk.record();
        disk
    }

    /// How many bytes the file has.
    pub fn length(&self) -> usize {
        self.state().current.len()
    }

    /// Opens the file on it.
    pub(super) fn file(&self) -> SimulatedFile {
        SimulatedFile { disk: self.clone(), boot: self.state().boots }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SimulatedFile {
    /// The disk, unless it broke or the power was lost since the file was opened.
    fn working(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.state();
        if state.boots != self.boot {
            return Err(io::Error::other("the power was lost"));
        }
        if matches!(state.trouble, Some(DiskFault::Broken)) {
            return Err(io::Error::other("the disk is broken"));
        }
        Ok(state)
    }

    /// The disk, for an operation that changes it.
    fn changing(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.working()?;
        match state.trouble {
            Some(DiskFault::ReadOnly) => return Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            Some(DiskFault::PowerLoss { operations_left: 0, loss }) => {
                state.lose_power(loss);
                return Err(io::Error::other("the power was lost"));
            }
            Some(DiskFault::PowerLoss { operations_left, loss }) => {
                state.trouble = Some(DiskFault::PowerLoss { operations_left: operations_left - 1, loss });
            }
            _ => {}
        }
        Ok(state)
    }
}

impl State {
    fn lose_power(&mut self, loss: Loss) {
        let unsynced = std::mem::take(&mut self.unsynced);
        let mut dice = match loss {
            Loss::SomeWrites(seed) | Loss::Torn(seed, _) => seed.dice("power loss", self.boots),
            Loss::Everything | Loss::Nothing => Seed::fixed(0).dice("power loss", self.boots),
        };
        for write in unsynced {
            match loss {
                Loss::Torn(_, piece) => write.apply_torn(&mut self.synced, &mut dice, piece),
                Loss::Nothing => write.apply(&mut self.synced),
                Loss::SomeWrites(_) if dice.random() => write.apply(&mut self.synced),
                Loss::SomeWrites(_) | Loss::Everything => {}
            }
        }
        self.current.clone_from(&self.synced);
        self.boots += 1;
        self.trouble = None;
        self.history = None;
    }

    fn change(&mut self, write: Write) {
        write.apply(&mut self.current);
        if let Some(history) = &mut self.history {
            history.events.push(Event::Changed(write.clone()));
        }
        self.unsynced.push(write);
    }

    fn make_safe(&mut self) {
        for write in std::mem::take(&mut self.unsynced) {
            write.apply(&mut self.synced);
        }
    }

    /// Whether the disk has no room for a file of this length.
    fn is_too_small_for(&self, length: usize) -> bool {
        matches!(self.trouble, Some(DiskFault::Full)) && length > self.current.len()
    }
}

impl Write {
    fn apply(&self, contents: &mut Vec<u8>) {
        match self {
            Self::Length(length) => contents.resize(*length, 0),
            Self::Bytes { offset, bytes } => {
                let end = offset + bytes.len();
                if contents.len() < end {
                    contents.resize(end, 0);
                }
                if let Some(place) = contents.get_mut(*offset..end) {
                    place.copy_from_slice(bytes);
                }
            }
        }
    }

    /// Applies any of the pieces that a disk writes whole. They begin at multiples of their size.
    fn apply_torn(&self, contents: &mut Vec<u8>, dice: &mut StdRng, piece: usize) {
        let Self::Bytes { offset, bytes } = self else {
            if dice.random() {
                self.apply(contents);
            }
            return;
        };
        let (mut offset, mut rest) = (*offset, &**bytes);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(piece - offset % piece));
            if dice.random() {
                Self::Bytes { offset, bytes: now.into() }.apply(contents);
            }
            offset += now.len();
            rest = later;
        }
    }
}

impl redb::StorageBackend for SimulatedFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.working()?.current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.working()?;
        let offset = position(offset)?;
        let bytes = state.current.get(offset..offset + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.changing()?;
        let length = position(len)?;
        if state.is_too_small_for(length) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.change(Write::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.changing()?;
        state.make_safe();
        state.syncs += 1;
        if let Some(history) = &mut state.history {
            history.events.push(Event::Synced);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.changing()?;
        let offset = position(offset)?;
        if state.is_too_small_for(offset + data.len()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.change(Write::Bytes { offset, bytes: data.into() });
        Ok(())
    }
}

fn position(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge.into())
}
