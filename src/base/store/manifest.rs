//! What a snapshot says about itself: who wrote it, when, and what must be in it, table by table.
//!
//! A snapshot is a store in one file with one table more, which holds a [`Manifest`] as JSON, so that every later
//! Greenroom can read it, and other programs too. [`verify`] reads the whole file and compares; it changes nothing. A
//! store that is opened for use loses its manifest, because what it says is soon not true any more.
//!
//! Invariant: a file that [`verify`] accepts holds exactly the keys and values of the moment that its manifest names.

use std::io;
use std::path::{Path, PathBuf};

use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    StorageError, TableDefinition, TableHandle,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec;
use super::containing::caught;
use super::error::StoreError;
use super::key::encode;
use super::migrations::VERSION;
use super::pace::{Pace, sum_tables};
use super::read::Bytes;
use super::schema::META;
use crate::kernel::text::hex;
use crate::kernel::time::Timestamp;

/// The table of a snapshot that no store has.
pub(super) const MANIFEST: &str = "snapshot.manifest";
/// Its only key.
const KEY: &[u8] = b"manifest";

/// Something that is asked now and then while a file is read.
pub type Ask<'a> = &'a dyn Fn() -> bool;
/// How many rows are read until it is asked again.
pub(super) const ROWS_BETWEEN_LOOKS: u64 = 1024;

/// The cache for reading a file once from front to back.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// What a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the Greenroom that wrote it.
    pub greenroom: String,
    /// The version of the stored data.
    pub schema: u64,
    /// When it was taken, as RFC 3339.
    pub taken_at: String,
    /// Its tables and indexes, in the order of their names.
    pub tables: Vec<TableSum>,
}

/// What a table of a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    /// Its name.
    pub name: String,
    /// How many pairs of key and value.
    pub rows: u64,
    /// SHA-256 of all of them, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// One of this program, without tables yet.
    pub(super) fn begin(schema: u64, at: Timestamp) -> Self {
        let greenroom = env!("CARGO_PKG_VERSION").to_owned();
        Self { greenroom, schema, taken_at: at.rfc3339(), tables: Vec::new() }
    }

    /// All pairs in all tables and indexes.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Writes it into a snapshot that is being made.
    pub(super) fn write(&self, into: &redb::WriteTransaction) -> Result<(), StoreError> {
        let json = serde_json::to_vec(self).map_err(|error| StoreError::Unwritable(error.to_string()))?;
        into.open_table(TableDefinition::<Bytes, Bytes>::new(MANIFEST))?.insert(KEY, json.as_slice())?;
        Ok(())
    }
}

/// Adds up a table while it is read in the order of its keys.
pub(super) struct Summing {
    digest: Sha256,
    rows: u64,
}

impl Summing {
    pub(super) fn new() -> Self {
        Self { digest: Sha256::new(), rows: 0 }
    }

    /// Adds a pair; answers how many there are by now.
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) -> u64 {
        // With the lengths, two tables of the same bytes in other pieces differ.
        self.digest.update((key.len() as u64).to_be_bytes());
        self.digest.update((value.len() as u64).to_be_bytes());
        self.digest.update(key);
        self.digest.update(value);
        self.rows += 1;
        self.rows
    }

    pub(super) fn done(self, name: &str) -> TableSum {
        let sha256 = hex(&self.digest.finalize());
        TableSum { name: name.to_owned(), rows: self.rows, sha256 }
    }
}

/// Why a file is not a snapshot that can be trusted: one sentence with the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// There is no such file.
    #[error("There is no file {}.", .0.display())]
    Missing(PathBuf),
    /// It cannot be read at all.
    #[error("{} cannot be read ({problem}).", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// Another program wrote it, or nothing of it is left.
    #[error("{} is not a store of Greenroom, or is damaged ({problem}): use another backup.", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// It was not closed: it was copied from a bot that ran or had crashed. [`repair`] may make it readable.
    #[error("{} was not closed by whoever wrote it: use a backup that was made by greenroom backup, or while the bot was stopped.", .0.display())]
    Unclosed(PathBuf),
    /// It holds something else than its manifest says.
    #[error("{} is damaged ({problem}): use another backup.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What differs.
        problem: String,
    },
    /// A newer Greenroom wrote it.
    #[error("{}", newer(path, greenroom.as_deref(), *found, *known))]
    Newer {
        /// The file.
        path: PathBuf,
        /// Which Greenroom wrote it, where it says so.
        greenroom: Option<String>,
        /// The version of its data.
        found: u64,
        /// The newest version that this program reads.
        known: u64,
    },
}

fn newer(path: &Path, greenroom: Option<&str>, found: u64, known: u64) -> String {
    let (by, with) = match greenroom {
        Some(version) => (format!(", {version}"), format!("Greenroom {version} or newer")),
        None => (String::new(), String::from("the Greenroom that wrote it, or a newer one")),
    };
    format!(
        "{} was written by a newer Greenroom{by}: its data are of version {found}, and this one, {}, reads up to version {known}. \
         Restore it with {with}.",
        path.display(),
        env!("CARGO_PKG_VERSION")
    )
}

impl SnapshotError {
    /// The same about another file, of which this one is a copy.
    #[must_use]
    pub fn about(self, original: &Path) -> Self {
        let path = original.to_owned();
        match self {
            Self::Missing(_) => Self::Missing(path),
            Self::Unclosed(_) => Self::Unclosed(path),
            Self::Unreadable { problem, .. } => Self::Unreadable { path, problem },
            Self::Foreign { problem, .. } => Self::Foreign { path, problem },
            Self::Damaged { problem, .. } => Self::Damaged { path, problem },
            Self::Newer { greenroom, found, known, .. } => Self::Newer { path, greenroom, found, known },
        }
    }
}

/// A file that was read from front to back and found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it holds; for a store without a manifest, as it was found.
    pub manifest: Manifest,
    /// Whether it had a manifest to compare with. A store that was copied while no bot ran has none.
    pub is_snapshot: bool,
}

/// Reads a snapshot, or the file of a stopped store, from front to back and compares it with its manifest. Changes nothing.
///
/// `newest` is the newest version of the stored data that this program reads.
pub fn verify(path: &Path, newest: u64) -> Result<Verified, SnapshotError> {
    verify_unless(path, newest, &|| false)
}

/// The same, which ends early with some error when it is no longer wanted.
pub fn verify_unless(path: &Path, newest: u64, is_unwanted: Ask<'_>) -> Result<Verified, SnapshotError> {
    verify_at(path, newest, Pace::Beside(is_unwanted))
}

/// The same at this pace.
pub(super) fn verify_at(path: &Path, newest: u64, pace: Pace<'_>) -> Result<Verified, SnapshotError> {
    if !path.exists() {
        return Err(SnapshotError::Missing(path.to_owned()));
    }
    // redb may trip over a damaged file.
    let read = caught(|| read_all(path, newest, pace));
    read.unwrap_or_else(|_| Err(foreign(path, "reading it failed")))
}

/// Reads a store that was not closed and notes what redb needs to open it, as a start of the bot does after a crash.
pub fn repair(path: &Path) -> Result<(), SnapshotError> {
    let opened = caught(|| {
        let database = Database::builder().set_cache_size(CACHE_BYTES).open(path)?;
        let mut transaction = database.begin_write().map_err(|error| match error {
            redb::TransactionError::Storage(error) => DatabaseError::Storage(error),
            _ => DatabaseError::RepairAborted,
        })?;
        transaction.set_quick_repair(true);
        transaction.commit().map_err(|error| match error {
            redb::CommitError::Storage(error) => DatabaseError::Storage(error),
            _ => DatabaseError::RepairAborted,
        })
    });
    opened.unwrap_or(Err(DatabaseError::RepairAborted)).map_err(|error| foreign(path, &error.to_string()))
}

/// Opens a store that nobody has open, without a chance to change it.
pub(super) fn open_to_read(path: &Path) -> Result<ReadOnlyDatabase, SnapshotError> {
    let opened = Database::builder().set_cache_size(CACHE_BYTES).open_read_only(path);
    opened.map_err(|error| classify(path, &error))
}

fn read_all(path: &Path, newest: u64, pace: Pace<'_>) -> Result<Verified, SnapshotError> {
    let database = open_to_read(path)?;
    let damaged = |error: StoreError| SnapshotError::Damaged { path: path.to_owned(), problem: error.to_string() };
    let transaction = database.begin_read().map_err(|error| damaged(error.into()))?;
    let told = manifest_in(&transaction).map_err(|problem| foreign(path, &problem))?;
    let schema = version_in(&transaction).map_err(|problem| foreign(path, &problem))?;
    if schema > newest {
        let greenroom = told.map(|told| told.greenroom);
        return Err(SnapshotError::Newer { path: path.to_owned(), greenroom, found: schema, known: newest });
    }
    let found = sums(&transaction, pace).map_err(damaged)?;
    let differs = |problem: String| Err(SnapshotError::Damaged { path: path.to_owned(), problem });
    let Some(told) = told else {
        let manifest =
            Manifest { greenroom: String::from("unknown"), schema, taken_at: String::from("unknown"), tables: found };
        return Ok(Verified { manifest, is_snapshot: false });
    };
    if told.schema != schema {
        return differs(format!("its manifest says version {}, and its data are of version {schema}", told.schema));
    }
    for table in &told.tables {
        match found.iter().find(|found| found.name == table.name) {
            None => return differs(format!("the table {} is missing", table.name)),
            Some(found) if found.rows != table.rows => {
                return differs(format!("{} has {} rows instead of {}", table.name, found.rows, table.rows));
            }
            Some(found) if found != table => {
                return differs(format!("the rows of {} are not those that were saved", table.name));
            }
            Some(_) => {}
        }
    }
    if let Some(surplus) = found.iter().find(|found| told.tables.iter().all(|table| table.name != found.name)) {
        return differs(format!("the table {} does not belong to it", surplus.name));
    }
    Ok(Verified { manifest: told, is_snapshot: true })
}

fn manifest_in(transaction: &ReadTransaction) -> Result<Option<Manifest>, String> {
    let table = match transaction.open_table(TableDefinition::<Bytes, Bytes>::new(MANIFEST)) {
        Ok(table) => table,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let row = table.get(KEY).map_err(|error| error.to_string())?;
    let row = row.ok_or_else(|| String::from("its manifest is empty"))?;
    serde_json::from_slice(row.value()).map(Some).map_err(|error| format!("its manifest cannot be read: {error}"))
}

/// The version of the data of a store.
pub(super) fn version_in(transaction: &ReadTransaction) -> Result<u64, String> {
    let no_store = |_| String::from("another program wrote it");
    let table = transaction.open_table(TableDefinition::<Bytes, Bytes>::new(META.name())).map_err(no_store)?;
    let row = table.get(encode(&VERSION.to_owned()).as_slice()).map_err(|error| error.to_string())?;
    let row = row.ok_or_else(|| String::from("it has no version"))?;
    codec::decode(row.value())
}

/// The tables and indexes of a store, the manifest left out, in the order of their names.
pub(super) fn data_tables(transaction: &ReadTransaction) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = transaction.list_tables()?.map(|table| table.name().to_owned()).collect();
    names.sort_unstable();
    names.retain(|name| name != MANIFEST);
    Ok(names)
}

/// What each table holds.
fn sums(transaction: &ReadTransaction, pace: Pace<'_>) -> Result<Vec<TableSum>, StoreError> {
    sum_tables(transaction, pace, |name, is_unwanted| {
        let table = transaction.open_table(TableDefinition::<Bytes, Bytes>::new(name))?;
        let mut sum = Summing::new();
        for pair in table.iter()? {
            let (key, value) = pair?;
            if sum.add(key.value(), value.value()).is_multiple_of(ROWS_BETWEEN_LOOKS) && is_unwanted() {
                return Err(StoreError::Closed);
            }
        }
        let sum = sum.done(name);
        if table.len()? != sum.rows {
            return Err(StoreError::Damaged(format!("{name} cannot be read to its end")));
        }
        Ok(sum)
    })
}

fn classify(path: &Path, error: &DatabaseError) -> SnapshotError {
    if matches!(error, DatabaseError::RepairAborted) {
        return SnapshotError::Unclosed(path.to_owned());
    }
    let io = match error {
        DatabaseError::Storage(StorageError::Io(error)) => Some(error.kind()),
        _ => None,
    };
    match io {
        Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) | None => foreign(path, &error.to_string()),
        Some(_) => SnapshotError::Unreadable { path: path.to_owned(), problem: error.to_string() },
    }
}

fn foreign(path: &Path, problem: &str) -> SnapshotError {
    SnapshotError::Foreign { path: path.to_owned(), problem: problem.to_owned() }
}
