//! The catalogue for all servers, through the front door: the operator fills it, and a server that wants it has copies of its own.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::tasks::settings::CHANNEL;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::ChannelId;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::ground::OPERATOR;
use super::person::Person;

/// As long as servers take to follow.
const HALF_A_MINUTE: Duration = Duration::from_secs(31);

fn names(all: &Value) -> Vec<&str> {
    all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

async fn sold(person: &Person<'_>, server: &str) -> Value {
    person.get(&format!("/api/{server}/shop")).await.is(200).json()["items"].clone()
}

#[tokio::test]
async fn a_server_that_switches_the_global_shop_on_sells_what_the_operator_offers_and_no_other_does() {
    covers!("T-GEN-11");
    let ground = WebWorld::of_a_process().await;
    let (here, there) = (ground.here().to_string(), ground.other().to_string());
    let (operator, admin) = (ground.signed_in(OPERATOR), ground.signed_in("admin"));
    let (owner, landlady) = (ground.signed_in("owner"), ground.signed_in("landlady"));
    let fields = [("name", "Badge"), ("price", "40"), ("stock", "5")];
    let added = operator.submit("/instance/catalogue/items/new", &fields).await.is(303);
    assert_eq!(added.location(), "/instance/catalogue");
    admin.submit("/g/{server}/settings/economy", &[("features.global_shop", "true")]).await.is(303);
    ground.world.pass(HALF_A_MINUTE).await;
    let items = sold(&owner, &here).await;
    assert_eq!((names(&items), &items[0]["stock"]), (vec!["Badge"], &json!(5)), "{items}");
    assert_eq!(sold(&landlady, &there).await, json!([]));
    for page in ["/g/{server}/shop", "/g/{server}/shop/1"] {
        let shown = admin.get(page).await.is(200).text();
        assert!(shown.contains("from the catalogue"), "{page}: {shown}");
    }
    let listed = operator.get("/api/catalogue/items").await.is(200).json();
    assert_eq!((names(&listed["items"]), &listed["servers"]), (vec!["Badge"], &json!(1)), "{listed}");
    // Another price follows; then the server says its own, and follows no more.
    let change = |price: u32| json!({ "price": price });
    operator.json(Method::PUT, "/api/catalogue/items/1", &change(60)).await.is(200);
    ground.world.pass(HALF_A_MINUTE).await;
    assert_eq!(sold(&owner, &here).await[0]["price"], 60);
    admin.json(Method::PUT, "/api/{server}/shop/1", &change(7)).await.is(200);
    operator.json(Method::PUT, "/api/catalogue/items/1", &change(80)).await.is(200);
    ground.world.pass(HALF_A_MINUTE).await;
    assert_eq!(sold(&owner, &here).await[0]["price"], 7);
    assert!(admin.get("/g/{server}/shop/1").await.is(200).text().contains("changed here"));
    ground.end().await;
}

#[tokio::test]
async fn a_task_of_the_catalogue_is_claimed_in_its_server_and_ends_with_the_switch() {
    covers!("T-GEN-11");
    let ground = WebWorld::of_a_process().await;
    let (operator, admin) = (ground.signed_in(OPERATOR), ground.signed_in("admin"));
    let channel = ChannelId::new(ground.world.channel("general").get());
    let here = ground.here();
    ground.write(move |tx| CHANNEL.change(tx, here, Actor::System, &Some(channel)).map(drop));
    let task =
        json!({ "name": "Bring a friend", "description": "Invite somebody.", "reward": 10, "duration_hours": 48 });
    let added = operator.json(Method::POST, "/api/catalogue/tasks", &task).await.is(200).json();
    assert_eq!((&added["id"], &added["expires_at"]), (&json!("1"), &Value::Null), "{added}");
    let switched = |is_on: bool| json!({ "features.global_tasks": is_on });
    admin.json(Method::PATCH, "/api/{server}/settings", &switched(true)).await.is(200);
    ground.world.pass(HALF_A_MINUTE).await;
    let all = admin.get("/api/{server}/tasks").await.is(200).json();
    assert_eq!(names(&all["tasks"]), ["Bring a friend"], "{all}");
    ground.signed_in("member").json(Method::POST, "/api/{server}/tasks/1/claim", &Value::Null).await.is(200);
    admin.json(Method::PATCH, "/api/{server}/settings", &switched(false)).await.is(200);
    ground.world.pass(HALF_A_MINUTE).await;
    let one = admin.get("/api/{server}/tasks/1").await.is(200).json();
    assert_eq!((&one["status"], &one["current_claims"]), (&json!("expired"), &json!(1)), "{one}");
    ground.end().await;
}

#[tokio::test]
async fn what_belongs_to_one_server_is_refused_at_its_field() {
    let ground = WebWorld::of_a_process().await;
    let operator = ground.signed_in(OPERATOR);
    let task = |field: &str| {
        let mut task = json!({ "name": "Greet", "description": "Hello", "reward": 1, "duration_hours": 1 });
        task[field] = json!("712345678901234567");
        task
    };
    for (path, body, field) in [
        ("items", json!({ "name": "VIP", "price": 5, "role_id": "712345678901234567" }), "role_id"),
        ("items", json!({ "name": "VIP", "price": 5, "required_role_id": "712345678901234567" }), "required_role_id"),
        ("tasks", task("role_id"), "role_id"),
        ("tasks", task("channel_id"), "channel_id"),
        ("tasks", task("category"), "category"),
        ("tasks", task("proof_channel_id"), "proof_channel_id"),
        ("tasks", json!({ "name": "Greet", "description": "Hi", "reward": 1, "proven_by": "messages" }), "proven_by"),
    ] {
        let path = format!("/api/catalogue/{path}");
        let refused = operator.json(Method::POST, &path, &body).await.is(422).json();
        assert!(refused["error"]["details"]["fields"].get(field).is_some(), "{body}: {refused}");
        assert!(!operator.get(&path).await.is(200).text().contains("VIP"));
    }
    ground.end().await;
}

#[tokio::test]
async fn nobody_reaches_the_catalogue_as_a_server() {
    covers!("S-PROP-03");
    let ground = WebWorld::of_a_process().await;
    ground.catalogue_of_samples();
    for name in [OPERATOR, "owner"] {
        let person = ground.signed_in(name);
        for path in ["/api/0/shop", "/api/0/tasks", "/api/0/shop/1", "/g/0/shop", "/g/0/tasks/1"] {
            person.get(path).await.is(404);
        }
        person.json(Method::POST, "/api/0/shop/1/buy", &json!({})).await.is(404);
    }
    ground.end().await;
}
