//! Roles that members are given: by an item of the shop, for a task, for a while (`S-DB-37`, `C-128`).
//!
//! Whoever gives a role says [`give`] in the transaction of its cause; `discord::roles` does the job, and judges before that whether
//! a role may be given at all. A role for a while is a row with its end ([`TimedRole`]), at which it is taken again; given once more
//! before that, it ends later. Whoever leaves and comes back before the end gets it again ([`came_back`]). Where that is wished, the
//! member is told a day before the end of one that lasts three days or more.
//!
//! What Discord refuses is told to the team, and undoes nothing (`T-TSK-17`) but what was paid for it: a role that is given for a row
//! ([`Why::for_row`]) is taken back by the feature of that row. That a role is gone is told once.
//!
//! Table: `roles.timed`, with its index `roles.timed_by_member`; in the export `timed_roles`. Jobs: `roles.give`, `roles.take`,
//! `roles.ends`, the alarm of each row.

mod activity;
mod model;
mod service;
mod sql;
mod tables;

pub use activity::{ENDED, REFUSED, VANISHED};
pub use model::{Cause, Grant, Judge, RoleTrouble, TimedRole, TimedRoleId, Why};
pub use service::{came_back, ended, forget, give, has_any, noticed, of_guild, refused, role_deleted, take, until};
pub use sql::EXPORT;
pub use tables::{ENDS, TABLES};

use crate::activity::Readable;
use crate::jobs::{JobKind, Purposeful};

/// Gives a role.
pub static GIVE: JobKind<Grant> = JobKind::new("roles.give", "A role that a member is given");
/// Takes a role.
pub static TAKE: JobKind<Grant> = JobKind::new("roles.take", "A role that is taken from a member");

/// The kinds of jobs of this module.
pub const JOBS: &[&dyn Purposeful] = &[&GIVE, &TAKE, ENDS.kind()];

/// The kinds of activities of this module.
pub const KINDS: &[&dyn Readable] = &[&REFUSED, &VANISHED, &ENDED];

#[cfg(test)]
mod tests;
