//! Writes the stored data in another form: the store as an SQLite file, or the ledger as a CSV file.

use std::fs::File;
use std::io::{BufWriter, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Operation, absolute, guilds};
use crate::app::exit::{ExitCode, Stop};
use crate::catalogue::Catalogue;
use crate::features::coins::csv::{self, CsvError, Wanted};
use crate::kernel::error::Result as StoreResult;
use crate::kernel::ids::GuildId;
use crate::settings::identity;
use crate::store::sqlite::{Export, ExportError, Progress, export};
use crate::store::{FileError, Store, UnfinishedFile};

/// Write the store as an SQLite file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSqlite {
    /// The file, as an absolute path.
    pub path: PathBuf,
    /// One guild, or all of them.
    pub guild: Option<GuildId>,
    /// Whether a file that is there already is replaced.
    pub replace: bool,
}

/// The file was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqliteExported {
    /// The file.
    pub path: PathBuf,
    /// Its tables with the numbers of their rows.
    pub tables: Vec<(String, u64)>,
    /// Rows that refer to rows which do not exist.
    pub dangling: u64,
}

impl ExportSqlite {
    /// The export to a file that was named in this process.
    pub fn to(path: &Path, guild: Option<GuildId>, replace: bool) -> Result<Self, Stop> {
        Ok(Self { path: absolute(path)?, guild, replace })
    }
}

impl Operation for ExportSqlite {
    const NAME: &'static str = "export_sqlite";
    const OUTCOME: &'static str = "exported";
    type Outcome = SqliteExported;

    fn run(
        &self,
        store: &Store,
        catalogue: Catalogue,
        progress: &mut dyn FnMut(String),
    ) -> Result<SqliteExported, Stop> {
        guilds::require_known(store, catalogue, self.guild)?;
        require_export(&self.path, SQLITE_HEAD)?;
        sign(store)?;
        let tables = (catalogue.exports)();
        let request = Export { path: &self.path, guild: self.guild, replace: self.replace };
        let mut report = |step: Progress| progress(format!("{}: {} rows", step.table, step.rows));
        let exported = store.read_blocking("export", |read| Ok(export(read, &tables, &request, &mut report)))??;
        Ok(SqliteExported {
            path: self.path.clone(),
            tables: exported.tables.into_iter().map(|(table, rows)| (table.to_owned(), rows)).collect(),
            dangling: exported.dangling,
        })
    }
}

/// Sees to it that the export can say of which store it is. One that takes nothing any more is exported all the same.
fn sign(store: &Store) -> StoreResult<()> {
    if store.stop_reason().is_none() && store.read_blocking("store_identity", identity::known)?.is_none() {
        store.write_blocking("store_identity", identity::of_store)?;
    }
    Ok(())
}

/// Write the ledger as a CSV file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportLedger {
    /// The file, as an absolute path.
    pub path: PathBuf,
    /// Which entries.
    pub wanted: Wanted,
    /// Whether a file that is there already is replaced.
    pub replace: bool,
}

/// The ledger was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerExported {
    /// The file.
    pub path: PathBuf,
    /// How many entries are in it.
    pub entries: u64,
}

impl ExportLedger {
    /// The export to a file that was named in this process.
    pub fn to(path: &Path, wanted: Wanted, replace: bool) -> Result<Self, Stop> {
        Ok(Self { path: absolute(path)?, wanted, replace })
    }
}

impl Operation for ExportLedger {
    const NAME: &'static str = "export_ledger";
    const OUTCOME: &'static str = "ledger_exported";
    type Outcome = LedgerExported;

    /// Writes the entries beside the place of the file first.
    fn run(
        &self,
        store: &Store,
        catalogue: Catalogue,
        progress: &mut dyn FnMut(String),
    ) -> Result<LedgerExported, Stop> {
        let Self { path, wanted, replace } = self;
        guilds::require_known(store, catalogue, wanted.guild)?;
        require_export(path, csv::head().as_bytes())?;
        let unfinished = UnfinishedFile::begin(path, *replace)?;
        let written = store.read_blocking("export_ledger", |read| {
            let out = BufWriter::new(unfinished.file());
            Ok(csv::write(read, wanted, out, &mut |entries| progress(format!("{entries} entries"))))
        })?;
        let entries = written.map_err(|error| match error {
            CsvError::Store(error) => error.into(),
            CsvError::Write(error) => Stop::from(FileError::of(path, &error)),
        })?;
        unfinished.finish()?;
        Ok(LedgerExported { path: path.clone(), entries })
    }
}

/// How every SQLite file begins.
const SQLITE_HEAD: &[u8] = b"SQLite format 3\0";

/// Refuses a place where something else lies than an export of the kind that begins so. Whoever replaces means an export of
/// before; the store, its socket and its copies lie close by, and the running bot may write wherever it keeps them.
fn require_export(path: &Path, begins: &[u8]) -> Result<(), Stop> {
    let Ok(found) = path.metadata() else { return Ok(()) };
    if found.is_file() && (found.len() == 0 || begins_with(path, begins)) {
        return Ok(());
    }
    let message = format!(
        "There is something else than an earlier export of this kind at {}. Choose another name: --force replaces exports only.",
        path.display()
    );
    Err(Stop::new(ExitCode::Configuration, message))
}

fn begins_with(path: &Path, begins: &[u8]) -> bool {
    let mut head = vec![0; begins.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == begins
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
