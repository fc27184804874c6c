//! A simulated disk: what the operating system's file is to the real store, with the bad days on order.
//!
//! It keeps what was synced apart from what was only written, as a real disk may. Losing power throws away any part of
//! the unsynced writes; a full disk refuses to grow; a broken one refuses everything. Open a store on it with
//! [`Place::Simulated`](super::Place::Simulated), cause the trouble, and open it again.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::Rng;

use crate::kernel::dice::Seed;

/// A disk in memory with one file. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

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
    trouble: Option<Trouble>,
}

#[derive(Debug)]
enum Write {
    Bytes { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Full,
    Broken,
    PowerLoss { operations_left: u64, seed: Seed },
}

impl SimulatedDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the power fail after so many more writes, size changes and syncs: the running store gets errors from then
    /// on, and every unsynced write is kept or lost as the dice say.
    pub fn lose_power_after(&self, operations: u64, seed: Seed) {
        self.state().trouble = Some(Trouble::PowerLoss { operations_left: operations, seed });
    }

    /// From now on there is no room for more bytes.
    pub fn fill(&self) {
        self.state().trouble = Some(Trouble::Full);
    }

    /// From now on nothing can be read or written.
    pub fn break_down(&self) {
        self.state().trouble = Some(Trouble::Broken);
    }

    /// Makes the disk work again.
    pub fn repair(&self) {
        self.state().trouble = None;
    }

    /// How many times what was written was made safe.
    pub fn syncs(&self) -> u64 {
        self.state().syncs
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
        if matches!(state.trouble, Some(Trouble::Broken)) {
            return Err(io::Error::other("the disk is broken"));
        }
        Ok(state)
    }

    /// The disk, for an operation that changes it.
    fn changing(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.working()?;
        if let Some(Trouble::PowerLoss { operations_left, seed }) = state.trouble {
            let Some(left) = operations_left.checked_sub(1) else {
                state.lose_power(seed);
                return Err(io::Error::other("the power was lost"));
            };
            state.trouble = Some(Trouble::PowerLoss { operations_left: left, seed });
        }
        Ok(state)
    }
}

impl State {
    fn lose_power(&mut self, seed: Seed) {
        let mut dice = seed.dice("power loss", self.boots);
        for write in std::mem::take(&mut self.unsynced) {
            if dice.random() {
                write.apply(&mut self.synced);
            }
        }
        self.current.clone_from(&self.synced);
        self.boots += 1;
        self.trouble = None;
    }

    fn change(&mut self, write: Write) {
        write.apply(&mut self.current);
        self.unsynced.push(write);
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
        if matches!(state.trouble, Some(Trouble::Full)) && length > state.current.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.change(Write::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.changing()?;
        for write in std::mem::take(&mut state.unsynced) {
            write.apply(&mut state.synced);
        }
        state.syncs += 1;
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.changing()?;
        let offset = position(offset)?;
        if matches!(state.trouble, Some(Trouble::Full)) && offset + data.len() > state.current.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.change(Write::Bytes { offset, bytes: data.to_vec() });
        Ok(())
    }
}

fn position(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge.into())
}
