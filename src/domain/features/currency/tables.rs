//! What is kept of members beside their balances.

use super::model::Account;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{AnyTable, ErasureAction, Read, Table};

/// By guild and member. Who is erased begins anew, but for the claim of theirs that is [remembered](crate::remembered).
pub static ACCOUNTS: Table<(GuildId, UserId), Account> = Table::new("currency.accounts", &[])
    .erasing(|(_, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&ACCOUNTS];

/// What is kept of a member.
pub fn account(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Account> {
    Ok(ACCOUNTS.get(read, &(guild, user))?.unwrap_or_default())
}
