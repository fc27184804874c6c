//! Who has how much of a currency, the most first, and who is known by a balance at all.
//!
//! Balances are kept by member and not by amount: a page looks at each of them once and holds no more than it shows. What erased
//! members had is in circulation and nobody's: none of them is a holder.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::str::FromStr;

use strum::VariantArray;

use crate::features::coins::economy::Holder;
use crate::features::coins::model::Currency;
use crate::features::coins::tables;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{CursorRefusal, Read, last_pseudonym};

/// A page of holders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// Who, the most first; of two that have the same, the member who was on Discord first.
    pub rows: Vec<Holder>,
    /// Where the next page goes on; `None` on the last.
    pub next: Option<Rank>,
}

/// A place in that order. As text it belongs into a link: `340-81`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(Reverse<Amount>, UserId);

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Reverse(amount), user) = self;
        write!(f, "{}-{user}", amount.get())
    }
}

impl FromStr for Rank {
    type Err = CursorRefusal;

    fn from_str(text: &str) -> Result<Self, CursorRefusal> {
        let read = || {
            let (amount, user) = text.split_once('-')?;
            let amount = Amount::try_from(amount.parse::<i64>().ok()?).ok()?;
            Some(Self(Reverse(amount), user.parse().ok()?))
        };
        read().ok_or(CursorRefusal::Unreadable)
    }
}

/// A page of those who have more than nothing of a currency.
pub fn page(read: &dyn Read, guild: GuildId, currency: Currency, after: Option<Rank>, limit: usize) -> Result<Holders> {
    // The last of the first lies on top; one more than is shown tells whether there are more.
    let mut first = BinaryHeap::with_capacity(limit + 2);
    let erased = last_pseudonym(read, guild)?;
    tables::balances(currency).for_each(read, guild, |(_, user), balance| {
        let rank = Rank(Reverse(balance.amount), user);
        if balance.amount > Amount::ZERO && user > erased && after.is_none_or(|after| rank > after) {
            first.push(rank);
            if first.len() > limit + 1 {
                first.pop();
            }
        }
        Ok(())
    })?;
    let has_more = first.len() > limit;
    let mut ranks = first.into_sorted_vec();
    ranks.truncate(limit);
    let next = ranks.last().copied().filter(|_| has_more);
    let rows = ranks.into_iter().map(|Rank(Reverse(amount), user)| Holder { user, amount }).collect();
    Ok(Holders { rows, next })
}

/// How much the one in the middle has, or what lies between the two in the middle, of those who have more than nothing of a
/// currency; nothing where nobody has any. Holds a number
/// for each of them.
pub fn median(read: &dyn Read, guild: GuildId, currency: Currency) -> Result<Option<Amount>> {
    let (mut amounts, erased) = (Vec::new(), last_pseudonym(read, guild)?);
    tables::balances(currency).for_each(read, guild, |(_, user), balance| {
        if balance.amount > Amount::ZERO && user > erased {
            amounts.push(balance.amount);
        }
        Ok(())
    })?;
    let middle = amounts.len() / 2;
    let is_even = amounts.len().is_multiple_of(2);
    Ok((middle < amounts.len()).then(|| {
        let (below, above, _) = amounts.select_nth_unstable(middle);
        // Of two in the middle, what lies between them.
        match below.iter().max().filter(|_| is_even) {
            Some(below) => below.clamped_change((above.get() - below.get()) / 2),
            None => *above,
        }
    }))
}

/// The member with the smallest id behind another who has, or had, something of whatever currency.
pub fn next_member(read: &dyn Read, guild: GuildId, behind: Option<UserId>) -> Result<Option<UserId>> {
    let mut next: Option<UserId> = None;
    for currency in Currency::VARIANTS {
        let of_currency = tables::next_member(read, guild, *currency, behind)?;
        next = [next, of_currency].into_iter().flatten().min();
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::{EntryKind, Posting};
    use crate::features::coins::service;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    fn with(balances: &[(u64, Currency, i64)]) -> TestStore {
        let store = TestStore::new();
        for &(user, currency, delta) in balances {
            let (kind, reason, actor) = (EntryKind::AdminAdd, "quiz".to_owned(), Actor::System);
            let posting = Posting { currency, user: UserId::new(user), delta, kind, reason, actor };
            store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop)).unwrap();
        }
        store
    }

    /// All pages of a size, each as `user:amount`.
    fn pages(store: &TestStore, limit: usize) -> Vec<Vec<String>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = store.read(|read| page(read, GUILD, Currency::Luxury, after, limit));
            pages.push(page.rows.iter().map(|row| format!("{}:{}", row.user, row.amount)).collect());
            let Some(next) = page.next else { return pages };
            // As a link has it.
            after = Some(next.to_string().parse().unwrap());
        }
    }

    #[test]
    fn the_median_lies_between_the_two_in_the_middle() {
        for (balances, expected) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[900, 700], Some(800)),
            (&[1, 900, 700, 5_000], Some(800)),
            (&[9, 1, 5], Some(5)),
        ] {
            let of_members = (2..).zip(balances).map(|(user, amount)| (user, Currency::Luxury, *amount));
            let store = with(&of_members.collect::<Vec<_>>());
            let found = store.read(|read| median(read, GUILD, Currency::Luxury));
            assert_eq!(found.map(Amount::get), expected, "{balances:?}");
        }
    }

    #[test]
    fn whoever_has_most_comes_first_and_pages_repeat_and_skip_nobody() {
        let luxury = [(4, 10), (2, 300), (9, 10), (3, 7), (1, 10)].map(|(user, delta)| (user, Currency::Luxury, delta));
        let store = with(&luxury);
        store
            .write(|tx| {
                let order = Posting {
                    currency: Currency::Luxury,
                    user: UserId::new(3),
                    delta: -7,
                    kind: EntryKind::AdminRemove,
                    reason: "all of it".to_owned(),
                    actor: Actor::System,
                };
                service::apply(tx, GUILD, &order).map(drop)
            })
            .unwrap();
        assert_eq!(pages(&store, 10), [["2:300", "1:10", "4:10", "9:10"]], "who has nothing is not there");
        assert_eq!(pages(&store, 2), [["2:300", "1:10"], ["4:10", "9:10"]]);
        assert_eq!(pages(&store, 3), [vec!["2:300", "1:10", "4:10"], vec!["9:10"]]);
        assert_eq!(pages(&TestStore::new(), 3), [Vec::<String>::new()]);
    }

    #[test]
    fn what_is_no_place_in_the_order_is_refused() {
        for text in ["", "-", "5", "-5-81", "5-", "x-81", "5-x", "99999999999999999999-1"] {
            assert_eq!(text.parse::<Rank>(), Err(CursorRefusal::Unreadable), "{text}");
        }
    }

    #[test]
    fn whoever_has_a_balance_of_any_currency_is_known() {
        let store = with(&[
            (5, Currency::Points, 1),
            (2, Currency::Luxury, 1),
            (5, Currency::Luxury, 1),
            (9, Currency::Points, 1),
        ]);
        let (mut known, mut behind) = (Vec::new(), None);
        while let Some(next) = store.read(|read| next_member(read, GUILD, behind)) {
            known.push(next.get());
            behind = Some(next);
        }
        assert_eq!(known, [2, 5, 9]);
    }
}
