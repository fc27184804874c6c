//! What the queue posts after a commit: announcements and bookmarks.

use super::files::with_fresh_link;
use super::model::{ANNOUNCE, COPY_BOOKMARK, Song, SongId, SongPost};
use super::{queries, views};
use crate::discord::Bot;
use crate::jobs::{Handler, Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;

/// Announces what plays now.
pub static ANNOUNCE_HANDLER: Handler<Bot> =
    Handler { kind: ANNOUNCE.name(), run: |bot, run| Box::pin(announce(bot, run)) };
/// Copies a song to the bookmark channel.
pub static BOOKMARK_HANDLER: Handler<Bot> =
    Handler { kind: COPY_BOOKMARK.name(), run: |bot, run| Box::pin(copy_bookmark(bot, run)) };

async fn announce(bot: &Bot, run: Run) -> Result<(), Setback> {
    let SongPost { song, channel } = ANNOUNCE.payload(&run)?;
    if let Some(song) = song_to_post(bot, run.guild, song).await? {
        bot.post(channel, views::now_playing(&song), Some(run.id)).await?;
    }
    Ok(())
}

async fn copy_bookmark(bot: &Bot, run: Run) -> Result<(), Setback> {
    let SongPost { song, channel } = COPY_BOOKMARK.payload(&run)?;
    if let Some(song) = song_to_post(bot, run.guild, song).await? {
        bot.post(channel, views::bookmark(&song), Some(run.id)).await?;
    }
    Ok(())
}

async fn song_to_post(bot: &Bot, guild: GuildId, song: SongId) -> Result<Option<Song>> {
    let entry = bot.store.read("song", move |read| queries::entry(read, guild, song)).await?;
    match entry {
        Some(entry) => Ok(Some(with_fresh_link(bot, guild, entry).await?.song)),
        None => Ok(None),
    }
}
