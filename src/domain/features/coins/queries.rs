//! Reads of the ledger, for views and for other features. [`entries`] looks through it by filter, [`holders`] tells who has
//! how much, [`ranking`] who comes first, [`statistics`] what came and went in a time, and
//! [`totals`] keeps what filters add up to.

pub mod entries;
pub mod holders;
pub mod numbered;
pub mod ranking;
pub mod statistics;
pub mod totals;
mod walk;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use strum::VariantArray;

use super::economy::{Circulation, Holder, Week};
use super::model::{Called, CoinsRefusal, Currency, EntryId, LedgerEntry};
use super::settings::{LUXURY_ENABLED, SKIP_PRICE};
pub use super::tables::{SERVER_CURRENCY, balance, balance_row, unjournalled};
use super::weeks::WeekNumber;
use super::{rules, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::money;
use crate::store::{Direction, Read, Span, last_pseudonym};

/// Entries on one page of a history.
const PAGE: usize = 10;
/// Choices that Discord shows while a person types.
const CHOICES: usize = 25;
/// How many entries are searched for a choice; whoever wants an older one types its number.
const SEARCHED: usize = 200;

/// What a member has, as `/balance` shows it (`D-03`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    /// Luxury Coins.
    pub luxury: Amount,
    /// Engagement points.
    pub points: Amount,
    /// Whether Luxury Coins are earned and spent here.
    pub is_on: bool,
    /// What a skip costs here.
    pub skip_price: Amount,
}

/// An entry in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// Its number.
    pub id: EntryId,
    /// What it says.
    pub entry: LedgerEntry,
    /// What was asked for, where less could be taken.
    pub requested: Option<Amount>,
    /// The entry that undid it.
    pub undone_by: Option<EntryId>,
}

/// A page of a member's Luxury Coins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// Whose.
    pub user: UserId,
    /// What the member has now.
    pub balance: Amount,
    /// The entries of this page, latest first.
    pub rows: Vec<HistoryRow>,
    /// Whether there are later ones.
    pub is_latest: bool,
    /// Where the next page begins: older than this entry. `None` on the last page.
    pub older_than: Option<EntryId>,
}

/// What a guild calls a currency.
pub fn called(read: &dyn Read, guild: GuildId, currency: Currency) -> Result<Called> {
    Ok(match currency {
        Currency::Luxury | Currency::Points => Called::Everywhere(currency),
        Currency::Server => Called::Own(money::of(read, guild)?),
    })
}

/// An entry by its number, or by its public name (`C-15`), as somebody typed it.
pub fn entry_called(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Option<(EntryId, LedgerEntry)>> {
    let typed = typed.trim();
    let Some(id) = typed.parse().ok().or_else(|| LedgerEntry::number_in(guild, typed)) else { return Ok(None) };
    let found = tables::LEDGER.get(read, &(guild, id))?;
    let is_meant = |entry: &LedgerEntry| typed == id.to_string() || typed == entry.transaction_id(guild, id);
    Ok(found.filter(is_meant).map(|entry| (id, entry)))
}

/// What a member has.
pub fn purse(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Purse> {
    Ok(Purse {
        luxury: tables::balance(read, guild, Currency::Luxury, user)?,
        points: tables::balance(read, guild, Currency::Points, user)?,
        is_on: LUXURY_ENABLED.get(read, guild)?,
        skip_price: skip_price(read, guild)?,
    })
}

/// What a skip costs in a guild (`M-ECO-05`, `C-54`).
pub fn skip_price(read: &dyn Read, guild: GuildId) -> Result<Amount> {
    Ok(Amount::of(SKIP_PRICE.get(read, guild)?))
}

/// Refuses where Luxury Coins are neither earned nor spent (`D-13`).
pub fn require_on(read: &dyn Read, guild: GuildId) -> Result<()> {
    if LUXURY_ENABLED.get(read, guild)? { Ok(()) } else { Err(CoinsRefusal::SwitchedOff.into()) }
}

/// The skips that were bought for a song, by its row number, the latest first.
pub fn skips_of(read: &dyn Read, guild: GuildId, song: u64) -> Result<Vec<HistoryRow>> {
    let mut rows = Vec::new();
    for id in tables::skips_bought(read, guild, song)? {
        let Some(entry) = tables::skip_entry(read, guild, id)? else { continue };
        let undone_by = tables::UNDONE.get(read, &(guild, id))?.map(|undone| undone.by);
        rows.push(HistoryRow { id, entry, requested: None, undone_by });
    }
    Ok(rows)
}

/// A page of a member's Luxury Coins: the latest entries, or those before an entry. Reads the account's own index.
pub fn history_page(read: &dyn Read, guild: GuildId, user: UserId, before: Option<EntryId>) -> Result<HistoryPage> {
    let mut entries = tables::entries_of(read, guild, Currency::Luxury, user, before, PAGE + 1)?;
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let older_than = entries.last().map(|(id, _)| *id).filter(|_| has_more);
    let rows = entries.into_iter().map(|(id, entry)| row(read, guild, id, entry)).collect::<Result<_>>()?;
    let balance = tables::balance(read, guild, Currency::Luxury, user)?;
    Ok(HistoryPage { user, balance, rows, is_latest: before.is_none(), older_than })
}

/// An entry with what stands beside the ledger of it.
fn row(read: &dyn Read, guild: GuildId, id: EntryId, entry: LedgerEntry) -> Result<HistoryRow> {
    let requested = tables::WISHES.get(read, &(guild, id))?.map(|wish| wish.requested);
    let undone_by = tables::UNDONE.get(read, &(guild, id))?.map(|undone| undone.by);
    Ok(HistoryRow { id, entry, requested, undone_by })
}

/// The latest entries of a member's Luxury Coins that can be undone and whose number begins with what was typed.
pub fn undoable(read: &dyn Read, guild: GuildId, user: UserId, typed: &str) -> Result<Vec<(EntryId, LedgerEntry)>> {
    let typed = typed.trim();
    let mut found = tables::entries_of(read, guild, Currency::Luxury, user, None, SEARCHED)?;
    found.retain(|(id, _)| id.to_string().starts_with(typed));
    let mut offered = Vec::new();
    for (id, entry) in found {
        if offered.len() < CHOICES && rules::may_undo(&entry, tables::UNDONE.get(read, &(guild, id))?).is_ok() {
            offered.push((id, entry));
        }
    }
    Ok(offered)
}

/// All that there is of a currency in a guild, and who has most of it. What erased members had is there, and they are among no
/// members. Looks at each balance once and holds `most` of them.
pub fn circulation(read: &dyn Read, guild: GuildId, currency: Currency, most: usize) -> Result<Circulation> {
    let mut found = Circulation::default();
    // The smallest of the largest lies on top. Of two that are equal, the member who was here first stays.
    let mut largest = BinaryHeap::with_capacity(most + 1);
    let erased = last_pseudonym(read, guild)?;
    tables::balances(currency).for_each(read, guild, |(_, user), balance| {
        if balance.amount == Amount::ZERO {
            return Ok(());
        }
        found.coins = found.coins.saturating_add(balance.amount.get());
        if user <= erased {
            return Ok(());
        }
        found.members += 1;
        largest.push(Reverse((balance.amount, Reverse(user))));
        if largest.len() > most {
            largest.pop();
        }
        Ok(())
    })?;
    let holders = largest.into_sorted_vec().into_iter();
    found.largest = holders.map(|Reverse((amount, Reverse(user)))| Holder { user, amount }).collect();
    Ok(found)
}

/// All that the members of a guild have of a currency.
pub fn total(read: &dyn Read, guild: GuildId, currency: Currency) -> Result<i64> {
    let mut total = 0_i64;
    tables::balances(currency).for_each(read, guild, |_, balance| {
        total = total.saturating_add(balance.amount.get());
        Ok(())
    })?;
    Ok(total)
}

/// What came and went of Luxury Coins in the week of a moment and in those before it, `count` in all, the latest first.
pub fn weeks(read: &dyn Read, guild: GuildId, now: Timestamp, count: i64) -> Result<Vec<Week>> {
    let of = |before| {
        let week = WeekNumber::of(now).before(before);
        Ok(Week { begins: week.begins(), sums: tables::week(read, guild, week)? })
    };
    (0..count).map(of).collect()
}

/// A member's engagement points.
pub fn points(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Amount> {
    tables::balance(read, guild, Currency::Points, user)
}

/// Whether a member's points wait for the score sync.
pub fn waits_for_sync(read: &dyn Read, guild: GuildId, user: UserId) -> Result<bool> {
    tables::POINTS_CHANGED.contains(read, &(guild, user))
}

/// The latest entries of one balance, latest first, at most `limit`.
pub fn history(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    user: UserId,
    limit: usize,
) -> Result<Vec<(EntryId, LedgerEntry)>> {
    tables::entries_of(read, guild, currency, user, None, limit)
}

/// Whether a member has an entry of whatever currency.
pub fn has_entries(read: &dyn Read, guild: GuildId, user: UserId) -> Result<bool> {
    for currency in Currency::VARIANTS {
        if !tables::entries_of(read, guild, *currency, user, None, 1)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Shows every member's engagement points to `visit`, in the order of their ids.
pub fn for_each_points(
    read: &dyn Read,
    guild: GuildId,
    mut visit: impl FnMut(UserId, Amount) -> Result<()>,
) -> Result<()> {
    tables::USER_POINTS.for_each(read, guild, |(_, user), balance| visit(user, balance.amount))
}

/// The guilds in which points changed since the last score sync.
pub fn guilds_with_changed_points(read: &dyn Read) -> Result<Vec<GuildId>> {
    let mut guilds = Vec::new();
    let mut rest = Span::all();
    while let Some(((guild, _), ())) = tables::POINTS_CHANGED.first(read, rest, Direction::Forward)? {
        guilds.push(guild);
        rest = Span::all().after(guild);
    }
    Ok(guilds)
}
