//! The entries of a filter, one after the other, as far as so many were looked at: the narrowest index is walked, so that the work for
//! a page is bounded however many entries there are.

use std::ops::Range;

use strum::VariantArray;

use super::super::model::{Currency, EntryId, LedgerEntry};
use super::super::tables;
use super::entries::Wanted;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Direction, Read};

/// Entries that are looked at for one page, and for what is not kept of one sum.
pub(super) const LOOKED_AT: usize = 5_000;
/// Entries that are read at a time, where those of all are looked at.
const AHEAD: usize = 64;

/// Where a walk begins, and which way it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Walk {
    /// Before this entry.
    pub before: Option<EntryId>,
    /// Whether the oldest comes first.
    pub is_oldest_first: bool,
}

impl Walk {
    const fn direction(self) -> Direction {
        if self.is_oldest_first { Direction::Forward } else { Direction::Backward }
    }
}

/// Shows the entries that are wanted to `visit`, until it has enough or so many were looked at. Answers the last one that was looked at,
/// where others are left.
pub(super) fn walk(
    read: &dyn Read,
    guild: GuildId,
    wanted: &Wanted,
    from: Walk,
    mut visit: impl FnMut(EntryId, LedgerEntry) -> Result<bool>,
) -> Result<Option<EntryId>> {
    let mut candidates = Candidates::of(read, guild, wanted, from)?;
    let mut looked_at = 0;
    while let Some((id, entry)) = candidates.next(read, guild)? {
        looked_at += 1;
        let goes_on = !wanted.holds(&entry) || visit(id, entry)?;
        if !goes_on || looked_at >= LOOKED_AT {
            return Ok(candidates.has_more(read, guild)?.then_some(id));
        }
    }
    Ok(None)
}

/// The entries that may be wanted; not many more than are looked at. What comes next stands last.
enum Candidates {
    /// Those of one member, by their numbers.
    OfMember(Vec<EntryId>),
    /// Those of all.
    OfAll(OfAll),
}

/// Those of all, some of which are read ahead.
struct OfAll {
    direction: Direction,
    /// The numbers that were not read yet.
    numbers: Range<u64>,
    ahead: Vec<(EntryId, LedgerEntry)>,
}

impl Candidates {
    fn of(read: &dyn Read, guild: GuildId, wanted: &Wanted, from: Walk) -> Result<Self> {
        let (direction, numbers) = (from.direction(), numbers(read, guild, wanted, from.before)?);
        let Some(user) = wanted.user else {
            return Ok(Self::OfAll(OfAll { direction, numbers, ahead: Vec::new() }));
        };
        let between = EntryId::new(numbers.start)..EntryId::new(numbers.end);
        let mut ids = Vec::new();
        for currency in Currency::VARIANTS.iter().filter(|currency| wanted.currency.is_none_or(|of| of == **currency)) {
            let account = (guild, *currency, user);
            ids.extend(tables::numbers_of(read, account, between.clone(), direction, LOOKED_AT + 1)?);
        }
        ids.sort_unstable();
        if direction == Direction::Forward {
            ids.reverse();
        }
        Ok(Self::OfMember(ids))
    }

    fn next(&mut self, read: &dyn Read, guild: GuildId) -> Result<Option<(EntryId, LedgerEntry)>> {
        match self {
            Self::OfMember(ids) => {
                let Some(id) = ids.pop() else { return Ok(None) };
                Ok(tables::LEDGER.get(read, &(guild, id))?.map(|entry| (id, entry)))
            }
            Self::OfAll(all) => {
                all.read_ahead(read, guild)?;
                Ok(all.ahead.pop())
            }
        }
    }

    fn has_more(&mut self, read: &dyn Read, guild: GuildId) -> Result<bool> {
        match self {
            Self::OfMember(ids) => Ok(!ids.is_empty()),
            Self::OfAll(all) => {
                all.read_ahead(read, guild)?;
                Ok(!all.ahead.is_empty())
            }
        }
    }
}

impl OfAll {
    /// Reads some entries, where none are left of those that were.
    fn read_ahead(&mut self, read: &dyn Read, guild: GuildId) -> Result<()> {
        if !self.ahead.is_empty() || self.numbers.is_empty() {
            return Ok(());
        }
        let rows = tables::LEDGER.page(read, tables::keys_between(guild, &self.numbers), self.direction, AHEAD)?;
        let last = rows.last().map(|((_, id), _)| id.get());
        match self.direction {
            Direction::Backward => self.numbers.end = last.unwrap_or(self.numbers.start),
            Direction::Forward => self.numbers.start = last.map_or(self.numbers.end, |last| last.saturating_add(1)),
        }
        self.ahead = rows.into_iter().rev().map(|((_, id), entry)| (id, entry)).collect();
        Ok(())
    }
}

/// Between which numbers the entries lie that are wanted.
fn numbers(read: &dyn Read, guild: GuildId, wanted: &Wanted, before: Option<EntryId>) -> Result<Range<u64>> {
    let beyond = tables::last_number(read, guild)?.map_or(1, |last| last.get().saturating_add(1));
    let mut end = before.map_or(beyond, |before| before.get().min(beyond));
    if let Some(until) = wanted.until {
        end = end.min(tables::first_at(read, guild, beyond, until)?);
    }
    let start = wanted.since.map_or(Ok(1), |since| tables::first_at(read, guild, beyond, since))?;
    Ok(start..end.max(start))
}
