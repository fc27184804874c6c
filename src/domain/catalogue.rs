//! What is stored, as the commands that work on the whole store need it. How all of it looks is frozen by `formats`.

#[cfg(test)]
mod formats;

use std::collections::BTreeSet;

use crate::kernel::error::{Error, Result};
use crate::store::sqlite::{self, SqlTable};
use crate::store::{Migration, Read, Schema, StoreError, contained_with_place};
use crate::{features, flows};

/// Versions of the store that no feature brought. Opening does the rest.
const OF_THE_STORE: &[Migration] =
    &[Migration { version: 5, name: "note how indexes were built and when the store was migrated", run: |_| Ok(()) }];

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
pub const CATALOGUE: Catalogue = Catalogue { schema, checks: || vec![check_guilds], exports };

fn schema() -> Schema {
    let tables = features::ALL.iter().flat_map(|feature| feature.tables).copied().collect();
    let of_features = features::ALL.iter().flat_map(|feature| feature.migrations);
    let mut migrations: Vec<_> = of_features.chain(OF_THE_STORE).copied().collect();
    migrations.sort_by_key(|migration| migration.version);
    Schema { tables, migrations }
}

fn exports() -> Vec<SqlTable> {
    let of_features = features::ALL.iter().flat_map(|feature| feature.export).copied();
    [sqlite::MIGRATIONS].into_iter().chain(of_features).collect()
}

/// The invariants of every feature, and those between them, in every guild. One that cannot be verified is a finding, and
/// the others are verified all the same.
fn check_guilds(read: &dyn Read, report: &mut dyn FnMut(String)) -> Result<()> {
    let tables = schema().tables;
    let mut guilds = BTreeSet::new();
    for table in &tables {
        if let Err(error) = contained_with_place(read, &tables, |read| table.guilds(read, &mut guilds)) {
            report(format!("{} cannot be read further: {}", table.name(), broken_off(error)?));
        }
    }
    for guild in guilds {
        for feature in features::ALL {
            for check in feature.checks {
                let found = contained_with_place(read, &tables, |read| check(read, guild));
                tell(&format!("guild {guild}, {}", feature.name), found, report)?;
            }
        }
        let found = contained_with_place(read, &tables, |read| flows::checks::check(read, guild));
        tell(&format!("guild {guild}"), found, report)?;
    }
    Ok(())
}

fn tell(place: &str, found: Result<Vec<String>>, report: &mut dyn FnMut(String)) -> Result<()> {
    match found {
        Ok(found) => found.into_iter().for_each(|found| report(format!("{place}: {found}"))),
        Err(error) => report(format!("{place}: cannot be verified further: {}", broken_off(error)?)),
    }
    Ok(())
}

/// Why a part of a check was broken off. After an error of the disk the rest cannot be read, either.
fn broken_off(error: Error) -> Result<String> {
    StoreError::of(&error).and_then(StoreError::damage).ok_or(error)
}
