//! The tables of submissions: who was told when where songs go, and which posted messages were looked at. The songs
//! themselves are the queue's.

use super::posted::{Handled, Watch};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, Read, Table, Tx};

/// When a member was last told, by guild, channel and member.
static NUDGES: Table<(GuildId, ChannelId, UserId), Timestamp> = Table::new("submissions.nudges", &[]);

/// What is remembered of posted messages, by guild and message.
static HANDLED: Table<(GuildId, MessageId), Handled> = Table::new("submissions.handled", &[]);

/// From where on messages count, by guild.
static WATCHED: Table<GuildId, Watch> = Table::new("submissions.watched", &[]);

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&NUDGES, &HANDLED, &WATCHED];

/// When a member was last told in a channel.
pub fn last_nudge(read: &dyn Read, guild: GuildId, channel: ChannelId, user: UserId) -> Result<Option<Timestamp>> {
    NUDGES.get(read, &(guild, channel, user))
}

/// Remembers that a member is told now.
pub fn remember_nudge(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, user: UserId) -> Result<()> {
    NUDGES.put(tx, &(guild, channel, user), &tx.now())
}

/// What is remembered of a posted message.
pub fn handled(read: &dyn Read, guild: GuildId, message: MessageId) -> Result<Option<Handled>> {
    HANDLED.get(read, &(guild, message))
}

/// Remembers what became of a posted message.
pub fn remember_handled(tx: &Tx<'_>, guild: GuildId, message: MessageId, handled: &Handled) -> Result<()> {
    HANDLED.put(tx, &(guild, message), handled)
}

/// The oldest messages that are remembered.
pub fn oldest_handled(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<MessageId>> {
    let page = HANDLED.page(read, guild, Direction::Forward, limit)?;
    Ok(page.into_iter().map(|((_, message), _)| message).collect())
}

/// Forgets a posted message.
pub fn forget_handled(tx: &Tx<'_>, guild: GuildId, message: MessageId) -> Result<()> {
    HANDLED.remove(tx, &(guild, message)).map(drop)
}

/// From where on messages count.
pub fn watch(read: &dyn Read, guild: GuildId) -> Result<Option<Watch>> {
    WATCHED.get(read, &guild)
}

/// Sets from where on messages count.
pub fn set_watch(tx: &Tx<'_>, guild: GuildId, watch: &Watch) -> Result<()> {
    WATCHED.put(tx, &guild, watch)
}
