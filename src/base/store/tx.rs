//! The write transaction that operations see.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use rand::rngs::StdRng;
use redb::{ReadableTableMetadata, TableDefinition, TableHandle, WriteTransaction};

use super::changes::{Change, Topic};
use super::codec::Record;
use super::error::StoreError;
use super::held::{Held, Typed, Waiting};
use super::manifest::MANIFEST;
use super::memo::Memo;
use super::raw_name::{ByName, Names, RawName};
use super::read::{Bytes, get_in, raw, scan_in};
use super::schema::SEQUENCES;
use super::span::{ByteSpan, Direction};
use crate::kernel::dice::Seed;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refusal;
use crate::kernel::time::Timestamp;

/// One write transaction: reads see its own writes, and everything is kept or nothing is.
///
/// It never hands out a redb table, because opening one twice at once is an error and two features may share a
/// transaction. redb cannot take back a part: an operation refuses before its first write, or succeeds.
pub struct Tx<'t> {
    // Dropped before the transaction is committed, hence the borrow.
    tables: RefCell<ByName<redb::Table<'t, Bytes, Bytes>>>,
    transaction: &'t WriteTransaction,
    memo: Memo,
    held: Held,
    known: &'t Names,
    now: Timestamp,
    seed: Seed,
    writes: Cell<u64>,
    changes: RefCell<Vec<Change>>,
    notes: RefCell<Vec<Note>>,
    fatal: RefCell<Option<StoreError>>,
    /// By which door whoever is served came; each operation has its own.
    door: RefCell<Option<Arc<str>>>,
}

/// What is done once when the transaction is committed.
pub(super) type Note = Box<dyn FnOnce()>;

/// What follows a commit.
pub(super) struct Aftermath {
    pub(super) changes: Vec<Change>,
    pub(super) notes: Vec<Note>,
}

/// Where a transaction stood, to tell what an operation did after that.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    writes: u64,
    changes: usize,
    notes: usize,
}

impl<'t> Tx<'t> {
    pub(super) fn new(transaction: &'t WriteTransaction, known: &'t Names, now: Timestamp, seed: Seed) -> Self {
        Self {
            tables: RefCell::default(),
            transaction,
            memo: Memo::default(),
            held: Held::default(),
            known,
            now,
            seed,
            writes: Cell::new(0),
            changes: RefCell::default(),
            notes: RefCell::default(),
            fatal: RefCell::default(),
            door: RefCell::default(),
        }
    }

    /// By which door whoever this is done for came, as it was said where they came in ([`through`](super::through)); `None` for
    /// what the program does by itself.
    pub fn door(&self) -> Option<Arc<str>> {
        self.door.borrow().clone()
    }

    pub(super) fn enter_by(&self, door: Option<Arc<str>>) {
        *self.door.borrow_mut() = door;
    }

    /// The time of this transaction: the same for every call, and never earlier than that of the transaction before.
    ///
    /// Operations that share a transaction share its time, so what must have an order also has an id.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Chance for one `purpose` and one `subject`, the same each time it is asked: see [`Seed::dice`].
    pub fn dice(&self, purpose: &'static str, subject: impl Hash) -> StdRng {
        self.seed.dice(purpose, subject)
    }

    /// Tells the subscribers of [`Store::changes`](super::Store::changes) after the commit that `topic` changed.
    pub fn publish(&self, topic: Topic, guild: GuildId) {
        self.changes.borrow_mut().push(Change { topic, guild });
    }

    /// Does `note` once after the commit, on the writer's thread, and never when there is none. For lines of the log and
    /// for figures alone: it must be quick, cannot fail, and nothing may depend on it.
    pub fn after_commit(&self, note: impl FnOnce() + 'static) {
        self.notes.borrow_mut().push(Box::new(note));
    }

    /// The next number of a sequence of one guild: 1, 2, 3 … A number is never given twice.
    pub fn next_id(&self, guild: GuildId, sequence: &'static str) -> Result<u64> {
        let key = (guild, sequence.to_owned());
        let id = SEQUENCES.get(self, &key)?.unwrap_or(0) + 1;
        SEQUENCES.put(self, &key, &id)?;
        Ok(id)
    }

    /// Runs a step whose refusal the caller tolerates: `Ok(Err(refusal))` when it refused, having written nothing.
    ///
    /// A step that wrote before it refused is a failure, because its writes cannot be taken back alone.
    pub fn step<T>(&self, step: impl FnOnce(&Self) -> Result<T>) -> Result<Result<T, Refusal>> {
        let mark = self.mark();
        match step(self) {
            Ok(value) => Ok(Ok(value)),
            Err(Error::Refused(refusal)) if self.wrote_since(mark) => {
                Err(StoreError::RefusedAfterWriting(refusal.code).into())
            }
            Err(Error::Refused(refusal)) => {
                self.forget_changes_since(mark);
                Ok(Err(refusal))
            }
            Err(failed) => Err(failed),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { writes: self.writes.get(), changes: self.changes.borrow().len(), notes: self.notes.borrow().len() }
    }

    pub(super) fn wrote_since(&self, mark: Mark) -> bool {
        self.writes.get() != mark.writes
    }

    pub(super) fn forget_changes_since(&self, mark: Mark) {
        self.changes.borrow_mut().truncate(mark.changes);
        self.notes.borrow_mut().truncate(mark.notes);
    }

    /// Ends the transaction's work: what follows the commit, or the error after which nothing can be committed.
    pub(super) fn finish(self) -> Result<Aftermath, StoreError> {
        match self.fatal.into_inner() {
            Some(error) => Err(error),
            None => Ok(Aftermath { changes: self.changes.into_inner(), notes: self.notes.into_inner() }),
        }
    }

    pub(super) fn has_written(&self) -> bool {
        self.writes.get() > 0
    }

    /// Makes the transaction one that is committed although nothing is written.
    pub(super) fn commit_even_if_empty(&self) {
        self.writes.set(self.writes.get() + 1);
    }

    /// Creates a table that is not there yet.
    pub(super) fn create(&self, table: RawName) -> Result<(), StoreError> {
        self.with(table, |_| Ok(()))
    }

    /// Takes away what a snapshot says about itself: it is a store in use from now on.
    pub(super) fn forget_manifest(&self) -> Result<(), StoreError> {
        self.writes.update(|writes| writes + 1);
        self.transaction.delete_table(TableDefinition::<Bytes, Bytes>::new(MANIFEST))?;
        Ok(())
    }

    /// Writes a pair; true when the key was there before.
    pub(super) fn put(&self, table: RawName, key: &[u8], value: &[u8]) -> Result<bool, StoreError> {
        self.note_write(table);
        let was_held = self.held.forget(table, key);
        self.with(table, |table| Ok(table.insert(key, value)?.is_some() || was_held))
    }

    /// Removes a pair; true when the key was there.
    pub(super) fn remove(&self, table: RawName, key: &[u8]) -> Result<bool, StoreError> {
        self.note_write(table);
        let was_held = self.held.forget(table, key);
        self.with(table, |table| Ok(table.remove(key)?.is_some() || was_held))
    }

    /// Puts a row of which no index keeps anything else than before. It is stored when somebody reads its table, or at the
    /// end of the operation.
    pub(super) fn hold(&self, table: RawName, key: Vec<u8>, row: Box<dyn Waiting>) -> Result<(), StoreError> {
        self.note_write(table);
        if self.held.hold(table, key, row) { self.write_held_of(table) } else { Ok(()) }
    }

    /// A row that is held, to be changed and held again.
    pub(super) fn take_held<V: Record>(&self, table: RawName, key: &[u8]) -> Option<Box<Typed<V>>> {
        self.held.take(table, key)
    }

    /// Stores every row that is held back: the end of an operation.
    pub(super) fn write_held(&self) -> Result<(), StoreError> {
        while let Some(table) = self.held.any_table() {
            self.write_held_of(table)?;
        }
        Ok(())
    }

    /// Stores the rows of a table that are held back. They were noted as writes when they were put.
    fn write_held_of(&self, table: RawName) -> Result<(), StoreError> {
        if !self.held.has(table) {
            return Ok(());
        }
        let rows = self.held.encoded(table)?;
        self.with(table, |table| {
            for (key, value) in &rows {
                table.insert(key.as_slice(), value.as_slice())?;
            }
            Ok(())
        })?;
        self.held.forget_all(table);
        Ok(())
    }

    /// Removes every pair.
    pub(super) fn clear(&self, table: RawName) -> Result<(), StoreError> {
        self.note_write(table);
        self.held.forget_all(table);
        // To drop the tree is much faster than to take one pair after the other out of it.
        self.tables.borrow_mut().remove(&table);
        self.drop_table(&table.to_string())?;
        self.create(table)
    }

    /// Drops what an index left that this program does not know, with its parts (`name#part`).
    pub(super) fn drop_tables_of(&self, name: &str) -> Result<(), StoreError> {
        let known: HashSet<String> = self.known.iter().map(RawName::to_string).collect();
        let of_index = |table: &str| {
            let part = table.strip_prefix(name);
            part.is_some_and(|part| part.is_empty() || part.starts_with('#')) && !known.contains(table)
        };
        let tables = self.transaction.list_tables()?.map(|table| table.name().to_owned()).filter(|name| of_index(name));
        tables.collect::<Vec<_>>().iter().try_for_each(|name| self.drop_table(name))
    }

    fn drop_table(&self, name: &str) -> Result<(), StoreError> {
        self.writes.update(|writes| writes + 1);
        let dropped = self.transaction.delete_table(TableDefinition::<Bytes, Bytes>::new(name));
        self.noting_fatal(dropped.map(drop).map_err(StoreError::from))
    }

    /// Notes that a table is about to be written: what was made from it may be wrong after that.
    fn note_write(&self, table: RawName) {
        self.writes.update(|writes| writes + 1);
        self.memo.forget(table);
    }

    fn with<T>(
        &self,
        name: RawName,
        act: impl FnOnce(&mut redb::Table<'t, Bytes, Bytes>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.noting_fatal(self.with_open(name, act))
    }

    fn noting_fatal<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result
            && error.is_fatal()
        {
            self.fatal.borrow_mut().get_or_insert_with(|| error.clone());
        }
        result
    }

    fn with_open<T>(
        &self,
        name: RawName,
        act: impl FnOnce(&mut redb::Table<'t, Bytes, Bytes>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut tables = self.tables.borrow_mut();
        if let Some(table) = tables.get_mut(&name) {
            return act(table);
        }
        // redb would create the table, and a forgotten line in the schema would go unnoticed.
        if !self.known.contains(&name) {
            return Err(StoreError::UnknownTable(name.to_string()));
        }
        let definition = name.to_string();
        let table = self.transaction.open_table(TableDefinition::<Bytes, Bytes>::new(&definition))?;
        act(tables.entry(name).or_insert(table))
    }
}

impl raw::RawRead for Tx<'_> {
    fn get(&self, table: RawName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if self.held.holds(table, key) {
            self.write_held_of(table)?;
        }
        self.with(table, |table| get_in(table, key))
    }

    fn scan(
        &self,
        table: RawName,
        span: &ByteSpan,
        direction: Direction,
        visit: &mut raw::Visit<'_>,
    ) -> Result<(), StoreError> {
        self.write_held_of(table)?;
        self.with(table, |table| scan_in(table, span, direction, visit))
    }

    fn len(&self, table: RawName) -> Result<u64, StoreError> {
        self.write_held_of(table)?;
        self.with(table, |table| Ok(table.len()?))
    }

    fn memo(&self) -> &Memo {
        &self.memo
    }

    fn held(&self) -> Option<&Held> {
        Some(&self.held)
    }
}
