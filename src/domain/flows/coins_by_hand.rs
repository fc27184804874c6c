//! `/coins`: an administrator changes the Luxury Coins of a member, and the debug channel tells it (`M-ECO-09`, `M-ECO-10`).

use super::coins_posted;
use crate::features::coins::model::{CoinsRefusal, EntryId, EntryKind, LedgerEntry};
use crate::features::coins::queries::entries::story;
use crate::features::coins::service::{self, Order, Removed};
use crate::kernel::actor::Actor;
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

/// The same for whoever has the number of the entry alone, whosever it is.
pub fn undo_entry(tx: &Tx<'_>, guild: GuildId, id: EntryId, reason: String, actor: Actor) -> Result<LedgerEntry> {
    let user = story(tx, guild, id)?.ok_or(CoinsRefusal::NoSuchEntry)?.row.entry.user;
    undo(tx, guild, &Order { user, reason, actor }, id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore, said};
    use crate::kernel::ids::UserId;

    #[test]
    fn an_entry_is_undone_once_by_its_number_alone() {
        let store = TestStore::new();
        let order = Order { user: UserId::new(1), reason: "quiz".to_owned(), actor: Actor::Member(UserId::new(2)) };
        store.write(move |tx| add(tx, GUILD, &order, Amount::of(30)).map(drop)).unwrap();
        let undo = |id| {
            let by_hand =
                move |tx: &Tx<'_>| undo_entry(tx, GUILD, EntryId::new(id), "taken back".to_owned(), Actor::Operator);
            store.write(by_hand)
        };
        let entry = undo(1).unwrap();
        assert_eq!((entry.user, entry.delta, entry.after), (UserId::new(1), -30, Amount::ZERO));
        assert_eq!(entry.reason, "undo of entry 1: taken back");
        assert_eq!(said(undo(1).unwrap_err()), "This entry was undone already, by entry **2**.");
        assert!(said(undo(9).unwrap_err()).starts_with("This member has no such entry."));
        store.check();
    }
}
