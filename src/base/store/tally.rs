//! Counting the entries of an index without walking over them.
//!
//! Beside the entries there are two levels of blocks: a block counts the entries from its boundary up to the boundary of
//! the next block of its level. To count a span, the coarse blocks inside it are added up, then the fine blocks in the
//! two ends that are left, and only what is left of those is walked. The levels know nothing of each other.
//!
//! Invariants, on each level: a block counts at least one entry and at most [`Level::full`]; no block counts entries of
//! two groups (a group is one guild: the entries with the same first part); no entry comes before the first boundary of
//! its group.

use std::ops::ControlFlow;

use super::check::Findings;
use super::error::StoreError;
use super::key::{decode, encode, hex};
use super::raw_name::RawName;
use super::read::{Read, page, walk};
use super::span::{ByteSpan, Direction};
use super::tx::Tx;

/// One size of blocks.
#[derive(Debug)]
struct Level {
    /// The redb table, after the name of the index.
    suffix: &'static str,
    /// A block with more entries than this is split in two.
    full: u64,
}

/// Coarse to fine. A million entries have about 40 coarse blocks, each of about 130 fine ones.
const LEVELS: &[Level] = &[Level { suffix: "#coarse", full: 32_768 }, Level { suffix: "#fine", full: 256 }];

/// The counts of one index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    /// The name of the index.
    pub(super) index: &'static str,
    /// How many bytes of an entry say which group it belongs to.
    pub(super) head: usize,
}

/// The entries from `boundary` up to the next block.
struct Block {
    boundary: Vec<u8>,
    count: u64,
}

/// The blocks of one level that begin in a span. Only the last of them may count entries beyond it.
#[derive(Default)]
struct Inside {
    first: Option<Vec<u8>>,
    sum_before_last: u64,
    last: Option<Block>,
}

impl Tally {
    /// The redb tables of the counts.
    pub(super) fn raw_names(self) -> impl Iterator<Item = RawName> {
        LEVELS.iter().map(move |level| self.blocks(level))
    }

    /// How many entries `span` holds.
    pub(super) fn count(self, read: &dyn Read, span: ByteSpan) -> Result<u64, StoreError> {
        self.count_from(LEVELS, read, span)
    }

    /// How many entries of `span` come before each of these, which are sorted. The blocks that several need are read once.
    pub(super) fn ranks(self, read: &dyn Read, span: ByteSpan, entries: &[Vec<u8>]) -> Result<Vec<u64>, StoreError> {
        let mut ranks = Vec::with_capacity(entries.len());
        self.ranks_from(LEVELS, read, span, 0, entries, &mut ranks)?;
        Ok(ranks)
    }

    /// Where to start walking to the entry of `span` at `offset`, and how many entries of the span come before that.
    pub(super) fn seek(self, read: &dyn Read, span: ByteSpan, offset: u64) -> Result<(Vec<u8>, u64), StoreError> {
        self.seek_from(LEVELS, read, span, offset)
    }

    /// Counts an entry that was just added.
    pub(super) fn add(self, tx: &Tx<'_>, entry: &[u8]) -> Result<(), StoreError> {
        let group = self.group_of(entry);
        LEVELS.iter().try_for_each(|level| {
            let mut block = match self.block_of(level, tx, &group, entry)? {
                Some(block) => block,
                None => Block { boundary: group.start.clone(), count: 0 },
            };
            block.count += 1;
            if block.count > level.full { self.split(level, tx, &group, block) } else { self.write(level, tx, &block) }
        })
    }

    /// Stops counting an entry that was just removed.
    pub(super) fn subtract(self, tx: &Tx<'_>, entry: &[u8]) -> Result<(), StoreError> {
        let group = self.group_of(entry);
        LEVELS.iter().try_for_each(|level| {
            let Some(mut block) = self.block_of(level, tx, &group, entry)? else { return Err(self.broken(entry)) };
            block.count = block.count.checked_sub(1).ok_or_else(|| self.broken(entry))?;
            if block.count >= level.full / 4 {
                self.write(level, tx, &block)
            } else {
                self.shrink(level, tx, &group, &block)
            }
        })
    }

    /// Counts entries that nobody counted yet: all of them, into half-full blocks.
    pub(super) fn build(self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let mut open: Vec<Option<Block>> = LEVELS.iter().map(|_| None).collect();
        walk(tx, self.entries(), ByteSpan::default(), |entry, _| {
            let group = self.group_of(entry);
            for (level, block) in LEVELS.iter().zip(&mut open) {
                match block {
                    Some(block) if group.holds(&block.boundary) && block.count < level.full / 2 => block.count += 1,
                    _ => {
                        let is_first = block.as_ref().is_none_or(|block| !group.holds(&block.boundary));
                        let boundary = if is_first { group.start.clone() } else { entry.to_vec() };
                        if let Some(full) = block.replace(Block { boundary, count: 1 }) {
                            self.write(level, tx, &full)?;
                        }
                    }
                }
            }
            Ok::<_, StoreError>(())
        })?;
        LEVELS.iter().zip(open).try_for_each(|(level, last)| last.map_or(Ok(()), |block| self.write(level, tx, &block)))
    }

    /// Counts the entries of every block again.
    pub(super) fn check(self, read: &dyn Read, findings: &mut Findings) -> Result<(), StoreError> {
        let present = read.len(self.entries())?;
        for level in LEVELS {
            let blocks =
                page(read, self.blocks(level), &ByteSpan::default(), Direction::Forward, usize::MAX, |b, v| {
                    self.block(b, v)
                })?;
            let mut counted = 0;
            for (place, block) in blocks.iter().enumerate() {
                let next = blocks.get(place + 1).map(|next| next.boundary.clone());
                let group_end = self.group_of(&block.boundary).end;
                let end = next.into_iter().chain(group_end).min();
                let walked = self.walk(read, &ByteSpan { start: block.boundary.clone(), end })?;
                counted += walked;
                if walked != block.count {
                    let problem = format!("the block counts {} entries and holds {walked}", block.count);
                    findings.add(self.index, hex(&block.boundary), problem);
                }
            }
            if counted != present {
                let problem = format!("of {present} entries, {counted} are counted");
                findings.add(self.index, level.suffix.to_owned(), problem);
            }
        }
        Ok(())
    }

    fn count_from(self, levels: &[Level], read: &dyn Read, span: ByteSpan) -> Result<u64, StoreError> {
        let Some((level, finer)) = levels.split_first() else { return self.walk(read, &span) };
        let inside = self.blocks_in(level, read, &span)?;
        let Some(last) = inside.last else { return self.count_from(finer, read, span) };
        let before = self.count_from(finer, read, ByteSpan { start: span.start, end: inside.first })?;
        let in_last = match span.end {
            Some(end) if self.group_of(&last.boundary).holds(&end) => {
                self.count_from(finer, read, ByteSpan { start: last.boundary, end: Some(end) })?
            }
            _ => last.count,
        };
        Ok(before + inside.sum_before_last + in_last)
    }

    /// Adds the ranks of entries in a part of a span, before which `passed` entries of it come.
    fn ranks_from(
        self,
        levels: &[Level],
        read: &dyn Read,
        span: ByteSpan,
        mut passed: u64,
        entries: &[Vec<u8>],
        ranks: &mut Vec<u64>,
    ) -> Result<(), StoreError> {
        let Some(last) = entries.last() else { return Ok(()) };
        let Some((level, finer)) = levels.split_first() else {
            return self.walk_ranks(read, &span, passed, entries, ranks);
        };
        let mut beyond = last.clone();
        beyond.push(0);
        let end = span.end.iter().cloned().chain([beyond]).min();
        let needed = ByteSpan { start: span.start.clone(), end };
        let blocks = page(read, self.blocks(level), &needed, Direction::Forward, usize::MAX, |b, v| self.block(b, v))?;
        let (mut start, mut rest) = (span.start, entries);
        let mut count = None;
        for block in &blocks {
            let (here, others) = rest.split_at(rest.partition_point(|entry| *entry < block.boundary));
            let before = ByteSpan { start, end: Some(block.boundary.clone()) };
            let passes = match count {
                Some(count) => count,
                None => self.count_from(finer, read, before.clone())?,
            };
            self.ranks_from(finer, read, before, passed, here, ranks)?;
            passed = passed.saturating_add(passes);
            (start, rest, count) = (block.boundary.clone(), others, Some(block.count));
        }
        self.ranks_from(finer, read, ByteSpan { start, end: span.end }, passed, rest, ranks)
    }

    /// The same, by walking over the entries.
    fn walk_ranks(
        self,
        read: &dyn Read,
        span: &ByteSpan,
        mut passed: u64,
        entries: &[Vec<u8>],
        ranks: &mut Vec<u64>,
    ) -> Result<(), StoreError> {
        let mut rest = entries.iter().peekable();
        read.scan(self.entries(), span, Direction::Forward, &mut |entry, _| {
            while rest.next_if(|wanted| wanted.as_slice() <= entry).is_some() {
                ranks.push(passed);
            }
            passed = passed.saturating_add(1);
            Ok(if rest.peek().is_none() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        ranks.extend(rest.map(|_| passed));
        Ok(())
    }

    fn seek_from(
        self,
        levels: &[Level],
        read: &dyn Read,
        span: ByteSpan,
        offset: u64,
    ) -> Result<(Vec<u8>, u64), StoreError> {
        let Some((level, finer)) = levels.split_first() else { return Ok((span.start, 0)) };
        let first = page(read, self.blocks(level), &span, Direction::Forward, 1, |boundary, _| Ok(boundary.to_vec()))?;
        let Some(mut start) = first.into_iter().next() else { return self.seek_from(finer, read, span, offset) };
        let before = ByteSpan { start: span.start.clone(), end: Some(start.clone()) };
        let mut passed = self.count_from(finer, read, before.clone())?;
        if offset < passed {
            return self.seek_from(finer, read, before, offset);
        }
        let mut count_at_start = 0;
        read.scan(self.blocks(level), &span, Direction::Forward, &mut |boundary, value| {
            passed = passed.saturating_add(count_at_start);
            let block = self.block(boundary, value)?;
            (start, count_at_start) = (block.boundary, block.count);
            let is_inside = offset < passed.saturating_add(count_at_start);
            Ok(if is_inside { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let (start, more) = self.seek_from(finer, read, ByteSpan { start, end: span.end }, offset - passed)?;
        Ok((start, passed + more))
    }

    fn blocks_in(self, level: &Level, read: &dyn Read, span: &ByteSpan) -> Result<Inside, StoreError> {
        let mut inside = Inside::default();
        read.scan(self.blocks(level), span, Direction::Forward, &mut |boundary, value| {
            let block = self.block(boundary, value)?;
            match inside.last.replace(block) {
                Some(earlier) => inside.sum_before_last = inside.sum_before_last.saturating_add(earlier.count),
                None => inside.first = Some(boundary.to_vec()),
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(inside)
    }

    /// Counts the entries in `span` one by one.
    fn walk(self, read: &dyn Read, span: &ByteSpan) -> Result<u64, StoreError> {
        let mut walked = 0;
        read.scan(self.entries(), span, Direction::Forward, &mut |_, _| {
            walked += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(walked)
    }

    /// The block of the group that counts `entry`, if there is one: the last one whose boundary is not greater.
    fn block_of(
        self,
        level: &Level,
        read: &dyn Read,
        group: &ByteSpan,
        entry: &[u8],
    ) -> Result<Option<Block>, StoreError> {
        let mut end = entry.to_vec();
        end.push(0);
        self.last_block(level, read, &ByteSpan { start: group.start.clone(), end: Some(end) })
    }

    fn last_block(self, level: &Level, read: &dyn Read, span: &ByteSpan) -> Result<Option<Block>, StoreError> {
        let blocks = page(read, self.blocks(level), span, Direction::Backward, 1, |b, v| self.block(b, v))?;
        Ok(blocks.into_iter().next())
    }

    /// Moves the second half of a block to a block of its own.
    fn split(self, level: &Level, tx: &Tx<'_>, group: &ByteSpan, mut block: Block) -> Result<(), StoreError> {
        let kept = block.count / 2;
        let span = ByteSpan { start: block.boundary.clone(), end: group.end.clone() };
        let Some(boundary) = self.entry_at(tx, &span, kept)? else { return Err(self.broken(&block.boundary)) };
        self.write(level, tx, &Block { boundary, count: block.count - kept })?;
        block.count = kept;
        self.write(level, tx, &block)
    }

    /// Joins a block that became sparse to the one before it, if there is room; an empty block always goes.
    fn shrink(self, level: &Level, tx: &Tx<'_>, group: &ByteSpan, block: &Block) -> Result<(), StoreError> {
        let earlier = ByteSpan { start: group.start.clone(), end: Some(block.boundary.clone()) };
        match self.last_block(level, tx, &earlier)? {
            Some(mut previous) if previous.count + block.count <= level.full / 2 => {
                tx.remove(self.blocks(level), &block.boundary)?;
                previous.count += block.count;
                self.write(level, tx, &previous)
            }
            _ if block.count == 0 => tx.remove(self.blocks(level), &block.boundary).map(drop),
            _ => self.write(level, tx, block),
        }
    }

    /// The entry of `span` at `offset`, found without the blocks, because they are being changed.
    fn entry_at(self, read: &dyn Read, span: &ByteSpan, offset: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut left_out = offset;
        let mut found = None;
        read.scan(self.entries(), span, Direction::Forward, &mut |entry, _| {
            if left_out > 0 {
                left_out -= 1;
                return Ok(ControlFlow::Continue(()));
            }
            found = Some(entry.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    fn write(self, level: &Level, tx: &Tx<'_>, block: &Block) -> Result<(), StoreError> {
        tx.put(self.blocks(level), &block.boundary, &encode(&block.count)).map(drop)
    }

    fn block(self, boundary: &[u8], value: &[u8]) -> Result<Block, StoreError> {
        let count = decode(value).ok_or_else(|| self.broken(boundary))?;
        Ok(Block { boundary: boundary.to_vec(), count })
    }

    fn group_of(self, entry: &[u8]) -> ByteSpan {
        ByteSpan::beginning_with(entry.get(..self.head).unwrap_or(entry).to_vec())
    }

    fn entries(self) -> RawName {
        RawName::of(self.index)
    }

    fn blocks(self, level: &Level) -> RawName {
        RawName::part(self.index, level.suffix)
    }

    fn broken(self, entry: &[u8]) -> StoreError {
        StoreError::IndexBroken { index: self.index, entry: hex(entry) }
    }
}
