//! `/setup-reviewer-channel`.

use serenity::all::GuildChannel;

use super::faces::{MAIN, PENDING};
use crate::discord::access::administrator;
use crate::discord::display::{self, Kind};
use crate::discord::{Command, Context, answer, channel_setting};
use crate::features::displays;
use crate::kernel::error::Result;

/// What `/setup-reviewer-channel` posts, in this order.
const DESK: &[&Kind] = &[&MAIN, &PENDING];

/// The commands of this feature.
pub fn all() -> Vec<Command> {
    vec![setup_reviewer_channel()]
}

/// Post the reviewer queue and the pending skips in a channel
#[poise::command(
    slash_command,
    guild_only,
    rename = "setup-reviewer-channel",
    default_member_permissions = "ADMINISTRATOR",
    check = "administrator"
)]
async fn setup_reviewer_channel(
    ctx: Context<'_>,
    #[description = "Text channel"]
    #[channel_types("Text")]
    channel: GuildChannel,
) -> Result<()> {
    let work = async {
        let former = display::set_up(ctx, DESK, &channel).await?;
        Ok(displays::views::set_up("The reviewer's desk is", channel_setting::id_of(&channel), former))
    };
    answer(ctx, Box::pin(work)).await
}
