//! How the commands that Discord has differ from ours.
//!
//! Discord answers more than it was told: numbers of its own, defaults, and forms that mean the same. What is left when
//! those are taken away is compared, by a digest for each command.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

/// What Discord adds, or says in another way than it was told.
const NOT_COMPARED: [&str; 12] = [
    "id",
    "application_id",
    "version",
    "guild_id",
    "contexts",
    "integration_types",
    "dm_permission",
    "name_localizations",
    "description_localizations",
    "name_localized",
    "description_localized",
    "handler",
];

/// The names of commands that differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Ours that Discord has not.
    pub missing: Vec<String>,
    /// Those that Discord has in another form.
    pub different: Vec<String>,
    /// Those that Discord has and that are not ours.
    pub extra: Vec<String>,
}

impl Drift {
    /// Compares our definitions with those that Discord answers.
    pub fn between(ours: &[Value], registered: &[Value]) -> Self {
        let (ours, registered) = (digests(ours), digests(registered));
        let mut drift = Self::default();
        for (name, digest) in &ours {
            match registered.get(name) {
                None => drift.missing.push(name.clone()),
                Some(other) if other != digest => drift.different.push(name.clone()),
                Some(_) => {}
            }
        }
        drift.extra.extend(registered.into_keys().filter(|name| !ours.contains_key(name)));
        drift
    }
}

fn digests(commands: &[Value]) -> BTreeMap<String, u64> {
    let digest = |command: &Value| {
        let mut hasher = DefaultHasher::new();
        essence(command).to_string().hash(&mut hasher);
        hasher.finish()
    };
    let named = |command: &Value| Some((command.get("name")?.as_str()?.to_owned(), digest(command)));
    commands.iter().filter_map(named).collect()
}

/// A definition without what does not matter, in one form. Keys come in their order, because JSON objects are sorted here.
fn essence(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(key, value)| !NOT_COMPARED.contains(&key.as_str()) && says_something(key, value));
            let sorted: BTreeMap<&String, Value> = kept.map(|(key, value)| (key, of_field(key, value))).collect();
            Value::Object(sorted.into_iter().map(|(key, value)| (key.clone(), value)).collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.iter().map(essence).collect()),
        // The largest numbers are read back a little off.
        Value::Number(number) => number.as_f64().map_or(Value::Null, |number| Value::String(format!("{number:.9e}"))),
        other => other.clone(),
    }
}

/// What is not there, empty or off says nothing; a command without a kind is a slash command.
fn says_something(key: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(values) => !values.is_empty(),
        // Slash commands have kind 1; so have options that are subcommands, which carry no other kind.
        Value::Number(number) => !(key == "type" && number.as_u64() == Some(1)),
        _ => true,
    }
}

/// Permissions are a number or its text.
fn of_field(key: &str, value: &Value) -> Value {
    match value {
        Value::Number(number) if key == "default_member_permissions" => Value::String(number.to_string()),
        other => essence(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_discord_adds_is_no_difference() {
        let ours = json!({
            "name": "move", "description": "Move a song", "default_member_permissions": 8, "options": [
                {"type": 3, "name": "line", "description": "Where", "required": true, "choices": []},
                {"type": 4, "name": "place", "description": "Which", "min_value": 1, "max_value": 9_007_199_254_740_991_u64},
            ],
        });
        let theirs = json!({
            "id": "5", "application_id": "6", "version": "7", "type": 1, "name": "move", "description": "Move a song",
            "default_member_permissions": "8", "dm_permission": false, "contexts": [0], "integration_types": [0],
            "nsfw": false, "name_localizations": null, "options": [
                {"name": "line", "type": 3, "description": "Where", "required": true},
                {"name": "place", "type": 4, "description": "Which", "min_value": 1.0, "max_value": 9_007_199_254_740_990.0, "required": false},
            ],
        });
        assert_eq!(Drift::between(&[ours], &[theirs]), Drift::default());
    }

    #[test]
    fn each_difference_is_named() {
        let command = |name: &str, about: &str| json!({"name": name, "description": about});
        let ours = [command("queue", "Show the queue"), command("next", "Play the next song")];
        let theirs = [command("next", "Play any song"), command("old", "Gone")];
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected = Drift { missing: names(&["queue"]), different: names(&["next"]), extra: names(&["old"]) };
        assert_eq!(Drift::between(&ours, &theirs), expected);
    }
}
