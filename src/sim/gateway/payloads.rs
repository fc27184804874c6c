//! The payloads that a fresh session starts with: READY and its guilds.

use serde_json::{Value, json};

use super::sessions::intents;
use crate::Id;
use crate::id::shard_of;
use crate::world::World;
use crate::world::guild::Guild;
use crate::world::permissions::Permissions;

impl World {
    /// Starts a session: READY, then each guild of its shard.
    pub(crate) fn greet(&mut self, session: &str, shard: (u64, u64), wanted: u64) {
        let guilds: Vec<Id> = self
            .guilds
            .values()
            .filter(|guild| guild.members.contains_key(&self.bot) && shard_of(guild.id, shard.1) == shard.0)
            .map(|guild| guild.id)
            .collect();
        let unavailable: Vec<Value> = guilds.iter().map(|id| json!({"id": id, "unavailable": true})).collect();
        let ready = json!({
            "v": 10,
            "user": self.own_account_json(),
            "guilds": unavailable,
            "session_id": session,
            "session_type": "normal",
            "resume_gateway_url": self.gateway_url(),
            "shard": [shard.0, shard.1],
            "application": {"id": self.bot, "flags": self.application_flags()},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
        });
        self.sessions.dispatch_to(session, "READY", &ready);
        if wanted & intents::GUILDS == 0 {
            return;
        }
        for id in guilds {
            let is_out_of_order = self.guilds.get(&id).is_some_and(|guild| guild.is_out_of_order);
            if is_out_of_order {
                self.sessions.dispatch_to(session, "GUILD_DELETE", &json!({"id": id, "unavailable": true}));
                continue;
            }
            let Some(data) = self.guilds.get(&id).map(|guild| self.guild_create_json(guild, wanted)) else { continue };
            self.sessions.dispatch_to(session, "GUILD_CREATE", &data);
        }
    }

    /// Discord's form of the bot's account for the bot itself.
    pub(crate) fn own_account_json(&self) -> Value {
        let mut account = self.user_json(self.bot);
        if let Some(object) = account.as_object_mut() {
            object.insert("verified".to_owned(), json!(true));
            object.insert("mfa_enabled".to_owned(), json!(false));
            object.insert("email".to_owned(), Value::Null);
        }
        account
    }

    /// The event `GUILD_CREATE`. Without the presences intent only the bot and the people in voice are among the members.
    pub(crate) fn guild_create_json(&self, guild: &Guild, wanted: u64) -> Value {
        let mut json = guild.json();
        let Some(object) = json.as_object_mut() else { return json };
        let sees = |channel: &Id| self.permissions_at(self.bot, *channel).has(Permissions::VIEW_CHANNEL);
        let shown = |ids: &std::collections::BTreeSet<Id>, only_visible: bool| -> Value {
            let ids = ids.iter().filter(|id| !only_visible || sees(id));
            ids.filter_map(|id| self.channels.get(id)).map(|channel| self.channel_json(channel)).collect()
        };
        let has_presences = wanted & intents::PRESENCES != 0;
        let is_listed = |user: &Id| has_presences || *user == self.bot || guild.voice.contains_key(user);
        let members: Value = guild
            .members
            .keys()
            .filter(|user| is_listed(user))
            .filter_map(|user| self.member_json(guild, *user))
            .collect();
        let presences: Value = guild
            .presences
            .iter()
            .filter(|_| has_presences)
            .map(|(user, status)| presence_json(guild.id, *user, status))
            .collect();
        let voice: Value = guild.voice.iter().map(|(user, state)| guild.voice_json(*user, Some(state))).collect();
        let joined = guild.members.get(&self.bot).map(|member| member.joined.rfc3339());
        for (key, value) in [
            ("channels", shown(&guild.channels, false)),
            ("threads", shown(&guild.threads, true)),
            ("members", members),
            ("presences", presences),
            ("voice_states", voice),
            ("stage_instances", json!([])),
            ("guild_scheduled_events", json!([])),
            ("soundboard_sounds", json!([])),
            ("joined_at", json!(joined)),
            ("large", json!(guild.members.len() > 250)),
            ("unavailable", json!(false)),
            ("member_count", json!(guild.members.len())),
        ] {
            object.insert(key.to_owned(), value);
        }
        json
    }
}

/// Discord's form of a presence.
pub(crate) fn presence_json(guild: Id, user: Id, status: &str) -> Value {
    json!({"guild_id": guild, "user": {"id": user}, "status": status, "activities": [], "client_status": {"web": status}})
}
