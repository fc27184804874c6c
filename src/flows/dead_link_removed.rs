//! A reviewer finds that a song cannot be heard: it is removed, and what was paid for its place is given back.
//!
//! Given back are the gift credit that lifted it and the Luxury Coins that a skip was bought with, as long as the song was
//! not played. An administrator who undid the purchase before has given the coins back already.

use crate::discord::debug_channel;
use crate::features::coins::service::Order;
use crate::features::queue::model::Seen;
use crate::features::queue::service::Moved;
use crate::features::{coins, queue};
use crate::kernel::actor::Actor;
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
    /// Luxury Coins that a skip had cost; `None` when there were none.
    pub luxury: Option<Amount>,
}

/// Removes the song if it is where the reviewer saw it, so that nothing is given back twice.
pub fn run(tx: &Tx<'_>, guild: GuildId, by: UserId, seen: Seen) -> Result<Refunded> {
    super::reviewed::require_there(tx, guild, seen)?;
    let moved = queue::service::remove(tx, guild, seen.song)?;
    let gifted = super::gift_credit::give_back(tx, guild, moved.entry.id)?;
    // What is not given back is used up, as with any song that is removed.
    super::gift_credit::release(tx, guild, moved.entry.id)?;
    let user = moved.entry.song.user;
    let luxury = if moved.from.is_waiting() { refund(tx, guild, by, &moved)? } else { None };
    let of_user = format!("of {} `{user}`", mention(user));
    let given = match (gifted, luxury) {
        (None, None) => "nothing was to be given back".to_owned(),
        (Some(coins), None) => format!("{coins} gifted coins {of_user} wait for another song"),
        (None, Some(coins)) => format!("{coins} Luxury Coins {of_user} are given back"),
        (Some(gifted), Some(coins)) => {
            format!("{gifted} gifted coins {of_user} wait for another song, and {coins} Luxury Coins are given back")
        }
    };
    let line = format!("🔗 {} `{by}` removed {} from {} as a dead link: {given}", mention(by), seen.song, moved.from);
    debug_channel::report(tx, guild, line)?;
    Ok(Refunded { moved, gifted, luxury })
}

/// Gives back what a bought skip had cost.
fn refund(tx: &Tx<'_>, guild: GuildId, by: UserId, moved: &Moved) -> Result<Option<Amount>> {
    let song = &moved.entry;
    let reason = format!("{} was a dead link", song.song.public_id);
    let order = Order { user: song.song.user, reason, actor: Actor::Member(by) };
    let Some(entry) = coins::service::refund_skip(tx, guild, &order, song.id.get())? else { return Ok(None) };
    super::coins_posted::tell(tx, guild, &entry, None)?;
    Ok(Amount::ZERO.changed_by(entry.delta).ok())
}
