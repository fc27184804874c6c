//! A reviewer finds that a song cannot be heard: it is removed, and everything that was paid for its places is given back.
//!
//! Given back are the Luxury Coins of each skip that was bought for it, and the gifted coins that lifted it, also after it
//! was moved, held, put back or played. Each comes back once: an undone entry and a credit that was taken are no longer there
//! to be given. Gifted coins live as long as their session, so those of an evening that is over are gone. Points are not
//! paid, they are used up by a play from Free, and stay so. An administrator who undid a purchase before has given its coins
//! back already; a reviewer who puts the song back into the queue leaves its submitter what was given.

use crate::activity::Subject;
use crate::features::coins::model::Currency;
use crate::features::coins::service::Order;
use crate::features::desk::activity::{DEAD_LINK_REMOVED, Given, Refund};
use crate::features::desk::model::{DeadLink, TELL_DEAD_LINK};
use crate::features::queue::model::{Entry, Seen};
use crate::features::queue::service::Moved;
use crate::features::queue::settings::NOW_PLAYING;
use crate::features::submissions::settings::SUBMISSION_CHANNEL;
use crate::features::{coins, queue};
use crate::jobs::Lane;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// A song that was removed, and what its submitter got back.
#[derive(Clone, Debug)]
pub struct Refunded {
    /// The song, at its new place.
    pub moved: Moved,
    /// Gifted coins that count for another song now; `None` when there were none.
    pub gifted: Option<Amount>,
    /// Luxury Coins that its skips had cost together; `None` when there were none.
    pub luxury: Option<Amount>,
}

/// Removes the song if it is where the reviewer saw it, so that nothing is given back twice, and lets its submitter know.
pub fn run(tx: &Tx<'_>, guild: GuildId, by: Actor, seen: Seen) -> Result<Refunded> {
    let song = super::reviewed::require_there(tx, guild, seen)?;
    let paid = coins::service::refundable(tx, guild, song.place.user, song.id.get())?;
    let before = before(tx, guild, &song, &paid)?;
    let moved = queue::service::remove(tx, guild, seen.song)?;
    let before_gifts = super::gift_credit::with_gifts(tx, guild, &moved.entry)?;
    let gifted = super::gift_credit::give_back(tx, guild, &moved.entry)?;
    let gifts = match gifted {
        Some(_) => super::gift_credit::after_gifts(tx, guild, &moved.entry, before_gifts)?,
        None => None,
    };
    let luxury = refund(tx, guild, by, &moved.entry, &paid)?;
    let refunded = Refunded { moved, gifted, luxury };
    tell_submitter(tx, guild, &refunded)?;
    note(tx, guild, by, &refunded, Given { gifts, ..before })?;
    Ok(refunded)
}

/// How the song is, so that all of it can be taken back.
fn before(tx: &Tx<'_>, guild: GuildId, song: &Entry, paid: &[coins::model::EntryId]) -> Result<Given> {
    Ok(Given {
        score: song.place.score,
        played_at: song.place.played_at,
        is_playing: NOW_PLAYING.get(tx, guild)? == Some(song.song.public_id),
        bought: paid.iter().map(|id| id.get()).collect(),
        gifts: None,
    })
}

/// Gives back what bought skips had cost, each by an entry of its own.
fn refund(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    song: &Entry,
    paid: &[coins::model::EntryId],
) -> Result<Option<Amount>> {
    let reason = format!("{} was a dead link", song.song.public_id);
    let order = Order { currency: Currency::Luxury, user: song.place.user, reason, actor: by };
    let mut sum = Amount::ZERO;
    for id in paid {
        let entry = coins::service::undo(tx, guild, &order, *id)?.entry;
        super::coins_posted::tell(tx, guild, &entry, None)?;
        sum = sum.clamped_change(entry.delta);
    }
    Ok((sum > Amount::ZERO).then_some(sum))
}

fn tell_submitter(tx: &Tx<'_>, guild: GuildId, refunded: &Refunded) -> Result<()> {
    let song = &refunded.moved.entry.song;
    let told = DeadLink {
        user: song.user,
        number: song.public_id.to_string(),
        title: song.title.clone(),
        gifted: refunded.gifted,
        luxury: refunded.luxury,
        channel: SUBMISSION_CHANNEL.get(tx, guild)?,
        is_taken_back: false,
    };
    TELL_DEAD_LINK.schedule_now(tx, guild, Lane::User(told.user), &told).map(drop)
}

fn note(tx: &Tx<'_>, guild: GuildId, by: Actor, refunded: &Refunded, given: Given) -> Result<()> {
    let Refunded { moved, gifted, luxury } = refunded;
    let Entry { song, place, id } = &moved.entry;
    let (number, user) = (song.public_id.to_string(), song.user);
    DEAD_LINK_REMOVED
        .with(Refund { user, number, gifted: *gifted, luxury: *luxury, given: Some(given) })
        .by(by)
        .of(Subject::Song(id.get()))
        .changing(moved.from.name().to_owned(), place.line.name().to_owned())
        .note(tx, guild)
}

#[cfg(test)]
mod tests;
