//! The ways in which guilds change: channels, roles, members, bans, voice; whoever listens is told.

use serde_json::{Value, json};

use super::World;
use super::channel::Channel;
use super::guild::{Guild, Member, Role, VoiceState};
use crate::Id;
use crate::gateway::sessions::intents;

impl World {
    /// Adds a channel to its guild; a thread is announced as one.
    pub(crate) fn add_channel(&mut self, channel: Channel) -> Id {
        let (id, is_thread) = (channel.id, channel.is_thread());
        let Some(guild_id) = channel.guild else { return id };
        let mut json = self.channel_json(&channel);
        self.channels.insert(id, channel);
        if let Some(guild) = self.guilds.get_mut(&guild_id) {
            if is_thread {
                guild.threads.insert(id)
            } else {
                guild.channels.insert(id)
            };
        }
        if is_thread && let Some(object) = json.as_object_mut() {
            object.insert("newly_created".to_owned(), json!(true));
        }
        let name = if is_thread { "THREAD_CREATE" } else { "CHANNEL_CREATE" };
        self.emit_guild(name, intents::GUILDS, guild_id, json);
        id
    }

    /// Tells the listeners that a channel or thread has changed.
    pub(crate) fn announce_channel(&mut self, id: Id) {
        let Some(channel) = self.channels.get(&id) else { return };
        let Some(guild) = channel.guild else { return };
        let name = if channel.is_thread() { "THREAD_UPDATE" } else { "CHANNEL_UPDATE" };
        let data = self.channel_json(channel);
        self.emit_guild(name, intents::GUILDS, guild, data);
    }

    /// Deletes a channel with its threads, messages, files and web-hooks; `false` where there is none.
    pub(crate) fn delete_channel(&mut self, id: Id) -> bool {
        let threads: Vec<Id> = match self.channels.get(&id).and_then(|channel| self.guilds.get(&channel.guild?)) {
            Some(guild) => guild.threads.iter().copied().filter(|thread| self.is_inside(*thread, id)).collect(),
            None => Vec::new(),
        };
        for thread in threads {
            self.delete_channel(thread);
        }
        let Some(channel) = self.channels.remove(&id) else { return false };
        for message in channel.messages.iter() {
            self.files.forget(&message.attachments);
        }
        self.webhooks.retain(|_, webhook| webhook.channel != id);
        let Some(guild_id) = channel.guild else { return true };
        if let Some(guild) = self.guilds.get_mut(&guild_id) {
            guild.channels.remove(&id);
            guild.threads.remove(&id);
            guild.system_channel = guild.system_channel.filter(|channel| *channel != id);
            guild.voice.retain(|_, state| state.channel != id);
        }
        let (name, data) = if channel.is_thread() {
            let data = json!({"id": id, "guild_id": guild_id, "parent_id": channel.parent, "type": channel.kind});
            ("THREAD_DELETE", data)
        } else {
            ("CHANNEL_DELETE", self.channel_json(&channel))
        };
        self.emit_guild(name, intents::GUILDS, guild_id, data);
        true
    }

    fn is_inside(&self, thread: Id, parent: Id) -> bool {
        self.channels.get(&thread).is_some_and(|thread| thread.parent == Some(parent))
    }

    /// Tells the listeners that a guild itself has changed.
    pub(crate) fn announce_guild_change(&mut self, id: Id) {
        let Some(data) = self.guilds.get(&id).map(Guild::json) else { return };
        self.emit_guild("GUILD_UPDATE", intents::GUILDS, id, data);
    }

    /// Adds a role, or puts a changed one in its place.
    pub(crate) fn put_role(&mut self, guild_id: Id, role: Role) {
        let Some(guild) = self.guilds.get_mut(&guild_id) else { return };
        let data = json!({"guild_id": guild_id, "role": role.json()});
        let is_new = guild.roles.insert(role.id, role).is_none();
        let name = if is_new { "GUILD_ROLE_CREATE" } else { "GUILD_ROLE_UPDATE" };
        self.emit_guild(name, intents::GUILDS, guild_id, data);
    }

    /// Deletes a role and takes it from everybody.
    pub(crate) fn delete_role(&mut self, guild_id: Id, role: Id) {
        let Some(guild) = self.guilds.get_mut(&guild_id) else { return };
        guild.roles.remove(&role);
        for member in guild.members.values_mut() {
            member.roles.remove(&role);
        }
        let channels = guild.channels.clone();
        for channel in channels {
            if let Some(channel) = self.channels.get_mut(&channel) {
                channel.overwrites.retain(|overwrite| overwrite.target != role);
            }
        }
        let data = json!({"guild_id": guild_id, "role_id": role});
        self.emit_guild("GUILD_ROLE_DELETE", intents::GUILDS, guild_id, data);
    }

    /// Somebody joins a guild.
    pub(crate) fn add_member(&mut self, guild_id: Id, user: Id, member: Member) {
        let Some(guild) = self.guilds.get_mut(&guild_id) else { return };
        guild.members.insert(user, member);
        self.announce_member("GUILD_MEMBER_ADD", guild_id, user);
    }

    /// Tells the listeners that a member has joined or changed.
    pub(crate) fn announce_member(&mut self, name: &'static str, guild_id: Id, user: Id) {
        let Some(mut data) = self.guilds.get(&guild_id).and_then(|guild| self.member_json(guild, user)) else { return };
        if let Some(object) = data.as_object_mut() {
            object.insert("guild_id".to_owned(), json!(guild_id));
        }
        // A change of the bot's own membership reaches it without the privileged intent.
        let intent = if user == self.bot { intents::GUILDS } else { intents::MEMBERS };
        self.emit_guild(name, intent, guild_id, data);
    }

    /// Somebody leaves a guild; `false` for somebody who is not there.
    pub(crate) fn remove_member(&mut self, guild_id: Id, user: Id) -> bool {
        self.leave_voice(guild_id, user);
        let Some(guild) = self.guilds.get_mut(&guild_id) else { return false };
        if guild.members.remove(&user).is_none() {
            return false;
        }
        if user == self.bot {
            let data = json!({"id": guild_id});
            self.emit_guild("GUILD_DELETE", intents::GUILDS, guild_id, data);
        } else {
            let data = json!({"guild_id": guild_id, "user": self.user_json(user)});
            self.emit_guild("GUILD_MEMBER_REMOVE", intents::MEMBERS, guild_id, data);
        }
        true
    }

    /// Bans somebody, who leaves at once.
    pub(crate) fn ban(&mut self, guild_id: Id, user: Id, reason: &str) {
        self.remove_member(guild_id, user);
        let Some(guild) = self.guilds.get_mut(&guild_id) else { return };
        guild.bans.insert(user, reason.to_owned());
        let data = json!({"guild_id": guild_id, "user": self.user_json(user)});
        self.emit_guild("GUILD_BAN_ADD", intents::MODERATION, guild_id, data);
    }

    /// Lifts a ban; `false` where there is none.
    pub(crate) fn unban(&mut self, guild_id: Id, user: Id) -> bool {
        let lifted = self.guilds.get_mut(&guild_id).and_then(|guild| guild.bans.remove(&user)).is_some();
        if lifted {
            let data = json!({"guild_id": guild_id, "user": self.user_json(user)});
            self.emit_guild("GUILD_BAN_REMOVE", intents::MODERATION, guild_id, data);
        }
        lifted
    }

    /// Somebody joins a voice channel, coming from another one maybe.
    pub(crate) fn join_voice(&mut self, guild_id: Id, user: Id, channel: Id) {
        let session = format!("voice{}", self.next_id());
        let Some(guild) = self.guilds.get_mut(&guild_id) else { return };
        guild.voice.insert(user, VoiceState { channel, session });
        self.announce_voice(guild_id, user);
    }

    /// Somebody leaves voice.
    pub(crate) fn leave_voice(&mut self, guild_id: Id, user: Id) {
        let left = self.guilds.get_mut(&guild_id).and_then(|guild| guild.voice.remove(&user));
        if left.is_some() {
            self.announce_voice(guild_id, user);
        }
    }

    fn announce_voice(&mut self, guild_id: Id, user: Id) {
        let Some(guild) = self.guilds.get(&guild_id) else { return };
        let data = self.voice_state_json(guild, user);
        self.emit_guild("VOICE_STATE_UPDATE", intents::VOICE, guild_id, data);
    }

    fn voice_state_json(&self, guild: &Guild, user: Id) -> Value {
        let mut data = guild.voice_json(user, guild.voice.get(&user));
        if let (Some(object), Some(member)) = (data.as_object_mut(), self.member_json(guild, user)) {
            object.insert("member".to_owned(), member);
        }
        data
    }
}
