//! A copy of the whole store in a new file: consistent, compact, and made while others write.
//!
//! A raw copy of the live file cannot be opened again, so the rows of one snapshot are written to a new store.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use redb::{Database, ReadableTable, TableDefinition, TableHandle};

use super::error::StoreError;
use super::read::{Bytes, Snapshot};

/// The copy needs little memory: it is written front to back and read by nobody.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// Writes everything in `snapshot` to a new file at `path`, which must not exist. It appears there only when complete.
pub(super) fn copy(snapshot: &Snapshot, path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Err(StoreError::CopyExists(path.to_owned()));
    }
    let unfinished = unfinished_name(path);
    remove_if_there(&unfinished)?;
    let written = write_all(snapshot, &unfinished).and_then(|()| Ok(fs::rename(&unfinished, path)?));
    if written.is_err() {
        // The disk may be full because of it; the first error is the one to report.
        let _ = remove_if_there(&unfinished);
    }
    written
}

fn unfinished_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn write_all(snapshot: &Snapshot, path: &Path) -> Result<(), StoreError> {
    let database = Database::builder().set_cache_size(CACHE_BYTES).create(path).map_err(|error| match error {
        redb::DatabaseError::Storage(error) => error.into(),
        other => StoreError::Engine(other.to_string()),
    })?;
    let mut target = database.begin_write()?;
    target.set_quick_repair(true);
    for table in snapshot.transaction().list_tables()? {
        let definition = TableDefinition::<Bytes, Bytes>::new(table.name());
        let source = snapshot.transaction().open_table(definition)?;
        let mut copied = target.open_table(definition)?;
        for pair in source.iter()? {
            let (key, value) = pair?;
            copied.insert(key.value(), value.value())?;
        }
    }
    target.commit()?;
    Ok(())
}
