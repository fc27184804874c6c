//! An index that also knows positions: how many entries come before this one, without walking over them.
//!
//! Besides the entries it keeps blocks, each of which counts the entries from its boundary up to the next boundary. A
//! position is the sum of the blocks before it and a walk inside one or two blocks.
//!
//! Invariants: a block counts at least one entry and at most [`FULL`]; no block counts entries of two groups (a group is
//! one guild: the entries with the same first part); no entry comes before the first boundary of its group.

use std::fmt;
use std::ops::{ControlFlow, Deref};

use super::check::Findings;
use super::error::StoreError;
use super::index::{Index, IndexOf, Pair, Rule, add_entry, decode_entry, describe, remove_entry};
use super::key::{Key, decode, encode};
use super::read::raw::RawRead;
use super::read::{RawName, Read, page};
use super::span::{ByteSpan, Direction, Span, Within};
use super::tx::Tx;
use crate::kernel::error::Result;

/// A block with more entries than this is split in two.
const FULL: u64 = 1024;

/// A block with fewer entries than this joins the block before it, if both fit in half a block.
const SPARSE: u64 = 256;

/// A plain [`Index`] that also tells positions and numbers of entries fast, whatever its size.
///
/// ```ignore
/// let place = QUEUE_ORDER.rank(read, guild, &entry)? + 1;
/// let waiting = QUEUE_ORDER.count(read, (guild, Line::Free))?;
/// ```
pub struct CountedIndex<E: 'static, K: 'static, V: 'static> {
    index: Index<E, K, V>,
}

/// A block: the entries from `boundary` up to the next block.
struct Block {
    boundary: Vec<u8>,
    count: u64,
}

/// The blocks that begin in a span.
#[derive(Default)]
struct BlocksInside {
    first: Option<Vec<u8>>,
    sum_before_last: u64,
    last: Option<Block>,
}

impl<E, K, V> CountedIndex<E, K, V> {
    /// Declares an index called `name` (`feature.rows_in_order`). Entries must begin with the guild.
    pub const fn new(name: &'static str, rule: Rule<E, K, V>) -> Self {
        Self { index: Index::new(name, rule) }
    }
}

impl<E: Key, K, V> CountedIndex<E, K, V> {
    /// How many entries of `keys` come before `entry`, which need not be there. 0 when it comes before them.
    pub fn rank(&self, read: &dyn Read, keys: impl Within<E>, entry: &E) -> Result<u64> {
        self.count(read, Span::of(keys).before(entry.clone()))
    }

    /// How many entries `keys` holds.
    pub fn count(&self, read: &dyn Read, keys: impl Within<E>) -> Result<u64> {
        let span = keys.span();
        let inside = self.blocks_in(read, &span)?;
        let Some(last) = inside.last else { return Ok(self.walk(read, &span)?) };
        let before_blocks = ByteSpan { start: span.start, end: inside.first };
        let group = group_of::<E>(&last.boundary);
        let in_last = match span.end {
            Some(end) if group.holds(&end) => self.walk(read, &ByteSpan { start: last.boundary, end: Some(end) })?,
            _ => last.count,
        };
        Ok(self.walk(read, &before_blocks)? + inside.sum_before_last + in_last)
    }

    /// Up to `limit` entries of `keys` in order, behind the first `offset` of them.
    pub fn page_at(&self, read: &dyn Read, keys: impl Within<E>, offset: u64, limit: usize) -> Result<Vec<E>> {
        let mut span = keys.span();
        let (start, passed) = self.seek(read, &span, offset)?;
        span.start = start;
        let mut left_out = offset.saturating_sub(passed);
        let mut found = Vec::new();
        read.scan(self.index.entries(), &span, Direction::Forward, &mut |entry, _| {
            if left_out > 0 {
                left_out -= 1;
                return Ok(ControlFlow::Continue(()));
            }
            if found.len() == limit {
                return Ok(ControlFlow::Break(()));
            }
            found.push(decode_entry(self.index.declared_name(), entry)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Where to start walking to the entry of `span` at `offset`, and how many entries of the span come before that.
    fn seek(&self, read: &dyn Read, span: &ByteSpan, offset: u64) -> Result<(Vec<u8>, u64), StoreError> {
        let first = page(read, self.blocks(), span, Direction::Forward, 1, |boundary, _| Ok(boundary.to_vec()))?;
        let Some(mut start) = first.into_iter().next() else { return Ok((span.start.clone(), 0)) };
        let mut passed = self.walk(read, &ByteSpan { start: span.start.clone(), end: Some(start.clone()) })?;
        if offset < passed {
            return Ok((span.start.clone(), 0));
        }
        let mut count_at_start = 0;
        read.scan(self.blocks(), span, Direction::Forward, &mut |boundary, value| {
            passed = passed.saturating_add(count_at_start);
            count_at_start = self.decode_count(boundary, value)?;
            start.clear();
            start.extend_from_slice(boundary);
            let is_inside = offset < passed.saturating_add(count_at_start);
            Ok(if is_inside { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok((start, passed))
    }

    /// The blocks whose boundaries are in `span`. Only the last of them may count entries beyond it.
    fn blocks_in(&self, read: &dyn Read, span: &ByteSpan) -> Result<BlocksInside, StoreError> {
        let mut inside = BlocksInside::default();
        read.scan(self.blocks(), span, Direction::Forward, &mut |boundary, value| {
            let count = self.decode_count(boundary, value)?;
            if let Some(last) = &mut inside.last {
                inside.sum_before_last = inside.sum_before_last.saturating_add(last.count);
                last.boundary.clear();
                last.boundary.extend_from_slice(boundary);
                last.count = count;
            } else {
                inside.first = Some(boundary.to_vec());
                inside.last = Some(Block { boundary: boundary.to_vec(), count });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(inside)
    }

    /// The number of entries in `span`, which lies within one block.
    fn walk(&self, read: &dyn Read, span: &ByteSpan) -> Result<u64, StoreError> {
        let mut walked = 0;
        read.scan(self.index.entries(), span, Direction::Forward, &mut |_, _| {
            walked += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(walked)
    }

    /// The block of the group that would count `entry`: the last one whose boundary is not greater.
    fn block_of(&self, read: &dyn Read, group: &ByteSpan, entry: &[u8]) -> Result<Option<Block>, StoreError> {
        let mut end = entry.to_vec();
        end.push(0);
        self.last_block(read, &ByteSpan { start: group.start.clone(), end: Some(end) })
    }

    fn last_block(&self, read: &dyn Read, span: &ByteSpan) -> Result<Option<Block>, StoreError> {
        let blocks = page(read, self.blocks(), span, Direction::Backward, 1, |boundary, value| {
            Ok(Block { boundary: boundary.to_vec(), count: self.decode_count(boundary, value)? })
        })?;
        Ok(blocks.into_iter().next())
    }

    fn count_up(&self, tx: &Tx<'_>, entry: &[u8]) -> Result<(), StoreError> {
        let group = group_of::<E>(entry);
        let mut block = match self.block_of(tx, &group, entry)? {
            Some(block) => block,
            None => Block { boundary: group.start, count: 0 },
        };
        block.count += 1;
        if block.count > FULL { self.split(tx, &block) } else { self.write(tx, &block) }
    }

    /// Moves the second half of a block to a block of its own.
    fn split(&self, tx: &Tx<'_>, block: &Block) -> Result<(), StoreError> {
        let kept = block.count / 2;
        let mut walked = 0;
        let mut middle = None;
        let from_block = ByteSpan { start: block.boundary.clone(), end: group_of::<E>(&block.boundary).end };
        tx.scan(self.index.entries(), &from_block, Direction::Forward, &mut |entry, _| {
            walked += 1;
            if walked <= kept {
                return Ok(ControlFlow::Continue(()));
            }
            middle = Some(entry.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        let Some(boundary) = middle else { return Err(self.broken(&block.boundary)) };
        self.write(tx, &Block { boundary: block.boundary.clone(), count: kept })?;
        self.write(tx, &Block { boundary, count: block.count - kept })
    }

    fn count_down(&self, tx: &Tx<'_>, entry: &[u8]) -> Result<(), StoreError> {
        let group = group_of::<E>(entry);
        let Some(mut block) = self.block_of(tx, &group, entry)? else { return Err(self.broken(entry)) };
        block.count = block.count.checked_sub(1).ok_or_else(|| self.broken(entry))?;
        if block.count >= SPARSE {
            return self.write(tx, &block);
        }
        let earlier = ByteSpan { start: group.start, end: Some(block.boundary.clone()) };
        match self.last_block(tx, &earlier)? {
            Some(mut previous) if previous.count + block.count <= FULL / 2 => {
                tx.remove(self.blocks(), &block.boundary)?;
                previous.count += block.count;
                self.write(tx, &previous)
            }
            // Without a block of its own, an empty range belongs to the block before it, or to none.
            _ if block.count == 0 => tx.remove(self.blocks(), &block.boundary).map(drop),
            _ => self.write(tx, &block),
        }
    }

    fn write(&self, tx: &Tx<'_>, block: &Block) -> Result<(), StoreError> {
        tx.put(self.blocks(), &block.boundary, &encode(&block.count)).map(drop)
    }

    pub(super) fn blocks(&self) -> RawName {
        RawName(self.index.declared_name(), "#blocks")
    }

    fn decode_count(&self, boundary: &[u8], value: &[u8]) -> Result<u64, StoreError> {
        decode(value).ok_or_else(|| self.broken(boundary))
    }

    fn broken(&self, entry: &[u8]) -> StoreError {
        StoreError::IndexBroken { index: self.index.declared_name(), entry: describe::<E>(entry) }
    }
}

/// The entries with the same first part as this one.
fn group_of<E: Key>(entry: &[u8]) -> ByteSpan {
    ByteSpan::beginning_with(entry.get(..E::HEAD).unwrap_or(entry).to_vec())
}

impl<E: Key, K, V> IndexOf<K, V> for CountedIndex<E, K, V> {
    fn name(&self) -> &'static str {
        self.index.declared_name()
    }

    fn raw_names(&self) -> Vec<RawName> {
        vec![self.index.entries(), self.blocks()]
    }

    fn pair(&self, key: &K, row: &V) -> Option<Pair> {
        self.index.pair(key, row)
    }

    fn add(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError> {
        add_entry::<E>(tx, self.index.entries(), pair)?;
        self.count_up(tx, &pair.entry)
    }

    fn remove(&self, tx: &Tx<'_>, pair: &Pair) -> Result<(), StoreError> {
        remove_entry::<E>(tx, self.index.entries(), pair)?;
        self.count_down(tx, &pair.entry)
    }

    fn describe(&self, entry: &[u8]) -> String {
        describe::<E>(entry)
    }

    /// Counts the entries of every block again.
    fn check_figures(&self, read: &dyn Read, findings: &mut Findings) -> Result<(), StoreError> {
        let mut counted = 0;
        let mut blocks = Vec::new();
        read.scan(self.blocks(), &ByteSpan::default(), Direction::Forward, &mut |boundary, value| {
            blocks.push(Block { boundary: boundary.to_vec(), count: self.decode_count(boundary, value)? });
            Ok(ControlFlow::Continue(()))
        })?;
        for (place, block) in blocks.iter().enumerate() {
            let mut span = ByteSpan { start: block.boundary.clone(), end: group_of::<E>(&block.boundary).end };
            if let Some(next) = blocks.get(place + 1)
                && span.end.as_ref().is_none_or(|end| next.boundary < *end)
            {
                span.end = Some(next.boundary.clone());
            }
            let walked = self.walk(read, &span)?;
            counted += walked;
            if walked != block.count {
                let problem = format!("the block counts {} entries and holds {walked}", block.count);
                findings.add(self.index.declared_name(), describe::<E>(&block.boundary), problem);
            }
        }
        let present = read.len(self.index.entries())?;
        if counted != present {
            let problem = format!("{present} entries, of which only {counted} are in a block");
            findings.add(self.index.declared_name(), String::from("-"), problem);
        }
        Ok(())
    }
}

/// Everything that a plain index can answer.
impl<E, K, V> Deref for CountedIndex<E, K, V> {
    type Target = Index<E, K, V>;

    fn deref(&self) -> &Self::Target {
        &self.index
    }
}

impl<E, K, V> fmt::Debug for CountedIndex<E, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountedIndex({:?})", self.index)
    }
}
