//! Which tables the store has, and how older stores become current ones.

use std::collections::{BTreeSet, HashSet};

use super::check::{Findings, check_table};
use super::codec::Record;
use super::error::{OpenError, StoreError};
use super::key::{FixedKey, Key, decode};
use super::read::{RawName, Read, page};
use super::span::{ByteSpan, Direction};
use super::table::Table;
use super::tx::Tx;
use crate::kernel::error::{Context, Result};
use crate::kernel::ids::GuildId;

/// The store's own figures: `schema` is the version of the stored data.
pub(super) static META: Table<String, u64> = Table::new("store.meta", &[]);

/// The last number given in each sequence of each guild.
pub(super) static SEQUENCES: Table<(GuildId, String), u64> = Table::new("store.sequences", &[]);

/// Where [`META`] keeps the version of the stored data.
pub(super) const VERSION: &str = "schema";

/// A [`Table`] of any type, as the schema lists it.
pub trait AnyTable: Sync {
    /// The declared name.
    fn name(&self) -> &'static str;

    /// How many rows it holds, over all guilds.
    fn row_count(&self, read: &dyn Read) -> Result<u64>;

    /// Adds the guilds that have rows here, where the key begins with the guild.
    fn guilds(&self, read: &dyn Read, into: &mut BTreeSet<GuildId>) -> Result<()>;

    /// The redb tables of the table and its indexes.
    fn raw_names(&self) -> Vec<RawName>;

    /// Compares the table with its indexes.
    fn check(&self, read: &dyn Read, findings: &mut Findings) -> Result<(), StoreError>;
}

impl<K: Key, V: Record> AnyTable for Table<K, V> {
    fn name(&self) -> &'static str {
        Self::name(self)
    }

    fn row_count(&self, read: &dyn Read) -> Result<u64> {
        self.len(read)
    }

    fn guilds(&self, read: &dyn Read, into: &mut BTreeSet<GuildId>) -> Result<()> {
        if K::HEAD != <GuildId as FixedKey>::WIDTH {
            return Ok(());
        }
        // One step per guild: behind the last key that begins with it.
        let mut span = ByteSpan::default();
        loop {
            let first = page(read, self.raw(), &span, Direction::Forward, 1, |key, _| {
                Ok::<_, StoreError>(key.get(..K::HEAD).unwrap_or(key).to_vec())
            })?;
            let Some(head) = first.into_iter().next() else { return Ok(()) };
            if head < span.start {
                return Err(StoreError::Damaged(format!("the keys of {} are not in order", self.raw())).into());
            }
            into.extend(decode::<GuildId>(&head));
            match ByteSpan::beginning_with(head).end {
                Some(end) => span.start = end,
                None => return Ok(()),
            }
        }
    }

    fn raw_names(&self) -> Vec<RawName> {
        let indexes = self.indexes().iter().flat_map(|index| index.raw_names());
        std::iter::once(self.raw()).chain(indexes).collect()
    }

    fn check(&self, read: &dyn Read, findings: &mut Findings) -> Result<(), StoreError> {
        check_table(self, read, findings)
    }
}

/// One change to the stored data, run once in the transaction that also raises the version.
#[derive(Clone, Copy)]
pub struct Migration {
    /// The version after it: 1 for the first, each one greater than the one before.
    pub version: u64,
    /// What it does, for the log: `"number the songs of each guild"`.
    pub name: &'static str,
    /// Does it. Rows of older versions are read by their [`Record::decode_old`].
    pub run: fn(&Tx<'_>) -> Result<()>,
}

/// Everything that is stored.
#[derive(Clone, Default)]
pub struct Schema {
    /// All tables, each with its indexes.
    pub tables: Vec<&'static dyn AnyTable>,
    /// All migrations, oldest first. A new store starts at the last version without running any.
    pub migrations: Vec<Migration>,
}

impl Schema {
    /// The tables, the store's own included.
    pub fn all_tables(&self) -> impl Iterator<Item = &'static dyn AnyTable> {
        let own: [&'static dyn AnyTable; 2] = [&META, &SEQUENCES];
        own.into_iter().chain(self.tables.iter().copied())
    }

    /// The names of all redb tables, or the first contradiction.
    pub(super) fn raw_names(&self) -> Result<HashSet<RawName>, OpenError> {
        let mut names = HashSet::new();
        for name in self.all_tables().flat_map(AnyTable::raw_names) {
            if !names.insert(name) {
                return Err(OpenError::Schema(format!("two tables or indexes are called {name}")));
            }
        }
        let in_order = self.migrations.is_sorted_by(|one, next| one.version < next.version);
        if !in_order || self.migrations.first().is_some_and(|first| first.version == 0) {
            return Err(OpenError::Schema(String::from("the migrations are not in order")));
        }
        Ok(names)
    }

    /// The version that this program writes, and the newest one that it reads.
    pub fn version(&self) -> u64 {
        self.migrations.last().map_or(0, |last| last.version)
    }
}

/// The version of the stored data; `None` in a store that was just created.
pub(super) fn stored_version(read: &dyn Read) -> Result<Option<u64>> {
    META.get(read, &VERSION.to_owned())
}

/// Runs the migrations after version `from` and notes the new version.
pub(super) fn migrate(tx: &Tx<'_>, schema: &Schema, from: u64) -> Result<()> {
    for migration in schema.migrations.iter().filter(|migration| migration.version > from) {
        tracing::info!(version = migration.version, "migrating the store: {}", migration.name);
        (migration.run)(tx).during(format!("migration {} ({})", migration.version, migration.name))?;
    }
    META.put(tx, &VERSION.to_owned(), &schema.version())
}

/// The row that says of which version the stored data are, for tests that write one by hand.
#[cfg(test)]
pub(super) fn version_row(version: u64) -> (Vec<u8>, Vec<u8>) {
    (super::key::encode(&VERSION.to_owned()), super::codec::encode(&version).unwrap_or_default())
}
