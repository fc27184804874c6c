//! The store that a restore will replace: a snapshot of it is made before (`C-115`), while the backup is tried out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::trial::copy_file;
use crate::app::backup::folder::{Folder, Room, SCRATCH};
use crate::app::backup::label::SnapshotKind;
use crate::app::config::storage::Storage;
use crate::app::exit::Stop;
use crate::kernel::time::Clock;
use crate::store::{SnapshotError, copy_closed, make_folder, repair};

/// The store that will be replaced.
#[derive(Clone, Copy)]
pub(super) struct Present<'a> {
    pub(super) storage: &'a Storage,
    pub(super) store: &'a Path,
    /// The backup that will replace it.
    pub(super) backup: &'a Path,
    pub(super) clock: &'a Clock,
}

/// The snapshot of the present store, or why there is none. The store stays beside anyway, so one that cannot be read is no
/// hindrance.
pub(super) type Saved = Result<PathBuf, String>;

impl Present<'_> {
    /// Makes a snapshot of the store, if there is one, while `work` is done, because each takes as long as the other (`C-115`).
    /// Where the work fails, nothing is left of the snapshot.
    pub(super) fn saved_while<T>(
        self,
        tell: &mut dyn FnMut(&str),
        work: impl FnOnce() -> Result<T, Stop>,
    ) -> Result<(T, Option<Saved>), Stop> {
        if !self.store.exists() {
            return work().map(|done| (done, None));
        }
        tell("saving the store as it is");
        let is_unwanted = AtomicBool::new(false);
        thread::scope(|scope| {
            let saving = scope.spawn(|| self.save(&|| is_unwanted.load(Ordering::Relaxed)));
            let done = work();
            is_unwanted.store(done.is_err(), Ordering::Relaxed);
            let saved = saving.join().unwrap_or_else(|_| Err(String::from("making it failed")));
            match (done, saved) {
                (Ok(done), saved) => Ok((done, Some(saved))),
                (Err(stop), saved) => {
                    // It was made just now, of a store that stays.
                    let _ = saved.map(fs::remove_file);
                    Err(stop)
                }
            }
        })
    }

    fn save(self, is_unwanted: &(dyn Fn() -> bool + Sync)) -> Saved {
        let folder = Folder::of(&self.storage.data_dir);
        let path = folder.free_snapshot(SnapshotKind::BeforeRestore, self.clock.now());
        make_folder(&folder.snapshots_dir()).map_err(|error| error.to_string())?;
        // The backup is being copied to the same disk, and has the first claim to it.
        let bytes = |path| fs::metadata(path).map_or(0, |file| file.len());
        let needed = bytes(self.store).saturating_add(bytes(self.backup));
        Room::OfDisk.require(&self.storage.data_dir, needed).map_err(|error| error.to_string())?;
        match copy_closed(self.store, &path, self.clock.now(), is_unwanted) {
            Err(SnapshotError::Unclosed(_)) => self.save_unclosed(&path, is_unwanted)?,
            saved => drop(saved.map_err(|error| error.to_string())?),
        }
        Ok(path)
    }

    /// The same after a crash. The store itself stays as it is, so a copy of it is put in order.
    fn save_unclosed(self, path: &Path, is_unwanted: &(dyn Fn() -> bool + Sync)) -> Result<(), String> {
        let folder = Folder::of(&self.storage.data_dir).snapshots_dir();
        let scratch = tempfile::Builder::new().prefix(SCRATCH).tempfile_in(&folder);
        let scratch = scratch.map_err(|error| error.to_string())?.into_temp_path();
        copy_file(self.store, &scratch).map_err(|error| error.to_string())?;
        repair(&scratch).map_err(|error| error.to_string())?;
        copy_closed(&scratch, path, self.clock.now(), is_unwanted).map(drop).map_err(|error| error.to_string())
    }
}
