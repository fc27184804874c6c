//! Who causes a change: needed by the audit trail and by every permission check.

use serde::{Deserialize, Serialize};

use super::ids::UserId;

/// The cause of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Actor {
    /// A member of the guild, by a command, button or message.
    Member(UserId),
    /// Something that happened on the live.
    Live,
    /// Greenroom itself: a schedule, a repair, a migration.
    System,
    /// Whoever runs Greenroom, signed in by the password (`C-71`). They are nobody on Discord.
    Operator,
}

impl Actor {
    /// The same cause, whose member is called as `name` says.
    #[must_use]
    pub fn called(self, name: impl FnOnce(UserId) -> UserId) -> Self {
        match self {
            Self::Member(user) => Self::Member(name(user)),
            Self::Live | Self::System | Self::Operator => self,
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Member(user) => write!(f, "{user}"),
            Self::Live => f.write_str("live"),
            Self::System => f.write_str("system"),
            Self::Operator => f.write_str("operator"),
        }
    }
}
