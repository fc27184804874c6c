//! What the operator sees of the process and may do to it. What lies above the web (backups, the doctor, the configuration, the
//! connection) is handed in at the start as [`Operations`]; where nothing was handed in, pages say so.
//!
//! Invariants: one piece of [work](work) at a time; [lines](lines) of the log are bounded in number and bytes and hold no
//! secret; nothing here writes to the store.

pub mod lines;
pub mod work;

use std::sync::{Mutex, OnceLock, PoisonError};

use futures_util::future::BoxFuture;
use strum::IntoStaticStr;

use crate::kernel::time::Timestamp;
use crate::refusals;
use lines::Lines;
use work::Works;

/// What is asked of those above, and answered later.
pub type Asks<T> = Box<dyn Fn() -> BoxFuture<'static, T> + Send + Sync>;
/// Work that takes a while and may block: it is told the name of what it is about, tells its progress in short lines, and ends
/// with a sentence, which says what came of it or what went wrong.
pub type Act = std::sync::Arc<dyn Fn(&str, &mut dyn FnMut(String)) -> Result<String, String> + Send + Sync>;

/// What lies above the web.
pub struct Operations {
    /// Why the bot is not ready; nothing when it is.
    pub reasons: Asks<Vec<Reason>>,
    /// Looks at everything that the bot depends on, which takes some seconds.
    pub examine: Asks<Vec<Finding>>,
    /// The backups; `None` where none are kept.
    pub backups: Option<Backups>,
    /// What the process was told, without secrets.
    pub configuration: Box<dyn Fn() -> Vec<Variable> + Send + Sync>,
    /// Ends the connection to Discord in order, so that another one begins.
    pub reconnect: Box<dyn Fn() + Send + Sync>,
    /// Shows the bot as it is wanted now.
    pub show_presence: Asks<()>,
    /// The latest lines of the log.
    pub lines: Lines,
}

/// What would be lost by restoring a backup, asked by its name. Blocks.
pub type Foresee = dyn Fn(&str) -> Result<Foresight, String> + Send + Sync;

/// What can be done with backups.
pub struct Backups {
    /// Those that are there. Blocks.
    pub list: std::sync::Arc<dyn Fn() -> Result<BackupList, String> + Send + Sync>,
    /// Makes one; of no name.
    pub make: Act,
    /// Reads one from front to back and compares it with what it says.
    pub verify: Act,
    /// Restores one into a scratch file, and checks it.
    pub rehearse: Act,
    /// What would be lost by restoring one. Blocks.
    pub foresee: std::sync::Arc<Foresee>,
    /// Tries one out, and then lets the process stop, restore it and go on. How that ended is on the [`BackupList`] afterwards.
    pub restore: Act,
}

/// Why the bot is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// A stable name.
    pub id: &'static str,
    /// A sentence.
    pub sentence: String,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable name of what it is about.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// What is so.
    pub sentence: String,
    /// What to do about it.
    pub fix: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// Something does not work, or will not for long.
    Warning,
    /// The bot cannot do its work.
    Error,
}

impl Level {
    /// As programs know it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// The backups that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupList {
    /// The snapshots, latest first.
    pub snapshots: Vec<Snapshot>,
    /// The last time that a restore was tried.
    pub rehearsal: Option<Rehearsal>,
    /// The last restore that was ordered here.
    pub restored: Option<Restored>,
}

/// What would be lost by a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foresight {
    /// The name of the file.
    pub name: String,
    /// From when it is: what came later is lost.
    pub from: Timestamp,
    /// What people count, then and now.
    pub counts: Vec<Count>,
}

/// How many there are of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Of what, in the plural.
    pub what: &'static str,
    /// In the backup.
    pub then: u64,
    /// Now.
    pub now: u64,
}

/// A restore that was ordered and has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When, as RFC 3339.
    pub at: String,
    /// Of which file.
    pub name: String,
    /// Why it was not done; `None` when it was. Then nothing was changed.
    pub problem: Option<String>,
    /// When it was made, as RFC 3339, where it says so.
    pub from: Option<String>,
    /// How many rows came back.
    pub rows: u64,
    /// The name of the store as it was before, which stays.
    pub kept: Option<String>,
    /// The name of the snapshot that was made of it.
    pub snapshot: Option<String>,
}

/// A snapshot of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The name of its file.
    pub name: String,
    /// When it was made.
    pub at: Timestamp,
    /// What for, in a few words.
    pub made_for: &'static str,
    /// How large it is.
    pub bytes: u64,
}

/// A restore that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// When, as RFC 3339.
    pub at: String,
    /// Of which file.
    pub name: String,
    /// What was wrong; `None` when it can be restored.
    pub problem: Option<String>,
    /// How many rows came back.
    pub rows: u64,
}

/// A variable of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, fit to be shown; `None` where it has none.
    pub value: Option<String>,
    /// Who says so.
    pub origin: String,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

refusals! {
    /// Why something is not done to the process.
    pub enum InstanceRefusal {
        /// Nothing was handed in.
        NotHere => "instance.not_here", "That cannot be done here: this process was started without it.";
        /// No backups are kept.
        NoBackups => "instance.no_backups", "This Greenroom keeps no backups.";
        /// Something is being done.
        Busy => "instance.busy", "Something is being done already. Please wait until it is through.";
        /// Something did not work; what, is told in words by whoever did it.
        Failed(why: String) => "instance.failed", "That did not work: {why}";
    }
}

/// What the web keeps of the process, in memory.
#[derive(Default)]
pub struct Instance {
    operations: OnceLock<Operations>,
    /// What is being done, and what came of the last.
    pub works: Works,
    /// What the doctor found last.
    examined: Mutex<Option<Examined>>,
    /// Held while the doctor looks.
    pub(super) examining: tokio::sync::Mutex<()>,
}

/// What the doctor found, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// When it had looked.
    pub at: Timestamp,
    /// What it found.
    pub findings: Vec<Finding>,
}

impl Instance {
    /// Hands in what lies above; once.
    pub fn hand_in(&self, operations: Operations) {
        if self.operations.set(operations).is_err() {
            tracing::error!("the operations of the process were handed to the web twice");
        }
    }

    /// What lies above, where it was handed in.
    pub fn operations(&self) -> Result<&Operations, InstanceRefusal> {
        self.operations.get().ok_or(InstanceRefusal::NotHere)
    }

    /// What can be done with backups.
    pub fn backups(&self) -> Result<&Backups, InstanceRefusal> {
        self.operations()?.backups.as_ref().ok_or(InstanceRefusal::NoBackups)
    }

    /// What the doctor found last.
    pub fn examined(&self) -> Option<Examined> {
        self.examined.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what the doctor found.
    pub(super) fn keep(&self, examined: Examined) {
        *self.examined.lock().unwrap_or_else(PoisonError::into_inner) = Some(examined);
    }
}
