//! What the queue posts after a commit: announcements and bookmarks.

use std::time::Duration;

use super::files::with_fresh_link;
use super::views;
use crate::discord::Bot;
use crate::features::queue::model::{ANNOUNCE, COPY_BOOKMARK, Song, SongId, SongPost};
use crate::features::queue::{queries, service};
use crate::jobs::{Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::runner::{Handler, Worth};

/// How late a song is announced, if no other plays by then: ten minutes, and the longest wait between two tries.
const ANNOUNCED: Duration = Duration::from_mins(12);

/// Announces what plays now.
pub static ANNOUNCE_HANDLER: Handler<Bot> =
    Handler { kind: ANNOUNCE.name(), worth: Worth::For(ANNOUNCED), run: |bot, run| Box::pin(announce(bot, run)) };
/// Copies a song to the bookmark channel.
pub static BOOKMARK_HANDLER: Handler<Bot> =
    Handler { kind: COPY_BOOKMARK.name(), worth: Worth::Always, run: |bot, run| Box::pin(copy_bookmark(bot, run)) };

async fn announce(bot: &Bot, run: Run) -> Result<(), Setback> {
    let SongPost { song, channel } = ANNOUNCE.payload(&run)?;
    if run.is_late(bot.clock.now()) {
        let guild = run.guild;
        let playing = bot.store.read("now_playing", move |read| queries::now_playing(read, guild)).await?;
        if playing.is_none_or(|playing| playing.id != song) {
            tracing::info!(job = %run.id, "another song plays; that one is not announced any more");
            return Ok(());
        }
    }
    if let Some(song) = song_to_post(bot, run.guild, song).await? {
        bot.post(channel, views::now_playing(&song), Some(run.id)).await?;
    }
    Ok(())
}

async fn copy_bookmark(bot: &Bot, run: Run) -> Result<(), Setback> {
    let SongPost { song, channel } = COPY_BOOKMARK.payload(&run)?;
    let guild = run.guild;
    let Some(shown) = song_to_post(bot, guild, song).await? else { return Ok(()) };
    let Err(undelivered) = bot.post(channel, views::bookmark(&shown), Some(run.id)).await else { return Ok(()) };
    if !undelivered.may_pass() {
        // Nothing was copied, so whoever presses the button again is not told that it was.
        bot.store.write("bookmark_not_copied", move |tx| service::forget_bookmark(tx, guild, channel, song)).await?;
    }
    Err(undelivered.into())
}

async fn song_to_post(bot: &Bot, guild: GuildId, song: SongId) -> Result<Option<Song>> {
    let entry = bot.store.read("song", move |read| queries::entry(read, guild, song)).await?;
    match entry {
        Some(entry) => Ok(Some(with_fresh_link(bot, guild, entry).await?.song)),
        None => Ok(None),
    }
}
