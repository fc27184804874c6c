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
    pub(super) cause: Option<Cause>,
}

/// For which row of a feature a role is given: the name of what it is, and its number.
pub type Cause = (String, u64);

impl Why {
    /// For this reason, as Discord's audit log and the team read it.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), by: Actor::System, is_told: false, cause: None }
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

    /// The same, for a row that its feature takes back where the role cannot be given.
    #[must_use]
    pub fn for_row(mut self, (what, row): (&str, u64)) -> Self {
        self.cause = Some((what.to_owned(), row));
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
    /// For which row; `None` where nothing is taken back if it cannot be given.
    #[serde(default)]
    pub cause: Option<Cause>,
}

impl Grant {
    /// The number of the row for which it is given, where that is one of these.
    pub fn row_of(&self, what: &str) -> Option<u64> {
        self.cause.as_ref().filter(|(known, _)| known == what).map(|(_, row)| *row)
    }
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
        Grant { user: self.user, role: self.role, reason, by: self.by, until, cause: None }
    }
}

/// Says why a role cannot be given at the word of whoever promised it; nothing where it can.
pub type Judge<'j> = &'j dyn Fn(RoleId, Actor) -> Option<RoleTrouble>;

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

impl RoleTrouble {
    /// The same in words, as the second half of a sentence.
    pub const fn because(self) -> &'static str {
        match self {
            Self::Vanished => "the role is gone",
            Self::NoPermission => "I lack the permission **Manage Roles**",
            Self::TooHigh => "the role does not stand below mine in the list of roles; drag mine above it",
            Self::Managed => "nobody can give that role by hand",
            Self::TooMighty => "the role lets people manage the server, and only its owner may promise such a one",
            Self::MemberLeft => "they are not in the server",
            Self::Refused => "Discord refused it",
        }
    }
}
