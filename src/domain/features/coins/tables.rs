//! The ledger and the balances, and whatever is done to them beyond one row.
//!
//! Nothing here decides anything: that a balance changes only together with its entry is the invariant of `service`.

use std::cmp::Reverse;
use std::ops::Range;

use super::model::{
    Archived, Balance, Currency, EntryId, EntryKind, LedgerEntry, SkipBought, Undone, Unjournalled, Wish,
};
use super::weeks::{WeekNumber, WeekSums};
use super::{migration, rules};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{
    AnyTable, CountedIndex, Direction, Erasure, ErasureAction, Index, Read, Span, Sum, SumIndex, Table, Topic, Tx,
    last_id, last_pseudonym,
};

/// A balance of a guild changed.
pub const CHANGED: Topic = Topic::new("coins.changed");

/// Entries by guild and number; added to, and taken out in the order of their numbers when they are archived. Those of an erased member go on under the pseudonym, with all their
/// amounts: what is in circulation, and what came and went in each week, is what it was.
pub static LEDGER: Table<(GuildId, EntryId), LedgerEntry> = Table::new("coins.ledger", &[&BY_ACCOUNT, &BY_DAY])
    .erasing(|key, entry, erasure| {
        if !rules::tells_of(entry, erasure.member) {
            return ErasureAction::Keep;
        }
        ErasureAction::from((key, entry), *key, rules::without(entry, erasure))
    });
/// The entries of one balance.
static BY_ACCOUNT: Index<(GuildId, Currency, UserId, EntryId), (GuildId, EntryId), LedgerEntry> =
    Index::new("coins.ledger_by_account", |(guild, id), entry| Some((*guild, entry.currency, entry.user, *id)));

/// What the entries of a day add up to, by currency and kind; what came apart from what went.
static BY_DAY: SumIndex<DayKey, (GuildId, EntryId), LedgerEntry> =
    SumIndex::new("coins.ledger_by_day", |(guild, _), entry| {
        Some(((*guild, entry.currency, entry.at.day(), entry.kind, entry.delta < 0), entry.delta))
    });
type DayKey = (GuildId, Currency, i64, EntryKind, bool);

/// Entries that left the ledger, by guild and number, with what stood beside them there (`C-65`).
pub static ARCHIVE: Table<(GuildId, EntryId), Archived> =
    Table::new("coins.archive", &[&ARCHIVED_BY_DAY]).erasing(|key, archived, erasure| {
        if !rules::tells_of(&archived.entry, erasure.member) {
            return ErasureAction::Keep;
        }
        let without = Archived { entry: rules::without(&archived.entry, erasure), ..archived.clone() };
        ErasureAction::from((key, archived), *key, without)
    });
/// What they add up to, as [`BY_DAY`] of those in the ledger: what came and went stays told.
static ARCHIVED_BY_DAY: SumIndex<DayKey, (GuildId, EntryId), Archived> =
    SumIndex::new("coins.archive_by_day", |(guild, _), Archived { entry, .. }| {
        Some(((*guild, entry.currency, entry.at.day(), entry.kind, entry.delta < 0), entry.delta))
    });

/// Luxury Coins by guild and member (`M-DB-11`).
pub static LUXURY_COINS: Table<(GuildId, UserId), Balance> = Table::new("coins.luxury_coins", &[]).erasing(handed_on);
/// Engagement points by guild and member (`M-DB-07`).
pub static USER_POINTS: Table<(GuildId, UserId), Balance> =
    Table::new("coins.user_points", &[]).held_back().erasing(handed_on);
/// The server's own currency by guild and member.
pub static SERVER_CURRENCY: Table<(GuildId, UserId), Balance> =
    Table::new("coins.server_currency", &[&SERVER_BY_AMOUNT]).erasing(handed_on);
/// Those who have some of it, the most first; of two that have the same, the member who was on Discord first.
pub static SERVER_BY_AMOUNT: CountedIndex<AmountKey, (GuildId, UserId), Balance> =
    CountedIndex::new("coins.server_currency_by_amount", |(guild, user), balance| {
        (balance.amount > Amount::ZERO).then_some((*guild, Reverse(balance.amount), *user))
    });
type AmountKey = (GuildId, Reverse<Amount>, UserId);
/// Points that no entry lists yet.
pub static POINTS_UNJOURNALLED: Table<(GuildId, UserId), Unjournalled> =
    Table::new("coins.points_unjournalled", &[]).held_back().erasing(handed_on);
/// Members whose points changed since the last score sync.
pub static POINTS_CHANGED: Table<(GuildId, UserId), ()> =
    Table::new("coins.points_changed", &[]).held_back().erasing(handed_on);
/// What was asked for, by the entry that took less (`C-08`). Beside the ledger, whose entries never change.
pub static WISHES: Table<(GuildId, EntryId), Wish> = Table::new("coins.wishes", &[]).without_members();
/// What undid an entry, by the undone one.
pub static UNDONE: Table<(GuildId, EntryId), Undone> = Table::new("coins.undone", &[]).without_members();
/// Which entry paid for the place of a song last, by the song's row number.
pub static SKIPS_BOUGHT: Table<(GuildId, u64), SkipBought> = Table::new("coins.skips_bought", &[]).without_members();
/// The purchase before this one for the same song, by the entry of the later one.
pub static EARLIER_SKIPS: Table<(GuildId, EntryId), SkipBought> =
    Table::new("coins.earlier_skips", &[]).without_members();

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[
    &LEDGER,
    &ARCHIVE,
    &LUXURY_COINS,
    &USER_POINTS,
    &SERVER_CURRENCY,
    &POINTS_UNJOURNALLED,
    &POINTS_CHANGED,
    &WISHES,
    &UNDONE,
    &SKIPS_BOUGHT,
    &EARLIER_SKIPS,
    &migration::WEEKS,
];

/// What an erased member had is the pseudonym's.
fn handed_on<V: Clone>(key: &(GuildId, UserId), row: &V, erasure: &Erasure) -> ErasureAction<(GuildId, UserId), V> {
    let (guild, user) = *key;
    if user == erasure.member {
        ErasureAction::Replace((guild, erasure.pseudonym), row.clone())
    } else {
        ErasureAction::Keep
    }
}

/// The table that holds the balances of a currency.
pub const fn balances(currency: Currency) -> &'static Table<(GuildId, UserId), Balance> {
    match currency {
        Currency::Luxury => &LUXURY_COINS,
        Currency::Points => &USER_POINTS,
        Currency::Server => &SERVER_CURRENCY,
    }
}

/// Those who were erased and whose balance of a currency goes on under their numbers.
pub fn of_erased(read: &dyn Read, guild: GuildId, currency: Currency) -> Result<Vec<UserId>> {
    let span = Span::of(guild).through((guild, last_pseudonym(read, guild)?));
    let rows = balances(currency).page(read, span, Direction::Forward, usize::MAX)?;
    Ok(rows.into_iter().map(|((_, user), _)| user).collect())
}

/// What a member has.
pub fn balance(read: &dyn Read, guild: GuildId, currency: Currency, user: UserId) -> Result<Amount> {
    Ok(balances(currency).get(read, &(guild, user))?.unwrap_or_default().amount)
}

/// What a member has, with all that came and went so far.
pub fn balance_row(read: &dyn Read, guild: GuildId, currency: Currency, user: UserId) -> Result<Balance> {
    Ok(balances(currency).get(read, &(guild, user))?.unwrap_or_default())
}

/// Writes what a member has; points also wait for the score sync from now on.
pub fn set_balance(tx: &Tx<'_>, guild: GuildId, currency: Currency, user: UserId, balance: &Balance) -> Result<()> {
    balances(currency).put(tx, &(guild, user), balance)?;
    if currency == Currency::Points {
        POINTS_CHANGED.put(tx, &(guild, user), &())?;
    }
    tx.publish(CHANGED, guild);
    Ok(())
}

/// The other half of a transfer, where an entry is one of the two and the other is still there.
pub fn other_half(
    read: &dyn Read,
    guild: GuildId,
    id: EntryId,
    entry: &LedgerEntry,
) -> Result<Option<(EntryId, LedgerEntry)>> {
    let Some(other) = rules::other_half(id, entry) else { return Ok(None) };
    let found = LEDGER.get(read, &(guild, other))?;
    Ok(found.filter(|found| rules::are_halves(entry, found)).map(|found| (other, found)))
}

/// The sequence that counts how often entries left the ledger of a guild.
const ARCHIVALS: &str = "coins.archivals";

/// How often entries left the ledger: whoever remembers what it adds up to asks again then.
pub fn archivals(read: &dyn Read, guild: GuildId) -> Result<u64> {
    last_id(read, guild, ARCHIVALS)
}

/// Counts that entries left the ledger, and tells who looks at it.
pub fn note_archived(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    tx.next_id(guild, ARCHIVALS)?;
    tx.publish(CHANGED, guild);
    Ok(())
}

/// Adds an entry under the next number.
pub fn add_entry(tx: &Tx<'_>, guild: GuildId, entry: &LedgerEntry) -> Result<EntryId> {
    let id = EntryId::new(tx.next_id(guild, "coins.ledger")?);
    LEDGER.insert(tx, &(guild, id), entry)?;
    Ok(id)
}

/// Shows every entry that there is and was to `visit`, those in the archive as well.
pub fn for_each_entry(
    read: &dyn Read,
    guild: GuildId,
    mut visit: impl FnMut(EntryId, &LedgerEntry) -> Result<()>,
) -> Result<()> {
    ARCHIVE.for_each(read, guild, |(_, id), archived| visit(id, &archived.entry))?;
    LEDGER.for_each(read, guild, |(_, id), entry| visit(id, &entry))
}

/// Takes the words out of the reasons of entries: they name somebody who is erased. An entry in the archive may have left an
/// opening under its number.
pub fn erase_reasons(tx: &Tx<'_>, guild: GuildId, entries: &[EntryId]) -> Result<()> {
    for id in entries {
        let key = (guild, *id);
        if let Some(entry) = LEDGER.get(tx, &key)?.filter(|entry| entry.kind != EntryKind::ArchiveOpening) {
            LEDGER.put(tx, &key, &rules::without_words(&entry))?;
        }
        if let Some(archived) = ARCHIVE.get(tx, &key)? {
            let entry = rules::without_words(&archived.entry);
            ARCHIVE.put(tx, &key, &Archived { entry, ..archived })?;
        }
    }
    Ok(())
}

/// What the entries of a currency in some days add up to: for each day and kind what came, and what went, which is below 0.
pub fn sums_of_days(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    days: &Range<i64>,
) -> Result<Vec<(EntryKind, Sum)>> {
    let buckets = BY_DAY.page(read, in_days(guild, currency, days), Direction::Forward, usize::MAX)?;
    Ok(buckets.into_iter().map(|((.., kind, _), sum)| (kind, sum)).collect())
}

/// What came and went of a currency in some days, by day and kind, whether or not the entries were archived since. What remained of
/// those that were is none of it.
pub fn history_of_days(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    days: &Range<i64>,
) -> Result<Vec<(i64, EntryKind, Sum)>> {
    let mut buckets = ARCHIVED_BY_DAY.page(read, in_days(guild, currency, days), Direction::Forward, usize::MAX)?;
    buckets.extend(BY_DAY.page(read, in_days(guild, currency, days), Direction::Forward, usize::MAX)?);
    let of_day = buckets.into_iter().map(|((_, _, day, kind, _), sum)| (day, kind, sum));
    Ok(of_day.filter(|(_, kind, _)| *kind != EntryKind::ArchiveOpening).collect())
}

fn in_days(guild: GuildId, currency: Currency, days: &Range<i64>) -> Span<DayKey> {
    let all = Span::of((guild, currency));
    all.starting_at((guild, currency, days.start)).before((guild, currency, days.end))
}

/// What came and went of Luxury Coins in a week.
pub fn week(read: &dyn Read, guild: GuildId, week: WeekNumber) -> Result<WeekSums> {
    let mut sums = WeekSums::default();
    for (_, kind, Sum { sum, .. }) in history_of_days(read, guild, Currency::Luxury, &week.days())? {
        sums.add(kind, sum);
    }
    Ok(sums)
}

/// The purchase of a song's place that has this number; nothing where it was archived.
pub fn skip_entry(read: &dyn Read, guild: GuildId, id: EntryId) -> Result<Option<LedgerEntry>> {
    Ok(LEDGER.get(read, &(guild, id))?.filter(|entry| entry.kind == EntryKind::BuySkip))
}

/// The first entry of a balance that is in the ledger.
pub fn first_of(read: &dyn Read, guild: GuildId, currency: Currency, user: UserId) -> Result<Option<EntryId>> {
    Ok(BY_ACCOUNT.first(read, (guild, currency, user), Direction::Forward)?.map(|(.., id)| id))
}

/// The number from which on entries are of a moment or later; `beyond`, the one behind the last, where none is.
///
/// Entries are numbered in the order in which they were made, so it is found by halving. Some numbers are missing where entries
/// were archived: the next one that is there tells of them.
pub fn first_at(read: &dyn Read, guild: GuildId, beyond: u64, moment: Timestamp) -> Result<u64> {
    let (mut low, mut high) = (1, beyond);
    while low < high {
        let middle = low + (high - low) / 2;
        match LEDGER.first(read, keys_between(guild, &(middle..high)), Direction::Forward)? {
            Some(((_, id), entry)) if entry.at < moment => low = id.get().saturating_add(1),
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The keys of the entries whose numbers lie between these.
pub fn keys_between(guild: GuildId, numbers: &Range<u64>) -> Span<(GuildId, EntryId)> {
    let all = Span::of(guild);
    all.starting_at((guild, EntryId::new(numbers.start))).before((guild, EntryId::new(numbers.end)))
}

/// The entries that paid for the places of a song, the latest first.
pub fn skips_bought(read: &dyn Read, guild: GuildId, song: u64) -> Result<Vec<EntryId>> {
    let mut entries = Vec::new();
    let mut next = SKIPS_BOUGHT.get(read, &(guild, song))?;
    while let Some(SkipBought { entry }) = next {
        // An earlier purchase has a smaller number; a damaged row that says otherwise ends the list.
        next = EARLIER_SKIPS.get(read, &(guild, entry))?.filter(|earlier| earlier.entry < entry);
        entries.push(entry);
    }
    Ok(entries)
}

/// Remembers which entry paid for the place of a song, behind those that did so before.
pub fn add_skip_bought(tx: &Tx<'_>, guild: GuildId, song: u64, bought: &SkipBought) -> Result<()> {
    if let Some(earlier) = SKIPS_BOUGHT.get(tx, &(guild, song))? {
        EARLIER_SKIPS.insert(tx, &(guild, bought.entry), &earlier)?;
    }
    SKIPS_BOUGHT.put(tx, &(guild, song), bought)
}

/// The entries of one balance before the number `before`, latest first, at most `limit`.
pub fn entries_of(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    user: UserId,
    before: Option<EntryId>,
    limit: usize,
) -> Result<Vec<(EntryId, LedgerEntry)>> {
    let mut span = Span::of((guild, currency, user));
    if let Some(before) = before {
        span = span.before((guild, currency, user, before));
    }
    let mut entries = Vec::new();
    for (.., id) in BY_ACCOUNT.page(read, span, Direction::Backward, limit)? {
        entries.extend(LEDGER.get(read, &(guild, id))?.map(|entry| (id, entry)));
    }
    Ok(entries)
}

/// Shows the entries of one balance to `visit`, the oldest first.
pub fn for_each_of(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    user: UserId,
    mut visit: impl FnMut(EntryId, LedgerEntry) -> Result<()>,
) -> Result<()> {
    BY_ACCOUNT.for_each(read, (guild, currency, user), |(.., id)| match LEDGER.get(read, &(guild, id))? {
        Some(entry) => visit(id, entry),
        None => Ok(()),
    })
}

/// The numbers of the entries of one balance that lie between two of these, from the one end or the other, at most `limit`.
pub fn numbers_of(
    read: &dyn Read,
    account: (GuildId, Currency, UserId),
    between: Range<EntryId>,
    direction: Direction,
    limit: usize,
) -> Result<Vec<EntryId>> {
    let (guild, currency, user) = account;
    let all = Span::of(account);
    let span = all.starting_at((guild, currency, user, between.start)).before((guild, currency, user, between.end));
    Ok(BY_ACCOUNT.page(read, span, direction, limit)?.into_iter().map(|(.., id)| id).collect())
}

/// The entries whose numbers lie between two of these, latest first, at most `limit`.
pub fn between(
    read: &dyn Read,
    guild: GuildId,
    numbers: Range<EntryId>,
    limit: usize,
) -> Result<Vec<(EntryId, LedgerEntry)>> {
    let keys = keys_between(guild, &(numbers.start.get()..numbers.end.get()));
    let entries = LEDGER.page(read, keys, Direction::Backward, limit)?;
    Ok(entries.into_iter().map(|((_, id), entry)| (id, entry)).collect())
}

/// The number of the latest entry.
pub fn last_number(read: &dyn Read, guild: GuildId) -> Result<Option<EntryId>> {
    Ok(LEDGER.first(read, guild, Direction::Backward)?.map(|((_, id), _)| id))
}

/// The member with the smallest id behind another who has a balance of a currency, also one of 0.
pub fn next_member(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    behind: Option<UserId>,
) -> Result<Option<UserId>> {
    let all = Span::of(guild);
    let rest = match behind {
        Some(user) => all.after((guild, user)),
        None => all,
    };
    Ok(balances(currency).first(read, rest, Direction::Forward)?.map(|((_, user), _)| user))
}

/// Points of a member that no entry lists yet: from the live that goes on, which has one entry when it ends.
pub fn unjournalled(read: &dyn Read, guild: GuildId, user: UserId) -> Result<i64> {
    Ok(POINTS_UNJOURNALLED.get(read, &(guild, user))?.unwrap_or_default().points)
}

/// Writes the points that no entry lists yet.
pub fn set_unjournalled(tx: &Tx<'_>, guild: GuildId, user: UserId, points: i64) -> Result<()> {
    match points {
        0 => POINTS_UNJOURNALLED.remove(tx, &(guild, user)).map(drop),
        points => POINTS_UNJOURNALLED.put(tx, &(guild, user), &Unjournalled { points }),
    }
}

/// Members with points that no entry lists yet, at most `limit`.
pub fn with_unjournalled(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<UserId>> {
    let rows = POINTS_UNJOURNALLED.page(read, guild, Direction::Forward, limit)?;
    Ok(rows.into_iter().map(|((_, user), _)| user).collect())
}

/// Members whose points changed since they were last taken from here, at most `limit`.
pub fn take_changed(tx: &Tx<'_>, guild: GuildId, limit: usize) -> Result<Vec<UserId>> {
    let mut users = Vec::new();
    for ((_, user), ()) in POINTS_CHANGED.page(tx, guild, Direction::Forward, limit)? {
        POINTS_CHANGED.remove(tx, &(guild, user))?;
        users.push(user);
    }
    Ok(users)
}
