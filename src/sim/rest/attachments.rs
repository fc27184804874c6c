//! `/attachments/refresh-urls`: fresh links for old ones.

use serde_json::{Value, json};

use super::answer::{Answer, ApiError, Reply};
use super::request::Request;
use crate::world::World;

/// The most links of one request.
const MOST: usize = 50;

/// `POST /attachments/refresh-urls`: a link to a file that is gone has no fresh one.
pub(crate) fn refresh(world: &World, request: &Request) -> Reply {
    let links = request.body.get("attachment_urls").and_then(Value::as_array);
    let links =
        links.ok_or_else(|| ApiError::invalid("attachment_urls", "BASE_TYPE_REQUIRED", "This field is required"))?;
    if links.is_empty() || links.len() > MOST {
        return Err(ApiError::invalid(
            "attachment_urls",
            "BASE_TYPE_BAD_LENGTH",
            "Must be between 1 and 50 in length.",
        ));
    }
    let refreshed = links.iter().map(|link| {
        let attachment = link.as_str().and_then(|link| world.attachment_of_link(link));
        json!({"original": link, "refreshed": attachment.map(|file| world.files.link(file, world.now()))})
    });
    Ok(Answer::ok(json!({"refreshed_urls": refreshed.collect::<Vec<_>>()})))
}
