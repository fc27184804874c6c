//! Typed tables: the only way to rows, and the place where a row and its index entries change together.

use std::fmt;

use super::codec::{self, Record};
use super::error::StoreError;
use super::held::Typed;
use super::index::IndexOf;
use super::key::{Key, UNREADABLE_KEY, decode, encode, hex};
use super::layout::build;
use super::personal::{Erase, Personal};
use super::raw_name::RawName;
use super::read::{Read, page, walk};
use super::span::{Direction, Within};
use super::tx::Tx;
use super::words::in_words;
use crate::kernel::error::Result;

/// A table of rows `V` by key `K`, declared once as a static beside its indexes and listed in the
/// [`Schema`](super::Schema).
///
/// ```ignore
/// pub static SONGS: Table<(GuildId, SongId), Song> = Table::new("queue.songs", &[&SONGS_BY_USER, &QUEUE_ORDER]);
/// ```
///
/// Only the indexes in that list are kept up to date.
pub struct Table<K: 'static, V: 'static> {
    name: &'static str,
    raw: RawName,
    indexes: &'static [&'static dyn IndexOf<K, V>],
    personal: Personal<K, V>,
    /// How a row is copied that is held back; `None` where none is.
    copy: Option<fn(&V) -> V>,
}

impl<K, V> Table<K, V> {
    /// Declares a table called `name` (`feature.rows`) with the indexes that follow its rows.
    pub const fn new(name: &'static str, indexes: &'static [&'static dyn IndexOf<K, V>]) -> Self {
        Self { name, raw: RawName::of(name), indexes, personal: Personal::Unsaid, copy: None }
    }

    /// Says that no row tells anything of a member.
    #[must_use]
    pub const fn without_members(mut self) -> Self {
        self.personal = Personal::Nothing;
        self
    }

    /// Says what becomes of each row when a member is erased.
    #[must_use]
    pub const fn erasing(mut self, action: Erase<K, V>) -> Self {
        self.personal = Personal::Rows(action);
        self
    }

    /// Says that one operation may write the same rows again and again, as what happens on a live does: their bytes are made
    /// once then, at its end. It reads and writes as of any other table; an operation that writes each row once gains nothing.
    #[must_use]
    pub const fn held_back(mut self) -> Self
    where
        V: Clone,
    {
        self.copy = Some(V::clone);
        self
    }

    /// The declared name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) const fn indexes(&self) -> &'static [&'static dyn IndexOf<K, V>] {
        self.indexes
    }

    pub(super) const fn personal(&self) -> &Personal<K, V> {
        &self.personal
    }

    pub(super) const fn raw(&self) -> RawName {
        self.raw
    }
}

impl<K: Key, V: Record> Table<K, V> {
    /// The row at `key`.
    pub fn get(&self, read: &dyn Read, key: &K) -> Result<Option<V>> {
        Ok(self.load(read, key)?)
    }

    /// Whether there is a row at `key`.
    pub fn contains(&self, read: &dyn Read, key: &K) -> Result<bool> {
        let bytes = encode(key);
        let is_held = read.held().is_some_and(|held| held.holds(self.raw(), &bytes));
        Ok(is_held || read.get(self.raw(), &bytes)?.is_some())
    }

    /// Adds a row; fails when the key is taken.
    pub fn insert(&self, tx: &Tx<'_>, key: &K, row: &V) -> Result<()> {
        if self.contains(tx, key)? {
            return Err(StoreError::AlreadyThere { table: self.name, key: in_words(&key) }.into());
        }
        Ok(self.replace(tx, key, None, Some(row))?)
    }

    /// Writes a row, whether or not there was one.
    pub fn put(&self, tx: &Tx<'_>, key: &K, row: &V) -> Result<()> {
        let before = if self.indexes.is_empty() { None } else { self.load(tx, key)? };
        Ok(self.replace(tx, key, before.as_ref(), Some(row))?)
    }

    /// Changes the row at `key` and returns it as it is now; fails when there is none.
    pub fn update(&self, tx: &Tx<'_>, key: &K, change: impl FnOnce(&mut V)) -> Result<V>
    where
        V: Clone,
    {
        let Some(row) = self.take(tx, key)? else {
            return Err(StoreError::NotThere { table: self.name, key: in_words(&key) }.into());
        };
        let changing = |row: &mut V| {
            change(row);
            row.clone()
        };
        Ok(self.change_taken(tx, key, row, changing)?)
    }

    /// Changes the row at `key`, or the one that is `new` where there is none, and returns what `change` does. Meanwhile the
    /// row is in the hands of `change` alone, which asks nothing of the transaction.
    pub fn change<R>(
        &self,
        tx: &Tx<'_>,
        key: &K,
        new: impl FnOnce() -> V,
        change: impl FnOnce(&mut V) -> R,
    ) -> Result<R>
    where
        V: Clone,
    {
        if let Some(row) = self.take(tx, key)? {
            return Ok(self.change_taken(tx, key, row, change)?);
        }
        let mut row = Box::new(Typed(new()));
        let changed = change(&mut row.0);
        self.settle(tx, key, None, row)?;
        Ok(changed)
    }

    /// Removes the row at `key` and returns it; `None` when there was none.
    pub fn remove(&self, tx: &Tx<'_>, key: &K) -> Result<Option<V>> {
        let before = self.load(tx, key)?;
        if before.is_some() {
            self.replace(tx, key, before.as_ref(), None)?;
        }
        Ok(before)
    }

    /// Up to `limit` rows of `keys`, in key order or backwards.
    pub fn page(
        &self,
        read: &dyn Read,
        keys: impl Within<K>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<(K, V)>> {
        let span = keys.span();
        Ok(page(read, self.raw(), &span, direction, limit, |key, value| self.decode(key, value))?)
    }

    /// The first row of `keys` in that direction.
    pub fn first(&self, read: &dyn Read, keys: impl Within<K>, direction: Direction) -> Result<Option<(K, V)>> {
        Ok(self.page(read, keys, direction, 1)?.pop())
    }

    /// Shows every row of `keys` to `visit` in key order, without holding them all. `visit` may read and write.
    pub fn for_each(
        &self,
        read: &dyn Read,
        keys: impl Within<K>,
        mut visit: impl FnMut(K, V) -> Result<()>,
    ) -> Result<()> {
        walk(read, self.raw(), keys.span(), |key, value| {
            let (key, row) = self.decode(key, value)?;
            visit(key, row)
        })
    }

    /// How many rows the table holds, over all guilds.
    pub fn len(&self, read: &dyn Read) -> Result<u64> {
        Ok(read.len(self.raw())?)
    }

    /// Whether the table holds no row at all.
    pub fn is_empty(&self, read: &dyn Read) -> Result<bool> {
        Ok(self.len(read)? == 0)
    }

    /// Builds every index anew from the rows, for migrations that write rows without their indexes.
    pub fn reindex(&self, tx: &Tx<'_>) -> Result<()> {
        Ok(self.indexes.iter().try_for_each(|index| build(self, *index, tx))?)
    }

    /// Removes a row that was just read.
    pub(super) fn take_out(&self, tx: &Tx<'_>, key: &K, row: &V) -> Result<(), StoreError> {
        self.replace(tx, key, Some(row), None)
    }

    fn load(&self, read: &dyn Read, key: &K) -> Result<Option<V>, StoreError> {
        let bytes = encode(key);
        if let (Some(copy), Some(held)) = (self.copy, read.held())
            && let Some(row) = held.row(self.raw(), &bytes, copy)
        {
            return Ok(Some(row));
        }
        let Some(bytes) = read.get(self.raw(), &bytes)? else { return Ok(None) };
        codec::decode(&bytes).map(Some).map_err(|problem| StoreError::Corrupt {
            table: self.name,
            key: in_words(&key),
            problem,
        })
    }

    /// The row at `key`; where it is held, it is so no more until it is settled.
    fn take(&self, tx: &Tx<'_>, key: &K) -> Result<Option<Box<Typed<V>>>, StoreError> {
        if self.copy.is_some()
            && let Some(row) = tx.take_held(self.raw(), &encode(key))
        {
            return Ok(Some(row));
        }
        Ok(self.load(tx, key)?.map(|row| Box::new(Typed(row))))
    }

    fn change_taken<R>(
        &self,
        tx: &Tx<'_>,
        key: &K,
        mut row: Box<Typed<V>>,
        change: impl FnOnce(&mut V) -> R,
    ) -> Result<R, StoreError>
    where
        V: Clone,
    {
        // Only an index asks what was before.
        let before = (!self.indexes.is_empty()).then(|| row.0.clone());
        let changed = change(&mut row.0);
        self.settle(tx, key, before.as_ref(), row)?;
        Ok(changed)
    }

    /// Writes a row in place of the one before, or holds it.
    fn settle(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, row: Box<Typed<V>>) -> Result<(), StoreError> {
        if self.copy.is_some() && !self.indexes.iter().any(|index| index.differs(key, before, Some(&row.0))) {
            return tx.hold(self.raw(), encode(key), row);
        }
        self.store(tx, key, before, Some(&row.0))
    }

    fn replace(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        match (self.copy, after) {
            (Some(copy), Some(row)) => self.settle(tx, key, before, Box::new(Typed(copy(row)))),
            _ => self.store(tx, key, before, after),
        }
    }

    fn store(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        let bytes = encode(key);
        match after {
            Some(row) => tx.put(self.raw(), &bytes, &codec::encode(row)?)?,
            None => tx.remove(self.raw(), &bytes)?,
        };
        self.indexes.iter().try_for_each(|index| index.follow(tx, key, before, after))
    }

    pub(super) fn decode(&self, key: &[u8], value: &[u8]) -> Result<(K, V), StoreError> {
        let corrupt = |key, problem| StoreError::Corrupt { table: self.name, key, problem };
        let Some(decoded) = decode::<K>(key) else {
            return Err(corrupt(hex(key), UNREADABLE_KEY.to_owned()));
        };
        match codec::decode(value) {
            Ok(row) => Ok((decoded, row)),
            Err(problem) => Err(corrupt(in_words(&decoded), problem)),
        }
    }
}

impl<K, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.name)
    }
}
