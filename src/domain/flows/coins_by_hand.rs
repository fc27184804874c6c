//! Somebody in charge changes the balance of a member, of Luxury Coins (`/coins`) or of the server's currency (`/currency-admin`,
//! the dashboard), and the debug channel tells it (`M-ECO-09`, `M-ECO-10`). What is decided by hand is not asked whether the
//! feature is switched on: a server may put balances in order before.

use super::{coins_posted, task_undone};
use crate::features::coins::model::{CoinsRefusal, Currency, EntryId, EntryKind, LedgerEntry, Posting};
use crate::features::coins::queries::entries::story;
use crate::features::coins::queries::{balance, called, entry_called};
use crate::features::coins::service::{self, Order, Removed, Undoing};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::one_line;
use crate::store::Tx;

/// What somebody typed as the name of a transaction is told to no more than so many characters.
const LONGEST_NAME: usize = 60;

/// Gives something (`M-CMD-32`). Refuses what the balance cannot hold.
pub fn add(tx: &Tx<'_>, guild: GuildId, order: &Order, amount: Amount) -> Result<LedgerEntry> {
    coins_posted::run(tx, guild, &order.posting(amount.get(), EntryKind::AdminAdd))
}

/// Takes something away, as much as there is (`M-CMD-33`). Refuses where there is nothing.
pub fn remove(tx: &Tx<'_>, guild: GuildId, order: &Order, amount: Amount) -> Result<Removed> {
    let removed = service::remove(tx, guild, order, amount)?;
    tell_removed(tx, guild, &removed)?;
    Ok(removed)
}

/// Brings a balance to an amount. Refuses where it is that already.
pub fn set(tx: &Tx<'_>, guild: GuildId, order: &Order, amount: Amount) -> Result<LedgerEntry> {
    let entry = service::set(tx, guild, order, amount)?;
    coins_posted::tell(tx, guild, &entry, None)?;
    Ok(entry)
}

/// Changes a balance up or down, as the dashboard does; down to 0 at most.
pub fn adjust(tx: &Tx<'_>, guild: GuildId, order: &Order, delta: i64) -> Result<Removed> {
    let adjusted = service::adjust(tx, guild, order, delta)?;
    tell_removed(tx, guild, &adjusted)?;
    Ok(adjusted)
}

/// Brings a balance to an amount, as the dashboard does. Refuses where it is that already.
pub fn adjust_to(tx: &Tx<'_>, guild: GuildId, order: &Order, amount: Amount) -> Result<LedgerEntry> {
    let has = balance(tx, guild, order.currency, order.user)?;
    if has == amount {
        return Err(CoinsRefusal::Unchanged { currency: called(tx, guild, order.currency)?, balance: has }.into());
    }
    Ok(adjust(tx, guild, order, amount.get() - has.get())?.entry)
}

/// Changes several balances, all of them or none (`T-HLP-08`).
pub fn batch(tx: &Tx<'_>, guild: GuildId, postings: &[Posting]) -> Result<Vec<LedgerEntry>> {
    let entries = service::apply_all(tx, guild, postings)?;
    for entry in &entries {
        coins_posted::tell(tx, guild, entry, None)?;
    }
    Ok(entries)
}

/// Undoes an entry by its opposite, once; half of a transfer with the other half. The reward of a task goes with the acceptance of
/// its proof, which waits for a review again. What was had for a daily claim, a code or a skip stays so.
pub fn undo(tx: &Tx<'_>, guild: GuildId, order: &Order, id: EntryId) -> Result<LedgerEntry> {
    undo_whole(tx, guild, order, id).map(|undoing| undoing.entry)
}

fn undo_whole(tx: &Tx<'_>, guild: GuildId, order: &Order, id: EntryId) -> Result<Undoing> {
    match task_undone::paid_by(tx, guild, order, id)? {
        Some(found) => task_undone::take_back(tx, guild, order, found, id),
        None => undo_booked(tx, guild, order, id),
    }
}

/// The same of the ledger alone, for whoever takes back what the entry belongs to.
pub(super) fn undo_booked(tx: &Tx<'_>, guild: GuildId, order: &Order, id: EntryId) -> Result<Undoing> {
    let undoing = service::undo(tx, guild, order, id)?;
    for told in undoing.other.iter().chain([&undoing.entry]) {
        coins_posted::tell(tx, guild, told, None)?;
    }
    Ok(undoing)
}

/// The same for whoever has the number of the entry alone, whosever it is. Points are of handles, and none of theirs is undone.
pub fn undo_entry(tx: &Tx<'_>, guild: GuildId, id: EntryId, reason: String, actor: Actor) -> Result<LedgerEntry> {
    let found = story(tx, guild, id)?.map(|story| story.row.entry);
    let LedgerEntry { currency, user, .. } =
        found.filter(|entry| entry.currency != Currency::Points).ok_or(CoinsRefusal::NoSuchEntry)?;
    undo(tx, guild, &Order { currency, user, reason, actor }, id)
}

/// The same for whoever typed the number or the public name of a transaction of the server's currency (`T-HLP-07`).
pub fn undo_called(tx: &Tx<'_>, guild: GuildId, typed: &str, reason: String, actor: Actor) -> Result<Undoing> {
    let currency = Currency::Server;
    let found = entry_called(tx, guild, typed)?.filter(|(_, entry)| entry.currency == currency);
    let Some((id, LedgerEntry { user, .. })) = found else {
        let (typed, currency) = (one_line(typed, LONGEST_NAME), called(tx, guild, currency)?);
        return Err(CoinsRefusal::NoSuchTransaction { typed, currency }.into());
    };
    undo_whole(tx, guild, &Order { currency, user, reason, actor }, id)
}

/// Tells what was taken, and what was asked for where that was more.
fn tell_removed(tx: &Tx<'_>, guild: GuildId, Removed { entry, requested }: &Removed) -> Result<()> {
    let is_less = entry.delta.saturating_abs() < requested.get();
    coins_posted::tell(tx, guild, entry, is_less.then_some(*requested))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::queries::entries::{self, Wanted};
    use strum::VariantArray;

    use crate::features::testing::{GUILD, TestStore, said};
    use crate::flows::daily_claimed;
    use crate::kernel::ids::UserId;

    #[test]
    fn an_entry_is_undone_once_by_its_number_alone() {
        let store = TestStore::new();
        let order = Order {
            currency: Currency::Luxury,
            user: UserId::new(1),
            reason: "quiz".to_owned(),
            actor: Actor::Member(UserId::new(2)),
        };
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

    const ANN: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);

    fn of(user: UserId) -> Order {
        Order { currency: Currency::Server, user, reason: "quiz".to_owned(), actor: Actor::Member(UserId::new(9)) }
    }

    fn posting(user: UserId, delta: i64, kind: EntryKind) -> Posting {
        of(user).posting(delta, kind)
    }

    fn amounts(store: &TestStore) -> [i64; 2] {
        let of = |user| store.read(|read| balance(read, GUILD, Currency::Server, user)).get();
        [of(ANN), of(BOB)]
    }

    #[test]
    fn several_balances_change_together_or_not_at_all() {
        crate::covers!("T-HLP-08", "T-ADV-02");
        let store = TestStore::new();
        let all = |postings: Vec<Posting>| store.write(move |tx| batch(tx, GUILD, &postings).map(|done| done.len()));
        let add = |user, delta| posting(user, delta, EntryKind::AdminAdd);
        assert_eq!(all(vec![add(ANN, 30), add(BOB, 5), add(ANN, -10)]).unwrap(), 3);
        assert_eq!(amounts(&store), [20, 5]);
        // Each alone could be paid by what was there before; together they cannot.
        let refused = all(vec![add(BOB, 1), add(ANN, -15), add(ANN, -15)]).unwrap_err();
        assert_eq!(said(refused), "The balance is **5 coins**, and **15** are needed.");
        assert_eq!(amounts(&store), [20, 5]);
        store.check();
    }

    #[test]
    fn a_balance_is_set_and_adjusted_and_taken_down_to_nothing_with_the_wish_kept() {
        let store = TestStore::new();
        store.write(|tx| set(tx, GUILD, &of(ANN), Amount::of(40)).map(drop)).unwrap();
        let again = store.write(|tx| set(tx, GUILD, &of(ANN), Amount::of(40)).map(drop)).unwrap_err();
        assert_eq!(said(again), "The balance is **40 coins** already, so nothing was changed.");
        store.write(|tx| adjust(tx, GUILD, &of(ANN), 2).map(drop)).unwrap();
        let same = store.write(|tx| adjust_to(tx, GUILD, &of(ANN), Amount::of(42)).map(drop)).unwrap_err();
        assert_eq!(same.code(), "coins.unchanged");
        let to = store.write(|tx| adjust_to(tx, GUILD, &of(ANN), Amount::of(50))).unwrap();
        assert_eq!((to.kind, to.delta, to.after), (EntryKind::AdminAdjust, 8, Amount::of(50)));
        store.write(|tx| adjust_to(tx, GUILD, &of(ANN), Amount::of(42)).map(drop)).unwrap();
        let down = store.write(|tx| adjust(tx, GUILD, &of(ANN), -50)).unwrap();
        assert_eq!((down.entry.delta, down.entry.after, down.requested), (-42, Amount::ZERO, Amount::of(50)));
        let nothing = store.write(|tx| remove(tx, GUILD, &of(ANN), Amount::of(1)).map(drop)).unwrap_err();
        assert_eq!(said(nothing), "There are no coins to remove: the balance is **0**.");
        let told = store.read(|read| entries::page(read, GUILD, &Wanted::default(), None, 1)).rows.remove(0);
        assert_eq!((told.entry.kind, told.requested), (EntryKind::AdminAdjust, Some(Amount::of(50))));
        store.check();
    }

    #[test]
    fn a_transaction_is_undone_by_its_public_name_or_number_and_a_transfer_as_a_whole() {
        crate::covers!("T-HLP-07", "T-HLP-05");
        let store = TestStore::new();
        let transfer = [posting(ANN, -7, EntryKind::TransferSend), posting(BOB, 7, EntryKind::TransferReceive)];
        let both = move |tx: &Tx<'_>| {
            add(tx, GUILD, &of(ANN), Amount::of(10))?;
            batch(tx, GUILD, &transfer).map(drop)
        };
        store.write(both).unwrap();
        assert_eq!(amounts(&store), [3, 7]);
        let undo = |typed: String| {
            store.write(move |tx| undo_called(tx, GUILD, &typed, "a mistake".to_owned(), Actor::Member(UserId::new(9))))
        };
        let name =
            store.read(|read| Ok(entry_called(read, GUILD, "3")?.unwrap().1.transaction_id(GUILD, EntryId::new(3))));
        for wrong in [
            name.replace("txn_5_", "txn_6_"),
            "txn_5_1_000003".to_owned(),
            "4".to_owned(),
            "txn_1".to_owned(),
            String::new(),
        ] {
            let refused = undo(wrong.clone()).unwrap_err();
            assert_eq!(refused.code(), "coins.no_such_transaction", "{wrong}");
        }
        let undone = undo(name).unwrap();
        assert_eq!((undone.entry.user, undone.entry.delta, undone.entry.kind), (BOB, -7, EntryKind::Rollback));
        assert_eq!(undone.other.map(|other| (other.user, other.delta)), Some((ANN, 7)));
        assert_eq!(amounts(&store), [10, 0], "the previous balances are there again");
        assert_eq!(undo("2".to_owned()).unwrap_err().code(), "coins.already_undone", "both halves are undone");
        store.check();
    }

    #[test]
    fn half_of_a_transfer_that_was_spent_since_keeps_both_halves() {
        let store = TestStore::new();
        let transfer = [posting(ANN, -7, EntryKind::TransferSend), posting(BOB, 7, EntryKind::TransferReceive)];
        let spent = move |tx: &Tx<'_>| {
            add(tx, GUILD, &of(ANN), Amount::of(10))?;
            batch(tx, GUILD, &transfer)?;
            remove(tx, GUILD, &of(BOB), Amount::of(1)).map(drop)
        };
        store.write(spent).unwrap();
        let refused =
            store.write(|tx| undo_called(tx, GUILD, "2", String::new(), Actor::Operator).map(drop)).unwrap_err();
        assert_eq!(refused.code(), "coins.not_enough");
        assert_eq!(amounts(&store), [3, 6]);
        store.check();
    }

    /// What becomes of what an entry belongs to, kind by kind. `None`: the entry is undone, and nothing follows from it; what was
    /// had for a daily claim, a code, a gift on the live or a skip stays had.
    fn refused(kind: EntryKind) -> Option<&'static str> {
        match kind {
            // Goods would stay behind: the purchase is given back instead.
            EntryKind::ShopPurchase | EntryKind::ShopRefund => Some("coins.of_the_shop"),
            EntryKind::Rollback => Some("coins.is_an_undo"),
            EntryKind::ArchiveOpening => Some("coins.is_an_opening"),
            // With both halves, and with the acceptance of the proof: `whoever_undoes_the_entry_of_a_reward_…`.
            EntryKind::TransferSend
            | EntryKind::TransferReceive
            | EntryKind::TaskReward
            // By itself.
            | EntryKind::Daily
            | EntryKind::Code
            | EntryKind::AdminAdd
            | EntryKind::AdminRemove
            | EntryKind::AdminSet
            | EntryKind::AdminAdjust
            | EntryKind::WatchTime
            | EntryKind::Gift
            | EntryKind::BuySkip
            | EntryKind::PointsEvent
            | EntryKind::PointsReset
            | EntryKind::PointsLink
            | EntryKind::XpText
            | EntryKind::XpVoice
            | EntryKind::XpAdmin
            | EntryKind::Import => None,
        }
    }

    #[test]
    fn each_kind_of_entry_is_undone_or_says_what_to_do_instead() {
        for kind in EntryKind::VARIANTS {
            let store = TestStore::new();
            let entry = posting(ANN, 5, *kind);
            store.write(move |tx| service::apply(tx, GUILD, &entry).map(drop)).unwrap();
            let undone = store.write(|tx| undo_called(tx, GUILD, "1", String::new(), Actor::Operator).map(drop));
            assert_eq!(undone.err().map(|error| error.code()), refused(*kind), "{kind}");
        }
    }

    #[test]
    fn a_daily_claim_whose_entry_is_undone_was_claimed_all_the_same() {
        let store = TestStore::new();
        store.write(|tx| daily_claimed::run(tx, GUILD, ANN).map(drop)).unwrap();
        store.write(|tx| undo_called(tx, GUILD, "1", String::new(), Actor::Operator).map(drop)).unwrap();
        assert_eq!(amounts(&store), [0, 0]);
        let again = store.write(|tx| daily_claimed::run(tx, GUILD, ANN).map(drop)).unwrap_err();
        assert_eq!(again.code(), "currency.claimed_already");
        store.check();
    }
}
