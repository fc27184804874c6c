//! The ways in which messages come, change and go; whoever listens is told.

use serde_json::{Value, json};

use super::World;
use super::channel::Channel;
use super::message::Message;
use super::permissions::Permissions;
use crate::Id;
use crate::gateway::sessions::{Event, intents};
use crate::kernel::time::Timestamp;

impl World {
    /// Puts a message into its channel and tells the listeners. The channel must exist.
    pub(crate) fn post(&mut self, message: Message) -> Id {
        let (id, channel_id, is_shown) = (message.id, message.channel, message.visible_to.is_none());
        let author = message.author;
        let Some(channel) = self.channels.get_mut(&channel_id) else { return id };
        if let Some(thread) = &mut channel.thread {
            thread.sent += 1;
            thread.members.insert(author);
        }
        if let Some(forgotten) = channel.messages.add(message) {
            self.files.forget(forgotten.files());
        }
        if is_shown {
            self.announce_message("MESSAGE_CREATE", channel_id, id);
        }
        id
    }

    /// Tells the listeners that a message has changed.
    pub(crate) fn announce_edit(&mut self, channel: Id, message: Id) {
        self.announce_message("MESSAGE_UPDATE", channel, message);
    }

    /// Tells the listeners that Discord has found a preview for a message's link. Nobody edited the message; where somebody
    /// did before, the moment of that is told again, in milliseconds. `is_partial` leaves out all but what changed.
    pub(crate) fn announce_preview(&mut self, channel_id: Id, id: Id, is_partial: bool) {
        let guild = self.guild_of(channel_id);
        let Some(channel) = self.channels.get(&channel_id) else { return };
        let Some(message) = channel.messages.get(id) else { return };
        let mut data = self.message_json(channel, message);
        let edited = message.edited.map(|edited| Timestamp::from_millis(edited.micros() / 1_000).rfc3339());
        if is_partial {
            data = json!({"id": id, "channel_id": channel_id, "embeds": message.embeds});
        } else if let Some(object) = data.as_object_mut() {
            object.insert("edited_timestamp".to_owned(), json!(edited));
        }
        if let (Some(guild), Some(object)) = (guild, data.as_object_mut()) {
            object.insert("guild_id".to_owned(), json!(guild));
        }
        let bare = (!self.may_bot_read_content(channel, message)).then(|| without_content(&data));
        self.emit_to_readers("MESSAGE_UPDATE", channel_id, guild, data, bare);
    }

    /// Deletes a message with its files; `false` where there is none.
    pub(crate) fn delete_message(&mut self, channel_id: Id, message: Id) -> bool {
        let Some(removed) = self.take_message(channel_id, message) else { return false };
        if removed.visible_to.is_none() {
            let guild = self.guild_of(channel_id);
            let data = json!({"id": message, "channel_id": channel_id, "guild_id": guild});
            self.emit_to_readers("MESSAGE_DELETE", channel_id, guild, data, None);
        }
        true
    }

    /// Deletes several messages at once; unknown ones are passed over.
    pub(crate) fn delete_messages(&mut self, channel: Id, messages: &[Id]) {
        let removed: Vec<Id> =
            messages.iter().copied().filter(|id| self.take_message(channel, *id).is_some()).collect();
        let guild = self.guild_of(channel);
        let data = json!({"ids": removed, "channel_id": channel, "guild_id": guild});
        self.emit_to_readers("MESSAGE_DELETE_BULK", channel, guild, data, None);
    }

    /// The guild of a channel.
    pub(crate) fn guild_of(&self, channel: Id) -> Option<Id> {
        self.channels.get(&channel)?.guild
    }

    fn take_message(&mut self, channel: Id, message: Id) -> Option<Message> {
        let removed = self.channels.get_mut(&channel)?.messages.remove(message)?;
        self.files.forget(removed.files());
        Some(removed)
    }

    fn announce_message(&mut self, name: &'static str, channel_id: Id, id: Id) {
        let guild = self.guild_of(channel_id);
        if !self.sessions.any_gets(message_intent(guild), guild) {
            return;
        }
        let Some(channel) = self.channels.get(&channel_id) else { return };
        let Some(message) = channel.messages.get(id).filter(|message| message.visible_to.is_none()) else { return };
        let mut data = self.message_json(channel, message);
        if let (Some(guild_id), Some(object)) = (guild, data.as_object_mut()) {
            object.insert("guild_id".to_owned(), json!(guild_id));
            let member = self.guilds.get(&guild_id).and_then(|guild| guild.members.get(&message.author));
            if let Some(member) = member.filter(|_| message.webhook_name.is_none()) {
                object.insert("member".to_owned(), member.json());
            }
        }
        let bare = (!self.may_bot_read_content(channel, message)).then(|| without_content(&data));
        self.emit_to_readers(name, channel_id, guild, data, bare);
    }

    /// Whether the bot reads this message's words even without the intent for them.
    pub(crate) fn may_bot_read_content(&self, channel: &Channel, message: &Message) -> bool {
        channel.guild.is_none() || message.author == self.bot || message.pinged.users.contains(&self.bot)
    }

    /// Sends an event about a channel's messages, if the bot can see the channel at all.
    fn emit_to_readers(
        &mut self,
        name: &'static str,
        channel: Id,
        guild: Option<Id>,
        data: Value,
        bare: Option<Value>,
    ) {
        if self.permissions_at(self.bot, channel).has(Permissions::VIEW_CHANNEL) {
            self.emit(&Event { name, intent: message_intent(guild), guild, data, bare });
        }
    }

    /// Sends an event about a channel's reactions, if the bot can see the channel at all.
    pub(crate) fn emit_reaction(&mut self, name: &'static str, channel: Id, data: Value) {
        let guild = self.guild_of(channel);
        let intent = if guild.is_some() { intents::GUILD_REACTIONS } else { intents::DIRECT_REACTIONS };
        if self.permissions_at(self.bot, channel).has(Permissions::VIEW_CHANNEL) {
            self.emit(&Event { name, intent, guild, data, bare: None });
        }
    }

    /// Sends an event about a guild.
    pub(crate) fn emit_guild(&mut self, name: &'static str, intent: u64, guild: Id, data: Value) {
        self.emit(&Event { name, intent, guild: Some(guild), data, bare: None });
    }
}

const fn message_intent(guild: Option<Id>) -> u64 {
    if guild.is_some() { intents::GUILD_MESSAGES } else { intents::DIRECT_MESSAGES }
}

/// A message as an application without the intent for message texts gets it.
pub(crate) fn without_content(message: &Value) -> Value {
    let mut bare = message.clone();
    if let Some(object) = bare.as_object_mut() {
        for (part, nothing) in [
            ("content", json!("")),
            ("embeds", json!([])),
            ("attachments", json!([])),
            ("components", json!([])),
            ("message_snapshots", json!([])),
        ] {
            if let Some(content) = object.get_mut(part) {
                *content = nothing;
            }
        }
    }
    bare
}
