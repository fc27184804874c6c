//! `/setup-live-queue` and `/selfheal`.

use serenity::all::GuildChannel;

use super::faces::LIVE_QUEUE;
use super::views;
use crate::discord::access::administrator;
use crate::discord::display::{self, Kind, Occasion};
use crate::discord::{Caller, Command, Context, answer, channel_setting};
use crate::kernel::error::Result;

/// What `/setup-live-queue` posts.
const PUBLIC: &[&Kind] = &[&LIVE_QUEUE];

/// The commands of this feature.
pub fn all() -> Vec<Command> {
    vec![setup_live_queue(), selfheal()]
}

/// Post the public live queue in a channel
#[poise::command(
    slash_command,
    guild_only,
    rename = "setup-live-queue",
    default_member_permissions = "ADMINISTRATOR",
    check = "administrator"
)]
async fn setup_live_queue(
    ctx: Context<'_>,
    #[description = "Text channel"]
    #[channel_types("Text")]
    channel: GuildChannel,
) -> Result<()> {
    let work = async {
        let former = display::set_up(ctx, PUBLIC, &channel).await?;
        Ok(views::set_up("The live queue is", channel_setting::id_of(&channel), former))
    };
    answer(ctx, Box::pin(work)).await
}

/// Repair the persistent embeds now
#[poise::command(slash_command, guild_only, default_member_permissions = "ADMINISTRATOR", check = "administrator")]
async fn selfheal(ctx: Context<'_>) -> Result<()> {
    let work = async {
        let (bot, guild) = (ctx.data(), Caller::of(ctx)?.guild);
        let findings = display::heal(bot, guild, Occasion::Asked).await?;
        Ok(views::healed(&findings, &bot.command_mention("setup-live-queue")))
    };
    answer(ctx, Box::pin(work)).await
}
