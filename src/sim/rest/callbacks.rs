//! `/interactions/{id}/{token}/callback`: the first answer to an interaction.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::draft::Draft;
use super::form::Form;
use super::request::{Request, snowflake};
use crate::Id;
use crate::limits::{commands, modal};
use crate::world::World;
use crate::world::interaction::{FirstAnswer, Interaction, Kind};
use crate::world::message::{EPHEMERAL, LOADING, Message};

/// Discord's callback types.
const MESSAGE: u64 = 4;
const DEFERRED_MESSAGE: u64 = 5;
const DEFERRED_UPDATE: u64 = 6;
const UPDATE: u64 = 7;
const CHOICES: u64 = 8;
const MODAL: u64 = 9;

/// `POST /interactions/{id}/{token}/callback`
pub(crate) fn answer(world: &mut World, request: &Request, id: &str, token: &str) -> Reply {
    let id = snowflake(id)?;
    let interaction = world.interactions.get(id).filter(|interaction| interaction.token == token);
    let interaction = interaction.ok_or_else(ApiError::unknown_interaction)?;
    if interaction.answer.is_some() {
        return Err(ApiError::answered_already());
    }
    if interaction.is_too_late(world.now()) {
        return Err(ApiError::unknown_interaction());
    }
    let kind = request.body.get("type").and_then(Value::as_u64).unwrap_or(0);
    if !fits(interaction, kind) {
        let message = "Interactions of this type can not be answered so.";
        return Err(ApiError::invalid("type", "INTERACTION_APPLICATION_COMMAND_INVALID_RESPONSE_TYPE", message));
    }
    let data = request.body.get("data").cloned().unwrap_or(Value::Null);
    match kind {
        MESSAGE => show_message(world, request, id, &data)?,
        DEFERRED_MESSAGE => show_thinking(world, id, &data),
        UPDATE => update_source(world, request, id, &data)?,
        DEFERRED_UPDATE => keep_source(world, id),
        CHOICES => check_choices(&data)?,
        MODAL => check_modal(&data)?,
        _ => {}
    }
    note(world, id, kind, &request.body);
    if !request.query_is_on("with_response") {
        return Ok(Answer::NOTHING);
    }
    Ok(Answer::ok(with_response(world, id, kind)))
}

/// Whether this kind of interaction takes this type of answer.
fn fits(interaction: &Interaction, kind: u64) -> bool {
    let has_source = interaction.source.is_some();
    match kind {
        MESSAGE | DEFERRED_MESSAGE => interaction.kind != Kind::Autocomplete,
        UPDATE => has_source && matches!(interaction.kind, Kind::Component | Kind::Modal),
        // A modal that a command opened has no message; the answer then only closes it.
        DEFERRED_UPDATE => matches!(interaction.kind, Kind::Component | Kind::Modal),
        CHOICES => interaction.kind == Kind::Autocomplete,
        MODAL => matches!(interaction.kind, Kind::Command | Kind::Component),
        _ => false,
    }
}

fn show_message(world: &mut World, request: &Request, id: Id, data: &Value) -> Result<(), ApiError> {
    let draft = Draft::read(data, &request.files)?;
    world.check_uploads(&request.files)?;
    if draft.is_empty(&request.files) {
        return Err(ApiError::empty_message());
    }
    let message = world.answer_message(id, &draft, request)?;
    let original = world.post(message);
    if let Some(interaction) = world.interactions.get_mut(id) {
        interaction.original = Some(original);
    }
    Ok(())
}

fn show_thinking(world: &mut World, id: Id, data: &Value) {
    let message_id = world.next_id();
    let (now, bot) = (world.now(), world.bot);
    let is_ephemeral = data.get("flags").and_then(Value::as_u64).unwrap_or(0) & EPHEMERAL != 0;
    let Some(interaction) = world.interactions.get_mut(id) else { return };
    interaction.original = Some(message_id);
    interaction.is_loading = true;
    let message = Message {
        id: message_id,
        channel: interaction.channel,
        author: bot,
        kind: 20,
        created: now,
        flags: LOADING | if is_ephemeral { EPHEMERAL } else { 0 },
        visible_to: is_ephemeral.then_some(interaction.user),
        interaction: Some(interaction.cause()),
        ..Message::default()
    };
    world.post(message);
}

fn update_source(world: &mut World, request: &Request, id: Id, data: &Value) -> Result<(), ApiError> {
    let draft = Draft::read(data, &request.files)?;
    world.check_uploads(&request.files)?;
    let interaction = world.interactions.get(id).ok_or_else(ApiError::unknown_interaction)?;
    let (channel, source) = (interaction.channel, interaction.source.ok_or_else(ApiError::unknown_message)?);
    world.edit_message(channel, source, &draft, &request.files)?;
    keep_source(world, id);
    Ok(())
}

/// `@original` is the message that the component is on.
fn keep_source(world: &mut World, id: Id) {
    if let Some(interaction) = world.interactions.get_mut(id) {
        interaction.original = interaction.source;
    }
}

fn check_choices(data: &Value) -> Result<(), ApiError> {
    let mut form = Form::default();
    let Some(choices) = data.get("choices").and_then(Value::as_array) else {
        return Err(ApiError::invalid("data.choices", "BASE_TYPE_REQUIRED", "This field is required"));
    };
    let kind = |choice: &Value| match choice.get("value") {
        Some(Value::Number(number)) if number.is_f64() => 10,
        Some(Value::Number(_)) => 4,
        _ => 3,
    };
    let option_kind = choices.first().map_or(3, kind);
    commands::check_choices(&mut form, "data.choices", choices, option_kind);
    form.check()
}

fn check_modal(data: &Value) -> Result<(), ApiError> {
    let mut form = Form::default();
    modal::check(&mut form, data);
    form.check()
}

/// Writes the first answer down; whoever waits is told when it is one that a person can read.
fn note(world: &mut World, id: Id, kind: u64, body: &Value) {
    let Some(interaction) = world.interactions.get_mut(id) else { return };
    interaction.answer = Some(FirstAnswer::new(kind, body, interaction.watch.elapsed()));
    let more_follows = kind == DEFERRED_MESSAGE || (kind == DEFERRED_UPDATE && interaction.source.is_some());
    if more_follows {
        interaction.bell.notify_waiters();
    } else {
        world.interactions.settle(id);
    }
}

fn with_response(world: &World, id: Id, kind: u64) -> Value {
    let Some(interaction) = world.interactions.get(id) else { return json!({}) };
    let message = interaction.original.and_then(|original| {
        let channel = world.channels.get(&interaction.channel)?;
        Some((channel, channel.messages.get(original)?))
    });
    let is_ephemeral = message.is_some_and(|(_, message)| message.flags & EPHEMERAL != 0);
    let mut body = json!({
        "interaction": {
            "id": id,
            "type": interaction.kind.number(),
            "response_message_id": interaction.original,
            "response_message_loading": interaction.is_loading,
            "response_message_ephemeral": is_ephemeral,
        },
        "resource": {"type": kind},
    });
    if let (Some((channel, message)), Some(resource)) =
        (message, body.get_mut("resource").and_then(Value::as_object_mut))
    {
        resource.insert("message".to_owned(), world.message_json(channel, message));
    }
    body
}

impl World {
    /// A message of the bot that answers an interaction, not posted yet.
    pub(crate) fn answer_message(&mut self, id: Id, draft: &Draft, request: &Request) -> Result<Message, ApiError> {
        let interaction = self.interactions.get(id).ok_or_else(ApiError::unknown_interaction)?;
        let (channel_id, user, cause) = (interaction.channel, interaction.user, interaction.cause());
        let is_ephemeral = draft.is_ephemeral();
        let text = draft.text().unwrap_or_default();
        let channel = self.channels.get(&channel_id).ok_or_else(ApiError::unknown_channel)?;
        let pinged = self.pings(channel, self.bot, text, draft.allowed_mentions.as_ref(), None);
        let mut message = self.message_from(channel_id, self.bot, draft, request)?;
        message.kind = if cause.kind == Kind::Command { 20 } else { 0 };
        message.interaction = Some(cause);
        message.pinged = pinged;
        if is_ephemeral {
            message.flags |= EPHEMERAL;
            message.visible_to = Some(user);
        }
        Ok(message)
    }
}
