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
    /// The name of its kind: `public_live_queue`, `reviewer_main`, `reviewer_pending`.
    pub kind: String,
    /// Where it is.
    pub channel: ChannelId,
    /// The message; `None` until it is posted, and when it was lost.
    pub message: Option<MessageId>,
    /// How often it was about to be posted. With a message missing, a number above 0 means that one may be there all the
    /// same: the program may have ended between the post and this row.
    pub posts: u32,
    /// When the message was posted.
    pub posted_at: Option<Timestamp>,
    /// The page that it shows, from 0.
    pub page: u32,
    /// A digest of what was shown last; `None` when it is to be shown anew in any case.
    pub content_hash: Option<String>,
    /// When it was shown last.
    pub updated_at: Timestamp,
    /// Whether it is kept up to date. Healing turns it on again when it can be shown.
    pub is_active: bool,
}

impl Record for Display {}
