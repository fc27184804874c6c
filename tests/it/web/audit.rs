//! The audit: by which door somebody came who did something, and who tried what is not theirs.

use std::time::Duration;

use greenroom::flows::erasure::erase;
use greenroom::signin::scope::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::ground::OPERATOR;

/// The reasons of the entries of a server's audit that this filter lets through, the latest first.
async fn reasons(ground: &WebWorld, filter: &str) -> Vec<String> {
    let path = format!("/api/{{server}}/audit?kind=coins.posted{filter}");
    let told = ground.signed_in("admin").get(&path).await.is(200).json();
    let entries = told["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["details"]["reason"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_says_by_which_door_somebody_came_and_is_asked_by_it() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann").to_string();
    let coins = format!("/api/{{server}}/members/{ann}/coins");
    let give = |reason: &str| json!({ "act": "give", "amount": 5, "reason": reason });
    let administrator = ground.signed_in("administrator");
    administrator.json(Method::POST, &coins, &give("by the API")).await.is(200);
    ground.token("administrator", &[Scope::Economy]).json(Method::POST, &coins, &give("by a program")).await.is(200);
    let card = format!("/g/{{server}}/members/{ann}");
    let typed = [("act", "give"), ("amount", "5"), ("reason", "by a page")];
    administrator.submit_on(&card, &format!("{card}/coins"), &typed).await.is(303);
    let call = ground.world.host().call("coins").with("user", ann.clone()).with("action", "add");
    let answer = ground.world.host().run_call(call.with("amount", 5_i64).with("reason", "by a command")).await;
    assert!(answer.error.is_none(), "{:?}", answer.error);

    for (filter, expected) in [
        ("", vec!["by a command", "by a page", "by a program", "by the API"]),
        ("&door=page", vec!["by a page"]),
        ("&door=api", vec!["by the API"]),
        ("&door=token", vec!["by a program"]),
        ("&door=A+Program", vec!["by a program"]),
        ("&door=discord", vec!["by a command"]),
        ("&door=another+program", vec![]),
    ] {
        assert_eq!(reasons(&ground, filter).await, expected, "{filter}");
    }
    let admin = ground.signed_in("admin");
    let told = admin.get("/api/{server}/audit?kind=coins.posted").await.is(200).json();
    let doors: Vec<(&Value, &Value)> =
        told["entries"].as_array().unwrap().iter().map(|entry| (&entry["door"], &entry["door_name"])).collect();
    let [command, page, token, api] = doors[..] else { panic!("{told}") };
    assert_eq!(command, (&json!("command"), &json!("coins")));
    assert_eq!(page, (&json!("page"), &Value::Null));
    assert_eq!(token, (&json!("token"), &json!("a program")));
    assert_eq!(api, (&json!("api"), &Value::Null));

    let shown = admin.get("/g/{server}/audit?kind=coins.posted").await.is(200);
    for door in ["/coins", "page", "token a program", "API"] {
        assert!(shown.seen().contains(door), "{door}: {}", shown.seen());
    }
    let of_token = admin.get("/g/{server}/audit?door=a+program").await.is(200);
    assert!(of_token.seen().contains("by a program") && !of_token.seen().contains("by a page"), "{}", of_token.seen());
    assert!(of_token.text().contains("<option value=\"a program\" selected>"), "{}", of_token.text());
    let file = admin.get("/api/{server}/audit/export?door=token").await.is(200).text();
    let mut lines = file.lines();
    assert!(lines.next().unwrap().starts_with("id,time,kind,actor,door,door_name,"), "{file}");
    assert!(lines.next().unwrap().contains(",token,a program,") && lines.next().is_none(), "{file}");

    // A token has the name that its maker gave it: it goes with them.
    let (store, guild, user) = (&ground.world.app.bot.store, ground.here(), ground.world.user("administrator"));
    tokio::task::block_in_place(|| erase(store, guild, user)).unwrap();
    assert_eq!(reasons(&ground, "&door=token").await, Vec::<String>::new());
    ground.end().await;
}

/// What the instance's audit tells of tries of a kind, each with the network and how many.
async fn tries(ground: &WebWorld, kind: &str) -> Vec<(String, u64)> {
    let told = ground.signed_in(OPERATOR).get(&format!("/api/audit?kind={kind}")).await.is(200).json();
    let tried = told["entries"].as_array().unwrap().iter().map(|entry| &entry["details"]);
    tried.map(|it| (it["network"].as_str().unwrap().to_owned(), it["tries"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn tries_at_what_is_the_operators_alone_and_wrong_passwords_are_in_its_audit_a_sum_for_each_network_and_hour() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    for _ in 0..10 {
        owner.get("/api/settings").await.is(403);
    }
    // Whoever is only asked to sign in has tried nothing.
    ground.nobody().get("/instance").await.is(303);
    for number in 0..3 {
        let wrong = json!({ "username": format!("host{number}"), "password": "a guess" });
        ground.nobody().json(Method::POST, "/api/auth/login", &wrong).await.is(403);
    }
    // What waits to be written down comes with the next try.
    ground.world.pass(Duration::from_mins(2)).await;
    owner.get("/instance/log").await.is(403);
    assert_eq!(tries(&ground, "signin.refused").await, [], "the hour is not over");
    ground.world.pass(Duration::from_hours(1)).await;
    owner.get("/instance/log").await.is(403);
    assert_eq!(tries(&ground, "signin.refused").await, [("127.0.0.0/24".to_owned(), 11)]);
    assert_eq!(tries(&ground, "signin.wrong_passwords").await, [("127.0.0.0/24".to_owned(), 3)]);

    let operator = ground.signed_in(OPERATOR);
    let page = operator.get("/instance/audit").await.is(200);
    assert!(page.seen().contains("Wrong passwords came from 127.0.0.0/24: 3 within an hour."), "{}", page.seen());
    let refused = operator.get("/instance/audit?kind=signin.refused").await.is(200);
    assert!(refused.seen().contains("was refused: 11 times within an hour."), "{}", refused.seen());
    assert!(!refused.seen().contains("Wrong passwords came"), "{}", refused.seen());
    let file = operator.get("/api/audit/export?kind=signin.refused").await.is(200).text();
    assert_eq!(file.lines().count(), 2, "{file}");
    owner.get("/instance/audit").await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn the_audit_of_the_instance_calls_people_by_the_names_that_are_known_of_them() {
    let ground = WebWorld::start().await;
    ground.signed_in("ann");
    let page = ground.signed_in(OPERATOR).get("/instance/audit").await.is(200);
    assert!(page.seen().contains("ann signed in by a link"), "{}", page.seen());
    let number = ground.world.user("ann").to_string();
    assert!(!page.seen().contains(&number) && !page.text().contains("/g/0/"), "{}", page.text());
    ground.end().await;
}

#[tokio::test]
async fn what_an_entry_is_about_is_asked_by_the_name_that_pages_show() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let both = json!({ "points_like": 7, "skip_price": 800 });
    admin.json(Method::PATCH, "/api/{server}/settings", &both).await.is(200);
    for name in ["points_like", "Points+per+Like", "points+per+like"] {
        let told = admin.get(&format!("/api/{{server}}/audit?subject={name}")).await.is(200).json();
        let about: Vec<&str> =
            told["entries"].as_array().unwrap().iter().filter_map(|entry| entry["subject"]["id"].as_str()).collect();
        assert_eq!(about, ["points_like"], "{name}: {told}");
    }
    let page = admin.get("/g/{server}/audit?subject=Points+per+Like").await.is(200);
    assert!(page.seen().contains("Points per Like"), "{}", page.seen());
    assert!(page.text().contains("<option value=\"settings.changed\">A setting was changed</option>"));
    ground.end().await;
}
