//! The file of `/data export`: what every feature exports, as SQLite, JSON or CSV.
//!
//! Invariant: no more of it is in memory than Discord takes. What would be larger is not sent.

use std::fs;
use std::io::Write as _;

use poise::ChoiceParameter;
use serde_json::{Map, Value};

use crate::features;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::text::csv_text;
use crate::refusals;
use crate::store::sqlite::{Export, SqlTable, SqlValue, export};
use crate::store::{Read, Store};

/// The largest file that a bot may send to any server, with room for what stands around it.
const MOST_BYTES: usize = (10 << 20) - (64 << 10);

refusals! {
    /// Why there is no file.
    pub enum ExportRefusal {
        /// CSV has one list in a file.
        OneListAlone => "data.one_list_alone" as NotValid,
            "A CSV file holds one list. Choose `json` or `sqlite` for everything, or one list for `csv`.";
    }
}

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ChoiceParameter)]
pub enum What {
    /// All that is stored of the server.
    #[name = "everything"]
    Everything,
    /// The ledger.
    #[name = "transactions"]
    Transactions,
    /// Accounts of the server's currency.
    #[name = "users"]
    Users,
    /// Songs.
    #[name = "submissions"]
    Submissions,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ChoiceParameter)]
pub enum Form {
    /// An object with a list for each table.
    #[name = "json"]
    Json,
    /// One table.
    #[name = "csv"]
    Csv,
    /// A database.
    #[name = "sqlite"]
    Sqlite,
}

impl What {
    /// Its name, in the file's and where it is noted.
    pub const fn noted(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Transactions => "transactions",
            Self::Users => "users",
            Self::Submissions => "submissions",
        }
    }

    /// The tables of the export that are in it.
    fn tables(self) -> Vec<SqlTable> {
        let all = features::ALL.iter().flat_map(|feature| feature.export).copied();
        all.filter(|table| self == Self::Everything || table.name == self.noted()).collect()
    }
}

impl Form {
    /// How the name of a file ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Sqlite => "db",
        }
    }
}

/// Refuses what has no such form.
pub fn require(what: What, form: Form) -> Result<(), ExportRefusal> {
    if what == What::Everything && form == Form::Csv { Err(ExportRefusal::OneListAlone) } else { Ok(()) }
}

/// The bytes of a file; `None` where it is too large for Discord. Blocks the thread.
pub fn written(store: &Store, guild: GuildId, what: What, form: Form) -> Result<Option<Vec<u8>>> {
    let tables = what.tables();
    if form == Form::Sqlite {
        return sqlite(store, guild, &tables);
    }
    let mut file = Bounded::default();
    let told = store.read_blocking("data_export", |read| match form {
        Form::Csv => csv(read, guild, &tables, &mut file),
        _ => json(read, guild, &tables, &mut file),
    });
    if file.is_over {
        return Ok(None);
    }
    told.map(|()| Some(file.bytes))
}

fn sqlite(store: &Store, guild: GuildId, tables: &[SqlTable]) -> Result<Option<Vec<u8>>> {
    let temporary = std::env::temp_dir();
    let folder = store.folder().unwrap_or(&temporary);
    let folder = tempfile::Builder::new().prefix(".greenroom-export-").tempdir_in(folder).map_err(Error::failed)?;
    let path = folder.path().join("export");
    let request = Export { path: &path, guild: Some(guild), replace: false };
    let exported = store.read_blocking("data_export", |read| Ok(export(read, tables, &request, &mut |_| {})))?;
    exported.map_err(Error::failed)?;
    let length = fs::metadata(&path).map_err(Error::failed)?.len();
    if length > MOST_BYTES as u64 {
        return Ok(None);
    }
    fs::read(&path).map(Some).map_err(Error::failed)
}

/// `{"table": [{"column": value, …}, …], …}`.
fn json(read: &dyn Read, guild: GuildId, tables: &[SqlTable], file: &mut Bounded) -> Result<()> {
    let mut before = "{";
    for table in tables {
        file.add(format!("{before}\n\"{}\": [", table.name).as_bytes())?;
        before = "],";
        let mut between = "\n";
        (table.rows)(read, Some(guild), &mut |_, values| {
            let fields = table.columns.iter().zip(values).map(|(column, value)| (column.name.to_owned(), plain(value)));
            let row = Value::Object(fields.collect::<Map<_, _>>());
            file.add(format!("{between}{row}").as_bytes())?;
            between = ",\n";
            Ok(())
        })?;
    }
    file.add(if tables.is_empty() { b"{}\n" } else { b"]\n}\n" })
}

/// A line of names, and one for each row. Text that a spreadsheet would take for a formula is made harmless (`D-54`).
fn csv(read: &dyn Read, guild: GuildId, tables: &[SqlTable], file: &mut Bounded) -> Result<()> {
    for table in tables {
        let names: Vec<String> = table.columns.iter().map(|column| column.name.to_owned()).collect();
        file.add(&line(&names)?)?;
        (table.rows)(read, Some(guild), &mut |_, values| {
            let cells: Vec<String> = values.iter().map(cell).collect();
            file.add(&line(&cells)?)
        })?;
    }
    Ok(())
}

fn line(cells: &[String]) -> Result<Vec<u8>> {
    let mut line = csv::Writer::from_writer(Vec::new());
    line.write_record(cells).map_err(Error::failed)?;
    line.into_inner().map_err(|error| Error::failed(error.to_string()))
}

fn cell(value: &SqlValue<'_>) -> String {
    match value {
        SqlValue::Null => String::new(),
        SqlValue::Integer(number) => number.to_string(),
        SqlValue::Real(number) => number.to_string(),
        SqlValue::Text(text) => csv_text(text).into(),
    }
}

/// A value as JSON. Ids of Discord are larger than what every reader of JSON keeps exact, so they are text.
fn plain(value: &SqlValue<'_>) -> Value {
    const EXACT: u64 = 1 << 53;
    match value {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(number) if number.unsigned_abs() > EXACT => Value::from(number.to_string()),
        SqlValue::Integer(number) => Value::from(*number),
        SqlValue::Real(number) => Value::from(*number),
        SqlValue::Text(text) => Value::from(text.as_ref()),
    }
}

/// A file that ends where it is too large.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    is_over: bool,
}

impl Bounded {
    fn add(&mut self, more: &[u8]) -> Result<()> {
        if self.bytes.len().saturating_add(more.len()) > MOST_BYTES {
            self.is_over = true;
            return Err(Error::failed("the file is too large"));
        }
        self.bytes.write_all(more).map_err(Error::failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_ends_where_discord_would_not_take_it() {
        let mut file = Bounded::default();
        let part = vec![b'x'; MOST_BYTES / 2];
        assert!(file.add(&part).is_ok() && file.add(&part).is_ok() && !file.is_over);
        assert!(file.add(b"xx").is_err() && file.is_over);
        assert!(file.bytes.len() <= MOST_BYTES);
    }

    #[test]
    fn each_list_is_a_table_of_the_export_and_everything_has_no_csv() {
        for what in [What::Transactions, What::Users, What::Submissions] {
            assert_eq!(what.tables().len(), 1, "{what:?}");
            assert_eq!(require(what, Form::Csv), Ok(()));
        }
        assert!(What::Everything.tables().len() > 10);
        assert_eq!(require(What::Everything, Form::Csv), Err(ExportRefusal::OneListAlone));
    }

    #[test]
    fn numbers_that_json_loses_are_text_and_formulas_are_harmless() {
        assert_eq!(plain(&SqlValue::id(1_573_790_102_331_588_612)), Value::from("1573790102331588612"));
        assert_eq!(plain(&SqlValue::Integer(-5)), Value::from(-5));
        assert_eq!(line(&[cell(&SqlValue::Null), cell(&SqlValue::Text("a,b".into()))]).unwrap(), b",\"a,b\"\n");
        assert!(!cell(&SqlValue::Text("=1+1".into())).starts_with('='));
    }
}
