//! What is stored of a server that the bot left goes 30 days later (`D-88`), unless it comes back.

use std::time::Duration;

use super::model::FORGET;
use super::queries::goes_at;
use super::tables::{ACCOUNT, GREETED};
use crate::jobs::{Lane, jobs_of, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Tx;

/// How long everything is kept.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// What concerns no channel, member or song has a lane of its own.
const LANE: Lane = Lane::Song(0);

/// Takes in that the bot is in a server no more. Answers when what is stored of it goes, where that was not settled before.
pub fn left(tx: &Tx<'_>, guild: GuildId) -> Result<Option<Timestamp>> {
    if goes_at(tx, guild)?.is_some() {
        return Ok(None);
    }
    let (joined_at, due) = (GREETED.get(tx, &guild)?, tx.now().after(KEPT));
    FORGET.schedule(tx, guild, LANE, due, &joined_at)?;
    Ok(Some(due))
}

/// Takes in which account of the bot is in all servers that are known.
pub fn is_in_all(tx: &Tx<'_>, account: UserId) -> Result<()> {
    ACCOUNT.set(tx, GuildId::INSTANCE, &Some(account.to_string()))
}

/// Takes in that the bot is in a server: whatever was to go stays.
pub fn stays(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    for run in jobs_of(tx, guild, FORGET.name())? {
        tables::remove(tx, guild, run.id)?;
    }
    Ok(())
}
