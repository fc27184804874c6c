//! Looks at the snapshots in the data folder: is there one of late that is whole, could the last one be restored when that was
//! tried, and do those that were made by hand take the disk.

use std::path::Path;
use std::time::Duration;

use super::finding::Finding;
use super::id::Id;
use crate::app::backup::folder::{Dated, Folder};
use crate::app::backup::label::SnapshotKind;
use crate::app::backup::retention::is_ahead;
use crate::app::config::storage::{Storage, store_file};
use crate::app::health::backups::trouble;
use crate::app::machine;
use crate::catalogue::CATALOGUE;
use crate::kernel::text::one_line;
use crate::kernel::time::{Clock, Stopwatch, Timestamp};
use crate::store::{SnapshotError, verify_unless};

/// Snapshots are made daily; where the newest is older than this, they are not.
const OLD_BACKUP: Duration = Duration::from_hours(3 * 24);
/// Reading the newest one may take so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// More that were made by hand are told; nothing removes them.
const MANY: usize = 20;

/// Looks at them. Nothing is said where there is no store.
pub(super) async fn examine(storage: &Storage) -> Vec<Finding> {
    let folder = storage.data_dir.clone();
    tokio::task::spawn_blocking(move || in_folder(&folder, Clock::system().now())).await.unwrap_or_default()
}

fn in_folder(data_dir: &Path, now: Timestamp) -> Vec<Finding> {
    if !store_file(data_dir).exists() {
        return Vec::new();
    }
    let folder = Folder::of(data_dir);
    let mut findings = vec![newest(&folder, now)];
    if let Some(trouble) = trouble(data_dir) {
        let sentence = format!("The last rehearsal of a restore failed: {}.", one_line(&trouble, 200));
        let fix = "Make a backup anew and keep the older ones. The disk may be failing; `greenroom check` verifies the store.";
        findings = vec![Finding::error(Id::Backup, sentence, fix)];
    }
    findings.extend(by_hand(&folder));
    findings
}

/// Whether the newest snapshot is one of late, and holds what it says.
fn newest(folder: &Folder, now: Timestamp) -> Finding {
    let id = Id::Backup;
    // One of the future is from a clock that was wrong.
    let of_late = |all: Vec<Dated>| all.into_iter().rev().find(|snapshot| !is_ahead(snapshot.at, now));
    let newest = match folder.snapshots().map(of_late) {
        Ok(Some(newest)) => newest,
        Ok(None) => return Finding::note(id, "There is no backup in the data folder."),
        Err(error) => {
            let sentence = format!("The backups in {} cannot be seen: {error}.", folder.snapshots_dir().display());
            return Finding::warning(id, sentence, "Run the doctor as the user who runs the bot.");
        }
    };
    if now.since(newest.at) > OLD_BACKUP {
        let days = now.since(newest.at).as_secs() / 86_400;
        let fix = "Look into the log why none is made. They are made while the bot runs.";
        return Finding::warning(id, format!("The last backup in the data folder is {days} days old."), fix);
    }
    let watch = Stopwatch::start();
    let is_late = || watch.elapsed() > PATIENCE;
    match verify_unless(&newest.path, (CATALOGUE.schema)().version(), &is_late) {
        Ok(verified) if verified.is_snapshot => Finding::ok(
            id,
            format!("There is a backup of late in the data folder, {}, and it is whole.", newest.name()),
        ),
        Ok(_) => damaged(&newest, "it is no snapshot"),
        Err(_) if is_late() => Finding::note(
            id,
            format!("There is a backup of late in the data folder, {}; reading it takes long.", newest.name()),
        ),
        Err(SnapshotError::Newer { .. }) => {
            Finding::note(id, format!("The last backup, {}, is of a newer Greenroom.", newest.name()))
        }
        Err(SnapshotError::Unreadable { problem, .. }) => {
            let sentence = format!("The last backup, {}, cannot be read: {problem}.", newest.name());
            Finding::warning(id, sentence, "Run the doctor as the user who runs the bot.")
        }
        Err(error) => damaged(&newest, &error.to_string()),
    }
}

fn damaged(newest: &Dated, problem: &str) -> Finding {
    let problem = one_line(problem, 300);
    let sentence = format!("The last backup, {}, is not whole: {}", newest.name(), problem.trim_end_matches('.'));
    let fix = "Start the bot again: it puts that one aside and makes another. The disk may be failing.";
    Finding::error(Id::Backup, format!("{sentence}."), fix)
}

/// Those that only a person removes, where they are many, or take more than is left.
fn by_hand(folder: &Folder) -> Option<Finding> {
    let all = folder.snapshots_of(SnapshotKind::ByHand).ok()?;
    let bytes: u64 = all.iter().filter_map(|snapshot| Some(snapshot.path.metadata().ok()?.len())).sum();
    let free = machine::space(&folder.snapshots_dir())?.free;
    (all.len() > MANY || bytes > free).then(|| {
        let sentence = format!(
            "{} snapshots that were made by hand take {} MiB in {}.",
            all.len(),
            bytes >> 20,
            folder.snapshots_dir().display()
        );
        Finding::warning(
            Id::Backup,
            sentence,
            "Delete those that you are done with, or move them elsewhere; nothing else does.",
        )
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::app::doctor::Level;
    use crate::kernel::dice::Seed;
    use crate::store::{Options, Store, StoreLocation};

    #[test]
    fn only_a_snapshot_that_is_whole_is_a_backup_of_late() {
        let data = tempfile::tempdir().unwrap();
        let (folder, now) = (Folder::of(data.path()), Clock::system().now());
        assert_eq!(in_folder(data.path(), now), [], "without a store there is nothing to save");
        let place = StoreLocation::File(store_file(data.path()));
        let store = Store::open(&place, Options::new(Clock::system(), Seed::fixed(1)), (CATALOGUE.schema)()).unwrap();
        fs::create_dir_all(folder.snapshots_dir()).unwrap();
        let look = |now| in_folder(data.path(), now).remove(0);
        assert_eq!(look(now).level, Level::Note);
        let path = folder.free_snapshot(SnapshotKind::Daily, now);
        store.copy_to_blocking(&path).unwrap();
        let found = look(now);
        assert!(found.level == Level::Ok && found.sentence.contains("is whole"), "{found}");
        assert_eq!(look(now.after(OLD_BACKUP * 2)).level, Level::Warning);
        fs::write(folder.snapshots_dir().join("greenroom-29990101-200000.redb"), "of a wrong clock").unwrap();
        assert_eq!(look(now).level, Level::Ok);
        let whole = fs::read(&path).unwrap();
        for bytes in [&[][..], &whole[..whole.len() / 2], b"no store"] {
            fs::write(&path, bytes).unwrap();
            let found = look(now);
            assert!(found.level == Level::Error && found.sentence.contains("is not whole"), "{found}");
        }
        store.close_blocking();
    }

    #[test]
    fn many_that_were_made_by_hand_are_told() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        fs::create_dir_all(folder.snapshots_dir()).unwrap();
        let now = Clock::system().now();
        for _ in 0..MANY {
            fs::write(folder.free_snapshot(SnapshotKind::ByHand, now), "x").unwrap();
        }
        assert_eq!(by_hand(&folder), None);
        fs::write(folder.free_snapshot(SnapshotKind::ByHand, now), "x").unwrap();
        let found = by_hand(&folder).unwrap();
        assert!(found.level == Level::Warning && found.sentence.contains("21 snapshots"), "{found}");
    }
}
