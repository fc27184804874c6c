//! What a reviewer does with songs, on Discord or on the web: noted with who did it, and refused where the song is not any
//! more where they saw it.
//!
//! Two reviewers look at the same desk. Whoever is second is told where the song went instead of undoing what the first
//! one did.

use std::time::Duration;

use super::act_undone;
use crate::activity::Subject;
use crate::features::engagement::model::{Credit, SongRef};
use crate::features::queue::activity::{Before, MOVED, PLAYED, Reason, Taken};
use crate::features::queue::model::{Entry, LastAct, Line, PublicId, QueueRefusal, Seen, SongId};
use crate::features::queue::service::{Moved, Played};
use crate::features::queue::settings::NOW_PLAYING;
use crate::features::{engagement, queue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::store::{Read, Tx};

/// Within so long, two who ask for the next song mean the same one.
const SAME_MOMENT: Duration = Duration::from_secs(5);

/// Plays the next song, for somebody who does not say what they saw. Where somebody else began to play one a moment ago, both
/// mean that one: the second is refused and told so. Whoever played it goes on at once.
pub fn next(tx: &Tx<'_>, guild: GuildId, by: Actor) -> Result<Played> {
    let last_played = queue::tables::pace(tx, guild)?.last_played;
    if last_played.is_some_and(|last| tx.now().since(last) < SAME_MOMENT) {
        let now = NOW_PLAYING.get(tx, guild)?;
        let last = last_of(tx, guild, now)?;
        if last.is_some_and(|last| last.to == Line::SongsPlayed && last.by != by) {
            return Err(QueueRefusal::PlaysAnother { now, last }.into());
        }
    }
    next_one(tx, guild, by)
}

fn next_one(tx: &Tx<'_>, guild: GuildId, by: Actor) -> Result<Played> {
    note_play(tx, guild, by, super::song_played::next(tx, guild)?)
}

/// Plays the next song for somebody who saw this one playing. Of two who ask at once, one is refused, so that no song is
/// passed over, and is told what the other did.
pub fn next_after(tx: &Tx<'_>, guild: GuildId, by: Actor, seen: Option<PublicId>) -> Result<Played> {
    let now = NOW_PLAYING.get(tx, guild)?;
    if now == seen {
        return next_one(tx, guild, by);
    }
    Err(QueueRefusal::PlaysAnother { now, last: last_of(tx, guild, now.or(seen))? }.into())
}

/// Plays the song now.
pub fn played(tx: &Tx<'_>, guild: GuildId, by: Actor, seen: Seen) -> Result<Played> {
    require_there(tx, guild, seen)?;
    note_play(tx, guild, by, super::song_played::this(tx, guild, seen.song)?)
}

/// Moves the song into a waiting line: it is approved, put back to Pending Skips, or put elsewhere (`M-SUB-16`).
pub fn to_line(tx: &Tx<'_>, guild: GuildId, by: Actor, seen: Seen, line: Line) -> Result<Moved> {
    let before = before(tx, guild, &require_there(tx, guild, seen)?)?;
    let moved = super::song_moved::to_line(tx, guild, seen.song, line)?;
    note_move(tx, guild, by, moved, Reason { reason: None, before: Some(before) })
}

/// Takes the song out, for a reason where one is given.
pub fn out(tx: &Tx<'_>, guild: GuildId, by: Actor, seen: Seen, reason: Option<String>) -> Result<Moved> {
    let before = before(tx, guild, &require_there(tx, guild, seen)?)?;
    let moved = super::song_moved::out(tx, guild, seen.song)?;
    note_move(tx, guild, by, moved, Reason { reason, before: Some(before) })
}

/// Bookmarks the song: it is copied to the bookmark channel, which is answered.
pub fn bookmarked(tx: &Tx<'_>, guild: GuildId, by: UserId, song: PublicId) -> Result<ChannelId> {
    queue::service::bookmark(tx, guild, by, song)
}

/// A song, seen where it is: for whoever names it by its number and says nothing of its line.
pub fn as_it_is(read: &dyn Read, guild: GuildId, song: PublicId) -> Result<Seen> {
    let entry = queue::queries::song(read, guild, song)?.ok_or(QueueRefusal::NoSuchSong { public_id: song })?;
    Ok(Seen { song, line: entry.place.line })
}

fn note_play(tx: &Tx<'_>, guild: GuildId, by: Actor, (played, taken): (Played, Taken)) -> Result<Played> {
    let lines = (played.from.name().to_owned(), Line::SongsPlayed.name().to_owned());
    PLAYED.with(taken).by(by).of(Subject::Song(played.entry.id.get())).changing(lines.0, lines.1).note(tx, guild)?;
    Ok(played)
}

/// How a song is, before something is done with it.
fn before(read: &dyn Read, guild: GuildId, entry: &Entry) -> Result<Before> {
    let credit = credit_of(read, guild, entry)?;
    let held = if credit.is_some() { engagement::queries::held(read, guild, entry.place.user)? } else { None };
    Ok(Before {
        score: entry.place.score,
        played_at: entry.place.played_at,
        is_playing: NOW_PLAYING.get(read, guild)? == Some(entry.song.public_id),
        gifted: credit.map(|credit| credit.coins),
        held,
    })
}

/// The credit of a submitter, where this song has it.
pub(super) fn credit_of(read: &dyn Read, guild: GuildId, entry: &Entry) -> Result<Option<Credit>> {
    let credit = engagement::queries::credit(read, guild, entry.place.user)?;
    Ok(credit.filter(|credit| credit.song == Some(SongRef::new(entry.id.get()))))
}

/// Notes that a song was put elsewhere, or put back.
pub(super) fn note_move(tx: &Tx<'_>, guild: GuildId, by: Actor, moved: Moved, why: Reason) -> Result<Moved> {
    let Moved { entry, from } = &moved;
    MOVED
        .with(why)
        .by(by)
        .of(Subject::Song(entry.id.get()))
        .changing(from.name().to_owned(), entry.place.line.name().to_owned())
        .note(tx, guild)?;
    Ok(moved)
}

/// Refuses a song that is not where it was seen, and tells where it is and who put it there.
pub(super) fn require_there(tx: &Tx<'_>, guild: GuildId, seen: Seen) -> Result<Entry> {
    let public_id = seen.song;
    let entry = queue::queries::song(tx, guild, public_id)?.ok_or(QueueRefusal::NoSuchSong { public_id })?;
    let now = entry.place.line;
    if now == seen.line {
        return Ok(entry);
    }
    let last = last_act(tx, guild, entry.id)?;
    Err(QueueRefusal::Elsewhere { public_id, seen: seen.line, now, last }.into())
}

/// The last thing that was noted of a song of this number, if there is one.
pub(super) fn last_of(tx: &Tx<'_>, guild: GuildId, song: Option<PublicId>) -> Result<Option<LastAct>> {
    let Some(song) = song else { return Ok(None) };
    match queue::queries::song(tx, guild, song)? {
        Some(entry) => last_act(tx, guild, entry.id),
        None => Ok(None),
    }
}

/// The last thing that was noted of a song, for whoever comes after it.
pub(super) fn last_act(tx: &Tx<'_>, guild: GuildId, song: SongId) -> Result<Option<LastAct>> {
    let Some((id, act)) = act_undone::last(tx, guild, song)? else { return Ok(None) };
    let to = act.after.as_deref().and_then(|line| line.parse::<Line>().ok());
    Ok(to.map(|to| LastAct { by: act.actor, ago: tx.now().since(id.moment()), to }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, said};
    use crate::flows::live_events::tests::evening::Evening;

    const HOST: Actor = Actor::Member(UserId::new(99));
    const OTHER: Actor = Actor::Member(UserId::new(98));

    fn plays(evening: &Evening, by: Actor) -> Result<SongId, String> {
        evening.store.write(move |tx| Ok(next(tx, GUILD, by)?.entry.id)).map_err(said)
    }

    #[test]
    fn of_two_hosts_who_want_the_next_song_at_once_the_second_is_told_who_was_first() {
        let evening = Evening::begun();
        let [first, second, third, fourth] = [1, 2, 3, 4].map(|user| evening.submit(user, Line::Free));
        assert_eq!(plays(&evening, HOST), Ok(first));
        let refused = plays(&evening, OTHER).unwrap_err();
        let number = evening.entry(first).song.public_id;
        let told = format!("**{number}** plays now: <@99> played it a moment ago. Nothing was changed");
        assert!(refused.starts_with(&told), "{refused}");
        assert_eq!(evening.entry(second).place.line, Line::Free, "no song is passed over");
        // Whoever was first goes on, and so does the other one a little later.
        assert_eq!(plays(&evening, HOST), Ok(second));
        evening.store.advance(SAME_MOMENT);
        assert_eq!(plays(&evening, OTHER), Ok(third));
        // Whoever says that they saw what plays means the song after it.
        let seen = Some(evening.entry(third).song.public_id);
        let after = evening.store.write(move |tx| Ok(next_after(tx, GUILD, HOST, seen)?.entry.id));
        assert_eq!(after.map_err(said), Ok(fourth));
        evening.check();
    }
}
