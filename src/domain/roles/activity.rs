//! What is noted of roles: what Discord refuses, and what has ended.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::{Grant, RoleTrouble};
use crate::activity::{self, ActivityId, ActivityKind, Noted};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId};
use crate::kernel::sentence::{Numbered, Sentence};
use crate::sentence;
use crate::store::Tx;

/// How long it counts as known that a role is gone.
const KNOWN_FOR: Duration = Duration::from_hours(24 * 7);
/// Activities that are looked through for it, at most.
const MOST_LOOKED_AT: usize = 2_000;

/// A role could not be given or taken. About the member.
pub static REFUSED: ActivityKind<Refusal> =
    ActivityKind::new("roles.refused", refused).called("A role could not be given or taken");
/// A role that members were to have is gone.
pub static VANISHED: ActivityKind<Vanished> =
    ActivityKind::new("roles.vanished", |told| Some(vanished(told))).called("A role is gone");
/// A role for a while has ended, and was taken. About the member.
pub static ENDED: ActivityKind<Ended> =
    ActivityKind::new("roles.ended", ended).called("A role for a while ended").on_pages();

/// What could not be done, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The role.
    pub role: RoleId,
    /// Why the member was to have it.
    pub reason: String,
    /// Whether it was to be taken.
    pub is_taking: bool,
    /// Why it was not done.
    pub trouble: RoleTrouble,
}

/// A role that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vanished {
    /// The role.
    pub role: RoleId,
    /// How many members had it for a while.
    pub members: u32,
}

/// A role that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The role.
    pub role: RoleId,
    /// Why the member had it.
    pub reason: String,
}

impl From<Grant> for Ended {
    fn from(grant: Grant) -> Self {
        Self { role: grant.role, reason: grant.reason }
    }
}

/// Whether the team was told of late that a role is gone.
pub(super) fn is_known_to_have_vanished(tx: &Tx<'_>, guild: GuildId, role: RoleId) -> Result<bool> {
    let since = ActivityId::at(tx.now().before(KNOWN_FOR));
    let recent = activity::since(tx, guild, since, MOST_LOOKED_AT)?;
    Ok(recent.iter().any(|(_, past)| VANISHED.details(past).is_some_and(|told| told.role == role)))
}

fn refused(told: &Noted<'_, Refusal>) -> Option<Sentence> {
    let Refusal { role, reason, is_taking, trouble } = &told.details;
    let (member, reason) = (Numbered(told.member()?), Sentence::typed(reason));
    let because = Sentence::words(trouble.because());
    let sentence = if *is_taking {
        sentence!("I could not take {role} from {member} ({reason}): {because}.", role, member, reason, because)
    } else {
        sentence!("I could not give {role} to {member} ({reason}): {because}.", role, member, reason, because)
    };
    Some(sentence.signed("🎭"))
}

fn vanished(told: &Noted<'_, Vanished>) -> Sentence {
    let Vanished { role, members } = &told.details;
    let sentence = match members {
        0 => sentence!("A role that I was to give or take is gone: {role}.", role),
        1 => sentence!("A role is gone that one member had from me for a while: {role}.", role),
        _ => sentence!("A role is gone that {members} members had from me for a while: {role}.", members, role),
    };
    sentence.signed("🎭")
}

fn ended(told: &Noted<'_, Ended>) -> Option<Sentence> {
    let (member, role) = (Numbered(told.member()?), told.details.role);
    let reason = Sentence::typed(told.details.reason.as_str());
    Some(sentence!("{role} of {member} has ended ({reason}).", role, member, reason).signed("🎭"))
}
