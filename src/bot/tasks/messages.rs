//! Messages that prove a task. Nothing of them is kept but their number.

use poise::BoxFuture;
use serenity::all::{Message, MessageType};

use crate::discord::gateway::Taken;
use crate::discord::{Bot, Caller};
use crate::features::tasks::model::Deed;
use crate::features::tasks::proving;
use crate::flows::task_proven;
use crate::kernel::error::Result;

/// Counts a message of a member where a claim of theirs may be proven by it.
pub fn counted<'a>(bot: &'a Bot, message: &'a Message) -> BoxFuture<'a, Result<Taken>> {
    Box::pin(async move {
        let is_written = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
        let Ok(caller) = Caller::new(message.guild_id, message.channel_id, &message.author) else {
            return Ok(Taken::No);
        };
        let Caller { guild, user, channel, .. } = caller;
        let counts = move |read: &dyn crate::store::Read| proving::is_counting(read, guild, user);
        if is_written && bot.store.read("task_messages", counts).await? {
            let count = move |tx: &crate::store::Tx<'_>| {
                task_proven::run(tx, guild, user, (Deed::Message(channel), 1), tx.now())
            };
            bot.store.write("task_message", count).await?;
        }
        Ok(Taken::No)
    })
}
