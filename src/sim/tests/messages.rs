//! Messages: nonces, pings, edits, lists, pins, reactions, files.

use std::time::Duration;

use serde_json::{Value, json};

use super::rest::Rest;
use crate::{FileSpec, ForwardSpec, MessageSpec, OverwriteSpec, SeenMessage};

#[tokio::test]
async fn an_enforced_nonce_makes_one_message_of_two_requests() {
    let rest = Rest::new().await;
    let body = json!({"content": "paid", "nonce": "job-7", "enforce_nonce": true});
    let (_, first) = rest.call("POST", &rest.submit(), body.clone()).await;
    let (_, second) = rest.call("POST", &rest.submit(), body.clone()).await;
    assert_eq!(first["id"], second["id"]);
    rest.hand.advance(Duration::from_mins(6));
    let (_, third) = rest.call("POST", &rest.submit(), body).await;
    assert_ne!(first["id"], third["id"]);
}

#[tokio::test]
async fn only_allowed_mentions_notify() {
    let rest = Rest::new().await;
    let (ann, dj) = (rest.house.member("ann"), rest.house.role("dj"));
    let text = format!("@everyone <@{ann}> <@&{dj}>");
    let cases = [
        (json!({"content": text}), (true, 1, 1)),
        (json!({"content": text, "allowed_mentions": {"parse": []}}), (false, 0, 0)),
        (json!({"content": text, "allowed_mentions": {"parse": ["users"]}}), (false, 1, 0)),
        (json!({"content": text, "allowed_mentions": {"parse": [], "roles": [dj]}}), (false, 0, 1)),
        (json!({"embeds": [{"description": text}]}), (false, 0, 0)),
    ];
    for (body, expected) in cases {
        let shown = body.to_string();
        rest.call("POST", &rest.submit(), body).await;
        let last = rest.sim.messages(rest.house.channel("submit")).await.pop().unwrap().pinged();
        assert_eq!((last.everyone, last.users.len(), last.roles.len()), expected, "{shown}");
    }
}

#[tokio::test]
async fn an_old_message_takes_a_few_edits_only() {
    let rest = Rest::new().await;
    let path = rest.said("board").await;
    for n in 0..10 {
        assert_eq!(rest.call("PATCH", &path, json!({"content": n.to_string()})).await.0, 200);
    }
    rest.hand.advance(Duration::from_mins(61));
    let mut edits = Vec::new();
    for n in 0..5 {
        edits.push(rest.code("PATCH", &path, json!({"content": n.to_string()})).await.1);
    }
    assert_eq!(edits, [0, 0, 0, 30_046, 30_046]);
    rest.hand.advance(Duration::from_mins(61));
    assert_eq!(rest.call("PATCH", &path, json!({"content": "again"})).await.0, 200);
}

#[tokio::test]
async fn only_the_author_edits_and_a_deleted_message_is_unknown() {
    let rest = Rest::new().await;
    let (channel, user) = (rest.house.channel("submit"), rest.house.member("ann"));
    let spec = MessageSpec { channel, user, content: "mine".to_owned(), ..MessageSpec::default() };
    let message = rest.sim.post_message(spec).await.unwrap();
    let path = format!("{}/{message}", rest.submit());
    assert_eq!(rest.code("PATCH", &path, json!({"content": "yours"})).await, (403, 50_005));
    assert_eq!(rest.call("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(rest.code("GET", &path, Value::Null).await, (404, 10_008));
    assert_eq!(rest.code("PATCH", &path, json!({"content": "x"})).await, (404, 10_008));
    assert_eq!(rest.code("GET", "/channels/1/messages", Value::Null).await, (404, 10_003));
}

#[tokio::test]
async fn an_edit_may_not_empty_a_message_and_keeps_what_it_does_not_name() {
    let rest = Rest::new().await;
    let path = rest.said("text").await;
    assert_eq!(rest.code("PATCH", &path, json!({"content": ""})).await, (400, 50_006));
    let (_, edited) = rest.call("PATCH", &path, json!({"embeds": [{"title": "t"}]})).await;
    assert_eq!((&edited["content"], &edited["embeds"][0]["title"]), (&json!("text"), &json!("t")));
    let (_, edited) = rest.call("PATCH", &path, json!({"content": null})).await;
    assert_eq!((&edited["content"], &edited["embeds"][0]["title"]), (&json!(""), &json!("t")));
}

#[tokio::test]
async fn a_list_is_newest_first_and_pages_both_ways() {
    let rest = Rest::new().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(rest.said(&n.to_string()).await.rsplit('/').next().unwrap().to_owned());
    }
    let page = |query: String| {
        let path = format!("{}?{query}", rest.submit());
        let rest = &rest;
        async move {
            let (_, list) = rest.call("GET", &path, Value::Null).await;
            list.as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(page("limit=2".to_owned()).await, ["4", "3"]);
    assert_eq!(page(format!("limit=2&before={}", ids[2])).await, ["1", "0"]);
    assert_eq!(page(format!("limit=2&after={}", ids[1])).await, ["3", "2"]);
    assert_eq!(rest.code("GET", &format!("{}?limit=101", rest.submit()), Value::Null).await, (400, 50_035));
}

#[tokio::test]
async fn pins_and_reactions_show() {
    let rest = Rest::new().await;
    let path = rest.said("now playing").await;
    let id = path.rsplit('/').next().unwrap();
    let pin = format!("/channels/{}/pins/{id}", rest.house.channel("submit"));
    assert_eq!(rest.call("PUT", &pin, Value::Null).await.0, 204);
    let pins = rest.sim.pins(rest.house.channel("submit")).await;
    assert_eq!((pins.len(), pins[0].is_pinned()), (1, true));
    assert_eq!(rest.call("DELETE", &pin, Value::Null).await.0, 204);
    assert!(rest.sim.pins(rest.house.channel("submit")).await.is_empty());
    let reaction = format!("{path}/reactions/%F0%9F%8E%B5/@me");
    assert_eq!(rest.call("PUT", &reaction, Value::Null).await.0, 204);
    let (_, message) = rest.call("GET", &path, Value::Null).await;
    assert_eq!((&message["reactions"][0]["count"], &message["reactions"][0]["me"]), (&json!(1), &json!(true)));
    assert_eq!(rest.code("PUT", &format!("{path}/reactions/music/@me"), Value::Null).await, (400, 10_014));
}

#[tokio::test]
async fn a_link_dies_after_a_day_and_can_be_refreshed_while_the_file_exists() {
    let rest = Rest::new().await;
    let (channel, user) = (rest.house.channel("submit"), rest.house.member("ann"));
    let attachments = vec![FileSpec::bytes("a.mp3", "audio/mpeg", b"ID3 and so on")];
    let spec = MessageSpec { channel, user, attachments, ..MessageSpec::default() };
    let message = rest.sim.post_message(spec).await.unwrap();
    let link_of = |seen: &SeenMessage| seen.attachments()[0]["url"].as_str().unwrap().to_owned();
    let old = link_of(&rest.sim.messages(channel).await[0]);
    assert_eq!(rest.download(&old).await, (200, b"ID3 and so on".to_vec()));
    assert_eq!(rest.download(&old.replace("hm=", "hm=1")).await.0, 404);

    rest.hand.advance(Duration::from_hours(24));
    assert_eq!(rest.download(&old).await.0, 404);
    let refresh = || rest.call("POST", "/attachments/refresh-urls", json!({"attachment_urls": [old]}));
    let fresh = refresh().await.1["refreshed_urls"][0]["refreshed"].as_str().unwrap().to_owned();
    assert_eq!(rest.download(&fresh).await.0, 200);
    assert_eq!(rest.download(&link_of(&rest.sim.messages(channel).await[0])).await.0, 200);

    rest.sim.delete_message(channel, message).await.unwrap();
    assert_eq!(rest.download(&fresh).await.0, 404);
    assert_eq!(refresh().await.1["refreshed_urls"][0]["refreshed"], Value::Null);
}

#[tokio::test]
async fn a_forwarded_message_is_empty_and_shows_a_snapshot_of_the_other_one_with_files_of_its_own() {
    let rest = Rest::new().await;
    let (channel, user) = (rest.house.channel("submit"), rest.house.member("ann"));
    let attachments = vec![FileSpec::bytes("a.mp3", "audio/mpeg", b"ID3 and so on")];
    let spec = MessageSpec { channel, user, content: "listen".to_owned(), attachments, ..MessageSpec::default() };
    let message = rest.sim.post_message(spec).await.unwrap();
    let forward =
        MessageSpec { channel, user, forward: Some(ForwardSpec { channel, message }), ..MessageSpec::default() };
    let forwarded = rest.sim.post_message(forward.clone()).await.unwrap();
    let with_text = MessageSpec { content: "mine".to_owned(), ..forward };
    assert!(rest.sim.post_message(with_text).await.is_err(), "a comment is a message of its own");
    rest.sim.delete_message(channel, message).await.unwrap();

    let (_, seen) = rest.call("GET", &format!("{}/{forwarded}", rest.submit()), Value::Null).await;
    assert_eq!((&seen["content"], &seen["attachments"], &seen["flags"]), (&json!(""), &json!([]), &json!(1 << 14)));
    let reference = &seen["message_reference"];
    assert_eq!((&reference["type"], &reference["message_id"]), (&json!(1), &json!(message)));
    let snapshot = &seen["message_snapshots"][0]["message"];
    assert_eq!(snapshot["content"], "listen");
    assert!(snapshot.get("author").is_none(), "a snapshot names no author");
    let link = snapshot["attachments"][0]["url"].as_str().unwrap();
    assert_eq!(rest.download(link).await, (200, b"ID3 and so on".to_vec()), "the copy outlives the original");
    assert!(rest.sim.edit_message(channel, forwarded, "other").await.is_err());
}

#[tokio::test]
async fn to_whoever_may_not_read_the_history_the_list_is_empty() {
    let rest = Rest::new().await;
    rest.said("hello").await;
    let deny = |permission: &str| OverwriteSpec {
        target: "bot".into(),
        deny: serde_json::from_value(json!([permission])).unwrap(),
        ..OverwriteSpec::default()
    };
    rest.sim.set_overwrite(rest.house.channel("submit"), deny("READ_MESSAGE_HISTORY")).await.unwrap();
    let (status, list) = rest.call("GET", &rest.submit(), Value::Null).await;
    assert_eq!((status, list), (200, json!([])));
    rest.sim.set_overwrite(rest.house.channel("submit"), deny("VIEW_CHANNEL")).await.unwrap();
    assert_eq!(rest.code("GET", &rest.submit(), Value::Null).await, (403, 50_001));
}
