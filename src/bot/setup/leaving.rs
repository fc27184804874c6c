//! What is stored of a server that the bot left goes 30 days later (`D-88`), as a job.
//!
//! A leaving is seen as it happens, or found out at the next connection, which names all servers that the bot is in, also those
//! that are out of order: one that is known here and not named was left while nobody listened. The job carries the moment at
//! which the bot had joined. One that came back meanwhile takes the job away; and before anything goes, Discord is asked whether
//! the bot is in the server after all. Safe to run again: what was removed is not there any more.

use poise::BoxFuture;

use crate::discord::Bot;
use crate::discord::delivery::Obstacle;
use crate::discord::references::Server;
use crate::discord::standing::Named;
use crate::features::setup::model::FORGET;
use crate::features::setup::tables::GREETED;
use crate::features::setup::{queries, service};
use crate::flows::{followed_live, server_removed};
use crate::jobs::{Run, Setback};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::runner::{Handler, Worth};
use crate::store::{Read, Tx};

/// Removes what is stored of a server.
pub static HANDLER: Handler<Bot> =
    Handler { kind: FORGET.name(), worth: Worth::Always, run: |bot, run| Box::pin(forget(bot, run)) };

/// Takes in that the bot left a server.
pub fn left(bot: &Bot, guild: GuildId) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move { bot.store.write("server_left", move |tx| note(tx, guild)).await })
}

/// Takes in which servers a new connection names: what is known and not among them was left meanwhile.
pub fn named<'a>(bot: &'a Bot, named: &'a Named) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let account = bot.until_own_user().await;
        let look = move |read: &dyn Read| Ok((queries::known(read)?, queries::is_known_account(read, account)?));
        let (mut missing, is_known_account) = bot.store.read("known_servers", look).await?;
        // One that the bot came into since the connection began is not named by it.
        missing.retain(|guild| named.lacks(*guild) && bot.standings.guild_of_bot(*guild).is_none());
        match is_known_account {
            // A new application is invited server by server: one in which it is not yet was not left.
            Some(false) if !missing.is_empty() => {
                let servers = missing.len();
                tracing::warn!(
                    servers,
                    "the token is of another bot than before, which is not in all of its servers yet: invite it"
                );
                Ok(())
            }
            Some(true) if missing.is_empty() => Ok(()),
            _ => {
                let note_all = move |tx: &Tx<'_>| {
                    missing.iter().try_for_each(|guild| note(tx, *guild))?;
                    service::is_in_all(tx, account)
                };
                bot.store.write("servers_left_meanwhile", note_all).await
            }
        }
    })
}

fn note(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    if let Some(due) = service::left(tx, guild)? {
        tx.after_commit(move || {
            tracing::warn!(
                guild.id = %guild,
                goes = due.rfc3339(),
                "I am in this server no more: what is stored of it goes in 30 days, unless I am invited again"
            );
        });
    }
    Ok(())
}

async fn forget(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (guild, joined_at) = (run.guild, FORGET.payload(&run)?);
    if bot.store.read("joined_at", move |read| GREETED.get(read, &guild)).await? != joined_at {
        return Ok(());
    }
    match Server::ask(bot, guild).await {
        Err(undelivered) if matches!(undelivered.obstacle, Obstacle::Gone | Obstacle::Forbidden) => {}
        is_in_it => return Ok(is_in_it.map(drop)?),
    }
    // Most follow nobody.
    let leave_live = move |tx: &Tx<'_>| tx.step(|tx| followed_live::left(tx, guild, Actor::System)).map(drop);
    bot.store.write("live_left", leave_live).await?;
    let store = bot.store.clone();
    let removed = tokio::task::spawn_blocking(move || server_removed::remove(&store, guild)).await;
    removed.map_err(Error::failed)?.map(drop).map_err(Into::into)
}
