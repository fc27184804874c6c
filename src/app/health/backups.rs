//! What can be seen of the backups in a data folder, for figures and the doctor: cheaply, and without opening one.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::app::backup::folder::Folder;
use crate::kernel::time::Timestamp;

/// The note about the last rehearsal, in the data folder.
const REHEARSAL: &str = "backups/rehearsal.json";
/// A note about a rehearsal is not longer than this.
const LONGEST_NOTE: u64 = 64 * 1024;

/// The moment of the newest snapshot, by its name, as the backups themselves know it; `None` where there is none.
pub(in crate::app) fn last_snapshot(data_dir: &Path) -> Option<Timestamp> {
    Folder::of(data_dir).newest_snapshot().ok()?.map(|newest| newest.at)
}

/// When a restore was rehearsed last; `None` where none was.
pub(super) fn last_rehearsal(data_dir: &Path) -> Option<Timestamp> {
    changed_at(&data_dir.join(REHEARSAL))
}

/// What was wrong at the last rehearsal; `None` where nothing was.
pub(in crate::app) fn trouble(data_dir: &Path) -> Option<String> {
    Some(last_note(data_dir)?.get("problem")?.as_str()?.to_owned())
}

/// Whether the last rehearsal succeeded; not where there was none.
pub(super) fn rehearsal_succeeded(data_dir: &Path) -> bool {
    last_note(data_dir).is_some_and(|note| note.get("problem").is_some_and(Value::is_null))
}

fn last_note(data_dir: &Path) -> Option<Value> {
    let file = data_dir.join(REHEARSAL);
    if file.metadata().ok()?.len() > LONGEST_NOTE {
        return None;
    }
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn changed_at(file: &Path) -> Option<Timestamp> {
    let since = file.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok().map(Timestamp::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_as_a_snapshot_is_one() {
        let data = tempfile::tempdir().unwrap();
        let snapshots = Folder::of(data.path()).snapshots_dir();
        assert_eq!(last_snapshot(data.path()), None);
        fs::create_dir_all(&snapshots).unwrap();
        for other in ["notes.txt", "greenroom.redb", "greenroom-20261121-200000.redb.unfinished"] {
            fs::write(snapshots.join(other), "x").unwrap();
        }
        assert_eq!(last_snapshot(data.path()), None);
        for name in ["greenroom-20261121-200000.redb", "greenroom-20261119-200000.redb"] {
            fs::write(snapshots.join(name), "x").unwrap();
        }
        assert_eq!(last_snapshot(data.path()), Timestamp::from_rfc3339("2026-11-21T20:00:00Z"));
    }

    #[test]
    fn a_rehearsal_succeeded_when_its_note_says_so() {
        let data = tempfile::tempdir().unwrap();
        assert!(!rehearsal_succeeded(data.path()), "there was none");
        fs::create_dir(data.path().join("backups")).unwrap();
        for (note, succeeded, problem) in [
            (r#"{"at":"2026-11-01T00:00:00Z","problem":null}"#, true, None),
            (r#"{"at":"2026-11-01T00:00:00Z","problem":"a page is torn"}"#, false, Some("a page is torn")),
            ("{}", false, None),
            ("nonsense", false, None),
        ] {
            fs::write(data.path().join(REHEARSAL), note).unwrap();
            assert_eq!(rehearsal_succeeded(data.path()), succeeded, "{note}");
            assert_eq!(trouble(data.path()).as_deref(), problem, "{note}");
        }
    }
}
