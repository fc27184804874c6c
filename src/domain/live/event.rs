//! The thirteen things that can happen on a live (`M-TIK-07`), when they happened, and how they are known again.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::handle::Handle;
use crate::kernel::time::Timestamp;

/// Something that happened on a live, at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    /// When it happened.
    pub at: Timestamp,
    /// TikTok's message that told it: the same message again is the same event. `None` for what no message told, such
    /// as our own connection; such an event is never taken for a repetition.
    pub id: Option<MessageId>,
    /// Whether it is history that the live told when we came in: from before our connection, or told before.
    pub is_backlog: bool,
    /// When it happened by TikTok's own clock, in whole milliseconds: of a gift that is history, where TikTok says so.
    pub made_at: Option<Timestamp>,
    /// What happened.
    pub what: Occurrence,
}

impl LiveEvent {
    /// Something that no message told and that happens now.
    pub const fn new(at: Timestamp, what: Occurrence) -> Self {
        Self { at, id: None, is_backlog: false, made_at: None, what }
    }
}

/// A message of a live, by which a repetition is recognised. Never 0, which TikTok sends where it gives no number.
///
/// It is TikTok's `msg_id`, or where that is missing a digest of what the message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(NonZeroU64);

impl MessageId {
    /// Wraps a number; `None` for 0.
    pub const fn new(raw: u64) -> Option<Self> {
        match NonZeroU64::new(raw) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

impl From<NonZeroU64> for MessageId {
    fn from(raw: NonZeroU64) -> Self {
        Self(raw)
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// TikTok's number of an account, which stays when its handle changes. Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountNumber(NonZeroU64);

impl AccountNumber {
    /// Wraps a number; `None` for 0.
    pub const fn new(raw: u64) -> Option<Self> {
        match NonZeroU64::new(raw) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

/// A person on the live. At least one of handle and number is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Viewer {
    /// The handle; TikTok leaves it out at times.
    pub handle: Option<Handle>,
    /// TikTok's number of the account; old recordings and made-up events have none.
    pub number: Option<AccountNumber>,
    /// The level that TikTok shows beside the name, where it is known (`C-114`: display only).
    pub level: Option<u32>,
}

impl Viewer {
    /// Somebody by their handle alone.
    pub const fn named(handle: Handle) -> Self {
        Self { handle: Some(handle), number: None, level: None }
    }

    /// By what they are known to people: the handle, or else the number.
    pub fn shown(&self) -> String {
        match (&self.handle, self.number) {
            (Some(handle), _) => handle.to_string(),
            (None, Some(number)) => format!("account {}", number.get()),
            (None, None) => "nobody".to_owned(),
        }
    }
}

/// A gift, or one step of a streak of gifts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// TikTok's number of the gift.
    pub id: u64,
    /// Its name: "Rose".
    pub name: String,
    /// The price of one, in coins (TikTok's `diamond_count`, `C-30`).
    pub unit_coins: u32,
    /// How many so far in this streak; 1 for a single gift.
    pub count: u32,
    /// Whether the sender may still be tapping: then this is not the end and nothing is paid (`M-TIK-24`).
    pub is_streaking: bool,
    /// TikTok's number of the streak; 0 where the gift cannot streak.
    pub group: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// We are connected to the live.
    Connected,
    /// The connection is gone; a reconnect within 15 minutes continues the session (`D-26`).
    Disconnected,
    /// The host ended the live.
    Ended,
    /// Someone came in.
    Joined(Viewer),
    /// Someone tapped likes; `count` of them in one event.
    Liked(Viewer, u32),
    /// Someone wrote in the chat.
    Commented(Viewer, String),
    /// Someone shared the live.
    Shared(Viewer),
    /// Someone followed the host.
    Followed(Viewer),
    /// Someone subscribed to the host.
    Subscribed(Viewer),
    /// Someone sent a gift.
    Gifted(Viewer, Gift),
    /// How many watch now.
    Viewers(u32),
    /// A poll started, moved or ended; the details as JSON.
    Poll(String),
    /// A battle between hosts started, moved or ended; the details as JSON.
    Battle(String),
}

impl Occurrence {
    /// The word stored as `interaction_type`, for those that are stored as interactions (`M-TIK-08..17`).
    pub const fn interaction_type(&self) -> Option<&'static str> {
        Some(match self {
            Self::Joined(_) => "join",
            Self::Liked(..) => "like",
            Self::Commented(..) => "comment",
            Self::Shared(_) => "share",
            Self::Followed(_) => "follow",
            Self::Subscribed(_) => "subscribe",
            Self::Gifted(..) => "gift",
            Self::Poll(_) => "poll",
            Self::Battle(_) => "mic_battle",
            Self::Connected | Self::Disconnected | Self::Ended | Self::Viewers(_) => return None,
        })
    }

    /// The person behind it, where there is one.
    pub const fn viewer(&self) -> Option<&Viewer> {
        match self {
            Self::Joined(viewer)
            | Self::Liked(viewer, _)
            | Self::Commented(viewer, _)
            | Self::Shared(viewer)
            | Self::Followed(viewer)
            | Self::Subscribed(viewer)
            | Self::Gifted(viewer, _) => Some(viewer),
            _ => None,
        }
    }
}
