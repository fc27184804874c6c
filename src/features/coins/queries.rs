//! Reads of the ledger, for views and for other features.

use super::model::{Currency, EntryId, LedgerEntry};
use super::tables;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Direction, Read, Span};

/// What a member has of a currency.
pub fn balance(read: &dyn Read, guild: GuildId, currency: Currency, user: UserId) -> Result<Amount> {
    tables::balance(read, guild, currency, user)
}

/// A member's engagement points.
pub fn points(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Amount> {
    tables::balance(read, guild, Currency::Points, user)
}

/// The latest entries of one balance, latest first, at most `limit`.
pub fn history(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    user: UserId,
    limit: usize,
) -> Result<Vec<(EntryId, LedgerEntry)>> {
    tables::entries_of(read, guild, currency, user, limit)
}

/// Shows every member's engagement points to `visit`, in the order of their ids.
pub fn for_each_points(
    read: &dyn Read,
    guild: GuildId,
    mut visit: impl FnMut(UserId, Amount) -> Result<()>,
) -> Result<()> {
    tables::USER_POINTS.for_each(read, guild, |(_, user), balance| visit(user, balance.amount))
}

/// The guilds in which points changed since the last score sync.
pub fn guilds_with_changed_points(read: &dyn Read) -> Result<Vec<GuildId>> {
    let mut guilds = Vec::new();
    let mut rest = Span::all();
    while let Some(((guild, _), ())) = tables::POINTS_CHANGED.first(read, rest, Direction::Forward)? {
        guilds.push(guild);
        rest = Span::all().after(guild);
    }
    Ok(guilds)
}
