//! What can be seen of the backups in a data folder, for figures and the doctor: cheaply, and without opening one.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::kernel::time::Timestamp;

/// Snapshots that are looked at; there are never so many.
const MOST: usize = 100;
/// A note about a rehearsal is not longer than this.
const LONGEST_NOTE: u64 = 64 * 1024;

/// When the newest snapshot was written; `None` where there is none.
pub(in crate::app) fn last_snapshot(data_dir: &Path) -> Option<Timestamp> {
    let found = fs::read_dir(data_dir.join("backups/snapshots")).ok()?;
    found.flatten().take(MOST).filter_map(|entry| changed_at(&entry.path())).max()
}

/// When a restore was rehearsed last; `None` where none was.
pub(super) fn last_rehearsal(data_dir: &Path) -> Option<Timestamp> {
    changed_at(&data_dir.join("backups/rehearsal.json"))
}

/// What was wrong at the last rehearsal; `None` where nothing was.
pub(in crate::app) fn trouble(data_dir: &Path) -> Option<String> {
    let file = data_dir.join("backups/rehearsal.json");
    if file.metadata().ok()?.len() > LONGEST_NOTE {
        return None;
    }
    let note: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    Some(note.get("problem")?.as_str()?.to_owned())
}

fn changed_at(file: &Path) -> Option<Timestamp> {
    let since = file.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok().map(Timestamp::from_micros)
}
