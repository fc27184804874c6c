//! Options of commands, checked as Discord's own client checks them before anything is sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Refused;
use super::calls::Place;
use crate::Id;
use crate::rest::form::length;
use crate::world::World;
use crate::world::files::Attachment;

pub(super) use crate::limits::commands::kind_of;

/// The largest whole number that an option takes.
const LARGEST: i64 = 1 << 53;

/// What a person typed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given<'a> {
    pub(super) options: &'a Map<String, Value>,
    pub(super) files: &'a BTreeMap<String, Attachment>,
    /// The option that is being typed, when choices are wanted.
    pub(super) focused: Option<&'a str>,
}

/// Discord's `resolved`: the objects behind the ids.
#[derive(Debug, Default)]
pub(super) struct Resolved(Map<String, Value>);

impl Resolved {
    /// Adds an object under its id.
    pub(super) fn add(&mut self, kind: &str, id: Id, object: Value) {
        let entry = self.0.entry(kind).or_insert_with(|| json!({}));
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(id.to_string(), object);
        }
    }

    /// Adds a user, and their membership in the guild.
    pub(super) fn add_user(&mut self, world: &World, place: Place, user: Id) -> Result<(), Refused> {
        if !world.users.contains_key(&user) {
            return Err(Refused::because(format!("There is no user {user}.")));
        }
        self.add("users", user, world.user_json(user));
        if let Some(mut member) = place.guild.and_then(|guild| world.caller_json(guild, user, place.channel)) {
            if let Some(object) = member.as_object_mut() {
                for left_out in ["user", "deaf", "mute"] {
                    object.remove(left_out);
                }
            }
            self.add("members", user, member);
        }
        Ok(())
    }

    fn add_role(&mut self, world: &World, place: Place, role: Id) -> Result<(), Refused> {
        let guild = place.guild.and_then(|guild| world.guilds.get(&guild));
        let found = guild.and_then(|guild| guild.roles.get(&role));
        let found = found.ok_or_else(|| Refused::because(format!("There is no role {role} here.")))?;
        self.add("roles", role, found.json());
        Ok(())
    }

    fn add_channel(&mut self, world: &World, place: Place, channel: Id) -> Result<u64, Refused> {
        let found = world.channels.get(&channel).filter(|channel| channel.guild == place.guild);
        let found = found.ok_or_else(|| Refused::because(format!("There is no channel {channel} here.")))?;
        self.add("channels", channel, world.partial_channel_json(found, place.user));
        Ok(found.kind)
    }

    /// Adds what a select of type `kind` may name: users, roles, both, channels.
    pub(super) fn add_selected(&mut self, world: &World, place: Place, kind: u64, id: Id) -> Result<(), Refused> {
        match kind {
            5 => self.add_user(world, place, id),
            6 => self.add_role(world, place, id),
            7 => self.add_role(world, place, id).or_else(|_| self.add_user(world, place, id)),
            _ => self.add_channel(world, place, id).map(|_| ()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// The option definitions inside a command, group or subcommand.
pub(super) fn definitions(holder: &Value) -> &[Value] {
    holder.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// An option's name.
pub(super) fn name_of(option: &Value) -> &str {
    option.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// The filled options as Discord sends them, each checked against its definition.
pub(super) fn filled(
    world: &World,
    place: Place,
    definitions: &[Value],
    given: &Given<'_>,
    resolved: &mut Resolved,
) -> Result<Vec<Value>, Refused> {
    let mut typed = given.options.keys().chain(given.files.keys());
    if let Some(unknown) = typed.find(|name| !definitions.iter().any(|option| name_of(option) == name.as_str())) {
        return Err(Refused::because(format!("The command has no option {unknown:?}.")));
    }
    let mut values = Vec::new();
    for definition in definitions {
        let name = name_of(definition);
        let kind = kind_of(definition);
        let is_focused = given.focused == Some(name);
        let value = match (given.options.get(name), given.files.get(name)) {
            (_, Some(file)) if kind == 11 => {
                resolved.add("attachments", file.id, world.attachment_json(file));
                json!(file.id)
            }
            (_, Some(_)) => return Err(Refused::because(format!("The option {name:?} takes no file."))),
            (Some(value), None) if is_focused => json!(as_typed(value)),
            (None, None) if is_focused => json!(""),
            (Some(value), None) => checked(world, place, definition, value, resolved)?,
            (None, None) => {
                let is_required = definition.get("required").and_then(Value::as_bool).unwrap_or(false);
                if is_required && given.focused.is_none() {
                    return Err(Refused::because(format!("The option {name:?} is required.")));
                }
                continue;
            }
        };
        let mut option = json!({"name": name, "type": kind, "value": value});
        if let Some(object) = option.as_object_mut().filter(|_| is_focused) {
            object.insert("focused".to_owned(), json!(true));
        }
        values.push(option);
    }
    Ok(values)
}

fn as_typed(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn checked(
    world: &World,
    place: Place,
    definition: &Value,
    value: &Value,
    resolved: &mut Resolved,
) -> Result<Value, Refused> {
    let name = name_of(definition);
    let wrong = |what: &str| Refused::because(format!("The option {name:?} takes {what}, not {value}."));
    let id = || serde_json::from_value::<Id>(value.clone()).map_err(|_| wrong("an id"));
    if let Some(choices) = definition.get("choices").and_then(Value::as_array).filter(|choices| !choices.is_empty()) {
        let of = |choice: &&Value| choice.get("value") == Some(value) || choice.get("name") == Some(value);
        let choice = choices.iter().find(of).and_then(|choice| choice.get("value"));
        return choice.cloned().ok_or_else(|| wrong("one of its choices"));
    }
    match kind_of(definition) {
        3 => {
            let text = value.as_str().ok_or_else(|| wrong("a text"))?;
            within_length(definition, text).map_err(|sentence| wrong(&sentence))?;
            Ok(value.clone())
        }
        4 => {
            let number = value
                .as_i64()
                .filter(|number| number.unsigned_abs() <= LARGEST.unsigned_abs())
                .ok_or_else(|| wrong("a whole number"))?;
            #[expect(clippy::cast_precision_loss, reason = "numbers up to 2^53 are exact")]
            within_bounds(definition, number as f64).map_err(|sentence| wrong(&sentence))?;
            Ok(json!(number))
        }
        5 => value.as_bool().map(Value::from).ok_or_else(|| wrong("true or false")),
        6 => {
            let id = id()?;
            resolved.add_user(world, place, id)?;
            Ok(json!(id))
        }
        7 => {
            let id = id()?;
            let kind = resolved.add_channel(world, place, id)?;
            let kinds = definition.get("channel_types").and_then(Value::as_array).filter(|kinds| !kinds.is_empty());
            if kinds.is_some_and(|kinds| !kinds.contains(&json!(kind))) {
                return Err(wrong("another kind of channel"));
            }
            Ok(json!(id))
        }
        8 => {
            let id = id()?;
            resolved.add_role(world, place, id)?;
            Ok(json!(id))
        }
        9 => {
            let id = id()?;
            resolved.add_selected(world, place, 7, id)?;
            Ok(json!(id))
        }
        10 => {
            let number = value.as_f64().ok_or_else(|| wrong("a number"))?;
            within_bounds(definition, number).map_err(|sentence| wrong(&sentence))?;
            Ok(json!(number))
        }
        11 => Err(wrong("a file, given among the attachments")),
        _ => Err(wrong("nothing")),
    }
}

fn within_length(definition: &Value, text: &str) -> Result<(), String> {
    let bound = |key: &str| definition.get(key).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok());
    let (least, most) = (bound("min_length").unwrap_or(0), bound("max_length").unwrap_or(6_000));
    let length = length(text);
    if length > most || length < least { Err(format!("{least} to {most} characters")) } else { Ok(()) }
}

fn within_bounds(definition: &Value, number: f64) -> Result<(), String> {
    let bound = |key: &str| definition.get(key).and_then(Value::as_f64);
    let (least, most) = (bound("min_value"), bound("max_value"));
    let fits = least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
    if fits { Ok(()) } else { Err(format!("a number from {} to {}", shown(least), shown(most))) }
}

fn shown(bound: Option<f64>) -> String {
    bound.map_or_else(|| "any".to_owned(), |bound| bound.to_string())
}
