//! The fields of what is sent and answered, read out of their schemas: a line for each, what is inside of it below.

use serde_json::{Map, Value};

/// Things inside of things are told so deep. A thing that holds its own kind ends there, too.
const DEEPEST: usize = 5;

/// Where the document keeps what it refers to.
const NAMED: &str = "#/components/schemas/";

/// What nothing is.
static NOTHING: Value = Value::Null;

/// What is said of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldView {
    /// Its name, with what it stands in: `songs[].title`.
    pub name: String,
    /// What it holds: `string`, `integer or null`, `object[]`.
    pub kind: String,
    /// Whether it has to be there, or always is.
    pub is_required: bool,
    /// What it is.
    pub about: String,
}

/// The fields of a schema, in the order of the document.
pub(super) fn fields_of(schema: &Value, named: &Map<String, Value>) -> Vec<FieldView> {
    let mut found = Vec::new();
    collect(schema, named, "", 0, &mut found);
    found
}

fn collect(schema: &Value, named: &Map<String, Value>, before: &str, depth: usize, found: &mut Vec<FieldView>) {
    if depth >= DEEPEST {
        return;
    }
    let schema = resolved(schema, named);
    if schema.get("items").is_some() {
        return collect(&schema["items"], named, &format!("{before}[]."), depth + 1, found);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(part, named, before, depth + 1, found);
    }
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, declared) in schema["properties"].as_object().into_iter().flatten() {
        let held = resolved(declared, named);
        let about = declared["description"].as_str().or_else(|| held["description"].as_str()).unwrap_or_default();
        let path = format!("{before}{name}");
        found.push(FieldView {
            name: path.clone(),
            kind: kind(declared, named),
            is_required: required.contains(&name.as_str()),
            about: about.split_whitespace().collect::<Vec<_>>().join(" "),
        });
        match held.get("items") {
            Some(items) => collect(items, named, &format!("{path}[]."), depth + 1, found),
            None => collect(held, named, &format!("{path}."), depth + 1, found),
        }
    }
}

/// What a schema refers to, and of something that may be missing what it is where it is there.
fn resolved<'a>(schema: &'a Value, named: &'a Map<String, Value>) -> &'a Value {
    let mut schema = schema;
    for _ in 0..DEEPEST {
        let next = match schema["$ref"].as_str().and_then(|name| name.strip_prefix(NAMED)) {
            Some(name) => Some(named.get(name).unwrap_or(&NOTHING)),
            None => only_way(schema),
        };
        let Some(next) = next else { break };
        schema = next;
    }
    schema
}

/// The only one of several ways that is not `null`.
fn only_way(schema: &Value) -> Option<&Value> {
    let ways = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array())?;
    let mut ways = ways.iter().filter(|way| way["type"] != "null");
    ways.next().filter(|_| ways.next().is_none())
}

fn kind(schema: &Value, named: &Map<String, Value>) -> String {
    let types = |schema: &Value| match &schema["type"] {
        Value::String(only) => vec![only.clone()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut ways = ["oneOf", "anyOf"].iter().filter_map(|ways| schema[ways].as_array()).flatten();
    let held = resolved(schema, named);
    let may_be_null = types(held).iter().any(|it| it == "null") || ways.any(|way| way["type"] == "null");
    let mut kinds: Vec<String> = types(held).into_iter().filter(|it| it != "null").collect();
    if let Some(words) = held["enum"].as_array() {
        kinds = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
    } else if let Some(items) = held.get("items") {
        kinds = vec![format!("{}[]", kind(items, named))];
    }
    if kinds.is_empty() {
        kinds.push("anything".to_owned());
    }
    if may_be_null {
        kinds.push("null".to_owned());
    }
    kinds.join(" or ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(schema: &Value) -> String {
        let named = json!({
            "Song": {
                "type": "object", "required": ["id"],
                "properties": {
                    "id": { "type": "string", "description": "Its number." },
                    "note": { "type": ["string", "null"] },
                    "line": { "$ref": "#/components/schemas/Line" },
                },
            },
            "Line": { "type": "string", "enum": ["free", "skip"], "description": "Where it\nwaits." },
            "Box": { "type": "object", "properties": { "inner": { "$ref": "#/components/schemas/Box" } } },
        });
        let fields = fields_of(schema, named.as_object().unwrap());
        let line = |field: &FieldView| {
            let required = if field.is_required { "!" } else { "" };
            format!("{}{required}: {}. {}", field.name, field.kind, field.about)
        };
        fields.iter().map(|field| line(field).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_inside_of_a_field_is_told_below_it() {
        let schema = json!({
            "type": "object", "required": ["songs"],
            "properties": {
                "next": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Song" }], "description": "The next." },
                "songs": { "type": "array", "items": { "$ref": "#/components/schemas/Song" } },
                "tags": { "type": "array", "items": { "type": "string" } },
            },
        });
        insta::assert_snapshot!(told(&schema), @r"
        next: object or null. The next.
        next.id!: string. Its number.
        next.line: `free` or `skip`. Where it waits.
        next.note: string or null.
        songs!: object[].
        songs[].id!: string. Its number.
        songs[].line: `free` or `skip`. Where it waits.
        songs[].note: string or null.
        tags: string[].
        ");
    }

    #[test]
    fn what_holds_its_own_kind_and_what_is_nowhere_ends() {
        let holds_itself = told(&json!({ "$ref": "#/components/schemas/Box" }));
        assert_eq!(holds_itself.lines().count(), DEEPEST, "{holds_itself}");
        assert_eq!(told(&json!({ "$ref": "#/components/schemas/Nowhere" })), "");
        assert_eq!(told(&Value::Null), "");
        assert_eq!(told(&json!({ "type": "array", "items": { "$ref": "#/components/schemas/Line" } })), "");
    }
}
