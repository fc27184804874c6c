//! `/move` and `/remove`: a reviewer puts a song elsewhere.

use crate::features::queue;
use crate::features::queue::model::{Line, PublicId};
use crate::features::queue::service::Moved;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Moves a song into a waiting line (`M-CMD-11`).
pub fn to_line(tx: &Tx<'_>, guild: GuildId, song: PublicId, line: Line) -> Result<Moved> {
    queue::service::move_to(tx, guild, song, line)
}

/// Takes a song out; the gift credit that lifted it returns to 0 (`M-CMD-12`, `C-29`).
pub fn out(tx: &Tx<'_>, guild: GuildId, song: PublicId) -> Result<Moved> {
    let moved = queue::service::remove(tx, guild, song)?;
    super::gift_credit::release(tx, guild, moved.entry.id)?;
    Ok(moved)
}
