//! An index with any number of entries for one row: its tags, its roles, its participants.

use std::fmt;
use std::ops::Deref;

use super::error::StoreError;
use super::index::{Entries, IndexOf, Pair, add_entry, describe, form_of, remove_entry};
use super::key::{Key, encode};
use super::raw_name::RawName;
use super::tx::Tx;

/// Computes the entries of a row; the same one twice counts once.
pub type Rules<E, K, V> = fn(&K, &V) -> Vec<E>;

/// As a plain [`Index`](super::Index), with several entries for each row.
///
/// An entry ends with the row's own id, so that no two rows have the same one.
///
/// ```ignore
/// pub static TICKETS_BY_PARTICIPANT: MultiIndex<(GuildId, UserId, TicketId), (GuildId, TicketId), Ticket> =
///     MultiIndex::new("tickets.tickets_by_participant", |(guild, id), ticket| {
///         ticket.participants.iter().map(|user| (*guild, *user, *id)).collect()
///     });
/// ```
pub struct MultiIndex<E: 'static, K: 'static, V: 'static> {
    entries: Entries<E>,
    rule: Rules<E, K, V>,
    rule_version: u16,
}

impl<E, K, V> MultiIndex<E, K, V> {
    /// Declares an index called `name` (`feature.rows_by_what`).
    pub const fn new(name: &'static str, rule: Rules<E, K, V>) -> Self {
        Self { entries: Entries::of(name), rule, rule_version: 1 }
    }

    /// As [`Index::rule_version`](super::Index::rule_version).
    #[must_use]
    pub const fn rule_version(mut self, version: u16) -> Self {
        self.rule_version = version;
        self
    }
}

impl<E: Key, K, V> MultiIndex<E, K, V> {
    /// The pairs of a row in the order of their entries, each once.
    fn sorted_pairs(&self, key: &K, row: &V) -> Vec<Pair> {
        let entries = (self.rule)(key, row);
        let mut pairs: Vec<Pair> =
            entries.iter().map(|entry| Pair { entry: encode(entry), value: Vec::new() }).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

impl<E: Key, K, V> IndexOf<K, V> for MultiIndex<E, K, V> {
    fn name(&self) -> &'static str {
        self.entries.declared_name()
    }

    fn form(&self) -> String {
        form_of::<E>("multi index", self.rule_version)
    }

    fn raw_names(&self) -> Vec<RawName> {
        vec![self.entries.raw()]
    }

    fn pairs(&self, key: &K, row: &V, visit: &mut dyn FnMut(Pair)) {
        self.sorted_pairs(key, row).into_iter().for_each(visit);
    }

    fn differs(&self, key: &K, before: Option<&V>, after: Option<&V>) -> bool {
        let pairs_of = |row: Option<&V>| row.map(|row| self.sorted_pairs(key, row)).unwrap_or_default();
        pairs_of(before) != pairs_of(after)
    }

    fn follow(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        let pairs_of = |row: Option<&V>| row.map(|row| self.sorted_pairs(key, row)).unwrap_or_default();
        let (before, after) = (pairs_of(before), pairs_of(after));
        let is_in = |pairs: &[Pair], pair: &Pair| pairs.binary_search(pair).is_ok();
        for pair in before.iter().filter(|pair| !is_in(&after, pair)) {
            remove_entry::<E>(tx, self.entries.raw(), pair)?;
        }
        for pair in after.iter().filter(|pair| !is_in(&before, pair)) {
            add_entry::<E>(tx, self.entries.raw(), pair)?;
        }
        Ok(())
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }
}

/// Everything that can be read of it.
impl<E, K, V> Deref for MultiIndex<E, K, V> {
    type Target = Entries<E>;

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl<E, K, V> fmt::Debug for MultiIndex<E, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MultiIndex({})", self.entries.declared_name())
    }
}
