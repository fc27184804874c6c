//! Which servers are known, and which of them were left.

use super::model::FORGET;
use super::tables::GREETED;
use crate::jobs::jobs_of;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Span};

/// The servers in which the bot was seen, as long as anything is stored of them.
pub fn known(read: &dyn Read) -> Result<Vec<GuildId>> {
    let mut known = Vec::new();
    GREETED.for_each(read, Span::all(), |guild, _| {
        known.push(guild);
        Ok(())
    })?;
    Ok(known)
}

/// When what is stored of a server goes; `None` where the bot has not left it.
pub fn goes_at(read: &dyn Read, guild: GuildId) -> Result<Option<Timestamp>> {
    let joined_at = GREETED.get(read, &guild)?;
    // A job of an earlier stay does nothing any more.
    let is_of_this_stay = |joined: Option<Timestamp>| joined == joined_at;
    let jobs = jobs_of(read, guild, FORGET.name())?.into_iter();
    Ok(jobs.filter(|run| FORGET.payload(run).is_ok_and(is_of_this_stay)).map(|run| run.job.due).min())
}
