//! The greeting of a server, as a job.
//!
//! Brings about (`C-138`): a server that the bot joined is greeted once, soon after, also when the bot was invited while it did not
//! run. A restart, a lost connection and an outage of Discord are no joining: what counts is the moment at which Discord
//! says that the bot joined. A server that has set something, or that the bot joined long ago, knows it already. Safe to
//! run again: the row that says so is written together with the job.

use std::time::Duration;

use poise::BoxFuture;
use serenity::all::Guild;

use super::views;
use crate::discord::delivery::Undelivered;
use crate::discord::references::Server;
use crate::discord::{Bot, invitation};
use crate::features::setup::model::{GREET, Greet};
use crate::features::setup::{queries, service, tables};
use crate::jobs::{Lane, Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::references::Needs;
use crate::runner::{Handler, Worth};
use crate::store::Read;

/// A server that is met for the first time so long after the bot joined it is not greeted any more.
const LATE: Duration = Duration::from_hours(7 * 24);

/// Posts the greeting.
pub static HANDLER: Handler<Bot> =
    Handler { kind: GREET.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(greet(bot, run)) };

/// Takes in that a server came into sight.
pub fn seen<'a>(bot: &'a Bot, server: &'a Guild) -> BoxFuture<'a, Result<()>> {
    let guild = GuildId::new(server.id.get());
    let joined_at = Timestamp::from_millis(server.joined_at.unix_timestamp().saturating_mul(1_000));
    let owner = UserId::new(server.owner_id.get());
    Box::pin(async move {
        let is_settled = move |read: &dyn Read| {
            Ok(tables::GREETED.get(read, &guild)? == Some(joined_at) && queries::goes_at(read, guild)?.is_none())
        };
        if bot.store.read("server_seen", is_settled).await? {
            return Ok(());
        }
        let catalogue = bot.clone();
        bot.store
            .write("server_joined", move |tx| {
                // Events are handled beside each other, so it may have been left meanwhile.
                if catalogue.standings.guild_of_bot(guild).is_none() {
                    return Ok(());
                }
                let is_new = if let Some(before) = tables::GREETED.get(tx, &guild)? {
                    before != joined_at
                } else {
                    let knows_the_bot = !catalogue.references.of_guild(tx, guild)?.is_empty();
                    !knows_the_bot && tx.now().since(joined_at) < LATE
                };
                service::stays(tx, guild)?;
                tables::GREETED.put(tx, &guild, &joined_at)?;
                if is_new {
                    GREET.schedule_now(tx, guild, Lane::User(owner), &Greet { owner })?;
                }
                Ok(())
            })
            .await
    })
}

/// Posts where the bot may: in the channel for Discord's own messages, or the first channel, or to the owner.
async fn greet(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Greet { owner } = GREET.payload(&run)?;
    let server = match Server::ask(bot, run.guild).await {
        Err(undelivered) if !undelivered.may_pass() => return Ok(()),
        asked => asked?,
    };
    let missing = invitation::missing(server.granted());
    let may_post = server.text_channels(Needs::POST);
    let of_discord = may_post.iter().find(|channel| Some(channel.id) == server.system_channel);
    if let Some(channel) = of_discord.or(may_post.first()) {
        match bot.post(channel.id, views::greeting(&missing), Some(run.id)).await {
            Err(undelivered) if !undelivered.may_pass() => log(run.guild, &undelivered),
            posted => return Ok(posted.map(drop)?),
        }
    }
    match bot.direct_message(owner, views::greeting_to_owner(&missing), Some(run.id)).await {
        Err(undelivered) if !undelivered.may_pass() => {
            tracing::warn!(guild.id = %run.guild, "I can greet nobody in this server: use `/setup` there to begin");
            Ok(())
        }
        sent => Ok(sent.map(drop)?),
    }
}

fn log(guild: GuildId, undelivered: &Undelivered) {
    tracing::info!(guild.id = %guild, obstacle = ?undelivered.obstacle, "the greeting goes to the owner");
}
