//! What an open page asks for without being left: its content alone, when it is told of a change, and what a form comes to.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, REFERER, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use maud::Markup;

use super::answer::{is_known, is_page_of_ours};
use super::kept::{KEPT, SURE_PAGE};
use super::ui::components::Region;
use crate::kernel::digest::Digest;
use crate::kernel::text::hex;
use crate::store::Topic;

/// What an open page says when it asks for its content anew: that is answered alone, and takes no notices from whoever
/// opens a page meanwhile.
const PART: &str = "part";

/// What an open page says when it sends a form: its own address. Where the answer leads to another page, that one is opened by
/// itself afterwards.
const QUIET: &str = "quiet";

/// Whether a page is asked for only because the answer to a form led there: it is opened in a moment, and says then what is to
/// be said.
pub(super) fn is_passed_through(headers: &HeaderMap, address: &str) -> bool {
    let path_of = |address: &str| address.split('?').next().unwrap_or_default().to_owned();
    let open = headers.get(QUIET).map(|open| open.to_str().unwrap_or_default());
    open.is_some_and(|open| path_of(open) != path_of(address))
}

/// Whether a form is sent by an open page, which stays where it is.
pub(super) fn is_quiet(headers: &HeaderMap) -> bool {
    headers.contains_key(QUIET)
}

/// The page from which a form was sent, where the browser says it and the page is ours.
pub(super) fn open_page(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let of_referer = || text(REFERER.as_str())?.parse::<Uri>().ok()?.path_and_query().map(ToString::to_string);
    let page = text(QUIET).or_else(of_referer).filter(|page| is_page_of_ours(page)).map(|page| without_kept(&page));
    // A page that only asks is none that somebody wants to come back to.
    page.filter(|page| page != SURE_PAGE)
}

/// An address that shows no kept form.
fn without_kept(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let others = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != KEPT);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Whether somebody asks for the content alone.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    headers.contains_key(PART)
}

/// The content of a page, so that it is asked for anew when any of these topics changed; or so that it stays, in the same
/// place: then what is new only makes old news of what the page refused.
pub(super) fn following(topics: &[Topic], stays: bool, main: Markup) -> Markup {
    if topics.is_empty() {
        return main;
    }
    let topics: Vec<&str> = topics.iter().map(|topic| topic.name()).collect();
    Region { topics: &topics, is_held: stays, ..Region::shared("page") }.around(&main)
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
