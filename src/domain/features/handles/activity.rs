//! What is noted of links between members and handles.

use serde::{Deserialize, Serialize};

use super::model::RenameTold;
use crate::activity::ActivityKind;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::live::Handle;
use crate::store::form::Carried;

/// A handle proved on the live that it is a member's. About the member, as all of these.
pub static PROVEN: ActivityKind<Link> = ActivityKind::new("handles.proven");
/// An administrator linked a handle.
pub static LINKED: ActivityKind<Link> = ActivityKind::new("handles.linked");
/// An administrator took a link away.
pub static UNLINKED: ActivityKind<Link> = ActivityKind::new("handles.unlinked");
/// A linked account has another name.
pub static RENAMED: ActivityKind<RenameTold> = ActivityKind::new("handles.renamed");

/// All of them.
pub const KINDS: &[&dyn Carried] = &[&PROVEN, &LINKED, &UNLINKED, &RENAMED];

/// A link that was made or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The handle.
    pub handle: Handle,
    /// Whose it was until now, where it was taken from someone.
    pub former: Option<UserId>,
    /// Whether the link until now was verified.
    pub was_verified: bool,
    /// What the handle holds.
    pub points: Amount,
}
