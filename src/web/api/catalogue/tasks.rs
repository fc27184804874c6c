//! The tasks of the catalogue.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{CATALOGUE, PAGE, RemovedOffer, require_none};
use crate::features::offers::model::Part;
use crate::features::offers::queries::count_following;
use crate::features::tasks::claims;
use crate::features::tasks::model::{KnownTask, TaskId};
use crate::features::tasks::tables::all;
use crate::flows::offers_changed::{self, NO_END};
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, RevisionOfOne};
use crate::web::api::tasks::wish::TaskBody;
use crate::web::api::tasks::{REVISION, revision};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::instance::{NewOfferedTaskPage, OfferedTaskPage};
use crate::web::segments::One;

/// A task of the catalogue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferedTask {
    /// Its number in the catalogue.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What is to be done.
    pub description: String,
    /// What each server pays for it, in its own currency.
    pub reward: i64,
    /// How many hours a claim has, and a copy is open that has no end of its own.
    pub duration_hours: u32,
    /// How many places each copy has; -1 for any number.
    pub max_claims: i64,
    /// When all copies end; nothing where each ends by its own duration.
    pub expires_at: Option<String>,
    /// How often it can be done: `never` again, `daily` or `weekly`.
    pub repeats: &'static str,
    /// How a claim is proven: by a `review`, or by itself.
    pub proven_by: &'static str,
    /// How much proves it by itself.
    pub proof_amount: Option<u32>,
    /// `active`, or `expired` once its end is over.
    pub status: &'static str,
    /// How often it was changed.
    pub revision: u64,
}

impl From<KnownTask> for OfferedTask {
    fn from(KnownTask { id, task }: KnownTask) -> Self {
        Self {
            id: id.to_string(),
            reward: task.reward.get(),
            duration_hours: task.duration_hours,
            max_claims: task.max_claims_number(),
            expires_at: Some(task.expires_at).filter(|end| *end < NO_END).map(Timestamp::rfc3339),
            repeats: task.repeats.into(),
            proven_by: task.proven_by.name(),
            proof_amount: task.proven_by.needed(),
            status: task.status.name(),
            revision: task.revision,
            name: task.name,
            description: task.description,
        }
    }
}

/// The tasks that the catalogue has.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedTasks {
    /// Each of them.
    pub tasks: Vec<OfferedTask>,
    /// How many servers take them over.
    pub servers: usize,
}

fn of_sample(samples: &Samples) -> Sample {
    Sample { path: vec![("task", samples.offered_task.clone())], ..Sample::default() }
}

/// Refuses what belongs to one server.
fn require_of_no_server(body: &TaskBody) -> Result<(), Problem> {
    require_none(&[
        ("role_id", body.role_id.is_some()),
        ("role_name", body.role_name.is_some()),
        ("channel_id", body.channel_id.is_some()),
        ("category", body.category.is_some()),
        ("status", body.status.is_some()),
        ("proof_channel_id", body.proof_channel_id.is_some()),
        ("proven_by", body.proven_by.as_deref() == Some("messages")),
    ])
}

/// Lists them.
pub struct ListOfferedTasks;

impl Endpoint for ListOfferedTasks {
    const NAME: &'static str = "catalogue.tasks";
    const ABOUT: &'static str = "Lists the tasks that are offered to all servers, and how many servers take them over.";
    const DOORS: Doors = Doors::get(&["/api/catalogue/tasks"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-GEN-11", "C-61"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = OfferedTasks;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<OfferedTasks>, Problem> {
        let look = |read: &dyn Read| {
            let tasks = all(read, CATALOGUE)?.into_iter().map(Into::into).collect();
            Ok(OfferedTasks { tasks, servers: count_following(read, Part::Tasks)? })
        };
        Ok(web.look(Self::NAME, look).await?.into())
    }
}

/// Shows one.
pub struct OneOfferedTask;

impl Endpoint for OneOfferedTask {
    const NAME: &'static str = "catalogue.task";
    const ABOUT: &'static str = "Shows a task of the catalogue.";
    const DOORS: Doors = Doors::get(&["/api/catalogue/tasks/{task}"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<TaskId>>> = Some(REVISION);

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = ();
    type Answer = OfferedTask;

    fn sample(samples: &Samples) -> Sample {
        of_sample(samples)
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OfferedTask>, Problem> {
        let One(id) = asked.path;
        let known = web.look(Self::NAME, move |read| claims::require(read, CATALOGUE, id)).await?;
        let revision = revision(id, &known.task);
        let view = OfferedTask::from(known);
        let revision = revision.shown_with(&view);
        Ok(Answered::from(view).with_revision(revision))
    }
}

/// Adds one.
pub struct AddOfferedTask;

impl Endpoint for AddOfferedTask {
    const NAME: &'static str = "catalogue.add_task";
    const ABOUT: &'static str =
        "Adds a task to the catalogue. Servers that switched global tasks on offer it within half a minute.";
    const DOORS: Doors =
        Doors::post(&["/api/catalogue/tasks"]).form("/instance/catalogue/tasks/new", again::<NewOfferedTaskPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-GEN-11", "C-61"];

    type Path = ();
    type Query = Nothing;
    type Body = TaskBody;
    type Answer = OfferedTask;

    fn sample(_: &Samples) -> Sample {
        let body = json!({
            "name": "Bring a friend", "description": "Invite somebody, and tell who it was.", "reward": 100,
            "duration_hours": 168, "max_claims": -1,
        });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OfferedTask>, Problem> {
        require_of_no_server(&asked.body)?;
        asked.body.require_what_is_needed()?;
        let patch = asked.body.patch(web, CATALOGUE, asked.visitor.actor(), None).await?;
        let added = web.change(&asked, move |tx, by| offers_changed::add_task(tx, by, &patch).map(OfferedTask::from));
        let told =
            |view: &OfferedTask| sentence!("The task **{name}** is offered to all servers.", name = view.name.clone());
        Ok(added.await?.telling(told).leading_to(PAGE))
    }
}

/// Changes one.
pub struct ChangeOfferedTask;

impl Endpoint for ChangeOfferedTask {
    const NAME: &'static str = "catalogue.change_task";
    const ABOUT: &'static str = "Changes whichever fields of a task of the catalogue are sent. Copies follow that nobody in their server has \
                                 changed; claims that there are keep their deadlines.";
    const DOORS: Doors =
        Doors::put(&["/api/catalogue/tasks/{task}"]).form("/instance/catalogue/tasks/{task}", again::<OfferedTaskPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<TaskId>>> = Some(REVISION);

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = TaskBody;
    type Answer = OfferedTask;

    fn sample(samples: &Samples) -> Sample {
        Sample { body: Some(json!({ "reward": 150 })), ..of_sample(samples) }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OfferedTask>, Problem> {
        let One(id) = asked.path;
        require_of_no_server(&asked.body)?;
        let before = web.look("task", move |read| claims::require(read, CATALOGUE, id)).await?;
        let patch = asked.body.patch(web, CATALOGUE, asked.visitor.actor(), Some(&before.task)).await?;
        let changed =
            web.change(&asked, move |tx, by| offers_changed::edit_task(tx, by, id, &patch).map(OfferedTask::from));
        let told = |view: &OfferedTask| {
            sentence!("**{name}** is changed. Servers follow within half a minute.", name = view.name.clone())
        };
        Ok(changed.await?.telling(told).leading_to(PAGE))
    }
}

/// Removes one.
pub struct RemoveOfferedTask;

impl Endpoint for RemoveOfferedTask {
    const NAME: &'static str = "catalogue.remove_task";
    const ABOUT: &'static str =
        "Takes a task out of the catalogue and ends its copies. What is claimed of them goes on until its deadline.";
    const DOORS: Doors = Doors::delete(&["/api/catalogue/tasks/{task}"])
        .form("/instance/catalogue/tasks/{task}/remove", again::<OfferedTaskPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<TaskId>>> = Some(REVISION);

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = RemovedOffer;

    fn sample(samples: &Samples) -> Sample {
        of_sample(samples)
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RemovedOffer>, Problem> {
        let One(id) = asked.path;
        let removed = web.change(&asked, move |tx, by| {
            let known = offers_changed::remove_task(tx, by, id)?;
            Ok(RemovedOffer { id: id.to_string(), name: known.task.name })
        });
        let told = |view: &RemovedOffer| sentence!("The task **{name}** is offered no more.", name = view.name.clone());
        Ok(removed.await?.telling(told).leading_to(PAGE))
    }
}
