//! The commands of engagement.

use serenity::all::ChannelId;

use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::{Command, Context, channel_setting};
use crate::features::engagement::settings::{METRICS_CHANNEL, METRICS_NEEDS};
use crate::kernel::error::Result;

/// The metrics channel, as `/setup` offers it.
pub static METRICS_PLACE: EveningChannel = EveningChannel {
    id: "metrics",
    rank: 6,
    title: "Metrics of a live",
    about: "where the figures of a live are posted after it",
    name: "live-metrics",
    seen_by: SeenBy::Team,
    needs: &METRICS_NEEDS,
    kept: Kept::Setting(&METRICS_CHANNEL),
};

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![setup_post_live_metrics()]
}

/// Set the post-live metrics channel
#[poise::command(slash_command, rename = "setup-post-live-metrics")]
async fn setup_post_live_metrics(
    ctx: Context<'_>,
    #[description = "Channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    channel_setting::set(ctx, &METRICS_PLACE, channel, "After each live, its metrics are posted in").await
}
