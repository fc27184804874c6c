//! What a reviewer did with a song is taken back: a play, a move, a hold, a removal, a dead link, and a play that was put back.
//!
//! The act is named by the activity that noted it, which holds how everything was before. It can be taken back as long as it is
//! the last thing that happened to the song: what somebody else did since is left alone, and they are told. An undo is an act
//! of its own in the story of the song. A play that was put back is played again; an undo of anything else is not undone but
//! done again, by the same button as the first time.

use super::reviewed::{last_act, note_move, require_there};
use super::{dead_link_undone, gift_credit, play_undone, reviewed};
use crate::activity::{self, Activity, ActivityId, Filter, Subject};
use crate::features::desk::activity::DEAD_LINK_REMOVED;
use crate::features::queue::activity::{Before, MOVED, PLAYED, PUT_BACK, Reason};
use crate::features::queue::model::{Entry, Line, QueueRefusal, Seen, SongId};
use crate::features::queue::service::Moved;
use crate::features::{coins, engagement, queue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Tx};

/// The act that can be taken back of a song: the last thing that happened to it, where a reviewer did it.
pub fn undoable(read: &dyn Read, guild: GuildId, song: SongId) -> Result<Option<ActivityId>> {
    let last = last(read, guild, song)?;
    Ok(last.filter(|(_, act)| is_undoable(act)).map(|(id, _)| id))
}

/// Takes an act back, wherever the song was before. Answers the song where it is then.
pub fn run(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ActivityId) -> Result<Moved> {
    let act = activity::get(tx, guild, id)?.filter(is_undoable).ok_or(QueueRefusal::NoSuchAct)?;
    let (song, from, to) = places(&act).ok_or(QueueRefusal::NoSuchAct)?;
    let song = queue::queries::entry(tx, guild, song)?.ok_or(QueueRefusal::NoSuchAct)?;
    let public_id = song.song.public_id;
    let seen = Seen { song: public_id, line: to };
    require_there(tx, guild, seen)?;
    if last(tx, guild, song.id)?.is_none_or(|(last, _)| last != id) {
        let last = last_act(tx, guild, song.id)?;
        return Err(QueueRefusal::DoneSince { public_id, last }.into());
    }
    if PLAYED.details(&act).is_some() {
        return play_undone::run(tx, guild, by, Some(public_id));
    }
    if PUT_BACK.details(&act).is_some() {
        let again = reviewed::played(tx, guild, by, seen)?;
        return Ok(Moved { entry: again.entry, from: again.from });
    }
    if let Some(before) = MOVED.details(&act).and_then(|moved| moved.before) {
        return put_back(tx, guild, by, song, from, &before);
    }
    let refund = DEAD_LINK_REMOVED.details(&act).ok_or(QueueRefusal::NoSuchAct)?;
    dead_link_undone::run(tx, guild, by, song, from, refund)
}

/// The last thing that was noted of a song.
pub(super) fn last(read: &dyn Read, guild: GuildId, song: SongId) -> Result<Option<(ActivityId, Activity)>> {
    let about = Filter { subject: Some(Subject::Song(song.get())), ..Filter::default() };
    Ok(activity::newest(read, guild, &about, None, 1)?.rows.pop())
}

fn is_undoable(act: &Activity) -> bool {
    PLAYED.details(act).is_some()
        || PUT_BACK.details(act).is_some()
        || MOVED.details(act).is_some_and(|moved| moved.before.is_some())
        || DEAD_LINK_REMOVED.details(act).is_some_and(|refund| refund.given.is_some())
}

/// Which song an act was about, the line that it came from, and the one that it went to.
fn places(act: &Activity) -> Option<(SongId, Line, Line)> {
    let Some(Subject::Song(song)) = &act.subject else { return None };
    let line = |name: &Option<String>| name.as_deref()?.parse::<Line>().ok();
    Some((SongId::new(*song), line(&act.before)?, line(&act.after)?))
}

/// Puts a song back that was moved, held or removed. It has its gifted coins again as far as no newer gifts count by now.
fn put_back(tx: &Tx<'_>, guild: GuildId, by: Actor, song: Entry, from: Line, before: &Before) -> Result<Moved> {
    if from.is_waiting() && !song.place.line.is_waiting() {
        queue::queries::require_new(tx, guild, song.song.source.key())?;
    }
    let points = coins::queries::points(tx, guild, song.place.user)?.get();
    let moved = queue::service::bring_back(tx, guild, song, from, points, before)?;
    if let Some(coins) = before.gifted {
        if reviewed::credit_of(tx, guild, &moved.entry)?.is_none() {
            gift_credit::take_back(tx, guild, &moved.entry, coins)?;
        }
        if reviewed::credit_of(tx, guild, &moved.entry)?.is_some() {
            engagement::service::put_down_again(tx, guild, moved.entry.place.user, before.held)?;
        }
    }
    note_move(tx, guild, by, moved, Reason::default())
}

#[cfg(test)]
mod tests;
