//! Reads of engagement, for flows and views.

use super::model::{Credit, Session, SessionId};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// The open session of a guild.
pub fn open_session(read: &dyn Read, guild: GuildId) -> Result<Option<(SessionId, Session)>> {
    tables::open_session(read, guild)
}

/// A session by its number.
pub fn session(read: &dyn Read, guild: GuildId, id: SessionId) -> Result<Option<Session>> {
    tables::session(read, guild, id)
}

/// A member's credit in the open session.
pub fn credit(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Credit>> {
    match tables::open_session(read, guild)? {
        Some((id, _)) => tables::credit(read, guild, id, user),
        None => Ok(None),
    }
}
