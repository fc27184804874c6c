//! The accounts of a server's own currency in an order, and those of members who left (`T-API-04`, `T-API-20`). Each account is looked at
//! once; a page holds no more than a number or two of each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::features::coins::model::Balance;
use crate::features::currency::model::Account;
use crate::features::{coins, currency};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Read;

/// By what accounts are ordered. What is most, latest or longest on Discord comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Who has most.
    #[default]
    Balance,
    /// Who earned most.
    Earned,
    /// Who spent most.
    Spent,
    /// Whose account began last.
    Began,
    /// Who claimed the daily reward last.
    Daily,
    /// Who has been on Discord for longest.
    User,
}

/// Which accounts, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// By what they are ordered.
    pub sort: Sort,
    /// Whether the other way round.
    pub is_reversed: bool,
    /// Whether those are among them who left.
    pub has_inactive: bool,
    /// How many are left out.
    pub offset: usize,
    /// How many are listed at most.
    pub limit: usize,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose.
    pub user: UserId,
    /// What they have and had.
    pub balance: Balance,
    /// What is kept beside it.
    pub account: Account,
}

/// A part of the accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Those of it, in order.
    pub rows: Vec<Listed>,
    /// How many there are in all.
    pub total: usize,
}

/// A part of the accounts, in order. What an erased member had is nobody's account.
pub fn page(read: &dyn Read, guild: GuildId, listing: &Listing) -> Result<Page> {
    let (accounts, erased) = (of_all(read, guild)?, super::erasure::last_pseudonym(read, guild)?);
    let mut order: Vec<(i64, UserId)> = Vec::new();
    coins::queries::SERVER_CURRENCY.for_each(read, guild, |(_, user), balance| {
        let account = accounts.get(&user).copied().unwrap_or_default();
        if user > erased && (listing.has_inactive || account.left_at.is_none()) {
            order.push((rank(listing.sort, user, &balance, account), user));
        }
        Ok(())
    })?;
    order.sort_unstable_by_key(|(rank, user)| (Reverse(*rank), *user));
    if listing.is_reversed {
        order.reverse();
    }
    let total = order.len();
    let wanted = order.into_iter().skip(listing.offset).take(listing.limit);
    let row = |(_, user): (i64, UserId)| {
        let (balance, account) = super::currency_accounts::of(read, guild, user)?;
        Ok(Listed { user, balance, account })
    };
    Ok(Page { rows: wanted.map(row).collect::<Result<_>>()?, total })
}

/// What somebody is ordered by; the largest comes first.
fn rank(sort: Sort, user: UserId, balance: &Balance, account: Account) -> i64 {
    let moment = |at: Option<Timestamp>| at.map_or(i64::MIN, Timestamp::micros);
    match sort {
        Sort::Balance => balance.amount.get(),
        Sort::Earned => balance.earned.get(),
        Sort::Spent => balance.spent.get(),
        Sort::Began => moment(balance.began),
        Sort::Daily => moment(account.last_daily),
        Sort::User => i64::try_from(user.get()).map_or(i64::MIN, i64::wrapping_neg),
    }
}

fn of_all(read: &dyn Read, guild: GuildId) -> Result<BTreeMap<UserId, Account>> {
    let mut accounts = BTreeMap::new();
    currency::tables::ACCOUNTS.for_each(read, guild, |(_, user), account| {
        accounts.insert(user, account);
        Ok(())
    })?;
    Ok(accounts)
}

/// The accounts of members who left before a moment and whose leaving nobody took back, who left first at the front.
pub fn inactive(read: &dyn Read, guild: GuildId, before: Timestamp) -> Result<Vec<Listed>> {
    let mut found = Vec::new();
    for (user, account) in of_all(read, guild)? {
        if account.left_at.is_some_and(|left| left < before) {
            let balance = coins::queries::balance_row(read, guild, coins::model::Currency::Server, user)?;
            found.push(Listed { user, balance, account });
        }
    }
    found.sort_by_key(|listed| (listed.account.left_at, listed.user));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::flows::{currency_accounts, daily_claimed};

    fn users(page: &Page) -> Vec<u64> {
        page.rows.iter().map(|listed| listed.user.get()).collect()
    }

    #[test]
    fn accounts_come_in_each_order_both_ways_and_whoever_left_only_when_asked_for() {
        let store = TestStore::new();
        for user in [3, 1, 2] {
            store.write(move |tx| daily_claimed::run(tx, GUILD, UserId::new(user)).map(drop)).unwrap();
            store.advance(Duration::from_hours(25));
        }
        store.write(|tx| daily_claimed::run(tx, GUILD, UserId::new(3)).map(drop)).unwrap();
        store.write(|tx| currency_accounts::left(tx, GUILD, UserId::new(1))).unwrap();
        let list = |listing: Listing| store.read(|read| page(read, GUILD, &Listing { limit: 10, ..listing }));
        for (sort, all) in [
            (Sort::Balance, [3, 1, 2]),
            (Sort::Earned, [3, 1, 2]),
            (Sort::Spent, [1, 2, 3]),
            (Sort::Began, [2, 1, 3]),
            (Sort::Daily, [3, 2, 1]),
            (Sort::User, [1, 2, 3]),
        ] {
            let listing = Listing { sort, has_inactive: true, ..Listing::default() };
            assert_eq!(users(&list(listing)), all, "{sort:?}");
            let mut reversed = users(&list(Listing { is_reversed: true, ..listing }));
            reversed.reverse();
            assert_eq!(reversed, all, "{sort:?}");
        }
        let here = list(Listing::default());
        assert_eq!((users(&here), here.total), (vec![3, 2], 2));
        let second = store.read(|read| page(read, GUILD, &Listing { offset: 1, limit: 1, ..Listing::default() }));
        assert_eq!((users(&second), second.total), (vec![2], 2));
        assert_eq!(store.read(|read| page(read, GuildId::new(6), &Listing::default())), Page::default());
        let left = |hours: u64| {
            let before = store.now().after(Duration::from_hours(hours));
            store.read(|read| inactive(read, GUILD, before)).len()
        };
        assert_eq!((left(0), left(1)), (0, 1));
    }
}
