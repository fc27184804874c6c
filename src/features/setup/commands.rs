//! `/show-settings` and `/setdebugchannel`.

use serenity::all::{GuildChannel, Permissions};

use super::views::{self, Overview};
use crate::discord::access::administrator;
use crate::discord::debug_channel::DEBUG_CHANNEL;
use crate::discord::{Caller, Command, Context, answer, channel_setting};
use crate::features::coins::settings::LUXURY_ENABLED;
use crate::features::engagement::settings::{GIFT_CREDIT_CARRY, METRICS_CHANNEL};
use crate::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use crate::features::queue::settings::{BOOKMARK_CHANNEL, NOW_PLAYING_CHANNEL};
use crate::features::submissions::settings::{
    CLOSED_ACCEPTS_SKIPS, DELETE_ORIGINALS, MAX_ACTIVE, OFFCHANNEL_LINKS, SUBMISSION_CHANNEL, SUBMISSIONS_ONLY,
    SUBMISSIONS_OPEN,
};
use crate::kernel::error::Result;

/// The commands of this feature.
pub fn all() -> Vec<Command> {
    vec![show_settings(), setdebugchannel()]
}

/// What the bot needs in a server (`M-PRM-02`), as far as what is built uses it.
const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY)
    .union(Permissions::ADD_REACTIONS)
    .union(Permissions::MANAGE_MESSAGES)
    .union(Permissions::MANAGE_CHANNELS);

/// Show the bot settings of this server
#[poise::command(
    slash_command,
    guild_only,
    rename = "show-settings",
    default_member_permissions = "ADMINISTRATOR",
    check = "administrator"
)]
async fn show_settings(ctx: Context<'_>) -> Result<()> {
    answer(ctx, async {
        let Caller { guild, .. } = Caller::of(ctx)?;
        let missing = NEEDED - ctx.interaction.app_permissions.unwrap_or(NEEDED);
        let overview = ctx
            .data()
            .store
            .read("settings_overview", move |read| {
                Ok(Overview {
                    submission_channel: SUBMISSION_CHANNEL.get(read, guild)?,
                    is_open: SUBMISSIONS_OPEN.get(read, guild)?,
                    closed_accepts_skips: CLOSED_ACCEPTS_SKIPS.get(read, guild)?,
                    max_active: MAX_ACTIVE.get(read, guild)?,
                    delete_originals: DELETE_ORIGINALS.get(read, guild)?,
                    submissions_only: SUBMISSIONS_ONLY.get(read, guild)?,
                    offchannel: OFFCHANNEL_LINKS.get(read, guild)?,
                    now_playing_channel: NOW_PLAYING_CHANNEL.get(read, guild)?,
                    bookmark_channel: BOOKMARK_CHANNEL.get(read, guild)?,
                    metrics_channel: METRICS_CHANNEL.get(read, guild)?,
                    debug_channel: DEBUG_CHANNEL.get(read, guild)?,
                    allow_any_handle: ALLOW_ANY_HANDLE_LINKING.get(read, guild)?,
                    gift_credit_carry: GIFT_CREDIT_CARRY.get(read, guild)?,
                    economy_enabled: LUXURY_ENABLED.get(read, guild)?,
                })
            })
            .await?;
        Ok(views::overview(&overview, missing))
    })
    .await
}

/// Set the debug channel
#[poise::command(slash_command, guild_only, default_member_permissions = "ADMINISTRATOR", check = "administrator")]
async fn setdebugchannel(
    ctx: Context<'_>,
    #[description = "Channel"]
    #[channel_types("Text")]
    channel: GuildChannel,
) -> Result<()> {
    channel_setting::set(ctx, &DEBUG_CHANNEL, &channel, "Lines for administrators go to").await
}
