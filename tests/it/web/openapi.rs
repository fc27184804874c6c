//! The document of the API says what is there: each route of the table, and of each answer what is in it.
//!
//! The document is compared with `tests/golden/openapi.json`, so that a change of the interface is seen in review. To take
//! the present one over: `UPDATE_GOLDEN=1 cargo test --test it the_document_of_the_api_is_the_one_in_the_folder`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use greenroom::covers;
use greenroom::signin::scope::Scope;
use greenroom::web::access::Who;
use greenroom::web::endpoint::{Content, Door, Route, Sample};
use greenroom::web::openapi::document;
use greenroom::web::table::routes;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::asking::{Asking, Server, fields_of_path};
use super::ground::OPERATOR;
use super::person::{Answer, Person};

/// The document as it is in the folder: of no version, because that changes with each release.
fn golden() -> Value {
    let mut document = document("https://greenroom.example");
    document["info"]["version"] = json!("0");
    document
}

/// The routes that are asked for as JSON.
fn of_api() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.doors.door == Door::Api)
}

#[test]
fn the_document_names_every_route_of_the_table_and_no_other() {
    let document = golden();
    let mut named = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(named.insert(format!("{} {path} {name}", method.to_uppercase())));
            let in_path: Vec<&str> = fields_of_path(path).collect();
            let parameters = operation["parameters"].as_array().unwrap();
            let declared = parameters.iter().filter(|parameter| parameter["in"] == "path");
            let declared: Vec<&str> = declared.map(|parameter| parameter["name"].as_str().unwrap()).collect();
            assert_eq!(declared, in_path, "{name}");
        }
    }
    let mut in_table = BTreeSet::new();
    for route in of_api() {
        in_table.extend(route.doors.paths.iter().map(|path| {
            let method = route.doors.verb.method();
            format!("{method} {path} {}", route.name)
        }));
    }
    assert_eq!(named, in_table);
}

#[test]
fn whatever_the_document_refers_to_is_in_it() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = golden();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says so that the file is to be written")]
fn the_document_of_the_api_is_the_one_in_the_folder() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/openapi.json");
    let present = format!("{}\n", serde_json::to_string_pretty(&golden()).unwrap());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &present).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(present.lines()).enumerate().find(|(_, (kept, present))| kept != present);
    assert_eq!(differs, None, "the interface changed; look at it, and take it over with UPDATE_GOLDEN=1");
    assert_eq!(
        kept.lines().count(),
        present.lines().count(),
        "the interface changed; take it over with UPDATE_GOLDEN=1"
    );
}

#[tokio::test]
async fn what_is_answered_is_what_the_document_declares() {
    let ground = WebWorld::of_a_process().await;
    ground.with_a_song_elsewhere().await;
    let document = golden();
    let mut seen = 0;
    for route in of_api().filter(|route| answers_json(route)) {
        let song = ground.staged().await;
        ground.world.pass(Duration::from_secs(10)).await;
        let person = match route.who {
            Who::Anyone | Who::Instance => ground.signed_in(OPERATOR),
            _ => ground.signed_in("owner"),
        };
        let sample = (route.sample)(&ground.samples(&song, "ann"));
        let asking = Asking::of_api(route);
        let answer = asking.by(&person, &sample, Server::Here).await;
        assert!((200..300).contains(&answer.status), "{}: {} {}", route.name, answer.status, answer.text());
        let method = route.doors.verb.method().as_str().to_lowercase();
        let declared = &document["paths"][route.doors.paths[0]][&method]["responses"]["200"]["content"];
        let schema = &declared["application/json"]["schema"];
        let mut body = answer.json();
        if route.says_success {
            let success = body.as_object_mut().and_then(|fields| fields.remove("success"));
            assert_eq!(success, Some(json!(true)), "{}", route.name);
        }
        assert_eq!(wrong(&document, schema, &body, "answer"), Vec::<String>::new(), "{}: {body:#}", route.name);
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
    ground.end().await;
}

/// Whether a route answers JSON, and nothing of another kind.
fn answers_json(route: &Route) -> bool {
    route.shape.is_some_and(|shape| matches!(shape().answer, Content::Json(_)))
}

/// Somebody for whom a route is.
fn allowed(route: &Route) -> &'static str {
    match route.who {
        Who::Anyone | Who::Instance => OPERATOR,
        _ => "owner",
    }
}

/// Sends this text as JSON.
async fn sends(ground: &WebWorld, asking: Asking, person: &Person<'_>, sample: &Sample, body: &str) -> Answer {
    let csrf = person.csrf().unwrap_or_default();
    let headers = [("content-type", "application/json"), ("x-csrf-token", csrf.as_str())];
    let address = ground.path(&asking.address(sample, Server::Here));
    person.ask(asking.method(), &address, &headers, body.as_bytes().to_vec()).await
}

/// Fails where an answer is none of those that the document declares of a route.
fn is_declared(document: &Value, asking: Asking, answer: &Answer, who: &str) {
    let (route, place) = (asking.route, format!("{}, {who}", asking.named()));
    let method = route.doors.verb.method().as_str().to_lowercase();
    let declared = &document["paths"][asking.path][&method]["responses"];
    assert!(declared.get(answer.status.to_string()).is_some(), "{place}: {} is not declared", answer.status);
    if answer.status < 400 {
        return;
    }
    assert_eq!(answer.header("content-type"), "application/json", "{place}");
    let body = answer.json();
    let refused = json!({ "$ref": "#/components/schemas/Refused" });
    assert_eq!(wrong(document, &refused, &body, "answer"), Vec::<String>::new(), "{place}: {body:#}");
    let says_success = body.get("success").is_some();
    assert_eq!(says_success, route.says_success, "{place}: {body:#}");
    let message = body["error"]["message"].as_str().unwrap();
    assert!(!message.is_empty() && !has_marks_of_discord(message), "{place}: {message}");
    for (field, why) in body["error"]["details"]["fields"].as_object().into_iter().flatten() {
        assert!(!has_marks_of_discord(why.as_str().unwrap()), "{place}: {field}: {why}");
    }
}

/// Whether Discord would draw something of a text.
fn has_marks_of_discord(text: &str) -> bool {
    ["`", "**", "<@", "<#", "</", "<t:"].iter().any(|mark| text.contains(mark))
}

#[tokio::test]
async fn what_is_refused_is_refused_as_the_document_declares() {
    covers!("S-ERR-02");
    let ground = WebWorld::of_a_process().await;
    let document = golden();
    let without_scope = ground.token("owner", &[Scope::Tasks]);
    for route in of_api() {
        let song = ground.staged().await;
        ground.world.pass(Duration::from_secs(10)).await;
        let sample = (route.sample)(&ground.samples(&song, "ann"));
        let mut nowhere = sample.clone();
        for (_, value) in &mut nowhere.path {
            "1".clone_into(value);
        }
        for path in route.doors.paths {
            let asking = Asking { path, ..Asking::of_api(route) };
            let people = [("nobody", ground.nobody()), ("a stranger", ground.signed_in("stranger"))];
            for (who, person) in people.into_iter().chain([("a member", ground.signed_in("member"))]) {
                let answer = asking.by(&person, &sample, Server::Here).await;
                is_declared(&document, asking, &answer, who);
            }
            if route.who != Who::Anyone {
                let answer = asking.by(&without_scope, &sample, Server::Here).await;
                is_declared(&document, asking, &answer, "a program without the scope");
            }
            let person = ground.signed_in(allowed(route));
            is_declared(&document, asking, &asking.by(&person, &nowhere, Server::Here).await, "for what is nowhere");
            if asking.method() != Method::GET {
                for body in ["{", "[[]]", "\"x\"", "{\"no such field\": {\"a\": 1}} 5"] {
                    let answer = sends(&ground, asking, &person, &sample, body).await;
                    is_declared(&document, asking, &answer, body);
                }
            }
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn nothing_is_taken_that_is_of_another_kind_than_the_document_declares() {
    covers!("T-ERR-05", "T-SEC-03", "T-ADV-05");
    let ground = WebWorld::of_a_process().await;
    let document = golden();
    let mut tried = 0;
    for route in of_api().filter(|route| route.doors.verb.method() != Method::GET) {
        let asking = Asking::of_api(route);
        let method = route.doors.verb.method().as_str().to_lowercase();
        let operation = &document["paths"][asking.path][&method];
        let declared = &operation["requestBody"]["content"]["application/json"]["schema"];
        for field in fields_with_a_kind(&document, declared) {
            let song = ground.staged().await;
            ground.world.pass(Duration::from_secs(10)).await;
            let sample = (route.sample)(&ground.samples(&song, "ann"));
            let mut body = sample.body.clone().unwrap_or_else(|| json!({}));
            body[&field] = json!({ "of": ["another", "kind"] });
            let person = ground.signed_in(allowed(route));
            let answer = sends(&ground, asking, &person, &sample, &body.to_string()).await;
            assert!(matches!(answer.status, 400 | 422), "{}: {field}: {} {}", route.name, answer.status, answer.text());
            is_declared(&document, asking, &answer, &field);
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
    ground.end().await;
}

/// The fields of a body that are of some kind, and not of any.
fn fields_with_a_kind(document: &Value, schema: &Value) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        return fields_with_a_kind(document, named.unwrap());
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        return ways.iter().flat_map(|way| fields_with_a_kind(document, way)).collect();
    }
    let fields = schema["properties"].as_object().into_iter().flatten();
    let of_a_kind = |declared: &Value| ["type", "$ref", "oneOf"].iter().any(|kind| declared.get(kind).is_some());
    fields.filter(|(_, declared)| of_a_kind(declared)).map(|(name, _)| name.clone()).collect()
}

/// What is wrong with a value, as a schema has it. Fields that are not declared are wrong, too, unless the schema says that
/// any may be there.
fn wrong(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        return wrong(document, named.unwrap_or_else(|| panic!("{reference} is nowhere")), value, place);
    }
    if let Some(ways) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let each: Vec<Vec<String>> = ways.iter().map(|way| wrong(document, way, value, place)).collect();
        return if each.iter().any(Vec::is_empty) { Vec::new() } else { each.concat() };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts.iter().flat_map(|part| wrong(document, part, value, place)).collect();
    }
    if !has_type(&schema["type"], value) {
        return vec![format!("{place}: {value} is no {}", schema["type"])];
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        return vec![format!("{place}: {value} is none of {words:?}")];
    }
    match value {
        Value::Object(fields) => wrong_fields(document, schema, fields, place),
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.flat_map(|(at, item)| wrong(document, &schema["items"], item, &format!("{place}[{at}]"))).collect()
        }
        _ => Vec::new(),
    }
}

fn wrong_fields(document: &Value, schema: &Value, fields: &serde_json::Map<String, Value>, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, value) in fields {
        let place = format!("{place}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Null | Value::Bool(false)) if schema.get("type").is_some() => {
                found.push(format!("{place} is not declared"));
            }
            (Value::Null, more @ Value::Object(_)) => found.extend(wrong(document, more, value, &place)),
            (Value::Null, _) => {}
            (declared, _) => found.extend(wrong(document, declared, value, &place)),
        }
    }
    found
}

/// Whether a value is of a type, or of one of several. Where none is said, every value is.
fn has_type(declared: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    };
    match declared {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

#[test]
fn a_value_is_held_against_its_schema() {
    let document = json!({ "components": { "schemas": {
        "Song": {
            "type": "object", "required": ["id"],
            "properties": { "id": { "type": "string" }, "title": { "type": ["string", "null"] }, "line": { "enum": ["free"] } },
        },
    } } });
    let songs = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Song" } });
    let of = |value: Value| wrong(&document, &songs, &value, "songs");
    assert_eq!(of(json!([{ "id": "1", "title": null, "line": "free" }])), Vec::<String>::new());
    assert_eq!(
        of(json!([{ "id": 1, "line": "skip" }, { "more": 1 }, 5])),
        [
            "songs[0].id: 1 is no \"string\"",
            "songs[0].line: \"skip\" is none of [String(\"free\")]",
            "songs[1]: id is missing",
            "songs[1].more is not declared",
            "songs[2]: 5 is no \"object\"",
        ]
    );
}
