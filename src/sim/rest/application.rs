//! The bot's own account, its application, and its commands.

use std::ops::Bound;

use serde_json::json;

use super::answer::{Answer, ApiError, Reply};
use super::form::Form;
use super::request::{Request, snowflake};
use crate::Id;
use crate::limits::commands::check;
use crate::world::World;
use crate::world::command::{CHAT_INPUT, Command};

/// The most chat-input commands in one scope.
const MOST: usize = 100;
/// The most user commands, and the most message commands, in one scope.
const MOST_OF_MENU: usize = 15;

/// `GET /gateway` and `GET /gateway/bot`
pub(crate) fn gateway(world: &World, for_bot: bool) -> Answer {
    let url = &world.gateway_url();
    if !for_bot {
        return Answer::ok(json!({"url": url}));
    }
    let start = json!({"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1});
    Answer::ok(json!({"url": url, "shards": world.settings.recommended_shards, "session_start_limit": start}))
}

/// `GET /oauth2/applications/@me` and `GET /applications/@me`
pub(crate) fn application(world: &World) -> Answer {
    Answer::ok(json!({
        "id": world.bot,
        "name": world.settings.bot_name,
        "icon": null,
        "description": "",
        "summary": "",
        "bot_public": true,
        "bot_require_code_grant": false,
        "verify_key": "0".repeat(64),
        "owner": world.user_json(world.bot_owner),
        "team": null,
        "flags": world.application_flags(),
        "bot": world.user_json(world.bot),
        "approximate_guild_count": world.guilds.len(),
    }))
}

/// `GET /users/@me`
pub(crate) fn own_account(world: &World) -> Answer {
    Answer::ok(world.own_account_json())
}

/// `GET /users/@me/guilds` of whoever asks, up to 200 of them, by their ids
pub(crate) fn guilds_of(world: &World, request: &Request, user: Id) -> Reply {
    let limit = usize::try_from(request.query_number("limit")?.unwrap_or(200)).unwrap_or(200).clamp(1, 200);
    let after = Id::new(request.query_number("after")?.unwrap_or(0));
    let behind = world.guilds.range((Bound::Excluded(after), Bound::Unbounded)).map(|(_, guild)| guild);
    let shown = behind.filter_map(|guild| {
        let member = guild.members.get(&user)?;
        let permissions = guild.permissions_of(user, member);
        Some(json!({
            "id": guild.id, "name": guild.name, "icon": guild.icon, "owner": guild.owner == user,
            "permissions": permissions, "features": [],
        }))
    });
    Ok(Answer::ok(shown.take(limit).collect()))
}

/// `POST /users/@me/channels`
pub(crate) fn open_direct(world: &mut World, request: &Request) -> Reply {
    let recipient = request.body.get("recipient_id");
    let recipient: Id = recipient
        .and_then(|id| serde_json::from_value(id.clone()).ok())
        .ok_or_else(|| ApiError::invalid("recipient_id", "BASE_TYPE_REQUIRED", "This field is required"))?;
    let user = world.users.get(&recipient).ok_or_else(ApiError::unknown_user)?;
    if user.is_bot {
        return Err(ApiError::not_to_person(50_007, true));
    }
    if let Some(refusal) = world.dm_blocks.get(&recipient).filter(|refusal| refusal.at_opening) {
        return Err(ApiError::not_to_person(refusal.code, true));
    }
    let channel = world.direct_channel(recipient);
    let channel = world.channels.get(&channel).ok_or_else(ApiError::unknown_channel)?;
    Ok(Answer::ok(world.channel_json(channel)))
}

/// `/applications/{id}[/guilds/{id}]/commands[/{id}]`
pub(crate) fn commands(world: &mut World, request: &Request, application: &str, path: &[&str]) -> Reply {
    if snowflake(application)? != world.bot {
        return Err(ApiError::missing_access());
    }
    let (guild, path) = match path {
        ["guilds", guild, "commands", path @ ..] => (Some(snowflake(guild)?), path),
        ["commands", path @ ..] => (None, path),
        _ => return Err(ApiError::no_route()),
    };
    if guild.is_some_and(|guild| !world.guilds.contains_key(&guild)) {
        return Err(ApiError::missing_access());
    }
    match (request.method.as_str(), path) {
        ("GET", []) => {
            let shown = world.commands.scope(guild).into_iter().flat_map(|scope| scope.values());
            Ok(Answer::ok(shown.map(|command| command.definition.clone()).collect()))
        }
        ("PUT", []) => replace_all(world, request, guild),
        ("POST", []) => create(world, request, guild),
        ("GET", ["permissions"]) => Ok(Answer::ok(json!([]))),
        ("GET", [id]) => Ok(Answer::ok(known(world, guild, id)?.definition.clone())),
        ("PATCH", [id]) => change(world, request, guild, id),
        ("DELETE", [id]) => {
            let command = known(world, guild, id)?.clone();
            world.commands.scope_mut(guild).remove(&(command.kind, command.name));
            Ok(Answer::NOTHING)
        }
        ("GET", [id, "permissions"]) => {
            let id = known(world, guild, id)?.id;
            Ok(Answer::ok(json!({"id": id, "application_id": world.bot, "guild_id": guild, "permissions": []})))
        }
        _ => Err(ApiError::no_route()),
    }
}

fn known<'a>(world: &'a World, guild: Option<Id>, id: &str) -> Result<&'a Command, ApiError> {
    let id = snowflake(id)?;
    let mut scope = world.commands.scope(guild).into_iter().flat_map(|scope| scope.values());
    scope.find(|command| command.id == id).ok_or_else(ApiError::unknown_command)
}

/// Commands that keep their name keep their id.
fn replace_all(world: &mut World, request: &Request, guild: Option<Id>) -> Reply {
    let Some(definitions) = request.body.as_array() else {
        return Err(ApiError::invalid("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"));
    };
    let mut form = Form::default();
    for (at, definition) in definitions.iter().enumerate() {
        check(&mut form, &at.to_string(), definition);
    }
    form.check()?;
    let old = std::mem::take(world.commands.scope_mut(guild));
    let mut replaced = crate::world::command::Scope::new();
    let mut twice = None;
    for (at, definition) in definitions.iter().enumerate() {
        let mut command = world.command_from(definition, guild, None);
        let key = (command.kind, command.name.clone());
        if let Some(before) = old.get(&key) {
            command = world.command_from(definition, guild, Some(before.id));
        }
        if replaced.insert(key, command).is_some() {
            twice = Some(at);
        }
    }
    let refusal = twice.map(|at| same_name(&at.to_string())).or_else(|| too_many(&replaced));
    if let Some(refusal) = refusal {
        *world.commands.scope_mut(guild) = old;
        return Err(refusal);
    }
    let shown = replaced.values().map(|command| command.definition.clone()).collect();
    *world.commands.scope_mut(guild) = replaced;
    Ok(Answer::ok(shown))
}

/// A command that has the name of an old one takes its place.
fn create(world: &mut World, request: &Request, guild: Option<Id>) -> Reply {
    let mut form = Form::default();
    check(&mut form, "", &request.body);
    form.check()?;
    let command = world.command_from(&request.body, guild, None);
    let key = (command.kind, command.name.clone());
    let before = world.commands.scope(guild).and_then(|scope| scope.get(&key)).map(|command| command.id);
    let command = match before {
        Some(id) => world.command_from(&request.body, guild, Some(id)),
        None => command,
    };
    let shown = command.definition.clone();
    let scope = world.commands.scope_mut(guild);
    let old = scope.insert(key.clone(), command);
    if old.is_none()
        && let Some(refusal) = too_many(scope)
    {
        scope.remove(&key);
        return Err(refusal);
    }
    Ok(if before.is_some() { Answer::ok(shown) } else { Answer::created(shown) })
}

fn change(world: &mut World, request: &Request, guild: Option<Id>, id: &str) -> Reply {
    let old = known(world, guild, id)?.clone();
    let mut merged = old.definition.clone();
    if let (Some(merged), Some(changes)) = (merged.as_object_mut(), request.body.as_object()) {
        merged.extend(changes.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    let mut form = Form::default();
    check(&mut form, "", &merged);
    form.check()?;
    let command = world.command_from(&merged, guild, Some(old.id));
    let key = (command.kind, command.name.clone());
    let old_key = (old.kind, old.name);
    let scope = world.commands.scope_mut(guild);
    if key != old_key && scope.contains_key(&key) {
        return Err(same_name("name"));
    }
    scope.remove(&old_key);
    let shown = command.definition.clone();
    scope.insert(key, command);
    Ok(Answer::ok(shown))
}

fn too_many(scope: &crate::world::command::Scope) -> Option<ApiError> {
    let count = |kind: u64| scope.keys().filter(|(of, _)| *of == kind).count();
    let is_over = count(CHAT_INPUT) > MOST || count(2) > MOST_OF_MENU || count(3) > MOST_OF_MENU;
    is_over.then(ApiError::command_limit)
}

fn same_name(path: &str) -> ApiError {
    let message = "Application command names must be unique";
    ApiError::invalid(path, "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
}

impl World {
    /// The gateway's address as REST gives it.
    pub(crate) fn gateway_url(&self) -> String {
        self.files.host().replacen("http://", "ws://", 1)
    }

    /// The application's flags: which privileged intents are on.
    pub(crate) fn application_flags(&self) -> u64 {
        let privileged = self.settings.privileged;
        let flag = |is_on: bool, bit: u64| if is_on { 1 << bit } else { 0 };
        flag(privileged.presences, 13) | flag(privileged.members, 15) | flag(privileged.message_content, 19)
    }
}
