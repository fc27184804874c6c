//! Streams of what is open to whoever has its address: an overlay by the secret in it, the queue of a server by its name.
//!
//! The address is the whole right. It opens the one part that is shown there, of its own server, whoever asks; and the stream
//! ends as soon as the address opens nothing any more, like one of somebody who lost a right.

use axum::http::HeaderValue;
use axum::http::header::REFERRER_POLICY;
use axum::response::Response;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Region;
use super::board::Part;
use super::places::Holder;
use super::rights::Right;
use super::stream::{Stream, respond};
use crate::features::public::model::PublicName;
use crate::features::public::queries;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Arrived, Doors, Route, Sample, Shape};
use crate::web::input::read_form;
use crate::web::pages::public::{Overlay, PUBLIC_QUEUE, SAMPLE_NAME, SAMPLE_SECRET, has_left};

/// The stream of an overlay.
pub(super) const OVERLAY: Route = Route {
    name: "stream.overlay",
    about: "Brings an overlay up to date for whoever has its address, as a stream of events that has no end.",
    doors: Doors::get(&["/o/{token}/{part}/live"]),
    who: Who::Anyone,
    shape: Some(Shape::of_events::<Known>),
    sample: |_| Sample {
        path: vec![("token", SAMPLE_SECRET.to_owned()), ("part", "now".to_owned())],
        ..Sample::default()
    },
    serve: serve_overlay,
    ..Route::PLAIN
};

/// The stream of the queue that everybody sees.
pub(super) const QUEUE: Route = Route {
    name: "stream.queue",
    about: "Brings the queue that everybody sees up to date, as a stream of events that has no end.",
    doors: Doors::get(&["/q/{name}/live"]),
    who: Who::Anyone,
    shape: Some(Shape::of_events::<Known>),
    sample: |_| Sample { path: vec![("name", SAMPLE_NAME.to_owned())], ..Sample::default() },
    serve: serve_queue,
    ..Route::PLAIN
};

/// What somebody has who asks.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct Known {
    /// The revision that was noted before the page was made.
    since: Option<String>,
}

/// An address that opens something of a server.
#[derive(Clone)]
pub(super) struct Opened {
    guild: GuildId,
    by: By,
}

/// What opens it.
#[derive(Clone)]
enum By {
    /// The secret that is known by this.
    Secret(Digest),
    /// The name of the queue.
    Name(PublicName),
}

impl Opened {
    /// The server.
    pub(super) const fn guild(&self) -> GuildId {
        self.guild
    }

    /// Who takes a place by it.
    pub(super) const fn holder(&self) -> Holder {
        match &self.by {
            By::Secret(digest) => Holder::Overlay(*digest),
            By::Name(_) => Holder::Stranger,
        }
    }

    /// Whether it still opens that.
    pub(super) async fn is_open(&self, web: &Web) -> Result<bool> {
        let Self { guild, by } = self.clone();
        let look = move |read: &dyn Read| match &by {
            By::Secret(digest) => queries::is_opened_by(read, guild, digest),
            By::Name(name) => queries::is_called(read, guild, name),
        };
        Ok(!has_left(web, guild) && web.look("open_address", look).await?)
    }
}

fn serve_overlay(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let opened = open_overlay(&web, &arrived).await;
        let mut response = respond(&web, &OVERLAY, opened);
        // The address is a secret.
        response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    })
}

fn serve_queue(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let opened = open_queue(&web, &arrived).await;
        respond(&web, &QUEUE, opened)
    })
}

async fn open_overlay(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let Overlay { digest, region, .. } = Overlay::of(arrived).ok_or(Problem::NotFound)?;
    let guild = web.look("overlay", move |read| queries::server_of_overlay(read, &digest)).await?;
    let opened = Opened { guild: guild.ok_or(Problem::NotFound)?, by: By::Secret(digest) };
    open(web, arrived, opened, region).await
}

async fn open_queue(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let name: Option<PublicName> = arrived.params.get("name").and_then(|name| name.parse().ok());
    let name = name.ok_or(Problem::NotFound)?;
    let called = name.clone();
    let guild = web.look("public_queue", move |read| queries::server_called(read, &called)).await?;
    let opened = Opened { guild: guild.ok_or(Problem::NotFound)?, by: By::Name(name) };
    open(web, arrived, opened, &PUBLIC_QUEUE).await
}

async fn open(web: &Web, arrived: &Arrived, opened: Opened, region: &'static Region) -> Result<Response, Problem> {
    let known: Known = read_form(arrived.query.as_bytes())?;
    let parts = vec![(opened.guild, Part::Region(region))];
    Stream::of_page(web, arrived, Right::Address(opened), known.since.as_deref(), parts).await
}
