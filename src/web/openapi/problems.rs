//! What can go wrong, for the document of the API and its page: which statuses a route answers, and which codes come with
//! them.
#![expect(clippy::indexing_slicing, reason = "fields of JSON objects that are made here")]

use serde_json::{Map, Value, json};

use crate::web::access::{Limit, Who};
use crate::web::answer::status_of;
use crate::web::endpoint::{Route, Verb};
use crate::web::refusals;

/// A code that an error can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The status that comes with it.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// What it means; of a refusal its sentence, with slots for what differs.
    pub text: &'static str,
}

/// What is answered by the web itself, whatever was asked for.
const OWN: &[Known] = &[
    known(400, "unreadable", "The request cannot be read: its JSON is none, it broke off, or it came too slowly."),
    known(401, "unauthenticated", "Nobody knows who asks: there is no token and no session, or it has ended."),
    known(401, "invalid_token", "The token that was shown is none of ours, has expired, or was taken away."),
    known(403, "csrf_failed", "A browser's change came from elsewhere, or without a good X-CSRF-Token."),
    known(403, "forbidden", "The right is missing."),
    known(403, "out_of_scope", "The right is there, but the token was not made for that."),
    known(
        403,
        "proof_needed",
        "It asks for a fresh proof of who asks; POST /api/auth/prove gives one that counts for ten minutes.",
    ),
    known(404, "not_found", "There is nothing there, or not for whoever asks: both are answered alike."),
    known(405, "method_not_allowed", "The address takes other methods, which the header Allow names."),
    known(412, "stale", "It is not any more what If-Match says; details.revision is the present revision."),
    known(413, "too_large", "The body is larger than this address takes."),
    known(421, "wrong_host", "The request is for a name under which this Greenroom does not answer."),
    known(
        422,
        "validation_failed",
        "Fields are not as they have to be; details.fields says of each what is wrong, and details.candidates who could be meant.",
    ),
    known(429, "rate_limited", "It was asked too often. Retry-After says for how many seconds to wait."),
    known(500, "internal", "Something broke. It is in the log under the id of the error."),
    known(503, "busy", "Too many are here at once. Retry-After says for how many seconds to wait."),
    known(
        503,
        "discord_unavailable",
        "Discord does not answer, or has not named the servers of the bot yet after a start, so nobody knows what whoever \
         asks may do. Retry-After says for how many seconds to wait.",
    ),
    known(
        503,
        "discord_went_away",
        "What was sent is stored, but Discord did not answer after that. Asked once more it would be done twice.",
    ),
    known(503, "store_stopped", "Nothing can be stored any more, as on a full disk; looking things up goes on."),
];

/// A status that the document names, and what it means of every route.
struct Named {
    status: u16,
    name: &'static str,
    about: &'static str,
}

const NAMED: &[Named] = &[
    named(400, "Unreadable", "The request cannot be read."),
    named(401, "Unauthenticated", "Nobody knows who asks."),
    named(403, "Forbidden", "Whoever asks may not."),
    named(404, "NotFound", "It is not there, or not for whoever asks."),
    named(409, "Conflict", "It would be possible, but not as things stand."),
    named(412, "Stale", "Somebody changed it meanwhile."),
    named(413, "TooLarge", "The body is too large."),
    named(422, "NotValid", "Something that was sent has no meaning, or lies outside of what is allowed."),
    named(429, "TooOften", "It was asked too often."),
    named(503, "Unavailable", "It cannot be told at the moment."),
];

const fn known(status: u16, code: &'static str, text: &'static str) -> Known {
    Known { status, code, text }
}

const fn named(status: u16, name: &'static str, about: &'static str) -> Named {
    Named { status, name, about }
}

/// All codes, by their status.
pub fn all() -> Vec<Known> {
    let refusals = refusals::rows().into_iter().map(|row| known(status_of(row.class).as_u16(), row.code, row.text));
    let mut all: Vec<Known> = OWN.iter().copied().chain(refusals).collect();
    all.sort_by_key(|known| known.status);
    all
}

/// The answers that routes refer to.
pub(super) fn responses() -> Value {
    let all = all();
    let mut responses = Map::new();
    for named in NAMED {
        let of_status = all.iter().filter(|known| known.status == named.status);
        let codes: Vec<&str> = of_status.map(|known| known.code).collect();
        let mut response = response(named.about);
        response["x-codes"] = json!(codes);
        if matches!(named.status, 429 | 503) {
            let about = "For how many seconds to wait.";
            response["headers"] = json!({ "Retry-After": { "description": about, "schema": { "type": "integer" } } });
        }
        responses.insert(named.name.to_owned(), response);
    }
    responses.insert("Failed".to_owned(), response("What was not done, and why."));
    Value::Object(responses)
}

fn response(about: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Refused" });
    json!({ "description": about, "content": { "application/json": { "schema": schema } } })
}

/// What a route answers where it does not do what was asked.
pub(super) fn of(route: &Route, has_query: bool) -> Map<String, Value> {
    let named = NAMED.iter().filter(|named| can_be(route, has_query, named.status));
    let mut answers: Map<String, Value> =
        named.map(|named| (named.status.to_string(), reference(named.name))).collect();
    answers.insert("default".to_owned(), reference("Failed"));
    if route.has_revision && route.doors.verb == Verb::Get {
        let about = "It is as whoever asks has it: its revision is among those of If-None-Match.";
        answers.insert("304".to_owned(), json!({ "description": about }));
    }
    if route.is_stream() {
        let about = "There is nothing to follow. Do not come back.";
        answers.insert("204".to_owned(), json!({ "description": about }));
        let about = "Something that is asked for is not for whoever asks. Do not come back without other rights.";
        answers.insert("403".to_owned(), response(about));
    }
    answers
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{name}") })
}

fn can_be(route: &Route, has_query: bool, status: u16) -> bool {
    let is_change = route.doors.verb != Verb::Get;
    match status {
        400 | 422 => is_change || has_query,
        401 => route.who != Who::Anyone,
        403 => is_change || route.who != Who::Anyone,
        404 => route.is_stream() || route.doors.paths.iter().any(|path| path.contains('{')),
        409 => is_change || route.switch().is_some(),
        413 => is_change,
        412 => is_change && route.has_revision,
        429 => route.limit != Limit::Free,
        503 => is_change || route.is_stream() || route.who.is_of_a_guild(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use super::*;
    use crate::kernel::error::Error;
    use crate::kernel::sentence::Sentence;
    use crate::signin::scope::Scope;
    use crate::web::answer::{Ambiguous, Problem, Revision};
    use crate::web::table::routes;

    /// One of each, but for refusals. What is new does not compile in [`is_here`] until it is here as well.
    fn each() -> Vec<Problem> {
        vec![
            Error::failed("disk").into(),
            Problem::Fields(BTreeMap::new()),
            Problem::Ambiguous(Ambiguous { field: "member", candidates: Vec::new() }),
            Problem::Unreadable(Sentence::default()),
            Problem::Unauthenticated,
            Problem::InvalidToken,
            Problem::Csrf,
            Problem::ProofNeeded,
            Problem::Forbidden(Who::Owner),
            Problem::OutOfScope(Scope::Read),
            Problem::NotFound,
            Problem::Method(String::new()),
            Problem::Stale(Revision::of(&1)),
            Problem::TooLarge(1),
            Problem::RateLimited(Duration::ZERO),
            Problem::BalancesLimited(Duration::ZERO),
            Problem::DiscordUnavailable,
            Problem::DiscordWentAway,
            Problem::StoreStopped(Sentence::default()),
            Problem::Busy,
            Problem::WrongHost,
        ]
    }

    fn is_here(problem: &Problem) -> bool {
        match problem {
            Problem::Operation(_)
            | Problem::Fields(_)
            | Problem::Ambiguous(_)
            | Problem::Unreadable(_)
            | Problem::Unauthenticated
            | Problem::InvalidToken
            | Problem::Csrf
            | Problem::ProofNeeded
            | Problem::Forbidden(_)
            | Problem::OutOfScope(_)
            | Problem::NotFound
            | Problem::Method(_)
            | Problem::Stale(_)
            | Problem::TooLarge(_)
            | Problem::RateLimited(_)
            | Problem::BalancesLimited(_)
            | Problem::DiscordUnavailable
            | Problem::DiscordWentAway
            | Problem::StoreStopped(_)
            | Problem::Busy
            | Problem::WrongHost => true,
        }
    }

    #[test]
    fn whatever_the_web_answers_by_itself_is_listed_with_its_status() {
        let each = each();
        assert!(each.iter().all(is_here));
        let answered: BTreeSet<_> = each.iter().map(|problem| (problem.code(), problem.status().as_u16())).collect();
        let listed: BTreeSet<_> = OWN.iter().map(|known| (known.code, known.status)).collect();
        assert_eq!(answered, listed);
    }

    #[test]
    fn every_code_is_there_once_and_what_is_common_has_a_named_answer() {
        let all = all();
        let codes: BTreeSet<_> = all.iter().map(|known| known.code).collect();
        assert_eq!(codes.len(), all.len());
        assert!(codes.contains("queue.no_such_song") && codes.contains("stale"));
        let unnamed = all.iter().filter(|known| NAMED.iter().all(|named| named.status != known.status));
        let unnamed: Vec<_> = unnamed.map(|known| known.code).collect();
        assert_eq!(unnamed, ["method_not_allowed", "wrong_host", "internal"]);
    }

    #[test]
    fn a_route_answers_what_can_happen_to_it() {
        let of = |name: &str| {
            let route = routes().find(|route| route.name == name).unwrap();
            of(route, false).keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("instance.status"), "429 default");
        assert_eq!(of("auth.me"), "401 403 429 default");
        assert_eq!(of("auth.login"), "400 403 409 413 422 429 503 default");
        assert_eq!(of("access.roles"), "304 401 403 404 429 503 default");
        assert_eq!(of("access.set_roles"), "400 401 403 404 409 412 413 422 429 503 default");
        assert_eq!(of("tasks.list"), "401 403 404 409 429 503 default", "the board may be switched off");
        assert_eq!(of("stream.page"), "204 401 403 404 429 503 default");
    }
}
