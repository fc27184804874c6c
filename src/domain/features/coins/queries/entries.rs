//! The ledger as people look through it: by filter, the latest entry first, a page at a time, each of bounded work.
//!
//! Where the clock was set back meanwhile, entries of the hours that came twice may lie on either side of a moment. What was
//! archived is in no list; [`public`] finds it by its public name.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::super::model::{Archived, Currency, EntryId, EntryKind, LedgerEntry};
use super::super::{rules, tables};
use super::walk::{Walk, walk};
use super::{HistoryRow, row};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Sum};

/// Which entries; all of them where nothing is said. Commands ask running bots with it, so a new field has a default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Of one guild.
    pub guild: Option<GuildId>,
    /// Of one currency.
    pub currency: Option<Currency>,
    /// Of one member.
    pub user: Option<UserId>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Of one kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EntryKind>,
}

impl Wanted {
    /// Whether an entry is among them, as far as its guild does not decide.
    pub fn holds(&self, entry: &LedgerEntry) -> bool {
        self.currency.is_none_or(|currency| currency == entry.currency)
            && self.user.is_none_or(|user| user == entry.user)
            && self.kind.is_none_or(|kind| kind == entry.kind)
            && self.since.is_none_or(|since| since <= entry.at)
            && self.until.is_none_or(|until| entry.at < until)
    }

    /// The days that lie in its time from their beginning to their end; `None` where there is none.
    fn whole_days(&self) -> Option<Range<i64>> {
        let first = self.since.map_or(i64::MIN, |since| {
            let day = since.day();
            if Timestamp::beginning_of_day(day) == since { day } else { day.saturating_add(1) }
        });
        let end = self.until.map_or(i64::MAX, Timestamp::day);
        (first < end).then_some(first..end)
    }
}

/// A page of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntriesPage {
    /// The entries, latest first.
    pub rows: Vec<HistoryRow>,
    /// The next page begins before this entry; `None` on the last page.
    pub next: Option<EntryId>,
    /// Whether the search ended before the page was full.
    pub is_partial: bool,
}

/// What entries add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// For each currency that they are of.
    pub of: Vec<Total>,
    /// Whether they are too many to look at, so that it is at least so much.
    pub are_more: bool,
}

/// What entries of a currency add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Of which.
    pub currency: Currency,
    /// How many entries.
    pub entries: u64,
    /// What came.
    pub came: i64,
    /// What went, as a number from 0 up.
    pub went: i64,
}

/// An entry with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The entry.
    pub row: HistoryRow,
    /// The entry that it undid.
    pub undoes: Option<EntryId>,
    /// Whether it can be undone, as far as the balance allows.
    pub may_be_undone: bool,
}

/// A page of the entries of a guild that are wanted, before an entry.
pub fn page(
    read: &dyn Read,
    guild: GuildId,
    wanted: &Wanted,
    before: Option<EntryId>,
    limit: usize,
) -> Result<EntriesPage> {
    let mut rows = Vec::new();
    let from = Walk { before, ..Walk::default() };
    let next = walk(read, guild, wanted, from, |id, entry| {
        rows.push(row(read, guild, id, entry)?);
        Ok(rows.len() < limit)
    })?;
    let is_partial = next.is_some() && rows.len() < limit;
    Ok(EntriesPage { rows, next, is_partial })
}

/// Which of the entries that are wanted are listed, for whoever counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Whether the oldest comes first.
    pub is_oldest_first: bool,
    /// How many are left out.
    pub offset: usize,
    /// How many are listed at most.
    pub limit: usize,
}

/// The entries of a slice. So many as are looked at lie behind any offset; where the slice is not full for that reason, the page is
/// partial.
pub fn slice(read: &dyn Read, guild: GuildId, wanted: &Wanted, slice: &Slice) -> Result<EntriesPage> {
    let (mut rows, mut left_out) = (Vec::new(), 0);
    let from = Walk { is_oldest_first: slice.is_oldest_first, ..Walk::default() };
    let next = walk(read, guild, wanted, from, |id, entry| {
        if left_out < slice.offset {
            left_out += 1;
            return Ok(true);
        }
        rows.push(row(read, guild, id, entry)?);
        Ok(rows.len() < slice.limit)
    })?;
    let is_partial = next.is_some() && rows.len() < slice.limit;
    Ok(EntriesPage { rows, next, is_partial })
}

/// What the entries that are wanted add up to, for each currency that they are of. Of a whole guild that is kept for each day, so
/// it costs the same however many entries there are; the entries of one member, and of a part of a day, are looked at.
pub fn totals(read: &dyn Read, guild: GuildId, wanted: &Wanted) -> Result<Totals> {
    let mut found = Totals::default();
    let (Some(days), None) = (wanted.whole_days(), wanted.user) else {
        found.look_at(read, guild, wanted)?;
        return Ok(found.sorted());
    };
    for currency in Currency::VARIANTS.iter().filter(|currency| wanted.currency.is_none_or(|of| of == **currency)) {
        for (kind, sum) in tables::sums_of_days(read, guild, *currency, &days)? {
            if wanted.kind.is_none_or(|of| of == kind) {
                found.add(*currency, sum);
            }
        }
    }
    // What of the first and the last day is not wanted in whole.
    if wanted.since.is_some_and(|since| since < Timestamp::beginning_of_day(days.start)) {
        found.look_at(read, guild, &Wanted { until: Some(Timestamp::beginning_of_day(days.start)), ..*wanted })?;
    }
    if wanted.until.is_some_and(|until| until > Timestamp::beginning_of_day(days.end)) {
        found.look_at(read, guild, &Wanted { since: Some(Timestamp::beginning_of_day(days.end)), ..*wanted })?;
    }
    Ok(found.sorted())
}

impl Totals {
    pub(super) fn add(&mut self, currency: Currency, Sum { count, sum }: Sum) {
        let place = self.of.iter().position(|total| total.currency == currency);
        let place = place.unwrap_or_else(|| {
            self.of.push(Total { currency, entries: 0, came: 0, went: 0 });
            self.of.len() - 1
        });
        if let Some(total) = self.of.get_mut(place) {
            total.entries = total.entries.saturating_add(count);
            total.came = total.came.saturating_add(sum.max(0));
            total.went = total.went.saturating_sub(sum.min(0));
        }
    }

    /// Adds the entries that are wanted one by one, as far as so many are looked at.
    fn look_at(&mut self, read: &dyn Read, guild: GuildId, wanted: &Wanted) -> Result<()> {
        let rest = walk(read, guild, wanted, Walk::default(), |_, entry| {
            self.add(entry.currency, Sum { count: 1, sum: entry.delta });
            Ok(true)
        })?;
        self.are_more |= rest.is_some();
        Ok(())
    }

    /// In the order of the currencies, whichever was met first.
    pub(super) fn sorted(mut self) -> Self {
        self.of.sort_unstable_by_key(|total| total.currency);
        self
    }
}

/// The number of the latest entry: in a transaction that just made one, of that one.
pub fn latest(read: &dyn Read, guild: GuildId) -> Result<Option<EntryId>> {
    tables::last_number(read, guild)
}

/// An entry with what stands beside the ledger of it.
pub fn told(read: &dyn Read, guild: GuildId, id: EntryId, entry: LedgerEntry) -> Result<HistoryRow> {
    row(read, guild, id, entry)
}

/// An entry of a public name, and whether it is in the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The entry.
    pub row: HistoryRow,
    /// Whether it left the ledger.
    pub is_archived: bool,
}

/// The entry that has this public name, also one in the archive (`T-API-14`).
pub fn public(read: &dyn Read, guild: GuildId, name: &str) -> Result<Option<Public>> {
    let Some(id) = LedgerEntry::number_in(guild, name) else { return Ok(None) };
    if let Some(Archived { entry, requested, undone_by }) = tables::ARCHIVE.get(read, &(guild, id))? {
        let row = HistoryRow { id, entry, requested, undone_by };
        return Ok((row.entry.transaction_id(guild, id) == name).then_some(Public { row, is_archived: true }));
    }
    let Some(entry) = tables::LEDGER.get(read, &(guild, id))? else { return Ok(None) };
    if entry.transaction_id(guild, id) != name {
        return Ok(None);
    }
    Ok(Some(Public { row: row(read, guild, id, entry)?, is_archived: false }))
}

/// All that is known of an entry.
pub fn story(read: &dyn Read, guild: GuildId, id: EntryId) -> Result<Option<Story>> {
    let Some(entry) = tables::LEDGER.get(read, &(guild, id))? else { return Ok(None) };
    let undoes = undoes(read, guild, id, &entry)?;
    let undone = tables::UNDONE.get(read, &(guild, id))?;
    let may_be_undone = entry.currency != Currency::Points && rules::may_undo(&entry, undone).is_ok();
    Ok(Some(Story { row: row(read, guild, id, entry)?, undoes, may_be_undone }))
}

/// The entry that an entry undid: it says so, and the undone one says the same.
pub fn undoes(read: &dyn Read, guild: GuildId, id: EntryId, entry: &LedgerEntry) -> Result<Option<EntryId>> {
    let Some(other) = rules::says_it_undoes(entry) else { return Ok(None) };
    let is_so = tables::UNDONE.get(read, &(guild, other))?.is_some_and(|undone| undone.by == id);
    Ok(is_so.then_some(other))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::super::model::Posting;
    use super::super::super::service::{self, Order};
    use super::super::walk::LOOKED_AT;
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    const ANN: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);
    const HOUR: Duration = Duration::from_hours(1);

    /// Entries 1 to 6, one each hour.
    fn ledger() -> TestStore {
        let store = TestStore::new();
        for (user, currency, delta, kind) in [
            (ANN, Currency::Luxury, 100, EntryKind::AdminAdd),
            (BOB, Currency::Luxury, 50, EntryKind::Gift),
            (ANN, Currency::Points, 7, EntryKind::PointsLink),
            (ANN, Currency::Luxury, -30, EntryKind::AdminRemove),
            (BOB, Currency::Points, 9, EntryKind::PointsLink),
            (ANN, Currency::Luxury, 5, EntryKind::Gift),
        ] {
            let (reason, actor) = ("because".to_owned(), Actor::System);
            let posting = Posting { currency, user, delta, kind, reason, actor };
            store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop)).unwrap();
            store.advance(HOUR);
        }
        store
    }

    fn found(store: &TestStore, wanted: Wanted, limit: usize) -> Vec<Vec<u64>> {
        let (mut pages, mut before) = (Vec::new(), None);
        loop {
            let page = store.read(|read| page(read, GUILD, &wanted, before, limit));
            pages.push(page.rows.iter().map(|row| row.id.get()).collect());
            before = page.next;
            if before.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn each_filter_finds_its_entries_latest_first() {
        let store = ledger();
        let (all, first) = (Wanted::default(), store.now().before(HOUR * 6));
        let at = |hour: u32| Some(first.after(HOUR * hour));
        for (wanted, ids) in [
            (all, vec![6, 5, 4, 3, 2, 1]),
            (Wanted { user: Some(ANN), ..all }, vec![6, 4, 3, 1]),
            (Wanted { user: Some(ANN), currency: Some(Currency::Points), ..all }, vec![3]),
            (Wanted { currency: Some(Currency::Luxury), ..all }, vec![6, 4, 2, 1]),
            (Wanted { kind: Some(EntryKind::Gift), ..all }, vec![6, 2]),
            (Wanted { kind: Some(EntryKind::Gift), user: Some(BOB), ..all }, vec![2]),
            (Wanted { since: at(1), until: at(4), ..all }, vec![4, 3, 2]),
            (Wanted { since: at(1), until: at(4), user: Some(ANN), ..all }, vec![4, 3]),
            (Wanted { since: at(9), ..all }, vec![]),
            (Wanted { until: at(0), ..all }, vec![]),
            (Wanted { since: at(4), until: at(1), ..all }, vec![]),
            (Wanted { user: Some(UserId::new(3)), ..all }, vec![]),
        ] {
            assert_eq!(found(&store, wanted, 50), std::slice::from_ref(&ids), "{wanted:?}");
            assert_eq!(found(&store, wanted, 2).concat(), ids, "{wanted:?}");
            let sliced = |is_oldest_first, offset| {
                let of = Slice { is_oldest_first, offset, limit: 2 };
                let page = store.read(|read| slice(read, GUILD, &wanted, &of));
                page.rows.iter().map(|row| row.id.get()).collect::<Vec<_>>()
            };
            let counted: Vec<u64> = ids.iter().copied().skip(1).take(2).collect();
            assert_eq!(sliced(false, 1), counted, "{wanted:?}");
            let counted: Vec<u64> = ids.iter().rev().copied().skip(1).take(2).collect();
            assert_eq!(sliced(true, 1), counted, "{wanted:?}");
        }
        assert_eq!(found(&TestStore::new(), all, 50), [Vec::<u64>::new()]);
    }

    #[test]
    fn what_is_found_is_added_up_by_currency() {
        let store = ledger();
        let total = |wanted: Wanted| {
            let totals = store.read(|read| totals(read, GUILD, &wanted));
            assert!(!totals.are_more);
            totals.of.iter().map(|total| (total.currency, total.entries, total.came, total.went)).collect::<Vec<_>>()
        };
        assert_eq!(total(Wanted::default()), [(Currency::Luxury, 4, 155, 30), (Currency::Points, 2, 16, 0)]);
        assert_eq!(total(Wanted { user: Some(BOB), ..Wanted::default() }).len(), 2);
        assert!(total(Wanted { kind: Some(EntryKind::Daily), ..Wanted::default() }).is_empty());
    }

    #[test]
    fn of_a_guild_all_entries_are_added_up_and_of_one_member_as_many_as_are_looked_at() {
        crate::covers!("T-ADV-10");
        let store = TestStore::new();
        let posting = |user: u64| {
            let (reason, actor) = (String::new(), Actor::System);
            let (currency, kind) = (Currency::Luxury, EntryKind::Gift);
            Posting { currency, user: UserId::new(user), delta: 2, kind, reason, actor }
        };
        store
            .write(move |tx| (0..=LOOKED_AT).try_for_each(|_| service::apply(tx, GUILD, &posting(1)).map(drop)))
            .unwrap();
        let entries = u64::try_from(LOOKED_AT).unwrap();
        let total = |user| store.read(|read| totals(read, GUILD, &Wanted { user, ..Wanted::default() }));
        let of_guild = total(None);
        assert_eq!((of_guild.of[0].entries, of_guild.of[0].came, of_guild.are_more), (entries + 1, 10_002, false));
        let of_ann = total(Some(ANN));
        assert_eq!((of_ann.of[0].entries, of_ann.of[0].came, of_ann.are_more), (entries, 10_000, true));
        let all: Vec<u64> = (1..=entries + 1).rev().collect();
        assert_eq!(found(&store, Wanted::default(), 1_000).concat(), all);
        let nothing = found(&store, Wanted { kind: Some(EntryKind::Daily), ..Wanted::default() }, 50);
        assert_eq!(nothing, [[0; 0]; 2], "the last entry is looked at on a page of its own");
    }

    /// Who, whether Luxury Coins, how much, which kind, and how many hours pass behind it.
    type Step = (u64, bool, i64, EntryKind, u32);

    fn step() -> impl Strategy<Value = Step> {
        let kinds = [EntryKind::Gift, EntryKind::AdminAdd, EntryKind::AdminRemove, EntryKind::PointsLink];
        (1..4_u64, any::<bool>(), -60..60_i64, proptest::sample::select(kinds.to_vec()), 0..40_u32)
    }

    /// A currency, a member, a kind, and the hours between which entries are wanted.
    type Filter = (Option<Currency>, Option<u64>, Option<EntryKind>, Option<u32>, Option<u32>);

    fn filter() -> impl Strategy<Value = Filter> {
        let currency = proptest::sample::select(Currency::VARIANTS);
        let kind = proptest::sample::select(vec![EntryKind::Gift, EntryKind::AdminRemove]);
        let of = proptest::option::of::<std::ops::Range<u32>>;
        (
            proptest::option::of(currency),
            proptest::option::of(1..4_u64),
            proptest::option::of(kind),
            of(0..500),
            of(0..500),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_the_ledger_adds_up_to_is_the_sum_of_its_entries_whatever_is_asked(
            steps in proptest::collection::vec(step(), 1..40),
            filters in proptest::collection::vec(filter(), 1..20),
        ) {
            let store = TestStore::new();
            let began = Timestamp::beginning_of_day(store.now().day());
            for (user, is_luxury, delta, kind, hours) in steps {
                let currency = if is_luxury { Currency::Luxury } else { Currency::Points };
                let (reason, actor) = (String::new(), Actor::System);
                let posting = Posting { currency, user: UserId::new(user), delta, kind, reason, actor };
                // What would leave nothing is refused.
                let _ = store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop));
                store.advance(HOUR * hours);
            }
            for (currency, user, kind, since, until) in filters {
                let at = |hours: u32| began.after(HOUR * hours);
                let (since, until) = (since.map(at), until.map(at));
                let wanted = Wanted { guild: None, currency, user: user.map(UserId::new), since, until, kind };
                let found = store.read(|read| totals(read, GUILD, &wanted));
                let mut plain = Totals::default();
                store.read(|read| {
                    tables::LEDGER.for_each(read, GUILD, |_, entry| {
                        if wanted.holds(&entry) {
                            plain.add(entry.currency, Sum { count: 1, sum: entry.delta });
                        }
                        Ok(())
                    })
                });
                let plain = plain.sorted();
                prop_assert!(found == plain, "{wanted:?}: {found:?} and not {plain:?}");
            }
            store.check();
        }
    }

    #[test]
    fn an_entry_tells_what_undid_it_and_whether_it_can_be_undone() {
        let store = ledger();
        let order =
            Order { currency: Currency::Luxury, user: ANN, reason: "a mistake".to_owned(), actor: Actor::Member(BOB) };
        store.write(move |tx| service::undo(tx, GUILD, &order, EntryId::new(6)).map(drop)).unwrap();
        let story = |id| store.read(|read| story(read, GUILD, EntryId::new(id)));
        let told = [4, 6, 7, 3].map(|id| {
            let Story { row, undoes, may_be_undone } = story(id).unwrap();
            (row.undone_by.map(EntryId::get), undoes.map(EntryId::get), may_be_undone)
        });
        assert_eq!(
            told,
            [
                (None, None, true),
                (Some(7), None, false),
                (None, Some(6), false),
                // Points are what the handles hold.
                (None, None, false),
            ]
        );
        assert_eq!(story(8), None);
    }
}
