//! How the indexes in a file were built, and building those that are not what this program keeps up to date.
//!
//! An index that a table got later is not in older files, and one that an older program did not know has missed what that
//! program wrote. So the file remembers the form of each of its indexes, and opening compares. An index with another form
//! is built anew from the rows, one that the program does not know is dropped: whoever knows it builds it again.
//!
//! Invariant: a form stands in the file only while every program that wrote to the file kept that index up to date.

use std::collections::{BTreeMap, HashSet};

use super::codec::Record;
use super::error::StoreError;
use super::index::{IndexOf, Pair};
use super::key::Key;
use super::read::{Read, walk};
use super::schema::{AnyTable, META, Schema};
use super::span::{ByteSpan, Direction, Span};
use super::table::Table;
use super::tx::Tx;
use crate::kernel::error::Result;
use crate::kernel::time::Stopwatch;

/// The form of each index in the file, by its name.
pub(super) static LAYOUT: Table<String, String> = Table::new("store.layout", &[]);

/// Where [`META`] keeps the version of a table's rows, before the name of the table.
const ROWS: &str = "rows:";

/// More indexes than a file has.
const ALL: usize = 100_000;

/// What has to be done so that every index is whole.
#[derive(Default)]
pub(super) struct Work {
    /// Indexes to build, with their tables.
    stale: Vec<(&'static dyn AnyTable, &'static str)>,
    /// Indexes in the file that this program does not know.
    unknown: Vec<String>,
    /// Whether what the file says of its rows and indexes is as this program would write it.
    is_noted: bool,
}

impl Work {
    pub(super) fn is_nothing(&self) -> bool {
        self.stale.is_empty() && self.unknown.is_empty() && self.is_noted
    }
}

/// Compares the file, whose redb tables are `present`, with the schema.
pub(super) fn plan(read: &dyn Read, present: &HashSet<String>, schema: &Schema) -> Result<Work> {
    let is_noting = present.contains(LAYOUT.name());
    let noted = if is_noting { LAYOUT.page(read, Span::all(), Direction::Forward, ALL)? } else { Vec::new() };
    let noted: BTreeMap<String, String> = noted.into_iter().collect();
    let mut work = Work { is_noted: is_noting, ..Work::default() };
    for table in schema.all_tables().filter(|table| present.contains(table.name())) {
        work.is_noted &= META.get(read, &rows_of(table))? == Some(u64::from(table.row_version()));
        for (name, form) in table.index_forms() {
            let is_there = table.index_tables(name).iter().all(|raw| present.contains(&raw.to_string()));
            let is_whole = is_there
                && if is_noting {
                    noted.get(name) == Some(&form)
                } else {
                    // Before forms were noted, each program built what it added. One that did not left the index empty.
                    !is_empty(read, name)? || table.row_count(read)? == 0
                };
            if !is_whole {
                work.stale.push((table, name));
            }
        }
    }
    let known: HashSet<&str> = schema.all_tables().flat_map(AnyTable::index_forms).map(|(name, _)| name).collect();
    work.unknown = noted.into_keys().filter(|name| !known.contains(name.as_str())).collect();
    Ok(work)
}

/// The table whose rows a newer program wrote in a version that this one cannot read.
pub(super) fn newer_rows(read: &dyn Read, schema: &Schema) -> Result<Option<&'static str>> {
    for table in schema.all_tables() {
        if META.get(read, &rows_of(table))?.is_some_and(|found| found > u64::from(table.row_version())) {
            return Ok(Some(table.name()));
        }
    }
    Ok(None)
}

/// Builds what is stale, and drops what nobody keeps up to date any more.
pub(super) fn mend(tx: &Tx<'_>, work: &Work) -> Result<()> {
    for name in &work.unknown {
        tracing::info!(index = %name, "dropping an index that this version of Greenroom does not keep up to date");
        tx.drop_tables_of(name)?;
        LAYOUT.remove(tx, name)?;
    }
    for (table, name) in &work.stale {
        table.build_index(tx, name)?;
    }
    Ok(())
}

/// Notes what the file holds from now on.
pub(super) fn note(tx: &Tx<'_>, schema: &Schema) -> Result<()> {
    for table in schema.all_tables() {
        META.put(tx, &rows_of(table), &u64::from(table.row_version()))?;
        for (name, form) in table.index_forms() {
            LAYOUT.put(tx, &name.to_owned(), &form)?;
        }
    }
    Ok(())
}

fn rows_of(table: &dyn AnyTable) -> String {
    format!("{ROWS}{}", table.name())
}

fn is_empty(read: &dyn Read, index: &'static str) -> Result<bool> {
    Ok(read.len(super::raw_name::RawName::of(index))? == 0)
}

/// How many bytes of pairs are sorted at a time: written in their order they are several times as fast as in that of the
/// rows, and so few fit into any memory.
const RUN_BYTES: usize = if cfg!(test) { 4096 } else { 8 * 1024 * 1024 };

/// What a pair takes besides its bytes.
const PAIR_OVERHEAD: usize = size_of::<Pair>() + 32;

/// Builds an index anew from the rows of its table.
pub(super) fn build<K: Key, V: Record>(
    table: &Table<K, V>,
    index: &dyn IndexOf<K, V>,
    tx: &Tx<'_>,
) -> Result<(), StoreError> {
    for raw in index.raw_names() {
        tx.clear(raw)?;
    }
    let read: &dyn Read = tx;
    let mut progress = Progress::begin(index.name(), read.len(table.raw())?);
    if index.has_pairs() {
        let mut run = Run::default();
        walk(tx, table.raw(), ByteSpan::default(), |key, value| {
            let (key, row) = table.decode(key, value)?;
            index.pairs(&key, &row, &mut |pair| run.add(pair));
            if run.bytes > RUN_BYTES {
                run.write(tx, index)?;
            }
            progress.step();
            Ok::<_, StoreError>(())
        })?;
        run.write(tx, index)?;
    }
    index.build_figures(tx, table, &mut progress)
}

/// Pairs that are written together.
#[derive(Default)]
struct Run {
    pairs: Vec<Pair>,
    bytes: usize,
}

impl Run {
    fn add(&mut self, pair: Pair) {
        self.bytes += pair.entry.len() + pair.value.len() + PAIR_OVERHEAD;
        self.pairs.push(pair);
    }

    fn write<K, V>(&mut self, tx: &Tx<'_>, index: &dyn IndexOf<K, V>) -> Result<(), StoreError> {
        self.pairs.sort_unstable();
        for pair in self.pairs.drain(..) {
            if tx.put(index.entries(), &pair.entry, &pair.value)? {
                return Err(StoreError::Duplicate { index: index.name(), entry: index.describe(&pair.entry) });
            }
        }
        self.bytes = 0;
        Ok(())
    }
}

/// Says how far a long build is.
pub struct Progress {
    index: &'static str,
    rows: u64,
    done: u64,
    since: Stopwatch,
    told: u64,
}

impl Progress {
    /// Rows between two looks at the clock.
    const STEP: u64 = if cfg!(test) { 1_024 } else { 65_536 };
    /// Seconds between two lines of the log.
    const PAUSE: u64 = if cfg!(test) { 0 } else { 5 };

    fn begin(index: &'static str, rows: u64) -> Self {
        tracing::info!(index, rows, "building an index");
        Self { index, rows, done: 0, since: Stopwatch::start(), told: 0 }
    }

    /// One more row is read.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(Self::STEP) {
            let seconds = self.since.elapsed().as_secs();
            if seconds >= self.told + Self::PAUSE {
                self.told = seconds;
                tracing::info!(index = self.index, "{} of {} rows are read", self.done, self.rows);
            }
        }
    }
}
