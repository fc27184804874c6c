//! A copy of the whole store in a new file: consistent, compact, and made while others write.
//!
//! A raw copy of the live file may be torn, so the rows of one snapshot are written to a new store, with a
//! [`Manifest`] of what they are. The file is then opened again and read to its end; only one that holds what its manifest
//! says gets its name.
//!
//! The copy shares the disk with the writer, whose commits must not wait for it. So it never leaves much to be written:
//! after every [`CHUNK`] bytes it syncs what it has, and a sync of the writer that comes in between finds little else to
//! do. What the writer replaced meanwhile is given back in parts, by a [`Trail`].
//!
//! Before a migration nobody writes, and everybody waits for the copy: there it takes the whole machine ([`Pace::Alone`]),
//! and syncs a [`LARGE_CHUNK`] at once. Even there it copies rows and not the bytes of the file, in whose free pages there
//! may still be what was erased.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::ops::Bound;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use redb::backends::FileBackend;
use redb::{
    CursorError, Database, ReadTransaction, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition,
    WriteTransaction,
};

use super::containing::caught;
use super::error::StoreError;
use super::manifest::{
    Ask, Manifest, ROWS_BETWEEN_LOOKS, SnapshotError, Summing, TableSum, open_to_read, verify_at, version_in,
};
use super::ownership::give_to_owner_of_folder;
use super::pace::{Pace, sum_tables};
use super::read::{Bytes, Snapshot};
use super::trail::Trail;
use crate::kernel::time::Timestamp;

/// The copy needs little memory: it is written front to back and read by nobody.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// So much is written between two syncs beside a writer.
const CHUNK: u64 = 512 * 1024;

/// So much is written between two syncs where nobody else needs the disk: few syncs, and still little memory for what is
/// not on the disk yet.
const LARGE_CHUNK: u64 = 32 * 1024 * 1024;

/// Writes everything in `snapshot` to a new file at `path`, which must not exist, while nobody writes. It appears there only
/// when it is complete and was verified. `at` is the moment that its manifest names.
pub(super) fn copy(snapshot: &Snapshot, path: &Path, at: Timestamp) -> Result<Manifest, StoreError> {
    copy_from(snapshot.transaction(), path, at, Pace::Alone)
}

/// As [`copy`], while others write. The trail ends with a `commit` after each of its snapshots, before the copy is verified.
///
/// Ends with [`StoreError::Closed`] soon after `is_closing` says so, because a store that is being copied cannot be closed.
pub(super) fn copy_while_written(
    trail: Trail,
    path: &Path,
    at: Timestamp,
    is_closing: Ask<'_>,
    commit: impl FnMut() -> bool,
) -> Result<Manifest, StoreError> {
    named_when_good(path, Pace::Beside(is_closing), |unfinished| {
        let look = || {
            trail.step();
            is_closing()
        };
        let written = write_all(trail.transaction(), unfinished, at, Pace::Beside(&look));
        trail.end(commit);
        written
    })
}

fn copy_from(source: &ReadTransaction, path: &Path, at: Timestamp, pace: Pace<'_>) -> Result<Manifest, StoreError> {
    named_when_good(path, pace, |unfinished| write_all(source, unfinished, at, pace))
}

/// Lets `write` write a copy beside `path`, and gives it its name when it holds what its manifest says.
fn named_when_good(
    path: &Path,
    pace: Pace<'_>,
    write: impl FnOnce(&Path) -> Result<Manifest, StoreError>,
) -> Result<Manifest, StoreError> {
    let unfinished = unfinished_name(path);
    if path.exists() || is_being_written(&unfinished)? {
        return Err(StoreError::CopyExists(path.to_owned()));
    }
    remove_if_there(&unfinished)?;
    // redb trips over a damaged store, and then nothing may be left of the copy, either.
    let written = caught(|| write(&unfinished));
    let written = written.unwrap_or(Err(StoreError::Panicked("copy"))).and_then(|manifest| {
        let verified = verify_at(&unfinished, manifest.schema, pace);
        if pace.is_unwanted() {
            return Err(StoreError::Closed);
        }
        let verified = verified.map_err(|error| StoreError::Copy(error.to_string()))?;
        if verified.manifest != manifest {
            return Err(StoreError::Copy(String::from("the copy holds something else than the store")));
        }
        // Somebody may have put something there meanwhile, and nothing is ever replaced.
        if path.exists() {
            return Err(StoreError::CopyExists(path.to_owned()));
        }
        fs::rename(&unfinished, path)?;
        sync_folder_of(path);
        Ok(manifest)
    });
    if written.is_err() {
        // The disk may be full because of it; the first error is the one to report.
        let _ = remove_if_there(&unfinished);
    }
    written
}

/// Writes a copy of the store in the file `from`, which nobody has open, to a new file, as [`Store::copy_to_blocking`] does. The
/// store is only read: nothing is repaired or migrated. Ends early with some error, and leaves nothing, soon after
/// `is_unwanted` says so.
///
/// [`Store::copy_to_blocking`]: super::Store::copy_to_blocking
pub fn copy_closed(
    from: &Path,
    to: &Path,
    at: Timestamp,
    is_unwanted: &dyn Fn() -> bool,
) -> Result<Manifest, SnapshotError> {
    let unreadable = |problem: String| SnapshotError::Unreadable { path: from.to_owned(), problem };
    // A damaged file can pass redb's first look and trip it later.
    let copied = caught(|| {
        let database = open_to_read(from)?;
        let transaction = database.begin_read().map_err(|error| unreadable(error.to_string()))?;
        copy_from(&transaction, to, at, Pace::Beside(is_unwanted)).map_err(|error| unreadable(error.to_string()))
    });
    copied.unwrap_or_else(|_| Err(unreadable(String::from("reading it failed"))))
}

/// The name of a copy that is being made.
pub fn unfinished_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

/// Makes the names in a file's folder survive a power cut as its contents do. Some systems cannot sync a folder.
pub(super) fn sync_folder_of(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Whether somebody writes this unfinished copy now. What a crash left is held by nobody.
fn is_being_written(unfinished: &Path) -> io::Result<bool> {
    match File::open(unfinished) {
        Ok(file) => Ok(matches!(file.try_lock(), Err(TryLockError::WouldBlock))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a file that may be missing.
pub(super) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_all(source: &ReadTransaction, path: &Path, at: Timestamp, pace: Pace<'_>) -> Result<Manifest, StoreError> {
    let schema = version_in(source).map_err(StoreError::Copy)?;
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
    give_to_owner_of_folder(&file, path);
    let chunk = match pace {
        Pace::Beside(_) => CHUNK,
        Pace::Alone => LARGE_CHUNK,
    };
    let database = Database::builder()
        .set_cache_size(CACHE_BYTES)
        .create_with_backend(SteadyFile::new(FileBackend::new(file).map_err(StoreError::of_opening)?, chunk))
        .map_err(StoreError::of_opening)?;
    let mut target = database.begin_write()?;
    target.set_quick_repair(true);
    let mut manifest = Manifest::begin(schema, at);
    manifest.tables = sum_tables(source, pace, |name, is_unwanted| copy_table(source, &target, name, is_unwanted))?;
    manifest.write(&target)?;
    target.commit()?;
    Ok(manifest)
}

/// Copies the rows in their order, which redb takes in whole pages at a time: several times as fast as row by row.
fn copy_table(
    source: &ReadTransaction,
    target: &WriteTransaction,
    name: &str,
    is_unwanted: Ask<'_>,
) -> Result<TableSum, StoreError> {
    let definition = TableDefinition::<Bytes, Bytes>::new(name);
    let table = source.open_table(definition)?;
    let mut copied = target.open_table(definition)?;
    let mut end = copied.upper_bound_mut(Bound::<&[u8]>::Unbounded)?;
    let mut sum = Summing::new();
    for pair in table.iter()? {
        let (key, value) = pair?;
        if sum.add(key.value(), value.value()).is_multiple_of(ROWS_BETWEEN_LOOKS) && is_unwanted() {
            return Err(StoreError::Closed);
        }
        end.insert_before(key.value(), value.value()).map_err(|error| refused(name, error))?;
    }
    end.close()?;
    Ok(sum.done(name))
}

/// Why redb does not take the next row of a table.
fn refused(table: &str, error: CursorError) -> StoreError {
    match error {
        CursorError::UnorderedKey => StoreError::Damaged(format!("the keys of {table} are not in order")),
        CursorError::Storage(error) => error.into(),
        other => StoreError::Engine(other.to_string()),
    }
}

/// A file that is synced all the while it is written.
#[derive(Debug)]
struct SteadyFile<F> {
    file: F,
    /// So many bytes are written between two syncs.
    chunk: u64,
    unsynced: AtomicU64,
}

impl<F: StorageBackend> SteadyFile<F> {
    fn new(file: F, chunk: u64) -> Self {
        Self { file, chunk, unsynced: AtomicU64::new(0) }
    }
}

impl<F: StorageBackend> StorageBackend for SteadyFile<F> {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.unsynced.store(0, Ordering::Relaxed);
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)?;
        let unsynced = self.unsynced.fetch_add(data.len() as u64, Ordering::Relaxed) + data.len() as u64;
        if unsynced >= self.chunk { self.sync_data() } else { Ok(()) }
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::super::migrations::version_row;
    use super::super::schema::META;
    use super::*;

    /// What stands in a row and is found in the bytes of a file.
    const SONG: &[u8] = b"a song that is found again";

    /// A store with tables of all sizes, of which one takes more than redb inserts at once.
    fn stored() -> Database {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let write = database.begin_write().unwrap();
        let fill = |name: &str, rows: &[(Vec<u8>, Vec<u8>)]| {
            let mut table = write.open_table(TableDefinition::<Bytes, Bytes>::new(name)).unwrap();
            for (key, value) in rows {
                table.insert(key.as_slice(), value.as_slice()).unwrap();
            }
        };
        let rows = |count: u32, bytes: usize| -> Vec<(Vec<u8>, Vec<u8>)> {
            (0..count).map(|row| (row.to_be_bytes().to_vec(), vec![7; bytes])).collect()
        };
        fill(META.name(), &[version_row(1)]);
        fill("sample.few", &rows(3, 100_000));
        fill("sample.many", &rows(30_000, 40));
        fill("sample.none", &[]);
        fill("sample.song", &[(b"song".to_vec(), SONG.to_vec())]);
        write.commit().unwrap();
        database
    }

    /// Flips a bit of the song wherever it stands.
    fn damage(path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        let found: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(SONG)).collect();
        assert!(!found.is_empty());
        for at in found {
            bytes[at] ^= 1;
        }
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn a_copy_is_the_same_at_either_pace() {
        let folder = tempfile::tempdir().unwrap();
        let store = stored();
        let source = store.begin_read().unwrap();
        let copied = |name: &str, pace: Pace<'_>| {
            copy_from(&source, &folder.path().join(name), Timestamp::from_millis(1), pace).unwrap()
        };
        let (alone, beside) = (copied("alone.redb", Pace::Alone), copied("beside.redb", Pace::Beside(&|| false)));
        let rows: Vec<_> = alone.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
        let expected =
            [("sample.few", 3), ("sample.many", 30_000), ("sample.none", 0), ("sample.song", 1), (META.name(), 1)];
        assert_eq!(rows, expected);
        assert_eq!(alone, beside);
    }

    #[test]
    fn a_copy_that_is_damaged_never_gets_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = stored();
        let source = store.begin_read().unwrap();
        for pace in [Pace::Alone, Pace::Beside(&|| false)] {
            let copied = named_when_good(&folder.path().join("copy.redb"), pace, |unfinished| {
                let manifest = write_all(&source, unfinished, Timestamp::from_millis(1), pace)?;
                damage(unfinished);
                Ok(manifest)
            });
            assert!(matches!(copied, Err(StoreError::Copy(_))), "{copied:?}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left of it");
        }
    }

    /// Memory that counts what was written since it was synced, and the most that there ever was.
    #[derive(Debug, Default)]
    struct Counted {
        bytes: InMemoryBackend,
        unsynced: AtomicU64,
        most: AtomicU64,
    }

    impl StorageBackend for &'static Counted {
        fn len(&self) -> io::Result<u64> {
            self.bytes.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.bytes.read(offset, out)
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            self.bytes.set_len(len)
        }

        fn sync_data(&self) -> io::Result<()> {
            self.unsynced.store(0, Ordering::Relaxed);
            Ok(())
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            let unsynced = self.unsynced.fetch_add(data.len() as u64, Ordering::Relaxed) + data.len() as u64;
            self.most.fetch_max(unsynced, Ordering::Relaxed);
            self.bytes.write(offset, data)
        }
    }

    #[test]
    fn a_copy_never_leaves_much_to_be_written_at_once() {
        let counted: &'static Counted = Box::leak(Box::default());
        let database = Database::builder().create_with_backend(SteadyFile::new(counted, CHUNK)).unwrap();
        let write = database.begin_write().unwrap();
        let row = [7; 10_000];
        for key in 0..2_000_u64 {
            write.open_table(TableDefinition::<u64, &[u8]>::new("rows")).unwrap().insert(key, row.as_slice()).unwrap();
        }
        write.commit().unwrap();
        let most = counted.most.load(Ordering::Relaxed);
        assert!(counted.len().unwrap() > 20_000_000);
        // The last write before a sync may be a large page.
        assert!((CHUNK..CHUNK + 64 * 1024).contains(&most), "{most} bytes waited for one sync");
    }
}
