//! Threads: started from a message or alone, joined, left, listed.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::form::Form;
use super::request::{Request, snowflake};
use crate::Id;
use crate::world::World;
use crate::world::channel::{Channel, PRIVATE_THREAD, PUBLIC_THREAD, Thread};
use crate::world::permissions::Permissions;

/// `POST /channels/{id}/messages/{id}/threads`: the thread gets the message's id.
pub(crate) fn start_from_message(world: &mut World, request: &Request, channel: &str, message: &str) -> Reply {
    let (parent, id) = (snowflake(channel)?, snowflake(message)?);
    if world.readable_message(parent, id)?.thread.is_some() {
        return Err(ApiError::thread_exists());
    }
    let shown = start(world, request, parent, id, PUBLIC_THREAD)?;
    if let Some(message) = world.channels.get_mut(&parent).and_then(|channel| channel.messages.get_mut(id)) {
        message.thread = Some(id);
        message.flags |= 1 << 5;
    }
    world.announce_edit(parent, id);
    Ok(shown)
}

/// `POST /channels/{id}/threads`
pub(crate) fn start_alone(world: &mut World, request: &Request, channel: &str) -> Reply {
    let parent = snowflake(channel)?;
    let kind = request.body.get("type").and_then(Value::as_u64).unwrap_or(PRIVATE_THREAD);
    if !matches!(kind, PUBLIC_THREAD | PRIVATE_THREAD) {
        return Err(ApiError::invalid("type", "BASE_TYPE_CHOICES", "Value must be one of {11, 12}."));
    }
    let id = world.next_id();
    start(world, request, parent, id, kind)
}

fn start(world: &mut World, request: &Request, parent: Id, id: Id, kind: u64) -> Reply {
    let channel = world.visible_channel(parent)?;
    let guild = channel.guild.ok_or_else(ApiError::not_in_direct)?;
    if channel.is_thread() || !channel.holds_messages() {
        return Err(ApiError::new(400, 50_024, "Cannot execute action on this channel type"));
    }
    let needed =
        if kind == PRIVATE_THREAD { Permissions::CREATE_PRIVATE_THREADS } else { Permissions::CREATE_PUBLIC_THREADS };
    world.require(parent, needed)?;
    let mut form = Form::default();
    form.text_field("", &request.body, "name", 1, 100);
    let auto_archive_min = request.body.get("auto_archive_duration").and_then(Value::as_u64).unwrap_or(4_320);
    if ![60, 1_440, 4_320, 10_080].contains(&auto_archive_min) {
        let message = "Value must be one of (60, 1440, 4320, 10080).";
        form.wrong("auto_archive_duration", "BASE_TYPE_CHOICES", message);
    }
    form.check()?;
    let name = request.body.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut channel = Channel::new(id, kind, Some(guild), name);
    channel.parent = Some(parent);
    channel.thread = Some(Thread::started_by(world.bot, auto_archive_min, world.now()));
    let shown = world.channel_json(&channel);
    world.add_channel(channel);
    Ok(Answer::created(shown))
}

/// `PUT` and `DELETE /channels/{id}/thread-members/{user}`
pub(crate) fn set_member(world: &mut World, channel: &str, user: &str, is_member: bool) -> Reply {
    let id = snowflake(channel)?;
    world.visible_channel(id)?;
    let user = if user == "@me" { world.bot } else { snowflake(user)? };
    let thread = world.channels.get_mut(&id).and_then(|channel| channel.thread.as_mut());
    let thread = thread.ok_or_else(|| ApiError::new(400, 50_024, "Cannot execute action on this channel type"))?;
    if thread.is_archived {
        return Err(ApiError::thread_archived());
    }
    if is_member {
        thread.members.insert(user)
    } else {
        thread.members.remove(&user)
    };
    Ok(Answer::NOTHING)
}

/// `GET /channels/{id}/thread-members`
pub(crate) fn members(world: &World, channel: &str) -> Reply {
    let id = snowflake(channel)?;
    let thread = world.visible_channel(id)?.thread.as_ref().ok_or_else(ApiError::unknown_channel)?;
    let joined = world.now().rfc3339();
    let shown =
        thread.members.iter().map(|user| json!({"id": id, "user_id": user, "join_timestamp": joined, "flags": 0}));
    Ok(Answer::ok(shown.collect()))
}

/// `GET /guilds/{id}/threads/active`
pub(crate) fn active(world: &World, guild: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    let threads = guild.threads.iter().filter_map(|id| world.channels.get(id));
    let open = threads.filter(|channel| channel.thread.as_ref().is_some_and(|thread| !thread.is_archived));
    let shown: Vec<Value> = open.map(|channel| world.channel_json(channel)).collect();
    Ok(Answer::ok(json!({"threads": shown, "members": []})))
}
