//! Reads the tables of another bot out of an SQLite file, row by row. The file is only read.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row as SqlRow};

use super::rows::{self, Cell, Cells};
use super::{Intake, Stop};
use crate::app::exit::ExitCode;
use crate::flows::imported::Row;

/// The longest text that is looked at, in bytes; what people type is far shorter.
const LONGEST_TEXT: usize = 64 * 1024;

/// A table there: its name, the order of its rows, the column that names a row, and what a row becomes.
struct Table {
    name: &'static str,
    order: &'static str,
    id: &'static str,
    row: fn(&dyn Cells, &str) -> Result<Row, String>,
}

/// The tables that come in. Handles come before points, which belong to them, and lives before what happened on them.
const TABLES: &[Table] = &[
    Table { name: "bot_config", order: "key", id: "key", row: rows::setting },
    Table { name: "tiktok_accounts", order: "handle_id", id: "handle_id", row: rows::account },
    Table { name: "user_points", order: "user_id", id: "user_id", row: rows::points },
    Table { name: "luxury_coins", order: "user_id", id: "user_id", row: rows::coins },
    Table { name: "submissions", order: "id", id: "id", row: rows::song },
    Table { name: "live_sessions", order: "id", id: "id", row: rows::session },
    Table { name: "tiktok_interactions", order: "session_id, id", id: "id", row: rows::interaction },
];

/// A row with the names of its columns.
struct Record<'r> {
    columns: &'r [String],
    row: &'r SqlRow<'r>,
}

impl Cells for Record<'_> {
    fn cell(&self, column: &str) -> Cell {
        let Some(place) = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column)) else {
            return Cell::Empty;
        };
        match self.row.get_ref(place) {
            Ok(ValueRef::Integer(number)) => Cell::Number(number),
            Ok(ValueRef::Real(number)) => Cell::Real(number),
            Ok(ValueRef::Text(text)) => {
                Cell::Text(String::from_utf8_lossy(text.get(..LONGEST_TEXT).unwrap_or(text)).into_owned())
            }
            Ok(ValueRef::Null | ValueRef::Blob(_)) | Err(_) => Cell::Empty,
        }
    }
}

/// Hands over every row of every table that the file has.
pub(super) fn read(path: &Path, intake: &mut Intake<'_>) -> Result<(), Stop> {
    let unreadable = |error: rusqlite::Error| {
        let message = format!("{} cannot be read ({error}). What came in before stays.", path.display());
        Stop::new(ExitCode::Configuration, message)
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags).map_err(unreadable)?;
    for table in TABLES {
        if !has_table(&file, table.name).map_err(unreadable)? {
            continue;
        }
        intake.begin(table.name);
        let columns = columns_of(&file, table.name).map_err(unreadable)?;
        let is_there = |column: &str| columns.iter().any(|name| name.eq_ignore_ascii_case(column.trim()));
        let order = if table.order.split(',').all(is_there) { table.order } else { "rowid" };
        let query = format!("SELECT * FROM {} ORDER BY {order}", table.name);
        let mut statement = file.prepare(&query).map_err(unreadable)?;
        let mut found = statement.query([]).map_err(unreadable)?;
        while let Some(row) = found.next().map_err(unreadable)? {
            let record = Record { columns: &columns, row };
            // An export of all servers of a Greenroom says whose each row is.
            if record.id("guild_id").is_some_and(|guild| guild != intake.guild.get()) {
                continue;
            }
            let id = record.text(table.id).unwrap_or_else(|| "without an id".to_owned());
            intake.take(id, (table.row)(&record, "luxbot"))?;
        }
        intake.end()?;
    }
    Ok(())
}

fn has_table(file: &Connection, name: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE name = ?1 AND type IN ('table', 'view')";
    file.query_row(sql, [name], |row| row.get::<_, i64>(0)).map(|count| count > 0)
}

fn columns_of(file: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let statement = file.prepare(&format!("SELECT * FROM {table} LIMIT 0"))?;
    Ok(statement.column_names().map(str::to_owned).collect())
}
