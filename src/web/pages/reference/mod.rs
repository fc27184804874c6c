//! `/api/docs`: what can be asked of this Greenroom, for people: the document of the API as pages, one for each subject, with a
//! line for a shell for each route, and for whoever is signed in a form that opens the answer. The first page lists all routes
//! and leads to theirs, so that no page grows with the API as a whole.
//!
//! They are made of the table of routes, as the document is, so nothing is on them that is not there, and nothing is missing.

mod attempt;
mod errors;
mod example;
mod fields;

pub use attempt::TRY;

use std::str::FromStr;

use maud::{Markup, html};
use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};

use self::errors::{About, errors};
use self::fields::{FieldView, fields_of};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Content, Nothing, Route, Sample, Samples, Shape};
use crate::web::openapi::{TAGS, Tag, limit, of_api, parts_of, tag_of};
use crate::web::page::{Page, Seen, Shown, servers_of};
use crate::web::segments::{One, Segment};
use crate::web::ui::components::{Cell, Row, Table, code};

/// What all subjects are below.
const PATH: &str = "/api/docs";
/// What the pages about errors are called in their addresses, and as people read it: those of the economy have one of their own,
/// because all of them together weigh more than a page may.
const ERRORS: [(&str, &str, About); 2] =
    [("errors", "Errors", About::All), ("errors-economy", "Errors of the economy", About::Economy)];
/// Why nothing is pushed to these pages.
const STAYS: &str = "It tells of the program that runs, and that stays as it is.";

/// The first page: what holds for all of it, and what there is.
pub struct ReferencePage;

/// The page of one subject.
pub struct SubjectPage;

/// What a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The routes of this tag.
    Routes(&'static Tag),
    /// What is answered in place of what was asked for, with the heading.
    Errors(About, &'static str),
}

impl Segment for Subject {
    const NAME: &'static str = "subject";
}

impl FromStr for Subject {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        if let Some((_, title, about)) = ERRORS.into_iter().find(|(known, ..)| *known == name) {
            return Ok(Self::Errors(about, title));
        }
        chapters().find(|(tag, _)| tag.name == name).map(|(tag, _)| Self::Routes(tag)).ok_or(())
    }
}

/// Each subject that has routes, with these.
fn chapters() -> impl Iterator<Item = (&'static Tag, Vec<&'static Route>)> {
    TAGS.iter().map(|tag| (tag, routes_of(tag))).filter(|(_, routes)| !routes.is_empty())
}

fn routes_of(tag: &Tag) -> Vec<&'static Route> {
    of_api().filter(|route| tag_of(route.name) == tag.name).collect()
}

/// For whom a page is drawn.
struct Reader {
    /// The address that people open.
    base: String,
    /// The server that stands in the examples.
    server: String,
    /// Whether they can try what is there.
    is_signed_in: bool,
}

impl Page for ReferencePage {
    const NAME: &'static str = "reference.page";
    const ABOUT: &'static str = "Tells what can be asked of this Greenroom by programs.";
    const PATHS: &'static [&'static str] = &[PATH];
    const WHO: Who = Who::Anyone;
    const STILL: Option<&'static str> = Some(STAYS);

    type Path = ();
    type Query = Nothing;

    async fn show(_: &Web, _: &Seen<Self>) -> Result<Shown, Problem> {
        Ok(Shown::new("API", overview()))
    }
}

impl Page for SubjectPage {
    const NAME: &'static str = "reference.subject_page";
    const ABOUT: &'static str = "Tells of the routes of one subject, or of the errors.";
    const PATHS: &'static [&'static str] = &["/api/docs/{subject}"];
    const WHO: Who = Who::Anyone;
    const STILL: Option<&'static str> = Some(STAYS);

    type Path = One<Subject>;
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample { path: vec![("subject", "instance".to_owned())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let One(subject) = seen.path;
        let crumbs = vec![(PATH.to_owned(), "API".to_owned())];
        let tag = match subject {
            Subject::Routes(tag) => tag,
            Subject::Errors(about, title) => return Ok(Shown { crumbs, ..Shown::new(title, errors(about)) }),
        };
        let first = servers_of(web, &seen.visitor).into_iter().next();
        let reader = Reader {
            base: web.settings.link(""),
            server: first.map_or_else(|| example::SOME_SERVER.to_owned(), |(id, _)| id.to_string()),
            is_signed_in: seen.visitor.somebody().is_some(),
        };
        Ok(Shown { crumbs, ..Shown::new(tag.title, chapter(tag, &reader)) })
    }
}

/// Every route in a line, below its subject.
fn overview() -> Markup {
    html! {
        (opening())
        @for (tag, routes) in chapters() {
            section.card.reference id=(tag.name) {
                h2 { a href={ (PATH) "/" (tag.name) } { (tag.title) } }
                p { (ticked(tag.about)) }
                ul {
                    @for route in routes {
                        li { a href={ (PATH) "/" (tag.name) "#" (route.name) } { (asked_at(route)) } }
                    }
                }
            }
        }
        @for (name, title, _) in ERRORS {
            section.card.reference id=(name) {
                h2 { a href={ (PATH) "/" (name) } { (title) } }
                p { "What is answered in place of what was asked for, by its code." }
            }
        }
    }
}

/// The routes of a subject.
fn chapter(tag: &Tag, reader: &Reader) -> Markup {
    html! {
        section.reference {
            p { (ticked(tag.about)) }
            h2 { "Requests" }
            @for route in routes_of(tag) { (entry(route, reader)) }
        }
    }
}

/// By which method a route is asked, and where.
fn asked_at(route: &Route) -> Markup {
    html! { code { (route.doors.verb.method().as_str()) " " (route.doors.paths.first().copied().unwrap_or_default()) } }
}

/// What holds for all of it.
fn opening() -> Markup {
    html! {
        section.card.reference {
            p {
                "Programs show a token, which is made under " a href="/me/sessions" { "your sessions" } ": "
                code { "Authorization: Bearer gr_…" } ". The lines below take it from " code { "$TOKEN" } ". A token may what \
                it was made for, and never more than whoever made it may at that moment."
            }
            p {
                "Ids of Discord are strings, moments are RFC 3339 in UTC, amounts are numbers. Lists take " code { "after" }
                " and answer " code { "next" } " where there is more. A change with an " code { "Idempotency-Key" }
                " is done once, however often it is sent within a day. Where an answer has an " code { "ETag" }
                ", a change takes it as " code { "If-Match" } " and is refused where somebody else was faster."
            }
            p { "For tools: " a href="/api/openapi.json" { "openapi.json" } ", OpenAPI 3.1." }
        }
    }
}

/// A route.
fn entry(route: &Route, reader: &Reader) -> Markup {
    let shape = route.shape.map(|shape| shape());
    let told = Described::of(route, shape.as_ref());
    html! {
        article.card id=(route.name) {
            h3 { a href={ "#" (route.name) } { (asked_at(route)) } }
            p { (ticked(route.about)) }
            (facts(route))
            (table("In the address", &told.address))
            (table("Body", &told.body))
            (table("Answer", &told.answer))
            p.hint { "For example" }
            (code(&example::curl(route, &reader.base, &reader.server)))
            @if reader.is_signed_in && attempt::can_be_tried(route) {
                details { summary { "Try it" } (attempt::form(route, &told.query, &reader.server)) }
            }
        }
    }
}

fn facts(route: &Route) -> Markup {
    let also = route.doors.paths.iter().skip(1);
    html! {
        dl {
            @for path in also { div { dt { "Also at" } dd { code { (path) } } } }
            div { dt { "For" } dd { (route.who.in_words()) } }
            @if route.who != Who::Anyone { div { dt { "A token needs" } dd { code { (route.scope.to_string()) } } } }
            div { dt { "Limit" } dd { (limit(route.limit)) } }
        }
    }
}

/// What a route takes and gives, field by field.
struct Described {
    address: Vec<FieldView>,
    query: Vec<FieldView>,
    body: Vec<FieldView>,
    answer: Vec<FieldView>,
}

impl Described {
    fn of(route: &Route, shape: Option<&Shape>) -> Self {
        let named = shape.map(named).unwrap_or_default();
        let fields = |schema: Option<Value>| fields_of(&schema.unwrap_or_default(), &named);
        let query = fields(shape.map(|shape| as_json(&shape.query)));
        let path = route.doors.paths.first().copied().unwrap_or_default();
        let parts = parts_of(path)
            .map(|name| field(name, "string", if name == "server" { "The id of the server." } else { "" }));
        let answer = shape.and_then(|shape| match &shape.answer {
            Content::Json(schema) => Some(as_json(schema)),
            Content::Other(_) => None,
        });
        let success = route.says_success.then(|| field("success", "boolean", "`true`."));
        Self {
            address: parts.chain(query.clone()).collect(),
            body: fields(shape.and_then(|shape| shape.body.as_ref()).map(as_json)),
            answer: success.into_iter().chain(fields(answer)).collect(),
            query,
        }
    }
}

fn field(name: &str, kind: &str, about: &str) -> FieldView {
    FieldView { name: name.to_owned(), kind: kind.to_owned(), is_required: true, about: about.to_owned() }
}

fn named(shape: &Shape) -> Map<String, Value> {
    shape.named.iter().map(|(name, schema)| (name.clone(), as_json(schema))).collect()
}

fn as_json(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

fn table(caption: &'static str, fields: &[FieldView]) -> Markup {
    let row = |field: &FieldView| Row {
        id: None,
        cells: vec![
            Cell::words(caption, html! { code { (field.name) } }),
            Cell::words(
                "Type",
                html! { (ticked(&field.kind)) @if !field.is_required { span.hint { ", may be missing" } } },
            ),
            Cell::words("What it is", ticked(&field.about)),
        ],
    };
    html! { (Table::new(caption, None, fields.iter().map(row))) }
}

/// A text in which what stands between backticks is to be typed letter by letter.
fn ticked(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests;
