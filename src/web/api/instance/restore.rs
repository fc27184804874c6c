//! Putting a snapshot in the place of the store of the running bot: what would be lost, and doing it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::backups::{WhichBackup, WorkView, work_on};
use crate::kernel::error::{Error, Result};
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::is_typed;
use crate::web::instance::{Count, Foresight, InstanceRefusal};
use crate::web::page::again;
use crate::web::pages::RestorePage;

/// What has to be typed, so that nobody restores by a slip.
pub const WORD: &str = "restore";
/// How the work of a restore begins to be called; the name of the snapshot stands behind it.
pub const RESTORING: &str = "Restoring";

/// Reads a snapshot, and tells what would be lost by restoring it.
pub async fn foresee(web: &Web, name: String) -> Result<Foresight, Problem> {
    let foresee = Arc::clone(&web.instance.backups()?.foresee);
    let foreseen = tokio::task::spawn_blocking(move || foresee(&name)).await.map_err(Error::failed)?;
    foreseen.map_err(|why| InstanceRefusal::Failed(why).into())
}

/// Which snapshot, and that it is meant.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RestoreOrder {
    /// The name of its file.
    pub name: String,
    /// The word `restore`.
    pub confirm: String,
    /// Whether to tell only what would be lost.
    pub dry_run: bool,
}

/// What would be lost, or that it has begun.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct RestoreView {
    /// The name of the file.
    pub name: String,
    /// Whether nothing is done.
    pub dry_run: bool,
    /// From when the snapshot is: what came later would be lost. Told of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What people count, then and now. Told of a dry run.
    pub counts: Vec<CountView>,
    /// The work that has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<WorkView>,
}

/// How many there are of something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CountView {
    /// Of what, in the plural.
    pub what: &'static str,
    /// In the snapshot.
    pub then: u64,
    /// Now.
    pub now: u64,
}

impl From<Count> for CountView {
    fn from(Count { what, then, now }: Count) -> Self {
        Self { what, then, now }
    }
}

impl From<Foresight> for RestoreView {
    fn from(Foresight { name, from, counts }: Foresight) -> Self {
        let counts = counts.into_iter().map(Into::into).collect();
        Self { name, dry_run: true, from: Some(from.rfc3339()), counts, work: None }
    }
}

/// Restores a snapshot.
pub struct RestoreBackup;

impl Endpoint for RestoreBackup {
    const NAME: &'static str = "instance.restore";
    const ABOUT: &'static str = "Tells what would be lost by restoring a snapshot; or tries it out, stops the bot, puts it in the place of the store, \
        which is saved before and stays beside, and starts the bot again. That asks for a fresh proof.";
    const DOORS: Doors =
        Doors::post(&["/api/instance/backups/restore"]).form("/instance/backups/restore", again::<RestorePage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = RestoreOrder;
    type Answer = RestoreView;

    fn sample(_: &Samples) -> Sample {
        let body = serde_json::json!({ "name": "greenroom-20261121-200000-by-hand.redb", "dry_run": true });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RestoreView>, Problem> {
        let name = WhichBackup { name: asked.body.name.clone() }.known(web).await?;
        if asked.body.dry_run {
            return Ok(RestoreView::from(foresee(web, name).await?).into());
        }
        web.needs_proof(&asked).await?;
        if !is_typed(WORD, &asked.body.confirm) {
            let words = "Please type the word restore, so that nobody does this by a slip.";
            return Err(Problem::field("confirm", Sentence::words(words)));
        }
        let work = work_on(web, format!("{RESTORING} {name}"), &web.instance.backups()?.restore, name.clone())?;
        let view = RestoreView { name, work: Some(work), ..RestoreView::default() };
        // The page of backups says what goes on, as long as it does: a notice above it would stay when it is over.
        Ok(Answered::from(view).leading_to("/instance/backups"))
    }
}
