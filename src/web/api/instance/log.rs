//! The latest lines of the log (`T-API-37`, `T-API-38`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::activity::program::LOG_EMPTIED;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::filter;
use crate::web::instance::lines::{Level, Line};
use crate::web::page::again;
use crate::web::pages::LogPage;

/// Lines on a page, unless somebody wants another number.
const PAGE: usize = 100;
/// The most lines on a page.
const MOST: usize = 1_000;

/// Which lines.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct LinesQuery {
    /// How much they have to matter: `error`, `warn`, `info`, `debug` or `trace`; all without it.
    pub level: Option<String>,
    /// Before this one: where the page before ended, as it said in `next`.
    pub before: Option<u64>,
    /// How many; 100, and 1,000 at most.
    pub limit: Option<usize>,
}

impl LinesQuery {
    /// How much lines have to matter.
    pub fn least(&self) -> Result<Level, Problem> {
        let takes = || Sentence::words("A level is error, warn, info, debug or trace.");
        let level = |level: &str| level.to_lowercase().parse().ok();
        Ok(filter::read("level", self.level.as_deref(), level, takes)?.unwrap_or(Level::Trace))
    }
}

/// Looks lines up, latest first, with where the next page goes on.
pub fn find(web: &Web, query: &LinesQuery) -> Result<(Vec<Line>, Option<u64>), Problem> {
    let limit = filter::limit(query.limit, PAGE, 1..=MOST)?;
    let mut lines = web.instance.operations()?.lines.latest(query.least()?, query.before, limit + 1);
    let has_more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| has_more).map(|line| line.number);
    Ok((lines, next))
}

/// Several lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinesView {
    /// The lines, latest first.
    pub logs: Vec<LogLine>,
    /// What to ask for as `before` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogLine {
    /// Its number.
    pub number: u64,
    /// When.
    pub timestamp: String,
    /// How much it matters.
    pub level: String,
    /// Which part of the program wrote it.
    pub target: String,
    /// What it says.
    pub message: String,
}

impl From<Line> for LogLine {
    fn from(Line { number, at, level, target, text }: Line) -> Self {
        Self { number, timestamp: at.rfc3339(), level: level.to_string(), target, message: text }
    }
}

/// Lists lines.
pub struct Logs;

impl Endpoint for Logs {
    const NAME: &'static str = "instance.logs";
    const ABOUT: &'static str = "Gives the latest lines of the log, latest first.";
    const DOORS: Doors = Doors::get(&["/api/logs"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-37"];

    type Path = ();
    type Query = LinesQuery;
    type Body = ();
    type Answer = LinesView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "level=warn", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<LinesView>, Problem> {
        let (lines, next) = find(web, &asked.query)?;
        Ok(LinesView { logs: lines.into_iter().map(Into::into).collect(), next }.into())
    }
}

/// Empties the view of the log.
pub struct EmptyLog;

/// What went.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmptiedView {
    /// How many lines.
    pub removed: u64,
}

impl Endpoint for EmptyLog {
    const NAME: &'static str = "instance.empty_log";
    const ABOUT: &'static str = "Takes the lines away that this list shows; the files of the log stay.";
    const DOORS: Doors = Doors::delete(&["/api/logs"]).form("/instance/log/empty", again::<LogPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-38"];

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = EmptiedView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<EmptiedView>, Problem> {
        let removed = web.instance.operations()?.lines.empty();
        let change = web.change(&asked, move |tx, by| {
            LOG_EMPTIED.with(removed).by(by).note(tx, GuildId::INSTANCE)?;
            Ok(EmptiedView { removed })
        });
        let told = |_: &EmptiedView| Sentence::words("The list is empty. The files of the log stay as they are.");
        Ok(change.await?.telling(told).leading_to("/instance/log"))
    }
}
