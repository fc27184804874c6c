//! The application's commands, global and per guild.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::World;
use crate::Id;

/// Discord's number of a chat-input command.
pub(crate) const CHAT_INPUT: u64 = 1;
/// Discord's number of a user command.
pub(crate) const USER: u64 = 2;
/// Discord's number of a message command.
pub(crate) const MESSAGE: u64 = 3;

/// A registered command. The definition is kept as Discord answers it.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) id: Id,
    pub(crate) kind: u64,
    pub(crate) name: String,
    pub(crate) definition: Value,
}

/// One scope's commands: the global ones, or a guild's own.
pub(crate) type Scope = BTreeMap<(u64, String), Command>;

/// All registered commands.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    pub(crate) global: Scope,
    pub(crate) guilds: HashMap<Id, Scope>,
}

impl Commands {
    /// The commands of a guild, or the global ones.
    pub(crate) fn scope(&self, guild: Option<Id>) -> Option<&Scope> {
        match guild {
            Some(guild) => self.guilds.get(&guild),
            None => Some(&self.global),
        }
    }

    /// The commands of a guild, or the global ones, to change them.
    pub(crate) fn scope_mut(&mut self, guild: Option<Id>) -> &mut Scope {
        match guild {
            Some(guild) => self.guilds.entry(guild).or_default(),
            None => &mut self.global,
        }
    }

    /// The command that a person in `guild` means by `name`: the guild's own first.
    pub(crate) fn find(&self, guild: Option<Id>, kind: u64, name: &str) -> Option<&Command> {
        let key = (kind, name.to_owned());
        let own = guild.and_then(|guild| self.guilds.get(&guild)).and_then(|scope| scope.get(&key));
        own.or_else(|| self.global.get(&key))
    }
}

impl World {
    /// A command as Discord answers it: the definition with defaults, id and version.
    pub(crate) fn command_from(&mut self, definition: &Value, guild: Option<Id>, id: Option<Id>) -> Command {
        let id = id.unwrap_or_else(|| self.next_id());
        let version = self.next_id();
        let kind = definition.get("type").and_then(Value::as_u64).unwrap_or(CHAT_INPUT);
        let name = definition.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut stored = json!({
            "id": id, "application_id": self.bot, "version": version, "type": kind, "name": name,
            "description": "", "default_member_permissions": null, "dm_permission": true, "nsfw": false,
            "contexts": null, "integration_types": [0],
        });
        if let (Some(stored), Some(given)) = (stored.as_object_mut(), definition.as_object()) {
            for (key, value) in
                given.iter().filter(|(key, _)| !matches!(key.as_str(), "id" | "version" | "application_id"))
            {
                // Discord takes permissions as a number or as text, and answers text.
                let is_number = key == "default_member_permissions" && value.is_u64();
                stored.insert(key.clone(), if is_number { Value::String(value.to_string()) } else { value.clone() });
            }
            if let Some(guild) = guild {
                stored.insert("guild_id".to_owned(), json!(guild));
            }
        }
        Command { id, kind, name, definition: stored }
    }

    /// All commands that are registered now, global ones first, as Discord answers them.
    pub fn commands(&self) -> Vec<Value> {
        let own = self.commands.guilds.values();
        let all = std::iter::once(&self.commands.global).chain(own);
        all.flat_map(|scope| scope.values().map(|command| command.definition.clone())).collect()
    }
}
