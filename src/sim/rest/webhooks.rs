//! `/webhooks/{id}/{token}`: follow-ups of interactions, and web-hooks of channels.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::draft::Draft;
use super::form::Form;
use super::request::{Request, snowflake};
use crate::Id;
use crate::gateway::sessions::intents;
use crate::world::World;
use crate::world::permissions::Permissions;
use crate::world::webhook::Webhook;

/// What a token in the path opens.
enum Door {
    /// An interaction, by its id.
    Interaction(Id),
    /// A web-hook, by its id.
    Webhook(Id),
}

fn door(world: &World, id: &str, token: &str) -> Result<Door, ApiError> {
    let id = snowflake(id)?;
    if let Some(webhook) = world.webhooks.get(&id) {
        return if webhook.token == token { Ok(Door::Webhook(id)) } else { Err(ApiError::invalid_webhook_token()) };
    }
    if id != world.bot {
        return Err(ApiError::unknown_webhook());
    }
    let interaction = world.interactions.by_token(token).ok_or_else(ApiError::invalid_webhook_token)?;
    if interaction.is_expired(world.now()) {
        return Err(ApiError::invalid_webhook_token());
    }
    if interaction.answer.is_none() {
        return Err(ApiError::unknown_webhook());
    }
    Ok(Door::Interaction(interaction.id))
}

/// `POST /webhooks/{id}/{token}`
pub(crate) fn execute(world: &mut World, request: &Request, id: &str, token: &str) -> Reply {
    let door = door(world, id, token)?;
    let draft = Draft::read(&request.body, &request.files)?;
    world.check_uploads(&request.files)?;
    if draft.is_empty(&request.files) {
        return Err(ApiError::empty_message());
    }
    match door {
        Door::Interaction(id) => follow_up(world, request, id, &draft),
        Door::Webhook(id) => post_as_webhook(world, request, id, &draft),
    }
}

/// The first follow-up after a deferred answer fills the message that shows "thinking".
fn follow_up(world: &mut World, request: &Request, id: Id, draft: &Draft) -> Reply {
    let interaction = world.interactions.get(id).ok_or_else(ApiError::unknown_webhook)?;
    let channel = interaction.channel;
    if let Some(original) = interaction.original.filter(|_| interaction.is_loading) {
        fill_loading(world, request, id, original, draft)?;
        return world.message_answer(channel, original);
    }
    let message = world.answer_message(id, draft, request)?;
    let posted = world.post(message);
    if let Some(interaction) = world.interactions.get_mut(id) {
        interaction.followups.push(posted);
    }
    world.interactions.settle(id);
    world.message_answer(channel, posted)
}

/// Turns the message that shows "thinking" into the answer. It notifies as a new message does.
fn fill_loading(world: &mut World, request: &Request, id: Id, original: Id, draft: &Draft) -> Result<(), ApiError> {
    let interaction = world.interactions.get(id).ok_or_else(ApiError::unknown_webhook)?;
    let channel_id = interaction.channel;
    let channel = world.channels.get(&channel_id).ok_or_else(ApiError::unknown_channel)?;
    let text = draft.text().unwrap_or_default();
    let pinged = world.pings(channel, world.bot, text, draft.allowed_mentions.as_ref(), None);
    world.edit_message(channel_id, original, draft, &request.files)?;
    let channel = world.channels.get_mut(&channel_id);
    if let Some(message) = channel.and_then(|channel| channel.messages.get_mut(original)) {
        message.pinged = pinged;
    }
    if let Some(interaction) = world.interactions.get_mut(id) {
        interaction.is_loading = false;
    }
    world.interactions.settle(id);
    Ok(())
}

fn post_as_webhook(world: &mut World, request: &Request, id: Id, draft: &Draft) -> Reply {
    let webhook = world.webhooks.get(&id).ok_or_else(ApiError::unknown_webhook)?;
    let (channel_id, name) = (webhook.channel, draft.username.clone().unwrap_or_else(|| webhook.name.clone()));
    let mut form = Form::default();
    form.text("username", &name, 1, 80);
    form.check()?;
    let channel = world.channels.get(&channel_id).ok_or_else(ApiError::unknown_channel)?;
    let text = draft.text().unwrap_or_default();
    let pinged = world.pings(channel, world.bot, text, draft.allowed_mentions.as_ref(), None);
    let mut message = world.message_from(channel_id, id, draft, request)?;
    message.webhook_name = Some(name);
    message.pinged = pinged;
    let posted = world.post(message);
    if request.query_is_on("wait") { world.message_answer(channel_id, posted) } else { Ok(Answer::NOTHING) }
}

/// The message of this door that the path names: `@original`, or an id of its own messages.
fn message_behind(world: &World, door: &Door, message: &str) -> Result<(Id, Id), ApiError> {
    match door {
        Door::Interaction(id) => {
            let interaction = world.interactions.get(*id).ok_or_else(ApiError::unknown_webhook)?;
            let named = if message == "@original" { interaction.original } else { Some(snowflake(message)?) };
            let is_own = |id: &Id| Some(*id) == interaction.original || interaction.followups.contains(id);
            let found = named.filter(is_own).ok_or_else(ApiError::unknown_message)?;
            Ok((interaction.channel, found))
        }
        Door::Webhook(id) => {
            let webhook = world.webhooks.get(id).ok_or_else(ApiError::unknown_webhook)?;
            let message_id = snowflake(message)?;
            let channel = world.channels.get(&webhook.channel);
            let found = channel.and_then(|channel| channel.messages.get(message_id));
            let own = found.filter(|message| message.author == *id).ok_or_else(ApiError::unknown_message)?;
            Ok((webhook.channel, own.id))
        }
    }
}

/// `GET /webhooks/{id}/{token}/messages/{message}`
pub(crate) fn get(world: &World, id: &str, token: &str, message: &str) -> Reply {
    let (channel, message) = message_behind(world, &door(world, id, token)?, message)?;
    world.message_answer(channel, message)
}

/// `PATCH /webhooks/{id}/{token}/messages/{message}`
pub(crate) fn edit(world: &mut World, request: &Request, id: &str, token: &str, message: &str) -> Reply {
    let door = door(world, id, token)?;
    let (channel, message) = message_behind(world, &door, message)?;
    let draft = Draft::read(&request.body, &request.files)?;
    world.check_uploads(&request.files)?;
    match door {
        Door::Interaction(id) => {
            let is_loading = world.interactions.get(id).is_some_and(|interaction| interaction.is_loading);
            let is_original = world.interactions.get(id).is_some_and(|it| it.original == Some(message));
            if is_loading && is_original {
                fill_loading(world, request, id, message, &draft)?;
            } else {
                world.edit_message(channel, message, &draft, &request.files)?;
                world.interactions.settle(id);
            }
        }
        Door::Webhook(_) => world.edit_message(channel, message, &draft, &request.files)?,
    }
    world.message_answer(channel, message)
}

/// `DELETE /webhooks/{id}/{token}/messages/{message}`
pub(crate) fn delete(world: &mut World, id: &str, token: &str, message: &str) -> Reply {
    let door = door(world, id, token)?;
    let (channel, message) = message_behind(world, &door, message)?;
    if !world.delete_message(channel, message) {
        return Err(ApiError::unknown_message());
    }
    if let Door::Interaction(id) = door {
        if let Some(interaction) = world.interactions.get_mut(id) {
            interaction.followups.retain(|followup| *followup != message);
            if interaction.original == Some(message) {
                interaction.original = None;
                interaction.is_loading = false;
            }
        }
        world.interactions.settle(id);
    }
    Ok(Answer::NOTHING)
}

/// `POST /channels/{id}/webhooks`
pub(crate) fn create(world: &mut World, request: &Request, channel: &str) -> Reply {
    let channel = snowflake(channel)?;
    let guild = world.visible_channel(channel)?.guild.ok_or_else(ApiError::not_in_direct)?;
    world.require(channel, Permissions::MANAGE_WEBHOOKS)?;
    let mut form = Form::default();
    form.text_field("", &request.body, "name", 1, 80);
    form.check()?;
    let name = request.body.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = world.next_id();
    let token = format!("hook{:016x}", id.get() ^ 0x00c0_ffee);
    let webhook = Webhook { id, channel, guild, name, token, made_by: world.bot };
    let body = world.webhook_json(&webhook);
    world.webhooks.insert(id, webhook);
    world.emit_guild("WEBHOOKS_UPDATE", intents::WEBHOOKS, guild, json!({"guild_id": guild, "channel_id": channel}));
    Ok(Answer::ok(body))
}

/// `GET /channels/{id}/webhooks` and `GET /guilds/{id}/webhooks`
pub(crate) fn list(world: &World, is_wanted: impl Fn(&Webhook) -> bool) -> Answer {
    let found = world.webhooks.values().filter(|webhook| is_wanted(webhook));
    let mut found: Vec<&Webhook> = found.collect();
    found.sort_by_key(|webhook| webhook.id);
    Answer::ok(found.into_iter().map(|webhook| world.webhook_json(webhook)).collect())
}

/// `GET /webhooks/{id}` and `GET /webhooks/{id}/{token}`
pub(crate) fn show(world: &World, id: &str, token: Option<&str>) -> Reply {
    let webhook = known(world, id, token)?;
    Ok(Answer::ok(world.webhook_json(webhook)))
}

/// `DELETE /webhooks/{id}` and `DELETE /webhooks/{id}/{token}`
pub(crate) fn remove(world: &mut World, id: &str, token: Option<&str>) -> Reply {
    let id = known(world, id, token)?.id;
    world.webhooks.remove(&id);
    Ok(Answer::NOTHING)
}

fn known<'a>(world: &'a World, id: &str, token: Option<&str>) -> Result<&'a Webhook, ApiError> {
    let webhook = world.webhooks.get(&snowflake(id)?).ok_or_else(ApiError::unknown_webhook)?;
    match token {
        Some(token) if token != webhook.token => Err(ApiError::invalid_webhook_token()),
        Some(_) => Ok(webhook),
        None => world.require(webhook.channel, Permissions::MANAGE_WEBHOOKS).map(|()| webhook),
    }
}
