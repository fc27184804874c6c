//! Reads the tables of another bot out of an SQLite file, row by row. The file is only read.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row as SqlRow};

use super::rows::{self, Cell, Cells, RowOf};
use super::{Intake, LUXBOT, Stop, refused, unreadable};
use crate::kernel::ids::GuildId;
use crate::settings::identity::ORIGIN;

/// The longest text that is looked at, in bytes; what people type is far shorter.
const LONGEST_TEXT: usize = 64 * 1024;

/// A table there: its name, the columns in whose order its rows come, the one that names a row, and what a row becomes.
struct Table {
    name: &'static str,
    order: &'static [&'static str],
    id: &'static str,
    row: RowOf,
}

/// The tables that come in. Handles come before points, which belong to them, and lives before what happened on them.
const TABLES: &[Table] = &[
    Table { name: "bot_config", order: &["key"], id: "key", row: rows::setting },
    Table { name: "tiktok_accounts", order: &["handle_id"], id: "handle_id", row: rows::account },
    Table { name: "user_points", order: &["user_id"], id: "user_id", row: rows::points },
    Table { name: "luxury_coins", order: &["user_id"], id: "user_id", row: rows::coins },
    Table { name: "submissions", order: &["id"], id: "id", row: rows::song },
    Table { name: "live_sessions", order: &["id"], id: "id", row: rows::session },
    Table { name: "tiktok_interactions", order: &["session_id", "id"], id: "id", row: rows::interaction },
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

/// Where an export of Greenroom came from.
pub(super) struct Origin {
    /// What its store is known by.
    pub(super) store: String,
    /// The guild that it is of; `None` for all.
    pub(super) guild: Option<GuildId>,
}

/// A file that has at least one of the tables.
pub(super) struct File {
    path: PathBuf,
    connection: Connection,
    tables: Vec<&'static Table>,
}

/// Opens a file, and refuses one without tables.
pub(super) fn open(path: &Path) -> Result<File, Stop> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| unreadable(path, error))?;
    let mut tables = Vec::new();
    for table in TABLES {
        if has_table(&connection, table.name).map_err(|error| unreadable(path, error))? {
            tables.push(table);
        }
    }
    if tables.is_empty() {
        let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        return Err(refused(path, &format!("has no table of a LuxBot: one of {} is expected", names.join(", "))));
    }
    Ok(File { path: path.to_owned(), connection, tables })
}

impl File {
    /// Where an export came from; `None` for the file of another program, and for an export of before that was said.
    pub(super) fn origin(&self) -> Result<Option<Origin>, Stop> {
        let unreadable = |error: rusqlite::Error| unreadable(&self.path, error);
        if !has_table(&self.connection, ORIGIN).map_err(unreadable)? {
            return Ok(None);
        }
        let query = format!("SELECT CAST(store AS TEXT), CAST(of_guild AS INTEGER) FROM {ORIGIN} WHERE store NOTNULL");
        let mut statement = self.connection.prepare(&query).map_err(unreadable)?;
        let mut found = statement.query([]).map_err(unreadable)?;
        let Some(row) = found.next().map_err(unreadable)? else { return Ok(None) };
        let guild: Option<i64> = row.get(1).map_err(unreadable)?;
        let guild = guild.map(|id| GuildId::new(id.cast_unsigned()));
        Ok(Some(Origin { store: row.get(0).map_err(unreadable)?, guild }))
    }

    /// Hands over every row of every table that the file has.
    pub(super) fn read(&self, intake: &mut Intake<'_>) -> Result<(), Stop> {
        self.tables.iter().try_for_each(|table| self.read_table(intake, table))
    }

    fn read_table(&self, intake: &mut Intake<'_>, table: &Table) -> Result<(), Stop> {
        let unreadable = |error: rusqlite::Error| {
            let mut stop = unreadable(&self.path, error);
            stop.message.push_str(" What came in before stays.");
            stop
        };
        intake.begin(table.name);
        let columns = columns_of(&self.connection, table.name).map_err(unreadable)?;
        let mut statement = self.connection.prepare(&query(table, &columns)).map_err(unreadable)?;
        let mut found = statement.query([]).map_err(unreadable)?;
        while let Some(row) = found.next().map_err(unreadable)? {
            let record = Record { columns: &columns, row };
            // An export of all servers of a Greenroom says whose each row is.
            if record.id("guild_id").is_some_and(|guild| guild != intake.guild.get()) {
                continue;
            }
            intake.take(record.text(table.id).unwrap_or_default(), (table.row)(&record, LUXBOT))?;
        }
        intake.end()
    }
}

/// Asks for all rows in the order of their numbers, because those of a live are remembered by the last one that came in.
/// Numbers that are kept as text would have another order, with 10 before 9, and 01 is the same number as 1.
fn query(table: &Table, columns: &[String]) -> String {
    let is_there = |column: &&str| columns.iter().any(|name| name.eq_ignore_ascii_case(column));
    let order = if table.order.iter().all(is_there) {
        let numbers = table.order.iter().map(|column| format!("CAST({column} AS INTEGER)"));
        let texts = table.order.iter().map(|column| (*column).to_owned());
        numbers.chain(texts).collect::<Vec<_>>().join(", ")
    } else {
        "rowid".to_owned()
    };
    format!("SELECT * FROM {} ORDER BY {order}", table.name)
}

fn has_table(file: &Connection, name: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE name = ?1 AND type IN ('table', 'view')";
    file.query_row(sql, [name], |row| row.get::<_, i64>(0)).map(|count| count > 0)
}

fn columns_of(file: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let statement = file.prepare(&format!("SELECT * FROM {table} LIMIT 0"))?;
    Ok(statement.column_names().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// A row of good values that notes which columns it is asked for, in their order.
    struct Asked<'a> {
        columns: RefCell<&'a mut Vec<String>>,
        key: &'static str,
    }

    impl Cells for Asked<'_> {
        fn cell(&self, column: &str) -> Cell {
            let mut columns = self.columns.borrow_mut();
            if !columns.iter().any(|known| known == column) {
                columns.push(column.to_owned());
            }
            match column {
                "key" => Cell::Text(self.key.into()),
                "handle_name" | "tiktok_username" => Cell::Text("ann.sings".into()),
                "queue_line" => Cell::Text("Songs Played".into()),
                "link_or_file" => Cell::Text("https://youtu.be/dQw4w9WgXcQ".into()),
                "interaction_type" => Cell::Text("gift".into()),
                "first_seen" | "last_seen" | "submission_time" | "played_time" | "start_time" | "end_time"
                | "timestamp" => Cell::Text("2025-03-01 10:00:00".into()),
                _ => Cell::Number(7),
            }
        }
    }

    #[test]
    fn the_page_on_imports_lists_the_tables_with_the_columns_that_are_read() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/import.md")).unwrap();
        let mut rows = String::from("| table | its columns |\n| --- | --- |\n");
        for table in TABLES {
            let mut columns = vec![table.id.to_owned()];
            for key in ["submission_channel_id", "submissions_open"] {
                let row = (table.row)(&Asked { columns: RefCell::new(&mut columns), key }, LUXBOT);
                assert!(row.is_ok(), "{}: {:?}", table.name, row.err());
            }
            rows.push_str(&format!("| `{}` | `{}` |\n", table.name, columns.join("`, `")));
        }
        assert!(page.contains(&rows), "docs/import.md should list the tables so:\n{rows}");
    }
}
