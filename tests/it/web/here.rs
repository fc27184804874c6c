//! Who was in the pages of a server and what they may now, and the tokens of programs that name it.

use greenroom::signin::scope::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::WebWorld;

const PAGE: &str = "/g/{server}/access";
const TOKENS: &str = "/api/{server}/access/tokens";

#[tokio::test]
async fn the_owner_sees_who_was_here_and_what_they_are_at_this_moment() {
    let ground = WebWorld::start().await;
    for name in ["viewer", "former", "elsewhere"] {
        ground.signed_in(name);
    }
    ground.signed_in("viewer");
    ground.demote("former").await;
    let owner = ground.signed_in("owner");
    let page = owner.get(PAGE).await.is(200);
    let row = |name: &str| {
        let id = format!("data-id=\"{}\"", ground.world.user(name));
        page.text().split("<tr ").find(|row| row.contains(&id)).map(str::to_owned)
    };
    let viewer = row("viewer").expect("somebody with a session is there");
    assert!(viewer.contains(">viewer<") && viewer.contains(">2<"), "{viewer}");
    let former = row("former").expect("who lost their role is there");
    assert!(former.contains(">member<"), "{former}");
    assert_eq!(row("elsewhere"), None, "people of another server are not");
    ground.signed_in("administrator").get(PAGE).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn the_owner_withdraws_a_token_that_names_the_server_and_no_other() {
    let ground = WebWorld::start().await;
    let program = ground.token_for("admin", &[Scope::Read], vec![ground.here()]);
    let of_all = ground.token("admin", &[Scope::Read]);
    program.get("/api/{server}/songs").await.is(200);
    let owner = ground.signed_in("owner");
    let list = owner.get(TOKENS).await.is(200).json();
    let [shown] = list["programs"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&shown["token"]["name"], &shown["token"]["scopes"]), (&json!("a program"), &json!(["read"])));
    let number = shown["token"]["id"].as_str().unwrap();
    ground.signed_in("admin").get(TOKENS).await.is(403);
    let elsewhere = ground.signed_in("landlady");
    let other = elsewhere.json(Method::DELETE, &format!("/api/{{other}}/access/tokens/{number}"), &Value::Null).await;
    assert_eq!(other.is(404).code().as_deref(), Some("signin.no_such_server_token"));

    owner.submit(&format!("{PAGE}/tokens/{number}/withdraw"), &[]).await.is(303);
    program.get("/api/{server}/songs").await.is(401);
    of_all.get("/api/{server}/songs").await.is(200);
    assert_eq!(owner.get(TOKENS).await.is(200).json()["programs"], json!([]));
    ground.end().await;
}
