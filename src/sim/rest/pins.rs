//! Pins: by the old paths and the new ones.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::request::snowflake;
use crate::Id;
use crate::gateway::sessions::{Event, intents};
use crate::kernel::time::Timestamp;
use crate::world::World;
use crate::world::message::Message;
use crate::world::permissions::Permissions;

/// The most pins of a channel.
const MOST: usize = 50;

/// `GET /channels/{id}/pins`: the messages, newest pin first.
pub(crate) fn list(world: &World, channel: &str) -> Reply {
    let (channel, pinned) = pinned(world, channel)?;
    Ok(Answer::ok(pinned.into_iter().map(|message| world.bot_view(channel, message)).collect()))
}

/// `GET /channels/{id}/messages/pins`: the messages and when they were pinned.
pub(crate) fn page(world: &World, channel: &str) -> Reply {
    let (channel, pinned) = pinned(world, channel)?;
    let items: Vec<Value> = pinned
        .into_iter()
        .map(|message| {
            let at = message.pinned.map(Timestamp::rfc3339);
            json!({"pinned_at": at, "message": world.bot_view(channel, message)})
        })
        .collect();
    Ok(Answer::ok(json!({"items": items, "has_more": false})))
}

fn pinned<'a>(
    world: &'a World,
    channel: &str,
) -> Result<(&'a crate::world::channel::Channel, Vec<&'a Message>), ApiError> {
    let id = snowflake(channel)?;
    let channel = world.visible_channel(id)?;
    world.require(id, Permissions::READ_MESSAGE_HISTORY)?;
    Ok((channel, channel.messages.pins.iter().filter_map(|pin| channel.messages.get(*pin)).collect()))
}

/// `PUT /channels/{id}/pins/{id}`: pins the message; a system message says so.
pub(crate) fn pin(world: &mut World, channel: &str, message: &str) -> Reply {
    let (channel_id, id) = (snowflake(channel)?, snowflake(message)?);
    may_pin(world, channel_id)?;
    let message = world.readable_message(channel_id, id)?;
    if message.pinned.is_some() {
        return Ok(Answer::NOTHING);
    }
    if world.visible_channel(channel_id)?.messages.pins.len() >= MOST {
        return Err(ApiError::too_many_pins());
    }
    let now = world.now();
    if let Some(channel) = world.channels.get_mut(&channel_id) {
        channel.messages.pins.insert(0, id);
        if let Some(message) = channel.messages.get_mut(id) {
            message.pinned = Some(now);
        }
    }
    world.announce_edit(channel_id, id);
    announce(world, channel_id, Some(now));
    let notice = Message {
        id: world.next_id(),
        channel: channel_id,
        author: world.bot,
        kind: 6,
        created: now,
        reply_to: Some(id),
        ..Message::default()
    };
    world.post(notice);
    Ok(Answer::NOTHING)
}

/// `DELETE /channels/{id}/pins/{id}`
pub(crate) fn unpin(world: &mut World, channel: &str, message: &str) -> Reply {
    let (channel_id, id) = (snowflake(channel)?, snowflake(message)?);
    may_pin(world, channel_id)?;
    world.readable_message(channel_id, id)?;
    if let Some(channel) = world.channels.get_mut(&channel_id) {
        channel.messages.pins.retain(|pin| *pin != id);
        if let Some(message) = channel.messages.get_mut(id) {
            message.pinned = None;
        }
    }
    world.announce_edit(channel_id, id);
    announce(world, channel_id, None);
    Ok(Answer::NOTHING)
}

fn may_pin(world: &World, channel: Id) -> Result<(), ApiError> {
    world.visible_channel(channel)?;
    // Manage Messages has not been enough since February 2026.
    world.require(channel, Permissions::PIN_MESSAGES)
}

fn announce(world: &mut World, channel: Id, at: Option<Timestamp>) {
    let guild = world.guild_of(channel);
    let intent = if guild.is_some() { intents::GUILDS } else { intents::DIRECT_MESSAGES };
    let at = at.map(Timestamp::rfc3339);
    let data = json!({"guild_id": guild, "channel_id": channel, "last_pin_timestamp": at});
    world.emit(&Event { name: "CHANNEL_PINS_UPDATE", intent, guild, data, bare: None });
}
