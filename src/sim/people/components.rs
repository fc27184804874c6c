//! Pressing buttons and picking from menus.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Refused;
use super::calls::Beginning;
use super::options::Resolved;
use super::outcome::{CommandOutcome, wait_of};
use crate::limits::components::{BUTTON, STRING_SELECT, all, is_select, kind_of};
use crate::world::World;
use crate::world::interaction::Kind;
use crate::world::permissions::Permissions;
use crate::{Id, Sim};

/// Somebody presses a button or picks from a menu.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComponentCall {
    /// The guild; direct messages with the bot where it is missing.
    pub guild: Option<Id>,
    /// The channel of the message; found by itself where it is missing.
    pub channel: Option<Id>,
    /// Who does it.
    pub user: Id,
    /// The message that the component is on.
    pub message: Id,
    /// The component.
    pub custom_id: String,
    /// What is picked from a menu.
    pub values: Vec<String>,
    /// How long to wait for the answer, in real milliseconds; ten seconds where it is missing.
    pub wait_ms: Option<u64>,
}

#[expect(clippy::unused_async, reason = "whatever a person does is awaited, as over HTTP")]
impl Sim {
    /// Presses a button or picks from a menu, and waits until the person sees an answer.
    pub async fn press(&self, call: ComponentCall) -> Result<CommandOutcome, Refused> {
        let wait = wait_of(call.wait_ms);
        let id = self.start_press(call).await?;
        self.outcome(id, wait).await
    }

    /// Presses a button or picks from a menu without waiting; gives the interaction.
    pub async fn start_press(&self, call: ComponentCall) -> Result<Id, Refused> {
        self.shared.change(|world| world.start_press(&call))
    }
}

impl World {
    fn start_press(&mut self, call: &ComponentCall) -> Result<Id, Refused> {
        let channel = self.channel_of_message(call)?;
        let place = self.place(call.guild, Some(channel), call.user)?;
        let message = self.channels.get(&place.channel).and_then(|channel| channel.messages.get(call.message));
        let message = message.filter(|message| message.is_visible_to(Some(call.user)));
        let message = message.ok_or_else(|| Refused::because("They see no such message."))?;
        if message.author != self.bot {
            return Err(Refused::because("That message is not the bot's."));
        }
        let found = all(&message.components)
            .into_iter()
            .find(|component| component.get("custom_id").and_then(Value::as_str) == Some(call.custom_id.as_str()));
        let component = found
            .ok_or_else(|| Refused::because(format!("There is no component {:?} on that message.", call.custom_id)))?;
        if component.get("disabled").and_then(Value::as_bool).unwrap_or(false) {
            return Err(Refused::because(format!("The component {:?} is disabled.", call.custom_id)));
        }
        let kind = kind_of(component);
        let mut resolved = Resolved::default();
        let mut data = json!({"custom_id": call.custom_id, "component_type": kind});
        if is_select(kind) {
            check_picked(component, &call.values)?;
            if kind != STRING_SELECT {
                for value in &call.values {
                    let id = value.parse().map_err(|_| Refused::because(format!("{value:?} is no id.")))?;
                    resolved.add_selected(self, place, kind, id)?;
                    self.check_kind(component, id)?;
                }
            }
            if let Some(object) = data.as_object_mut() {
                object.insert("values".to_owned(), json!(call.values));
                object.insert("resolved".to_owned(), resolved.json());
            }
        } else if kind != BUTTON {
            return Err(Refused::because("That component cannot be used."));
        }
        let (name, source) = (String::new(), Some(call.message));
        Ok(self.begin(Beginning { kind: Kind::Component, place, name, data, source, files: Vec::new(), trigger: None }))
    }

    /// Refuses a channel of a kind that a menu does not offer.
    fn check_kind(&self, select: &Value, channel: Id) -> Result<(), Refused> {
        let kinds = select.get("channel_types").and_then(Value::as_array).filter(|kinds| !kinds.is_empty());
        match (kinds, self.channels.get(&channel)) {
            (Some(kinds), Some(channel)) if !kinds.contains(&json!(channel.kind)) => {
                Err(Refused::because("The menu does not offer channels of that kind."))
            }
            _ => Ok(()),
        }
    }

    /// The channel that a call names, or the one that its message stands in.
    fn channel_of_message(&mut self, call: &ComponentCall) -> Result<Id, Refused> {
        if let Some(channel) = call.channel {
            return Ok(channel);
        }
        let Some(guild) = call.guild else { return Ok(self.direct_channel(call.user)) };
        self.guild_or_refuse(guild)?;
        self.channel_holding(guild, call.message).ok_or_else(|| Refused::because("They see no such message."))
    }

    /// The channel or thread of a guild that a message stands in.
    pub(crate) fn channel_holding(&self, guild: Id, message: Id) -> Option<Id> {
        let guild = self.guilds.get(&guild)?;
        let mut channels = guild.channels.iter().chain(&guild.threads).filter_map(|id| self.channels.get(id));
        channels.find(|channel| channel.messages.get(message).is_some()).map(|channel| channel.id)
    }

    /// Whether somebody sees a channel at all.
    pub(crate) fn sees(&self, user: Id, channel: Id) -> bool {
        self.permissions_at(user, channel).has(Permissions::VIEW_CHANNEL)
    }
}

/// Refuses a choice that the menu does not offer, too many of them, or too few.
pub(super) fn check_picked(select: &Value, values: &[String]) -> Result<(), Refused> {
    let bound = |key: &str| select.get(key).and_then(Value::as_u64).unwrap_or(1);
    let (least, most) = (bound("min_values"), bound("max_values"));
    if !(least..=most).contains(&(values.len() as u64)) {
        return Err(Refused::because(format!("The menu takes {least} to {most} choices, not {}.", values.len())));
    }
    let has_twice = values.iter().enumerate().any(|(at, value)| values.iter().take(at).any(|other| other == value));
    if has_twice {
        return Err(Refused::because("Each choice of a menu can be picked once."));
    }
    if kind_of(select) != STRING_SELECT {
        return Ok(());
    }
    let offered = select.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_offered = |value: &&String| offered.iter().any(|option| option.get("value") == Some(&json!(value)));
    match values.iter().find(|value| !is_offered(value)) {
        Some(value) => Err(Refused::because(format!("The menu does not offer {value:?}."))),
        None => Ok(()),
    }
}
