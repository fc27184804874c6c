//! `/api/oauth2/token` and `/api/oauth2/token/revoke`: forms of applications that show their secret.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Response};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use super::{CODE_LASTS, Code, TOKEN_LASTS, fields};
use crate::kernel::digest::Digest;
use crate::rest::answer::{Answer, ApiError, Reply, respond};
use crate::rest::request::Request;
use crate::shared::Shared;
use crate::world::World;

type Form = HashMap<String, String>;

/// Gives a token for a code.
pub(super) async fn give(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    answered(&shared, "/oauth2/token", &headers, &body, |world, form| {
        if form.get("grant_type").is_none_or(|kind| kind != "authorization_code") {
            return Ok(wrong("unsupported_grant_type", "Only codes are exchanged here"));
        }
        let code = match code_of(world, form) {
            Ok(code) => code,
            Err(refusal) => return Ok(refusal),
        };
        let now = world.now();
        let (access, grant) = world.oauth2.keep_grant(code, now);
        Ok(Answer::ok(json!({
            "token_type": "Bearer",
            "access_token": access,
            "expires_in": TOKEN_LASTS.as_secs(),
            "refresh_token": grant.refresh,
            "scope": grant.scopes.join(" "),
        })))
    })
}

/// Takes a token back. One that is none is as good as taken back.
pub(super) async fn revoke(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    answered(&shared, "/oauth2/token/revoke", &headers, &body, |world, form| {
        let Some(token) = form.get("token") else { return Ok(wrong("invalid_request", "There is no token")) };
        world.oauth2.grants.retain(|access, grant| access != token && grant.refresh != *token);
        Ok(Answer::ok(json!({})))
    })
}

/// Checks what comes before either: what was ordered, the form, the application.
fn answered(
    shared: &Shared,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
    answer: impl FnOnce(&mut World, &Form) -> Reply,
) -> Response<Body> {
    let reply = shared.change(|world| {
        let request = Request { method: "POST".to_owned(), path: path.to_owned(), ..Request::default() };
        if let Some(status) = world.faults.strike(&request).and_then(|fault| fault.status) {
            return Err(ApiError::new(status, 0, format!("{status}: this failure was ordered")));
        }
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !content_type.starts_with("application/x-www-form-urlencoded") {
            return Ok(wrong("invalid_request", "The body has to be a form"));
        }
        let form = fields(body);
        if !is_ours(world, headers, &form) {
            return Ok(Answer { status: 401, body: Some(json!({"error": "invalid_client"})) });
        }
        answer(world, &form)
    });
    respond(&reply, Vec::new())
}

/// Whether number and secret are the application's, in the header or in the form.
fn is_ours(world: &World, headers: &HeaderMap, form: &Form) -> bool {
    let basic = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let shown = match basic {
        Some(basic) => BASE64_STANDARD.decode(basic).ok().and_then(|shown| String::from_utf8(shown).ok()),
        None => form.get("client_id").zip(form.get("client_secret")).map(|(id, secret)| format!("{id}:{secret}")),
    };
    shown.is_some_and(|shown| shown == format!("{}:{}", world.bot, world.settings.client_secret))
}

/// The code of a form. It is used up by that, also where it is refused.
fn code_of(world: &mut World, form: &Form) -> Result<Code, Answer> {
    let now = world.now();
    let bad_code = || wrong("invalid_grant", "Invalid \"code\" in request.");
    let found = form.get("code").and_then(|code| world.oauth2.codes.remove(code));
    let code = found.filter(|code| now.since(code.made_at) < CODE_LASTS).ok_or_else(bad_code)?;
    if form.get("redirect_uri") != Some(&code.redirect_uri) {
        return Err(wrong("invalid_grant", "Invalid \"redirect_uri\" in request."));
    }
    let Some(challenge) = &code.challenge else { return Ok(code) };
    let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
    if !(43..=128).contains(&verifier.len()) {
        return Err(wrong("invalid_request", "Invalid \"code_verifier\" in request."));
    }
    let shown = BASE64_URL_SAFE_NO_PAD.encode(Digest::of(verifier.as_bytes()).bytes());
    if shown == *challenge { Ok(code) } else { Err(bad_code()) }
}

/// An error in the form of `OAuth2`, which is not that of the rest of Discord.
fn wrong(error: &str, description: &str) -> Answer {
    Answer { status: 400, body: Some(json!({"error": error, "error_description": description})) }
}
