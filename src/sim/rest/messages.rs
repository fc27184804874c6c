//! `/channels/{id}/messages`: make, edit, delete, read.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::draft::Draft;
use super::request::{Request, snowflake};
use crate::Id;
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::message::Message;
use crate::world::permissions::Permissions;
use crate::world::posting::without_content;

/// How many messages a list holds when nothing is asked.
const DEFAULT_LIMIT: u64 = 50;
/// The age from which messages cannot be deleted many at once.
const BULK_AGE: std::time::Duration = std::time::Duration::from_hours(14 * 24);

/// `POST /channels/{id}/messages`
pub(crate) fn create(world: &mut World, request: &Request, channel: &str) -> Reply {
    let channel_id = snowflake(channel)?;
    let draft = Draft::read(&request.body, &request.files)?;
    world.check_uploads(&request.files)?;
    let channel = world.visible_channel(channel_id)?;
    if draft.is_empty(&request.files) {
        return Err(ApiError::empty_message());
    }
    may_write(world, channel, &draft, request)?;
    if draft.enforce_nonce.unwrap_or(false)
        && let Some(nonce) = &draft.nonce
        && let Some(made_before) = channel.messages.by_nonce(nonce, world.now())
    {
        return Ok(Answer::ok(world.message_json(channel, made_before)));
    }
    let replied = replied_to(channel, &draft)?;
    let replied_author = replied.and_then(|id| channel.messages.get(id)).map(|message| message.author);
    let text = draft.text().unwrap_or_default();
    let pinged = world.pings(channel, world.bot, text, draft.allowed_mentions.as_ref(), replied_author);
    let mut message = world.message_from(channel_id, world.bot, &draft, request)?;
    message.kind = if replied.is_some() { 19 } else { 0 };
    message.reply_to = replied;
    message.nonce.clone_from(&draft.nonce);
    message.pinged = pinged;
    let id = world.post(message);
    world.message_answer(channel_id, id)
}

/// Refuses what the bot may not write into `channel`.
fn may_write(world: &World, channel: &Channel, draft: &Draft, request: &Request) -> Result<(), ApiError> {
    if !channel.holds_messages() {
        return Err(ApiError::not_in_voice());
    }
    if let Some(recipient) = channel.recipient {
        let shares_guild = world.guilds.values().any(|guild| guild.members.contains_key(&recipient));
        if let Some(refusal) = world.dm_blocks.get(&recipient) {
            return Err(ApiError::not_to_person(refusal.code, false));
        }
        if !shares_guild {
            return Err(ApiError::not_to_person(50_278, false));
        }
    }
    if channel.thread.as_ref().is_some_and(|thread| thread.is_archived && thread.is_locked) {
        return Err(ApiError::thread_archived());
    }
    let allowed = world.permissions_in(world.bot, channel);
    let write = if channel.is_thread() { Permissions::SEND_MESSAGES_IN_THREADS } else { Permissions::SEND_MESSAGES };
    let needs = [
        (true, write),
        (draft.has_embeds(), Permissions::EMBED_LINKS),
        (!request.files.is_empty(), Permissions::ATTACH_FILES),
        (draft.message_reference.is_some(), Permissions::READ_MESSAGE_HISTORY),
        (draft.tts.unwrap_or(false), Permissions::SEND_TTS_MESSAGES),
    ];
    if needs.iter().all(|(is_needed, permission)| !is_needed || allowed.has(*permission)) {
        Ok(())
    } else {
        Err(ApiError::missing_permissions())
    }
}

fn replied_to(channel: &Channel, draft: &Draft) -> Result<Option<Id>, ApiError> {
    let Some(reference) = &draft.message_reference else { return Ok(None) };
    let Some(id) = reference.message_id else { return Ok(None) };
    if channel.messages.get(id).is_some_and(|message| message.visible_to.is_none()) {
        return Ok(Some(id));
    }
    if reference.fail_if_not_exists.unwrap_or(true) {
        return Err(ApiError::invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message"));
    }
    Ok(None)
}

/// `PATCH /channels/{id}/messages/{id}`
pub(crate) fn edit(world: &mut World, request: &Request, channel: &str, message: &str) -> Reply {
    let (channel_id, id) = (snowflake(channel)?, snowflake(message)?);
    let draft = Draft::read(&request.body, &request.files)?;
    world.check_uploads(&request.files)?;
    let old = world.readable_message(channel_id, id)?;
    if old.author != world.bot || old.webhook_name.is_some() {
        return Err(ApiError::not_the_author());
    }
    let now = world.now();
    let stored = world.channels.get_mut(&channel_id).and_then(|channel| channel.messages.get_mut(id));
    let is_admitted = stored.is_some_and(|message| message.late_edits.admit(message.created, now));
    if !is_admitted {
        return Err(ApiError::too_many_late_edits());
    }
    world.edit_message(channel_id, id, &draft, &request.files)?;
    world.message_answer(channel_id, id)
}

/// `DELETE /channels/{id}/messages/{id}`
pub(crate) fn delete(world: &mut World, channel: &str, message: &str) -> Reply {
    let (channel_id, id) = (snowflake(channel)?, snowflake(message)?);
    let is_own = world.readable_message(channel_id, id)?.author == world.bot;
    let channel = world.visible_channel(channel_id)?;
    if !is_own {
        if channel.guild.is_none() {
            return Err(ApiError::not_in_direct());
        }
        world.require(channel_id, Permissions::MANAGE_MESSAGES)?;
    }
    world.delete_message(channel_id, id);
    Ok(Answer::NOTHING)
}

/// `POST /channels/{id}/messages/bulk-delete`
pub(crate) fn delete_many(world: &mut World, request: &Request, channel: &str) -> Reply {
    let channel_id = snowflake(channel)?;
    world.visible_channel(channel_id)?;
    world.require(channel_id, Permissions::MANAGE_MESSAGES)?;
    let ids: Vec<Id> = request
        .body
        .get("messages")
        .and_then(|ids| serde_json::from_value(ids.clone()).ok())
        .ok_or_else(|| ApiError::invalid("messages", "BASE_TYPE_REQUIRED", "This field is required"))?;
    if !(2..=100).contains(&ids.len()) {
        return Err(ApiError::bulk_size());
    }
    let now = world.now();
    let channel = world.visible_channel(channel_id)?;
    if ids.iter().filter_map(|id| channel.messages.get(*id)).any(|message| now.since(message.created) > BULK_AGE) {
        return Err(ApiError::bulk_too_old());
    }
    world.delete_messages(channel_id, &ids);
    Ok(Answer::NOTHING)
}

/// `GET /channels/{id}/messages/{id}`
pub(crate) fn get(world: &World, channel: &str, message: &str) -> Reply {
    let (channel_id, id) = (snowflake(channel)?, snowflake(message)?);
    let found = world.readable_message(channel_id, id)?;
    let channel = world.visible_channel(channel_id)?;
    world.require(channel_id, Permissions::READ_MESSAGE_HISTORY)?;
    Ok(Answer::ok(world.bot_view(channel, found)))
}

/// `GET /channels/{id}/messages`
pub(crate) fn list(world: &World, request: &Request, channel: &str) -> Reply {
    let channel_id = snowflake(channel)?;
    let channel = world.visible_channel(channel_id)?;
    let limit = request.query_number("limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=100).contains(&limit) {
        let message = "int value should be between 1 and 100.";
        return Err(ApiError::invalid("limit", "NUMBER_TYPE_MAX", message));
    }
    if !world.permissions_in(world.bot, channel).has(Permissions::READ_MESSAGE_HISTORY) {
        return Ok(Answer::ok(json!([])));
    }
    let limit = usize::try_from(limit).unwrap_or(100);
    let public = |message: &&Message| message.visible_to.is_none();
    let messages = &channel.messages;
    let newest_first: Vec<&Message> = if let Some(after) = request.query_number("after")? {
        let mut found: Vec<&Message> = messages.after(after.into()).filter(public).take(limit).collect();
        found.reverse();
        found
    } else if let Some(before) = request.query_number("before")? {
        messages.before(before.into()).rev().filter(public).take(limit).collect()
    } else if let Some(around) = request.query_number("around")? {
        let newer: Vec<&Message> = messages.after(around.into()).filter(public).take(limit / 2).collect();
        let older = messages.before((around + 1).into()).rev().filter(public).take(limit - newer.len());
        newer.into_iter().rev().chain(older).collect()
    } else {
        messages.iter().rev().filter(public).take(limit).collect()
    };
    let shown: Vec<Value> = newest_first.into_iter().map(|message| world.bot_view(channel, message)).collect();
    Ok(Answer::ok(Value::Array(shown)))
}

impl World {
    /// The channel, if it exists and the bot can see it.
    pub(crate) fn visible_channel(&self, id: Id) -> Result<&Channel, ApiError> {
        let channel = self.channels.get(&id).ok_or_else(ApiError::unknown_channel)?;
        let is_visible = self.permissions_in(self.bot, channel).has(Permissions::VIEW_CHANNEL);
        if is_visible { Ok(channel) } else { Err(ApiError::missing_access()) }
    }

    /// The message, if the bot can read it over REST; an ephemeral one it cannot.
    pub(crate) fn readable_message(&self, channel: Id, id: Id) -> Result<&Message, ApiError> {
        let found = self.visible_channel(channel)?.messages.get(id);
        found.filter(|message| message.visible_to.is_none()).ok_or_else(ApiError::unknown_message)
    }

    /// Refuses if the bot lacks a permission in a channel.
    pub(crate) fn require(&self, channel: Id, permission: Permissions) -> Result<(), ApiError> {
        if self.permissions_at(self.bot, channel).has(permission) {
            Ok(())
        } else {
            Err(ApiError::missing_permissions())
        }
    }

    /// A message as the bot reads it: without its words, if it may not read words.
    pub(crate) fn bot_view(&self, channel: &Channel, message: &Message) -> Value {
        let json = self.message_json(channel, message);
        let is_readable = self.settings.privileged.message_content || self.may_bot_read_content(channel, message);
        if is_readable { json } else { without_content(&json) }
    }

    /// The answer with a message that was just made or changed.
    pub(crate) fn message_answer(&self, channel: Id, id: Id) -> Reply {
        let channel = self.channels.get(&channel).ok_or_else(ApiError::unknown_channel)?;
        let message = channel.messages.get(id).ok_or_else(ApiError::unknown_message)?;
        Ok(Answer::ok(self.message_json(channel, message)))
    }
}
