//! What is noted of submissions.

use serde::{Deserialize, Serialize};

use crate::activity::ActivityKind;

/// Of what was posted while the bot was away, something was left where it is. About the channel.
pub static LEFT_IN_HISTORY: ActivityKind<Left> = ActivityKind::new("submissions.left_in_history");

/// What was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Messages with songs that are too old.
    pub songs: usize,
    /// Whether there are more messages than were read.
    pub is_cut: bool,
}
