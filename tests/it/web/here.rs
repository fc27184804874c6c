//! Who was in the pages of a server and what they may now, and the tokens of programs that name it.

use std::time::Duration;

use greenroom::signin::scope::Scope;
use greenroom::sim::MemberSpec;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::{OPERATOR, WebWorld};

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

#[tokio::test]
async fn whoever_has_rights_is_named_by_role_as_far_as_it_is_known_and_the_page_says_how_far_that_is() {
    let ground = WebWorld::start().await;
    for name in ["moderator", "reviewer"] {
        ground.signed_in(name).get("/g/{server}").await.is(200);
    }
    let page = ground.signed_in("owner").get("/g/{server}/access").await.is(200);
    let seen = page.seen();
    assert!(seen.contains("Discord tells a program what somebody is when it asks for them"), "{seen}");
    for row in
        ["Moderators @moderator 1 moderator", "Reviewers @reviewer 1 reviewer", "Viewers @viewer 0 nobody who is known"]
    {
        assert!(seen.contains(row), "{row}: {seen}");
    }
    assert!(page.text().contains("href=\"/api/docs\""), "programs are told what they can ask");
    ground.end().await;
}

#[tokio::test]
async fn the_palette_finds_pages_of_the_instance_for_its_operator_alone_and_says_when_there_is_more() {
    let ground = WebWorld::start().await;
    let find = async |name: &str, typed: &str| {
        ground.signed_in(name).get(&format!("/g/{{server}}/palette?q={typed}")).await.is(200).json()
    };
    let found = find(OPERATOR, "instance").await;
    let hrefs: Vec<&str> = found["items"].as_array().unwrap().iter().filter_map(|item| item["href"].as_str()).collect();
    assert!(hrefs.contains(&"/instance/backups") && hrefs.contains(&"/instance"), "{found}");
    assert_eq!(find("owner", "instance").await["items"], json!([]), "they lead nobody else anywhere");
    assert_eq!(find("owner", "e").await["partial"], json!(true));
    assert_eq!(find("owner", "skip_price").await["partial"], json!(false));
    ground.end().await;
}

#[tokio::test]
async fn discord_is_asked_for_few_people_when_the_page_is_opened_and_for_nobody_who_was_told_of_late() {
    let mut ground = WebWorld::start().await;
    for number in 0..24 {
        let name = format!("guest{number}");
        let spec = MemberSpec { name: name.clone(), ..MemberSpec::default() };
        let guest = ground.world.sim.add_member(ground.world.ids.guild, spec).await.unwrap();
        ground.world.ids.members.insert(name.clone(), guest);
        ground.signed_in(&name);
    }
    let owner = ground.signed_in("owner");
    let mut asked = Vec::new();
    for _ in 0..4 {
        let before = ground.world.sim.requests(0).await.len();
        owner.get(PAGE).await.is(200);
        let since = ground.world.sim.requests(0).await;
        asked.push(since[before..].iter().filter(|request| request.path.contains("/members/")).count());
        // What was told counts for a minute; it is shown for an hour.
        ground.world.pass(Duration::from_mins(2)).await;
    }
    // The owner opens the page, so Discord is asked for them each time.
    assert!(asked.iter().all(|asked| *asked <= 11), "{asked:?}");
    assert_eq!(asked.last(), Some(&1), "{asked:?}");
    let page = owner.get(PAGE).await.is(200);
    assert_eq!(page.text().matches("not known at the moment").count(), 0, "{}", page.seen());
    ground.end().await;
}
