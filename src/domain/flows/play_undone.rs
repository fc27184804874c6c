//! The last play is taken back: the song goes to where it was, and what the play used up is there again.
//!
//! Back come the points of the submitter, as far as the handles that held them are still theirs, and the gifted coins that
//! had lifted the song, unless newer gifts count by now; then those of the play stay used up, and a dead link still gives
//! them back. What was announced stays posted. Each play gives back what it used up once: only the song that plays can go
//! back, and when it has, it does not play.

use super::{reviewed, task_proven};
use crate::activity::{self, Filter, Subject};
use crate::features::coins::model::EntryKind;
use crate::features::handles::model::AccountId;
use crate::features::queue::activity::{PLAYED, PUT_BACK, Taken};
use crate::features::queue::model::{Entry, Line, PublicId, QueueRefusal};
use crate::features::queue::service::Moved;
use crate::features::queue::settings::NOW_PLAYING;
use crate::features::tasks::model::Deed;
use crate::features::{coins, handles, queue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Tx};

/// A play that can be taken back.
#[derive(Clone, Debug)]
pub struct LastPlay {
    /// The song that plays.
    pub entry: Entry,
    /// The line that it came from.
    pub from: Line,
    /// What the play used up.
    pub taken: Taken,
    /// When it was.
    pub at: Timestamp,
}

/// The play of the song that plays now, where it was noted.
pub fn last(read: &dyn Read, guild: GuildId) -> Result<Option<LastPlay>> {
    let Some(entry) = queue::queries::now_playing(read, guild)? else { return Ok(None) };
    let filter = Filter { kind: Some(PLAYED.name()), subject: Some(Subject::Song(entry.id.get())), actor: None };
    let found = activity::newest(read, guild, &filter, None, 1)?.rows.pop();
    let Some((id, play)) = found else { return Ok(None) };
    let from = play.before.as_deref().and_then(|line| line.parse::<Line>().ok());
    Ok(from.zip(PLAYED.details(&play)).map(|(from, taken)| LastPlay { entry, from, taken, at: id.moment() }))
}

/// Takes it back. Whoever says which song they saw playing is refused where it does not any more.
pub fn run(tx: &Tx<'_>, guild: GuildId, by: Actor, seen: Option<PublicId>) -> Result<Moved> {
    let now = NOW_PLAYING.get(tx, guild)?;
    if let Some(public_id) = seen.filter(|seen| now != Some(*seen)) {
        let last = reviewed::last_of(tx, guild, now.or(seen))?;
        return Err(QueueRefusal::PlaysNoMore { public_id, now, last }.into());
    }
    let LastPlay { entry, from, taken, at } = last(tx, guild)?.ok_or(QueueRefusal::NothingToUndo)?;
    queue::queries::require_new(tx, guild, entry.song.source.key())?;
    let user = entry.place.user;
    let score = give_points_back(tx, guild, by, user, &taken)?;
    let moved = queue::service::put_back(tx, guild, entry, from, score, &taken)?;
    queue::service::rescore(tx, guild, user, score)?;
    if let Some(coins) = taken.gifted {
        super::gift_credit::take_back(tx, guild, &moved.entry, coins)?;
    }
    task_proven::run(tx, guild, user, (Deed::SongPlayed, -1), at)?;
    PUT_BACK
        .with(())
        .by(by)
        .of(Subject::Song(moved.entry.id.get()))
        .changing(moved.from.name().to_owned(), from.name().to_owned())
        .note(tx, guild)?;
    Ok(moved)
}

/// Gives the handles of a member what a play took from them; the member's points are what they hold (`C-34`). Answers those.
fn give_points_back(tx: &Tx<'_>, guild: GuildId, by: Actor, user: UserId, taken: &Taken) -> Result<i64> {
    for (account, points) in &taken.points {
        handles::service::give_points_back(tx, guild, user, AccountId::new(*account), *points)?;
    }
    if !taken.points.is_empty() {
        let held = handles::queries::points_held(tx, guild, user)?;
        let reason = "Song put back into the Free line";
        coins::service::move_points(tx, guild, user, held, EntryKind::Rollback, reason, by)?;
    }
    Ok(coins::queries::points(tx, guild, user)?.get())
}

#[cfg(test)]
mod tests;
