//! `/tiktok connect`, `/tiktok status` and `/tiktok disconnect`.

use std::time::Duration;

use super::{queries, rules, service, views};
use crate::discord::access::administrator;
use crate::discord::{Caller, Command, Context, answer};
use crate::features::engagement::queries::open_session;
use crate::flows::followed_live;
use crate::kernel::error::Result;
use crate::live::following::State;
use crate::live::status::Status;

/// How long `/tiktok connect` waits for the first outcome before it answers that it is on its way.
const PATIENCE: Duration = Duration::from_secs(4);

/// The commands of this feature.
pub fn all() -> Vec<Command> {
    vec![tiktok()]
}

/// TikTok Live connection
#[poise::command(
    slash_command,
    guild_only,
    default_member_permissions = "ADMINISTRATOR",
    check = "administrator",
    subcommand_required,
    subcommands("connect", "status", "disconnect")
)]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn tiktok(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// Connect to a TikTok live stream
#[poise::command(slash_command, guild_only, check = "administrator")]
async fn connect(
    ctx: Context<'_>,
    #[description = "The TikTok name of the host"]
    #[max_length = 100]
    unique_id: String,
    #[description = "Wait until they go live, and try again after trouble (default: yes)"] persistent: Option<bool>,
) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let streamer = rules::streamer(&unique_id)?;
        let is_persistent = persistent.unwrap_or(true);
        let followed = streamer.clone();
        bot.lives.begin_again(&streamer);
        let follow =
            bot.store.write("live_followed", move |tx| service::follow(tx, guild, user, &followed, is_persistent));
        let follow = follow.await?;
        // The answer says how it went where that is known soon; the debug channel tells the rest.
        let has_outcome =
            |status: Option<&Status>| status.is_some_and(|status| !matches!(status.state, State::Connecting));
        let _ = tokio::time::timeout(PATIENCE, bot.lives.until(&streamer, has_outcome)).await;
        Ok(views::followed(&follow, bot.lives.status(&streamer).as_ref()))
    })
    .await
}

/// Show the connection state
#[poise::command(slash_command, guild_only, check = "administrator")]
async fn status(ctx: Context<'_>) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, .. } = Caller::of(ctx)?;
        let (follow, session) = bot
            .store
            .read("live_status", move |read| Ok((queries::follow(read, guild)?, open_session(read, guild)?)))
            .await?;
        let status = follow.as_ref().and_then(|follow| bot.lives.status(&follow.streamer));
        let session = session.map(|(_, session)| session);
        Ok(views::status(follow.as_ref(), status.as_ref(), session.as_ref()))
    })
    .await
}

/// Disconnect and end the session
#[poise::command(slash_command, guild_only, check = "administrator")]
async fn disconnect(ctx: Context<'_>) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let left = bot.store.write("live_left", move |tx| followed_live::left(tx, guild, user)).await?;
        Ok(views::left(&left))
    })
    .await
}
