//! The program itself: how it is, and what can be asked of it (`T-API-36`); and what the operator may do to it, a file for
//! each subject.

pub mod backups;
pub mod health;
pub mod log;
pub mod presence;
pub mod restore;
pub mod servers;
pub mod settings;

use axum::http::StatusCode;
use axum::response::Response;
use futures_util::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::error::Result;
use crate::signin::scope::Scope;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, plain_json};
use crate::web::endpoint::{Arrived, Asked, Doors, Endpoint, Nothing, Route};
use crate::web::{Web, openapi};

/// How the program is.
pub struct Status;

/// How the program is, as anybody may know it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusView {
    /// Whether it runs.
    pub online: bool,
    /// For how many seconds.
    pub uptime_seconds: u64,
    /// Its version.
    pub version: &'static str,
    /// In how many servers it is; for those who are signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub servers: Option<usize>,
}

impl Endpoint for Status {
    const NAME: &'static str = "instance.status";
    const ABOUT: &'static str = "Tells whether Greenroom runs, and since when.";
    const DOORS: Doors = Doors::get(&["/api/status"]);
    const WHO: Who = Who::Anyone;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-36"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = StatusView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<StatusView>, Problem> {
        let is_known = asked.visitor.somebody().is_some();
        let status = StatusView {
            online: true,
            uptime_seconds: asked.now.since(web.started).as_secs(),
            version: env!("CARGO_PKG_VERSION"),
            servers: is_known.then(|| web.bot.standings.count_guilds()),
        };
        Ok(status.into())
    }
}

/// The document of the API.
pub const DOCUMENT: Route = Route {
    name: "instance.openapi",
    about: "Gives this document.",
    doors: Doors::get(&["/api/openapi.json"]),
    who: Who::Anyone,
    serve: document,
    ..Route::PLAIN
};

fn document(web: Web, _: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move { plain_json(StatusCode::OK, &openapi::document(&web.settings.link(""))) })
}
