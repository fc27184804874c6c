//! How older stores become current ones, and when that was done (`S-MIG-01`, `S-MIG-02`, `C-135`).
//!
//! Migrations have ascending versions, run in one transaction with everything else that opening has to do, and leave
//! their names and moments. There is no way back through code: a store is saved before it is migrated, and the way back
//! is that snapshot.

use serde::{Deserialize, Serialize};

use super::codec::Record;
use super::read::Read;
use super::schema::{META, Schema};
use super::span::{Direction, Span};
use super::table::Table;
use super::tx::Tx;
use crate::kernel::error::{Context, Result};
use crate::kernel::time::Timestamp;

/// Where [`META`] keeps the version of the stored data.
pub(super) const VERSION: &str = "schema";

/// What was migrated in this file, by version.
pub(super) static APPLIED: Table<u64, Applied> = Table::new("store.migrations", &[]);

/// One change to the stored data, run once in the transaction that also raises the version.
#[derive(Clone, Copy)]
pub struct Migration {
    /// The version after it: 1 for the first, each one greater than the one before.
    pub version: u64,
    /// What it does, for the log: `"number the songs of each guild"`.
    pub name: &'static str,
    /// Does it. Rows of older versions are read by their [`Record::decode_old`]. Indexes that came later are built before.
    pub run: fn(&Tx<'_>) -> Result<()>,
}

/// A migration that was run in this file, or that its first program had done with before it made the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Its name.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

impl Record for Applied {}

/// Every migration that this file has seen since moments are kept, oldest first, with its version.
pub fn applied_migrations(read: &dyn Read) -> Result<Vec<(u64, Applied)>> {
    APPLIED.page(read, Span::all(), Direction::Forward, usize::MAX)
}

/// The version of the stored data; `None` in a store that was just created.
pub(super) fn stored_version(read: &dyn Read) -> Result<Option<u64>> {
    META.get(read, &VERSION.to_owned())
}

/// Runs the migrations after version `from`; for a store that was just created (`None`) it only notes them.
pub(super) fn migrate(tx: &Tx<'_>, schema: &Schema, from: Option<u64>) -> Result<()> {
    for migration in schema.migrations.iter().filter(|migration| from.is_none_or(|from| migration.version > from)) {
        let Migration { version, name, run } = *migration;
        if from.is_some() {
            tracing::info!(version, "migrating the store: {name}");
            run(tx).during(format!("migration {version} ({name})"))?;
            tracing::info!(version, "migrated the store");
        }
        APPLIED.put(tx, &version, &Applied { name: name.to_owned(), at: tx.now() })?;
    }
    META.put(tx, &VERSION.to_owned(), &schema.version())
}

/// The row that says of which version the stored data are, for tests that write one by hand.
#[cfg(test)]
pub(super) fn version_row(version: u64) -> (Vec<u8>, Vec<u8>) {
    (super::key::encode(&VERSION.to_owned()), super::codec::encode(&version).unwrap_or_default())
}
