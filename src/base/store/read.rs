//! Reading: the face that a snapshot and a write transaction share.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use redb::{
    ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableHandle,
};

use super::error::StoreError;
use super::handle::Handle;
use super::held::Held;
use super::memo::Memo;
use super::raw_name::{ByName, RawName};
use super::span::{ByteSpan, Direction};

/// Something to read from: a snapshot, or a write transaction with its own changes.
///
/// Functions that read take `&dyn Read`, so that services and views share them. Reading itself goes through
/// [`Table`](super::Table) and the indexes.
pub trait Read: raw::RawRead {}

impl<R: raw::RawRead> Read for R {}

/// All redb tables map bytes to bytes; the types are in [`Table`](super::Table) and the indexes.
pub(super) type Bytes = &'static [u8];

pub(super) mod raw {
    //! Reading bytes. In a module of its own, so that only the store can call it.

    use super::{ByteSpan, ControlFlow, Direction, Held, Memo, RawName, StoreError};

    /// Sees the pairs of a scan one after the other, until it breaks.
    pub(in crate::store) type Visit<'v> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError> + 'v;

    /// What a source of bytes must do.
    pub trait RawRead {
        /// The value at `key`.
        fn get(&self, table: RawName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

        /// Shows the pairs of `span` to `visit`, which must not read or write itself.
        fn scan(
            &self,
            table: RawName,
            span: &ByteSpan,
            direction: Direction,
            visit: &mut Visit<'_>,
        ) -> Result<(), StoreError>;

        /// How many pairs the table holds.
        fn len(&self, table: RawName) -> Result<u64, StoreError>;

        /// What was read before and is still so.
        fn memo(&self) -> &Memo;

        /// What was written and is not stored yet; a snapshot has no such thing.
        fn held(&self) -> Option<&Held> {
            None
        }
    }
}

/// The store as it was when the snapshot was taken. Short-lived: while it exists, the file cannot reuse old pages.
pub(super) struct Snapshot {
    tables: RefCell<ByName<ReadOnlyTable<Bytes, Bytes>>>,
    transaction: ReadTransaction,
    memo: Memo,
    // Dropped last: it keeps the database open.
    _handle: Arc<Handle>,
}

impl Snapshot {
    pub(super) fn take(handle: Arc<Handle>) -> Result<Self, StoreError> {
        let transaction = handle.database()?.begin_read()?;
        Ok(Self { tables: RefCell::default(), transaction, memo: Memo::default(), _handle: handle })
    }

    pub(super) fn table_names(&self) -> Result<HashSet<String>, StoreError> {
        Ok(self.transaction.list_tables()?.map(|table| table.name().to_owned()).collect())
    }

    pub(super) fn transaction(&self) -> &ReadTransaction {
        &self.transaction
    }

    fn with<T>(
        &self,
        name: RawName,
        act: impl FnOnce(&ReadOnlyTable<Bytes, Bytes>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(table) = self.tables.borrow().get(&name) {
            return act(table);
        }
        let table = self.transaction.open_table(TableDefinition::<Bytes, Bytes>::new(&name.to_string()))?;
        let result = act(&table);
        self.tables.borrow_mut().insert(name, table);
        result
    }
}

impl raw::RawRead for Snapshot {
    fn get(&self, table: RawName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(table, |table| get_in(table, key))
    }

    fn scan(
        &self,
        table: RawName,
        span: &ByteSpan,
        direction: Direction,
        visit: &mut raw::Visit<'_>,
    ) -> Result<(), StoreError> {
        self.with(table, |table| scan_in(table, span, direction, visit))
    }

    fn len(&self, table: RawName) -> Result<u64, StoreError> {
        self.with(table, |table| Ok(table.len()?))
    }

    fn memo(&self) -> &Memo {
        &self.memo
    }
}

pub(super) fn get_in(table: &impl ReadableTable<Bytes, Bytes>, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(table.get(key)?.map(|value| value.value().to_vec()))
}

pub(super) fn scan_in(
    table: &impl ReadableTable<Bytes, Bytes>,
    span: &ByteSpan,
    direction: Direction,
    visit: &mut raw::Visit<'_>,
) -> Result<(), StoreError> {
    if span.is_empty() {
        return Ok(());
    }
    let mut pairs = match &span.end {
        Some(end) => table.range::<&[u8]>(span.start.as_slice()..end.as_slice())?,
        None => table.range::<&[u8]>(span.start.as_slice()..)?,
    };
    while let Some(pair) = match direction {
        Direction::Forward => pairs.next(),
        Direction::Backward => pairs.next_back(),
    } {
        let (key, value) = pair?;
        if visit(key.value(), value.value())?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Up to `limit` decoded pairs of `span`.
pub(super) fn page<T>(
    read: &dyn Read,
    table: RawName,
    span: &ByteSpan,
    direction: Direction,
    limit: usize,
    mut decode: impl FnMut(&[u8], &[u8]) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    if limit == 0 {
        return Ok(found);
    }
    read.scan(table, span, direction, &mut |key, value| {
        found.push(decode(key, value)?);
        Ok(if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(found)
}

/// How many pairs a walk over a table takes at a time.
const WALK_CHUNK: usize = 256;

/// Shows every pair of `span` to `visit` in ascending order, a chunk at a time, so that `visit` may read and write.
///
/// A chunk that ends where none can end is damage, and would be shown for ever.
pub(super) fn walk<E: From<StoreError>>(
    read: &dyn Read,
    table: RawName,
    mut span: ByteSpan,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    loop {
        let chunk =
            page(read, table, &span, Direction::Forward, WALK_CHUNK, |key, value| Ok((key.to_vec(), value.to_vec())))?;
        for (key, value) in &chunk {
            visit(key, value)?;
        }
        let Some((last, _)) = chunk.into_iter().nth(WALK_CHUNK - 1) else {
            return Ok(());
        };
        if last < span.start {
            return Err(StoreError::Damaged(format!("the keys of {table} are not in order")).into());
        }
        span.start = last;
        span.start.push(0);
    }
}
