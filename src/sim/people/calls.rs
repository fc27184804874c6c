//! How any interaction begins: who may start one, and the event that the bot gets.

use serde_json::{Value, json};

use super::Refused;
use crate::Id;
use crate::gateway::sessions::{Event, intents};
use crate::kernel::time::Stopwatch;
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::files::Attachment;
use crate::world::interaction::{Interaction, Kind};
use crate::world::permissions::Permissions;

/// Who does it, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// `None` in direct messages.
    pub(crate) guild: Option<Id>,
    pub(crate) channel: Id,
    pub(crate) user: Id,
}

/// An interaction that is about to begin.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// The command's full name; empty for components and modals.
    pub(crate) name: String,
    /// Discord's `data`.
    pub(crate) data: Value,
    /// The message whose component it is.
    pub(crate) source: Option<Id>,
    /// Files given as options.
    pub(crate) files: Vec<Attachment>,
    /// The interaction that was answered with the modal that is sent in.
    pub(crate) trigger: Option<(Id, Kind)>,
}

impl World {
    /// The place, checked: the person is there and sees the channel. In direct messages the channel is found.
    pub(crate) fn place(&mut self, guild: Option<Id>, channel: Option<Id>, user: Id) -> Result<Place, Refused> {
        if !self.users.contains_key(&user) {
            return Err(Refused::because(format!("There is nobody with the id {user}.")));
        }
        let Some(guild_id) = guild else {
            let direct = self.direct_channel(user);
            return Ok(Place { guild: None, channel: direct, user });
        };
        let guild = self.guild_or_refuse(guild_id)?;
        if !guild.members.contains_key(&user) {
            return Err(Refused::because("That person is not in the guild."));
        }
        let channel = channel.ok_or_else(|| Refused::because("A channel is needed."))?;
        let found = self.channels.get(&channel).filter(|channel| channel.guild == Some(guild_id));
        let found = found.ok_or_else(|| Refused::because(format!("There is no channel {channel} in that guild.")))?;
        if !self.permissions_in(user, found).has(Permissions::VIEW_CHANNEL) {
            return Err(Refused::because("They cannot see that channel."));
        }
        Ok(Place { guild: Some(guild_id), channel, user })
    }

    /// Begins an interaction: the bot is told, and the time for its answer runs.
    pub(crate) fn begin(&mut self, beginning: Beginning) -> Id {
        let id = self.next_id();
        let token = self.interaction_token(id);
        let Beginning { kind, place, name, data, source, files, trigger } = beginning;
        let payload = self.interaction_json(id, &token, kind, place, &data, source);
        let interaction = Interaction {
            id,
            token,
            kind,
            user: place.user,
            guild: place.guild,
            channel: place.channel,
            name,
            source,
            trigger,
            created: self.now(),
            answer_by: self.now().after(self.settings.answer_within),
            watch: Stopwatch::start(),
            files,
            answer: None,
            original: None,
            is_loading: false,
            followups: Vec::new(),
            is_settled: false,
            bell: std::sync::Arc::default(),
        };
        if let Some(forgotten) = self.interactions.add(interaction) {
            self.files.forget(&forgotten.files);
        }
        self.emit(&Event {
            name: "INTERACTION_CREATE",
            intent: intents::NONE,
            guild: place.guild,
            data: payload,
            bare: None,
        });
        id
    }

    fn interaction_json(
        &self,
        id: Id,
        token: &str,
        kind: Kind,
        place: Place,
        data: &Value,
        source: Option<Id>,
    ) -> Value {
        let channel = self.channels.get(&place.channel);
        let owner = place.guild.map_or_else(|| "0".to_owned(), |guild| guild.to_string());
        let mut json = json!({
            "id": id,
            "application_id": self.bot,
            "type": kind.number(),
            "token": token,
            "version": 1,
            "data": data,
            "channel_id": place.channel,
            "channel": channel.map(|channel| self.partial_channel_json(channel, place.user)),
            "app_permissions": self.permissions_at(self.bot, place.channel),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": owner},
            "context": u8::from(place.guild.is_none()),
            "attachment_size_limit": self.settings.user_upload_bytes,
        });
        let Some(object) = json.as_object_mut() else { return json };
        if let Some(guild) = place.guild {
            object.insert("guild_id".to_owned(), json!(guild));
            object.insert("guild".to_owned(), json!({"id": guild, "locale": "en-US", "features": []}));
            object.insert("guild_locale".to_owned(), json!("en-US"));
            object.insert("member".to_owned(), self.caller_json(guild, place.user, place.channel).unwrap_or_default());
        } else {
            object.insert("user".to_owned(), self.user_json(place.user));
        }
        let message = source.and_then(|source| {
            let channel = channel?;
            Some(self.message_json(channel, channel.messages.get(source)?))
        });
        if let Some(message) = message {
            object.insert("message".to_owned(), message);
        }
        json
    }

    /// A channel as interactions name it.
    pub(crate) fn partial_channel_json(&self, channel: &Channel, user: Id) -> Value {
        let mut json = self.channel_json(channel);
        if let Some(object) = json.as_object_mut() {
            object.insert("permissions".to_owned(), json!(self.permissions_in(user, channel)));
            object.remove("permission_overwrites");
        }
        json
    }
}
