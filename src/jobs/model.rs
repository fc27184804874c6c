//! Jobs and dead letters.

use serde::{Deserialize, Serialize};

use crate::id_type;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
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

/// One try of a job.
#[derive(Clone, Debug)]
pub struct Run {
    /// The job's number.
    pub id: JobId,
    /// The guild that it belongs to.
    pub guild: GuildId,
    /// The job.
    pub job: Job,
}

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
