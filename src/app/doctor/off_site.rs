//! Looks at the copies of the snapshots elsewhere: at the target that is set now, and not at what was noted about it or
//! another one. What the bot noted of the target only says what to expect there.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use super::finding::{Finding, sentence};
use super::id::Id;
use crate::app::backup::folder::Folder;
use crate::app::backup::label::Label;
use crate::app::backup::off_site::{Look, Status, Target, look, status_of};
use crate::app::config::Config;
use crate::kernel::text::one_line;
use crate::kernel::time::{Clock, Timestamp};

/// Snapshots are copied daily; where the newest copy is older than this, they are not.
const OLD_COPY: Duration = Duration::from_hours(3 * 24);

const TRIES_AGAIN: &str =
    "Look whether it is there, and correct the variables that begin with BACKUP_. The bot tries again by itself.";

/// Looks at them. Nothing is said where none are wanted.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let Some(target) = &config.off_site else { return Vec::new() };
    let data_dir = &config.storage.data_dir;
    let noted = status_of(data_dir, target);
    let now = Clock::system().now();
    let looked = look(target, &Folder::of(data_dir), now).await;
    let mut findings = vec![told(target, looked, noted.as_ref(), now)];
    findings.extend(failing(target, noted.as_ref()));
    findings.extend(beside(target, data_dir));
    findings
}

/// What was found there now.
fn told(target: &Target, looked: Result<Look, String>, noted: Option<&Status>, now: Timestamp) -> Finding {
    let id = Id::OffSite;
    let look = match looked {
        Ok(look) => look,
        Err(problem) => {
            let problem = one_line(&problem, 300);
            let cannot = sentence(&format!("The copies of the snapshots in {target} cannot be seen: {problem}"));
            return Finding::warning(id, cannot, TRIES_AGAIN);
        }
    };
    if let Some((name, how)) = look.differing {
        let sentence = format!("The copy {name} in {target} is not what was sent: {how}.");
        let fix = "Delete it there; the bot sends it again at its next start. A disk that changes what is written is failing.";
        return Finding::warning(id, sentence, fix);
    }
    let Some(newest) = look.newest else {
        return look.foreign.map_or_else(
            || nothing_there(target, look.missing.is_some(), noted),
            |foreign| nothing_of_ours(target, foreign),
        );
    };
    if now.since(newest.at) > OLD_COPY {
        let days = now.since(newest.at).as_secs() / 86_400;
        let sentence = format!("The newest copy of a snapshot in {target}, {newest}, is {days} days old.");
        let fix = "They are copied while the bot runs, daily and at its start; its log says what is in the way.";
        return Finding::warning(id, sentence, fix);
    }
    match look.missing {
        Some(missing) => {
            let sentence = format!(
                "The snapshots are also in {target}, up to {newest}. {missing} goes there with the next daily one."
            );
            Finding::note(id, sentence)
        }
        None => Finding::ok(id, format!("The snapshots are also in {target}, up to {newest}.")),
    }
}

/// What is there may be another bot's, this one's from before its store was begun anew, or from before names told whose it is.
fn nothing_of_ours(target: &Target, foreign: Label) -> Finding {
    let sentence = format!("The snapshots in {target}, up to {foreign}, are not of this data folder.");
    let fix = "The bot copies its own there at its next start, and leaves those alone. Delete them where no other bot copies to \
               it as well and you want them no more.";
    Finding::warning(Id::OffSite, sentence, fix)
}

fn nothing_there(target: &Target, is_missing: bool, noted: Option<&Status>) -> Finding {
    if let Some(at) = noted.and_then(|noted| noted.complete_at.as_deref()) {
        let sentence = format!("There is no copy of a snapshot in {target}, where all of them were on {at}.");
        let fix = "Look whether its disk is mounted, and who removes files there. The bot copies them again at its next start.";
        return Finding::warning(Id::OffSite, sentence, fix);
    }
    if is_missing {
        return Finding::warning(
            Id::OffSite,
            format!("No snapshot is in {target} yet."),
            "Start the bot: it copies them a minute later, and each new one. Where it runs, its log says what is in the way.",
        );
    }
    Finding::note(Id::OffSite, format!("No snapshot is in {target} yet; the bot makes one daily and copies it."))
}

/// What the bot could not do there, though it may look well to whoever runs the doctor.
fn failing(target: &Target, noted: Option<&Status>) -> Option<Finding> {
    let noted = noted?;
    let (problem, since) = (noted.problem.as_deref()?, noted.failing_since.as_deref()?);
    let problem = one_line(problem, 300);
    let failed = sentence(&format!("The bot could not copy the snapshots to {target} since {since}: {problem}"));
    Some(Finding::warning(Id::OffSite, failed, TRIES_AGAIN))
}

/// Copies on the disk of the data folder.
fn beside(target: &Target, data_dir: &Path) -> Option<Finding> {
    let Target::Folder(folder) = target else { return None };
    let there = folder.ancestors().find(|folder| folder.exists())?;
    is_same_disk(there, data_dir).then(|| {
        Finding::warning(
            Id::OffSite,
            format!("The copies of the snapshots in {target} are on the disk of the data folder."),
            "Name a folder on another disk in BACKUP_TARGET, and mount it: what takes the disk takes both.",
        )
    })
}

/// Whether two folders that are there are on one disk.
fn is_same_disk(one: &Path, other: &Path) -> bool {
    let disk = |folder: &Path| folder.metadata().map(|found| found.dev()).ok();
    disk(one).is_some_and(|found| disk(other) == Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::backup::label::SnapshotKind;
    use crate::app::doctor::Level;

    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);

    fn up_to(days_ago: u64) -> Look {
        let label = Label { at: NOW.before(Duration::from_hours(24 * days_ago)), kind: SnapshotKind::Daily };
        Look { newest: Some(label), ..Look::default() }
    }

    #[test]
    fn only_copies_that_are_there_now_are_vouched_for() {
        let target = Target::Folder("/mnt/nas".into());
        let complete = Status { complete_at: Some("2026-11-20T20:00:00Z".into()), ..Status::default() };
        let missing = Label::of("greenroom-20261121-200000-by-hand.redb");
        let differing = up_to(0).newest.map(|label| (label, "3 bytes instead of 9".to_owned()));
        for (looked, noted, level, words) in [
            (Ok(up_to(0)), None, Level::Ok, "up to greenroom-20261121-200000.redb."),
            (Ok(up_to(2)), Some(&complete), Level::Ok, "up to greenroom-20261119-200000.redb."),
            (Ok(Look { missing, ..up_to(0) }), None, Level::Note, "by-hand.redb goes there with the next"),
            (Ok(up_to(5)), Some(&complete), Level::Warning, "is 5 days old"),
            (Ok(Look { differing, ..up_to(0) }), Some(&complete), Level::Warning, "3 bytes instead of 9"),
            (Ok(Look::default()), None, Level::Note, "the bot makes one daily"),
            (
                Ok(Look { missing, ..Look::default() }),
                None,
                Level::Warning,
                "No snapshot is in the folder /mnt/nas yet.",
            ),
            (Ok(Look::default()), Some(&complete), Level::Warning, "where all of them were on 2026-11-20T20:00:00Z"),
            (
                Ok(Look { foreign: up_to(0).newest, missing, ..Look::default() }),
                Some(&complete),
                Level::Warning,
                "up to greenroom-20261121-200000.redb, are not of this data folder.",
            ),
            (Err("it answered 503".to_owned()), Some(&complete), Level::Warning, "cannot be seen: it answered 503."),
            (Err("it is not there; is its disk mounted?".to_owned()), None, Level::Warning, "is its disk mounted?"),
        ] {
            let found = told(&target, looked, noted, NOW);
            assert!(!found.sentence.contains("?."), "{found}");
            assert!(found.level == level && found.sentence.contains(words), "{found}");
            assert_eq!(found.fix.is_some(), level == Level::Warning, "{found}");
        }
    }

    #[test]
    fn copies_that_fail_or_lie_on_the_same_disk_are_told() {
        let target = Target::Folder("/mnt/nas".into());
        let problem = Some("it answered 503".into());
        let status = Status { problem, failing_since: Some("2026-11-21T20:00:00Z".into()), ..Status::default() };
        let found = failing(&target, Some(&status)).unwrap();
        assert!(
            found.level == Level::Warning && found.sentence.contains("since 2026-11-21T20:00:00Z: it answered 503"),
            "{found}"
        );
        let asks = Status { problem: Some("is its disk mounted?".into()), ..status };
        assert!(failing(&target, Some(&asks)).unwrap().sentence.ends_with("mounted?"));
        assert_eq!(failing(&target, Some(&Status::default())), None);
        let data = tempfile::tempdir().unwrap();
        let below = Target::Folder(data.path().join("not/there/yet"));
        let found = beside(&below, data.path()).unwrap();
        assert!(found.level == Level::Warning && found.sentence.contains("on the disk of the data folder"), "{found}");
    }

    #[test]
    fn two_folders_of_one_disk_are_on_one_disk() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_same_disk(folder.path(), folder.path()));
        assert!(!is_same_disk(folder.path(), Path::new("/proc")));
        assert!(!is_same_disk(&folder.path().join("missing"), folder.path()), "what is not there is on none");
    }
}
