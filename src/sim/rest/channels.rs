//! `/channels/{id}` and `/guilds/{id}/channels`: channels and their overwrites.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::form::Form;
use super::request::{Request, snowflake};
use crate::Id;
use crate::kernel::time::Timestamp;
use crate::world::World;
use crate::world::channel::{ANNOUNCEMENT, CATEGORY, Channel, FORUM, Overwrite, STAGE, TEXT, VOICE};
use crate::world::permissions::Permissions;

/// The most channels of a guild.
const MOST: usize = 500;

/// `GET /channels/{id}`
pub(crate) fn get(world: &World, channel: &str) -> Reply {
    let channel = world.visible_channel(snowflake(channel)?)?;
    Ok(Answer::ok(world.channel_json(channel)))
}

/// `GET /guilds/{id}/channels`
pub(crate) fn of_guild(world: &World, guild: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    let shown = guild.channels.iter().filter_map(|id| world.channels.get(id));
    Ok(Answer::ok(shown.map(|channel| world.channel_json(channel)).collect()))
}

/// `POST /guilds/{id}/channels`
pub(crate) fn create(world: &mut World, request: &Request, guild: &str) -> Reply {
    let guild_id = snowflake(guild)?;
    world.require_in_guild(guild_id, Permissions::MANAGE_CHANNELS)?;
    let kind = request.body.get("type").and_then(Value::as_u64).unwrap_or(TEXT);
    let mut form = Form::default();
    form.text_field("", &request.body, "name", 1, 100);
    if !matches!(kind, TEXT | VOICE | CATEGORY | ANNOUNCEMENT | STAGE | FORUM) {
        form.wrong("type", "BASE_TYPE_CHOICES", "Value must be one of {0, 2, 4, 5, 13, 15}.");
    }
    form.check()?;
    let guild = world.own_guild(guild_id)?;
    if guild.channels.len() >= MOST {
        return Err(ApiError::new(400, 30_013, "Maximum number of guild channels reached (500)"));
    }
    let position = i64::try_from(guild.channels.len()).unwrap_or(0);
    let mut channel = Channel::new(world.next_id(), kind, Some(guild_id), "");
    channel.position = position;
    let overwrites = overwrites_in(world, guild_id, &request.body)?;
    apply(&mut channel, &request.body, overwrites, world.now());
    let id = world.add_channel(channel);
    let channel = world.channels.get(&id).ok_or_else(ApiError::unknown_channel)?;
    Ok(Answer::created(world.channel_json(channel)))
}

/// `PATCH /channels/{id}`
pub(crate) fn change(world: &mut World, request: &Request, channel: &str) -> Reply {
    let id = snowflake(channel)?;
    let channel = world.visible_channel(id)?;
    if channel.guild.is_none() {
        return Err(ApiError::not_in_direct());
    }
    let needed = if channel.is_thread() { Permissions::MANAGE_THREADS } else { Permissions::MANAGE_CHANNELS };
    let is_own_thread = channel.thread.as_ref().is_some_and(|thread| thread.owner == world.bot);
    if !is_own_thread {
        world.require(id, needed)?;
    }
    let mut form = Form::default();
    if request.body.get("name").is_some() {
        form.text_field("", &request.body, "name", 1, 100);
    }
    form.text_field("", &request.body, "topic", 0, 1_024);
    form.check()?;
    let guild = channel.guild.ok_or_else(ApiError::not_in_direct)?;
    let (overwrites, now) = (overwrites_in(world, guild, &request.body)?, world.now());
    if let Some(channel) = world.channels.get_mut(&id) {
        apply(channel, &request.body, overwrites, now);
    }
    world.announce_channel(id);
    let channel = world.visible_channel(id)?;
    Ok(Answer::ok(world.channel_json(channel)))
}

/// Puts what the body says into a channel.
fn apply(channel: &mut Channel, body: &Value, overwrites: Option<Vec<Overwrite>>, now: Timestamp) {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let flag = |key: &str| body.get(key).and_then(Value::as_bool);
    if let Some(name) = text("name") {
        let is_text = matches!(channel.kind, TEXT | ANNOUNCEMENT | FORUM);
        channel.name = if is_text { name.to_lowercase().replace(' ', "-") } else { name.to_owned() };
    }
    if body.get("topic").is_some() {
        channel.topic = text("topic").map(str::to_owned);
    }
    if let Some(is_nsfw) = flag("nsfw") {
        channel.is_nsfw = is_nsfw;
    }
    if let Some(position) = body.get("position").and_then(Value::as_i64) {
        channel.position = position;
    }
    if let Some(seconds) = body.get("rate_limit_per_user").and_then(Value::as_u64) {
        channel.slowmode_s = seconds.min(21_600);
    }
    if let Some(parent) = body.get("parent_id").filter(|_| !channel.is_thread()) {
        channel.parent = serde_json::from_value(parent.clone()).ok();
    }
    if let Some(overwrites) = overwrites {
        channel.overwrites = overwrites;
    }
    if let Some(thread) = &mut channel.thread {
        if let Some(is_archived) = flag("archived") {
            thread.is_archived = is_archived;
            thread.archived_at = now;
        }
        if let Some(is_locked) = flag("locked") {
            thread.is_locked = is_locked;
        }
    }
}

/// The overwrites that a body gives, if it gives any.
fn overwrites_in(world: &World, guild: Id, body: &Value) -> Result<Option<Vec<Overwrite>>, ApiError> {
    let Some(given) = body.get("permission_overwrites").and_then(Value::as_array) else { return Ok(None) };
    given.iter().map(|overwrite| read_overwrite(world, guild, overwrite)).collect::<Result<_, _>>().map(Some)
}

fn read_overwrite(world: &World, guild: Id, overwrite: &Value) -> Result<Overwrite, ApiError> {
    let wrong = || ApiError::invalid("permission_overwrites", "BASE_TYPE_INVALID", "This is no overwrite.");
    let target: Id = overwrite.get("id").and_then(|id| serde_json::from_value(id.clone()).ok()).ok_or_else(wrong)?;
    let bits = |key: &str| {
        let given = overwrite.get(key).filter(|bits| !bits.is_null());
        given.map_or(Ok(Permissions::NONE), |bits| serde_json::from_value(bits.clone()).map_err(|_| wrong()))
    };
    let guild = world.own_guild(guild)?;
    let is_member = match overwrite.get("type") {
        Some(Value::Number(kind)) => kind.as_u64() == Some(1),
        Some(Value::String(kind)) => kind == "1" || kind == "member",
        _ => !guild.roles.contains_key(&target),
    };
    let (allow, deny) = (bits("allow")?, bits("deny")?);
    let own = guild.members.get(&world.bot).map_or(Permissions::NONE, |bot| guild.permissions_of(world.bot, bot));
    // A bot can only hand out what it has itself.
    if !own.has(allow | deny) {
        return Err(ApiError::missing_permissions());
    }
    Ok(Overwrite { target, is_member, allow, deny })
}

/// `DELETE /channels/{id}`
pub(crate) fn delete(world: &mut World, channel: &str) -> Reply {
    let id = snowflake(channel)?;
    let channel = world.visible_channel(id)?;
    let shown = world.channel_json(channel);
    if channel.guild.is_none() {
        return Ok(Answer::ok(shown));
    }
    let needed = if channel.is_thread() { Permissions::MANAGE_THREADS } else { Permissions::MANAGE_CHANNELS };
    world.require(id, needed)?;
    world.delete_channel(id);
    Ok(Answer::ok(shown))
}

/// `PUT /channels/{id}/permissions/{target}`
pub(crate) fn set_overwrite(world: &mut World, request: &Request, channel: &str, target: &str) -> Reply {
    let (id, target) = (snowflake(channel)?, snowflake(target)?);
    let guild = world.visible_channel(id)?.guild.ok_or_else(ApiError::not_in_direct)?;
    world.require(id, Permissions::MANAGE_ROLES)?;
    let mut body = request.body.clone();
    if let Some(object) = body.as_object_mut() {
        object.insert("id".to_owned(), json!(target));
    }
    let overwrite = read_overwrite(world, guild, &body)?;
    if let Some(channel) = world.channels.get_mut(&id) {
        channel.overwrites.retain(|old| old.target != target);
        channel.overwrites.push(overwrite);
    }
    world.announce_channel(id);
    Ok(Answer::NOTHING)
}

/// `DELETE /channels/{id}/permissions/{target}`
pub(crate) fn remove_overwrite(world: &mut World, channel: &str, target: &str) -> Reply {
    let (id, target) = (snowflake(channel)?, snowflake(target)?);
    world.visible_channel(id)?;
    world.require(id, Permissions::MANAGE_ROLES)?;
    let channel = world.channels.get_mut(&id).ok_or_else(ApiError::unknown_channel)?;
    let before = channel.overwrites.len();
    channel.overwrites.retain(|old| old.target != target);
    if channel.overwrites.len() == before {
        return Err(ApiError::unknown_overwrite());
    }
    world.announce_channel(id);
    Ok(Answer::NOTHING)
}

/// `POST /channels/{id}/typing`
pub(crate) fn typing(world: &World, channel: &str) -> Reply {
    let id = snowflake(channel)?;
    world.visible_channel(id)?;
    world.require(id, Permissions::SEND_MESSAGES)?;
    Ok(Answer::NOTHING)
}
