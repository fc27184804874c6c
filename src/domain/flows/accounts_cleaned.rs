//! What members have who left long ago is taken out of circulation (`T-API-19`, `C-66`): their balance of the server's currency by a
//! closing entry of the ledger, what they own of the shop, and the moment of their last daily claim. Luxury Coins, songs and everything
//! else stay.
//!
//! Whoever comes back has an account of nothing; the closing entry can be undone by hand. Where Discord does not tell who leaves,
//! whoever had no entry of the ledger for so long counts as one who left.

use crate::activity::Subject;
use crate::features::coins::model::{Currency, EntryKind, Posting};
use crate::features::currency::activity::{CLEANED, REACTIVATED};
use crate::features::shop::model::Purchase;
use crate::features::{coins, currency, shop};
use crate::flows::accounts_listed::{Listed, inactive};
use crate::flows::{coins_posted, currency_accounts};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Store, Tx};

/// Accounts that are closed in one transaction: few enough that nobody waits for it.
const PIECE: usize = 50;

/// Whose accounts are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of those who left before this moment.
    pub before: Timestamp,
    /// Whether nobody tells who leaves, so that the last entry decides.
    pub is_by_last_entry: bool,
}

/// What was taken out of circulation, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Whose accounts.
    pub users: Vec<UserId>,
    /// What they had together.
    pub amount: i64,
}

/// The accounts that would be closed.
pub fn candidates(read: &dyn Read, guild: GuildId, wanted: Wanted) -> Result<Cleaned> {
    let mut found = Cleaned::default();
    for listed in inactive(read, guild, wanted.before)? {
        found.add(read, guild, &listed)?;
    }
    if wanted.is_by_last_entry {
        let erased = super::erasure::last_pseudonym(read, guild)?;
        let mut quiet = Vec::new();
        coins::queries::SERVER_CURRENCY.for_each(read, guild, |(_, user), balance| {
            if user > erased && balance.amount > Amount::ZERO && is_quiet(read, guild, user, wanted.before)? {
                quiet.push((user, balance));
            }
            Ok(())
        })?;
        for (user, balance) in quiet {
            let account = currency::queries::account(read, guild, user)?;
            if account.left_at.is_none() {
                found.add(read, guild, &Listed { user, balance, account })?;
            }
        }
    }
    Ok(found)
}

impl Cleaned {
    /// Adds an account that holds anything.
    fn add(&mut self, read: &dyn Read, guild: GuildId, listed: &Listed) -> Result<()> {
        let amount = listed.balance.amount.get();
        let owns_any = || Ok::<bool, Error>(!shop::queries::inventory(read, guild, listed.user)?.is_empty());
        if amount > 0 || listed.account.last_daily.is_some() || owns_any()? {
            self.users.push(listed.user);
            self.amount = self.amount.saturating_add(amount);
        }
        Ok(())
    }
}

/// Whether somebody had no entry of the currency since a moment.
fn is_quiet(read: &dyn Read, guild: GuildId, user: UserId, since: Timestamp) -> Result<bool> {
    let last = coins::queries::history(read, guild, Currency::Server, user, 1)?;
    Ok(last.first().is_none_or(|(_, entry)| entry.at < since))
}

/// Closes the accounts, some in each transaction, and notes it. Answers what was taken out of circulation.
///
/// Blocks; for a blocking thread.
pub fn run(store: &Store, guild: GuildId, wanted: Wanted, actor: Actor) -> Result<Cleaned> {
    let candidates = store.read_blocking("accounts_to_clean", |read| candidates(read, guild, wanted))?;
    let mut done = Cleaned::default();
    for piece in candidates.users.chunks(PIECE) {
        let users = piece.to_vec();
        let closed = store.write_blocking("accounts_cleaned", move |tx| {
            let mut closed = Cleaned::default();
            for user in &users {
                closed.close(tx, guild, *user, wanted, actor)?;
            }
            Ok(closed)
        })?;
        done.amount = done.amount.saturating_add(closed.amount);
        done.users.extend(closed.users);
    }
    if !done.users.is_empty() {
        let accounts = u64::try_from(done.users.len()).unwrap_or(u64::MAX);
        let told = (accounts, done.amount);
        store.write_blocking("accounts_cleaned", move |tx| {
            let called = crate::money::of(tx, guild)?.name;
            let (accounts, amount) = told;
            CLEANED.with(currency::activity::Cleaned { accounts, amount, called }).by(actor).note(tx, guild)
        })?;
    }
    Ok(done)
}

impl Cleaned {
    /// Closes one account, where its member has not come back meanwhile.
    fn close(&mut self, tx: &Tx<'_>, guild: GuildId, user: UserId, wanted: Wanted, actor: Actor) -> Result<()> {
        let (balance, account) = currency_accounts::of(tx, guild, user)?;
        let has_left = match account.left_at {
            Some(left) => left < wanted.before,
            None => wanted.is_by_last_entry && is_quiet(tx, guild, user, wanted.before)?,
        };
        if !has_left {
            return Ok(());
        }
        let amount = balance.amount.get();
        if amount > 0 {
            let reason = "the account was closed: its member left".to_owned();
            let (kind, currency) = (EntryKind::AdminAdjust, Currency::Server);
            coins_posted::run(tx, guild, &Posting { currency, user, delta: -amount, kind, reason, actor })?;
        }
        use_all_up(tx, guild, user)?;
        currency::service::forget_claim(tx, guild, user)?;
        self.users.push(user);
        self.amount = self.amount.saturating_add(amount);
        Ok(())
    }
}

/// Whatever somebody owns of the shop counts as used up. What was bought stays told, and the stock stays what it is.
fn use_all_up(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    for holding in shop::queries::inventory(tx, guild, user)? {
        for (id, purchase) in shop::tables::unused(tx, guild, user, holding.id, usize::MAX)? {
            let used = purchase.quantity;
            shop::tables::put_purchase(tx, guild, id, &Purchase { used, ..purchase })?;
        }
    }
    Ok(())
}

/// Takes it back that a member left. Answers whether they had.
pub fn reactivate(tx: &Tx<'_>, guild: GuildId, user: UserId, actor: Actor) -> Result<bool> {
    let had_left = currency::queries::account(tx, guild, user)?.left_at.is_some();
    if had_left {
        currency_accounts::came(tx, guild, user)?;
        REACTIVATED.with(()).by(actor).of(Subject::Member(user)).note(tx, guild)?;
        tx.publish(coins::tables::CHANGED, guild);
    }
    Ok(had_left)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::features::coins::queries::balance;
    use crate::features::testing::{GUILD, TestStore};
    use crate::flows::{coins_by_hand, daily_claimed, shop_bought};
    use crate::kernel::amount::Amount;

    const DAY: Duration = Duration::from_hours(24);
    const ANN: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);
    const CID: UserId = UserId::new(3);

    /// Everybody claimed, ann left 40 days ago and bob 10.
    fn town() -> TestStore {
        let store = TestStore::new();
        for user in [ANN, BOB, CID] {
            store.write(move |tx| daily_claimed::run(tx, GUILD, user).map(drop)).unwrap();
        }
        let order = coins::service::Order {
            currency: Currency::Luxury,
            user: ANN,
            reason: "quiz".into(),
            actor: Actor::System,
        };
        store.write(move |tx| coins_by_hand::add(tx, GUILD, &order, Amount::of(7)).map(drop)).unwrap();
        store.write(|tx| currency_accounts::left(tx, GUILD, ANN)).unwrap();
        store.advance(DAY * 30);
        store.write(|tx| currency_accounts::left(tx, GUILD, BOB)).unwrap();
        store.advance(DAY * 10);
        store
    }

    fn cleans(store: &TestStore, days: u32, is_by_last_entry: bool) -> Cleaned {
        let wanted = Wanted { before: store.now().before(DAY * days), is_by_last_entry };
        let expected = store.read(|read| candidates(read, GUILD, wanted));
        let done = store.with(|store| run(store, GUILD, wanted, Actor::Operator)).unwrap();
        assert_eq!(done, expected, "a dry run tells what is done");
        done
    }

    #[test]
    fn what_somebody_has_who_left_long_ago_goes_by_an_entry_and_luxury_coins_stay() {
        let store = town();
        assert_eq!(cleans(&store, 30, false), Cleaned { users: vec![ANN], amount: 100 });
        let has = |currency, user| store.read(|read| balance(read, GUILD, currency, user)).get();
        assert_eq!((has(Currency::Server, ANN), has(Currency::Luxury, ANN)), (0, 7));
        assert_eq!((has(Currency::Server, BOB), has(Currency::Server, CID)), (100, 100));
        assert_eq!(cleans(&store, 30, false), Cleaned::default(), "twice is once");
        // Who comes back begins with nothing and may claim at once.
        store.write(|tx| currency_accounts::came(tx, GUILD, ANN)).unwrap();
        store.write(|tx| daily_claimed::run(tx, GUILD, ANN).map(drop)).unwrap();
        assert_eq!(has(Currency::Server, ANN), 100);
        store.check();
    }

    #[test]
    fn what_somebody_owns_of_the_shop_is_used_up_and_stays_sold() {
        let store = town();
        let buy = |tx: &Tx<'_>| {
            let item = shop::model::Item::new("Cookie", Amount::of(40));
            let (item, _) = shop::service::add(tx, GUILD, Actor::System, item)?;
            let order = shop_bought::Order { user: ANN, roles: Vec::new(), item, quantity: 2 };
            shop_bought::run(tx, GUILD, &order).map(|_| item)
        };
        let item = store.write(buy).unwrap();
        store.write(|tx| currency_accounts::left(tx, GUILD, ANN)).unwrap();
        store.advance(DAY * 31);
        assert_eq!(cleans(&store, 30, false).amount, 120);
        assert!(store.read(|read| shop::queries::inventory(read, GUILD, ANN)).is_empty());
        assert_eq!(store.read(|read| shop::queries::sold(read, GUILD, item)), 2);
        assert_eq!(cleans(&store, 30, false), Cleaned::default(), "twice is once");
        store.check();
    }

    #[test]
    fn who_is_taken_back_keeps_everything() {
        let store = town();
        let takes_back = || store.write(|tx| reactivate(tx, GUILD, ANN, Actor::Operator)).unwrap();
        assert_eq!((takes_back(), takes_back()), (true, false));
        assert_eq!(cleans(&store, 30, false), Cleaned::default());
        store.check();
    }

    #[test]
    fn where_nobody_tells_who_leaves_the_last_entry_decides() {
        let store = town();
        store.write(|tx| daily_claimed::run(tx, GUILD, CID).map(drop)).unwrap();
        assert_eq!(cleans(&store, 30, true).users, [ANN]);
        store.advance(DAY * 31);
        assert_eq!(cleans(&store, 30, true).users, [BOB, CID]);
        store.check();
    }
}
