//! Rows that a transaction holds back: what an operation writes again and again is encoded once.
//!
//! A row of a table that says so ([`Table::held_back`](super::Table::held_back)) stays as it is in memory until the operation
//! that wrote it ends. Whoever reads the row gets it from here; whoever reads bytes of its table (ranges, counts, checks) has
//! what is held of that table written first. So nobody can tell, but by the time that it takes.
//!
//! # Invariants
//! - An index is never behind its table: a row is held only where no index keeps something else of it than of the row that
//!   is stored. Everything else is written at once, so a second row with a unique entry is refused at once, too.
//! - A row that is held counts as a write from the moment at which it is put, and is no other write when it is stored.
//! - What is held at the end of an operation is written as a part of it, and fails with it. Where the operation failed, the
//!   transaction goes, and what is held with it.
//! - It is bounded, whatever an operation writes: [`MOST_ROWS`] of each table.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;

use super::codec::{self, Record};
use super::error::StoreError;
use super::raw_name::RawName;

/// With so many rows of a table, they are written before the operation ends.
const MOST_ROWS: usize = 4_096;

/// See the module.
#[derive(Default)]
pub struct Held {
    /// A handful at most, and mostly none: looking through them is faster than a map.
    tables: RefCell<Vec<(RawName, Rows)>>,
}

/// Rows by their encoded keys, so that they are written in the order of the table.
type Rows = BTreeMap<Vec<u8>, Box<dyn Waiting>>;

/// An encoded key and the bytes of its row.
type Pair = (Vec<u8>, Vec<u8>);

/// A row of whatever type.
pub(super) trait Waiting {
    fn as_any(&self) -> &dyn Any;

    fn into_any(self: Box<Self>) -> Box<dyn Any>;

    /// Its bytes.
    fn encoded(&self) -> Result<Vec<u8>, StoreError>;
}

/// A row of this type.
pub(super) struct Typed<V>(pub V);

impl<V: Record> Waiting for Typed<V> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn encoded(&self) -> Result<Vec<u8>, StoreError> {
        codec::encode(&self.0)
    }
}

impl Held {
    /// The row at a key, where it is held.
    pub(super) fn row<V: Record>(&self, table: RawName, key: &[u8], copy: fn(&V) -> V) -> Option<V> {
        let tables = self.tables.borrow();
        let (_, rows) = tables.iter().find(|(name, _)| *name == table)?;
        let Typed(row) = rows.get(key)?.as_any().downcast_ref::<Typed<V>>()?;
        Some(copy(row))
    }

    /// The row at a key, where it is held, to be changed and held again: until then it is not.
    pub(super) fn take<V: Record>(&self, table: RawName, key: &[u8]) -> Option<Box<Typed<V>>> {
        let mut tables = self.tables.borrow_mut();
        let (_, rows) = tables.iter_mut().find(|(name, _)| *name == table)?;
        rows.remove(key)?.into_any().downcast().ok()
    }

    /// Whether the row at a key is held.
    pub(super) fn holds(&self, table: RawName, key: &[u8]) -> bool {
        self.tables.borrow().iter().any(|(name, rows)| *name == table && rows.contains_key(key))
    }

    /// Whether rows of a table are held.
    pub(super) fn has(&self, table: RawName) -> bool {
        self.tables.borrow().iter().any(|(name, _)| *name == table)
    }

    /// Holds a row. True when it is time to write those of its table.
    pub(super) fn hold(&self, table: RawName, key: Vec<u8>, row: Box<dyn Waiting>) -> bool {
        let mut tables = self.tables.borrow_mut();
        if let Some((_, rows)) = tables.iter_mut().find(|(name, _)| *name == table) {
            rows.insert(key, row);
            rows.len() >= MOST_ROWS
        } else {
            tables.push((table, Rows::from([(key, row)])));
            false
        }
    }

    /// Holds the row at a key no more; true when it was held.
    pub(super) fn forget(&self, table: RawName, key: &[u8]) -> bool {
        let mut tables = self.tables.borrow_mut();
        tables.iter_mut().any(|(name, rows)| *name == table && rows.remove(key).is_some())
    }

    /// Holds no row of a table any more.
    pub(super) fn forget_all(&self, table: RawName) {
        self.tables.borrow_mut().retain(|(name, _)| *name != table);
    }

    /// A table of which rows are held, if there is one.
    pub(super) fn any_table(&self) -> Option<RawName> {
        self.tables.borrow().first().map(|(name, _)| *name)
    }

    /// The keys and bytes of the rows that are held of a table, in the order of the keys.
    pub(super) fn encoded(&self, table: RawName) -> Result<Vec<Pair>, StoreError> {
        let tables = self.tables.borrow();
        let rows = tables.iter().filter(|(name, _)| *name == table).flat_map(|(_, rows)| rows);
        rows.map(|(key, row)| Ok((key.clone(), row.encoded()?))).collect()
    }
}
