//! The stored data as an SQLite file, for people who want to look at it with other tools.
//!
//! A feature describes its tables once, as [`SqlTable`] constants, each column with its value in one line
//! ([`exported!`](crate::exported)). Each description has two forms:
//! - for one guild: the tables, columns, keys and indexes of `M-DB-02` to `M-DB-22` as they stand there;
//! - for all guilds: the same with a leading `guild_id` in every table, key, reference and index.
//!
//! PostgreSQL's types become SQLite's: numbers and ids `INTEGER` (a Discord id fits its 64 bits exactly), texts `TEXT`,
//! moments `TEXT` in RFC 3339 with six digits of the second, so that they sort as texts, truth values `INTEGER` 0 or 1.
//! What names a row of another table has the type and the form of that row's key, whether or not a reference declares it.
//!
//! [`export`] reads from one snapshot, binds every value as a parameter, and writes to a temporary file that takes its
//! name only when it is complete.

mod exported;
mod migrations;
mod statements;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use migrations::MIGRATIONS;
pub use value::SqlValue;
pub use write::{Export, ExportError, Exported, Progress, export};

use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;

use super::Read;

/// A table of the export.
#[derive(Clone, Copy)]
pub struct SqlTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns in order, without `guild_id`.
    pub columns: &'static [SqlColumn],
    /// The columns of its primary key.
    pub primary_key: &'static [&'static str],
    /// Further sets of columns that are unique together.
    pub unique: &'static [&'static [&'static str]],
    /// Columns that hold the key of another table.
    pub references: &'static [SqlReference],
    /// Its indexes.
    pub indexes: &'static [SqlIndex],
    /// Lists the rows of one guild, or of all, in the order of `columns`.
    pub rows: SqlRows,
}

/// Shows every row of a guild, or of all guilds, to the sink, and passes on the errors of both.
pub type SqlRows = fn(&dyn Read, Option<GuildId>, &mut RowSink<'_>) -> Result<()>;

/// Takes one row: the guild that it belongs to, and a value for each column.
pub type RowSink<'s> = dyn FnMut(GuildId, &[SqlValue<'_>]) -> Result<()> + 's;

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct SqlColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type and default: `"INTEGER NOT NULL DEFAULT 0"`. Keys and `UNIQUE` belong to the table, because the form for
    /// all guilds widens them.
    pub definition: &'static str,
}

/// A column whose value is the key of a row in another table, or nothing.
#[derive(Clone, Copy, Debug)]
pub struct SqlReference {
    /// The column.
    pub column: &'static str,
    /// The other table.
    pub table: &'static str,
    /// The key column of the other table.
    pub key: &'static str,
    /// What happens to the row when the other row is deleted.
    pub on_delete: OnDelete,
}

/// What happens to a row when the row that it refers to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// It is deleted as well.
    Cascade,
    /// It loses the reference.
    SetNull,
}

/// An index.
#[derive(Clone, Copy, Debug)]
pub struct SqlIndex {
    /// Its name.
    pub name: &'static str,
    /// Its columns with their directions: `"queue_line, total_score DESC"`.
    pub on: &'static str,
    /// The rows that it holds, for a partial index: `"queue_line = 'Free'"`.
    pub only: Option<&'static str>,
}

/// The definition of a moment that is the time of the insert where none is given.
pub const MOMENT_DEFAULT_NOW: &str = "TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))";

/// A column, short enough for a table of them: `column("id", "INTEGER")`.
pub const fn column(name: &'static str, definition: &'static str) -> SqlColumn {
    SqlColumn { name, definition }
}

/// An index over all rows.
pub const fn index(name: &'static str, on: &'static str) -> SqlIndex {
    SqlIndex { name, on, only: None }
}

/// An index over the rows for which `only` holds.
pub const fn partial_index(name: &'static str, on: &'static str, only: &'static str) -> SqlIndex {
    SqlIndex { name, on, only: Some(only) }
}

/// A reference to a row of another table.
pub const fn reference(
    column: &'static str,
    table: &'static str,
    key: &'static str,
    on_delete: OnDelete,
) -> SqlReference {
    SqlReference { column, table, key, on_delete }
}
