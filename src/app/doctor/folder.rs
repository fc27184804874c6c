//! Looks at the data folder: may it be written, is there room, does it last, who holds the store, and is that sound.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::finding::Finding;
use super::id::Id;
use crate::app::catalogue::CATALOGUE;
use crate::app::config::storage::Storage;
use crate::app::control::{self, Outcome, Request};
use crate::app::exit::ExitCode;
use crate::app::health::backups;
use crate::app::machine::{self, Mount, Space};
use crate::app::maintenance;
use crate::kernel::text::one_line;
use crate::kernel::time::{Clock, Timestamp};

/// How long verifying the store may take; a gigabyte takes less on a good disk.
const PATIENCE: Duration = Duration::from_mins(1);
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

/// Looks at the folder and the store in it.
pub(super) async fn examine(storage: &Storage) -> Vec<Finding> {
    let folder = storage.data_dir.clone();
    let Ok(mut findings) = tokio::task::spawn_blocking(move || of_folder(&folder)).await else { return Vec::new() };
    findings.extend(of_store(storage.clone()).await);
    findings
}

fn of_folder(folder: &Path) -> Vec<Finding> {
    let shown = folder.display();
    let existing = nearest(folder);
    let mut findings = vec![if folder.is_dir() {
        writable(folder)
    } else {
        Finding::note(Id::Writable, format!("The data folder {shown} is not there yet; the first start makes it."))
    }];
    findings.extend(machine::space(&existing).map(room));
    findings.extend(machine::mount(&existing).map(|mount| lasting(&mount)));
    findings.extend(backup(folder, Clock::system().now()));
    findings
}

/// The folder, or the one above it that exists.
fn nearest(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_owned()
}

fn writable(folder: &Path) -> Finding {
    let shown = folder.display();
    let tried = tempfile::Builder::new().prefix(".doctor-").tempfile_in(folder).and_then(|mut file| {
        file.write_all(b"greenroom")?;
        file.as_file().sync_all()
    });
    match tried {
        Ok(()) => Finding::ok(Id::Writable, format!("The data folder {shown} can be written.")),
        Err(error) => Finding::error(
            Id::Writable,
            format!("The data folder {shown} cannot be written: {error}."),
            "Give the user who runs the bot write access to it, or choose another folder with DATA_DIR.",
        ),
    }
}

fn room(Space { free, .. }: Space) -> Finding {
    let mib = free >> 20;
    let fix = "Free some space. When the disk is full, the bot stops rather than promise what it cannot keep.";
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
        let fix =
            "Mount it for writing, or choose another folder with DATA_DIR. A disk with errors may have become so.";
        return Finding::error(id, "The disk of the data folder is mounted for reading only.", fix);
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

/// Who holds the store, and whether it is sound. A store is verified by whoever holds it.
async fn of_store(storage: Storage) -> Vec<Finding> {
    if !maintenance::store_file(&storage.data_dir).exists() {
        return vec![Finding::note(Id::Store, "There is no store yet; the first start makes it.")];
    }
    let (tell, told) = oneshot::channel();
    // A thread of its own: one that hangs must not hold up the end of the program.
    let look = move || {
        let is_running = control::is_served(&storage.data_dir);
        let found = maintenance::fulfil(&storage, CATALOGUE, &Request::Check, &mut |_| {});
        // The doctor may have lost patience.
        let _ = tell.send((is_running, found));
    };
    if std::thread::Builder::new().name("doctor-store".into()).spawn(look).is_err() {
        return vec![Finding::note(Id::Store, "The store was not verified: the system refuses to start threads.")];
    }
    let Ok(Ok((is_running, found))) = timeout(PATIENCE, told).await else {
        return vec![Finding::note(Id::Store, "Verifying the store takes long. `greenroom check` has more patience.")];
    };
    let running = if is_running {
        Finding::ok(Id::Lock, "The bot is running on this data folder.")
    } else {
        Finding::ok(Id::Lock, "No bot is running on this data folder.")
    };
    match found {
        Ok(Outcome::Checked { findings }) if findings.is_empty() => {
            vec![running, Finding::ok(Id::Store, "The store is sound.")]
        }
        Ok(Outcome::Checked { findings }) => {
            let first = findings.first().map_or("", String::as_str);
            let sentence = match findings.len() {
                1 => format!("The store has a problem: {first}."),
                many => format!("The store has {many} problems; the first: {first}."),
            };
            let fix = "`greenroom check` lists them. Keep a copy of the data folder, and restore a backup.";
            vec![running, Finding::error(Id::Store, sentence, fix)]
        }
        Ok(_) => {
            vec![
                running,
                Finding::note(Id::Store, "The running bot is of another version; the store was not verified."),
            ]
        }
        Err(stop) if stop.code == ExitCode::StoreInUse => {
            let fix = "Stop the process that holds it, or run the doctor as the user who runs the bot.";
            vec![Finding::error(Id::Lock, stop.message, fix)]
        }
        Err(stop) => vec![
            running,
            Finding::error(Id::Store, stop.message, "Restore a backup, or move the file away to start empty."),
        ],
    }
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
}
