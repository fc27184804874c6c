//! One declaration for each thing that can be asked over HTTP.
//!
//! An [`Endpoint`] says all that is known of it: name, doors, for whom, how often, what it takes and gives, a sample that
//! succeeds. [`Route::of`] makes a row of the table of it, from which router, rights, limits, names in the audit, the
//! document and the access test are made. An endpoint holds no decision: it looks or changes through [`Web`], and answers.
//!
//! **Two doors, one handler.** The API door takes and gives JSON. A form door takes what a page's form sends into the same
//! body; it answers with the way to a page, or with the page again and everything that was typed.

mod samples;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub use self::samples::{Sample, Samples};
use super::Web;
use super::access::{Limit, Origin, Rank, Visitor, Who};
use super::answer::{Answered, Base, Problem, Refill, RevisionOf, RevisionOfOne, form_field, respond};
use super::input::{read_form, read_json, read_query};
use super::page::question;
use super::part::open_page;
use super::segments::Segments;
use super::ui::components::SURE;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::signin::scope::Scope;

/// What is still to come of a row whose message takes longer than an answer waits.
pub const MESSAGE_LATER: &str = "It is done, and its message on Discord is still to come: see `sync_status`.";

/// Something that can be asked over HTTP, as JSON and maybe by a form.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Its name, `feature.verb`: in the document, the figures, the audit.
    const NAME: &'static str;
    /// What it does, in one sentence.
    const ABOUT: &'static str;
    /// Where it is.
    const DOORS: Doors;
    /// For whom it is.
    const WHO: Who;
    /// What a token needs.
    const SCOPE: Scope;
    /// What it counts as.
    const LIMIT: Limit;
    /// Whether its answers say `"success": true`, as those of seed 001 do (`C-77`).
    const SUCCESS: bool = false;
    /// The requirements that ask for it.
    const REQUIREMENTS: &'static [&'static str] = &[];
    /// The revision of what it shows or changes, where several people edit that. Whoever looks is answered a digest of what they
    /// are shown, so the two have to be made of the same.
    const REVISION: Option<RevisionOf> = None;
    /// The same of what is one of many, which its path names. What is answered to whoever looks says its revision itself.
    const REVISION_OF_ONE: Option<RevisionOfOne<Self::Path>> = None;
    /// What may still be to come of what it does, such as a message on Discord: then it answers 202.
    const LATER: Option<&'static str> = None;

    /// What its path holds beside the server.
    type Path: Segments;
    /// What may stand behind the question mark.
    type Query: DeserializeOwned + ToSchema + Send;
    /// What is sent to it; `()` for nothing.
    type Body: DeserializeOwned + ToSchema + Send;
    /// What it answers.
    type Answer: Serialize + ToSchema + Send + 'static;

    /// A request that would succeed, for the access test and the document.
    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    /// What whoever sends a form of it is asked before it counts, where what was typed may be a slip. Programs are not asked.
    fn question(_: &Web, _: &Asked<Self>) -> impl Future<Output = Result<Option<Sentence>, Problem>> + Send {
        async { Ok(None) }
    }

    /// Does it.
    fn run(web: &Web, asked: Asked<Self>) -> impl Future<Output = Result<Answered<Self::Answer>, Problem>> + Send;
}

/// Where something is: its paths, and maybe one of a form.
#[derive(Clone, Copy)]
pub struct Doors {
    /// What is done there.
    pub verb: Verb,
    /// Its paths. `{server}` is the number of a server; other names are in the endpoint's own path.
    pub paths: &'static [&'static str],
    /// By which door what is asked at these paths comes.
    pub door: Door,
    /// The form.
    pub form: Option<FormDoor>,
    /// How a page stays true while it is open.
    pub freshness: Freshness,
}

/// How what was opened stays true while somebody looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It is no page: an answer, a file, a stream.
    NoPage,
    /// What changes on it is pushed.
    Pushed,
    /// It stays as it was opened, for this reason.
    Still(&'static str),
    /// Nobody said. A test fails.
    Unsaid,
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Something to look at.
    Get,
    /// Something to do or to make.
    Post,
    /// Something to set.
    Put,
    /// Something to change in part.
    Patch,
    /// Something to take away.
    Delete,
}

/// Where a form is sent, and the page that is shown again when something was wrong with it.
#[derive(Clone, Copy)]
pub struct FormDoor {
    /// Where it is sent, by POST.
    pub path: &'static str,
    /// The page.
    pub page: ShowAgain,
}

/// Shows the page of a form again, with what was typed and what is wrong with it.
pub type ShowAgain = fn(Web, Arrived, Refill) -> BoxFuture<'static, Response>;

/// By which door a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// As JSON.
    Api,
    /// By a form of a page.
    Form,
    /// A page itself.
    Page,
}

impl Verb {
    /// As HTTP calls it.
    pub const fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
        }
    }
}

impl Doors {
    /// Something to look at.
    pub const fn get(paths: &'static [&'static str]) -> Self {
        Self::of(Verb::Get, paths)
    }

    /// Something to do or to make.
    pub const fn post(paths: &'static [&'static str]) -> Self {
        Self::of(Verb::Post, paths)
    }

    /// Something to set.
    pub const fn put(paths: &'static [&'static str]) -> Self {
        Self::of(Verb::Put, paths)
    }

    /// Something to change in part.
    pub const fn patch(paths: &'static [&'static str]) -> Self {
        Self::of(Verb::Patch, paths)
    }

    /// Something to take away.
    pub const fn delete(paths: &'static [&'static str]) -> Self {
        Self::of(Verb::Delete, paths)
    }

    /// A page.
    pub const fn page(paths: &'static [&'static str]) -> Self {
        Self { door: Door::Page, ..Self::of(Verb::Get, paths) }
    }

    /// The same, which stays true so.
    #[must_use]
    pub const fn staying(self, freshness: Freshness) -> Self {
        Self { freshness, ..self }
    }

    const fn of(verb: Verb, paths: &'static [&'static str]) -> Self {
        Self { verb, paths, door: Door::Api, form: None, freshness: Freshness::NoPage }
    }

    /// The same by a form as well, of this page.
    #[must_use]
    pub const fn form(self, path: &'static str, page: ShowAgain) -> Self {
        Self { form: Some(FormDoor { path, page }), ..self }
    }
}

/// A request that has passed the gate.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// By which door.
    pub door: Door,
    /// The path as it was asked for, with what stands behind the question mark.
    pub address: String,
    /// The server of the path; the instance where there is none.
    pub guild: GuildId,
    /// What the path holds.
    pub params: BTreeMap<String, String>,
    /// What stands behind the question mark.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// From where.
    pub origin: Origin,
    /// Who asks.
    pub visitor: Visitor,
    /// What they are in the server.
    pub rank: Rank,
    /// When it came.
    pub now: Timestamp,
    /// Whether something was changed for it.
    pub(super) written: Written,
}

/// Whether something was changed for a request: what goes wrong after that is told in other words.
#[derive(Clone, Debug, Default)]
pub(super) struct Written(Arc<AtomicBool>);

impl Written {
    /// Notes that something was changed.
    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether something was.
    pub(super) fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What an endpoint was asked.
#[derive(Debug)]
pub struct Asked<E: Endpoint> {
    /// The server; the instance where the path has none.
    pub guild: GuildId,
    /// Who asks.
    pub visitor: Visitor,
    /// What they are there.
    pub rank: Rank,
    /// From where.
    pub origin: Origin,
    /// What the path holds beside the server.
    pub path: E::Path,
    /// What stood behind the question mark.
    pub query: E::Query,
    /// What was sent.
    pub body: E::Body,
    /// What whoever asks has seen of what they change, where they say so (`If-Match`).
    pub base: Option<Base>,
    /// The key under which a repeat is known.
    pub repeat: Option<super::answer::Repeat>,
    /// The headers.
    pub headers: HeaderMap,
    /// By which door.
    pub door: Door,
    /// When it came.
    pub now: Timestamp,
    /// Whether something was changed for it.
    pub(super) written: Written,
}

/// One row of the table of routes.
pub struct Route {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Where it is.
    pub doors: Doors,
    /// For whom it is.
    pub who: Who,
    /// What a token needs; `None` for what no token opens, such as pages.
    pub scope: Scope,
    /// What it counts as.
    pub limit: Limit,
    /// The largest body, in bytes.
    pub largest_body: usize,
    /// Whether answers say `"success"`.
    pub says_success: bool,
    /// The requirements that ask for it.
    pub requirements: &'static [&'static str],
    /// Whether what it shows or changes has a revision.
    pub has_revision: bool,
    /// What is still to come where it answers 202; `None` where it never does.
    pub later: Option<&'static str>,
    /// Whether its forms may lead to Discord's own page.
    pub leads_to_discord: bool,
    /// What it takes and gives; `None` for pages.
    pub shape: Option<fn() -> Shape>,
    /// A request that would succeed.
    pub sample: fn(&Samples) -> Sample,
    /// Serves a request that has passed the gate.
    pub serve: fn(Web, Arrived) -> BoxFuture<'static, Response>,
}

/// What an endpoint takes and gives, for the document.
pub struct Shape {
    /// What may stand behind the question mark, as an object.
    pub query: RefOr<Schema>,
    /// The body.
    pub body: Option<RefOr<Schema>>,
    /// The answer.
    pub answer: Content,
    /// What these refer to, by name.
    pub named: Vec<(String, RefOr<Schema>)>,
}

/// What a route answers.
pub enum Content {
    /// JSON of this schema.
    Json(Box<RefOr<Schema>>),
    /// Something of this kind.
    Other(&'static str),
}

/// A stream of events that has no end.
const EVENTS: &str = "text/event-stream";

impl Shape {
    /// Of a stream of events.
    pub fn of_events<Q: ToSchema>() -> Self {
        Self::of_file::<Q>(EVENTS)
    }

    /// Of what answers something of a kind of its own.
    pub fn of_file<Q: ToSchema>(kind: &'static str) -> Self {
        let mut named = Vec::new();
        Q::schemas(&mut named);
        Self { query: Q::schema(), body: None, answer: Content::Other(kind), named }
    }
}

/// Nothing that counts: what takes no body or no query takes this, whatever stands in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Nothing {}

/// The largest body unless a route says otherwise.
pub const BODY: usize = 64 * 1024;

impl Route {
    /// What a row is where it says nothing else. Each row says its name, what it does, where it is, for whom, and what serves it.
    pub const PLAIN: Self = Self {
        name: "",
        about: "",
        doors: Doors::get(&[]),
        who: Who::Instance,
        scope: Scope::Read,
        limit: Limit::Reads,
        largest_body: BODY,
        says_success: false,
        requirements: &[],
        has_revision: false,
        later: None,
        leads_to_discord: false,
        shape: None,
        sample: |_| Sample::default(),
        serve: |_, _| Box::pin(async { StatusCode::NOT_FOUND.into_response() }),
    };

    /// The row of an endpoint.
    pub const fn of<E: Endpoint>() -> Self {
        Self {
            name: E::NAME,
            about: E::ABOUT,
            doors: E::DOORS,
            who: E::WHO,
            scope: E::SCOPE,
            limit: E::LIMIT,
            says_success: E::SUCCESS,
            requirements: E::REQUIREMENTS,
            has_revision: has_revision::<E>(),
            later: E::LATER,
            shape: Some(shape::<E>),
            sample: E::sample,
            serve: serve::<E>,
            ..Self::PLAIN
        }
    }

    /// Whether it is a stream of events.
    pub fn is_stream(&self) -> bool {
        self.shape.is_some_and(|shape| matches!(shape().answer, Content::Other(EVENTS)))
    }

    /// The same, whose forms may lead to Discord's own page.
    #[must_use]
    pub const fn leading_to_discord(self) -> Self {
        Self { leads_to_discord: true, ..self }
    }
}

const fn has_revision<E: Endpoint>() -> bool {
    E::REVISION.is_some() || E::REVISION_OF_ONE.is_some()
}

fn shape<E: Endpoint>() -> Shape {
    let mut named = Vec::new();
    E::Query::schemas(&mut named);
    E::Body::schemas(&mut named);
    E::Answer::schemas(&mut named);
    let takes_body = !matches!(E::DOORS.verb, Verb::Get | Verb::Delete);
    let answer = Content::Json(Box::new(E::Answer::schema()));
    Shape { query: E::Query::schema(), body: takes_body.then(E::Body::schema), answer, named }
}

fn serve<E: Endpoint>(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let is_sure = arrived.door != Door::Form || form_field(&arrived, SURE).is_some();
        let outcome = match Asked::<E>::of(&arrived) {
            Ok(asked) if is_sure => E::run(&web, asked).await,
            Ok(asked) => match E::question(&web, &asked).await {
                Ok(Some(asked)) => {
                    let names = web.mentioned(arrived.guild, vec![asked.clone()]).await;
                    return question(&web, &arrived, &names.text(&asked));
                }
                Ok(None) => E::run(&web, asked).await,
                Err(problem) => Err(problem),
            },
            Err(problem) => Err(problem),
        };
        respond::<E>(web, arrived, outcome).await
    })
}

impl<E: Endpoint> Asked<E> {
    /// The page of the same server from which a form was sent, where the browser says it: what is taken back is looked at where
    /// it was told.
    pub fn page_before(&self) -> Option<String> {
        let of_server = format!("/g/{}/", self.guild);
        open_page(&self.headers).filter(|page| self.door == Door::Form && page.starts_with(&of_server))
    }

    /// Reads a request; says which fields are wrong.
    fn of(arrived: &Arrived) -> Result<Self, Problem> {
        if !has_revision::<E>() && E::DOORS.verb != Verb::Get && arrived.headers.contains_key(IF_MATCH) {
            // Whoever relies on it must not believe that it was looked at.
            return Err(Problem::Unreadable(Sentence::words("This has no revision, so it takes no If-Match.")));
        }
        let path = E::Path::read(&arrived.params).ok_or(Problem::NotFound)?;
        let (query, sent) = (arrived.query.as_bytes(), &arrived.body);
        let (query, body) = match arrived.door {
            Door::Form => (read_form(query)?, read_form(sent)?),
            Door::Api | Door::Page => (read_query(query)?, read_json(sent)?),
        };
        Ok(Self {
            guild: arrived.guild,
            visitor: arrived.visitor.clone(),
            rank: arrived.rank,
            origin: arrived.origin,
            path,
            query,
            body,
            base: Base::of(arrived),
            repeat: super::answer::Repeat::of(arrived)?,
            headers: arrived.headers.clone(),
            door: arrived.door,
            now: arrived.now,
            written: arrived.written.clone(),
        })
    }
}
