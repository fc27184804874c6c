//! Styles and scripts, below an address that changes with them: kept by browsers for a year.

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;

use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Problem, told};
use crate::web::assets::{Assets, STYLES};
use crate::web::endpoint::{Arrived, Doors, Route, Sample};

const YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// An old tab gets today's file, and asks again next time.
const TODAY: HeaderValue = HeaderValue::from_static("no-cache");

/// A file that somebody opens as a page may nothing at all. What a page may do with it, the page's own policy says; so these
/// are short, as they go with each of the files that a first visit fetches.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
);

/// Each file by its name.
pub const ROUTE: Route = Route {
    name: "pages.asset",
    about: "Gives a style or a script of the pages.",
    doors: Doors::page(&["/assets/{digest}/{name}"]),
    who: Who::Anyone,
    limit: Limit::Free,
    sample: |_| Sample { path: vec![("digest", "today".to_owned()), ("name", STYLES.to_owned())], ..Sample::default() },
    serve,
    ..Route::PLAIN
};

fn serve(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move { asset(&web, &arrived) })
}

fn asset(web: &Web, arrived: &Arrived) -> Response {
    let part = |name: &str| arrived.params.get(name).map(String::as_str).unwrap_or_default();
    let found = answer(&web.assets, part("digest"), part("name"), &arrived.headers);
    found.unwrap_or_else(|| told(web, &Problem::NotFound, ROUTE.name, false))
}

/// A file below an address, for whoever asks with these headers.
pub fn answer(assets: &Assets, digest: &str, name: &str, asked: &HeaderMap) -> Option<Response> {
    let found = assets.find(digest, name)?;
    let accepted = asked.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts_gzip = accepted.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip"));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(found.asset.content_type)),
        (CACHE_CONTROL, if found.is_todays { YEAR } else { TODAY }),
        (VARY, HeaderValue::from_static("accept-encoding")),
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(), microphone=()")),
    ];
    Some(match &found.asset.gzip {
        Some(packed) if accepts_gzip => {
            let coding = [(CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
            (StatusCode::OK, headers, coding, packed.clone()).into_response()
        }
        _ => (StatusCode::OK, headers, found.asset.bytes.clone()).into_response(),
    })
}
