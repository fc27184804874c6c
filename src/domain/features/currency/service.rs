//! What happens to an account beside its balance.

use super::model::Account;
use super::tables::{ACCOUNTS, account};
use super::{queries, rules};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Tx;

/// Notes a daily claim, and answers when the next one is possible. Refuses one that comes too soon.
pub fn claim(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<Timestamp> {
    rules::may_claim(queries::last_daily(tx, guild, user)?, tx.now())?;
    ACCOUNTS.put(tx, &(guild, user), &Account { last_daily: Some(tx.now()), left_at: None })?;
    Ok(rules::next_claim(tx.now()))
}

/// Notes that a member left the server.
pub fn leave(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    let there = account(tx, guild, user)?;
    ACCOUNTS.put(tx, &(guild, user), &Account { left_at: Some(tx.now()), ..there })
}

/// Notes that a member is in the server: they came back, or do something there.
pub fn be_here(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    match ACCOUNTS.get(tx, &(guild, user))? {
        Some(account) if account.left_at.is_some() => {
            ACCOUNTS.put(tx, &(guild, user), &Account { left_at: None, ..account })
        }
        _ => Ok(()),
    }
}

/// Forgets when somebody claimed last: their account is closed.
pub fn forget_claim(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    let there = account(tx, guild, user)?;
    match there.left_at {
        None => ACCOUNTS.remove(tx, &(guild, user)).map(drop),
        Some(_) => ACCOUNTS.put(tx, &(guild, user), &Account { last_daily: None, ..there }),
    }
}
