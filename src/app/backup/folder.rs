//! The folder of the backups: where its files are, which is the newest, and which are too many.
//!
//! `DATA_DIR/backups/snapshots/greenroom-20261121-200000.redb` is a snapshot of 21 November 2026 at 20:00 UTC ([`Label`]), and
//! `DATA_DIR/backups/SERVER/points_20261121_200000.json` holds the points of a server at that moment.
//!
//! Invariant: only files with such a name are ever removed here. Whatever else somebody puts there stays.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::label::{Label, SnapshotKind};
use super::retention::{SECONDS_AHEAD, age_first, surplus};
use crate::app::machine::{self, Space};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{self, Verified};

/// So many files of points of each server stay (`M-PTS-07`, `C-115`).
pub const POINTS: usize = 48;

/// The folder of the backups of a data folder. Clones are the same folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// A file of a kind that is named after its moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// The moment in its name.
    pub at: Timestamp,
    /// Where it is.
    pub path: PathBuf,
}

impl Dated {
    /// Its name.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }
}

impl Folder {
    /// The one in a data folder. It need not exist.
    pub fn of(data_dir: &Path) -> Self {
        Self { path: data_dir.join("backups") }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the snapshots are.
    pub fn snapshots_dir(&self) -> PathBuf {
        self.path.join("snapshots")
    }

    /// Where the points of a server are.
    pub fn points_dir(&self, guild: GuildId) -> PathBuf {
        self.path.join(guild.to_string())
    }

    /// The file for a snapshot of a kind and a moment, or of a second soon after it where there is one already, or one is being
    /// made.
    pub fn free_snapshot(&self, kind: SnapshotKind, at: Timestamp) -> PathBuf {
        let path = |at| self.snapshots_dir().join(Label { at, kind }.to_string());
        let mut seconds = (0..SECONDS_AHEAD).map(|seconds| path(at.after(Duration::from_secs(seconds))));
        let is_free = |path: &PathBuf| !path.exists() && !store::unfinished_name(path).exists();
        seconds.find(is_free).unwrap_or_else(|| path(at))
    }

    /// The file for the points of a server at a moment.
    pub fn points_at(&self, guild: GuildId, at: Timestamp) -> PathBuf {
        self.points_dir(guild).join(at.strftime(POINTS_NAME))
    }

    /// All snapshots, the oldest first.
    pub fn snapshots(&self) -> io::Result<Vec<Dated>> {
        dated(&self.snapshots_dir(), |name| Label::of(name).map(|label| label.at))
    }

    /// All snapshots of a kind, the oldest first.
    pub fn snapshots_of(&self, kind: SnapshotKind) -> io::Result<Vec<Dated>> {
        let mut snapshots = self.snapshots()?;
        snapshots.retain(|snapshot| Label::of(snapshot.name()).is_some_and(|label| label.kind == kind));
        Ok(snapshots)
    }

    /// The newest snapshot.
    pub fn newest_snapshot(&self) -> io::Result<Option<Dated>> {
        Ok(self.snapshots()?.pop())
    }

    /// All files of points of a server, the oldest first.
    pub fn points(&self, guild: GuildId) -> io::Result<Vec<Dated>> {
        dated(&self.points_dir(guild), |name| Timestamp::strptime(POINTS_NAME, name))
    }

    /// Removes the snapshots that are too many ([`surplus`]), and none that was made by hand.
    pub fn tidy_snapshots(&self, now: Timestamp) -> io::Result<()> {
        let labels = self.snapshots()?.iter().filter_map(|snapshot| Label::of(snapshot.name())).collect();
        let old = surplus(&labels, now).into_iter().map(|label| self.snapshots_dir().join(label.to_string()));
        old.into_iter().try_for_each(|path| remove_old(&path))
    }

    /// Removes all files of points of a server but the newest 48, and what a power cut left unfinished.
    pub fn tidy_points(&self, guild: GuildId, now: Timestamp) -> io::Result<()> {
        remove_beginning_with(&self.points_dir(guild), UNFINISHED_POINTS)?;
        keep(self.points(guild)?, POINTS, now)
    }

    /// Removes what a kill or a power cut left unfinished of snapshots. Nobody may be making one.
    pub fn remove_unfinished(&self) -> io::Result<()> {
        for path in entries(&self.snapshots_dir())? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_unfinished = name.strip_suffix(".unfinished").is_some_and(|name| Label::of(name).is_some());
            if is_unfinished || name.starts_with(SCRATCH) {
                if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }?;
            }
        }
        Ok(())
    }

    /// The newest snapshot that holds what its manifest says, read from front to back; `None` where there is none.
    pub fn newest_good_snapshot(&self, newest_schema: u64) -> Option<(Dated, Verified)> {
        let snapshots = self.snapshots().ok()?;
        snapshots.into_iter().rev().find_map(|snapshot| {
            let verified = store::verify(&snapshot.path, newest_schema).ok()?;
            verified.is_snapshot.then_some((snapshot, verified))
        })
    }
}

/// The name of a file of points.
const POINTS_NAME: &str = "points_%Y%m%d_%H%M%S.json";
/// The beginning of the name of a file of points that is being written.
pub(super) const UNFINISHED_POINTS: &str = ".points-";
/// The beginning of the name of a store that is tried out and thrown away.
pub const SCRATCH: &str = ".scratch-";

/// The files of a folder; none where it does not exist.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.symlink_metadata().is_ok_and(|found| found.is_file())).collect())
}

/// What is in a folder; nothing where it does not exist.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn dated(folder: &Path, moment: fn(&str) -> Option<Timestamp>) -> io::Result<Vec<Dated>> {
    let with_moment = |path: PathBuf| Some(Dated { at: moment(path.file_name()?.to_str()?)?, path });
    let mut found: Vec<Dated> = files(folder)?.into_iter().filter_map(with_moment).collect();
    found.sort_unstable();
    Ok(found)
}

/// Removes the oldest until `most` are left.
fn keep(mut all: Vec<Dated>, most: usize, now: Timestamp) -> io::Result<()> {
    let surplus = all.len().saturating_sub(most);
    all.sort_by_key(|file| age_first(file.at, now));
    all.into_iter().take(surplus).try_for_each(|old| remove_old(&old.path))
}

/// Removes a backup that is too many. Somebody else may have done so.
fn remove_old(path: &Path) -> io::Result<()> {
    tracing::info!(path = %path.display(), "removing an old backup");
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_beginning_with(folder: &Path, beginning: &str) -> io::Result<()> {
    for path in files(folder)? {
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(beginning)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// How much room the disk has: that of the disk, or for tests a number.
#[derive(Clone, Debug, Default)]
pub enum Room {
    /// What the operating system says.
    #[default]
    OfDisk,
    /// So many bytes.
    Of(Arc<AtomicU64>),
}

impl Room {
    /// So much stays free on the disk, for the store itself: 64 MiB.
    pub const RESERVE: u64 = 64 << 20;

    /// How much there is; `None` where the system does not tell.
    pub fn space(&self, folder: &Path) -> Option<Space> {
        match self {
            Self::Of(bytes) => Some(Space { free: bytes.load(Ordering::Relaxed), total: 0 }),
            Self::OfDisk => machine::space(folder),
        }
    }

    /// Refuses where fewer than `bytes`, and what the store itself needs to go on, are free in `folder`.
    pub fn require(&self, folder: &Path, bytes: u64) -> io::Result<()> {
        // Where the system does not tell, writing will.
        let free = self.space(folder).map_or(u64::MAX, |space| space.free);
        if free < bytes.saturating_add(Self::RESERVE) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::backup::retention::DAYS;

    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);
    const GUILD: GuildId = GuildId::new(81);

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn snapshot_at(folder: &Folder, at: Timestamp) -> PathBuf {
        folder.snapshots_dir().join(Label { at, kind: SnapshotKind::Daily }.to_string())
    }

    #[test]
    fn a_file_has_its_place_by_its_moment() {
        let folder = Folder::of(Path::new("data"));
        let snapshot = folder.free_snapshot(SnapshotKind::Daily, NOW);
        assert_eq!(snapshot, Path::new("data/backups/snapshots/greenroom-20261121-200000.redb"));
        assert_eq!(folder.points_at(GUILD, NOW), Path::new("data/backups/81/points_20261121_200000.json"));
        assert_eq!(Timestamp::strptime(POINTS_NAME, "points_20261121_200000.json"), Some(NOW));
    }

    #[test]
    fn the_newest_stay_and_files_of_others_are_left_alone() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        folder.tidy_snapshots(NOW).unwrap();
        assert_eq!(folder.newest_snapshot().unwrap(), None);
        fs::create_dir_all(folder.snapshots_dir()).unwrap();
        for day in 0..10_u32 {
            let at = NOW.after(Duration::from_hours(24) * day);
            fs::write(snapshot_at(&folder, at), "x").unwrap();
        }
        for other in
            ["before-the-show.redb", "notes.txt", "greenroom-20261121-200000-by-hand.redb.unfinished", ".scratch-1"]
        {
            fs::write(folder.snapshots_dir().join(other), "x").unwrap();
        }
        fs::create_dir(folder.snapshots_dir().join(".scratch-2")).unwrap();
        fs::write(folder.snapshots_dir().join(".scratch-2/store.redb"), "x").unwrap();
        folder.tidy_snapshots(NOW.after(Duration::from_hours(24) * 9)).unwrap();
        folder.remove_unfinished().unwrap();
        let left = names(&folder.snapshots_dir());
        // Each of the two weeks in which the days before the seven were has its newest.
        assert_eq!(left.len(), DAYS + 2 + 2, "{left:?}");
        assert!(left.contains(&"before-the-show.redb".into()) && left.contains(&"notes.txt".into()));
        assert_eq!(left[1..3], ["greenroom-20261122-200000.redb", "greenroom-20261123-200000.redb"], "the oldest went");
        assert_eq!(folder.newest_snapshot().unwrap().unwrap().name(), "greenroom-20261130-200000.redb");
        assert_eq!(folder.newest_good_snapshot(9), None, "none of them is a snapshot in truth");
    }

    #[test]
    fn what_a_wrong_clock_made_is_the_first_to_go() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        fs::create_dir_all(folder.snapshots_dir()).unwrap();
        for day in 1..=7_u32 {
            fs::write(folder.snapshots_dir().join(format!("greenroom-2999010{day}-200000.redb")), "x").unwrap();
        }
        fs::write(snapshot_at(&folder, NOW), "x").unwrap();
        folder.tidy_snapshots(NOW).unwrap();
        let left = names(&folder.snapshots_dir());
        assert_eq!((left.len(), left[0].as_str()), (DAYS, "greenroom-20261121-200000.redb"));
        assert!(!left.contains(&"greenroom-29990101-200000.redb".to_owned()), "{left:?}");
    }

    #[test]
    fn a_snapshot_that_is_being_made_has_taken_its_name() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        fs::create_dir_all(folder.snapshots_dir()).unwrap();
        fs::write(folder.snapshots_dir().join("greenroom-20261121-200000.redb.unfinished"), "x").unwrap();
        fs::write(folder.snapshots_dir().join("greenroom-20261121-200001.redb"), "x").unwrap();
        assert!(folder.free_snapshot(SnapshotKind::Daily, NOW).ends_with("greenroom-20261121-200002.redb"));
        assert!(folder.free_snapshot(SnapshotKind::ByHand, NOW).ends_with("greenroom-20261121-200000-by-hand.redb"));
    }
}
