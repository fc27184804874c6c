//! What the queue posts after a commit: announcements and bookmarks.

use serenity::all::Message;

use super::model::{ANNOUNCE, COPY_BOOKMARK, Song, SongId, SongPost, Source};
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
        Some(entry) => Ok(Some(with_fresh_link(bot, entry.song).await)),
        None => Ok(None),
    }
}

/// The song with a link to its file that works now: Discord's links expire after about a day (`C-38`).
///
/// Where the message cannot be read, the old link stays; it is the best there is.
pub async fn with_fresh_link(bot: &Bot, mut song: Song) -> Song {
    if let Source::File { kept_in, .. } = &mut song.source {
        let message = bot.rest.get_message(kept_in.channel.get().into(), kept_in.message.get().into()).await;
        match message {
            Ok(Message { attachments, message_snapshots, .. }) => {
                // A forwarded file stands in the snapshot of the other message.
                let forwarded = message_snapshots.iter().flat_map(|snapshot| &snapshot.attachments);
                if let Some(file) =
                    attachments.iter().chain(forwarded).find(|file| file.id.get() == kept_in.attachment.get())
                {
                    kept_in.url.clone_from(&file.url);
                }
            }
            Err(error) => tracing::warn!(song = %song.public_id, %error, "cannot refresh the link to a file"),
        }
    }
    song
}
