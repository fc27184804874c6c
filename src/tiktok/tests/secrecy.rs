//! Nothing that opens a connection is ever seen: the key and the cookies, whatever a server does with them.

use std::sync::Mutex;

use super::bytes::{SignBody, comment, frame};
use super::server::{http, socket};
use super::signing::{EVENTS, NEWER, body};
use super::*;
use crate::kernel::captured::Captured;

const KEY: &str = "canary-key-4711";
const COOKIE: &str = "canary-cookie-4711";

/// Does `work` with everything logged that can be, and gives the log.
async fn logged(work: impl Future<Output = ()>) -> String {
    let log = Captured::default();
    let writer = log.clone();
    // With one subscriber alone, a line that another test's thread reaches first would be switched off for all threads.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    work.await;
    tracing::trace!("the log works");
    log.text()
}

/// A service that says back what it was told, in every place that is looked at.
fn parrot(asked: &Asked, status: u16) -> Reply {
    let message = format!(r#"{{"code": {status}, "message": "{KEY}", "limit_label": "{KEY}", "error": "{KEY}"}}"#);
    let headers = [
        ("Retry-After", KEY),
        ("Handshake-Msg", KEY),
        ("Handshake-Status", KEY),
        ("X-Request-Id", KEY),
        ("X-Log-Code", KEY),
        ("X-Set-TT-Cookie", "ttwid=canary-cookie-4711"),
        ("Set-Cookie", "ttwid=canary-cookie-4711"),
        ("Location", "https://canary-key-4711.evil.tld/"),
    ];
    let _ = asked;
    http(status, &headers, message)
}

async fn connect_and_print(transport: Transport, answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> String {
    let scene = Scene::with_key(transport, Some(KEY), answer).await;
    let mut connecting = std::pin::pin!(scene.connect());
    let result = tokio::select! {
        result = &mut connecting => result,
        mut peer = scene.server.socket() => {
            peer.send(frame(1, &[comment(1, "hi")], "ext")).await;
            peer.say(KEY).await;
            peer.close(4401).await;
            connecting.await
        }
    };
    match result {
        Ok(mut connection) => {
            let mut seen = String::new();
            let end = loop {
                match connection.next().await {
                    Ok(messages) => seen += &format!("{messages:?}"),
                    Err(end) => break end,
                }
                assert!(seen.len() <= 100_000, "no end");
                scene.clock.advance(Duration::from_mins(1));
            };
            format!("{seen} {end} {end:?}")
        }
        Err(refusal) => format!("{refusal} {refusal:?} {refusal:#?}"),
    }
}

#[tokio::test]
async fn the_key_and_the_cookies_are_in_no_error_and_in_no_line_of_the_log() {
    let printed = Mutex::new(String::new());
    let note = |text: String| printed.lock().unwrap().push_str(&text);
    let log = logged(async {
        for transport in [EULER, DIRECT, MANAGED, Transport::Auto] {
            // The managed way falls through to the others, and those to a server that echoes.
            for status in [200, 302, 400, 401, 402, 403, 404, 420, 429, 500, 503] {
                if transport == DIRECT && status != 200 {
                    continue;
                }
                note(connect_and_print(transport, move |asked| parrot(asked, status)).await);
            }
            note(connect_and_print(transport, signs_with_secrets).await);
        }
        let echo = |change: fn(&mut SignBody)| {
            move |asked: &Asked| {
                let mut body = body(asked.address);
                change(&mut body);
                http(200, &[("X-Set-TT-Cookie", "ttwid=canary-cookie-4711")], body.bytes())
            }
        };
        note(connect_and_print(EULER, echo(|body| body.push_server = format!("wss://{KEY}.evil.tld/"))).await);
        note(connect_and_print(EULER, echo(|body| body.messages = vec![comment(1, KEY)])).await);
        note(connect_and_print(EULER, |_| http(200, &[], format!("{KEY} is wrong"))).await);
        // Nobody is there at all: the errors of the HTTP client and of the socket hold the address.
        for transport in [EULER, MANAGED, DIRECT] {
            note(nobody_there(transport).await);
        }
    })
    .await;
    let printed = printed.into_inner().unwrap();
    assert!(log.contains("the log works") && log.contains("the sign service answered"), "{log}");
    assert!(printed.len() > 1_000, "{printed}");
    for secret in [KEY, COOKIE] {
        assert!(!log.contains(secret), "{}", log.lines().find(|line| line.contains(secret)).unwrap());
        assert!(!printed.contains(secret), "{printed}");
    }
}

fn signs_with_secrets(asked: &Asked) -> Reply {
    match asked.path.as_str() {
        NEWER => http(200, &[("X-Set-TT-Cookie", "ttwid=canary-cookie-4711")], body(asked.address).bytes()),
        "/" => http(200, &[("Set-Cookie", "ttwid=canary-cookie-4711")], ""),
        EVENTS | "/managed" | "/webcast/im/ws_proxy/ws_reuse_supplement/" => socket(),
        other => panic!("{other}"),
    }
}

async fn nobody_there(transport: Transport) -> String {
    let scene = Scene::with_key(transport, Some(KEY), |_| panic!("nobody is asked")).await;
    let address = scene.server.address;
    scene.server.stop();
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let refusal = scene.connect_while_time_passes().await.err().unwrap();
    format!("{refusal} {refusal:?}")
}

#[test]
fn settings_and_client_print_no_key() {
    let settings = ClientSettings { api_key: Some(Secret::new(KEY)), ..ClientSettings::default() };
    assert!(!format!("{settings:?}").contains(KEY));
}

#[test]
fn the_log_crate_cannot_carry_whole_requests() {
    assert!(log::STATIC_MAX_LEVEL <= log::LevelFilter::Info);
}
