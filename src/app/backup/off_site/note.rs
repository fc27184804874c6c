//! How the copies at a target stand, as the bot noted it. A note belongs to the target that it names; where another one is set
//! it counts for nothing.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::mark::Mark;
use super::target::Target;
use crate::app::backup::folder::Folder;
use crate::app::backup::rehearsal::{read_note, write_note};

/// The file that keeps it.
const FILE: &str = "off-site.json";

/// How the copies elsewhere stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Which target this is about ([`Target::identity`]); older notes do not say it.
    pub target: Option<String>,
    /// The mark in the names of our copies; older notes do not say it.
    pub mark: Option<String>,
    /// When all was there the last time, as RFC 3339.
    pub complete_at: Option<String>,
    /// The newest of our snapshots that was there then.
    pub newest: Option<String>,
    /// Since when it fails, as RFC 3339; `None` while it works.
    pub failing_since: Option<String>,
    /// Why it fails, without secrets.
    pub problem: Option<String>,
    /// Where the disk of the folder was mounted when all was there.
    pub mounted_at: Option<PathBuf>,
}

/// How the copies at a target stand; `None` where none were ever tried there.
pub fn status_of(data_dir: &Path, target: &Target) -> Option<Status> {
    status_in(&Folder::of(data_dir), target)
}

/// As [`status_of`], for whoever has the folder of the snapshots.
pub(super) fn status_in(folder: &Folder, target: &Target) -> Option<Status> {
    noted(folder).filter(|status| status.target.as_deref() == Some(target.identity().as_str()))
}

/// The last note, whatever target it is about.
pub fn status(data_dir: &Path) -> Option<Status> {
    noted(&Folder::of(data_dir))
}

/// The mark of the store, whatever target it was noted for; `None` where nothing was copied since there are marks.
pub(super) fn mark_in(folder: &Folder) -> Option<Mark> {
    Mark::parse(&noted(folder)?.mark?)
}

fn noted(folder: &Folder) -> Option<Status> {
    read_note(&folder.path().join(FILE))
}

/// Keeps a note.
pub(super) fn keep(folder: &Folder, status: &Status) -> io::Result<()> {
    write_note(folder.path(), FILE, status)
}
