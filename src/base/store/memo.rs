//! What an operation has read of small tables, kept so that it is read once: see [`Table::remembered`].
//!
//! A snapshot and a write transaction have a memo each. A snapshot never changes. A transaction forgets what was made from
//! a table as soon as that table is written, by whichever operation of the batch; where an operation is rolled back, the
//! transaction goes with its memo. So what is remembered is at every moment what reading anew would give.
//!
//! # Invariants
//! - What is remembered depends on the rows of one guild in one table alone.
//! - What was found out while something was written is handed out once and not remembered.
//! - A memo is bounded, whatever is asked of it: [`MOST_GUILDS`] of a table with [`MOST_ROWS`] rows each.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::codec::Record;
use super::error::StoreError;
use super::key::Key;
use super::raw_name::RawName;
use super::read::Read;
use super::span::{Direction, Within};
use super::table::Table;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;

/// A guild with more rows than these is not remembered.
const MOST_ROWS: usize = 512;

/// The guilds of a table that are remembered at once; past this the memory of that table starts again.
const MOST_GUILDS: usize = 32;

/// See the module.
#[derive(Default)]
pub struct Memo {
    /// A handful at most, and mostly one: looking through them is faster than a map.
    tables: RefCell<Vec<OfTable>>,
    /// How often a table was written, so that what was read before a write is not taken for what is there after it.
    writes: Cell<u64>,
}

struct OfTable {
    table: RawName,
    kept: Vec<(GuildId, Box<dyn Any>)>,
}

impl Memo {
    /// What is remembered of a guild's rows in a table, or else what `find_out` makes of them.
    ///
    /// `find_out` may use the memo itself. A `T` has one meaning for each table.
    pub(super) fn of<T: Clone + 'static, E>(
        &self,
        table: RawName,
        guild: GuildId,
        find_out: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(known) = self.recall(table, guild) {
            return Ok(known);
        }
        let before = self.writes.get();
        let found = find_out()?;
        if self.writes.get() == before {
            self.keep(table, guild, found.clone());
        }
        Ok(found)
    }

    /// Forgets what was made from a table, which is about to be written.
    pub(super) fn forget(&self, table: RawName) {
        self.writes.update(|writes| writes + 1);
        if let Some(of_table) = self.tables.borrow_mut().iter_mut().find(|of_table| of_table.table == table) {
            of_table.kept.clear();
        }
    }

    fn recall<T: Clone + 'static>(&self, table: RawName, guild: GuildId) -> Option<T> {
        let tables = self.tables.borrow();
        let of_table = tables.iter().find(|of_table| of_table.table == table)?;
        let mut of_guild = of_table.kept.iter().filter(|(of, _)| *of == guild);
        of_guild.find_map(|(_, known)| known.downcast_ref::<T>()).cloned()
    }

    fn keep<T: 'static>(&self, table: RawName, guild: GuildId, found: T) {
        let kept: (GuildId, Box<dyn Any>) = (guild, Box::new(found));
        let mut tables = self.tables.borrow_mut();
        match tables.iter_mut().find(|of_table| of_table.table == table) {
            Some(of_table) => {
                if of_table.kept.len() >= MOST_GUILDS {
                    of_table.kept.clear();
                }
                of_table.kept.push(kept);
            }
            None => tables.push(OfTable { table, kept: vec![kept] }),
        }
    }
}

impl<K: Key, V: Record> Table<K, V> {
    /// What `make` makes of all rows of a guild, in key order. An operation reads and makes it once, until the table is
    /// written.
    ///
    /// For small tables of which an operation asks again and again, such as settings. `None` where the guild has more rows
    /// than are worth remembering, or one of them cannot be read: then the caller reads what it needs by itself, and meets
    /// what is damaged only if it asks for exactly that. `make` sees nothing but the rows, so that the result depends on
    /// nothing else. It is remembered by its type: give each use of a table a type of its own.
    pub fn remembered<T: 'static>(
        &self,
        read: &dyn Read,
        guild: GuildId,
        make: fn(Vec<(K, V)>) -> T,
    ) -> Result<Option<Rc<T>>>
    where
        GuildId: Within<K>,
    {
        read.memo().of(self.raw(), guild, || match self.page(read, guild, Direction::Forward, MOST_ROWS + 1) {
            Ok(rows) if rows.len() > MOST_ROWS => Ok(None),
            Ok(rows) => Ok(Some(Rc::new(make(rows)))),
            Err(error) if matches!(StoreError::of(&error), Some(StoreError::Corrupt { .. })) => Ok(None),
            Err(error) => Err(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SONGS: RawName = RawName::of("sample.songs");
    const LINES: RawName = RawName::of("sample.lines");
    const GUILD: GuildId = GuildId::new(1);
    const OTHER: GuildId = GuildId::new(2);

    /// What is remembered, or else `found`.
    fn ask<T: Clone + 'static>(memo: &Memo, table: RawName, guild: GuildId, found: T) -> T {
        memo.of(table, guild, || Ok::<_, StoreError>(found)).unwrap()
    }

    #[test]
    fn it_is_found_out_once_for_each_table_guild_and_type() {
        let memo = Memo::default();
        assert_eq!(ask(&memo, SONGS, GUILD, 1), 1);
        assert_eq!(ask(&memo, SONGS, GUILD, 2), 1);
        assert_eq!(ask(&memo, SONGS, OTHER, 3), 3);
        assert_eq!(ask(&memo, LINES, GUILD, 4), 4);
        assert_eq!(ask(&memo, RawName::part("sample.songs", "#"), GUILD, 5), 5);
        assert_eq!(ask(&memo, SONGS, GUILD, "six"), "six");
        assert_eq!((ask(&memo, SONGS, GUILD, 7), ask(&memo, SONGS, GUILD, "eight")), (1, "six"));
    }

    #[test]
    fn a_write_to_the_table_makes_it_forget_and_one_elsewhere_does_not() {
        let memo = Memo::default();
        memo.forget(SONGS);
        assert_eq!((ask(&memo, SONGS, GUILD, 1), ask(&memo, SONGS, OTHER, 2)), (1, 2));
        memo.forget(LINES);
        assert_eq!(ask(&memo, SONGS, GUILD, 3), 1);
        memo.forget(SONGS);
        assert_eq!((ask(&memo, SONGS, GUILD, 4), ask(&memo, SONGS, OTHER, 5)), (4, 5));
    }

    #[test]
    fn one_thing_may_be_found_out_while_another_is() {
        let memo = Memo::default();
        let sum = memo.of(SONGS, GUILD, || {
            Ok::<_, StoreError>(ask(&memo, SONGS, GUILD, "one").len() + ask(&memo, LINES, GUILD, 2_usize))
        });
        assert_eq!(sum, Ok(5));
        assert_eq!(ask(&memo, SONGS, GUILD, 6_usize), 5);
        assert_eq!((ask(&memo, SONGS, GUILD, "seven"), ask(&memo, LINES, GUILD, 8_usize)), ("one", 2));
    }

    #[test]
    fn what_fails_or_is_written_meanwhile_is_not_remembered() {
        let memo = Memo::default();
        let failed = memo.of(SONGS, GUILD, || Err::<i32, _>(StoreError::Closed));
        assert_eq!(failed, Err(StoreError::Closed));
        let written = memo.of(SONGS, GUILD, || {
            memo.forget(SONGS);
            Ok::<_, StoreError>(1)
        });
        assert_eq!(written, Ok(1));
        assert_eq!(ask(&memo, SONGS, GUILD, 2), 2);
    }

    #[test]
    fn it_does_not_grow_with_the_guilds() {
        let memo = Memo::default();
        for guild in 0..10_000 {
            assert_eq!(ask(&memo, SONGS, GuildId::new(guild), guild), guild);
            assert_eq!(ask(&memo, SONGS, GuildId::new(guild), 0_u64), guild);
        }
        let tables = memo.tables.borrow();
        assert!(tables.len() == 1 && tables[0].kept.len() <= MOST_GUILDS);
    }
}
