//! The report of a live: what it adds up to, with the names of those who come first and the songs that were played meanwhile.

use std::collections::HashMap;
use std::time::Duration;

use crate::activity;
use crate::features::engagement::figures::{self, Figures, Part, Viewers};
use crate::features::engagement::model::{AccountRef, Deeds, Session, SessionId};
use crate::features::handles::model::AccountId;
use crate::features::queue::activity::{PLAYED, PUT_BACK};
use crate::features::queue::model::Line;
use crate::features::{engagement, handles, queue};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::Read;

/// So much of what happened is looked at for a part of a live: the newest of it.
const MOST_LOOKED_AT: usize = 10_000;

/// A live, as it is told.
#[derive(Clone, Debug)]
pub struct Report {
    /// What it adds up to.
    pub figures: Figures,
    /// The handles of those who come first.
    pub handles: HashMap<AccountRef, Handle>,
    /// Songs that were played meanwhile.
    pub songs_played: u64,
}

/// The report of a session, also of one that is open; `None` where there is no such session.
pub fn of(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<Option<Report>> {
    let Some(figures) = figures::of(read, guild, session)? else { return Ok(None) };
    let mut handles = HashMap::new();
    for first in &figures.first {
        let known = handles::queries::account_by_id(read, guild, AccountId::new(first.account.get()))?;
        handles.extend(known.map(|known| (first.account, known.handle)));
    }
    let session = &figures.session;
    let songs_played = queue::queries::played_between(read, guild, session.started_at, until(session))?;
    Ok(Some(Report { figures, handles, songs_played }))
}

/// What a live came to, in a few numbers.
#[derive(Clone, Debug)]
pub struct Brief {
    /// What everybody did.
    pub deeds: Deeds,
    /// What their gifts were worth, in TikTok's coins.
    pub coins: Amount,
    /// How many watched; `None` when no count was ever told.
    pub viewers: Option<Viewers>,
    /// Songs that were played meanwhile.
    pub songs_played: u64,
}

/// What a session came to, in a few numbers.
pub fn in_brief(read: &dyn Read, guild: GuildId, id: SessionId, session: &Session) -> Result<Brief> {
    let (deeds, coins) = engagement::queries::sums(read, guild, id)?;
    let whole = figures::last(read, guild, id, session, Duration::MAX)?;
    let songs_played = queue::queries::played_between(read, guild, session.started_at, until(session))?;
    Ok(Brief { deeds, coins, viewers: whole.viewers, songs_played })
}

/// How a part of a live went: its curves, and the songs that were played meanwhile.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The curves.
    pub part: Part,
    /// How many songs came from which line, in the order of the lines. A play that was taken back is none. What happened is
    /// forgotten after a while, and then nothing is told.
    pub songs: Vec<(Line, u64)>,
}

/// The last part of a session, at least so long, or all of it where it was shorter.
pub fn last(read: &dyn Read, guild: GuildId, id: SessionId, session: &Session, span: Duration) -> Result<Stretch> {
    let part = figures::last(read, guild, id, session, span)?;
    let from = session.started_at.after(part.skipped);
    let mut songs = Line::WAITING.map(|line| (line, 0_u64)).to_vec();
    for (_, activity) in activity::between(read, guild, (from, until(session)), MOST_LOOKED_AT)? {
        let (line, is_play) = if PLAYED.details(&activity).is_some() {
            (activity.before, true)
        } else if PUT_BACK.details(&activity).is_some() {
            (activity.after, false)
        } else {
            continue;
        };
        let line = line.and_then(|line| line.parse::<Line>().ok());
        if let Some((_, count)) = songs.iter_mut().find(|(of, _)| Some(*of) == line) {
            *count = if is_play { *count + 1 } else { count.saturating_sub(1) };
        }
    }
    songs.retain(|(_, count)| *count > 0);
    Ok(Stretch { part, songs })
}

/// Up to when a session is told.
fn until(session: &Session) -> Timestamp {
    session.ended_at.unwrap_or(session.last_event_at)
}
