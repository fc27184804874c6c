//! `/setup-reviewer-channel`.

use serenity::all::ChannelId;

use super::renders::{MAIN, PENDING};
use crate::bot::displays::views as displays_views;
use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::display::{self, DisplayKind};
use crate::discord::{Caller, Command, Context, answer, channel_setting};
use crate::display::DISPLAY_NEEDS;
use crate::kernel::error::Result;

/// The desk, as `/setup` offers it.
pub static PLACE: EveningChannel = EveningChannel {
    id: "desk",
    rank: 3,
    title: "Reviewer's desk",
    about: "where reviewers run the show by buttons",
    name: "reviewers-desk",
    seen_by: SeenBy::Team,
    needs: &DISPLAY_NEEDS,
    kept: Kept::Displays(DESK),
};

/// What `/setup-reviewer-channel` posts, in this order.
const DESK: &[&DisplayKind] = &[&MAIN, &PENDING];

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![setup_reviewer_channel()]
}

/// Post the reviewer queue and the pending skips in a channel
#[poise::command(slash_command, rename = "setup-reviewer-channel")]
async fn setup_reviewer_channel(
    ctx: Context<'_>,
    #[description = "Text channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    let work = async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let channel = channel_setting::id_of(channel);
        let set_up = display::set_up(ctx.data(), guild, user, DESK, channel).await?;
        Ok(displays_views::set_up("The reviewer's desk is", channel, &set_up))
    };
    answer(ctx, Box::pin(work)).await
}
