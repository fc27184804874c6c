//! The settings that belong to no other feature, as administrators meet them.

use crate::activity::debug_channel::{DEBUG_CHANNEL, NEEDS};
use crate::settings::{Area, Listed};

/// The settings of the server as a whole.
pub const LISTED: &[Listed] = &[Listed::new(
    &DEBUG_CHANNEL,
    Area::General,
    "Debug Channel",
    "Where gifts, coins, links and changed settings are told to your team.",
)
.by_command("`/setdebugchannel`")
.needing(&NEEDS)];
