//! A session that lost its connection and was not continued within 15 minutes is closed (`D-26`).

use crate::features::engagement;
use crate::features::engagement::model::SessionId;
use crate::flows::session_closed;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Closes it, at its last event, with all that follows. Does nothing while there is none.
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<Option<SessionId>> {
    let closed = engagement::service::close_left_behind(tx, guild)?;
    if let Some(session) = closed {
        session_closed::run(tx, guild, session)?;
    }
    Ok(closed)
}
