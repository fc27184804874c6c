//! What is noted of displays: where somebody put them, and what was put right.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, Noted};
use crate::kernel::ids::ChannelId;
use crate::kernel::sentence::{Sentence, Slot};
use crate::sentence;

/// Displays were put into a channel, or away, at somebody's word. The details are what people call them; before and after
/// are the channels.
pub static PLACED: ActivityKind<String> =
    ActivityKind::new("displays.placed", placed).called("A live display was placed");
/// A display was put right.
pub static HEALED: ActivityKind<Finding> =
    ActivityKind::<Finding>::new("displays.healed", |told| Some(told.details.to_sentence()))
        .called("A live display was put right");

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

/// What was found, and done about it.
impl Slot for Finding {
    fn to_sentence(&self) -> Sentence {
        let called = |title: &Cow<'static, str>| Sentence::words(title.clone());
        match self {
            Self::InOrder { title, channel } => {
                sentence!("The {title} in {channel} is in order.", title = called(title), channel).signed("✅")
            }
            Self::Reposted { title, channel } => {
                let title = called(title);
                sentence!("The message of the {title} in {channel} was gone. It is posted again.", title, channel)
                    .signed("🔧")
            }
            Self::Recreated { title, channel } => {
                let title = called(title);
                sentence!("The channel of the {title} was gone. It has a new one: {channel}.", title, channel)
                    .signed("🔧")
            }
            Self::Revived { title, channel } => {
                let title = called(title);
                sentence!("The {title} in {channel} was switched off. It is on again.", title, channel).signed("🔧")
            }
            Self::Hindered { sentence } => Sentence::kept(sentence.as_str()),
            Self::Cleaned { messages, channel } => {
                let (what, are) = if *messages == 1 { ("message", "is") } else { ("messages", "are") };
                sentence!(
                    "{messages} {what} of mine that nothing needs any more in {channel} {are} deleted.",
                    messages,
                    what,
                    channel,
                    are
                )
                .signed("🧹")
            }
            Self::Unknown { title, channel } => {
                let title = called(title);
                sentence!(
                    "Discord did not say how the {title} in {channel} is. Please try again in a minute.",
                    title,
                    channel
                )
                .signed("❔")
            }
        }
    }
}

fn placed(told: &Noted<'_, String>) -> Option<Sentence> {
    let (by, what) = (told.by_person()?, Sentence::words(told.details.clone()));
    let channel = |number: Option<&str>| number?.parse::<ChannelId>().ok();
    let sentence = match (channel(told.before()), channel(told.after())) {
        (None, Some(after)) => sentence!("{by} put the {what} into {after}.", by, what, after),
        (Some(before), Some(after)) => {
            sentence!("{by} moved the {what} from {before} to {after}.", by, what, before, after)
        }
        (Some(before), None) => sentence!("{by} took the {what} out of {before}.", by, what, before),
        (None, None) => return None,
    };
    Some(sentence.signed("⚙️"))
}
