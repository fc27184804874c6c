//! `/next` and the reviewer's desk: a song is taken, what it cost is used up, and it is announced.

use crate::features::queue::model::PublicId;
use crate::features::queue::rules::playing_uses_points;
use crate::features::queue::service::Played;
use crate::features::{coins, handles, queue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Plays the next song. One transaction of the one writer, so two at once get two songs (`M-QUE-11`, `M-QUE-14`).
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<Played> {
    settle(tx, guild, queue::service::play_next(tx, guild)?)
}

/// Plays the next song for somebody who saw this one playing. Of two who ask at once, one is refused, so that no song is
/// passed over.
pub fn after(tx: &Tx<'_>, guild: GuildId, playing: Option<PublicId>) -> Result<Played> {
    queue::service::require_playing(tx, guild, playing)?;
    run(tx, guild)
}

/// Plays one particular song that waits, wherever it stands.
pub fn this_one(tx: &Tx<'_>, guild: GuildId, song: PublicId) -> Result<Played> {
    settle(tx, guild, queue::service::play(tx, guild, song)?)
}

fn settle(tx: &Tx<'_>, guild: GuildId, played: Played) -> Result<Played> {
    let user = played.entry.place.user;
    if playing_uses_points(played.from) {
        coins::service::reset_points(tx, guild, user, "Song played from the Free line", Actor::System)?;
        handles::service::reset_points_of(tx, guild, user)?;
        queue::service::rescore(tx, guild, user, 0)?;
    }
    super::gift_credit::release(tx, guild, played.entry.id)?;
    queue::service::announce(tx, guild, played.entry.id)?;
    Ok(played)
}
