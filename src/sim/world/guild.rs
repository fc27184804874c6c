//! Guilds: members, roles, bans, voice states.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::World;
use super::permissions::Permissions;
use crate::Id;
use crate::kernel::time::Timestamp;

/// A guild. Its @everyone role has the guild's own id.
#[derive(Debug)]
pub(crate) struct Guild {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) owner: Id,
    pub(crate) roles: BTreeMap<Id, Role>,
    pub(crate) members: BTreeMap<Id, Member>,
    pub(crate) bans: BTreeMap<Id, String>,
    /// Channels in the order they were made; threads are kept apart.
    pub(crate) channels: BTreeSet<Id>,
    pub(crate) threads: BTreeSet<Id>,
    pub(crate) voice: BTreeMap<Id, VoiceState>,
    pub(crate) presences: BTreeMap<Id, String>,
    /// The hash of the picture.
    pub(crate) icon: Option<String>,
    /// Where Discord's own messages go.
    pub(crate) system_channel: Option<Id>,
    /// Whether Discord has trouble with it just now.
    pub(crate) is_out_of_order: bool,
}

/// A role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) permissions: Permissions,
    pub(crate) position: i64,
    pub(crate) color: u64,
    pub(crate) is_hoisted: bool,
    pub(crate) is_mentionable: bool,
    /// The bot that this role came with; such a role can neither be given nor deleted.
    pub(crate) managed_by: Option<Id>,
}

/// Somebody's membership of one guild.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) nick: Option<String>,
    pub(crate) roles: BTreeSet<Id>,
    pub(crate) joined: Timestamp,
    pub(crate) timed_out_until: Option<Timestamp>,
    pub(crate) is_muted: bool,
    pub(crate) is_deafened: bool,
}

/// Somebody in a voice channel.
#[derive(Clone, Debug)]
pub(crate) struct VoiceState {
    pub(crate) channel: Id,
    pub(crate) session: String,
}

impl Member {
    /// A new member without roles.
    pub(crate) fn new(joined: Timestamp) -> Self {
        Self { nick: None, roles: BTreeSet::new(), joined, timed_out_until: None, is_muted: false, is_deafened: false }
    }

    /// Whether a time-out runs at `now`.
    pub(crate) fn is_timed_out(&self, now: Timestamp) -> bool {
        self.timed_out_until.is_some_and(|until| until > now)
    }

    /// Discord's form of a membership, without the user.
    pub(crate) fn json(&self) -> Value {
        json!({
            "nick": self.nick,
            "avatar": null,
            "banner": null,
            "roles": self.roles,
            "joined_at": self.joined.rfc3339(),
            "premium_since": null,
            "deaf": self.is_deafened,
            "mute": self.is_muted,
            "flags": 0,
            "pending": false,
            "communication_disabled_until": self.timed_out_until.map(Timestamp::rfc3339),
        })
    }
}

impl Role {
    /// Discord's form of a role.
    pub(crate) fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "name": self.name,
            "permissions": self.permissions,
            "position": self.position,
            "color": self.color,
            "colors": {"primary_color": self.color, "secondary_color": null, "tertiary_color": null},
            "hoist": self.is_hoisted,
            "managed": self.managed_by.is_some(),
            "mentionable": self.is_mentionable,
            "icon": null,
            "unicode_emoji": null,
            "flags": 0,
        });
        if let (Some(bot), Some(object)) = (self.managed_by, json.as_object_mut()) {
            object.insert("tags".to_owned(), json!({"bot_id": bot}));
        }
        json
    }
}

impl Guild {
    /// Discord's form of a guild in REST.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "icon": self.icon,
            "splash": null,
            "discovery_splash": null,
            "banner": null,
            "description": null,
            "vanity_url_code": null,
            "owner_id": self.owner,
            "roles": self.roles.values().map(Role::json).collect::<Vec<_>>(),
            "emojis": [],
            "stickers": [],
            "features": [],
            "region": "deprecated",
            "afk_channel_id": null,
            "afk_timeout": 300,
            "application_id": null,
            "system_channel_id": self.system_channel,
            "system_channel_flags": 0,
            "rules_channel_id": null,
            "public_updates_channel_id": null,
            "safety_alerts_channel_id": null,
            "widget_enabled": false,
            "widget_channel_id": null,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw": false,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "preferred_locale": "en-US",
            "premium_progress_bar_enabled": false,
            "max_members": 500_000,
            "max_video_channel_users": 25,
            "max_presences": null,
        })
    }

    /// A member's form in voice state lists.
    pub(crate) fn voice_json(&self, user: Id, state: Option<&VoiceState>) -> Value {
        json!({
            "guild_id": self.id,
            "channel_id": state.map(|state| state.channel),
            "user_id": user,
            "session_id": state.map_or("", |state| state.session.as_str()),
            "deaf": false,
            "mute": false,
            "self_deaf": false,
            "self_mute": false,
            "self_video": false,
            "suppress": false,
            "request_to_speak_timestamp": null,
        })
    }
}

impl World {
    /// A member with the user inside, as REST and the member events give it.
    pub(crate) fn member_json(&self, guild: &Guild, user: Id) -> Option<Value> {
        let mut json = guild.members.get(&user)?.json();
        if let Some(object) = json.as_object_mut() {
            object.insert("user".to_owned(), self.user_json(user));
        }
        Some(json)
    }

    /// A member as interactions give it: with the permissions in the channel.
    pub(crate) fn caller_json(&self, guild: Id, user: Id, channel: Id) -> Option<Value> {
        let mut json = self.member_json(self.guilds.get(&guild)?, user)?;
        if let Some(object) = json.as_object_mut() {
            object.insert("permissions".to_owned(), json!(self.permissions_at(user, channel)));
        }
        Some(json)
    }
}
