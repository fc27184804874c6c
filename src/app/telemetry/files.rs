//! The log in files: `greenroom.log` in a folder, and older ones behind it, bounded in number and size.
//!
//! A file that is full becomes `greenroom.log.1`, and what was that before `greenroom.log.2`; the oldest goes. Only the
//! process that holds the store writes, so lines wait in memory until [`LogFiles::begin`] is called.
//!
//! Invariants: writing never fails for the caller, because a disk that is full must not end the bot: a line that cannot be
//! written is counted, and the first one of a series is told on the console. A line is in a file whole or not at all, and in
//! the one that has the name at that moment, whoever removes or renames files meanwhile.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::config::logging::FileLimits;

/// The folder of the log in the data folder.
const FOLDER: &str = "logs";
/// The file that is being written.
const NAME: &str = "greenroom.log";
/// How much waits in memory before the first file is opened.
const MOST_WAITING: usize = 256 * 1024;

/// The files of the log. Clones are the same files.
#[derive(Clone, Debug)]
pub(crate) struct LogFiles(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: FileLimits,
    state: Mutex<State>,
    lost: AtomicU64,
}

#[derive(Debug)]
enum State {
    /// Nobody said yet where the files lie.
    Waiting(Vec<u8>),
    /// Lines go to this folder. Without an open file the next line opens one.
    Begun { folder: PathBuf, open: Option<Open>, is_in_trouble: bool },
}

#[derive(Debug)]
struct Open {
    file: File,
    length: u64,
    /// Which file it is, whatever its name: device and number.
    identity: (u64, u64),
}

impl LogFiles {
    /// Files with these limits, in a folder that is not known yet.
    pub(super) fn new(limits: FileLimits) -> Self {
        Self(Arc::new(Shared { limits, state: Mutex::new(State::Waiting(Vec::new())), lost: AtomicU64::new(0) }))
    }

    /// Begins to write in the data folder, with what was logged so far. Without files to write, what waits is dropped.
    pub(crate) fn begin(&self, data_dir: &Path) {
        let folder = data_dir.join(FOLDER);
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Waiting(waiting) = &mut *state else { return };
        let waiting = std::mem::take(waiting);
        remove_beyond(&folder, self.0.limits.most);
        *state = State::Begun { folder, open: None, is_in_trouble: false };
        if !waiting.is_empty() {
            self.0.add(&mut state, &waiting);
        }
    }

    /// How many lines could not be written since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }
}

impl Write for LogFiles {
    /// Takes one line, or several whole ones.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.add(&mut state, lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn add(&self, state: &mut State, lines: &[u8]) {
        match state {
            State::Waiting(waiting) if waiting.len() + lines.len() <= MOST_WAITING => waiting.extend_from_slice(lines),
            State::Waiting(_) => self.lose(lines),
            State::Begun { folder, open, is_in_trouble } => match self.append(folder, open, lines) {
                Ok(()) => {
                    if std::mem::take(is_in_trouble) {
                        let lost = self.lost.load(Ordering::Relaxed);
                        tracing::warn!(lost, "the log file can be written again; it lacks some lines");
                    }
                }
                Err(error) => {
                    self.lose(lines);
                    *open = None;
                    if !std::mem::replace(is_in_trouble, true) {
                        let folder = folder.display();
                        tracing::warn!(%error, %folder, "the log file cannot be written; the console goes on");
                    }
                }
            },
        }
    }

    fn append(&self, folder: &Path, open: &mut Option<Open>, lines: &[u8]) -> io::Result<()> {
        let added = lines.len() as u64;
        look_again(folder, open);
        if open.as_ref().is_some_and(|open| open.length > 0 && open.length + added > self.limits.bytes) {
            *open = None;
            rotate(folder, self.limits.most)?;
        }
        let Open { file, length, .. } = match open {
            Some(open) => open,
            None => open.insert(self.open(folder, added)?),
        };
        if let Err(error) = file.write_all(lines) {
            // Half a line would spoil the one behind it.
            let _ = file.set_len(*length);
            return Err(error);
        }
        *length += added;
        Ok(())
    }

    /// Opens the file where it ended, or a new one where that is full.
    fn open(&self, folder: &Path, added: u64) -> io::Result<Open> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let path = folder.join(NAME);
        let is_full = fs::metadata(&path).is_ok_and(|found| found.len() > 0 && found.len() + added > self.limits.bytes);
        if is_full {
            rotate(folder, self.limits.most)?;
        }
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let found = file.metadata()?;
        Ok(Open { file, length: found.len(), identity: identity(&found) })
    }

    fn lose(&self, lines: &[u8]) {
        let count = lines.split_inclusive(|byte| *byte == b'\n').count();
        self.lost.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// Lets go of a file that no longer has its name: what goes into one that was removed or renamed is seen by nobody. One that
/// was emptied is shorter than it was.
fn look_again(folder: &Path, open: &mut Option<Open>) {
    let Some(known) = open else { return };
    match fs::metadata(folder.join(NAME)) {
        Ok(found) if identity(&found) == known.identity => known.length = found.len(),
        _ => *open = None,
    }
}

fn identity(file: &fs::Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

/// Makes room for a new file: each becomes one older, and the oldest goes.
fn rotate(folder: &Path, most: u32) -> io::Result<()> {
    let oldest = most.saturating_sub(1);
    gone(fs::remove_file(named(folder, oldest)))?;
    for age in (0..oldest).rev() {
        gone(fs::rename(named(folder, age), named(folder, age + 1)))?;
    }
    Ok(())
}

/// What is not there need not be moved.
fn gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Removes what an earlier start with more files left. What cannot be removed stays.
fn remove_beyond(folder: &Path, most: u32) {
    for age in most.. {
        if fs::remove_file(named(folder, age)).is_err() {
            return;
        }
    }
}

fn named(folder: &Path, age: u32) -> PathBuf {
    if age == 0 { folder.join(NAME) } else { folder.join(format!("{NAME}.{age}")) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn limits(most: u32, bytes: u64) -> FileLimits {
        FileLimits { most, bytes }
    }

    fn files(folder: &Path) -> BTreeMap<String, String> {
        let Ok(found) = fs::read_dir(folder.join(FOLDER)) else { return BTreeMap::new() };
        let read =
            |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap());
        found.map(|entry| read(entry.unwrap())).collect()
    }

    #[test]
    fn the_files_are_bounded_in_number_and_size_and_hold_the_latest_lines() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFiles::new(limits(3, 100));
        log.begin(folder.path());
        for number in 0..50 {
            log.write_all(format!("line {number:02} of the log\n").as_bytes()).unwrap();
        }
        let files = files(folder.path());
        assert_eq!(files.keys().collect::<Vec<_>>(), ["greenroom.log", "greenroom.log.1", "greenroom.log.2"]);
        assert!(files.values().all(|text| text.len() <= 100 && text.ends_with('\n')), "{files:?}");
        let all = format!("{}{}{}", files["greenroom.log.2"], files["greenroom.log.1"], files["greenroom.log"]);
        let latest: Vec<String> =
            (50 - all.lines().count()..50).map(|number| format!("line {number:02} of the log")).collect();
        assert_eq!(all.lines().collect::<Vec<_>>(), latest);
        assert_eq!(log.lost(), 0);
    }

    #[test]
    fn a_new_start_goes_on_where_the_last_one_ended_and_removes_what_is_beyond_its_limits() {
        let folder = tempfile::tempdir().unwrap();
        for (most, expected) in [(3, 2), (3, 3), (1, 1)] {
            let mut log = LogFiles::new(limits(most, 30));
            log.begin(folder.path());
            for _ in 0..4 {
                log.write_all(b"twelve bytes\n").unwrap();
            }
            assert_eq!(files(folder.path()).len(), expected);
        }
        let left = files(folder.path());
        assert_eq!(left["greenroom.log"], "twelve bytes\ntwelve bytes\n");
    }

    #[test]
    fn lines_wait_until_it_is_known_where_they_go_and_not_without_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFiles::new(limits(2, 1 << 20));
        log.write_all(b"before\n").unwrap();
        for _ in 0..10 {
            log.write_all(&vec![b'x'; MOST_WAITING / 4]).unwrap();
        }
        assert_eq!(log.lost(), 7);
        log.begin(folder.path());
        log.begin(Path::new("/nowhere"));
        log.write_all(b"behind\n").unwrap();
        let text = &files(folder.path())["greenroom.log"];
        assert!(text.starts_with("before\nxxx") && text.ends_with("behind\n"), "{}", text.len());
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_writing_goes_on_when_it_can() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FOLDER), "a file in the way of the folder").unwrap();
        let mut log = LogFiles::new(limits(2, 100));
        log.begin(folder.path());
        for _ in 0..3 {
            log.write_all(b"lost\n").unwrap();
        }
        assert_eq!(log.lost(), 3);
        fs::remove_file(folder.path().join(FOLDER)).unwrap();
        log.write_all(b"kept\n").unwrap();
        assert_eq!((log.lost(), files(folder.path())["greenroom.log"].as_str()), (3, "kept\n"));
    }

    #[test]
    fn a_file_that_is_removed_or_renamed_is_begun_anew_and_no_line_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join(FOLDER);
        let mut log = LogFiles::new(limits(3, 100));
        log.begin(folder.path());
        log.write_all(b"first\n").unwrap();
        fs::remove_file(logs.join(NAME)).unwrap();
        log.write_all(b"second\n").unwrap();
        assert_eq!(files(folder.path())[NAME], "second\n");
        fs::remove_dir_all(&logs).unwrap();
        log.write_all(b"third\n").unwrap();
        // As logrotate does it, with and without a new file.
        fs::rename(logs.join(NAME), logs.join("greenroom.log.1")).unwrap();
        log.write_all(b"fourth\n").unwrap();
        fs::rename(logs.join(NAME), logs.join("old")).unwrap();
        fs::write(logs.join(NAME), "").unwrap();
        log.write_all(b"fifth\n").unwrap();
        fs::write(logs.join(NAME), "").unwrap();
        log.write_all(b"sixth\n").unwrap();
        let found = files(folder.path());
        let texts: Vec<_> = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(texts, [(NAME, "sixth\n"), ("greenroom.log.1", "third\n"), ("old", "fourth\n")]);
        assert_eq!(log.lost(), 0);
    }

    #[test]
    fn a_full_disk_is_counted_and_told_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        // Every write to this device fails as on a full disk.
        std::os::unix::fs::symlink("/dev/full", folder.path().join(FOLDER).join(NAME)).unwrap();
        let mut log = LogFiles::new(limits(2, 100));
        log.begin(folder.path());
        log.write_all(b"lost\n").unwrap();
        log.write_all(b"lost\n").unwrap();
        assert_eq!(log.lost(), 2);
    }
}
