//! How a display comes into a channel.

use serenity::all::GuildChannel;

use super::kind::Kind;
use super::tables::{self, Former};
use crate::discord::access::Caller;
use crate::discord::bot::Context;
use crate::discord::channel_setting;
use crate::discord::outbox;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;

/// Puts the guild's displays of these kinds into a channel, in this order. Refuses a channel that the bot cannot write in.
/// Answers the channel that they leave; their messages there are deleted.
pub async fn set_up(
    ctx: Context<'_>,
    kinds: &'static [&'static Kind],
    channel: &GuildChannel,
) -> Result<Option<ChannelId>> {
    let (bot, guild) = (ctx.data(), Caller::of(ctx)?.guild);
    channel_setting::require_writable(bot, channel).await?;
    let channel = channel_setting::id_of(channel);
    // Nobody paints while displays move.
    let pace = bot.displays.pace(guild).await;
    let former = bot
        .store
        .write("display_set_up", move |tx| {
            let mut left = None;
            for kind in kinds {
                let former = tables::put(tx, guild, kind.name, channel)?;
                let placed = tables::by_kind(tx, guild, kind.name)?.and_then(|(_, display)| display.message);
                (kind.placed)(tx, guild, placed.map(|message| (channel, message)))?;
                let Some(Former { channel: old, message }) = former else { continue };
                left = Some(old);
                if let Some(message) = message {
                    outbox::delete_message(tx, guild, (old, message), tx.now())?;
                }
            }
            Ok(left)
        })
        .await;
    drop(pace);
    former
}
