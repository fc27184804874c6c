//! What a browser would fetch: the page of a live, the routes that tell whether somebody is live, and the start page with
//! its cookie.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::faults::{LiveFaultKind, LiveOddity, Route};
use super::lives::Lives;
use super::room::Live;
use crate::shared::Shared;

/// The parameters of a request; the last one of a name counts.
pub(crate) type Params = HashMap<String, String>;

/// The gifts that the list knows: number, name, price, type.
const GIFTS: [(u64, &str, u64, u64); 7] = [
    (5655, "Rose", 1, 1),
    (5879, "Doughnut", 30, 1),
    (7934, "Confetti", 500, 1),
    (8913, "Galaxy", 1_000, 2),
    (9947, "Universe", 4_500, 2),
    (6267, "Lion", 29_999, 2),
    (7168, "Money Gun", 500, 2),
];

/// What is shown to robots: a page without the data.
const SHELL: &str = "<!DOCTYPE html><html><head><title>TikTok - Make Your Day</title></head>\
    <body><script>window._wafchallengeid=\"sim\";</script><noscript>Please enable JS</noscript></body></html>";
/// What is shown to suspects: the data's place holds something else.
const RIDDLE: &str = "<!DOCTYPE html><html><head><title>Security Check</title></head><body>\
    <script id=\"SIGI_STATE\" type=\"application/json\">verify to continue</script></body></html>";

/// `GET /`: the start page, which gives visitors a cookie.
pub(crate) async fn start(State(lives): State<Shared<Lives>>) -> Response<Body> {
    let mut response = html(SHELL.to_owned());
    let cookie = lives.quietly(Lives::new_guest);
    let cookie = cookie.map(|cookie| format!("ttwid={cookie}; Path=/; Max-Age=31536000; HttpOnly; Secure"));
    if let Some(cookie) = cookie.and_then(|cookie| cookie.parse().ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// `GET /@{name}/live`: the page with the data in a script.
pub(crate) async fn page(State(lives): State<Shared<Lives>>, Path(name): Path<String>) -> Response<Body> {
    let Some(name) = name.strip_prefix('@') else { return bare(StatusCode::NOT_FOUND) };
    let unknown = || page_with(&json!({"AppContext": {"lang": "en"}, "UserPage": {"statusCode": 10_221}}));
    lives.change(|lives| {
        let Some((live, ..)) = lives.open(name) else { return unknown() };
        live.notes.counts.pages += 1;
        match live.faults.strike_look_up(Route::Page) {
            Some(LiveFaultKind::HtmlBlocked) => html(SHELL.to_owned()),
            Some(LiveFaultKind::Captcha) => html(RIDDLE.to_owned()),
            Some(LiveFaultKind::NotFound) => unknown(),
            Some(LiveFaultKind::LookUpRefused { status }) => refused(status),
            Some(LiveFaultKind::Offline) => page_with(&page_of(live, 4)),
            Some(LiveFaultKind::Odd { form, .. }) => {
                page_with(&odd(page_of(live, live.status()), "/LiveRoom/liveRoomUserInfo", form, live))
            }
            _ => page_with(&page_of(live, live.status())),
        }
    })
}

/// `GET /api-live/user/room/`.
pub(crate) async fn api_live(State(lives): State<Shared<Lives>>, Query(params): Query<Params>) -> Response<Body> {
    let is_complete = params.contains_key("sourceType") && params.contains_key("aid");
    let Some(name) = params.get("uniqueId").filter(|_| is_complete) else {
        return answer(&json!({"statusCode": 10_101, "message": "params_error", "data": {}}));
    };
    let unknown = || answer(&json!({"statusCode": 19_881_007, "message": "user_not_found", "data": {}}));
    lives.change(|lives| {
        let Some((live, ..)) = lives.open(name) else { return unknown() };
        live.notes.counts.api_lives += 1;
        match live.faults.strike_look_up(Route::ApiLive) {
            Some(LiveFaultKind::Captcha) => html(RIDDLE.to_owned()),
            Some(LiveFaultKind::NotFound) => unknown(),
            Some(LiveFaultKind::LookUpRefused { status }) => refused(status),
            Some(LiveFaultKind::Offline) => answer(&api_live_of(live, 4)),
            Some(LiveFaultKind::Odd { form, .. }) => {
                answer(&odd(api_live_of(live, live.status()), "/data", form, live))
            }
            _ => answer(&api_live_of(live, live.status())),
        }
    })
}

/// `GET /webcast/room/check_alive/`: one answer for each room, in the order in which they were asked for.
pub(crate) async fn check_alive(State(lives): State<Shared<Lives>>, Query(params): Query<Params>) -> Response<Body> {
    let rooms = params.get("room_ids").map(String::as_str).unwrap_or_default();
    lives.change(|lives| {
        let mut answers = Vec::new();
        for room in rooms.split(',').filter(|room| !room.is_empty()).take(100) {
            let number: u64 = room.parse().unwrap_or(0);
            let mut is_alive = false;
            if let Some((live, ..)) = lives.of_room(number) {
                live.notes.counts.check_alives += 1;
                is_alive = match live.faults.strike_look_up(Route::CheckAlive) {
                    Some(LiveFaultKind::LookUpRefused { status }) => return refused(status),
                    Some(_) => false,
                    None => live.is_on,
                };
            }
            answers.push(json!({"alive": is_alive, "room_id": number, "room_id_str": room}));
        }
        answer(&json!({"data": answers, "extra": {"now": 0}, "status_code": 0}))
    })
}

/// `GET /webcast/room/info/`.
pub(crate) async fn room_info(State(lives): State<Shared<Lives>>, Query(params): Query<Params>) -> Response<Body> {
    let room = params.get("room_id").and_then(|room| room.parse().ok()).unwrap_or(0);
    let problem = |code: u64, message: &str| {
        answer(&json!({"data": {"message": message, "prompts": message}, "extra": {"now": 0}, "status_code": code}))
    };
    lives.change(|lives| {
        let Some((live, ..)) = lives.of_room(room) else { return problem(10_011, "Request params error") };
        live.notes.counts.room_infos += 1;
        match live.faults.strike_look_up(Route::RoomInfo) {
            Some(LiveFaultKind::AgeRestricted) => problem(4_003_110, "This LIVE may not be comfortable for some."),
            Some(LiveFaultKind::LoginNeeded) => problem(20_003, "Please log in first"),
            Some(LiveFaultKind::LookUpRefused { status }) => refused(status),
            Some(LiveFaultKind::Offline) => answer(&room_info_of(live, 4)),
            _ => answer(&room_info_of(live, live.status())),
        }
    })
}

/// `GET /webcast/gift/list/`.
pub(crate) async fn gift_list() -> Response<Body> {
    let gifts: Vec<Value> = GIFTS
        .iter()
        .map(|(id, name, price, kind)| {
            let image = json!({"url_list": [format!("https://p16.example/gift-{id}.webp")]});
            json!({"id": id, "name": name, "diamond_count": price, "type": kind, "combo": *kind == 1, "image": image})
        })
        .collect();
    answer(&json!({"data": {"gifts": gifts}, "status_code": 0}))
}

fn room_text(live: &Live) -> String {
    if live.room == 0 { String::new() } else { live.room.to_string() }
}

fn page_of(live: &Live, status: u64) -> Value {
    let (room, started) = (room_text(live), live.started.seconds());
    let user = json!({
        "id": live.host().to_string(), "nickname": live.name, "uniqueId": live.name, "roomId": room, "status": status,
        "secUid": format!("MS4wLjABAAAA{:x}", live.host()),
    });
    let stats = json!({"userCount": live.viewers, "enterCount": live.viewers});
    let details = json!({"title": live.title, "startTime": started, "status": status, "liveRoomStats": stats});
    json!({"AppContext": {"lang": "en"}, "LiveRoom": {"liveRoomStatus": status, "liveRoomUserInfo": {
        "user": user, "stats": {"followingCount": 31, "followerCount": 4_711}, "liveRoom": details,
    }}})
}

fn api_live_of(live: &Live, status: u64) -> Value {
    let user = json!({
        "id": live.host().to_string(), "uniqueId": live.name, "nickname": live.name, "roomId": room_text(live),
        "status": status,
    });
    let details = json!({
        "status": status, "title": live.title, "startTime": live.started.seconds(),
        "liveRoomStats": {"userCount": live.viewers},
    });
    json!({"statusCode": 0, "message": "", "data": {"user": user, "liveRoom": details}})
}

/// An answer whose records, which are at `place`, are made odd.
fn odd(mut told: Value, place: &str, form: LiveOddity, live: &Live) -> Value {
    let changes = match form {
        LiveOddity::RoomEmpty => vec![("user/roomId", json!(""))],
        LiveOddity::RoomZero => vec![("user/roomId", json!("0"))],
        LiveOddity::Over => vec![("user/status", json!(4)), ("liveRoom/status", json!(4))],
        LiveOddity::OldRoom => vec![("user/roomId", json!(live.room.saturating_sub(1).to_string()))],
        LiveOddity::AnotherAccount => vec![
            ("user/uniqueId", json!("somebody.else")),
            ("user/roomId", json!("")),
            ("user/status", json!(4)),
            ("liveRoom/status", json!(4)),
        ],
    };
    for (field, value) in changes {
        if let Some(found) = told.pointer_mut(&format!("{place}/{field}")) {
            *found = value;
        }
    }
    told
}

fn room_info_of(live: &Live, status: u64) -> Value {
    let owner =
        json!({"id": live.host(), "id_str": live.host().to_string(), "display_id": live.name, "nickname": live.name});
    json!({"status_code": 0, "extra": {"now": 0}, "data": {
        "id": live.room, "id_str": live.room.to_string(), "status": status, "title": live.title,
        "user_count": live.viewers, "create_time": live.started.seconds(), "owner": owner,
        "stats": {"like_count": live.likes, "total_user": live.viewers},
    }})
}

/// An answer in JSON.
pub(crate) fn json_answer(status: StatusCode, body: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header(CONTENT_TYPE, "application/json; charset=utf-8");
    response.body(Body::from(body.to_string())).unwrap_or_default()
}

fn answer(body: &Value) -> Response<Body> {
    json_answer(StatusCode::OK, body)
}

/// The page of a live around its data.
fn page_with(data: &Value) -> Response<Body> {
    // As TikTok does: no text in the data can end the script.
    let data = data.to_string().replace('<', "\\u003c");
    html(format!(
        "<!DOCTYPE html><html><head><title>TikTok LIVE</title></head><body>\
         <script id=\"SIGI_STATE\" type=\"application/json\">{data}</script></body></html>"
    ))
}

fn html(page: String) -> Response<Body> {
    let response = Response::builder().header(CONTENT_TYPE, "text/html; charset=utf-8");
    response.body(Body::from(page)).unwrap_or_default()
}

fn refused(status: u16) -> Response<Body> {
    bare(StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN))
}

/// A status and nothing else.
fn bare(status: StatusCode) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap_or_default()
}
