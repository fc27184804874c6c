//! Reads a JSON file of points: our own hourly ones, and those of another bot, which have the same two lists.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::rows::{self, Cell, Cells};
use super::{Intake, Stop};
use crate::app::exit::ExitCode;
use crate::flows::imported::Row;

/// A larger file is refused; it would be the points of more than a hundred thousand handles.
const MOST_BYTES: u64 = 32 << 20;

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

/// Hands over every row of both lists.
pub(super) fn read(path: &Path, intake: &mut Intake<'_>) -> Result<(), Stop> {
    let wrong = |problem: String| Stop::new(ExitCode::Configuration, format!("{} {problem}.", path.display()));
    let bytes = fs::metadata(path).map_err(|error| wrong(format!("cannot be read ({error})")))?.len();
    if bytes > MOST_BYTES {
        return Err(wrong("is too large for a file of points".to_owned()));
    }
    let text = fs::read(path).map_err(|error| wrong(format!("cannot be read ({error})")))?;
    let whole: Map<String, Value> =
        serde_json::from_slice(&text).map_err(|error| wrong(format!("is no JSON file of points ({error})")))?;
    drop(text);
    // Points belong to handles, so the handles come first.
    list(&whole, intake, "tiktok_accounts", "handle_name", rows::account)?;
    list(&whole, intake, "user_points", "user_id", rows::points)
}

fn list(
    whole: &Map<String, Value>,
    intake: &mut Intake<'_>,
    table: &str,
    id: &str,
    row: fn(&dyn Cells, &str) -> Result<Row, String>,
) -> Result<(), Stop> {
    let Some(found) = whole.get(table) else { return Ok(()) };
    intake.begin(table);
    match found {
        Value::Array(found) => {
            for value in found {
                let Value::Object(cells) = value else {
                    intake.take("without an id".to_owned(), Err("it is no row".to_owned()))?;
                    continue;
                };
                let name = cells.text(id).unwrap_or_else(|| "without an id".to_owned());
                intake.take(name, row(cells, "luxbot"))?;
            }
        }
        // Also in the short form: an id, and the points.
        Value::Object(found) => {
            for (name, points) in found {
                let cells = Map::from_iter([
                    (id.to_owned(), Value::from(name.as_str())),
                    ("points".to_owned(), points.clone()),
                ]);
                intake.take(name.clone(), row(&cells, "luxbot"))?;
            }
        }
        _ => {}
    }
    intake.end()
}
