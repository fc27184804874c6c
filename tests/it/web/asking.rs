//! How a route of the table is asked: by each of its doors, with its own sample.

use greenroom::web::endpoint::{Door, Route, Sample};
use greenroom::web::table::routes;
use reqwest::Method;
use serde_json::Value;

use super::person::{Answer, Person};

/// In which server something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Here,
    There,
}

/// What somebody is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Done,
    SignIn,
    NotHere,
    NotEnough,
}

/// One door of a route: a path, and how it is asked for.
#[derive(Clone, Copy)]
pub struct Asking {
    pub route: &'static Route,
    pub door: Door,
    pub path: &'static str,
}

impl Asking {
    /// All doors of all routes.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for route in routes() {
            all.extend(route.doors.paths.iter().map(|&path| Self { route, door: route.doors.door, path }));
            all.extend(route.doors.form.map(|form| Self { route, door: Door::Form, path: form.path }));
        }
        all
    }

    /// The first API door of a route.
    pub fn of_api(route: &'static Route) -> Self {
        Self { route, door: route.doors.door, path: route.doors.paths[0] }
    }

    /// What it is called in a report.
    pub fn named(self) -> String {
        let method = if self.door == Door::Form { "POST" } else { self.method_name() };
        format!("{} ({method} {})", self.route.name, self.path)
    }

    /// The method.
    pub fn method(self) -> Method {
        if self.door == Door::Form { Method::POST } else { self.route.doors.verb.method() }
    }

    /// The method of the route, whatever its door.
    pub fn method_name(self) -> &'static str {
        match self.route.doors.verb.method().as_str() {
            "GET" => "GET",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            _ => "POST",
        }
    }

    /// Whether its path names something beside the server.
    pub fn names_a_thing(self) -> bool {
        fields_of_path(self.path).any(|name| name != "server")
    }

    /// The address for a sample of this server.
    pub fn address(self, sample: &Sample, server: Server) -> String {
        let mut path = match server {
            Server::Here => self.path.to_owned(),
            Server::There => self.path.replace("{server}", "{other}"),
        };
        for (name, value) in &sample.path {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        if sample.query.is_empty() { path } else { format!("{path}?{}", sample.query) }
    }

    /// The answer to somebody who asks.
    pub async fn by(self, person: &Person<'_>, sample: &Sample, server: Server) -> Answer {
        let address = self.address(sample, server);
        match self.door {
            Door::Api => person.json(self.method(), &address, sample.body.as_ref().unwrap_or(&Value::Null)).await,
            Door::Page => person.get(&address).await,
            Door::Form => {
                let csrf = person.csrf().unwrap_or_default();
                let mut fields = fields(sample.body.as_ref());
                fields.push(("csrf".to_owned(), csrf));
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                person.post(&address, &fields).await
            }
        }
    }

    /// What an answer means.
    pub fn met(self, answer: &Answer) -> Expected {
        let says = |words: &str| answer.text().contains(words);
        let is_api = self.door == Door::Api;
        match answer.status {
            401 => Expected::SignIn,
            303 if !is_api && answer.location().starts_with("/sign-in?next=") => Expected::SignIn,
            403 if is_api && matches!(answer.code().as_deref(), Some("forbidden" | "out_of_scope")) => {
                Expected::NotEnough
            }
            403 if !is_api && (says("That is for ") || says("it lacks the scope")) => Expected::NotEnough,
            404 if is_api && answer.code().as_deref() == Some("not_found") => Expected::NotHere,
            404 if !is_api && says("There is nothing here, or not for you.") => Expected::NotHere,
            405 | 421 | 429 | 500.. => panic!("{}: {} {}", self.named(), answer.status, answer.text()),
            _ => Expected::Done,
        }
    }
}

/// The names in a path.
pub fn fields_of_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The body of a sample as a form sends it.
fn fields(body: Option<&Value>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (name, value) in body.and_then(Value::as_object).into_iter().flatten() {
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        for value in values.iter().filter(|value| !value.is_null()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields.push((name.clone(), text));
        }
    }
    fields
}
