//! Views and commands as Discord gets them, as texts to compare.

mod custom_ids;

use crate::discord::{Command, Draft};

/// The text of a draft, as Discord would get it.
pub(crate) fn text_of(draft: Draft) -> String {
    let message = serde_json::to_value(draft.into_message()).unwrap();
    message["content"].as_str().unwrap_or_default().to_owned()
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

fn word(json: &serde_json::Value) -> &str {
    json.as_str().unwrap_or_default()
}
