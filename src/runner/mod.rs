//! Does the jobs that are due.
//!
//! Brings about: every job is done once, or is a dead letter with a reason, or came too late to be worth it. Safe to run at any time, also after a
//! crash at any point: a job's row goes only when it is done, so what was interrupted is done again; handlers make the
//! second time harmless (posts carry a nonce made from the job's number).
//!
//! What failed is tried again after 1, 2 and 4 seconds when its handler says so (`C-101`). An outage is no failure: a job that
//! was not answered waits with its lane, for as long as it is [worth](Worth) it, and the [`breaker`] sees to it that a service
//! that is out is not asked by all at once. How long a job has waited survives a restart.
//!
//! A look goes through all that is due, in its order, so no lane hides another. A job that cannot start, because its lane waits
//! or there is no room, is read once: what is known of it is enough for the looks that follow to pass it.

pub(crate) mod breaker;
pub(crate) mod figures;

pub(crate) use breaker::Breaker;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use poise::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::jobs::{CHANGED, JobId, Run, Setback, Slot, Wait, tables};
use crate::kernel::backoff::Backoff;
use crate::kernel::error::{Context, Failure, Result};
use crate::kernel::time::{Clock, Timestamp};
use crate::store::{Read, Store, Tx};

/// Jobs that are read in one look, so that no snapshot lives long; where there are more, another look follows at once.
const MOST_READ: usize = 10_000;
/// A job that was not answered so often, while others were, lets those of its lane pass and tries again later. One that was
/// told when to come does not count as not answered: of those who wait for one limit most are told so many times.
const PATIENT_TRIES: u32 = 12;
/// So much later.
const ASIDE: Duration = Duration::from_mins(10);
/// How often a job that failed is tried again (`C-101`).
const RETRIES: u8 = 3;
/// Waits before those tries (`S-ERR-03`).
const RETRY: Backoff = Backoff::new(Duration::from_secs(1), 2, Duration::from_secs(30));
/// How long nothing is looked up after the store could not be read.
const STORE_TROUBLE: Backoff = Backoff::new(Duration::from_secs(5), 2, Duration::from_mins(1));
/// How long the lane of a job waits that was not done, where the store did not take what became of it.
const AFTER_LOST_OUTCOME: Duration = Duration::from_mins(1);

/// What does the jobs of one kind. `C` is what it may reach.
pub struct Handler<C: 'static> {
    /// The kind's stored name.
    pub kind: &'static str,
    /// How long it is worth being done.
    pub worth: Worth,
    /// Does one job.
    pub run: for<'a> fn(&'a C, Run) -> BoxFuture<'a, Result<(), Setback>>,
}

/// How long after it was due a job is still worth being done, where an outage or a stop kept it from that (`C-101`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// For so long; then it is dropped.
    For(Duration),
    /// For ever.
    Always,
}

impl Worth {
    /// What tells a member something that is theirs.
    pub const OF_A_WORD: Self = Self::For(Duration::from_hours(24));

    /// Up to when a job is worth it.
    fn ends(self, run: &Run) -> Option<Timestamp> {
        match self {
            Self::For(span) => Some(run.first_due().after(span)),
            Self::Always => None,
        }
    }

    fn is_over(self, run: &Run, now: Timestamp) -> bool {
        self.ends(run).is_some_and(|end| end < now)
    }
}

/// Runs jobs until it is dropped.
pub(crate) struct Runner<C: 'static> {
    desk: Arc<Desk<C>>,
    sight: watch::Sender<bool>,
}

/// What every try needs.
struct Desk<C: 'static> {
    store: Store,
    clock: Clock,
    context: C,
    handlers: HashMap<&'static str, &'static Handler<C>>,
    breaker: Arc<Breaker>,
}

/// What a look at the due jobs found.
#[derive(Default)]
struct Look {
    start: Vec<Run>,
    /// Not worth it any more.
    over: Vec<Run>,
    next_due: Option<Timestamp>,
    passed: HashMap<JobId, Passed>,
}

/// What is known of a due job that was read and could not start: enough to pass it as long as that is so. Its lane and
/// worth never change; what is known of one that was taken away elsewhere is looked at no more.
#[derive(Clone, Copy)]
struct Passed {
    slot: Slot,
    /// Up to when it is worth it, at the least.
    worth_until: Option<Timestamp>,
}

/// What is running now.
#[derive(Clone, Default)]
struct InFlight {
    jobs: HashSet<JobId>,
    lanes: HashSet<Slot>,
}

/// A try that has ended.
struct Attempt {
    id: JobId,
    slot: Slot,
    /// Whether the job is done, and its row is there all the same.
    is_left_over: bool,
}

impl InFlight {
    /// A job that was done and whose row could not be taken away stays in flight: looked at again, it would be done twice.
    fn end(&mut self, attempt: &Attempt) {
        self.lanes.remove(&attempt.slot);
        if !attempt.is_left_over {
            self.jobs.remove(&attempt.id);
        }
    }
}

impl<C: Clone + Send + Sync + 'static> Runner<C> {
    /// A runner for these kinds of jobs.
    pub(crate) async fn new(store: Store, clock: Clock, context: C, handlers: &[&'static Handler<C>]) -> Self {
        // A store that cannot be read says so when the runner looks; until then nothing waits.
        let lanes = store.read("waiting_lanes", tables::waiting_lanes).await.unwrap_or_default();
        let handlers = handlers.iter().map(|handler| (handler.kind, *handler)).collect();
        let desk = Desk { store, clock, context, handlers, breaker: Arc::new(Breaker::new(lanes)) };
        Self { desk: Arc::new(desk), sight: watch::Sender::new(true) }
    }

    /// What is known about the service behind the jobs.
    pub(crate) fn breaker(&self) -> Arc<Breaker> {
        Arc::clone(&self.desk.breaker)
    }

    /// Whether the jobs can be read, as far as the runner knows.
    pub(crate) fn sight(&self) -> watch::Receiver<bool> {
        self.sight.subscribe()
    }

    /// Does what is due, now and from now on. Ends only with its task.
    pub(crate) async fn run(self) {
        let mut changes = self.desk.store.changes();
        let mut running = JoinSet::new();
        let (mut in_flight, mut passed) = (InFlight::default(), HashMap::new());
        let mut failures = 0;
        loop {
            let started = self.start_due(&mut running, &mut in_flight, &mut passed).await;
            self.sight.send_replace(started.is_ok());
            let wake = match started {
                Ok(next_due) => next_due,
                Err(error) => {
                    let pause = STORE_TROUBLE.wait(failures);
                    tracing::error!(%error, pause_s = pause.as_secs(), "cannot look for due jobs");
                    // Whatever changes meanwhile: each look would cost a thread and a line of the log, and find the same.
                    self.desk.clock.sleep(pause).await;
                    failures += 1;
                    continue;
                }
            };
            failures = 0;
            tokio::select! {
                finished = running.join_next(), if !running.is_empty() => {
                    if let Some(Ok(attempt)) = finished {
                        in_flight.end(&attempt);
                    }
                }
                () = changed(&mut changes) => {}
                () = sleep_until(&self.desk.clock, wake) => {}
            }
        }
    }

    /// Starts what is due and may start, and drops what is not worth it any more; answers when to look again.
    async fn start_due(
        &self,
        running: &mut JoinSet<Attempt>,
        in_flight: &mut InFlight,
        passed: &mut HashMap<JobId, Passed>,
    ) -> Result<Option<Timestamp>> {
        let desk = &self.desk;
        let now = desk.clock.now();
        let room = desk.breaker.width(now).saturating_sub(running.len());
        let (looking, flying, known) = (Arc::clone(desk), in_flight.clone(), std::mem::take(passed));
        let look = desk.store.read("due_jobs", move |read| looking.look(read, now, room, flying, known)).await?;
        *passed = look.passed;
        for run in look.start {
            let slot = slot_of(&run);
            in_flight.lanes.insert(slot);
            in_flight.jobs.insert(run.id);
            desk.breaker.started(slot);
            let desk = Arc::clone(desk);
            running.spawn(async move { desk.attempt(run).await });
        }
        if !look.over.is_empty() {
            desk.drop_all(look.over).await?;
        }
        Ok([look.next_due, desk.breaker.next(now)].into_iter().flatten().min())
    }
}

const fn slot_of(run: &Run) -> Slot {
    (run.guild, run.job.lane)
}

impl<C: Clone + Send + Sync + 'static> Desk<C> {
    fn worth_of(&self, run: &Run) -> Worth {
        self.handlers.get(run.job.kind.as_str()).map_or(Worth::Always, |handler| handler.worth)
    }

    /// The first jobs of lanes that are free, at most as many as there is room for.
    fn look(
        &self,
        read: &dyn Read,
        now: Timestamp,
        room: usize,
        flying: InFlight,
        passed: HashMap<JobId, Passed>,
    ) -> Result<Look> {
        let mut look = Look { next_due: tables::next_due_after(read, now)?, passed, ..Look::default() };
        // Nobody is asked meanwhile; a look that may ask somebody comes within a minute.
        if self.breaker.width(now) == 0 {
            return Ok(look);
        }
        let is_out = self.breaker.is_out();
        let InFlight { jobs, mut lanes } = flying;
        let mut left_to_read = MOST_READ;
        tables::for_each_due(read, now, |guild, id| {
            let has_room = look.start.len() < room;
            let cannot_start = |known: &Passed| {
                let is_worth_it = known.worth_until.is_none_or(|end| end >= now);
                is_worth_it && (!has_room || self.is_taken(&mut lanes, known.slot, now))
            };
            if jobs.contains(&id) || look.passed.get(&id).is_some_and(cannot_start) {
                return Ok(has_room || is_out);
            }
            if left_to_read == 0 {
                look.next_due = Some(now);
                return Ok(false);
            }
            left_to_read -= 1;
            let Some(run) = tables::run_of(read, guild, id)? else { return Ok(true) };
            let (slot, worth) = (slot_of(&run), self.worth_of(&run));
            if worth.is_over(&run, now) {
                look.passed.remove(&id);
                look.over.push(run);
            } else if has_room && !self.is_taken(&mut lanes, slot, now) {
                lanes.insert(slot);
                look.passed.remove(&id);
                look.start.push(run);
            } else {
                look.passed.insert(id, Passed { slot, worth_until: worth.ends(&run) });
            }
            Ok(look.start.len() < room || is_out)
        })?;
        Ok(look)
    }

    /// Whether no job of a lane may start in this look: one of it runs or stands before, or the lane waits.
    fn is_taken(&self, lanes: &mut HashSet<Slot>, slot: Slot, now: Timestamp) -> bool {
        // What waits is taken up to the end of the look: should it become free meanwhile, no later job of it comes first.
        lanes.contains(&slot) || (self.breaker.holds_lane(&slot, now) && lanes.insert(slot))
    }

    async fn drop_all(&self, over: Vec<Run>) -> Result<()> {
        for run in &over {
            figures::count(self.handlers.get(run.job.kind.as_str()).map(|handler| handler.kind), "dropped");
            let due = run.first_due().rfc3339();
            tracing::info!(job = %run.id, kind = run.job.kind, due, "a job came too late to be worth it, and was dropped");
        }
        let ids: Vec<_> = over.into_iter().map(|run| (run.guild, run.id)).collect();
        let drop_them = move |tx: &Tx<'_>| ids.iter().try_for_each(|(guild, id)| tables::remove(tx, *guild, *id));
        self.store.write("jobs_dropped", drop_them).await
    }

    async fn attempt(&self, run: Run) -> Attempt {
        let (id, slot) = (run.id, slot_of(&run));
        let outcome = match self.handlers.get(run.job.kind.as_str()) {
            Some(handler) => {
                let task = tokio::spawn({
                    let (context, run, work) = (self.context.clone(), run.clone(), handler.run);
                    async move { work(&context, run).await }
                });
                // A panic in a handler gives up that job and nothing else.
                task.await.unwrap_or_else(|panic| Err(Setback::GiveUp(Failure::new(panic))))
            }
            None => Err(Setback::GiveUp(Failure::new("this version has no such kind of job"))),
        };
        let is_done = outcome.is_ok();
        let settled = self.settle(run, outcome).await.during("settle a job");
        if let Err(error) = &settled {
            tracing::error!(job = %id, %error, "cannot record what became of a job");
            if !is_done {
                // It stands in the store as before, and keeps its place in its lane.
                self.breaker.limited(slot, self.clock.now().after(AFTER_LOST_OUTCOME));
            }
        }
        Attempt { id, slot, is_left_over: is_done && settled.is_err() }
    }

    async fn settle(&self, run: Run, outcome: Result<(), Setback>) -> Result<()> {
        let kind = self.handlers.get(run.job.kind.as_str()).map(|handler| handler.kind);
        let count = |outcome| figures::count(kind, outcome);
        let (id, guild, attempts) = (run.id, run.guild, run.job.attempts);
        let now = self.clock.now();
        match outcome {
            Ok(()) => {
                count("done");
                self.breaker.answered(slot_of(&run), now);
                self.breaker.ended(&slot_of(&run));
                self.store.write("job_done", move |tx| tables::remove(tx, guild, id)).await
            }
            Err(Setback::Unanswered { because, until }) => {
                count("unanswered");
                self.wait(run, &because, until, now).await
            }
            Err(Setback::Retry(failure)) if attempts < RETRIES => {
                count("retried");
                let wait = RETRY.wait(attempts.into());
                tracing::warn!(job = %id, kind, error = %failure, "a job failed and is tried again");
                self.breaker.ended(&slot_of(&run));
                self.store.write("job_retried", move |tx| tables::postpone(tx, guild, id, tx.now().after(wait))).await
            }
            Err(Setback::Retry(failure) | Setback::GiveUp(failure)) => {
                count("given_up");
                let reason = failure.to_string();
                tracing::warn!(job = %id, kind = run.job.kind, error = reason, "a job was given up");
                self.breaker.answered(slot_of(&run), now);
                self.breaker.ended(&slot_of(&run));
                self.store.write("job_given_up", move |tx| tables::bury(tx, guild, id, &reason)).await
            }
        }
    }

    /// Lets a job wait that was not answered, and its lane with it.
    async fn wait(&self, run: Run, because: &Failure, until: Option<Timestamp>, now: Timestamp) -> Result<()> {
        let (id, guild, slot) = (run.id, run.guild, slot_of(&run));
        let tries = run.wait.map_or(0, |wait| wait.tries).saturating_add(u32::from(until.is_none()));
        let wait = Wait {
            first_due: run.first_due(),
            since: run.wait.map_or(now, |wait| wait.since),
            tries,
            until: until.unwrap_or_else(|| now.after(breaker::wait_after(tries, id))),
        };
        if run.wait.is_none() && !self.breaker.is_out() {
            tracing::warn!(job = %id, kind = run.job.kind, error = %because, "a job was not answered and waits");
        } else {
            tracing::debug!(job = %id, kind = run.job.kind, tries, error = %because, "a job was not answered again");
        }
        // Before it is stored: whoever hears of the change finds the lane waiting.
        match until {
            Some(until) => self.breaker.limited(slot, until),
            None => self.breaker.unanswered(slot, wait.until, now),
        }
        self.breaker.ended(&slot);
        if self.worth_of(&run).is_over(&run, now) {
            self.breaker.free(&slot);
            return self.drop_all(vec![run]).await;
        }
        let are_others_answered = self.breaker.answered_at().is_some_and(|at| at > wait.since);
        let is_aside = until.is_none() && tries >= PATIENT_TRIES && are_others_answered;
        if is_aside {
            self.breaker.free(&slot);
        }
        let stored = move |tx: &Tx<'_>| {
            tables::wait(tx, guild, id, &wait)?;
            if is_aside { tables::move_aside(tx, guild, id, now.after(ASIDE)) } else { Ok(()) }
        };
        self.store.write("job_waits", stored).await
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

#[cfg(test)]
mod tests;
