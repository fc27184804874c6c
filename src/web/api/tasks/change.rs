//! The endpoints that change tasks: making, changing, ending, deleting, posting again, assigning, categories, and the way back.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::list::CategoriesView;
use super::wish::TaskBody;
use super::{REVISION, TaskView, posted, task_address, undo_address};
use crate::activity::ActivityId;
use crate::features::tasks::model::{ClaimId, TaskId, TaskRefusal};
use crate::features::tasks::{claims, queries, service};
use crate::flows::task_undone::{self, Undone};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Tx;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::address::address;
use crate::web::answer::{Answered, Problem, RevisionOfOne};
use crate::web::endpoint::{Asked, Doors, Endpoint, MESSAGE_LATER, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::{NewTaskPage, TaskPage, TasksPage};
use crate::web::segments::One;

/// What a page says of a task that was changed, with the way to take that back.
fn telling(
    answered: Answered<TaskView>,
    guild: GuildId,
    tell: fn(String, &TaskView) -> Sentence,
) -> Answered<TaskView> {
    let view = answered.value.now();
    let undo = view.and_then(|view| view.change.as_ref()).map(|change| undo_address(guild, change));
    let leads_to = view.map(|view| task_address(guild, &view.id));
    let answered = answered.telling(|view| {
        let (told, on_discord) = (tell(view.name.clone(), view), on_discord(view));
        sentence!("{told}{on_discord}", told, on_discord)
    });
    let answered = Answered { undo, ..answered };
    answered.leading_to(leads_to.unwrap_or_else(|| format!("/g/{guild}/tasks")))
}

/// What is to be known of its message.
fn on_discord(view: &TaskView) -> Option<Sentence> {
    match view.sync_status {
        Some("pending_sync") => Some(Sentence::words(" Discord does not show it yet; it will.")),
        Some("failed") => Some(Sentence::words(" Discord does not take its message: look at the task.")),
        Some("orphaned") => Some(Sentence::words(" Its message was deleted on Discord; you can post it again.")),
        _ => None,
    }
}

/// Makes a task.
pub struct CreateTask;

impl Endpoint for CreateTask {
    const NAME: &'static str = "tasks.create";
    const ABOUT: &'static str = "Makes a task and posts it. The answer has its message; where Discord takes longer than 8 seconds it is \
                                 202, with sync_status pending_sync.";
    const DOORS: Doors = Doors::post(&["/api/{server}/tasks"]).form("/g/{server}/tasks/new", again::<NewTaskPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);
    const REQUIREMENTS: &'static [&'static str] = &["T-API-10", "T-SYN-01", "T-SYN-06"];

    type Path = ();
    type Query = Nothing;
    type Body = TaskBody;
    type Answer = TaskView;

    fn sample(samples: &Samples) -> Sample {
        let body = json!({
            "name": "Welcome five members", "description": "Say hello, and tell who they were.", "reward": 100,
            "duration_hours": 24, "max_claims": 5, "channel_id": samples.channel,
        });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TaskView>, Problem> {
        let guild = asked.guild;
        asked.body.require_what_is_needed()?;
        let patch = asked.body.patch(web, guild, asked.visitor.actor(), None).await?;
        let made = web.change(&asked, move |tx, by| {
            let known = service::create(tx, guild, by, &patch)?;
            TaskView::changed(tx, guild, &known)
        });
        let made = posted(web, guild, made.await?).await?;
        Ok(telling(made, guild, |name, _| sentence!("The task **{name}** is made.", name)))
    }
}

impl TaskBody {
    /// Refuses a new task of which something is not said.
    pub fn require_what_is_needed(&self) -> Result<(), Problem> {
        let is_missing = [
            ("name", self.name.is_none(), TaskRefusal::NoName),
            ("description", self.description.is_none(), TaskRefusal::NoDescription),
            ("reward", self.reward.is_none(), TaskRefusal::NotAReward),
            ("duration_hours", self.duration_hours.is_none(), TaskRefusal::NotADuration),
        ];
        let missing = is_missing.into_iter().filter(|(_, is_missing, _)| *is_missing);
        let missing: std::collections::BTreeMap<String, Sentence> =
            missing.map(|(field, _, refusal)| (field.to_owned(), refusal.sentence())).collect();
        if missing.is_empty() { Ok(()) } else { Err(Problem::Fields(missing)) }
    }
}

/// Changes a task.
pub struct ChangeTask;

impl Endpoint for ChangeTask {
    const NAME: &'static str = "tasks.change";
    const ABOUT: &'static str = "Changes whichever fields of a task are sent, and then its message. Claims that there are keep their deadlines.";
    const DOORS: Doors =
        Doors::put(&["/api/{server}/tasks/{task}"]).form("/g/{server}/tasks/{task}", again::<TaskPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<TaskId>>> = Some(REVISION);
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);
    const REQUIREMENTS: &'static [&'static str] = &["T-API-11", "T-SYN-07"];

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = TaskBody;
    type Answer = TaskView;

    fn sample(samples: &Samples) -> Sample {
        let path = vec![("task", samples.task.clone())];
        Sample { path, body: Some(json!({ "reward": 150 })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TaskView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let before = web.look("task", move |read| claims::require(read, guild, id)).await?;
        let patch = asked.body.patch(web, guild, asked.visitor.actor(), Some(&before.task)).await?;
        let changed = web.change(&asked, move |tx, by| {
            let revision = queries::task(tx, guild, id)?.map(|known| known.task.revision);
            let known = service::edit(tx, guild, by, (id, None), &patch)?;
            let view = TaskView::changed(tx, guild, &known)?;
            // What was no change is taken back by nothing.
            let is_changed = revision != Some(known.task.revision);
            Ok(TaskView { change: view.change.clone().filter(|_| is_changed), ..view })
        });
        let changed = posted(web, guild, changed.await?).await?;
        Ok(telling(changed, guild, |name, view| {
            if view.change.is_some() {
                sentence!("**{name}** is changed.", name)
            } else {
                sentence!("Nothing of **{name}** was to be changed.", name)
            }
        }))
    }
}

/// Deletes a task.
pub struct DeleteTask;

impl Endpoint for DeleteTask {
    const NAME: &'static str = "tasks.delete";
    const ABOUT: &'static str = "Deletes a task: it vanishes at once, its messages go from Discord, and its claims and itself go last. \
                                 What was paid stays paid.";
    const DOORS: Doors =
        Doors::delete(&["/api/{server}/tasks/{task}"]).form("/g/{server}/tasks/{task}/delete", again::<TaskPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<TaskId>>> = Some(REVISION);
    const REQUIREMENTS: &'static [&'static str] = &["T-SYN-10", "T-SYN-14"];

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = TaskView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("task", samples.task.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TaskView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let deleted = web.change(&asked, move |tx, by| {
            let known = service::delete(tx, guild, by, id)?;
            TaskView::of(tx, guild, &known)
        });
        let told = |view: &TaskView| {
            sentence!("The task **{name}** is deleted, with its messages and claims.", name = view.name.clone())
        };
        Ok(deleted.await?.telling(told).leading_to(format!("/g/{guild}/tasks")))
    }
}

/// Posts the message of a task again.
pub type RepostTask = Act<true>;

/// Ends a task.
pub type ExpireTask = Act<false>;

/// What is done with a task without anything being said of it.
pub struct Act<const POSTS: bool>;

impl<const POSTS: bool> Endpoint for Act<POSTS> {
    const NAME: &'static str = if POSTS { "tasks.repost" } else { "tasks.expire" };
    const ABOUT: &'static str = if POSTS {
        "Posts the message of a task once more where it was deleted, or could not be posted."
    } else {
        "Ends a task now. Claims that are open go on until their own deadlines."
    };
    const DOORS: Doors = if POSTS {
        Doors::post(&["/api/{server}/tasks/{task}/repost"]).form("/g/{server}/tasks/{task}/repost", again::<TaskPage>)
    } else {
        Doors::post(&["/api/{server}/tasks/{task}/expire"]).form("/g/{server}/tasks/{task}/expire", again::<TaskPage>)
    };
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = TaskView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("task", samples.task.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TaskView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let done = web.change(&asked, move |tx, by| {
            if POSTS {
                let known = service::repost(tx, guild, id)?;
                return TaskView::of(tx, guild, &known);
            }
            let known = service::expire(tx, guild, by, id)?;
            TaskView::changed(tx, guild, &known)
        });
        let done = posted(web, guild, done.await?).await?;
        Ok(telling(done, guild, |name, _| {
            if POSTS {
                sentence!("**{name}** is posted again.", name)
            } else {
                sentence!("**{name}** has ended.", name)
            }
        }))
    }
}

/// Whose a task is to be.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AssignBody {
    /// The member, by id, or by their whole name or TikTok handle.
    pub member: String,
    /// Whether it is taken from them instead.
    pub remove: bool,
}

/// Assigns a task to a member, or takes it from one.
pub struct AssignTask;

impl Endpoint for AssignTask {
    const NAME: &'static str = "tasks.assign";
    const ABOUT: &'static str =
        "Assigns a task to a member, who is told, or takes it from one. A claim of theirs stays.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/tasks/{task}/assign"]).form("/g/{server}/tasks/{task}/assign", again::<TaskPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const LATER: Option<&'static str> = Some(MESSAGE_LATER);

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = AssignBody;
    type Answer = TaskView;

    fn sample(samples: &Samples) -> Sample {
        let path = vec![("task", samples.task.clone())];
        Sample { path, body: Some(json!({ "member": samples.member })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TaskView>, Problem> {
        let (guild, One(id), AssignBody { member, remove }) = (asked.guild, asked.path, asked.body.clone());
        let member = web.whom_exactly(guild, "member", Some(&member)).await?;
        let user = member.ok_or_else(|| Problem::field("member", Sentence::words("Please say to whom.")))?;
        if !remove {
            web.require_receiver(guild, "member", user).await?;
        }
        let done = web.change(&asked, move |tx, by| {
            let change = if remove { service::unassign } else { service::assign };
            let known = change(tx, guild, by, id, user)?;
            TaskView::changed(tx, guild, &known)
        });
        Ok(telling(posted(web, guild, done.await?).await?, guild, |name, view| {
            let assigned = view.assigned_users.len();
            match assigned {
                0 => sentence!("**{name}** is assigned to nobody now.", name),
                1 => sentence!("**{name}** is assigned to one member now.", name),
                _ => sentence!("**{name}** is assigned to {assigned} members now.", name, assigned),
            }
        }))
    }
}

/// A category.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CategoryBody {
    /// What it is called, 40 characters at most.
    pub name: String,
}

/// Adds a category.
pub type AddCategory = ChangeCategory<true>;

/// Takes a category away.
pub type RemoveCategory = ChangeCategory<false>;

/// Adds a category, or takes one away.
pub struct ChangeCategory<const ADDS: bool>;

impl<const ADDS: bool> Endpoint for ChangeCategory<ADDS> {
    const NAME: &'static str = if ADDS { "tasks.add_category" } else { "tasks.remove_category" };
    const ABOUT: &'static str =
        if ADDS { "Adds a category of tasks." } else { "Takes a category away; tasks that are in it stay there." };
    const DOORS: Doors = if ADDS {
        Doors::post(&["/api/{server}/tasks/categories"]).form("/g/{server}/tasks/categories", again::<TasksPage>)
    } else {
        Doors::post(&["/api/{server}/tasks/categories/remove"])
            .form("/g/{server}/tasks/categories/remove", again::<TasksPage>)
    };
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = CategoryBody;
    type Answer = CategoriesView;

    fn sample(samples: &Samples) -> Sample {
        let name = if ADDS { format!("Art {}", samples.song) } else { samples.category.clone() };
        Sample { body: Some(json!({ "name": name })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<CategoriesView>, Problem> {
        let (guild, name) = (asked.guild, asked.body.name.clone());
        let typed = name.clone();
        let done = web.change(&asked, move |tx, by| {
            let change = if ADDS { service::add_category } else { service::remove_category };
            change(tx, guild, by, &typed)?;
            CategoriesView::changed(tx, guild)
        });
        let told = move |_: &CategoriesView| {
            let name = name.trim().to_owned();
            if ADDS {
                sentence!("The category **{name}** is added.", name)
            } else {
                sentence!("The category **{name}** is removed.", name)
            }
        };
        let done = done.await?.telling(told);
        let change = done.value.now().and_then(|view| view.change.as_ref());
        let undo = change.map(|change| undo_address(guild, change));
        Ok(Answered { undo, ..done }.leading_to(format!("/g/{guild}/tasks#categories")))
    }
}

impl CategoriesView {
    fn changed(tx: &Tx<'_>, guild: GuildId) -> Result<Self> {
        let change = task_undone::latest_of_categories(tx, guild)?.map(|id| id.to_string());
        Ok(Self { categories: queries::categories(tx, guild)?, change })
    }
}

/// What was taken back.
#[derive(Clone, Debug, serde::Serialize, ToSchema)]
pub struct UndoneView {
    /// The number of the task that it was about, where it is still there.
    pub task_id: Option<String>,
    /// What it was about: a task, or a category, by its name.
    pub name: String,
    /// Whether it is a proof that waits for a review again.
    pub waits: bool,
    /// The claim whose proof that is, for the page alone.
    #[serde(skip)]
    pub claim: Option<ClaimId>,
}

/// Takes something that was done with tasks back.
pub struct UndoChange;

impl Endpoint for UndoChange {
    const NAME: &'static str = "tasks.undo";
    const ABOUT: &'static str = "Takes back what was done with a task, a category or a proof, as long as nothing else changed it since. \
                                 An acceptance is taken back with its reward and its role.";
    const DOORS: Doors = Doors::post(&["/api/{server}/tasks/changes/{change}/undo"])
        .form("/g/{server}/tasks/changes/{change}/undo", again::<TasksPage>);
    const WHO: Who = Who::Moderator;
    const SCOPE: Scope = Scope::Tasks;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = One<ActivityId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = UndoneView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("change", samples.task_change.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<UndoneView>, Problem> {
        let (guild, One(id), rank) = (asked.guild, asked.path, asked.rank);
        // Moderators take reviews back, where they review; everything else is for whoever runs the server.
        let may = move |read: &dyn crate::store::Read| {
            let is_review = task_undone::is_of_review(read, guild, id)?;
            Ok(rank.reaches(Who::Admin) || (is_review && rank.level >= Some(queries::least_reviewer(read, guild)?)))
        };
        if !web.look("task_change", may).await? {
            return Err(Problem::Forbidden(Who::Admin));
        }
        let undone = web.change(&asked, move |tx, by| UndoneView::of(tx, guild, &task_undone::run(tx, guild, by, id)?));
        let undone = undone.await?.telling(|view| {
            let name = view.name.clone();
            if view.waits {
                sentence!("The proof for **{name}** waits for a review again.", name)
            } else {
                sentence!("What was done with **{name}** is taken back.", name)
            }
        });
        let claim = undone.value.now().and_then(|view| view.claim).map(|id| id.to_string());
        let reviews = address(&format!("/g/{guild}/reviews"), &[("at", claim.as_deref())]);
        let to = undone.value.now().map(|view| match (&view.task_id, view.waits) {
            (_, true) => reviews.clone(),
            (Some(task), false) => task_address(guild, task),
            (None, false) => format!("/g/{guild}/tasks"),
        });
        // The page of a task that is gone is nowhere to go.
        let is_there = undone.value.now().is_none_or(|view| view.task_id.is_some());
        // The desk shows the proof that waits again: the next key is said of that one, and not of whose proof was shown meanwhile.
        let back = asked
            .page_before()
            .filter(|page| page.contains("/tasks") || (claim.is_none() && page.contains("/reviews")));
        let to = back.filter(|_| is_there).or(to);
        Ok(undone.leading_to(to.unwrap_or_else(|| format!("/g/{guild}/tasks"))))
    }
}

impl UndoneView {
    fn of(tx: &Tx<'_>, guild: GuildId, undone: &Undone) -> Result<Self> {
        let (task, user) = match undone {
            Undone::Task(task) => (*task, None),
            Undone::Review(task, user) => (*task, Some(*user)),
            Undone::Gone(name) | Undone::Category(name) => {
                return Ok(Self { task_id: None, name: name.clone(), waits: false, claim: None });
            }
        };
        let name = claims::require(tx, guild, task)?.task.name;
        let claim = match user {
            Some(user) => queries::latest_claim(tx, guild, user, task)?.map(|known| known.id),
            None => None,
        };
        Ok(Self { task_id: Some(task.to_string()), name, waits: user.is_some(), claim })
    }
}
