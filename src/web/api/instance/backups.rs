//! Snapshots of the store: which there are, making one, verifying one, trying a restore. Restoring one has a file of its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::error::{Error, Result};
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::instance::work::Work;
use crate::web::instance::{Act, BackupList, InstanceRefusal, Rehearsal, Restored, Snapshot};
use crate::web::page::again;
use crate::web::pages::BackupsPage;

/// Looks which backups there are.
pub async fn backup_list(web: &Web) -> Result<BackupList, Problem> {
    let list = Arc::clone(&web.instance.backups()?.list);
    let listed = tokio::task::spawn_blocking(move || list()).await.map_err(Error::failed)?;
    listed.map_err(|why| InstanceRefusal::Failed(why).into())
}

/// The backups.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupsView {
    /// The snapshots, latest first.
    pub snapshots: Vec<SnapshotView>,
    /// The last time that a restore was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rehearsal: Option<RehearsalView>,
    /// The last restore that was ordered on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored: Option<RestoredView>,
    /// What is being done, or was last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<WorkView>,
}

/// A restore that was ordered and has ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoredView {
    /// When.
    pub at: String,
    /// Of which file.
    pub name: String,
    /// Why it was not done; nothing when it was. Then nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When that file was made, where it says so: everything is as it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How many rows came back.
    pub rows: u64,
    /// The name of the store as it was before, which stays in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// The name of the snapshot that was made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

impl From<Restored> for RestoredView {
    fn from(Restored { at, name, problem, from, rows, kept, snapshot }: Restored) -> Self {
        Self { at, name, problem, from, rows, kept, snapshot }
    }
}

/// A snapshot of the store.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotView {
    /// The name of its file.
    pub name: String,
    /// When it was made.
    pub at: String,
    /// What for, in a few words.
    pub made_for: &'static str,
    /// How large it is, in bytes.
    pub bytes: u64,
}

/// A restore that was tried.
#[derive(Debug, Serialize, ToSchema)]
pub struct RehearsalView {
    /// When.
    pub at: String,
    /// Of which file.
    pub name: String,
    /// What was wrong; nothing when it can be restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How many rows came back.
    pub rows: u64,
}

/// Work that takes a while.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct WorkView {
    /// What is done.
    pub what: String,
    /// How far it is.
    pub progress: String,
    /// When it began.
    pub begun: String,
    /// When it ended; nothing while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Whether it worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worked: Option<bool>,
    /// What came of it, or what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

impl From<Work> for WorkView {
    fn from(Work { what, line, begun, end }: Work) -> Self {
        let (ended, outcome) = end.unzip();
        let worked = outcome.as_ref().map(Result::is_ok);
        let outcome = outcome.map(|outcome: Result<String, String>| outcome.unwrap_or_else(|problem| problem));
        let ended = ended.map(Timestamp::rfc3339);
        Self { what, progress: line, begun: begun.rfc3339(), ended, worked, outcome }
    }
}

impl From<Snapshot> for SnapshotView {
    fn from(Snapshot { name, at, made_for, bytes }: Snapshot) -> Self {
        Self { name, at: at.rfc3339(), made_for, bytes }
    }
}

impl From<Rehearsal> for RehearsalView {
    fn from(Rehearsal { at, name, problem, rows }: Rehearsal) -> Self {
        Self { at, name, problem, rows }
    }
}

/// Lists the backups.
pub struct ListBackups;

impl Endpoint for ListBackups {
    const NAME: &'static str = "instance.backups";
    const ABOUT: &'static str = "Lists the snapshots of the store, and tells what is done with them.";
    const DOORS: Doors = Doors::get(&["/api/instance/backups"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = BackupsView;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<BackupsView>, Problem> {
        let BackupList { snapshots, rehearsal, restored } = backup_list(web).await?;
        let view = BackupsView {
            snapshots: snapshots.into_iter().map(Into::into).collect(),
            rehearsal: rehearsal.map(Into::into),
            restored: restored.map(Into::into),
            work: web.instance.works.now().map(Into::into),
        };
        Ok(view.into())
    }
}

/// Begins a piece of work on a backup.
pub(super) fn work_on(web: &Web, what: String, act: &Act, name: String) -> Result<WorkView, Problem> {
    let act = Arc::clone(act);
    web.instance.works.begin(&web.bot.clock, what, move |progress| act(&name, progress))?;
    Ok(web.instance.works.now().map(WorkView::from).unwrap_or_default())
}

/// The same, as it is answered.
fn begin(web: &Web, what: String, act: &Act, name: String) -> Result<Answered<WorkView>, Problem> {
    let told = what.clone();
    let begun = work_on(web, what, act, name)?;
    let told = sentence!("{told} has begun. This page tells when it is through.", told = Sentence::words(told));
    Ok(Answered::from(begun).saying(told).leading_to("/instance/backups"))
}

/// Makes a snapshot.
pub struct MakeBackup;

impl Endpoint for MakeBackup {
    const NAME: &'static str = "instance.backup";
    const ABOUT: &'static str = "Begins to make a snapshot of the store, which stays until somebody deletes it.";
    const DOORS: Doors = Doors::post(&["/api/instance/backups"]).form("/instance/backups/make", again::<BackupsPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = WorkView;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<WorkView>, Problem> {
        begin(web, "A snapshot".to_owned(), &web.instance.backups()?.make, String::new())
    }
}

/// Which snapshot.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WhichBackup {
    /// The name of its file.
    pub name: String,
}

impl WhichBackup {
    /// The name, where there is such a snapshot.
    pub(super) async fn known(self, web: &Web) -> Result<String, Problem> {
        let is_there = backup_list(web).await?.snapshots.iter().any(|snapshot| snapshot.name == self.name);
        let words = "There is no snapshot of this name.";
        is_there.then_some(self.name).ok_or_else(|| Problem::field("name", Sentence::words(words)))
    }
}

/// Verifies a snapshot.
pub type VerifyBackup = TryOut<false>;

/// Tries a restore.
pub type RehearseBackup = TryOut<true>;

/// Finds out what a snapshot is good for: it is read from front to back, or restored as a rehearsal.
pub struct TryOut<const RESTORES: bool>;

impl<const RESTORES: bool> Endpoint for TryOut<RESTORES> {
    const NAME: &'static str = if RESTORES { "instance.rehearse" } else { "instance.verify" };
    const ABOUT: &'static str = if RESTORES {
        "Begins to restore a snapshot into a scratch file and to check it; the store is not touched."
    } else {
        "Begins to read a snapshot from front to back and to compare it with what it says of itself."
    };
    const DOORS: Doors = if RESTORES {
        Doors::post(&["/api/instance/backups/rehearse"]).form("/instance/backups/rehearse", again::<BackupsPage>)
    } else {
        Doors::post(&["/api/instance/backups/verify"]).form("/instance/backups/verify", again::<BackupsPage>)
    };
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = WhichBackup;
    type Answer = WorkView;

    fn sample(_: &Samples) -> Sample {
        let body = serde_json::json!({ "name": "greenroom-20261121-200000-by-hand.redb" });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<WorkView>, Problem> {
        let (name, backups) = (asked.body.known(web).await?, web.instance.backups()?);
        if RESTORES {
            begin(web, format!("A rehearsal with {name}"), &backups.rehearse, name)
        } else {
            begin(web, format!("Verifying {name}"), &backups.verify, name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_tells_how_far_it_is_and_then_what_came_of_it() {
        let begun = Timestamp::from_millis(1_795_292_100_000);
        let work = Work { what: "A snapshot".to_owned(), line: "copying".to_owned(), begun, end: None };
        let goes_on = WorkView::from(work.clone());
        assert_eq!((goes_on.ended, goes_on.worked, goes_on.outcome), (None, None, None));
        let failed = WorkView::from(Work { end: Some((begun, Err("The disk is full.".to_owned()))), ..work });
        assert_eq!(failed.ended.as_deref(), Some("2026-11-21T20:15:00Z"));
        assert_eq!((failed.worked, failed.outcome.as_deref()), (Some(false), Some("The disk is full.")));
    }
}
