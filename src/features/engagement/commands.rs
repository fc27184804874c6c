//! The commands of engagement.

use serenity::all::ChannelId;

use super::settings::{METRICS_CHANNEL, METRICS_NEEDS};
use crate::discord::access::administrator;
use crate::discord::{Command, Context, channel_setting};
use crate::kernel::error::Result;

/// The commands of this feature.
pub fn all() -> Vec<Command> {
    vec![setup_post_live_metrics()]
}

/// Set the post-live metrics channel
#[poise::command(
    slash_command,
    guild_only,
    rename = "setup-post-live-metrics",
    default_member_permissions = "ADMINISTRATOR",
    check = "administrator"
)]
async fn setup_post_live_metrics(
    ctx: Context<'_>,
    #[description = "Channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    channel_setting::set(ctx, &METRICS_CHANNEL, &METRICS_NEEDS, channel, "After each live, its metrics are posted in")
        .await
}
