//! Reads a JSON file of points: our own hourly ones, and those of another bot, which have the same two lists.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::rows::{self, Cell, Cells, RowOf};
use super::{Intake, LUXBOT, Stop, refused, unreadable};
use crate::app::backup::POINTS_FORMAT;
use crate::kernel::time::Clock;
use crate::live::Handle;

/// A larger file is refused; it would be the points of more than a hundred thousand handles.
const MOST_BYTES: u64 = 32 << 20;

/// A list there: its name, the key that names a row, and what a row becomes in a file of our own and in another.
struct List {
    name: &'static str,
    id: &'static str,
    ours: RowOf,
    theirs: RowOf,
}

/// The lists that come in. Points belong to handles, so the handles come first.
const LISTS: [List; 2] = [
    List { name: "tiktok_accounts", id: "handle_name", ours: rows::own_account, theirs: rows::account },
    List { name: "user_points", id: "user_id", ours: rows::own_points, theirs: rows::points },
];

impl Cells for Map<String, Value> {
    fn cell(&self, column: &str) -> Cell {
        match self.get(column) {
            Some(Value::String(text)) => Cell::Text(text.clone()),
            Some(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => Cell::Number(number),
                (None, Some(number)) => Cell::Real(number),
                (None, None) => Cell::Empty,
            },
            _ => Cell::Empty,
        }
    }
}

/// A file that has at least one of the lists.
pub(super) struct File {
    whole: Map<String, Value>,
    is_ours: bool,
    /// When the points were those of the file, as text; without a word of that in it, now.
    taken_at: String,
}

/// The text without the mark that some editors put in front of it.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// Reads a file, and refuses one without lists.
pub(super) fn open(path: &Path) -> Result<File, Stop> {
    let bytes = fs::metadata(path).map_err(|error| unreadable(path, error))?.len();
    if bytes > MOST_BYTES {
        return Err(refused(path, "is too large for a file of points"));
    }
    let text = fs::read(path).map_err(|error| unreadable(path, error))?;
    let parsed = serde_json::from_slice(without_mark(&text));
    let whole: Map<String, Value> =
        parsed.map_err(|error| refused(path, &format!("is no JSON file of points ({error})")))?;
    if !LISTS.iter().any(|list| matches!(whole.get(list.name), Some(Value::Array(_) | Value::Object(_)))) {
        let names = LISTS.map(|list| list.name).join(" or ");
        return Err(refused(path, &format!("has no list of points: a list {names} is expected")));
    }
    let is_ours = whole.text("format").is_some_and(|format| format == POINTS_FORMAT);
    let taken_at = whole.moment("taken_at").unwrap_or_else(|| Clock::system().now()).rfc3339();
    Ok(File { whole, is_ours, taken_at })
}

impl File {
    /// Hands over every row of both lists.
    pub(super) fn read(&self, intake: &mut Intake<'_>) -> Result<(), Stop> {
        LISTS.iter().try_for_each(|list| self.read_list(intake, list))
    }

    fn read_list(&self, intake: &mut Intake<'_>, list: &List) -> Result<(), Stop> {
        let Some(found) = self.whole.get(list.name) else { return Ok(()) };
        let row = if self.is_ours { list.ours } else { list.theirs };
        intake.begin(list.name);
        match found {
            Value::Array(found) => {
                for value in found {
                    let Value::Object(cells) = value else {
                        intake.take(String::new(), Err("it is no row".to_owned()))?;
                        continue;
                    };
                    intake.take(cells.text(list.id).unwrap_or_default(), row(cells, LUXBOT))?;
                }
            }
            Value::Object(found) => {
                for (name, points) in found {
                    intake.take(name.clone(), row(&self.short(list.id, name, points), LUXBOT))?;
                }
            }
            _ => {}
        }
        intake.end()
    }

    /// A row of the short form, which has only an id and the points. A handle was there at the time of the file, and the
    /// sign before it keeps one of digits apart from the numbers that handles have elsewhere.
    fn short(&self, id: &str, name: &str, points: &Value) -> Map<String, Value> {
        let mut cells = Map::from_iter([
            (id.to_owned(), Value::from(name)),
            ("points".to_owned(), points.clone()),
            ("first_seen".to_owned(), Value::from(self.taken_at.as_str())),
        ]);
        if let Ok(handle) = Handle::parse(name) {
            cells.insert("handle_id".to_owned(), Value::from(handle.to_string()));
        }
        cells
    }
}
