//! Where somebody is signed in, and ending one of it (`S-API-03`).

use std::convert::Infallible;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::digest::Digest;
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::signin::session::{self, Session};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::SessionsPage;
use crate::web::segments::{One, Segment};
use crate::web::sign_in::session_shown;

/// What a session is called in a list.
#[derive(Clone, Debug)]
pub struct Mark(String);

impl FromStr for Mark {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Segment for Mark {
    const NAME: &'static str = "session";
}

/// Several sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionsView {
    /// Each of them, the last seen first.
    pub sessions: Vec<SessionView>,
}

/// A place where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// What it is called here.
    pub id: String,
    /// The browser, in words.
    pub agent: String,
    /// The network from which they came in.
    pub network: String,
    /// `password`, `link` or `discord`.
    pub door: &'static str,
    /// When they came in.
    pub began: String,
    /// When they were last seen, give or take five minutes.
    pub seen: String,
    /// Whether it is the one that asks.
    pub is_here: bool,
}

impl SessionView {
    fn of(sid: Digest, session: &Session, here: Option<Digest>) -> Self {
        Self {
            id: session::mark(sid),
            agent: session.agent.clone(),
            network: session.network.clone(),
            door: session.door.into(),
            began: session.began.rfc3339(),
            seen: session.seen.rfc3339(),
            is_here: Some(sid) == here,
        }
    }
}

/// Where somebody is signed in.
pub struct Sessions;

impl Endpoint for Sessions {
    const NAME: &'static str = "sessions.list";
    const ABOUT: &'static str = "Lists where whoever asks is signed in.";
    const DOORS: Doors = Doors::get(&["/api/auth/sessions"]);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = SessionsView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SessionsView>, Problem> {
        let person = asked.visitor.somebody().ok_or(Problem::Unauthenticated)?.person.clone();
        let (here, now) = (session_shown(&asked.visitor), asked.now);
        let found = web.look(Self::NAME, move |read| session::list_of(read, &person, now)).await?;
        let sessions = found.iter().map(|(sid, session)| SessionView::of(*sid, session, here)).collect();
        Ok(SessionsView { sessions }.into())
    }
}

/// Ends one session.
pub struct EndSession;

impl Endpoint for EndSession {
    const NAME: &'static str = "sessions.end";
    const ABOUT: &'static str = "Ends one session of whoever asks.";
    const DOORS: Doors =
        Doors::delete(&["/api/auth/sessions/{session}"]).form("/me/sessions/{session}/end", again::<SessionsPage>);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<Mark>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("session", samples.session.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<Nothing>, Problem> {
        let person = asked.visitor.somebody().ok_or(Problem::Unauthenticated)?.person.clone();
        let here = session_shown(&asked.visitor).map(session::mark);
        let One(Mark(mark)) = &asked.path;
        let (mark, is_here) = (mark.clone(), here.as_ref() == Some(mark));
        let ended = web.change(&asked, move |tx, _| {
            session::end_marked(tx, &person, &mark)?;
            Ok(Nothing {})
        });
        let ended = ended.await?;
        Ok(if is_here {
            ended.with_cookies(web.signed_out()).leading_to("/sign-in")
        } else {
            ended.saying(Sentence::words("You are signed out there.")).leading_to("/me/sessions")
        })
    }
}
