//! Indexes: other orders of a table's rows, kept up to date by the table.
//!
//! Each index has a rule that computes its entry from a row; a rule that returns `None` leaves the row out (a partial
//! index). A rule is pure: the same row always gives the same entry, or old entries could not be found again. A rule that
//! is changed gets the next version ([`Index::rule_version`]), so that older stores build the index anew when they are
//! opened.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use super::check::Findings;
use super::error::StoreError;
use super::key::{Key, UNREADABLE_KEY, decode, encode, hex};
use super::layout::Progress;
use super::raw_name::RawName;
use super::read::{Read, page, walk};
use super::span::{Direction, Within};
use super::table::Table;
use super::tx::Tx;
use super::words::in_words;
use crate::kernel::error::Result;

/// Computes the entry of a row, or `None` when the index leaves it out.
pub type Rule<E, K, V> = fn(&K, &V) -> Option<E>;

/// An index as its table sees it. Only the store's own index types implement it.
pub trait IndexOf<K, V>: Sync {
    /// The declared name.
    fn name(&self) -> &'static str;

    /// What it keeps and by which version of its rule: an index that was built under another form is built anew.
    fn form(&self) -> String;

    /// The redb tables of the index; the first holds the entries.
    fn raw_names(&self) -> Vec<RawName>;

    /// Whether each of its entries belongs to a row, and is shown by [`IndexOf::pairs`].
    fn has_pairs(&self) -> bool {
        true
    }

    /// Shows the stored pairs of a row, each once.
    fn pairs(&self, key: &K, row: &V, visit: &mut dyn FnMut(Pair));

    /// Whether it keeps something else of the row `after` than of the row `before`.
    fn differs(&self, key: &K, before: Option<&V>, after: Option<&V>) -> bool;

    /// Replaces what it keeps of the row `before` by what it keeps of the row `after`.
    fn follow(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError>;

    /// An entry as text.
    fn describe(&self, entry: &[u8]) -> String;

    /// Computes what the index keeps besides the pairs of its rows, which are all there. An index without pairs tells
    /// `progress` of each row that it reads.
    fn build_figures(&self, _tx: &Tx<'_>, _table: &Table<K, V>, _progress: &mut Progress) -> Result<(), StoreError> {
        Ok(())
    }

    /// Checks what the index keeps besides the pairs of its rows.
    fn check_figures(
        &self,
        _read: &dyn Read,
        _table: &Table<K, V>,
        _findings: &mut Findings,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What an index stores for a row.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    pub(super) entry: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl<K, V> dyn IndexOf<K, V> + '_ {
    pub(super) fn entries(&self) -> RawName {
        RawName::of(self.name())
    }
}

/// Replaces the one pair of a row by another, each where there is one.
fn exchange<E: Key>(
    tx: &Tx<'_>,
    table: RawName,
    before: Option<&Pair>,
    after: Option<&Pair>,
) -> Result<(), StoreError> {
    if before == after {
        return Ok(());
    }
    if let Some(pair) = before {
        remove_entry::<E>(tx, table, pair)?;
    }
    after.map_or(Ok(()), |pair| add_entry::<E>(tx, table, pair))
}

/// Whether a rule gives one row another entry than the other.
fn differs_by<E: Key, K, V>(rule: Rule<E, K, V>, key: &K, before: Option<&V>, after: Option<&V>) -> bool {
    let entry_of = |row: Option<&V>| row.and_then(|row| rule(key, row));
    entry_of(before) != entry_of(after)
}

/// The form of an index, as [`IndexOf::form`] tells it.
pub(super) fn form_of<E: Key>(kind: &str, rule_version: u16) -> String {
    format!("{kind}, rule {rule_version}: {}", E::form())
}

/// Reading the entries `E` of an index in their order.
pub struct Entries<E: 'static> {
    name: &'static str,
    raw: RawName,
    kind: PhantomData<fn() -> E>,
}

impl<E> Entries<E> {
    pub(super) const fn of(name: &'static str) -> Self {
        Self { name, raw: RawName::of(name), kind: PhantomData }
    }

    pub(super) const fn raw(&self) -> RawName {
        self.raw
    }

    pub(super) fn declared_name(&self) -> &'static str {
        self.name
    }
}

impl<E: Key> Entries<E> {
    /// Up to `limit` entries of `keys`, in order or backwards.
    pub fn page(&self, read: &dyn Read, keys: impl Within<E>, direction: Direction, limit: usize) -> Result<Vec<E>> {
        let span = keys.span();
        Ok(page(read, self.raw(), &span, direction, limit, |entry, _| decode_entry(self.name, entry))?)
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
        walk(read, self.raw(), keys.span(), |entry, _| visit(decode_entry(self.name, entry)?))
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
    entries: Entries<E>,
    rule: Rule<E, K, V>,
    rule_version: u16,
}

impl<E, K, V> Index<E, K, V> {
    /// Declares an index called `name` (`feature.rows_by_what`).
    pub const fn new(name: &'static str, rule: Rule<E, K, V>) -> Self {
        Self { entries: Entries::of(name), rule, rule_version: 1 }
    }

    /// Says how often the rule was changed, and so whether a store was built by another one. It begins with 1.
    #[must_use]
    pub const fn rule_version(mut self, version: u16) -> Self {
        self.rule_version = version;
        self
    }
}

impl<E: Key, K, V> Index<E, K, V> {
    pub(super) fn form_as(&self, kind: &str) -> String {
        form_of::<E>(kind, self.rule_version)
    }

    pub(super) fn pair(&self, key: &K, row: &V) -> Option<Pair> {
        Some(Pair { entry: encode(&(self.rule)(key, row)?), value: Vec::new() })
    }

    pub(super) fn has_another_entry(&self, key: &K, before: Option<&V>, after: Option<&V>) -> bool {
        differs_by(self.rule, key, before, after)
    }
}

impl<E: Key, K, V> IndexOf<K, V> for Index<E, K, V> {
    fn name(&self) -> &'static str {
        self.entries.name
    }

    fn form(&self) -> String {
        self.form_as("index")
    }

    fn raw_names(&self) -> Vec<RawName> {
        vec![self.entries.raw()]
    }

    fn pairs(&self, key: &K, row: &V, visit: &mut dyn FnMut(Pair)) {
        self.pair(key, row).into_iter().for_each(visit);
    }

    fn differs(&self, key: &K, before: Option<&V>, after: Option<&V>) -> bool {
        self.has_another_entry(key, before, after)
    }

    fn follow(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        let pair_of = |row: Option<&V>| row.and_then(|row| self.pair(key, row));
        exchange::<E>(tx, self.entries.raw(), pair_of(before).as_ref(), pair_of(after).as_ref())
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }
}

/// Everything that can be read of it.
impl<E, K, V> Deref for Index<E, K, V> {
    type Target = Entries<E>;

    fn deref(&self) -> &Self::Target {
        &self.entries
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
    raw: RawName,
    rule: Rule<E, K, V>,
    rule_version: u16,
}

impl<E, K, V> UniqueIndex<E, K, V> {
    /// Declares an index called `name` (`feature.rows_by_what`).
    pub const fn new(name: &'static str, rule: Rule<E, K, V>) -> Self {
        Self { name, raw: RawName::of(name), rule, rule_version: 1 }
    }

    /// As [`Index::rule_version`].
    #[must_use]
    pub const fn rule_version(mut self, version: u16) -> Self {
        self.rule_version = version;
        self
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

    pub(super) const fn entries(&self) -> RawName {
        self.raw
    }

    pub(super) const fn declared_name(&self) -> &'static str {
        self.name
    }

    fn pair(&self, key: &K, row: &V) -> Option<Pair> {
        Some(Pair { entry: encode(&(self.rule)(key, row)?), value: encode(key) })
    }

    pub(super) fn decode_key(&self, entry: &[u8], key: &[u8]) -> Result<K, StoreError> {
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

    fn form(&self) -> String {
        format!("{} → {}", form_of::<E>("unique index", self.rule_version), K::form())
    }

    fn raw_names(&self) -> Vec<RawName> {
        vec![self.entries()]
    }

    fn pairs(&self, key: &K, row: &V, visit: &mut dyn FnMut(Pair)) {
        self.pair(key, row).into_iter().for_each(visit);
    }

    fn differs(&self, key: &K, before: Option<&V>, after: Option<&V>) -> bool {
        differs_by(self.rule, key, before, after)
    }

    fn follow(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        let pair_of = |row: Option<&V>| row.and_then(|row| self.pair(key, row));
        exchange::<E>(tx, self.entries(), pair_of(before).as_ref(), pair_of(after).as_ref())
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }
}

pub(super) fn add_entry<E: Key>(tx: &Tx<'_>, table: RawName, pair: &Pair) -> Result<(), StoreError> {
    if tx.put(table, &pair.entry, &pair.value)? {
        return Err(StoreError::Duplicate { index: table.declared(), entry: describe::<E>(&pair.entry) });
    }
    Ok(())
}

pub(super) fn remove_entry<E: Key>(tx: &Tx<'_>, table: RawName, pair: &Pair) -> Result<(), StoreError> {
    if !tx.remove(table, &pair.entry)? {
        return Err(StoreError::IndexBroken { index: table.declared(), entry: describe::<E>(&pair.entry) });
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
        write!(f, "Index({})", self.entries.name)
    }
}

impl<E> fmt::Debug for Entries<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entries({})", self.name)
    }
}

impl<E, K, V> fmt::Debug for UniqueIndex<E, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UniqueIndex({})", self.name)
    }
}
