//! Guilds are made, people come and go, channels and roles appear and vanish.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::Refused;
use super::specs::{ChannelSpec, GuildIds, GuildSpec, MemberSpec, OverwriteSpec, RoleSpec};
use crate::sim::gateway::sessions::{Event, intents};
use crate::sim::world::World;
use crate::sim::world::channel::{Channel, Overwrite};
use crate::sim::world::guild::{Guild, Member, Role};
use crate::sim::world::permissions::Permissions;
use crate::sim::{Id, Sim};

impl Sim {
    /// Makes a guild with the bot in it, and tells the connected bot.
    pub async fn create_guild(&self, spec: GuildSpec) -> Result<GuildIds, Refused> {
        self.shared.change(|world| world.create_guild(&spec))
    }

    /// Somebody joins a guild; gives their id.
    pub async fn add_member(&self, guild: impl Into<Id>, spec: MemberSpec) -> Result<Id, Refused> {
        let guild = guild.into();
        self.shared.change(|world| {
            world.guild_or_refuse(guild)?;
            world.join(guild, &spec)
        })
    }

    /// Somebody leaves a guild.
    pub async fn remove_member(&self, guild: impl Into<Id>, user: impl Into<Id>) -> Result<(), Refused> {
        let (guild, user) = (guild.into(), user.into());
        let has_left = self.shared.change(|world| world.remove_member(guild, user));
        if has_left { Ok(()) } else { Err(Refused::because("That person is not in the guild.")) }
    }

    /// Makes a channel; gives its id.
    pub async fn create_channel(&self, guild: impl Into<Id>, spec: ChannelSpec) -> Result<Id, Refused> {
        let guild = guild.into();
        self.shared.change(|world| {
            world.guild_or_refuse(guild)?;
            world.found_channel(guild, &spec)
        })
    }

    /// Deletes a channel as its moderators would.
    pub async fn delete_channel(&self, guild: impl Into<Id>, channel: impl Into<Id>) -> Result<(), Refused> {
        let (guild, channel) = (guild.into(), channel.into());
        self.shared.change(|world| {
            let is_there = world.channels.get(&channel).is_some_and(|channel| channel.guild == Some(guild));
            if is_there && world.delete_channel(channel) {
                Ok(())
            } else {
                Err(Refused::because("There is no such channel."))
            }
        })
    }

    /// Changes what a channel allows a role or member, by name or id.
    pub async fn set_overwrite(&self, channel: impl Into<Id>, spec: OverwriteSpec) -> Result<(), Refused> {
        let channel = channel.into();
        self.shared.change(|world| {
            let guild = world.guild_of(channel).ok_or_else(|| Refused::because("There is no such channel."))?;
            let overwrite = world.overwrite_from(guild, &spec)?;
            if let Some(channel) = world.channels.get_mut(&channel) {
                channel.overwrites.retain(|old| old.target != overwrite.target);
                channel.overwrites.push(overwrite);
            }
            world.announce_channel(channel);
            Ok(())
        })
    }

    /// Makes a role; gives its id.
    pub async fn create_role(&self, guild: impl Into<Id>, spec: RoleSpec) -> Result<Id, Refused> {
        let guild = guild.into();
        self.shared.change(|world| {
            world.guild_or_refuse(guild)?;
            Ok(world.found_role(guild, &spec, None))
        })
    }

    /// Deletes a role as its moderators would.
    pub async fn delete_role(&self, guild: impl Into<Id>, role: impl Into<Id>) -> Result<(), Refused> {
        let (guild, role) = (guild.into(), role.into());
        self.shared.change(|world| {
            if !world.guild_or_refuse(guild)?.roles.contains_key(&role) {
                return Err(Refused::because("There is no such role."));
            }
            world.delete_role(guild, role);
            Ok(())
        })
    }

    /// Changes what a role allows; the bot's own role goes by the bot's name.
    pub async fn set_role_permissions(
        &self,
        guild: impl Into<Id>,
        role: impl Into<Id>,
        permissions: Permissions,
    ) -> Result<(), Refused> {
        let (guild, role) = (guild.into(), role.into());
        self.shared.change(|world| {
            let found = world.guild_or_refuse(guild)?.roles.get(&role).cloned();
            let mut found = found.ok_or_else(|| Refused::because("There is no such role."))?;
            found.permissions = permissions;
            world.put_role(guild, found);
            Ok(())
        })
    }

    /// Gives somebody a role, or takes it, as a moderator would.
    pub async fn set_member_role(
        &self,
        guild: impl Into<Id>,
        user: impl Into<Id>,
        role: impl Into<Id>,
        has_it: bool,
    ) -> Result<(), Refused> {
        let (guild, user, role) = (guild.into(), user.into(), role.into());
        self.shared.change(|world| {
            let member = world.guilds.get_mut(&guild).and_then(|guild| guild.members.get_mut(&user));
            let member = member.ok_or_else(|| Refused::because("That person is not in the guild."))?;
            if has_it {
                member.roles.insert(role)
            } else {
                member.roles.remove(&role)
            };
            world.announce_member("GUILD_MEMBER_UPDATE", guild, user);
            Ok(())
        })
    }

    /// Joins a voice channel, or leaves voice with `None`.
    pub async fn voice(&self, guild: impl Into<Id>, user: impl Into<Id>, channel: Option<Id>) -> Result<(), Refused> {
        let (guild, user) = (guild.into(), user.into());
        self.shared.change(|world| {
            let Some(channel) = channel else {
                world.leave_voice(guild, user);
                return Ok(());
            };
            let found =
                world.channels.get(&channel).filter(|channel| channel.is_voice() && channel.guild == Some(guild));
            let found = found.ok_or_else(|| Refused::because("There is no such voice channel."))?;
            if !world.permissions_in(user, found).has(Permissions::VIEW_CHANNEL | Permissions::CONNECT) {
                return Err(Refused::because("They may not join that voice channel."));
            }
            world.join_voice(guild, user, channel);
            Ok(())
        })
    }

    /// Shows somebody as `online`, `idle`, `dnd` or `offline`.
    pub async fn presence(&self, guild: impl Into<Id>, user: impl Into<Id>, status: &str) -> Result<(), Refused> {
        let (guild, user) = (guild.into(), user.into());
        if !["online", "idle", "dnd", "offline"].contains(&status) {
            return Err(Refused::because("A presence is online, idle, dnd or offline."));
        }
        self.shared.change(|world| {
            let found = world.guilds.get_mut(&guild).filter(|guild| guild.members.contains_key(&user));
            let found = found.ok_or_else(|| Refused::because("That person is not in the guild."))?;
            if status == "offline" {
                found.presences.remove(&user);
            } else {
                found.presences.insert(user, status.to_owned());
            }
            let data = json!({
                "guild_id": guild, "user": {"id": user}, "status": status, "activities": [], "client_status": {},
            });
            world.emit_guild("PRESENCE_UPDATE", intents::PRESENCES, guild, data);
            Ok(())
        })
    }

    /// All ids of a guild by name, as they are now.
    pub async fn guild_ids(&self, guild: impl Into<Id>) -> Result<GuildIds, Refused> {
        let guild = guild.into();
        self.shared.look(|world| Ok(world.ids_of(world.guild_or_refuse(guild)?)))
    }
}

impl World {
    pub(crate) fn guild_or_refuse(&self, guild: Id) -> Result<&Guild, Refused> {
        self.guilds.get(&guild).ok_or_else(|| Refused::because(format!("There is no guild {guild}.")))
    }

    fn create_guild(&mut self, spec: &GuildSpec) -> Result<GuildIds, Refused> {
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
        let bot_role = RoleSpec {
            name: self.settings.bot_name.clone(),
            permissions: spec.bot_permissions.unwrap_or(Permissions::BOT),
            ..RoleSpec::default()
        };
        let role = self.found_role(id, &bot_role, Some(self.bot));
        let mut member = Member::new(self.now());
        member.roles.insert(role);
        let bot = self.bot;
        if let Some(guild) = self.guilds.get_mut(&id) {
            guild.members.insert(bot, member);
        }
        for channel in channels {
            self.found_channel(id, channel)?;
        }
        Ok(())
    }

    fn discard_guild(&mut self, id: Id) {
        let Some(guild) = self.guilds.remove(&id) else { return };
        for channel in guild.channels {
            self.channels.remove(&channel);
        }
    }

    fn join(&mut self, guild_id: Id, spec: &MemberSpec) -> Result<Id, Refused> {
        if spec.name.is_empty() {
            return Err(Refused::because("A member needs a name."));
        }
        let user = self.user_named(&spec.name, spec.bot);
        let mut member = Member::new(self.now());
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

    fn found_role(&mut self, guild_id: Id, spec: &RoleSpec, managed_by: Option<Id>) -> Id {
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

    fn found_channel(&mut self, guild_id: Id, spec: &ChannelSpec) -> Result<Id, Refused> {
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

    fn overwrite_from(&self, guild_id: Id, spec: &OverwriteSpec) -> Result<Overwrite, Refused> {
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

    fn ids_of(&self, guild: &Guild) -> GuildIds {
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
