//! Operations of the ledger: the only way in which a balance changes (`C-01`).
//!
//! Invariant: a balance is the sum of its entries plus, for points, what is not journalled yet. Each operation refuses
//! before its first write or succeeds, inside one transaction, so two operations never see the same balance (`M-ECO-08`).

use super::model::{Currency, EntryKind, LedgerEntry, Posting};
use super::{rules, tables};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Tx;

/// Most members whose points become entries at once; the rest follow with their next entry.
const MOST_JOURNALLED: usize = 1_000;

/// Changes a balance and writes the entry. Refuses a change by 0, below 0 or above the cap.
pub fn apply(tx: &Tx<'_>, guild: GuildId, posting: &Posting) -> Result<LedgerEntry> {
    let before = tables::balance(tx, guild, posting.currency, posting.user)?;
    let after = rules::after_posting(posting.currency, before, posting.delta)?;
    if posting.currency == Currency::Points {
        journal_points(tx, guild, posting.user)?;
    }
    tables::set_balance(tx, guild, posting.currency, posting.user, after)?;
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
    tables::add_entry(tx, guild, &entry)?;
    Ok(entry)
}

/// Adds points for what happened on the live. Stops at the cap; the entry follows in [`journal_points`].
///
/// Answers how many points were added.
pub fn award_points(tx: &Tx<'_>, guild: GuildId, user: UserId, points: Amount) -> Result<i64> {
    let before = tables::balance(tx, guild, Currency::Points, user)?;
    let after = before.clamped_change(points.get());
    let added = after.get() - before.get();
    if added > 0 {
        tables::set_balance(tx, guild, Currency::Points, user, after)?;
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
    bring_points_to(tx, guild, user, Amount::ZERO, EntryKind::PointsReset, reason, actor)
}

/// Brings a member's points to what the linked handles hold together, after a link came or went (`C-34`).
///
/// `None` when the points are that already.
pub fn move_points(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    held: Amount,
    reason: &str,
    actor: Actor,
) -> Result<Option<LedgerEntry>> {
    bring_points_to(tx, guild, user, held, EntryKind::PointsLink, reason, actor)
}

fn bring_points_to(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    target: Amount,
    kind: EntryKind,
    reason: &str,
    actor: Actor,
) -> Result<Option<LedgerEntry>> {
    let balance = tables::balance(tx, guild, Currency::Points, user)?;
    let delta = target.get() - balance.get();
    if delta == 0 {
        return Ok(None);
    }
    let posting = Posting { currency: Currency::Points, user, delta, kind, reason: reason.to_owned(), actor };
    apply(tx, guild, &posting).map(Some)
}

/// Writes the entry for points that were added one event at a time (`C-01`); `None` when there are none.
pub fn journal_points(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<Option<LedgerEntry>> {
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

/// Members whose points changed since they were last taken, at most `limit`: for the score sync (`M-PTS-05`).
pub fn take_changed(tx: &Tx<'_>, guild: GuildId, limit: usize) -> Result<Vec<UserId>> {
    tables::take_changed(tx, guild, limit)
}
