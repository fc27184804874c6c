//! `/setup-live-queue` and `/selfheal`.

use serenity::all::ChannelId;

use super::renders::LIVE_QUEUE;
use super::views;
use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::display::{self, DisplayKind, Occasion};
use crate::discord::references;
use crate::discord::{Caller, Command, Context, answer, channel_setting};
use crate::display::DISPLAY_NEEDS;
use crate::kernel::error::Result;
use crate::references::Subject;

/// The live queue, as `/setup` offers it.
pub static PLACE: EveningChannel = EveningChannel {
    id: "live_queue",
    rank: 2,
    title: "Live queue",
    about: "where everybody sees the queue",
    name: "live-queue",
    seen_by: SeenBy::Readers,
    needs: &DISPLAY_NEEDS,
    kept: Kept::Displays(PUBLIC),
};

/// What `/setup-live-queue` posts.
const PUBLIC: &[&DisplayKind] = &[&LIVE_QUEUE];

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![setup_live_queue(), selfheal()]
}

/// Post the public live queue in a channel
#[poise::command(slash_command, rename = "setup-live-queue")]
async fn setup_live_queue(
    ctx: Context<'_>,
    #[description = "Text channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    let work = async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let channel = channel_setting::id_of(channel);
        let set_up = display::set_up(ctx.data(), guild, user, PUBLIC, channel).await?;
        Ok(views::set_up("The live queue is", channel, &set_up))
    };
    answer(ctx, Box::pin(work)).await
}

/// Repair the persistent embeds now
#[poise::command(slash_command)]
async fn selfheal(ctx: Context<'_>) -> Result<()> {
    let work = async {
        let (bot, guild) = (ctx.data(), Caller::of(ctx)?.guild);
        let findings = display::heal(bot, guild, Occasion::Asked).await?;
        // Displays were looked at above; what else the server has set is looked at here.
        let problems = references::look(bot, guild).await?;
        let others =
            problems.iter().filter(|problem| !matches!(problem.reference.declared.subject, Subject::Display(_)));
        let others: Vec<String> = others.map(references::sentence).collect();
        Ok(views::healed(&findings, &others, &bot.command_mention("setup-live-queue")))
    };
    answer(ctx, Box::pin(work)).await
}
