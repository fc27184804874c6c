//! Slash commands are sent to Discord when they changed, and only then (`M-DLV-09`).
//!
//! Without a fast guild there is one global set. With one, the whole set is registered in each guild, where changes show
//! at once, and the global set holds only the commands that work in direct messages, because a name in both scopes
//! would appear twice (`C-50`). What was sent last is stored as a digest per scope, with the ids that Discord gave.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::all::{ApplicationId, Command as Registered, CreateCommand, InteractionContext};

use super::bot::{Bot, Command};
use crate::kernel::error::{Context, Error, Result};
use crate::kernel::ids::{CommandId, GuildId};
use crate::settings::Setting;

/// What was sent last, as JSON. Guild 0 stands for the global scope.
static SENT: Setting<Option<String>> = Setting::new("registered_commands", None);

#[derive(Serialize, Deserialize)]
struct Sent {
    digest: u64,
    ids: Vec<(String, CommandId)>,
}

/// How commands are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The guild for fast registration, if one is configured (`M-ENV-03`).
    pub fast_guild: Option<GuildId>,
}

impl Registration {
    /// Brings the global set up to date, and the fast guild's.
    pub(crate) async fn sync(self, bot: &Bot, commands: &[Command], application: ApplicationId) -> Result<()> {
        if let Some(guild) = self.fast_guild {
            self.sync_guild(bot, commands, application, guild).await?;
        }
        send(bot, Scope::Global, application, self.global_set(commands)?).await
    }

    /// The global set, in Discord's form.
    pub fn global_set(self, commands: &[Command]) -> Result<Vec<Value>> {
        if self.fast_guild.is_some() {
            let in_messages = commands.iter().filter(|command| !command.guild_only);
            return definitions(&in_messages.filter_map(as_message_command).collect::<Vec<_>>());
        }
        self.guild_set(commands)
    }

    /// The set of the fast guild, in Discord's form.
    pub fn guild_set(self, commands: &[Command]) -> Result<Vec<Value>> {
        definitions(&commands.iter().filter_map(Command::create_as_slash_command).collect::<Vec<_>>())
    }

    /// Brings a guild's set up to date: the whole set with a fast guild, an empty one without.
    pub(crate) async fn sync_guild(
        self,
        bot: &Bot,
        commands: &[Command],
        application: ApplicationId,
        guild: GuildId,
    ) -> Result<()> {
        let set = match self.fast_guild {
            Some(_) => self.guild_set(commands)?,
            None if last_sent(bot, guild).await?.is_none() => return Ok(()),
            None => Vec::new(),
        };
        send(bot, Scope::Guild(guild), application, set).await
    }
}

#[derive(Clone, Copy)]
enum Scope {
    Global,
    Guild(GuildId),
}

impl Scope {
    const fn key(self) -> GuildId {
        match self {
            Self::Global => GuildId::INSTANCE,
            Self::Guild(guild) => guild,
        }
    }
}

fn as_message_command(command: &Command) -> Option<CreateCommand> {
    Some(command.create_as_slash_command()?.contexts(vec![InteractionContext::BotDm]))
}

/// Definitions in the form of Discord's own description of its API, from which serenity's differs in two places: the
/// permissions are a number, and there is no `nsfw` where it says nothing.
fn definitions(set: &[CreateCommand]) -> Result<Vec<Value>> {
    let definition = |command: &CreateCommand| {
        let mut definition = serde_json::to_value(command)?;
        if let Some(fields) = definition.as_object_mut() {
            fields.remove("nsfw");
            if let Some(permissions) = fields.get_mut("default_member_permissions") {
                let number = permissions.as_str().and_then(|bits| bits.parse::<u64>().ok());
                *permissions = number.into();
            }
        }
        Ok(definition)
    };
    set.iter().map(definition).collect::<Result<_, serde_json::Error>>().map_err(Error::failed)
}

async fn send(bot: &Bot, scope: Scope, application: ApplicationId, set: Vec<Value>) -> Result<()> {
    let digest = digest_of(application, &set)?;
    if let Some(sent) = last_sent(bot, scope.key()).await?
        && sent.digest == digest
    {
        bot.remember_commands(sent.ids);
        return Ok(());
    }
    let registered: Vec<Registered> = match scope {
        Scope::Global => bot.rest.create_global_commands(&set).await,
        Scope::Guild(guild) => bot.rest.create_guild_commands(guild.get().into(), &set).await,
    }
    .map_err(Error::failed)
    .during("send the commands to Discord")?;
    tracing::info!(commands = registered.len(), guild = %scope.key(), "commands registered");
    let ids: Vec<_> = registered.into_iter().map(|command| (command.name, CommandId::new(command.id.get()))).collect();
    bot.remember_commands(ids.clone());
    let record = serde_json::to_string(&Sent { digest, ids }).map_err(Error::failed)?;
    bot.store.write("commands_registered", move |tx| SENT.set(tx, scope.key(), &Some(record.clone()))).await
}

/// What was sent for exactly this scope; the instance's record never stands in for a guild's.
async fn last_sent(bot: &Bot, scope: GuildId) -> Result<Option<Sent>> {
    let record = bot.store.read("registered_commands", move |read| SENT.get_own(read, scope)).await?;
    Ok(record.flatten().and_then(|record| serde_json::from_str(&record).ok()))
}

fn digest_of(application: ApplicationId, set: &[Value]) -> Result<u64> {
    let json = serde_json::to_string(set).map_err(Error::failed)?;
    let mut hasher = DefaultHasher::new();
    (application.get(), json).hash(&mut hasher);
    Ok(hasher.finish())
}
