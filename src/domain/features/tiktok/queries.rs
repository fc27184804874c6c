//! Reads of whom servers follow.

use super::model::Follow;
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Read;

/// Whom a server follows.
pub fn follow(read: &dyn Read, guild: GuildId) -> Result<Option<Follow>> {
    tables::FOLLOWS.get(read, &guild)
}
