//! The commands of the queue: who may is checked, a service or flow is called, a view answers.

use serenity::all::{ChannelId, CreateAutocompleteResponse};

use super::{components, playing, views};
use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::choice::{choice, offer_found, value_in};
use crate::discord::{Caller, Command, Context, ContextExt, answer, channel_setting};
use crate::features::queue::model::{Line, PublicId, QueueRefusal};
use crate::features::queue::queries;
use crate::features::queue::settings::{BOOKMARK_CHANNEL, BOOKMARK_NEEDS, NOW_PLAYING_CHANNEL, NOW_PLAYING_NEEDS};
use crate::flows;
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::store::{Read, Tx};

/// The now-playing channel, as `/setup` offers it.
pub static NOW_PLAYING_PLACE: EveningChannel = EveningChannel {
    id: "now_playing",
    rank: 1,
    title: "Now playing",
    about: "where each song is announced that begins to play",
    name: "now-playing",
    seen_by: SeenBy::Readers,
    needs: &NOW_PLAYING_NEEDS,
    kept: Kept::Setting(&NOW_PLAYING_CHANNEL),
};

/// The bookmark channel, as `/setup` offers it.
pub static BOOKMARK_PLACE: EveningChannel = EveningChannel {
    id: "bookmarks",
    rank: 4,
    title: "Bookmarks",
    about: "where songs are copied that you bookmark",
    name: "song-bookmarks",
    seen_by: SeenBy::Readers,
    needs: &BOOKMARK_NEEDS,
    kept: Kept::Setting(&BOOKMARK_CHANNEL),
};

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![queue(), mysubmissions()]
}

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![next(), r#move(), remove(), clear_free(), setbookmarkchannel(), setnowplayingchannel()]
}

/// Play the next submission
#[poise::command(slash_command)]
async fn next(ctx: Context<'_>) -> Result<()> {
    let bot = ctx.data();
    let work = async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let by = Actor::Member(user);
        let played = bot.store.write("song_played", move |tx| flows::reviewed::next(tx, guild, by)).await?;
        playing::answer(bot, guild, played).await
    };
    answer(ctx, Box::pin(work)).await
}

/// Move a submission to another line
#[poise::command(slash_command)]
async fn r#move(
    ctx: Context<'_>,
    #[description = "Number of the submission"]
    #[autocomplete = "complete_song"]
    submission_id: String,
    #[description = "Where it goes"] target_line: TargetLine,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let (song, line) = (song_number(&submission_id)?, Line::from(target_line));
    answer(ctx, async {
        let store = &ctx.data().store;
        let moved = move |tx: &Tx<'_>| {
            let seen = flows::reviewed::as_it_is(tx, guild, song)?;
            flows::reviewed::to_line(tx, guild, Actor::Member(user), seen, line)
        };
        let moved = store.write("song_moved", moved).await?;
        let entry = moved.entry.clone();
        let standing = store.read("standing", move |read| queries::standing(read, guild, &entry)).await?;
        Ok(views::moved(&moved, standing))
    })
    .await
}

/// Remove a submission from the queue
#[poise::command(slash_command)]
async fn remove(
    ctx: Context<'_>,
    #[description = "Number of the submission"]
    #[autocomplete = "complete_song"]
    submission_id: String,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let song = song_number(&submission_id)?;
    let remove = move |tx: &Tx<'_>| {
        let seen = flows::reviewed::as_it_is(tx, guild, song)?;
        flows::reviewed::out(tx, guild, Actor::Member(user), seen, None)
    };
    ctx.write("song_removed", remove, |moved| views::moved(moved, None)).await
}

/// Move every Free submission to Removed
#[poise::command(slash_command, rename = "clear-free")]
async fn clear_free(ctx: Context<'_>) -> Result<()> {
    let Caller { guild, .. } = Caller::of(ctx)?;
    ctx.write("free_cleared", move |tx| flows::song_moved::free_cleared(tx, guild), |count| views::cleared(*count))
        .await
}

/// Show the active queue and your place in it
#[poise::command(slash_command, guild_only)]
async fn queue(
    ctx: Context<'_>,
    #[description = "Page"]
    #[min = 1]
    page: Option<u32>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    answer(ctx, components::queue_page(ctx.data(), &caller, page.map_or(1, u64::from))).await
}

/// List your submissions
#[poise::command(slash_command, guild_only)]
async fn mysubmissions(
    ctx: Context<'_>,
    #[description = "Page"]
    #[min = 1]
    page: Option<u32>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    answer(ctx, components::own_page(ctx.data(), &caller, page.map_or(1, u64::from))).await
}

/// Set the channel for bookmarked songs
#[poise::command(slash_command)]
async fn setbookmarkchannel(
    ctx: Context<'_>,
    #[description = "Channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    channel_setting::set(ctx, &BOOKMARK_PLACE, channel, "Bookmarked songs are copied to").await
}

/// Set the now-playing channel
#[poise::command(slash_command)]
async fn setnowplayingchannel(
    ctx: Context<'_>,
    #[description = "Channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    channel_setting::set(ctx, &NOW_PLAYING_PLACE, channel, "What plays is announced in").await
}

/// The lines that `/move` offers (`D-25`).
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
enum TargetLine {
    #[name = "25+ Skip"]
    Skip25Plus,
    #[name = "20 Skip"]
    Skip20,
    #[name = "15 Skip"]
    Skip15,
    #[name = "10 Skip"]
    Skip10,
    #[name = "5 Skip"]
    Skip5,
    #[name = "Free"]
    Free,
    #[name = "Pending Skips"]
    PendingSkips,
}

impl From<TargetLine> for Line {
    fn from(target: TargetLine) -> Self {
        match target {
            TargetLine::Skip25Plus => Self::Skip25Plus,
            TargetLine::Skip20 => Self::Skip20,
            TargetLine::Skip15 => Self::Skip15,
            TargetLine::Skip10 => Self::Skip10,
            TargetLine::Skip5 => Self::Skip5,
            TargetLine::Free => Self::Free,
            TargetLine::PendingSkips => Self::PendingSkips,
        }
    }
}

/// Offers waiting songs by number, artist or title. Only administrators get any: the commands are theirs.
async fn complete_song(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let search = |read: &dyn Read, caller: &Caller, typed: &str| queries::matching(read, caller.guild, typed);
    offer_found(ctx, typed, search, |entry| {
        let song = &entry.song;
        let name = format!("{} {} – {} ({})", song.public_id, song.artist, song.title, entry.place.line.name());
        choice(name, song.public_id.digits())
    })
    .await
}

fn song_number(typed: &str) -> Result<PublicId> {
    value_in(typed).parse().map_err(|()| Error::from(QueueRefusal::NotANumber))
}
