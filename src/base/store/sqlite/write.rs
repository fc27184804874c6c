//! Writes the export: tables, rows, indexes, one check, and only then the name.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, params_from_iter};
use serde::Serialize;

use crate::kernel::error::Error;
use crate::kernel::ids::GuildId;
use crate::store::{FileError, UnfinishedFile};

use super::statements::Form;
use super::{Read, SqlTable, SqlValue};

/// What to write, and where.
#[derive(Clone, Debug)]
pub struct Export<'e> {
    /// The file.
    pub path: &'e Path,
    /// One guild, or all of them.
    pub guild: Option<GuildId>,
    /// Whether a file that is there already is replaced.
    pub replace: bool,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The table that is being written.
    pub table: &'static str,
    /// The rows of it that are written.
    pub rows: u64,
    /// Whether these are all.
    pub is_complete: bool,
}

/// What an export wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// The tables with the numbers of their rows, in order.
    pub tables: Vec<(&'static str, u64)>,
    /// Rows that refer to rows which do not exist. Anything but 0 means that the store needs a check.
    pub dangling: u64,
}

/// Why an export was not written. The destination is then as it was before.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// SQLite refused a statement or a row, which means that a table is described wrongly or holds a key twice.
    #[error("{table} cannot be exported: {problem}")]
    Refused {
        /// The table.
        table: &'static str,
        /// What SQLite says.
        problem: String,
    },
    /// The store could not be read.
    #[error("{0}")]
    Store(Error),
}

/// Rows between two reports of progress.
const REPORT_EVERY: u64 = 10_000;

/// Writes `tables` as they are in `read` to an SQLite file.
pub fn export(
    read: &dyn Read,
    tables: &[SqlTable],
    export: &Export<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Exported, ExportError> {
    let unfinished = UnfinishedFile::begin(export.path, export.replace)?;
    let exported = Writer::open(unfinished.unfinished_path(), export)?.write(read, tables, progress)?;
    unfinished.finish()?;
    Ok(exported)
}

struct Writer<'e> {
    connection: Connection,
    export: &'e Export<'e>,
    form: Form,
}

impl<'e> Writer<'e> {
    fn open(path: &Path, export: &'e Export<'e>) -> Result<Self, ExportError> {
        let form = if export.guild.is_some() { Form::OneGuild } else { Form::AllGuilds };
        let refused = |error: rusqlite::Error| not_writable(export.path, &error);
        let connection = Connection::open(path).map_err(refused)?;
        // Nobody else sees the file before it is complete, so it needs no journal and no sync on the way. References are
        // counted at the end, so that tables can come in any order and a broken store can still be looked at.
        connection
            .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
            .map_err(refused)?;
        Ok(Self { connection, export, form })
    }

    fn write(
        self,
        read: &dyn Read,
        tables: &[SqlTable],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Exported, ExportError> {
        let mut written = Vec::new();
        // A trigger of one table may stand on another, so all of them are made first.
        for table in tables {
            self.run(table.name, &table.create(self.form))?;
        }
        for table in tables {
            let rows = self.write_rows(read, table, progress)?;
            // Indexes are faster to build once all rows are there.
            self.run(table.name, &table.create_indexes(self.form))?;
            progress(Progress { table: table.name, rows, is_complete: true });
            written.push((table.name, rows));
        }
        self.run("the file", "COMMIT")?;
        let dangling = self.count_dangling().map_err(|error| self.refused("the file", &error))?;
        self.connection.close().map_err(|(_, error)| refused_at(self.export.path, "the file", &error))?;
        Ok(Exported { tables: written, dangling })
    }

    fn write_rows(
        &self,
        read: &dyn Read,
        table: &SqlTable,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<u64, ExportError> {
        let refused = |error: rusqlite::Error| self.refused(table.name, &error);
        let mut insert = self.connection.prepare(&table.insert(self.form)).map_err(refused)?;
        let mut rows = 0;
        let mut failure = None;
        let listed = (table.rows)(read, self.export.guild, &mut |guild, values| {
            let guild_id = (self.form == Form::AllGuilds).then(|| SqlValue::from(guild));
            if let Err(error) = insert.execute(params_from_iter(guild_id.iter().chain(values))) {
                let stop = Error::failed("the export ended early");
                failure = Some(refused(error));
                return Err(stop);
            }
            rows += 1;
            if rows % REPORT_EVERY == 0 {
                progress(Progress { table: table.name, rows, is_complete: false });
            }
            Ok(())
        });
        match (failure, listed) {
            (Some(failure), _) => Err(failure),
            (None, Err(error)) => Err(ExportError::Store(error)),
            (None, Ok(())) => Ok(rows),
        }
    }

    fn count_dangling(&self) -> rusqlite::Result<u64> {
        self.connection
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
    }

    fn run(&self, table: &'static str, sql: &str) -> Result<(), ExportError> {
        self.connection.execute_batch(sql).map_err(|error| self.refused(table, &error))
    }

    fn refused(&self, table: &'static str, error: &rusqlite::Error) -> ExportError {
        refused_at(self.export.path, table, error)
    }
}

fn refused_at(path: &Path, table: &'static str, error: &rusqlite::Error) -> ExportError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => FileError::DiskFull(path.to_owned()).into(),
        Some(ErrorCode::SystemIoFailure) => not_writable(path, error),
        _ => ExportError::Refused { table, problem: error.to_string() },
    }
}

fn not_writable(path: &Path, error: &rusqlite::Error) -> ExportError {
    FileError::NotWritable { path: path.to_owned(), problem: error.to_string() }.into()
}
