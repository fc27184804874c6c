//! Where displays are.

use serde::{Deserialize, Serialize};

use crate::id_type;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::kernel::time::Timestamp;
use crate::store::Record;

id_type!(
    /// The row number of a display within its guild (`M-DB-09`: `id`).
    DisplayId
);

/// A message that shows something that changes (`M-DB-09`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Display {
    /// What it shows: `public_live_queue`, `reviewer_main`, `reviewer_pending`.
    pub kind: String,
    /// Where it is.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
    /// The page that it shows, from 0.
    pub page: u32,
    /// A digest of what was shown last.
    pub content_hash: Option<String>,
    /// When it was shown last.
    pub updated_at: Timestamp,
    /// Whether it is kept up to date.
    pub is_active: bool,
}

impl Record for Display {}

/// Where a line is shown (`M-DB-10`, `C-42`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLine {
    /// The channel.
    pub channel: Option<ChannelId>,
    /// The message, which is pinned there.
    pub message: Option<MessageId>,
}

impl Record for ShownLine {}
