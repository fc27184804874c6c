//! Indexes: other orders of a table's rows, kept up to date by the table.
//!
//! Each index has a rule that computes its entry from a row; a rule that returns `None` leaves the row out (a partial
//! index). A rule is pure: the same row always gives the same entry, or old entries could not be found again.

use std::fmt;
use std::marker::PhantomData;

use super::check::Findings;
use super::error::StoreError;
use super::key::{Key, UNREADABLE_KEY, decode, encode, hex};
use super::read::{RawName, Read, page, walk};
use super::span::{Direction, Within};
use super::tx::Tx;
use super::words::in_words;
use crate::kernel::error::Result;

/// Computes the entry of a row, or `None` when the index leaves it out.
pub type Rule<E, K, V> = fn(&K, &V) -> Option<E>;

/// An index as its table sees it. Only the store's own index types implement it.
pub trait IndexOf<K, V>: Sync {
    /// The declared name.
    fn name(&self) -> &'static str;

    /// The redb tables of the index; the first holds the entries.
    fn raw_names(&self) -> Vec<RawName>;

    /// The stored pair of a row, if the index includes it.
    fn pair(&self, key: &K, row: &V) -> Option<Pair>;

    /// Adds an entry; fails when another row has it.
    fn add(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError>;

    /// Removes an entry; fails when it is not there.
    fn remove(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError>;

    /// An entry as text.
    fn describe(&self, entry: &[u8]) -> String;

    /// Checks what the index keeps besides its entries.
    fn check_figures(&self, _read: &dyn Read, _findings: &mut Findings) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What an index stores for a row.
#[derive(Debug, PartialEq, Eq)]
pub struct Pair {
    pub(super) entry: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl<K, V> dyn IndexOf<K, V> + '_ {
    pub(super) fn entries(&self) -> RawName {
        RawName(self.name(), "")
    }

    /// Replaces the entry of the row `before` by that of the row `after`.
    pub(super) fn follow(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        let before = before.and_then(|row| self.pair(key, row));
        let after = after.and_then(|row| self.pair(key, row));
        if before == after {
            return Ok(());
        }
        if let Some(pair) = before {
            self.remove(tx, &pair)?;
        }
        if let Some(pair) = after {
            self.add(tx, &pair)?;
        }
        Ok(())
    }
}

/// A plain index: entries `E` of the rows `V` by key `K`, in the order of the entries.
///
/// An entry ends with the row's own id, so that no two rows have the same one.
///
/// ```ignore
/// pub static SONGS_BY_USER: Index<(GuildId, UserId, SongId), (GuildId, SongId), Song> =
///     Index::new("queue.songs_by_user", |(guild, id), song| Some((*guild, song.user, *id)));
/// ```
pub struct Index<E: 'static, K: 'static, V: 'static> {
    name: &'static str,
    rule: Rule<E, K, V>,
}

impl<E, K, V> Index<E, K, V> {
    /// Declares an index called `name` (`feature.rows_by_what`).
    pub const fn new(name: &'static str, rule: Rule<E, K, V>) -> Self {
        Self { name, rule }
    }
}

impl<E: Key, K, V> Index<E, K, V> {
    /// Up to `limit` entries of `keys`, in order or backwards.
    pub fn page(&self, read: &dyn Read, keys: impl Within<E>, direction: Direction, limit: usize) -> Result<Vec<E>> {
        let span = keys.span();
        Ok(page(read, self.entries(), &span, direction, limit, |entry, _| decode_entry(self.name, entry))?)
    }

    /// The first entry of `keys` in that direction.
    pub fn first(&self, read: &dyn Read, keys: impl Within<E>, direction: Direction) -> Result<Option<E>> {
        Ok(self.page(read, keys, direction, 1)?.pop())
    }

    /// Shows every entry of `keys` to `visit` in order, without holding them all. `visit` may read and write.
    pub fn for_each(
        &self,
        read: &dyn Read,
        keys: impl Within<E>,
        mut visit: impl FnMut(E) -> Result<()>,
    ) -> Result<()> {
        walk(read, self.entries(), keys.span(), |entry, _| visit(decode_entry(self.name, entry)?))
    }

    pub(super) fn entries(&self) -> RawName {
        RawName(self.name, "")
    }

    pub(super) fn declared_name(&self) -> &'static str {
        self.name
    }
}

impl<E: Key, K, V> IndexOf<K, V> for Index<E, K, V> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn raw_names(&self) -> Vec<RawName> {
        vec![self.entries()]
    }

    fn pair(&self, key: &K, row: &V) -> Option<Pair> {
        Some(Pair { entry: encode(&(self.rule)(key, row)?), value: Vec::new() })
    }

    fn add(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError> {
        add_entry::<E>(tx, self.entries(), pair)
    }

    fn remove(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError> {
        remove_entry::<E>(tx, self.entries(), pair)
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }
}

/// A unique index: at most one row has an entry, and the entry leads to the row's key.
///
/// A second row with the same entry is a failure, so an operation that could meet one looks it up first.
///
/// ```ignore
/// pub static LINKS_BY_HANDLE: UniqueIndex<(GuildId, String), (GuildId, UserId), Link> =
///     UniqueIndex::new("links.links_by_handle", |(guild, _), link| Some((*guild, link.handle.clone())));
/// ```
pub struct UniqueIndex<E: 'static, K: 'static, V: 'static> {
    name: &'static str,
    rule: Rule<E, K, V>,
    keys: PhantomData<fn() -> K>,
}

impl<E, K, V> UniqueIndex<E, K, V> {
    /// Declares an index called `name` (`feature.rows_by_what`).
    pub const fn new(name: &'static str, rule: Rule<E, K, V>) -> Self {
        Self { name, rule, keys: PhantomData }
    }
}

impl<E: Key, K: Key, V> UniqueIndex<E, K, V> {
    /// The key of the row that has this entry.
    pub fn get(&self, read: &dyn Read, entry: &E) -> Result<Option<K>> {
        let entry = encode(entry);
        let Some(key) = read.get(self.entries(), &entry)? else { return Ok(None) };
        Ok(Some(self.decode_key(&entry, &key)?))
    }

    /// Up to `limit` entries of `keys` with the keys of their rows, in order or backwards.
    pub fn page(
        &self,
        read: &dyn Read,
        keys: impl Within<E>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<(E, K)>> {
        let span = keys.span();
        Ok(page(read, self.entries(), &span, direction, limit, |entry, key| {
            Ok((decode_entry(self.name, entry)?, self.decode_key(entry, key)?))
        })?)
    }

    fn entries(&self) -> RawName {
        RawName(self.name, "")
    }

    fn decode_key(&self, entry: &[u8], key: &[u8]) -> Result<K, StoreError> {
        decode(key).ok_or_else(|| StoreError::Corrupt {
            table: self.name,
            key: describe::<E>(entry),
            problem: format!("{} is no key of its table", hex(key)),
        })
    }
}

impl<E: Key, K: Key, V> IndexOf<K, V> for UniqueIndex<E, K, V> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn raw_names(&self) -> Vec<RawName> {
        vec![self.entries()]
    }

    fn pair(&self, key: &K, row: &V) -> Option<Pair> {
        Some(Pair { entry: encode(&(self.rule)(key, row)?), value: encode(key) })
    }

    fn add(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError> {
        add_entry::<E>(tx, self.entries(), pair)
    }

    fn remove(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError> {
        remove_entry::<E>(tx, self.entries(), pair)
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }
}

pub(super) fn add_entry<E: Key>(tx: &Tx<'_>, table: RawName, pair: &Pair) -> Result<(), StoreError> {
    if tx.put(table, &pair.entry, &pair.value)? {
        return Err(StoreError::Duplicate { index: table.0, entry: describe::<E>(&pair.entry) });
    }
    Ok(())
}

pub(super) fn remove_entry<E: Key>(tx: &Tx<'_>, table: RawName, pair: &Pair) -> Result<(), StoreError> {
    if !tx.remove(table, &pair.entry)? {
        return Err(StoreError::IndexBroken { index: table.0, entry: describe::<E>(&pair.entry) });
    }
    Ok(())
}

pub(super) fn decode_entry<E: Key>(index: &'static str, entry: &[u8]) -> Result<E, StoreError> {
    decode(entry).ok_or_else(|| StoreError::Corrupt {
        table: index,
        key: hex(entry),
        problem: UNREADABLE_KEY.to_owned(),
    })
}

/// A key as text: readable when it can be decoded, its bytes otherwise.
pub(super) fn describe<E: Key>(entry: &[u8]) -> String {
    decode::<E>(entry).map_or_else(|| hex(entry), |entry| in_words(&entry))
}

impl<E, K, V> fmt::Debug for Index<E, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({})", self.name)
    }
}

impl<E, K, V> fmt::Debug for UniqueIndex<E, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UniqueIndex({})", self.name)
    }
}
