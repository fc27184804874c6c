//! What is stored of a server that the bot left goes 30 days later (`D-88`), as a job.
//!
//! The job carries the moment at which the bot had joined. One that came back meanwhile joined at another moment, so the job of
//! before finds nothing to do; and before anything goes, Discord is asked whether the bot is in the server after all. Safe to
//! run again: what was removed is not there any more.

use std::time::Duration;

use poise::BoxFuture;

use crate::discord::Bot;
use crate::discord::delivery::Obstacle;
use crate::discord::references::Server;
use crate::features::setup::model::FORGET;
use crate::features::setup::tables::GREETED;
use crate::flows::{followed_live, server_removed};
use crate::jobs::{Lane, Run, Setback};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::runner::{Handler, Worth};
use crate::store::Tx;

/// How long everything is kept.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// What concerns no channel, member or song has a lane of its own.
const LANE: Lane = Lane::Song(0);

/// Removes what is stored of a server.
pub static HANDLER: Handler<Bot> =
    Handler { kind: FORGET.name(), worth: Worth::Always, run: |bot, run| Box::pin(forget(bot, run)) };

/// Takes in that the bot left a server.
pub fn left(bot: &Bot, guild: GuildId) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        bot.store
            .write("server_left", move |tx| {
                let joined_at = GREETED.get(tx, &guild)?;
                FORGET.schedule(tx, guild, LANE, tx.now().after(KEPT), &joined_at).map(drop)
            })
            .await
    })
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
