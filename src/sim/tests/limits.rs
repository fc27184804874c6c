//! Discord's limits, each just inside and just outside.

use serde_json::{Value, json};

use super::rest::Rest;

fn button(id: &str) -> Value {
    json!({"type": 2, "style": 1, "label": id, "custom_id": id})
}

fn rows(count: usize) -> Value {
    (0..count).map(|row| json!({"type": 1, "components": [button(&format!("b{row}"))]})).collect()
}

fn menu(options: usize) -> Value {
    let options: Vec<Value> = (0..options).map(|n| json!({"label": "x", "value": n.to_string()})).collect();
    json!([{"type": 1, "components": [{"type": 3, "custom_id": "m", "options": options}]}])
}

#[tokio::test]
async fn messages_are_taken_up_to_the_limits_and_refused_beyond() {
    let rest = Rest::new().await;
    let taken = [
        ("2000 characters", json!({"content": "x".repeat(2_000)})),
        ("an embed of 4096", json!({"embeds": [{"description": "x".repeat(4_096)}]})),
        ("embeds of 6000", json!({"embeds": [{"description": "x".repeat(4_000)}, {"description": "x".repeat(2_000)}]})),
        ("five rows", json!({"content": "x", "components": rows(5)})),
        ("25 options", json!({"content": "x", "components": menu(25)})),
        ("null fields", json!({"content": "x", "embeds": null, "components": null, "nonce": null})),
    ];
    for (what, body) in taken {
        let (status, answer) = rest.call("POST", &rest.submit(), body).await;
        assert_eq!(status, 200, "{what}: {answer}");
    }
    let buttons = |buttons: Vec<Value>| json!({"content": "x", "components": [{"type": 1, "components": buttons}]});
    let one = |button: Value| buttons(vec![button]);
    let refused = [
        ("2001 characters", json!({"content": "x".repeat(2_001)})),
        ("1001 characters of two units each", json!({"content": "\u{1f3b5}".repeat(1_001)})),
        ("a title of 257", json!({"embeds": [{"title": "x".repeat(257)}]})),
        ("a description of 4097", json!({"embeds": [{"description": "x".repeat(4_097)}]})),
        ("a footer of 2049", json!({"embeds": [{"footer": {"text": "x".repeat(2_049)}}]})),
        ("an author of 257", json!({"embeds": [{"author": {"name": "x".repeat(257)}}]})),
        ("26 fields", json!({"embeds": [{"fields": vec![json!({"name": "n", "value": "v"}); 26]}]})),
        ("a field without value", json!({"embeds": [{"fields": [{"name": "n", "value": ""}]}]})),
        ("a field value of 1025", json!({"embeds": [{"fields": [{"name": "n", "value": "x".repeat(1_025)}]}]})),
        ("a field name of 257", json!({"embeds": [{"fields": [{"name": "x".repeat(257), "value": "v"}]}]})),
        ("embeds of 6001", json!({"embeds": [{"description": "x".repeat(4_001)}, {"description": "x".repeat(2_000)}]})),
        ("eleven embeds", json!({"embeds": vec![json!({"title": "x"}); 11]})),
        ("a link that is none", json!({"embeds": [{"title": "x", "url": "see below"}]})),
        ("a colour beyond white", json!({"embeds": [{"title": "x", "color": 0x0100_0000}]})),
        ("six rows", json!({"content": "x", "components": rows(6)})),
        ("six buttons in a row", buttons((0..6).map(|n| button(&n.to_string())).collect())),
        ("an empty row", buttons(Vec::new())),
        ("26 options", json!({"content": "x", "components": menu(26)})),
        ("a menu without options", json!({"content": "x", "components": menu(0)})),
        ("one custom id twice", buttons(vec![button("a"), button("a")])),
        ("a custom id of 101", one(json!({"type": 2, "style": 1, "label": "x", "custom_id": "x".repeat(101)}))),
        ("a label of 81", one(json!({"type": 2, "style": 1, "label": "x".repeat(81), "custom_id": "x"}))),
        ("a button without custom id", one(json!({"type": 2, "style": 1, "label": "x"}))),
        (
            "a link with custom id",
            one(json!({"type": 2, "style": 5, "label": "x", "url": "https://a.b", "custom_id": "x"})),
        ),
        ("a button without label", one(json!({"type": 2, "style": 1, "custom_id": "x"}))),
        ("a bare button", json!({"content": "x", "components": [button("a")]})),
        (
            "users both parsed and listed",
            json!({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
        ),
        ("an attachment that is not there", json!({"content": "x", "attachments": [{"id": 0, "filename": "a"}]})),
    ];
    for (what, body) in refused {
        assert_eq!(rest.code("POST", &rest.submit(), body).await, (400, 50_035), "{what}");
    }
    for empty in [json!({}), json!({"content": ""}), json!({"content": " \n"}), json!({"embeds": [{}]})] {
        assert_eq!(rest.code("POST", &rest.submit(), empty).await, (400, 50_006));
    }
}

#[tokio::test]
async fn a_form_error_names_the_field() {
    let rest = Rest::new().await;
    let (_, answer) = rest.call("POST", &rest.submit(), json!({"embeds": [{"title": "x".repeat(257)}]})).await;
    let error = &answer["errors"]["embeds"]["0"]["title"]["_errors"][0];
    assert_eq!(error["code"], "BASE_TYPE_MAX_LENGTH");
    assert_eq!(error["message"], "Must be 256 or fewer in length.");
}

#[tokio::test]
async fn files_beyond_the_upload_limit_are_refused() {
    let rest = Rest::new().await;
    rest.sim.set(|settings| settings.bot_upload_bytes = 1_000);
    let (status, message) = rest.send_files(&rest.submit(), json!({}), &[("a b.txt", vec![7; 1_000])]).await;
    assert_eq!((status, &message["attachments"][0]["filename"]), (200, &json!("a_b.txt")));
    let (status, answer) = rest.send_files(&rest.submit(), json!({}), &[("a.txt", vec![7; 1_001])]).await;
    assert_eq!((status, &answer["code"]), (413, &json!(40_005)));
    assert_eq!(answer["message"], "Request entity too large");
}

#[tokio::test]
async fn definitions_of_commands_are_checked() {
    let rest = Rest::new().await;
    let path = format!("/applications/{}/commands", rest.sim.bot());
    let option =
        |name: &str, required: bool| json!({"type": 3, "name": name, "description": "d", "required": required});
    let with = |options: Vec<Value>| json!({"name": "a", "description": "d", "options": options});
    let choice = |value: Value| {
        with(vec![json!({"type": 3, "name": "o", "description": "d", "choices": [{"name": "c", "value": value}]})])
    };
    let refused = [
        ("upper case", json!({"name": "Go", "description": "d"})),
        ("a space", json!({"name": "go on", "description": "d"})),
        ("33 letters", json!({"name": "x".repeat(33), "description": "d"})),
        ("no description", json!({"name": "go"})),
        ("a description of 101", json!({"name": "go", "description": "d".repeat(101)})),
        ("an option twice", with(vec![option("o", true), option("o", true)])),
        ("required behind optional", with(vec![option("o", false), option("p", true)])),
        ("26 options", with((0..26).map(|n| option(&format!("o{n}"), false)).collect())),
        ("a choice of another type", choice(json!(1))),
        ("a choice of 101", choice(json!("x".repeat(101)))),
        (
            "subcommands beside options",
            with(vec![option("o", false), json!({"type": 1, "name": "s", "description": "d"})]),
        ),
    ];
    for (what, command) in refused {
        assert_eq!(rest.code("PUT", &path, json!([command.clone()])).await, (400, 50_035), "{what}");
        assert_eq!(rest.code("POST", &path, command).await, (400, 50_035), "{what}");
    }
    let many =
        |count: usize| -> Value { (0..count).map(|n| json!({"name": format!("c{n}"), "description": "d"})).collect() };
    assert_eq!(rest.code("PUT", &path, many(101)).await, (400, 30_032));
    assert_eq!(rest.call("PUT", &path, many(100)).await.0, 200);
    assert_eq!(rest.sim.commands().await.len(), 100);
}

#[tokio::test]
async fn a_command_keeps_its_id_when_all_are_registered_again() {
    let rest = Rest::new().await;
    let path = format!("/applications/{}/guilds/{}/commands", rest.sim.bot(), rest.house.guild);
    let commands = json!([{"name": "go", "description": "Goes"}]);
    let (_, first) = rest.call("PUT", &path, commands.clone()).await;
    let (_, second) = rest.call("PUT", &path, commands).await;
    assert_eq!(first[0]["id"], second[0]["id"]);
    let one = format!("{path}/{}", first[0]["id"].as_str().unwrap());
    let (status, changed) = rest.call("PATCH", &one, json!({"description": "Goes on"})).await;
    assert_eq!((status, &changed["description"]), (200, &json!("Goes on")));
    assert_eq!(rest.call("DELETE", &one, Value::Null).await.0, 204);
    assert_eq!(rest.code("GET", &one, Value::Null).await, (404, 10_063));
}

#[tokio::test]
async fn requests_beyond_a_bucket_wait_until_the_clock_has_moved() {
    let rest = Rest::new().await;
    rest.sim.set(|settings| settings.rate_limits = true);
    for _ in 0..5 {
        rest.said("hello").await;
    }
    let (status, answer) = rest.call("POST", &rest.submit(), json!({"content": "once more"})).await;
    assert_eq!((status, &answer["retry_after"], &answer["global"]), (429, &json!(5.0), &json!(false)));
    rest.hand.advance(std::time::Duration::from_secs(5));
    rest.said("once more").await;
}
