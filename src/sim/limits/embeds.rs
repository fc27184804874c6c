//! Embeds: 10 per message, 6000 characters together, and a limit for each part.

use serde_json::{Map, Value, json};

use crate::rest::form::{Form, length};

/// The most characters that all embeds of a message may hold together.
const TOTAL: usize = 6_000;
/// The keys that a bot may set; Discord drops all others.
const KEPT: [&str; 11] =
    ["title", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "author", "fields", "video"];

/// Notes everything that is wrong with a message's embeds.
pub(crate) fn check(form: &mut Form, path: &str, embeds: &[Value]) {
    if embeds.len() > 10 {
        form.count(path, embeds.len(), 0, 10);
    }
    for (at, embed) in embeds.iter().enumerate() {
        check_one(form, &format!("{path}.{at}"), embed);
    }
    if embeds.iter().map(size).sum::<usize>() > TOTAL {
        form.wrong(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
    }
}

fn check_one(form: &mut Form, path: &str, embed: &Value) {
    let Some(object) = embed.as_object() else {
        form.wrong(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
        return;
    };
    form.text_field(path, embed, "title", 0, 256);
    form.text_field(path, embed, "description", 0, 4_096);
    if let Some(footer) = present(object, "footer") {
        form.text_field(&format!("{path}.footer"), footer, "text", 1, 2_048);
        check_link(form, &format!("{path}.footer"), footer, "icon_url");
    }
    if let Some(author) = present(object, "author") {
        form.text_field(&format!("{path}.author"), author, "name", 1, 256);
        check_link(form, &format!("{path}.author"), author, "url");
        check_link(form, &format!("{path}.author"), author, "icon_url");
    }
    for picture in ["image", "thumbnail"] {
        if let Some(picture_object) = present(object, picture) {
            check_link(form, &format!("{path}.{picture}"), picture_object, "url");
        }
    }
    check_link(form, path, embed, "url");
    check_color(form, path, object);
    check_fields(form, path, object);
}

fn check_color(form: &mut Form, path: &str, embed: &Map<String, Value>) {
    if let Some(color) = present(embed, "color")
        && color.as_u64().is_none_or(|color| color > 0xff_ffff)
    {
        let message = "int value should be between 0 and 16777215.";
        form.wrong(&format!("{path}.color"), "NUMBER_TYPE_MAX", message);
    }
    if let Some(moment) = present(embed, "timestamp") {
        let is_moment =
            moment.as_str().is_some_and(|text| crate::kernel::time::Timestamp::from_rfc3339(text).is_some());
        if !is_moment {
            form.wrong(&format!("{path}.timestamp"), "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601.");
        }
    }
}

fn check_fields(form: &mut Form, path: &str, embed: &Map<String, Value>) {
    let Some(fields) = present(embed, "fields") else { return };
    let path = format!("{path}.fields");
    let Some(fields) = fields.as_array() else {
        form.wrong(&path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        return;
    };
    if fields.len() > 25 {
        form.count(&path, fields.len(), 0, 25);
    }
    for (at, field) in fields.iter().enumerate() {
        let path = format!("{path}.{at}");
        form.text_field(&path, field, "name", 1, 256);
        form.text_field(&path, field, "value", 1, 1_024);
    }
}

fn check_link(form: &mut Form, path: &str, object: &Value, field: &str) {
    let Some(link) = object.get(field).filter(|link| !link.is_null()) else { return };
    let is_link = link.as_str().is_some_and(|link| {
        let rest = ["http://", "https://", "attachment://"].iter().find_map(|scheme| link.strip_prefix(scheme));
        length(link) <= 2_048 && rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
    });
    if !is_link {
        form.wrong(&format!("{path}.{field}"), "URL_TYPE_INVALID_URL", "Not a well formed URL.");
    }
}

fn present<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| !value.is_null())
}

/// The characters of an embed that count towards the total.
fn size(embed: &Value) -> usize {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map_or(0, length);
    let fields = embed.get("fields").and_then(Value::as_array).into_iter().flatten();
    text(embed.get("title"))
        + text(embed.get("description"))
        + text(embed.pointer("/footer/text"))
        + text(embed.pointer("/author/name"))
        + fields.map(|field| text(field.get("name")) + text(field.get("value"))).sum::<usize>()
}

/// Whether a reader would see anything of an embed.
pub(crate) fn says_something(embed: &Value) -> bool {
    let parts = ["title", "description", "footer", "image", "thumbnail", "author", "fields"];
    parts.iter().any(|part| match embed.get(part) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    })
}

/// An embed as Discord keeps it: known keys only, `attachment://` links turned into real ones by `link_of`.
pub(crate) fn stored(embed: &Value, link_of: impl Fn(&str) -> Option<String>) -> Value {
    let mut kept = Map::new();
    kept.insert("type".to_owned(), json!("rich"));
    for key in KEPT {
        if let Some(value) = embed.get(key).filter(|value| !value.is_null()) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    for place in ["image", "thumbnail", "footer", "author"] {
        let Some(Value::Object(part)) = kept.get_mut(place) else { continue };
        for key in ["url", "icon_url"] {
            let name = part.get(key).and_then(Value::as_str).and_then(|link| link.strip_prefix("attachment://"));
            if let Some(link) = name.and_then(&link_of) {
                part.insert(key.to_owned(), json!(link));
            }
        }
    }
    Value::Object(kept)
}
