//! `/guilds/{id}/members`: people of a guild, their roles, nicknames, time-outs, kicks and bans.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::form::Form;
use super::request::{Request, snowflake};
use crate::Id;
use crate::kernel::time::Timestamp;
use crate::world::World;
use crate::world::permissions::Permissions;

/// The longest time-out.
const LONGEST_TIMEOUT: Duration = Duration::from_hours(28 * 24);

/// `GET /guilds/{id}/members/{user}`
pub(crate) fn get(world: &World, guild: &str, user: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    let user = if user == "@me" { world.bot } else { snowflake(user)? };
    world.member_json(guild, user).map(Answer::ok).ok_or_else(|| {
        if world.users.contains_key(&user) { ApiError::unknown_member() } else { ApiError::unknown_user() }
    })
}

/// `GET /guilds/{id}/members`, which needs the members intent.
pub(crate) fn list(world: &World, request: &Request, guild: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    if !world.settings.privileged.members {
        return Err(ApiError::missing_access());
    }
    let limit = usize::try_from(request.query_number("limit")?.unwrap_or(1)).unwrap_or(1).clamp(1, 1_000);
    let after = Id::new(request.query_number("after")?.unwrap_or(0));
    let page = guild.members.keys().filter(|user| **user > after).take(limit);
    Ok(Answer::ok(page.filter_map(|user| world.member_json(guild, *user)).collect()))
}

/// `GET /guilds/{id}/members/search`
pub(crate) fn search(world: &World, request: &Request, guild: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    let wanted = request.query("query").unwrap_or_default().to_lowercase();
    let limit = usize::try_from(request.query_number("limit")?.unwrap_or(1)).unwrap_or(1).clamp(1, 1_000);
    let found = guild.members.iter().filter(|(user, member)| {
        let name = world.users.get(user).map_or("", |user| user.name.as_str());
        let nick = member.nick.as_deref().unwrap_or_default();
        name.to_lowercase().starts_with(&wanted) || (!nick.is_empty() && nick.to_lowercase().starts_with(&wanted))
    });
    Ok(Answer::ok(found.take(limit).filter_map(|(user, _)| world.member_json(guild, *user)).collect()))
}

/// `PATCH /guilds/{id}/members/{user}`
pub(crate) fn change(world: &mut World, request: &Request, guild: &str, user: &str) -> Reply {
    let guild_id = snowflake(guild)?;
    let user = if user == "@me" { world.bot } else { snowflake(user)? };
    let guild = world.own_guild(guild_id)?;
    let mut member = guild.members.get(&user).ok_or_else(ApiError::unknown_member)?.clone();
    let body = &request.body;
    if let Some(nick) = body.get("nick") {
        let mut form = Form::default();
        form.text_field("", body, "nick", 0, 32);
        form.check()?;
        if user == world.bot {
            world.require_in_guild(guild_id, Permissions::CHANGE_NICKNAME)?;
        } else {
            world.require_over(guild_id, user, Permissions::MANAGE_NICKNAMES)?;
        }
        member.nick = nick.as_str().filter(|nick| !nick.is_empty()).map(str::to_owned);
    }
    if let Some(until) = body.get("communication_disabled_until") {
        member.timed_out_until = timeout(world, guild_id, user, until)?;
    }
    if let Some(roles) = body.get("roles").filter(|roles| !roles.is_null()) {
        let wanted: BTreeSet<Id> = serde_json::from_value(roles.clone())
            .map_err(|_| ApiError::invalid("roles", "LIST_TYPE_CONVERT", "These are no role ids."))?;
        for role in wanted.symmetric_difference(&member.roles) {
            may_give(world, guild_id, *role)?;
        }
        member.roles = wanted;
    }
    for (key, permission) in [("mute", Permissions::MUTE_MEMBERS), ("deaf", Permissions::DEAFEN_MEMBERS)] {
        if let Some(is_on) = body.get(key).and_then(Value::as_bool) {
            world.require_in_guild(guild_id, permission)?;
            if key == "mute" { member.is_muted = is_on } else { member.is_deafened = is_on }
        }
    }
    if let Some(channel) = body.get("channel_id") {
        move_voice(world, guild_id, user, channel)?;
    }
    if let Some(guild) = world.guilds.get_mut(&guild_id) {
        guild.members.insert(user, member);
    }
    world.announce_member("GUILD_MEMBER_UPDATE", guild_id, user);
    let shown = world.member_json(world.own_guild(guild_id)?, user);
    shown.map(Answer::ok).ok_or_else(ApiError::unknown_member)
}

fn timeout(world: &World, guild_id: Id, user: Id, until: &Value) -> Result<Option<Timestamp>, ApiError> {
    world.require_over(guild_id, user, Permissions::MODERATE_MEMBERS)?;
    let guild = world.own_guild(guild_id)?;
    let member = guild.members.get(&user).ok_or_else(ApiError::unknown_member)?;
    if guild.permissions_of(user, member).has(Permissions::ADMINISTRATOR) {
        return Err(ApiError::missing_permissions());
    }
    let Some(text) = until.as_str() else { return Ok(None) };
    let field = "communication_disabled_until";
    let until = Timestamp::from_rfc3339(text)
        .ok_or_else(|| ApiError::invalid(field, "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601."))?;
    if until.since(world.now()) > LONGEST_TIMEOUT {
        let message = "Cannot time out a member for more than 28 days.";
        return Err(ApiError::invalid(field, "GUILD_MEMBER_TIMEOUT_TOO_LONG", message));
    }
    Ok(Some(until))
}

fn move_voice(world: &mut World, guild_id: Id, user: Id, channel: &Value) -> Result<(), ApiError> {
    world.require_in_guild(guild_id, Permissions::MOVE_MEMBERS)?;
    if !world.own_guild(guild_id)?.voice.contains_key(&user) {
        return Err(ApiError::new(400, 40_032, "Target user is not connected to voice."));
    }
    match serde_json::from_value::<Id>(channel.clone()) {
        Ok(channel) if world.channels.get(&channel).is_some_and(|channel| channel.guild == Some(guild_id)) => {
            world.join_voice(guild_id, user, channel);
        }
        Ok(_) => return Err(ApiError::unknown_channel()),
        Err(_) => world.leave_voice(guild_id, user),
    }
    Ok(())
}

/// Refuses a role that the bot may not give or take.
fn may_give(world: &World, guild_id: Id, role: Id) -> Result<(), ApiError> {
    let found = world.manageable_role(guild_id, role)?;
    if found.managed_by.is_some() || role == guild_id { Err(ApiError::missing_permissions()) } else { Ok(()) }
}

/// `PUT` and `DELETE /guilds/{id}/members/{user}/roles/{role}`
pub(crate) fn set_role(world: &mut World, guild: &str, user: &str, role: &str, has_it: bool) -> Reply {
    let (guild_id, user, role) = (snowflake(guild)?, snowflake(user)?, snowflake(role)?);
    if !world.own_guild(guild_id)?.members.contains_key(&user) {
        return Err(ApiError::unknown_member());
    }
    may_give(world, guild_id, role)?;
    let member = world.guilds.get_mut(&guild_id).and_then(|guild| guild.members.get_mut(&user));
    let member = member.ok_or_else(ApiError::unknown_member)?;
    let has_changed = if has_it { member.roles.insert(role) } else { member.roles.remove(&role) };
    if has_changed {
        world.announce_member("GUILD_MEMBER_UPDATE", guild_id, user);
    }
    Ok(Answer::NOTHING)
}

/// `DELETE /guilds/{id}/members/{user}`
pub(crate) fn kick(world: &mut World, guild: &str, user: &str) -> Reply {
    let (guild_id, user) = (snowflake(guild)?, snowflake(user)?);
    if !world.own_guild(guild_id)?.members.contains_key(&user) {
        return Err(ApiError::unknown_member());
    }
    world.require_over(guild_id, user, Permissions::KICK_MEMBERS)?;
    world.remove_member(guild_id, user);
    Ok(Answer::NOTHING)
}

/// `PUT /guilds/{id}/bans/{user}`
pub(crate) fn ban(world: &mut World, request: &Request, guild: &str, user: &str) -> Reply {
    let (guild_id, user) = (snowflake(guild)?, snowflake(user)?);
    if !world.users.contains_key(&user) {
        return Err(ApiError::unknown_user());
    }
    world.require_over(guild_id, user, Permissions::BAN_MEMBERS)?;
    world.ban(guild_id, user, request.reason.as_deref().unwrap_or_default());
    Ok(Answer::NOTHING)
}

/// `DELETE /guilds/{id}/bans/{user}`
pub(crate) fn unban(world: &mut World, guild: &str, user: &str) -> Reply {
    let (guild_id, user) = (snowflake(guild)?, snowflake(user)?);
    world.require_in_guild(guild_id, Permissions::BAN_MEMBERS)?;
    if world.unban(guild_id, user) { Ok(Answer::NOTHING) } else { Err(ApiError::unknown_ban()) }
}

/// `GET /guilds/{id}/voice-states/{user}`
pub(crate) fn voice_state(world: &World, guild: &str, user: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    let user = if user == "@me" { world.bot } else { snowflake(user)? };
    let unknown = || ApiError::new(404, 10_065, "Unknown Voice State");
    let state = guild.voice.get(&user).ok_or_else(unknown)?;
    Ok(Answer::ok(json!(guild.voice_json(user, Some(state)))))
}
