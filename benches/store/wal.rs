//! What SQLite writes, told from its log.
//!
//! A file system of our own that counts would need `unsafe`. But the log says it all, and SQLite's source says the rest:
//! - A commit appends each changed page to the log behind 24 bytes of its own, two calls for each, and syncs the log once.
//! - The first commit after a checkpoint begins the log anew, with 32 bytes that are synced by themselves.
//! - When there are 1,000 pages or more in the log, the commit ends with a checkpoint: the log is synced, the newest version of
//!   each page goes to its place in the database, in ascending order, and the database is synced.
//!
//! Here SQLite makes no checkpoints by itself, so that the log can be read before each; they are made where it would make
//! them. Counting ends behind a checkpoint, so that what a commit leaves to be done later is counted with it. `PRAGMA
//! wal_checkpoint` says how many pages were in the log, and that is compared. The index of the log is shared memory, which is
//! not synced and which nobody counts.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use greenroom::store::written::{Count, Written};
use rusqlite::Connection;

/// The head of the log, in bytes.
const HEAD: u64 = 32;
/// What stands before each page in it.
const BEFORE_PAGE: u64 = 24;
/// So many pages in the log bring a checkpoint, as SQLite sets itself.
const CHECKPOINT: u32 = 1_000;

/// Lets `work` run at least so many times, each time with one commit or none, and on until a checkpoint is through. Answers
/// how many times that was, and what was written.
pub fn written_by(
    connection: &mut Connection,
    at_least: u64,
    mut work: impl FnMut(&mut Connection, u64),
) -> (u64, Written) {
    connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    checkpoint(connection, "TRUNCATE");
    let mut log = Log::of(connection);
    let mut done = 0;
    while done < at_least || log.pages > 0 {
        work(connection, done);
        done += 1;
        log.take_commit();
        if log.pages >= CHECKPOINT {
            log.take_checkpoint(checkpoint(connection, "PASSIVE"));
        }
    }
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT).unwrap();
    (done, log.appended.written().and(log.checkpointed.written()))
}

/// Whether it was hindered, how many pages are in the log, and how many of them are in the database now.
fn checkpoint(connection: &Connection, mode: &str) -> (u32, u32, u32) {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], row).unwrap()
}

/// The log of a database, as far as it was read.
struct Log {
    file: PathBuf,
    page_size: u64,
    appended: Count,
    checkpointed: Count,
    /// Pages in the log since it was begun.
    pages: u32,
    /// Which pages of the database these are.
    numbers: BTreeSet<u32>,
    /// What marks the pages of a log that is in the database already, until the next commit begins it anew.
    spent: Option<[u8; 8]>,
}

impl Log {
    fn of(connection: &Connection) -> Self {
        let page_size: u32 = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
        let file = PathBuf::from(format!("{}-wal", connection.path().unwrap()));
        let (appended, checkpointed) = (Count::default(), Count::default());
        Self {
            file,
            page_size: page_size.into(),
            appended,
            checkpointed,
            pages: 0,
            numbers: BTreeSet::new(),
            spent: None,
        }
    }

    /// Counts what a commit appended.
    fn take_commit(&mut self) {
        // The locks are on the other files, so closing this one gives none of them up.
        let log = File::open(&self.file).unwrap();
        let Some(mark) = part(&log, 16) else { return };
        if self.spent == Some(mark) {
            return;
        }
        let before = self.pages;
        loop {
            let at = HEAD + u64::from(self.pages) * (BEFORE_PAGE + self.page_size);
            if part(&log, at + 8) != Some(mark) {
                break;
            }
            if self.pages == 0 {
                self.appended.write(0, HEAD);
                self.appended.sync();
            }
            self.appended.write(at, BEFORE_PAGE);
            self.appended.write(at + BEFORE_PAGE, self.page_size);
            let [a, b, c, d, ..] = part(&log, at).unwrap();
            self.numbers.insert(u32::from_be_bytes([a, b, c, d]));
            self.pages += 1;
        }
        if self.pages > before {
            self.appended.sync();
            self.spent = None;
        }
    }

    /// Counts a checkpoint of the whole log.
    fn take_checkpoint(&mut self, told: (u32, u32, u32)) {
        assert_eq!(told, (0, self.pages, self.pages), "SQLite counts other pages in its log");
        self.appended.sync();
        for number in std::mem::take(&mut self.numbers) {
            self.checkpointed.write(u64::from(number - 1) * self.page_size, self.page_size);
        }
        self.checkpointed.sync();
        self.pages = 0;
        self.spent = part(&File::open(&self.file).unwrap(), 16);
    }
}

/// Eight bytes of the log; `None` behind its end.
fn part(log: &File, at: u64) -> Option<[u8; 8]> {
    let mut bytes = [0; 8];
    log.read_exact_at(&mut bytes, at).ok()?;
    Some(bytes)
}
