//! An index that keeps, for each bucket, how many rows are in it and what their amounts add up to: coins by member,
//! revenue by week, messages by channel and hour.
//!
//! Invariants: a bucket is kept as long as a row is in it; its figures are those of its rows, which `check` adds up
//! again. A bucket and its rows belong to the same guild, so that a check holds the buckets of one guild at a time.

use std::collections::BTreeMap;
use std::fmt;

use super::check::Findings;
use super::codec::Record;
use super::error::StoreError;
use super::index::{IndexOf, Pair, decode_entry, describe, form_of};
use super::key::{Key, decode, encode};
use super::layout::Progress;
use super::raw_name::RawName;
use super::read::{Read, page, walk};
use super::span::{ByteSpan, Direction, Within};
use super::table::Table;
use super::tx::Tx;
use crate::kernel::error::Result;

/// Computes the bucket of a row and its amount there, or `None` when it counts nowhere.
pub type Amounts<E, K, V> = fn(&K, &V) -> Option<(E, i64)>;

/// What a bucket holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many rows.
    pub count: u64,
    /// What their amounts add up to.
    pub sum: i64,
}

/// Counts and sums of the rows `V` by bucket `E`, kept up to date by the table.
///
/// ```ignore
/// pub static COINS_BY_DAY: SumIndex<(GuildId, Day), (GuildId, EntryId), LedgerEntry> =
///     SumIndex::new("coins.coins_by_day", |(guild, _), entry| Some(((*guild, entry.at.day()), entry.delta)));
/// ```
pub struct SumIndex<E: 'static, K: 'static, V: 'static> {
    name: &'static str,
    raw: RawName,
    rule: Amounts<E, K, V>,
    rule_version: u16,
}

impl<E, K, V> SumIndex<E, K, V> {
    /// Declares an index called `name` (`feature.what_by_bucket`). A bucket begins with the guild of its rows.
    pub const fn new(name: &'static str, rule: Amounts<E, K, V>) -> Self {
        Self { name, raw: RawName::of(name), rule, rule_version: 1 }
    }

    /// As [`Index::rule_version`](super::Index::rule_version).
    #[must_use]
    pub const fn rule_version(mut self, version: u16) -> Self {
        self.rule_version = version;
        self
    }

    const fn raw(&self) -> RawName {
        self.raw
    }
}

impl<E: Key, K, V> SumIndex<E, K, V> {
    /// What one bucket holds.
    pub fn get(&self, read: &dyn Read, bucket: &E) -> Result<Sum> {
        Ok(self.load(read, &encode(bucket))?)
    }

    /// Up to `limit` buckets of `keys` with what they hold, in order or backwards. Buckets without rows are not there.
    pub fn page(
        &self,
        read: &dyn Read,
        keys: impl Within<E>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<(E, Sum)>> {
        let span = keys.span();
        Ok(page(read, self.raw(), &span, direction, limit, |bucket, value| {
            Ok((decode_entry(self.name, bucket)?, self.decode(bucket, value)?))
        })?)
    }

    /// What all buckets of `keys` hold together.
    pub fn total(&self, read: &dyn Read, keys: impl Within<E>) -> Result<Sum> {
        let mut total = Sum::default();
        walk(read, self.raw(), keys.span(), |bucket, value| {
            let sum = self.decode(bucket, value)?;
            total = total.with(sum.count, sum.sum).ok_or_else(|| self.broken(bucket))?;
            Ok::<_, StoreError>(())
        })?;
        Ok(total)
    }

    fn amount(&self, key: &K, row: Option<&V>) -> Option<(Vec<u8>, i64)> {
        (self.rule)(key, row?).map(|(bucket, amount)| (encode(&bucket), amount))
    }

    fn load(&self, read: &dyn Read, bucket: &[u8]) -> Result<Sum, StoreError> {
        read.get(self.raw(), bucket)?.map_or(Ok(Sum::default()), |value| self.decode(bucket, &value))
    }

    fn save(&self, tx: &Tx<'_>, bucket: &[u8], sum: Sum) -> Result<(), StoreError> {
        match sum.count {
            0 => tx.remove(self.raw(), bucket)?,
            count => tx.put(self.raw(), bucket, &encode(&(count, sum.sum)))?,
        };
        Ok(())
    }

    fn decode(&self, bucket: &[u8], value: &[u8]) -> Result<Sum, StoreError> {
        let (count, sum) = decode::<(u64, i64)>(value).ok_or_else(|| self.broken(bucket))?;
        Ok(Sum { count, sum })
    }

    fn add_to(&self, sum: Sum, bucket: &[u8], amount: i64) -> Result<Sum, StoreError> {
        sum.with(1, amount).ok_or_else(|| {
            StoreError::Unwritable(format!("{} of {} is more than can be kept", self.name, describe::<E>(bucket)))
        })
    }

    fn take_from(&self, sum: Sum, bucket: &[u8], amount: i64) -> Result<Sum, StoreError> {
        sum.without(amount).ok_or_else(|| self.broken(bucket))
    }

    fn broken(&self, bucket: &[u8]) -> StoreError {
        StoreError::IndexBroken { index: self.name, entry: describe::<E>(bucket) }
    }

    /// Adds up the rows anew, telling `step` of each, and shows the buckets of one guild after the other.
    fn add_up(
        &self,
        read: &dyn Read,
        table: &Table<K, V>,
        mut step: impl FnMut(),
        mut visit: impl FnMut(BTreeMap<Vec<u8>, Sum>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>
    where
        K: Key,
        V: Record,
    {
        let head_of = |key: &[u8]| key.get(..K::HEAD).unwrap_or(key).to_vec();
        let mut head = Vec::new();
        let mut sums: BTreeMap<Vec<u8>, Sum> = BTreeMap::new();
        walk(read, table.raw(), ByteSpan::default(), |key, value| {
            step();
            let next = head_of(key);
            if head != next {
                head = next;
                visit(std::mem::take(&mut sums))?;
            }
            // What cannot be read is a finding of its own.
            let Ok((key, row)) = table.decode(key, value) else { return Ok::<_, StoreError>(()) };
            let Some((bucket, amount)) = self.amount(&key, Some(&row)) else { return Ok(()) };
            let sum = sums.get(&bucket).copied().unwrap_or_default();
            let sum = self.add_to(sum, &bucket, amount)?;
            sums.insert(bucket, sum);
            Ok(())
        })?;
        visit(sums)
    }
}

impl Sum {
    fn with(self, count: u64, amount: i64) -> Option<Self> {
        Some(Self { count: self.count.checked_add(count)?, sum: self.sum.checked_add(amount)? })
    }

    fn without(self, amount: i64) -> Option<Self> {
        Some(Self { count: self.count.checked_sub(1)?, sum: self.sum.checked_sub(amount)? })
    }
}

impl<E: Key, K: Key, V: Record> IndexOf<K, V> for SumIndex<E, K, V> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn form(&self) -> String {
        form_of::<E>("sum index", self.rule_version)
    }

    fn raw_names(&self) -> Vec<RawName> {
        vec![self.raw()]
    }

    fn has_pairs(&self) -> bool {
        false
    }

    fn pairs(&self, _key: &K, _row: &V, _visit: &mut dyn FnMut(Pair)) {}

    fn differs(&self, key: &K, before: Option<&V>, after: Option<&V>) -> bool {
        self.amount(key, before) != self.amount(key, after)
    }

    fn follow(&self, tx: &Tx<'_>, key: &K, before: Option<&V>, after: Option<&V>) -> Result<(), StoreError> {
        let (before, after) = (self.amount(key, before), self.amount(key, after));
        if before == after {
            return Ok(());
        }
        match (before, after) {
            (Some((bucket, before)), Some((same, after))) if bucket == same => {
                let rest = self.take_from(self.load(tx, &bucket)?, &bucket, before)?;
                self.save(tx, &bucket, self.add_to(rest, &bucket, after)?)
            }
            (before, after) => {
                if let Some((bucket, amount)) = before {
                    self.save(tx, &bucket, self.take_from(self.load(tx, &bucket)?, &bucket, amount)?)?;
                }
                if let Some((bucket, amount)) = after {
                    self.save(tx, &bucket, self.add_to(self.load(tx, &bucket)?, &bucket, amount)?)?;
                }
                Ok(())
            }
        }
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }

    fn build_figures(&self, tx: &Tx<'_>, table: &Table<K, V>, progress: &mut Progress) -> Result<(), StoreError> {
        let save = |sums: BTreeMap<Vec<u8>, Sum>| sums.iter().try_for_each(|(bucket, sum)| self.save(tx, bucket, *sum));
        self.add_up(tx, table, || progress.step(), save)
    }

    fn check_figures(&self, read: &dyn Read, table: &Table<K, V>, findings: &mut Findings) -> Result<(), StoreError> {
        let mut rows_counted = 0;
        self.add_up(
            read,
            table,
            || {},
            |sums| {
                rows_counted += sums.len() as u64;
                for (bucket, expected) in sums {
                    let kept = self.load(read, &bucket)?;
                    if kept != expected {
                        let problem = format!(
                            "{} rows with {} are kept as {} with {}",
                            expected.count, expected.sum, kept.count, kept.sum
                        );
                        findings.add(self.name, describe::<E>(&bucket), problem);
                    }
                }
                Ok(())
            },
        )?;
        let kept = read.len(self.raw())?;
        if kept != rows_counted {
            findings.add(
                self.name,
                String::from("buckets"),
                format!("{kept} buckets are kept, and {rows_counted} have rows"),
            );
        }
        Ok(())
    }
}

impl<E, K, V> fmt::Debug for SumIndex<E, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SumIndex({})", self.name)
    }
}
