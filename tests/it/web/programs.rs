//! What programs are told: what changed, and what happened while they were away.

use std::collections::{BTreeMap, BTreeSet};

use greenroom::covers;
use greenroom::kernel::ids::UserId;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::OPERATOR;
use super::listener::Listener;
use super::push::{RICH, goodbye, ground, listening};
use crate::reading::link;

#[tokio::test]
async fn a_token_that_is_taken_away_ends_its_stream() {
    use greenroom::signin::{Person, scope::Scope, token};
    let ground = ground().await;
    let program = ground.token("owner", &[Scope::Read]);
    let listener = listening(&program, "/api/stream?guilds={server}").await;
    let maker = Person::Member { user: ground.world.user("owner") };
    let now = ground.world.hand.now();
    let of = maker.clone();
    let store = &ground.world.app.bot.store;
    let tokens = store.read_blocking("tokens", move |read| token::list_of(read, &of, now)).unwrap();
    let number = tokens[0].number;
    ground.write(move |tx| token::revoke(tx, &maker, number).map(drop));
    assert_eq!(listener.until_it_ends().await, goodbye("signed out"));
    ground.end().await;
}

#[tokio::test]
async fn a_program_is_told_what_changed_and_not_what_it_is_now() {
    covers!("T-SSE-01", "T-SSE-05", "T-DAT-09", "T-GEN-05");
    let ground = ground().await;
    let program = ground.signed_in("admin");
    let mut listener = listening(&program, "/api/stream?guilds={server}&events=balance_update,queue_update").await;
    ground.pay();
    let mut heard = listener.next_in_time().await;
    assert!(heard.id.is_some());
    assert_eq!(heard.event, "balance_update");
    let data = heard.data.as_object_mut().unwrap();
    assert!(data.remove("revision").unwrap().is_u64() && data.remove("at").unwrap().is_string());
    assert_eq!(
        heard.data,
        json!({
            "guild_id": ground.here().to_string(),
            "data_type": "balance",
            "change_type": "update",
            "affected_ids": [RICH.to_string()],
        })
    );
    drop(listener);
    ground.end().await;
}

#[tokio::test]
async fn a_program_hears_of_balances_tasks_and_inventories_as_json_and_of_what_it_chose_alone() {
    covers!("T-SSE-03");
    let ground = ground().await;
    let program = ground.signed_in("admin");
    let chosen = ["balance_update", "inventory_update", "task_update"];
    let path = format!("/api/stream?guilds={{server}}&events={}", chosen.join(","));
    let mut listener = listening(&program, &path).await;
    let mut of_settings = listening(&program, "/api/stream?guilds={server}&events=config_update").await;
    let samples = ground.samples("000001", "ann");
    ground.pay();
    let mut heard = BTreeMap::new();
    while heard.len() < chosen.len() {
        let told = listener.next_in_time().await;
        assert!(chosen.contains(&told.event.as_str()), "{told:?}");
        assert_eq!(told.data["guild_id"], json!(ground.here().to_string()));
        assert!(told.data["affected_ids"].is_array() && told.data["at"].is_string(), "{told:?}");
        heard.insert(told.data["data_type"].as_str().unwrap().to_owned(), told.data["affected_ids"].clone());
    }
    assert_eq!(heard.keys().collect::<Vec<_>>(), ["balance", "inventory", "task"], "{heard:?}");
    let owner = ground.world.user("owner").to_string();
    assert!(heard["inventory"].as_array().unwrap().contains(&json!(owner)), "whose it is: {heard:?}");
    assert!(heard["task"].as_array().unwrap().iter().all(Value::is_string), "{heard:?} {}", samples.task);
    // Whoever chose something else heard nothing of all that.
    let price = json!({ "skip_price": 800 });
    ground.signed_in("admin").json(Method::PATCH, "/api/{server}/settings", &price).await.is(200);
    assert_eq!(of_settings.next_in_time().await.event, "config_update");
    drop((listener, of_settings));
    ground.end().await;
}

#[tokio::test]
async fn a_program_is_told_which_songs_came_moved_and_went() {
    covers!("T-DAT-09");
    let ground = ground().await;
    let program = ground.signed_in("admin");
    let mut listener = listening(&program, "/api/stream?guilds={server}&events=queue_update").await;
    let first = ground.world.member("ann").submits(&link(1), "First Light").await;
    let second = ground.world.member("ben").submits(&link(2), "Second Light").await;
    let mut told = told_of_songs(&mut listener, 2).await;
    told.sort();
    let mut expected = [("create", first.digits()), ("create", second.digits())].map(pair).to_vec();
    expected.sort();
    assert_eq!(told, expected);

    let reviewer = ground.signed_in("reviewer");
    let song = |number: &str| format!("/api/{{server}}/songs/{number}");
    let away = song(&second.digits());
    reviewer.json(Method::POST, &format!("{away}/move"), &json!({ "line": "10 Skip" })).await.is(200);
    assert_eq!(told_of_songs(&mut listener, 1).await, [pair(("update", second.digits()))]);
    reviewer.json(Method::POST, &format!("{away}/remove"), &json!({})).await.is(200);
    assert_eq!(told_of_songs(&mut listener, 1).await, [pair(("delete", second.digits()))]);
    reviewer.json(Method::POST, "/api/{server}/queue/next", &json!({})).await.is(200);
    assert_eq!(told_of_songs(&mut listener, 1).await, [pair(("update", first.digits()))]);
    drop(listener);
    ground.end().await;
}

fn pair((change, number): (&str, String)) -> (String, String) {
    (change.to_owned(), number)
}

/// How which songs changed, so many of them, as a program is told; what is told without a name is no song of these.
async fn told_of_songs(listener: &mut Listener<'_>, count: usize) -> Vec<(String, String)> {
    let mut told = Vec::new();
    while told.len() < count {
        let heard = listener.next_in_time().await;
        assert_eq!((heard.event.as_str(), &heard.data["data_type"]), ("queue_update", &json!("queue")));
        let change = heard.data["change_type"].as_str().unwrap().to_owned();
        let ids = heard.data["affected_ids"].as_array().unwrap().clone();
        told.extend(ids.into_iter().map(|id| (change.clone(), id.as_str().unwrap().to_owned())));
    }
    told
}

#[tokio::test]
async fn what_happens_at_once_is_told_in_one_event() {
    covers!("T-SSE-06");
    let ground = ground().await;
    let program = ground.signed_in("admin");
    let mut listener = listening(&program, "/api/stream?guilds={server}&events=balance_update").await;
    for user in 1..=80 {
        ground.pay_to(UserId::new(user));
    }
    let mut told = BTreeSet::new();
    let mut events = 0;
    while !told.contains("many") && told.len() < 80 {
        let heard = listener.next_in_time().await;
        told.extend(heard.data["affected_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
        events += 1;
    }
    assert!(events < 40, "{events} events for 80 changes");
    drop(listener);
    ground.end().await;
}

#[tokio::test]
async fn a_program_that_comes_back_is_told_what_happened_meanwhile_also_where_nobody_listened() {
    let ground = ground().await;
    let program = ground.signed_in("admin");
    let path = "/api/stream?guilds={server}&events=balance_update";
    let mut listener = listening(&program, path).await;
    ground.pay();
    let last = listener.next_in_time().await.id.unwrap();
    drop(listener);
    ground.pay_to(UserId::new(77));
    let mut listener = program.listen_with(path, &[("last-event-id", last.as_str())]).await;
    let heard = listener.next_in_time().await;
    assert_eq!((heard.event.as_str(), &heard.data["affected_ids"]), ("balance_update", &json!(["77"])));
    // What another process counted says nothing here.
    let mut listener = program.listen_with(path, &[("last-event-id", "0badcafe.7")]).await;
    assert_eq!(listener.next_in_time().await.event, "reset");
    drop(listener);
    ground.end().await;
}

#[tokio::test]
async fn the_operator_tries_the_stream_and_nobody_else_does() {
    covers!("T-SSE-02");
    let ground = ground().await;
    let (operator, admin) = (ground.signed_in(OPERATOR), ground.signed_in("admin"));
    let mut listener = listening(&admin, "/api/stream?guilds={server}").await;
    let mut deaf = listening(&admin, "/api/stream?guilds={server}&events=balance_update").await;
    let body = json!({ "event_type": "balance_update", "data": { "user": 5 } });
    let sent = operator.json(Method::POST, "/api/stream/test", &body).await.is(200).json();
    assert_eq!((&sent["success"], &sent["streams"]), (&json!(true), &json!(2)));
    let heard = listener.next_in_time().await;
    assert_eq!((heard.event.as_str(), &heard.data["data"]), ("test", &json!({ "user": 5 })));
    assert_eq!(heard.data["event_type"], "balance_update", "it never passes for a real one");
    ground.pay();
    assert_eq!(deaf.next_in_time().await.event, "balance_update");
    let large = json!({ "event_type": "x", "data": "x".repeat(1_024) });
    operator.json(Method::POST, "/api/stream/test", &large).await.is(422);
    admin.json(Method::POST, "/api/stream/test", &body).await.is(403);
    drop((listener, deaf));
    ground.end().await;
}
