//! Operations on the queue. Each refuses before its first write or succeeds.

use rand::Rng;

use super::activity::{Before, Taken};
use super::model::{
    ANNOUNCE, Bookmark, COPY_BOOKMARK, Entry, Line, Place, PublicId, QueueRefusal, Song, SongId, SongPost, Source,
};
use super::settings::{BOOKMARK_CHANNEL, NOW_PLAYING, NOW_PLAYING_CHANNEL};
use super::{queries, rules, tables};
use crate::jobs::Lane;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::Tx;

/// What a new song consists of, apart from the number that it will get.
#[derive(Clone, Debug)]
pub struct NewSong {
    /// Who submits it.
    pub user: UserId,
    /// Their name.
    pub username: String,
    /// The artist.
    pub artist: String,
    /// The title.
    pub title: String,
    /// Where it is to be heard.
    pub source: Source,
    /// A note for the reviewer.
    pub note: Option<String>,
    /// The handle to show.
    pub tiktok_username: Option<String>,
    /// The line that it goes into.
    pub line: Line,
    /// The submitter's points, which order the Free line.
    pub score: i64,
}

/// A song that was just played.
#[derive(Clone, Debug)]
pub struct Played {
    /// The song, at its new place.
    pub entry: Entry,
    /// The line that it came from.
    pub from: Line,
}

/// A song that changed its line.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The song, at its new place.
    pub entry: Entry,
    /// The line that it came from.
    pub from: Line,
}

/// Songs of a member that a new name of their account is written to: the latest.
const MOST_FOLLOWED: usize = 2_000;

/// Most tries for a free public number. With a tenth of the numbers free, this many fail once in 10^14 times.
const NUMBER_TRIES: u32 = 300;

/// Puts a new song into its line. Refuses a link or file that waits already (`D-04`).
pub fn enqueue(tx: &Tx<'_>, guild: GuildId, new: NewSong) -> Result<Entry> {
    queries::require_new(tx, guild, new.source.key())?;
    let public_id = free_public_id(tx, guild, (new.user, new.source.key(), tx.now()))?;
    let place = Place { user: new.user, line: new.line, score: new.score, submitted_at: tx.now(), played_at: None };
    let song = Song {
        public_id,
        user: new.user,
        username: new.username,
        artist: new.artist,
        title: new.title,
        source: new.source,
        note: new.note,
        tiktok_username: new.tiktok_username,
    };
    let id = tables::add(tx, guild, &song, &place)?;
    Ok(Entry { id, song, place })
}

/// Calls a song by what was found out about it: the one thing about a song that may change.
pub fn call(tx: &Tx<'_>, guild: GuildId, entry: Entry, title: Option<String>, artist: Option<String>) -> Result<()> {
    let Song { title: known_title, artist: known_artist, .. } = entry.song.clone();
    let song = Song { title: title.unwrap_or(known_title), artist: artist.unwrap_or(known_artist), ..entry.song };
    tables::rename(tx, guild, entry.id, &song)
}

/// Brings a song of another bot to its place, under the number that it had there where that is free.
pub fn bring(tx: &Tx<'_>, guild: GuildId, song: &Song, place: &Place, wanted: Option<PublicId>) -> Result<SongId> {
    let public_id = match wanted {
        Some(wanted) if !tables::is_taken(tx, guild, wanted)? => wanted,
        _ => free_public_id(tx, guild, (song.user, song.source.key(), place.submitted_at))?,
    };
    tables::add(tx, guild, &Song { public_id, ..song.clone() }, place)
}

fn free_public_id(tx: &Tx<'_>, guild: GuildId, subject: (UserId, &str, Timestamp)) -> Result<PublicId> {
    let mut dice = tx.dice("queue.public_id", (guild, subject.0, subject.1, subject.2));
    for _ in 0..NUMBER_TRIES {
        let public_id = PublicId::new(dice.random_range(0..PublicId::COUNT));
        if !tables::is_taken(tx, guild, public_id)? {
            return Ok(public_id);
        }
    }
    Err(QueueRefusal::NumbersExhausted.into())
}

/// An account of a member is called something else now: so it is beside their songs, of which it is said who sent them.
/// What the name was is told by the activity about it.
pub fn follow_handle(tx: &Tx<'_>, guild: GuildId, user: UserId, before: &Handle, now: &Handle) -> Result<()> {
    for id in tables::songs_of(tx, guild, user, 0, MOST_FOLLOWED)? {
        let Some(song) = tables::SONGS.get(tx, &(guild, id))? else { continue };
        if song.tiktok_username.as_deref() == Some(before.as_str()) {
            let tiktok_username = Some(now.as_str().to_owned());
            tables::rename(tx, guild, id, &Song { tiktok_username, ..song })?;
        }
    }
    Ok(())
}

/// Takes the next song: marks it as playing and moves it to Songs Played, at once (`M-QUE-11`, `C-27`).
///
/// What playing means for points and gift credits is the matter of the flow `song_played`.
pub fn play_next(tx: &Tx<'_>, guild: GuildId) -> Result<Played> {
    let Some(id) = tables::first_served(tx, guild)? else {
        let pending = tables::count_in(tx, guild, Line::PendingSkips)?;
        return Err(QueueRefusal::Empty { pending }.into());
    };
    begin(tx, guild, existing(tx, guild, id)?)
}

/// Takes one particular song that waits, as [`play_next`] takes the next.
pub fn play(tx: &Tx<'_>, guild: GuildId, public_id: PublicId) -> Result<Played> {
    let entry = find(tx, guild, public_id)?;
    if !entry.place.line.is_waiting() {
        return Err(QueueRefusal::NotWaiting { public_id, line: entry.place.line }.into());
    }
    begin(tx, guild, entry)
}

fn begin(tx: &Tx<'_>, guild: GuildId, entry: Entry) -> Result<Played> {
    let from = entry.place.line;
    let played_at = Some(rules::played_at(tables::last_played(tx, guild)?, tx.now()));
    let entry = set_place(tx, guild, entry, |place| Place { line: Line::SongsPlayed, played_at, ..place })?;
    NOW_PLAYING.set(tx, guild, &Some(entry.song.public_id))?;
    tables::PACES.put(tx, &guild, &rules::pace_after_play(tables::pace(tx, guild)?, tx.now()))?;
    Ok(Played { entry, from })
}

/// Moves a song into a waiting line. Moving a played or removed one back makes it unplayed (`D-25`). `score_of` tells the
/// points that a member has now: they order the Free line.
pub fn move_to(
    tx: &Tx<'_>,
    guild: GuildId,
    public_id: PublicId,
    to: Line,
    score_of: impl FnOnce(UserId) -> Result<i64>,
) -> Result<Moved> {
    let entry = find(tx, guild, public_id)?;
    let from = entry.place.line;
    if !to.is_waiting() {
        return Err(QueueRefusal::NotAWaitingLine { line: to }.into());
    }
    if from == to {
        return Err(QueueRefusal::AlreadyThere { public_id, line: to }.into());
    }
    if !from.is_waiting() {
        queries::require_new(tx, guild, entry.song.source.key())?;
    }
    let score = score_of(entry.place.user)?;
    stop_playing(tx, guild, &entry)?;
    let entry = set_place(tx, guild, entry, |place| Place { line: to, score, played_at: None, ..place })?;
    Ok(Moved { entry, from })
}

/// Puts the song that plays back into the line that it came from: the play is taken back, and so is what it measured. What
/// played before plays again, unless it was put elsewhere since. `score` is what its submitter's points are again, which order the Free line.
pub fn put_back(tx: &Tx<'_>, guild: GuildId, entry: Entry, to: Line, score: i64, taken: &Taken) -> Result<Moved> {
    let from = entry.place.line;
    let score = if to == Line::Free { score } else { entry.place.score };
    let entry = set_place(tx, guild, entry, |place| Place { line: to, score, played_at: None, ..place })?;
    let before: Option<PublicId> = taken.playing.as_ref().and_then(|number| number.parse().ok());
    let before = before.map_or(Ok(None), |number| tables::by_public_id(tx, guild, number))?;
    let before = before.filter(|before| before.place.line == Line::SongsPlayed).map(|before| before.song.public_id);
    NOW_PLAYING.set(tx, guild, &before)?;
    tables::PACES.put(tx, &guild, &rules::pace_before_play(tables::pace(tx, guild)?, taken.last_played))?;
    Ok(Moved { entry, from })
}

/// Puts a song back as it was before a reviewer put it elsewhere. It plays again where it played and nothing has begun to
/// play since. `score` is what its submitter's points are now, which order the Free line.
pub fn bring_back(tx: &Tx<'_>, guild: GuildId, entry: Entry, to: Line, score: i64, before: &Before) -> Result<Moved> {
    let from = entry.place.line;
    let score = if to == Line::Free { score } else { before.score };
    stop_playing(tx, guild, &entry)?;
    let played_at = before.played_at;
    let entry = set_place(tx, guild, entry, |place| Place { line: to, score, played_at, ..place })?;
    if before.is_playing && NOW_PLAYING.get(tx, guild)?.is_none() {
        NOW_PLAYING.set(tx, guild, &Some(entry.song.public_id))?;
    }
    Ok(Moved { entry, from })
}

/// Takes a song out of its line (`M-QUE-10`).
pub fn remove(tx: &Tx<'_>, guild: GuildId, public_id: PublicId) -> Result<Moved> {
    let entry = find(tx, guild, public_id)?;
    let from = entry.place.line;
    if from == Line::Removed {
        return Err(QueueRefusal::AlreadyThere { public_id, line: Line::Removed }.into());
    }
    stop_playing(tx, guild, &entry)?;
    let entry = set_place(tx, guild, entry, |place| Place { line: Line::Removed, ..place })?;
    Ok(Moved { entry, from })
}

/// Takes every song out of the Free line; answers how many (`M-CMD-13`).
pub fn clear_free(tx: &Tx<'_>, guild: GuildId) -> Result<u64> {
    const PAGE: usize = 512;
    let mut cleared = 0;
    loop {
        let page = tables::waiting_in(tx, guild, Line::Free, PAGE)?;
        for id in &page {
            let place = tables::place_of(tx, guild, *id)?;
            tables::place(tx, guild, *id, &Place { line: Line::Removed, ..place })?;
            cleared += 1;
        }
        if page.len() < PAGE {
            return Ok(cleared);
        }
    }
}

/// Lifts a song into the tier that was paid for. The caller knows that it may (`rules::gift_may_move`, `C-32`).
pub fn lift(tx: &Tx<'_>, guild: GuildId, entry: Entry, tier: Line) -> Result<Moved> {
    let from = entry.place.line;
    let entry = set_place(tx, guild, entry, |place| Place { line: tier, ..place })?;
    Ok(Moved { entry, from })
}

/// Gives a member's songs in the Free line their new score; answers whether the order may have changed (`M-PTS-05`).
pub fn rescore(tx: &Tx<'_>, guild: GuildId, user: UserId, score: i64) -> Result<bool> {
    let mut changed = false;
    for id in tables::all_waiting_of(tx, guild, user)? {
        let place = tables::place_of(tx, guild, id)?;
        if place.line == Line::Free && place.score != score {
            tables::place(tx, guild, id, &Place { score, ..place })?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Takes in that the file of a song is gone; answers the song where that is new.
pub fn lose_file(tx: &Tx<'_>, guild: GuildId, id: SongId) -> Result<Option<Entry>> {
    let entry = existing(tx, guild, id)?;
    Ok(tables::lose_file(tx, guild, id)?.then_some(entry))
}

/// Gives a waiting song of a member its file again, where that is gone and this is the same one. Number, line and place
/// stay; a new note replaces the old one.
pub fn replace_file(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    source: &Source,
    note: Option<&str>,
) -> Result<Option<Entry>> {
    let Some(entry) = queries::waiting_for_file(tx, guild, user, source.key())? else { return Ok(None) };
    let note = note.map(str::to_owned).or(entry.song.note);
    let song = Song { source: source.clone(), note, ..entry.song };
    tables::replace_file(tx, guild, entry.id, &song)?;
    Ok(Some(Entry { song, ..entry }))
}

/// Stages the announcement of a song that begins to play, where the guild has a channel for it (`M-CMD-20`).
pub fn announce(tx: &Tx<'_>, guild: GuildId, song: SongId) -> Result<()> {
    let Some(channel) = NOW_PLAYING_CHANNEL.get(tx, guild)? else { return Ok(()) };
    ANNOUNCE.schedule_now(tx, guild, Lane::Channel(channel), &SongPost { song, channel }).map(drop)
}

/// Bookmarks a song: it is copied to the bookmark channel, once (`D-22`). Answers the channel.
pub fn bookmark(tx: &Tx<'_>, guild: GuildId, by: UserId, public_id: PublicId) -> Result<ChannelId> {
    let entry = find(tx, guild, public_id)?;
    let channel = BOOKMARK_CHANNEL.get(tx, guild)?.ok_or(QueueRefusal::NoBookmarkChannel)?;
    if let Some(Bookmark { by, at }) = tables::BOOKMARKS.get(tx, &(guild, channel, entry.id))? {
        return Err(QueueRefusal::AlreadyBookmarked { public_id, by, since: tx.now().since(at) }.into());
    }
    tables::BOOKMARKS.insert(tx, &(guild, channel, entry.id), &Bookmark { by, at: tx.now() })?;
    COPY_BOOKMARK.schedule_now(tx, guild, Lane::Channel(channel), &SongPost { song: entry.id, channel })?;
    Ok(channel)
}

/// Takes in that a song could not be copied to a channel: it may be bookmarked there again.
pub fn forget_bookmark(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, song: SongId) -> Result<()> {
    tables::BOOKMARKS.remove(tx, &(guild, channel, song)).map(drop)
}

fn find(tx: &Tx<'_>, guild: GuildId, public_id: PublicId) -> Result<Entry> {
    tables::by_public_id(tx, guild, public_id)?.ok_or_else(|| QueueRefusal::NoSuchSong { public_id }.into())
}

fn existing(tx: &Tx<'_>, guild: GuildId, id: SongId) -> Result<Entry> {
    tables::entry(tx, guild, id)?.ok_or_else(|| Error::failed(format!("place {id} of guild {guild} has no song")))
}

fn set_place(tx: &Tx<'_>, guild: GuildId, entry: Entry, change: impl FnOnce(Place) -> Place) -> Result<Entry> {
    let place = change(entry.place);
    tables::place(tx, guild, entry.id, &place)?;
    Ok(Entry { place, ..entry })
}

/// A song that is taken back or out is not playing any more (`C-27`).
fn stop_playing(tx: &Tx<'_>, guild: GuildId, entry: &Entry) -> Result<()> {
    if NOW_PLAYING.get(tx, guild)? == Some(entry.song.public_id) {
        NOW_PLAYING.set(tx, guild, &None)?;
    }
    Ok(())
}
