//! What is noted of displays: where somebody put them, and what was put right.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::activity::ActivityKind;
use crate::kernel::ids::ChannelId;

/// Displays were put into a channel, or away, at somebody's word. The details are what people call them; before and after
/// are the channels.
pub static PLACED: ActivityKind<String> = ActivityKind::new("displays.placed");
/// A display was put right.
pub static HEALED: ActivityKind<Finding> = ActivityKind::new("displays.healed");

/// What was found of a display, and done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// All is well.
    InOrder {
        /// What the display is called.
        title: Cow<'static, str>,
        /// Where it is.
        channel: ChannelId,
    },
    /// The message was gone; another is posted.
    Reposted {
        /// What the display is called.
        title: Cow<'static, str>,
        /// Where it is.
        channel: ChannelId,
    },
    /// Its channel was gone; it has a new one.
    Recreated {
        /// What the display is called.
        title: Cow<'static, str>,
        /// Where it is now.
        channel: ChannelId,
    },
    /// It was switched off, and is on again.
    Revived {
        /// What the display is called.
        title: Cow<'static, str>,
        /// Where it is.
        channel: ChannelId,
    },
    /// It cannot be shown: the sentence says what to do.
    Hindered {
        /// What to do about it.
        sentence: String,
    },
    /// Messages that no display uses any more were deleted.
    Cleaned {
        /// How many.
        messages: usize,
        /// Where.
        channel: ChannelId,
    },
    /// Discord did not answer.
    Unknown {
        /// What the display is called.
        title: Cow<'static, str>,
        /// Where it is.
        channel: ChannelId,
    },
}

impl Finding {
    /// Where a display is shown, or will be in a moment.
    pub const fn shown_in(&self) -> Option<ChannelId> {
        match self {
            Self::InOrder { channel, .. }
            | Self::Reposted { channel, .. }
            | Self::Recreated { channel, .. }
            | Self::Revived { channel, .. } => Some(*channel),
            Self::Hindered { .. } | Self::Cleaned { .. } | Self::Unknown { .. } => None,
        }
    }

    /// Whether something was done.
    pub const fn is_change(&self) -> bool {
        matches!(self, Self::Reposted { .. } | Self::Recreated { .. } | Self::Revived { .. } | Self::Cleaned { .. })
    }
}
