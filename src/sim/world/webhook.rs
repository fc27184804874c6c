//! Web-hooks of channels.

use serde_json::{Value, json};

use super::World;
use crate::Id;

/// A web-hook of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) id: Id,
    pub(crate) channel: Id,
    pub(crate) guild: Id,
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) made_by: Id,
}

impl World {
    /// Discord's form of a web-hook.
    pub(crate) fn webhook_json(&self, webhook: &Webhook) -> Value {
        json!({
            "id": webhook.id,
            "type": 1,
            "guild_id": webhook.guild,
            "channel_id": webhook.channel,
            "user": self.user_json(webhook.made_by),
            "name": webhook.name,
            "avatar": null,
            "token": webhook.token,
            "application_id": self.bot,
        })
    }
}
