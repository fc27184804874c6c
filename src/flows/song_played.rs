//! `/next`: the best song is taken, what it cost is used up, and it is announced.

use crate::features::queue::rules::playing_uses_points;
use crate::features::queue::service::Played;
use crate::features::{coins, handles, queue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Plays the next song. One transaction of the one writer, so two at once get two songs (`M-QUE-11`, `M-QUE-14`).
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<Played> {
    let played = queue::service::play_next(tx, guild)?;
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
