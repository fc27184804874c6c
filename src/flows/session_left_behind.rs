//! A session that lost its connection and was not continued within 15 minutes is closed (`D-26`).

use crate::features::engagement::model::SessionId;
use crate::features::{coins, engagement};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Closes it, at its last event, and journals the points that it brought. Does nothing while there is none.
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<Option<SessionId>> {
    let closed = engagement::service::close_left_behind(tx, guild)?;
    if closed.is_some() {
        coins::service::journal_all_points(tx, guild)?;
    }
    Ok(closed)
}
