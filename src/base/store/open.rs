//! Opening a store: every way in which that can fail becomes one sentence with the way out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Database, DatabaseError, StorageError};

use super::backing::Backing;
use super::containing::caught;
use super::copy::{copy, remove_if_there, sync_folder_of, unfinished_name};
use super::disk::SimulatedDisk;
use super::error::{OpenError, StoreError, is_damage, is_disk_full};
use super::growth::GrowingFile;
use super::handle::{Handle, Latch};
use super::layout;
use super::manifest::MANIFEST;
use super::migrations::{migrate, stored_version};
use super::ownership::{give_to_owner_of_folder, make_folder};
use super::raw_name::{Names, RawName};
use super::read::Snapshot;
use super::schema::{META, Schema};
use super::tx::Tx;
use crate::kernel::dice::Seed;
use crate::kernel::error::{Error, Result};
use crate::kernel::time::Clock;

/// Where a store is kept.
#[derive(Clone, Debug)]
pub enum StoreLocation {
    /// In this file. It is created when it is not there, and its folder too.
    File(PathBuf),
    /// In memory, for tests; gone when the store is dropped.
    Memory,
    /// On a simulated disk, for tests of power loss and full disks.
    Simulated(SimulatedDisk),
}

impl StoreLocation {
    /// The file, or a name that stands for it in messages.
    fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Memory => Path::new("the store in memory"),
            Self::Simulated(_) => Path::new("the simulated disk"),
        }
    }

    /// The folder in which its file lies; `None` where there is no file.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                Some(folder.unwrap_or(Path::new(".")).to_owned())
            }
            Self::Memory | Self::Simulated(_) => None,
        }
    }
}

/// What is said of a file that trips redb.
const UNREADABLE: &str = "reading it failed";

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much of the file redb keeps in memory.
    pub cache_bytes: usize,
    /// Gives transactions their time.
    pub clock: Clock,
    /// Gives transactions their chance.
    pub seed: Seed,
    /// What becomes of the store as it is before a migration.
    pub before_migration: BeforeMigration,
}

/// What becomes of a store as it is before it is migrated (`C-115`). A store in memory or on a simulated disk is not saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BeforeMigration {
    /// It is saved beside its file as `FILE.version-N`.
    #[default]
    SaveBeside,
    /// It is saved as this file, whose folder is made if it is missing.
    SaveAs(PathBuf),
    /// It is a copy already, whose original stays.
    IsSaved,
}

impl Options {
    /// 16 MiB: enough for the hot pages of a few large guilds, little enough for a Raspberry Pi. redb's own default grows to a
    /// gigabyte.
    pub const CACHE_BYTES: usize = 16 * 1024 * 1024;

    /// The default cache with this clock and seed.
    pub fn new(clock: Clock, seed: Seed) -> Self {
        Self { cache_bytes: Self::CACHE_BYTES, clock, seed, before_migration: BeforeMigration::default() }
    }
}

/// An open database that fits the schema.
pub(super) struct Opened {
    pub(super) handle: Arc<Handle>,
    pub(super) closed: Arc<Latch>,
    pub(super) known: Names,
    pub(super) was_repaired: bool,
}

/// Opens `place`, creates what is missing, and runs the migrations that are due.
pub(super) fn open(place: &StoreLocation, options: &Options, schema: &Schema) -> Result<Opened, OpenError> {
    if let StoreLocation::File(path) = place
        && is_missing(path)
    {
        create_whole(path, options, schema)?;
    }
    if let StoreLocation::File(path) = place
        && let Some(problem) = foreign(path)
    {
        return Err(damaged(path, problem));
    }
    open_existing(place, options, schema)
}

/// Whether there is nothing under this name, not even a link whose disk is missing.
fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What a file is that Greenroom never leaves under a store's name, where its first bytes tell.
fn foreign(path: &Path) -> Option<&'static str> {
    let mut start = Vec::new();
    File::open(path).ok()?.take(16).read_to_end(&mut start).ok()?;
    match start.as_slice() {
        [] => Some("it is empty"),
        b"SQLite format 3\0" => Some("it is an SQLite database"),
        _ => None,
    }
}

/// Makes an empty store under another name, and gives it its own only when it is whole. redb cannot open what a power
/// loss leaves of a store that is just being created.
fn create_whole(path: &Path, options: &Options, schema: &Schema) -> Result<(), OpenError> {
    let explain = |error: io::Error| explain_io(path, &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder).map_err(explain)?;
    let unfinished = unfinished_name(path);
    remove_if_there(&unfinished).map_err(explain)?;
    let empty = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished);
    give_to_owner_of_folder(&empty.map_err(explain)?, path);
    let Opened { handle, closed, .. } = open_existing(&StoreLocation::File(unfinished.clone()), options, schema)?;
    drop(handle);
    closed.wait();
    fs::rename(&unfinished, path).map_err(explain)?;
    sync_folder_of(path);
    Ok(())
}

fn open_existing(place: &StoreLocation, options: &Options, schema: &Schema) -> Result<Opened, OpenError> {
    let known = schema.raw_names()?;
    let path = place.path();
    let was_repaired = Arc::new(AtomicBool::new(false));
    let backing = backing_of(place)?;
    let database = open_database(path, &backing, options.cache_bytes, Arc::clone(&was_repaired))?;
    let (handle, closed) = Handle::new(database, backing);
    // A damaged file can pass redb's first look and trip it later.
    let prepared = caught(|| prepare(&handle, place, path, options, schema, &known));
    prepared.unwrap_or_else(|_| Err(damaged(path, UNREADABLE)))?;
    Ok(Opened { handle, closed, known, was_repaired: was_repaired.load(Ordering::Relaxed) })
}

fn backing_of(place: &StoreLocation) -> Result<Backing, OpenError> {
    let backing = match place {
        StoreLocation::File(path) => {
            let file = FileBackend::new(open_file(path)?).map_err(|error| classify(path, error))?;
            Backing::new(GrowingFile::new(file))
        }
        StoreLocation::Simulated(disk) => Backing::new(GrowingFile::new(disk.file())),
        StoreLocation::Memory => Backing::new(InMemoryBackend::new()),
    };
    backing.map_err(|error| explain_io(place.path(), &error))
}

fn open_database(
    path: &Path,
    backing: &Backing,
    cache_bytes: usize,
    is_repaired: Arc<AtomicBool>,
) -> Result<Database, OpenError> {
    let mut builder = Database::builder();
    builder.set_cache_size(cache_bytes);
    builder.set_repair_callback(move |_| {
        if !is_repaired.swap(true, Ordering::Relaxed) {
            tracing::info!("the store was not closed cleanly; reading it once to make sure that it is whole");
        }
    });
    caught(|| builder.create_with_backend(backing.gate()))
        .unwrap_or_else(|_| Err(StorageError::Corrupted(String::from(UNREADABLE)).into()))
        .map_err(|error| classify(path, error))
}

fn open_file(path: &Path) -> Result<File, OpenError> {
    let explain = |error: io::Error| explain_io(path, &error);
    OpenOptions::new().read(true).write(true).open(path).map_err(explain)
}

fn explain_io(path: &Path, error: &io::Error) -> OpenError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => OpenError::NotWritable(path.to_owned()),
        io::ErrorKind::IsADirectory => damaged(path, "it is a folder"),
        _ if is_disk_full(error) => OpenError::DiskFull(path.to_owned()),
        _ => OpenError::Other { path: path.to_owned(), problem: error.to_string() },
    }
}

fn classify(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::InUse(path.to_owned()),
        DatabaseError::Storage(StorageError::Io(error)) if is_disk_full(&error) => OpenError::DiskFull(path.to_owned()),
        DatabaseError::Storage(StorageError::Io(error)) if is_damage(&error) => damaged(path, &error.to_string()),
        DatabaseError::Storage(StorageError::Corrupted(problem)) => damaged(path, &problem),
        other => OpenError::Other { path: path.to_owned(), problem: other.to_string() },
    }
}

fn damaged(path: &Path, problem: &str) -> OpenError {
    OpenError::Damaged { path: path.to_owned(), problem: problem.to_owned() }
}

/// Creates missing tables and brings older data up to date, all in one transaction.
fn prepare(
    handle: &Arc<Handle>,
    place: &StoreLocation,
    path: &Path,
    options: &Options,
    schema: &Schema,
    known: &Names,
) -> Result<(), OpenError> {
    let explain = |error: Error| explain_failure(path, &error);
    let snapshot = Snapshot::take(Arc::clone(handle)).map_err(|error| explain(error.into()))?;
    let present = snapshot.table_names().map_err(|error| explain(error.into()))?;
    let found = if present.contains(META.name()) { stored_version(&snapshot).map_err(explain)? } else { None };
    if found.is_none() && !present.is_empty() {
        return Err(damaged(path, "another program wrote it"));
    }
    let newest = schema.version();
    if let Some(found) = found.filter(|found| *found > newest) {
        return Err(OpenError::NewerSchema { path: path.to_owned(), found, known: newest });
    }
    if found.is_some()
        && let Some(table) = layout::newer_rows(&snapshot, schema).map_err(explain)?
    {
        return Err(OpenError::NewerRows { path: path.to_owned(), table });
    }
    // It is a store of ours, and not too new: from here on it may be written.
    handle.open_gate().map_err(|error| explain_io(path, &error))?;
    let missing: Vec<RawName> = known.iter().copied().filter(|name| !present.contains(&name.to_string())).collect();
    let was_snapshot = present.contains(MANIFEST);
    let work = layout::plan(&snapshot, &present, schema).map_err(explain)?;
    if missing.is_empty() && found == Some(newest) && !was_snapshot && work.is_nothing() {
        return Ok(());
    }
    let mut saved = None;
    if let (Some(found), StoreLocation::File(path)) = (found.filter(|found| *found < newest), place) {
        saved = save_before_migration(&snapshot, path, found, options).map_err(|error| explain(error.into()))?;
    }
    drop(snapshot);
    let create_and_migrate = |tx: &Tx<'_>| {
        if was_snapshot {
            tx.forget_manifest()?;
        }
        missing.iter().try_for_each(|name| tx.create(*name))?;
        layout::mend(tx, &work)?;
        migrate(tx, schema, found)?;
        layout::note(tx, schema)
    };
    in_transaction(handle, known, options, create_and_migrate).map_err(|error| match StoreError::of(&error) {
        Some(cause) if cause.is_fatal() => explain(error),
        _ => {
            // Nothing was changed, so the copy is one of what is there. Each further start would make another one.
            saved.map(fs::remove_file);
            OpenError::Migration { path: path.to_owned(), problem: error.to_string() }
        }
    })
}

fn explain_failure(path: &Path, error: &Error) -> OpenError {
    match StoreError::of(error) {
        Some(StoreError::DiskFull) => OpenError::DiskFull(path.to_owned()),
        Some(StoreError::Damaged(problem)) => damaged(path, problem),
        Some(StoreError::Corrupt { .. } | StoreError::Engine(_)) => damaged(path, &error.to_string()),
        _ => OpenError::Other { path: path.to_owned(), problem: error.to_string() },
    }
}

/// Answers where the copy is; `None` where none is wanted.
fn save_before_migration(
    snapshot: &Snapshot,
    path: &Path,
    version: u64,
    options: &Options,
) -> Result<Option<PathBuf>, StoreError> {
    let backup = match &options.before_migration {
        BeforeMigration::SaveAs(path) => path.clone(),
        BeforeMigration::IsSaved => return Ok(None),
        BeforeMigration::SaveBeside => {
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".version-{version}"));
            PathBuf::from(name)
        }
    };
    if let Some(folder) = backup.parent() {
        make_folder(folder)?;
    }
    // One from a migration that failed holds the same data.
    if backup.exists() {
        fs::remove_file(&backup)?;
    }
    tracing::info!(path = %backup.display(), version, "saving the store as it is before the migration");
    copy(snapshot, &backup, options.clock.now())?;
    tracing::info!(path = %backup.display(), "saved the store as it was before the migration");
    Ok(Some(backup))
}

fn in_transaction(
    handle: &Handle,
    known: &Names,
    options: &Options,
    run: impl FnOnce(&Tx<'_>) -> Result<()>,
) -> Result<()> {
    let transaction = handle.database()?.begin_write().map_err(StoreError::from)?;
    let tx = Tx::new(&transaction, known, options.clock.now(), options.seed);
    run(&tx)?;
    tx.write_held()?;
    tx.finish()?;
    Ok(transaction.commit().map_err(StoreError::from)?)
}
