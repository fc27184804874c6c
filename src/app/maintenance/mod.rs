//! Does an operation on the store, whoever has it open.
//!
//! Only one process may open the store. A command opens it where nobody has; where the running bot has, it asks the bot
//! through the control socket, and the bot does the same work ([`served`]).
//!
//! Whoever meets damage is told which snapshot can take the store's place.

pub mod served;

use std::path::Path;

use super::backup::folder::Folder;
use super::backup::label::SnapshotKind;
use super::config::storage::{Storage, store_file};
use super::control::{Silence, ask};
use super::exit::{ExitCode, Stop};
use super::operation::Operation;
use super::{backup, owner};
use crate::catalogue::Catalogue;
use crate::kernel::dice::Seed;
use crate::kernel::time::Clock;
use crate::store::{BeforeMigration, OpenError, Options, Store, StoreLocation};

/// Why an operation was not done.
#[derive(Debug)]
pub enum Unfulfilled {
    /// There is no store.
    NoStore,
    /// The store cannot be opened.
    Unopened(OpenError),
    /// The process that has it open cannot be asked.
    Silent(Silence),
    /// The work was begun, and ended so.
    Stopped(Stop),
}

impl Unfulfilled {
    /// How a command ends that worked on a store in this folder.
    pub(super) fn told(self, data_dir: &Path) -> Stop {
        match self {
            Self::NoStore => {
                let message = format!("There is no store in {}: name its folder with --data-dir.", data_dir.display());
                Stop::new(ExitCode::Configuration, message)
            }
            Self::Unopened(error @ OpenError::NotWritable(_)) => match owner::as_owner_of(data_dir) {
                Some(command) => Stop::new(ExitCode::StorageFailed, owned_by_another(data_dir, &command)),
                None => refused(error, data_dir),
            },
            Self::Unopened(error) => refused(error, data_dir),
            Self::Silent(Silence::Forbidden) if let Some(command) = owner::as_owner_of(data_dir) => {
                Stop::new(ExitCode::StoreInUse, owned_by_another(data_dir, &command))
            }
            Self::Silent(silence) => silence.told(data_dir),
            Self::Stopped(stop) => stop,
        }
    }
}

/// Does an operation on the store of `storage`, in this process or in the one that has it open. Blocks.
pub fn fulfil<O: Operation>(
    storage: &Storage,
    catalogue: Catalogue,
    operation: &O,
    progress: &mut dyn FnMut(&str),
) -> Result<O::Outcome, Stop> {
    attempt(storage, catalogue, operation, progress).map_err(|why| why.told(&storage.data_dir))
}

/// As [`fulfil`], for somebody who tells apart why not.
pub fn attempt<O: Operation>(
    storage: &Storage,
    catalogue: Catalogue,
    operation: &O,
    progress: &mut dyn FnMut(&str),
) -> Result<O::Outcome, Unfulfilled> {
    let path = store_file(&storage.data_dir);
    // Opening would create it, and then say that an empty store is sound. One that nobody may see is no missing one.
    if path.try_exists().is_ok_and(|exists| !exists) {
        return Err(Unfulfilled::NoStore);
    }
    let clock = Clock::system();
    let saved_as = Folder::of(&storage.data_dir).free_snapshot(SnapshotKind::BeforeMigration, clock.now());
    let options = Options {
        cache_bytes: storage.cache_bytes,
        before_migration: BeforeMigration::SaveAs(saved_as),
        ..Options::new(clock, Seed::from_entropy())
    };
    match Store::open(&StoreLocation::File(path), options, (catalogue.schema)()) {
        Ok(store) => {
            let outcome = operation.run(&store, catalogue, &mut |line| progress(&line));
            store.close_blocking();
            outcome.map_err(|stop| Unfulfilled::Stopped(with_way_back(stop, &storage.data_dir)))
        }
        Err(OpenError::InUse(_)) => {
            let answer = ask(&storage.data_dir, operation, progress).map_err(Unfulfilled::Silent)?;
            answer.map_err(Unfulfilled::Stopped)
        }
        Err(error) => Err(Unfulfilled::Unopened(error)),
    }
}

fn owned_by_another(data_dir: &Path, command: &str) -> String {
    format!(
        "The store in {} belongs to another user, who runs the bot. Run this as that user: {command}",
        data_dir.display()
    )
}

/// Says of what another user may touch as whom to run the command.
pub(super) fn by_owner(stop: Stop, data_dir: &Path) -> Stop {
    match owner::as_owner_of(data_dir) {
        Some(command) if stop.is_forbidden => Stop { message: owned_by_another(data_dir, &command), ..stop },
        _ => stop,
    }
}

/// Why a store cannot be opened; for a damaged one with the snapshot that can take its place.
pub(super) fn refused(error: OpenError, data_dir: &Path) -> Stop {
    with_way_back(error.into(), data_dir)
}

/// Adds to what is said of a damaged store which snapshot can take its place.
fn with_way_back(mut stop: Stop, data_dir: &Path) -> Stop {
    if stop.is_damage {
        stop.message.push('\n');
        stop.message.push_str(&backup::way_back(data_dir));
    }
    stop
}

#[cfg(test)]
mod tests;
