//! How the last restore ended that somebody ordered on a page: the process told nobody while it was at work, and whoever ordered
//! it reads it afterwards. It stays in `DATA_DIR/backups/restore.json`.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::rehearsal::{read_note, write_note};

/// The file that keeps it.
const FILE: &str = "restore.json";

/// How a restore ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRestore {
    /// When, as RFC 3339.
    pub at: String,
    /// The name of the file that was to be restored.
    pub backup: String,
    /// Why it was not, in words; `None` when it was. Then nothing was changed.
    pub problem: Option<String>,
    /// When it was made, as RFC 3339, where it says so.
    #[serde(default)]
    pub from: Option<String>,
    /// How many rows the store has now, those of the indexes counted.
    pub rows: u64,
    /// The name of the store as it was before, beside the one that is used now.
    pub kept: Option<String>,
    /// The name of the snapshot that was made of it.
    pub snapshot: Option<String>,
}

/// The last one of a data folder; `None` where there was none.
pub(in crate::app) fn last_restore(data_dir: &Path) -> Option<LastRestore> {
    read_note(&Folder::of(data_dir).path().join(FILE))
}

/// Keeps one as the last.
pub(in crate::app) fn keep(data_dir: &Path, restore: &LastRestore) -> io::Result<()> {
    write_note(Folder::of(data_dir).path(), FILE, restore)
}
