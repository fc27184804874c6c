//! Selections: what a filter lets through, a page at a time, each of bounded work.
//!
//! A page ends at its limit of rows, at its bound of entries looked at, or at the end of the span. Unless that is the
//! end, it comes with a [`Cursor`]: the key of the last entry looked at. The next page begins behind that key, which need
//! not be there any more. So what comes and goes between two pages moves nothing else: nothing is seen twice, and nothing
//! that was there all the time is left out.
//!
//! Invariants: no key outside the span is looked at, whatever the cursor says; a page never looks at more entries than it
//! may; every page that is not the last comes further.

use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::codec::Record;
use super::error::StoreError;
use super::index::{Entries, UniqueIndex, decode_entry};
use super::key::{Key, decode};
use super::raw_name::RawName;
use super::read::{Read, page};
use super::span::{ByteSpan, Direction, Within};
use super::table::Table;
use crate::kernel::error::{Error, Result};
use crate::refusals;

/// What to read, in which order, and how much of it at a time: `Selection::of(guild).backward().limit(20)`.
///
/// Unless told otherwise, a page has up to 100 rows, and up to 10,000 entries are looked at for it.
#[derive(Clone, Debug)]
pub struct Selection<K> {
    span: ByteSpan,
    direction: Direction,
    after: Option<Cursor>,
    limit: usize,
    bound: usize,
    keys: PhantomData<fn() -> K>,
}

/// One page of a [`Selection`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected<T> {
    /// What the filter let through, in order. There may be fewer than the limit, even none, before the last page.
    pub rows: Vec<T>,
    /// Where the next page goes on; `None` when nothing is left to look at.
    pub next: Option<Cursor>,
    /// How many entries were looked at.
    pub looked_at: usize,
}

/// A place among the keys of a table or an index, behind which a page begins.
///
/// As text it is letters, digits, `-` and `_`, and belongs into a link or a button. It is a key, readable to whoever has
/// it, and maybe one that the filter left out: no secret may lie in the keys of a selection whose cursors are handed out.
/// It gives no rights: a cursor that lies outside the selection is refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(Vec<u8>);

refusals! {
    /// Why a cursor leads nowhere.
    pub enum CursorRefusal {
        /// The text is no cursor.
        Unreadable => "cursor.unreadable" as NotValid, "I cannot read where that list goes on. Please open it again.";
        /// It lies outside the selection, or is no key of its table.
        Elsewhere => "cursor.elsewhere" as NotValid, "That page belongs to another list. Please open this one again.";
    }
}

impl<K> Selection<K> {
    /// These keys, from the smallest up.
    pub fn of(keys: impl Within<K>) -> Self {
        Self {
            span: keys.span(),
            direction: Direction::Forward,
            after: None,
            limit: 100,
            bound: 10_000,
            keys: PhantomData,
        }
    }

    /// From the greatest key down.
    #[must_use]
    pub fn backward(mut self) -> Self {
        self.direction = Direction::Backward;
        self
    }

    /// Goes on where an earlier page ended; from the beginning where there was none.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.after = cursor.into();
        self
    }

    /// Up to `rows` rows on a page; at least 1, because each page comes further.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = rows.max(1);
        self
    }

    /// Looks at up to `entries` entries for a page, whatever the filter lets through; at least 1.
    #[must_use]
    pub fn scanning_at_most(mut self, entries: usize) -> Self {
        self.bound = entries.max(1);
        self
    }
}

impl<K: Key> Selection<K> {
    /// What the cursor leaves to look at.
    fn rest(&self) -> Result<Rest, CursorRefusal> {
        let mut rest = Rest { span: self.span.clone(), direction: self.direction };
        if let Some(Cursor(key)) = &self.after {
            if !rest.span.holds(key) || decode::<K>(key).is_none() {
                return Err(CursorRefusal::Elsewhere);
            }
            rest.pass(key.clone());
        }
        Ok(rest)
    }
}

impl<K: Key, V: Record> Table<K, V> {
    /// A page of the rows of `selection` that match.
    ///
    /// ```ignore
    /// let page = SONGS.select(read, &Selection::of(guild).after(cursor).limit(20), |_, song| song.user == user)?;
    /// ```
    pub fn select(
        &self,
        read: &dyn Read,
        selection: &Selection<K>,
        mut matches: impl FnMut(&K, &V) -> bool,
    ) -> Result<Selected<(K, V)>> {
        look_through(read, self.raw(), selection, |key, value| {
            let (key, row) = self.decode(key, value)?;
            Ok(matches(&key, &row).then_some((key, row)))
        })
    }
}

impl<E: Key> Entries<E> {
    /// A page of what `choose` makes of the entries of `selection`; it may read, such as the row of an entry.
    ///
    /// ```ignore
    /// let page = SONGS_BY_USER.select(read, &Selection::of((guild, user)).backward(), |(guild, _, id)| {
    ///     Ok(SONGS.get(read, &(guild, id))?.filter(|song| song.is_open()))
    /// })?;
    /// ```
    pub fn select<T>(
        &self,
        read: &dyn Read,
        selection: &Selection<E>,
        mut choose: impl FnMut(E) -> Result<Option<T>>,
    ) -> Result<Selected<T>> {
        look_through(read, self.raw(), selection, |entry, _| choose(decode_entry(self.declared_name(), entry)?))
    }
}

impl<E: Key, K: Key, V> UniqueIndex<E, K, V> {
    /// A page of what `choose` makes of the entries of `selection` and the keys of their rows; it may read.
    pub fn select<T>(
        &self,
        read: &dyn Read,
        selection: &Selection<E>,
        mut choose: impl FnMut(E, K) -> Result<Option<T>>,
    ) -> Result<Selected<T>> {
        look_through(read, self.entries(), selection, |entry, key| {
            choose(decode_entry(self.declared_name(), entry)?, self.decode_key(entry, key)?)
        })
    }
}

/// How many pairs are taken at a time.
const CHUNK: usize = 128;

/// Where the pairs taken have so many bytes, no more are taken with them.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Shows the pairs of a selection to `choose`, which may read, until the page is full or nothing is left.
fn look_through<K: Key, T>(
    read: &dyn Read,
    table: RawName,
    selection: &Selection<K>,
    mut choose: impl FnMut(&[u8], &[u8]) -> Result<Option<T>>,
) -> Result<Selected<T>> {
    let mut rest = selection.rest()?;
    let mut found = Selected { rows: Vec::new(), next: None, looked_at: 0 };
    // As many as are wanted; more and more where the filter leaves out most.
    let mut most = selection.limit.min(CHUNK);
    loop {
        let Chunk { pairs, is_last } = rest.chunk(read, table, most.min(selection.bound - found.looked_at))?;
        for (key, value) in pairs {
            if !rest.span.holds(&key) {
                return Err(StoreError::Damaged(format!("the keys of {table} are not in order")).into());
            }
            found.rows.extend(choose(&key, &value)?);
            found.looked_at += 1;
            rest.pass(key.clone());
            if found.rows.len() >= selection.limit || found.looked_at >= selection.bound {
                if !rest.is_over(read, table)? {
                    found.next = Some(Cursor::at(table, key)?);
                }
                return Ok(found);
            }
        }
        if is_last {
            return Ok(found);
        }
        most = (most * 2).min(CHUNK);
    }
}

/// What is left to look at, and from which end.
struct Rest {
    span: ByteSpan,
    direction: Direction,
}

/// A few pairs of a table, copied out of it.
struct Chunk {
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    is_last: bool,
}

impl Rest {
    /// Leaves out `key` and what comes before it in this direction.
    fn pass(&mut self, mut key: Vec<u8>) {
        match self.direction {
            Direction::Forward => {
                key.push(0);
                self.span.start = key;
            }
            Direction::Backward => self.span.end = Some(key),
        }
    }

    /// The next pairs, `most` of them if they are small; `most` is at least 1.
    fn chunk(&self, read: &dyn Read, table: RawName, most: usize) -> Result<Chunk, StoreError> {
        let mut chunk = Chunk { pairs: Vec::with_capacity(most), is_last: true };
        let mut bytes = 0;
        read.scan(table, &self.span, self.direction, &mut |key, value| {
            bytes += key.len() + value.len();
            chunk.pairs.push((key.to_vec(), value.to_vec()));
            if chunk.pairs.len() < most && bytes < CHUNK_BYTES {
                return Ok(ControlFlow::Continue(()));
            }
            chunk.is_last = false;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(chunk)
    }

    fn is_over(&self, read: &dyn Read, table: RawName) -> Result<bool, StoreError> {
        Ok(page(read, table, &self.span, self.direction, 1, |_, _| Ok(()))?.is_empty())
    }
}

/// A longer key makes no cursor, so that one fits into a link.
const MAX_KEY_BYTES: usize = 4 * 1024;

/// How long the text of a cursor may be.
const MAX_TEXT_BYTES: usize = (MAX_KEY_BYTES * 4).div_ceil(3);

impl Cursor {
    fn at(table: RawName, key: Vec<u8>) -> Result<Self> {
        if key.len() > MAX_KEY_BYTES {
            return Err(Error::failed(format!("a key of {table} has {} bytes, too many for a cursor", key.len())));
        }
        Ok(Self(key))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl FromStr for Cursor {
    type Err = CursorRefusal;

    fn from_str(text: &str) -> Result<Self, CursorRefusal> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(CursorRefusal::Unreadable);
        }
        BASE64_URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| CursorRefusal::Unreadable)
    }
}
