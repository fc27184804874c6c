//! Tasks as lists and one by one, their categories, and how they go.

use serde::{Deserialize, Serialize};
use strum::VariantArray;
use utoipa::ToSchema;

use super::{TaskView, called, revision};
use crate::features::tasks::listing::{self, Listed, Listing, SortedBy};
use crate::features::tasks::model::{TaskId, TaskStatus};
use crate::features::tasks::statistics::{self, DAYS, Done, Statistics};
use crate::features::tasks::{claims, queries};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, RevisionOfOne};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::filter;
use crate::web::segments::One;
use crate::web::user_info::{names_a_member, names_those_of};

/// Tasks on a page, unless somebody wants another number (`D-53`).
pub const PAGE: usize = 50;
/// The most tasks on a page.
const MOST: usize = 200;
/// The longest text that is looked for.
const LONGEST: usize = 100;

/// Which tasks.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TasksQuery {
    /// `active`, `expired` or `completed`; all without it.
    pub status: Option<String>,
    /// Those of this category.
    pub category: Option<String>,
    /// Those with these words in their names or descriptions.
    pub search: Option<String>,
    /// `newest`, `oldest`, `name`, `reward`, `expires` or `claims`; the newest first without it.
    pub sort: Option<String>,
    /// The page, from 1.
    pub page: Option<usize>,
    /// How many stand on one; 50, and 200 at most.
    pub per_page: Option<usize>,
}

/// Which part of a list of tasks.
pub struct Wanted {
    /// Which tasks.
    pub listing: Listing,
    /// The page, from 0.
    pub page: usize,
    /// How many stand on one.
    pub per_page: usize,
}

impl TasksQuery {
    /// What is asked for; refuses what cannot be understood, field by field.
    pub fn wanted(&self) -> Result<Wanted, Problem> {
        let status = filter::read(
            "status",
            self.status.as_deref(),
            |text| text.parse::<TaskStatus>().ok(),
            || Sentence::words("It takes one of these: active, expired or completed."),
        )?;
        let sorted_by = filter::read("sort", self.sort.as_deref(), |text| text.parse::<SortedBy>().ok(), known_orders)?;
        let text = self.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > LONGEST) {
            return Err(Problem::field("search", sentence!("It takes up to {most} characters.", most = LONGEST)));
        }
        let page = match self.page {
            Some(0) => return Err(Problem::field("page", Sentence::words("The first page is 1."))),
            page => page.unwrap_or(1) - 1,
        };
        let per_page = self.per_page.unwrap_or(PAGE);
        if !(1..=MOST).contains(&per_page) {
            return Err(Problem::field(
                "per_page",
                sentence!("It takes a whole number from 1 to {most}.", most = MOST),
            ));
        }
        let category = self.category.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let listing =
            Listing { status, category, text: text.map(str::to_owned), sorted_by: sorted_by.unwrap_or_default() };
        Ok(Wanted { listing, page, per_page })
    }
}

impl Wanted {
    /// Looks it up.
    pub fn look(&self, read: &dyn Read, guild: GuildId) -> Result<Listed> {
        listing::list(read, guild, &self.listing, self.page.saturating_mul(self.per_page), self.per_page)
    }
}

fn known_orders() -> Sentence {
    let orders = SortedBy::VARIANTS.iter().map(|order| Sentence::words(<&'static str>::from(*order))).collect();
    sentence!("It takes one of these: {orders}.", orders = Sentence::list(orders, " or "))
}

/// A page of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TasksView {
    /// Those of this page.
    pub tasks: Vec<TaskView>,
    /// Which part of all that is.
    pub pagination: TaskPages,
}

/// Which part of a list is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskPages {
    /// The page, from 1.
    pub page: usize,
    /// How many stand on one.
    pub per_page: usize,
    /// How many there are in all.
    pub total: usize,
    /// Whether there are more than were looked at.
    pub partial: bool,
}

/// Lists tasks.
pub struct ListTasks;

impl Endpoint for ListTasks {
    const NAME: &'static str = "tasks.list";
    const ABOUT: &'static str =
        "Lists tasks by status, category and words, with how many claimed them and how their messages are on Discord.";
    const DOORS: Doors = Doors::get(&["/api/{server}/tasks"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-09"];

    type Path = ();
    type Query = TasksQuery;
    type Body = ();
    type Answer = TasksView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "status=active&sort=newest", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TasksView>, Problem> {
        let (guild, wanted) = (asked.guild, asked.query.wanted()?);
        let look = move |read: &dyn Read| {
            let Listed { tasks, total, is_partial } = wanted.look(read, guild)?;
            let tasks = tasks.iter().map(|known| TaskView::of(read, guild, known)).collect::<Result<_>>()?;
            let (page, per_page) = (wanted.page.saturating_add(1), wanted.per_page);
            Ok(TasksView { tasks, pagination: TaskPages { page, per_page, total, partial: is_partial } })
        };
        Ok(web.look(Self::NAME, look).await?.into())
    }
}

/// One task.
pub struct ShowTask;

impl Endpoint for ShowTask {
    const NAME: &'static str = "tasks.show";
    const ABOUT: &'static str = "Tells of one task what it is, who claimed it, and how its message is on Discord.";
    const DOORS: Doors = Doors::get(&["/api/{server}/tasks/{task}"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REVISION_OF_ONE: Option<RevisionOfOne<One<TaskId>>> = Some(super::REVISION);

    type Path = One<TaskId>;
    type Query = Nothing;
    type Body = ();
    type Answer = TaskView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("task", samples.task.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TaskView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let look = move |read: &dyn Read| {
            let known = claims::require(read, guild, id)?;
            Ok((TaskView::of(read, guild, &known)?, revision(id, &known.task)))
        };
        let (view, revision) = web.look(Self::NAME, look).await?;
        let revision = revision.shown_with(&view);
        Ok(Answered::from(view).with_revision(revision))
    }
}

/// The categories of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoriesView {
    /// Each of them; `General` is always there.
    pub categories: Vec<String>,
    /// The number of the change that this request made, by which it can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// Lists the categories.
pub struct Categories;

impl Endpoint for Categories {
    const NAME: &'static str = "tasks.categories";
    const ABOUT: &'static str = "Lists the categories of tasks.";
    const DOORS: Doors = Doors::get(&["/api/{server}/tasks/categories"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = CategoriesView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<CategoriesView>, Problem> {
        let guild = asked.guild;
        let categories = web.look(Self::NAME, move |read| queries::categories(read, guild)).await?;
        Ok(CategoriesView { categories, change: None }.into())
    }
}

/// How tasks go.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsView {
    /// How many tasks can be claimed.
    pub active: u64,
    /// How many are over.
    pub expired: u64,
    /// How many are done.
    pub completed: u64,
    /// How many proofs wait for a review.
    pub waiting: u64,
    /// How many proofs were accepted since the beginning.
    pub total_completed: u64,
    /// How many tasks ended since the beginning.
    pub total_expired: u64,
    /// The last 30 days, the latest first; days without an accepted proof are left out.
    pub days: Vec<DayView>,
    /// Who had most accepted in that time.
    pub best: Vec<BestView>,
}

/// A day of UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayView {
    /// Which: `2026-11-21`.
    pub day: String,
    /// Proofs that were accepted.
    pub accepted: u64,
    /// What was paid for them.
    pub paid: i64,
}

/// A member who had proofs accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct BestView {
    /// Who.
    pub user_id: String,
    /// The name by which they are known here best.
    pub user_name: String,
    /// How many were accepted.
    pub accepted: u64,
    /// What was paid for them.
    pub paid: i64,
}

names_a_member!(BestView: user_name);
names_those_of!(StatisticsView: best);

impl StatisticsView {
    fn of(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Self> {
        let Statistics { tasks, waiting, totals, days, best } = statistics::of(read, guild, now)?;
        let of = |status| tasks.iter().find(|(of, _)| *of == status).map(|(_, count)| *count).unwrap_or_default();
        let day = |(day, Done { accepted, paid }): (i64, Done)| DayView {
            day: Timestamp::from_micros(day.saturating_mul(MICROS_OF_A_DAY)).strftime("%Y-%m-%d"),
            accepted,
            paid: paid.get(),
        };
        let mut named = Vec::with_capacity(best.len());
        for (user, Done { accepted, paid }) in best {
            let user_name = called(read, guild, user)?;
            named.push(BestView { user_id: user.to_string(), user_name, accepted, paid: paid.get() });
        }
        Ok(Self {
            active: of(TaskStatus::Active),
            expired: of(TaskStatus::Expired),
            completed: of(TaskStatus::Completed),
            waiting,
            total_completed: totals.completed,
            total_expired: totals.expired,
            days: days.into_iter().map(day).collect(),
            best: named,
        })
    }
}

const MICROS_OF_A_DAY: i64 = 24 * 60 * 60 * 1_000_000;
const _: () = assert!(DAYS == 30, "what the statistics say of themselves");

/// Tells how tasks go.
pub struct TaskStatistics;

impl Endpoint for TaskStatistics {
    const NAME: &'static str = "tasks.statistics";
    const ABOUT: &'static str =
        "Tells how tasks go: how many there are, what waits, and what was accepted and paid in the last 30 days.";
    const DOORS: Doors = Doors::get(&["/api/{server}/tasks/statistics"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = StatisticsView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<StatisticsView>, Problem> {
        let (guild, now) = (asked.guild, asked.now);
        let found = web.look(Self::NAME, move |read| StatisticsView::of(read, guild, now)).await?;
        Ok(web.with_names(guild, found).await.into())
    }
}
