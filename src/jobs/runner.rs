//! Does the jobs that are due.
//!
//! Brings about: every job is done once, or is a dead letter with a reason. Safe to run at any time, also after a
//! crash at any point: a job's row goes only when it is done, so what was interrupted is done again; handlers make the
//! second time harmless (posts carry a nonce made from the job's number).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use poise::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::figures;
use super::model::{JobId, Lane, Run};
use super::tables::{self, CHANGED};
use crate::kernel::error::{Context, Failure, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::Store;

/// Jobs that run side by side.
const MOST_AT_ONCE: usize = 16;
/// Due jobs that are looked at in one go.
const PAGE: usize = 256;
/// Waits before the second, third and fourth try (`C-101`).
const BACK_OFF: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// How long nothing is looked up after the store could not be read, at first and at the longest.
const STORE_TROUBLE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

/// What does the jobs of one kind. `C` is what it may reach.
pub struct Handler<C: 'static> {
    /// The kind's stored name.
    pub kind: &'static str,
    /// Does one job.
    pub run: for<'a> fn(&'a C, Run) -> BoxFuture<'a, Result<(), Setback>>,
}

/// A try that did not work.
#[derive(Debug)]
pub enum Setback {
    /// May work later.
    Retry(Failure),
    /// Never will.
    GiveUp(Failure),
}

impl Run {
    /// Whether the job becomes a dead letter if this try does not work.
    pub fn is_last_try(&self) -> bool {
        usize::from(self.job.attempts) >= BACK_OFF.len()
    }
}

impl From<crate::kernel::error::Error> for Setback {
    /// What the store could not do may work later; a refusal stays one.
    fn from(error: crate::kernel::error::Error) -> Self {
        match error {
            crate::kernel::error::Error::Failed(failure) => Self::Retry(failure),
            crate::kernel::error::Error::Refused(refusal) => Self::GiveUp(Failure::new(refusal.sentence)),
        }
    }
}

/// Runs jobs until it is dropped.
pub struct Runner<C: 'static> {
    store: Store,
    clock: Clock,
    context: C,
    handlers: Arc<HashMap<&'static str, &'static Handler<C>>>,
    sight: watch::Sender<bool>,
}

/// What is running now.
#[derive(Default)]
struct InFlight {
    jobs: HashSet<JobId>,
    lanes: HashSet<(GuildId, Lane)>,
}

/// A try that has ended.
struct Attempt {
    id: JobId,
    slot: (GuildId, Lane),
    is_settled: bool,
}

impl InFlight {
    /// A job whose outcome could not be stored stays in flight: done once more, it would be done twice.
    fn end(&mut self, attempt: &Attempt) {
        self.lanes.remove(&attempt.slot);
        if attempt.is_settled {
            self.jobs.remove(&attempt.id);
        }
    }
}

impl<C: Clone + Send + Sync + 'static> Runner<C> {
    /// A runner for these kinds of jobs.
    pub fn new(store: Store, clock: Clock, context: C, handlers: &[&'static Handler<C>]) -> Self {
        let handlers = handlers.iter().map(|handler| (handler.kind, *handler)).collect();
        Self { store, clock, context, handlers: Arc::new(handlers), sight: watch::Sender::new(true) }
    }

    /// Whether the jobs can be read, as far as the runner knows.
    pub fn sight(&self) -> watch::Receiver<bool> {
        self.sight.subscribe()
    }

    /// Does what is due, now and from now on. Ends only with its task.
    pub async fn run(self) {
        let mut changes = self.store.changes();
        let mut running = JoinSet::new();
        let mut in_flight = InFlight::default();
        let mut pause = STORE_TROUBLE.0;
        loop {
            let started = self.start_due(&mut running, &mut in_flight).await;
            self.sight.send_replace(started.is_ok());
            let wake = match started {
                Ok(next_due) => next_due,
                Err(error) => {
                    tracing::error!(%error, pause_s = pause.as_secs(), "cannot look for due jobs");
                    // Whatever changes meanwhile: each look would cost a thread and a line of the log, and find the same.
                    self.clock.sleep(pause).await;
                    pause = (pause * 2).min(STORE_TROUBLE.1);
                    continue;
                }
            };
            pause = STORE_TROUBLE.0;
            tokio::select! {
                finished = running.join_next(), if !running.is_empty() => {
                    if let Some(Ok(attempt)) = finished {
                        in_flight.end(&attempt);
                    }
                }
                () = changed(&mut changes) => {}
                () = sleep_until(&self.clock, wake) => {}
            }
        }
    }

    /// Starts what is due and may start; answers when the next job becomes due.
    async fn start_due(&self, running: &mut JoinSet<Attempt>, in_flight: &mut InFlight) -> Result<Option<Timestamp>> {
        let now = self.clock.now();
        let due = self.store.read("due_jobs", move |read| tables::due_by(read, now, PAGE)).await?;
        for run in due {
            let slot = (run.guild, run.job.lane);
            if running.len() >= MOST_AT_ONCE {
                break;
            }
            if in_flight.jobs.contains(&run.id) || !in_flight.lanes.insert(slot) {
                continue;
            }
            in_flight.jobs.insert(run.id);
            let (store, context, handlers) = (self.store.clone(), self.context.clone(), Arc::clone(&self.handlers));
            running.spawn(async move {
                let (id, slot) = (run.id, (run.guild, run.job.lane));
                let settled = attempt(&store, &context, &handlers, run).await;
                if let Err(error) = &settled {
                    tracing::error!(job = %id, %error, "cannot record what became of a job");
                }
                Attempt { id, slot, is_settled: settled.is_ok() }
            });
        }
        self.store.read("next_job", move |read| tables::next_due_after(read, now)).await
    }
}

async fn attempt<C: Clone + Send + Sync + 'static>(
    store: &Store,
    context: &C,
    handlers: &HashMap<&'static str, &'static Handler<C>>,
    run: Run,
) -> Result<()> {
    let outcome = match handlers.get(run.job.kind.as_str()) {
        Some(handler) => {
            let task = tokio::spawn({
                let (context, run, work) = (context.clone(), run.clone(), handler.run);
                async move { work(&context, run).await }
            });
            // A panic in a handler gives up that job and nothing else.
            task.await.unwrap_or_else(|panic| Err(Setback::GiveUp(Failure::new(panic))))
        }
        None => Err(Setback::GiveUp(Failure::new("this version has no such kind of job"))),
    };
    let kind = handlers.get(run.job.kind.as_str()).map(|handler| handler.kind);
    settle(store, run, kind, outcome).await.during("settle a job")
}

async fn settle(store: &Store, run: Run, kind: Option<&'static str>, outcome: Result<(), Setback>) -> Result<()> {
    let Run { id, guild, job } = run;
    let count = |outcome| figures::count(kind, outcome);
    match outcome {
        Ok(()) => {
            count("done");
            store.write("job_done", move |tx| tables::remove(tx, guild, id)).await
        }
        Err(Setback::Retry(failure)) if usize::from(job.attempts) < BACK_OFF.len() => {
            count("retried");
            let wait = BACK_OFF.get(usize::from(job.attempts)).copied().unwrap_or(STORE_TROUBLE.0);
            tracing::warn!(job = %id, kind = job.kind, error = %failure, "a job failed and is tried again");
            store.write("job_retried", move |tx| tables::postpone(tx, guild, id, tx.now().after(wait))).await
        }
        Err(Setback::Retry(failure) | Setback::GiveUp(failure)) => {
            count("given_up");
            let reason = failure.to_string();
            tracing::warn!(job = %id, kind = job.kind, error = reason, "a job was given up");
            store.write("job_given_up", move |tx| tables::bury(tx, guild, id, &reason)).await
        }
    }
}

async fn changed(changes: &mut tokio::sync::broadcast::Receiver<crate::store::Change>) {
    loop {
        match changes.recv().await {
            Ok(change) if change.topic == CHANGED => return,
            Ok(_) => {}
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => return,
            Err(tokio::sync::broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn sleep_until(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => clock.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
