//! Definitions of commands: names, descriptions, counts, order of options.

use std::collections::HashSet;

use serde_json::Value;

use crate::rest::form::{Form, length};
use crate::world::command::{CHAT_INPUT, MESSAGE, USER};

/// Option types that hold other options.
const SUBCOMMAND: u64 = 1;
const SUBCOMMAND_GROUP: u64 = 2;
/// The most characters that names, descriptions and choice values of one command may hold together.
const TOTAL: usize = 8_000;

/// Notes everything that is wrong with a command's definition.
pub(crate) fn check(form: &mut Form, path: &str, command: &Value) {
    let kind = command.get("type").and_then(Value::as_u64).unwrap_or(CHAT_INPUT);
    match kind {
        CHAT_INPUT => {
            check_name(form, path, command);
            form.text_field(path, command, "description", 1, 100);
            check_options(form, path, command, 0);
            if size(command) > TOTAL {
                form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
            }
        }
        USER | MESSAGE => {
            form.text_field(path, command, "name", 1, 32);
            let is_described = command.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
            if is_described {
                let message = "Context menu commands cannot have description";
                form.wrong(&format!("{path}.description"), "APPLICATION_COMMAND_DESCRIPTION_DISALLOWED", message);
            }
        }
        _ => form.wrong(&format!("{path}.type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}."),
    }
}

fn check_name(form: &mut Form, path: &str, named: &Value) {
    form.text_field(path, named, "name", 1, 32);
    let name = named.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_plain = name.chars().all(|c| c == '-' || c == '_' || c == '\'' || c.is_alphanumeric());
    if !is_plain || name != name.to_lowercase() {
        let message = "Command name is invalid";
        form.wrong(&format!("{path}.name"), "APPLICATION_COMMAND_INVALID_NAME", message);
    }
}

fn check_options(form: &mut Form, path: &str, holder: &Value, depth: u8) {
    let Some(options) = holder.get("options").and_then(Value::as_array) else { return };
    let path = format!("{path}.options");
    if options.len() > 25 {
        form.count(&path, options.len(), 0, 25);
    }
    let mut names = HashSet::new();
    let mut had_optional = false;
    let is_group = |option: &Value| kind_of(option) <= SUBCOMMAND_GROUP;
    if options.iter().any(is_group) && !options.iter().all(is_group) {
        let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        form.wrong(&path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for (at, option) in options.iter().enumerate() {
        let path = format!("{path}.{at}");
        check_name(form, &path, option);
        form.text_field(&path, option, "description", 1, 100);
        if !names.insert(option.get("name")) {
            let message = "Option name must be unique";
            form.wrong(&format!("{path}.name"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message);
        }
        match kind_of(option) {
            SUBCOMMAND if depth < 2 => check_options(form, &path, option, 2),
            SUBCOMMAND_GROUP if depth == 0 => check_options(form, &path, option, 1),
            3..=11 => {
                let is_required = option.get("required").and_then(Value::as_bool).unwrap_or(false);
                if is_required && had_optional {
                    let message = "Required options must be placed before non-required options";
                    form.wrong(&path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
                }
                had_optional |= !is_required;
                check_value(form, &path, option);
            }
            _ => form.wrong(&format!("{path}.type"), "BASE_TYPE_CHOICES", "This option type cannot stand here."),
        }
    }
}

fn check_value(form: &mut Form, path: &str, option: &Value) {
    let kind = kind_of(option);
    let choices = option.get("choices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let completes = option.get("autocomplete").and_then(Value::as_bool).unwrap_or(false);
    if completes && !choices.is_empty() {
        let message = "autocomplete may not be set to true if choices are present";
        form.wrong(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message);
    }
    if (completes || !choices.is_empty()) && !matches!(kind, 3 | 4 | 10) {
        let message = "Choices are only for strings and numbers";
        form.wrong(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message);
    }
    check_choices(form, &format!("{path}.choices"), choices, kind);
    for (key, least) in [("min_length", 0), ("max_length", 1)] {
        if option.get(key).is_some_and(|n| !n.is_null() && n.as_u64().is_none_or(|n| !(least..=6_000).contains(&n))) {
            form.wrong(&format!("{path}.{key}"), "NUMBER_TYPE_MAX", "int value should be between 0 and 6000.");
        }
    }
}

/// Notes what is wrong with choices, of a definition or of an autocompletion, for an option of type `kind`.
pub(crate) fn check_choices(form: &mut Form, path: &str, choices: &[Value], kind: u64) {
    if choices.len() > 25 {
        form.count(path, choices.len(), 0, 25);
    }
    for (at, choice) in choices.iter().enumerate() {
        let path = format!("{path}.{at}");
        form.text_field(&path, choice, "name", 1, 100);
        let is_fitting = match (kind, choice.get("value")) {
            (3, Some(Value::String(text))) => (1..=100).contains(&length(text)),
            (4, Some(number)) => number.is_i64() || number.is_u64(),
            (10, Some(number)) => number.is_number(),
            _ => false,
        };
        if !is_fitting {
            let message = "The value does not fit the option, or is not between 1 and 100 in length.";
            form.wrong(&format!("{path}.value"), "BASE_TYPE_INVALID", message);
        }
    }
}

/// Discord's number of an option's type; 0 where there is none.
pub(crate) fn kind_of(option: &Value) -> u64 {
    option.get("type").and_then(Value::as_u64).unwrap_or(0)
}

fn size(holder: &Value) -> usize {
    let text = |key: &str| holder.get(key).and_then(Value::as_str).map_or(0, length);
    let list = |key: &str| holder.get(key).and_then(Value::as_array).into_iter().flatten();
    text("name") + text("description") + text("value") + list("options").chain(list("choices")).map(size).sum::<usize>()
}
