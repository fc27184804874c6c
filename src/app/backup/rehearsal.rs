//! A restore that is only tried: a backup becomes a store beside the real one, is opened and checked, and goes again.
//!
//! What came of the last one stays in `DATA_DIR/backups/rehearsal.json`, for whoever wants to know whether a restore
//! would work.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::folder::{Folder, Room, SCRATCH};
use crate::app::exit::Stop;
use crate::app::restore::{Trial, require_file, try_out};
use crate::catalogue::Catalogue;
use crate::kernel::text::one_line;
use crate::kernel::time::{Stopwatch, Timestamp};
use crate::store::make_folder;

/// The file that keeps the last one.
const FILE: &str = "rehearsal.json";
/// The longest problem that is kept, in characters: a damaged backup can have one for every row.
const LONGEST_PROBLEM: usize = 2_000;
/// The longest note that is read, in bytes: whatever lies in the folder of the data, it is asked for again and again.
const LONGEST_NOTE: u64 = 64 * 1024;

/// What came of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// When, as RFC 3339.
    pub at: String,
    /// The name of the file that was tried.
    pub backup: String,
    /// What is wrong, in words; `None` when it can be restored.
    pub problem: Option<String>,
    /// How many rows came back, those of the indexes counted.
    pub rows: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Rehearsal {
    /// The moment of it.
    pub fn moment(&self) -> Option<Timestamp> {
        Timestamp::from_rfc3339(&self.at)
    }
}

/// Restores a backup into a scratch file in the data folder, or among the temporary files where there is none, checks it and
/// compares it with what the backup says. Touches neither the backup nor the store, so the bot may run. Blocks.
pub fn rehearse(data_dir: &Path, backup: &Path, catalogue: Catalogue, cache_bytes: usize) -> Result<Trial, Stop> {
    require_file(backup)?;
    // Where there is no data folder yet, none is made only to try something.
    let into = if data_dir.exists() { Folder::of(data_dir).snapshots_dir() } else { std::env::temp_dir() };
    make_folder(&into).map_err(|error| Stop::storage(&into, &error))?;
    let bytes = fs::metadata(backup).map_or(0, |file| file.len());
    Room::OfDisk.require(&into, bytes).map_err(|error| Stop::storage(&into, &error))?;
    let scratch = tempfile::Builder::new().prefix(SCRATCH).tempfile_in(&into);
    // It is removed whatever happens.
    let scratch = scratch.map_err(|error| Stop::storage(&into, &error))?.into_temp_path();
    try_out(backup, &scratch, catalogue, cache_bytes)
}

/// A rehearsal with its time and its end, as it is kept.
pub(in crate::app) fn rehearsed(
    data_dir: &Path,
    backup: &Path,
    catalogue: Catalogue,
    cache_bytes: usize,
    at: Timestamp,
) -> Rehearsal {
    let watch = Stopwatch::start();
    let outcome = rehearse(data_dir, backup, catalogue, cache_bytes);
    let (problem, rows) = match outcome {
        Ok(trial) if trial.findings.is_empty() => (None, trial.verified.manifest.rows()),
        Ok(trial) => (Some(one_line(&trial.findings.join("; "), LONGEST_PROBLEM)), trial.verified.manifest.rows()),
        Err(stop) => (Some(stop.on_page("rehearse a restore")), 0),
    };
    Rehearsal {
        at: at.rfc3339(),
        backup: backup.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        problem,
        rows,
        took_ms: u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// The last rehearsal of a data folder; `None` where there was none.
pub fn last_rehearsal(data_dir: &Path) -> Option<Rehearsal> {
    read_note(&Folder::of(data_dir).path().join(FILE))
}

/// Keeps a rehearsal as the last one.
pub(in crate::app) fn keep(data_dir: &Path, rehearsal: &Rehearsal) -> io::Result<()> {
    write_note(Folder::of(data_dir).path(), FILE, rehearsal)
}

/// Reads a small file of JSON; `None` when there is none, or something else is in it.
pub(super) fn read_note<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    if fs::metadata(path).ok()?.len() > LONGEST_NOTE {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes a small file of JSON, whole or not at all.
pub(super) fn write_note(folder: &Path, name: &str, note: &impl Serialize) -> io::Result<()> {
    make_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(SCRATCH).tempfile_in(folder)?;
    serde_json::to_writer(&mut file, note)?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    Ok(())
}
