//! The settings that belong to no other feature, as administrators meet them.

use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::discord::debug_channel;
use crate::settings::{Area, Listed};

/// The settings of the server as a whole.
pub const LISTED: &[Listed] = &[Listed::new(
    &DEBUG_CHANNEL,
    Area::General,
    "Debug Channel",
    "Where gifts, coins, links and changed settings are told to your team.",
)
.by_command("`/setdebugchannel`")
.needing(&debug_channel::NEEDS)];
