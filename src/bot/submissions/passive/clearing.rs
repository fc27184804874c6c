//! The end of a message of which everything was taken over: it is deleted, unless somebody has edited it since. Then there
//! is something in it that nobody has looked at yet, and whoever looks at it decides anew.

use serenity::all::Message;

use super::contents::digest;
use crate::discord::Bot;
use crate::discord::delivery::{Obstacle, Undelivered};
use crate::features::submissions::posted::{CLEAR, Cleared};
use crate::jobs::{Lane, Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::runner::{Handler, Worth};
use crate::store::Tx;

/// Deletes such messages.
pub static CLEAR_HANDLER: Handler<Bot> =
    Handler { kind: CLEAR.name(), worth: Worth::Always, run: |bot, run| Box::pin(clear(bot, run)) };

/// Stages the deletion of a message in which stood what `digest` stands for.
pub(super) fn stage(tx: &Tx<'_>, guild: GuildId, place: (ChannelId, MessageId), digest: u64) -> Result<()> {
    let (channel, message) = place;
    CLEAR.schedule_now(tx, guild, Lane::Channel(channel), &Cleared { channel, message, digest }).map(drop)
}

async fn clear(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Cleared { channel, message, digest: expected } = CLEAR.payload(&run)?;
    let is_as_expected = |message: &Message| digest(message) == expected;
    match bot.rest.without_waiting().get_message(channel.get().into(), message.get().into()).await {
        Ok(found) if !is_as_expected(&found) => Ok(()),
        Err(error) if Obstacle::of(&error) == Obstacle::Temporary => Err(Undelivered::from(error).into()),
        // Where it cannot be read, it was not edited as far as anybody knows.
        _ => Ok(bot.delete_later(channel, message).await?),
    }
}
