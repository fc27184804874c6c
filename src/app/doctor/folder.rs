//! Looks at the data folder: may it be written, is there room, does it last.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::id::Id;
use crate::app::config::storage::{Storage, store_file};
use crate::app::machine::{self, Mount, Space};
use crate::app::{headroom, rights};

/// Below so much room the bot will stop soon.
const LEAST_ROOM: u64 = 100 << 20;
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
    let store_bytes = store_file(folder).metadata().map_or(0, |file| file.len());
    findings.extend(machine::space(&existing).map(|space| room(space, store_bytes)));
    findings.extend(machine::mount(&existing).map(|mount| lasting(&mount)));
    findings.extend(private(folder));
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

fn room(space: Space, store_bytes: u64) -> Finding {
    let (mib, wanted) = (space.free >> 20, headroom::wanted(space, store_bytes));
    let fix = ROOM_FIX;
    if space.free < LEAST_ROOM {
        return Finding::error(Id::Space, format!("There is almost no room for data: {mib} MiB."), fix);
    }
    if space.free < wanted {
        let sentence = format!("There is little room for data: {mib} MiB, and {} MiB should be free.", wanted >> 20);
        return Finding::warning(Id::Space, sentence, fix);
    }
    Finding::ok(Id::Space, format!("There is room for {mib} MiB of data."))
}

/// Whether nobody else may read the data. Nothing where there are none.
fn private(folder: &Path) -> Option<Finding> {
    let (store, id) = (store_file(folder), Id::Private);
    if !store.exists() {
        return None;
    }
    // Whoever may not enter the folder may not read what is in it.
    let is_open = rights::is_open_to_others(folder) && rights::is_open_to_others(&store);
    if !is_open {
        return Some(Finding::ok(id, "Only the user who runs the bot may read the data."));
    }
    let fix = "Start the bot as the user whom the folder belongs to: it takes these rights away. A disk without rights (vfat, \
               CIFS) has to be mounted with umask=077, or with file_mode=0600 and dir_mode=0700.";
    Some(Finding::warning(id, "Other users of this machine may read the data.", fix))
}

fn lasting(mount: &Mount) -> Finding {
    let Mount { kind, source, is_read_only, .. } = mount;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::doctor::Level;

    fn mount(kind: &str, source: &str) -> Mount {
        Mount { point: "/".into(), kind: kind.into(), source: source.into(), is_read_only: false }
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
        let level = |free| room(Space { free, total: u64::MAX }, 1 << 20).level;
        assert_eq!(
            [level(0), level(99 << 20), level(500 << 20), level(2 << 30)],
            [Level::Error, Level::Error, Level::Warning, Level::Ok]
        );
        let large = room(Space { free: 2 << 30, total: 0 }, 1 << 30);
        assert!(large.level == Level::Warning && large.sentence.contains("3072 MiB should be free"), "{large}");
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
