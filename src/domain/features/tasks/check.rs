//! The invariants of tasks, recomputed from the claims.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{ClaimState, Counts, Repeats, TaskId, TaskStatus};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// What is wrong in a guild, one sentence each.
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut counted: BTreeMap<TaskId, BTreeMap<u32, Counts>> = BTreeMap::new();
    let mut held: BTreeSet<(TaskId, UserId, u32)> = BTreeSet::new();
    let mut accepted = 0_u64;
    tables::CLAIMS.for_each(read, guild, |(_, id), claim| {
        counted.entry(claim.task).or_default().entry(claim.round).or_default().move_one(None, Some(claim.state));
        accepted += u64::from(claim.state == ClaimState::Accepted);
        if claim.state.is_open() && !held.insert((claim.task, claim.user, claim.round)) {
            findings.push(format!("user {} has task {} twice in round {}", claim.user, claim.task, claim.round));
        }
        if claim.state == ClaimState::Submitted && claim.proof.is_none() {
            findings.push(format!("claim {id} waits for a review and has no proof"));
        }
        if (claim.state == ClaimState::Accepted) != claim.completed_at.is_some() {
            findings.push(format!("claim {id} is {} and says otherwise when it was accepted", claim.state));
        }
        Ok(())
    })?;
    tables::TASKS.for_each(read, guild, |(_, id), task| {
        let claims = counted.remove(&id).and_then(|mut rounds| rounds.remove(&task.round)).unwrap_or_default();
        if claims != task.counts {
            findings.push(format!("task {id} counts {:?}, its claims are {claims:?}", task.counts));
        }
        if task.max_claims.is_some_and(|most| claims.taken() > most) {
            findings.push(format!("task {id} has {} claims for {} places", claims.taken(), task.max_claims_number()));
        }
        let is_done = task.max_claims.is_some_and(|most| claims.accepted >= most);
        if (task.repeats == Repeats::Never) != task.next_round.is_none() {
            findings.push(format!("task {id} repeats {}, and says otherwise when", task.repeats));
        }
        if task.status == TaskStatus::Active && is_done && task.repeats == Repeats::Never {
            findings.push(format!("all places of task {id} are accepted, and it is active"));
        }
        Ok(())
    })?;
    findings.extend(counted.into_keys().map(|task| format!("there are claims of task {task}, which is not there")));
    let totals = tables::TOTALS.get(read, &guild)?.unwrap_or_default();
    if totals.completed < accepted {
        findings.push(format!("{accepted} claims are accepted, and {} were counted", totals.completed));
    }
    Ok(findings)
}
