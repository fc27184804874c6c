//! Counts what is read, for tests that tell how often.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::missing_panics_doc,
    reason = "for tests alone; a broken setup should fail them"
)]

use std::cell::Cell;

use crate::store::error::StoreError;
use crate::store::held::Held;
use crate::store::memo::Memo;
use crate::store::raw_name::RawName;
use crate::store::read::Read;
use crate::store::read::raw::{RawRead, Visit};
use crate::store::span::{ByteSpan, Direction};

/// Reads from a snapshot or a transaction, with what those remember, and counts.
pub struct Counting<'r> {
    read: &'r dyn Read,
    rows: Cell<usize>,
    ranges: Cell<usize>,
}

impl<'r> Counting<'r> {
    pub fn new(read: &'r dyn Read) -> Self {
        Self { read, rows: Cell::new(0), ranges: Cell::new(0) }
    }

    /// How many single rows and how many ranges were read.
    pub fn counts(&self) -> [usize; 2] {
        [self.rows.get(), self.ranges.get()]
    }
}

impl RawRead for Counting<'_> {
    fn get(&self, table: RawName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.rows.update(|rows| rows + 1);
        self.read.get(table, key)
    }

    fn scan(
        &self,
        table: RawName,
        span: &ByteSpan,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.ranges.update(|ranges| ranges + 1);
        self.read.scan(table, span, direction, visit)
    }

    fn len(&self, table: RawName) -> Result<u64, StoreError> {
        self.read.len(table)
    }

    fn memo(&self) -> &Memo {
        self.read.memo()
    }

    fn held(&self) -> Option<&Held> {
        self.read.held()
    }
}
