//! Looks at the data folder: may it be written, is there room, does it last, is there a backup.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::finding::Finding;
use super::id::Id;
use crate::app::config::storage::Storage;
use crate::app::health::backups;
use crate::app::machine::{self, Mount, Space};
use crate::app::maintenance;
use crate::kernel::text::one_line;
use crate::kernel::time::{Clock, Timestamp};

/// Below so much room the bot will stop soon.
const LEAST_ROOM: u64 = 100 << 20;
/// Below so much it is time to make some.
const LITTLE_ROOM: u64 = 1 << 30;
/// Backups are made daily; one older than this shows that they are not.
const OLD_BACKUP: Duration = Duration::from_hours(3 * 24);
/// File systems whose content goes with the power.
const VOLATILE: [&str; 2] = ["tmpfs", "ramfs"];
/// File systems of other machines, on which locks and syncs are promises.
const REMOTE: [&str; 7] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"];

/// The fix where there is no room.
pub(super) const ROOM_FIX: &str =
    "Free some space. When the disk is full, the bot stops rather than promise what it cannot keep.";
/// The fix where the disk takes no writes at all.
pub(super) const READ_ONLY_FIX: &str =
    "Mount it for writing, or choose another folder with DATA_DIR. A disk with errors may have become so.";

/// Looks at the folder and at what stands in it, but not into the store.
pub(super) async fn examine(storage: &Storage) -> Vec<Finding> {
    let folder = storage.data_dir.clone();
    tokio::task::spawn_blocking(move || of_folder(&folder)).await.unwrap_or_default()
}

fn of_folder(folder: &Path) -> Vec<Finding> {
    let existing = nearest(folder);
    let mut findings = vec![writable(folder, &existing)];
    findings.extend(machine::space(&existing).map(room));
    findings.extend(machine::mount(&existing).map(|mount| lasting(&mount)));
    findings.extend(backup(folder, Clock::system().now()));
    findings
}

/// The folder, or what is there of the way to it. It need not be a folder.
fn nearest(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    // Also a link that leads nowhere is in the way.
    let is_there = |path: &&Path| fs::symlink_metadata(path).is_ok();
    absolute.ancestors().find(is_there).unwrap_or(Path::new("/")).to_owned()
}

/// Whether the folder can be written, or made where it is not there yet.
fn writable(folder: &Path, existing: &Path) -> Finding {
    let shown = folder.display();
    if !existing.is_dir() {
        let sentence = format!("{} is no folder, so the data folder cannot be there.", existing.display());
        return Finding::error(Id::Writable, sentence, "Move it away, or choose another folder with DATA_DIR.");
    }
    match (try_to_write(existing), folder.is_dir()) {
        (Ok(()), true) => Finding::ok(Id::Writable, format!("The data folder {shown} can be written.")),
        (Ok(()), false) => {
            Finding::note(Id::Writable, format!("The data folder {shown} is not there yet; the first start makes it."))
        }
        (Err(error), true) => unwritable(&format!("The data folder {shown} cannot be written: {error}."), &error),
        (Err(error), false) => unwritable(&format!("The data folder {shown} cannot be made: {error}."), &error),
    }
}

fn try_to_write(folder: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".doctor-").tempfile_in(folder)?;
    file.write_all(b"greenroom")?;
    file.as_file().sync_all()
}

fn unwritable(sentence: &str, error: &io::Error) -> Finding {
    let fix = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ROOM_FIX,
        io::ErrorKind::ReadOnlyFilesystem => READ_ONLY_FIX,
        io::ErrorKind::PermissionDenied => {
            "Give the user who runs the bot write access to it, run the doctor as that user, or choose another folder with \
             DATA_DIR."
        }
        _ => "Look at the disk and at the path, or choose another folder with DATA_DIR.",
    };
    Finding::error(Id::Writable, sentence, fix)
}

fn room(Space { free, .. }: Space) -> Finding {
    let mib = free >> 20;
    let fix = ROOM_FIX;
    match free {
        0..LEAST_ROOM => Finding::error(Id::Space, format!("There is almost no room for data: {mib} MiB."), fix),
        LEAST_ROOM..LITTLE_ROOM => {
            Finding::warning(Id::Space, format!("There is little room for data: {mib} MiB."), fix)
        }
        _ => Finding::ok(Id::Space, format!("There is room for {} GiB of data.", free >> 30)),
    }
}

fn lasting(mount: &Mount) -> Finding {
    let Mount { kind, source, is_read_only } = mount;
    let id = Id::Lasting;
    let kind = kind.as_str();
    if *is_read_only {
        return Finding::error(id, "The disk of the data folder is mounted for reading only.", READ_ONLY_FIX);
    }
    if VOLATILE.contains(&kind) {
        let fix = "Choose a folder on a disk with DATA_DIR.";
        return Finding::error(
            id,
            format!("The data folder lies in memory ({kind}): everything is lost at the next restart of the machine."),
            fix,
        );
    }
    if kind == "overlay" {
        let fix =
            "Mount a volume there, as the compose file does, or set DATA_DIR to a folder that outlives the container.";
        return Finding::warning(
            id,
            "The data folder lies inside a container: everything is lost when the container is made anew.",
            fix,
        );
    }
    if REMOTE.contains(&kind) {
        let fix = "Choose a folder on a disk of this machine with DATA_DIR.";
        return Finding::warning(
            id,
            format!(
                "The data folder lies on another machine ({kind}), where a power cut may lose what was acknowledged."
            ),
            fix,
        );
    }
    if source.starts_with("/dev/mmcblk") {
        return Finding::note(
            id,
            "The data folder lies on a memory card. They wear out: keep backups elsewhere, or use an SSD.",
        );
    }
    Finding::ok(id, format!("The data folder lies on a disk ({kind})."))
}

/// How old the last backup is, and whether it could be restored when that was tried. Nothing where there is no store.
fn backup(folder: &Path, now: Timestamp) -> Option<Finding> {
    maintenance::store_file(folder).exists().then(|| match (backups::last_snapshot(folder), backups::trouble(folder)) {
        (_, Some(trouble)) => {
            let sentence = format!("The last rehearsal of a restore failed: {}.", one_line(&trouble, 200));
            let fix = "Make a backup anew and keep the older ones. The disk may be failing; `greenroom check` verifies the store.";
            Finding::error(Id::Backup, sentence, fix)
        }
        (None, None) => Finding::note(Id::Backup, "There is no backup in the data folder."),
        (Some(at), None) if now.since(at) > OLD_BACKUP => {
            let days = now.since(at).as_secs() / 86_400;
            let fix = "Look into the log why none is made. They are made while the bot runs.";
            Finding::warning(Id::Backup, format!("The last backup in the data folder is {days} days old."), fix)
        }
        (Some(_), None) => Finding::ok(Id::Backup, "There is a backup of late in the data folder."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::doctor::Level;

    fn mount(kind: &str, source: &str) -> Mount {
        Mount { kind: kind.into(), source: source.into(), is_read_only: false }
    }

    #[test]
    fn a_folder_that_does_not_last_is_told() {
        for (kind, source, level) in [
            ("ext4", "/dev/sda1", Level::Ok),
            ("btrfs", "/dev/nvme0n1p2", Level::Ok),
            ("ext4", "/dev/mmcblk0p2", Level::Note),
            ("tmpfs", "tmpfs", Level::Error),
            ("overlay", "overlay", Level::Warning),
            ("nfs4", "server:/data", Level::Warning),
        ] {
            assert_eq!(lasting(&mount(kind, source)).level, level, "{kind} {source}");
        }
        assert_eq!(lasting(&Mount { is_read_only: true, ..mount("ext4", "/dev/sda1") }).level, Level::Error);
    }

    #[test]
    fn little_room_is_told_before_there_is_none() {
        let level = |free| room(Space { free, total: u64::MAX }).level;
        assert_eq!(
            [level(0), level(99 << 20), level(500 << 20), level(2 << 30)],
            [Level::Error, Level::Error, Level::Warning, Level::Ok]
        );
    }
    #[test]
    fn what_cannot_be_written_has_the_fix_that_helps() {
        for (kind, fix) in [
            (io::ErrorKind::StorageFull, "Free some space"),
            (io::ErrorKind::QuotaExceeded, "Free some space"),
            (io::ErrorKind::ReadOnlyFilesystem, "Mount it for writing"),
            (io::ErrorKind::PermissionDenied, "write access"),
            (io::ErrorKind::Other, "Look at the disk"),
        ] {
            let found = unwritable("It cannot be written.", &kind.into());
            assert!(found.level == Level::Error && found.fix.as_deref().unwrap().contains(fix), "{found}");
        }
    }
}
