//! Backups: snapshots of the whole store, the points of each server as JSON, copies elsewhere, and the proof that all of it
//! can be restored.
//!
//! Brings about, while the bot runs:
//! - each hour a file of points for each server, the last 48 of which stay (`M-PTS-07`);
//! - each day (in UTC) a snapshot, which is verified before it gets its name. Which of them stay, and which of those that were
//!   made by hand or before something, says [`retention`] (`C-115`, `C-126`);
//! - each snapshot also at the target elsewhere, if there is one ([`off_site`]);
//! - each month a rehearsal: the newest snapshot is restored into a scratch file and checked; one that found something
//!   is tried again each hour;
//! - once a day a line where the disk has little room, or fills fast ([`headroom`]).
//!
//! Safe to run at any time: what is due is known from the names of the files that are there. So a restart brings no burst,
//! an hour has one file and a day one snapshot, and a clock that jumped is met by one of each. What cannot be done is logged
//! each time, told in the debug channels once until it works again, and tried again at the next hour. Where the disk has
//! no room the backup is left out, so that the store can go on.

pub mod folder;
pub mod label;
pub mod last_restore;
pub mod off_site;
mod points;
pub mod rehearsal;
pub mod retention;

pub use points::FORMAT as POINTS_FORMAT;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use self::folder::{Dated, Folder, Room};
use self::label::SnapshotKind;
use self::off_site::Target;
use super::config::storage::store_file;
use super::headroom;
use super::restore;
use crate::activity::Happened;
use crate::activity::program::{BACKUP_LEFT_OUT, Backup, DISK_FILLS, LeftOut, SNAPSHOT_DAMAGED};
use crate::catalogue::CATALOGUE;
use crate::discord::Bot;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{self, Manifest, SnapshotError, Store, StoreError};

/// The first look comes so long after the start, when the bot is connected and has something to tell it to.
const FIRST_LOOK: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// A rehearsal is due after so long.
const REHEARSAL: Duration = Duration::from_hours(24 * 30);
/// The files of points of a server are small: 200 bytes for a handle. So much room is asked for before one is begun.
const POINTS_ROOM: u64 = 8 << 20;

/// Where backups go.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The data folder; backups lie below it.
    pub data_dir: PathBuf,
    /// Where snapshots are copied to.
    pub off_site: Option<Target>,
    /// How much room there is.
    pub room: Room,
    /// The cache for a store that is tried out, in bytes.
    pub cache_bytes: usize,
}

impl Plan {
    /// The folder of the backups.
    pub fn folder(&self) -> Folder {
        Folder::of(&self.data_dir)
    }
}

/// Keeps backups for ever, and says up to when all is done.
pub(super) async fn run(bot: Bot, plan: Plan, looked: watch::Sender<Timestamp>, made: watch::Sender<u64>) {
    let mut keeper =
        Keeper { bot, plan, made, told: BTreeSet::new(), is_verified: false, room: headroom::Watch::default() };
    let begun = keeper.bot.clock.now();
    loop {
        let last = *looked.borrow();
        keeper.bot.clock.sleep_until(next_look(begun, last)).await;
        let now = keeper.bot.clock.now();
        keeper.look(now).await;
        looked.send_replace(now);
    }
}

/// When to look the next time: a minute after the start, then at every full hour.
pub(super) fn next_look(begun: Timestamp, last: Timestamp) -> Timestamp {
    if last <= begun { begun.after(FIRST_LOOK) } else { floor(last, HOUR).after(HOUR) }
}

/// The beginning of the hour or day of a moment.
fn floor(at: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.micros().div_euclid(span).saturating_mul(span))
}

/// Whether there is a file of the hour or day of a moment. One of the future, from a clock that was wrong, is none.
fn has_one_of(files: &[Dated], now: Timestamp, span: Duration) -> bool {
    files.iter().any(|file| floor(file.at, span) == floor(now, span))
}

struct Keeper {
    bot: Bot,
    plan: Plan,
    /// Counts the snapshots that were made.
    made: watch::Sender<u64>,
    /// What does not work, and was told.
    told: BTreeSet<Subject>,
    /// Whether the newest snapshot was verified since the start.
    is_verified: bool,
    room: headroom::Watch,
}

/// What can fail by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Points(GuildId),
    Snapshot,
    Rehearsal,
}

impl Subject {
    const fn backup(self) -> Backup {
        match self {
            Self::Points(_) => Backup::Points,
            Self::Snapshot => Backup::Snapshot,
            Self::Rehearsal => Backup::Rehearsal,
        }
    }
}

impl Keeper {
    async fn look(&mut self, now: Timestamp) {
        self.save_points(now).await;
        self.snapshot(now).await;
        self.rehearse(now).await;
        self.watch_room(now).await;
    }

    /// Tells once a day where the disk may soon be full.
    async fn watch_room(&mut self, now: Timestamp) {
        let Some(space) = self.plan.room.space(&self.plan.data_dir) else { return };
        let store_bytes = fs::metadata(store_file(&self.plan.data_dir)).map_or(0, |file| file.len());
        let Some(said) = self.room.look(now, space, store_bytes) else { return };
        tracing::warn!(free = space.free, path = %self.plan.data_dir.display(), "the disk of the data folder has little room: {said}");
        tell_all(&self.bot.store, DISK_FILLS.with(said)).await;
    }

    async fn save_points(&mut self, now: Timestamp) {
        let guilds = match self.bot.store.read("guilds_with_points", points::guilds).await {
            Ok(guilds) => guilds,
            Err(error) => return tracing::error!(%error, "cannot see which servers have points"),
        };
        for guild in guilds {
            let saved = self.save_points_of(guild, now).await;
            self.settle(Subject::Points(guild), saved).await;
        }
    }

    async fn save_points_of(&self, guild: GuildId, now: Timestamp) -> Result<()> {
        let folder = self.plan.folder();
        if has_one_of(&folder.points(guild).map_err(Error::failed)?, now, HOUR) {
            return Ok(());
        }
        self.plan.room.require(&self.plan.data_dir, POINTS_ROOM).map_err(Error::failed)?;
        self.bot
            .store
            .read("points_saved", move |read| {
                points::write(read, &folder, guild, now)?;
                folder.tidy_points(guild, now).map_err(Error::failed)
            })
            .await
    }

    async fn snapshot(&mut self, now: Timestamp) {
        if !std::mem::replace(&mut self.is_verified, true) {
            self.verify_newest().await;
        }
        let made = self.snapshot_of_day(now).await;
        if matches!(made, Ok(true)) {
            self.made.send_modify(|count| *count += 1);
        }
        self.settle(Subject::Snapshot, made.map(drop)).await;
    }

    /// Makes the snapshot of the day, if there is none; answers whether it did.
    async fn snapshot_of_day(&self, now: Timestamp) -> Result<bool> {
        let folder = self.plan.folder();
        if has_one_of(&folder.snapshots_of(SnapshotKind::Daily).map_err(Error::failed)?, now, DAY) {
            return Ok(false);
        }
        let (store, plan) = (self.bot.store.clone(), self.plan.clone());
        in_background(move || snapshot(&store, &plan, now)).await?;
        Ok(true)
    }

    /// Looks once after the start whether the newest snapshot is still what it was (`C-115`). One that is not is put
    /// aside, and another is made.
    async fn verify_newest(&mut self) {
        let folder = self.plan.folder();
        let outcome = in_background(move || {
            let Some(newest) = folder.newest_snapshot().map_err(Error::failed)? else { return Ok(None) };
            let problem = match store::verify(&newest.path, (CATALOGUE.schema)().version()) {
                Ok(_)
                | Err(SnapshotError::Newer { .. } | SnapshotError::Unreadable { .. } | SnapshotError::Missing(_)) => {
                    return Ok(None);
                }
                Err(problem) => problem,
            };
            let mut aside = newest.path.clone().into_os_string();
            aside.push(".damaged");
            fs::rename(&newest.path, aside).map_err(Error::failed)?;
            Ok(Some(problem.to_string()))
        });
        match outcome.await {
            Ok(None) => {}
            Ok(Some(problem)) => {
                tracing::error!(%problem, "the newest snapshot is damaged; it was put aside");
                tell_all(&self.bot.store, SNAPSHOT_DAMAGED.with(())).await;
            }
            Err(error) => tracing::warn!(%error, "cannot verify the newest snapshot"),
        }
    }

    async fn rehearse(&mut self, now: Timestamp) {
        // One that found something is tried again, until there is a snapshot that can be restored.
        let last = rehearsal::last_rehearsal(&self.plan.data_dir).filter(|last| last.problem.is_none());
        let last = last.and_then(|last| last.moment());
        if last.is_some_and(|last| now.since(last) < REHEARSAL) {
            return;
        }
        let plan = self.plan.clone();
        let rehearsed = in_background(move || {
            let Some(newest) = plan.folder().newest_snapshot().map_err(Error::failed)? else { return Ok(None) };
            let bytes = fs::metadata(&newest.path).map_err(Error::failed)?.len();
            plan.room.require(&plan.data_dir, bytes).map_err(Error::failed)?;
            let done = rehearsal::rehearsed(&plan.data_dir, &newest.path, CATALOGUE, plan.cache_bytes, now);
            rehearsal::keep(&plan.data_dir, &done).map_err(Error::failed)?;
            Ok(Some(done))
        })
        .await;
        let outcome = match rehearsed {
            Ok(None) => return,
            Ok(Some(rehearsal::Rehearsal { problem: Some(problem), backup, .. })) => {
                Err(Error::failed(format!("{backup} cannot be restored: {problem}")))
            }
            Ok(Some(done)) => {
                tracing::info!(
                    backup = done.backup,
                    rows = done.rows,
                    duration_ms = done.took_ms,
                    "a restore was rehearsed"
                );
                Ok(())
            }
            Err(error) => Err(error),
        };
        self.settle(Subject::Rehearsal, outcome).await;
    }

    /// Logs what failed, and tells it once until it works again.
    async fn settle(&mut self, subject: Subject, outcome: Result<()>) {
        let Err(error) = outcome else {
            self.told.remove(&subject);
            return;
        };
        let backup = subject.backup();
        tracing::warn!(%error, ?subject, "a backup was left out: {}", backup.name());
        if !self.told.insert(subject) {
            return;
        }
        let is_disk_full = points::is_full(&error) || matches!(StoreError::of(&error), Some(StoreError::DiskFull));
        let left_out = BACKUP_LEFT_OUT.with(LeftOut { backup, is_disk_full });
        match subject {
            Subject::Points(guild) => tell(&self.bot.store, guild, left_out).await,
            Subject::Snapshot | Subject::Rehearsal => tell_all(&self.bot.store, left_out).await,
        }
    }
}

/// Makes the snapshot of a day in the folder of the backups and removes what is too many. Blocks.
pub fn snapshot(store: &Store, plan: &Plan, at: Timestamp) -> Result<(PathBuf, Manifest)> {
    let folder = plan.folder();
    store::make_folder(&folder.snapshots_dir()).map_err(Error::failed)?;
    let bytes = fs::metadata(store_file(&plan.data_dir)).map_or(0, |file| file.len());
    plan.room.require(&plan.data_dir, bytes).map_err(Error::failed)?;
    let path = folder.free_snapshot(SnapshotKind::Daily, at);
    let manifest = store.copy_to_blocking(&path)?;
    folder.tidy_snapshots(at).map_err(Error::failed)?;
    tracing::info!(path = %path.display(), rows = manifest.rows(), "a snapshot of the store was made");
    Ok((path, manifest))
}

/// Tells the team of one server.
async fn tell<D>(store: &Store, guild: GuildId, what: Happened<D>)
where
    D: Serialize + Clone + Send + 'static,
{
    let told = store.write("backup_told", move |tx| what.clone().note(tx, guild)).await;
    if let Err(error) = told {
        tracing::warn!(%error, "cannot tell it in the debug channel");
    }
}

/// Tells the teams of all servers.
async fn tell_all<D>(store: &Store, what: Happened<D>)
where
    D: Serialize + Clone + Send + 'static,
{
    let told = store.write("backup_told", move |tx| what.clone().note_everywhere(tx)).await;
    if let Err(error) = told {
        tracing::warn!(%error, "cannot tell it in the debug channels");
    }
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::failed(error)))
}

/// The words for somebody whose store is damaged: which snapshot is whole, and how it is put back (`C-115`). Reads the
/// snapshots from the newest on, until one is whole.
pub fn way_back(data_dir: &Path) -> String {
    let data_dir = &std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    let folder = Folder::of(data_dir);
    match folder.newest_good_snapshot((CATALOGUE.schema)().version()) {
        Some((snapshot, verified)) => format!(
            "The newest snapshot that is whole is of {}. To put it back: greenroom restore {} --data-dir {}",
            verified.manifest.taken_at,
            in_shell(&snapshot.path),
            in_shell(data_dir)
        ),
        None => format!("There is no snapshot in {} that is whole.", folder.snapshots_dir().display()),
    }
}

/// A path as it can be typed into a shell.
fn in_shell(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = path.chars().all(|c| c.is_alphanumeric() || "/._-+,@".contains(c));
    if is_plain { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Removes what an earlier process left unfinished. For the start, before anybody makes a backup.
pub(super) fn tidy_up(plan: &Plan) {
    if let Err(error) = plan.folder().remove_unfinished().or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }) {
        tracing::warn!(%error, "cannot tidy up the folder of the backups");
    }
    // A restore that was killed; one that goes on has the turn.
    if let Ok(_lock) = restore::exclusive_lock(&plan.data_dir) {
        let _ = fs::remove_file(restore::incoming(&store_file(&plan.data_dir)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_shown_can_be_typed_whatever_the_folder_is_called() {
        assert_eq!(in_shell(Path::new("/srv/green-room/a.redb")), "/srv/green-room/a.redb");
        assert_eq!(in_shell(Path::new("/srv/my bot")), "'/srv/my bot'");
        assert_eq!(in_shell(Path::new("/srv/ann's")), r"'/srv/ann'\''s'");
    }

    #[test]
    fn looks_come_a_minute_after_the_start_and_at_every_full_hour() {
        let at = |text: &str| Timestamp::from_rfc3339(text).unwrap();
        let begun = at("2026-11-21T19:30:20Z");
        assert_eq!(next_look(begun, begun), at("2026-11-21T19:31:20Z"));
        assert_eq!(next_look(begun, at("2026-11-21T19:31:20Z")), at("2026-11-21T20:00:00Z"));
        assert_eq!(next_look(begun, at("2026-11-21T20:00:00Z")), at("2026-11-21T21:00:00Z"));
        assert_eq!(next_look(begun, at("2026-11-23T07:10:00Z")), at("2026-11-23T08:00:00Z"));
    }
}
