//! Copies of the snapshots elsewhere: in a folder, in a store of the S3 kind, or on a WebDAV server.
//!
//! Brings about: the newest seven snapshots, those here and those there taken together, are there; older ones of ours are
//! not. Safe to run at any time: what is there is asked each time, and what has another length is sent again. What fails is
//! tried again after 1, 2, 4 minutes and so on up to an hour; the debug channels hear of it once, and once when it works
//! again, also over a restart.

mod dav;
mod remote;
mod s3;
mod target;

pub use target::{Address, DavTarget, S3Target, Target, web_address};

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use self::remote::Remote;
use super::folder::{Dated, Folder, SNAPSHOTS, age_first, snapshot_moment};
use super::rehearsal::{read_note, write_note};
use super::{FIRST_LOOK, Plan, tell_all};
use crate::discord::Bot;
use crate::kernel::time::Timestamp;

/// The file that keeps how it stands.
const FILE: &str = "off-site.json";
/// The first pause after a failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// How the copies elsewhere stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// When all was there the last time, as RFC 3339.
    pub complete_at: Option<String>,
    /// The newest snapshot that was there then.
    pub newest: Option<String>,
    /// Since when it fails, as RFC 3339; `None` while it works.
    pub failing_since: Option<String>,
    /// Why it fails, without secrets.
    pub problem: Option<String>,
}

/// How the copies elsewhere stand; `None` where none were ever tried.
pub fn status(data_dir: &Path) -> Option<Status> {
    read_note(&Folder::of(data_dir).path().join(FILE))
}

/// Keeps the target up to date for ever: after each snapshot, and until it worked.
pub(crate) async fn run(bot: Bot, plan: Plan, mut made: watch::Receiver<u64>) {
    let Some(target) = plan.off_site.clone() else { return };
    bot.clock.sleep(FIRST_LOOK).await;
    let mut status = status(&plan.data_dir).unwrap_or_default();
    let mut pause = FIRST_PAUSE;
    loop {
        made.mark_unchanged();
        let now = bot.clock.now().rfc3339();
        let outcome = copy_all(&target, &plan.folder(), bot.clock.now()).await;
        let has_failed = outcome.is_err();
        match outcome {
            Ok(newest) => {
                if status.failing_since.take().is_some() {
                    tracing::info!(%target, "copies elsewhere work again");
                    tell_all(&bot.store, "🗄️ Copying the snapshots elsewhere works again.".to_owned()).await;
                }
                status = Status { complete_at: Some(now), newest, ..Status::default() };
                pause = FIRST_PAUSE;
            }
            Err(problem) => {
                tracing::warn!(%target, problem, "the snapshots cannot be copied elsewhere");
                if status.failing_since.is_none() {
                    status.failing_since = Some(now);
                    let line =
                        "🗄️ The snapshots cannot be copied elsewhere; my log says why. I try again, and tell it once.";
                    tell_all(&bot.store, line.to_owned()).await;
                }
                status.problem = Some(problem);
            }
        }
        if let Err(error) = write_note(plan.folder().path(), FILE, &status) {
            tracing::warn!(%error, "cannot note how the copies elsewhere stand");
        }
        if has_failed {
            bot.clock.sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        } else if made.changed().await.is_err() {
            return;
        }
    }
}

/// Brings the target up to date; answers the name of the newest snapshot there.
async fn copy_all(target: &Target, folder: &Folder, now: Timestamp) -> Result<Option<String>, String> {
    let remote = Remote::new(target)?;
    let here = folder.snapshots().map_err(|error| error.to_string())?;
    let there = listed(&remote).await?;
    let wanted = wanted(&here, &there, now);
    for snapshot in here.iter().rev().filter(|snapshot| wanted.contains(&snapshot.name().to_owned())) {
        let name = snapshot.name();
        let bytes = match snapshot.path.metadata() {
            Ok(file) => file.len(),
            Err(error) if is_gone(&error) => continue,
            Err(error) => return Err(error.to_string()),
        };
        let is_same =
            |stored: Option<&Option<u64>>| stored.is_some_and(|stored| stored.is_none_or(|there| there == bytes));
        if is_same(there.get(name)) {
            continue;
        }
        match remote.put(&snapshot.path, name).await {
            Err(_) if snapshot.path.metadata().is_err_and(|error| is_gone(&error)) => continue,
            put => put?,
        }
        if !is_same(listed(&remote).await?.get(name)) {
            return Err(format!("{name} did not arrive whole"));
        }
        tracing::info!(name, bytes, "a snapshot was copied elsewhere");
    }
    for old in there.keys().filter(|name| !wanted.contains(name)) {
        remote.delete(old).await?;
        tracing::info!(name = old, "an old snapshot elsewhere was removed");
    }
    Ok(wanted.into_iter().next())
}

/// Sending takes long, and a snapshot may be tidied away here meanwhile. Then it is not wanted there, either, and the next
/// look removes it.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// The snapshots at the target by name, with their lengths. Other files there are not looked at.
async fn listed(remote: &Remote) -> Result<BTreeMap<String, Option<u64>>, String> {
    let stored = remote.list().await?;
    let ours = stored.into_iter().filter(|stored| snapshot_moment(&stored.name).is_some());
    Ok(ours.map(|stored| (stored.name, stored.bytes)).collect())
}

/// The names that are to be there, the newest first.
fn wanted(here: &[Dated], there: &BTreeMap<String, Option<u64>>, now: Timestamp) -> Vec<String> {
    let mut names: Vec<String> =
        here.iter().map(|snapshot| snapshot.name().to_owned()).chain(there.keys().cloned()).collect();
    names.sort_unstable();
    names.dedup();
    names.sort_by_key(|name| Reverse(snapshot_moment(name).map(|at| age_first(at, now))));
    names.truncate(SNAPSHOTS);
    names
}
