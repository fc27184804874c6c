//! Views and commands as Discord gets them, as texts to compare.

mod custom_ids;
mod registered;
pub(crate) mod songs;

use serde_json::{Value, json};

use crate::discord::{Command, Draft};

/// The text of a draft, as Discord would get it.
pub(crate) fn text_of(draft: Draft) -> String {
    let message = serde_json::to_value(draft.into_message()).unwrap();
    message["content"].as_str().unwrap_or_default().to_owned()
}

/// A message as Discord would get it, in short: its text; of each embed `╒ title`, what it says, `name: value` of each
/// field, and `╘ footer`; `[label] id` of each button, `{placeholder} id` of each menu with its choices; whom it pings.
pub(crate) fn message_of(draft: Draft) -> String {
    let message = serde_json::to_value(draft.into_message()).unwrap();
    let mentions = &message["allowed_mentions"];
    assert_eq!(mentions["parse"], json!([]), "only who is named apart is pinged");
    let mut lines = vec![word(&message["content"]).to_owned()];
    for embed in each(&message["embeds"]) {
        lines.push(behind("╒ ", &embed["title"]));
        lines.push(word(&embed["description"]).trim_end().to_owned());
        let fields = each(&embed["fields"]);
        lines.extend(fields.map(|field| format!("{}: {}", word(&field["name"]), word(&field["value"]))));
        lines.push(behind("╘ ", &embed["footer"]["text"]));
    }
    lines.extend(each(&message["components"]).flat_map(|row| each(&row["components"])).map(component));
    lines.extend(each(&mentions["users"]).map(|user| format!("pings <@{}>", id_in(user))));
    lines.retain(|line| !line.is_empty());
    visible(&lines.join("\n"))
}

/// Several messages, one below the other.
pub(crate) fn messages_of(drafts: impl IntoIterator<Item = Draft>) -> String {
    drafts.into_iter().map(message_of).collect::<Vec<_>>().join("\n")
}

/// A text in which what keeps it from naming somebody can be seen.
pub(crate) fn visible(text: &str) -> String {
    text.replace('\u{200b}', "(invisible)")
}

fn component(json: &Value) -> String {
    let custom_id = word(&json["custom_id"]);
    if json["placeholder"].is_null() {
        let emoji = json["emoji"]["name"].as_str().map_or(String::new(), |emoji| format!("{emoji} "));
        let state = if json["disabled"] == true { " (disabled)" } else { "" };
        return format!("[{emoji}{}] {custom_id}{state}", word(&json["label"]));
    }
    let mut lines = vec![format!("{{{}}} {custom_id}", word(&json["placeholder"]))];
    lines.extend(each(&json["options"]).map(|option| {
        let description = option["description"].as_str().map_or(String::new(), |words| format!(" ({words})"));
        format!("  {} = {}{description}", word(&option["value"]), word(&option["label"]))
    }));
    lines.extend(each(&json["default_values"]).map(|chosen| format!("  {} is chosen", id_in(&chosen["id"]))));
    lines.join("\n")
}

fn each(json: &Value) -> impl Iterator<Item = &Value> {
    json.as_array().into_iter().flatten()
}

/// A text behind a sign; nothing where there is no text.
fn behind(sign: &str, json: &Value) -> String {
    json.as_str().map_or(String::new(), |text| format!("{sign}{}", text.trim_end()))
}

/// An id, which is sent as a text or as a number.
fn id_in(json: &Value) -> String {
    json.as_str().map_or_else(|| json.to_string(), ToOwned::to_owned)
}

/// The definitions of commands, each option as one line: name, type, whether it is required, completed, and its words.
pub(crate) fn definitions(commands: &[Command]) -> String {
    let mut lines = Vec::new();
    for command in commands {
        let json = serde_json::to_value(command.create_as_slash_command().unwrap()).unwrap();
        let who = json["default_member_permissions"].as_str().map_or("everyone", |_| "administrators");
        lines.push(format!("/{} – {} ({who})", word(&json["name"]), word(&json["description"])));
        for option in json["options"].as_array().unwrap() {
            let marks = ["required", "autocomplete"].into_iter().filter(|mark| option[mark] == true);
            let marks: Vec<_> = marks.collect();
            lines.push(
                format!("    {} {} {}", word(&option["name"]), option["type"], marks.join(" ")).trim_end().to_owned(),
            );
        }
    }
    lines.join("\n")
}

fn word(json: &Value) -> &str {
    json.as_str().unwrap_or_default()
}
