//! What whole filters of the ledger added up to when somebody asked last, kept in memory: a page that many look at, or that is
//! looked at again after each entry, adds only what came since.
//!
//! Entries are added, under numbers that grow, and an erased member changes no amount. So what entries up to a number add up to
//! stays so until some are archived, and it is the same ledger as long as the entry of that number is.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::super::model::{EntryId, LedgerEntry};
use super::super::tables;
use super::entries::{self, Totals, Wanted};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Sum};

/// Filters that are kept; the one that was asked for longest ago goes first.
const MOST: usize = 64;
/// So many entries are added to what was known; where more came it is asked for anew.
const ADDED: usize = 200;

/// See the module.
#[derive(Debug, Default)]
pub struct KnownTotals(Mutex<VecDeque<Known>>);

#[derive(Debug)]
struct Known {
    guild: GuildId,
    wanted: Wanted,
    /// The latest entry at that time.
    last: (EntryId, LedgerEntry),
    /// How often entries had been archived by then.
    archivals: u64,
    totals: Totals,
}

impl KnownTotals {
    /// The same as [`entries::totals`].
    pub fn of(&self, read: &dyn Read, guild: GuildId, wanted: &Wanted) -> Result<Totals> {
        // Of one member, entries are looked at one by one, and they are another's once the member is erased.
        let Some(last) = latest(read, guild)?.filter(|_| wanted.user.is_none()) else {
            return entries::totals(read, guild, wanted);
        };
        let archivals = tables::archivals(read, guild)?;
        let totals = match self.brought_up_to(read, guild, wanted, (last.0, archivals))? {
            Some(totals) => totals,
            None => entries::totals(read, guild, wanted)?,
        };
        if !totals.are_more {
            self.keep(Known { guild, wanted: *wanted, last, archivals, totals: totals.clone() });
        }
        Ok(totals)
    }

    /// What was known, with what came since; nothing where it is not known, or too much came.
    fn brought_up_to(
        &self,
        read: &dyn Read,
        guild: GuildId,
        wanted: &Wanted,
        (last, archivals): (EntryId, u64),
    ) -> Result<Option<Totals>> {
        let Some((known, mut totals)) = self.known(guild, wanted, archivals) else { return Ok(None) };
        let (id, entry) = known;
        if id > last || tables::LEDGER.get(read, &(guild, id))?.as_ref() != Some(&entry) {
            return Ok(None);
        }
        let since = EntryId::new(id.get().saturating_add(1))..EntryId::new(last.get().saturating_add(1));
        let came = tables::between(read, guild, since, ADDED + 1)?;
        if came.len() > ADDED {
            return Ok(None);
        }
        for (_, entry) in came.iter().filter(|(_, entry)| wanted.holds(entry)) {
            totals.add(entry.currency, Sum { count: 1, sum: entry.delta });
        }
        Ok(Some(totals.sorted()))
    }

    fn known(&self, guild: GuildId, wanted: &Wanted, archivals: u64) -> Option<((EntryId, LedgerEntry), Totals)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().find(|known| known.guild == guild && known.wanted == *wanted)?;
        if known.archivals != archivals {
            return None;
        }
        Some((known.last.clone(), known.totals.clone()))
    }

    fn keep(&self, known: Known) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| (other.guild, other.wanted) != (known.guild, known.wanted));
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back(known);
    }
}

fn latest(read: &dyn Read, guild: GuildId) -> Result<Option<(EntryId, LedgerEntry)>> {
    Ok(tables::between(read, guild, EntryId::new(0)..EntryId::new(u64::MAX), 1)?.pop())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::features::coins::archive;
    use crate::features::coins::model::{Currency, EntryKind, Posting};
    use crate::features::coins::service;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::UserId;

    fn pays(store: &TestStore, kind: EntryKind, times: usize) {
        let posting = move |n: usize| {
            let (reason, actor) = (String::new(), Actor::System);
            let user = UserId::new(1 + u64::try_from(n % 3).unwrap());
            Posting { currency: Currency::Luxury, user, delta: 2, kind, reason, actor }
        };
        store.write(move |tx| (0..times).try_for_each(|n| service::apply(tx, GUILD, &posting(n)).map(drop))).unwrap();
    }

    #[test]
    fn what_is_kept_is_always_what_the_ledger_adds_up_to() {
        let (store, known) = (TestStore::new(), KnownTotals::default());
        let all = Wanted::default();
        let since = Some(store.now().after(Duration::from_hours(30)));
        let filters = [
            all,
            Wanted { kind: Some(EntryKind::Gift), ..all },
            Wanted { currency: Some(Currency::Points), ..all },
            Wanted { since, ..all },
            Wanted { user: Some(UserId::new(2)), ..all },
        ];
        let agrees = |store: &TestStore| {
            for wanted in &filters {
                let (kept, plain) =
                    store.read(|read| Ok((known.of(read, GUILD, wanted)?, entries::totals(read, GUILD, wanted)?)));
                assert_eq!(kept, plain, "{wanted:?}");
            }
        };
        agrees(&store);
        for (kind, times) in [(EntryKind::Gift, 3), (EntryKind::AdminAdd, 1), (EntryKind::Gift, ADDED + 1)] {
            pays(&store, kind, times);
            agrees(&store);
            agrees(&store);
            store.advance(Duration::from_hours(20));
        }
        // What was archived is in no sum any more but for what stands for it.
        let order = archive::Order::keeping(1, store.now(), true, Actor::System);
        store.with(|store| archive::run(store, GUILD, &order)).unwrap();
        agrees(&store);
        // A ledger that begins anew is another one.
        let anew = TestStore::new();
        anew.advance(Duration::from_hours(1));
        pays(&anew, EntryKind::AdminAdd, 2 * ADDED);
        agrees(&anew);
        let kept = known.0.lock().unwrap().len();
        assert_eq!(kept, filters.len() - 1, "of one member nothing is kept");
    }

    #[test]
    fn so_many_filters_are_kept_and_no_more() {
        let (store, known) = (TestStore::new(), KnownTotals::default());
        pays(&store, EntryKind::Gift, 1);
        for day in 0..100 {
            let since = Some(store.now().before(Duration::from_hours(24 * day)));
            store.read(|read| known.of(read, GUILD, &Wanted { since, ..Wanted::default() }));
        }
        assert_eq!(known.0.lock().unwrap().len(), MOST);
    }
}
