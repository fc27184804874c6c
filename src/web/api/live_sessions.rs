//! The sessions of followed lives, and what one of them came to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::features::engagement::figures::{Curve, First};
use crate::features::engagement::model::{Session, SessionId};
use crate::features::engagement::queries::sessions;
use crate::flows::session_report::{self, Report};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::signin::scope::Scope;
use crate::store::{Cursor, Read};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::segments::One;

/// Sessions on a page.
const PAGE: usize = 20;

/// Where a list of sessions goes on.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SessionsQuery {
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
}

/// A page of sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    /// The sessions, latest first.
    pub rows: Vec<(SessionId, Session)>,
    /// Where the next page goes on.
    pub next: Option<Cursor>,
}

/// Looks sessions up.
pub fn find_sessions(read: &dyn Read, guild: GuildId, query: &SessionsQuery) -> Result<Sessions> {
    let after = query.after.as_deref().filter(|after| !after.is_empty());
    let found = sessions(read, guild, after.map(str::parse::<Cursor>).transpose()?, PAGE)?;
    Ok(Sessions { rows: found.rows, next: found.next })
}

/// Several sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveSessionsView {
    /// Those of this page, latest first.
    pub items: Vec<LiveSessionView>,
    /// What to ask for as `after` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A session: a live from the connection to its end.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveSessionView {
    /// Its number.
    pub session: u64,
    /// Whose live, without `@`.
    pub streamer: String,
    /// When it began.
    pub started_at: String,
    /// When it ended; nothing while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
}

impl LiveSessionView {
    /// Of a session.
    pub(super) fn of(id: SessionId, session: &Session) -> Self {
        Self {
            session: id.get(),
            streamer: session.streamer.as_str().to_owned(),
            started_at: session.started_at.rfc3339(),
            ended_at: session.ended_at.map(Timestamp::rfc3339),
        }
    }
}

/// Lists sessions.
pub struct ListSessions;

impl Endpoint for ListSessions {
    const NAME: &'static str = "live.sessions";
    const ABOUT: &'static str = "Lists the sessions of followed lives, latest first.";
    const DOORS: Doors = Doors::get(&["/api/{server}/live/sessions"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = SessionsQuery;
    type Body = ();
    type Answer = LiveSessionsView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<LiveSessionsView>, Problem> {
        let (guild, query) = (asked.guild, asked.query);
        let found = web.look("sessions", move |read| find_sessions(read, guild, &query)).await?;
        let items = found.rows.iter().map(|(id, session)| LiveSessionView::of(*id, session)).collect();
        Ok(LiveSessionsView { items, next: found.next.map(|next| next.to_string()) }.into())
    }
}

/// The figures of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportView {
    /// The session.
    pub session: LiveSessionView,
    /// Handles that did something.
    pub people: u64,
    /// Likes, each tap.
    pub likes: u64,
    /// Comments.
    pub comments: u32,
    /// Shares.
    pub shares: u32,
    /// Follows.
    pub follows: u32,
    /// Subscriptions.
    pub subscribes: u32,
    /// Gifts, a streak as one.
    pub gifts: u32,
    /// What gifts were worth, in TikTok's coins.
    pub coins: i64,
    /// Points.
    pub points: i64,
    /// Songs that were played meanwhile.
    pub songs_played: u64,
    /// How many watched on average; nothing where that was never told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewers_mean: Option<u32>,
    /// How many watched at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewers_most: Option<u32>,
    /// How many watched over the time.
    pub viewers: CurveView,
    /// What gifts were worth over the time.
    pub coins_over_time: CurveView,
    /// Who comes first, by coins and points.
    pub first: Vec<ParticipantView>,
}

/// Values over the time of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurveView {
    /// How many seconds a value stands for.
    pub slot_seconds: u64,
    /// A value for each slot; `null` where nothing is known.
    pub values: Vec<Option<u64>>,
}

impl From<&Curve> for CurveView {
    fn from(curve: &Curve) -> Self {
        Self { slot_seconds: curve.slot.as_secs(), values: curve.values.clone() }
    }
}

/// Somebody of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParticipantView {
    /// Their handle, without `@`, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// The id of the member who had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// For how many seconds they watched.
    pub watched_seconds: u64,
    /// What their gifts were worth.
    pub coins: i64,
    /// Their points.
    pub points: i64,
    /// The Luxury Coins that the member earned.
    pub luxury_coins: i64,
}

impl ReportView {
    fn of(id: SessionId, report: &Report) -> Self {
        let Report { figures, songs_played, .. } = report;
        let deeds = figures.deeds;
        Self {
            session: LiveSessionView::of(id, &figures.session),
            people: figures.people,
            likes: deeds.likes,
            comments: deeds.comments,
            shares: deeds.shares,
            follows: deeds.follows,
            subscribes: deeds.subscribes,
            gifts: deeds.gifts,
            coins: figures.coins.get(),
            points: figures.points.get(),
            songs_played: *songs_played,
            viewers_mean: figures.viewers.map(|viewers| viewers.mean),
            viewers_most: figures.viewers.map(|viewers| viewers.most),
            viewers: (&figures.viewer_curve).into(),
            coins_over_time: (&figures.coin_curve).into(),
            first: figures.first.iter().map(|first| participant(report, first)).collect(),
        }
    }
}

fn participant(report: &Report, first: &First) -> ParticipantView {
    ParticipantView {
        handle: report.handles.get(&first.account).map(|handle| handle.as_str().to_owned()),
        user_id: first.participant.watch.linked.map(|user| user.to_string()),
        watched_seconds: first.watched.as_secs(),
        coins: first.participant.coins.get(),
        points: first.participant.points.get(),
        luxury_coins: first.participant.luxury.get(),
    }
}

/// Tells what a session came to.
pub struct SessionReport;

impl Endpoint for SessionReport {
    const NAME: &'static str = "live.report";
    const ABOUT: &'static str = "Tells what a session of a live came to.";
    const DOORS: Doors = Doors::get(&["/api/{server}/live/sessions/{session}"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = One<SessionId>;
    type Query = Nothing;
    type Body = ();
    type Answer = ReportView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("session", samples.live.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ReportView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let report = web.look("live_report", move |read| session_report::of(read, guild, id)).await?;
        report.map(|report| ReportView::of(id, &report).into()).ok_or(Problem::NotFound)
    }
}
