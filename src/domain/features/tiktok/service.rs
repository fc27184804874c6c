//! Operations on follows. Each refuses before its first write or succeeds.

use super::model::{Follow, TiktokRefusal};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::live::Handle;
use crate::store::{Read, Tx};

/// The server follows a name from now on. Once more for the same name only changes whether it waits.
pub fn follow(tx: &Tx<'_>, guild: GuildId, by: UserId, streamer: &Handle, is_persistent: bool) -> Result<Follow> {
    let before = tables::FOLLOWS.get(tx, &guild)?;
    let follow = match before {
        Some(other) if other.streamer != *streamer => {
            return Err(TiktokRefusal::FollowsAnother(other.streamer).into());
        }
        Some(same) => Follow { is_persistent, ..same },
        None => {
            let number = tables::next_number(tx, guild)?;
            Follow { number, streamer: streamer.clone(), is_persistent, by, since: tx.now() }
        }
    };
    tables::set(tx, guild, &follow)?;
    Ok(follow)
}

/// The server follows nobody any more; answers whom it followed. Refuses when that was nobody.
pub fn unfollow(tx: &Tx<'_>, guild: GuildId) -> Result<Follow> {
    let follow = tables::FOLLOWS.get(tx, &guild)?.ok_or(TiktokRefusal::FollowsNobody)?;
    tables::remove(tx, guild)?;
    Ok(follow)
}

/// Whether a server follows this name now.
pub fn is_followed(read: &dyn Read, guild: GuildId, streamer: &Handle) -> Result<bool> {
    Ok(tables::FOLLOWS.get(read, &guild)?.is_some_and(|follow| follow.streamer == *streamer))
}
