//! Jobs, their tries, and dead letters.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id_type;
use crate::kernel::error::{Error, Failure};
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::text::names_member;
use crate::kernel::time::Timestamp;
use crate::store::Record;

id_type!(
    /// The number of a job, unique in the instance and never used again.
    JobId
);

/// Jobs of one lane run one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// What goes into one channel.
    Channel(ChannelId),
    /// What goes to one person.
    User(UserId),
    /// What concerns one song and nobody waits for.
    Song(u64),
}

/// A lane of a guild.
pub type Slot = (GuildId, Lane);

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The name of its kind.
    pub kind: String,
    /// Its lane.
    pub lane: Lane,
    /// When it is to be done.
    pub due: Timestamp,
    /// How often it was tried.
    pub attempts: u8,
    /// What it carries, as JSON.
    pub payload: String,
}

impl Record for Job {}

impl Job {
    /// Whether it goes to a member, or carries something that names them.
    pub fn tells_of(&self, member: UserId) -> bool {
        self.lane == Lane::User(member) || names_member(&self.payload, member)
    }
}

/// One try of a job.
#[derive(Clone, Debug)]
pub struct Run {
    /// The job's number.
    pub id: JobId,
    /// The guild that it belongs to.
    pub guild: GuildId,
    /// The job.
    pub job: Job,
    /// How it waited, where it was not answered before.
    pub wait: Option<Wait>,
}

impl Run {
    /// When it was to be done at first.
    pub fn first_due(&self) -> Timestamp {
        self.wait.map_or(self.job.due, |wait| wait.first_due)
    }

    /// Whether it comes so late that what it tells may have passed. What waits its turn, or is tried again, is not late.
    pub fn is_late(&self, now: Timestamp) -> bool {
        now.since(self.first_due()) > LATE
    }
}

/// A job later than this has waited for more than its turn.
const LATE: Duration = Duration::from_secs(30);

/// A try that did not work.
#[derive(Debug)]
pub enum Setback {
    /// Failed by itself, and may work later. Counts as a try.
    Retry(Failure),
    /// Never will.
    GiveUp(Failure),
    /// The service did not answer, or takes nothing for now: no try. The lane waits, until then where that was said.
    Unanswered {
        /// What was heard instead.
        because: Failure,
        /// When the service takes it.
        until: Option<Timestamp>,
    },
}

impl From<Error> for Setback {
    /// What the store could not do may work later; a refusal stays one.
    fn from(error: Error) -> Self {
        match error {
            Error::Failed(failure) => Self::Retry(failure),
            Error::Refused(refusal) => Self::GiveUp(Failure::new(refusal.sentence.to_string())),
        }
    }
}

/// How a job waits for a service that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// When the job was to be done.
    pub first_due: Timestamp,
    /// When it was not answered for the first time.
    pub since: Timestamp,
    /// How often.
    pub tries: u32,
    /// Until when its lane waits.
    pub until: Timestamp,
}

impl Record for Wait {}

/// A job that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The job as it was.
    pub job: Job,
    /// Why it was given up.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Record for DeadLetter {}
