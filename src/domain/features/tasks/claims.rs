//! What members do with tasks: they claim one, give it up, and hand in a proof. And what becomes of the proof.
//!
//! Each operation refuses before its first write. The reward of an accepted proof is the flow `task_reviewed`.

use super::activity::{self, Involved};
use super::model::{
    Claim, ClaimId, ClaimState, Happening, KnownClaim, KnownTask, NEWS, News, PROOF_POST, Proof, ProofFile, Repeats,
    Reviewer, TaskId, TaskRefusal, TaskStatus, Whose,
};
use super::settings::{ENDS_BY_ITSELF, MOST_AT_A_TIME, OPEN_TO_ALL, PROOF_NEEDED, RETRY_HOURS, SWITCH};
use super::{rules, tables};
use crate::activity::ActivityKind;
use crate::jobs::{JobId, Lane, Ring};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, MessageId, UserId};
use crate::kernel::time::Timestamp;
use crate::profile::TIMEZONE;
use crate::remembered::{self, Limit};
use crate::store::{Direction, Read, Tx};
use crate::{money, outbox};

/// Claims of a member that are looked at when they are erased; more than anybody has.
const MOST_LEFT: usize = 10_000;
/// Claims of a member of one task among which the one that is meant is looked for.
const ROUNDS_LOOKED_AT: usize = 20;

/// What a member hands in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandedIn {
    /// What they wrote, as they typed it.
    pub content: String,
    /// Their files, which are kept.
    pub files: Vec<ProofFile>,
}

/// A task, and the claim of it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The task.
    pub task: KnownTask,
    /// The claim.
    pub claim: KnownClaim,
}

/// A task that is there.
pub fn require(read: &dyn Read, guild: GuildId, id: TaskId) -> Result<KnownTask> {
    Ok(tables::task(read, guild, id)?.ok_or(TaskRefusal::NoSuchTask)?)
}

/// A task that is there, and the latest claim of a member of it.
pub fn require_claimed(read: &dyn Read, guild: GuildId, id: TaskId, user: UserId) -> Result<Claimed> {
    let task = require(read, guild, id)?;
    let claim = tables::latest_claim(read, guild, user, id)?;
    let claim = claim.ok_or_else(|| TaskRefusal::NotClaimed(task.task.name.clone()))?;
    Ok(Claimed { task, claim })
}

/// The claim of a member of a task that is meant: the one that is named, or of the last rounds the oldest that fits, or else the latest.
fn meant(
    read: &dyn Read,
    guild: GuildId,
    Whose { user, task, claim }: Whose,
    fits: impl Fn(&Claim) -> bool,
) -> Result<Option<KnownClaim>> {
    if let Some(id) = claim {
        let known = tables::claim(read, guild, id)?;
        return Ok(known.filter(|known| known.claim.user == user && known.claim.task == task));
    }
    let of_last = tables::BY_MEMBER.page(read, (guild, user, task), Direction::Backward, ROUNDS_LOOKED_AT)?;
    let claims = tables::claims_at(read, guild, of_last.into_iter().map(|(.., id)| id))?;
    Ok(claims.iter().rfind(|known| fits(&known.claim)).or(claims.first()).cloned())
}

/// A task that is there, and the claim of a member of it that waits for a proof, or else the latest.
fn require_waiting(read: &dyn Read, guild: GuildId, id: TaskId, user: UserId, now: Timestamp) -> Result<Claimed> {
    let task = require(read, guild, id)?;
    let waits = |claim: &Claim| claim.state.waits_for_proof() && now < claim.deadline;
    let claim = meant(read, guild, (user, id).into(), waits)?;
    let claim = claim.ok_or_else(|| TaskRefusal::NotClaimed(task.task.name.clone()))?;
    Ok(Claimed { task, claim })
}

/// Refuses what a member may not claim at a moment (`T-TSK-09`, `T-HLP-10`). Answers the task, and their former claim of it.
pub fn admit(
    read: &dyn Read,
    guild: GuildId,
    user: UserId,
    id: TaskId,
    now: Timestamp,
) -> Result<(KnownTask, Option<KnownClaim>)> {
    SWITCH.require_on(read, guild)?;
    let KnownTask { task, .. } = require(read, guild, id)?;
    let task = task.in_round(&TIMEZONE.get(read, guild)?, now);
    let known = KnownTask { id, task };
    if known.task.reward > Amount::ZERO && !money::is_on(read, guild)? {
        return Err(TaskRefusal::CurrencyOff(known.task.name).into());
    }
    // They finished it before they were erased; what repeats, in this round.
    let finished = remembered::of(read, guild, user, Limit::Task(id.get()))?;
    if finished.is_some_and(|mark| known.task.repeats == Repeats::Never || mark.through >= known.task.round.into()) {
        return Err(rules::done(&known.task).into());
    }
    let latest = tables::latest_claim(read, guild, user, id)?;
    let most = MOST_AT_A_TIME.get(read, guild)?;
    let who = rules::Claimant {
        user,
        at_a_time: tables::at_a_time(read, guild, user, (most as usize).saturating_add(2))?,
        most,
        is_open_to_all: OPEN_TO_ALL.get(read, guild)?,
    };
    rules::may_claim(&known.task, latest.as_ref().map(|known| &known.claim), &who, now)?;
    if let Some(latest) = latest.as_ref().filter(|latest| latest.claim.round == known.task.round) {
        rules::may_try_again(&known.task.name, &latest.claim, RETRY_HOURS.get(read, guild)?, now)?;
    }
    Ok((known, latest))
}

/// Claims a task for a member (`T-TSK-10`, `T-TSK-11`): the place is taken in the same transaction in which it was found to be free,
/// so 1,000 members who want one of 10 places get exactly 10. A former claim that came to nothing begins anew; what was done in the
/// rounds before stays. Whoever comes first in a round turns the task.
pub fn claim(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<Claimed> {
    let (KnownTask { task, .. }, former) = admit(tx, guild, user, id, tx.now())?;
    if require(tx, guild, id)?.task.round != task.round {
        tables::set_task(tx, guild, id, task.clone())?;
    }
    if let Some(former) = former.filter(|former| rules::is_replaced(&former.claim)) {
        drop_files(tx, guild, &former.claim)?;
        tables::remove_claim(tx, guild, former.id)?;
    }
    let claim = Claim {
        task: id,
        user,
        state: ClaimState::InProgress,
        claimed_at: tx.now(),
        deadline: rules::deadline(tx.now(), task.duration_hours),
        proof: None,
        completed_at: None,
        notes: String::new(),
        reviewer: None,
        paid: Amount::ZERO,
        job: JobId::default(),
        round: task.round,
        proven_by: task.proven_by,
        progress: 0,
        counted_at: None,
        rejected_at: None,
    };
    let claim = tables::add_claim(tx, guild, claim)?;
    let claimed = Claimed { task: require(tx, guild, id)?, claim };
    note(tx, guild, &activity::CLAIMED, Actor::Member(user), &claimed)?;
    Ok(claimed)
}

/// Gives a claim up, whoever asks for it: its place is free again (`D-47`), and what was handed in goes.
pub fn abandon(tx: &Tx<'_>, guild: GuildId, by: Actor, user: UserId, id: TaskId) -> Result<Claimed> {
    let Claimed { task, claim } = require_waiting(tx, guild, id, user, tx.now())?;
    if !claim.claim.state.is_open() {
        return Err(TaskRefusal::NotClaimed(task.task.name).into());
    }
    let claim = give_up(tx, guild, claim)?;
    let abandoned = Claimed { task: require(tx, guild, id)?, claim };
    note(tx, guild, &activity::ABANDONED, by, &abandoned)?;
    Ok(abandoned)
}

/// Gives up whatever a member has open: they are erased.
pub fn leave(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    for (.., id) in tables::BY_MEMBER.page(tx, (guild, user), Direction::Forward, MOST_LEFT)? {
        let Some(known) = tables::claim(tx, guild, id)? else { continue };
        if known.claim.state.is_open() {
            give_up(tx, guild, known)?;
        } else if known.claim.proof.is_some() {
            drop_files(tx, guild, &known.claim)?;
            PROOF_POST.withdrawn(tx, guild, id.get())?;
        }
    }
    Ok(())
}

/// Refuses what a member may not hand in at a moment, before their files are kept.
pub fn admit_proof(
    read: &dyn Read,
    guild: GuildId,
    (user, id): (UserId, TaskId),
    (typed, files): (&str, usize),
    now: Timestamp,
) -> Result<Claimed> {
    SWITCH.require_on(read, guild)?;
    let found = require_waiting(read, guild, id, user, now)?;
    rules::may_submit(&found.task.task.name, &found.claim.claim, now)?;
    rules::may_try_again(&found.task.task.name, &found.claim.claim, RETRY_HOURS.get(read, guild)?, now)?;
    rules::content_of(typed, files, PROOF_NEEDED.get(read, guild)?)?;
    Ok(found)
}

/// Hands in a proof (`T-TSK-12`); after a rejection once more, until the deadline (`T-HLP-19`). Its message follows (`T-TSK-13`).
pub fn submit(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId, handed_in: &HandedIn) -> Result<Claimed> {
    let HandedIn { content, files } = handed_in;
    let Claimed { claim, .. } = admit_proof(tx, guild, (user, id), (content, files.len()), tx.now())?;
    let content = rules::content_of(content, files.len(), PROOF_NEEDED.get(tx, guild)?)?;
    drop_files(tx, guild, &claim.claim)?;
    let proof = Proof { content, files: files.clone(), submitted_at: tx.now() };
    let submitted = Claim { proof: Some(proof), state: ClaimState::Submitted, ..claim.claim.clone() };
    change(tx, guild, &claim, submitted, &activity::SUBMITTED, Actor::Member(user))
}

/// The proof of a member that a reviewer may judge.
pub fn reviewable(read: &dyn Read, guild: GuildId, whose: impl Into<Whose>, reviewer: &Reviewer) -> Result<Claimed> {
    SWITCH.require_on(read, guild)?;
    let whose = whose.into();
    let task = require(read, guild, whose.task)?;
    let nothing = || TaskRefusal::NothingToReview(task.task.name.clone());
    let claim = meant(read, guild, whose, |claim| claim.state == ClaimState::Submitted)?.ok_or_else(nothing)?;
    rules::reviewable(&task.task.name, &claim.claim, reviewer)?;
    Ok(Claimed { task, claim })
}

/// Accepts a proof for which this was paid (`T-TSK-17`, `T-TSK-22`). The task is completed where that was its last place (`D-48`).
pub fn accept(
    tx: &Tx<'_>,
    guild: GuildId,
    found: Claimed,
    reviewer: &Reviewer,
    (note, paid): (String, Amount),
) -> Result<Claimed> {
    let before = found.claim;
    let accepted = Claim {
        state: ClaimState::Accepted,
        completed_at: Some(tx.now()),
        notes: note,
        reviewer: Some(reviewer.by),
        paid,
        ..before.claim.clone()
    };
    let mut accepted = change(tx, guild, &before, accepted, &activity::ACCEPTED, reviewer.by)?;
    tables::add_to_totals(tx, guild, |totals| totals.completed = totals.completed.saturating_add(1))?;
    let status = rules::settled(&accepted.task.task);
    if status != accepted.task.task.status {
        let KnownTask { id, mut task } = accepted.task;
        task.status = status;
        accepted.task = tables::set_task(tx, guild, id, task)?;
    }
    tell(tx, guild, &accepted, Happening::Accepted { paid })?;
    Ok(accepted)
}

/// Rejects a proof for a reason that the member is told (`D-50`). Another one may be handed in until the deadline.
pub fn reject(
    tx: &Tx<'_>,
    guild: GuildId,
    whose: impl Into<Whose>,
    reviewer: &Reviewer,
    reason: &str,
) -> Result<Claimed> {
    let Claimed { claim: before, .. } = reviewable(tx, guild, whose, reviewer)?;
    let reason = rules::reason(reason)?;
    let rejected = Claim {
        state: ClaimState::Rejected,
        notes: reason.clone(),
        reviewer: Some(reviewer.by),
        progress: 0,
        rejected_at: Some(tx.now()),
        ..before.claim.clone()
    };
    let rejected = change(tx, guild, &before, rejected, &activity::REJECTED, reviewer.by)?;
    let until = rejected.claim.claim.deadline;
    let from = rules::waits_until(&rejected.claim.claim, RETRY_HOURS.get(tx, guild)?, tx.now());
    tell(tx, guild, &rejected, Happening::Rejected { reason, until, from })?;
    Ok(rejected)
}

/// Asks a member for more: the claim is theirs again, with a day at least to answer.
pub fn ask(
    tx: &Tx<'_>,
    guild: GuildId,
    whose: impl Into<Whose>,
    reviewer: &Reviewer,
    question: &str,
) -> Result<Claimed> {
    let Claimed { claim: before, .. } = reviewable(tx, guild, whose, reviewer)?;
    let question = rules::reason(question)?;
    let until = before.claim.deadline.max(tx.now().after(rules::TIME_TO_ANSWER));
    let asked = Claim {
        state: ClaimState::InProgress,
        deadline: until,
        notes: question.clone(),
        reviewer: Some(reviewer.by),
        progress: 0,
        ..before.claim.clone()
    };
    let asked = change(tx, guild, &before, asked, &activity::ASKED, reviewer.by)?;
    tell(tx, guild, &asked, Happening::Asked { question, until })?;
    Ok(asked)
}

/// Takes a rejection or a question back: the proof waits for a review again, also where the deadline passed since. The member is told.
pub fn reconsider(tx: &Tx<'_>, guild: GuildId, by: Actor, found: Claimed) -> Result<Claimed> {
    let Claimed { task, claim: before } = found;
    let was_rejected = match before.claim.state {
        ClaimState::Rejected => true,
        // Whoever was asked for more has their proof still.
        ClaimState::InProgress => before.claim.reviewer.is_some(),
        // Its place may be somebody else's by now.
        ClaimState::Expired => {
            let is_of_now = before.claim.round == task.task.round;
            before.claim.reviewer.is_some() && !(is_of_now && rules::is_full(&task.task))
        }
        _ => false,
    };
    if !was_rejected || before.claim.proof.is_none() {
        return Err(TaskRefusal::CannotUndo.into());
    }
    let again = Claim { state: ClaimState::Submitted, rejected_at: None, ..before.claim.clone() };
    let again = change(tx, guild, &before, again, &activity::RECONSIDERED, by)?;
    tell(tx, guild, &again, Happening::Reconsidered { taken: Amount::ZERO })?;
    Ok(again)
}

/// Takes an acceptance back whose reward was taken back before: the proof waits for a review again, and a task that it completed goes
/// on, where its time is not over. The member is told, with what was taken back.
pub fn unaccept(tx: &Tx<'_>, guild: GuildId, by: Actor, found: Claimed) -> Result<Claimed> {
    let Claimed { task: KnownTask { id, mut task }, claim: before } = found;
    if before.claim.state != ClaimState::Accepted || before.claim.proof.is_none() {
        return Err(TaskRefusal::CannotUndo.into());
    }
    // One that somebody closed as done stays so.
    let was_last = task.max_claims.is_some_and(|most| task.counts.accepted >= most);
    if task.status == TaskStatus::Completed && was_last && task.repeats == Repeats::Never {
        task.status = if tx.now() < task.expires_at { TaskStatus::Active } else { TaskStatus::Expired };
        tables::set_task(tx, guild, id, task)?;
    }
    let again = Claim {
        state: ClaimState::Submitted,
        completed_at: None,
        reviewer: None,
        notes: String::new(),
        paid: Amount::ZERO,
        ..before.claim.clone()
    };
    let again = change(tx, guild, &before, again, &activity::UNACCEPTED, by)?;
    tables::add_to_totals(tx, guild, |totals| totals.completed = totals.completed.saturating_sub(1))?;
    tell(tx, guild, &again, Happening::Reconsidered { taken: before.claim.paid })?;
    Ok(again)
}

/// Ends a claim whose deadline passed without a proof: its place is free again (`D-47`). Answers whether it did; not where such things
/// are not ended by themselves (`D-97`).
pub fn run_out(tx: &Tx<'_>, guild: GuildId, id: ClaimId) -> Result<bool> {
    let Some(known) = tables::claim(tx, guild, id)? else { return Ok(false) };
    let is_over = known.claim.state.waits_for_proof() && tx.now() >= known.claim.deadline;
    if !is_over || !ENDS_BY_ITSELF.get(tx, guild)? {
        return Ok(false);
    }
    let expired = Claim { state: ClaimState::Expired, ..known.claim.clone() };
    change(tx, guild, &known, expired, &activity::RAN_OUT, Actor::System)?;
    Ok(true)
}

/// A claim's alarm rings: its time is over. One that rings no more, or at another moment, is left alone.
pub fn rang(tx: &Tx<'_>, ring: Ring<ClaimId>) -> Result<()> {
    let Some(claim) = tables::DEADLINE.waiting(tx, ring)? else { return Ok(()) };
    if !run_out(tx, ring.guild, ring.id)? {
        tables::DEADLINE.silence(tx, ring.guild, ring.id, claim)?;
    }
    Ok(())
}

/// The messages with the files of a proof go: each once.
pub fn drop_files(tx: &Tx<'_>, guild: GuildId, claim: &Claim) -> Result<()> {
    let mut gone: Vec<MessageId> = Vec::new();
    for file in claim.proof.iter().flat_map(|proof| &proof.files) {
        if !gone.contains(&file.message) {
            outbox::delete_message(tx, guild, (file.channel, file.message), tx.now())?;
            gone.push(file.message);
        }
    }
    Ok(())
}

/// The claim is given up, without a word of it.
fn give_up(tx: &Tx<'_>, guild: GuildId, known: KnownClaim) -> Result<KnownClaim> {
    let KnownClaim { id, claim } = known;
    drop_files(tx, guild, &claim)?;
    PROOF_POST.withdrawn(tx, guild, id.get())?;
    let before = claim.state;
    tables::set_claim(tx, guild, id, Some(before), Claim { state: ClaimState::Abandoned, proof: None, ..claim })
}

/// Writes a claim that was another one before, and notes what happened.
pub(super) fn change(
    tx: &Tx<'_>,
    guild: GuildId,
    before: &KnownClaim,
    after: Claim,
    kind: &ActivityKind<Involved>,
    by: Actor,
) -> Result<Claimed> {
    let claim = tables::set_claim(tx, guild, before.id, Some(before.claim.state), after)?;
    let task = require(tx, guild, claim.claim.task)?;
    let changed = Claimed { task, claim };
    note(tx, guild, kind, by, &changed)?;
    Ok(changed)
}

fn note(tx: &Tx<'_>, guild: GuildId, kind: &ActivityKind<Involved>, by: Actor, claimed: &Claimed) -> Result<()> {
    let Claimed { task, claim } = claimed;
    let involved = Involved {
        task: task.task.name.clone(),
        user: claim.claim.user,
        notes: claim.claim.notes.clone(),
        paid: claim.claim.paid,
        claim: claim.id,
    };
    activity::of_task(kind.with(involved), task.id).by(by).note(tx, guild)
}

/// Stages a word to the member whose claim it is.
fn tell(tx: &Tx<'_>, guild: GuildId, claimed: &Claimed, what: Happening) -> Result<()> {
    let Claimed { task: KnownTask { task, .. }, claim } = claimed;
    let user = claim.claim.user;
    let news = News { user, task: task.name.clone(), what };
    NEWS.schedule_now(tx, guild, Lane::User(user), &news).map(drop)
}
