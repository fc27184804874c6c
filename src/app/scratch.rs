//! Folders for stores that are thrown away, as those of the demo and of replays.
//!
//! Invariant: such a folder goes with its owner. What a kill left of one is removed by whoever makes the next one: it is known
//! by its name, and by its lock, which nobody holds any more.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tempfile::TempDir;

/// The beginning of their names.
const PREFIX: &str = "greenroom-scratch-";
/// Somebody who tidies up may take a new one away before it is locked.
const TRIES: u32 = 3;

/// A folder that is gone when this is dropped.
pub(super) struct ScratchFolder {
    folder: TempDir,
    _lock: File,
}

impl ScratchFolder {
    /// A new one among the temporary files, after those that nobody needs any more are removed.
    pub(super) fn new() -> io::Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    fn within(above: &Path) -> io::Result<Self> {
        remove_abandoned(above);
        let mut tries = 0;
        loop {
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(above)?;
            let locked =
                File::open(folder.path()).and_then(|lock| lock.try_lock().map(|()| lock).map_err(io::Error::from));
            match locked {
                Ok(lock) if folder.path().exists() => return Ok(Self { folder, _lock: lock }),
                Err(error) if tries == TRIES => return Err(error),
                _ if tries == TRIES => return Err(io::ErrorKind::NotFound.into()),
                _ => tries += 1,
            }
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes folders of this user that nobody holds.
fn remove_abandoned(above: &Path) {
    let Ok(entries) = fs::read_dir(above) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with(PREFIX)
            && let Some(_held) = hold_abandoned(&entry)
        {
            // What cannot be removed is tried again the next time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Locks a folder that nobody holds, so that whoever just made it does not begin to use it while it is removed.
fn hold_abandoned(entry: &fs::DirEntry) -> Option<File> {
    let found = entry.metadata().ok()?;
    let is_own = found.is_dir() && found.uid() == rustix::process::geteuid().as_raw();
    let folder = is_own.then(|| File::open(entry.path()).ok()).flatten()?;
    folder.try_lock().ok()?;
    Some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kill_left_goes_with_the_next_one_and_what_is_in_use_stays() {
        let above = tempfile::tempdir().unwrap();
        let left = above.path().join(format!("{PREFIX}abc"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("greenroom.redb"), "x").unwrap();
        fs::create_dir(above.path().join("greenroom-other")).unwrap();
        let first = ScratchFolder::within(above.path()).unwrap();
        assert!(!left.exists());
        let second = ScratchFolder::within(above.path()).unwrap();
        assert!(first.path().exists() && second.path().exists());
        drop((first, second));
        assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1, "the one of somebody else");
    }
}
