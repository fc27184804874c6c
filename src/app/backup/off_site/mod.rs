//! Copies of the snapshots elsewhere: in a folder, in a store of the S3 kind, or on a WebDAV server.
//!
//! Brings about: of the snapshots, those here and those of ours there taken together, all that the plan keeps ([`retention`]) are
//! there, and none of ours besides. Which are ours, their names tell ([`mark`]); nothing of another bot is ever removed. Safe to
//! run at any time: what is there is asked each time, and what has another length is sent again. What fails is tried again
//! after 1, 2, 4 minutes and so on up to an hour; the debug channels hear of it once, and once when it works again, also over a
//! restart. Where a disk is not mounted nothing goes to the one below.
//!
//! How it stands is noted for the target ([`note`]); whoever wants to know whether the copies are there looks ([`look`]).
//!
//! [`retention`]: super::retention

mod dav;
mod fetch;
mod look;
mod mark;
mod note;
mod remote;
mod s3;
mod target;

pub use fetch::{fetch, names};
pub use look::{Look, look};
pub use note::{Status, status, status_of};
pub use target::{Address, DavTarget, S3Target, Target, web_address};

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;

use self::mark::{CopyName, Mark, mark_of};
use self::remote::{Remote, Stored, beginning_of};
use super::folder::{Dated, Folder};
use super::label::Label;
use super::retention::surplus;
use super::{FIRST_LOOK, Plan, tell_all};
use crate::activity::program::{COPIES_FAIL, COPIES_WORK};
use crate::app::machine;
use crate::discord::Bot;
use crate::kernel::backoff::Backoff;
use crate::kernel::time::Timestamp;

/// Waits after a failure.
const BACKOFF: Backoff = Backoff::new(Duration::from_mins(1), 2, Duration::from_hours(1));

/// Keeps the target up to date for ever: after each snapshot, and until it worked.
pub(crate) async fn run(bot: Bot, plan: Plan, mut made: watch::Receiver<u64>) {
    let Some(target) = plan.off_site.clone() else { return };
    let first_look = bot.clock.now().after(FIRST_LOOK);
    let mark = match mark_of(&bot).await {
        Ok(mark) => mark,
        Err(error) => {
            return tracing::error!(%error, "the store cannot be marked, so nothing is copied elsewhere until the next start");
        }
    };
    bot.clock.sleep_until(first_look).await;
    let mut status = status_of(&plan.data_dir, &target).unwrap_or_default();
    status.target = Some(target.identity());
    status.mark = Some(mark.to_string());
    let mut failures = 0;
    loop {
        made.mark_unchanged();
        let now = bot.clock.now().rfc3339();
        let outcome = copy_all(&target, &plan.folder(), mark, &status, bot.clock.now()).await;
        let has_failed = outcome.is_err();
        match outcome {
            Ok(newest) => {
                if status.failing_since.take().is_some() {
                    tracing::info!(%target, "copies elsewhere work again");
                    tell_all(&bot.store, COPIES_WORK.with(())).await;
                }
                let (target, mark, mounted_at) = (status.target.take(), status.mark.take(), mount_point(&target));
                status = Status { target, mark, complete_at: Some(now), newest, mounted_at, ..Status::default() };
                failures = 0;
            }
            Err(problem) => {
                tracing::warn!(%target, problem, "the snapshots cannot be copied elsewhere");
                if status.failing_since.is_none() {
                    status.failing_since = Some(now);
                    tell_all(&bot.store, COPIES_FAIL.with(())).await;
                }
                status.problem = Some(problem);
            }
        }
        if let Err(error) = note::keep(&plan.folder(), &status) {
            tracing::warn!(%error, "cannot note how the copies elsewhere stand");
        }
        if has_failed {
            bot.clock.sleep(BACKOFF.wait(failures)).await;
            failures += 1;
        } else if made.changed().await.is_err() {
            return;
        }
    }
}

/// Brings the target up to date; answers the name of the newest of our snapshots there. Those of another bot are not ours.
async fn copy_all(
    target: &Target,
    folder: &Folder,
    mark: Mark,
    noted: &Status,
    now: Timestamp,
) -> Result<Option<String>, String> {
    let remote = Remote::new(target)?;
    let here = folder.snapshots().map_err(|error| error.to_string())?;
    let there = match listed(&remote).await? {
        Some(there) if !there.is_empty() => there,
        found => {
            expect_mounted(noted.mounted_at.as_deref(), mount_point(target).as_deref())?;
            if found.is_none() {
                remote.make_folder().await?;
            }
            BTreeMap::new()
        }
    };
    let ours = there.iter().filter(|(name, _)| name.mark == Some(mark));
    let ours: BTreeMap<Label, &Stored> = ours.map(|(name, stored)| (name.label, stored)).collect();
    let all: BTreeSet<Label> = labels(&here).chain(ours.keys().copied()).collect();
    let old = surplus(&all, now);
    for snapshot in here.iter().rev() {
        let Some(label) = Label::of(snapshot.name()).filter(|label| !old.contains(label)) else { continue };
        send(&remote, snapshot, CopyName { label, mark: Some(mark) }, ours.get(&label).copied()).await?;
    }
    for (_, stored) in ours.iter().filter(|(label, _)| old.contains(*label)) {
        remote.delete(&stored.name).await?;
        tracing::info!(name = stored.name, "an old snapshot elsewhere was removed");
    }
    replace_unmarked(&remote, &here, &there).await?;
    let newest = labels(&here).filter(|label| !old.contains(label)).max().or_else(|| {
        let noted = Label::of(noted.newest.as_deref()?)?;
        (ours.contains_key(&noted) && !old.contains(&noted)).then_some(noted)
    });
    Ok(newest.map(|label| label.to_string()))
}

/// Removes the copies from before there were marks that are certainly ours, because they hold what is here and is there with a
/// mark by now. All others without a mark stay: they may be another bot's.
async fn replace_unmarked(remote: &Remote, here: &[Dated], there: &BTreeMap<CopyName, Stored>) -> Result<(), String> {
    for snapshot in here {
        let Some(label) = Label::of(snapshot.name()) else { continue };
        let Some(stored) = there.get(&CopyName { label, mark: None }) else { continue };
        if is_copy_of(remote, snapshot, stored).await {
            remote.delete(&stored.name).await?;
            tracing::info!(name = stored.name, "a snapshot elsewhere has the mark of its store in its name now");
        }
    }
    Ok(())
}

/// Whether a file there certainly holds what a snapshot here holds.
async fn is_copy_of(remote: &Remote, snapshot: &Dated, stored: &Stored) -> bool {
    let length = snapshot.path.metadata().map(|file| file.len());
    if !length.is_ok_and(|length| stored.bytes == Some(length)) {
        return false;
    }
    let most = remote.compared();
    let Ok(found) = remote.beginning_of(&stored.name, most).await else { return false };
    beginning_of(&snapshot.path, most).await.is_ok_and(|expected| expected == found)
}

/// Sends a snapshot, unless it is there.
async fn send(remote: &Remote, snapshot: &Dated, name: CopyName, there: Option<&Stored>) -> Result<(), String> {
    let bytes = match snapshot.path.metadata() {
        Ok(file) => file.len(),
        Err(error) if is_gone(&error) => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    let is_same =
        |stored: Option<&Stored>| stored.is_some_and(|stored| stored.bytes.is_none_or(|there| there == bytes));
    if is_same(there) {
        return Ok(());
    }
    match remote.put(&snapshot.path, &name.to_string()).await {
        Err(_) if snapshot.path.metadata().is_err_and(|error| is_gone(&error)) => return Ok(()),
        put => put?,
    }
    if !is_same(listed(remote).await?.unwrap_or_default().get(&name)) {
        return Err(format!("{name} did not arrive whole"));
    }
    tracing::info!(%name, bytes, "a snapshot was copied elsewhere");
    Ok(())
}

fn labels(snapshots: &[Dated]) -> impl Iterator<Item = Label> {
    snapshots.iter().filter_map(|snapshot| Label::of(snapshot.name()))
}

/// Sending takes long, and a snapshot may be tidied away here meanwhile. Then it is not wanted there, either, and the next
/// look removes it.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// The snapshots at the target, whosever they are. Other files there are not looked at. `None` where the folder is not there yet.
async fn listed(remote: &Remote) -> Result<Option<BTreeMap<CopyName, Stored>>, String> {
    let named = |stored: Vec<Stored>| {
        stored.into_iter().filter_map(|stored| Some((CopyName::of(&stored.name)?, stored))).collect()
    };
    Ok(remote.list().await?.map(named))
}

/// Where the disk of a folder is mounted, or of what is there of the way to it. `None` for other targets, and where the system
/// does not tell.
fn mount_point(target: &Target) -> Option<PathBuf> {
    let Target::Folder(folder) = target else { return None };
    let nearest = folder.ancestors().find(|folder| folder.exists())?;
    machine::mount(nearest).map(|mount| mount.point)
}

/// Refuses a folder without any copy that was on a disk of its own and is not any more: it would fill the disk below.
fn expect_mounted(noted: Option<&Path>, found: Option<&Path>) -> Result<(), String> {
    match (noted, found) {
        (Some(noted), Some(found)) if noted != found && noted.starts_with(found) => Err(format!(
            "its disk, which was mounted at {}, is not there; mount it, or remove backups/off-site.json in the data folder if \
             the copies are to go to the disk of {}",
            noted.display(),
            found.display()
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_was_there_and_is_not_is_told_from_one_that_never_was() {
        let expect =
            |noted: Option<&str>, found: Option<&str>| expect_mounted(noted.map(Path::new), found.map(Path::new));
        let missing = expect(Some("/mnt/nas"), Some("/")).unwrap_err();
        assert!(missing.contains("mounted at /mnt/nas, is not there"), "{missing}");
        for (noted, found) in [
            (None, Some("/")),
            (Some("/"), Some("/")),
            (Some("/mnt/nas"), Some("/mnt/nas")),
            // Once below, now on a disk of its own.
            (Some("/"), Some("/mnt/nas")),
            (Some("/mnt/nas"), None),
        ] {
            assert_eq!(expect(noted, found), Ok(()), "{noted:?} {found:?}");
        }
    }
}
