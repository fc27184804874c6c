//! The open redb database, and a way to wait until it is closed.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use redb::Database;

/// Keeps the database open while anyone holds it; the last one to let go opens the latch.
pub(super) struct Handle {
    // Fields are dropped in this order: the file is closed before the latch says so.
    database: Database,
    _opens_on_drop: OpensOnDrop,
}

/// Opens when the database is closed.
#[derive(Default)]
pub(super) struct Latch {
    is_open: Mutex<bool>,
    opened: Condvar,
}

struct OpensOnDrop(Arc<Latch>);

impl Handle {
    pub(super) fn new(database: Database) -> (Arc<Self>, Arc<Latch>) {
        let latch = Arc::new(Latch::default());
        (Arc::new(Self { database, _opens_on_drop: OpensOnDrop(Arc::clone(&latch)) }), latch)
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }
}

impl Latch {
    /// Blocks until the database is closed.
    pub(super) fn wait(&self) {
        let is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for OpensOnDrop {
    fn drop(&mut self) {
        *self.0.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.opened.notify_all();
    }
}
