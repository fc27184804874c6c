//! Limits of erased members that are over are forgotten.

use crate::features::{Due, Upkeep};
use crate::flows::limits_remembered;
use crate::remembered;

/// The sweep.
pub static LIMITS_OVER: Upkeep = Upkeep {
    name: "limits_over",
    due: |read, at| Ok(Due::in_guilds(remembered::guilds(read)?, at)),
    is_due: |read, due| limits_remembered::is_any_over(read, due.guild, due.at),
    step: |tx, due, _| Ok(limits_remembered::forget_over(tx, due.guild, due.at)?.then_some(0)),
};
