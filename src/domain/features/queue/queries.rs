//! Reads of the queue, for views and for other features.

use std::time::Duration;

use super::model::{Entry, Line, Pace, Place, PublicId, QueueRefusal, SongId, Source};
use super::settings::NOW_PLAYING;
pub use super::tables::{
    CHANGED, by_public_id as song, count_in, count_of, entry, for_each_free, free_behind, guilds_with_waiting_songs,
    has_played, next_member, played_between, select, submitted_between, waiting,
};
use super::{rules, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::store::{Cursor, Direction, Read, Selected};

/// Songs on one page of a list (`D-18`, `D-37`).
pub const PAGE: u8 = 10;
/// Choices that Discord shows while a person types.
const CHOICES: usize = 25;
/// How many songs are searched for a choice, and how many of a member are counted.
const SEARCHED: usize = 2_000;

/// Where a waiting song stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many songs are played before it; `None` in Pending Skips, which is not served.
    pub ahead: Option<u64>,
    /// How long that will take, once reviews were measured.
    pub wait: Option<Duration>,
}

/// A song in a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The song.
    pub entry: Entry,
    /// Where it stands, while it waits.
    pub standing: Option<Standing>,
}

/// A page of the queue.
#[derive(Clone, Debug)]
pub struct QueuePage {
    /// What plays now.
    pub now_playing: Option<Entry>,
    /// The songs of this page, next first.
    pub rows: Vec<Row>,
    /// The caller's song that is played first.
    pub own: Option<Row>,
    /// This page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub pages: u64,
    /// How many songs wait in each line.
    pub counts: Vec<(Line, u64)>,
}

/// A page of a member's songs.
#[derive(Clone, Debug)]
pub struct OwnPage {
    /// The songs of this page, latest first.
    pub rows: Vec<Row>,
    /// This page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub pages: u64,
    /// How many songs the member submitted.
    pub total: u64,
}

/// A page of one line.
#[derive(Clone, Debug)]
pub struct LinePage {
    /// The songs of this page, in the order of the line.
    pub songs: Vec<Entry>,
    /// This page, from 1.
    pub page: u64,
    /// How many pages there are, at least 1.
    pub pages: u64,
    /// How many songs wait in the line.
    pub total: u64,
}

/// What a submitter has behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// How many songs they submitted before the one in question.
    pub before: u64,
    /// How many of their latest 2,000 songs were played.
    pub played: usize,
}

/// A page of the songs that will be played, in their order, with the song of whoever asks. A page beyond the last is the
/// last.
pub fn page(read: &dyn Read, guild: GuildId, caller: Option<UserId>, page: u64) -> Result<QueuePage> {
    page_of(read, guild, caller, page, PAGE)
}

/// The same with another number of songs on a page.
pub fn page_of(read: &dyn Read, guild: GuildId, caller: Option<UserId>, page: u64, size: u8) -> Result<QueuePage> {
    let mut counts = Vec::with_capacity(Line::WAITING.len());
    for line in Line::WAITING {
        counts.push((line, tables::count_in(read, guild, line)?));
    }
    let served: u64 = counts.iter().filter(|(line, _)| line.is_served()).map(|(_, count)| count).sum();
    let (page, pages) = pages_of(served, page, size);
    let from = (page - 1) * u64::from(size);
    let pace = tables::pace(read, guild)?;
    let mut rows = Vec::new();
    for (place, id) in (from..).zip(tables::served_from(read, guild, from, size.into())?) {
        if let Some(entry) = tables::entry(read, guild, id)? {
            rows.push(Row { entry, standing: Some(Standing::at(&pace, place)) });
        }
    }
    let own = caller.map_or(Ok(None), |caller| first_of(read, guild, caller))?;
    Ok(QueuePage { now_playing: now_playing(read, guild)?, rows, own, page, pages, counts })
}

/// A member's waiting song that is played first.
fn first_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Row>> {
    let mut first: Option<Row> = None;
    for id in tables::all_waiting_of(read, guild, user)? {
        let Some(entry) = tables::entry(read, guild, id)? else { continue };
        let standing = standing(read, guild, &entry)?;
        let ahead = |row: &Row| row.standing.and_then(|standing| standing.ahead).unwrap_or(u64::MAX);
        let row = Row { entry, standing };
        if first.as_ref().is_none_or(|best| ahead(&row) < ahead(best)) {
            first = Some(row);
        }
    }
    Ok(first)
}

/// A page of a member's songs. A page beyond the last is the last.
pub fn own_page(read: &dyn Read, guild: GuildId, user: UserId, page: u64) -> Result<OwnPage> {
    let total = tables::count_of(read, guild, user)?;
    let (page, pages) = pages_of(total, page, PAGE);
    let songs = tables::songs_of(read, guild, user, (page - 1) * u64::from(PAGE), PAGE.into())?;
    let rows = rows(read, guild, entries(read, guild, songs)?)?;
    Ok(OwnPage { rows, page, pages, total })
}

/// A page of the songs that wait in one line. A page beyond the last is the last.
pub fn line_page(read: &dyn Read, guild: GuildId, line: Line, page: u64) -> Result<LinePage> {
    let total = tables::count_in(read, guild, line)?;
    let (page, pages) = pages_of(total, page, PAGE);
    let from = (page - 1) * u64::from(PAGE);
    let songs = entries(read, guild, tables::waiting_in_from(read, guild, line, from, PAGE.into())?)?;
    Ok(LinePage { songs, page, pages, total })
}

/// What the submitter of a song has behind them.
pub fn record_of(read: &dyn Read, guild: GuildId, entry: &Entry) -> Result<Record> {
    let user = entry.song.user;
    let before = tables::count_before(read, guild, user, entry.id)?;
    let mut played = 0;
    for id in tables::songs_of(read, guild, user, 0, SEARCHED)? {
        played += usize::from(tables::place_of(read, guild, id)?.line == Line::SongsPlayed);
    }
    Ok(Record { before, played })
}

/// Where a song stands; `None` when it does not wait.
pub fn standing(read: &dyn Read, guild: GuildId, entry: &Entry) -> Result<Option<Standing>> {
    let line = entry.place.line;
    if !line.is_waiting() {
        return Ok(None);
    }
    if !line.is_served() {
        return Ok(Some(Standing { ahead: None, wait: None }));
    }
    let ahead = tables::ahead_of(read, guild, entry.id, &entry.place)?;
    Ok(Some(Standing::at(&tables::pace(read, guild)?, ahead)))
}

/// The songs of a page, each with where it stands.
pub fn rows(read: &dyn Read, guild: GuildId, entries: Vec<Entry>) -> Result<Vec<Row>> {
    let served = |entry: &&Entry| entry.place.line.is_served();
    let songs: Vec<(SongId, Place)> = entries.iter().filter(served).map(|entry| (entry.id, entry.place)).collect();
    let pace = tables::pace(read, guild)?;
    let mut ahead = tables::ahead_of_each(read, guild, &songs)?.into_iter();
    let row = |entry: Entry| {
        let line = entry.place.line;
        let standing = if line.is_served() {
            ahead.next().map(|ahead| Standing::at(&pace, ahead))
        } else {
            line.is_waiting().then_some(Standing { ahead: None, wait: None })
        };
        Row { entry, standing }
    };
    Ok(entries.into_iter().map(row).collect())
}

/// What plays now.
pub fn now_playing(read: &dyn Read, guild: GuildId) -> Result<Option<Entry>> {
    match NOW_PLAYING.get(read, guild)? {
        Some(number) => tables::by_public_id(read, guild, number),
        None => Ok(None),
    }
}

/// The next songs to be played, at most `limit`.
pub fn upcoming(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<Entry>> {
    entries(read, guild, tables::served_from(read, guild, 0, limit)?)
}

/// Which songs are looked for: all, unless something is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those in this line.
    pub line: Option<Line>,
    /// Those of this member.
    pub user: Option<UserId>,
    /// Those that wait, or those that do not.
    pub waits: Option<bool>,
    /// Those with this in their number, artist, title, or the names of their submitter; in lower case.
    pub text: Option<String>,
}

/// The first songs of a line in its order, each with where it stands.
pub fn first_in(read: &dyn Read, guild: GuildId, line: Line, limit: usize) -> Result<Vec<Row>> {
    rows(read, guild, entries(read, guild, tables::waiting_in(read, guild, line, limit)?)?)
}

/// The songs of a line in its order behind a place, each with where it stands.
pub fn in_order(
    read: &dyn Read,
    guild: GuildId,
    line: Line,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Selected<Row>> {
    let Selected { rows: entries, next, looked_at } = tables::in_order(read, guild, line, after, limit)?;
    Ok(Selected { rows: rows(read, guild, entries)?, next, looked_at })
}

impl Wanted {
    /// Whether a song is one of them.
    pub(super) fn matches(&self, entry: &Entry) -> bool {
        let Entry { song, place, .. } = entry;
        let has_text = |text: &String| {
            let names = [Some(&song.artist), Some(&song.title), Some(&song.username), song.tiktok_username.as_ref()];
            song.public_id.digits().starts_with(text.trim_start_matches('#'))
                || names.into_iter().flatten().any(|name| name.to_lowercase().contains(text.as_str()))
        };
        self.line.is_none_or(|line| place.line == line)
            && self.user.is_none_or(|user| place.user == user)
            && self.waits.is_none_or(|waits| place.line.is_waiting() == waits)
            && self.text.as_ref().is_none_or(has_text)
    }
}

/// A member's latest song that a gift may lift: in Free or Pending Skips (`M-TIK-23`).
pub fn latest_liftable(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Entry>> {
    latest_in(read, guild, user, |line| matches!(line, Line::Free | Line::PendingSkips))
}

/// A member's latest song that waits below a line: the one that a bought skip lifts there (`C-32`).
pub fn latest_below(read: &dyn Read, guild: GuildId, user: UserId, than: Line) -> Result<Option<Entry>> {
    latest_in(read, guild, user, |line| line.is_waiting() && line.rank() > than.rank())
}

fn latest_in(read: &dyn Read, guild: GuildId, user: UserId, fits: impl Fn(Line) -> bool) -> Result<Option<Entry>> {
    for id in tables::all_waiting_of(read, guild, user)? {
        if let Some(entry) = tables::entry(read, guild, id)?
            && fits(entry.place.line)
        {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// How many songs of a member wait.
pub fn waiting_count(read: &dyn Read, guild: GuildId, user: UserId) -> Result<usize> {
    Ok(tables::all_waiting_of(read, guild, user)?.len())
}

/// How many songs wait in each line, over all guilds: a look at kept counts for each guild with waiting songs.
pub fn waiting_by_line(read: &dyn Read) -> Result<Vec<(Line, u64)>> {
    let mut counts = Line::WAITING.map(|line| (line, 0));
    for guild in tables::guilds_with_waiting_songs(read)? {
        for (line, count) in &mut counts {
            *count += tables::count_in(read, guild, *line)?;
        }
    }
    Ok(counts.to_vec())
}

/// The waiting songs whose files were kept in messages that are gone, among the first that wait. What lies beyond is noticed
/// when its link is renewed.
pub fn kept_in(read: &dyn Read, guild: GuildId, is_gone: impl Fn(ChannelId, MessageId) -> bool) -> Result<Vec<SongId>> {
    const FIRST: usize = 20_000;
    let mut found = Vec::new();
    for id in tables::waiting(read, guild, FIRST)? {
        let Some(entry) = tables::entry(read, guild, id)? else { continue };
        if let Source::File { kept_in, .. } = &entry.song.source
            && is_gone(kept_in.channel, kept_in.message)
        {
            found.push(id);
        }
    }
    Ok(found)
}

/// The waiting songs whose files are gone, as far as that is known.
pub fn without_file(read: &dyn Read, guild: GuildId) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    for id in tables::lost_files(read, guild, SEARCHED)? {
        found.extend(tables::entry(read, guild, id)?.filter(|entry| entry.place.line.is_waiting()));
    }
    Ok(found)
}

/// Refuses a link or file that waits already (`D-04`). A song whose file is gone stands in nobody's way.
pub fn require_new(read: &dyn Read, guild: GuildId, key: &str) -> Result<()> {
    let waiting = tables::waiting_of_source(read, guild, key)?;
    match waiting.into_iter().find(|entry| !entry.song.source.is_file_gone()) {
        Some(Entry { song, place, .. }) => {
            Err(QueueRefusal::AlreadyWaiting { public_id: song.public_id, line: place.line }.into())
        }
        None => Ok(()),
    }
}

/// The number of the waiting song of a link or file, by its key.
pub fn waiting_copy(read: &dyn Read, guild: GuildId, key: &str) -> Result<Option<PublicId>> {
    Ok(tables::waiting_of_source(read, guild, key)?.first().map(|entry| entry.song.public_id))
}

/// The waiting song of a member whose file is gone and was this one, unless somebody else's holds it.
pub fn waiting_for_file(read: &dyn Read, guild: GuildId, user: UserId, key: &str) -> Result<Option<Entry>> {
    let waiting = tables::waiting_of_source(read, guild, key)?;
    if waiting.iter().any(|entry| !entry.song.source.is_file_gone()) {
        return Ok(None);
    }
    Ok(waiting.into_iter().find(|entry| entry.song.user == user))
}

/// The row number of the latest song, which is how many there were.
pub fn latest_number(read: &dyn Read, guild: GuildId) -> Result<u64> {
    Ok(tables::SONGS.first(read, guild, Direction::Backward)?.map_or(0, |((_, id), _)| id.get()))
}

/// What a member was called when they submitted their latest song.
pub fn name_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<String>> {
    let Some(latest) = tables::latest_of(read, guild, user)? else { return Ok(None) };
    Ok(tables::SONGS.get(read, &(guild, latest))?.map(|song| song.username))
}

/// Members who were called so, or whose name had this in it, when they submitted one of the latest songs; and whether earlier
/// songs were not looked at although there was room for more.
pub fn members_called(read: &dyn Read, guild: GuildId, typed: &str, limit: usize) -> Result<(Vec<UserId>, bool)> {
    let wanted = typed.trim().to_lowercase();
    if wanted.is_empty() {
        return Ok((Vec::new(), false));
    }
    let mut found = Vec::new();
    let has_more = tables::for_the_latest(read, guild, limit, |song| {
        let is_new = song.username.to_lowercase().contains(&wanted) && !found.contains(&song.user);
        if is_new {
            found.push(song.user);
        }
        is_new
    })?;
    let is_partial = has_more && found.len() < limit;
    Ok((found, is_partial))
}

/// Waiting songs whose number, artist or title begins with or contains what was typed.
pub fn matching(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Vec<Entry>> {
    let wanted = typed.trim().trim_start_matches('#').to_lowercase();
    let mut found = Vec::new();
    for id in tables::waiting(read, guild, SEARCHED)? {
        let Some(entry) = tables::entry(read, guild, id)? else { continue };
        let song = &entry.song;
        let is_match = wanted.is_empty()
            || song.public_id.digits().starts_with(&wanted)
            || song.artist.to_lowercase().contains(&wanted)
            || song.title.to_lowercase().contains(&wanted);
        if is_match {
            found.push(entry);
            if found.len() == CHOICES {
                break;
            }
        }
    }
    Ok(found)
}

impl Standing {
    fn at(pace: &Pace, ahead: u64) -> Self {
        Self { ahead: Some(ahead), wait: rules::estimated_wait(pace, ahead) }
    }
}

fn entries(read: &dyn Read, guild: GuildId, ids: Vec<SongId>) -> Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(ids.len());
    for id in ids {
        entries.extend(tables::entry(read, guild, id)?);
    }
    Ok(entries)
}

/// The page that is shown, from 1, and how many there are.
fn pages_of(total: u64, wanted: u64, size: u8) -> (u64, u64) {
    let pages = total.div_ceil(u64::from(size).max(1)).max(1);
    (wanted.clamp(1, pages), pages)
}
