//! The data of a server: taken along as files, and removed by its owner.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::coins::settings::SKIP_PRICE;
use greenroom::signin::scope::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::{OPERATOR, WebWorld};

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
async fn the_operator_takes_the_data_of_all_servers_along_with_a_fresh_proof_and_no_secret_is_in_it() {
    covers!("T-API-45");
    let ground = WebWorld::of_a_process().await;
    for guild in [ground.here(), ground.other()] {
        ground.write(move |tx| SKIP_PRICE.set(tx, guild, &765));
    }
    let (operator, early) = (ground.signed_in(OPERATOR), ground.signed_in("owner"));
    let program = ground.token(OPERATOR, &[Scope::Instance]);
    assert_eq!(program.get("/api/export").await.is(403).code().as_deref(), Some("proof_needed"));
    early.get("/api/export").await.is(403);
    ground.nobody().get("/api/export").await.is(401);
    let file = operator.get("/api/export").await.is(200);
    assert!(file.body.starts_with(b"SQLite format 3\0"));
    assert!(file.header("content-disposition").contains("all-greenroom.db"), "{:?}", file.headers);
    let (tables, rows) = tables_and_rows_with(&file.body, "765");
    assert_eq!(rows, 2, "each of the servers is in it");
    for secret in ["token", "password", "signin", "guess"] {
        assert!(!tables.iter().any(|table| table.contains(secret)), "{secret}: {tables:?}");
    }
    for secret in [operator.cookie("access"), operator.cookie("refresh")].into_iter().flatten() {
        let bytes = secret.as_bytes();
        assert!(!file.body.windows(bytes.len()).any(|part| part == bytes));
    }
    ground.world.pass(Duration::from_mins(11)).await;
    assert_eq!(operator.get("/api/export").await.is(403).code().as_deref(), Some("proof_needed"));
    ground.end().await;
}

/// The tables of an SQLite file that the API gave, and the rows that hold this text.
fn tables_and_rows_with(file: &[u8], text: &str) -> (Vec<String>, u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.db");
    std::fs::write(&path, file).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let names = |query: &str| -> Vec<String> {
        let mut found = connection.prepare(query).unwrap();
        found.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let tables = names("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
    let mut rows = 0;
    for table in &tables {
        for column in names(&format!("SELECT name FROM pragma_table_info('{table}')")) {
            let query = format!("SELECT count(*) FROM \"{table}\" WHERE \"{column}\" = ?1");
            rows += connection.query_row(&query, [text], |row| row.get::<_, u32>(0)).unwrap();
        }
    }
    (tables, rows)
}

#[tokio::test]
async fn what_looks_like_a_command_of_sql_is_a_text_like_any_other() {
    covers!("S-PROP-32");
    const INJECTION: &str = "'; DROP TABLE users; --";
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let before = owner.get("/api/{server}/data/export").await.is(200).body;
    let (tables, _) = tables_and_rows_with(&before, INJECTION);
    let coins = format!("/api/{{server}}/members/{}/coins", ground.world.user("ann"));
    let body = json!({ "act": "give", "amount": 5, "reason": INJECTION });
    owner.json(Method::POST, &coins, &body).await.is(200);
    let typed: String = url::form_urlencoded::byte_serialize(INJECTION.as_bytes()).collect();
    let api =
        ["members?q=", "songs?q=", "audit?subject=", "ledger?kind="].map(|of| format!("/api/{{server}}/{of}{typed}"));
    for path in api.into_iter().chain([format!("/g/{{server}}/palette?q={typed}")]) {
        let answer = owner.get(&path).await;
        assert!(matches!(answer.status, 200 | 422), "{path}: {}", answer.text());
    }
    let ledger = owner.get("/api/{server}/ledger").await.is(200).json();
    assert_eq!(ledger["items"][0]["reason"], INJECTION);
    let after = owner.get("/api/{server}/data/export").await.is(200).body;
    let (still, rows) = tables_and_rows_with(&after, INJECTION);
    assert_eq!(still, tables);
    assert!(rows > 0, "it is in the file as it was typed");
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
    assert!(page.seen().contains("Settings of this server") && page.seen().contains("How many"), "{}", page.seen());
    for row in dry["tables"].as_array().unwrap() {
        let table = row["table"].as_str().unwrap();
        assert!(!page.seen().contains(table), "{table} is a name of the store: {}", page.seen());
    }

    owner.submit("/g/{server}/data/remove", &[("confirm", "Night Owl")]).await.is(422);
    assert_eq!(ground.world.read(|read| SKIP_PRICE.get(read, guild)), 800);
    owner.submit("/g/{server}/data/remove", &[("confirm", "night owl REVIEWS ")]).await.is(303);
    assert_eq!(ground.world.read(|read| SKIP_PRICE.get(read, guild)), 1_000);
    let left = owner.json(Method::POST, "/api/{server}/data/remove", &json!({ "dry_run": true })).await.is(200).json();
    assert_eq!(left["rows"], 0, "{left}");
    ground.end().await;
}
