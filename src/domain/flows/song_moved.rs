//! `/move`, `/remove` and `/clear-free`: a reviewer puts songs elsewhere.

use crate::features::queue::model::{Line, PublicId};
use crate::features::queue::service::Moved;
use crate::features::{coins, queue};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Moves a song into a waiting line (`M-CMD-11`), where it is ordered by the points that its submitter has now
/// (`M-QUE-07`). Gifts do not undo what the reviewer did (`C-29`).
pub fn to_line(tx: &Tx<'_>, guild: GuildId, song: PublicId, line: Line) -> Result<Moved> {
    let points = |user| coins::queries::points(tx, guild, user).map(Amount::get);
    let moved = queue::service::move_to(tx, guild, song, line, points)?;
    super::gift_credit::placed(tx, guild, &moved.entry)?;
    Ok(moved)
}

/// Takes a song out; the gift credit that lifted it returns to 0 (`M-CMD-12`, `C-29`).
pub fn out(tx: &Tx<'_>, guild: GuildId, song: PublicId) -> Result<Moved> {
    let moved = queue::service::remove(tx, guild, song)?;
    super::gift_credit::release(tx, guild, moved.entry.id)?;
    Ok(moved)
}

/// Takes every song out of the Free line, and answers how many (`M-CMD-13`); their gift credits return to 0 (`C-29`).
pub fn free_cleared(tx: &Tx<'_>, guild: GuildId) -> Result<u64> {
    let cleared = queue::service::clear_free(tx, guild)?;
    super::gift_credit::release_cleared(tx, guild)?;
    Ok(cleared)
}
