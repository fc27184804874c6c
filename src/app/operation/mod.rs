//! What is done with a whole store: it is verified, written in another form, saved, told of, or filled from another bot.
//!
//! Whoever has the store open does it: the command itself, or the running bot, which the command asks over the control
//! socket ([`super::maintenance`]). Neither knows more of an operation than its trait says. A new one is a file here, or
//! lies with the rest of its subject as [`super::import::ImportLuxbot`], and is a line in the list of
//! [`super::maintenance::served`].

mod admin;
mod back_up;
mod check;
mod economy;
mod export;
mod first_run;
mod guilds;
mod references;

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use admin::{IssueLink, LinkIssued, PasswordSet, SetPassword};
pub use back_up::{BackUp, BackedUp};
pub use check::{CheckStore, Checked};
pub use economy::{EconomyReport, ReportEconomy};
pub use export::{ExportLedger, ExportSqlite, LedgerExported, SqliteExported};
pub use first_run::{IssueSetupLink, SetupLinkIssued, TakeToken, TokenTaken};
pub use references::{ListReferences, ReferenceList, SetReference};

use super::exit::Stop;
use crate::catalogue::Catalogue;
use crate::store::Store;

/// Work on a whole store. The value is the request, with all that the work needs to know.
///
/// Commands and bots of different versions speak with each other: names never change, and a field that comes later has a
/// default. Paths are absolute, because the bot works in another folder.
pub trait Operation: Serialize + DeserializeOwned + Send + 'static {
    /// Its name on the control socket.
    const NAME: &'static str;
    /// The name of its outcome there.
    const OUTCOME: &'static str;
    /// What comes of it.
    type Outcome: Serialize + DeserializeOwned + 'static;

    /// Does it on an open store, and reports progress, one short line at a time. Blocks.
    fn run(&self, store: &Store, catalogue: Catalogue, progress: &mut dyn FnMut(String))
    -> Result<Self::Outcome, Stop>;
}

/// A path as the running bot has to be told of it.
pub fn absolute(path: &Path) -> Result<PathBuf, Stop> {
    std::path::absolute(path).map_err(Stop::failed)
}
