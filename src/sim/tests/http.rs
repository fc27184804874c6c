//! The control API over HTTP.

use serde_json::{Value, json};

use super::rest::Rest;
use crate::control_calls;

#[tokio::test]
async fn a_guild_is_made_and_used_over_http() {
    let rest = Rest::new().await;
    let spec = json!({
        "name": "Club", "owner": "olga", "channels": ["a", {"name": "v", "kind": "voice"}],
        "members": [{"name": "cy", "roles": ["vip"], "permissions": ["MANAGE_GUILD"]}],
        "roles": [{"name": "vip", "permissions": ["SEND_MESSAGES"], "position": 1}],
    });
    let (status, club) = rest.control("POST", "/guilds", spec).await;
    assert_eq!(status, 200, "{club}");
    let (guild, cy, a) = (&club["guild"], &club["members"]["cy"], &club["channels"]["a"]);
    let (_, message) = rest.control("POST", "/message", json!({"channel": a, "user": cy, "content": "hi"})).await;
    let path = format!("/channels/{}/messages", a.as_str().unwrap());
    let (_, messages) = rest.control("GET", &path, Value::Null).await;
    assert_eq!((&messages[0]["id"], &messages[0]["content"]), (&message["id"], &json!("hi")));
    let voice = json!({"guild": guild, "user": cy, "channel": club["channels"]["v"]});
    assert_eq!(rest.control("POST", "/voice", voice).await.0, 200);
    let member = format!("/members/{}/{}", guild.as_str().unwrap(), cy.as_str().unwrap());
    let (_, member) = rest.control("GET", &member, Value::Null).await;
    assert_eq!((&member["name"], &member["voice"]), (&json!("cy"), &club["channels"]["v"]));
}

#[tokio::test]
async fn the_address_of_the_calls_lists_every_call_in_a_line_and_each_is_answered() {
    let rest = Rest::new().await;
    let listed = rest.http.get(rest.sim.control_url()).send().await.unwrap();
    assert_eq!(listed.status().as_u16(), 200);
    let listed = listed.text().await.unwrap();
    let expected = control_calls();
    assert_eq!(listed.lines().count(), expected.len());
    for (line, (call, about)) in listed.lines().zip(expected) {
        assert_eq!(line, format!("{call}: {about}"));
        let (method, path) = call.split_once(' ').unwrap();
        let request = rest.http.request(method.parse().unwrap(), format!("{}{path}", rest.sim.control_url()));
        // There is no such thing, which is another answer than that there is no such call.
        let status = request.body("no JSON").send().await.unwrap().status().as_u16();
        assert!(path == "/" || ![404, 405].contains(&status), "{call}: {status}");
    }
}

#[tokio::test]
async fn refusals_are_sentences_with_a_status() {
    let rest = Rest::new().await;
    let cases = [
        ("POST", "/command", json!({"guild": "1", "channel": "1", "user": "1", "name": "go"}), 400),
        ("POST", "/command", json!({"user": 1, "nonsense": 2}), 422),
        ("POST", "/gateway", json!({"action": "explode"}), 400),
        ("GET", "/nothing", Value::Null, 404),
        ("DELETE", "/command", Value::Null, 405),
        ("POST", "/guilds", json!({"name": "x", "roles": [{"name": "r", "permissions": ["FLY"]}]}), 422),
    ];
    for (method, path, body, expected) in cases {
        let (status, answer) = rest.control(method, path, body).await;
        assert_eq!(status, expected, "{path}: {answer}");
        assert!(answer["error"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{path}: {answer}");
    }
}

#[tokio::test]
async fn the_request_log_has_the_form_that_the_linter_reads() {
    let rest = Rest::new().await;
    rest.send_files(&rest.submit(), json!({"content": "x"}), &[("a.txt", vec![1, 2])]).await;
    let (_, log) = rest.control("GET", "/requests?from=0", Value::Null).await;
    let line = &log[0];
    assert_eq!(line["method"], "POST");
    assert_eq!(line["path"], rest.submit());
    assert_eq!(line["query"], "");
    assert!(line["content_type"].as_str().unwrap().starts_with("multipart/form-data"));
    assert_eq!(line["body"], json!({"content": "x"}));
    assert_eq!(line["files"], json!([{"field": "files[0]", "filename": "a.txt"}]));
    assert_eq!(line["fields"], json!({}));
}

#[tokio::test]
async fn the_clock_moves_over_http() {
    let rest = Rest::new().await;
    let (status, answer) = rest.control("POST", "/clock", json!({"advance_ms": 60_000})).await;
    assert_eq!((status, &answer["now"]), (200, &json!("2026-11-21T20:01:00Z")));
}
