//! A proof of a task is accepted: the reward is paid, the role given, and the member told (`T-TSK-15` to `T-TSK-24`).
//!
//! All of it is one transaction. The ledger is asked first, and where it refuses, a full balance, nothing is accepted and the proof goes
//! on waiting (`T-TSK-21`). The role is given by a job afterwards: one that is gone, or that the bot may not give, undoes no award.

use super::coins_posted;
use crate::activity::Subject;
use crate::features::coins::model::{Currency, EntryKind, LedgerEntry, Posting};
use crate::features::tasks;
use crate::features::tasks::activity::ROLE_MISSING;
use crate::features::tasks::claims::Claimed;
use crate::features::tasks::model::{NAMED_ROLE, NamedRole, Reviewer, Task, TaskRole, Whose};
use crate::jobs::Lane;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::roles::{self, Why};
use crate::store::Tx;

/// A proof that was accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The task, and the claim as it is now.
    pub claimed: Claimed,
    /// The entry of the reward; `None` where there is none.
    pub entry: Option<LedgerEntry>,
}

/// Accepts the proof of a member. Of two reviewers at once one does, and the other reads that it was done.
pub fn accept(
    tx: &Tx<'_>,
    guild: GuildId,
    whose: impl Into<Whose>,
    reviewer: &Reviewer,
    note: &str,
) -> Result<Accepted> {
    let found = tasks::claims::reviewable(tx, guild, whose, reviewer)?;
    award(tx, guild, found, reviewer, tasks::rules::note(note)?)
}

/// Accepts a proof that was found to be reviewable, or that proved itself.
pub(super) fn award(
    tx: &Tx<'_>,
    guild: GuildId,
    found: Claimed,
    reviewer: &Reviewer,
    note: String,
) -> Result<Accepted> {
    let user = found.claim.claim.user;
    let task = found.task.task.clone();
    let entry = pay(tx, guild, user, &task, reviewer)?;
    let claimed = tasks::claims::accept(tx, guild, found, reviewer, (note, task.reward))?;
    match task.role.clone() {
        Some(TaskRole { id: Some(role), by, .. }) => {
            roles::give(tx, guild, user, role, None, Why::because(reason_of(&task.name)).by(by))?;
        }
        Some(TaskRole { id: None, name: role, by }) => {
            let named = NamedRole { user, role, task: task.name, by };
            NAMED_ROLE.schedule_now(tx, guild, Lane::User(user), &named)?;
        }
        None => {}
    }
    Ok(Accepted { claimed, entry })
}

/// Pays the reward of a task (`T-TSK-24`). A reward of 0 writes no entry.
fn pay(tx: &Tx<'_>, guild: GuildId, user: UserId, task: &Task, reviewer: &Reviewer) -> Result<Option<LedgerEntry>> {
    if task.reward == Amount::ZERO {
        return Ok(None);
    }
    let posting = Posting {
        currency: Currency::Server,
        user,
        delta: task.reward.get(),
        kind: EntryKind::TaskReward,
        reason: reason_of(&task.name),
        actor: reviewer.by,
    };
    coins_posted::run(tx, guild, &posting).map(Some)
}

/// Gives the role of a task that was found by its name. Where none is called so, the team is told, and the award stands (`T-TSK-17`).
pub fn give_named(tx: &Tx<'_>, guild: GuildId, named: &NamedRole, role: Option<RoleId>) -> Result<()> {
    let Some(role) = role else {
        return ROLE_MISSING.with(named.clone()).of(Subject::Member(named.user)).note(tx, guild);
    };
    roles::give(tx, guild, named.user, role, None, Why::because(reason_of(&named.task)).by(named.by))
}

/// Why the reward is paid and the role given (`T-TSK-20`).
pub(super) fn reason_of(task: &str) -> String {
    format!("Completed task: {task}")
}

#[cfg(test)]
mod tests;
