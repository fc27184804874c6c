//! A local socket through which commands such as `check` ask the running bot, which alone may open the store.
//!
//! The socket is `greenroom.sock` in the data folder, and only the user who runs the bot may use it. One connection
//! carries one request: a line of JSON there, and lines of JSON back, any number of `progress` and then one `done` or
//! `stopped`. The first `progress` comes at once, whatever the bot has to do: a bot that does not say it hangs.
//!
//! ```text
//! > {"do":"export_sqlite","path":"/home/ann/evening.db","guild":123,"replace":false}
//! < {"progress":"the running Greenroom does it"}
//! < {"progress":"submissions: 10000 rows"}
//! < {"done":{"exported":{"path":"/home/ann/evening.db","tables":[["submissions",12000]],"dangling":0}}}
//! ```

mod client;
mod server;
mod socket;

#[cfg(test)]
mod tests;

pub use client::{Presence, Silence, ask, presence};
pub use server::{ControlServer, Handler};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::features::coins::csv::Wanted;
use crate::features::coins::economy::Economy;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::references::Target;

use super::exit::{ExitCode, Stop};
use super::import::Imported;

/// What the running bot can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Request {
    /// Verify every index and every invariant of the store.
    Check,
    /// Write the store as an SQLite file.
    ExportSqlite {
        /// The file, as an absolute path: the bot runs in another folder.
        path: PathBuf,
        /// One guild, or all of them.
        guild: Option<GuildId>,
        /// Whether a file that is there already is replaced.
        replace: bool,
    },
    /// Make a snapshot of the store.
    Backup {
        /// The file, as an absolute path.
        path: PathBuf,
        /// Whether its folder is made where it is missing: the one of the snapshots is ours, any other is somebody's, and where it
        /// is missing a disk may not be mounted.
        makes_folder: bool,
    },
    /// Bring the data of another bot in.
    Import {
        /// Its file, as an absolute path.
        path: PathBuf,
        /// Into which guild.
        guild: GuildId,
        /// Whether it is only tried in a copy.
        dry_run: bool,
        /// The snapshot that is made before.
        snapshot: PathBuf,
    },
    /// Write the ledger as a CSV file.
    ExportLedger {
        /// The file, as an absolute path.
        path: PathBuf,
        /// Which entries.
        wanted: Wanted,
        /// Whether a file that is there already is replaced.
        replace: bool,
    },
    /// Tell what servers have set that refers to something on Discord.
    References,
    /// Tell how the economy stands.
    Economy {
        /// One guild, or all of them.
        guild: Option<GuildId>,
        /// The moment that counts as now.
        now: Timestamp,
    },
}

/// What came out of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The store was verified.
    Checked {
        /// What is wrong with it, one sentence each; empty when all is well.
        findings: Vec<String>,
    },
    /// A file was written.
    Exported {
        /// The file.
        path: PathBuf,
        /// Its tables with the numbers of their rows.
        tables: Vec<(String, u64)>,
        /// Rows that refer to rows which do not exist.
        dangling: u64,
    },
    /// A snapshot was made.
    BackedUp {
        /// The file.
        path: PathBuf,
        /// The Greenroom that made it.
        greenroom: String,
        /// The version of the stored data.
        version: u64,
        /// Its rows, those of the indexes counted.
        rows: u64,
    },
    /// The data of another bot were brought in, or would be.
    Imported(Imported),
    /// The ledger was written.
    LedgerExported {
        /// The file.
        path: PathBuf,
        /// How many entries are in it.
        entries: u64,
    },
    /// What servers have set that refers to something on Discord.
    References {
        /// All of it.
        set: Vec<SetReference>,
    },
    /// How the economy of each guild stands.
    Economy {
        /// The guilds, by their ids.
        guilds: Vec<Economy>,
    },
}

/// Something that a server has set, and what it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetReference {
    /// The server.
    pub guild: GuildId,
    /// The stable name of what is set.
    pub key: String,
    /// What it refers to.
    pub target: Target,
}

/// A line of the answer.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Progress(String),
    Done(Outcome),
    Stopped { code: u8, message: String },
}

/// Longer requests are refused.
const LONGEST_REQUEST: u64 = 64 * 1024;

impl From<Stop> for Reply {
    fn from(stop: Stop) -> Self {
        Self::Stopped { code: stop.code.number(), message: stop.message }
    }
}

impl From<Reply> for Option<Result<Outcome, Stop>> {
    /// The end of an answer; nothing for a line on the way.
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Progress(_) => None,
            Reply::Done(outcome) => Some(Ok(outcome)),
            Reply::Stopped { code, message } => {
                Some(Err(Stop::new(ExitCode::from_repr(code).unwrap_or(ExitCode::Failed), message)))
            }
        }
    }
}
