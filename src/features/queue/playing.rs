//! What every edge answers that plays a song: the song with a link that works now, or why there is none, and whether it is
//! announced.

use super::files::with_fresh_link;
use super::service::Played;
use super::settings::NOW_PLAYING_CHANNEL;
use super::{queries, views};
use crate::discord::references::{self, Problem};
use crate::discord::{Bot, Draft};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;

/// The answer to whoever played a song.
pub async fn answer(bot: &Bot, guild: GuildId, mut played: Played) -> Result<Draft> {
    played.entry = with_fresh_link(bot, guild, played.entry).await?;
    let upcoming = bot.store.read("upcoming", move |read| queries::upcoming(read, guild, 2)).await?;
    let problems = references::known(bot, guild).await?;
    let is_in_the_way =
        |problem: &&Problem| problem.is_total() && problem.reference.declared.key() == NOW_PLAYING_CHANNEL.key();
    let trouble: Vec<String> = problems.iter().filter(is_in_the_way).map(Problem::sentence).collect();
    Ok(views::playing(&played, &upcoming, &trouble))
}
