//! The data of a server: taken along as files, and removed by its owner.

use greenroom::features::coins::settings::SKIP_PRICE;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::WebWorld;

#[tokio::test]
async fn an_admin_takes_the_data_of_a_server_along_and_a_viewer_does_not() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let sqlite = admin.get("/api/{server}/data/export").await.is(200);
    assert!(sqlite.body.starts_with(b"SQLite format 3\0"));
    assert!(sqlite.header("content-disposition").contains("greenroom.db"));
    let ledger = admin.get("/api/{server}/data/ledger").await.is(200);
    assert!(ledger.text().starts_with("entry,guild,time"), "{}", ledger.text());
    ground.signed_in("viewer").get("/api/{server}/data/export").await.is(403);
    admin.get("/g/{server}/data").await.is(200);
    admin.get("/g/{server}/data/remove").await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn an_owner_removes_all_data_of_a_server_after_seeing_what_goes_and_typing_its_name() {
    let ground = WebWorld::start().await;
    let guild = ground.here();
    ground.write(move |tx| SKIP_PRICE.set(tx, guild, &800));
    let owner = ground.signed_in("owner");
    let dry = owner.json(Method::POST, "/api/{server}/data/remove", &json!({ "dry_run": true })).await.is(200).json();
    assert!(dry["rows"].as_u64().unwrap() > 0 && dry["dry_run"] == Value::Bool(true), "{dry}");
    let page = owner.get("/g/{server}/data/remove").await.is(200);
    assert!(page.seen().contains("bot_config"), "{}", page.seen());

    owner.submit("/g/{server}/data/remove", &[("confirm", "Night Owl")]).await.is(422);
    assert_eq!(ground.world.read(|read| SKIP_PRICE.get(read, guild)), 800);
    owner.submit("/g/{server}/data/remove", &[("confirm", "Night Owl Reviews")]).await.is(303);
    assert_eq!(ground.world.read(|read| SKIP_PRICE.get(read, guild)), 1_000);
    let left = owner.json(Method::POST, "/api/{server}/data/remove", &json!({ "dry_run": true })).await.is(200).json();
    assert_eq!(left["rows"], 0, "{left}");
    ground.end().await;
}
