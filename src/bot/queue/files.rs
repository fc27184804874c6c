//! The files of songs, which live in messages on Discord and can be deleted there by anybody who may.
//!
//! Brings about: a song that lost its file says so wherever it is shown, nobody is given a link that leads nowhere, and the
//! team and whoever sent it are told once. It is noticed when the message is deleted, and when its link is to be renewed.

use poise::BoxFuture;

use super::views;
use crate::discord::Bot;
use crate::discord::attachment::{self, Found};
use crate::discord::gateway::Deletion;
use crate::features::queue::model::{Entry, SongId, Source};
use crate::features::queue::settings::NOW_PLAYING;
use crate::features::queue::{queries, service};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::outbox;
use crate::references::told;
use crate::store::Tx;

/// The song with a link to its file that works now: Discord's links expire after about a day (`C-38`).
///
/// A file whose message is gone is noted and told. Where the message cannot be read now, the old link stays; it is the best
/// there is.
pub async fn with_fresh_link(bot: &Bot, guild: GuildId, mut entry: Entry) -> Result<Entry> {
    let Source::File { kept_in, .. } = &mut entry.song.source else { return Ok(entry) };
    if kept_in.url.is_empty() {
        return Ok(entry);
    }
    match attachment::link_to(bot, kept_in.channel, kept_in.message, kept_in.attachment).await {
        Found::There(url) => kept_in.url = url,
        Found::Gone => {
            lose(bot, guild, vec![entry.id]).await?;
            entry.song.source = entry.song.source.without_file();
        }
        Found::Unknown => {}
    }
    Ok(entry)
}

/// Looks whether messages that somebody deleted held files of songs that wait.
pub fn deleted<'a>(bot: &'a Bot, deletion: &'a Deletion) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let (guild, gone) = (deletion.guild, deletion.clone());
        let is_gone = move |channel, message| gone.took(channel, message);
        let lost = bot.store.read("songs_of_messages", move |read| queries::kept_in(read, guild, is_gone)).await?;
        if lost.is_empty() { Ok(()) } else { lose(bot, guild, lost).await }
    })
}

async fn lose(bot: &Bot, guild: GuildId, songs: Vec<SongId>) -> Result<()> {
    bot.store
        .write("file_lost", move |tx| {
            for song in &songs {
                if let Some(entry) = service::lose_file(tx, guild, *song)? {
                    told::tell_team(tx, guild, views::file_lost(&entry.song))?;
                    ask_again(tx, guild, &entry)?;
                }
            }
            Ok(())
        })
        .await
}

/// Asks a member for the file again while somebody still wants to hear it.
fn ask_again(tx: &Tx<'_>, guild: GuildId, entry: &Entry) -> Result<()> {
    let Source::File { kept_in, .. } = &entry.song.source else { return Ok(()) };
    let waits = entry.place.line.is_waiting();
    if !waits && NOW_PLAYING.get(tx, guild)? != Some(entry.song.public_id) {
        return Ok(());
    }
    outbox::tell(tx, guild, (entry.song.user, kept_in.channel), views::send_again(&entry.song, waits))
}
