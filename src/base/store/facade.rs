//! [`Store`]: what the rest of Greenroom calls.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, broadcast, oneshot};

use super::changes::Change;
use super::check::{Finding, Findings};
use super::copy::copy_while_written;
use super::door;
use super::error::{OpenError, StoreError, contained};
use super::handle::{Current, Handle, Latch};
use super::manifest::Manifest;
use super::open::{Options, StoreLocation, open};
use super::read::{Read, Snapshot};
use super::reading::contained_with_place;
use super::schema::Schema;
use super::trail::Trail;
use super::tx::Tx;
use super::writer::{Message, Operation, Writer, millis};
use crate::kernel::error::Result;
use crate::kernel::time::{Clock, Stopwatch, Timestamp};

/// How many writes may wait; further callers wait for room.
const QUEUE: usize = 1024;

/// How many snapshots are read at once; more would only hold threads and memory.
const READERS: usize = 8;

/// How many changes a slow subscriber may be behind before it is told that it missed some.
const CHANGES: usize = 1024;

/// A read that took longer than this is logged: it kept the file from reusing old pages.
const SLOW_READ: Duration = Duration::from_millis(250);

/// The store. Clones are the same store. Call [`Store::close`] at the end; without it, the file is closed in the
/// background when the last clone is dropped.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    schema: Schema,
    clock: Clock,
    current: Arc<Current>,
    closed: Arc<Latch>,
    folder: Option<PathBuf>,
    was_repaired: bool,
    writer: mpsc::Sender<Message>,
    room: Arc<Semaphore>,
    readers: Arc<Semaphore>,
    changes: broadcast::Sender<Change>,
    /// Held by whoever copies the store: two at once would only share the disk.
    copying: Mutex<()>,
}

impl Store {
    /// Opens the store, creates what is missing, runs the migrations that are due, and starts the writer thread.
    ///
    /// Blocks; call it at start. A store that exists is saved before it is migrated: see
    /// [`Options::before_migration`].
    pub fn open(place: &StoreLocation, options: Options, schema: Schema) -> Result<Self, OpenError> {
        let opened = open(place, &options, &schema)?;
        let (writer, requests) = mpsc::channel();
        let (changes, _) = broadcast::channel(CHANGES);
        let current = Arc::new(Current::new(Arc::clone(&opened.handle)));
        let serving = Writer {
            handle: opened.handle,
            known: opened.known,
            clock: options.clock.clone(),
            seed: options.seed,
            outlives_the_process: !matches!(place, StoreLocation::Memory),
            requests,
            changes: changes.clone(),
            current: Arc::clone(&current),
            last_time: Timestamp::from_micros(i64::MIN),
            is_closing: std::cell::Cell::new(false),
        };
        thread::Builder::new().name(String::from("store-writer")).spawn(move || serving.serve()).map_err(|error| {
            OpenError::Other { path: PathBuf::from("the writer thread"), problem: error.to_string() }
        })?;
        Ok(Self(Arc::new(Shared {
            schema,
            clock: options.clock,
            current,
            closed: opened.closed,
            folder: place.folder(),
            was_repaired: opened.was_repaired,
            writer,
            room: Arc::new(Semaphore::new(QUEUE)),
            readers: Arc::new(Semaphore::new(READERS)),
            changes,
            copying: Mutex::new(()),
        })))
    }

    /// Runs `operation` in a write transaction and answers after the commit. `name` is for the log.
    ///
    /// The operation may be run more than once, when another one in its transaction fails; only one run is kept, and
    /// none when it returns an error. It must refuse before its first write. It keeps running if the caller stops
    /// waiting.
    pub async fn write<T, F>(&self, name: &'static str, operation: F) -> Result<T>
    where
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let room = Arc::clone(&self.0.room).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let (sender, answer) = oneshot::channel();
        self.send(name, operation, move |result| {
            drop(room);
            // The caller may have stopped waiting.
            let _ = sender.send(result);
        })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// As [`Store::write`], blocking the thread. For the command line and tests, never on an async task.
    pub fn write_blocking<T, F>(&self, name: &'static str, operation: F) -> Result<T>
    where
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (sender, answer) = mpsc::sync_channel(1);
        self.send(name, operation, move |result| {
            let _ = sender.send(result);
        })?;
        answer.recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    fn send<T, F, A>(&self, name: &'static str, run: F, answer: A) -> Result<(), StoreError>
    where
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
        A: FnOnce(Result<T>) + Send + 'static,
    {
        let request = Box::new(Operation { name, door: door::present(), run, result: None, answer });
        self.0.writer.send(Message::Run(request)).map_err(|_| StoreError::Closed)
    }

    /// Runs `operation` on a snapshot, on a blocking thread. Keep it short: the file grows while snapshots are held.
    pub async fn read<T, F>(&self, name: &'static str, operation: F) -> Result<T>
    where
        F: FnOnce(&dyn Read) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let turn = Arc::clone(&self.0.readers).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let store = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            store.read_blocking(name, operation)
        });
        reading.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// As [`Store::read`], on this thread. For the command line, tests and blocking tasks.
    pub fn read_blocking<T>(&self, name: &'static str, operation: impl FnOnce(&dyn Read) -> Result<T>) -> Result<T> {
        let watch = Stopwatch::start();
        let result = self.on_snapshot(name, |snapshot| operation(snapshot));
        if watch.elapsed() > SLOW_READ {
            tracing::info!(operation = name, duration_ms = millis(&watch), "a read was slow");
        }
        result
    }

    /// What is committed from now on. A subscriber that falls behind is told so, and then looks at everything.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.0.changes.subscribe()
    }

    /// Waits until a disk error stops the store, and says which. The process should say so and end.
    ///
    /// From then on nothing is written; reads go on with what the file holds, where it can still be read.
    pub async fn stopped(&self) -> StoreError {
        let mut stopped = self.0.current.stopped();
        let reason = stopped.wait_for(Option::is_some).await.map(|reason| reason.clone());
        match reason {
            Ok(reason) => reason.unwrap_or(StoreError::Closed),
            Err(_) => std::future::pending().await,
        }
    }

    /// Why nothing is written any more; `None` while all is well.
    pub fn stop_reason(&self) -> Option<StoreError> {
        self.0.current.stop_reason()
    }

    /// The folder in which its file lies; `None` for one that has no file.
    pub fn folder(&self) -> Option<&Path> {
        self.0.folder.as_deref()
    }

    /// How many bytes its file has: so much room is enough for a copy, which is compact.
    pub fn length(&self) -> Result<u64> {
        self.on_handle("length", |handle| Ok(handle.length()?))
    }

    /// Writes a consistent, compact and verified copy of the whole store to a new file, while others read and write.
    /// Answers what it holds. A store that is closed meanwhile does not wait for it: the copy fails, and nothing is left of it.
    pub fn copy_to_blocking(&self, path: &Path) -> Result<Manifest> {
        let _turn = self.0.copying.lock().unwrap_or_else(PoisonError::into_inner);
        let is_closing = || self.0.room.is_closed();
        let commit = || {
            let empty = |tx: &Tx<'_>| {
                tx.commit_even_if_empty();
                Ok(())
            };
            self.write_blocking("give_back_pages", empty).is_ok()
        };
        self.on_handle("copy", |handle| {
            Ok(copy_while_written(Trail::begin(handle)?, path, self.0.clock.now(), &is_closing, commit)?)
        })
    }

    /// Reads every row and compares every index with its table, on a blocking thread. No findings: all is well.
    pub async fn check(&self) -> Result<Vec<Finding>> {
        let store = self.clone();
        on_blocking_thread(move || store.check_blocking()).await
    }

    /// As [`Store::check`], on this thread.
    ///
    /// Each table has a snapshot of its own: what one of them trips over is a finding, and the others are read all the same.
    pub fn check_blocking(&self) -> Result<Vec<Finding>> {
        let mut findings = Findings::default();
        let tables: Vec<_> = self.0.schema.all_tables().collect();
        for table in &tables {
            let looked = self.on_snapshot(table.name(), |snapshot| {
                contained_with_place(snapshot, &tables, |read| Ok(table.check(read, &mut findings)?))
            });
            match looked {
                Ok(()) => {}
                Err(error) if StoreError::of(&error) == Some(&StoreError::Closed) => return Err(error),
                Err(error) => findings.broken_off(table.name(), &error),
            }
        }
        Ok(findings.into_vec())
    }

    /// How many writes wait or are being made, up to 1,024: a figure for the health page.
    pub fn queued(&self) -> usize {
        QUEUE - self.0.room.available_permits()
    }

    /// Whether opening had to read the whole file, because the last process ended within a second of its last write.
    pub fn was_repaired(&self) -> bool {
        self.0.was_repaired
    }

    /// The tables that the store was opened with, for exports and reports.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// Finishes what is queued, refuses what comes later, and waits until the file is closed.
    pub async fn close(&self) {
        let store = self.clone();
        // Closing cannot fail; a panic in it is not worth another one.
        let _ = tokio::task::spawn_blocking(move || store.close_blocking()).await;
    }

    /// As [`Store::close`], blocking the thread.
    pub fn close_blocking(&self) {
        self.0.room.close();
        // The writer may have closed already.
        let _ = self.0.writer.send(Message::Close);
        self.0.current.close();
        self.0.closed.wait();
    }

    fn on_snapshot<T>(&self, name: &'static str, operation: impl FnOnce(&Snapshot) -> Result<T>) -> Result<T> {
        self.on_handle(name, |handle| operation(&Snapshot::take(handle)?))
    }

    /// Lets `operation` read; a panic in it, or in redb over a damaged file, is its caller's failure alone.
    fn on_handle<T>(&self, name: &'static str, operation: impl FnOnce(Arc<Handle>) -> Result<T>) -> Result<T> {
        let handle = self.0.current.handle()?;
        let result = contained(name, || operation(Arc::clone(&handle)));
        if result.is_err()
            && let Some(trouble) = handle.trouble()
        {
            self.0.current.stop(trouble);
        }
        result
    }
}

async fn on_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}
