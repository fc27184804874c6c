//! What changes in the stored data of engagement when the program becomes newer.

use super::tables;
use crate::kernel::error::Result;
use crate::store::Tx;

/// Streaks have the time of their last step, and those that did not end are in the order of it.
pub fn order_streaks_by_time(tx: &Tx<'_>) -> Result<()> {
    tables::reindex_streaks(tx)
}
