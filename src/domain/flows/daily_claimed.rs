//! `/daily`: a member claims the daily reward (`T-CUR-05`). The claim and its entry are one transaction, so it counts once.

use crate::features::coins::model::{Currency, EntryKind, LedgerEntry, Posting};
use crate::features::{coins, currency};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::money::{self, Money};
use crate::store::Tx;

/// A claim that was paid.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// What came.
    pub entry: LedgerEntry,
    /// When the next claim is possible.
    pub next: Timestamp,
    /// What the currency is called.
    pub money: Money,
}

/// Pays the daily reward. Refuses a claim less than a day after the last one, and what the balance cannot hold.
pub fn run(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<Claimed> {
    currency::rules::may_claim(currency::queries::last_daily(tx, guild, user)?, tx.now())?;
    let posting = Posting {
        currency: Currency::Server,
        user,
        delta: currency::queries::daily_amount(tx, guild)?.get(),
        kind: EntryKind::Daily,
        reason: "Daily reward".to_owned(),
        actor: Actor::Member(user),
    };
    let entry = coins::service::apply(tx, guild, &posting)?;
    let next = currency::service::claim(tx, guild, user)?;
    Ok(Claimed { entry, next, money: money::of(tx, guild)? })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::features::currency::settings::DAILY_AMOUNT;
    use crate::features::testing::{GUILD, TestStore, said};
    use crate::kernel::amount::Amount;

    const ANN: UserId = UserId::new(1);
    const OTHER: GuildId = GuildId::new(6);

    fn claim(store: &TestStore, guild: GuildId) -> Result<Claimed> {
        store.write(move |tx| run(tx, guild, ANN))
    }

    #[test]
    fn the_reward_is_paid_once_a_rolling_day_with_an_account_from_the_first_one() {
        crate::covers!("T-CUR-07", "T-CUR-08", "T-CUR-09", "T-CUR-10", "T-CUR-12", "T-EDG-02", "T-HLP-01");
        let store = TestStore::new();
        let first = claim(&store, GUILD).unwrap();
        assert_eq!((first.entry.delta, first.entry.before, first.entry.after), (100, Amount::ZERO, Amount::of(100)));
        assert_eq!((first.entry.kind, first.entry.reason.as_str()), (EntryKind::Daily, "Daily reward"));
        assert_eq!(first.next, store.now().after(Duration::from_hours(24)));
        let began = store.now();
        store.advance(Duration::from_secs(86_399));
        let refused = claim(&store, GUILD).unwrap_err();
        insta::assert_snapshot!(said(refused), @"You have claimed your reward already. The next one is there <t:1763842500:R>, at <t:1763842500:f>.");
        store.advance(Duration::from_secs(1));
        assert_eq!(claim(&store, GUILD).unwrap().entry.after, Amount::of(200));
        let balance = store.read(|read| coins::queries::balance_row(read, GUILD, Currency::Server, ANN));
        assert_eq!((balance.began, balance.earned), (Some(began), Amount::of(200)));
        let account = store.read(|read| currency::queries::account(read, GUILD, ANN));
        assert_eq!(account.last_daily, Some(store.now()));
        store.check();
    }

    #[test]
    fn each_server_has_its_own_claims_and_its_own_amount() {
        crate::covers!("T-EDG-13");
        let store = TestStore::new();
        store.write(|tx| DAILY_AMOUNT.set(tx, OTHER, &7)).unwrap();
        assert_eq!(claim(&store, GUILD).unwrap().entry.after, Amount::of(100));
        assert_eq!(claim(&store, OTHER).unwrap().entry.after, Amount::of(7));
    }

    #[test]
    fn a_reward_that_a_balance_cannot_hold_can_be_claimed_later() {
        let store = TestStore::new();
        let (currency, kind, reason, actor) = (Currency::Server, EntryKind::AdminAdd, "all".to_owned(), Actor::System);
        let all = Posting { currency, user: ANN, delta: Amount::MAX.get(), kind, reason, actor };
        store.write(move |tx| coins::service::apply(tx, GUILD, &all).map(drop)).unwrap();
        assert_eq!(claim(&store, GUILD).unwrap_err().code(), "coins.full");
        assert_eq!(store.read(|read| currency::queries::account(read, GUILD, ANN)).last_daily, None);
    }
}
