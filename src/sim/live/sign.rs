//! The sign step, in its older form (`/webcast/fetch`) and its newer one (`/webcast/rooms/{id}/connect`), and the sign
//! service's answer to who has which room.
//!
//! The answer opens one connection within thirty seconds: it gives a cookie and parameters that the handshake must bring
//! along. What an honest request must carry is checked; limits are not counted, a 429 is a fault on order.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, Response, StatusCode};
use futures_util::stream;
use serde_json::{Value, json};

use super::faults::{LiveFaultKind, LiveWaitHeader, Place};
use super::frames::{FetchResult, inner};
use super::lives::Lives;
use super::messages::welcome;
use super::numbers::{Numbers, cursor_of, internal_ext_of, millis};
use super::pages::{Params, json_answer};
use super::room::Live;
use crate::kernel::time::{Clock, Timestamp};
use crate::shared::Shared;

/// How long a sign response opens a connection.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30);
/// How many sign responses of a live are remembered.
const KEPT_TICKETS: usize = 64;

/// What a sign response gave, for the handshake that brings it along.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    /// The value of the cookie.
    pub(crate) cookie: String,
    /// The parameters that the socket's address must carry.
    pub(crate) route_params: Vec<(String, String)>,
    /// How many messages the room had had.
    pub(crate) cursor: u64,
    /// When it was given.
    pub(crate) made: Timestamp,
    /// The browser that it was signed for.
    pub(crate) user_agent: String,
}

/// `GET /webcast/fetch`.
pub(crate) async fn fetch(
    State(lives): State<Shared<Lives>>,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Response<Body> {
    let clock = lives.clock.clone();
    lives.change(|lives| {
        let room = params.get("room_id").and_then(|room| room.parse().ok());
        let room = room.or_else(|| lives.named(params.get("unique_id")?).map(|live| live.room));
        sign(lives, room.unwrap_or(0), &params, &headers, clock)
    })
}

/// `GET /webcast/rooms/{id}/connect`.
pub(crate) async fn connect(
    State(lives): State<Shared<Lives>>,
    Path(room): Path<String>,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Response<Body> {
    let clock = lives.clock.clone();
    lives.change(|lives| sign(lives, room.parse().unwrap_or(0), &params, &headers, clock))
}

/// `GET /webcast/anchors/{name}/room_id`.
pub(crate) async fn room_id(State(lives): State<Shared<Lives>>, Path(name): Path<String>) -> Response<Body> {
    let found = lives.look(|lives| lives.named(&name).map(|live| (live.is_on, live.room, live.status())));
    match found {
        Some((is_live, room, status)) => json_answer(
            StatusCode::OK,
            &json!({
                "ok": true, "code": 200, "message": "OK", "is_live": is_live, "room_id": room.to_string(),
                "room_status": status, "source": "simulated", "routes_attempted": [],
            }),
        ),
        None => refusal(StatusCode::NOT_FOUND, "The user has no room."),
    }
}

/// `GET /webcast/rate_limits`. Keys begin with `euler_`.
pub(crate) async fn rate_limits(State(lives): State<Shared<Lives>>, headers: HeaderMap) -> Response<Body> {
    if headers.get("x-api-key").is_some_and(|key| !key.as_bytes().starts_with(b"euler_")) {
        return refusal(StatusCode::UNAUTHORIZED, "The provided API Key is invalid.");
    }
    let remaining = lives.look(|lives| lives.budget);
    let limit = |max: u64| json!({"max": max, "remaining": remaining.min(max), "reset_at": null});
    json_answer(StatusCode::OK, &json!({"code": 200, "day": limit(2_500), "hour": limit(1_000), "minute": limit(60)}))
}

fn sign(lives: &mut Lives, room: u64, params: &Params, headers: &HeaderMap, clock: Clock) -> Response<Body> {
    let address = lives.address.clone();
    let Some((live, numbers, now)) = lives.of_room(room) else {
        return refusal(StatusCode::NOT_FOUND, "The requested room could not be found.");
    };
    live.note_sign(headers);
    if let Some(missing) = ["client", "user_agent"].into_iter().find(|name| !params.contains_key(*name)) {
        live.notes.complain(format!("a sign request had no {missing}"));
        return refusal(StatusCode::BAD_REQUEST, &format!("The parameter {missing} is missing."));
    }
    let kind = live.faults.strike(Place::Sign);
    if let Some(refused) = kind.as_ref().and_then(|kind| refused_as_ordered(kind, now, params, numbers)) {
        return refused;
    }
    if !live.is_on {
        return refusal(StatusCode::NOT_FOUND, "The requested room is offline.");
    }
    let user_agent = params.get("user_agent").map(String::as_str).unwrap_or_default();
    let kind = kind.unwrap_or(LiveFaultKind::Replay { last: 0 });
    signed(live, numbers, now, &address, user_agent, &kind, clock)
}

impl Live {
    fn note_sign(&mut self, headers: &HeaderMap) {
        let has_key = headers.get("x-api-key").is_some_and(|key| !key.is_empty());
        let counts = &mut self.notes.counts;
        counts.signs += 1;
        if has_key {
            counts.signs_with_key += 1;
        } else {
            counts.signs_without_key += 1;
        }
    }

    fn ticket(&mut self, numbers: &mut Numbers, now: Timestamp, user_agent: &str) -> Ticket {
        let cookie = numbers.cookie("sign");
        // Spaces, brackets and a plus sign: what is not encoded in the address does not come back as it was.
        let secret = format!("sim ({cookie})+/&=");
        let route_params = vec![("imprp".to_owned(), secret), ("wrss".to_owned(), format!("w{}", self.room % 997))];
        let (cursor, user_agent) = (self.messages, user_agent.to_owned());
        let ticket = Ticket { cookie, route_params, cursor, made: now, user_agent };
        if self.tickets.len() == KEPT_TICKETS {
            self.tickets.pop_front();
        }
        self.tickets.push_back(ticket.clone());
        ticket
    }
}

/// The answer that opens a connection, with what was ordered to be wrong in it.
fn signed(
    live: &mut Live,
    numbers: &mut Numbers,
    now: Timestamp,
    address: &str,
    user_agent: &str,
    kind: &LiveFaultKind,
    clock: Clock,
) -> Response<Body> {
    let ticket = live.ticket(numbers, now, user_agent);
    let (cursor, ext) = (cursor_of(live.messages, now), internal_ext_of(live.room, 0));
    let mut messages = if let LiveFaultKind::Replay { last } = kind { live.replay(*last) } else { Vec::new() };
    if messages.is_empty() {
        let stamp = live.stamp(now);
        let (method, payload) = welcome(&stamp);
        messages.push(inner(&method, &payload, numbers.message()));
    }
    let push_server = match kind {
        LiveFaultKind::ForeignPushServer => "wss://webcast-ws.tiktok.com.example.net/webcast/im/".to_owned(),
        LiveFaultKind::InsecurePushServer => {
            "ws://webcast-ws.tiktok.com/webcast/im/ws_proxy/ws_reuse_supplement/".to_owned()
        }
        _ => super::push_server(address),
    };
    let result = FetchResult {
        messages,
        cursor: &cursor,
        now_ms: millis(now),
        internal_ext: &ext,
        route_params: &ticket.route_params,
        push_server: &push_server,
        needs_ack: false,
        is_first: true,
    };
    let bytes = result.encode();
    let body = match kind {
        LiveFaultKind::Slow { every_ms } => trickle(bytes, Duration::from_millis((*every_ms).max(1)), clock),
        _ => Body::from(bytes),
    };
    let cookie = format!("ttwid={}; Path=/; Domain=.tiktok.com; Max-Age=31536000; HttpOnly; Secure", ticket.cookie);
    let response = Response::builder()
        .header(CONTENT_TYPE, "application/x-protobuf")
        .header("X-Room-Id", live.room.to_string())
        .header("X-Agent-Id", "simulated-agent")
        .header("X-Request-Id", format!("sim-{}", numbers.log()));
    let response = match kind {
        LiveFaultKind::MissingCookie => response,
        _ => response.header("X-Set-TT-Cookie", cookie),
    };
    response.body(body).unwrap_or_default()
}

/// The answers that open nothing.
fn refused_as_ordered(
    kind: &LiveFaultKind,
    now: Timestamp,
    params: &Params,
    numbers: &mut Numbers,
) -> Option<Response<Body>> {
    let server_error = StatusCode::INTERNAL_SERVER_ERROR;
    Some(match kind {
        LiveFaultKind::RateLimit { header, seconds, label } => rate_limited(*header, *seconds, label, now),
        LiveFaultKind::Sign500 { form: 0 } => {
            refusal(server_error, "Empty response payload received! (Internal Code: 200)")
        }
        LiveFaultKind::Sign500 { form: 1 } => {
            refusal(server_error, "A 403 error occurred whilst fetching the webcast URL.")
        }
        LiveFaultKind::Sign500 { .. } => {
            let number = numbers.log();
            json_answer(server_error, &json!({"code": 500, "error": format!("Internal Server Error - {number:032x}")}))
        }
        LiveFaultKind::Sign401 => refusal(StatusCode::UNAUTHORIZED, "The provided API Key is invalid."),
        LiveFaultKind::Sign402 => refusal(StatusCode::PAYMENT_REQUIRED, "Your plan does not include this route."),
        LiveFaultKind::Sign403 { isp: false } => {
            refusal(StatusCode::FORBIDDEN, "Your plan does not have access to this route.")
        }
        LiveFaultKind::Sign403 { isp: true } => {
            refusal(StatusCode::FORBIDDEN, "This ISP is blocked from accessing the signature service.")
        }
        LiveFaultKind::Sign503 => refusal(StatusCode::SERVICE_UNAVAILABLE, "No agents are currently available."),
        LiveFaultKind::Empty => Response::new(Body::empty()),
        LiveFaultKind::Stub => stub(params, now),
        LiveFaultKind::BigBody { bytes } => Response::new(endless(*bytes)),
        _ => return None,
    })
}

fn refusal(status: StatusCode, message: &str) -> Response<Body> {
    json_answer(status, &json!({"code": status.as_u16(), "message": message}))
}

fn rate_limited(header: LiveWaitHeader, seconds: u64, label: &str, now: Timestamp) -> Response<Body> {
    let epoch = (millis(now) / 1000 + seconds).to_string();
    let named = |name: &'static str| HeaderName::from_static(name);
    let told = match header {
        LiveWaitHeader::RetryAfter => Some((RETRY_AFTER, seconds.to_string())),
        LiveWaitHeader::ResetEpoch => Some((named("ratelimit-reset"), epoch)),
        LiveWaitHeader::ResetSeconds => Some((named("ratelimit-reset"), seconds.to_string())),
        LiveWaitHeader::XResetEpoch => Some((named("x-ratelimit-reset"), epoch)),
        LiveWaitHeader::None | LiveWaitHeader::Html => None,
    };
    let mut response = if header == LiveWaitHeader::Html {
        let mut page = Response::new(Body::from("<html><body><h1>429 Too Many Requests</h1></body></html>"));
        *page.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        page
    } else {
        let message = "You have reached your request limit for this period.";
        let body: Value = json!({"code": 429, "message": message, "limit_label": label});
        json_answer(StatusCode::TOO_MANY_REQUESTS, &body)
    };
    if let Some((name, value)) = told
        && let Ok(value) = value.parse()
    {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The small answer that names a fallback proxy in place of TikTok, and echoes the browser unencoded.
fn stub(params: &Params, now: Timestamp) -> Response<Body> {
    let user_agent = params.get("user_agent").cloned().unwrap_or_default();
    let route_params = vec![("user_agent".to_owned(), user_agent)];
    let said = inner("", b"Connected through Euler Stream fallback proxy", 0);
    let result = FetchResult {
        messages: vec![said],
        cursor: "fallback",
        now_ms: millis(now),
        internal_ext: "fallback",
        route_params: &route_params,
        push_server: "wss://ws-fallback.eulerstream.com/?token=simulated",
        is_first: true,
        ..FetchResult::default()
    };
    let response = Response::builder().header("X-Set-TT-Cookie", "ttwid=fallback; Path=/");
    response.body(Body::from(result.encode())).unwrap_or_default()
}

/// A body whose bytes come one by one.
fn trickle(bytes: Vec<u8>, pause: Duration, clock: Clock) -> Body {
    let drops = stream::unfold((bytes.into_iter(), clock), move |(mut bytes, clock)| async move {
        let byte = bytes.next()?;
        clock.sleep(pause).await;
        Some((Ok::<_, Infallible>(Bytes::copy_from_slice(&[byte])), (bytes, clock)))
    });
    Body::from_stream(drops)
}

/// A body of so many bytes that are no protobuf.
fn endless(bytes: u64) -> Body {
    static BLOCK: [u8; 64 << 10] = [0xff; 64 << 10];
    let mut left = bytes;
    let blocks = std::iter::from_fn(move || {
        let next = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK.len());
        left -= next as u64;
        (next > 0).then(|| Ok::<_, Infallible>(Bytes::from_static(&BLOCK).slice(..next)))
    });
    Body::from_stream(stream::iter(blocks))
}
