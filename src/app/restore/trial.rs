//! A backup that becomes a store, in a copy: is it whole, can it be opened, does everything in it fit together?

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::open_copy;
use crate::app::exit::{ExitCode, Stop};
use crate::app::operation::{CheckStore, Checked, Operation as _};
use crate::catalogue::Catalogue;
use crate::kernel::error::Error;
use crate::store::{Manifest, SnapshotError, Store, Verified, give_to_owner_of_folder, repair, verify};

/// What people count of a store: in words, and the table of it.
pub(in crate::app) const COUNTED: [(&str, &str); 4] = [
    ("songs", "queue.songs"),
    ("TikTok accounts", "handles.accounts"),
    ("entries in the ledger", "coins.ledger"),
    ("reminders", "reminders.reminders"),
];

/// How many rows of a table a backup has.
pub(in crate::app) fn rows_of(manifest: &Manifest, table: &str) -> u64 {
    manifest.tables.iter().find(|told| told.name == table).map_or(0, |told| told.rows)
}

/// A backup that was restored into a scratch file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What it holds, as its manifest says and as was found.
    pub verified: Verified,
    /// What `check` finds in it, one sentence each, and counts that differ from its manifest. Empty when all is well.
    pub findings: Vec<String>,
    /// The version of its data once they are brought up to date.
    pub version: u64,
}

impl Trial {
    /// From which version its data are brought up to date; `None` where they are.
    pub fn older(&self) -> Option<u64> {
        Some(self.verified.manifest.schema).filter(|before| *before < self.version)
    }
}

/// Refuses what is no file, before anything is made for it.
pub(in crate::app) fn require_file(backup: &Path) -> Result<(), Stop> {
    let message = match fs::metadata(backup) {
        Ok(found) if found.is_file() => return Ok(()),
        Ok(found) if found.is_dir() => format!("{} is a folder: name the file of a backup in it.", backup.display()),
        Ok(_) => format!("{} is no file.", backup.display()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            format!("There is no file {}.", backup.display())
        }
        Err(error) => return Err(Stop::storage(backup, &error)),
    };
    Err(Stop::new(ExitCode::Configuration, message))
}

/// Copies a backup to `scratch`, which becomes a store that can be opened: verified, brought up to date and checked.
///
/// Stops where the backup is damaged, foreign or newer than this program. The backup is only read. Blocks.
pub fn try_out(backup: &Path, scratch: &Path, catalogue: Catalogue, cache_bytes: usize) -> Result<Trial, Stop> {
    require_file(backup)?;
    copy_file(backup, scratch).map_err(|error| {
        let _ = fs::remove_file(scratch);
        Stop::storage(scratch, &error)
    })?;
    let newest = (catalogue.schema)().version();
    let verified = match verify(scratch, newest) {
        // A copy of a crashed bot's folder: it is only as good as what a start of the bot would make of it.
        Err(SnapshotError::Unclosed(_)) => repair(scratch).and_then(|()| verify(scratch, newest)),
        verified => verified,
    };
    let verified = verified.map_err(|error| error.about(backup))?;
    let store = open_copy(scratch, catalogue, cache_bytes)?;
    let findings = examine(&store, catalogue, &verified);
    let version = store.schema().version();
    store.close_blocking();
    Ok(Trial { verified, findings: findings?, version })
}

/// Copies a backup, which may be read-only, to a new file of the owner of its folder, in place of one that is there.
pub(in crate::app) fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut copy = File::options().write(true).create_new(true).mode(0o600).open(to)?;
    give_to_owner_of_folder(&copy, to);
    io::copy(&mut from, &mut copy)?;
    copy.sync_all()
}

fn examine(store: &Store, catalogue: Catalogue, verified: &Verified) -> Result<Vec<String>, Stop> {
    let Checked { mut findings } = CheckStore {}.run(store, catalogue, &mut |_| {})?;
    // A migration may add rows and take some away.
    if verified.manifest.schema == store.schema().version() {
        findings.extend(store.read_blocking("rehearsal", |read| {
            let mut differing = Vec::new();
            for table in &store.schema().tables {
                let told = verified.manifest.tables.iter().find(|told| told.name == table.name());
                let (told, found) = (told.map_or(0, |told| told.rows), table.row_count(read)?);
                if told != found {
                    differing.push(format!("{} has {found} rows instead of {told}", table.name()));
                }
            }
            Ok::<_, Error>(differing)
        })?);
    }
    Ok(findings)
}

impl From<SnapshotError> for Stop {
    fn from(error: SnapshotError) -> Self {
        let code = match error {
            SnapshotError::Missing(_) => ExitCode::Configuration,
            _ => ExitCode::StorageFailed,
        };
        let reported = match &error {
            SnapshotError::Unreadable { problem, .. }
            | SnapshotError::Foreign { problem, .. }
            | SnapshotError::Damaged { problem, .. } => Some(problem.clone()),
            _ => None,
        };
        Self { reported, ..Self::new(code, error.to_string()) }
    }
}
