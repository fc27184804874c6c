//! Operations of the ledger: the only way in which a balance changes (`C-01`).
//!
//! Invariant: a balance is the sum of its entries plus, for points, what is not journalled yet. Each operation refuses
//! before its first write or succeeds, inside one transaction, so two operations never see the same balance (`M-ECO-08`).

use super::model::{
    Balance, CoinsRefusal, Currency, EntryId, EntryKind, LedgerEntry, Posting, SkipBought, Undone, Wish,
};
use super::{rules, tables};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Tx;

/// Most members whose points become entries at once; the rest follow with their next entry.
const MOST_JOURNALLED: usize = 1_000;

/// What an administrator does to the Luxury Coins of a member.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whose coins.
    pub user: UserId,
    /// Why, in plain words that are not escaped.
    pub reason: String,
    /// Who does it.
    pub actor: Actor,
}

/// Luxury Coins that were taken away.
#[derive(Clone, Debug)]
pub struct Removed {
    /// The entry: what was really taken.
    pub entry: LedgerEntry,
    /// What was to go.
    pub requested: Amount,
}

/// Changes a balance and writes the entry. Refuses a change by 0, below 0 or above the cap.
pub fn apply(tx: &Tx<'_>, guild: GuildId, posting: &Posting) -> Result<LedgerEntry> {
    post(tx, guild, posting).map(|(_, entry)| entry)
}

/// Takes Luxury Coins away, as many as there are (`M-ECO-10`, `C-08`). Refuses where there are none.
pub fn remove(tx: &Tx<'_>, guild: GuildId, order: &Order, wanted: Amount) -> Result<Removed> {
    let balance = tables::balance(tx, guild, Currency::Luxury, order.user)?;
    let taken = rules::taken(balance, wanted)?;
    let (id, entry) = post(tx, guild, &order.posting(-taken.get(), EntryKind::AdminRemove))?;
    if taken < wanted {
        tables::WISHES.insert(tx, &(guild, id), &Wish { requested: wanted })?;
    }
    Ok(Removed { entry, requested: wanted })
}

/// Takes the price of a song's place, and remembers for which song, by its row number.
pub fn buy_skip(tx: &Tx<'_>, guild: GuildId, posting: &Posting, song: u64) -> Result<LedgerEntry> {
    let (id, entry) = post(tx, guild, posting)?;
    tables::add_skip_bought(tx, guild, song, &SkipBought { entry: id })?;
    Ok(entry)
}

/// What was paid for the places of a song and not given back yet, each purchase, the latest first. Refuses where the balance
/// could not take it all back.
pub fn refundable(tx: &Tx<'_>, guild: GuildId, user: UserId, song: u64) -> Result<Vec<EntryId>> {
    let mut balance = tables::balance(tx, guild, Currency::Luxury, user)?;
    let mut paid = Vec::new();
    for id in tables::skips_bought(tx, guild, song)? {
        let Some(entry) = tables::skip_entry(tx, guild, id)? else { continue };
        if entry.user == user && tables::UNDONE.get(tx, &(guild, id))?.is_none() {
            balance = rules::after_posting(Currency::Luxury, balance, entry.delta.saturating_neg())?;
            paid.push(id);
        }
    }
    Ok(paid)
}

/// What was paid by these purchases, of which each was given back, the oldest first: to be paid once more. Refuses where the
/// balance does not hold all of it.
pub fn payable(tx: &Tx<'_>, guild: GuildId, user: UserId, given_back: &[EntryId]) -> Result<Vec<Amount>> {
    let mut balance = tables::balance(tx, guild, Currency::Luxury, user)?;
    let mut prices = Vec::with_capacity(given_back.len());
    for id in given_back.iter().rev() {
        let Some(entry) = tables::skip_entry(tx, guild, *id)? else { continue };
        balance = rules::after_posting(Currency::Luxury, balance, entry.delta)?;
        prices.push(Amount::ZERO.clamped_change(entry.delta.saturating_neg()));
    }
    Ok(prices)
}

/// Undoes an entry of a member's Luxury Coins by its opposite, once. Refuses where that leaves the range of balances.
pub fn undo(tx: &Tx<'_>, guild: GuildId, order: &Order, id: EntryId) -> Result<LedgerEntry> {
    let found = tables::LEDGER.get(tx, &(guild, id))?;
    let is_theirs = |entry: &LedgerEntry| entry.user == order.user && entry.currency == Currency::Luxury;
    let undone = found.filter(is_theirs).ok_or(CoinsRefusal::NoSuchEntry)?;
    rules::may_undo(&undone, tables::UNDONE.get(tx, &(guild, id))?)?;
    let posting = order.posting(-undone.delta, EntryKind::Rollback);
    let reason = rules::undo_reason(id, &order.reason);
    let (by, entry) = post(tx, guild, &Posting { reason, ..posting })?;
    tables::UNDONE.insert(tx, &(guild, id), &Undone { by })?;
    Ok(entry)
}

impl Order {
    /// The posting that carries it out.
    pub fn posting(&self, delta: i64, kind: EntryKind) -> Posting {
        let Self { user, reason, actor } = self.clone();
        Posting { currency: Currency::Luxury, user, delta, kind, reason, actor }
    }
}

fn post(tx: &Tx<'_>, guild: GuildId, posting: &Posting) -> Result<(EntryId, LedgerEntry)> {
    let row = tables::balance_row(tx, guild, posting.currency, posting.user)?;
    let (before, after) = (row.amount, rules::after_posting(posting.currency, row.amount, posting.delta)?);
    if posting.currency == Currency::Points {
        journal_points(tx, guild, posting.user)?;
    }
    tables::set_balance(tx, guild, posting.currency, posting.user, &rules::balance_with(&row, posting, after))?;
    let entry = LedgerEntry {
        currency: posting.currency,
        user: posting.user,
        delta: posting.delta,
        before,
        after,
        kind: posting.kind,
        reason: posting.reason.clone(),
        actor: posting.actor,
        at: tx.now(),
    };
    let id = tables::add_entry(tx, guild, &entry)?;
    Ok((id, entry))
}

/// Adds points for what happened on the live. Stops at the cap; the entry follows when the points are journalled.
///
/// Answers how many points were added.
pub fn award_points(tx: &Tx<'_>, guild: GuildId, user: UserId, points: Amount) -> Result<i64> {
    let row = tables::balance_row(tx, guild, Currency::Points, user)?;
    let after = row.amount.clamped_change(points.get());
    let added = after.get() - row.amount.get();
    if added > 0 {
        tables::set_balance(tx, guild, Currency::Points, user, &Balance { amount: after, ..row })?;
        let waiting = tables::unjournalled(tx, guild, user)?;
        tables::set_unjournalled(tx, guild, user, waiting + added)?;
    }
    Ok(added)
}

/// Sets a member's points to 0 (`M-PTS-06`); `None` when they are 0 already.
pub fn reset_points(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    reason: &str,
    actor: Actor,
) -> Result<Option<LedgerEntry>> {
    move_points(tx, guild, user, Amount::ZERO, EntryKind::PointsReset, reason, actor)
}

/// Brings a member's points to what the linked handles hold together: after a link came or went (`C-34`), which the ledger
/// has as [`EntryKind::PointsLink`], or after handles were brought from another bot, as [`EntryKind::Import`].
///
/// `None` when the points are that already.
pub fn move_points(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    held: Amount,
    kind: EntryKind,
    reason: &str,
    actor: Actor,
) -> Result<Option<LedgerEntry>> {
    let balance = tables::balance(tx, guild, Currency::Points, user)?;
    let delta = held.get() - balance.get();
    if delta == 0 {
        return Ok(None);
    }
    let posting = Posting { currency: Currency::Points, user, delta, kind, reason: reason.to_owned(), actor };
    apply(tx, guild, &posting).map(Some)
}

/// Writes the entry for points that were added one event at a time (`C-01`); `None` when there are none.
fn journal_points(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<Option<LedgerEntry>> {
    let points = tables::unjournalled(tx, guild, user)?;
    if points == 0 {
        return Ok(None);
    }
    let after = tables::balance(tx, guild, Currency::Points, user)?;
    let entry = LedgerEntry {
        currency: Currency::Points,
        user,
        delta: points,
        before: after.clamped_change(-points),
        after,
        kind: EntryKind::PointsEvent,
        reason: "events on the live".to_owned(),
        actor: Actor::Live,
        at: tx.now(),
    };
    tables::add_entry(tx, guild, &entry)?;
    tables::set_unjournalled(tx, guild, user, 0)?;
    Ok(Some(entry))
}

/// Writes the entries of all members with points that were added one event at a time: the end of a session.
pub fn journal_all_points(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    for user in tables::with_unjournalled(tx, guild, MOST_JOURNALLED)? {
        journal_points(tx, guild, user)?;
    }
    Ok(())
}

/// Lets a member's points wait for the score sync although they did not change.
pub fn note_changed(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    tables::POINTS_CHANGED.put(tx, &(guild, user), &())
}
