//! Codes that nobody typed in time go.

use super::{queries, service};
use crate::features::{Due, Upkeep};

/// The end of codes.
pub static CODES_FORGOTTEN: Upkeep = Upkeep {
    name: "codes_forgotten",
    due: |read, at| Ok(Due::in_guilds(queries::guilds_with_expired_codes(read, at)?, at)),
    step: |tx, due, _| Ok(service::forget_expired_codes(tx, due.guild)?.then_some(0)),
};
