//! `/submit`, `/submitfile`, and the commands that open, close and place submissions.

use serenity::all::{Attachment, ChannelId};

use super::{files, intake, modal, views};
use crate::bot::handles::autocomplete::complete_any_handle;
use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::responder::Responder;
use crate::discord::{Caller, Command, Context, ContextExt, answer, channel_setting};
use crate::features::submissions::model::Details;
use crate::features::submissions::service;
use crate::features::submissions::settings::{SUBMISSION_CHANNEL, SUBMISSION_NEEDS};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::store::Tx;

/// The submissions channel, as `/setup` offers it.
pub static SUBMISSIONS: EveningChannel = EveningChannel {
    id: "submissions",
    rank: 0,
    title: "Submissions",
    about: "where members submit their songs",
    name: "song-submissions",
    seen_by: SeenBy::Writers,
    needs: &SUBMISSION_NEEDS,
    kept: Kept::Setting(&SUBMISSION_CHANNEL),
};

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![submit(), submitfile()]
}

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![set_submission_channel(), open_submissions(), close_submissions()]
}

/// Submit a music link for review
#[poise::command(slash_command, guild_only)]
async fn submit(
    ctx: Context<'_>,
    #[description = "Your TikTok handle"]
    #[autocomplete = "complete_any_handle"]
    tiktok_handle: Option<String>,
    #[description = "I am paying for a skip (goes to Pending Skips)"] skip: Option<bool>,
) -> Result<()> {
    let bot = ctx.data();
    let is_skip = skip.unwrap_or(false);
    let responder = Responder::to_command(bot, ctx.interaction);
    // A modal must be the first answer, so what would refuse the song anyway is said before anyone types it.
    match intake::may_submit(bot, &Caller::of(ctx)?, is_skip).await {
        Ok(()) => responder.open(modal::form(is_skip, tiktok_handle.as_deref())).await,
        Err(error) => responder.refuse(error, "submit").await,
    }
}

/// Submit an audio file (mp3, m4a, wav, flac, up to 25 MB)
#[poise::command(slash_command, guild_only)]
async fn submitfile(
    ctx: Context<'_>,
    #[description = "Audio file"] file: Attachment,
    #[description = "Artist; default: your username"]
    #[max_length = 100]
    artist_name: Option<String>,
    #[description = "Title; default: Not Known"]
    #[max_length = 100]
    song_title: Option<String>,
    #[description = "Note for the reviewer"]
    #[max_length = 500]
    note: Option<String>,
    #[description = "Your TikTok handle"]
    #[autocomplete = "complete_any_handle"]
    tiktok_handle: Option<String>,
    #[description = "I am paying for a skip (goes to Pending Skips)"] skip: Option<bool>,
) -> Result<()> {
    let bot = ctx.data();
    let work = async {
        let caller = Caller::of(ctx)?;
        let is_skip = skip.unwrap_or(false);
        intake::may_submit(bot, &caller, is_skip).await?;
        let details = Details::new(
            artist_name.as_deref(),
            song_title.as_deref(),
            note.as_deref(),
            tiktok_handle.as_deref(),
            is_skip,
        )?;
        let fetched = files::fetch(bot, &file).await?;
        let submitted = intake::submit_file(bot, caller, details, fetched, None).await?;
        Ok(views::submitted(&submitted))
    };
    // Boxed, because a file on its way is a large future.
    answer(ctx, Box::pin(work)).await
}

/// Accept submissions only in this channel
#[poise::command(slash_command, rename = "set-submission-channel")]
async fn set_submission_channel(
    ctx: Context<'_>,
    #[description = "Channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    channel_setting::set(ctx, &SUBMISSIONS, channel, "Songs are accepted only in").await
}

/// Open submissions
#[poise::command(slash_command, rename = "open-submissions")]
async fn open_submissions(ctx: Context<'_>) -> Result<()> {
    set_open(ctx, true).await
}

/// Close submissions
#[poise::command(slash_command, rename = "close-submissions")]
async fn close_submissions(ctx: Context<'_>) -> Result<()> {
    set_open(ctx, false).await
}

async fn set_open(ctx: Context<'_>, is_open: bool) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let open = move |tx: &Tx<'_>| service::set_open(tx, guild, Actor::Member(user), is_open);
    ctx.write("submissions_opened", open, |()| views::opened(is_open)).await
}
