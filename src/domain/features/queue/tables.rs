//! The tables of songs and their places, and whatever is done to them beyond one row.
//!
//! A song has exactly one place, so it is in exactly one line. What changes often (line, score) is kept in the narrow
//! place, so that a re-score never rewrites a song.

use std::cmp::Reverse;

use sha2::{Digest, Sha256};

use super::model::{Bookmark, Entry, Line, Pace, Place, PublicId, Song, SongId, Source};
use super::queries::Wanted;
use super::rules;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{
    AnyTable, CountedIndex, Cursor, Direction, ErasureAction, Index, Read, Selected, Selection, Span, Table, Topic, Tx,
    UniqueIndex,
};

/// Something about the songs or lines of a guild changed.
pub const CHANGED: Topic = Topic::new("queue.changed");

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&SONGS, &PLACES, &PACES, &BOOKMARKS, &LOST_FILES];

type SongKey = (GuildId, SongId);
type OrderKey = (GuildId, u8, Reverse<i64>, Timestamp, SongId);

/// Songs by guild and row number.
///
/// A song that was sent still was when its member is erased: it stays, under the pseudonym.
pub static SONGS: Table<SongKey, Song> =
    Table::new("queue.songs", &[&BY_PUBLIC_ID, &BY_USER, &BY_SOURCE]).erasing(|key, song, erasure| {
        if song.user != erasure.member {
            return ErasureAction::Keep;
        }
        ErasureAction::Replace(*key, song.without_member(erasure.pseudonym))
    });
/// The song of a public number.
static BY_PUBLIC_ID: UniqueIndex<(GuildId, u32), SongKey, Song> =
    UniqueIndex::new("queue.songs_by_public_id", |(guild, _), song| Some((*guild, song.public_id.get())));
/// The songs of a member, counted for the pages of `/mysubmissions` (`M-DB-12`).
static BY_USER: CountedIndex<(GuildId, UserId, SongId), SongKey, Song> =
    CountedIndex::new("queue.songs_by_user", |(guild, id), song| Some((*guild, song.user, *id)));
/// The songs of a link or file, by a digest of its key.
static BY_SOURCE: Index<(GuildId, u64, SongId), SongKey, Song> =
    Index::new("queue.songs_by_source", |(guild, id), song| Some((*guild, digest(song.source.key()), *id)));

/// Places by guild and song.
pub static PLACES: Table<SongKey, Place> =
    Table::new("queue.places", &[&BY_LINE, &BY_PLAYED, &BY_SUBMITTED, &WAITING_BY_USER, &ORDER]).erasing(
        |key, place, erasure| {
            if place.user != erasure.member {
                return ErasureAction::Keep;
            }
            // Nobody is there any more for whom it could be played.
            let line = if place.line.is_waiting() { Line::Removed } else { place.line };
            ErasureAction::Replace(*key, Place { user: erasure.pseudonym, line, ..*place })
        },
    );
/// The songs of a line (`M-DB-13`).
static BY_LINE: Index<(GuildId, u8, SongId), SongKey, Place> =
    Index::new("queue.places_by_line", |(guild, id), place| Some((*guild, place.line.rank(), *id)));
/// Played songs by time (`M-DB-14`).
static BY_PLAYED: Index<(GuildId, Timestamp, SongId), SongKey, Place> =
    Index::new("queue.places_by_played", |(guild, id), place| Some((*guild, place.played_at?, *id)));
/// All songs by time of submission (`M-DB-15`).
static BY_SUBMITTED: Index<(GuildId, Timestamp, SongId), SongKey, Place> =
    Index::new("queue.places_by_submitted", |(guild, id), place| Some((*guild, place.submitted_at, *id)));
/// A member's waiting songs by time of submission.
static WAITING_BY_USER: Index<(GuildId, UserId, Timestamp, SongId), SongKey, Place> =
    Index::new("queue.places_waiting_by_user", |(guild, id), place| {
        place.line.is_waiting().then_some((*guild, place.user, place.submitted_at, *id))
    });
/// The order of the waiting lines, counted, so that a place in it is known at once (`M-DB-16`, `M-QUE-07`, `M-QUE-12`).
static ORDER: CountedIndex<OrderKey, SongKey, Place> =
    CountedIndex::new("queue.places_in_order", |(guild, id), place| {
        place.line.is_waiting().then(|| order_key(*guild, *id, place))
    });

/// How long reviews take, by guild.
pub static PACES: Table<GuildId, Pace> = Table::new("queue.paces", &[]).without_members();

/// Copied songs, by guild, channel and song.
pub static BOOKMARKS: Table<(GuildId, ChannelId, SongId), Bookmark> =
    Table::new("queue.bookmarks", &[]).erasing(|key, mark, erasure| {
        ErasureAction::from((key, mark), *key, Bookmark { by: erasure.of(mark.by), ..*mark })
    });

/// Songs whose file is gone, since when; by guild and song.
static LOST_FILES: Table<SongKey, Timestamp> = Table::new("queue.lost_files", &[]).without_members();

/// Remembers that the file of a song is gone; answers whether that is new.
pub fn lose_file(tx: &Tx<'_>, guild: GuildId, id: SongId) -> Result<bool> {
    if LOST_FILES.contains(tx, &(guild, id))? {
        return Ok(false);
    }
    LOST_FILES.insert(tx, &(guild, id), &tx.now())?;
    tx.publish(CHANGED, guild);
    Ok(true)
}

/// The songs whose file is gone, by row number, up to so many.
pub fn lost_files(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<SongId>> {
    let lost = LOST_FILES.page(read, guild, Direction::Forward, limit)?;
    Ok(lost.into_iter().map(|((_, id), _)| id).collect())
}

/// Stores a song with another file, which is there.
pub fn replace_file(tx: &Tx<'_>, guild: GuildId, id: SongId, song: &Song) -> Result<()> {
    SONGS.put(tx, &(guild, id), song)?;
    LOST_FILES.remove(tx, &(guild, id))?;
    tx.publish(CHANGED, guild);
    Ok(())
}

fn order_key(guild: GuildId, id: SongId, place: &Place) -> OrderKey {
    (guild, place.line.rank(), Reverse(rules::ordering_score(place)), place.submitted_at, id)
}

/// A short stand-in for a source's key; whoever finds a row by it compares the whole key. It is stored, so it never changes.
fn digest(key: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(key).into();
    digest.first_chunk().copied().map_or(0, u64::from_be_bytes)
}

/// How many songs were played from a moment up to another.
pub fn played_between(read: &dyn Read, guild: GuildId, from: Timestamp, until: Timestamp) -> Result<u64> {
    let mut count = 0;
    BY_PLAYED.for_each(read, Span::of(guild).starting_at((guild, from)).through((guild, until)), |_| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

/// Whether a song was ever played.
pub fn has_played(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(!BY_PLAYED.page(read, guild, Direction::Forward, 1)?.is_empty())
}

/// How many songs were sent from a moment up to another.
pub fn submitted_between(read: &dyn Read, guild: GuildId, from: Timestamp, until: Timestamp) -> Result<u64> {
    let mut count = 0;
    BY_SUBMITTED.for_each(read, Span::of(guild).starting_at((guild, from)).through((guild, until)), |_| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

/// A page of the songs that are looked for, the latest first: by the index of the member, of the line, or of time.
pub fn select(
    read: &dyn Read,
    guild: GuildId,
    wanted: &Wanted,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Selected<Entry>> {
    let choose =
        |id: SongId| -> Result<Option<Entry>> { Ok(entry(read, guild, id)?.filter(|found| wanted.matches(found))) };
    if let Some(user) = wanted.user {
        let songs = of_page(Selection::of((guild, user)), after, limit);
        return BY_USER.select(read, &songs, |(.., id)| choose(id));
    }
    if let Some(line) = wanted.line {
        let songs = of_page(Selection::of((guild, line.rank())), after, limit);
        return BY_LINE.select(read, &songs, |(.., id)| choose(id));
    }
    BY_SUBMITTED.select(read, &of_page(Selection::of(guild), after, limit), |(.., id)| choose(id))
}

/// The latest first, and so many at a time that nobody waits for a page.
fn of_page<K>(selection: Selection<K>, after: Option<Cursor>, limit: usize) -> Selection<K> {
    const LOOKED_AT: usize = 5_000;
    selection.backward().after(after).limit(limit).scanning_at_most(LOOKED_AT)
}

/// When the latest song of those that were played was played.
pub fn last_played(read: &dyn Read, guild: GuildId) -> Result<Option<Timestamp>> {
    Ok(BY_PLAYED.first(read, guild, Direction::Backward)?.map(|(_, at, _)| at))
}

/// Adds a song and its place.
pub fn add(tx: &Tx<'_>, guild: GuildId, song: &Song, place: &Place) -> Result<SongId> {
    let id = SongId::new(tx.next_id(guild, "queue.songs")?);
    SONGS.insert(tx, &(guild, id), song)?;
    PLACES.insert(tx, &(guild, id), place)?;
    tx.publish(CHANGED, guild);
    Ok(id)
}

/// Stores a song under other words.
pub fn rename(tx: &Tx<'_>, guild: GuildId, id: SongId, song: &Song) -> Result<()> {
    SONGS.put(tx, &(guild, id), song)?;
    tx.publish(CHANGED, guild);
    Ok(())
}

/// Shows no handle any more with these songs.
pub fn forget_handles(tx: &Tx<'_>, guild: GuildId, songs: &[SongId]) -> Result<()> {
    for id in songs {
        if let Some(song) = SONGS.get(tx, &(guild, *id))? {
            rename(tx, guild, *id, &Song { tiktok_username: None, ..song })?;
        }
    }
    Ok(())
}

/// Puts a song somewhere else.
pub fn place(tx: &Tx<'_>, guild: GuildId, id: SongId, place: &Place) -> Result<()> {
    PLACES.put(tx, &(guild, id), place)?;
    tx.publish(CHANGED, guild);
    Ok(())
}

/// A song with its place.
pub fn entry(read: &dyn Read, guild: GuildId, id: SongId) -> Result<Option<Entry>> {
    let Some(mut song) = SONGS.get(read, &(guild, id))? else { return Ok(None) };
    if matches!(song.source, Source::File { .. }) && LOST_FILES.contains(read, &(guild, id))? {
        song.source = song.source.without_file();
    }
    let place = place_of(read, guild, id)?;
    Ok(Some(Entry { id, song, place }))
}

/// The place of a song that exists.
pub fn place_of(read: &dyn Read, guild: GuildId, id: SongId) -> Result<Place> {
    PLACES.get(read, &(guild, id))?.ok_or_else(|| Error::failed(format!("song {id} of guild {guild} is in no line")))
}

/// The song of a public number.
pub fn by_public_id(read: &dyn Read, guild: GuildId, public: PublicId) -> Result<Option<Entry>> {
    match BY_PUBLIC_ID.get(read, &(guild, public.get()))? {
        Some((_, id)) => entry(read, guild, id),
        None => Ok(None),
    }
}

/// Whether a public number is taken.
pub fn is_taken(read: &dyn Read, guild: GuildId, public: PublicId) -> Result<bool> {
    Ok(BY_PUBLIC_ID.get(read, &(guild, public.get()))?.is_some())
}

/// The song that `/next` would serve.
pub fn first_served(read: &dyn Read, guild: GuildId) -> Result<Option<SongId>> {
    let first = ORDER.first(read, guild, Direction::Forward)?;
    Ok(first.filter(|(_, rank, ..)| is_served(*rank)).map(|(.., id)| id))
}

/// Some songs of the Free line with their places, by row number, from behind one of these on.
pub fn free_behind(
    read: &dyn Read,
    guild: GuildId,
    behind: Option<SongId>,
    limit: usize,
) -> Result<Vec<(SongId, Place)>> {
    let line = (guild, Line::Free.rank());
    let rest = behind.map_or_else(|| Span::of(line), |behind| Span::of(line).after((guild, Line::Free.rank(), behind)));
    let keys = BY_LINE.page(read, rest, Direction::Forward, limit)?;
    keys.into_iter().map(|(.., id)| Ok((id, place_of(read, guild, id)?))).collect()
}

/// The songs at the places `from..from + limit` of the served order (0 is next).
pub fn served_from(read: &dyn Read, guild: GuildId, from: u64, limit: usize) -> Result<Vec<SongId>> {
    let keys = ORDER.page_at(read, guild, from, limit)?;
    Ok(keys.into_iter().filter(|(_, rank, ..)| is_served(*rank)).map(|(.., id)| id).collect())
}

/// The first waiting songs of all lines in their order.
pub fn waiting(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<SongId>> {
    let keys = ORDER.page(read, guild, Direction::Forward, limit)?;
    Ok(keys.into_iter().map(|(.., id)| id).collect())
}

/// The first waiting songs of one line in their order.
pub fn waiting_in(read: &dyn Read, guild: GuildId, line: Line, limit: usize) -> Result<Vec<SongId>> {
    let keys = ORDER.page(read, (guild, line.rank()), Direction::Forward, limit)?;
    Ok(keys.into_iter().map(|(.., id)| id).collect())
}

/// Shows every song of the Free line with its place to `visit`, in their order.
pub fn for_each_free(
    read: &dyn Read,
    guild: GuildId,
    mut visit: impl FnMut(SongId, Place) -> Result<()>,
) -> Result<()> {
    ORDER.for_each(read, (guild, Line::Free.rank()), |(.., id)| visit(id, place_of(read, guild, id)?))
}

/// The songs at the places `from..from + limit` of one line (0 is its first).
pub fn waiting_in_from(read: &dyn Read, guild: GuildId, line: Line, from: u64, limit: usize) -> Result<Vec<SongId>> {
    let keys = ORDER.page_at(read, (guild, line.rank()), from, limit)?;
    Ok(keys.into_iter().map(|(.., id)| id).collect())
}

/// A page of the songs that wait in a line, in its order.
pub fn in_order(
    read: &dyn Read,
    guild: GuildId,
    line: Line,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Selected<Entry>> {
    let songs = Selection::of((guild, line.rank())).after(after).limit(limit);
    ORDER.select(read, &songs, |(.., id)| entry(read, guild, id))
}

/// The guilds in which songs wait.
pub fn guilds_with_waiting_songs(read: &dyn Read) -> Result<Vec<GuildId>> {
    let mut guilds = Vec::new();
    let mut rest = Span::all();
    while let Some((guild, ..)) = ORDER.first(read, rest, Direction::Forward)? {
        guilds.push(guild);
        rest = Span::all().after(guild);
    }
    Ok(guilds)
}

/// How many songs wait in a line.
pub fn count_in(read: &dyn Read, guild: GuildId, line: Line) -> Result<u64> {
    ORDER.count(read, (guild, line.rank()))
}

/// How many waiting songs come before this one.
pub fn ahead_of(read: &dyn Read, guild: GuildId, id: SongId, place: &Place) -> Result<u64> {
    ORDER.rank(read, guild, &order_key(guild, id, place))
}

/// The same of each of these songs, in their order.
pub fn ahead_of_each(read: &dyn Read, guild: GuildId, songs: &[(SongId, Place)]) -> Result<Vec<u64>> {
    let keys: Vec<OrderKey> = songs.iter().map(|(id, place)| order_key(guild, *id, place)).collect();
    ORDER.ranks(read, guild, &keys)
}

/// A member's waiting songs, latest first.
pub fn all_waiting_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<SongId>> {
    let mut songs = Vec::new();
    WAITING_BY_USER.for_each(read, (guild, user), |(.., id)| {
        songs.push(id);
        Ok(())
    })?;
    songs.reverse();
    Ok(songs)
}

/// How many songs a member submitted.
pub fn count_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<u64> {
    BY_USER.count(read, (guild, user))
}

/// How many songs a member submitted before this one.
pub fn count_before(read: &dyn Read, guild: GuildId, user: UserId, song: SongId) -> Result<u64> {
    BY_USER.rank(read, (guild, user), &(guild, user, song))
}

/// A member's latest song.
pub fn latest_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<SongId>> {
    Ok(BY_USER.first(read, (guild, user), Direction::Backward)?.map(|(.., id)| id))
}

/// A member's songs, latest first, behind the `skip` latest.
pub fn songs_of(read: &dyn Read, guild: GuildId, user: UserId, skip: u64, limit: usize) -> Result<Vec<SongId>> {
    let end = count_of(read, guild, user)?.saturating_sub(skip);
    let start = end.saturating_sub(limit as u64);
    let keys = BY_USER.page_at(read, (guild, user), start, usize::try_from(end - start).unwrap_or(limit))?;
    Ok(keys.into_iter().rev().map(|(.., id)| id).collect())
}

/// The member with the smallest id behind another who submitted a song.
pub fn next_member(read: &dyn Read, guild: GuildId, behind: Option<UserId>) -> Result<Option<UserId>> {
    let all = Span::of(guild);
    let rest = match behind {
        Some(user) => all.after((guild, user)),
        None => all,
    };
    Ok(BY_USER.first(read, rest, Direction::Forward)?.map(|(_, user, _)| user))
}

/// Shows the latest songs to `visit`, 5,000 at most, until it has enough. Answers whether there are songs that it was not shown.
pub fn for_the_latest(
    read: &dyn Read,
    guild: GuildId,
    enough: usize,
    mut visit: impl FnMut(&Song) -> bool,
) -> Result<bool> {
    let latest = Selection::of(guild).backward().limit(enough).scanning_at_most(5_000);
    Ok(SONGS.select(read, &latest, |_, song| visit(song))?.next.is_some())
}

/// The waiting songs of one link or file, latest first. There are several only where files were lost.
pub fn waiting_of_source(read: &dyn Read, guild: GuildId, key: &str) -> Result<Vec<Entry>> {
    /// A popular song comes again and again; all but the last of them were played or removed before the next came.
    const LATEST: usize = 64;
    let mut found = Vec::new();
    for (.., id) in BY_SOURCE.page(read, (guild, digest(key)), Direction::Backward, LATEST)? {
        if let Some(entry) = entry(read, guild, id)?
            && entry.place.line.is_waiting()
            && entry.song.source.key() == key
        {
            found.push(entry);
        }
    }
    Ok(found)
}

/// How long reviews take in a guild.
pub fn pace(read: &dyn Read, guild: GuildId) -> Result<Pace> {
    Ok(PACES.get(read, &guild)?.unwrap_or_default())
}

/// Every song of a guild with its place, by row number. For the export and the check.
pub fn for_each(read: &dyn Read, guild: GuildId, mut visit: impl FnMut(Entry) -> Result<()>) -> Result<()> {
    SONGS.for_each(read, Span::of(guild), |(_, id), song| {
        let place = place_of(read, guild, id)?;
        visit(Entry { id, song, place })
    })
}

const fn is_served(rank: u8) -> bool {
    rank <= Line::Free.rank()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_source_never_changes() {
        assert_eq!(digest("youtube:dQw4w9WgXcQ"), 15_088_710_678_658_212_969);
    }
}
