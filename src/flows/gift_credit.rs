//! Gifts lift songs: a member's credit in the session, the tier it leads to, and the song that has it (`C-29`).

use crate::discord::debug_channel;
use crate::features::engagement::model::{SongLifted, SongRef};
use crate::features::queue::model::{Entry, Line, SongId};
use crate::features::queue::rules::{gift_may_move, tier_for};
use crate::features::queue::service::Moved;
use crate::features::{engagement, queue};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::mention;
use crate::store::{Read, Tx};

/// Adds what a gift was worth, and lifts the member's song when that reaches a better tier (`M-TIK-23`).
///
/// Lifts the song that has the credit, or else the latest one in Free or Pending Skips. Without such a song the credit
/// waits for one (`D-17`).
pub fn add(tx: &Tx<'_>, guild: GuildId, user: UserId, coins: Amount) -> Result<Option<Moved>> {
    release_what_no_longer_waits(tx, guild, user)?;
    let Some(credit) = engagement::service::add_credit(tx, guild, user, coins)? else { return Ok(None) };
    let Some(tier) = tier_for(credit.coins.get()) else { return Ok(None) };
    let (song, is_attached) = match credit.song {
        Some(song) => (queue::queries::entry(tx, guild, SongId::new(song.get()))?, true),
        None => (queue::queries::latest_liftable(tx, guild, user)?, false),
    };
    let Some(song) = song else {
        engagement::service::lapse(tx, guild, user)?;
        return Ok(None);
    };
    if !gift_may_move(song.place.line, tier, is_attached) {
        return Ok(None);
    }
    if !is_attached {
        attach(tx, guild, user, song.id)?;
    }
    lift(tx, guild, user, song, tier, credit.coins).map(Some)
}

/// A song that left the queue in another way than by being played or removed has used its credit up as well.
fn release_what_no_longer_waits(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    let Some(song) = engagement::queries::credit(tx, guild, user)?.and_then(|credit| credit.song) else {
        return Ok(());
    };
    let entry = queue::queries::entry(tx, guild, SongId::new(song.get()))?;
    let waits = entry.is_some_and(|entry| entry.place.line.is_waiting());
    if waits { Ok(()) } else { engagement::service::release(tx, guild, song) }
}

fn lift(tx: &Tx<'_>, guild: GuildId, user: UserId, song: Entry, tier: Line, coins: Amount) -> Result<Moved> {
    let moved = queue::service::lift(tx, guild, song, tier)?;
    let song = &moved.entry.song;
    let (number, title) = (song.public_id.to_string(), song.title.clone());
    let line =
        format!("🎁 {coins} gifted coins of {} `{user}` lifted {number} from {} to {tier}", mention(user), moved.from);
    engagement::service::tell_lifted(tx, guild, &SongLifted { user, number, title, line: tier.name().to_owned() })?;
    debug_channel::report(tx, guild, line)?;
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

/// Gives the credit of a song that could not be heard back to its submitter. Answers how much.
pub fn give_back(tx: &Tx<'_>, guild: GuildId, song: SongId) -> Result<Option<Amount>> {
    engagement::service::give_back(tx, guild, SongRef::new(song.get()))
}

/// Uses up the credit of a song that was played or removed.
pub fn release(tx: &Tx<'_>, guild: GuildId, song: SongId) -> Result<()> {
    engagement::service::release(tx, guild, SongRef::new(song.get()))
}
