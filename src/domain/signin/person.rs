//! Who is signed in, or made something.

use serde::{Deserialize, Serialize};

use crate::activity::{Happened, Subject};
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::ids::UserId;

/// Somebody on the web.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Person {
    /// Whoever runs Greenroom.
    Operator {
        /// The name that goes with the password.
        name: String,
    },
    /// A member, as Discord knows them.
    Member {
        /// Who.
        user: UserId,
    },
}

impl Person {
    /// As the cause of a change.
    pub const fn actor(&self) -> Actor {
        match self {
            Self::Operator { .. } => Actor::Operator,
            Self::Member { user } => Actor::Member(*user),
        }
    }

    /// What is done by this person. What a member does tells of them, so it goes with them.
    pub(super) fn did<D>(&self, what: Happened<D>) -> Happened<D> {
        let done = what.by(self.actor());
        match self {
            Self::Operator { .. } => done,
            Self::Member { user } => done.of(Subject::Member(*user)),
        }
    }

    /// By what indexes have them. All operators share one number, which is nobody's on Discord; there are few of them.
    pub(super) const fn number(&self) -> UserId {
        match self {
            Self::Operator { .. } => UserId::new(0),
            Self::Member { user } => *user,
        }
    }

    /// By what keys have them.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Operator { name } => Digest::of_parts(&[b"operator", name.as_bytes()]),
            Self::Member { user } => Digest::of_parts(&[b"member", &user.get().to_be_bytes()]),
        }
    }

    /// Whether it is this member.
    pub(super) fn is_member(&self, member: UserId) -> bool {
        *self == Self::Member { user: member }
    }
}
