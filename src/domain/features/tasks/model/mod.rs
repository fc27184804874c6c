//! Tasks, claims and proofs, and the jobs that follow from them.

mod kinds;
mod refusal;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

pub use kinds::{Deed, MOST_DEEDS, ProvenBy, Repeats};
pub use refusal::TaskRefusal;

use crate::jobs::{JobId, JobKind};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::digest::Digest;
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId, RoleId, UserId};
use crate::kernel::time::Timestamp;
use crate::posts::{PostKind, WhenGone};
use crate::store::{Erasure, Record};
use crate::{fields, id_type, key_enum, slots_by_display};

id_type!(
    /// The number of a task within its guild: 1, 2, 3 … (`T-TSK-06`).
    TaskId
);
id_type!(
    /// The number of a claim within its guild: 1, 2, 3 …
    ClaimId
);

slots_by_display!(TaskId);

/// The category of a task for which none was chosen.
pub const GENERAL: &str = "General";

/// The message of a task. Where somebody deletes it, it is posted again at somebody's word alone (`C-57`).
pub static TASK_POST: PostKind = PostKind::new("tasks.task", WhenGone::Orphan);
/// The message of a proof. Where somebody deletes it, it comes again: a proof must not vanish before it was reviewed.
pub static PROOF_POST: PostKind = PostKind::new("tasks.proof", WhenGone::Recreate);

/// Takes away what is left of a task that was deleted.
pub static CLEARING: JobKind<TaskId> = JobKind::new("tasks.clearing", "The deletion of a task");
/// Tells a member what became of their claim, or that a task is theirs.
pub static NEWS: JobKind<News> = JobKind::new("tasks.news", "A word to a member about a task");

/// Looks for a role that is known by its name alone, and gives it (`C-60`).
pub static NAMED_ROLE: JobKind<NamedRole> = JobKind::new("tasks.named_role", "The role of a task, by its name");

/// Where a task stands (`D-48`).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum TaskStatus {
    /// It can be claimed.
    Active,
    /// Its time is over, or somebody ended it.
    Expired,
    /// All of its places are accepted, or somebody closed it as done.
    Completed,
}

// The bytes are part of stored keys: a new status gets the next one, and none ever changes.
key_enum!(TaskStatus { Active = 1, Expired = 2, Completed = 3 });

impl TaskStatus {
    /// The stored and exported name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Where a claim stands (`C-55`).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum ClaimState {
    /// The member is at it.
    InProgress,
    /// A proof waits for a review.
    Submitted,
    /// The proof was accepted, and the reward paid.
    Accepted,
    /// The proof was rejected; another one may be handed in until the deadline.
    Rejected,
    /// The deadline passed.
    Expired,
    /// The member gave it up.
    Abandoned,
}

// The bytes are part of stored keys: a new state gets the next one, and none ever changes.
key_enum!(ClaimState { InProgress = 1, Submitted = 2, Accepted = 3, Rejected = 4, Expired = 5, Abandoned = 6 });

impl ClaimState {
    /// The stored and exported name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it holds a place of its task (`D-47`).
    pub const fn holds_place(self) -> bool {
        matches!(self, Self::InProgress | Self::Submitted | Self::Accepted | Self::Rejected)
    }

    /// Whether it counts among those that a member has at a time (`D-98`).
    pub const fn is_limited(self) -> bool {
        matches!(self, Self::InProgress | Self::Submitted)
    }

    /// Whether it ends at its deadline.
    pub const fn waits_for_proof(self) -> bool {
        matches!(self, Self::InProgress | Self::Rejected)
    }

    /// Whether something may still become of it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::InProgress | Self::Submitted | Self::Rejected)
    }

    /// As people read it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::InProgress => "in progress",
            Self::Submitted => "waiting for a review",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Abandoned => "given up",
        }
    }
}

/// The role that comes with a task (`C-60`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRole {
    /// Its id, where it is known; it counts before the name.
    pub id: Option<RoleId>,
    /// Its name when it was chosen.
    pub name: String,
    /// Who chose it: what only the owner may promise is given at the owner's word alone.
    pub by: Actor,
}

/// A task (`T-TSK-02`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// What it is called, cleaned and not escaped.
    pub name: String,
    /// What is to be done, likewise.
    pub description: String,
    /// What is paid for it; may be nothing.
    pub reward: Amount,
    /// How long a claim has, and how long the task can be claimed unless its end was changed.
    pub duration_hours: u32,
    /// Where it stands.
    pub status: TaskStatus,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: Actor,
    /// When it can be claimed no more.
    pub expires_at: Timestamp,
    /// Where it is posted.
    pub channel: ChannelId,
    /// How many places it has; `None` for any number.
    pub max_claims: Option<u32>,
    /// Its claims by their states.
    pub counts: Counts,
    /// To whom it is assigned (`D-45`).
    pub assigned: Vec<UserId>,
    /// Its category.
    pub category: String,
    /// The role that whoever is accepted gets.
    pub role: Option<TaskRole>,
    /// How often it was changed by hand.
    pub revision: u64,
    /// Whether it was deleted and only its messages are still to go.
    pub is_going: bool,
    /// The job of its end, or of its next round.
    pub job: JobId,
    /// How often it comes again.
    pub repeats: Repeats,
    /// The number of its round; 0 as long as it was none other.
    pub round: u32,
    /// When the next round begins; `None` where it comes once.
    pub next_round: Option<Timestamp>,
    /// How a claim of it is proven.
    pub proven_by: ProvenBy,
}

fields!(Task: repeats since 2 = Repeats::Never, round since 2 = 0, next_round since 2 = None, proven_by since 2 = ProvenBy::Review);

/// How many claims of a task there are in the states that hold a place, of its present round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// In progress.
    pub in_progress: u32,
    /// Waiting for a review.
    pub submitted: u32,
    /// Accepted.
    pub accepted: u32,
    /// Rejected, before their deadline.
    pub rejected: u32,
}

impl Counts {
    /// `current_claims`: how many places are taken (`D-47`).
    pub const fn taken(&self) -> u32 {
        self.in_progress.saturating_add(self.submitted).saturating_add(self.accepted).saturating_add(self.rejected)
    }

    /// A claim is in another state than before; `None` where it was not there, or is gone.
    pub fn move_one(&mut self, from: Option<ClaimState>, to: Option<ClaimState>) {
        if let Some(count) = from.and_then(|state| self.of(state)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = to.and_then(|state| self.of(state)) {
            *count = count.saturating_add(1);
        }
    }

    const fn of(&mut self, state: ClaimState) -> Option<&mut u32> {
        match state {
            ClaimState::InProgress => Some(&mut self.in_progress),
            ClaimState::Submitted => Some(&mut self.submitted),
            ClaimState::Accepted => Some(&mut self.accepted),
            ClaimState::Rejected => Some(&mut self.rejected),
            ClaimState::Expired | ClaimState::Abandoned => None,
        }
    }
}

impl Task {
    /// How many places are left; `None` for any number.
    pub fn places_left(&self) -> Option<u32> {
        self.max_claims.map(|most| most.saturating_sub(self.counts.taken()))
    }

    /// `max_claims` as the seed writes it: -1 for any number.
    pub fn max_claims_number(&self) -> i64 {
        self.max_claims.map_or(-1, i64::from)
    }

    /// The same, without somebody who is erased.
    #[must_use]
    pub fn without(&self, erasure: &Erasure) -> Self {
        let mut task = self.clone();
        task.created_by = task.created_by.called(|user| erasure.of(user));
        task.assigned.retain(|user| *user != erasure.member);
        if let Some(role) = &mut task.role {
            role.by = role.by.called(|user| erasure.of(user));
        }
        task
    }
}

/// A claim: what became of a task in the hands of one member (`T-TSK-03`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The task.
    pub task: TaskId,
    /// Whose it is.
    pub user: UserId,
    /// Where it stands.
    pub state: ClaimState,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// Until when a proof can be handed in.
    pub deadline: Timestamp,
    /// What was handed in last.
    pub proof: Option<Proof>,
    /// When it was accepted.
    pub completed_at: Option<Timestamp>,
    /// The reviewer's note, reason or question (`D-99`), cleaned and not escaped.
    pub notes: String,
    /// Who reviewed it last.
    pub reviewer: Option<Actor>,
    /// What was paid.
    pub paid: Amount,
    /// The job of its deadline.
    pub job: JobId,
    /// The round of the task in which it was claimed.
    pub round: u32,
    /// How it is proven: as the task said when it was claimed.
    pub proven_by: ProvenBy,
    /// How many deeds of those that prove it were done.
    pub progress: u32,
    /// When the last deed counted.
    pub counted_at: Option<Timestamp>,
    /// When its last proof was rejected.
    pub rejected_at: Option<Timestamp>,
}

fields!(Claim: round since 2 = 0, proven_by since 2 = ProvenBy::Review, progress since 2 = 0, counted_at since 2 = None,
    rejected_at since 2 = None);

/// What a member hands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What they wrote, cleaned and not escaped; may be nothing.
    pub content: String,
    /// Their files.
    pub files: Vec<ProofFile>,
    /// When.
    pub submitted_at: Timestamp,
}

/// A file of a proof, kept in a message that the bot owns (`C-38`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofFile {
    /// What it is called.
    pub name: String,
    /// How large it is.
    pub bytes: u64,
    /// The channel of the message.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
    /// The file in it.
    pub attachment: AttachmentId,
    /// The link that Discord gave, which works for about a day.
    pub url: String,
    /// The SHA-256 of its bytes, by which a file is known that is handed in again.
    pub digest: Option<Digest>,
}

impl Claim {
    /// The same, without somebody who is erased: what they handed in goes, and their name.
    #[must_use]
    pub fn without(&self, erasure: &Erasure) -> Self {
        let mut claim = self.clone();
        claim.reviewer = claim.reviewer.map(|actor| actor.called(|user| erasure.of(user)));
        if claim.user == erasure.member {
            claim.user = erasure.pseudonym;
            claim.notes = String::new();
            if let Some(proof) = &mut claim.proof {
                proof.content = String::new();
                proof.files = Vec::new();
            }
        }
        claim
    }
}

/// A task with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTask {
    /// Its number.
    pub id: TaskId,
    /// The task.
    pub task: Task,
}

/// A claim with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownClaim {
    /// Its number.
    pub id: ClaimId,
    /// The claim.
    pub claim: Claim,
}

/// What was done in a guild so far (`T-TSK-06`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Claims that were accepted.
    pub completed: u64,
    /// Tasks that ended.
    pub expired: u64,
}

impl Record for Totals {}

/// What a member is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Who.
    pub user: UserId,
    /// What the task is called.
    pub task: String,
    /// What became of it.
    pub what: Happening,
}

/// What became of a task for a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happening {
    /// The proof was accepted (`T-TSK-23`).
    Accepted {
        /// What was paid.
        paid: Amount,
    },
    /// The proof was rejected (`D-50`).
    Rejected {
        /// Why.
        reason: String,
        /// Until when another one may be handed in.
        until: Timestamp,
        /// From when on, where there is a time to wait.
        #[serde(default)]
        from: Option<Timestamp>,
    },
    /// The reviewer asks for more.
    Asked {
        /// What.
        question: String,
        /// Until when it may be handed in.
        until: Timestamp,
    },
    /// The task is theirs to claim.
    Assigned,
    /// What a reviewer said of the proof was taken back: it waits for a review again.
    Reconsidered {
        /// What was paid for it, and is taken back.
        taken: Amount,
    },
}

/// A role that a member is to get, known by its name alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRole {
    /// Who.
    pub user: UserId,
    /// What the role is called.
    pub role: String,
    /// What the task is called for which it is given.
    pub task: String,
    /// Who promised it.
    pub by: Actor,
}

/// Whose claim of which task is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The member.
    pub user: UserId,
    /// The task.
    pub task: TaskId,
    /// Which of their claims, where it is said: those of several rounds may wait for a review.
    pub claim: Option<ClaimId>,
}

impl From<(UserId, TaskId)> for Whose {
    fn from((user, task): (UserId, TaskId)) -> Self {
        Self { user, task, claim: None }
    }
}

/// Who reviews a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Who.
    pub by: Actor,
    /// Whether the server is theirs (`D-49`).
    pub is_owner: bool,
}
