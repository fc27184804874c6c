//! `/cleandebugchannel`: takes the bot's own lines out of the debug channel (`M-CMD-28`). What is told there, and how far,
//! say [`activity::debug_channel`](crate::activity::debug_channel) and [`bot::debug_channel`](crate::bot::debug_channel).
//!
//! Only lines go: what somebody else wrote, what is pinned, files and displays stay, because the channel may serve for
//! more than lines.

use std::time::Duration;

use serenity::all::{Message, MessageId as SerenityMessage, MessagePagination};

use super::bot::Bot;
use super::delivery::{Obstacle, Undelivered, moment_of};
use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::refusals;

/// Messages that Discord gives at once.
const PAGE: u8 = 100;
/// Pages that are looked at in one go: Discord gives an answer fifteen minutes.
const MOST_PAGES: usize = 50;
/// Messages older than this must be deleted one by one; somewhat less than Discord's two weeks.
const BULK_AGE: Duration = Duration::from_hours(13 * 24);
/// Of those, so many go in one go.
const MOST_OLD: usize = 200;

refusals! {
    /// Why a debug channel is not cleaned.
    pub enum CleaningRefusal {
        /// There is none.
        NoChannel
            => "debug_channel.none", "This server has no debug channel. Choose one with `/setdebugchannel`.";
        /// The bot may not.
        Forbidden {
            /// The channel.
            channel: ChannelId,
        } => "debug_channel.forbidden", "I cannot clean {channel}. Please give me **View Channel**, **Read Message \
            History** and **Manage Messages** there.";
    }
}

/// What was cleaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// The channel.
    pub channel: ChannelId,
    /// How many messages were deleted.
    pub messages: usize,
    /// Whether there may be more.
    pub is_more: bool,
}

/// Deletes the bot's lines in the guild's debug channel.
pub async fn clean(bot: &Bot, guild: GuildId) -> Result<Cleaned> {
    let channel = bot.store.read("debug_channel", move |read| DEBUG_CHANNEL.get(read, guild)).await?;
    let channel = channel.ok_or(CleaningRefusal::NoChannel)?;
    let told = |undelivered: Undelivered| match undelivered.obstacle {
        Obstacle::ChannelGone => CleaningRefusal::NoChannel.into(),
        Obstacle::Forbidden => CleaningRefusal::Forbidden { channel }.into(),
        _ => Error::Failed(undelivered.into()),
    };
    let mut cleaned = Cleaned { channel, messages: 0, is_more: false };
    let mut before = None;
    let mut old = 0;
    for _ in 0..MOST_PAGES {
        let page = page(bot, channel, before).await.map_err(told)?;
        let Some(oldest) = page.iter().map(|message| message.id).min() else { return Ok(cleaned) };
        before = Some(oldest);
        let lines: Vec<&Message> = page.iter().filter(|message| is_line(bot, message)).collect();
        let (young, aged): (Vec<&Message>, Vec<&Message>) =
            lines.into_iter().partition(|message| bot.clock.now().since(moment_of(message)) < BULK_AGE);
        cleaned.messages += young.len();
        delete_young(bot, channel, &young).await.map_err(told)?;
        for message in aged {
            if old >= MOST_OLD {
                return Ok(Cleaned { is_more: true, ..cleaned });
            }
            bot.delete(channel, MessageId::new(message.id.get())).await.map_err(told)?;
            old += 1;
            cleaned.messages += 1;
        }
    }
    Ok(Cleaned { is_more: true, ..cleaned })
}

async fn page(bot: &Bot, channel: ChannelId, before: Option<SerenityMessage>) -> Result<Vec<Message>, Undelivered> {
    let before = before.map(MessagePagination::Before);
    Ok(bot.rest.get_messages(channel.get().into(), before, Some(PAGE)).await?)
}

/// Discord deletes from 2 to 100 messages at once.
async fn delete_young(bot: &Bot, channel: ChannelId, young: &[&Message]) -> Result<(), Undelivered> {
    match young {
        [] => Ok(()),
        [one] => bot.delete(channel, MessageId::new(one.id.get())).await,
        many => {
            let ids: Vec<SerenityMessage> = many.iter().map(|message| message.id).collect();
            Ok(bot.rest.delete_messages(channel.get().into(), &ids).await?)
        }
    }
}

fn is_line(bot: &Bot, message: &Message) -> bool {
    bot.is_own(message)
        && !message.pinned
        && message.components.is_empty()
        && message.embeds.is_empty()
        && message.attachments.is_empty()
}
