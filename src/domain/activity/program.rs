//! What happens to the program as a whole: to its backups and its disk. It is told to every team, or to the one that it
//! concerns.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::ActivityKind;

/// The newest snapshot of the store is damaged.
pub static SNAPSHOT_DAMAGED: ActivityKind<()> = ActivityKind::new("backups.snapshot_damaged");
/// A backup could not be made.
pub static BACKUP_LEFT_OUT: ActivityKind<LeftOut> = ActivityKind::new("backups.left_out");
/// The snapshots cannot be copied elsewhere.
pub static COPIES_FAIL: ActivityKind<()> = ActivityKind::new("backups.copies_fail");
/// They can be copied again.
pub static COPIES_WORK: ActivityKind<()> = ActivityKind::new("backups.copies_work");
/// The disk of the data folder has little room; the details say how much, as a sentence without its end.
pub static DISK_FILLS: ActivityKind<String> = ActivityKind::new("disk.fills");

/// The lines of the log that pages show were taken away; the details say how many. The files of the log stay.
pub static LOG_EMPTIED: ActivityKind<u64> = ActivityKind::new("instance.log_emptied");
/// The connection to Discord was ended, to begin anew.
pub static RECONNECTED: ActivityKind<()> = ActivityKind::new("instance.reconnected");
/// A backup took the place of the store at the operator's word; the details are its name.
pub static BACKUP_RESTORED: ActivityKind<String> = ActivityKind::new("instance.backup_restored");
/// The bot left a server at the operator's word; the details are its name.
pub static SERVER_LEFT: ActivityKind<String> = ActivityKind::new("instance.server_left");

/// Somebody took something of a server along as a file; the details are what: `songs`, `ledger`, `everything`.
pub static EXPORTED: ActivityKind<String> = ActivityKind::new("data.exported");

/// A backup that could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which one.
    pub backup: Backup,
    /// Whether there is no room for it; otherwise the log says why.
    pub is_disk_full: bool,
}

/// What is made again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// The points of a server.
    #[strum(serialize = "The hourly backup of the points")]
    Points,
    /// A snapshot of the store.
    #[strum(serialize = "The daily snapshot of the store")]
    Snapshot,
    /// The trial of a restore.
    #[strum(serialize = "The monthly rehearsal of a restore")]
    Rehearsal,
}

impl Backup {
    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
