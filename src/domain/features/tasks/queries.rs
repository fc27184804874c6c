//! Reads of tasks and claims, for views and for other features.

use super::model::{Claim, ClaimId, ClaimState, GENERAL, KnownClaim, KnownTask, Task, TaskId, TaskStatus, Totals};
use super::settings::MODERATORS_REVIEW;
use super::{rules, tables};
use crate::access::Level;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Cursor, Direction, Read, Selected, Selection};

pub use super::claims::{Claimed, admit, admit_proof, require, require_claimed, reviewable};
pub use super::tables::{CHANGED, claim, latest_claim, task};

/// Choices that Discord shows while a person types.
const CHOICES: usize = 25;
/// Tasks or claims that are looked at for a choice or a list.
const LOOKED_AT: usize = 2_000;

/// Which tasks a list shows. Those of one status, the latest first.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this category.
    pub category: Option<String>,
    /// With these words in their names or descriptions, however they are written.
    pub text: Option<String>,
    /// Behind this one.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: usize,
}

/// A claim with its task, as a list of claims shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnClaim {
    /// The task.
    pub task: KnownTask,
    /// The claim.
    pub claim: KnownClaim,
}

/// How many tasks of a status there are.
pub fn count(read: &dyn Read, guild: GuildId, status: TaskStatus) -> Result<u64> {
    tables::BY_STATUS.count(read, (guild, status))
}

/// How many proofs wait for a review.
pub fn waiting(read: &dyn Read, guild: GuildId) -> Result<u64> {
    tables::TO_REVIEW.count(read, guild)
}

/// What was done so far.
pub fn totals(read: &dyn Read, guild: GuildId) -> Result<Totals> {
    Ok(tables::TOTALS.get(read, &guild)?.unwrap_or_default())
}

/// The tasks of a status, the latest first.
pub fn tasks(read: &dyn Read, guild: GuildId, status: TaskStatus, wanted: &Wanted) -> Result<Selected<KnownTask>> {
    let words = wanted.text.as_ref().map(|text| text.to_lowercase());
    let category = wanted.category.as_ref().map(|category| category.to_lowercase());
    let selection = Selection::of((guild, status))
        .backward()
        .after(wanted.after.clone())
        .limit(wanted.limit)
        .scanning_at_most(LOOKED_AT);
    tables::select_tasks(read, guild, &selection, |task| {
        category.as_ref().is_none_or(|category| task.category.to_lowercase() == *category)
            && words.as_ref().is_none_or(|words| {
                task.name.to_lowercase().contains(words) || task.description.to_lowercase().contains(words)
            })
    })
}

/// A page of a list, whose rows are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// Which one it is, from 1.
    pub page: u64,
    /// How many there are, at least 1.
    pub pages: u64,
    /// How many rows there are on all of them.
    pub all: u64,
}

/// Rows on one page of a list on Discord.
const PAGE: u8 = 10;

impl<T> Page<T> {
    /// The page of a list that is wanted, or the one nearest to it.
    pub fn of(rows: Vec<T>, page: u64) -> Self {
        let all = rows.len() as u64;
        let pages = all.div_ceil(PAGE.into()).max(1);
        let page = page.clamp(1, pages);
        let before = usize::try_from((page - 1) * u64::from(PAGE)).unwrap_or(usize::MAX);
        Self { rows: rows.into_iter().skip(before).take(PAGE.into()).collect(), page, pages, all }
    }
}

/// A page of the tasks that can be claimed at a moment, in one category or in all, those first that end first.
pub fn open_page(
    read: &dyn Read,
    guild: GuildId,
    category: Option<String>,
    (page, now): (u64, Timestamp),
) -> Result<Page<KnownTask>> {
    let wanted = Wanted { category, limit: LOOKED_AT, ..Wanted::default() };
    let mut open = tasks(read, guild, TaskStatus::Active, &wanted)?.rows;
    open.retain(|known| known.task.expires_at > now);
    open.sort_by_key(|known| (known.task.expires_at, known.id));
    Ok(Page::of(open, page))
}

/// A task as a choice: its number and its name.
pub type Choice = (TaskId, String);

/// Tasks of any status whose names or numbers fit what was typed, the open ones first.
pub fn choices(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Vec<Choice>> {
    let mut found = Vec::new();
    for status in [TaskStatus::Active, TaskStatus::Completed, TaskStatus::Expired] {
        let room = CHOICES.saturating_sub(found.len());
        if room == 0 {
            break;
        }
        let selection = Selection::of((guild, status)).backward().limit(room).scanning_at_most(LOOKED_AT);
        let page = tables::BY_STATUS.select(read, &selection, |(.., id)| {
            let fitting = task(read, guild, id)?.filter(|known| fits(known, typed));
            Ok(fitting.map(|known| (id, known.task.name)))
        })?;
        found.extend(page.rows);
    }
    Ok(found)
}

/// Tasks that a member may claim at a moment, as far as they fit what was typed.
pub fn claimable(read: &dyn Read, guild: GuildId, user: UserId, now: Timestamp, typed: &str) -> Result<Vec<Choice>> {
    let selection = Selection::of((guild, TaskStatus::Active)).backward().limit(CHOICES).scanning_at_most(LOOKED_AT);
    let page = tables::BY_STATUS.select(read, &selection, |(.., id)| {
        let Some(known) = task(read, guild, id)?.filter(|known| fits(known, typed)) else { return Ok(None) };
        Ok(admit(read, guild, user, id, now).is_ok().then_some((id, known.task.name)))
    })?;
    Ok(page.rows)
}

/// Tasks of which a member has a claim in one of these states, as far as they fit what was typed.
pub fn claimed_choices(
    read: &dyn Read,
    guild: GuildId,
    user: UserId,
    states: &[ClaimState],
    typed: &str,
) -> Result<Vec<Choice>> {
    let mut found = Vec::new();
    for own in own_claims(read, guild, user)? {
        // Several rounds of one task are one choice.
        let is_new = found.iter().all(|(id, _)| *id != own.task.id);
        if is_new && found.len() < CHOICES && states.contains(&own.claim.claim.state) && fits(&own.task, typed) {
            found.push((own.task.id, own.task.task.name));
        }
    }
    Ok(found)
}

fn fits(known: &KnownTask, typed: &str) -> bool {
    let typed = typed.trim().trim_start_matches('#').to_lowercase();
    known.id.to_string() == typed || known.task.name.to_lowercase().contains(&typed)
}

/// The claims of a member with their tasks: the open ones by their deadlines, then the others, the latest first.
pub fn own_claims(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<OwnClaim>> {
    let mut claims = Vec::new();
    for (.., id) in tables::BY_MEMBER.page(read, (guild, user), Direction::Forward, LOOKED_AT)? {
        let Some(claim) = claim(read, guild, id)? else { continue };
        claims.extend(task(read, guild, claim.claim.task)?.map(|task| OwnClaim { task, claim }));
    }
    claims.sort_by_key(|own| {
        let Claim { state, deadline, claimed_at, .. } = own.claim.claim;
        let order = if state.is_open() { deadline.micros() } else { claimed_at.micros().saturating_neg() };
        (!state.is_open(), order)
    });
    Ok(claims)
}

/// The claims of a task in a state, or of all states, in the order of states and of claims.
pub fn claims_of(
    read: &dyn Read,
    guild: GuildId,
    id: TaskId,
    state: Option<ClaimState>,
    (after, limit): (Option<Cursor>, usize),
) -> Result<Selected<KnownClaim>> {
    let selection = match state {
        Some(state) => Selection::of((guild, id, state)),
        None => Selection::of((guild, id)),
    };
    tables::BY_TASK.select(read, &selection.after(after).limit(limit), |(.., id)| claim(read, guild, id))
}

/// How many claims of a task are in a state.
pub fn count_claims(read: &dyn Read, guild: GuildId, id: TaskId, state: ClaimState) -> Result<u64> {
    tables::BY_TASK.count(read, (guild, id, state))
}

/// What waits for a review, the oldest first.
pub fn to_review(
    read: &dyn Read,
    guild: GuildId,
    (after, limit): (Option<Cursor>, usize),
) -> Result<Selected<OwnClaim>> {
    let selection = Selection::of(guild).after(after).limit(limit);
    tables::TO_REVIEW.select(read, &selection, |(.., id)| with_task(read, guild, id))
}

/// Accepted claims, the latest first.
pub fn accepted(
    read: &dyn Read,
    guild: GuildId,
    (after, limit): (Option<Cursor>, usize),
) -> Result<Selected<OwnClaim>> {
    let selection = Selection::of(guild).backward().after(after).limit(limit);
    tables::ACCEPTED.select(read, &selection, |(.., id)| with_task(read, guild, id))
}

/// The claims that were accepted at a moment.
pub fn accepted_at(read: &dyn Read, guild: GuildId, at: Timestamp) -> Result<Vec<KnownClaim>> {
    let found = tables::ACCEPTED.page(read, (guild, at), Direction::Forward, LOOKED_AT)?;
    tables::claims_at(read, guild, found.into_iter().map(|(.., id)| id))
}

/// A claim with its task, unless that was deleted.
pub fn with_task(read: &dyn Read, guild: GuildId, id: ClaimId) -> Result<Option<OwnClaim>> {
    let Some(claim) = claim(read, guild, id)? else { return Ok(None) };
    Ok(task(read, guild, claim.claim.task)?.map(|task| OwnClaim { task, claim }))
}

/// The categories that were added, in alphabetical order.
pub fn own_categories(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let rows = tables::CATEGORIES.page(read, guild, Direction::Forward, rules::MOST_CATEGORIES)?;
    Ok(rows.into_iter().map(|((_, name), ())| name).collect())
}

/// All categories: the one that is always there, and those that were added.
pub fn categories(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut all = vec![GENERAL.to_owned()];
    all.extend(own_categories(read, guild)?);
    Ok(all)
}

/// Who reviews proofs at least (`C-130`).
pub fn least_reviewer(read: &dyn Read, guild: GuildId) -> Result<Level> {
    Ok(if MODERATORS_REVIEW.get(read, guild)? { Level::Moderator } else { Level::Admin })
}

/// A task of any state, also one that is going, for what is still shown of it.
pub fn even_if_going(read: &dyn Read, guild: GuildId, id: TaskId) -> Result<Option<Task>> {
    tables::TASKS.get(read, &(guild, id))
}
