//! What happens when the socket is not opened, which way is taken then, and why.

use super::bytes::{SignBody, comment, frame};
use super::server::{http, socket};
use super::signing::{EVENTS, NEWER, body, signs};
use super::*;
use crate::kernel::cause::Cause;
use crate::live::following::Class;
use crate::tiktok::refusal::{Degradation, TransportError};

const INFO: &str = "/webcast/room/info/";
const GUESTS: &str = "/webcast/im/ws_proxy/ws_reuse_supplement/";

/// Signs, and answers the handshake with something else than a socket.
async fn turned_away(status: u16, headers: &'static [(&'static str, &'static str)], info: &'static str) -> Refusal {
    let scene = Scene::new(EULER, move |asked| match asked.path.as_str() {
        EVENTS => http(status, headers, ""),
        INFO => http(200, &[], info),
        _ => signs(asked),
    })
    .await;
    scene.connect().await.err().unwrap()
}

#[tokio::test]
async fn a_refused_handshake_says_why() {
    for (status, headers, refusal) in [
        (200, &[("Handshake-Status", "415"), ("Handshake-Msg", "DEVICE_BLOCKED")][..], Refusal::Blocked),
        (200, &[("Handshake-Msg", "illegal secret key")], Refusal::Blocked),
        (
            200,
            &[("Handshake-Status", "417"), ("Handshake-Msg", "illegal app_id")],
            Refusal::ServiceDegraded(Degradation::Stub),
        ),
        (400, &[], Refusal::Blocked),
        (403, &[], Refusal::Blocked),
        (302, &[("Location", "wss://evil.tld/")], Refusal::Blocked),
        (503, &[], Refusal::Network(TransportError::Failed(503))),
    ] {
        assert_eq!(turned_away(status, headers, "{}").await, refusal, "{status} {headers:?}");
    }
}

#[tokio::test]
async fn the_page_of_the_room_may_say_why_we_are_turned_away_and_is_no_gate() {
    let blocked = &[("Handshake-Status", "415"), ("Handshake-Msg", "DEVICE_BLOCKED")];
    let adults = r#"{"status_code": 4003110, "data": {"prompts": ""}}"#;
    assert_eq!(turned_away(200, blocked, adults).await, Refusal::AgeRestricted);
    assert_eq!(turned_away(200, blocked, r#"{"status_code": 20003}"#).await, Refusal::LoginNeeded);
    assert_eq!(turned_away(200, blocked, r#"{"status_code": 10011, "data": {"prompts": ""}}"#).await, Refusal::Blocked);
    // A socket that opens asks no page.
    let scene = Scene::new(EULER, signs).await;
    scene.connect().await.unwrap();
    assert!(scene.server.asked(INFO).is_empty());
}

#[tokio::test]
async fn a_server_without_encryption_is_not_spoken_to_where_encryption_is_due() {
    let scene = Scene::new(EULER, |asked| {
        let body = SignBody { push_server: format!("wss://{}{EVENTS}", asked.address), ..body(asked.address) };
        http(200, &[("X-Set-TT-Cookie", "ttwid=x")], body.bytes())
    })
    .await;
    assert_eq!(scene.connect().await.err(), Some(Refusal::Network(TransportError::Tls(Cause::NoTls))));
    assert_eq!(scene.server.paths(), [NEWER]);
}

#[tokio::test]
async fn a_handshake_that_nobody_answers_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deaf = listener.local_addr().unwrap();
    let scene = Scene::new(EULER, move |asked| {
        let body = SignBody { push_server: format!("ws://{deaf}/"), ..body(asked.address) };
        http(200, &[("X-Set-TT-Cookie", "ttwid=x")], body.bytes())
    })
    .await;
    assert_eq!(scene.connect_while_time_passes().await.err(), Some(Refusal::Network(TransportError::TimedOut)));
}

#[tokio::test]
async fn the_direct_way_is_a_guests() {
    let scene = Scene::new(DIRECT, |asked| match asked.path.as_str() {
        "/" => http(200, &[("Set-Cookie", "a=b; Path=/"), ("Set-Cookie", "ttwid=1%7Cguest; Path=/; HttpOnly")], ""),
        GUESTS => socket(),
        other => panic!("{other}"),
    })
    .await;
    let connecting = scene.begin(2).await;
    let mut peer = scene.server.socket().await;
    assert!(!connecting.is_finished());
    peer.send(frame(1, &[comment(1, "hi")], "")).await;
    let mut connection = connecting.await.unwrap().unwrap();
    assert_eq!((connection.way(), connection.has_backlog()), (Way::Direct, false));
    assert_eq!(connection.next().await.unwrap().len(), 1);
    let dialled = &scene.server.asked(GUESTS)[0];
    assert_eq!(dialled.headers["cookie"], "ttwid=1%7Cguest; tt-target-idc=useast1a");
    assert!(!dialled.query.contains("270000"), "{}", dialled.query);
}

#[tokio::test]
async fn a_guest_who_gets_no_cookie_asks_four_times() {
    let scene = Scene::new(DIRECT, |_| http(200, &[("Set-Cookie", "a=b")], "")).await;
    let start = scene.clock.now();
    assert_eq!(scene.connect_while_time_passes().await.err(), Some(Refusal::Blocked));
    let pauses = scene.clock.now().since(start);
    assert!((Duration::from_millis(2_250)..Duration::from_secs(8)).contains(&pauses), "{pauses:?}");
    assert_eq!(scene.server.paths(), ["/"; 4]);
}

#[tokio::test]
async fn a_direct_socket_that_stays_silent_is_no_connection() {
    let scene = Scene::new(DIRECT, |asked| match asked.path.as_str() {
        "/" => http(200, &[("Set-Cookie", "ttwid=x")], ""),
        _ => socket(),
    })
    .await;
    let silent = async {
        let mut peer = scene.server.socket().await;
        assert_eq!(peer.hears().await, Some(crate::tiktok::wire::enter_room(ROOM)));
        while peer.hears().await.is_some() {}
    };
    let (connected, ()) = tokio::join!(scene.connect_while_time_passes(), silent);
    assert_eq!(connected.err(), Some(Refusal::Blocked));
}

/// Connects on `auto`: the sign service fails with `status`, the direct way works.
async fn auto(status: u16) -> (Option<Refusal>, bool) {
    let scene = Scene::new(Transport::Auto, move |asked| match asked.path.as_str() {
        "/" => http(200, &[("Set-Cookie", "ttwid=x")], ""),
        GUESTS => socket(),
        _ => http(status, &[], ""),
    })
    .await;
    scene.clock.advance(Duration::from_secs(5));
    let client = scene.client.clone();
    let connecting = tokio::spawn(async move { client.connect(&ann(), ROOM).await });
    let mut connecting = std::pin::pin!(connecting);
    let refusal = tokio::select! {
        done = &mut connecting => done.unwrap().err(),
        mut peer = scene.server.socket() => {
            peer.send(frame(1, &[comment(1, "hi")], "")).await;
            assert_eq!(connecting.await.unwrap().unwrap().way(), Way::Direct);
            None
        }
    };
    (refusal, scene.server.asked(GUESTS).is_empty())
}

#[tokio::test]
async fn another_way_is_tried_when_the_reason_lies_in_the_way() {
    for status in [402, 403, 420, 429, 500, 503] {
        assert_eq!(auto(status).await, (None, false), "{status}");
    }
    assert_eq!(auto(401).await, (Some(Refusal::BadKey), true));
    assert_eq!(auto(404).await, (Some(Refusal::Offline), true));
}

#[tokio::test]
async fn the_refusal_is_that_of_the_preferred_way() {
    let scene = Scene::new(Transport::Auto, |asked| match asked.path.as_str() {
        "/" => http(200, &[("Set-Cookie", "ttwid=x")], ""),
        GUESTS => http(200, &[("Handshake-Msg", "DEVICE_BLOCKED")], ""),
        INFO => http(200, &[], "{}"),
        _ => http(429, &[("Retry-After", "90")], ""),
    })
    .await;
    let refusal = scene.connect().await.err().unwrap();
    assert_eq!(refusal.class(), Class::RateLimit(Duration::from_secs(90)));
    assert_eq!(scene.server.asked(GUESTS).len(), 1);
}
