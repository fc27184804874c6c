//! The report of a live: what it adds up to, with the names of those who come first and the songs that were played meanwhile.

use std::collections::HashMap;

use crate::features::engagement::figures::{self, Figures};
use crate::features::engagement::model::{AccountRef, SessionId};
use crate::features::handles::model::AccountId;
use crate::features::{handles, queue};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::live::Handle;
use crate::store::Read;

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
    let started_at = figures.session.started_at;
    let ended_at = figures.session.ended_at.unwrap_or(figures.session.last_event_at);
    let songs_played = queue::queries::played_between(read, guild, started_at, ended_at)?;
    Ok(Some(Report { figures, handles, songs_played }))
}
