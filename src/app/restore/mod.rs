//! Puts a backup in the place of the store, or only tries whether that would work.
//!
//! Nothing is believed: the backup is copied beside the store, read from front to back, compared with its manifest, opened,
//! brought up to date and checked, all in the copy. Only then it takes the place of the store by a rename, so there is a
//! store at every moment, the old one or the new one. The old one stays beside it under a name with the time, and a snapshot
//! of it is made while the backup is tried out.
//!
//! Invariants: where anything fails the store is what it was, byte for byte. Nothing that was there before is removed, so the
//! backup itself stays, also where it is the oldest of the snapshots; the next one that is made tidies up.

mod present;
pub mod served;
mod trial;

pub(super) use trial::{COUNTED, copy_file, require_file, rows_of};
pub use trial::{Trial, try_out};

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use present::Present;

use super::backup::label::MOMENT;
use super::config::storage::{Storage, store_file};
use super::exit::{ExitCode, Stop};
use crate::catalogue::Catalogue;
use crate::kernel::dice::Seed;
use crate::kernel::time::Clock;
use crate::store::{BeforeMigration, OpenError, Options, Store, StoreLocation, make_folder};

/// What is restored, and how.
#[derive(Clone, Copy, Debug)]
pub struct Restore<'a> {
    /// The backup.
    pub backup: &'a Path,
    /// Whether it is also restored when `check` finds something in it.
    pub anyway: bool,
}

/// What became of a restore.
#[derive(Debug)]
pub struct Restored {
    /// The store, which is the backup now.
    pub store: PathBuf,
    /// The store as it was before; `None` where there was none.
    pub kept: Option<PathBuf>,
    /// The snapshot that was made of it; `None` where there was none, or it could not be read.
    pub snapshot: Option<PathBuf>,
    /// What the backup holds.
    pub trial: Trial,
}

/// Restores a backup. Refuses while the store is in use, and where the backup is not whole; then nothing is changed. Blocks.
pub fn restore(
    storage: &Storage,
    catalogue: Catalogue,
    order: Restore<'_>,
    clock: &Clock,
    tell: &mut dyn FnMut(&str),
) -> Result<Restored, Stop> {
    require_file(order.backup)?;
    // What is told has to be found from every folder.
    let data_dir = std::path::absolute(&storage.data_dir).map_err(Stop::failed)?;
    let storage = &Storage { data_dir, ..storage.clone() };
    let store = store_file(&storage.data_dir);
    let is_new = !storage.data_dir.exists();
    make_folder(&storage.data_dir).map_err(|error| Stop::storage(&storage.data_dir, &error))?;
    let _lock = exclusive_lock(&storage.data_dir)?;
    drop(lock(&store)?);
    let incoming = incoming(&store);
    let restored = prepare_and_swap(storage, catalogue, order, clock, (&store, &incoming), tell);
    // What is left of an attempt that failed; after a success there is nothing under this name.
    let _ = fs::remove_file(&incoming);
    if is_new && restored.is_err() {
        // Only where nothing is in it.
        let _ = fs::remove_dir(&storage.data_dir);
    }
    restored
}

fn prepare_and_swap(
    storage: &Storage,
    catalogue: Catalogue,
    order: Restore<'_>,
    clock: &Clock,
    (store, incoming): (&Path, &Path),
    tell: &mut dyn FnMut(&str),
) -> Result<Restored, Stop> {
    tell(&format!("reading {}", order.backup.display()));
    let present = Present { storage, store, backup: order.backup, clock };
    let (trial, saved) = present.saved_while(tell, || try_out_as_ordered(storage, catalogue, order, incoming))?;
    let snapshot = match saved {
        Some(Ok(path)) => Some(path),
        Some(Err(problem)) => {
            tell(&format!("no snapshot of the present store ({problem}); the store itself is kept"));
            None
        }
        None => None,
    };
    // Held until the end of the swap, so that no bot can start meanwhile.
    let lock = lock(store)?;
    let kept = match &lock {
        Some(_) => Some(keep_beside(store, clock).map_err(|error| Stop::storage(store, &error))?),
        None => None,
    };
    if let Err(error) = fs::rename(incoming, store) {
        // Where the file system knows no links the store has gone to its other name, and comes back.
        if let Some(kept) = kept.filter(|_| !store.exists()) {
            fs::rename(kept, store).map_err(|error| Stop::storage(store, &error))?;
        }
        return Err(Stop::storage(store, &error));
    }
    sync_folder(&storage.data_dir);
    Ok(Restored { store: store.to_owned(), kept, snapshot, trial })
}

/// Lets one restore after the other work in a data folder: what a restore prepares has one name there.
pub(super) fn exclusive_lock(data_dir: &Path) -> Result<File, Stop> {
    let folder = File::open(data_dir).map_err(|error| Stop::storage(data_dir, &error))?;
    match folder.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Stop::new(
            ExitCode::StoreInUse,
            format!("Another restore works in {}: wait until it is through. Nothing was changed.", data_dir.display()),
        )),
        // Not every file system can lock a folder; then people have to take care themselves.
        _ => Ok(folder),
    }
}

/// The name of a backup that is being tried out beside the store.
pub(super) fn incoming(store: &Path) -> PathBuf {
    store.with_file_name("greenroom.redb.restoring")
}

/// Locks the present store as a running bot does; `None` where there is none.
pub(super) fn lock(store: &Path) -> Result<Option<File>, Stop> {
    let file = match fs::OpenOptions::new().read(true).write(true).open(store) {
        Ok(file) => file,
        // A link to a disk that is not there now is no missing store.
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(store).is_err() => {
            return Ok(None);
        }
        Err(error) => return Err(Stop::storage(store, &error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Stop::new(
            ExitCode::StoreInUse,
            format!("{} is in use by a running Greenroom: stop it first. Nothing was changed.", store.display()),
        )),
        Err(TryLockError::Error(error)) => Err(Stop::storage(store, &error)),
    }
}

/// Tries the backup out, and refuses what `check` finds unless that was ordered.
fn try_out_as_ordered(
    storage: &Storage,
    catalogue: Catalogue,
    order: Restore<'_>,
    incoming: &Path,
) -> Result<Trial, Stop> {
    let trial = try_out(order.backup, incoming, catalogue, storage.cache_bytes)?;
    if !trial.findings.is_empty() && !order.anyway {
        let message = format!(
            "{} is whole, but check finds problems in it:\n{}\nNothing was changed. To restore it all the same, add --anyway.",
            order.backup.display(),
            trial.findings.join("\n")
        );
        return Err(Stop::new(ExitCode::ProblemsFound, message));
    }
    Ok(trial)
}

/// Gives the store a second name beside it, under which it stays.
fn keep_beside(store: &Path, clock: &Clock) -> io::Result<PathBuf> {
    let moment = clock.now().strftime(MOMENT);
    let name = |number: u32| match number {
        1 => format!("greenroom.redb.before-restore-{moment}"),
        number => format!("greenroom.redb.before-restore-{moment}-{number}"),
    };
    for number in 1..=9 {
        let kept = store.with_file_name(name(number));
        // A link and not a rename: there is a store at every moment, also when the power goes now.
        match fs::hard_link(store, &kept) {
            Ok(()) => return Ok(kept),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // Some file systems know no links.
            Err(_) if !kept.exists() => return fs::rename(store, &kept).map(|()| kept),
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Makes names in a folder survive a power cut. Some systems cannot sync a folder.
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Opens a store that is a copy, for trying it out.
pub(super) fn open_copy(path: &Path, catalogue: Catalogue, cache_bytes: usize) -> Result<Store, OpenError> {
    let options = Options {
        cache_bytes,
        before_migration: BeforeMigration::IsSaved,
        ..Options::new(Clock::system(), Seed::from_entropy())
    };
    Store::open(&StoreLocation::File(path.to_owned()), options, (catalogue.schema)())
}
