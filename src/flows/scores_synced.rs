//! The score sync: points that changed are copied into the Free order (`M-PTS-05`). Runs every 30 seconds.

use crate::features::{coins, queue};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Most members in one transaction.
const BATCH: usize = 512;

/// What a sync did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Members whose points changed.
    pub members: usize,
    /// Members whose songs in the Free line got another score.
    pub moved: usize,
    /// Whether more wait: run it again at once.
    pub more: bool,
}

/// Copies the points that changed since the last sync. Nothing is published when no song's score changes.
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<Synced> {
    let changed = coins::service::take_changed(tx, guild, BATCH)?;
    let mut synced = Synced { members: changed.len(), moved: 0, more: changed.len() == BATCH };
    for user in changed {
        let score = coins::queries::points(tx, guild, user)?.get();
        synced.moved += usize::from(queue::service::rescore(tx, guild, user, score)?);
    }
    Ok(synced)
}
