//! Old entries leave the ledger, and every balance stays explained (`C-65`).
//!
//! Entries are taken out in the order of their numbers, up to the first one of a day that is kept. What an account had when the last of
//! its old entries went stands in the place of that entry, as one *opening*: so the entries behind it go on where they did, and the
//! account adds up to its balance. What was taken out is kept in an archive, or is gone.
//!
//! It happens piece by piece, each in a transaction of its own that leaves all of that true: whatever cuts it off, it can be begun
//! again, and nobody waits for more than a piece. Who archives twice archives once.
//!
//! What is archived cannot be undone or given back any more; what came and went each day stays told (`statistics`), as far as the
//! entries are kept.

use strum::VariantArray;

use super::activity::{self, ARCHIVED};
use super::model::{Archived, Currency, EntryId, EntryKind, LedgerEntry};
use super::{rules, tables};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Direction, Read, Store, Sum, Tx};

/// Entries that are looked at in one transaction: few enough that nobody waits for it.
const PIECE: usize = 250;

/// Which entries are archived, and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Those of before this moment, which is the beginning of a day.
    pub before: Timestamp,
    /// Whether they are kept in the archive; else they are gone.
    pub is_kept: bool,
    /// Who says so.
    pub actor: Actor,
}

/// What one piece did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// How many entries left the ledger.
    pub entries: u64,
    /// Where the next piece begins; `None` when that was the last one.
    pub next: Option<EntryId>,
}

impl Order {
    /// Keeps so many days before that of a moment.
    pub fn keeping(days: u32, now: Timestamp, is_kept: bool, actor: Actor) -> Self {
        let first = now.day().saturating_sub(i64::from(days));
        Self { before: Timestamp::beginning_of_day(first), is_kept, actor }
    }

    /// The first day that is kept, as it is written.
    pub fn day(&self) -> String {
        self.before.strftime("%Y-%m-%d")
    }

    /// Why an opening is there.
    fn reason(&self) -> String {
        format!("entries of before {}", self.day())
    }
}

/// How many entries of each currency are older than the day that is kept first, by the sums of days: for whoever wants to know before
/// it is done.
pub fn waiting(read: &dyn Read, guild: GuildId, before: Timestamp) -> Result<Vec<(Currency, u64)>> {
    let mut waiting = Vec::new();
    for currency in Currency::VARIANTS {
        let sums = tables::sums_of_days(read, guild, *currency, &(i64::MIN..before.day()))?;
        let sums = sums.into_iter().filter(|(kind, _)| *kind != EntryKind::ArchiveOpening);
        let entries = sums.fold(0_u64, |entries, (_, Sum { count, .. })| entries.saturating_add(count));
        if entries > 0 {
            waiting.push((*currency, entries));
        }
    }
    Ok(waiting)
}

/// Archives all that is old, piece by piece, and notes it. Answers how many entries left the ledger.
///
/// Blocks; for a blocking thread.
pub fn run(store: &Store, guild: GuildId, order: &Order) -> Result<u64> {
    let (mut entries, mut from) = (0_u64, Some(EntryId::default()));
    while let Some(next) = from {
        let order = order.clone();
        let piece = store.write_blocking("ledger_archived", move |tx| step(tx, guild, &order, next))?;
        entries = entries.saturating_add(piece.entries);
        from = piece.next;
    }
    if entries > 0 {
        let told = activity::Archived { entries, before: order.day(), is_kept: order.is_kept };
        let actor = order.actor;
        store.write_blocking("ledger_archived", move |tx| ARCHIVED.with(told.clone()).by(actor).note(tx, guild))?;
    }
    Ok(entries)
}

/// Archives a piece of the old entries, from one of them on.
pub fn step(tx: &Tx<'_>, guild: GuildId, order: &Order, from: EntryId) -> Result<Piece> {
    let beyond = tables::last_number(tx, guild)?.map_or(1, |last| last.get().saturating_add(1));
    let end = tables::first_at(tx, guild, beyond, order.before)?;
    let rows = tables::LEDGER.page(tx, tables::keys_between(guild, &(from.get()..end)), Direction::Forward, PIECE)?;
    let last = rows.last().map(|((_, id), _)| *id).filter(|_| rows.len() == PIECE);
    let mut piece = Piece { entries: 0, next: last.map(|last| EntryId::new(last.get().saturating_add(1))) };
    for ((_, id), entry) in rows {
        // An opening of before goes when the next entry of its account does.
        if entry.kind != EntryKind::ArchiveOpening {
            take_out(tx, guild, order, id, entry)?;
            piece.entries += 1;
        }
    }
    if piece.entries > 0 {
        tables::note_archived(tx, guild)?;
    }
    Ok(piece)
}

/// Takes an entry out of the ledger, which is the first of its account but for an opening.
fn take_out(tx: &Tx<'_>, guild: GuildId, order: &Order, id: EntryId, entry: LedgerEntry) -> Result<()> {
    let key = (guild, id);
    if let Some(opening) = tables::first_of(tx, guild, entry.currency, entry.user)?.filter(|first| *first < id) {
        tables::LEDGER.remove(tx, &(guild, opening))?;
    }
    match rules::opening(&entry, &order.reason(), order.actor) {
        Some(opening) => tables::LEDGER.put(tx, &key, &opening)?,
        None => drop(tables::LEDGER.remove(tx, &key)?),
    }
    let requested = tables::WISHES.remove(tx, &key)?.map(|wish| wish.requested);
    let undone_by = tables::UNDONE.remove(tx, &key)?.map(|undone| undone.by);
    if order.is_kept {
        tables::ARCHIVE.insert(tx, &key, &Archived { entry, requested, undone_by })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::check::{check, validate};
    use super::super::model::{CoinsRefusal, Posting};
    use super::super::queries::entries::{self, Wanted};
    use super::super::queries::statistics::{Asked, OfCurrency, last_days, statistics};
    use super::super::service::{self, Order as ByHand};
    use super::*;
    use crate::features::testing::{GUILD, TestStore, said};
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::UserId;
    use crate::kernel::refusal::Refuse;

    const ANN: UserId = UserId::new(1);
    const DAY: Duration = Duration::from_hours(24);

    fn post(store: &TestStore, user: u64, currency: Currency, kind: EntryKind, delta: i64) -> Result<()> {
        let (user, reason, actor) = (UserId::new(user), "quiz".to_owned(), Actor::System);
        let posting = Posting { currency, user, delta, kind, reason, actor };
        store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop))
    }

    fn keeping(store: &TestStore, days: u32, is_kept: bool) -> Order {
        Order::keeping(days, store.now(), is_kept, Actor::Operator)
    }

    /// Archives all that is old. Answers how many entries.
    fn archives(store: &TestStore, order: &Order) -> u64 {
        let (mut entries, mut from) = (0, Some(EntryId::default()));
        while let Some(next) = from {
            let order = order.clone();
            let piece = store.write(move |tx| step(tx, GUILD, &order, next)).unwrap();
            entries += piece.entries;
            from = piece.next;
            let findings = store.read(|read| check(read, GUILD));
            assert!(findings.is_empty(), "between two pieces: {findings:?}");
        }
        entries
    }

    /// Each entry of the ledger: its number, kind, and the balance after it.
    fn ledger(store: &TestStore) -> Vec<(u64, EntryKind, i64)> {
        let page = store.read(|read| entries::page(read, GUILD, &Wanted::default(), None, 500));
        page.rows.iter().rev().map(|row| (row.id.get(), row.entry.kind, row.entry.after.get())).collect()
    }

    fn history(store: &TestStore, currency: Currency) -> OfCurrency {
        let asked = Asked { user: None, currency: Some(currency), days: last_days(store.now(), 4_000) };
        store.read(|read| statistics(read, GUILD, &asked)).of.remove(&currency).unwrap_or_default()
    }

    #[test]
    fn old_entries_leave_one_that_stands_for_them_and_what_came_and_went_stays_told() {
        let store = TestStore::new();
        let (luxury, gift) = (Currency::Luxury, EntryKind::Gift);
        for (user, delta) in [(1, 10), (2, 5), (1, 20), (2, -5)] {
            post(&store, user, luxury, gift, delta).unwrap();
        }
        store.advance(DAY * 10);
        post(&store, 1, luxury, gift, 3).unwrap();
        let before = history(&store, luxury);
        let order = keeping(&store, 10, true);
        assert_eq!(archives(&store, &order), 0, "the day that is kept first is kept");
        store.advance(DAY);
        let order = keeping(&store, 10, true);
        assert_eq!(store.read(|read| waiting(read, GUILD, order.before)), [(luxury, 4)]);
        assert_eq!(archives(&store, &order), 4);
        // Who had nothing left has no entry.
        assert_eq!(ledger(&store), [(3, EntryKind::ArchiveOpening, 30), (5, gift, 33)]);
        assert_eq!(history(&store, luxury), before);
        assert_eq!((archives(&store, &order), ledger(&store).len()), (0, 2), "twice is once");
        store.advance(DAY * 20);
        assert_eq!(archives(&store, &keeping(&store, 10, true)), 1);
        assert_eq!(ledger(&store), [(5, EntryKind::ArchiveOpening, 33)]);
        assert_eq!(history(&store, luxury), before);
        let validated = store.read(|read| validate(read, GUILD, ANN));
        assert!(validated.iter().all(super::super::check::Validated::is_valid), "{validated:?}");
        store.check();
    }

    #[test]
    fn what_is_deleted_is_gone_and_every_balance_stays() {
        let store = TestStore::new();
        post(&store, 1, Currency::Server, EntryKind::Daily, 100).unwrap();
        store.advance(DAY * 2);
        assert_eq!(archives(&store, &keeping(&store, 1, false)), 1);
        assert!(store.read(|read| tables::ARCHIVE.page(read, GUILD, Direction::Forward, 9)).is_empty());
        assert_eq!(ledger(&store), [(1, EntryKind::ArchiveOpening, 100)]);
        assert_eq!(history(&store, Currency::Server), OfCurrency::default());
        assert_eq!(store.read(|read| tables::balance(read, GUILD, Currency::Server, ANN)), Amount::of(100));
        store.check();
    }

    #[test]
    fn an_archived_entry_is_found_by_its_public_name_and_cannot_be_undone() {
        let store = TestStore::new();
        post(&store, 1, Currency::Luxury, EntryKind::AdminAdd, 30).unwrap();
        let by_hand = |reason: &str| ByHand {
            currency: Currency::Luxury,
            user: ANN,
            reason: reason.to_owned(),
            actor: Actor::Operator,
        };
        let (less, sorry) = (by_hand("less"), by_hand("sorry"));
        store.write(move |tx| service::remove(tx, GUILD, &less, Amount::of(50)).map(drop)).unwrap();
        store.write(move |tx| service::undo(tx, GUILD, &sorry, EntryId::new(2)).map(drop)).unwrap();
        let names = store.read(|read| {
            let page = entries::page(read, GUILD, &Wanted::default(), None, 9)?;
            Ok(page.rows.iter().map(|row| row.entry.transaction_id(GUILD, row.id)).collect::<Vec<_>>())
        });
        store.advance(DAY * 2);
        assert_eq!(archives(&store, &keeping(&store, 1, true)), 3);
        let found = store.read(|read| entries::public(read, GUILD, &names[1])).unwrap();
        assert!(found.is_archived);
        assert_eq!((found.row.requested, found.row.undone_by), (Some(Amount::of(50)), Some(EntryId::new(3))));
        assert_eq!(store.read(|read| entries::public(read, GUILD, "txn_5_1_000001")), None);
        let again = by_hand("again");
        let refused = store.write(move |tx| service::undo(tx, GUILD, &again, EntryId::new(3)).map(drop)).unwrap_err();
        assert_eq!(said(refused), CoinsRefusal::IsAnOpening.sentence().markdown(crate::kernel::sentence::NO_COMMANDS));
        store.check();
    }

    #[test]
    fn the_purchase_of_a_place_that_was_archived_is_never_taken_for_what_stands_for_it() {
        let store = TestStore::new();
        post(&store, 1, Currency::Luxury, EntryKind::AdminAdd, 1_000).unwrap();
        let (kind, reason, actor) = (EntryKind::BuySkip, "a skip".to_owned(), Actor::Member(ANN));
        let posting = Posting { currency: Currency::Luxury, user: ANN, delta: -300, kind, reason, actor };
        store.write(move |tx| service::buy_skip(tx, GUILD, &posting, 7).map(drop)).unwrap();
        let refundable = |store: &TestStore| store.write(|tx| service::refundable(tx, GUILD, ANN, 7)).unwrap();
        assert_eq!(refundable(&store), [EntryId::new(2)]);
        store.advance(DAY * 2);
        archives(&store, &keeping(&store, 1, true));
        assert_eq!(ledger(&store), [(2, EntryKind::ArchiveOpening, 700)]);
        assert!(refundable(&store).is_empty());
        store.check();
    }

    /// Who, of which currency, how much, and how many hours pass behind it.
    type Post = (u64, usize, i64, u32);

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn whatever_is_archived_whenever_balances_and_days_are_those_of_a_ledger_that_was_left_alone(
            rounds in proptest::collection::vec(
                (proptest::collection::vec((1..4_u64, 0..3_usize, -40..60_i64, 0..60_u32), 1..25), 0..6_u32),
                1..5,
            ),
        ) {
            let (store, alone) = (TestStore::new(), TestStore::new());
            for (posts, days) in rounds {
                let posts: Vec<Post> = posts;
                for (user, currency, delta, hours) in posts {
                    let currency = Currency::VARIANTS[currency];
                    for store in [&store, &alone] {
                        // What would leave nothing is refused.
                        let _ = post(store, user, currency, EntryKind::AdminAdd, delta);
                        store.advance(Duration::from_hours(hours.into()));
                    }
                }
                archives(&store, &keeping(&store, days, true));
            }
            let followed = |store: &TestStore| {
                let mut all = BTreeMap::new();
                store.read(|read| tables::for_each_entry(read, GUILD, |id, entry| {
                    if entry.kind != EntryKind::ArchiveOpening {
                        all.insert(id, entry.clone());
                    }
                    Ok(())
                }));
                all
            };
            prop_assert_eq!(followed(&store), followed(&alone));
            for currency in Currency::VARIANTS {
                prop_assert_eq!(history(&store, *currency), history(&alone, *currency));
                for user in (1..4).map(UserId::new) {
                    let of = |store: &TestStore| store.read(|read| tables::balance_row(read, GUILD, *currency, user));
                    prop_assert_eq!(of(&store), of(&alone));
                }
            }
            store.check();
        }
    }
}
