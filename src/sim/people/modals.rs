//! Sending in modals.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Refused;
use super::calls::Beginning;
use super::components::check_picked;
use super::outcome::{CommandOutcome, wait_of};
use crate::limits::components::{LABEL, ROW, TEXT_INPUT, kind_of};
use crate::limits::modal::{self, Field};
use crate::rest::form::length;
use crate::world::World;
use crate::world::interaction::Kind;
use crate::{Id, Sim};

/// Somebody fills in the modal that the bot opened and sends it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModalCall {
    /// The guild; not needed, the interaction knows it.
    pub guild: Option<Id>,
    /// Who does it: the person for whom it was opened.
    pub user: Id,
    /// The interaction that was answered with the modal.
    pub interaction: Id,
    /// The texts by the fields' custom ids or labels; a field that is not named keeps what the bot filled in.
    pub fields: Map<String, Value>,
    /// How long to wait for the answer, in real milliseconds; ten seconds where it is missing.
    pub wait_ms: Option<u64>,
}

#[expect(clippy::unused_async, reason = "whatever a person does is awaited, as over HTTP")]
impl Sim {
    /// Sends a modal in and waits until the person sees an answer.
    pub async fn submit_modal(&self, call: ModalCall) -> Result<CommandOutcome, Refused> {
        let wait = wait_of(call.wait_ms);
        let id = self.start_modal(call).await?;
        self.outcome(id, wait).await
    }

    /// Sends a modal in without waiting; gives the new interaction.
    pub async fn start_modal(&self, call: ModalCall) -> Result<Id, Refused> {
        self.shared.change(|world| world.start_modal(&call))
    }
}

impl World {
    fn start_modal(&mut self, call: &ModalCall) -> Result<Id, Refused> {
        let opened = self.interactions.get(call.interaction);
        let opened =
            opened.ok_or_else(|| Refused::because(format!("There is no interaction {}.", call.interaction)))?;
        if opened.user != call.user {
            return Err(Refused::because("The modal was opened for somebody else."));
        }
        let answer = opened.answer.as_ref().filter(|answer| answer.kind == 9);
        let answer = answer.ok_or_else(|| Refused::because("The bot opened no modal."))?;
        let opened_modal = answer.body().get("data").cloned().unwrap_or_default();
        let (guild, channel, source) = (opened.guild, opened.channel, opened.source);
        let trigger = Some((opened.id, opened.kind));
        let place = self.place(guild, Some(channel), call.user)?;
        let fields = modal::fields(&opened_modal);
        let is_field = |name: &str, field: &Field<'_>| field.label == name || custom_id(field) == name;
        if let Some(unknown) = call.fields.keys().find(|name| !fields.iter().any(|field| is_field(name, field))) {
            return Err(Refused::because(format!("The modal has no field {unknown:?}.")));
        }
        let filled: Vec<Value> = fields
            .iter()
            .map(|field| {
                let given = call.fields.get(custom_id(field)).or_else(|| call.fields.get(field.label));
                filled(field, given)
            })
            .collect::<Result<_, _>>()?;
        let data = json!({
            "custom_id": opened_modal.get("custom_id"), "components": filled, "resolved": {},
        });
        let name = String::new();
        Ok(self.begin(Beginning { kind: Kind::Modal, place, name, data, source, files: Vec::new(), trigger }))
    }
}

fn custom_id<'a>(field: &Field<'a>) -> &'a str {
    field.component.get("custom_id").and_then(Value::as_str).unwrap_or_default()
}

/// A field as the bot gets it back.
fn filled(field: &Field<'_>, given: Option<&Value>) -> Result<Value, Refused> {
    let kind = kind_of(field.component);
    let id = custom_id(field);
    let inner = if kind == TEXT_INPUT {
        let text = given.or_else(|| field.component.get("value")).and_then(Value::as_str).unwrap_or_default();
        check_text(field, text)?;
        json!({"type": kind, "custom_id": id, "value": text})
    } else {
        let values: Vec<String> = match given {
            Some(Value::String(single)) => vec![single.clone()],
            Some(list) => serde_json::from_value(list.clone())
                .map_err(|_| Refused::because(format!("The field {id:?} takes a list of values.")))?,
            None => Vec::new(),
        };
        let is_required = field.component.get("required").and_then(Value::as_bool).unwrap_or(true);
        if is_required || !values.is_empty() {
            check_picked(field.component, &values)?;
        }
        json!({"type": kind, "custom_id": id, "values": values})
    };
    Ok(if field.is_labelled {
        json!({"type": LABEL, "component": inner})
    } else {
        json!({"type": ROW, "components": [inner]})
    })
}

fn check_text(field: &Field<'_>, text: &str) -> Result<(), Refused> {
    let name = if field.label.is_empty() { custom_id(field) } else { field.label };
    let bound =
        |key: &str| field.component.get(key).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok());
    let is_required = field.component.get("required").and_then(Value::as_bool).unwrap_or(true);
    let length = length(text);
    if length == 0 {
        return if is_required { Err(Refused::because(format!("The field {name:?} is required."))) } else { Ok(()) };
    }
    let (least, most) = (bound("min_length").unwrap_or(0), bound("max_length").unwrap_or(4_000));
    if length < least || length > most {
        return Err(Refused::because(format!("The field {name:?} takes {least} to {most} characters, not {length}.")));
    }
    let is_single_line = field.component.get("style").and_then(Value::as_u64) == Some(1);
    if is_single_line && text.contains('\n') {
        return Err(Refused::because(format!("The field {name:?} takes one line.")));
    }
    Ok(())
}
