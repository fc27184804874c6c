//! Accounts of people on the live, and what linking refuses.

use serde::{Deserialize, Serialize};

use crate::id_type;
use crate::kernel::amount::Amount;
use crate::kernel::error::Refuse;
use crate::kernel::ids::UserId;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::Record;

id_type!(
    /// The number of an account within its guild (`M-DB-03`: `handle_id`).
    AccountId
);

/// A TikTok handle that a guild knows (`M-DB-03`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The handle.
    pub handle: Handle,
    /// When it became known.
    pub first_seen: Timestamp,
    /// When it last did something on the live, or became known.
    pub last_seen: Timestamp,
    /// The member who says that it is theirs.
    pub linked: Option<UserId>,
    /// Points of this handle; the same amounts go to the linked member (`M-PTS-04`).
    pub points: Amount,
    /// TikTok's level of the person, as last seen; for display (`C-114`).
    pub level: Option<u32>,
}

impl Record for Account {}

/// An account with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAccount {
    /// Its number.
    pub id: AccountId,
    /// The account.
    pub account: Account,
}

/// What a handle did on the live since it was last written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The last moment of it.
    pub at: Timestamp,
    /// The level that was seen with it.
    pub level: Option<u32>,
    /// The points for it.
    pub points: Amount,
}

/// A handle that now belongs to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The account, linked.
    pub account: Account,
    /// Whose it was until now, where an administrator took it from someone (`D-15`).
    pub former: Option<UserId>,
}

/// What is refused about handles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandleRefusal {
    /// What was typed is no handle (`D-14`).
    #[error("That is no TikTok handle. A handle has 2 to 24 letters, digits, dots or underscores.")]
    NotAHandle,
    /// The handle never did anything on the live (`D-16`).
    #[error(
        "{} has to be seen on the live first. Write something in the live chat with it, then link it.",
        shown(handle)
    )]
    NeverSeen {
        /// The handle.
        handle: Handle,
    },
    /// The member linked it before (`D-15`).
    #[error("{} is linked to you already.", shown(handle))]
    AlreadyYours {
        /// The handle.
        handle: Handle,
    },
    /// Someone else linked it before; who, is not told (`D-15`).
    #[error("{} is linked to someone else. If it is yours, please ask an administrator.", shown(handle))]
    SomeoneElses {
        /// The handle.
        handle: Handle,
    },
    /// An administrator links what is linked so already.
    #[error("{} is linked to {} already.", shown(handle), text::mention(*user))]
    AlreadyTheirs {
        /// The handle.
        handle: Handle,
        /// The member.
        user: UserId,
    },
    /// A member unlinks a handle of someone else or of nobody.
    #[error("{} is not one of your linked handles. Pick one from the list that appears while you type.", shown(handle))]
    NotYours {
        /// The handle.
        handle: Handle,
    },
    /// An administrator unlinks a handle from someone who does not have it.
    #[error("{} is not linked to {}.", shown(handle), text::mention(*user))]
    NotTheirs {
        /// The handle.
        handle: Handle,
        /// The member.
        user: UserId,
    },
    /// As many handles as one member may have.
    #[error("A member can link up to {most} handles. Unlink one first.")]
    TooMany {
        /// How many that is.
        most: usize,
    },
}

/// A handle in bold, escaped: an underscore in it must not begin italics.
fn shown(handle: &Handle) -> String {
    format!("**{}**", text::escape(&handle.to_string()))
}

impl Refuse for HandleRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAHandle => "handles.not_a_handle",
            Self::NeverSeen { .. } => "handles.never_seen",
            Self::AlreadyYours { .. } => "handles.already_yours",
            Self::SomeoneElses { .. } => "handles.someone_elses",
            Self::AlreadyTheirs { .. } => "handles.already_theirs",
            Self::NotYours { .. } => "handles.not_yours",
            Self::NotTheirs { .. } => "handles.not_theirs",
            Self::TooMany { .. } => "handles.too_many",
        }
    }
}
