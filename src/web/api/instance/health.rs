//! Whether the bot works, what the doctor finds, and beginning the connection to Discord anew.

use serde::Serialize;
use utoipa::ToSchema;

use crate::activity::program::RECONNECTED;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing};
use crate::web::instance::{Examined, Finding, InstanceRefusal, Reason};
use crate::web::page::again;
use crate::web::pages::HealthPage;

/// How the bot is.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct HealthView {
    /// Whether it works.
    pub ready: bool,
    /// Why it does not.
    pub reasons: Vec<ReasonView>,
    /// What the doctor found last; nothing before it looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examined: Option<ExaminedView>,
}

/// Why the bot does not work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// A stable name.
    pub id: &'static str,
    /// A sentence.
    pub sentence: String,
}

/// What the doctor found.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ExaminedView {
    /// When it had looked.
    pub at: String,
    /// What it found.
    pub findings: Vec<FindingView>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// A stable name of what it is about.
    pub id: String,
    /// `ok`, `note`, `warning` or `error`.
    pub level: &'static str,
    /// What is so.
    pub sentence: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl From<Examined> for ExaminedView {
    fn from(examined: Examined) -> Self {
        let plain = |text: String| Sentence::read(&text).plain();
        let view = |Finding { id, level, sentence, fix }| FindingView {
            id,
            level: level.word(),
            sentence: plain(sentence),
            fix: fix.map(plain),
        };
        Self { at: examined.at.rfc3339(), findings: examined.findings.into_iter().map(view).collect() }
    }
}

impl From<Reason> for ReasonView {
    fn from(Reason { id, sentence }: Reason) -> Self {
        Self { id, sentence: Sentence::read(&sentence).plain() }
    }
}

/// Tells how the bot is.
pub struct Health;

impl Endpoint for Health {
    const NAME: &'static str = "instance.health";
    const ABOUT: &'static str = "Tells whether the bot works, why not, and what the doctor found last.";
    const DOORS: Doors = Doors::get(&["/api/instance/health"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = HealthView;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<HealthView>, Problem> {
        let reasons = (web.instance.operations()?.reasons)().await;
        let view = HealthView {
            ready: reasons.is_empty(),
            reasons: reasons.into_iter().map(Into::into).collect(),
            examined: web.instance.examined().map(Into::into),
        };
        Ok(view.into())
    }
}

/// Lets the doctor look.
pub struct Examine;

impl Endpoint for Examine {
    const NAME: &'static str = "instance.examine";
    const ABOUT: &'static str =
        "Looks at everything that the bot depends on, and says what is wrong and what to do about it.";
    const DOORS: Doors = Doors::post(&["/api/instance/examine"]).form("/instance/examine", again::<HealthPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ExaminedView;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<ExaminedView>, Problem> {
        let operations = web.instance.operations()?;
        let _alone = web.instance.examining.try_lock().map_err(|_| InstanceRefusal::Busy)?;
        let findings = (operations.examine)().await;
        let examined = Examined { at: web.bot.clock.now(), findings };
        web.instance.keep(examined.clone());
        let told = Sentence::words("Everything was looked at.");
        Ok(Answered::from(ExaminedView::from(examined)).saying(told).leading_to("/instance"))
    }
}

/// Begins the connection to Discord anew.
pub struct Restart;

/// What was begun anew.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RestartView {
    /// Always `discord`: the connection to it, and not the process.
    pub restarting: &'static str,
}

impl Endpoint for Restart {
    const NAME: &'static str = "instance.restart";
    const ABOUT: &'static str = "Ends the connection to Discord in order, so that another one begins.";
    const DOORS: Doors = Doors::post(&["/api/restart"]).form("/instance/restart", again::<HealthPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-44"];

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = RestartView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RestartView>, Problem> {
        let operations = web.instance.operations()?;
        let change = web.change(&asked, |tx, by| {
            RECONNECTED.with(()).by(by).note(tx, GuildId::INSTANCE)?;
            Ok(RestartView { restarting: "discord" })
        });
        let answered = change.await?;
        if answered.value.now().is_some() {
            (operations.reconnect)();
        }
        let told =
            |_: &RestartView| Sentence::words("The connection to Discord begins anew. Nothing is lost meanwhile.");
        Ok(answered.telling(told).leading_to("/instance"))
    }
}
