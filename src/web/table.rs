//! Every address, once. The router is made of it, and there is no other.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{ACCEPT, ALLOW};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;
use futures_util::FutureExt;
use tower_http::compression::CompressionLayer;

use super::access::Visitor;
use super::answer::{Problem, is_page_of_ours, told};
use super::endpoint::{Door, Route};
use super::headers::{Leads, guard};
use super::kept::{KEPT, filled_in};
use super::pages::set_up::PATH as SET_UP;
use super::trouble::{self, Met};
use super::{Web, api, gate, pages, push};
use crate::kernel::error::Error;

/// All routes.
pub static ROUTES: &[&[Route]] = &[api::ROUTES, pages::ROUTES, push::ROUTES];

/// All routes, in one row.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().copied().flatten()
}

/// What is done at one path, by method.
type AtPath = Vec<(Method, &'static Route, Door)>;

/// What is done at each path.
fn paths() -> BTreeMap<&'static str, AtPath> {
    let mut paths: BTreeMap<&'static str, AtPath> = BTreeMap::new();
    for route in routes() {
        for path in route.doors.paths {
            paths.entry(path).or_default().push((route.doors.verb.method(), route, route.doors.door));
        }
        if let Some(form) = route.doors.form {
            paths.entry(form.path).or_default().push((Method::POST, route, Door::Form));
        }
    }
    paths
}

/// The router of all routes.
pub fn router(web: &Web) -> Router {
    let mut router = Router::new();
    for (path, at_path) in paths() {
        let depth = page_above(path).map(depth_of);
        let (web, at_path) = (web.clone(), std::sync::Arc::new(at_path));
        let serve = move |request: Request| {
            let (web, at_path) = (web.clone(), std::sync::Arc::clone(&at_path));
            async move { dispatch(web, &at_path, depth, request).await }
        };
        router = router.route(path, any(serve));
    }
    let elsewhere = web.clone();
    let router = router.fallback(move |request: Request| {
        let web = elsewhere.clone();
        async move { nowhere(&web, request).await }
    });
    // What is pushed is left as it is: a stream that is packed waits for more.
    router.layer(CompressionLayer::new().gzip(true))
}

/// The page that stands above an address: that of the form that is sent there.
fn page_above(path: &'static str) -> Option<&'static str> {
    let is_page =
        |path: &str| routes().any(|route| route.doors.door == Door::Page && route.doors.paths.contains(&path));
    let above = |path: &'static str| match path.rsplit_once('/') {
        Some(("", "")) | None => None,
        Some(("", _)) => Some("/"),
        Some((above, _)) => Some(above),
    };
    std::iter::successors(above(path), |path| above(path)).find(|path| is_page(path))
}

/// How many parts an address has.
fn depth_of(path: &str) -> usize {
    path.split('/').filter(|part| !part.is_empty()).count()
}

/// The page to which somebody is led who opens the address of a form by hand: the one above it, of so many parts. A form that is
/// kept is shown there.
fn page_of_a_form(at_path: &AtPath, depth: usize, asked: &Parts) -> Option<String> {
    let is_look = matches!(asked.method, Method::GET | Method::HEAD);
    let is_form = at_path.iter().all(|(_, _, door)| *door == Door::Form);
    let accepts = asked.headers.get(ACCEPT).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    if !is_look || !is_form || !accepts.contains("text/html") {
        return None;
    }
    let parts: Vec<&str> = asked.uri.path().split('/').filter(|part| !part.is_empty()).take(depth).collect();
    let page = format!("/{}", parts.join("/"));
    let query = asked.uri.query().unwrap_or_default();
    let kept = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == KEPT);
    let page = kept.map_or_else(|| page.clone(), |(_, name)| filled_in(&page, &name));
    Some(page).filter(|page| is_page_of_ours(page))
}

async fn dispatch(web: Web, at_path: &AtPath, depth: Option<usize>, request: Request) -> Response {
    let is_head = request.method() == Method::HEAD;
    let method = if is_head { &Method::GET } else { request.method() };
    let found = at_path.iter().find(|(of, _, _)| of == method);
    let is_way_to_discord = web.settings.oauth.is_some() && at_path.iter().any(|(_, route, _)| route.leads_to_discord);
    let discord = is_way_to_discord.then(|| web.bot.rest.base().to_owned());
    let leads = discord.as_deref().map_or(Leads::Nowhere, Leads::ToDiscord);
    let is_https = web.settings.is_https();
    let mut response = match found {
        Some((_, route, door)) => {
            let passed = unless_it_panics(gate::pass(web.clone(), route, *door, request)).await;
            passed.unwrap_or_else(|problem| broken(&web, route, *door, &problem))
        }
        None => other_method(&web, at_path, depth, request).await,
    };
    guard(response.headers_mut(), leads, is_https);
    // The body of an answer to HEAD is left out on the way; its headers are those of GET.
    response
}

/// A panic ends the request that met it, and nothing else; its place is in the log by then.
async fn unless_it_panics(passing: impl Future<Output = Response>) -> Result<Response, Problem> {
    AssertUnwindSafe(passing).catch_unwind().await.map_err(|payload| {
        let words = words_of(payload.as_ref()).unwrap_or("without words");
        Error::failed(format!("a panic: {words}")).into()
    })
}

fn words_of(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// Tells what broke so that nothing is known any more of whoever asked.
fn broken(web: &Web, route: &Route, door: Door, problem: &Problem) -> Response {
    match door {
        Door::Api => told(web, problem, route.name, route.says_success),
        Door::Page | Door::Form => {
            trouble::problem(web, &Met::nowhere(&Visitor::Nobody, &HeaderMap::new()), problem, route.name)
        }
    }
}

async fn other_method(web: &Web, at_path: &AtPath, depth: Option<usize>, request: Request) -> Response {
    let mut methods: Vec<&str> = at_path.iter().map(|(method, _, _)| method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    let allowed = methods.join(", ");
    let (parts, _) = request.into_parts();
    let mut response = match gate::arrive(&web.settings, &web.limits, &parts) {
        Err(problem) => return rejected(web, &parts, &problem),
        Ok(_) if parts.method == Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        Ok(_) => match depth.and_then(|depth| page_of_a_form(at_path, depth, &parts)) {
            Some(page) => return Redirect::to(&page).into_response(),
            None => served_by_nobody(web, &parts, &Problem::Method(allowed.clone()), "http.method").await,
        },
    };
    if let Ok(allowed) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// What is asked for where nothing is.
async fn nowhere(web: &Web, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = match gate::arrive(&web.settings, &web.limits, &parts) {
        Err(problem) => rejected(web, &parts, &problem),
        Ok(_) if is_of_set_up(&parts) => Redirect::to(SET_UP).into_response(),
        Ok(_) => match without_slash(&parts) {
            Some(to) => Redirect::permanent(&to).into_response(),
            None => served_by_nobody(web, &parts, &Problem::NotFound, "http.nowhere").await,
        },
    };
    guard(response.headers_mut(), Leads::Nowhere, web.settings.is_https());
    response
}

/// Answers a request that is not let in. Nobody looks who asks: that is work, and they may ask as often as they like.
fn rejected(web: &Web, parts: &Parts, problem: &Problem) -> Response {
    let met = Met::nowhere(&Visitor::Nobody, &parts.headers);
    if is_api(parts) {
        told(web, problem, "http.arrive", false)
    } else {
        trouble::problem(web, &met, problem, "http.arrive")
    }
}

/// Answers a request that no route serves: programs as JSON, people by a page.
async fn served_by_nobody(web: &Web, parts: &Parts, problem: &Problem, doing: &str) -> Response {
    if is_api(parts) {
        return told(web, problem, doing, false);
    }
    let visitor = web.visitor(parts, web.bot.clock.now()).await.unwrap_or(Visitor::Nobody);
    trouble::problem(web, &Met::nowhere(&visitor, &parts.headers), problem, doing)
}

fn is_api(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/api/")
}

/// Whether somebody looks for a page that sets Greenroom up, or sends its form, when it is set up already.
fn is_of_set_up(parts: &Parts) -> bool {
    parts.uri.path().strip_prefix(SET_UP).is_some_and(|rest| rest.starts_with('/'))
}

/// The address without the slash at its end, which leads to the same.
fn without_slash(parts: &Parts) -> Option<String> {
    let (path, query) = (parts.uri.path(), parts.uri.query());
    let bare = path.strip_suffix('/').filter(|bare| !bare.ends_with('/'))?;
    let is_look = matches!(parts.method, Method::GET | Method::HEAD);
    let to = query.map_or_else(|| bare.to_owned(), |query| format!("{bare}?{query}"));
    Some(to).filter(|to| is_look && is_page_of_ours(to))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::access::{Limit, Who};
    use crate::web::endpoint::Freshness;

    #[test]
    fn every_route_has_a_name_of_its_own_and_no_address_twice() {
        let mut names = BTreeSet::new();
        for route in routes() {
            assert!(names.insert(route.name), "{}", route.name);
            assert!(route.about.ends_with('.'), "{}: {}", route.name, route.about);
            let (feature, verb) = route.name.split_once('.').expect(route.name);
            let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_word(feature) && is_word(verb), "{}", route.name);
        }
        for (path, at_path) in paths() {
            let methods: BTreeSet<_> = at_path.iter().map(|(method, _, _)| method.as_str()).collect();
            assert_eq!(methods.len(), at_path.len(), "{path}");
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_like_anything_else_that_broke() {
        let panics: [fn(); 3] = [|| panic!("a mistake"), || panic!("mistake {}", 7), || std::panic::panic_any(7)];
        for panics in panics {
            let passing = async move {
                panics();
                StatusCode::OK.into_response()
            };
            let problem = unless_it_panics(passing).await.unwrap_err();
            assert_eq!((problem.status(), problem.code()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
        }
        let passed = unless_it_panics(async { StatusCode::NO_CONTENT.into_response() }).await;
        assert_eq!(passed.unwrap().status(), StatusCode::NO_CONTENT);
    }

    #[test]
    fn what_is_of_a_server_has_it_in_its_path_and_what_has_it_is_held_to_its_people() {
        for route in routes() {
            let form = route.doors.form.map(|form| form.path);
            for path in route.doors.paths.iter().copied().chain(form) {
                assert_eq!(path.contains("{server}"), route.who.is_of_a_guild(), "{path}");
            }
        }
    }

    #[test]
    fn every_page_names_what_is_pushed_to_it_or_says_why_nothing_is() {
        for route in routes() {
            match route.doors.freshness {
                Freshness::NoPage | Freshness::Pushed => {}
                Freshness::Still(why) => assert!(why.ends_with('.'), "{}: {why}", route.name),
                Freshness::Unsaid => panic!("{} has neither REGIONS nor HINTS nor STILL", route.name),
            }
        }
    }

    #[test]
    fn the_address_of_every_form_has_a_page_above_it() {
        for form in routes().filter_map(|route| route.doors.form) {
            assert!(page_above(form.path).is_some(), "{}", form.path);
        }
        assert_eq!(page_above("/g/{server}/desk/changes/{change}/undo"), Some("/g/{server}/desk"));
        assert_eq!(page_above("/g/{server}/members/{member}/coins"), Some("/g/{server}/members/{member}"));
    }

    #[test]
    fn what_changes_something_is_counted() {
        for route in routes().filter(|route| route.doors.verb.method() != Method::GET && route.who != Who::Anyone) {
            assert!(!matches!(route.limit, Limit::Reads | Limit::Free), "{}", route.name);
        }
    }
}
