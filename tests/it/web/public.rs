//! What everybody sees of a server, through the front door: nothing until its owner switched it on.

use greenroom::features::queue::model::Line;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::WebWorld;
use crate::followed::staff_lines;
use crate::reading::link;

#[tokio::test]
async fn the_queue_has_no_address_until_the_owner_gives_it_one_and_names_are_shown_as_they_say() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let nobody = ground.nobody();
    nobody.get("/q/night-owl").await.is(404);
    let owner = ground.signed_in("owner");
    let typed = [("name", "Night-Owl"), ("names", "hidden")];
    owner.submit("/g/{server}/public", &typed).await.is(303);
    let told = owner.get("/g/{server}/public").await.seen();
    assert!(told.contains("Everybody can see the queue at http") && told.contains("/q/night-owl now."), "{told}");
    let queue = nobody.get("/q/night-owl").await.is(200);
    assert!(queue.seen().contains("First Light") && !queue.seen().contains("ann"), "{}", queue.seen());
    let own = ground.signed_in("ann").get("/q/night-owl").await.is(200);
    assert!(own.seen().contains("yours"), "{}", own.seen());
    owner.submit("/g/{server}/public", &[("name", ""), ("names", "full")]).await.is(303);
    let told = owner.get("/g/{server}/public").await.seen();
    assert!(told.contains("The queue is not public now"), "{told}");
    nobody.get("/q/night-owl").await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn the_team_is_told_once_when_the_queue_is_opened_to_everybody_and_closed_again() {
    let ground = WebWorld::start().await;
    ground.world.chooses("setdebugchannel", "staff").await;
    let owner = ground.signed_in("owner");
    for name in ["night-owl", "night-owl", ""] {
        owner.submit("/g/{server}/public", &[("name", name), ("names", "full")]).await.is(303);
    }
    let lines = staff_lines(&ground.world).await;
    let count = |words: &str| lines.matches(words).count();
    assert_eq!(count("opened the queue to everybody, under the name `night-owl`."), 1, "{lines}");
    assert_eq!(count("closed the queue to everybody; its name was `night-owl`."), 1, "{lines}");
    let told = ground.signed_in("admin").get("/g/{server}/audit?kind=settings.changed").await.is(200).seen();
    assert!(told.contains("changed how everybody sees the names of members from initials to full."), "{told}");
    ground.end().await;
}

#[tokio::test]
async fn a_name_that_is_none_is_told_at_its_field_with_what_was_typed() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let wrong = owner.submit("/g/{server}/public", &[("name", "night owl"), ("names", "full")]).await.is(422);
    assert!(
        wrong.text().contains("value=\"night owl\"") && wrong.seen().contains("3 to 32 letters"),
        "{}",
        wrong.text()
    );
    let admin = ground.signed_in("admin");
    let body = json!({ "name": "night-owl", "names": "full" });
    admin.json(Method::PUT, "/api/{server}/public", &body).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn an_overlay_opens_by_its_address_alone_until_it_is_closed() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let owner = ground.signed_in("owner");
    let opened = owner.json(Method::POST, "/api/{server}/overlay", &Value::Null).await.is(200).json();
    let address = opened["address"].as_str().unwrap();
    let path = &address[address.find("/o/").unwrap()..];
    let nobody = ground.nobody();
    assert!(!nobody.get(&format!("{path}/now")).await.is(200).text().contains("First Light"), "nothing plays yet");
    assert!(nobody.get(&format!("{path}/next")).await.is(200).text().contains("First Light"));
    ground.world.next().await;
    assert_eq!(ground.world.line(song), Line::SongsPlayed);
    let now = nobody.get(path).await.is(200);
    assert!(now.text().contains("First Light") && now.header("referrer-policy") == "no-referrer");
    nobody.get(&format!("{path}/settings")).await.is(404);
    owner.json(Method::DELETE, "/api/{server}/overlay", &Value::Null).await.is(200);
    nobody.get(path).await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn the_goal_is_set_by_an_admin_and_shown_on_its_overlay() {
    let ground = WebWorld::start().await;
    let opened = ground.signed_in("owner").json(Method::POST, "/api/{server}/overlay", &Value::Null).await.json();
    let address = opened["address"].as_str().unwrap();
    let path = address[address.find("/o/").unwrap()..].to_owned() + "/goal";
    let admin = ground.signed_in("admin");
    let wrong =
        admin.submit_on("/g/{server}/public", "/g/{server}/public/goal", &[("of", "likes"), ("wanted", "many")]);
    assert!(wrong.await.is(422).seen().contains("whole number above 0"));
    let set = admin.submit_on("/g/{server}/public", "/g/{server}/public/goal", &[("of", "likes"), ("wanted", "5,000")]);
    set.await.is(303);
    assert!(ground.nobody().get(&path).await.is(200).text().contains("0 of 5,000 likes"));
    ground.end().await;
}

#[tokio::test]
async fn an_address_of_overlays_is_told_once_to_be_copied_and_the_page_says_what_obs_needs() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let page = "/g/{server}/public";
    let before = owner.get(page).await.is(200);
    for needed in ["What OBS needs", "Width 800 and height 200", "As it is, it shows what plays"] {
        assert!(before.seen().contains(needed), "{needed}: {}", before.seen());
    }
    owner.submit_on(page, "/g/{server}/public/overlay", &[]).await.is(303);
    let told = owner.get(page).await.is(200);
    let copied =
        super::html::tags(&told.text()).into_iter().find_map(|tag| tag.attribute("data-copy").map(str::to_owned));
    let address = copied.expect("a button copies it");
    assert!(told.seen().contains(&address), "without script it is there to be selected: {}", told.seen());
    ground.nobody().get(&address[address.find("/o/").unwrap()..]).await.is(200);
    assert!(!owner.get(page).await.is(200).text().contains(&address), "it is told once");
    ground.end().await;
}
