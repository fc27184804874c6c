//! Tasks: looked at, made, changed and deleted, and whose they are (`T-API-09` to `T-API-11`, `C-59`).
//!
//! | file | for |
//! | --- | --- |
//! | [`list`] | lists, one task, categories, statistics |
//! | [`wish`] | what somebody wants a task to be, read field by field, with its channel and role looked at on Discord |
//! | [`change`] | making, changing, ending, deleting, assigning, and the way back |
//! | [`review`] | proofs that wait, and what reviewers say of them |
//! | [`own`] | what members do: claim, give up, hand in |
//!
//! What is changed is stored first, and its message follows (`T-SYN-02`, `T-SYN-03`). The answer waits for that for 8 seconds; where
//! Discord takes longer it is 202, with `sync_status` as `pending_sync` (`C-56`).

pub mod change;
pub mod list;
pub mod own;
pub mod review;
pub mod wish;

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::features::tasks::model::{
    Claim, ClaimId, Counts, KnownClaim, KnownTask, Proof, ProofFile, TASK_POST, Task, TaskId, TaskRole,
};
use crate::features::tasks::queries;
use crate::flows::{known_members, task_undone};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::message_link;
use crate::kernel::time::Timestamp;
use crate::posts::Sync;
use crate::store::{Read, Tx};
use crate::web::Web;
use crate::web::answer::{Answered, Given, Problem, Revision, RevisionOfOne};
use crate::web::segments::{One, Segment};
use crate::web::user_info::names_a_member;

impl Segment for TaskId {
    const NAME: &'static str = "task";
}

impl Segment for ClaimId {
    const NAME: &'static str = "claim";
}

/// The claims of a task that hold a place, by their states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountsView {
    /// In progress.
    pub in_progress: u32,
    /// Waiting for a review.
    pub submitted: u32,
    /// Accepted.
    pub accepted: u32,
    /// Rejected, before their deadlines.
    pub rejected: u32,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskView {
    /// Its number.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What is to be done.
    pub description: String,
    /// What is paid for it.
    pub reward: i64,
    /// How many hours a claim has.
    pub duration_hours: u32,
    /// `active`, `expired` or `completed`.
    pub status: &'static str,
    /// When it was made.
    pub created: String,
    /// Who made it: the id of a member, `system` or `operator`.
    pub created_by: String,
    /// When it can be claimed no more.
    pub expires_at: String,
    /// Where it is posted.
    pub channel_id: String,
    /// How many places it has; -1 for any number.
    pub max_claims: i64,
    /// How many of them are taken.
    pub current_claims: u32,
    /// The same by what became of them.
    pub claims: CountsView,
    /// To whom it is assigned.
    pub assigned_users: Vec<String>,
    /// Its category.
    pub category: String,
    /// The id of the role that whoever is accepted gets.
    pub role_id: Option<String>,
    /// The name of that role when it was chosen.
    pub role_name: Option<String>,
    /// How often the same member may do it: `never`, `daily` or `weekly`.
    pub repeats: &'static str,
    /// When its next round begins, in which all of its places are free again.
    pub next_round_at: Option<String>,
    /// How a claim is proven: `review`, `messages`, `watch_minutes`, `gift_coins` or `songs_played`.
    pub proven_by: &'static str,
    /// How many of these prove it; nothing for `review`.
    pub proof_amount: Option<u32>,
    /// The channel in which messages count.
    pub proof_channel_id: Option<String>,
    /// How often it was changed by hand.
    pub revision: u64,
    /// How its message is on Discord: `synced`, `pending_sync`, `orphaned` or `failed`.
    pub sync_status: Option<&'static str>,
    /// Its message, where there is one.
    pub message_id: Option<String>,
    /// Why that is not as it is to be, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_reason: Option<String>,
    /// The number of the change that this request made, by which it can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        let Counts { in_progress, submitted, accepted, rejected } = counts;
        Self { in_progress, submitted, accepted, rejected }
    }
}

impl TaskView {
    /// A task as it is now.
    pub fn of(read: &dyn Read, guild: GuildId, known: &KnownTask) -> Result<Self> {
        let KnownTask { id, task } = known;
        let (post, role) = (TASK_POST.state(read, guild, id.get())?, task.role.as_ref());
        Ok(Self {
            id: id.to_string(),
            name: task.name.clone(),
            description: task.description.clone(),
            reward: task.reward.get(),
            duration_hours: task.duration_hours,
            status: task.status.name(),
            created: task.created.rfc3339(),
            created_by: task.created_by.to_string(),
            expires_at: task.expires_at.rfc3339(),
            channel_id: task.channel.to_string(),
            max_claims: task.max_claims_number(),
            current_claims: task.counts.taken(),
            claims: task.counts.into(),
            assigned_users: task.assigned.iter().map(ToString::to_string).collect(),
            category: task.category.clone(),
            role_id: role.and_then(|role| role.id).map(|id| id.to_string()),
            role_name: role.map(|TaskRole { name, .. }| name.clone()),
            repeats: task.repeats.into(),
            next_round_at: task.again_at().map(Timestamp::rfc3339),
            proven_by: task.proven_by.name(),
            proof_amount: task.proven_by.needed(),
            proof_channel_id: task.proven_by.channel().map(|channel| channel.to_string()),
            revision: task.revision,
            sync_status: post.as_ref().map(|post| post.sync.name()),
            message_id: post.as_ref().and_then(|post| post.message).map(|message| message.to_string()),
            sync_reason: post.and_then(|post| post.reason),
            change: None,
        })
    }

    /// Whether Discord has still to show it.
    pub fn is_pending(&self) -> bool {
        self.sync_status == Some(Sync::PendingSync.name())
    }

    /// The same behind a change, in its transaction.
    fn changed(tx: &Tx<'_>, guild: GuildId, known: &KnownTask) -> Result<Self> {
        let change = task_undone::latest(tx, guild, known.id)?.map(|id| id.to_string());
        Ok(Self { change, ..Self::of(tx, guild, known)? })
    }
}

/// The revision of a task is that of what is changed by hand: who claims it meanwhile is no reason to look at a change again.
pub fn revision(id: TaskId, task: &Task) -> Revision {
    Revision::of(&(id, task.revision))
}

/// The same of the task that a path names.
pub const REVISION: RevisionOfOne<One<TaskId>> =
    |read, guild, One(id)| Ok(queries::task(read, guild, *id)?.map(|known| revision(known.id, &known.task)));

/// A claim of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClaimView {
    /// Its number.
    pub id: String,
    /// The number of the task.
    pub task_id: String,
    /// What the task is called.
    pub task_name: String,
    /// What is paid for it.
    pub reward: i64,
    /// Whose it is.
    pub user_id: String,
    /// The name by which they are known here best.
    pub user_name: String,
    /// `in_progress`, `submitted`, `accepted`, `rejected`, `expired` or `abandoned`.
    pub status: &'static str,
    /// When it was claimed.
    pub claimed_at: String,
    /// Until when a proof can be handed in.
    pub deadline: String,
    /// What was handed in last.
    pub proof_content: Option<String>,
    /// The files of that.
    pub proof_attachments: Vec<FileView>,
    /// When that was.
    pub submitted_at: Option<String>,
    /// When it was accepted.
    pub completed_at: Option<String>,
    /// The reviewer's note, reason or question.
    pub notes: String,
    /// Who reviewed it last.
    pub reviewer: Option<String>,
    /// The round of the task in which it was claimed; 0 for the first.
    pub round: u32,
    /// How it is proven, as the task said when it was claimed.
    pub proven_by: &'static str,
    /// How many deeds prove it; nothing where a reviewer looks.
    pub proof_amount: Option<u32>,
    /// How many of them were done.
    pub progress: u32,
    /// What was paid.
    pub paid: i64,
    /// The number of the change that this request made, by which it can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// A file of a proof.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileView {
    /// What it is called.
    pub name: String,
    /// How large it is.
    pub bytes: u64,
    /// Where reviewers get it.
    pub url: String,
}

names_a_member!(ClaimView: user_name);

impl ClaimView {
    /// A claim of a task, for whoever may see its proof.
    pub fn of(read: &dyn Read, guild: GuildId, task: &KnownTask, known: &KnownClaim) -> Result<Self> {
        let KnownClaim { id, claim } = known;
        let Claim { user, state, claimed_at, deadline, proof, completed_at, notes, reviewer, paid, .. } = claim;
        let files = proof.iter().flat_map(|proof| &proof.files).enumerate();
        let file = |(place, file): (usize, &ProofFile)| FileView {
            name: file.name.clone(),
            bytes: file.bytes,
            url: file_address(guild, *id, (place, file)),
        };
        Ok(Self {
            id: id.to_string(),
            task_id: task.id.to_string(),
            task_name: task.task.name.clone(),
            reward: task.task.reward.get(),
            user_id: user.to_string(),
            user_name: known_members::called(read, guild, *user)?,
            status: state.name(),
            claimed_at: claimed_at.rfc3339(),
            deadline: deadline.rfc3339(),
            proof_content: proof.as_ref().map(|Proof { content, .. }| content.clone()),
            proof_attachments: files.map(file).collect(),
            submitted_at: proof.as_ref().map(|proof| proof.submitted_at.rfc3339()),
            completed_at: completed_at.map(Timestamp::rfc3339),
            notes: notes.clone(),
            reviewer: reviewer.map(|actor| actor.to_string()),
            round: claim.round,
            proven_by: claim.proven_by.name(),
            proof_amount: claim.proven_by.needed(),
            progress: claim.progress,
            paid: paid.get(),
            change: None,
        })
    }
}

/// The longest picture of a proof that is shown, in bytes.
pub const LONGEST_PICTURE: u64 = 10 << 20;

/// Whether a file is called like a picture that browsers show, and is not too large.
pub fn is_picture(file: &ProofFile) -> bool {
    let name = file.name.to_lowercase();
    file.bytes <= LONGEST_PICTURE && [".png", ".jpg", ".jpeg", ".gif", ".webp"].iter().any(|end| name.ends_with(end))
}

/// Where reviewers get a file of a proof: a picture at an address of ours, anything else on Discord.
pub fn file_address(guild: GuildId, claim: ClaimId, (place, file): (usize, &ProofFile)) -> String {
    if is_picture(file) {
        format!("/g/{guild}/reviews/pictures/{claim}/{place}")
    } else {
        message_link(guild, file.channel, file.message)
    }
}

/// Where a task is on the pages.
pub fn task_address(guild: GuildId, id: impl std::fmt::Display) -> String {
    format!("/g/{guild}/tasks/{id}")
}

/// Where a change of tasks is taken back.
pub fn undo_address(guild: GuildId, change: impl std::fmt::Display) -> String {
    format!("/g/{guild}/tasks/changes/{change}/undo")
}

/// Answers a change of a task once its message shows it, or with 202 where that takes longer.
async fn posted(web: &Web, guild: GuildId, answered: Answered<TaskView>) -> Result<Answered<TaskView>, Problem> {
    let Some((id, change)) =
        answered.value.now().and_then(|view| Some((view.id.parse::<TaskId>().ok()?, view.change.clone())))
    else {
        return Ok(answered);
    };
    web.until_posted(&TASK_POST, guild, id.get()).await?;
    let look = move |read: &dyn Read| {
        queries::task(read, guild, id)?.map(|known| TaskView::of(read, guild, &known)).transpose()
    };
    // Somebody may have deleted it meanwhile.
    let Some(now) = web.look("task", look).await? else { return Ok(answered) };
    let status = if now.is_pending() { StatusCode::ACCEPTED } else { answered.status };
    let value = Given::Now(TaskView { change, ..now });
    Ok(Answered { value, ..answered }.with_status(status))
}

/// What a member is called, of the names that the store has.
fn called(read: &dyn Read, guild: GuildId, user: UserId) -> Result<String> {
    known_members::called(read, guild, user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::{AttachmentId, ChannelId, MessageId};

    #[test]
    fn a_picture_is_called_so_and_is_not_too_large() {
        let file = |name: &str, bytes: u64| ProofFile {
            name: name.to_owned(),
            bytes,
            channel: ChannelId::new(1),
            message: MessageId::new(2),
            attachment: AttachmentId::new(3),
            url: String::new(),
            digest: None,
        };
        assert!(is_picture(&file("Proof.PNG", 5)) && is_picture(&file("a.webp", LONGEST_PICTURE)));
        for (name, bytes) in [("a.svg", 5), ("a.png.html", 5), ("a", 5), ("a.png", LONGEST_PICTURE + 1)] {
            assert!(!is_picture(&file(name, bytes)), "{name} {bytes}");
        }
    }
}
