//! Modals: a title of 45, one to five fields.

use serde_json::Value;

use super::components::{LABEL, ROW, TEXT_INPUT, check_ids_differ, check_select, is_select, kind_of};
use crate::rest::form::Form;

/// A field of a modal: the label that a person reads and the component itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub(crate) label: &'a str,
    pub(crate) component: &'a Value,
    /// Whether it stands in a label component, not in a row.
    pub(crate) is_labelled: bool,
}

/// The fields of a modal from top to bottom.
pub(crate) fn fields(modal: &Value) -> Vec<Field<'_>> {
    let outer = modal.get("components").and_then(Value::as_array).into_iter().flatten();
    let mut found = Vec::new();
    for holder in outer {
        if let Some(component) = holder.get("component").filter(|_| kind_of(holder) == LABEL) {
            let label = holder.get("label").and_then(Value::as_str).unwrap_or_default();
            found.push(Field { label, component, is_labelled: true });
        }
        for component in holder.get("components").and_then(Value::as_array).into_iter().flatten() {
            let label = component.get("label").and_then(Value::as_str).unwrap_or_default();
            found.push(Field { label, component, is_labelled: false });
        }
    }
    found
}

/// Notes everything that is wrong with a modal.
pub(crate) fn check(form: &mut Form, modal: &Value) {
    form.text_field("data", modal, "custom_id", 1, 100);
    form.text_field("data", modal, "title", 1, 45);
    let rows = modal.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    form.count("data.components", rows.len(), 1, 5);
    for (at, row) in rows.iter().enumerate() {
        let path = format!("data.components.{at}");
        match kind_of(row) {
            ROW => {
                let inside = row.get("components").and_then(Value::as_array).map_or(0, Vec::len);
                form.count(&format!("{path}.components"), inside, 1, 1);
            }
            LABEL => {
                form.text_field(&path, row, "label", 1, 45);
                form.text_field(&path, row, "description", 0, 100);
            }
            10 => {}
            _ => form.wrong(&path, "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18)."),
        }
    }
    for (at, field) in fields(modal).iter().enumerate() {
        check_field(form, &format!("data.components.{at}"), field);
    }
    check_ids_differ(form, rows);
}

fn check_field(form: &mut Form, path: &str, field: &Field<'_>) {
    match kind_of(field.component) {
        TEXT_INPUT => check_input(form, path, field),
        kind if field.is_labelled && is_select(kind) => check_select(form, path, field.component),
        19 if field.is_labelled => form.text_field(path, field.component, "custom_id", 1, 100),
        _ => form.wrong(path, "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (4,)."),
    }
}

fn check_input(form: &mut Form, path: &str, field: &Field<'_>) {
    let input = field.component;
    form.text_field(path, input, "custom_id", 1, 100);
    if !field.is_labelled {
        form.text_field(path, input, "label", 1, 45);
    }
    form.text_field(path, input, "placeholder", 0, 100);
    form.text_field(path, input, "value", 0, 4_000);
    if !input.get("style").and_then(Value::as_u64).is_some_and(|style| style == 1 || style == 2) {
        form.wrong(&format!("{path}.style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.");
    }
    let bound = |key: &str, least: u64| match input.get(key) {
        None | Some(Value::Null) => true,
        Some(number) => number.as_u64().is_some_and(|number| (least..=4_000).contains(&number)),
    };
    for (key, least) in [("min_length", 0), ("max_length", 1)] {
        if !bound(key, least) {
            let message = format!("int value should be between {least} and 4000.");
            form.wrong(&format!("{path}.{key}"), "NUMBER_TYPE_MAX", &message);
        }
    }
}
