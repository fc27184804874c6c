//! A dead link is taken back: the song is where it was, and everything that came back of it is taken once more, all of it or
//! nothing.
//!
//! The price of each skip is paid once more by an entry of its own, so that another dead link would give it back again. Where
//! the member has spent those coins, or their gifted coins count for another song by now, it is refused in words. Gifts of a
//! live that is over are gone either way. The member, who was told of the dead link, is told of this as well.

use super::gift_credit;
use crate::activity::Subject;
use crate::features::coins::model::{Currency, EntryId, EntryKind, Posting};
use crate::features::desk::activity::{DEAD_LINK_TAKEN_BACK, Given, Refund};
use crate::features::desk::model::{DeadLink, TELL_DEAD_LINK};
use crate::features::queue::activity::Before;
use crate::features::queue::model::{Entry, Line, QueueRefusal};
use crate::features::queue::service::Moved;
use crate::features::submissions::settings::SUBMISSION_CHANNEL;
use crate::features::{coins, queue};
use crate::jobs::Lane;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Takes back that this song was removed from that line as a dead link.
pub(super) fn run(tx: &Tx<'_>, guild: GuildId, by: Actor, song: Entry, from: Line, refund: Refund) -> Result<Moved> {
    let Refund { number, gifted, given, .. } = refund;
    let Given { score, played_at, is_playing, bought, gifts } = given.ok_or(QueueRefusal::NoSuchAct)?;
    let user = song.place.user;
    // Whatever may be refused is asked before anything is written.
    if from.is_waiting() {
        queue::queries::require_new(tx, guild, song.song.source.key())?;
    }
    let bought: Vec<EntryId> = bought.into_iter().map(EntryId::new).collect();
    let prices = coins::service::payable(tx, guild, user, &bought)?;
    let gifts = match gifts {
        Some(gifts) if gift_credit::may_take_given(tx, guild, &song, &gifts)? => Some(gifts),
        _ => None,
    };
    let points = coins::queries::points(tx, guild, user)?.get();

    let before = Before { score, played_at, is_playing, ..Before::default() };
    let moved = queue::service::bring_back(tx, guild, song, from, points, &before)?;
    let luxury = pay_again(tx, guild, by, &moved.entry, &prices)?;
    let gifted = gifted.filter(|_| gifts.is_some());
    if let Some(gifts) = &gifts {
        gift_credit::take_given(tx, guild, &moved.entry, gifts)?;
    }
    let title = moved.entry.song.title.clone();
    let channel = SUBMISSION_CHANNEL.get(tx, guild)?;
    let told = DeadLink { user, number: number.clone(), title, gifted, luxury, channel, is_taken_back: true };
    TELL_DEAD_LINK.schedule_now(tx, guild, Lane::User(user), &told)?;
    DEAD_LINK_TAKEN_BACK
        .with(Refund { user, number, gifted, luxury, given: None })
        .by(by)
        .of(Subject::Song(moved.entry.id.get()))
        .changing(moved.from.name().to_owned(), from.name().to_owned())
        .note(tx, guild)?;
    Ok(moved)
}

/// Takes the price of each skip once more. Answers how much that is.
fn pay_again(tx: &Tx<'_>, guild: GuildId, by: Actor, song: &Entry, prices: &[Amount]) -> Result<Option<Amount>> {
    let mut sum = Amount::ZERO;
    for price in prices {
        let posting = Posting {
            currency: Currency::Luxury,
            user: song.place.user,
            delta: -price.get(),
            kind: EntryKind::BuySkip,
            reason: format!("{} was no dead link", song.song.public_id),
            actor: by,
        };
        let entry = coins::service::buy_skip(tx, guild, &posting, song.id.get())?;
        super::coins_posted::tell(tx, guild, &entry, None)?;
        sum = sum.clamped_change(price.get());
    }
    Ok((sum > Amount::ZERO).then_some(sum))
}
