//! An index that also knows positions: how many entries come before this one, and which entry is the hundredth.
//!
//! `/queue`, the confirmation of a song and `/mysubmissions` need places and page numbers among up to a million songs. To walk
//! there takes longer the longer the line is, and a stored place would have to be rewritten for the whole line at each gift.
//! So entries are counted in blocks beside the index (`tally`): a place costs a few hundred steps, whatever the size.

use std::fmt;
use std::ops::{ControlFlow, Deref};

use super::check::Findings;
use super::error::StoreError;
use super::index::{Index, IndexOf, Pair, Rule, add_entry, decode_entry, describe, remove_entry};
use super::key::{Key, encode};
use super::layout::Progress;
use super::raw_name::RawName;
use super::read::Read;
use super::span::{Direction, Span, Within};
use super::table::Table;
use super::tally::Tally;
use super::tx::Tx;
use crate::kernel::error::Result;

/// A plain [`Index`] that also tells positions and numbers of entries fast, whatever its size.
///
/// ```ignore
/// let place = QUEUE_ORDER.rank(read, guild, &entry)? + 1;
/// let waiting = QUEUE_ORDER.count(read, (guild, Line::Free))?;
/// ```
pub struct CountedIndex<E: 'static, K: 'static, V: 'static> {
    index: Index<E, K, V>,
}

impl<E, K, V> CountedIndex<E, K, V> {
    /// Declares an index called `name` (`feature.rows_in_order`). Entries must begin with the guild.
    pub const fn new(name: &'static str, rule: Rule<E, K, V>) -> Self {
        Self { index: Index::new(name, rule) }
    }

    /// As [`Index::rule_version`].
    #[must_use]
    pub const fn rule_version(mut self, version: u16) -> Self {
        self.index = self.index.rule_version(version);
        self
    }
}

impl<E: Key, K, V> CountedIndex<E, K, V> {
    /// How many entries of `keys` come before `entry`, which need not be there. 0 when it comes before them.
    pub fn rank(&self, read: &dyn Read, keys: impl Within<E>, entry: &E) -> Result<u64> {
        self.count(read, Span::of(keys).before(entry.clone()))
    }

    /// The ranks of several entries, in their order: for a page of rows, which would look at the same counts again and again.
    pub fn ranks(&self, read: &dyn Read, keys: impl Within<E>, entries: &[E]) -> Result<Vec<u64>> {
        let mut sorted: Vec<(Vec<u8>, usize)> = entries.iter().map(encode).zip(0..).collect();
        sorted.sort_unstable();
        let (encoded, places): (Vec<_>, Vec<_>) = sorted.into_iter().unzip();
        let found = self.tally().ranks(read, keys.span(), &encoded)?;
        let mut ranks: Vec<(usize, u64)> = places.into_iter().zip(found).collect();
        ranks.sort_unstable();
        Ok(ranks.into_iter().map(|(_, rank)| rank).collect())
    }

    /// How many entries `keys` holds.
    pub fn count(&self, read: &dyn Read, keys: impl Within<E>) -> Result<u64> {
        Ok(self.tally().count(read, keys.span())?)
    }

    /// Up to `limit` entries of `keys` in order, behind the first `offset` of them.
    pub fn page_at(&self, read: &dyn Read, keys: impl Within<E>, offset: u64, limit: usize) -> Result<Vec<E>> {
        let mut span = keys.span();
        let (start, passed) = self.tally().seek(read, span.clone(), offset)?;
        span.start = start;
        let mut left_out = offset.saturating_sub(passed);
        let mut found = Vec::new();
        read.scan(self.index.raw(), &span, Direction::Forward, &mut |entry, _| {
            if left_out > 0 {
                left_out -= 1;
                return Ok(ControlFlow::Continue(()));
            }
            if found.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            found.push(decode_entry(self.index.declared_name(), entry)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    fn tally(&self) -> Tally {
        Tally { index: self.index.declared_name(), head: E::HEAD }
    }
}

impl<E: Key, K, V> IndexOf<K, V> for CountedIndex<E, K, V> {
    fn name(&self) -> &'static str {
        self.index.declared_name()
    }

    fn raw_names(&self) -> Vec<RawName> {
        std::iter::once(self.index.raw()).chain(self.tally().raw_names()).collect()
    }

    fn form(&self) -> String {
        self.index.form_as("counted index")
    }

    fn pairs(&self, key: &K, row: &V, visit: &mut dyn FnMut(Pair)) {
        self.index.pairs(key, row, visit);
    }

    fn differs(&self, key: &K, before: Option<&V>, after: Option<&V>) -> bool {
        self.index.has_another_entry(key, before, after)
    }

    fn follow(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        let before = before.and_then(|row| self.index.pair(key, row));
        let after = after.and_then(|row| self.index.pair(key, row));
        if before == after {
            return Ok(());
        }
        if let Some(pair) = before {
            remove_entry::<E>(tx, self.index.raw(), &pair)?;
            self.tally().subtract(tx, &pair.entry)?;
        }
        if let Some(pair) = after {
            add_entry::<E>(tx, self.index.raw(), &pair)?;
            self.tally().add(tx, &pair.entry)?;
        }
        Ok(())
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }

    fn build_figures(&self, tx: &Tx<'_>, _table: &Table<K, V>, _progress: &mut Progress) -> Result<(), StoreError> {
        self.tally().build(tx)
    }

    fn check_figures(&self, read: &dyn Read, _table: &Table<K, V>, findings: &mut Findings) -> Result<(), StoreError> {
        self.tally().check(read, findings)
    }
}

/// Everything that a plain index can answer.
impl<E, K, V> Deref for CountedIndex<E, K, V> {
    type Target = Index<E, K, V>;

    fn deref(&self) -> &Self::Target {
        &self.index
    }
}

impl<E, K, V> fmt::Debug for CountedIndex<E, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountedIndex({:?})", self.index)
    }
}
