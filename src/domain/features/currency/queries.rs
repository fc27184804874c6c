//! Reads of the server's currency; balances and entries are [`coins`](crate::features::coins)'.

use super::settings::DAILY_AMOUNT;
pub use super::tables::account;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
pub use crate::money::{is_on, of as money};
use crate::remembered::{self, Limit};
use crate::store::Read;

/// When a member claimed the daily reward last, also before they were erased as long as that still counts.
pub fn last_daily(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Timestamp>> {
    let remembered = remembered::of(read, guild, user, Limit::Daily)?.map(|mark| mark.at);
    Ok(account(read, guild, user)?.last_daily.max(remembered))
}

/// What a daily claim brings.
pub fn daily_amount(read: &dyn Read, guild: GuildId) -> Result<Amount> {
    Ok(Amount::of(DAILY_AMOUNT.get(read, guild)?))
}
