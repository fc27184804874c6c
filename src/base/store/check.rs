//! Does everything fit together? Every row decodes, every row has its index entries, every entry has its row.
//!
//! A table has a snapshot of its own, so that a long check keeps few old pages; one that cannot be read further is a finding
//! and hides no other. What contradicts nothing is not found: a bit that flipped inside a text is a text.

use std::collections::HashSet;
use std::fmt;

use super::codec::Record;
use super::error::StoreError;
use super::index::IndexOf;
use super::key::Key;
use super::read::{Read, walk};
use super::span::ByteSpan;
use super::table::Table;
use super::words::in_words;
use crate::kernel::error::Error;

/// Something in the store that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The table or index.
    pub table: &'static str,
    /// The key or entry.
    pub key: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.table, self.key, self.problem)
    }
}

/// What a check has found so far. A damaged store can have a finding for every row, so only the first are kept.
#[derive(Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    dropped: usize,
}

impl Findings {
    const MOST: usize = 1000;

    pub(super) fn add(&mut self, table: &'static str, key: String, problem: impl Into<String>) {
        if self.kept.len() < Self::MOST {
            self.kept.push(Finding { table, key, problem: problem.into() });
        } else {
            self.dropped += 1;
        }
    }

    /// A table whose rest nobody can read.
    pub(super) fn broken_off(&mut self, table: &'static str, error: &Error) {
        if let Some(&StoreError::Corrupt { table: at, ref key, ref problem }) = StoreError::of(error) {
            return self.add(at, key.clone(), format!("{problem}; {table} cannot be read further"));
        }
        let why = StoreError::of(error).and_then(StoreError::damage).unwrap_or_else(|| error.to_string());
        self.add(table, String::from("rows"), format!("they cannot be read further: {why}"));
    }

    /// The findings; the last one says how many more there were.
    pub(super) fn into_vec(mut self) -> Vec<Finding> {
        if self.dropped > 0 {
            let problem = format!("{} more findings are not listed", self.dropped);
            self.kept.push(Finding { table: "store", key: String::from("all"), problem });
        }
        self.kept
    }
}

/// Compares a table with its indexes in both directions.
pub(super) fn check_table<K: Key, V: Record>(
    table: &Table<K, V>,
    read: &dyn Read,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut rows_in_index = vec![0_u64; table.indexes().len()];
    each_row(table, read, |row| {
        let (key, row) = match row {
            Ok(pair) => pair,
            Err(unreadable) => {
                findings.add(unreadable.table, unreadable.key, unreadable.problem);
                return Ok(());
            }
        };
        for (index, rows) in table.indexes().iter().zip(&mut rows_in_index) {
            let mut pairs = Vec::new();
            index.pairs(&key, &row, &mut |pair| pairs.push(pair));
            for pair in pairs {
                *rows += 1;
                match read.get(index.entries(), &pair.entry)? {
                    Some(value) if value == pair.value => {}
                    Some(_) => {
                        findings.add(index.name(), index.describe(&pair.entry), "the entry leads to another row");
                    }
                    None => findings.add(table.name(), in_words(&key), format!("{} has no entry for it", index.name())),
                }
            }
        }
        Ok(())
    })?;
    for (index, rows) in table.indexes().iter().zip(rows_in_index) {
        if index.has_pairs() && read.len(index.entries())? != rows {
            report_orphans(table, *index, read, findings)?;
        }
        index.check_figures(read, table, findings)?;
    }
    Ok(())
}

/// Lists the entries that no row has. Runs only when the numbers differ, because it holds all expected entries.
fn report_orphans<K: Key, V: Record>(
    table: &Table<K, V>,
    index: &dyn IndexOf<K, V>,
    read: &dyn Read,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut expected = HashSet::new();
    each_row(table, read, |row| {
        if let Ok((key, row)) = row {
            index.pairs(&key, &row, &mut |pair| {
                expected.insert(pair.entry);
            });
        }
        Ok(())
    })?;
    walk(read, index.entries(), ByteSpan::default(), |entry, _| {
        if !expected.contains(entry) {
            findings.add(index.name(), index.describe(entry), "no row has this entry");
        }
        Ok(())
    })
}

/// Shows every row; an unreadable one as a finding.
fn each_row<K: Key, V: Record>(
    table: &Table<K, V>,
    read: &dyn Read,
    mut visit: impl FnMut(Result<(K, V), Finding>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    walk(read, table.raw(), ByteSpan::default(), |key, value| match table.decode(key, value) {
        Ok(row) => visit(Ok(row)),
        Err(StoreError::Corrupt { table, key, problem }) => visit(Err(Finding { table, key, problem })),
        Err(other) => Err(other),
    })
}
