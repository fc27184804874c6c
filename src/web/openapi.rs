//! The document of the API (OpenAPI 3.1), made from the table of routes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::access::{Limit, Who};
use super::answer::Told;
use super::endpoint::{Door, Route, Verb};
use super::table::routes;

/// The document. `server` is the address that people open.
pub fn document(server: &str) -> Value {
    let mut paths: BTreeMap<&'static str, Map<String, Value>> = BTreeMap::new();
    let mut schemas: Map<String, Value> = Map::new();
    let mut named = Vec::new();
    Told::schemas(&mut named);
    named.push(("Error".to_owned(), Told::schema()));
    for route in routes().filter(|route| route.doors.door == Door::Api) {
        let (operation, of_route) = operation(route);
        named.extend(of_route);
        for path in route.doors.paths {
            let method = route.doors.verb.method().as_str().to_lowercase();
            paths.entry(path).or_default().insert(method, operation.clone());
        }
    }
    for (name, schema) in named {
        schemas.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Greenroom",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What can be asked of this Greenroom. Programs show a token (`Authorization: Bearer gr_…`), which \
                is made on the page Access; browsers have a session and send `X-CSRF-Token` with each change.",
        },
        "servers": [{ "url": server }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "access" },
            },
        },
    })
}

type Named = Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>;

fn operation(route: &Route) -> (Value, Named) {
    let feature = route.name.split_once('.').map_or(route.name, |(feature, _)| feature);
    let mut operation = json!({
        "operationId": route.name,
        "tags": [feature],
        "summary": route.about,
        "x-who": route.who,
        "x-requirement": route.requirements,
        "x-limit": limit(route.limit),
        "security": security(route.who),
    });
    let shape = route.shape.map(|shape| shape());
    let query = shape.as_ref().map(|shape| serde_json::to_value(&shape.query).unwrap_or_default()).unwrap_or_default();
    operation["parameters"] = Value::Array(parameters(route, &query));
    operation["responses"] = json!({
        "200": answer(shape.as_ref().map(|shape| &shape.answer)),
        "default": {
            "description": "What was not done, and why.",
            "content": { "application/json": { "schema": {
                "type": "object", "required": ["error"],
                "properties": { "error": { "$ref": "#/components/schemas/Error" } },
            } } },
        },
    });
    if let Some(body) = shape.as_ref().and_then(|shape| shape.body.as_ref()) {
        operation["requestBody"] = json!({ "content": { "application/json": { "schema": body } } });
    }
    (operation, shape.map(|shape| shape.named).unwrap_or_default())
}

fn answer(schema: Option<&utoipa::openapi::RefOr<utoipa::openapi::Schema>>) -> Value {
    match schema {
        Some(schema) => json!({
            "description": "What was asked for.",
            "content": { "application/json": { "schema": schema } },
        }),
        None => json!({ "description": "What was asked for." }),
    }
}

/// What stands in the path, and what may stand behind the question mark: the fields of the query's object.
fn parameters(route: &Route, query: &Value) -> Vec<Value> {
    let path = route.doors.paths.first().copied().unwrap_or_default();
    let in_path = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let required: Vec<&str> = query["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = query["properties"].as_object().into_iter().flatten();
    let in_query = fields.map(|(name, schema)| {
        let about = schema.get("description").cloned().unwrap_or_default();
        json!({
            "name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": schema,
            "description": about,
        })
    });
    let key = json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "schema": { "type": "string", "minLength": 1, "maxLength": 64 },
        "description": "The same key with the same body is done once, and answered the same, for 24 hours.",
    });
    let changes = route.doors.verb != Verb::Get;
    in_path.chain(in_query).chain(changes.then_some(key)).collect()
}

fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::Reads => "300 a minute",
        Limit::Changes => "60 a minute",
        Limit::Balances => "5 a minute",
        Limit::Exports => "10 an hour",
        Limit::SignIn => "5 wrong tries a minute, then 15 minutes",
        Limit::Free => "none",
    }
}

fn security(who: Who) -> Value {
    if who == Who::Anyone { json!([]) } else { json!([{ "token": [] }, { "session": [] }]) }
}
