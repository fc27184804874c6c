//! The REST side: `/api/v10/…`.
//!
//! Each request is written to the log, then passes the ordered faults, the token check, the rate limits and at last its
//! handler. Handlers are plain functions on the world: they refuse with Discord's own errors before they change
//! anything.

pub(crate) mod answer;
pub(crate) mod application;
mod attachments;
mod callbacks;
mod channels;
mod draft;
pub(crate) mod form;
mod guilds;
mod members;
mod messages;
mod pins;
mod reactions;
pub(crate) mod request;
mod route;
mod threads;
mod webhooks;

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

use super::faults::Fault;
use super::oauth2;
use super::shared::Shared;
use super::world::World;
use answer::{ApiError, Reply, respond, respond_with_page};
use request::Request;

/// Answers any request below `/api`.
pub(crate) async fn serve(State(shared): State<Shared>, request: axum::extract::Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let Some(path) = path.strip_prefix("/api/v10").or_else(|| path.strip_prefix("/api/v9")) else {
        return respond(&Err(ApiError::no_route()), Vec::new());
    };
    let request = Request::read(request, path).await;
    let (number, fault) = shared.quietly(|world| {
        world.in_flight += 1;
        let number = world.log.write(&request, world.now());
        (number, world.faults.strike(&request))
    });
    let in_flight = InFlight(&shared);
    if let Some(millis) = fault.as_ref().and_then(|fault| fault.delay_ms) {
        let due = shared.clock.now().after(Duration::from_millis(millis));
        shared.ring();
        shared.clock.sleep_until(due).await;
    }
    let (reply, headers) = shared.quietly(|world| {
        let (reply, headers) = handled(world, &request, fault.as_ref());
        let (status, code) = match &reply {
            Ok(answer) => (answer.status, 0),
            Err(error) => (error.status, error.code),
        };
        if matches!(status, 401 | 403 | 429) {
            world.rates.note_wrong(world.now());
        }
        world.log.answer(number, status, code);
        let date = world.now().http_date().map(|date| ("date", date));
        (reply, headers.into_iter().chain(date).collect::<Vec<_>>())
    });
    drop(in_flight);
    match fault.and_then(|fault| fault.html).filter(|_| reply.is_err()) {
        Some(page) => respond_with_page(&reply, page),
        None => respond(&reply, headers),
    }
}

/// A request that is being answered; it counts until it is answered, or until its sender hangs up.
struct InFlight<'a>(&'a Shared);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.change(|world| world.in_flight -= 1);
    }
}

fn handled(world: &mut World, request: &Request, fault: Option<&Fault>) -> (Reply, Vec<(&'static str, String)>) {
    let admitted = match ordered_failure(fault) {
        Some(failure) => Err(failure),
        None => admit(world, request),
    };
    match admitted {
        Ok(headers) => match &request.bearer {
            Some(token) => (oauth2::dispatch(world, request, token), headers),
            None => (route::dispatch(world, request), headers),
        },
        Err(refusal) => (Err(refusal), Vec::new()),
    }
}

/// The failure that was ordered for this request.
fn ordered_failure(fault: Option<&Fault>) -> Option<ApiError> {
    let fault = fault?;
    let status = fault.status?;
    let code = fault.code.unwrap_or(0);
    if status == 429 {
        return Some(ApiError { code, ..ApiError::rate_limited(fault.retry_after.unwrap_or(1.0), fault.global) });
    }
    Some(ApiError::new(status, code, format!("{status}: this failure was ordered")))
}

/// Checks what comes before any handler: ban, token, limits, form.
fn admit(world: &mut World, request: &Request) -> Result<Vec<(&'static str, String)>, ApiError> {
    let (now, most) = (world.now(), world.settings.invalid_requests_before_ban);
    if let Some(ban) = world.rates.ban(now, most) {
        return Err(ban);
    }
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let is_bot = request.token.as_ref().is_some_and(|token| world.settings.accepts_token(token));
    let is_known = is_bot || request.bearer.as_ref().is_some_and(|token| world.oauth2.grant(token, now).is_some());
    if !is_known && !route::carries_token(&segments) {
        return Err(ApiError::unauthorized());
    }
    let headers = if world.settings.rate_limits { world.rates.admit(request, now)? } else { Vec::new() };
    if request.is_malformed {
        return Err(ApiError::no_json());
    }
    Ok(headers)
}
