//! Work on the whole store: verifying and exporting it, whoever has it open.
//!
//! Only one process may open the store. A command opens it where nobody has; where the running bot has, it asks the bot
//! through the control socket, and the bot does the same work with [`perform`].
//!
//! Whoever meets damage is told which snapshot can take the store's place. To `check` damage is what it looks for: what
//! cannot be read is a finding, and the rest is verified all the same.

mod economy;
mod guilds;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use super::backup::folder::{Folder, Room};
use super::backup::label::Kind;
use super::config::storage::Storage;
use super::control::{Handler, Outcome, Request, SetReference, Silence, ask};
use super::exit::{ExitCode, Stop};
use super::{backup, import, owner};
use crate::catalogue::Catalogue;
use crate::features::coins::csv::Wanted;
use crate::kernel::dice::Seed;
use crate::kernel::error::Error;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Clock;
use crate::store::sqlite::{Export, ExportError, Progress, export};
use crate::store::{BeforeMigration, Manifest, OpenError, Options, Place, Store, StoreError, make_folder};

/// The store's file in a data folder.
pub fn store_file(data_dir: &Path) -> PathBuf {
    data_dir.join("greenroom.redb")
}

/// Why a request was not fulfilled.
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

/// Fulfils a request on the store of `storage`, in this process or in the one that has it open. Blocks.
pub fn fulfil(
    storage: &Storage,
    catalogue: Catalogue,
    request: &Request,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcome, Stop> {
    attempt(storage, catalogue, request, progress).map_err(|why| why.told(&storage.data_dir))
}

/// As [`fulfil`], for somebody who tells apart why not.
pub fn attempt(
    storage: &Storage,
    catalogue: Catalogue,
    request: &Request,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcome, Unfulfilled> {
    let path = store_file(&storage.data_dir);
    // Opening would create it, and then say that an empty store is sound. One that nobody may see is no missing one.
    if path.try_exists().is_ok_and(|exists| !exists) {
        return Err(Unfulfilled::NoStore);
    }
    let clock = Clock::system();
    let saved_as = Folder::of(&storage.data_dir).free_snapshot(Kind::BeforeMigration, clock.now());
    let options = Options {
        cache_bytes: storage.cache_bytes,
        before_migration: BeforeMigration::SaveAs(saved_as),
        ..Options::new(clock, Seed::from_entropy())
    };
    match Store::open(&Place::File(path), options, (catalogue.schema)()) {
        Ok(store) => {
            let outcome = perform(&store, catalogue, request, &mut |line| progress(&line));
            store.close_blocking();
            outcome.map_err(|stop| Unfulfilled::Stopped(with_way_back(stop, &storage.data_dir)))
        }
        Err(OpenError::InUse(_)) => {
            let answer = ask(&storage.data_dir, request, progress).map_err(Unfulfilled::Silent)?;
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

/// How the running bot, whose store is in `data_dir`, answers its control socket.
pub fn handler(store: Store, catalogue: Catalogue, data_dir: &Path) -> Handler {
    let data_dir = data_dir.to_owned();
    Arc::new(move |request, progress| {
        perform(&store, catalogue, &request, progress).map_err(|stop| with_way_back(stop, &data_dir))
    })
}

/// Does what is asked on an open store. Blocks.
pub fn perform(
    store: &Store,
    catalogue: Catalogue,
    request: &Request,
    progress: &mut dyn FnMut(String),
) -> Result<Outcome, Stop> {
    match request {
        Request::Check => check(store, catalogue, progress),
        Request::ExportSqlite { path, guild, replace } => {
            let request = Export { path, guild: *guild, replace: *replace };
            export_sqlite(store, catalogue, &request, progress)
        }
        Request::Backup { path, makes_folder } => {
            if let Some(folder) = path.parent() {
                if *makes_folder {
                    make_folder(folder).map_err(|error| Stop::storage(folder, &error))?;
                } else {
                    require_folder(folder)?;
                }
                // A full disk would stop the store, if it is on the same one.
                Room::OfDisk.require(folder, store.length()?).map_err(|error| Stop::storage(folder, &error))?;
            }
            progress("copying the store".to_owned());
            let manifest = store.copy_to_blocking(path)?;
            let rows = manifest.rows();
            let Manifest { greenroom, schema, .. } = manifest;
            Ok(Outcome::BackedUp { path: path.clone(), greenroom, version: schema, rows })
        }
        Request::Import { path, guild, dry_run, snapshot } => {
            let order = import::Order { path, guild: *guild, dry_run: *dry_run, snapshot, room: &Room::OfDisk };
            import::perform(store, catalogue, order, progress).map(Outcome::Imported)
        }
        Request::ExportLedger { path, wanted, replace } => {
            economy::export_ledger(store, catalogue, wanted, path, *replace, progress)
        }
        Request::References => references(store),
        Request::Economy { guild, now } => economy::economy(store, catalogue, *guild, *now),
    }
}

/// Refuses a folder that is not there. One that cannot be looked at is told of by whoever writes to it.
fn require_folder(folder: &Path) -> Result<(), Stop> {
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => {
            Err(Stop::new(ExitCode::Configuration, format!("{} is no folder.", folder.display())))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            let message = format!(
                "There is no folder {}: make it first, or mount the disk that it is on. Nothing was written.",
                folder.display()
            );
            Err(Stop::new(ExitCode::Configuration, message))
        }
        _ => Ok(()),
    }
}

fn references(store: &Store) -> Result<Outcome, Stop> {
    let catalogue = crate::bot::references();
    let set = store.read_blocking("references", |read| {
        let mut set = Vec::new();
        for guild in catalogue.guilds(read)? {
            let of_guild = catalogue.of_guild(read, guild)?.into_iter().map(|reference| SetReference {
                guild,
                key: reference.declared.key().to_owned(),
                target: reference.target,
            });
            set.extend(of_guild);
        }
        Ok(set)
    })?;
    Ok(Outcome::References { set })
}

fn check(store: &Store, catalogue: Catalogue, progress: &mut dyn FnMut(String)) -> Result<Outcome, Stop> {
    progress("comparing every index with its table".to_owned());
    let mut findings: Vec<_> = store.check_blocking()?.iter().map(ToString::to_string).collect();
    progress("verifying the invariants of the features".to_owned());
    for check in (catalogue.checks)() {
        let verified = store.read_blocking("check", |read| check(read, &mut |violation| findings.push(violation)));
        match verified {
            Ok(()) => {}
            Err(error) if StoreError::of(&error) == Some(&StoreError::Closed) => return Err(error.into()),
            Err(error) => {
                let why = StoreError::of(&error).and_then(StoreError::damage).unwrap_or_else(|| error.to_string());
                findings.push(format!("the invariants of the features cannot be verified further: {why}"));
            }
        }
    }
    Ok(Outcome::Checked { findings })
}

fn export_sqlite(
    store: &Store,
    catalogue: Catalogue,
    request: &Export<'_>,
    progress: &mut dyn FnMut(String),
) -> Result<Outcome, Stop> {
    guilds::require_known(store, catalogue, request.guild)?;
    let tables = (catalogue.exports)();
    let mut report = |step: Progress| progress(format!("{}: {} rows", step.table, step.rows));
    let exported = store.read_blocking("export", |read| Ok(export(read, &tables, request, &mut report)))??;
    Ok(Outcome::Exported {
        path: request.path.to_owned(),
        tables: exported.tables.into_iter().map(|(table, rows)| (table.to_owned(), rows)).collect(),
        dangling: exported.dangling,
    })
}

/// What the export of `path` asks for, in the words of the control socket: the running bot has another working folder.
pub fn export_request(path: &Path, guild: Option<GuildId>, replace: bool) -> Result<Request, Stop> {
    let path = std::path::absolute(path).map_err(Stop::failed)?;
    Ok(Request::ExportSqlite { path, guild, replace })
}

/// What the export of the ledger to `path` asks for, in the words of the control socket.
pub fn ledger_request(path: &Path, wanted: Wanted, replace: bool) -> Result<Request, Stop> {
    let path = std::path::absolute(path).map_err(Stop::failed)?;
    Ok(Request::ExportLedger { path, wanted, replace })
}

impl From<OpenError> for Stop {
    fn from(error: OpenError) -> Self {
        let code = match error {
            OpenError::Damaged { .. } => return Self::damage(error.to_string()),
            OpenError::InUse(_) => ExitCode::StoreInUse,
            OpenError::Schema(_) => ExitCode::Failed,
            _ => ExitCode::StorageFailed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let cause = StoreError::of(&error);
        if let Some(problem) = cause.and_then(StoreError::damage) {
            return Self::damage(format!("The store seems to be damaged: {problem}."));
        }
        let code = match cause {
            Some(StoreError::CopyExists(_)) => ExitCode::Configuration,
            Some(_) => ExitCode::StorageFailed,
            None => ExitCode::Failed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<ExportError> for Stop {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::File(error) => error.into(),
            ExportError::Refused { .. } => Self::failed(error),
        }
    }
}

#[cfg(test)]
mod tests;
