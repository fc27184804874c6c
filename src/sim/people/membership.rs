//! The bot itself comes into guilds and leaves them; guilds get another owner or name, and are out of order for a while.
//!
//! Sources: <https://discord.com/developers/docs/events/gateway-events#guild-create>, `#guild-delete`: a guild that is
//! out of order goes with `unavailable`, and comes back by the same event as a guild that the bot joins; only the moment of
//! joining tells them apart. `#guild-update` tells of the guild as a whole.

use serde_json::json;

use super::Refused;
use crate::gateway::sessions::intents;
use crate::world::permissions::Permissions;
use crate::{Id, Sim};

#[expect(clippy::unused_async, reason = "whatever a person does is awaited, as over HTTP")]
impl Sim {
    /// Somebody throws the bot out of a guild; its own role goes with it.
    pub async fn kick_bot(&self, guild: impl Into<Id>) -> Result<(), Refused> {
        let guild = guild.into();
        self.shared.change(|world| {
            let bot = world.bot;
            if !world.remove_member(guild, bot) {
                return Err(Refused::because("The bot is not in the guild."));
            }
            if let Some(guild) = world.guilds.get_mut(&guild) {
                guild.roles.retain(|_, role| role.managed_by != Some(bot));
            }
            Ok(())
        })
    }

    /// Somebody invites the bot into a guild, with these permissions.
    pub async fn invite_bot(&self, guild: impl Into<Id>, permissions: Permissions) -> Result<(), Refused> {
        let id = guild.into();
        self.shared.change(|world| {
            if world.guild_or_refuse(id)?.members.contains_key(&world.bot) {
                return Err(Refused::because("The bot is in the guild already."));
            }
            let now = world.now();
            world.admit_bot(id, permissions, now);
            world.announce_guild(id)
        })
    }

    /// The owner gives a guild to another member.
    pub async fn transfer_ownership(&self, guild: impl Into<Id>, to: impl Into<Id>) -> Result<(), Refused> {
        let (id, to) = (guild.into(), to.into());
        self.shared.change(|world| {
            let is_bot = world.users.get(&to).is_some_and(|user| user.is_bot);
            if is_bot || !world.guild_or_refuse(id)?.members.contains_key(&to) {
                return Err(Refused::because("Only a member who is a person can own the guild."));
            }
            if let Some(guild) = world.guilds.get_mut(&id) {
                guild.owner = to;
            }
            world.announce_guild_change(id);
            Ok(())
        })
    }

    /// Somebody who may gives a guild another name.
    pub async fn rename_guild(&self, guild: impl Into<Id>, name: &str) -> Result<(), Refused> {
        let id = guild.into();
        if !(2..=100).contains(&name.chars().count()) {
            return Err(Refused::because("The name of a guild has 2 to 100 characters."));
        }
        self.shared.change(|world| {
            world.guild_or_refuse(id)?;
            if let Some(guild) = world.guilds.get_mut(&id) {
                name.clone_into(&mut guild.name);
            }
            world.announce_guild_change(id);
            Ok(())
        })
    }

    /// Discord has trouble with a guild, or has it no more.
    pub async fn set_out_of_order(&self, guild: impl Into<Id>, is_out_of_order: bool) -> Result<(), Refused> {
        let id = guild.into();
        self.shared.change(|world| {
            world.guild_or_refuse(id)?;
            if let Some(guild) = world.guilds.get_mut(&id) {
                guild.is_out_of_order = is_out_of_order;
            }
            if !is_out_of_order {
                return world.announce_guild(id);
            }
            world.emit_guild("GUILD_DELETE", intents::GUILDS, id, json!({"id": id, "unavailable": true}));
            Ok(())
        })
    }
}

impl crate::world::World {
    /// Tells the listeners of a guild that they have not seen, or not for a while.
    fn announce_guild(&mut self, id: Id) -> Result<(), Refused> {
        let data = self.guild_create_json(self.guild_or_refuse(id)?, intents::NONE);
        self.emit_guild("GUILD_CREATE", intents::GUILDS, id, data);
        Ok(())
    }
}
