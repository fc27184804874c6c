//! Which servers are known, and which of them were left.

use super::model::FORGET;
use super::tables::{ACCOUNT, GREETED};
use crate::jobs::jobs_of;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
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

/// Whether an account of the bot is that of which these servers are known; `None` where no account is known yet.
pub fn is_known_account(read: &dyn Read, account: UserId) -> Result<Option<bool>> {
    Ok(ACCOUNT.get_own(read, GuildId::INSTANCE)?.flatten().map(|known| known == account.to_string()))
}

/// When what is stored of a server goes; `None` where the bot has not left it.
pub fn goes_at(read: &dyn Read, guild: GuildId) -> Result<Option<Timestamp>> {
    let joined_at = GREETED.get(read, &guild)?;
    // A job of an earlier stay does nothing any more.
    let is_of_this_stay = |joined: Option<Timestamp>| joined == joined_at;
    let jobs = jobs_of(read, guild, FORGET.name())?.into_iter();
    Ok(jobs.filter(|run| FORGET.payload(run).is_ok_and(is_of_this_stay)).map(|run| run.job.due).min())
}
