//! The reviewer's desk: what a reviewer does with a song, if it still is where they saw it.
//!
//! Two reviewers look at the same desk. Whoever is second is told where the song went instead of undoing what the first
//! one did.

use crate::features::engagement::model::SongRef;
use crate::features::queue::model::{Entry, Line, PutBy, QueueRefusal, Seen};
use crate::features::queue::rules::tier_for;
use crate::features::queue::service::{Moved, Played};
use crate::features::{engagement, queue};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Moves the song into a waiting line: it is approved, put back to Pending Skips, or put elsewhere (`M-SUB-16`).
pub fn to_line(tx: &Tx<'_>, guild: GuildId, seen: Seen, line: Line) -> Result<Moved> {
    require_there(tx, guild, seen)?;
    super::song_moved::to_line(tx, guild, seen.song, line)
}

/// Takes the song out.
pub fn out(tx: &Tx<'_>, guild: GuildId, seen: Seen) -> Result<Moved> {
    require_there(tx, guild, seen)?;
    super::song_moved::out(tx, guild, seen.song)
}

/// Plays the song now.
pub fn played(tx: &Tx<'_>, guild: GuildId, seen: Seen) -> Result<Played> {
    require_there(tx, guild, seen)?;
    super::song_played::this_one(tx, guild, seen.song)
}

/// Refuses a song that is not where it was seen, and tells where it is and who put it there.
pub(super) fn require_there(tx: &Tx<'_>, guild: GuildId, seen: Seen) -> Result<Entry> {
    let public_id = seen.song;
    let entry = queue::queries::song(tx, guild, public_id)?.ok_or(QueueRefusal::NoSuchSong { public_id })?;
    let now = entry.place.line;
    if now == seen.line {
        return Ok(entry);
    }
    let credit = engagement::queries::credit(tx, guild, entry.place.user)?;
    let is_lifted = credit.is_some_and(|credit| {
        credit.song == Some(SongRef::new(entry.id.get())) && tier_for(credit.coins.get()) == Some(now)
    });
    let by = if is_lifted { PutBy::Gifts } else { PutBy::Reviewer };
    Err(QueueRefusal::Elsewhere { public_id, seen: seen.line, now, by }.into())
}
