//! What the bot shows of itself on Discord (`T-API-33` to `T-API-35`, `C-63`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::error::Result;
use crate::kernel::sentence::Sentence;
use crate::presence::{self, Presence, Status, Type};
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOf};
use crate::web::endpoint::{Asked, Door, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::StatusPage;

/// What the bot shows of itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PresenceView {
    /// `online`, `idle`, `dnd` or `invisible`.
    pub status: &'static str,
    /// What stands before the text: `custom` for nothing, `playing`, `listening`, `watching` or `competing`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The text.
    pub message: String,
}

impl From<Presence> for PresenceView {
    fn from(Presence { status, kind, message }: Presence) -> Self {
        Self { status: status.into(), kind: kind.into(), message }
    }
}

impl PresenceView {
    /// What of it counts for whoever changes it.
    const REVISION: RevisionOf = |_, read, _, _| Ok(Revision::of(&Self::from(presence::of_instance(read)?)));
}

/// Tells what the bot shows of itself.
pub struct BotStatus;

impl Endpoint for BotStatus {
    const NAME: &'static str = "instance.bot_status";
    const ABOUT: &'static str = "Tells what the bot shows of itself on Discord.";
    const DOORS: Doors = Doors::get(&["/api/bot/status"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const REVISION: Option<RevisionOf> = Some(PresenceView::REVISION);
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-34"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = PresenceView;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<PresenceView>, Problem> {
        Ok(PresenceView::from(web.look("presence", presence::of_instance).await?).into())
    }
}

/// Changes what the bot shows of itself.
pub struct SetBotStatus;

/// What the bot shall show of itself; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PresenceBody {
    /// `online`, `idle`, `dnd` or `invisible`.
    #[serde(alias = "presence")]
    pub status: Option<String>,
    /// What stands before the text: `custom` for nothing, `playing`, `listening`, `watching` or `competing`.
    #[serde(rename = "type", alias = "kind")]
    pub kind: Option<String>,
    /// The text.
    pub message: Option<String>,
}

fn status_called(name: &str) -> Result<Status, Problem> {
    let words = "A status is online, idle, dnd or invisible.";
    name.to_lowercase().parse().map_err(|_| Problem::field("status", Sentence::words(words)))
}

fn type_called(name: &str) -> Result<Type, Problem> {
    let words = "A type is custom, playing, listening, watching or competing.";
    name.to_lowercase().parse().map_err(|_| Problem::field("type", Sentence::words(words)))
}

impl Endpoint for SetBotStatus {
    const NAME: &'static str = "instance.set_bot_status";
    const ABOUT: &'static str = "Changes what the bot shows of itself on Discord.";
    const DOORS: Doors = Doors::put(&["/api/bot/status"]).form("/instance/status", again::<StatusPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const REVISION: Option<RevisionOf> = Some(PresenceView::REVISION);
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-33"];

    type Path = ();
    type Query = Nothing;
    type Body = PresenceBody;
    type Answer = PresenceView;

    fn sample(_: &Samples) -> Sample {
        let body = serde_json::json!({ "status": "idle", "type": "watching", "message": "the live" });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PresenceView>, Problem> {
        let PresenceBody { status, kind, message } = asked.body.clone();
        let status = status.as_deref().map(status_called).transpose()?;
        let kind = kind.as_deref().map(type_called).transpose()?;
        // A form sends an empty text as nothing.
        let message = message.or_else(|| (asked.door == Door::Form).then(String::new));
        let change = web.change(&asked, move |tx, by| {
            let now = presence::of_instance(tx)?;
            let wanted = Presence {
                status: status.unwrap_or(now.status),
                kind: kind.unwrap_or(now.kind),
                message: message.clone().unwrap_or(now.message),
            };
            presence::change(tx, by, &wanted).map(PresenceView::from)
        });
        let answered = change.await?;
        if let Ok(operations) = web.instance.operations() {
            (operations.show_presence)().await;
        }
        let told = |_: &PresenceView| Sentence::words("The bot shows that from now on.");
        Ok(answered.telling(told).leading_to("/instance/status"))
    }
}

/// Changes what a server wants the bot to show.
pub struct SetServerStatus;

/// A status.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct StatusBody {
    /// `online`, `idle`, `dnd` or `invisible`.
    pub status: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct StoredView {
    /// Always: it is stored.
    pub stored: bool,
    /// Whether the bot shows it, as it does where it is in this server alone.
    pub effective: bool,
}

impl Endpoint for SetServerStatus {
    const NAME: &'static str = "servers.set_status";
    const ABOUT: &'static str =
        "Stores which status a server wants; it is shown where the bot is in that server alone.";
    const DOORS: Doors = Doors::put(&["/api/{server}/status"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-35"];

    type Path = ();
    type Query = Nothing;
    type Body = StatusBody;
    type Answer = StoredView;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(serde_json::json!({ "status": "online" })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<StoredView>, Problem> {
        let (guild, status) = (asked.guild, status_called(&asked.body.status)?);
        let is_only = web.bot.standings.count_guilds() == 1;
        let change = web.change(&asked, move |tx, by| {
            presence::change_for(tx, guild, by, status)?;
            Ok(StoredView { stored: true, effective: is_only })
        });
        let answered = change.await?;
        if let (true, Ok(operations)) = (is_only, web.instance.operations()) {
            (operations.show_presence)().await;
        }
        Ok(answered)
    }
}
