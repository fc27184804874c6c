//! The folder of the recordings: their names, and how much of them is kept. Everything here blocks.
//!
//! A recording is `DATA/shows/<server>/<begin of the session>-<name>-<number of the session>.jsonl`. A TikTok name has
//! letters, digits, dots and underscores only ([`Handle`]), and stands behind the time, so no name leads out of the folder
//! or hides a file.
//!
//! Rules: what is older than the guild wants goes; then the oldest go until the rest fits. The latest is never removed
//! for its size, because it may be in the making. Files that are no recordings are left alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::features::engagement::model::SessionId;
use crate::features::tiktok::settings::{RECORDINGS_DAYS, RECORDINGS_MEGABYTES};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::{Read, StoreLocation};

/// The form of the begin in a name: `20261121T200000Z`.
const BEGIN: &str = "%Y%m%dT%H%M%SZ";

/// The folder of all recordings. Clones are the same folder.
#[derive(Clone, Debug)]
pub(in super::super) struct RecordingFolder(PathBuf);

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Bytes of all recordings of a guild.
    pub bytes: u64,
    /// How old one can become.
    pub age: Duration,
}

impl Bounds {
    /// What a guild wants.
    pub(super) fn of(read: &dyn Read, guild: GuildId) -> Result<Self> {
        let megabytes = u64::from(RECORDINGS_MEGABYTES.get(read, guild)?.max(1));
        let days = u64::from(RECORDINGS_DAYS.get(read, guild)?.max(1));
        Ok(Self { bytes: megabytes * 1_000_000, age: Duration::from_secs(days * 24 * 60 * 60) })
    }

    /// The most bytes of one recording.
    pub(super) const fn of_one(&self) -> u64 {
        self.bytes / 2
    }
}

impl RecordingFolder {
    /// The folder beside a store; a store that is no file has none.
    pub(in super::super) fn beside(store: &StoreLocation) -> Option<Self> {
        match store {
            StoreLocation::File(path) => Some(Self(path.parent().unwrap_or(Path::new(".")).join("shows"))),
            StoreLocation::Memory | StoreLocation::Simulated(_) => None,
        }
    }

    /// The file for a session.
    pub(super) fn file(&self, guild: GuildId, streamer: &Handle, begin: Timestamp, session: SessionId) -> PathBuf {
        let name = format!("{}-{}-{session}.jsonl", begin.strftime(BEGIN), streamer.as_str());
        self.0.join(guild.to_string()).join(name)
    }

    /// The guilds that have a folder.
    pub(super) fn guilds(&self) -> io::Result<Vec<GuildId>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut guilds = Vec::new();
        for entry in entries {
            guilds.extend(entry?.file_name().to_str().and_then(|name| name.parse::<GuildId>().ok()));
        }
        Ok(guilds)
    }

    /// Removes what is too old or too much of a guild's recordings.
    pub(super) fn tidy(&self, guild: GuildId, bounds: Bounds, now: Timestamp) -> io::Result<()> {
        let mut recordings = self.recordings(guild)?;
        let is_old = |begin: Timestamp| now.since(begin) > bounds.age;
        for recording in recordings.iter().filter(|recording| is_old(recording.begin)) {
            remove(&recording.path)?;
        }
        recordings.retain(|recording| !is_old(recording.begin));
        recordings.sort_by(|one, other| (one.begin, &one.path).cmp(&(other.begin, &other.path)));
        let mut bytes = recordings.pop().map_or(0, |latest| latest.bytes);
        for recording in recordings.into_iter().rev() {
            bytes = bytes.saturating_add(recording.bytes);
            if bytes > bounds.bytes {
                remove(&recording.path)?;
            }
        }
        Ok(())
    }

    fn recordings(&self, guild: GuildId) -> io::Result<Vec<Recording>> {
        let entries = match fs::read_dir(self.0.join(guild.to_string())) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let Some(begin) = entry.file_name().to_str().and_then(begin_of) else { continue };
            let metadata = entry.metadata()?;
            if metadata.is_file() {
                found.push(Recording { path: entry.path(), begin, bytes: metadata.len() });
            }
        }
        Ok(found)
    }
}

struct Recording {
    path: PathBuf,
    begin: Timestamp,
    bytes: u64,
}

fn remove(path: &Path) -> io::Result<()> {
    tracing::info!(path = %path.display(), "removing a recording that is too old or too much");
    fs::remove_file(path)
}

/// When the recording of this name begins; `None` for other files.
fn begin_of(name: &str) -> Option<Timestamp> {
    let (begin, rest) = name.split_once('-')?;
    let (handle, session) = rest.strip_suffix(".jsonl")?.rsplit_once('-')?;
    Handle::parse(handle).ok()?;
    session.parse::<u64>().ok()?;
    Timestamp::strptime(BEGIN, begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUILD: GuildId = GuildId::new(81);
    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);
    const DAY: Duration = Duration::from_hours(24);

    fn recordings() -> (tempfile::TempDir, RecordingFolder) {
        let folder = tempfile::tempdir().unwrap();
        let recordings = RecordingFolder::beside(&StoreLocation::File(folder.path().join("greenroom.redb"))).unwrap();
        (folder, recordings)
    }

    fn put(recordings: &RecordingFolder, days_ago: u32, session: u64, bytes: usize) -> String {
        let begin = NOW.before(DAY * days_ago);
        let path = recordings.file(GUILD, &Handle::parse("..").unwrap(), begin, SessionId::new(session));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, vec![b'x'; bytes]).unwrap();
        path.file_name().unwrap().to_str().unwrap().to_owned()
    }

    fn names(recordings: &RecordingFolder) -> Vec<String> {
        let entries = fs::read_dir(recordings.0.join(GUILD.to_string())).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_name_tells_when_it_began_and_stays_in_its_folder() {
        let (folder, recordings) = recordings();
        let path = recordings.file(GUILD, &Handle::parse("..").unwrap(), NOW, SessionId::new(7));
        assert_eq!(path, folder.path().join("shows/81/20261121T200000Z-..-7.jsonl"));
        assert_eq!(begin_of("20261121T200000Z-..-7.jsonl"), Some(NOW));
        for other in ["notes.jsonl", "20261121T200000Z-owl.jsonl", "2026-owl-7.jsonl", "äöüäöüäöü-owl-7.jsonl", ""]
        {
            assert_eq!(begin_of(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_too_old_goes_and_then_the_oldest_until_the_rest_fits() {
        let (_folder, recordings) = recordings();
        let bounds = Bounds { bytes: 1_000, age: DAY * 30 };
        recordings.tidy(GUILD, bounds, NOW).unwrap();
        assert_eq!(recordings.guilds().unwrap(), []);
        put(&recordings, 31, 1, 10);
        put(&recordings, 20, 2, 400);
        let kept = [put(&recordings, 10, 3, 500), put(&recordings, 1, 4, 400)];
        fs::write(recordings.0.join("81/notes.txt"), vec![b'x'; 5_000]).unwrap();
        recordings.tidy(GUILD, bounds, NOW).unwrap();
        assert_eq!(names(&recordings), [kept[0].as_str(), kept[1].as_str(), "notes.txt"]);
        assert_eq!(recordings.guilds().unwrap(), [GUILD]);
        let latest = put(&recordings, 0, 5, 2_000);
        recordings.tidy(GUILD, bounds, NOW).unwrap();
        assert_eq!(names(&recordings), [latest.as_str(), "notes.txt"], "the latest may be in the making");
        recordings.tidy(GUILD, bounds, NOW.after(DAY * 31)).unwrap();
        assert_eq!(names(&recordings), ["notes.txt"]);
    }
}
