//! Who comes first: leaderboards by balance, a page at a time, and where somebody stands.
//!
//! Whoever hides from leaderboards is not in them, and neither is what erased members had; neither counts for the places of others. The server's currency is kept by
//! amount, so a page and a place cost the same however many members there are. Luxury Coins and points are kept by member, because
//! each gift changes them: of those each balance is looked at once.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::super::economy::Holder;
use super::super::model::Currency;
use super::super::tables::{self, SERVER_BY_AMOUNT};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::profile;
use crate::store::{Direction, Read, Span};

/// Members on one page.
pub const PAGE: u64 = 10;

/// A page of a leaderboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Which page, from 1.
    pub page: u64,
    /// How many there are; at least 1.
    pub pages: u64,
    /// How many members are ranked.
    pub members: u64,
    /// The place of the first of this page, from 1.
    pub first: u64,
    /// Who, the most first; of two that have the same, the member who was on Discord first.
    pub rows: Vec<Holder>,
    /// Where whoever asks stands.
    pub own: Standing,
}

/// Where somebody stands in a leaderboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// At this place, from 1, with so much.
    At(u64, Amount),
    /// They have nothing.
    #[default]
    Nowhere,
    /// They hide.
    Hidden,
}

/// A place in the order.
type Rank = (Reverse<Amount>, UserId);

/// A page of those who have something of a currency, and where `asking` stands. A page behind the last is the last.
pub fn page(read: &dyn Read, guild: GuildId, currency: Currency, asking: UserId, page: u64) -> Result<Ranking> {
    let mut hidden = profile::hidden(read, guild)?;
    hidden.extend(tables::of_erased(read, guild, currency)?);
    let order = Order::of(read, guild, currency, &hidden)?;
    let members = order.count(read)?;
    let pages = members.div_ceil(PAGE).max(1);
    let page = page.clamp(1, pages);
    let first = (page - 1) * PAGE;
    let rows = order.rows(read, first)?.into_iter().map(|(Reverse(amount), user)| Holder { user, amount }).collect();
    let amount = tables::balance(read, guild, currency, asking)?;
    let own = if hidden.contains(&asking) {
        Standing::Hidden
    } else if amount == Amount::ZERO {
        Standing::Nowhere
    } else {
        Standing::At(order.before(read, (Reverse(amount), asking))? + 1, amount)
    };
    Ok(Ranking { page, pages, members, first: first + 1, rows, own })
}

/// All who are ranked, in their order.
enum Order {
    /// As the store keeps them, and who of them hides.
    Kept(GuildId, Vec<Rank>),
    /// As they were looked up, without those who hide.
    Found(Vec<Rank>),
}

impl Order {
    fn of(read: &dyn Read, guild: GuildId, currency: Currency, hidden: &BTreeSet<UserId>) -> Result<Self> {
        if currency == Currency::Server {
            let mut ranks = Vec::new();
            for user in hidden {
                let amount = tables::balance(read, guild, currency, *user)?;
                if amount > Amount::ZERO {
                    ranks.push((Reverse(amount), *user));
                }
            }
            ranks.sort_unstable();
            return Ok(Self::Kept(guild, ranks));
        }
        let mut ranks = Vec::new();
        tables::balances(currency).for_each(read, guild, |(_, user), balance| {
            if balance.amount > Amount::ZERO && !hidden.contains(&user) {
                ranks.push((Reverse(balance.amount), user));
            }
            Ok(())
        })?;
        ranks.sort_unstable();
        Ok(Self::Found(ranks))
    }

    fn count(&self, read: &dyn Read) -> Result<u64> {
        Ok(match self {
            Self::Kept(guild, hidden) => SERVER_BY_AMOUNT.count(read, *guild)?.saturating_sub(length(hidden)),
            Self::Found(ranks) => length(ranks),
        })
    }

    /// How many come before this place.
    fn before(&self, read: &dyn Read, (amount, user): Rank) -> Result<u64> {
        Ok(match self {
            Self::Kept(guild, hidden) => {
                let hidden = length_before(hidden, (amount, user));
                SERVER_BY_AMOUNT.rank(read, *guild, &(*guild, amount, user))?.saturating_sub(hidden)
            }
            Self::Found(ranks) => length_before(ranks, (amount, user)),
        })
    }

    /// A page of them, behind so many.
    fn rows(&self, read: &dyn Read, offset: u64) -> Result<Vec<Rank>> {
        let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
        match self {
            Self::Found(ranks) => {
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                Ok(ranks.iter().skip(offset).take(limit).copied().collect())
            }
            Self::Kept(guild, hidden) => {
                let behind = offset + self.hidden_before(read, offset)?;
                let mut found = SERVER_BY_AMOUNT.page_at(read, *guild, behind, limit)?;
                let mut rows = Vec::with_capacity(limit);
                while let Some(last) = found.last().copied() {
                    let ranks = found.iter().map(|(_, amount, user)| (*amount, *user));
                    rows.extend(ranks.filter(|rank| hidden.binary_search(rank).is_err()));
                    if rows.len() >= limit || found.len() < limit {
                        break;
                    }
                    found = SERVER_BY_AMOUNT.page(read, Span::of(*guild).after(last), Direction::Forward, limit)?;
                }
                rows.truncate(limit);
                Ok(rows)
            }
        }
    }

    /// How many of those who hide come before the place behind `offset` others. Among those who hide, the one who has fewer
    /// others before them comes first; so it is found by halving.
    fn hidden_before(&self, read: &dyn Read, offset: u64) -> Result<u64> {
        let Self::Kept(guild, hidden) = self else { return Ok(0) };
        let (mut low, mut high) = (0, hidden.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let Some((amount, user)) = hidden.get(middle) else { break };
            let others = SERVER_BY_AMOUNT.rank(read, *guild, &(*guild, *amount, *user))?;
            if others.saturating_sub(middle as u64) <= offset {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low as u64)
    }
}

fn length(ranks: &[Rank]) -> u64 {
    ranks.len() as u64
}

fn length_before(ranks: &[Rank], rank: Rank) -> u64 {
    ranks.partition_point(|other| *other < rank) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;

    use super::super::super::model::{EntryKind, Posting};
    use super::super::super::service;
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    fn fill(store: &TestStore, guild: GuildId, currency: Currency, balances: &[(u64, i64, bool)]) {
        let balances = balances.to_vec();
        store
            .write(move |tx| {
                for &(user, delta, is_hidden) in &balances {
                    let (kind, reason, actor) = (EntryKind::AdminAdd, "quiz".to_owned(), Actor::System);
                    let user = UserId::new(user);
                    service::apply(tx, guild, &Posting { currency, user, delta, kind, reason, actor })?;
                    profile::choose_hidden(tx, guild, user, is_hidden)?;
                }
                Ok(())
            })
            .unwrap();
    }

    fn users(ranking: &Ranking) -> Vec<u64> {
        ranking.rows.iter().map(|row| row.user.get()).collect()
    }

    #[test]
    fn whoever_has_most_comes_first_and_whoever_hides_is_not_there() {
        for currency in [Currency::Server, Currency::Luxury, Currency::Points] {
            let store = TestStore::new();
            let all = [(1, 10, false), (2, 300, false), (3, 200, true), (4, 10, false), (5, 7, false)];
            fill(&store, GUILD, currency, &all);
            let of = |user: u64| store.read(|read| page(read, GUILD, currency, UserId::new(user), 1));
            assert_eq!(users(&of(4)), [2, 1, 4, 5], "{currency}");
            assert_eq!(of(4).own, Standing::At(3, Amount::of(10)));
            assert_eq!((of(3).own, of(9).own), (Standing::Hidden, Standing::Nowhere));
            assert_eq!((of(4).members, of(4).pages, of(4).page), (4, 1, 1));
            let elsewhere = store.read(|read| page(read, GuildId::new(6), currency, UserId::new(4), 3));
            assert_eq!((elsewhere.rows, elsewhere.pages, elsewhere.page), (Vec::new(), 1, 1));
        }
    }

    /// A guild for each case.
    #[test]
    fn what_is_kept_by_amount_gives_the_same_as_what_is_looked_up() {
        let store = TestStore::new();
        let next = std::cell::Cell::new(1_u64);
        let member = (1..40_i64, proptest::bool::weighted(0.4));
        let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) };
        let outcome = TestRunner::new(cases).run(&proptest::collection::vec(member, 0..60), |members| {
            let guild = GuildId::new(next.replace(next.get() + 1));
            let all: Vec<_> = (1..).zip(members).map(|(user, (delta, is_hidden))| (user, delta, is_hidden)).collect();
            fill(&store, guild, Currency::Server, &all);
            fill(&store, guild, Currency::Luxury, &all);
            for number in 1..8 {
                for asking in [UserId::new(1), UserId::new(31)] {
                    let of = |currency| store.read(|read| page(read, guild, currency, asking, number));
                    prop_assert_eq!(of(Currency::Server), of(Currency::Luxury));
                }
            }
            Ok(())
        });
        outcome.unwrap();
        store.check();
    }
}
