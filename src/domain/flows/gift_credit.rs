//! Gifts lift songs: a member's credit in the session, the tier it leads to, and the song that has it (`C-29`).

use crate::activity::Subject;
use crate::features::desk::activity::Gifts;
use crate::features::engagement::activity::{GIFTS_LIFTED, Lifted};
use crate::features::engagement::model::{Credit, SongLifted, SongRef};
use crate::features::queue::model::{Entry, Line, QueueRefusal, SongId};
use crate::features::queue::rules::{gift_may_move, is_above, tier_for};
use crate::features::queue::service::Moved;
use crate::features::{engagement, queue};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Tx};

/// Adds what a gift was worth, and lifts the member's song when that reaches a better tier (`M-TIK-23`).
///
/// Lifts the song that has the credit, or else the latest one in Free or Pending Skips. Without such a song the credit
/// waits for one (`D-17`). `gift` is what it is called, with how many it were.
pub fn add(tx: &Tx<'_>, guild: GuildId, user: UserId, coins: Amount, gift: &str) -> Result<Option<Moved>> {
    if let Some(song) = engagement::queries::credit(tx, guild, user)?.and_then(|credit| credit.song) {
        release_unless_it_waits(tx, guild, song)?;
    }
    let Some(credit) = engagement::service::add_credit(tx, guild, user, coins)? else { return Ok(None) };
    if credit.song.is_some() {
        return lift_again(tx, guild, user, &credit, Some(gift));
    }
    let Some(tier) = tier_for(credit.coins.get()) else { return Ok(None) };
    let Some(song) = queue::queries::latest_liftable(tx, guild, user)? else {
        engagement::service::lapse(tx, guild, user)?;
        return Ok(None);
    };
    attach(tx, guild, user, song.id)?;
    lift(tx, guild, user, song, (tier, credit.coins), Some(gift)).map(Some)
}

/// Lifts the song that has the credit where that leads to a better tier: than the line in which the song stands, and than
/// the credit led to when a reviewer put the song down or on hold (`C-29`).
fn lift_again(tx: &Tx<'_>, guild: GuildId, user: UserId, credit: &Credit, gift: Option<&str>) -> Result<Option<Moved>> {
    let Some((tier, song)) = tier_for(credit.coins.get()).zip(credit.song) else { return Ok(None) };
    let Some(song) = queue::queries::entry(tx, guild, SongId::new(song.get()))? else { return Ok(None) };
    let then = engagement::queries::held(tx, guild, user)?.and_then(|coins| tier_for(coins.get()));
    if !gift_may_move(song.place.line, tier, true) || then.is_some_and(|then| !is_above(tier, then)) {
        return Ok(None);
    }
    lift(tx, guild, user, song, (tier, credit.coins), gift).map(Some)
}

/// A reviewer put a song into a line. Where that is below the tier that the song's credit leads to, gifts lift it again only
/// into a better tier than that one; put back to it or above, it is lifted as any other (`C-29`).
pub fn placed(tx: &Tx<'_>, guild: GuildId, song: &Entry) -> Result<()> {
    let user = song.place.user;
    let credit = engagement::queries::credit(tx, guild, user)?;
    let Some(credit) = credit.filter(|credit| credit.song == Some(SongRef::new(song.id.get()))) else { return Ok(()) };
    let is_below = tier_for(credit.coins.get()).is_some_and(|tier| is_above(tier, song.place.line));
    engagement::service::placed(tx, guild, user, is_below)
}

fn release_unless_it_waits(tx: &Tx<'_>, guild: GuildId, song: SongRef) -> Result<()> {
    let entry = queue::queries::entry(tx, guild, SongId::new(song.get()))?;
    let waits = entry.is_some_and(|entry| entry.place.line.is_waiting());
    if waits { Ok(()) } else { engagement::service::release(tx, guild, song) }
}

fn lift(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    song: Entry,
    (tier, coins): (Line, Amount),
    gift: Option<&str>,
) -> Result<Moved> {
    let moved = queue::service::lift(tx, guild, song, tier)?;
    let song = &moved.entry.song;
    let (number, title, line) = (song.public_id.to_string(), song.title.clone(), tier.name().to_owned());
    let told = SongLifted { user, number: number.clone(), title, line: line.clone() };
    engagement::service::tell_lifted(tx, guild, &told)?;
    GIFTS_LIFTED
        .with(Lifted { user, coins, number, gift: gift.map(str::to_owned) })
        .by(Actor::Live)
        .of(Subject::Song(moved.entry.id.get()))
        .changing(moved.from.name().to_owned(), line)
        .note(tx, guild)?;
    Ok(moved)
}

/// The tier that a member's waiting credit leads a new song into (`D-17`).
pub fn waiting_tier(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Line>> {
    let credit = engagement::service::waiting_credit(read, guild, user)?;
    Ok(credit.and_then(|coins| tier_for(coins.get())))
}

/// Gives a member's credit to a song.
pub fn attach(tx: &Tx<'_>, guild: GuildId, user: UserId, song: SongId) -> Result<()> {
    engagement::service::attach(tx, guild, user, SongRef::new(song.get()))
}

/// Gives the gifted coins of a song that could not be heard back to its submitter, also those that it used up on this live.
/// They wait for another song, or lift the one that has the submitter's credit by now. Answers how many.
pub fn give_back(tx: &Tx<'_>, guild: GuildId, song: &Entry) -> Result<Option<Amount>> {
    let user = song.place.user;
    let given = engagement::service::give_back(tx, guild, user, SongRef::new(song.id.get()))?;
    if given.is_some()
        && let Some(credit) = engagement::queries::credit(tx, guild, user)?
    {
        lift_again(tx, guild, user, &credit, None)?;
    }
    Ok(given)
}

/// The gifts of a song that could not be heard, before [`give_back`]; nothing where no session is open.
pub fn with_gifts(read: &dyn Read, guild: GuildId, song: &Entry) -> Result<Option<Gifts>> {
    let Some((session, _)) = engagement::queries::open_session(read, guild)? else { return Ok(None) };
    let of = SongRef::new(song.id.get());
    let credit = engagement::queries::credit(read, guild, song.place.user)?;
    let is_attached = credit.is_some_and(|credit| credit.song == Some(of));
    let used = engagement::queries::used(read, guild, session, of)?;
    let held = if is_attached { engagement::queries::held(read, guild, song.place.user)? } else { None };
    Ok(Some(Gifts { session: session.get(), is_attached, used, held, ..Gifts::default() }))
}

/// The same with what the submitter's credit is after it.
pub fn after_gifts(read: &dyn Read, guild: GuildId, song: &Entry, before: Option<Gifts>) -> Result<Option<Gifts>> {
    let credit = engagement::queries::credit(read, guild, song.place.user)?.unwrap_or_default();
    Ok(before.map(|before| Gifts { after: credit.coins, is_elsewhere: credit.song.is_some(), ..before }))
}

/// Whether gifts that came back can be taken once more: `false` where they are gone with their live. Refuses where they count
/// for another song, or where more came since.
pub fn may_take_given(read: &dyn Read, guild: GuildId, song: &Entry, gifts: &Gifts) -> Result<bool> {
    let open = engagement::queries::open_session(read, guild)?;
    if open.is_none_or(|(session, _)| session.get() != gifts.session) {
        return Ok(false);
    }
    let as_then = Credit { coins: gifts.after, song: None };
    if gifts.is_elsewhere || engagement::queries::credit(read, guild, song.place.user)? != Some(as_then) {
        return Err(QueueRefusal::GiftsCount { public_id: song.song.public_id }.into());
    }
    Ok(true)
}

/// Takes gifts once more that came back for a song: it has them, and has used them up, as before.
pub fn take_given(tx: &Tx<'_>, guild: GuildId, song: &Entry, gifts: &Gifts) -> Result<()> {
    let (user, of) = (song.place.user, SongRef::new(song.id.get()));
    let coins = gifts.after.clamped_change(gifts.used.get().saturating_neg());
    let credit = Credit { coins, song: gifts.is_attached.then_some(of) };
    engagement::service::take_given(tx, guild, user, of, gifts.used, credit)?;
    if gifts.is_attached { engagement::service::put_down_again(tx, guild, user, gifts.held) } else { Ok(()) }
}

/// Gives a song that is put back the gifted coins again that its play used up, so that it has them as before. Where newer
/// gifts of its submitter count by now, they stay used up.
pub fn take_back(tx: &Tx<'_>, guild: GuildId, song: &Entry, coins: Amount) -> Result<()> {
    let (user, of) = (song.place.user, SongRef::new(song.id.get()));
    if engagement::service::take_back(tx, guild, user, of, coins)? { placed(tx, guild, song) } else { Ok(()) }
}

/// Uses up the credits of songs that do not wait any more.
pub fn release_cleared(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    for song in engagement::queries::songs_with_credit(tx, guild)? {
        release_unless_it_waits(tx, guild, song)?;
    }
    Ok(())
}

/// Uses up the credit of a song that was played or removed.
pub fn release(tx: &Tx<'_>, guild: GuildId, song: SongId) -> Result<()> {
    engagement::service::release(tx, guild, SongRef::new(song.get()))
}
