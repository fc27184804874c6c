//! Which tables the store has.

use std::any::TypeId;
use std::collections::BTreeSet;

use serde_json::Value;

use super::check::{Findings, check_table};
use super::codec::Record;
use super::error::{OpenError, StoreError};
use super::index::describe;
use super::key::{FixedKey, Key, decode};
use super::layout::{LAYOUT, build};
use super::migrations::{APPLIED, Migration};
use super::personal::{Erasure, Personal};
use super::raw_name::{Names, RawName};
use super::read::{Read, page, walk};
use super::span::{ByteSpan, Direction};
use super::table::Table;
use super::tx::Tx;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::text::hex;

/// The store's own figures: `schema` is the version of the stored data.
pub(super) static META: Table<String, u64> = Table::new("store.meta", &[]);

/// The last number given in each sequence of each guild.
pub(super) static SEQUENCES: Table<(GuildId, String), u64> = Table::new("store.sequences", &[]).without_members();

/// The last number that a sequence of a guild gave; 0 before the first.
pub fn last_id(read: &dyn Read, guild: GuildId, sequence: &str) -> Result<u64> {
    Ok(SEQUENCES.get(read, &(guild, sequence.to_owned()))?.unwrap_or(0))
}

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

    /// The version of the rows that are written.
    fn row_version(&self) -> u8;

    /// How the keys and rows look, or what is wrong with that.
    fn form(&self) -> Result<super::form::TableForm, String>;

    /// The indexes by name, each with its form: what it keeps and by which version of its rule.
    fn index_forms(&self) -> Vec<(&'static str, String)>;

    /// What each index keeps of sample rows, in hexadecimal: a rule that is changed keeps something else of them. Each row is
    /// there for a moment only. For tests, in a store whose table is empty.
    fn index_samples(&self, tx: &Tx<'_>) -> Result<BTreeSet<(&'static str, String)>>;

    /// A key of the table or of one of its indexes as people read it; `None` where it cannot be read, or is of neither.
    fn key_in_words(&self, name: &str, key: &[u8]) -> Option<String>;

    /// The redb tables of one index.
    fn index_tables(&self, index: &str) -> Vec<RawName>;

    /// Builds one index anew from the rows.
    fn build_index(&self, tx: &Tx<'_>, index: &str) -> Result<()>;

    /// Whether it is said what becomes of each row when a member is erased.
    fn says_whose(&self) -> bool;

    /// The encoded keys of the rows that tell of a member.
    fn find_member(&self, read: &dyn Read, erasure: &Erasure) -> Result<Vec<Vec<u8>>>;

    /// The rows that tell of a member, as JSON.
    fn tell_member(&self, read: &dyn Read, erasure: &Erasure) -> Result<Vec<Value>>;

    /// Takes the member out of the rows at these keys. Answers how many were changed.
    fn erase_rows(&self, tx: &Tx<'_>, erasure: &Erasure, keys: &[Vec<u8>]) -> Result<u64>;

    /// Removes up to `limit` rows of a guild. Answers how many went.
    fn remove_rows(&self, tx: &Tx<'_>, guild: GuildId, limit: usize) -> Result<usize>;

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
        let width = <GuildId as FixedKey>::WIDTH;
        if K::HEAD != width && TypeId::of::<K>() != TypeId::of::<GuildId>() {
            return Ok(());
        }
        // One step per guild: behind the last key that begins with it.
        let mut span = ByteSpan::default();
        loop {
            let first = page(read, self.raw(), &span, Direction::Forward, 1, |key, _| {
                Ok::<_, StoreError>(key.get(..width).unwrap_or(key).to_vec())
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

    fn row_version(&self) -> u8 {
        V::VERSION
    }

    fn form(&self) -> Result<super::form::TableForm, String> {
        super::form::of_table::<K, V>()
    }

    fn index_forms(&self) -> Vec<(&'static str, String)> {
        self.indexes().iter().map(|index| (index.name(), index.form())).collect()
    }

    fn index_samples(&self, tx: &Tx<'_>) -> Result<BTreeSet<(&'static str, String)>> {
        let mut kept = BTreeSet::new();
        if self.indexes().is_empty() {
            return Ok(kept);
        }
        let key = sample_key::<K>().ok_or_else(|| Error::failed(format!("{} has no sample key", self.raw())))?;
        for row in super::form::sample_rows::<V>().map_err(Error::failed)? {
            self.put(tx, &key, &row)?;
            for index in self.indexes() {
                for raw in index.raw_names() {
                    walk(tx, raw, ByteSpan::default(), |entry, value| {
                        kept.insert((index.name(), format!("{} {}", hex(entry), hex(value))));
                        Ok::<_, StoreError>(())
                    })?;
                }
            }
            self.remove(tx, &key)?;
        }
        Ok(kept)
    }

    fn key_in_words(&self, name: &str, key: &[u8]) -> Option<String> {
        if name == Self::name(self) {
            return decode::<K>(key).map(|_| describe::<K>(key));
        }
        let index = self.indexes().iter().find(|index| index.name() == name)?;
        Some(index.describe(key))
    }

    fn index_tables(&self, index: &str) -> Vec<RawName> {
        self.indexes().iter().filter(|present| present.name() == index).flat_map(|found| found.raw_names()).collect()
    }

    fn build_index(&self, tx: &Tx<'_>, index: &str) -> Result<()> {
        let mut found = self.indexes().iter().filter(|present| present.name() == index);
        Ok(found.try_for_each(|index| build(self, *index, tx))?)
    }

    fn says_whose(&self) -> bool {
        !matches!(self.personal(), Personal::Unsaid)
    }

    fn find_member(&self, read: &dyn Read, erasure: &Erasure) -> Result<Vec<Vec<u8>>> {
        self.rows_telling_of(read, erasure)
    }

    fn tell_member(&self, read: &dyn Read, erasure: &Erasure) -> Result<Vec<Value>> {
        self.told_of(read, erasure)
    }

    fn erase_rows(&self, tx: &Tx<'_>, erasure: &Erasure, keys: &[Vec<u8>]) -> Result<u64> {
        self.erase(tx, erasure, keys)
    }

    fn remove_rows(&self, tx: &Tx<'_>, guild: GuildId, limit: usize) -> Result<usize> {
        self.remove_some(tx, guild, limit)
    }

    fn check(&self, read: &dyn Read, findings: &mut Findings) -> Result<(), StoreError> {
        check_table(self, read, findings)
    }
}

/// The shortest key that is made of ones.
fn sample_key<K: Key>() -> Option<K> {
    const LONGEST: usize = 128;
    (1..=LONGEST).find_map(|length| decode(&vec![1; length]))
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
        let own: [&'static dyn AnyTable; 4] = [&META, &LAYOUT, &APPLIED, &SEQUENCES];
        own.into_iter().chain(self.tables.iter().copied())
    }

    /// The tables whose rows belong to guilds. The numbers that were given come last.
    pub fn tables_of_guilds(&self) -> impl Iterator<Item = &'static dyn AnyTable> {
        let sequences: &'static dyn AnyTable = &SEQUENCES;
        self.tables.iter().copied().chain([sequences])
    }

    /// The rows and indexes of each table, a line for each, with the versions of their rows and rules.
    pub fn layout(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for table in self.all_tables() {
            lines.push(format!("{}: rows, version {}", table.name(), table.row_version()));
            lines.extend(table.index_forms().into_iter().map(|(name, form)| format!("  {name}: {form}")));
        }
        lines
    }

    /// The names of all redb tables, or the first contradiction.
    pub(super) fn raw_names(&self) -> Result<Names, OpenError> {
        let mut names = Names::default();
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
