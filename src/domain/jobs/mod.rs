//! Durable jobs: what must not be lost although it happens after the transaction that causes it.
//!
//! A job is a row, written by [`JobKind::schedule`] in the transaction of its cause, so it exists if and only if that
//! committed. What is due is done by `runner`, for which the rows are read and settled by [`tables`]; what it gave up is
//! kept as a dead letter with the reason. Jobs of one lane run one after another, in the order of their due times. A row that
//! waits for a moment of its own has an [`Alarm`]. What was given up is tried once more, or let go of, in [`unsent`].
//!
//! Tables: `jobs.jobs`, its index `jobs.jobs_by_due`, `jobs.waits`, `jobs.dead_letters`. Topics: [`CHANGED`], [`SETTLED`],
//! [`GIVEN_UP`].

mod alarm;
mod model;
pub mod tables;
pub mod unsent;

pub use alarm::{Alarm, Ring};
pub use model::{DeadLetter, Job, JobId, Lane, Run, Setback, Slot, Wait};
pub use tables::{CHANGED, GIVEN_UP, SETTLED, TABLES, dead_letters, due_by, forget, is_waiting, jobs_of};

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::error::{Error, Failure, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::Tx;
use crate::store::form::{Carried, json_again, json_samples};

/// A kind of job, and the type of what it carries.
pub struct JobKind<P> {
    name: &'static str,
    purpose: &'static str,
    payload: PhantomData<fn(P)>,
}

/// A kind of job, whatever it carries.
pub trait Purposeful: Carried {
    /// What its jobs are for, as a team reads it where one could not be done: "The report of a live".
    fn purpose(&self) -> &'static str;
}

impl<P: Serialize + DeserializeOwned> JobKind<P> {
    /// Declares a kind: `feature.action`. The name and what it carries are stored, so neither changes; a field that comes
    /// later has a `serde(default)`. The purpose is what a team reads where one could not be done: "The report of a live". Its
    /// feature lists it in its `Domain`.
    pub const fn new(name: &'static str, purpose: &'static str) -> Self {
        Self { name, purpose, payload: PhantomData }
    }

    /// The stored name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Stages a job on the transaction, to be done at `due` or as soon after it as possible.
    pub fn schedule(&self, tx: &Tx<'_>, guild: GuildId, lane: Lane, due: Timestamp, payload: &P) -> Result<JobId> {
        let payload = serde_json::to_string(payload).map_err(Error::failed)?;
        tables::add(tx, guild, &Job { kind: self.name.to_owned(), lane, due, attempts: 0, payload })
    }

    /// Stages a job to be done at once.
    pub fn schedule_now(&self, tx: &Tx<'_>, guild: GuildId, lane: Lane, payload: &P) -> Result<JobId> {
        self.schedule(tx, guild, lane, tx.now(), payload)
    }

    /// What a job of this kind carries.
    pub fn payload(&self, run: &Run) -> Result<P, Setback> {
        serde_json::from_str(&run.job.payload).map_err(|error| Setback::GiveUp(Failure::new(error)))
    }
}

impl<P: Serialize + DeserializeOwned> Purposeful for JobKind<P> {
    fn purpose(&self) -> &'static str {
        self.purpose
    }
}

impl<P: Serialize + DeserializeOwned> Carried for JobKind<P> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn samples(&self) -> Result<Vec<String>, String> {
        json_samples::<P>()
    }

    fn again(&self, text: &str) -> Result<String, String> {
        json_again::<P>(text)
    }
}
