//! The tables of submissions: who was told when where songs go, which posted messages were looked at, and which wait until
//! the bot may do more. The songs themselves are the queue's.

use super::posted::{Handled, Watch};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, Fate, Read, Table, Tx};

/// When a member was last told, by guild, channel and member.
static NUDGES: Table<(GuildId, ChannelId, UserId), Timestamp> =
    Table::new("submissions.nudges", &[]).erasing(|(_, _, user), _, erasure| Fate::goes_if(*user == erasure.member));

/// What is remembered of posted messages, by guild and message.
static HANDLED: Table<(GuildId, MessageId), Handled> = Table::new("submissions.handled", &[]).without_members();

/// From where on messages count, by guild.
static WATCHED: Table<GuildId, Watch> = Table::new("submissions.watched", &[]).without_members();

/// Posted messages of which something waits until the bot may do more in their channel, by guild and message.
static KEPT_OUT: Table<(GuildId, MessageId), ()> = Table::new("submissions.kept_out", &[]).without_members();

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&NUDGES, &HANDLED, &WATCHED, &KEPT_OUT];

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

/// Whether something of a posted message waits until the bot may do more in its channel.
pub fn is_kept_out(read: &dyn Read, guild: GuildId, message: MessageId) -> Result<bool> {
    Ok(KEPT_OUT.get(read, &(guild, message))?.is_some())
}

/// Remembers that something of a posted message waits so.
pub fn remember_kept_out(tx: &Tx<'_>, guild: GuildId, message: MessageId) -> Result<()> {
    KEPT_OUT.put(tx, &(guild, message), &())
}

/// The oldest messages of which something waits so.
pub fn oldest_kept_out(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<MessageId>> {
    let page = KEPT_OUT.page(read, guild, Direction::Forward, limit)?;
    Ok(page.into_iter().map(|((_, message), ())| message).collect())
}

/// Forgets that something of a posted message waits so.
pub fn forget_kept_out(tx: &Tx<'_>, guild: GuildId, message: MessageId) -> Result<()> {
    KEPT_OUT.remove(tx, &(guild, message)).map(drop)
}

/// From where on messages count.
pub fn watch(read: &dyn Read, guild: GuildId) -> Result<Option<Watch>> {
    WATCHED.get(read, &guild)
}

/// Sets from where on messages count.
pub fn set_watch(tx: &Tx<'_>, guild: GuildId, watch: &Watch) -> Result<()> {
    WATCHED.put(tx, &guild, watch)
}
