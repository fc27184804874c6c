//! The sign step: what is asked, what its answer opens, and everything that can be wrong with it.

use std::net::SocketAddr;

use super::bytes::{SignBody, comment};
use super::server::{http, socket};
use super::*;
use crate::tiktok::refusal::{Degradation, Limit, TransportError};
use crate::tiktok::wire::Observed;

pub(super) const NEWER: &str = "/sign/webcast/rooms/7300000000000000001/connect";
pub(super) const OLDER: &str = "/sign/webcast/fetch";
pub(super) const EVENTS: &str = "/events";
const COOKIE: (&str, &str) = ("X-Set-TT-Cookie", "ttwid=1%7Cx; Path=/; Secure");

pub(super) fn body(address: SocketAddr) -> SignBody {
    SignBody {
        messages: vec![comment(1, "before")],
        cursor: "c-1",
        push_server: format!("ws://{address}{EVENTS}"),
        route_params: vec![("imprp", "a (b)+c".to_owned()), ("wrss", "w".to_owned())],
    }
}

/// A sign service that signs, and a socket that opens.
pub(super) fn signs(asked: &Asked) -> Reply {
    match asked.path.as_str() {
        NEWER => http(200, &[COOKIE], body(asked.address).bytes()),
        EVENTS => socket(),
        other => panic!("{other}"),
    }
}

/// What becomes of a connection when the sign service answers so.
async fn refused(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Refusal {
    let scene = Scene::new(EULER, answer).await;
    let refusal = scene.connect().await.err().expect("a refusal");
    assert!(scene.server.asked(EVENTS).is_empty());
    refusal
}

async fn refused_with(status: u16, headers: &'static [(&'static str, &'static str)], body: &'static str) -> Refusal {
    refused(move |_| http(status, headers, body)).await
}

#[tokio::test]
async fn an_answer_opens_one_connection_and_its_messages_come_first() {
    let scene = Scene::new(EULER, signs).await;
    let mut connection = scene.connect().await.unwrap();
    assert_eq!((connection.room(), connection.way(), connection.has_backlog()), (ROOM, Way::Euler, true));
    let backlog = connection.next().await.unwrap();
    assert!(matches!(&backlog[..], [message] if matches!(message.what, Observed::Event(_))), "{backlog:?}");
    assert!(backlog[0].is_history, "what was before the connection is history, although TikTok did not mark it");
    assert!(!connection.has_backlog());

    let asked = &scene.server.asked(NEWER)[0];
    let agent = "user_agent=Mozilla%2F5.0%20%28";
    assert!(asked.query.starts_with(&format!("client=greenroom&{agent}")), "{}", asked.query);
    assert!(asked.query.ends_with("&client_enter=true&platform=web&cursor="), "{}", asked.query);
    assert!(!asked.headers.contains_key("x-api-key"));

    let dialled = &scene.server.asked(EVENTS)[0];
    assert!(dialled.query.contains("&imprp=a%20%28b%29%2Bc&wrss=w&version_code=270000"), "{}", dialled.query);
    let header = |name: &str| dialled.headers[name].to_str().unwrap();
    assert_eq!(header("cookie"), "ttwid=1%7Cx; tt-target-idc=useast1a");
    assert!(header("user-agent").starts_with("Mozilla/5.0 ("));
    assert_eq!((header("origin"), header("referer")), ("https://www.tiktok.com", "https://www.tiktok.com/"));
    assert!(!dialled.headers.contains_key("sec-websocket-protocol"));
}

#[tokio::test]
async fn the_key_is_a_header_for_the_sign_service_alone() {
    let scene = Scene::with_key(EULER, Some("canary-key"), signs).await;
    scene.connect().await.unwrap();
    assert_eq!(scene.server.asked(NEWER)[0].headers["x-api-key"], "canary-key");
    let dialled = &scene.server.asked(EVENTS)[0];
    assert!(!format!("{dialled:?}").contains("canary-key"));
}

#[tokio::test]
async fn all_cookies_reach_the_socket_and_the_service_may_correct_the_room() {
    let scene = Scene::new(EULER, |asked| match asked.path.as_str() {
        NEWER => {
            let headers =
                [("X-Set-TT-Cookie", "ttwid=a; Path=/"), ("X-Set-TT-Cookie", "msToken=b"), ("X-Room-Id", "77")];
            http(200, &headers, body(asked.address).bytes())
        }
        _ => socket(),
    })
    .await;
    let connection = scene.connect().await.unwrap();
    assert_eq!(connection.room(), RoomId::new(77));
    let dialled = &scene.server.asked(EVENTS)[0];
    assert_eq!(dialled.headers["cookie"], "ttwid=a; msToken=b; tt-target-idc=useast1a");
    assert!(dialled.query.contains("&room_id=77&"), "{}", dialled.query);
}

#[tokio::test]
async fn a_room_that_is_no_number_corrects_nothing() {
    for room in ["0", "", "x", "-1", "99999999999999999999"] {
        let scene = Scene::new(EULER, move |asked| match asked.path.as_str() {
            NEWER => http(200, &[COOKIE, ("X-Room-Id", room)], body(asked.address).bytes()),
            _ => socket(),
        })
        .await;
        assert_eq!(scene.connect().await.unwrap().room(), ROOM, "{room:?}");
    }
}

#[tokio::test]
async fn the_older_form_is_asked_where_the_newer_is_missing_and_then_alone() {
    let scene = Scene::new(EULER, |asked| match asked.path.as_str() {
        NEWER => http(404, &[], "not here"),
        OLDER => http(200, &[COOKIE], body(asked.address).bytes()),
        _ => socket(),
    })
    .await;
    for _ in 0..2 {
        scene.connect().await.unwrap();
    }
    assert_eq!(scene.server.paths(), [NEWER, OLDER, EVENTS, OLDER, EVENTS]);
    let query = &scene.server.asked(OLDER)[0].query;
    assert!(query.ends_with("&client_enter=true&platform=web&room_id=7300000000000000001"), "{query}");
}

#[tokio::test]
async fn a_room_that_neither_form_knows_is_offline() {
    let scene = Scene::new(EULER, |_| http(404, &[], r#"{"code": 404, "message": "no room"}"#)).await;
    for _ in 0..2 {
        assert_eq!(scene.connect().await.err(), Some(Refusal::Offline));
    }
    assert_eq!(scene.server.paths(), [NEWER, OLDER, NEWER, OLDER]);
}

#[tokio::test]
async fn a_limit_is_told_with_its_wait_and_its_name() {
    let body = r#"{"code": 429, "message": "x", "limit_label": "rate_limit_account_day"}"#;
    let day = Some("rate_limit_account_day".to_owned());
    let limited = |seconds, label| Refusal::RateLimited(Limit { wait: Duration::from_secs(seconds), label });
    assert_eq!(refused_with(429, &[("Retry-After", "90")], body).await, limited(90, day.clone()));
    assert_eq!(refused_with(429, &[("RateLimit-Reset", "1795000125")], body).await, limited(120, day.clone()));
    assert_eq!(refused_with(429, &[("RateLimit-Reset", "120")], body).await, limited(120, day.clone()));
    assert_eq!(refused_with(429, &[("X-RateLimit-Reset", "1795000125")], body).await, limited(120, day.clone()));
    assert_eq!(refused_with(429, &[], body).await, limited(60, day));
    assert_eq!(refused_with(429, &[], "<html>Too many</html>").await, limited(60, None));
    assert_eq!(refused_with(429, &[], r#"{"limit_label": "@everyone"}"#).await, limited(60, None));
}

#[tokio::test]
async fn while_a_limit_lasts_the_service_is_left_alone() {
    let scene = Scene::new(EULER, |_| http(429, &[("Retry-After", "90")], "")).await;
    scene.connect().await.err().unwrap();
    let again = scene.connect().await.err();
    assert_eq!(again, Some(Refusal::RateLimited(Limit { wait: Duration::from_secs(85), label: None })));
    assert_eq!(scene.server.paths(), [NEWER]);
    scene.clock.advance(Duration::from_secs(85));
    scene.connect().await.err().unwrap();
    assert_eq!(scene.server.paths(), [NEWER, NEWER]);
}

#[tokio::test]
async fn every_failure_of_the_service_has_its_name() {
    let failed = |status| Refusal::ServiceDegraded(Degradation::Failed(status));
    for (status, body, refusal) in [
        (401, r#"{"code": 401, "message": "The provided API Key is invalid."}"#, Refusal::BadKey),
        (402, r#"{"code": 402, "message": "Pay."}"#, Refusal::PlanTooSmall),
        (403, r#"{"code": 403, "message": "Your plan does not have access."}"#, Refusal::PlanTooSmall),
        (403, r#"{"message": "This ISP is blocked from accessing the signature service."}"#, Refusal::IspBlocked),
        (420, "", Refusal::IspBlocked),
        (500, r#"{"message": "Empty response payload received! (Internal Code: 200)", "code": 500}"#, failed(500)),
        (500, r#"{"message": "A 403 error occurred whilst fetching the webcast URL.", "code": 500}"#, failed(500)),
        (500, r#"{"code": 500, "error": "Internal Server Error - 0a1b"}"#, failed(500)),
        (503, "No agents are currently available", failed(503)),
        (200, "", Refusal::ServiceDegraded(Degradation::Empty)),
        (200, r#"{"code": 403, "message": "This ISP is blocked"}"#, Refusal::IspBlocked),
        (200, r#"{"code": 200}"#, failed(500)),
        (200, "\u{1}\u{1}\u{1}", Refusal::ServiceDegraded(Degradation::Unreadable)),
        (302, "", Refusal::Unexpected(302)),
        (418, "", Refusal::Unexpected(418)),
    ] {
        let got = refused(move |_| http(status, &[("location", "https://evil.tld/")], body)).await;
        assert_eq!(got, refusal, "{status} {body}");
    }
}

#[tokio::test]
async fn an_answer_without_a_part_is_refused() {
    let incomplete = |part| Refusal::ServiceDegraded(Degradation::Incomplete(part));
    let sign = |change: fn(&mut SignBody)| {
        move |asked: &Asked| {
            let mut body = body(asked.address);
            change(&mut body);
            http(200, &[COOKIE], body.bytes())
        }
    };
    assert_eq!(refused(sign(|body| body.cursor = "")).await, incomplete("cursor"));
    assert_eq!(refused(sign(|body| body.push_server.clear())).await, incomplete("address"));
    assert_eq!(refused(sign(|body| body.route_params.clear())).await, incomplete("parameters"));
    assert_eq!(refused(|asked| http(200, &[], body(asked.address).bytes())).await, incomplete("cookie"));
    let attributes = ("X-Set-TT-Cookie", "Path=/; Secure");
    assert_eq!(refused(move |asked| http(200, &[attributes], body(asked.address).bytes())).await, incomplete("cookie"));
}

#[tokio::test]
async fn nothing_but_tiktok_is_dialled() {
    let to = |push_server: &'static str| {
        refused(move |asked| {
            let body = SignBody { push_server: push_server.to_owned(), ..body(asked.address) };
            http(200, &[COOKIE], body.bytes())
        })
    };
    for server in ["wss://tiktok.com.evil.tld/", "ws://webcast-ws.tiktok.com/", "ws://127.0.0.1@evil.tld/", "nonsense"]
    {
        assert_eq!(to(server).await, Refusal::HostNotAllowed, "{server}");
    }
    let stub = Refusal::ServiceDegraded(Degradation::Stub);
    assert_eq!(to("wss://ws-fallback.eulerstream.com/?token=x").await, stub);
}

#[tokio::test]
async fn an_endless_answer_and_one_that_trickles_are_given_up() {
    let endless = refused(|_| http(200, &[COOKIE], vec![0xff_u8; 10 << 20])).await;
    assert_eq!(endless, Refusal::ServiceDegraded(Degradation::TooLarge));

    let scene = Scene::new(EULER, |_| {
        let never = futures_util::stream::pending::<Result<Vec<u8>, std::convert::Infallible>>();
        http(200, &[COOKIE], axum::body::Body::from_stream(never))
    })
    .await;
    let connecting = scene.begin(1).await;
    scene.clock.advance(Duration::from_secs(10));
    assert_eq!(connecting.await.unwrap().err(), Some(Refusal::Network(TransportError::TimedOut)));
}
