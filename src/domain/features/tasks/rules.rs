//! What may be done with tasks and claims, as pure functions.

use std::time::Duration;

use super::model::{Claim, ClaimState, Deed, Proof, ProvenBy, Repeats, Reviewer, Task, TaskRefusal, TaskStatus};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::text::{discord_len, one_line, paragraph};
use crate::kernel::time::Timestamp;

/// The longest name, in characters: a choice on Discord holds it.
pub const LONGEST_NAME: usize = 90;
/// The longest description.
pub const LONGEST_DESCRIPTION: usize = 2_000;
/// The longest category.
pub const LONGEST_CATEGORY: usize = 40;
/// The longest text of a proof.
pub const LONGEST_PROOF: usize = 1_500;
/// The longest reason or note of a reviewer.
pub const LONGEST_NOTE: usize = 500;
/// Files of a proof.
pub const MOST_FILES: usize = 3;
/// The most hours that a task takes: a year.
pub const MOST_HOURS: u32 = 8_760;
/// Members to whom a task is assigned.
pub const MOST_ASSIGNED: usize = 500;
/// Tasks of a guild that can be claimed at a time.
pub const MOST_ACTIVE: u64 = 1_000;
/// Categories of a guild.
pub const MOST_CATEGORIES: usize = 50;
/// How long a member has at least who is asked for more.
pub const TIME_TO_ANSWER: Duration = Duration::from_hours(24);

/// Until when a proof can be handed in (`T-HLP-11`): of exactly these two, so no change of the task moves it (`T-EDG-06`).
pub fn deadline(claimed_at: Timestamp, duration_hours: u32) -> Timestamp {
    claimed_at.after(hours(duration_hours))
}

/// So many hours.
pub fn hours(hours: u32) -> Duration {
    Duration::from_hours(hours.into())
}

/// Whether a task can be claimed at a moment, as far as its time goes (`T-HLP-09`).
pub fn require_active(task: &Task, now: Timestamp) -> Result<(), TaskRefusal> {
    let name = || task.name.clone();
    if task.status != TaskStatus::Active {
        return Err(TaskRefusal::NotActive { name: name(), status: task.status });
    }
    if now >= task.expires_at {
        return Err(TaskRefusal::Over { name: name(), at: task.expires_at });
    }
    Ok(())
}

/// Whether all places are taken (`T-HLP-12`).
pub fn is_full(task: &Task) -> bool {
    task.places_left() == Some(0)
}

/// Who wants to claim a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Who.
    pub user: UserId,
    /// How many tasks they have.
    pub at_a_time: usize,
    /// How many they may have (`T-EDG-05`).
    pub most: u32,
    /// Whether everybody may claim tasks (`D-45`).
    pub is_open_to_all: bool,
}

/// What somebody reads who has finished a task: for good, or in this round.
pub fn done(task: &Task) -> TaskRefusal {
    let name = task.name.clone();
    match task.again_at() {
        Some(again) => TaskRefusal::DoneForNow { name, again },
        None => TaskRefusal::Done(name),
    }
}

/// Whether somebody may claim a task (`T-HLP-10`), whose latest claim of it is this. A claim that was given up or ran out stands in
/// nobody's way.
pub fn may_claim(task: &Task, latest: Option<&Claim>, who: &Claimant, now: Timestamp) -> Result<(), TaskRefusal> {
    let name = || task.name.clone();
    if let Some(claim) = latest {
        match claim.state {
            ClaimState::InProgress | ClaimState::Rejected if now < claim.deadline => {
                let deadline = claim.deadline;
                return Err(match claim.proven_by {
                    ProvenBy::Review => TaskRefusal::Claimed { name: name(), deadline },
                    ProvenBy::Deeds(..) => TaskRefusal::Counting { name: name(), deadline },
                });
            }
            ClaimState::Submitted if claim.round == task.round => return Err(TaskRefusal::Waiting(name())),
            ClaimState::Accepted if claim.round == task.round => {
                return Err(done(task));
            }
            _ => {}
        }
    }
    require_active(task, now)?;
    if !who.is_open_to_all && !task.assigned.contains(&who.user) {
        return Err(TaskRefusal::NotAssigned(name()));
    }
    // The member's own claim that ran out gives its place back at this moment.
    let is_holding = latest.is_some_and(|claim| claim.round == task.round && claim.state.holds_place());
    if let Some(places) = task.max_claims.filter(|_| is_full(task) && !is_holding) {
        return Err(TaskRefusal::Full { name: name(), places });
    }
    let is_counted = latest.is_some_and(|claim| claim.state.is_limited() && is_replaced(claim));
    if who.at_a_time.saturating_sub(usize::from(is_counted)) >= who.most as usize {
        return Err(TaskRefusal::TooMany(who.most));
    }
    Ok(())
}

/// Whether a new claim takes the place of this one of the same member and task: of those that came to nothing. What waits for a review
/// or was accepted is of a round that is over, and stays.
pub const fn is_replaced(claim: &Claim) -> bool {
    !matches!(claim.state, ClaimState::Submitted | ClaimState::Accepted)
}

/// When the next try may be made after a rejection, where that is still to come.
pub fn waits_until(claim: &Claim, retry_hours: u32, now: Timestamp) -> Option<Timestamp> {
    let until = claim.rejected_at.filter(|_| retry_hours > 0)?.after(hours(retry_hours));
    (until > now).then_some(until)
}

/// Refuses a try before the time after a rejection is over.
pub fn may_try_again(name: &str, claim: &Claim, retry_hours: u32, now: Timestamp) -> Result<(), TaskRefusal> {
    match waits_until(claim, retry_hours, now) {
        Some(at) => Err(TaskRefusal::TooSoon { name: name.to_owned(), at }),
        None => Ok(()),
    }
}

/// Messages closer together than this count as one.
const BETWEEN_MESSAGES: Duration = Duration::from_mins(1);

/// How many of some deeds at a moment count for a claim, as the progress after them; `None` where none does. What is taken back is
/// negative.
pub fn progress(claim: &Claim, deed: Deed, amount: i64, at: Timestamp) -> Option<u32> {
    let ProvenBy::Deeds(wanted, needed) = claim.proven_by else { return None };
    let is_in_time = claim.claimed_at <= at && at < claim.deadline;
    let is_close = claim.counted_at.is_some_and(|last| at.since(last) < BETWEEN_MESSAGES);
    if wanted != deed || !is_in_time || (matches!(deed, Deed::Message(_)) && is_close) {
        return None;
    }
    // What was watched before the claim may be counted in the same minute.
    let longest = match deed {
        Deed::WatchMinute => i64::try_from(at.since(claim.claimed_at).as_secs().div_ceil(60)).unwrap_or(i64::MAX),
        _ => i64::MAX,
    };
    let done = i64::from(claim.progress).saturating_add(amount.min(longest)).clamp(0, needed.into());
    u32::try_from(done).ok().filter(|done| *done != claim.progress)
}

/// Whether a proof may be handed in for a claim.
pub fn may_submit(name: &str, claim: &Claim, now: Timestamp) -> Result<(), TaskRefusal> {
    let name = || name.to_owned();
    match claim.state {
        ClaimState::InProgress | ClaimState::Rejected if now < claim.deadline => {
            match claim.proven_by.progress(claim.progress) {
                Some(progress) => Err(TaskRefusal::ProvesItself { name: name(), progress }),
                None => Ok(()),
            }
        }
        ClaimState::InProgress | ClaimState::Rejected | ClaimState::Expired => {
            Err(TaskRefusal::TooLate { name: name(), at: claim.deadline })
        }
        ClaimState::Submitted => Err(TaskRefusal::Waiting(name())),
        ClaimState::Accepted => Err(TaskRefusal::Done(name())),
        ClaimState::Abandoned => Err(TaskRefusal::NotClaimed(name())),
    }
}

/// What somebody handed in, cleaned. Refuses nothing where something is needed (`D-46`).
pub fn content_of(typed: &str, files: usize, is_needed: bool) -> Result<String, TaskRefusal> {
    let content = paragraph(typed, usize::MAX);
    let length = discord_len(&content);
    if length > LONGEST_PROOF {
        return Err(TaskRefusal::ProofTooLong { length, most: LONGEST_PROOF });
    }
    if files > MOST_FILES {
        return Err(TaskRefusal::TooManyFiles(MOST_FILES));
    }
    if is_needed && content.is_empty() && files == 0 {
        return Err(TaskRefusal::NoProof);
    }
    Ok(content)
}

/// The proof that a reviewer may judge. Refuses what was reviewed already, and a reviewer's own (`D-49`).
pub fn reviewable<'c>(name: &str, claim: &'c Claim, reviewer: &Reviewer) -> Result<&'c Proof, TaskRefusal> {
    let proof = claim.proof.as_ref().ok_or_else(|| TaskRefusal::NothingToReview(name.to_owned()))?;
    if claim.state != ClaimState::Submitted {
        return Err(TaskRefusal::Reviewed { state: claim.state, by: claim.reviewer });
    }
    if reviewer.by == Actor::Member(claim.user) && !reviewer.is_owner {
        return Err(TaskRefusal::OwnProof);
    }
    Ok(proof)
}

/// A reason that a member is told (`D-50`).
pub fn reason(typed: &str) -> Result<String, TaskRefusal> {
    let reason = note(typed)?;
    if reason.is_empty() { Err(TaskRefusal::NoReason) } else { Ok(reason) }
}

/// A note of a reviewer, which may be nothing.
pub fn note(typed: &str) -> Result<String, TaskRefusal> {
    fitting("reason", paragraph(typed, usize::MAX), LONGEST_NOTE)
}

/// Where a task stands that is active: completed when all of its places are accepted (`D-48`); one that repeats goes on.
pub fn settled(task: &Task) -> TaskStatus {
    let is_done = task.max_claims.is_some_and(|most| task.counts.accepted >= most);
    let is_last = is_done && task.repeats == Repeats::Never;
    if task.status == TaskStatus::Active && is_last { TaskStatus::Completed } else { task.status }
}

/// A name as it was typed.
pub fn name(typed: &str) -> Result<String, TaskRefusal> {
    let name = fitting("name", one_line(typed, usize::MAX), LONGEST_NAME)?;
    if name.is_empty() { Err(TaskRefusal::NoName) } else { Ok(name) }
}

/// A description as it was typed.
pub fn description(typed: &str) -> Result<String, TaskRefusal> {
    let description = fitting("description", paragraph(typed, usize::MAX), LONGEST_DESCRIPTION)?;
    if description.is_empty() { Err(TaskRefusal::NoDescription) } else { Ok(description) }
}

/// A category as it was typed.
pub fn category(typed: &str) -> Result<String, TaskRefusal> {
    let category = fitting("category", one_line(typed, usize::MAX), LONGEST_CATEGORY)?;
    if category.is_empty() { Err(TaskRefusal::NoName) } else { Ok(category) }
}

/// A reward: nothing, or an amount that a balance can hold.
pub fn reward(number: i64) -> Result<Amount, TaskRefusal> {
    Amount::ZERO.changed_by(number).map_err(|_| TaskRefusal::NotAReward)
}

/// A duration in hours.
pub fn duration(number: i64) -> Result<u32, TaskRefusal> {
    let hours = u32::try_from(number).ok().filter(|hours| (1..=MOST_HOURS).contains(hours));
    hours.ok_or(TaskRefusal::NotADuration)
}

/// A number of places; `None` for any number, which is -1.
pub fn places(number: i64) -> Result<Option<u32>, TaskRefusal> {
    if number == -1 {
        return Ok(None);
    }
    let places = u32::try_from(number).ok().filter(|places| *places > 0);
    places.map(Some).ok_or(TaskRefusal::NotAPlaceCount)
}

fn fitting(what: &'static str, text: String, most: usize) -> Result<String, TaskRefusal> {
    let length = discord_len(&text);
    if length > most { Err(TaskRefusal::TooLong { what, length, most }) } else { Ok(text) }
}
