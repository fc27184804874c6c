//! Overlays for OBS: one part each, on a ground that is seen through. Whoever has the secret address sees them, and nobody
//! else; a wrong one is answered as if nothing were there.

use axum::http::header::{HeaderName, REFERRER_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::future::BoxFuture;
use maud::Markup;

use super::view;
use crate::features::public::queries::server_of_overlay;
use crate::kernel::digest::SecretBytes;
use crate::kernel::error::Result;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::Problem;
use crate::web::endpoint::{Arrived, BODY, Doors, Route, Sample};
use crate::web::music::board::{look, now, progress};
use crate::web::page::{html_response, problem};
use crate::web::ui::layout::overlay;

/// So often, in seconds, an overlay is drawn anew where nothing tells it that there is something new.
const AGAIN: HeaderValue = HeaderValue::from_static("5");

/// The overlays.
pub const ROUTE: Route = Route {
    name: "public.overlay",
    about: "Shows one part of the live's queue on a ground that is seen through, for OBS.",
    doors: Doors::page(&["/o/{token}", "/o/{token}/{part}"]),
    who: Who::Anyone,
    scope: Scope::Read,
    limit: Limit::Reads,
    largest_body: BODY,
    says_success: false,
    requirements: &[],
    leads_to_discord: false,
    shape: None,
    sample: |_| Sample {
        path: vec![("token", "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk".to_owned()), ("part", "now".to_owned())],
        ..Sample::default()
    },
    serve,
};

fn serve(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match shown(&web, &arrived).await {
            Ok(part) => document(&web, &part),
            Err(wrong) => problem(&web, &arrived.visitor, "/", &wrong, ROUTE.name),
        }
    })
}

fn document(web: &Web, part: &Markup) -> Response {
    let mut response = html_response(StatusCode::OK, overlay(&web.assets, "Greenroom", None, part));
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("refresh"), AGAIN);
    // The address is a secret.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn shown(web: &Web, arrived: &Arrived) -> Result<Markup, Problem> {
    let secret = arrived.params.get("token").and_then(|token| SecretBytes::parse(token)).ok_or(Problem::NotFound)?;
    let part = Part::called(arrived.params.get("part").map_or("now", String::as_str)).ok_or(Problem::NotFound)?;
    let digest = secret.digest();
    let draw = move |read: &dyn Read| {
        let Some(guild) = server_of_overlay(read, &digest)? else { return Ok(None) };
        let markup = match part {
            Part::Now => view::now(now(read, guild)?.as_ref()),
            Part::Next => view::next(&look(read, guild, None)?),
            Part::Queue => view::queue(&look(read, guild, None)?),
            Part::Goal => view::goal(progress(read, guild)?.as_ref()),
        };
        Ok(Some(markup))
    };
    web.look("overlay", draw).await?.ok_or(Problem::NotFound)
}

/// What an overlay shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Now,
    Next,
    Queue,
    Goal,
}

impl Part {
    fn called(name: &str) -> Option<Self> {
        match name {
            "now" => Some(Self::Now),
            "next" => Some(Self::Next),
            "queue" => Some(Self::Queue),
            "goal" => Some(Self::Goal),
            _ => None,
        }
    }
}
