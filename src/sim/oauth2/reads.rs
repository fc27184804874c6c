//! What an application reads with a token of somebody: the account, and the guilds.

use crate::rest::answer::{Answer, ApiError, Reply};
use crate::rest::application::guilds_of;
use crate::rest::request::Request;
use crate::world::World;

/// Answers a request that shows somebody's token. What its scopes do not name is as if there were no token.
pub(crate) fn dispatch(world: &World, request: &Request, token: &str) -> Reply {
    let grant = world.oauth2.grant(token, world.now()).ok_or_else(ApiError::unauthorized)?;
    let has = |scope: &str| grant.scopes.iter().any(|granted| granted == scope);
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), path.as_slice()) {
        ("GET", ["users", "@me"]) if has("identify") => Ok(Answer::ok(world.user_json(grant.user))),
        ("GET", ["users", "@me", "guilds"]) if has("guilds") => guilds_of(world, request, grant.user),
        ("GET", ["users", "@me"] | ["users", "@me", "guilds"]) => Err(ApiError::unauthorized()),
        _ => Err(ApiError::new(403, 20_002, "Only bots can use this endpoint")),
    }
}
