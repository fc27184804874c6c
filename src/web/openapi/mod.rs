//! The document of the API (`OpenAPI` 3.1), made from the table of routes and the tables of refusals.
#![expect(clippy::indexing_slicing, reason = "fields of JSON objects that are made here")]

mod problems;
mod tags;

pub use problems::{Known, all as codes};
pub use tags::{TAGS, Tag, tag_of};

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::access::{Limit, Name, Who};
use super::answer::ErrorBody;
use super::endpoint::{Content, Door, Route, Samples, Shape, Verb};
use super::table::routes;

/// What is said of the whole.
const ABOUT: &str = "What can be asked of this Greenroom. Programs show a token (`Authorization: Bearer gr_…`); browsers have \
    a session, and send `X-CSRF-Token` with each change. Ids of Discord are strings, moments are RFC 3339 in UTC. An error \
    has always the same shape, with a stable code; below a server where whoever asks has no place, everything is 404.";

type Named = Vec<(String, RefOr<Schema>)>;

/// The document. `server` is the address that people open.
pub fn document(server: &str) -> Value {
    let samples = Samples::example();
    let mut paths: BTreeMap<&'static str, Map<String, Value>> = BTreeMap::new();
    let mut named = Vec::new();
    ErrorBody::schemas(&mut named);
    for route in of_api() {
        let shape = route.shape.map(|shape| shape());
        let operation = operation(route, shape.as_ref(), &samples);
        named.extend(shape.map(|shape| shape.named).unwrap_or_default());
        for path in route.doors.paths {
            let method = route.doors.verb.method().as_str().to_lowercase();
            paths.entry(path).or_default().insert(method, operation.clone());
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Greenroom", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": server }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas(named),
            "responses": problems::responses(),
            "parameters": headers(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": Name::Access.full(server.starts_with("https:")) },
            },
        },
    })
}

/// What is asked for as JSON.
pub fn of_api() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.doors.door == Door::Api)
}

/// The tags that some route has.
fn tags() -> Value {
    let tags = TAGS.iter().filter(|tag| of_api().any(|route| tag_of(route.name) == tag.name));
    tags.map(|tag| json!({ "name": tag.name, "description": format!("{}: {}", tag.title, tag.about) })).collect()
}

/// What is referred to by name: what routes take and give, and what every error looks like.
fn schemas(named: Named) -> Value {
    let mut schemas: Map<String, Value> =
        named.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect();
    let mut error = serde_json::to_value(ErrorBody::schema()).unwrap_or_default();
    error["properties"]["code"]["enum"] = codes().iter().map(|known| known.code).collect();
    schemas.insert("Error".to_owned(), error);
    let success = "There where what succeeds says `true`.";
    let refused = json!({
        "type": "object",
        "required": ["error"],
        "properties": {
            "success": { "type": "boolean", "const": false, "description": success },
            "error": { "$ref": "#/components/schemas/Error" },
        },
    });
    schemas.insert("Refused".to_owned(), refused);
    Value::Object(schemas)
}

fn header(name: &str, about: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": about, "schema": schema })
}

/// The headers that requests may have.
fn headers() -> Value {
    json!({
        "IdempotencyKey": header(
            "Idempotency-Key",
            "The same key with the same body is done once, and answered the same, for 24 hours.",
            &json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
        ),
        "IfMatch": header(
            "If-Match",
            "The revision that was seen, as `ETag` gave it: where somebody changed the thing since, nothing is done.",
            &json!({ "type": "string" }),
        ),
        "IfNoneMatch": header(
            "If-None-Match",
            "The revision that whoever asks has, as `ETag` gave it: where it is still so, 304 is answered without a body.",
            &json!({ "type": "string" }),
        ),
        "LastEventId": header(
            "Last-Event-ID",
            "The id of the last event that was heard: what happened since is told. `since` says the same in the address.",
            &json!({ "type": "string" }),
        ),
        "CsrfToken": header(
            "X-CSRF-Token",
            "Of browsers with a session alone: the content of the page's `<meta name=\"csrf\">`.",
            &json!({ "type": "string" }),
        ),
    })
}

fn operation(route: &Route, shape: Option<&Shape>, samples: &Samples) -> Value {
    let query = shape.map(|shape| serde_json::to_value(&shape.query).unwrap_or_default()).unwrap_or_default();
    let has_query = query["properties"].as_object().is_some_and(|fields| !fields.is_empty());
    let mut responses = problems::of(route, has_query);
    responses.insert("200".to_owned(), answer(route, shape));
    if let Some(about) = route.later {
        let mut later = answer(route, shape);
        later["description"] = json!(about);
        responses.insert("202".to_owned(), later);
    }
    let mut operation = json!({
        "operationId": route.name,
        "tags": [tag_of(route.name)],
        "summary": route.about,
        "parameters": parameters(route, &query),
        "responses": responses,
        "security": security(route),
        "x-who": route.who,
        "x-requirement": route.requirements,
        "x-limit": limit(route.limit),
    });
    if let Some(body) = shape.and_then(|shape| shape.body.as_ref()) {
        let mut content = json!({ "schema": body });
        if let Some(example) = (route.sample)(samples).body {
            content["example"] = example;
        }
        operation["requestBody"] = json!({ "content": { "application/json": content } });
    }
    operation
}

fn answer(route: &Route, shape: Option<&Shape>) -> Value {
    let about = if route.says_success { "What was asked for, and `\"success\": true`." } else { "What was asked for." };
    let mut answer = match shape.map(|shape| &shape.answer) {
        Some(Content::Json(schema)) => {
            json!({ "description": about, "content": { "application/json": { "schema": schema } } })
        }
        Some(Content::Other(kind)) => {
            json!({ "description": about, "content": { (*kind): { "schema": { "type": "string" } } } })
        }
        None => json!({ "description": about }),
    };
    if route.has_revision {
        let about = "The revision of the thing, for If-Match and If-None-Match.";
        answer["headers"] = json!({ "ETag": { "description": about, "schema": { "type": "string" } } });
    }
    answer
}

/// What stands in the path, what may stand behind the question mark, which are the fields of the query's object, and the
/// headers.
fn parameters(route: &Route, query: &Value) -> Vec<Value> {
    let path = route.doors.paths.first().copied().unwrap_or_default();
    let in_path = parts_of(path).map(part);
    let required: Vec<&str> = query["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = query["properties"].as_object().into_iter().flatten();
    let in_query = fields.map(|(name, schema)| {
        let mut parameter = json!({
            "name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": schema,
        });
        if let Some(about) = schema.get("description") {
            parameter["description"] = about.clone();
        }
        parameter
    });
    let of_headers =
        headers_of(route).into_iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
    in_path.chain(in_query).chain(of_headers).collect()
}

fn part(name: &str) -> Value {
    let mut part = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    if name == "server" {
        part["description"] = json!("The id of the server.");
        part["schema"]["pattern"] = json!("^[1-9][0-9]{0,19}$");
    }
    part
}

/// The names of the parts of a path that differ from request to request.
pub fn parts_of(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn headers_of(route: &Route) -> Vec<&'static str> {
    let is_look = route.doors.verb == Verb::Get;
    let all = [
        ("IdempotencyKey", !is_look),
        ("IfMatch", !is_look && route.has_revision),
        ("IfNoneMatch", is_look && route.has_revision),
        ("LastEventId", route.is_stream()),
        ("CsrfToken", !is_look),
    ];
    all.into_iter().filter(|(_, is_taken)| *is_taken).map(|(name, _)| name).collect()
}

/// A limit, in words.
pub const fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::Reads => "300 a minute, 60 of them at once",
        Limit::Changes => "60 a minute",
        Limit::Balances => "5 a minute",
        Limit::Exports => "10 an hour",
        Limit::SignIn => "5 wrong tries a minute, then 15 minutes",
        Limit::Free => "none",
    }
}

/// A token that may do this, or a session.
fn security(route: &Route) -> Value {
    if route.who == Who::Anyone {
        return json!([]);
    }
    json!([{ "token": [route.scope.to_string()] }, { "session": [] }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_schemas_have_one_name() {
        let mut known = std::collections::BTreeMap::new();
        let shapes = of_api().filter_map(|route| route.shape).flat_map(|shape| shape().named);
        for (name, schema) in shapes {
            let schema = serde_json::to_value(schema).unwrap();
            let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*before, schema, "{name}");
        }
    }

    #[test]
    fn every_subject_of_a_route_is_described() {
        let unknown: Vec<_> =
            of_api().map(|route| tag_of(route.name)).filter(|name| TAGS.iter().all(|tag| tag.name != *name)).collect();
        assert!(unknown.is_empty(), "{unknown:?} are missing in src/web/openapi/tags.rs");
    }

    #[test]
    fn whatever_an_error_can_be_called_is_in_the_document() {
        let document = document("https://greenroom.example");
        let error = &document["components"]["schemas"]["Error"];
        let named = error["properties"]["code"]["enum"].as_array().unwrap();
        assert_eq!(named.len(), codes().len());
        assert!(named.contains(&json!("coins.cannot_afford")) && named.contains(&json!("rate_limited")));
        assert_eq!(error["required"], json!(["code", "message", "timestamp"]));
        let conflict = &document["components"]["responses"]["Conflict"]["x-codes"];
        assert!(conflict.as_array().unwrap().contains(&json!("queue.empty")), "{conflict}");
    }

    #[test]
    fn a_route_says_who_may_what_it_answers_and_what_a_change_takes() {
        let document = document("http://127.0.0.1:3000");
        let logout = &document["paths"]["/api/auth/logout-everywhere"]["post"];
        assert_eq!(logout["tags"], json!(["auth"]));
        assert_eq!(logout["security"], json!([{ "token": ["instance"] }, { "session": [] }]));
        assert_eq!(logout["responses"]["429"], json!({ "$ref": "#/components/responses/TooOften" }));
        let headers: Vec<_> = logout["parameters"].as_array().unwrap().iter().map(|it| it["$ref"].clone()).collect();
        assert_eq!(headers, ["#/components/parameters/IdempotencyKey", "#/components/parameters/CsrfToken"]);
        let login = &document["paths"]["/api/auth/login"]["post"];
        assert_eq!(login["security"], json!([]));
        assert_eq!(login["requestBody"]["content"]["application/json"]["example"]["username"], "host");
        assert_eq!(document["components"]["securitySchemes"]["session"]["name"], "access");
    }
}
