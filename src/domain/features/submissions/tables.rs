//! The tables of submissions: who was told when where songs go, which posted messages were looked at, and which wait until
//! the bot may do more. The songs themselves are the queue's.

use super::posted::{Handled, Watch};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, ErasureAction, Read, Table};

/// When a member was last told, by guild, channel and member.
pub static NUDGES: Table<(GuildId, ChannelId, UserId), Timestamp> = Table::new("submissions.nudges", &[])
    .erasing(|(_, _, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));

/// What is remembered of posted messages, by guild and message.
pub static HANDLED: Table<(GuildId, MessageId), Handled> = Table::new("submissions.handled", &[]).without_members();

/// From where on messages count, by guild.
pub static WATCHED: Table<GuildId, Watch> = Table::new("submissions.watched", &[]).without_members();

/// Posted messages of which something waits until the bot may do more in their channel, by guild and message.
pub static KEPT_OUT: Table<(GuildId, MessageId), ()> = Table::new("submissions.kept_out", &[]).without_members();

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&NUDGES, &HANDLED, &WATCHED, &KEPT_OUT];

/// The oldest messages that are remembered.
pub fn oldest_handled(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<MessageId>> {
    let page = HANDLED.page(read, guild, Direction::Forward, limit)?;
    Ok(page.into_iter().map(|((_, message), _)| message).collect())
}

/// Whether something of a posted message waits until the bot may do more in its channel.
pub fn is_kept_out(read: &dyn Read, guild: GuildId, message: MessageId) -> Result<bool> {
    Ok(KEPT_OUT.get(read, &(guild, message))?.is_some())
}

/// The oldest messages of which something waits so.
pub fn oldest_kept_out(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<MessageId>> {
    let page = KEPT_OUT.page(read, guild, Direction::Forward, limit)?;
    Ok(page.into_iter().map(|((_, message), ())| message).collect())
}
