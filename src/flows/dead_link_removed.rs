//! A reviewer finds that a song cannot be heard: it is removed, and what was paid for its place is given back.
//!
//! Given back is the gift credit that lifted it, as long as it was not used up by playing the song. Whatever else can be
//! paid for a place is given back here as well, in the same transaction, and told in the same line.

use crate::discord::debug_channel;
use crate::features::queue;
use crate::features::queue::model::Seen;
use crate::features::queue::service::Moved;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::mention;
use crate::store::Tx;

/// A song that was removed, and what its submitter got back.
#[derive(Clone, Debug)]
pub struct Refunded {
    /// The song, at its new place.
    pub moved: Moved,
    /// Gifted coins that wait for another song now; `None` when there were none.
    pub gifted: Option<Amount>,
}

/// Removes the song if it is where the reviewer saw it, so that nothing is given back twice.
pub fn run(tx: &Tx<'_>, guild: GuildId, by: UserId, seen: Seen) -> Result<Refunded> {
    super::reviewed::require_there(tx, guild, seen)?;
    let moved = queue::service::remove(tx, guild, seen.song)?;
    let gifted = super::gift_credit::give_back(tx, guild, moved.entry.id)?;
    // What is not given back is used up, as with any song that is removed.
    super::gift_credit::release(tx, guild, moved.entry.id)?;
    let user = moved.entry.song.user;
    let given = gifted.map_or_else(
        || "nothing was to be given back".to_owned(),
        |coins| format!("{coins} gifted coins of {} `{user}` wait for another song", mention(user)),
    );
    let line = format!("🔗 {} `{by}` removed {} from {} as a dead link: {given}", mention(by), seen.song, moved.from);
    debug_channel::report(tx, guild, line)?;
    Ok(Refunded { moved, gifted })
}
