//! The embedded store: redb, and nothing else in Greenroom knows redb.
//!
//! # Declaring what is stored
//! A [`Table`] is a static: its name, the types of its keys and rows, and its indexes. A row and its index entries change
//! together, because only the table changes either. An [`Index`] gives the rows in another order, a [`UniqueIndex`] finds
//! the one row that has an entry, a [`CountedIndex`] also tells positions. Keys begin with the guild, so that a guild is
//! one range of every table. Rows are [`Record`]s with a version; a change of the stored data is a [`Migration`]. The
//! [`Schema`] lists it all.
//!
//! # Writing
//! [`Store::write`] hands a function to the one writer thread, which runs it in a transaction together with others that
//! wait, and answers after the commit. The function sees a [`Tx`]: it reads its own writes, has a time and chance of its
//! own, and stages what is published after the commit. It refuses before its first write, or succeeds; one that writes
//! and then fails is rolled back without harm to the others. Rows that one operation writes again and again are encoded
//! once where their table says so ([`Table::held_back`]); nothing else is to be known of that.
//!
//! # Reading
//! [`Store::read`] runs a function on a snapshot. Functions that read take `&dyn Read` and work in both places. What an
//! operation asks again and again of a small table is read once ([`Table::remembered`]). A [`Selection`] reads a filtered
//! list page by page, each of bounded work.
//!
//! # Changing what is stored
//! - A **field** stands at the end of its struct and is listed by [`fields!`](crate::fields); rows of before are read with its
//!   default. Anywhere else, or in a struct inside the record, it makes a new version with a [`Record::decode_old`].
//! - A **variant** stands behind the last one of its enum.
//! - A **text inside a row**, such as what a job carries, is [`form::Carried`]; a field that comes later has a `serde(default)`.
//! - A **table** is a static, and a line in the `TABLES` of its module. Keys have no version: others are another table.
//! - An **index** is a static, and a place in the list of its table; opening builds it. A changed rule gets the next
//!   [`Index::rule_version`].
//! - Each of these raises the version of the store by a [`Migration`], which may do nothing, so that an older program refuses
//!   the file. Tests hold this to be true: how all of it looks stands in `tests/golden` (`catalogue::formats`), which has a
//!   store of each version as well, written by the program of that time.
//!
//! # Invariants
//! - What was answered is on the disk, in whole; changes are published only then.
//! - After a disk error nothing is written until the store is opened again ([`Store::stopped`] tells). What the file holds
//!   can still be read, where the disk gives it.
//! - Bytes that cannot be decoded are an error that names the table and the key, never a panic.
//! - Where redb panics over a damaged page, the read or write that met it fails, and nothing else ([`contained`]). A check tells
//!   where that is ([`contained_with_place`]).
//! - The store never hands out anything of redb.

mod backing;
mod changes;
mod check;
mod codec;
mod containing;
mod copy;
mod counted;
mod digest;
mod disk;
mod door;
mod error;
mod facade;
pub mod figures;
#[doc(hidden)]
pub mod form;
mod growth;
mod handle;
mod held;
mod index;
mod key;
mod layout;
mod manifest;
mod memo;
mod migrations;
mod multi;
mod open;
mod ownership;
mod pace;
mod personal;
mod raw_name;
mod read;
mod reading;
mod schema;
mod select;
mod span;
pub mod sqlite;
mod sums;
mod table;
mod tally;
mod trail;
mod tx;
mod unfinished;
mod words;
mod writer;
pub mod written;

pub use changes::{Change, Topic};
pub use check::Finding;
pub use codec::{EarlierRow, MAX_ROW_BYTES, Record, decode_body, version_before, version_of_last};
pub use containing::is_told_in_words;
pub use copy::{copy_closed, unfinished_name};
pub use counted::CountedIndex;
pub use disk::{Loss, SimulatedDisk};
pub use door::through;
pub use error::{OpenError, StoreError, contained};
pub use facade::Store;
pub use index::{Entries, Index, Rule, UniqueIndex};
pub use key::{FixedKey, Key, KeyText, PartKey};
pub use manifest::{Ask, Manifest, SnapshotError, TableSum, Verified, repair, verify, verify_unless};
pub use migrations::{Applied, Migration, applied_migrations};
pub use multi::{MultiIndex, Rules};
pub use open::{BeforeMigration, Options, StoreLocation};
pub use ownership::{give_to_owner_of_folder, make_folder};
pub use personal::{Erase, Erasure, ErasureAction, PSEUDONYMS, is_pseudonym, last_pseudonym};
pub use read::Read;
pub use reading::contained_with_place;
pub use schema::{AnyTable, Schema, last_id};
pub use select::{Cursor, CursorRefusal, Selected, Selection};
pub use span::{Direction, Span, Starts, Within};
pub use sums::{Amounts, Sum, SumIndex};
pub use table::Table;
pub use tx::Tx;
pub use unfinished::{FileError, UnfinishedFile};

#[doc(hidden)]
pub mod testing;
#[cfg(test)]
mod tests;
