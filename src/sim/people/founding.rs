//! How guilds are made from their specs: roles first, then members, the bot, channels.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Refused;
use super::specs::{ChannelSpec, GuildIds, GuildSpec, MemberSpec, OverwriteSpec, RoleSpec};
use crate::Id;
use crate::gateway::sessions::{Event, intents};
use crate::kernel::time::Timestamp;
use crate::world::World;
use crate::world::channel::{Channel, Overwrite};
use crate::world::guild::{Guild, Member, Role};
use crate::world::permissions::Permissions;

impl World {
    pub(crate) fn guild_or_refuse(&self, guild: Id) -> Result<&Guild, Refused> {
        self.guilds.get(&guild).ok_or_else(|| Refused::because(format!("There is no guild {guild}.")))
    }

    pub(super) fn create_guild(&mut self, spec: &GuildSpec) -> Result<GuildIds, Refused> {
        let id = self.next_guild_id();
        let owner = self.user_named(spec.owner.as_deref().unwrap_or("owner"), false);
        let everyone = Role {
            id,
            name: "@everyone".to_owned(),
            permissions: spec.everyone.unwrap_or(Permissions::EVERYONE),
            position: 0,
            color: 0,
            is_hoisted: false,
            is_mentionable: false,
            managed_by: None,
        };
        let now = self.now();
        let guild = Guild {
            id,
            name: spec.name.clone(),
            owner,
            roles: BTreeMap::from([(id, everyone)]),
            members: BTreeMap::from([(owner, Member::new(now))]),
            bans: BTreeMap::new(),
            channels: BTreeSet::new(),
            threads: BTreeSet::new(),
            voice: BTreeMap::new(),
            presences: BTreeMap::new(),
            icon: None,
            system_channel: None,
            is_out_of_order: false,
        };
        self.guilds.insert(id, guild);
        let filled = self.fill_guild(id, spec);
        if let Err(refusal) = filled {
            self.discard_guild(id);
            return Err(refusal);
        }
        let guild = self.guild_or_refuse(id)?;
        let ids = self.ids_of(guild);
        // As without the presences intent: only the bot among the members. Whoever may list the others asks for them.
        let data = self.guild_create_json(guild, intents::NONE);
        self.emit(&Event { name: "GUILD_CREATE", intent: intents::GUILDS, guild: Some(id), data, bare: None });
        Ok(ids)
    }

    /// Fills a guild that no session knows yet.
    fn fill_guild(&mut self, id: Id, spec: &GuildSpec) -> Result<(), Refused> {
        for role in &spec.roles {
            self.found_role(id, role, None);
        }
        for member in &spec.members {
            self.join(id, member)?;
        }
        let general = [ChannelSpec::from("general")];
        let channels = if spec.channels.is_empty() { general.as_slice() } else { spec.channels.as_slice() };
        let days_ago = Duration::from_secs(spec.bot_joined_days_ago.saturating_mul(86_400));
        let joined = self.now().before(days_ago);
        self.admit_bot(id, spec.bot_permissions.unwrap_or(Permissions::BOT), joined);
        for channel in channels {
            self.found_channel(id, channel)?;
        }
        if let Some(name) = &spec.system_channel {
            let channels = self.guild_or_refuse(id)?.channels.iter();
            let named = channels.copied().find(|id| self.channels.get(id).is_some_and(|channel| channel.name == *name));
            let named = named.ok_or_else(|| Refused::because(format!("There is no channel {name:?}.")))?;
            if let Some(guild) = self.guilds.get_mut(&id) {
                guild.system_channel = Some(named);
            }
        }
        Ok(())
    }

    /// The bot comes into a guild, with a role of its own as an invitation makes it.
    pub(super) fn admit_bot(&mut self, id: Id, permissions: Permissions, joined: Timestamp) {
        let bot_role = RoleSpec { name: self.settings.bot_name.clone(), permissions, ..RoleSpec::default() };
        let role = self.found_role(id, &bot_role, Some(self.bot));
        let mut member = Member::new(joined);
        member.roles.insert(role);
        let bot = self.bot;
        if let Some(guild) = self.guilds.get_mut(&id) {
            guild.members.insert(bot, member);
        }
    }

    fn discard_guild(&mut self, id: Id) {
        let Some(guild) = self.guilds.remove(&id) else { return };
        for channel in guild.channels {
            self.channels.remove(&channel);
        }
    }

    pub(super) fn join(&mut self, guild_id: Id, spec: &MemberSpec) -> Result<Id, Refused> {
        if spec.name.is_empty() {
            return Err(Refused::because("A member needs a name."));
        }
        let user = self.user_named(&spec.name, spec.bot);
        let days_ago = Duration::from_secs(spec.joined_days_ago.saturating_mul(86_400));
        let mut member = Member::new(self.now().before(days_ago));
        member.nick.clone_from(&spec.nick);
        for name in &spec.roles {
            let role = self.named_role(guild_id, name);
            member.roles.insert(role.ok_or_else(|| Refused::because(format!("There is no role {name:?}.")))?);
        }
        if spec.permissions != Permissions::NONE {
            let own = RoleSpec {
                name: format!("only {}", spec.name),
                permissions: spec.permissions,
                position: Some(1),
                ..RoleSpec::default()
            };
            member.roles.insert(self.found_role(guild_id, &own, None));
        }
        let guild = self.guild_or_refuse(guild_id)?;
        if guild.bans.contains_key(&user) {
            return Err(Refused::because("They are banned from that guild."));
        }
        // Before the bot is in the guild, nobody needs to hear of it.
        if guild.members.contains_key(&self.bot) {
            self.add_member(guild_id, user, member);
        } else if let Some(guild) = self.guilds.get_mut(&guild_id) {
            guild.members.insert(user, member);
        }
        Ok(user)
    }

    pub(super) fn found_role(&mut self, guild_id: Id, spec: &RoleSpec, managed_by: Option<Id>) -> Id {
        let id = self.next_id();
        let top = self.guilds.get(&guild_id).and_then(|guild| guild.roles.values().map(|role| role.position).max());
        let role = Role {
            id,
            name: spec.name.clone(),
            permissions: spec.permissions,
            position: spec.position.unwrap_or(if managed_by.is_some() { top.unwrap_or(0) + 1 } else { 1 }),
            color: spec.color,
            is_hoisted: false,
            is_mentionable: spec.mentionable,
            managed_by,
        };
        let knows_bot = self.guilds.get(&guild_id).is_some_and(|guild| guild.members.contains_key(&self.bot));
        if knows_bot {
            self.put_role(guild_id, role);
        } else if let Some(guild) = self.guilds.get_mut(&guild_id) {
            guild.roles.insert(id, role);
        }
        id
    }

    pub(super) fn found_channel(&mut self, guild_id: Id, spec: &ChannelSpec) -> Result<Id, Refused> {
        if spec.name.is_empty() {
            return Err(Refused::because("A channel needs a name."));
        }
        let overwrites: Vec<Overwrite> = spec
            .overwrites
            .iter()
            .map(|overwrite| self.overwrite_from(guild_id, overwrite))
            .collect::<Result<_, _>>()?;
        let mut channel = Channel::new(self.next_id(), spec.number()?, Some(guild_id), &spec.name);
        channel.topic.clone_from(&spec.topic);
        channel.parent = spec.parent;
        channel.overwrites = overwrites;
        let count = self.guild_or_refuse(guild_id)?.channels.len();
        channel.position = i64::try_from(count).unwrap_or(0);
        Ok(self.add_channel(channel))
    }

    pub(super) fn overwrite_from(&self, guild_id: Id, spec: &OverwriteSpec) -> Result<Overwrite, Refused> {
        let guild = self.guild_or_refuse(guild_id)?;
        if let Some(role) = self.named_role(guild_id, &spec.target) {
            return Ok(Overwrite { target: role, is_member: false, allow: spec.allow, deny: spec.deny });
        }
        let by_name = self.names.get(&spec.target).copied().or_else(|| spec.target.parse().ok());
        let user = if spec.target == "bot" { Some(self.bot) } else { by_name };
        let member = user.filter(|user| guild.members.contains_key(user));
        let target =
            member.ok_or_else(|| Refused::because(format!("There is no role or member {:?}.", spec.target)))?;
        Ok(Overwrite { target, is_member: true, allow: spec.allow, deny: spec.deny })
    }

    fn named_role(&self, guild_id: Id, name: &str) -> Option<Id> {
        let guild = self.guilds.get(&guild_id)?;
        let by_name = guild.roles.values().find(|role| role.name == name && role.managed_by.is_none());
        by_name.map(|role| role.id).or_else(|| name.parse().ok().filter(|id| guild.roles.contains_key(id)))
    }

    pub(super) fn ids_of(&self, guild: &Guild) -> GuildIds {
        let channels = guild.channels.iter().filter_map(|id| Some((self.channels.get(id)?.name.clone(), *id)));
        let members = guild.members.keys().filter_map(|id| Some((self.users.get(id)?.name.clone(), *id)));
        let roles = guild.roles.values().map(|role| (role.name.clone(), role.id));
        GuildIds {
            guild: guild.id,
            owner: guild.owner,
            bot: self.bot,
            channels: channels.collect(),
            members: members.collect(),
            roles: roles.collect(),
        }
    }
}
