//! Whether the messages of posts are still there: deletions while the bot was away are never told by the gateway.
//!
//! Each channel with messages of posts has a row that says when it is looked at next: 10 minutes after the last look, and at once where
//! a server came into sight. The sweep of every half minute stages the looks of the channels that have waited longest, a bounded number
//! of them, so however many servers there are, Discord is asked a few times a second. `discord::posts` does the look, which is a
//! job in the lane of the channel: nothing is posted or deleted there meanwhile. One look is bounded as well; what it has not reached
//! is looked at by the next one, from there on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::tables::{self, LOOKS};
use super::{LOOK, MOST_AT_ONCE};
use crate::jobs::{self, JobId, Lane};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Record, Tx};

/// When a channel is looked at again.
const LOOKED_AT_AFTER: Duration = Duration::from_mins(10);

/// When the messages of a channel are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// When it is looked at next.
    pub due: Timestamp,
    /// From which message on; all before it were there at the last look.
    pub from: MessageId,
    /// The job of the look, while there is one.
    pub job: JobId,
}

impl Record for Look {}

/// A channel has a message of a post: it is looked at from here on.
pub(super) fn begin(tx: &Tx<'_>, guild: GuildId, channel: ChannelId) -> Result<()> {
    if LOOKS.contains(tx, &(guild, channel))? {
        return Ok(());
    }
    let due = tx.now().after(LOOKED_AT_AFTER);
    LOOKS.put(tx, &(guild, channel), &Look { due, from: MessageId::new(0), job: JobId::default() })
}

/// Whether a guild has messages that can be looked at.
pub fn is_any(read: &dyn Read, guild: GuildId) -> Result<bool> {
    tables::has_messages(read, guild)
}

/// A server came into sight: what happened there meanwhile was not told, so all its channels are looked at by the next sweep.
pub fn soon(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    for channel in tables::channels(tx, guild)? {
        let job = LOOKS.get(tx, &(guild, channel))?.map(|look| look.job).unwrap_or_default();
        LOOKS.put(tx, &(guild, channel), &Look { due: tx.now(), from: MessageId::new(0), job })?;
    }
    Ok(())
}

/// The guilds with channels whose time has come, those that have waited longest.
pub fn guilds(read: &dyn Read, at: Timestamp) -> Result<Vec<GuildId>> {
    let mut guilds: Vec<GuildId> =
        tables::to_look_at(read, at, MOST_AT_ONCE)?.into_iter().map(|(guild, _)| guild).collect();
    guilds.sort_unstable();
    guilds.dedup();
    Ok(guilds)
}

/// Stages the looks of a guild among those that have waited longest.
pub fn stage(tx: &Tx<'_>, guild: GuildId, at: Timestamp) -> Result<()> {
    let due = tables::to_look_at(tx, at, MOST_AT_ONCE)?;
    for (_, channel) in due.into_iter().filter(|(of, _)| *of == guild) {
        let Some(mut look) = LOOKS.get(tx, &(guild, channel))? else { continue };
        look.due = tx.now().after(LOOKED_AT_AFTER);
        if !jobs::is_waiting(tx, guild, look.job)? {
            look.job = LOOK.schedule_now(tx, guild, Lane::Channel(channel), &channel)?;
        }
        LOOKS.put(tx, &(guild, channel), &look)?;
    }
    Ok(())
}

/// The messages that a look is about: those of the channel from where the last one ended, in their order.
pub fn messages(read: &dyn Read, guild: GuildId, channel: ChannelId) -> Result<Vec<MessageId>> {
    let from = LOOKS.get(read, &(guild, channel))?.map_or(MessageId::new(0), |look| look.from);
    tables::messages_in(read, guild, channel, from)
}

/// A look has ended: at a message that it did not reach, or at the end. A channel without messages is not looked at any more.
pub fn ended(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, at: Option<MessageId>) -> Result<()> {
    if tables::messages_in(tx, guild, channel, MessageId::new(0))?.is_empty() {
        return LOOKS.remove(tx, &(guild, channel)).map(drop);
    }
    let Some(look) = LOOKS.get(tx, &(guild, channel))? else { return Ok(()) };
    let due = if at.is_some() { tx.now() } else { look.due };
    let job = JobId::default();
    LOOKS.put(tx, &(guild, channel), &Look { due, from: at.unwrap_or(MessageId::new(0)), job })
}
