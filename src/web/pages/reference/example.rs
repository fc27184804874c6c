//! A request that would succeed, as a line for a shell.

use crate::web::access::Who;
use crate::web::endpoint::{Route, Sample, Samples, Verb};

/// The server of examples, where whoever reads has none of their own.
pub(super) const SOME_SERVER: &str = "700000000000000005";

/// The line. `base` is the address that people open, `server` the server that stands in it.
pub(super) fn curl(route: &Route, base: &str, server: &str) -> String {
    let sample = (route.sample)(&Samples::example());
    let mut line = "curl".to_owned();
    let sends = sample.body.as_ref().filter(|_| route.doors.verb != Verb::Get);
    // With something to send curl takes POST by itself.
    match (route.doors.verb, sends) {
        (Verb::Get, _) | (Verb::Post, Some(_)) => {}
        (verb, _) => line.push_str(&format!(" -X {}", verb.method())),
    }
    if route.who != Who::Anyone {
        line.push_str(" -H \"Authorization: Bearer $TOKEN\"");
    }
    if let Some(body) = sends {
        line.push_str(&format!(" --json {}", quoted(&body.to_string())));
    }
    line.push_str(&format!(" {}", quoted(&format!("{base}{}", address(route, &sample, server)))));
    line
}

/// The path of a route with its parts filled in, and what stands behind the question mark.
fn address(route: &Route, sample: &Sample, server: &str) -> String {
    let path = route.doors.paths.first().copied().unwrap_or_default();
    let mut address = path.replace("{server}", server);
    for (name, value) in &sample.path {
        address = address.replace(&format!("{{{name}}}"), value);
    }
    if !sample.query.is_empty() {
        address.push_str(&format!("?{}", sample.query));
    }
    address
}

/// What stands in the path of an example.
pub(super) fn part(sample: &Sample, name: &str) -> String {
    sample.path.iter().find(|(of, _)| *of == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// What a field of the query has in an example.
pub(super) fn of_query(sample: &Sample, name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(sample.query.as_bytes());
    pairs.find(|(of, _)| of == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// A text that a shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
