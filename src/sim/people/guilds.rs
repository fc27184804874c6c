//! Guilds are made, people come and go, channels and roles appear and vanish.

use serde_json::json;

use super::Refused;
use super::specs::{ChannelSpec, GuildIds, GuildSpec, MemberSpec, OverwriteSpec, RoleSpec};
use crate::gateway::sessions::intents;
use crate::world::channel::{ANNOUNCEMENT, Channel, PUBLIC_THREAD, TEXT, Thread};
use crate::world::permissions::Permissions;
use crate::{Id, Sim};

#[expect(clippy::unused_async, reason = "whatever a person does is awaited, as over HTTP")]
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

    /// Starts a public thread in a channel as a person; gives its id.
    pub async fn start_thread(&self, channel: impl Into<Id>, user: impl Into<Id>, name: &str) -> Result<Id, Refused> {
        let (parent, user) = (channel.into(), user.into());
        self.shared.change(|world| {
            let found = world.channels.get(&parent).filter(|channel| channel.holds_messages() && !channel.is_thread());
            let found = found.ok_or_else(|| Refused::because("There is no such channel to start a thread in."))?;
            let guild = found.guild.ok_or_else(|| Refused::because("Direct messages have no threads."))?;
            if !world.permissions_in(user, found).has(Permissions::VIEW_CHANNEL | Permissions::CREATE_PUBLIC_THREADS) {
                return Err(Refused::because("They may not start threads in that channel."));
            }
            let mut thread = Channel::new(world.next_id(), PUBLIC_THREAD, Some(guild), name);
            thread.parent = Some(parent);
            thread.thread = Some(Thread::started_by(user, 4_320, world.now()));
            Ok(world.add_channel(thread))
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

    /// Turns a channel into one of another kind, or says that it is for adults, as its moderators would. Discord turns
    /// channels of text and of announcements into one another, and no others.
    pub async fn turn_channel(&self, channel: impl Into<Id>, spec: ChannelSpec, is_nsfw: bool) -> Result<(), Refused> {
        let channel = channel.into();
        self.shared.change(|world| {
            let kind = spec.number()?;
            let turned =
                world.channels.get_mut(&channel).ok_or_else(|| Refused::because("There is no such channel."))?;
            if ![turned.kind, kind].iter().all(|kind| matches!(*kind, TEXT | ANNOUNCEMENT)) {
                return Err(Refused::because("This channel cannot be turned into such a one."));
            }
            (turned.kind, turned.is_nsfw) = (kind, is_nsfw);
            world.announce_channel(channel);
            Ok(())
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
