//! Odd addresses, other methods, other names: whatever is answered went through the gate, and carries the headers of every
//! answer; and the page that tells of it is one of ours.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::WebWorld;
use super::html::tags;
use crate::patience::within;

/// What no answer of ours is without.
const ALWAYS: [&str; 6] = [
    "content-security-policy: default-src 'none'",
    "x-content-type-options: nosniff",
    "referrer-policy: ",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: same-origin",
    "permissions-policy: ",
];

/// Addresses of which somebody may hope that something answers before it looks.
fn odd_paths() -> Vec<String> {
    let mut paths: Vec<String> = [
        "/",
        "//",
        "//evil.example",
        "//evil.example/",
        "//evil.example/%2e%2e/",
        "/%2e%2e",
        "/%2e%2e/",
        "/%2e%2e%2f",
        "/%5cevil.example/",
        "/./",
        "/../",
        "/;/",
        "/%00/",
        "/%ff",
        "/%ff/",
        "/%",
        "/me/",
        "/me//",
        "/ME",
        "/Sign-In/",
        "/sign-in/?next=//evil.example",
        "/sign-in",
        "/g/",
        "/g/x/",
        "/g/0/desk/",
        "/nothing/?a=b",
        "/theme/",
        "/api",
        "/api/",
        "/api/nothing/",
        "/API/status/",
        "/api/status",
        "/assets/",
        "/assets/x/styles.css",
        "/assets/x/../../me/",
        "/live/",
        "/o/x/",
    ]
    .map(str::to_owned)
    .into();
    paths.extend([3_000, 20_000].map(|length| format!("/{}", "a".repeat(length))));
    paths.extend([1_990, 3_000].map(|length| format!("/{}/", "a".repeat(length))));
    paths
}

#[tokio::test]
async fn whatever_is_asked_for_under_whatever_name_is_answered_by_the_gate() {
    let ground = WebWorld::start().await;
    let ours = ground.address.to_string();
    for path in odd_paths() {
        for host in [ours.as_str(), "evil.example"] {
            for method in ["GET", "POST", "OPTIONS", "DELETE"] {
                let asked = format!("{method} {} as {host}", &path[..path.len().min(60)]);
                let request = format!(
                    "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                let answer = ground.raw(&request).await;
                let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
                for header in ALWAYS {
                    assert!(head.contains(&format!("\r\n{header}")), "{asked} has no {header}: {head}");
                }
                let location = head.lines().find_map(|line| line.strip_prefix("location: "));
                if host == ours {
                    assert!(!head.contains(" 421 "), "{asked}: {head}");
                    let stays = |to: &str| to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
                    assert!(location.is_none_or(stays), "{asked} leads to {location:?}");
                } else {
                    assert!(head.starts_with("http/1.1 421 ") && location.is_none(), "{asked}: {head}");
                    assert!(!answer.contains("Night Owl Reviews"), "{asked}");
                }
            }
        }
        ground.world.hand.advance(Duration::from_secs(10));
    }
    ground.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_at_all_is_answered_like_everything_else_and_ends_there() {
    let ground = WebWorld::start().await;
    let good = format!("GET /api/status HTTP/1.1\r\nhost: {}\r\n\r\n", ground.address);
    let long = "a".repeat(66_000);
    for (request, status) in [
        ("nonsense\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/9.9\r\nhost: localhost\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nhost: localhost\r\n\u{e4}: b\r\n\r\n".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\nhost: localhost\r\ncookie: {long}\r\n"), 431),
        (format!("{good}nonsense\r\n\r\n"), 400),
    ] {
        let asked = &request[..request.len().min(60)];
        let answer = ground.raw_as_far_as_it_comes(&request).await;
        let own = &answer[answer.rfind("HTTP/1.1 ").unwrap_or_else(|| panic!("{asked}: {answer}"))..];
        let (head, body) = own.split_once("\r\n\r\n").unwrap();
        let head = head.to_lowercase();
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{asked}: {head}");
        for header in ALWAYS.into_iter().chain(["cache-control: private, no-store", "content-type: application/json"]) {
            assert!(head.contains(&format!("\r\n{header}")), "{asked} has no {header}: {head}");
        }
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["error"]["code"], "unreadable", "{asked}: {body}");
        assert!(body["error"]["timestamp"].is_string() && body["error"]["message"].is_string(), "{body}");
        assert_eq!(answer.matches("HTTP/1.1 200").count(), usize::from(request.starts_with(&good)), "{answer}");
    }
    ground.end().await;
}

#[tokio::test]
async fn ways_to_ask_that_no_browser_has_are_answered_by_the_gate_as_well() {
    let ground = WebWorld::start().await;
    for line in
        ["CONNECT localhost:443", "OPTIONS *", "TRACE /", "TRACE /api/status", "QUERY /me", "GET http://evil.example/"]
    {
        let request = format!("{line} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let head = ground.raw(&request).await.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
        assert!(head.starts_with("http/1.1 4"), "{line}: {head}");
        for header in ALWAYS {
            assert!(head.contains(&format!("\r\n{header}")), "{line} has no {header}: {head}");
        }
    }
    ground.end().await;
}

/// What proxies go by: that it is a stream, that it is not to be kept, packed or held back, and how it ends.
#[tokio::test]
async fn a_stream_is_told_as_one_also_to_proxies_that_speak_an_older_http() {
    let ground = WebWorld::start().await;
    let cookie = ground.signed_in("viewer").cookie("access").unwrap();
    let path = ground.path("/live?hint=coins.changed.{server}");
    for version in ["1.0", "1.1"] {
        let mut stream = TcpStream::connect(ground.address).await.unwrap();
        let head = format!("GET {path} HTTP/{version}\r\nhost: localhost\r\naccept-encoding: gzip\r\n");
        stream.write_all(format!("{head}cookie: access={cookie}\r\n\r\n").as_bytes()).await.unwrap();
        let mut heard: Vec<u8> = Vec::new();
        let begins = async {
            while !String::from_utf8_lossy(&heard).contains("event: beat") {
                let number = stream.read_buf(&mut heard).await.unwrap();
                assert!(number > 0, "{}", String::from_utf8_lossy(&heard));
            }
        };
        within("a stream begins", begins).await;
        let heard = String::from_utf8_lossy(&heard).to_lowercase();
        for part in [
            "\r\ncontent-type: text/event-stream\r\n",
            "\r\ncache-control: no-store, no-transform\r\n",
            "\r\nx-accel-buffering: no\r\n",
            "retry: 2000\n\n",
        ] {
            assert!(heard.contains(part), "HTTP/{version} has no {part:?}: {heard}");
        }
        assert!(!heard.contains("content-encoding"), "{heard}");
        assert_eq!(heard.contains("transfer-encoding: chunked"), version == "1.1", "{heard}");
    }
    ground.end().await;
}

#[tokio::test]
async fn an_address_with_a_slash_too_much_leads_to_the_one_without_it() {
    let ground = WebWorld::start().await;
    let nobody = ground.nobody();
    for (path, to) in [("/sign-in/", "/sign-in"), ("/nothing/?a=b", "/nothing?a=b"), ("/g/5/desk/", "/g/5/desk")] {
        assert_eq!(nobody.get(path).await.is(308).location(), to);
    }
    for path in ["//evil.example/", "/me//", "/API/nothing"] {
        assert_eq!(nobody.get(path).await.is(404).location(), "", "{path}");
    }
    ground.end().await;
}

#[tokio::test]
async fn what_nothing_serves_is_counted_as_well() {
    let ground = WebWorld::start().await;
    let nobody = ground.nobody();
    for (method, path) in [(Method::GET, "/nothing/"), (Method::OPTIONS, "/sign-in"), (Method::DELETE, "/me")] {
        let mut answers = 0;
        while nobody.ask(method.clone(), path, &[], Vec::new()).await.status != 429 {
            answers += 1;
            assert!(answers < 700, "{method} {path} is never too often");
        }
        ground.world.hand.advance(Duration::from_mins(1));
    }
    ground.end().await;
}

#[tokio::test]
async fn a_page_about_a_problem_is_in_the_colours_and_the_frame_of_whoever_reads_it() {
    let ground = WebWorld::start().await;
    let viewer = ground.signed_in("viewer");
    viewer.keep_cookie("theme", "dark");
    let has_modules = |text: &str| tags(text).iter().any(|tag| tag.attribute("aria-label") == Some("Modules"));
    let missing = viewer.get("/g/{server}/settings").await.is(403);
    assert!(missing.seen().contains("The owner of the server chooses which roles may, on the page Access."));
    assert!(has_modules(&missing.text()), "{}", missing.text());
    let not_here = viewer.get("/g/{other}/settings").await.is(404);
    assert!(!has_modules(&not_here.text()), "{}", not_here.text());
    let nowhere = viewer.get("/nothing").await.is(404);
    let other_way = viewer.ask(Method::DELETE, "/me", &[], Vec::new()).await.is(405);
    assert!(other_way.seen().contains("Not in this way") && other_way.header("allow").contains("GET, HEAD"));
    let large = viewer.post("/theme", &[("theme", &"x".repeat(70_000))]).await.is(413);
    assert!(large.seen().contains("make it shorter"), "{}", large.seen());
    let other_name = viewer.ask(Method::GET, "/me", &[("host", "evil.example")], Vec::new()).await.is(421);
    let mut too_often = viewer.get("/me").await;
    while too_often.status == 200 {
        too_often = viewer.get("/me").await;
    }
    let too_often = too_often.is(429);
    assert!(too_often.seen().contains("Try again") && !too_often.header("retry-after").is_empty());
    for page in [missing, not_here, nowhere, other_way, large, other_name, too_often] {
        assert!(page.header("content-type").starts_with("text/html"), "{}", page.status);
        assert!(page.text().contains("data-theme=\"dark\""), "{}: {}", page.status, page.text());
        assert!(page.seen().contains("To your servers"), "{}: {}", page.status, page.seen());
    }
    assert_eq!(viewer.get("/api/nothing").await.is(404).code().as_deref(), Some("not_found"));
    ground.end().await;
}
