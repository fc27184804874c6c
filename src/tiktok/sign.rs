//! The sign step: Euler Stream tells where the events of a room are, and signs the way there.
//!
//! One answer opens one connection, within about thirty seconds; it is never used twice. It brings the address of the
//! socket, parameters and cookies for it, and the messages that the room had of late.
//!
//! The service has an older and a newer form of the request. The newer is asked first, the older where that is missing
//! (404), and from then on the older alone. Anonymous requests are allowed; a key raises the limits and is sent as the
//! header `X-Api-Key`, to this service only.
//!
//! Invariant: nothing that the service wrote gets into a refusal or into the log but its names for a request and for a
//! limit, cut to harmless characters. An answer that repeats the key is not looked at.

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde_json::Value;
use url::Url;

use super::browser::{self, encode};
use super::cookies::Cookies;
use super::endpoints::Endpoints;
use super::rate_limit;
use super::refusal::{Degradation, Limit, Refusal, TransportError, limit_label};
use super::request::{HttpResponse, Requester};
use super::room::parse_room;
use super::wire::{FetchResult, Message, RoomId};
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;

/// Most bytes of an answer, which has about 43 thousand.
const MOST_BYTES: u64 = 4 << 20;
/// Who we are, for the service.
const CLIENT: &str = "greenroom";
/// The same as a header.
pub(super) const SERVICE_AGENT: &str = concat!("greenroom/", env!("CARGO_PKG_VERSION"));

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const SET_TT_COOKIE: HeaderName = HeaderName::from_static("x-set-tt-cookie");
const ROOM_ID: HeaderName = HeaderName::from_static("x-room-id");

/// The service's key, ready to be sent. It prints as a placeholder.
#[derive(Clone)]
pub(super) struct ApiKey {
    secret: Secret,
    header: HeaderValue,
}

/// What opens one connection.
pub(super) struct Signed {
    /// The room, which may be another than the one that was asked for, when the host went live again.
    pub(super) room: RoomId,
    /// Where the events are.
    pub(super) server: Url,
    /// What must be in the address, as it came.
    pub(super) route_params: Vec<(String, String)>,
    /// The header `Cookie`.
    pub(super) cookies: Secret,
    /// What the room told of late.
    pub(super) messages: Vec<Message>,
}

/// Asks the service.
#[derive(Debug, Default)]
pub(super) struct Signer {
    /// Whether the service knows only the older form.
    is_older: AtomicBool,
}

impl ApiKey {
    /// A key that can be sent; `None` when it holds what no key holds, such as a line break.
    pub(super) fn new(secret: Secret) -> Option<Self> {
        let mut header = HeaderValue::from_str(secret.expose()).ok()?;
        header.set_sensitive(true);
        (!secret.expose().is_empty()).then_some(Self { secret, header })
    }

    pub(super) fn expose(&self) -> &str {
        self.secret.expose()
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let key = self.secret.expose().as_bytes();
        bytes.windows(key.len()).any(|window| window == key)
    }
}

impl Signer {
    /// Asks for a way into `room`. `now` is for limits that end at a moment.
    pub(super) async fn sign(
        &self,
        requester: &Requester,
        endpoints: &Endpoints,
        key: Option<&ApiKey>,
        room: RoomId,
        now: Timestamp,
    ) -> Result<Signed, Refusal> {
        let base = endpoints.admit(&endpoints.sign)?;
        let room_id = room.to_string();
        let params =
            [("client", CLIENT), ("user_agent", browser::AGENT), ("client_enter", "true"), ("platform", "web")];
        let ask = async |path: &[&str], more: (&str, &str)| {
            let mut url = base.join(path);
            url.set_query(Some(&encode(params.into_iter().chain([more]))));
            requester.get(url, headers(key), MOST_BYTES).await.map_err(too_large)
        };
        let older = async || ask(&["webcast", "fetch"], ("room_id", &room_id)).await;
        let answer = if self.is_older.load(Ordering::Relaxed) {
            older().await?
        } else {
            let newer = ask(&["webcast", "rooms", &room_id, "connect"], ("cursor", "")).await?;
            if newer.status == 404 {
                let answer = older().await?;
                self.is_older.store(answer.status == 200, Ordering::Relaxed);
                answer
            } else {
                newer
            }
        };
        tracing::debug!(
            status = answer.status,
            bytes = answer.body.len(),
            request.id = name_in(&answer.headers, "x-request-id", key),
            log.code = name_in(&answer.headers, "x-log-code", key),
            agent.id = name_in(&answer.headers, "x-agent-id", key),
            "the sign service answered"
        );
        read(&answer, endpoints, key, room, now)
    }
}

pub(super) fn headers(key: Option<&ApiKey>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(SERVICE_AGENT));
    headers.insert(ACCEPT, HeaderValue::from_static("application/protobuf,application/json"));
    if let Some(key) = key {
        headers.insert(API_KEY, key.header.clone());
    }
    headers
}

fn read(
    answer: &HttpResponse,
    endpoints: &Endpoints,
    key: Option<&ApiKey>,
    asked: RoomId,
    now: Timestamp,
) -> Result<Signed, Refusal> {
    if answer.status != 200 {
        return Err(failure(answer.status, &answer.headers, &answer.body, now));
    }
    let degraded = |what| Err(Refusal::ServiceDegraded(what));
    if answer.body.is_empty() {
        return degraded(Degradation::Empty);
    }
    if let Some(code) = code_in(&answer.body) {
        return Err(failure(code, &answer.headers, &answer.body, now));
    }
    if key.is_some_and(|key| key.is_in(&answer.body)) {
        return degraded(Degradation::Unreadable);
    }
    let Ok(result) = FetchResult::decode(&answer.body) else { return degraded(Degradation::Unreadable) };
    let FetchResult { mut messages, cursor, route_params, push_server, .. } = result;
    // All of it is of the time before the connection, whether TikTok marks it so or not.
    for message in &mut messages {
        message.is_history = true;
    }
    if push_server.is_empty() {
        return degraded(Degradation::Incomplete("address"));
    }
    let server = endpoints.push_server(&push_server)?;
    if cursor.is_empty() {
        return degraded(Degradation::Incomplete("cursor"));
    }
    if route_params.is_empty() {
        return degraded(Degradation::Incomplete("parameters"));
    }
    let cookies = Cookies::read(&answer.headers, &SET_TT_COOKIE);
    if cookies.is_empty() {
        return degraded(Degradation::Incomplete("cookie"));
    }
    let told = answer.headers.get(ROOM_ID).and_then(|room| room.to_str().ok()?.parse().ok()).and_then(parse_room);
    Ok(Signed { room: told.unwrap_or(asked), server, route_params, cookies: cookies.header(), messages })
}

/// What a status of the service means. The managed connections refuse in the same words.
pub(super) fn failure(status: u16, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Refusal {
    match status {
        401 => Refusal::BadKey,
        403 if names_the_isp(body) => Refusal::IspBlocked,
        402 | 403 => Refusal::PlanTooSmall,
        // Both forms of the request say so: the room is not there any more.
        404 => Refusal::Offline,
        420 => Refusal::IspBlocked,
        429 => Refusal::RateLimited(Limit { wait: rate_limit::wait(headers, now), label: label_in(body) }),
        500..600 => Refusal::ServiceDegraded(Degradation::Failed(status)),
        other => Refusal::Unexpected(other.into()),
    }
}

/// The status in a body of JSON, which the service also sends with status 200; 500 where there is none in it.
fn code_in(body: &[u8]) -> Option<u16> {
    let json: Value = serde_json::from_slice(body).ok().filter(Value::is_object)?;
    let code = json.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    Some(code.filter(|code| *code != 200).unwrap_or(500))
}

fn label_in(body: &[u8]) -> Option<String> {
    let json: Value = serde_json::from_slice(body).ok()?;
    limit_label(json.get("limit_label")?.as_str()?)
}

fn names_the_isp(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_lowercase();
    text.contains("this isp") || text.contains("isp is blocked")
}

/// A name that the service gives to a request, for those who ask its support.
fn name_in<'h>(headers: &'h HeaderMap, name: &str, key: Option<&ApiKey>) -> Option<&'h str> {
    let name = headers.get(name)?.to_str().ok()?;
    let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_key = key.is_some_and(|key| key.is_in(name.as_bytes()));
    (is_name && !is_key).then_some(name)
}

fn too_large(trouble: TransportError) -> Refusal {
    match trouble {
        TransportError::TooLarge => Refusal::ServiceDegraded(Degradation::TooLarge),
        other => Refusal::Network(other),
    }
}
