//! Running slash commands and context-menu commands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::calls::{Beginning, Place};
use super::options::{Given, Resolved};
use super::outcome::{CommandOutcome, wait_of};
use super::specs::FileSpec;
use super::{Refused, options};
use crate::world::World;
use crate::world::command::{CHAT_INPUT, Command, MESSAGE, USER};
use crate::world::interaction::Kind;
use crate::world::permissions::Permissions;
use crate::{Id, Sim};

/// Somebody runs a command.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommandCall {
    /// The guild; direct messages with the bot where it is missing.
    pub guild: Option<Id>,
    /// The channel; not needed in direct messages.
    pub channel: Option<Id>,
    /// Who runs it.
    pub user: Id,
    /// The full name: `tiktok connect`. A menu command needs `target` as well.
    pub name: String,
    /// The options by name; users, roles and channels as ids, a choice by its value or its name.
    pub options: Map<String, Value>,
    /// The files for options that take one.
    pub attachments: BTreeMap<String, FileSpec>,
    /// The user or message that a menu command is used on.
    pub target: Option<Id>,
    /// How long to wait for the answer, in real milliseconds; ten seconds where it is missing.
    pub wait_ms: Option<u64>,
}

impl CommandCall {
    /// `user` runs the command `name` in `channel` of `guild`, without options.
    pub fn new(guild: impl Into<Id>, channel: impl Into<Id>, user: impl Into<Id>, name: &str) -> Self {
        Self {
            guild: Some(guild.into()),
            channel: Some(channel.into()),
            user: user.into(),
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The same call with an option.
    #[must_use]
    pub fn with(mut self, option: &str, value: impl Into<Value>) -> Self {
        self.options.insert(option.to_owned(), value.into());
        self
    }

    /// The same call with a file.
    #[must_use]
    pub fn with_file(mut self, option: &str, file: FileSpec) -> Self {
        self.attachments.insert(option.to_owned(), file);
        self
    }
}

#[expect(clippy::unused_async, reason = "whatever a person does is awaited, as over HTTP")]
impl Sim {
    /// Runs a command and waits until the person sees an answer.
    pub async fn run_command(&self, call: CommandCall) -> Result<CommandOutcome, Refused> {
        let wait = wait_of(call.wait_ms);
        let id = self.start_command(call).await?;
        self.outcome(id, wait).await
    }

    /// Runs a command without waiting; gives the interaction, for [`Sim::outcome`].
    pub async fn start_command(&self, call: CommandCall) -> Result<Id, Refused> {
        self.shared.change(|world| world.start_command(&call))
    }
}

/// A command that a person named, taken apart.
pub(super) struct Chosen<'a> {
    pub(super) command: &'a Command,
    /// Group and subcommand, or subcommand, or nothing.
    pub(super) path: Vec<String>,
    /// The definitions of the options.
    pub(super) options: &'a [Value],
}

impl World {
    fn start_command(&mut self, call: &CommandCall) -> Result<Id, Refused> {
        let place = self.place(call.guild, call.channel, call.user)?;
        let Some(target) = call.target else { return self.start_chat_input(place, call) };
        self.start_menu(place, &call.name, target)
    }

    fn start_chat_input(&mut self, place: Place, call: &CommandCall) -> Result<Id, Refused> {
        let mut files = Vec::new();
        let mut uploaded = BTreeMap::new();
        for (option, file) in &call.attachments {
            let attachment = self.upload(file, place.channel, true)?;
            uploaded.insert(option.clone(), attachment.clone());
            files.push(attachment);
        }
        let built = self.chat_input_data(place, call, &uploaded);
        let (name, data) = match built {
            Ok(built) => built,
            Err(refusal) => {
                self.files.forget(&files);
                return Err(refusal);
            }
        };
        Ok(self.begin(Beginning { kind: Kind::Command, place, name, data, source: None, files, trigger: None }))
    }

    fn chat_input_data(
        &self,
        place: Place,
        call: &CommandCall,
        uploaded: &BTreeMap<String, crate::world::files::Attachment>,
    ) -> Result<(String, Value), Refused> {
        let chosen = self.chosen(place, &call.name)?;
        let mut resolved = Resolved::default();
        let given = Given { options: &call.options, files: uploaded, focused: None };
        let values = options::filled(self, place, chosen.options, &given, &mut resolved)?;
        Ok((call.name.clone(), chosen.data(&values, place, &resolved)))
    }

    fn start_menu(&mut self, place: Place, name: &str, target: Id) -> Result<Id, Refused> {
        let user_menu = self.commands.find(place.guild, USER, name);
        let found = user_menu.or_else(|| self.commands.find(place.guild, MESSAGE, name));
        let command = found.ok_or_else(|| Refused::because(format!("There is no menu command {name:?}.")))?;
        self.may_use(place, command)?;
        let mut resolved = Resolved::default();
        if command.kind == USER {
            resolved.add_user(self, place, target)?;
        } else {
            let channel = self.channels.get(&place.channel);
            let message = channel.and_then(|channel| channel.messages.get(target));
            let message = message.filter(|message| message.is_visible_to(Some(place.user)));
            let (Some(channel), Some(message)) = (channel, message) else {
                return Err(Refused::because("There is no such message in that channel."));
            };
            resolved.add("messages", target, self.message_json(channel, message));
        }
        let data = json!({
            "id": command.id, "name": command.name, "type": command.kind, "target_id": target,
            "resolved": resolved.json(), "guild_id": place.guild,
        });
        let name = command.name.clone();
        Ok(self.begin(Beginning {
            kind: Kind::Command,
            place,
            name,
            data,
            source: None,
            files: Vec::new(),
            trigger: None,
        }))
    }

    /// The chat-input command, group and subcommand that a full name means, if the person may use it.
    pub(super) fn chosen(&self, place: Place, name: &str) -> Result<Chosen<'_>, Refused> {
        let mut words = name.split_whitespace().map(|word| word.trim_start_matches('/'));
        let unknown = || Refused::because(format!("There is no command /{}.", name.trim_start_matches('/')));
        let first = words.next().ok_or_else(unknown)?;
        let command = self.commands.find(place.guild, CHAT_INPUT, first).ok_or_else(unknown)?;
        self.may_use(place, command)?;
        let mut at = options::definitions(&command.definition);
        let mut path = Vec::new();
        for word in words {
            let inner = at.iter().find(|option| options::kind_of(option) <= 2 && options::name_of(option) == word);
            at = options::definitions(inner.ok_or_else(unknown)?);
            path.push(word.to_owned());
        }
        if at.iter().any(|option| options::kind_of(option) <= 2) {
            let inner: Vec<&str> = at.iter().map(options::name_of).collect();
            let inner = inner.join(", ");
            return Err(Refused::because(format!("/{name} needs one of its subcommands: {inner}.")));
        }
        Ok(Chosen { command, path, options: at })
    }

    /// Refuses a command that the person does not see there.
    fn may_use(&self, place: Place, command: &Command) -> Result<(), Refused> {
        let definition = &command.definition;
        let Some(guild) = place.guild else {
            let contexts = definition.get("contexts").and_then(Value::as_array);
            let is_global = self.commands.global.contains_key(&(command.kind, command.name.clone()));
            let in_direct = match contexts {
                Some(contexts) => contexts.contains(&json!(1)),
                None => definition.get("dm_permission").and_then(Value::as_bool).unwrap_or(true),
            };
            let is_offered = is_global && in_direct;
            return if is_offered {
                Ok(())
            } else {
                Err(Refused::because("That command is not offered in direct messages."))
            };
        };
        let allowed = self.permissions_at(place.user, place.channel);
        if !allowed.has(Permissions::USE_APPLICATION_COMMANDS) {
            return Err(Refused::because("They may not use commands in that channel."));
        }
        if self.settings.commands_opened {
            return Ok(());
        }
        let wanted = definition.get("default_member_permissions").filter(|wanted| !wanted.is_null());
        let wanted = wanted.and_then(|wanted| serde_json::from_value::<Permissions>(wanted.clone()).ok());
        let member = self.guilds.get(&guild).and_then(|guild| Some((guild, guild.members.get(&place.user)?)));
        let own = member.map_or(Permissions::NONE, |(guild, member)| guild.permissions_of(place.user, member));
        let may = match wanted {
            None => true,
            Some(wanted) if wanted == Permissions::NONE => own.has(Permissions::ADMINISTRATOR),
            Some(wanted) => own.has(wanted),
        };
        if may { Ok(()) } else { Err(Refused::because("They lack the permissions that this command asks for.")) }
    }
}

impl Chosen<'_> {
    /// Discord's `data` for these option values.
    pub(super) fn data(&self, values: &[Value], place: Place, resolved: &Resolved) -> Value {
        let mut options = Value::from(values.to_vec());
        for (depth, name) in self.path.iter().enumerate().rev() {
            let is_innermost = depth + 1 == self.path.len();
            let kind = if is_innermost { 1 } else { 2 };
            options = json!([{"name": name, "type": kind, "options": options}]);
        }
        let mut data = json!({
            "id": self.command.id, "name": self.command.name, "type": CHAT_INPUT, "options": options,
        });
        if let Some(object) = data.as_object_mut() {
            if self.command.definition.get("guild_id").is_some() {
                object.insert("guild_id".to_owned(), json!(place.guild));
            }
            if !resolved.is_empty() {
                object.insert("resolved".to_owned(), resolved.json());
            }
        }
        data
    }
}
