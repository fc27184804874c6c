//! The TikTok live that a server follows: how it stands, following and leaving it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::features::engagement::model::{Session, SessionId};
use crate::features::engagement::queries::open_session;
use crate::features::tiktok::model::Follow;
use crate::features::tiktok::{queries, rules, service};
use crate::flows::{followed_live, known_members};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::kernel::time::Timestamp;
use crate::live::following::{State, Stop};
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::tiktok::status::Status;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::LivePage;
use crate::web::ui::components::Tone;

/// Whom a server follows, as far as the store tells.
#[derive(Debug, Default)]
pub struct Followed {
    /// Whom.
    pub follow: Option<Follow>,
    /// What whoever wanted it is called here.
    pub by: Option<String>,
    /// The session that is open.
    pub session: Option<(SessionId, Session)>,
}

/// Looks up whom a server follows.
pub fn look(read: &dyn Read, guild: GuildId) -> Result<Followed> {
    let follow = queries::follow(read, guild)?;
    let by = follow.as_ref().map(|follow| known_members::called(read, guild, follow.by)).transpose()?;
    Ok(Followed { follow, by, session: open_session(read, guild)? })
}

/// How a followed live stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusText {
    /// How good that is.
    pub tone: Tone,
    /// As programs know it, and in a word.
    pub word: &'static str,
    /// What that means, and what happens next.
    pub sentence: &'static str,
    /// When something happens next.
    pub due: Option<Timestamp>,
}

/// How a followed live stands, in words; `None` is before anybody looked.
pub fn in_words(status: Option<&Status>) -> StatusText {
    let has_trouble = status.is_some_and(|status| status.trouble.is_some());
    let said = |tone, word, sentence, due| StatusText { tone, word, sentence, due };
    match status.map(|status| status.state) {
        None => said(Tone::Info, "starting", "Greenroom is about to look for the live.", None),
        Some(State::Connecting) => said(Tone::Info, "connecting", "Greenroom is connecting to the live.", None),
        Some(State::Live) => said(Tone::Good, "live", "Connected. Gifts and engagement count.", None),
        Some(State::WaitingForLive(due)) if has_trouble => {
            said(Tone::Warn, "waiting", "There is no connection, for this reason. Greenroom tries again.", Some(due))
        }
        Some(State::WaitingForLive(due)) => said(
            Tone::Quiet,
            "waiting",
            "They are not live. Greenroom looks again, and connects as soon as they are.",
            Some(due),
        ),
        Some(State::Reconnecting(due)) => said(
            Tone::Warn,
            "reconnecting",
            "The connection was lost. Greenroom connects again; the session goes on.",
            due,
        ),
        Some(State::Stopped(Stop::LiveEnded)) => said(Tone::Quiet, "stopped", "The live is over.", None),
        Some(State::Stopped(Stop::NotLive)) => {
            said(Tone::Quiet, "stopped", "They were not live, and Greenroom was not to wait.", None)
        }
        Some(State::Stopped(Stop::Refused)) => said(
            Tone::Bad,
            "stopped",
            "Greenroom has given up, for this reason. Somebody has to do something first.",
            None,
        ),
    }
}

/// The live that a server follows.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LiveView {
    /// Whose live is followed, without `@`; nothing where nobody's is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streamer: Option<String>,
    /// Whether they are waited for, and tried again after trouble.
    pub persistent: bool,
    /// Since when they are followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followed_since: Option<String>,
    /// How it stands: `none`, `starting`, `connecting`, `live`, `waiting`, `reconnecting` or `stopped`.
    pub state: &'static str,
    /// What that means.
    pub sentence: String,
    /// Why there is no connection, where something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// When Greenroom tries next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try: Option<String>,
    /// How many watch, where that was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewers: Option<u32>,
    /// The open session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<u64>,
}

impl LiveView {
    fn of(followed: &Followed, status: Option<&Status>) -> Self {
        let session = followed.session.as_ref().map(|(id, _)| id.get());
        let Some(follow) = &followed.follow else {
            let sentence = "No live is followed.".to_owned();
            return Self { state: "none", sentence, session, ..Self::default() };
        };
        let StatusText { word, sentence, due, .. } = in_words(status);
        Self {
            streamer: Some(follow.streamer.as_str().to_owned()),
            persistent: follow.is_persistent,
            followed_since: Some(follow.since.rfc3339()),
            state: word,
            sentence: sentence.to_owned(),
            trouble: status.and_then(|status| status.trouble.as_ref()).map(ToString::to_string),
            next_try: due.map(Timestamp::rfc3339),
            viewers: status.and_then(|status| status.viewers),
            session,
        }
    }
}

/// How the live stands.
pub struct Live;

impl Endpoint for Live {
    const NAME: &'static str = "live.state";
    const ABOUT: &'static str = "Tells whose TikTok live is followed, and how it stands.";
    const DOORS: Doors = Doors::get(&["/api/{server}/live"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = LiveView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<LiveView>, Problem> {
        let guild = asked.guild;
        let followed = web.look("live", move |read| look(read, guild)).await?;
        let status = followed.follow.as_ref().and_then(|follow| web.bot.lives.status(&follow.streamer));
        Ok(LiveView::of(&followed, status.as_ref()).into())
    }
}

/// Follows a live.
pub struct FollowLive;

/// Whose live, and how.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FollowBody {
    /// The TikTok name of the host, or the address of their profile or live.
    pub name: String,
    /// Whether to wait until they go live, and to try again after trouble; so it is where nothing is said.
    pub persistent: Option<bool>,
}

impl Endpoint for FollowLive {
    const NAME: &'static str = "live.follow";
    const ABOUT: &'static str = "Follows a TikTok live, now or as soon as it begins.";
    const DOORS: Doors = Doors::post(&["/api/{server}/live/follow"]).form("/g/{server}/live/follow", again::<LivePage>);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = FollowBody;
    type Answer = LiveView;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(serde_json::json!({ "name": "@night.owl" })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<LiveView>, Problem> {
        let guild = asked.guild;
        let streamer = rules::streamer(&asked.body.name);
        let streamer = streamer.map_err(|refusal| Problem::field("name", refusal.sentence()))?;
        let is_persistent = asked.body.persistent.unwrap_or(true);
        // An operator is nobody on Discord; what they let be followed is followed by the bot itself.
        let by = asked.visitor.user().or_else(|| web.bot.own_user()).ok_or(Problem::DiscordUnavailable)?;
        web.bot.lives.begin_again(&streamer);
        let followed = streamer.clone();
        let change = web.change(&asked, move |tx, _| {
            service::follow(tx, guild, by, &followed, is_persistent)?;
            Ok(LiveView::of(&look(tx, guild)?, None))
        });
        let answered = change.await?;
        let status = web.bot.lives.outcome(&streamer).await;
        let StatusText { sentence: state, .. } = in_words(status.as_ref());
        let trouble = status.and_then(|status| status.trouble).unwrap_or_default();
        let told = sentence!("**{streamer}** is followed. {state} {trouble}", streamer, state, trouble);
        Ok(answered.telling(|_| told).leading_to(format!("/g/{guild}/live")))
    }
}

/// Leaves a live.
pub struct LeaveLive;

impl Endpoint for LeaveLive {
    const NAME: &'static str = "live.leave";
    const ABOUT: &'static str = "Follows the live no more, and ends its session.";
    const DOORS: Doors = Doors::post(&["/api/{server}/live/leave"]).form("/g/{server}/live/leave", again::<LivePage>);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Queue;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = LiveView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<LiveView>, Problem> {
        let guild = asked.guild;
        let change = web.change(&asked, move |tx, by| {
            let left = followed_live::left(tx, guild, by)?;
            let view = LiveView::of(&look(tx, guild)?, None);
            Ok(LiveView { streamer: Some(left.streamer.as_str().to_owned()), ..view })
        });
        let told = |view: &LiveView| {
            let name = format!("@{}", view.streamer.as_deref().unwrap_or_default());
            sentence!("**{name}** is followed no more. The session is closed, and nothing counts any more.", name)
        };
        Ok(change.await?.telling(told).leading_to(format!("/g/{guild}/live")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::sentence::Sentence;
    use crate::tiktok::status::Counts;

    const AT: Timestamp = Timestamp::from_millis(1_795_292_100_000);

    fn status(state: State, trouble: Option<&'static str>) -> Status {
        let trouble = trouble.map(Sentence::words);
        Status { state, since: AT, trouble, viewers: None, last_message_at: None, counts: Counts::default() }
    }

    #[test]
    fn each_state_has_a_word_and_says_what_happens_next() {
        let said = |status: Option<Status>| {
            let StatusText { tone, word, sentence, due } = in_words(status.as_ref());
            format!("{tone:?} {word}{}: {sentence}", if due.is_some() { " until" } else { "" })
        };
        let all = [
            said(None),
            said(Some(status(State::Connecting, None))),
            said(Some(status(State::Live, None))),
            said(Some(status(State::WaitingForLive(AT), None))),
            said(Some(status(State::WaitingForLive(AT), Some("It is blocked.")))),
            said(Some(status(State::Reconnecting(None), None))),
            said(Some(status(State::Reconnecting(Some(AT)), None))),
            said(Some(status(State::Stopped(Stop::LiveEnded), None))),
            said(Some(status(State::Stopped(Stop::NotLive), None))),
            said(Some(status(State::Stopped(Stop::Refused), Some("It is blocked.")))),
        ];
        insta::assert_snapshot!(all.join("\n"), @r"
        Info starting: Greenroom is about to look for the live.
        Info connecting: Greenroom is connecting to the live.
        Good live: Connected. Gifts and engagement count.
        Quiet waiting until: They are not live. Greenroom looks again, and connects as soon as they are.
        Warn waiting until: There is no connection, for this reason. Greenroom tries again.
        Warn reconnecting: The connection was lost. Greenroom connects again; the session goes on.
        Warn reconnecting until: The connection was lost. Greenroom connects again; the session goes on.
        Quiet stopped: The live is over.
        Quiet stopped: They were not live, and Greenroom was not to wait.
        Bad stopped: Greenroom has given up, for this reason. Somebody has to do something first.
        ");
    }

    #[test]
    fn where_nobody_is_followed_that_is_said() {
        let view = LiveView::of(&Followed::default(), None);
        assert_eq!((view.state, view.sentence.as_str(), view.streamer), ("none", "No live is followed.", None));
    }
}
