//! Components of messages: five rows of five buttons or one menu each, or the newer layout kinds.

use std::collections::HashSet;

use serde_json::Value;

use crate::rest::form::Form;

/// A row of buttons, or of one menu.
pub(crate) const ROW: u64 = 1;
/// A button.
pub(crate) const BUTTON: u64 = 2;
/// A menu of given texts.
pub(crate) const STRING_SELECT: u64 = 3;
/// A text field of a modal.
pub(crate) const TEXT_INPUT: u64 = 4;
/// A text in the newer layout.
const TEXT_DISPLAY: u64 = 10;
/// A titled field of a modal.
pub(crate) const LABEL: u64 = 18;
/// Components of all kinds that a message in the newer layout may hold.
const MOST_IN_LAYOUT: usize = 40;

/// The Discord type number of a component.
pub(crate) fn kind_of(component: &Value) -> u64 {
    component.get("type").and_then(Value::as_u64).unwrap_or(0)
}

/// Whether a component is a menu of any kind.
pub(crate) const fn is_select(kind: u64) -> bool {
    matches!(kind, 3 | 5 | 6 | 7 | 8)
}

/// All components of a list, with those inside others.
pub(crate) fn all(components: &[Value]) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = components.iter().rev().collect();
    while let Some(component) = open.pop() {
        found.push(component);
        for inner in ["accessory", "component"] {
            open.extend(component.get(inner).filter(|inner| inner.is_object()));
        }
        open.extend(component.get("components").and_then(Value::as_array).into_iter().flatten().rev());
    }
    found
}

/// Notes everything that is wrong with a message's components.
pub(crate) fn check(form: &mut Form, components: &[Value], is_layout: bool) {
    if is_layout {
        check_layout(form, components);
    } else {
        if components.len() > 5 {
            form.count("components", components.len(), 0, 5);
        }
        for (at, row) in components.iter().enumerate() {
            let path = format!("components.{at}");
            if kind_of(row) == ROW {
                check_row(form, &path, row);
            } else {
                form.wrong(&path, "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).");
            }
        }
    }
    check_ids_differ(form, components);
}

fn check_layout(form: &mut Form, components: &[Value]) {
    let everything = all(components);
    if components.is_empty() || everything.len() > MOST_IN_LAYOUT {
        form.count("components", everything.len(), 1, MOST_IN_LAYOUT);
    }
    let mut texts = 0;
    for (at, component) in everything.iter().enumerate() {
        let path = format!("components.{at}");
        match kind_of(component) {
            ROW => check_row(form, &path, component),
            BUTTON => check_button(form, &path, component),
            TEXT_DISPLAY => {
                form.text_field(&path, component, "content", 1, 4_000);
                texts += component.get("content").and_then(Value::as_str).map_or(0, crate::rest::form::length);
            }
            kind if is_select(kind) || matches!(kind, 9 | 11..=14 | 17) => {}
            _ => form.wrong(&path, "UNION_TYPE_CHOICES", "Unknown component type."),
        }
    }
    if texts > 4_000 {
        form.wrong("components", "BASE_TYPE_MAX_LENGTH", "The texts must be 4000 or fewer in length together.");
    }
}

fn check_row(form: &mut Form, path: &str, row: &Value) {
    let Some(inside) = row.get("components").and_then(Value::as_array) else {
        form.wrong(&format!("{path}.components"), "BASE_TYPE_REQUIRED", "This field is required");
        return;
    };
    let path = format!("{path}.components");
    let has_menu = inside.iter().any(|component| is_select(kind_of(component)));
    form.count(&path, inside.len(), 1, if has_menu { 1 } else { 5 });
    for (at, component) in inside.iter().enumerate() {
        let path = format!("{path}.{at}");
        match kind_of(component) {
            BUTTON => check_button(form, &path, component),
            kind if is_select(kind) => check_select(form, &path, component),
            _ => form.wrong(&path, "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8)."),
        }
    }
}

fn check_button(form: &mut Form, path: &str, button: &Value) {
    form.text_field(path, button, "label", 0, 80);
    let has = |key: &str| button.get(key).is_some_and(|value| !value.is_null() && value != "");
    let style = button.get("style").and_then(Value::as_u64).unwrap_or(0);
    match style {
        1..=4 => {
            form.text_field(path, button, "custom_id", 1, 100);
            if has("url") {
                form.wrong(
                    path,
                    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                    "A custom id and url cannot both be specified",
                );
            }
        }
        5 => {
            form.text_field(path, button, "url", 1, 512);
            if has("custom_id") {
                form.wrong(
                    path,
                    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                    "A custom id and url cannot both be specified",
                );
            }
        }
        6 => {}
        _ => form.wrong(&format!("{path}.style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}."),
    }
    if style != 6 && !has("label") && !has("emoji") {
        form.wrong(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji.");
    }
}

/// Notes what is wrong with a menu, on a message or in a modal.
pub(crate) fn check_select(form: &mut Form, path: &str, select: &Value) {
    form.text_field(path, select, "custom_id", 1, 100);
    form.text_field(path, select, "placeholder", 0, 150);
    let number = |key: &str| select.get(key).and_then(Value::as_u64);
    let (least, most) = (number("min_values").unwrap_or(1), number("max_values").unwrap_or(1));
    if least > 25 {
        form.wrong(&format!("{path}.min_values"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 25.");
    }
    if most == 0 || most > 25 || most < least {
        form.wrong(
            &format!("{path}.max_values"),
            "NUMBER_TYPE_MAX",
            "int value should be between 1 and 25, and not below min_values.",
        );
    }
    if kind_of(select) != STRING_SELECT {
        return check_defaults(form, path, select, (least, most));
    }
    let options = select.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let path = format!("{path}.options");
    form.count(&path, options.len(), 1, 25);
    if most > options.len() as u64 && !options.is_empty() {
        form.wrong(&path, "SELECT_COMPONENT_INSUFFICIENT_OPTIONS", "There are fewer options than max_values.");
    }
    let mut values = HashSet::new();
    for (at, option) in options.iter().enumerate() {
        let path = format!("{path}.{at}");
        form.text_field(&path, option, "label", 1, 100);
        form.text_field(&path, option, "value", 1, 100);
        form.text_field(&path, option, "description", 0, 100);
        if !values.insert(option.get("value")) {
            let message = "The specified option value is already used";
            form.wrong(&format!("{path}.value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
        }
    }
}

/// Notes what is wrong with the people, roles or channels that a menu has picked from the start.
fn check_defaults(form: &mut Form, path: &str, select: &Value, (least, most): (u64, u64)) {
    let Some(defaults) = select.get("default_values").and_then(Value::as_array).filter(|defaults| !defaults.is_empty())
    else {
        return;
    };
    let path = format!("{path}.default_values");
    if !(least..=most).contains(&(defaults.len() as u64)) {
        form.wrong(&path, "BASE_TYPE_BAD_LENGTH", &format!("Must be between {least} and {most} in length."));
    }
    let fits: &[&str] = match kind_of(select) {
        5 => &["user"],
        6 => &["role"],
        8 => &["channel"],
        _ => &["user", "role"],
    };
    for (at, default) in defaults.iter().enumerate() {
        let is_id = default.get("id").and_then(Value::as_str).is_some_and(|id| id.parse::<u64>().is_ok());
        let kind = default.get("type").and_then(Value::as_str);
        if !is_id || !kind.is_some_and(|kind| fits.contains(&kind)) {
            form.wrong(&format!("{path}.{at}"), "BASE_TYPE_INVALID", "This is no default value of that menu.");
        }
    }
}

/// Notes custom ids that appear twice.
pub(crate) fn check_ids_differ(form: &mut Form, components: &[Value]) {
    let mut seen = HashSet::new();
    for id in all(components).iter().filter_map(|component| component.get("custom_id")?.as_str()) {
        if !seen.insert(id) {
            let message = "Component custom id cannot be duplicated";
            form.wrong("components", "COMPONENT_CUSTOM_ID_DUPLICATED", &format!("{message}: {id}"));
        }
    }
}
