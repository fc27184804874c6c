//! What changes in the stored data of handles when the program becomes newer.

use super::tables;
use crate::kernel::error::Result;
use crate::store::Tx;

/// Accounts can say that their link is verified. Those of before are rewritten in the form of today, not verified.
pub fn rewrite_accounts(tx: &Tx<'_>) -> Result<()> {
    tables::rewrite_accounts(tx)
}
