//! Tasks with proof and review.
//!
//! **What members see.** A task is posted in its channel with the button "Claim Task"; `/claim` does the same (`T-TSK-07`). Whoever
//! claims it has until their own deadline (`C-58`) to hand in a proof by `/task_submit`: a text, up to three files, or both. The proof
//! is posted for the reviewers, who accept it, reject it with a reason (`D-50`), or ask for more. What comes of it, the member is told
//! by direct message. `/tasks` lists what is open and one's own claims, and gives a claim up.
//! **What the team sees.** `/task-admin` and the pages make, change, end and delete tasks and review proofs. Moderators review as well,
//! unless a setting takes it away (`C-130`); nobody reviews their own proof but the owner (`D-49`).
//!
//! **Rules.** They are pure functions ([`rules`]). A claim takes one of the places of its task. It gives the place back when it is given
//! up or runs out, and keeps it while it waits for a review, after it was accepted, and after it was rejected until its deadline, because
//! the proof may be handed in again until then (`D-47`). A task is completed when all of its places are accepted (`D-48`). What a
//! member claims at a time is limited; proofs that wait for a review count (`D-98`). The reward is paid by the flow
//! `flows::task_reviewed` in the transaction of the acceptance (`T-TSK-21`): where the ledger refuses it, nothing is accepted.
//!
//! **Rounds.** A task that repeats begins a new round each midnight or Monday of the server's zone: all of its places are free, and each
//! member may do it once more. A claim belongs to the round in which it was made and keeps its deadline; what was done in former rounds
//! stays. The round is a number that only grows, so no clock that is set back and no summer time brings one twice.
//!
//! **Proving itself.** A task may ask for a number of deeds in place of a review ([`proving`]). What counts is what the program sees
//! anyway, between the claim and its deadline; the last deed pays, in its own transaction (`flows::task_proven`).
//!
//! **Ends.** A task and a claim have one [alarm](crate::jobs::Alarm) each, for the end of the task and the deadline of the claim. What an
//! alarm missed, a sweep finds ([`upkeep`], `D-51`). With `auto_expire_enabled` off neither ends anything, but what came too late is
//! refused all the same (`D-97`). A task that is deleted vanishes at once; its messages go by jobs, and the rows go last.
//!
//! **Invariants.** A task's counts are its claims by their states; no task has more claims that hold a place than it has places; a
//! member has at most one claim of a task that is open; a claim belongs to a task; what waits for a review has a proof ([`check`]).
//!
//! **Tables.** `tasks.tasks`, `tasks.claims`, `tasks.categories`, `tasks.totals`. **Topic.** `tasks.changed`. **Jobs.** `tasks.expiry`,
//! `tasks.deadline`, `tasks.clearing`, `tasks.news`, `tasks.named_role`.

pub mod activity;
pub mod check;
pub mod claims;
pub mod editing;
pub mod listing;
pub mod model;
pub mod proving;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod statistics;
pub mod tables;
pub mod upkeep;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    switch: Some(&settings::SWITCH),
    tables: tables::TABLES,
    settings: settings::LISTED,
    topics: &[tables::CHANGED],
    jobs: &[tables::EXPIRY.kind(), tables::DEADLINE.kind(), &model::CLEARING, &model::NEWS, &model::NAMED_ROLE],
    activities: activity::KINDS,
    refusals: &[model::TaskRefusal::ROWS],
    recurring: &[&upkeep::OVERDUE],
    checks: &[check::check],
    export: sql::EXPORT,
    ..Domain::named("tasks")
};

#[cfg(test)]
mod tests;
