//! What the bot needs in a guild's debug channel, and how it is cleaned. What is told there, and how far, say
//! [`activity::debug_channel`](crate::activity::debug_channel) and [`bot::debug_channel`](crate::bot::debug_channel).

pub mod cleaning;

use super::references::{Needs, Want};

/// What the bot needs in the debug channel.
pub static NEEDS: Needs = Needs {
    effect: "Lines for your team are not posted.",
    must: Needs::WRITE,
    wants: &[Want { permission: Needs::HISTORY | Needs::MANAGE, without: "`/cleandebugchannel` does not work." }],
};
