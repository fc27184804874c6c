//! The one thread that writes.
//!
//! It takes what is queued, up to [`BATCH`] operations, runs them one after the other in one redb transaction, commits it
//! durably once, publishes the changes and only then answers. So many callers share the price of one sync.
//!
//! redb can commit without a sync, too. Such a commit is lost when the process dies, not only when the power goes, so it is
//! used for nothing: what was answered is on the disk.
//!
//! An operation that fails must have written nothing. One that wrote and then failed, or panicked, spoils the
//! transaction: it is rolled back, the spoiler alone gets its error, and the others run again. After a failed commit or a
//! disk error nothing more is written, because what redb holds in memory may no longer be what the disk holds.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::broadcast;

use super::changes::Change;
use super::containing::caught;
use super::error::StoreError;
use super::figures;
use super::handle::{Current, Handle};
use super::raw_name::Names;
use super::tx::{Aftermath, Tx};
use crate::kernel::dice::Seed;
use crate::kernel::error::{Error, Result};
use crate::kernel::time::{Clock, Stopwatch, Timestamp};

/// The most operations that share a transaction.
const BATCH: usize = 256;

/// After this long without a write, a commit is made that lets the file be reopened fast after a crash.
const QUIET: Duration = Duration::from_secs(1);

/// An operation that ran longer than this held everybody up, and is logged.
const SLOW_OPERATION: Duration = Duration::from_millis(50);

/// A commit that took longer than this is logged: the disk is slow.
const SLOW_COMMIT: Duration = Duration::from_millis(500);

/// What the writer is asked to do.
pub(super) enum Message {
    Run(Box<dyn Request>),
    Close,
}

/// An operation with its caller, whatever type it returns.
pub(super) trait Request: Send {
    /// The name in the log.
    fn name(&self) -> &'static str;

    /// Runs the operation and keeps its result. It may be run again; only the last result counts.
    fn run(&mut self, tx: &Tx<'_>) -> Ran;

    /// Tells the caller the kept result, or `error` instead.
    fn answer(self: Box<Self>, error: Option<StoreError>);
}

/// How an operation ended; as text, the word for figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Ran {
    #[strum(serialize = "done")]
    Succeeded,
    Refused,
    Failed,
    Panicked,
}

/// An operation and where its result goes.
pub(super) struct Operation<F, T, A> {
    pub(super) name: &'static str,
    /// By which door whoever asks for it came.
    pub(super) door: Option<Arc<str>>,
    pub(super) run: F,
    pub(super) result: Option<Result<T>>,
    pub(super) answer: A,
}

impl<F, T, A> Request for Operation<F, T, A>
where
    F: Fn(&Tx<'_>) -> Result<T> + Send,
    T: Send,
    A: FnOnce(Result<T>) + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &Tx<'_>) -> Ran {
        tx.enter_by(self.door.clone());
        let whole = || -> Result<T> {
            let value = (self.run)(tx)?;
            tx.write_held()?;
            Ok(value)
        };
        let (result, ran) = match caught(whole) {
            Ok(Ok(value)) => (Ok(value), Ran::Succeeded),
            Ok(Err(refused @ Error::Refused(_))) => (Err(refused), Ran::Refused),
            Ok(Err(failed)) => (Err(failed), Ran::Failed),
            Err(_) => (Err(StoreError::Panicked(self.name).into()), Ran::Panicked),
        };
        self.result = Some(result);
        ran
    }

    fn answer(self: Box<Self>, error: Option<StoreError>) {
        let result = match error {
            Some(error) => Err(error.into()),
            None => self.result.unwrap_or_else(|| Err(StoreError::Closed.into())),
        };
        (self.answer)(result);
    }
}

/// What the writer thread owns.
pub(super) struct Writer {
    pub(super) handle: Arc<Handle>,
    pub(super) known: Names,
    pub(super) clock: Clock,
    pub(super) seed: Seed,
    pub(super) outlives_the_process: bool,
    pub(super) requests: Receiver<Message>,
    pub(super) changes: broadcast::Sender<Change>,
    pub(super) current: Arc<Current>,
    pub(super) last_time: Timestamp,
    /// Whether the order to close was taken from the queue.
    pub(super) is_closing: Cell<bool>,
}

/// How a run of a batch ended.
enum BatchRun {
    /// All ran and are committed; this follows.
    Whole { aftermath: Aftermath, has_written: bool },
    /// The request at this place wrote and failed, or panicked.
    Spoiled(usize),
    /// The disk failed.
    Broken(StoreError),
}

impl Writer {
    /// Serves until it is told to close or nobody can ask any more.
    pub(super) fn serve(mut self) {
        let mut needs_quick_repair = false;
        loop {
            let message = if needs_quick_repair {
                self.requests.recv_timeout(QUIET)
            } else {
                self.requests.recv().map_err(|mpsc::RecvError| RecvTimeoutError::Disconnected)
            };
            match message {
                Ok(Message::Run(first)) => {
                    needs_quick_repair |= self.write(vec![first]) && self.outlives_the_process;
                    if self.is_closing.get() {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.commit_for_quick_repair();
                    needs_quick_repair = false;
                }
                Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        if needs_quick_repair {
            self.commit_for_quick_repair();
        }
    }

    /// Adds what has been queued by now to a batch that is being run; true when there was something.
    fn join_waiting(&self, batch: &mut Vec<Box<dyn Request>>) -> bool {
        let before = batch.len();
        while batch.len() < BATCH && !self.is_closing.get() {
            match self.requests.try_recv() {
                Ok(Message::Run(request)) => batch.push(request),
                Ok(Message::Close) => self.is_closing.set(true),
                Err(_) => break,
            }
        }
        batch.len() > before
    }

    /// Runs a batch and whatever joins it, commits it and answers everyone; true when something was committed.
    fn write(&mut self, mut batch: Vec<Box<dyn Request>>) -> bool {
        if let Some(error) = self.current.stop_reason().map(|reason| reason.stopped()) {
            answer_all(batch, Some(&error));
            return false;
        }
        self.last_time = self.last_time.max(self.clock.now());
        loop {
            // Operations are caught one by one; a panic that arrives here is redb's.
            let run = caught(|| self.try_batch(&mut batch));
            match run.unwrap_or_else(|_| Err(panicked())) {
                Ok(BatchRun::Whole { aftermath, has_written }) => {
                    self.publish(aftermath);
                    answer_all(batch, None);
                    return has_written;
                }
                Ok(BatchRun::Spoiled(place)) => {
                    batch.remove(place).answer(None);
                    if batch.is_empty() {
                        return false;
                    }
                }
                Ok(BatchRun::Broken(error)) | Err(error) => {
                    // After the first trouble redb tells only that there was some.
                    let error = self.handle.trouble().cloned().unwrap_or(error);
                    self.current.stop(&error);
                    answer_all(batch, Some(&error));
                    return false;
                }
            }
        }
    }

    /// Runs the batch in one transaction and commits it, or rolls it back.
    ///
    /// What arrives while the batch runs joins it: one commit for all is cheaper than one more for the latecomers, who
    /// would wait for this one anyway.
    fn try_batch(&self, batch: &mut Vec<Box<dyn Request>>) -> Result<BatchRun, StoreError> {
        let transaction = self.handle.database()?.begin_write()?;
        let tx = Tx::new(&transaction, &self.known, self.last_time, self.seed);
        let mut place = 0;
        let spoiler = loop {
            if place == batch.len() && !self.join_waiting(batch) {
                break None;
            }
            let Some(request) = batch.get_mut(place) else { break None };
            if spoils(request.as_mut(), &tx) {
                break Some(place);
            }
            place += 1;
        };
        let has_written = tx.has_written();
        match (tx.finish(), spoiler) {
            (Err(error), _) => Ok(BatchRun::Broken(error)),
            (Ok(_), Some(place)) => {
                transaction.abort()?;
                Ok(BatchRun::Spoiled(place))
            }
            (Ok(aftermath), None) if has_written => {
                let watch = Stopwatch::start();
                transaction.commit()?;
                figures::COMMITS.observe(watch.elapsed().as_secs_f64());
                if watch.elapsed() > SLOW_COMMIT {
                    tracing::warn!(duration_ms = millis(&watch), operations = batch.len(), "a commit was slow");
                }
                Ok(BatchRun::Whole { aftermath, has_written })
            }
            (Ok(aftermath), None) => {
                transaction.abort()?;
                Ok(BatchRun::Whole { aftermath, has_written })
            }
        }
    }

    fn publish(&self, Aftermath { changes, notes }: Aftermath) {
        for change in changes.into_iter().collect::<BTreeSet<_>>() {
            // Nobody may be listening.
            let _ = self.changes.send(change);
        }
        for note in notes {
            note();
        }
    }

    /// An empty commit that saves what redb would otherwise work out by reading the whole file after a crash.
    fn commit_for_quick_repair(&self) {
        if self.current.stop_reason().is_some() {
            return;
        }
        let commit = || {
            let mut transaction = self.handle.database()?.begin_write()?;
            transaction.set_quick_repair(true);
            Ok(transaction.commit()?)
        };
        let committed: Result<(), StoreError> = caught(commit).unwrap_or_else(|_| Err(panicked()));
        if let Err(error) = committed {
            self.current.stop(&error);
        }
    }
}

/// Runs one operation; true when it leaves the transaction unfit to be committed.
fn spoils(request: &mut dyn Request, tx: &Tx<'_>) -> bool {
    let mark = tx.mark();
    let watch = Stopwatch::start();
    let ran = request.run(tx);
    figures::count(ran);
    if watch.elapsed() > SLOW_OPERATION {
        tracing::warn!(operation = request.name(), duration_ms = millis(&watch), "a write was slow");
    }
    match ran {
        Ran::Succeeded => false,
        Ran::Panicked => true,
        Ran::Refused | Ran::Failed if tx.wrote_since(mark) => {
            if ran == Ran::Refused {
                tracing::error!(
                    operation = request.name(),
                    "the operation wrote before it refused; nothing of it is kept"
                );
            }
            true
        }
        Ran::Refused | Ran::Failed => {
            tx.forget_changes_since(mark);
            false
        }
    }
}

fn answer_all(batch: Vec<Box<dyn Request>>, error: Option<&StoreError>) {
    for request in batch {
        request.answer(error.cloned());
    }
}

/// What a panic of redb comes to.
fn panicked() -> StoreError {
    StoreError::Engine(String::from("it panicked"))
}

/// Real time since the start of `watch`, for a log field.
pub(super) fn millis(watch: &Stopwatch) -> u64 {
    u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX)
}
