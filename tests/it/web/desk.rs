//! The desk, the songs and the home of a server, through the front door.

use std::collections::BTreeSet;

use greenroom::features::queue::model::{Line, Source};
use greenroom::features::queue::queries::in_order;
use greenroom::features::queue::service::{NewSong, enqueue};
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
async fn what_is_refused_on_a_page_leads_on_in_the_words_of_pages() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let bookmark = format!("/g/{{server}}/songs/{}/bookmark?from=Free", song.digits());
    let administrator = ground.signed_in("administrator");
    let refused = presses(&administrator, &bookmark, &[]).await;
    assert!(refused.seen().contains("There is no bookmark channel yet."), "{}", refused.seen());
    let way = ground.path("/g/{server}/settings/music#f-bookmark_channel_id");
    assert!(refused.text().contains(&format!("href=\"{way}\"")), "{}", refused.text());
    // Whoever may not look at settings is not led to them.
    let refused = presses(&ground.signed_in("reviewer"), &bookmark, &[]).await;
    assert!(refused.seen().contains("There is no bookmark channel yet."), "{}", refused.seen());
    assert!(!refused.text().contains("/settings/music"), "{}", refused.text());

    let nothing = administrator.get("/g/{server}/songs/999999").await.is(404);
    assert!(nothing.seen().contains("There is no song #999999 in this server."), "{}", nothing.seen());
    assert!(!nothing.seen().contains("while you type"), "{}", nothing.seen());
    ground.end().await;
}

#[tokio::test]
async fn of_two_tabs_that_press_next_together_one_plays_and_the_other_is_told_what_happened() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let second = ground.world.member("ben").submits(&link(2), "Kites").await;
    let reviewer = ground.signed_in("reviewer");
    presses(&reviewer, "/g/{server}/desk/next", &[("playing", "none")]).await.is(303);
    // The other tab of the same browser is answered before the first one shows its page.
    let late = presses(&reviewer, "/g/{server}/desk/next", &[("playing", "none")]).await.is(409);
    assert!(late.seen().contains("plays now: you played it a moment ago. Nothing was changed"), "{}", late.seen());
    assert!(undo_of(&late).is_none(), "that of the first tab is not for this one: {}", late.seen());
    let first = reviewer.get("/g/{server}/desk").await.is(200);
    assert!(first.seen().contains("plays now. ") && undo_of(&first).is_some(), "{}", first.seen());

    // Another host is told who it was, by name.
    let other = ground.signed_in("administrator");
    let late = presses(&other, "/g/{server}/desk/next", &[("playing", "none")]).await.is(409);
    assert!(late.seen().contains("plays now: reviewer played it a moment ago."), "{}", late.seen());
    // The same holds for whatever else was pressed at a song that is elsewhere by then.
    let gone = format!("/g/{{server}}/songs/{}/move?from=Free", song.digits());
    let late = presses(&other, &gone, &[("line", "5 Skip")]).await.is(409);
    let told = "is not in Free any more: reviewer played it a moment ago. Nothing was changed.";
    assert!(late.seen().contains(told), "{}", late.seen());
    assert_eq!((ground.world.line(song), ground.world.line(second)), (Line::SongsPlayed, Line::Free));
    ground.end().await;
}

/// More songs than any page has.
const MANY: usize = 230;

impl WebWorld {
    /// Many songs wait in Free.
    fn many_songs_wait(&self) {
        let (guild, user) = (self.here(), self.world.user("ann"));
        self.write(move |tx| {
            for number in 0..MANY {
                let url = format!("https://youtu.be/many{number}");
                let new = NewSong {
                    user,
                    username: "ann".to_owned(),
                    artist: "Ann".to_owned(),
                    title: format!("Song {number:03}"),
                    source: Source::Link { platform: "YouTube".to_owned(), url: url.clone(), key: url },
                    note: None,
                    tiktok_username: None,
                    line: Line::Free,
                    score: 0,
                };
                enqueue(tx, guild, new)?;
            }
            Ok(())
        });
    }
}

/// Where a link of a page leads.
fn leads(page: &Answer, is_meant: impl Fn(&html::Tag) -> bool) -> Option<String> {
    let links = html::tags(&page.text()).into_iter().filter(|tag| tag.name == "a");
    let found = links.filter(|tag| is_meant(tag)).find_map(|tag| tag.attribute("href").map(str::to_owned));
    found.map(|href| href.split('#').next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_song_of_a_line_is_reached_from_the_desk_page_by_page() {
    let ground = WebWorld::start().await;
    ground.many_songs_wait();
    let reviewer = ground.signed_in("reviewer");
    let desk = reviewer.get("/g/{server}/desk").await.is(200);
    assert!(desk.seen().contains("And 220 more:"), "{}", desk.seen());
    let mut next = leads(&desk, |link| link.text == "all 230 of Free");
    let (mut reached, mut pages) = (BTreeSet::new(), Vec::new());
    while let Some(path) = next {
        let page = reviewer.get(&path).await.is(200);
        let ids = html::tags(&page.text()).into_iter();
        let rows: Vec<String> =
            ids.filter_map(|tag| tag.attribute("id")?.strip_prefix("line-song-").map(str::to_owned)).collect();
        assert!(!rows.is_empty() && rows.len() <= 50, "{path}: {}", rows.len());
        reached.extend(rows);
        next = leads(&page, |link| link.attribute("rel") == Some("next"));
        pages.push(path);
    }
    assert_eq!((reached.len(), pages.len()), (MANY, 5));
    // A page of it costs no more than what is on it, however many wait.
    let guild = ground.here();
    let found = ground.world.read(move |read| in_order(read, guild, Line::Free, None, 50));
    assert!(found.looked_at <= 51, "{}", found.looked_at);

    // Whoever does something there is there again, whether it was done or not.
    let number = reached.last().unwrap();
    let place = format!("http://{}{}", ground.address, pages[4]);
    let moves = async |from: &str, line: &str| {
        let path = format!("/g/{{server}}/songs/{number}/move?from={from}");
        let csrf = reviewer.csrf().unwrap();
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("csrf", csrf.as_str()), ("line", line)])
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("referer", place.as_str())];
        reviewer.ask(Method::POST, &path, &headers, body.into_bytes()).await
    };
    assert_eq!(moves("Free", "5 Skip").await.is(303).location(), pages[4]);
    let refused = moves("Free", "10 Skip").await.is(409);
    assert!(refused.seen().contains("you put it into 5 Skip a moment ago"), "{}", refused.seen());
    assert!(refused.text().contains("id=\"line\""), "the line is open still: {}", refused.seen());
    let nothing = reviewer.get("/g/{server}/desk?line=Best").await.is(422);
    assert!(nothing.seen().contains("There is no such line in which songs wait."), "{}", nothing.seen());
    ground.end().await;
}

#[tokio::test]
async fn a_dead_link_says_what_was_given_back_and_nothing_where_nothing_was_paid() {
    let ground = WebWorld::start().await;
    let reviewer = ground.signed_in("reviewer");
    let free = ground.world.member("ann").submits(&link(1), "First Light").await;
    let dead = |number: String, from: &str| format!("/g/{{server}}/songs/{number}/dead-link?from={from}");
    presses(&reviewer, &dead(free.digits(), "Free"), &[]).await.is(303);
    let told = reviewer.get("/g/{server}/desk").await.is(200).seen();
    assert!(told.contains("First Light is removed as a dead link. Undo"), "{told}");

    let ann = ground.world.user("ann");
    let given = json!({ "act": "give", "amount": 2_000, "reason": "won the quiz" });
    let coins = format!("/api/{{server}}/members/{ann}/coins");
    ground.signed_in("administrator").json(Method::POST, &coins, &given).await.is(200);
    let paid = ground.world.member("ann").submits(&link(2), "Kites").await;
    ground.world.member("ann").run("buy-skip").await;
    assert_eq!((ground.world.line(paid), ground.coins_of("ann")), (Line::Skip10, 1_000));
    presses(&reviewer, &dead(paid.digits(), "10+Skip"), &[]).await.is(303);
    let told = reviewer.get("/g/{server}/desk").await.is(200).seen();
    assert!(told.contains("is removed as a dead link. 1,000 Luxury Coins are given back to ann ."), "{told}");
    ground.end().await;
}

#[tokio::test]
async fn a_song_that_waits_has_on_its_page_the_acts_of_the_desk_and_whoever_acts_stays_there() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let page = format!("/g/{{server}}/songs/{}", song.digits());
    let reviewer = ground.signed_in("reviewer");
    let viewer = ground.signed_in("viewer").get(&page).await.is(200);
    assert!(!viewer.text().contains("formaction"), "{}", viewer.text());
    let referer = format!("http://{}{}", ground.address, ground.path(&page));
    // Each button is pressed as it stands on the page.
    let press = async |verb: &str, field: Option<(&str, &str)>| {
        let shown = reviewer.get(&page).await.is(200);
        let forms = html::forms(&shown.text());
        let to = ground.path(&format!("{page}/{verb}?from="));
        let form = forms.into_iter().find(|form| form.action.starts_with(&to));
        let mut form = form.unwrap_or_else(|| panic!("no {verb}: {}", shown.seen()));
        form.fields.retain(|(name, _)| field.is_none_or(|(typed, _)| name != typed));
        form.fields.extend(field.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("referer", referer.as_str())];
        let answer = reviewer.ask(Method::POST, &form.action, &headers, body.into_bytes()).await.is(303);
        assert_eq!(answer.location(), ground.path(&page), "{verb}");
    };
    press("move", Some(("line", "5 Skip"))).await;
    assert_eq!(ground.world.line(song), Line::Skip5);
    assert!(undo_of(&reviewer.get(&page).await).is_some(), "what was done is told there");
    press("hold", None).await;
    assert_eq!(ground.world.line(song), Line::PendingSkips);
    press("play", None).await;
    assert_eq!(ground.world.line(song), Line::SongsPlayed);
    press("hold", None).await;
    assert_eq!(ground.world.line(song), Line::PendingSkips);
    press("dead-link", None).await;
    assert_eq!(ground.world.line(song), Line::Removed);
    press("move", Some(("line", "Free"))).await;
    assert_eq!(ground.world.line(song), Line::Free);
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
    assert!(desk.seen().contains(&format!("{name} ann")), "{}", desk.seen());
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
