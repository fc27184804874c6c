//! What is kept of a role for a while, and what its jobs carry.

use serde::{Deserialize, Serialize};

use crate::id_type;
use crate::jobs::JobId;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{RoleId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Record;

id_type!(
    /// The number of a timed role within its guild.
    TimedRoleId
);

/// Why somebody gets a role: `"Bought: VIP".into()`, or with more said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub(super) reason: String,
    pub(super) by: Actor,
    pub(super) is_told: bool,
}

impl Why {
    /// For this reason, as Discord's audit log and the team read it.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), by: Actor::System, is_told: false }
    }

    /// The same, at somebody's word: who made the item or the task. What only the owner may promise is given only where that
    /// is the owner.
    #[must_use]
    pub const fn by(mut self, by: Actor) -> Self {
        self.by = by;
        self
    }

    /// The same, and the member is told a day before the end.
    #[must_use]
    pub const fn telling_before_the_end(mut self) -> Self {
        self.is_told = true;
        self
    }
}

impl<T: Into<String>> From<T> for Why {
    fn from(reason: T) -> Self {
        Self::because(reason)
    }
}

/// A role that is to be given or taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub role: RoleId,
    /// Why, in words.
    pub reason: String,
    /// At whose word.
    pub by: Actor,
    /// Up to when; `None` for good.
    pub until: Option<Timestamp>,
}

/// A role that ends (`S-DB-37`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimedRole {
    /// Whose it is.
    pub user: UserId,
    /// The role.
    pub role: RoleId,
    /// At whose word it was given.
    pub by: Actor,
    /// Why, in words.
    pub reason: String,
    /// When it ends.
    pub until: Timestamp,
    /// When it was given first.
    pub made_at: Timestamp,
    /// Whether the member is to be told before the end, and was not yet.
    pub is_to_be_told: bool,
    /// Its alarm.
    pub job: JobId,
}

impl Record for TimedRole {}

impl TimedRole {
    /// As a job gives or takes it.
    pub fn grant(&self) -> Grant {
        let (reason, until) = (self.reason.clone(), Some(self.until));
        Grant { user: self.user, role: self.role, reason, by: self.by, until }
    }
}

/// Why Discord, or we ourselves, did not give or take a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleTrouble {
    /// The role is gone.
    Vanished,
    /// The bot lacks Manage Roles.
    NoPermission,
    /// The role does not stand below the bot's own.
    TooHigh,
    /// It belongs to a bot, to a subscription or to everybody.
    Managed,
    /// It lets people manage the server or its roles.
    TooMighty,
    /// The member is not in the server.
    MemberLeft,
    /// Something else.
    Refused,
}
