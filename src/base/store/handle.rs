//! The open redb database, and what readers get of it: all of it, or after trouble a view that only reads.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use redb::Database;
use tokio::sync::watch;

use super::backing::Backing;
use super::containing::caught;
use super::error::StoreError;

/// Keeps the database open while anyone holds it.
pub(super) struct Handle {
    /// There until the handle is dropped. Then the fields go in their order: the file is closed before the latch says so.
    database: Option<Database>,
    backing: Backing,
    opens_on_drop: Arc<OpensOnDrop>,
}

/// Opens when the file is closed, whoever had it open.
#[derive(Default)]
pub(super) struct Latch {
    is_open: Mutex<bool>,
    opened: Condvar,
}

struct OpensOnDrop(Arc<Latch>);

/// What everybody who uses the store shares: the database that is read, and whether anything is written.
pub(super) struct Current {
    serving: Mutex<Serving>,
    stopped: watch::Sender<Option<StoreError>>,
}

/// What readers read.
enum Serving {
    /// What the writer writes, or after trouble a frozen view of it.
    This(Arc<Handle>),
    /// The file cannot be read any more.
    Nothing,
    Closed,
}

impl Handle {
    pub(super) fn new(database: Database, backing: Backing) -> (Arc<Self>, Arc<Latch>) {
        let latch = Arc::new(Latch::default());
        let opens_on_drop = Arc::new(OpensOnDrop(Arc::clone(&latch)));
        (Arc::new(Self { database: Some(database), backing, opens_on_drop }), latch)
    }

    pub(super) fn database(&self) -> Result<&Database, StoreError> {
        self.database.as_ref().ok_or(StoreError::Closed)
    }

    /// The error of the disk after which redb does nothing more with this database.
    pub(super) fn trouble(&self) -> Option<&StoreError> {
        self.backing.trouble()
    }

    /// How many bytes the file has.
    pub(super) fn length(&self) -> Result<u64, StoreError> {
        self.backing.length().map_err(|error| StoreError::of_disk(&error))
    }

    /// Lets the database write; what it wrote while it was opened is carried out first.
    pub(super) fn open_gate(&self) -> io::Result<()> {
        self.backing.open_gate()
    }

    /// Shuts the gate of this database and opens its file once more, to be read only. `None` where it cannot be read.
    fn freeze(&self, cache_bytes: usize) -> Option<Self> {
        self.backing.shut();
        let view = self.backing.frozen().ok()?;
        // What the trouble left behind can trip redb.
        let opened = caught(|| Database::builder().set_cache_size(cache_bytes).create_with_backend(view));
        let database = Some(opened.ok()?.ok()?);
        Some(Self { database, backing: self.backing.clone(), opens_on_drop: Arc::clone(&self.opens_on_drop) })
    }
}

/// The cache of a frozen view: it serves for a short time, beside the cache of the database that stopped.
const FROZEN_CACHE_BYTES: usize = 4 * 1024 * 1024;

impl Current {
    pub(super) fn new(handle: Arc<Handle>) -> Self {
        Self { serving: Mutex::new(Serving::This(handle)), stopped: watch::channel(None).0 }
    }

    /// What is read now.
    pub(super) fn handle(&self) -> Result<Arc<Handle>, StoreError> {
        match &*self.serving() {
            Serving::This(handle) => Ok(Arc::clone(handle)),
            Serving::Nothing => Err(self.stop_reason().map_or(StoreError::Closed, |reason| reason.stopped())),
            Serving::Closed => Err(StoreError::Closed),
        }
    }

    /// Stops all writing for good, and lets readers go on with what the file holds. Only the first reason counts.
    ///
    /// Blocks while the file is opened once more; readers who come meanwhile wait for that.
    pub(super) fn stop(&self, reason: &StoreError) {
        let mut serving = self.serving();
        if self.stop_reason().is_some() {
            return;
        }
        tracing::error!(error = %reason, "the store has stopped; nothing more is written");
        self.stopped.send_replace(Some(reason.clone()));
        let Serving::This(handle) = &*serving else { return };
        let frozen = handle.freeze(FROZEN_CACHE_BYTES);
        if frozen.is_none() {
            tracing::error!("the store cannot be read any more, either");
        }
        *serving = frozen.map_or(Serving::Nothing, |handle| Serving::This(Arc::new(handle)));
    }

    pub(super) fn stop_reason(&self) -> Option<StoreError> {
        self.stopped.borrow().clone()
    }

    pub(super) fn stopped(&self) -> watch::Receiver<Option<StoreError>> {
        self.stopped.subscribe()
    }

    pub(super) fn close(&self) {
        *self.serving() = Serving::Closed;
    }

    fn serving(&self) -> MutexGuard<'_, Serving> {
        self.serving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Latch {
    /// Blocks until the database is closed.
    pub(super) fn wait(&self) {
        let is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let database = self.database.take();
        // redb writes when it closes, and a damaged file can trip it even there.
        if caught(|| drop(database)).is_err() {
            tracing::error!("the store could not be closed in order; it is checked when it is opened again");
        }
    }
}

impl Drop for OpensOnDrop {
    fn drop(&mut self) {
        *self.0.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.opened.notify_all();
    }
}
