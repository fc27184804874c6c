//! `/coins`: an administrator changes the Luxury Coins of a member, and the debug channel tells it (`M-ECO-09`, `M-ECO-10`).

use super::coins_posted;
use crate::features::coins::model::{EntryId, EntryKind, LedgerEntry};
use crate::features::coins::service::{self, Order, Removed};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Gives Luxury Coins (`M-CMD-32`). Refuses what the balance cannot hold.
pub fn add(tx: &Tx<'_>, guild: GuildId, order: &Order, amount: Amount) -> Result<LedgerEntry> {
    coins_posted::run(tx, guild, &order.posting(amount.get(), EntryKind::AdminAdd))
}

/// Takes Luxury Coins away, as many as there are (`M-CMD-33`). Refuses where there are none.
pub fn remove(tx: &Tx<'_>, guild: GuildId, order: &Order, amount: Amount) -> Result<Removed> {
    let removed = service::remove(tx, guild, order, amount)?;
    let is_less = removed.entry.delta.saturating_neg() < amount.get();
    coins_posted::tell(tx, guild, &removed.entry, is_less.then_some(amount))?;
    Ok(removed)
}

/// Undoes an entry by its opposite, once. What was bought with it stays bought.
pub fn undo(tx: &Tx<'_>, guild: GuildId, order: &Order, id: EntryId) -> Result<LedgerEntry> {
    let entry = service::undo(tx, guild, order, id)?;
    coins_posted::tell(tx, guild, &entry, None)?;
    Ok(entry)
}
