//! The content of a page as a part of it: an open page that is told of a change asks for that alone.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::answer::is_known;
use super::ui::components::Region;
use crate::kernel::digest::Digest;
use crate::kernel::text::hex;
use crate::store::Topic;

/// What an open page says when it asks for its content anew: that is answered alone, and takes no notices from whoever
/// opens a page meanwhile.
const PART: &str = "part";

/// Whether somebody asks for the content alone.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    headers.contains_key(PART)
}

/// The content of a page, so that it is asked for anew when any of these topics changed; or so that it stays, in the same
/// place.
pub(super) fn following(topics: &[Topic], stays: bool, main: Markup) -> Markup {
    if topics.is_empty() {
        return main;
    }
    if stays {
        return html! { div.region { (main) } };
    }
    let topics: Vec<&str> = topics.iter().map(|topic| topic.name()).collect();
    Region { topics: &topics, ..Region::shared("page") }.around(&main)
}

/// The content of a page alone. Its tag is of what is seen: not of the chance that its forms are sealed with.
pub(super) fn response(headers: &HeaderMap, main: &Markup, seals: [&str; 2]) -> Response {
    let main = main.clone().into_string();
    let seen = seals.iter().fold(main.clone(), |seen, seal| seen.replace(seal, ""));
    let tag = format!("W/\"{}\"", hex(Digest::of(seen.as_bytes()).bytes()));
    let about = [
        (ETAG, HeaderValue::try_from(&tag).unwrap_or(HeaderValue::from_static("W/\"\""))),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (VARY, HeaderValue::from_static("cookie, part")),
    ];
    if is_known(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let content_type = [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    (StatusCode::OK, about, content_type, main).into_response()
}
