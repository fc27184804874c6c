//! The table of servers that were greeted.

use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Read, Table, Tx};

/// When the bot joined a server, as of the last time that it was seen; whoever is in here was greeted, or knew the bot.
static GREETED: Table<GuildId, Timestamp> = Table::new("setup.greeted", &[]).without_members();

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&GREETED];

/// When the bot joined, the last time that it saw the server.
pub fn joined_at(read: &dyn Read, guild: GuildId) -> Result<Option<Timestamp>> {
    GREETED.get(read, &guild)
}

/// Remembers when the bot joined.
pub fn remember(tx: &Tx<'_>, guild: GuildId, joined_at: Timestamp) -> Result<()> {
    GREETED.put(tx, &guild, &joined_at)
}
