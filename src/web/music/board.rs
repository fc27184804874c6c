//! What everybody may see of a server's queue: songs by what they are called, and names of members as the server says.

use crate::features::public::model::{Goal, Measure, NamesShown};
use crate::features::public::queries::chosen;
use crate::features::queue::model::{Entry, Line};
use crate::features::queue::queries::{Row, page_of};
use crate::features::submissions::settings::SUBMISSIONS_OPEN;
use crate::features::{engagement, queue};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::one_line;
use crate::store::Read;
use crate::web::music::song::called;

/// Songs that are shown.
const SHOWN: u8 = 50;

/// The queue, for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// What plays.
    pub now: Option<Shown>,
    /// The song of whoever looks that is played first.
    pub own: Option<Own>,
    /// What comes, in order.
    pub coming: Vec<Shown>,
    /// How many songs wait to be played, in all.
    pub waiting: u64,
    /// Whether songs are taken.
    pub is_open: bool,
}

/// A song, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Artist and title.
    pub name: String,
    /// Whose it is, as the server shows names.
    pub by: Option<String>,
    /// Its line, while it waits.
    pub line: Option<Line>,
    /// About how many minutes it waits, once reviews were measured.
    pub minutes: Option<u64>,
    /// Whether it is of whoever looks.
    pub is_own: bool,
}

/// Where a song of whoever looks stands, however far behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Artist and title.
    pub name: String,
    /// Its place, from 1; `None` while it waits for a reviewer.
    pub place: Option<u64>,
    /// About how many minutes it waits, once reviews were measured.
    pub minutes: Option<u64>,
}

/// How far a goal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The goal.
    pub goal: Goal,
    /// How much there is on the live that goes on; nothing where none does.
    pub reached: u64,
}

/// The queue of a server, for whoever looks.
pub fn look(read: &dyn Read, guild: GuildId, viewer: Option<UserId>) -> Result<Board> {
    let names = chosen(read, guild)?.names_shown;
    let page = page_of(read, guild, viewer, 1, SHOWN)?;
    let waiting = page.counts.iter().filter(|(line, _)| line.is_served()).map(|(_, count)| count).sum();
    Ok(Board {
        now: page.now_playing.as_ref().map(|entry| shown(entry, names, viewer)),
        own: page.own.as_ref().map(|row| own(row, names)),
        coming: page.rows.iter().map(|row| shown_row(row, names, viewer)).collect(),
        waiting,
        is_open: SUBMISSIONS_OPEN.get(read, guild)?,
    })
}

/// How far the goal of a server is; `None` where it has none.
pub fn progress(read: &dyn Read, guild: GuildId) -> Result<Option<Progress>> {
    let Some(goal) = chosen(read, guild)?.goal else { return Ok(None) };
    let Some((session, _)) = engagement::queries::open_session(read, guild)? else {
        return Ok(Some(Progress { goal, reached: 0 }));
    };
    let (deeds, coins) = engagement::queries::sums(read, guild, session)?;
    let reached = match goal.of {
        Measure::Likes => deeds.likes,
        Measure::Coins => whole(coins),
        Measure::Follows => u64::from(deeds.follows),
    };
    Ok(Some(Progress { goal, reached }))
}

/// What plays in a server, for its overlay.
pub fn now(read: &dyn Read, guild: GuildId) -> Result<Option<Shown>> {
    let names = chosen(read, guild)?.names_shown;
    Ok(queue::queries::now_playing(read, guild)?.map(|entry| shown(&entry, names, None)))
}

fn shown(entry: &Entry, names: NamesShown, viewer: Option<UserId>) -> Shown {
    let (song, place) = (&entry.song, &entry.place);
    // Where no artist was given the name of whoever sent it stands there.
    let artist = if song.artist == one_line(&song.username, usize::MAX) {
        names.show(&song.artist)
    } else {
        Some(song.artist.clone())
    };
    let name = artist.map_or_else(|| song.title.clone(), |artist| called(&artist, &song.title));
    Shown {
        name,
        by: names.show(&song.username),
        line: place.line.is_waiting().then_some(place.line),
        minutes: None,
        is_own: viewer == Some(song.user),
    }
}

fn shown_row(row: &Row, names: NamesShown, viewer: Option<UserId>) -> Shown {
    Shown { minutes: minutes(row), ..shown(&row.entry, names, viewer) }
}

fn own(row: &Row, names: NamesShown) -> Own {
    let ahead = row.standing.and_then(|standing| standing.ahead);
    let name = shown(&row.entry, names, None).name;
    Own { name, place: ahead.map(|ahead| ahead + 1), minutes: minutes(row) }
}

fn minutes(row: &Row) -> Option<u64> {
    let wait = row.standing.and_then(|standing| standing.wait);
    wait.map(|wait| wait.as_secs().div_ceil(60).max(1))
}

fn whole(coins: Amount) -> u64 {
    u64::try_from(coins.get()).unwrap_or_default()
}
