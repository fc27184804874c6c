//! Makes a snapshot of the store.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::app::backup::folder::Room;
use crate::app::exit::{ExitCode, Stop};
use crate::catalogue::Catalogue;
use crate::store::{Manifest, Store, make_folder};

/// Make a snapshot of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackUp {
    /// The file, as an absolute path.
    pub path: PathBuf,
    /// Whether its folder is made where it is missing: the one of the snapshots is ours, any other is somebody's, and where it
    /// is missing a disk may not be mounted. A command that does not say makes none.
    #[serde(default)]
    pub makes_folder: bool,
}

/// The snapshot was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUp {
    /// The file.
    pub path: PathBuf,
    /// The Greenroom that made it.
    pub greenroom: String,
    /// The version of the stored data.
    pub version: u64,
    /// Its rows, those of the indexes counted.
    pub rows: u64,
}

impl Operation for BackUp {
    const NAME: &'static str = "backup";
    const OUTCOME: &'static str = "backed_up";
    type Outcome = BackedUp;

    fn run(&self, store: &Store, _: Catalogue, progress: &mut dyn FnMut(String)) -> Result<BackedUp, Stop> {
        require_free(&self.path)?;
        if let Some(folder) = self.path.parent() {
            if self.makes_folder {
                make_folder(folder).map_err(|error| Stop::storage(folder, &error))?;
            } else {
                require_folder(folder)?;
            }
            // A full disk would stop the store, if it is on the same one.
            Room::OfDisk.require(folder, store.length()?).map_err(|error| Stop::storage(folder, &error))?;
        }
        progress("copying the store".to_owned());
        let manifest = store.copy_to_blocking(&self.path)?;
        let rows = manifest.rows();
        let Manifest { greenroom, schema, .. } = manifest;
        Ok(BackedUp { path: self.path.clone(), greenroom, version: schema, rows })
    }
}

/// Refuses a place that is taken: a backup replaces nothing.
fn require_free(path: &Path) -> Result<(), Stop> {
    let message = if path.is_dir() {
        format!("{} is a folder: name a file in it. Nothing was written.", path.display())
    } else if fs::symlink_metadata(path).is_ok() {
        let path = path.display();
        format!("{path} is there already, and a backup replaces nothing: choose another name. Nothing was written.")
    } else {
        return Ok(());
    };
    Err(Stop::new(ExitCode::Configuration, message))
}

/// Refuses a folder that is not there. One that cannot be looked at is told of by whoever writes to it.
fn require_folder(folder: &Path) -> Result<(), Stop> {
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => {
            Err(Stop::new(ExitCode::Configuration, format!("{} is no folder.", folder.display())))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            let message = format!(
                "There is no folder {}: make it first, or mount the disk that it is on. Nothing was written.",
                folder.display()
            );
            Err(Stop::new(ExitCode::Configuration, message))
        }
        _ => Ok(()),
    }
}
