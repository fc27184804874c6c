//! What is stored, as the commands that work on the whole store need it.

use crate::kernel::error::Result;
use crate::store::sqlite::SqlTable;
use crate::store::{Read, Schema};
use crate::{jobs, settings};

/// Verifies invariants of a feature on a snapshot and hands over each violation as one sentence.
pub type Check = fn(&dyn Read, &mut dyn FnMut(String)) -> Result<()>;

/// Everything that is stored: how to open it, how to verify it, how to export it.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// The tables and migrations that the store is opened with.
    pub schema: fn() -> Schema,
    /// The invariants beyond the store's own.
    pub checks: fn() -> Vec<Check>,
    /// The tables of the SQLite export.
    pub exports: fn() -> Vec<SqlTable>,
}

/// The catalogue of this program.
pub const CATALOGUE: Catalogue = Catalogue { schema, checks: Vec::new, exports: Vec::new };

fn schema() -> Schema {
    let tables = [jobs::TABLES, settings::TABLES].concat();
    Schema { tables, migrations: Vec::new() }
}
