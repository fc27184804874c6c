//! What an operation writes, counted by the same rule on both sides ([`greenroom::store::written`]).
//!
//! Greenroom's writes are counted below redb, where they pass on their way to the file; the zeros that the file is lengthened
//! with are among them. SQLite's are told from its log ([`super::wal`]). Beside both stands what the kernel says: the bytes of
//! all calls of this process that write, so that neither count can have missed anything. The kernel's own figure of what
//! goes to the disk (`write_bytes`) is left out: it counts pages by the piece in which they were cached, up to 2 MB for one.

use std::fs;

use greenroom::store::written::{self, Written};
use rusqlite::Connection;

use crate::support::progress;
use crate::wal;

/// What so many operations wrote.
#[derive(Clone, Copy, Debug)]
pub struct Writes {
    /// How many operations.
    pub operations: u64,
    /// What all of them wrote.
    pub written: Written,
    /// The bytes that the kernel counted meanwhile; `None` where it does not tell.
    pub by_kernel: Option<u64>,
}

impl Writes {
    /// What Greenroom writes for so many operations, which `work` does.
    pub fn of_greenroom(operations: u64, work: impl FnOnce()) -> Self {
        Self::watched("Greenroom", || {
            let ((), written) = written::during(work);
            (operations, written)
        })
    }

    /// What SQLite writes for at least so many operations, each of which is one call of `work` and one commit.
    pub fn of_sqlite(connection: &mut Connection, at_least: u64, work: impl FnMut(&mut Connection, u64)) -> Self {
        Self::watched("SQLite", || wal::written_by(connection, at_least, work))
    }

    /// The same, for operations of which each was one of several parts: events in a batch.
    #[must_use]
    pub const fn each_of(self, parts: u64) -> Self {
        Self { operations: self.operations * parts, ..self }
    }

    fn watched(side: &str, work: impl FnOnce() -> (u64, Written)) -> Self {
        let before = bytes_by_kernel();
        let (operations, written) = work();
        let by_kernel = bytes_by_kernel().zip(before).map(|(after, before)| after - before);
        if let Some(bytes) = by_kernel.filter(|bytes| bytes.abs_diff(written.bytes) > written.bytes / 100) {
            progress(&format!("{side}: counted {} bytes, and the kernel counted {bytes}", written.bytes));
        }
        Self { operations, written, by_kernel }
    }
}

/// The bytes of all calls of this process that write, whatever to.
fn bytes_by_kernel() -> Option<u64> {
    let figures = fs::read_to_string("/proc/self/io").ok()?;
    figures.lines().find_map(|line| line.strip_prefix("wchar: ")?.parse().ok())
}
