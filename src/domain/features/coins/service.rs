//! Operations of the ledger: the only way in which a balance changes (`C-01`).
//!
//! Invariant: a balance is the sum of its entries plus, for points, what is not journalled yet. Each operation refuses
//! before its first write or succeeds, inside one transaction, so two operations never see the same balance (`M-ECO-08`).

use std::collections::BTreeMap;

use super::model::{
    Balance, CoinsRefusal, Currency, EntryId, EntryKind, LedgerEntry, Posting, SkipBought, Undone, Wish,
};
use super::queries::called;
use super::{rules, tables};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Tx;

/// Most members whose points become entries at once; the rest follow with their next entry.
const MOST_JOURNALLED: usize = 1_000;

/// What somebody in charge does to the balance of a member.
#[derive(Clone, Debug)]
pub struct Order {
    /// Of which currency.
    pub currency: Currency,
    /// Whose balance.
    pub user: UserId,
    /// Why, in plain words that are not escaped.
    pub reason: String,
    /// Who does it.
    pub actor: Actor,
}

/// What was taken away.
#[derive(Clone, Debug)]
pub struct Removed {
    /// The entry: what was really taken.
    pub entry: LedgerEntry,
    /// What was to go.
    pub requested: Amount,
}

/// What was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoing {
    /// The opposite of the entry that was named.
    pub entry: LedgerEntry,
    /// The opposite of the other half, where it was one of a transfer.
    pub other: Option<LedgerEntry>,
}

/// Changes a balance and writes the entry. Refuses a change by 0, below 0 or above the cap.
pub fn apply(tx: &Tx<'_>, guild: GuildId, posting: &Posting) -> Result<LedgerEntry> {
    post(tx, guild, posting).map(|(_, entry)| entry)
}

/// Changes several balances, all of them or none (`T-HLP-08`). Refuses what [`apply`] would refuse of any of them, each after
/// those before it.
pub fn apply_all(tx: &Tx<'_>, guild: GuildId, postings: &[Posting]) -> Result<Vec<LedgerEntry>> {
    Ok(post_all(tx, guild, postings)?.into_iter().map(|(_, entry)| entry).collect())
}

/// Takes something away, as much as there is (`M-ECO-10`, `C-08`). Refuses where there is nothing.
pub fn remove(tx: &Tx<'_>, guild: GuildId, order: &Order, wanted: Amount) -> Result<Removed> {
    take(tx, guild, order, wanted, EntryKind::AdminRemove)
}

/// Brings a balance to an amount. Refuses where it is that already.
pub fn set(tx: &Tx<'_>, guild: GuildId, order: &Order, amount: Amount) -> Result<LedgerEntry> {
    let balance = tables::balance(tx, guild, order.currency, order.user)?;
    if balance == amount {
        return Err(CoinsRefusal::Unchanged { currency: called(tx, guild, order.currency)?, balance }.into());
    }
    apply(tx, guild, &order.posting(amount.get() - balance.get(), EntryKind::AdminSet))
}

/// Changes a balance up or down on the dashboard; down to 0 at most, with the wish kept.
pub fn adjust(tx: &Tx<'_>, guild: GuildId, order: &Order, delta: i64) -> Result<Removed> {
    let wanted = Amount::ZERO.clamped_change(delta.saturating_abs());
    if delta < 0 {
        return take(tx, guild, order, wanted, EntryKind::AdminAdjust);
    }
    let entry = apply(tx, guild, &order.posting(delta, EntryKind::AdminAdjust))?;
    Ok(Removed { entry, requested: wanted })
}

fn take(tx: &Tx<'_>, guild: GuildId, order: &Order, wanted: Amount, kind: EntryKind) -> Result<Removed> {
    let balance = tables::balance(tx, guild, order.currency, order.user)?;
    let taken = rules::taken(&called(tx, guild, order.currency)?, balance, wanted)?;
    let (id, entry) = post(tx, guild, &order.posting(-taken.get(), kind))?;
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
    let currency = called(tx, guild, Currency::Luxury)?;
    let mut balance = tables::balance(tx, guild, Currency::Luxury, user)?;
    let mut paid = Vec::new();
    for id in tables::skips_bought(tx, guild, song)? {
        let Some(entry) = tables::skip_entry(tx, guild, id)? else { continue };
        if entry.user == user && tables::UNDONE.get(tx, &(guild, id))?.is_none() {
            balance = rules::after_posting(&currency, balance, entry.delta.saturating_neg())?;
            paid.push(id);
        }
    }
    Ok(paid)
}

/// What was paid by these purchases, of which each was given back, the oldest first: to be paid once more. Refuses where the
/// balance does not hold all of it.
pub fn payable(tx: &Tx<'_>, guild: GuildId, user: UserId, given_back: &[EntryId]) -> Result<Vec<Amount>> {
    let currency = called(tx, guild, Currency::Luxury)?;
    let mut balance = tables::balance(tx, guild, Currency::Luxury, user)?;
    let mut prices = Vec::with_capacity(given_back.len());
    for id in given_back.iter().rev() {
        let Some(entry) = tables::skip_entry(tx, guild, *id)? else { continue };
        balance = rules::after_posting(&currency, balance, entry.delta)?;
        prices.push(Amount::ZERO.clamped_change(entry.delta.saturating_neg()));
    }
    Ok(prices)
}

/// Undoes an entry of a member by its opposite, once (`T-HLP-07`). Half of a transfer is undone together with the other half.
/// Refuses where that leaves the range of balances.
pub fn undo(tx: &Tx<'_>, guild: GuildId, order: &Order, id: EntryId) -> Result<Undoing> {
    let found = tables::LEDGER.get(tx, &(guild, id))?;
    let is_theirs = |entry: &LedgerEntry| entry.user == order.user && entry.currency == order.currency;
    let undone = found.filter(is_theirs).ok_or(CoinsRefusal::NoSuchEntry)?;
    let other = tables::other_half(tx, guild, id, &undone)?;
    // The one that was named comes last, so it is the latest entry then.
    let all: Vec<_> = other.into_iter().chain([(id, undone)]).collect();
    let mut postings = Vec::with_capacity(all.len());
    for (id, undone) in &all {
        rules::may_undo(undone, tables::UNDONE.get(tx, &(guild, *id))?)?;
        let reason = rules::undo_reason(*id, &order.reason);
        let posting = order.posting(undone.delta.saturating_neg(), EntryKind::Rollback);
        postings.push(Posting { user: undone.user, reason, ..posting });
    }
    let mut opposites = Vec::with_capacity(all.len());
    for ((by, entry), (id, _)) in post_all(tx, guild, &postings)?.into_iter().zip(all) {
        tables::UNDONE.insert(tx, &(guild, id), &Undone { by })?;
        opposites.push(entry);
    }
    let entry = opposites.pop().ok_or(CoinsRefusal::NoSuchEntry)?;
    Ok(Undoing { entry, other: opposites.pop() })
}

impl Order {
    /// The posting that carries it out.
    pub fn posting(&self, delta: i64, kind: EntryKind) -> Posting {
        let Self { currency, user, reason, actor } = self.clone();
        Posting { currency, user, delta, kind, reason, actor }
    }
}

/// Posts all of them. What any would refuse is refused before the first write.
fn post_all(tx: &Tx<'_>, guild: GuildId, postings: &[Posting]) -> Result<Vec<(EntryId, LedgerEntry)>> {
    let mut balances = BTreeMap::new();
    for posting in postings {
        let account = (posting.currency, posting.user);
        let balance = match balances.get(&account) {
            Some(balance) => *balance,
            None => tables::balance(tx, guild, posting.currency, posting.user)?,
        };
        let currency = called(tx, guild, posting.currency)?;
        balances.insert(account, rules::after_posting(&currency, balance, posting.delta)?);
    }
    postings.iter().map(|posting| post(tx, guild, posting)).collect()
}

/// Changes a balance as [`apply`] does; answers the entry with its number.
pub fn post(tx: &Tx<'_>, guild: GuildId, posting: &Posting) -> Result<(EntryId, LedgerEntry)> {
    let row = tables::balance_row(tx, guild, posting.currency, posting.user)?;
    let currency = called(tx, guild, posting.currency)?;
    let (before, after) = (row.amount, rules::after_posting(&currency, row.amount, posting.delta)?);
    if posting.currency == Currency::Points {
        journal_points(tx, guild, posting.user)?;
    }
    let balance = rules::balance_with(&row, posting, after, tx.now());
    tables::set_balance(tx, guild, posting.currency, posting.user, &balance)?;
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
