//! The roles that come with tasks, as Discord names them.

use serde_json::Value;
use serenity::http::Route;

use crate::discord::Bot;
use crate::discord::rest::RestError;
use crate::features::tasks::model::{TaskRefusal, TaskRole};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId};
use crate::kernel::text::typed_name;

/// The role that somebody typed: a mention, its number, or its name; nothing for `none`.
pub(super) async fn typed(bot: &Bot, guild: GuildId, typed: &str, by: Actor) -> Result<Option<TaskRole>> {
    let typed = typed.trim();
    if typed.is_empty() || typed.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let known = all(bot, guild).await.map_err(crate::kernel::error::Error::failed)?;
    let digits = typed.trim_start_matches("<@&").trim_end_matches('>');
    let number: Option<RoleId> = digits.parse().ok();
    let is_meant = |(id, name): &&(RoleId, String)| Some(*id) == number || is_called(name, typed);
    let found = known.iter().find(is_meant).cloned();
    let (id, name) = found.ok_or_else(|| TaskRefusal::NoSuchRole(typed_name(typed)))?;
    Ok(Some(TaskRole { id: Some(id), name, by }))
}

/// The role of a guild with this name, as it is written.
pub(super) async fn called(bot: &Bot, guild: GuildId, name: &str) -> Result<Option<RoleId>, RestError> {
    Ok(all(bot, guild).await?.into_iter().find(|(_, known)| known == name).map(|(id, _)| id))
}

fn is_called(name: &str, typed: &str) -> bool {
    name.to_lowercase() == typed.trim_start_matches('@').to_lowercase()
}

async fn all(bot: &Bot, guild: GuildId) -> Result<Vec<(RoleId, String)>, RestError> {
    let guild_id = serenity::all::GuildId::new(guild.get());
    let told = bot.rest.get_json(Route::GuildRoles { guild_id }, Vec::new()).await?;
    let role = |role: &Value| Some((role["id"].as_str()?.parse().ok()?, role["name"].as_str()?.to_owned()));
    Ok(told.as_array().into_iter().flatten().filter_map(role).collect())
}
