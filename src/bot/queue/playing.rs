//! What every edge answers that plays a song: the song with a link that works now, or why there is none, and whether it is
//! announced.

use super::files::with_fresh_link;
use super::views;
use crate::discord::{Bot, Draft, references};
use crate::features::queue::queries;
use crate::features::queue::service::Played;
use crate::features::queue::settings::NOW_PLAYING_CHANNEL;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;

/// The answer to whoever played a song.
pub async fn answer(bot: &Bot, guild: GuildId, mut played: Played) -> Result<Draft> {
    played.entry = with_fresh_link(bot, guild, played.entry).await?;
    let upcoming = bot.store.read("upcoming", move |read| queries::upcoming(read, guild, 2)).await?;
    let trouble = references::trouble_with(bot, guild, &NOW_PLAYING_CHANNEL).await?;
    Ok(views::playing(&played, &upcoming, &trouble))
}
