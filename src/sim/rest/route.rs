//! Which handler answers which path.

use serde_json::json;

use super::answer::{Answer, ApiError, Reply};
use super::request::{Request, snowflake};
use super::{
    application, attachments, callbacks, channels, guilds, members, messages, pins, reactions, threads, webhooks,
};
use crate::world::World;

/// Whether a path carries its own token, so that the header needs none.
pub(crate) fn carries_token(segments: &[&str]) -> bool {
    matches!(segments, ["interactions", _, _, "callback"] | ["webhooks", _, _, ..] | ["gateway"])
}

/// Answers a request.
pub(crate) fn dispatch(world: &mut World, request: &Request) -> Reply {
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["gateway"] => Ok(application::gateway(world, false)),
        ["gateway", "bot"] => Ok(application::gateway(world, true)),
        ["oauth2", "applications", "@me"] | ["applications", "@me"] => Ok(application::application(world)),
        ["applications", _, "entitlements"] | ["guilds", _, "emojis" | "stickers" | "invites" | "integrations"] => {
            read_only(request, Answer::ok(json!([])))
        }
        ["applications", id, rest @ ..] => application::commands(world, request, id, rest),
        ["interactions", id, token, "callback"] => callbacks::answer(world, request, id, token),
        ["webhooks", rest @ ..] => of_webhook(world, request, rest),
        ["users", rest @ ..] => of_user(world, request, rest),
        ["channels", id, rest @ ..] => of_channel(world, request, id, rest),
        ["guilds", id, rest @ ..] => of_guild(world, request, id, rest),
        ["attachments", "refresh-urls"] => attachments::refresh(world, request),
        _ => Err(ApiError::no_route()),
    }
}

fn read_only(request: &Request, answer: Answer) -> Reply {
    if request.method == "GET" { Ok(answer) } else { Err(wrong_method()) }
}

fn wrong_method() -> ApiError {
    ApiError::new(405, 0, "405: Method Not Allowed")
}

fn of_webhook(world: &mut World, request: &Request, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("POST", [id, token]) => webhooks::execute(world, request, id, token),
        ("GET", [id]) => webhooks::show(world, id, None),
        ("GET", [id, token]) => webhooks::show(world, id, Some(token)),
        ("DELETE", [id]) => webhooks::remove(world, id, None),
        ("DELETE", [id, token]) => webhooks::remove(world, id, Some(token)),
        ("GET", [id, token, "messages", message]) => webhooks::get(world, id, token, message),
        ("PATCH", [id, token, "messages", message]) => webhooks::edit(world, request, id, token, message),
        ("DELETE", [id, token, "messages", message]) => webhooks::delete(world, id, token, message),
        _ => Err(ApiError::no_route()),
    }
}

fn of_user(world: &mut World, request: &Request, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", ["@me"]) => Ok(application::own_account(world)),
        ("GET", ["@me", "guilds"]) => application::guilds_of(world, request, world.bot),
        ("POST", ["@me", "channels"]) => application::open_direct(world, request),
        ("DELETE", ["@me", "guilds", guild]) => {
            let (guild, bot) = (snowflake(guild)?, world.bot);
            if world.remove_member(guild, bot) { Ok(Answer::NOTHING) } else { Err(ApiError::unknown_guild()) }
        }
        ("GET", [id]) => {
            let id = snowflake(id)?;
            world.users.get(&id).map(|user| Answer::ok(user.json())).ok_or_else(ApiError::unknown_user)
        }
        _ => Err(ApiError::no_route()),
    }
}

fn of_channel(world: &mut World, request: &Request, id: &str, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", []) => channels::get(world, id),
        ("PATCH", []) => channels::change(world, request, id),
        ("DELETE", []) => channels::delete(world, id),
        ("POST", ["typing"]) => channels::typing(world, id),
        ("PUT", ["permissions", target]) => channels::set_overwrite(world, request, id, target),
        ("DELETE", ["permissions", target]) => channels::remove_overwrite(world, id, target),
        ("GET", ["webhooks"]) => {
            let id = snowflake(id)?;
            world.visible_channel(id)?;
            Ok(webhooks::list(world, |webhook| webhook.channel == id))
        }
        ("POST", ["webhooks"]) => webhooks::create(world, request, id),
        ("GET", ["pins"]) => pins::list(world, id),
        ("GET", ["messages", "pins"]) => pins::page(world, id),
        ("PUT", ["pins", message] | ["messages", "pins", message]) => pins::pin(world, id, message),
        ("DELETE", ["pins", message] | ["messages", "pins", message]) => pins::unpin(world, id, message),
        ("POST", ["threads"]) => threads::start_alone(world, request, id),
        ("GET", ["thread-members"]) => threads::members(world, id),
        ("PUT", ["thread-members", user]) => threads::set_member(world, id, user, true),
        ("DELETE", ["thread-members", user]) => threads::set_member(world, id, user, false),
        (_, ["messages", rest @ ..]) => of_messages(world, request, id, rest),
        _ => Err(ApiError::no_route()),
    }
}

fn of_messages(world: &mut World, request: &Request, channel: &str, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", []) => messages::list(world, request, channel),
        ("POST", []) => messages::create(world, request, channel),
        ("POST", ["bulk-delete"]) => messages::delete_many(world, request, channel),
        ("GET", [id]) => messages::get(world, channel, id),
        ("PATCH", [id]) => messages::edit(world, request, channel, id),
        ("DELETE", [id]) => messages::delete(world, channel, id),
        ("POST", [id, "threads"]) => threads::start_from_message(world, request, channel, id),
        ("GET", [id, "reactions", emoji]) => reactions::list(world, channel, id, emoji),
        ("PUT", [id, "reactions", emoji, "@me"]) => reactions::add(world, channel, id, emoji),
        ("DELETE", [id, "reactions", emoji, user]) => reactions::remove(world, channel, id, emoji, user),
        ("DELETE", [id, "reactions"]) => reactions::clear(world, channel, id, None),
        ("DELETE", [id, "reactions", emoji]) => reactions::clear(world, channel, id, Some(emoji)),
        _ => Err(ApiError::no_route()),
    }
}

fn of_guild(world: &mut World, request: &Request, id: &str, path: &[&str]) -> Reply {
    match (request.method.as_str(), path) {
        ("GET", []) => guilds::get(world, request, id),
        ("PATCH", []) => guilds::change(world, request, id),
        ("GET", ["channels"]) => channels::of_guild(world, id),
        ("POST", ["channels"]) => channels::create(world, request, id),
        ("GET", ["threads", "active"]) => threads::active(world, id),
        ("GET", ["roles"]) => guilds::roles(world, id),
        ("POST", ["roles"]) => guilds::create_role(world, request, id),
        ("GET", ["roles", role]) => guilds::role(world, id, role),
        ("PATCH", ["roles", role]) => guilds::change_role(world, request, id, role),
        ("DELETE", ["roles", role]) => guilds::delete_role(world, id, role),
        ("GET", ["members"]) => members::list(world, request, id),
        ("GET", ["members", "search"]) => members::search(world, request, id),
        ("GET", ["members", user]) => members::get(world, id, user),
        ("PATCH", ["members", user]) => members::change(world, request, id, user),
        ("DELETE", ["members", user]) => members::kick(world, id, user),
        ("PUT", ["members", user, "roles", role]) => members::set_role(world, id, user, role, true),
        ("DELETE", ["members", user, "roles", role]) => members::set_role(world, id, user, role, false),
        ("GET", ["bans"]) => guilds::bans(world, id, None),
        ("GET", ["bans", user]) => guilds::bans(world, id, Some(user)),
        ("PUT", ["bans", user]) => members::ban(world, request, id, user),
        ("DELETE", ["bans", user]) => members::unban(world, id, user),
        ("GET", ["voice-states", user]) => members::voice_state(world, id, user),
        ("GET", ["webhooks"]) => {
            let id = snowflake(id)?;
            world.own_guild(id)?;
            Ok(webhooks::list(world, |webhook| webhook.guild == id))
        }
        _ => Err(ApiError::no_route()),
    }
}
