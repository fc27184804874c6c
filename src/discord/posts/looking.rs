//! The look whether the messages of posts in a channel are still there ([`looks`](crate::posts::looks)).
//!
//! Brings about: a message that was deleted while nobody told the bot is recreated, or its post orphaned, as if it had been told.
//! Safe to run at any time and to be cut off anywhere. One request tells of a hundred messages. Where the bot may not read, it knows
//! nothing and changes nothing: Discord shows an empty channel to whoever lacks Read Message History, so one is asked for by itself
//! before an empty channel is believed.

use std::collections::VecDeque;

use poise::BoxFuture;
use serenity::all::Guild;
use serenity::http::Route;

use super::super::bot::Bot;
use super::super::delivery::{Obstacle, Undelivered};
use crate::jobs::{Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::posts::{LOOK, looks, service};
use crate::runner::{Handler, Worth};
use crate::store::Tx;

/// Looks at a channel.
pub static LOOK_HANDLER: Handler<Bot> =
    Handler { kind: LOOK.name(), worth: Worth::Always, run: |bot, run| Box::pin(look(bot, run)) };

/// Messages that Discord tells at once.
const PAGE: usize = 100;
/// Requests of one look.
const MOST_PAGES: usize = 5;

/// A server came into sight: the next sweep looks at its messages.
pub fn in_sight<'a>(bot: &'a Bot, guild: &'a Guild) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let guild = GuildId::new(guild.id.get());
        if !bot.store.read("posts_of_server", move |read| looks::is_any(read, guild)).await? {
            return Ok(());
        }
        bot.store.write("posts_in_sight", move |tx| looks::soon(tx, guild)).await
    })
}

async fn look(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (guild, channel) = (run.guild, LOOK.payload(&run)?);
    let wanted = bot.store.read("posts_looked_for", move |read| looks::messages(read, guild, channel)).await?;
    let found = missing(bot, channel, wanted.into()).await;
    let (gone, reached) = match found {
        Ok((gone, reached)) => (Some(gone), reached),
        Err(undelivered) if undelivered.obstacle == Obstacle::ChannelGone => (None, None),
        Err(undelivered) if undelivered.may_pass() => return Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(%guild, %channel, error = %undelivered, "whether messages are there cannot be looked at");
            (Some(Vec::new()), None)
        }
    };
    let ended = move |tx: &Tx<'_>| {
        service::lost(tx, guild, channel, gone.as_deref())?;
        looks::ended(tx, guild, channel, reached)
    };
    Ok(bot.store.write("posts_looked_at", ended).await?)
}

/// Those of some messages of a channel, in their order, that are not there; and the first that was not looked for.
async fn missing(
    bot: &Bot,
    channel: ChannelId,
    mut wanted: VecDeque<MessageId>,
) -> Result<(Vec<MessageId>, Option<MessageId>), Undelivered> {
    let mut gone = Vec::new();
    for _ in 0..MOST_PAGES {
        let Some(first) = wanted.front().copied() else { break };
        let there = page(bot, channel, first).await?;
        if there.is_empty() && !is_gone(bot, channel, first).await? {
            // There are messages, and the bot is shown none.
            return Ok((gone, None));
        }
        let last = there.iter().max().filter(|_| there.len() >= PAGE).copied();
        while let Some(message) = wanted.front().copied().filter(|message| last.is_none_or(|last| *message <= last)) {
            wanted.pop_front();
            gone.extend((!there.contains(&message)).then_some(message));
        }
    }
    Ok((gone, wanted.front().copied()))
}

/// The messages from one on, as many as Discord tells at once.
async fn page(bot: &Bot, channel: ChannelId, first: MessageId) -> Result<Vec<MessageId>, Undelivered> {
    let route = Route::ChannelMessages { channel_id: channel.get().into() };
    let wanted = vec![("after", first.get().saturating_sub(1).to_string()), ("limit", PAGE.to_string())];
    let told = bot.rest.without_waiting().get_json(route, wanted).await?;
    let messages = told.as_array().into_iter().flatten();
    Ok(messages.filter_map(|message| message.get("id")?.as_str()?.parse().ok().map(MessageId::new)).collect())
}

/// Whether one message is not there.
async fn is_gone(bot: &Bot, channel: ChannelId, message: MessageId) -> Result<bool, Undelivered> {
    let route = Route::ChannelMessage { channel_id: channel.get().into(), message_id: message.get().into() };
    match bot.rest.without_waiting().get_json(route, Vec::new()).await.map_err(Undelivered::from) {
        Ok(_) => Ok(false),
        Err(undelivered) if undelivered.obstacle == Obstacle::Gone => Ok(true),
        Err(undelivered) => Err(undelivered),
    }
}
