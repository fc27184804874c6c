//! Codes that nobody typed in time go.

use super::{queries, service, tables};
use crate::features::{Due, Upkeep};

/// The end of codes.
pub static CODES_FORGOTTEN: Upkeep = Upkeep {
    name: "codes_forgotten",
    due: |read, at| Ok(Due::in_guilds(tables::guilds_with_codes(read)?, at)),
    is_due: |read, due| queries::has_expired_codes(read, due.guild, due.at),
    step: |tx, due, _| Ok(service::forget_expired_codes(tx, due.guild)?.then_some(0)),
};
