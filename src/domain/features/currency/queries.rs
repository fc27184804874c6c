//! Reads of the server's currency; balances and entries are [`coins`](crate::features::coins)'.

use super::settings::{DAILY_AMOUNT, SWITCH};
pub use super::tables::account;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
pub use crate::money::of as money;
use crate::store::Read;

/// Whether a guild has a currency of its own.
pub fn is_on(read: &dyn Read, guild: GuildId) -> Result<bool> {
    SWITCH.setting.get(read, guild)
}

/// What a daily claim brings.
pub fn daily_amount(read: &dyn Read, guild: GuildId) -> Result<Amount> {
    Ok(Amount::of(DAILY_AMOUNT.get(read, guild)?))
}
