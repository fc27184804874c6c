//! Reading that notes where it is: where redb gives up over damage, that is all that is known of the place.

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::error::{StoreError, contained};
use super::key::hex;
use super::memo::Memo;
use super::raw_name::RawName;
use super::read::Read;
use super::read::raw::{RawRead, Visit};
use super::schema::AnyTable;
use super::span::{ByteSpan, Direction};
use crate::kernel::error::Result;

/// Lets `look` read. An error over damage, also a panic of redb, names the table and the key that were being read, as far as
/// that is known.
pub fn contained_with_place<T>(
    read: &dyn Read,
    tables: &[&'static dyn AnyTable],
    look: impl FnOnce(&dyn Read) -> Result<T>,
) -> Result<T> {
    let reading = Reading { read, at: RefCell::new(None) };
    contained("check", || look(&reading)).map_err(|error| {
        let problem = match StoreError::of(&error) {
            Some(StoreError::Damaged(problem) | StoreError::Engine(problem)) => problem.clone(),
            Some(StoreError::Panicked(_)) => String::from("reading it failed"),
            _ => return error,
        };
        let Some(Place { table, key, reached }) = reading.at.take() else { return error };
        let key = in_words(tables, table, &key, reached);
        StoreError::Corrupt { table: table.declared(), key, problem }.into()
    })
}

/// Reads from something else, and notes what is being read; nothing is noted once that was read.
struct Reading<'r> {
    read: &'r dyn Read,
    at: RefCell<Option<Place>>,
}

struct Place {
    table: RawName,
    key: Vec<u8>,
    reached: Reached,
}

/// What is known of a place.
#[derive(Clone, Copy)]
enum Reached {
    /// The key is being read.
    At,
    /// The key was read, and the next one is being looked for.
    NextTo,
    /// The first key from there on is being looked for.
    From,
}

impl Reading<'_> {
    fn note(&self, table: RawName, key: &[u8], reached: Reached) {
        *self.at.borrow_mut() = Some(Place { table, key: key.to_vec(), reached });
    }

    /// What is read without an error is no place of damage.
    fn done<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_ok() {
            *self.at.borrow_mut() = None;
        }
        result
    }
}

impl RawRead for Reading<'_> {
    fn get(&self, table: RawName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.note(table, key, Reached::At);
        self.done(self.read.get(table, key))
    }

    fn scan(
        &self,
        table: RawName,
        span: &ByteSpan,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.note(table, &span.start, Reached::From);
        let mut noting = |key: &[u8], value: &[u8]| -> Result<ControlFlow<()>, StoreError> {
            self.note(table, key, Reached::NextTo);
            visit(key, value)
        };
        self.done(self.read.scan(table, span, direction, &mut noting))
    }

    fn len(&self, table: RawName) -> Result<u64, StoreError> {
        self.note(table, &[], Reached::From);
        self.done(self.read.len(table))
    }

    fn memo(&self) -> &Memo {
        self.read.memo()
    }
}

fn in_words(tables: &[&'static dyn AnyTable], table: RawName, key: &[u8], reached: Reached) -> String {
    let named = |key: &[u8]| tables.iter().find_map(|known| known.key_in_words(table.declared(), key));
    let at = || named(key).unwrap_or_else(|| hex(key));
    match (reached, key.split_last()) {
        (Reached::At, _) => at(),
        (Reached::NextTo, _) => format!("the row next to {}", at()),
        (Reached::From, None) => String::from("its first row"),
        (Reached::From, Some((0, before))) if let Some(before) = named(before) => format!("the row next to {before}"),
        (Reached::From, Some(_)) => format!("the first row from {} on", at()),
    }
}
