//! Choices while somebody types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Refused;
use super::calls::Beginning;
use super::options::{self, Given, Resolved};
use super::outcome::wait_of;
use crate::world::World;
use crate::world::interaction::Kind;
use crate::{Id, Sim};

/// Somebody types into an option of a command.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AutocompleteCall {
    /// The guild; direct messages with the bot where it is missing.
    pub guild: Option<Id>,
    /// The channel; not needed in direct messages.
    pub channel: Option<Id>,
    /// Who types.
    pub user: Id,
    /// The command's full name.
    pub name: String,
    /// The options so far; the focused one holds what is typed.
    pub options: Map<String, Value>,
    /// The option that is being typed.
    pub focused: String,
    /// How long to wait for the choices, in real milliseconds; ten seconds where it is missing.
    pub wait_ms: Option<u64>,
}

/// A choice that the bot offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What the person reads.
    pub name: String,
    /// What the option would become.
    pub value: Value,
}

impl Sim {
    /// The choices that the bot offers for what is typed.
    pub async fn autocomplete(&self, call: AutocompleteCall) -> Result<Vec<Choice>, Refused> {
        let wait = wait_of(call.wait_ms);
        let id = self.shared.change(|world| world.start_autocomplete(&call))?;
        if self.first_answer(id, wait).await.is_none() {
            return Err(Refused::because("The bot offered no choices in time."));
        }
        let outcome = self.shared.look(|world| world.outcome(id))?;
        let choices = outcome.response.as_ref().and_then(|response| response.pointer("/data/choices")).cloned();
        serde_json::from_value(choices.unwrap_or_default())
            .map_err(|error| Refused::because(format!("The choices cannot be read: {error}.")))
    }
}

impl World {
    fn start_autocomplete(&mut self, call: &AutocompleteCall) -> Result<Id, Refused> {
        let place = self.place(call.guild, call.channel, call.user)?;
        let chosen = self.chosen(place, &call.name)?;
        let focused = chosen.options.iter().find(|option| options::name_of(option) == call.focused);
        let completes = |option: &Value| option.get("autocomplete").and_then(Value::as_bool).unwrap_or(false);
        if !focused.is_some_and(completes) {
            return Err(Refused::because(format!("The option {:?} offers no choices while typing.", call.focused)));
        }
        let files = BTreeMap::new();
        let given = Given { options: &call.options, files: &files, focused: Some(&call.focused) };
        let mut resolved = Resolved::default();
        let values = options::filled(self, place, chosen.options, &given, &mut resolved)?;
        let data = chosen.data(&values, place, &resolved);
        let name = call.name.clone();
        Ok(self.begin(Beginning {
            kind: Kind::Autocomplete,
            place,
            name,
            data,
            source: None,
            files: Vec::new(),
            trigger: None,
        }))
    }
}
