//! The settings that belong to no other feature, as administrators meet them.

use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::debug_channel::{self, DEBUG_CHANNEL};
use crate::settings::{Area, Listed};

/// The debug channel, as `/setup` offers it.
pub static DEBUG_PLACE: EveningChannel = EveningChannel {
    id: "debug",
    rank: 5,
    title: "Debug",
    about: "where your team reads about gifts, coins, links and trouble",
    name: "greenroom-debug",
    seen_by: SeenBy::Team,
    needs: &debug_channel::NEEDS,
    kept: Kept::Setting(&DEBUG_CHANNEL),
    once_chosen: None,
};

/// The settings of the server as a whole.
pub const LISTED: &[Listed] = &[Listed::new(
    &DEBUG_CHANNEL,
    Area::General,
    "Debug Channel",
    "Where gifts, coins, links and changed settings are told to your team.",
)
.by_command("`/setdebugchannel`")
.needing(&debug_channel::NEEDS)];
