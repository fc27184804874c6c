//! The desk, the songs and the home of a server, through the front door.

use greenroom::features::queue::model::Line;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::WebWorld;
use super::html;
use super::person::{Answer, Person};
use crate::reading::link;
use crate::world::number_in;

/// Presses a button of the desk, which sends these fields.
async fn presses(reviewer: &Person<'_>, action: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = reviewer.csrf().unwrap();
    let mut sent = vec![("csrf", csrf.as_str())];
    sent.extend_from_slice(fields);
    reviewer.post(action, &sent).await
}

#[tokio::test]
async fn a_reviewer_plays_the_next_song_from_the_desk_and_takes_it_back() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let reviewer = ground.signed_in("reviewer");
    assert!(reviewer.get("/g/{server}/desk").await.is(200).seen().contains("First Light"));

    let played = presses(&reviewer, "/g/{server}/desk/next", &[("playing", "none")]).await.is(303);
    assert_eq!(played.location(), ground.path("/g/{server}/desk"));
    assert_eq!(ground.world.line(song), Line::SongsPlayed);
    assert!(reviewer.get("/g/{server}/desk").await.seen().contains("plays now"));

    let number = song.digits();
    presses(&reviewer, "/g/{server}/desk/undo", &[("playing", &number)]).await.is(303);
    assert_eq!(ground.world.line(song), Line::Free);
    ground.end().await;
}

#[tokio::test]
async fn whoever_saw_another_song_playing_passes_over_none() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let second = ground.world.member("ben").submits(&link(2), "Kites").await;
    let reviewer = ground.signed_in("reviewer");
    presses(&reviewer, "/g/{server}/desk/next", &[("playing", "none")]).await.is(303);
    let late = presses(&reviewer, "/g/{server}/desk/next", &[("playing", "none")]).await.is(409);
    assert!(late.seen().contains("you played it a moment ago. Nothing was changed"), "{}", late.seen());
    assert_eq!(ground.world.line(second), Line::Free);
    ground.end().await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_plays_one_song() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let second = ground.world.member("ben").submits(&link(2), "Kites").await;
    let reviewer = ground.signed_in("reviewer");
    for _ in 0..2 {
        let key = [("playing", "none"), ("idempotency_key", "the-same")];
        presses(&reviewer, "/g/{server}/desk/next", &key).await.is(303);
    }
    assert_eq!(ground.world.line(second), Line::Free);
    ground.end().await;
}

#[tokio::test]
async fn a_song_is_moved_held_and_removed_and_its_story_says_by_whom() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let reviewer = ground.signed_in("reviewer");
    let of_song = |verb: &str| format!("/api/{{server}}/songs/{}/{verb}", song.digits());
    reviewer.json(Method::POST, &of_song("move"), &json!({ "line": "5 Skip" })).await.is(200);
    assert_eq!(ground.world.line(song), Line::Skip5);
    reviewer.json(Method::POST, &of_song("hold"), &Value::Null).await.is(200);
    assert_eq!(ground.world.line(song), Line::PendingSkips);
    let elsewhere = reviewer.json(Method::POST, &(of_song("remove") + "?from=Free"), &json!({})).await.is(409);
    assert_eq!(elsewhere.code().as_deref(), Some("queue.elsewhere"));
    reviewer.json(Method::POST, &of_song("remove"), &json!({ "reason": "too long" })).await.is(200);
    assert_eq!(ground.world.line(song), Line::Removed);

    let wrong = reviewer.json(Method::POST, &of_song("move"), &json!({ "line": "Best" })).await.is(422);
    assert_eq!(wrong.code().as_deref(), Some("validation_failed"));

    let viewer = ground.signed_in("viewer");
    let story = viewer.get(&format!("/api/{{server}}/songs/{}", song.digits())).await.is(200).json();
    let whats: Vec<&str> =
        story["steps"].as_array().unwrap().iter().map(|step| step["what"].as_str().unwrap()).collect();
    assert_eq!(whats, ["moved", "moved", "moved", "submitted"]);
    assert_eq!(story["steps"][0]["reason"], "too long");
    let page = viewer.get(&format!("/g/{{server}}/songs/{}", song.digits())).await.is(200);
    assert!(page.seen().contains("too long") && !page.text().contains("/remove"), "{}", page.seen());
    ground.end().await;
}

/// Where the notice of a page takes back what it tells.
fn undo_of(page: &Answer) -> Option<html::Form> {
    let forms = html::forms(&page.text());
    forms.into_iter().find(|form| form.action.contains("/desk/changes/") && form.action.ends_with("/undo"))
}

#[tokio::test]
async fn whatever_is_done_on_the_desk_is_told_with_a_button_that_takes_it_back() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let reviewer = ground.signed_in("reviewer");
    let of_song = |verb: &str, from: &str| format!("/g/{{server}}/songs/{}/{verb}?from={from}", song.digits());
    for (verb, field, line) in [
        ("move", [("line", "5 Skip")], Line::Skip5),
        ("hold", [("line", "")], Line::PendingSkips),
        ("remove", [("reason", "too long")], Line::Removed),
        ("dead-link", [("reason", "")], Line::Removed),
        ("play", [("line", "")], Line::SongsPlayed),
    ] {
        presses(&reviewer, &of_song(verb, "Free"), &field).await.is(303);
        assert_eq!(ground.world.line(song), line, "{verb}");
        let page = reviewer.get("/g/{server}/desk").await.is(200);
        let undo = undo_of(&page).unwrap_or_else(|| panic!("{verb}: {}", page.seen()));
        reviewer.fill_in(&undo, &[]).await.is(303);
        assert_eq!(ground.world.line(song), Line::Free, "{verb}");
        assert!(reviewer.get("/g/{server}/desk").await.seen().contains("is back in Free."), "{verb}");
        let late = reviewer.fill_in(&undo, &[("idempotency_key", "another")]).await;
        assert!((400..500).contains(&late.status), "{verb}: it is taken back once");
        // Time passes, because nobody changes more than so much in a minute.
        ground.world.pass(std::time::Duration::from_mins(1)).await;
    }
    let told = ground.world.member("ann").dms().await.join("\n");
    assert!(told.contains("could not be played") && told.contains("is back in its place"), "{told}");
    ground.end().await;
}

#[tokio::test]
async fn what_somebody_else_did_since_is_not_taken_back_and_nobody_else_may() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let reviewer = ground.signed_in("reviewer");
    let of_song = |verb: &str| format!("/api/{{server}}/songs/{}/{verb}", song.digits());
    let to = |line: &str| json!({ "line": line });
    let first = reviewer.json(Method::POST, &of_song("move"), &to("5 Skip")).await.is(200).json();
    let undo = format!("/api/{{server}}/queue/changes/{}/undo", first["change"].as_str().unwrap());
    ground.signed_in("viewer").json(Method::POST, &undo, &Value::Null).await.is(403);
    let administrator = ground.signed_in("administrator");
    administrator.json(Method::POST, &of_song("move"), &to("Free")).await.is(200);
    administrator.json(Method::POST, &of_song("move"), &to("5 Skip")).await.is(200);
    let late = reviewer.json(Method::POST, &undo, &Value::Null).await.is(409);
    assert_eq!(late.code().as_deref(), Some("queue.done_since"));
    let unknown = reviewer.json(Method::POST, "/api/{server}/queue/changes/1/undo", &Value::Null).await.is(404);
    assert_eq!(unknown.code().as_deref(), Some("queue.no_such_act"));
    assert_eq!(ground.world.line(song), Line::Skip5);

    // The page of the song has the same button beside the last step, for reviewers alone.
    let page = format!("/g/{{server}}/songs/{}", song.digits());
    assert!(undo_of(&ground.signed_in("viewer").get(&page).await.is(200)).is_none());
    let undo = undo_of(&reviewer.get(&page).await.is(200)).expect("the last step can be taken back");
    reviewer.fill_in(&undo, &[]).await.is(303);
    assert_eq!(ground.world.line(song), Line::Free);
    ground.end().await;
}

#[tokio::test]
async fn a_row_of_the_desk_tells_number_artist_title_and_member_and_its_buttons_name_the_song() {
    let ground = WebWorld::start().await;
    let url = link(1);
    let fields = [("link", url.as_str()), ("song_title", "Kites"), ("artist_name", "The Larks")];
    let number = number_in(&ground.world.member("ann").submit(fields).await.text());
    let desk = ground.signed_in("reviewer").get("/g/{server}/desk").await.is(200);
    let name = format!("{number} The Larks – Kites");
    assert!(desk.seen().contains(&format!("{name} · ann")), "{}", desk.seen());
    let buttons = html::tags(&desk.text());
    let nameless: Vec<String> = buttons
        .iter()
        .filter(|tag| tag.name == "button" && tag.attribute("formaction").is_some_and(|to| to.contains("/songs/")))
        .filter(|tag| {
            !tag.attribute("aria-label").is_some_and(|label| label.ends_with(&name)) && !tag.text.contains(&name)
        })
        .map(|tag| format!("{tag:?}"))
        .collect();
    assert_eq!(nameless, Vec::<String>::new());
    ground.end().await;
}

#[tokio::test]
async fn songs_are_found_by_what_stands_in_the_address() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    ground.world.member("ben").submits(&link(2), "Kites").await;
    let viewer = ground.signed_in("viewer");
    let found = |answer: Value| -> Vec<String> {
        let songs = answer["songs"].as_array().unwrap().iter();
        songs.map(|song| song["title"].as_str().unwrap().to_owned()).collect()
    };
    let all = viewer.get("/api/{server}/songs").await.is(200).json();
    assert_eq!(found(all), ["Kites", "First Light"]);
    let first = viewer.get("/api/{server}/songs?limit=1").await.is(200).json();
    let after = first["next"].as_str().unwrap().to_owned();
    assert_eq!(found(first), ["Kites"]);
    let second = viewer.get(&format!("/api/{{server}}/songs?limit=1&after={after}")).await.is(200).json();
    assert_eq!(found(second), ["First Light"]);
    let by_text = viewer.get("/api/{server}/songs?text=kit&state=waiting").await.is(200).json();
    assert_eq!(found(by_text), ["Kites"]);
    let page = viewer.get("/g/{server}/songs?text=kit").await.is(200);
    assert!(page.seen().contains("Kites") && !page.seen().contains("First Light"), "{}", page.seen());
    let lines = viewer.get("/api/{server}/queue").await.is(200).json();
    let free = lines["lines"].as_array().unwrap().iter().find(|line| line["line"] == "Free").unwrap();
    assert_eq!(free["waiting"], 2);
    ground.end().await;
}

#[tokio::test]
async fn home_says_what_waits_to_those_who_may_know_it() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    ground.world.moves(song, Line::PendingSkips).await;
    let home = ground.signed_in("viewer").get("/g/{server}").await.is(200);
    assert!(home.seen().contains("1 song waits for a reviewer"), "{}", home.seen());
    let member = ground.signed_in("member").get("/g/{server}").await.is(200);
    assert!(member.text().contains("href=\"/me\"") && !member.seen().contains("waits for a reviewer"));
    ground.end().await;
}
