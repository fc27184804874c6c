//! Looks at the copies of the snapshots elsewhere, as the bot noted how they stand. The target itself is not asked.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::finding::Finding;
use super::id::Id;
use crate::app::backup::off_site::{Status, Target, status};
use crate::app::config::Config;
use crate::kernel::text::one_line;

/// Looks at them. Nothing is said where none are wanted.
pub(super) fn examine(config: &Config) -> Option<Finding> {
    let (target, data_dir) = (config.off_site.as_ref()?, &config.storage.data_dir);
    let is_beside = matches!(target, Target::Folder(folder) if is_same_disk(folder, data_dir));
    Some(told(target, is_beside, status(data_dir)))
}

/// Whether two folders that are there are on one disk.
fn is_same_disk(one: &Path, other: &Path) -> bool {
    let disk = |folder: &Path| folder.metadata().map(|found| found.dev()).ok();
    disk(one).is_some_and(|found| disk(other) == Some(found))
}

fn told(target: &Target, is_beside: bool, status: Option<Status>) -> Finding {
    if let Some(problem) = status.as_ref().and_then(|status| status.problem.as_deref()) {
        let sentence = format!("The snapshots cannot be copied to {target}: {}.", one_line(problem, 200));
        let fix = "Look whether it is there, and correct the variables that begin with BACKUP_. The bot tries again by itself.";
        return Finding::warning(Id::OffSite, sentence, fix);
    }
    if is_beside {
        let sentence = format!("The copies of the snapshots in {target} are on the disk of the data folder.");
        let fix = "Name a folder on another disk in BACKUP_TARGET: what takes the disk takes both.";
        return Finding::warning(Id::OffSite, sentence, fix);
    }
    match status.and_then(|status| status.newest) {
        Some(newest) => Finding::ok(Id::OffSite, format!("The snapshots are also in {target}, up to {newest}.")),
        None => Finding::note(Id::OffSite, format!("No snapshot is in {target} yet; the running bot copies them.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::doctor::Level;

    #[test]
    fn copies_that_fail_or_lie_on_the_same_disk_are_told() {
        let target = Target::Folder("/mnt/nas".into());
        let newest = || Some(Status { newest: Some("greenroom-20261121-200000.redb".into()), ..Status::default() });
        let failing = Status { problem: Some("it answered 503".into()), ..Status::default() };
        for (is_beside, status, level, words) in [
            (false, None, Level::Note, "yet"),
            (false, newest(), Level::Ok, "up to greenroom-20261121-200000.redb"),
            (true, newest(), Level::Warning, "on the disk of the data folder"),
            (true, Some(failing), Level::Warning, "it answered 503"),
        ] {
            let found = told(&target, is_beside, status);
            assert!(found.level == level && found.sentence.contains(words), "{found}");
        }
    }

    #[test]
    fn two_folders_of_one_disk_are_on_one_disk() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_same_disk(folder.path(), folder.path()));
        assert!(!is_same_disk(folder.path(), Path::new("/proc")));
        assert!(!is_same_disk(&folder.path().join("missing"), folder.path()), "what is not there is on none");
    }
}
