//! What a reviewer needs to run the show: what plays, what comes, what waits for them, and the gifts.

use crate::activity::{self, ActivityId};
use crate::features::engagement::activity::{GIFTS_LIFTED, Lifted};
use crate::features::engagement::model::Interaction;
use crate::features::handles::model::AccountId;
use crate::features::queue::model::{Entry, Line};
use crate::features::queue::queries::{LinePage, Record, Row};
use crate::features::{engagement, handles, queue};
use crate::flows::{known_members, play_undone};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Cursor, Read};

/// Gifts that are shown.
const GIFTS: usize = 8;
/// Songs lifted by gifts that are shown.
const LIFTS: usize = 3;
/// So much of what happened last is looked at for them.
const LATE: usize = 200;

/// The desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The server.
    pub guild: GuildId,
    /// What plays.
    pub now: Option<Now>,
    /// How many songs wait in each line.
    pub counts: Vec<(Line, u64)>,
    /// The songs that come next, in order.
    pub coming: Vec<Row>,
    /// The first songs that wait for a reviewer.
    pub pending: LinePage,
    /// The last gifts of the live that goes on, the latest first; `None` where none goes on.
    pub gifts: Option<Vec<Gift>>,
    /// What gifts of this live did to songs, the latest first.
    pub lifted: Vec<Lift>,
}

/// Gifts lifted a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lift {
    /// When.
    pub at: Timestamp,
    /// What the member who gave is called here.
    pub by: String,
    /// The gift that did it: `Rose ×10`; nothing where coins came back.
    pub gift: Option<String>,
    /// The number of the song, as people read it.
    pub number: String,
    /// The line that it came into.
    pub line: String,
}

/// The song that plays.
#[derive(Clone, Debug)]
pub struct Now {
    /// The song.
    pub entry: Entry,
    /// Its submitter's songs before it.
    pub record: Record,
    /// The line that it came from, where that was noted.
    pub from: Option<Line>,
    /// The gifted coins that its play used up.
    pub gifted: Option<Amount>,
}

/// A gift of the live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// When it came.
    pub at: Timestamp,
    /// Of whom; the name on the live.
    pub by: Option<String>,
    /// What it is called.
    pub name: String,
    /// What it was worth, in TikTok's coins.
    pub coins: Amount,
}

/// Songs of a line that are shown at a time.
const OF_A_LINE: usize = 50;

/// A line that somebody opened on their desk, song by song in its order.
#[derive(Clone, Debug)]
pub struct OpenLine {
    /// The server.
    pub guild: GuildId,
    /// Which.
    pub line: Line,
    /// How many songs wait in it.
    pub total: u64,
    /// The songs of this page of it.
    pub rows: Vec<Row>,
    /// Whether others come before these.
    pub is_behind: bool,
    /// Where it goes on.
    pub next: Option<Cursor>,
}

/// A line, behind a place.
pub fn open_line(read: &dyn Read, guild: GuildId, line: Line, after: Option<Cursor>) -> Result<OpenLine> {
    let is_behind = after.is_some();
    let found = queue::queries::in_order(read, guild, line, after, OF_A_LINE)?;
    let total = queue::queries::count_in(read, guild, line)?;
    Ok(OpenLine { guild, line, total, rows: found.rows, is_behind, next: found.next })
}

/// The desk of a server.
pub fn look(read: &dyn Read, guild: GuildId) -> Result<Desk> {
    let page = queue::queries::page(read, guild, None, 1)?;
    Ok(Desk {
        guild,
        now: now(read, guild)?,
        counts: page.counts,
        coming: page.rows,
        pending: queue::queries::line_page(read, guild, Line::PendingSkips, 1)?,
        gifts: gifts(read, guild)?,
        lifted: lifted(read, guild)?,
    })
}

/// The last songs that gifts of this live lifted. Looks at some of what happened last, so that nobody waits for it.
fn lifted(read: &dyn Read, guild: GuildId) -> Result<Vec<Lift>> {
    let Some((_, session)) = engagement::queries::open_session(read, guild)? else { return Ok(Vec::new()) };
    let mut lifted = Vec::new();
    for (id, activity) in activity::since(read, guild, ActivityId::at(session.started_at), LATE)?.into_iter().rev() {
        if let Some((Lifted { user, gift, number, .. }, line)) = GIFTS_LIFTED.details(&activity).zip(activity.after) {
            let by = known_members::called(read, guild, user)?;
            lifted.push(Lift { at: id.moment(), by, gift, number, line });
        }
        if lifted.len() >= LIFTS {
            break;
        }
    }
    Ok(lifted)
}

/// What plays now.
pub fn now(read: &dyn Read, guild: GuildId) -> Result<Option<Now>> {
    let Some(entry) = queue::queries::now_playing(read, guild)? else { return Ok(None) };
    let record = queue::queries::record_of(read, guild, &entry)?;
    let play = play_undone::last(read, guild)?;
    let (from, gifted) = play.map_or((None, None), |play| (Some(play.from), play.taken.gifted));
    Ok(Some(Now { entry, record, from, gifted }))
}

fn gifts(read: &dyn Read, guild: GuildId) -> Result<Option<Vec<Gift>>> {
    let Some((session, _)) = engagement::queries::open_session(read, guild)? else { return Ok(None) };
    let mut gifts = Vec::new();
    for gift in engagement::queries::latest_gifts(read, guild, session, GIFTS)? {
        gifts.push(named(read, guild, gift)?);
    }
    Ok(Some(gifts))
}

fn named(read: &dyn Read, guild: GuildId, gift: Interaction) -> Result<Gift> {
    let account = match gift.account {
        Some(account) => handles::queries::account_by_id(read, guild, AccountId::new(account.get()))?,
        None => None,
    };
    Ok(Gift {
        at: gift.at,
        by: account.map(|account| account.handle.shown().into_owned()),
        name: gift.value.unwrap_or_default(),
        coins: gift.coin_value.unwrap_or_default(),
    })
}
