//! What follows when a session is closed, whatever closed it: the end of the live, a person's `/tiktok disconnect`, or
//! nobody continuing it for 15 minutes.

use crate::features::engagement::model::SessionId;
use crate::features::{coins, engagement};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Journals the points that the session brought, and stages its report. Everything of it is written by now.
pub fn run(tx: &Tx<'_>, guild: GuildId, session: SessionId) -> Result<()> {
    coins::service::journal_all_points(tx, guild)?;
    engagement::service::stage_report(tx, guild, session)
}

#[cfg(test)]
mod tests;
