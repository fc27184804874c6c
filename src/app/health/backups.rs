//! What can be seen of the backups in a data folder, for figures and the doctor: cheaply, and without opening one.

use std::path::Path;

use crate::app::backup::folder::Folder;
use crate::app::backup::rehearsal;
use crate::kernel::time::Timestamp;

/// The moment of the newest snapshot, by its name, as the backups themselves know it; `None` where there is none.
pub(in crate::app) fn last_snapshot(data_dir: &Path) -> Option<Timestamp> {
    Folder::of(data_dir).newest_snapshot().ok()?.map(|newest| newest.at)
}

/// When a restore was rehearsed last; `None` where none was.
pub(super) fn last_rehearsal(data_dir: &Path) -> Option<Timestamp> {
    rehearsal::last_rehearsal(data_dir)?.moment()
}

/// What was wrong at the last rehearsal; `None` where nothing was.
pub(in crate::app) fn trouble(data_dir: &Path) -> Option<String> {
    rehearsal::last_rehearsal(data_dir)?.problem
}

/// Whether the last rehearsal succeeded; not where there was none.
pub(super) fn rehearsal_succeeded(data_dir: &Path) -> bool {
    rehearsal::last_rehearsal(data_dir).is_some_and(|last| last.problem.is_none())
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        let seen = || {
            let data = data.path();
            (rehearsal_succeeded(data), last_rehearsal(data), trouble(data))
        };
        assert_eq!(seen(), (false, None, None), "there was none");
        let at = Timestamp::from_rfc3339("2026-11-01T00:00:00Z");
        let note = |problem: &str| {
            format!(r#"{{"at":"2026-11-01T00:00:00Z","backup":"a.redb","problem":{problem},"rows":3,"took_ms":5}}"#)
        };
        fs::create_dir(data.path().join("backups")).unwrap();
        for (note, expected) in [
            (note("null"), (true, at, None)),
            (note("\"a page is torn\""), (false, at, Some("a page is torn".to_owned()))),
            ("{}".to_owned(), (false, None, None)),
            ("nonsense".to_owned(), (false, None, None)),
            // What is longer than any note is read by nobody.
            (note("null") + &" ".repeat(64 * 1024), (false, None, None)),
        ] {
            fs::write(data.path().join("backups/rehearsal.json"), &note).unwrap();
            assert_eq!(seen(), expected, "{}", note.trim_end());
        }
    }
}
