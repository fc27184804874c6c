//! Who may read what is stored: the user who runs the bot, and nobody else.
//!
//! What a command makes is private from its first moment, by the mask of the process ([`keep_private`]). What is there already
//! with other rights is mended at each start of the bot ([`mend`]).
//!
//! Invariants: only names of ours are touched, and only what belongs to the user who runs the bot; rights are taken away and
//! never given. A folder that is reached by a link keeps its own rights, because others may share it, and what is ours in it is
//! mended. A disk without rights (vfat, CIFS) is no failure.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::backup::label::Label;
use super::config::storage::store_file;
use super::web::secrets;

/// What others may do with a file or folder.
const OF_OTHERS: u32 = 0o077;
/// Set on folders such as `/tmp`, which everybody shares.
const STICKY: u32 = 0o1000;

/// From now on the process makes files and folders that only its user may read.
pub fn keep_private() {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

/// Whether others on this machine may read a file or folder that is there.
pub fn is_open_to_others(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.mode() & OF_OTHERS != 0)
}

/// Takes from others what they may do with the data in a folder, and logs once how much that was.
pub fn mend(data_dir: &Path) {
    // Somebody's file that was named by mistake is none of ours.
    if data_dir.is_file() {
        return;
    }
    // The folder that was named, and a store that lies on another disk, may be links.
    let may_be_link = |path: &Path| path == data_dir || path == store_file(data_dir);
    let count = ours(data_dir)
        .iter()
        .filter(|path| may_be_link(path) || !path.is_symlink())
        .filter(|path| mend_one(path))
        .count();
    if count > 0 {
        tracing::info!(count, path = %data_dir.display(), "others could read the data; now only this user may");
    }
}

/// The files and folders of ours that are there.
fn ours(data_dir: &Path) -> Vec<PathBuf> {
    let backups = data_dir.join("backups");
    let (snapshots, shows, logs) = (backups.join("snapshots"), data_dir.join("shows"), data_dir.join("logs"));
    let mut found = vec![data_dir.to_owned()];
    found.extend(named(data_dir, |name| name.starts_with("greenroom.redb")));
    found.extend(named(&backups, |name| ["rehearsal.json", "off-site.json"].contains(&name)));
    found.extend(named(&snapshots, is_of_snapshots));
    found.extend(named(&logs, |name| name.starts_with("greenroom.log")));
    for folder in named(&backups, is_guild) {
        found.extend(named(&folder, |name| name.starts_with("points_") && has_end(name, "json")));
        found.push(folder);
    }
    for folder in named(&shows, is_guild) {
        found.extend(named(&folder, |name| has_end(name, "jsonl")));
        found.push(folder);
    }
    let kept = secrets::folder(data_dir);
    found.extend(named(&kept, |name| secrets::NAMES.contains(&name)));
    found.extend([backups, snapshots, shows, logs, kept]);
    found
}

/// A snapshot, one that is damaged or unfinished, or a store that is tried out.
fn is_of_snapshots(name: &str) -> bool {
    let bare = name.trim_end_matches(".damaged").trim_end_matches(".unfinished");
    Label::of(bare).is_some() || name.starts_with(".scratch-")
}

fn is_guild(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_end(name: &str, end: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == end)
}

/// What is in a folder under such names; nothing where it is not there or cannot be seen.
fn named(folder: &Path, is_ours: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_ours = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(&is_ours);
    entries.filter_map(Result::ok).filter(is_ours).map(|entry| entry.path()).collect()
}

/// Answers whether something was taken away. What cannot be changed stays, and is not told.
fn mend_one(path: &Path) -> bool {
    mend_by_handle(path).unwrap_or_else(|error| {
        tracing::debug!(%error, path = %path.display(), "cannot take the rights of others away");
        false
    })
}

fn mend_by_handle(path: &Path) -> io::Result<bool> {
    // By its handle, so that nobody can put something else in its place. Nothing waits for the other end of a pipe.
    let wait_for_nothing = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = File::options().read(true).custom_flags(wait_for_nothing).open(path)?;
    let found = file.metadata()?;
    let is_ours = found.uid() == rustix::process::geteuid().as_raw() && (found.is_file() || found.is_dir());
    let is_shared = found.is_dir() && found.mode() & STICKY != 0;
    if !is_ours || is_shared || found.mode() & OF_OTHERS == 0 {
        return Ok(false);
    }
    file.set_permissions(Permissions::from_mode(found.mode() & 0o7777 & !OF_OTHERS))?;
    // Some file systems agree and do nothing.
    Ok(file.metadata()?.mode() & OF_OTHERS == 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o7777
    }

    #[test]
    fn a_file_that_is_named_as_the_folder_keeps_its_rights() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.txt");
        fs::write(&file, "mine").unwrap();
        open_to_all(&file, 0o644);
        mend(&file);
        assert_eq!(mode(&file), 0o644);
    }

    fn open_to_all(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_ours_is_closed_and_what_others_put_there_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        let ours = [
            "greenroom.redb",
            "greenroom.redb.before-restore-20261121-200000",
            "backups/rehearsal.json",
            "backups/snapshots/greenroom-20261121-200000.redb",
            "backups/snapshots/greenroom-20261121-200000-by-hand.redb.damaged",
            "backups/81/points_20261121_200000.json",
            "shows/81/night.jsonl",
            "logs/greenroom.log.1",
            "secrets/jwt",
        ];
        let others = [
            "notes.txt",
            "backups/mine/points.json",
            "backups/snapshots/mine.redb",
            "shows/81/cover.png",
            "secrets/mine",
        ];
        for file in ours.iter().chain(&others) {
            let path = data.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "x").unwrap();
            open_to_all(&path, 0o644);
        }
        let folders = ["", "backups", "backups/snapshots", "backups/81", "shows", "shows/81", "logs", "secrets"];
        for folder in &folders {
            open_to_all(&data.join(folder), 0o755);
        }
        open_to_all(&data.join("backups/mine"), 0o755);
        mend(&data);
        assert_eq!(ours.map(|file| mode(&data.join(file))), [0o600; 9]);
        assert_eq!(folders.map(|folder| mode(&data.join(folder))), [0o700; 8]);
        assert_eq!(others.map(|file| mode(&data.join(file))), [0o644; 5]);
        assert_eq!(mode(&data.join("backups/mine")), 0o755);
        assert!(!super::ours(&data).iter().any(|path| mend_one(path)), "once is enough");
        mend(&home.path().join("nowhere"));
    }

    #[test]
    fn behind_a_link_the_files_are_closed_and_the_folder_that_others_share_is_not() {
        let home = tempfile::tempdir().unwrap();
        let (disk, data) = (home.path().join("disk"), home.path().join("data"));
        fs::create_dir_all(disk.join("snapshots")).unwrap();
        let snapshot = disk.join("snapshots/greenroom-20261121-200000.redb");
        fs::write(&snapshot, "x").unwrap();
        fs::write(disk.join("greenroom.redb"), "x").unwrap();
        fs::create_dir(&data).unwrap();
        symlink(&disk, data.join("backups")).unwrap();
        symlink(disk.join("greenroom.redb"), data.join("greenroom.redb")).unwrap();
        fs::write(home.path().join("secret"), "x").unwrap();
        symlink(home.path().join("secret"), data.join("greenroom.redb.other")).unwrap();
        for (path, mode) in [(&disk, 0o755), (&snapshot, 0o644), (&home.path().join("secret"), 0o644)] {
            open_to_all(path, mode);
        }
        open_to_all(&disk.join("greenroom.redb"), 0o666);
        let linked = home.path().join("linked");
        symlink(&data, &linked).unwrap();
        open_to_all(&data, 0o755);
        mend(&linked);
        assert_eq!((mode(&data), mode(&disk)), (0o700, 0o755));
        assert_eq!((mode(&snapshot), mode(&disk.join("greenroom.redb"))), (0o600, 0o600));
        assert_eq!(mode(&home.path().join("secret")), 0o644, "a link to somebody's file is not followed");
    }
}
