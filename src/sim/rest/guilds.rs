//! `/guilds/{id}`: the guild itself, its roles, its bans.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::form::Form;
use super::request::{Request, snowflake};
use crate::Id;
use crate::world::World;
use crate::world::guild::{Guild, Role};
use crate::world::permissions::Permissions;

/// The most roles of a guild.
const MOST_ROLES: usize = 250;

/// `GET /guilds/{id}`
pub(crate) fn get(world: &World, request: &Request, guild: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    let mut shown = guild.json();
    if request.query_is_on("with_counts")
        && let Some(object) = shown.as_object_mut()
    {
        object.insert("approximate_member_count".to_owned(), json!(guild.members.len()));
        object.insert("approximate_presence_count".to_owned(), json!(guild.presences.len()));
    }
    Ok(Answer::ok(shown))
}

/// `PATCH /guilds/{id}`: the name only.
pub(crate) fn change(world: &mut World, request: &Request, guild: &str) -> Reply {
    let id = snowflake(guild)?;
    world.require_in_guild(id, Permissions::MANAGE_GUILD)?;
    if let Some(name) = request.body.get("name").and_then(Value::as_str) {
        let mut form = Form::default();
        form.text("name", name, 2, 100);
        form.check()?;
        if let Some(guild) = world.guilds.get_mut(&id) {
            name.clone_into(&mut guild.name);
        }
    }
    world.announce_guild_change(id);
    Ok(Answer::ok(world.own_guild(id)?.json()))
}

/// `GET /guilds/{id}/roles`
pub(crate) fn roles(world: &World, guild: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    Ok(Answer::ok(guild.roles.values().map(Role::json).collect()))
}

/// `GET /guilds/{id}/roles/{role}`
pub(crate) fn role(world: &World, guild: &str, role: &str) -> Reply {
    let guild = world.own_guild(snowflake(guild)?)?;
    let role = guild.roles.get(&snowflake(role)?).ok_or_else(ApiError::unknown_role)?;
    Ok(Answer::ok(role.json()))
}

/// `POST /guilds/{id}/roles`
pub(crate) fn create_role(world: &mut World, request: &Request, guild: &str) -> Reply {
    let guild_id = snowflake(guild)?;
    world.require_in_guild(guild_id, Permissions::MANAGE_ROLES)?;
    if world.own_guild(guild_id)?.roles.len() >= MOST_ROLES {
        return Err(ApiError::new(400, 30_005, "Maximum number of guild roles reached (250)"));
    }
    let everyone = world.own_guild(guild_id)?.roles.get(&guild_id).map_or(Permissions::NONE, |role| role.permissions);
    let blank = Role {
        id: world.next_id(),
        name: "new role".to_owned(),
        permissions: everyone,
        position: 1,
        color: 0,
        is_hoisted: false,
        is_mentionable: false,
        managed_by: None,
    };
    put(world, guild_id, blank, &request.body)
}

/// `PATCH /guilds/{id}/roles/{role}`
pub(crate) fn change_role(world: &mut World, request: &Request, guild: &str, role: &str) -> Reply {
    let (guild_id, role) = (snowflake(guild)?, snowflake(role)?);
    let old = world.manageable_role(guild_id, role)?.clone();
    put(world, guild_id, old, &request.body)
}

fn put(world: &mut World, guild_id: Id, mut role: Role, body: &Value) -> Reply {
    let mut form = Form::default();
    form.text_field("", body, "name", 0, 100);
    form.check()?;
    if let Some(name) = body.get("name").and_then(Value::as_str) {
        name.clone_into(&mut role.name);
    }
    if let Some(wanted) = body.get("permissions").filter(|wanted| !wanted.is_null()) {
        let wanted = serde_json::from_value(wanted.clone())
            .map_err(|_| ApiError::invalid("permissions", "BASE_TYPE_INVALID", "These are no permissions."))?;
        world.require_in_guild(guild_id, wanted)?;
        role.permissions = wanted;
    }
    let color = body.get("color").or_else(|| body.pointer("/colors/primary_color"));
    if let Some(color) = color.and_then(Value::as_u64) {
        role.color = color;
    }
    if let Some(is_hoisted) = body.get("hoist").and_then(Value::as_bool) {
        role.is_hoisted = is_hoisted;
    }
    if let Some(is_mentionable) = body.get("mentionable").and_then(Value::as_bool) {
        role.is_mentionable = is_mentionable;
    }
    let shown = role.json();
    world.put_role(guild_id, role);
    Ok(Answer::ok(shown))
}

/// `DELETE /guilds/{id}/roles/{role}`
pub(crate) fn delete_role(world: &mut World, guild: &str, role: &str) -> Reply {
    let (guild_id, role) = (snowflake(guild)?, snowflake(role)?);
    let found = world.manageable_role(guild_id, role)?;
    if found.managed_by.is_some() || role == guild_id {
        return Err(ApiError::new(400, 50_028, "Invalid role"));
    }
    world.delete_role(guild_id, role);
    Ok(Answer::NOTHING)
}

/// `GET /guilds/{id}/bans[/{user}]`
pub(crate) fn bans(world: &World, guild: &str, user: Option<&str>) -> Reply {
    let guild_id = snowflake(guild)?;
    world.require_in_guild(guild_id, Permissions::BAN_MEMBERS)?;
    let guild = world.own_guild(guild_id)?;
    let shown = |user: Id, reason: &str| {
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        json!({"user": world.user_json(user), "reason": reason})
    };
    let Some(user) = user else {
        return Ok(Answer::ok(guild.bans.iter().map(|(user, reason)| shown(*user, reason)).collect()));
    };
    let user = snowflake(user)?;
    let reason = guild.bans.get(&user).ok_or_else(ApiError::unknown_ban)?;
    Ok(Answer::ok(shown(user, reason)))
}

impl World {
    /// The guild, if the bot is in it.
    pub(crate) fn own_guild(&self, id: Id) -> Result<&Guild, ApiError> {
        let guild = self.guilds.get(&id).ok_or_else(ApiError::unknown_guild)?;
        if guild.members.contains_key(&self.bot) { Ok(guild) } else { Err(ApiError::missing_access()) }
    }

    /// Refuses if the bot lacks a permission in the guild as a whole.
    pub(crate) fn require_in_guild(&self, guild: Id, permission: Permissions) -> Result<(), ApiError> {
        let guild = self.own_guild(guild)?;
        let bot = guild.members.get(&self.bot).ok_or_else(ApiError::missing_access)?;
        let has = guild.permissions_of(self.bot, bot).has(permission);
        if has { Ok(()) } else { Err(ApiError::missing_permissions()) }
    }

    /// The role, if the bot may change or give it: it manages roles and stands above this one.
    pub(crate) fn manageable_role(&self, guild_id: Id, role: Id) -> Result<&Role, ApiError> {
        let guild = self.own_guild(guild_id)?;
        let found = guild.roles.get(&role).ok_or_else(ApiError::unknown_role)?;
        self.require_in_guild(guild_id, Permissions::MANAGE_ROLES)?;
        if found.position >= guild.rank_of(self.bot) { Err(ApiError::missing_permissions()) } else { Ok(found) }
    }

    /// Refuses if the bot may not act on `user`: it needs the permission and must stand above them.
    pub(crate) fn require_over(&self, guild_id: Id, user: Id, permission: Permissions) -> Result<(), ApiError> {
        self.require_in_guild(guild_id, permission)?;
        let guild = self.own_guild(guild_id)?;
        if guild.rank_of(user) >= guild.rank_of(self.bot) { Err(ApiError::missing_permissions()) } else { Ok(()) }
    }
}
