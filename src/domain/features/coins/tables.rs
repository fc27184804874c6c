//! The ledger and the balances, and whatever is done to them beyond one row.
//!
//! Nothing here decides anything: that a balance changes only together with its entry is the invariant of `service`.

use std::ops::Range;

use super::model::{Balance, Currency, EntryId, EntryKind, LedgerEntry, SkipBought, Undone, Unjournalled, Wish};
use super::weeks::{WeekNumber, WeekSums};
use super::{migration, rules};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{AnyTable, Direction, Erasure, ErasureAction, Index, Read, Span, Sum, SumIndex, Table, Topic, Tx};

/// A balance of a guild changed.
pub const CHANGED: Topic = Topic::new("coins.changed");

/// Entries by guild and number; only ever added to. Those of an erased member go on under the pseudonym, with all their
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

/// Luxury Coins by guild and member (`M-DB-11`).
pub static LUXURY_COINS: Table<(GuildId, UserId), Balance> = Table::new("coins.luxury_coins", &[]).erasing(handed_on);
/// Engagement points by guild and member (`M-DB-07`).
pub static USER_POINTS: Table<(GuildId, UserId), Balance> =
    Table::new("coins.user_points", &[]).held_back().erasing(handed_on);
/// The server's own currency by guild and member.
pub static SERVER_CURRENCY: Table<(GuildId, UserId), Balance> =
    Table::new("coins.server_currency", &[]).erasing(handed_on);
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

/// Adds an entry under the next number.
pub fn add_entry(tx: &Tx<'_>, guild: GuildId, entry: &LedgerEntry) -> Result<EntryId> {
    let id = EntryId::new(tx.next_id(guild, "coins.ledger")?);
    LEDGER.insert(tx, &(guild, id), entry)?;
    Ok(id)
}

/// Takes the words out of the reasons of entries: they name somebody who is erased.
pub fn erase_reasons(tx: &Tx<'_>, guild: GuildId, entries: &[EntryId]) -> Result<()> {
    for id in entries {
        if let Some(entry) = LEDGER.get(tx, &(guild, *id))? {
            LEDGER.put(tx, &(guild, *id), &rules::without_words(&entry))?;
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
    let all = Span::of((guild, currency));
    let of_days = all.starting_at((guild, currency, days.start)).before((guild, currency, days.end));
    let buckets = BY_DAY.page(read, of_days, Direction::Forward, usize::MAX)?;
    Ok(buckets.into_iter().map(|((.., kind, _), sum)| (kind, sum)).collect())
}

/// What came and went of Luxury Coins in a week.
pub fn week(read: &dyn Read, guild: GuildId, week: WeekNumber) -> Result<WeekSums> {
    let mut sums = WeekSums::default();
    for (kind, Sum { sum, .. }) in sums_of_days(read, guild, Currency::Luxury, &week.days())? {
        sums.add(kind, sum);
    }
    Ok(sums)
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

/// The numbers of the entries of one balance that lie between two of these, latest first, at most `limit`.
pub fn numbers_of(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    user: UserId,
    between: Range<EntryId>,
    limit: usize,
) -> Result<Vec<EntryId>> {
    let account = Span::of((guild, currency, user));
    let span = account.starting_at((guild, currency, user, between.start)).before((guild, currency, user, between.end));
    Ok(BY_ACCOUNT.page(read, span, Direction::Backward, limit)?.into_iter().map(|(.., id)| id).collect())
}

/// The entries whose numbers lie between two of these, latest first, at most `limit`.
pub fn between(
    read: &dyn Read,
    guild: GuildId,
    numbers: Range<EntryId>,
    limit: usize,
) -> Result<Vec<(EntryId, LedgerEntry)>> {
    let span = Span::of(guild).starting_at((guild, numbers.start)).before((guild, numbers.end));
    let entries = LEDGER.page(read, span, Direction::Backward, limit)?;
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
