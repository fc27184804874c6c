//! Trying a route out: a plain form with what its address needs, sent to a page that leads on to the address itself.

use axum::response::{IntoResponse, Redirect, Response};
use futures_util::future::BoxFuture;
use maud::{Markup, html};

use super::example;
use super::fields::FieldView;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Arrived, Doors, Route, Sample, Samples, Verb};
use crate::web::input::read_form;
use crate::web::openapi::{of_api, parts_of};
use crate::web::trouble::{Met, problem};
use crate::web::ui::components::{Button, Field};

/// The field that says which route is meant.
const ROUTE: &str = "route";

/// Leads to the address that a form of the page means.
pub const TRY: Route = Route {
    name: "reference.attempt",
    about: "Leads to an address of the API, made of what was filled in.",
    doors: Doors::page(&["/api/docs/try"]),
    who: Who::SignedIn,
    sample: |_| Sample { query: "route=instance.status", ..Sample::default() },
    serve,
    ..Route::PLAIN
};

/// Whether somebody can try a route by opening an address.
pub(super) fn can_be_tried(route: &Route) -> bool {
    route.doors.verb == Verb::Get
}

/// The form. `query` are the fields that may stand behind the question mark.
pub(super) fn form(route: &Route, query: &[FieldView], server: &str) -> Markup {
    let sample = (route.sample)(&Samples::example());
    let path = route.doors.paths.first().copied().unwrap_or_default();
    let value = |name: &str| if name == "server" { server.to_owned() } else { example::part(&sample, name) };
    let parts = parts_of(path).map(|name| (name, value(name)));
    html! {
        form method="get" action="/api/docs/try" {
            input type="hidden" name=(ROUTE) value=(route.name);
            @for (name, value) in parts { (field(route, name, &value, true)) }
            @for view in query {
                (field(route, &view.name, &example::of_query(&sample, &view.name), view.is_required))
            }
            (Button::plain("Open the answer"))
        }
    }
}

fn field(route: &Route, name: &str, value: &str, is_required: bool) -> Markup {
    // Other forms of the page have fields of the same names.
    let id = format!("{}-{name}", route.name);
    html! { (Field { id: Some(&id), value, is_required, ..Field::new(name, name) }) }
}

fn serve(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match read_form(arrived.query.as_bytes()).map(|typed: Vec<(String, String)>| address(&typed)) {
            Ok(Some(address)) => Redirect::to(&address).into_response(),
            Ok(None) => problem(&web, &Met::by(&arrived, TRY.who), &Problem::NotFound, TRY.name),
            Err(wrong) => problem(&web, &Met::by(&arrived, TRY.who), &wrong, TRY.name),
        }
    })
}

/// The address that is meant: always one of the table, whatever was typed.
fn address(typed: &[(String, String)]) -> Option<String> {
    let value = |name: &str| typed.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
    let name = value(ROUTE)?;
    let route = of_api().find(|route| route.name == name && can_be_tried(route))?;
    let path = route.doors.paths.first().copied()?;
    let mut address = path.to_owned();
    for part in parts_of(path) {
        address = address.replace(&format!("{{{part}}}"), &segment(value(part)?)?);
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let is_of_path = |name: &str| name == ROUTE || parts_of(path).any(|part| part == name);
    for (name, value) in typed.iter().filter(|(name, value)| !value.is_empty() && !is_of_path(name)) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    Some(if query.is_empty() { address } else { format!("{address}?{query}") })
}

/// What was typed as one part of a path, and never as more.
fn segment(typed: &str) -> Option<String> {
    let typed = typed.trim();
    if matches!(typed, "" | "." | "..") {
        return None;
    }
    let mut segment = String::with_capacity(typed.len());
    for byte in typed.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => segment.push(char::from(byte)),
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_filled_in_leads_to_an_address_of_the_table_and_nowhere_else() {
        let address = |typed: &[(&str, &str)]| {
            let typed: Vec<_> = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            address(&typed)
        };
        assert_eq!(address(&[("route", "instance.status")]).as_deref(), Some("/api/status"));
        let with_query = address(&[("route", "instance.status"), ("a", "1&b=2"), ("empty", "")]);
        assert_eq!(with_query.as_deref(), Some("/api/status?a=1%26b%3D2"));
        // What changes something is not tried by opening an address, and what is no route leads nowhere.
        for other in ["auth.login", "servers.page", "https://evil.example", ""] {
            assert_eq!(address(&[("route", other)]), None, "{other}");
        }
        assert_eq!(address(&[]), None);
    }

    #[test]
    fn what_was_typed_stays_one_part_of_the_path() {
        assert_eq!(segment(" 700000000000000005 ").as_deref(), Some("700000000000000005"));
        assert_eq!(segment("../a b?c#d%").as_deref(), Some("..%2Fa%20b%3Fc%23d%25"));
        assert_eq!(segment("é").as_deref(), Some("%C3%A9"));
        assert!(segment("").is_none() && segment(" ").is_none() && segment("..").is_none() && segment(".").is_none());
    }

    #[test]
    fn no_field_of_a_route_is_called_like_the_one_that_says_which_route_is_meant() {
        for route in of_api() {
            let query = route.shape.map(|shape| serde_json::to_value(shape().query).unwrap()).unwrap_or_default();
            assert_eq!(query["properties"].get(ROUTE), None, "{}", route.name);
            assert!(route.doors.paths.iter().all(|path| parts_of(path).all(|part| part != ROUTE)), "{}", route.name);
        }
    }
}
