//! The table of submissions: who was told when where songs go. The songs themselves are the queue's.

use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Read, Table, Tx};

/// When a member was last told, by guild, channel and member.
static NUDGES: Table<(GuildId, ChannelId, UserId), Timestamp> = Table::new("submissions.nudges", &[]);

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&NUDGES];

/// When a member was last told in a channel.
pub fn last_nudge(read: &dyn Read, guild: GuildId, channel: ChannelId, user: UserId) -> Result<Option<Timestamp>> {
    NUDGES.get(read, &(guild, channel, user))
}

/// Remembers that a member is told now.
pub fn remember_nudge(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, user: UserId) -> Result<()> {
    NUDGES.put(tx, &(guild, channel, user), &tx.now())
}
