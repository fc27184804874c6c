//! Where lines are shown.

use serde::{Deserialize, Serialize};

use crate::kernel::ids::{ChannelId, MessageId};
use crate::store::Record;

/// The stored name of the live queue among displays.
pub const LIVE_QUEUE: &str = "public_live_queue";

/// Where a line is shown (`M-DB-10`, `C-42`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLine {
    /// The channel.
    pub channel: Option<ChannelId>,
    /// The message, which is pinned there.
    pub message: Option<MessageId>,
}

impl Record for ShownLine {}
