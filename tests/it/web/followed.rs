//! Pages that are open: each is told of what changes on it, whoever changed it, and asks for that alone.

use std::time::Duration;

use greenroom::covers;
use greenroom::web::endpoint::Freshness;
use reqwest::Method;
use serde_json::{Value, json};

use super::asking::{Asking, Server};
use super::ground::{OPERATOR, WebWorld};
use super::html::tags;
use super::listener::Listener;
use super::person::{Answer, Person};
use crate::followed::{HOST, followed, tell, until};
use crate::reading::link;
use crate::web::ground::BOUNDS;

/// A page that somebody has open, in a session of its own.
struct Open<'w> {
    person: Person<'w>,
    path: String,
    listener: Listener<'w>,
}

impl<'w> Open<'w> {
    /// Opens a page as somebody, and its stream.
    async fn by(person: Person<'w>, path: &str) -> Self {
        let shown = person.get(path).await.is(200).text();
        let root = tags(&shown).into_iter().find(|tag| tag.name == "html").unwrap();
        let live = root.attribute("data-live").unwrap_or_else(|| panic!("{path} has no stream"));
        let since = root.attribute("data-revision").unwrap();
        let sign = if live.contains('?') { '&' } else { '?' };
        let listener = person.listen(&format!("{live}{sign}since={since}")).await;
        Self { person, path: path.to_owned(), listener }
    }

    /// Waits until it is told of a region, or that something of a topic changed; gives what the region holds.
    async fn hears(&mut self, what: &str) -> String {
        loop {
            let heard = self.listener.next_in_time().await;
            let told = heard.data["region"].as_str().or(heard.data["topic"].as_str()).unwrap_or_default();
            if told.starts_with(what) {
                return heard.data["html"].as_str().unwrap_or_default().to_owned();
            }
        }
    }

    /// Asks for its content anew, as its script does.
    async fn asks(&self, known: &str) -> Answer {
        let headers = [("part", "content"), ("if-none-match", known), ("accept-encoding", "identity")];
        self.person.ask(Method::GET, &self.path, &headers, Vec::new()).await
    }

    /// Is told that something of a topic changed, and shows this then.
    async fn shows(&mut self, topic: &str, text: &str) {
        self.hears(topic).await;
        let part = self.asks("").await.is(200);
        assert!(part.seen().contains(text), "{} does not show {text:?}: {}", self.path, part.seen());
    }
}

impl WebWorld {
    async fn opens(&self, name: &str, path: &str) -> Open<'_> {
        Open::by(self.signed_in(name), path).await
    }
}

#[tokio::test]
async fn every_page_that_is_kept_true_has_a_stream_and_gives_its_content_alone() {
    let ground = WebWorld::of_a_process().await;
    let song = ground.staged().await;
    for page in Asking::all().into_iter().filter(|page| page.route.doors.freshness == Freshness::Pushed) {
        ground.world.pass(Duration::from_secs(5)).await;
        let sample = (page.route.sample)(&ground.samples(&song, "ann"));
        let path = page.address(&sample, Server::Here);
        let open = Open::by(ground.whom_it_is_for(page.route.who), &path).await;
        let part = open.asks("").await.is(200).text();
        assert!(part.contains("data-region=") && !part.contains("<html"), "{path}: {part}");
    }
    ground.end().await;
}

#[tokio::test]
async fn open_pages_are_told_of_songs_that_are_sent_and_moved() {
    let ground = WebWorld::start().await;
    let mut songs = ground.opens("viewer", "/g/{server}/songs").await;
    let mut home = ground.opens("viewer", "/g/{server}").await;
    let mut desk = ground.opens("reviewer", "/g/{server}/desk").await;
    let mut own = ground.opens("ann", "/me/{server}").await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    songs.shows("queue.changed", "First Light").await;
    home.hears("queue.changed").await;
    assert!(desk.hears("desk.coming.").await.contains("First Light"));
    own.shows("queue.changed", "First Light").await;

    let reviewer = ground.signed_in("reviewer");
    let path = format!("/g/{{server}}/songs/{}", song.digits());
    let mut story = ground.opens("viewer", &path).await;
    let verb = |verb: &str| format!("/api/{{server}}/songs/{}/{verb}", song.digits());
    reviewer.json(Method::POST, &verb("move"), &json!({ "line": "5 Skip" })).await.is(200);
    story.shows("queue.changed", "5 Skip").await;
    reviewer.json(Method::POST, &verb("hold"), &Value::Null).await.is(200);
    let mut skips = desk.hears("desk.skips.").await;
    while !skips.contains("First Light") {
        skips = desk.hears("desk.skips.").await;
    }
    assert!(skips.contains("data-says=") && skips.contains("ann – First Light by ann waits for you."), "{skips}");
    drop((songs, home, desk, own, story));
    ground.end().await;
}

#[tokio::test]
async fn open_pages_are_told_of_tasks_whatever_happens_to_them_on_discord() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let mut board = ground.opens("viewer", "/g/{server}/tasks").await;
    let channel = ground.world.channel("general").to_string();
    let body = json!({
        "name": "Greet", "description": "Say hello", "reward": 5, "duration_hours": 24, "channel_id": channel,
    });
    admin.json(Method::POST, "/api/{server}/tasks", &body).await.is(200);
    board.shows("tasks.changed", "Greet").await;
    let mut desk = ground.opens("moderator", "/g/{server}/reviews").await;
    let mut own = ground.opens("ann", "/me/{server}").await;
    let ann = ground.world.member("ann");
    ann.run_call(ann.call("claim").with("task_id", 1)).await;
    own.shows("tasks.changed", "in progress").await;
    ann.run_call(ann.call("task_submit").with("task_id", 1).with("proof", "I greeted ben")).await;
    desk.shows("tasks.changed", "I greeted ben").await;
    drop((board, desk, own));
    ground.end().await;
}

#[tokio::test]
async fn a_line_that_is_open_on_the_desk_is_told_of_its_songs() {
    let ground = WebWorld::start().await;
    let mut line = ground.opens("reviewer", "/g/{server}/desk?line=Free").await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    line.hears("queue.changed").await;
    let row = format!("id=\"line-song-{}\"", song.digits());
    assert!(line.asks("").await.is(200).text().contains(&row));
    drop(line);
    ground.end().await;
}

#[tokio::test]
async fn open_pages_are_told_of_what_is_bought_on_discord_and_of_its_message() {
    covers!("T-SYN-21", "T-SYN-22", "T-SYN-09");
    let ground = WebWorld::start().await;
    ground.world.chooses("shop-admin channel", "general").await;
    let mut shop = ground.opens("viewer", "/g/{server}/shop").await;
    let call = ground.world.host().call("shop-admin add").with("name", "Cookie").with("description", "Sweet");
    ground.world.host().run_call(call.with("price", 0_i64).with("stock", 5_i64)).await;
    shop.shows("shop.changed", "Cookie").await;
    ground.world.settle().await;
    shop.shows("posts.changed", "up to date").await;
    let mut item = ground.opens("viewer", "/g/{server}/shop/1").await;
    let mut own = ground.opens("ann", "/me/{server}/shop").await;
    ground.world.member("ann").run_with("buy", [("item_id", "1".to_owned())]).await;
    shop.shows("shop.changed", "4").await;
    item.shows("shop.changed", "1 sold").await;
    own.shows("shop.changed", "What you bought last").await;
    drop((shop, item, own));
    ground.end().await;
}

#[tokio::test]
async fn open_pages_are_told_of_coins_handles_and_settings() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let (administrator, ann) = (ground.signed_in("administrator"), ground.world.user("ann").to_string());
    let card = format!("/g/{{server}}/members/{ann}");
    let mut pages = Vec::new();
    for (name, path, shown) in [
        ("viewer", "/g/{server}/ledger", "won the quiz"),
        ("viewer", card.as_str(), "won the quiz"),
        ("viewer", "/g/{server}/members", "1,500"),
        ("ann", "/me", "1,500"),
        ("ann", "/me/{server}", "1,500"),
    ] {
        pages.push((ground.opens(name, path).await, shown));
    }
    let given = json!({ "act": "give", "amount": 1_500, "reason": "won the quiz" });
    administrator.json(Method::POST, &format!("/api/{{server}}/members/{ann}/coins"), &given).await.is(200);
    for (page, shown) in &mut pages {
        page.shows("coins.changed", shown).await;
    }
    drop(pages);

    let mut handles = ground.opens("viewer", "/g/{server}/handles?whose=linked").await;
    let linked = json!({ "handle": "ann.live", "member": ann });
    administrator.json(Method::POST, "/api/{server}/handles/link", &linked).await.is(200);
    handles.shows("handles.changed", "@ann.live").await;

    let mut area = ground.opens("admin", "/g/{server}/settings/economy").await;
    let mut others = Vec::new();
    for (name, path) in [
        ("admin", "/g/{server}/settings"),
        ("owner", "/g/{server}/access"),
        ("owner", "/g/{server}/public"),
        ("admin", "/g/{server}/data"),
    ] {
        others.push(ground.opens(name, path).await);
    }
    let mut audit = ground.opens("admin", "/g/{server}/audit").await;
    administrator.json(Method::PATCH, "/api/{server}/settings", &json!({ "skip_price": 800 })).await.is(200);
    area.shows("settings.changed", "1000 → 800").await;
    audit.hears("activity.changed").await;
    for page in &mut others {
        page.hears("settings.changed").await;
    }
    drop((handles, area, others, audit));
    ground.end().await;
}

#[tokio::test]
async fn open_pages_are_told_of_a_daily_reward_that_was_claimed_on_discord() {
    covers!("T-CUR-20");
    let ground = WebWorld::start().await;
    let card = format!("/g/{{server}}/members/{}", ground.world.user("ann"));
    let mut pages = Vec::new();
    for (name, path, shown) in [
        ("viewer", "/g/{server}/economy", "+100"),
        ("viewer", "/g/{server}/ledger?currency=server", "Daily reward"),
        ("viewer", card.as_str(), "Daily reward"),
        ("ann", "/me/{server}", "Why do I have 100 coins?"),
    ] {
        pages.push((ground.opens(name, path).await, shown));
    }
    ground.world.member("ann").run("daily").await;
    for (page, shown) in &mut pages {
        page.shows("coins.changed", shown).await;
    }
    drop(pages);
    ground.end().await;
}

#[tokio::test]
async fn whoever_would_send_a_song_is_told_that_none_are_taken() {
    let ground = WebWorld::start().await;
    let mut pages = Vec::new();
    for (name, path) in [("ann", "/me/{server}"), ("ann", "/g/{server}"), ("viewer", "/g/{server}")] {
        let page = ground.opens(name, path).await;
        assert!(!page.asks("").await.is(200).seen().contains("No songs are taken now."), "{path}");
        pages.push(page);
    }
    let closed = json!({ "submissions_open": false });
    ground.signed_in("administrator").json(Method::PATCH, "/api/{server}/settings", &closed).await.is(200);
    ground.world.settle().await;
    for page in &mut pages {
        page.shows("settings.changed", "No songs are taken now.").await;
    }
    drop(pages);
    ground.end().await;
}

#[tokio::test]
async fn what_is_in_no_row_is_looked_at_again_while_somebody_has_it_open() {
    let ground = WebWorld::of_a_process().await;
    for (name, path) in [
        (OPERATOR, "/instance"),
        (OPERATOR, "/instance/backups"),
        (OPERATOR, "/instance/log"),
        (OPERATOR, "/instance/servers"),
        ("ann", "/me/sessions"),
    ] {
        let mut page = ground.opens(name, path).await;
        page.hears("push.pulse").await;
    }
    ground.end().await;
}

#[tokio::test]
async fn what_an_open_page_asks_for_is_packed_and_is_nothing_where_nothing_changed() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let ann = ground.world.user("ann");
    // There are forms on it, which are sealed anew each time.
    let card = ground.opens("administrator", &format!("/g/{{server}}/members/{ann}")).await;
    let first = card.asks("").await.is(200);
    let tag = first.header("etag");
    let again = card.asks(&tag).await.is(304);
    assert_eq!((again.body.len(), again.header("etag")), (0, tag.clone()));
    ground.pay_to(ann);
    let paid = card.asks(&tag).await.is(200);
    assert_ne!(paid.header("etag"), tag);

    let headers = [("part", "content"), ("accept-encoding", "gzip")];
    let packed = card.person.ask(Method::GET, &card.path, &headers, Vec::new()).await.is(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < paid.body.len(), "{} of {}", packed.body.len(), paid.body.len());
    drop(card);
    ground.end().await;
}

#[tokio::test]
async fn what_a_page_has_to_say_is_kept_for_whoever_opens_it() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let card = format!("/g/{{server}}/members/{}", ground.world.user("ann"));
    let page = ground.opens("administrator", &card).await;
    let coins = format!("{card}/coins");
    let given = [("act", "give"), ("amount", "5"), ("reason", "quiz")];
    page.person.submit_on(&card, &coins, &given).await.is(303);
    page.asks("").await.is(200);
    let shown = page.person.get(&card).await.is(200);
    assert!(shown.seen().contains("and has 5 now"), "{}", shown.seen());
    drop(page);
    ground.end().await;
}

#[tokio::test]
async fn the_desk_tells_how_the_live_stands_and_what_a_gift_did() {
    let ground = WebWorld::before(followed().await, BOUNDS, |_| {}).await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let page = ground.signed_in("reviewer").get("/g/{server}/desk").await.is(200);
    assert!(page.text().contains("@night.owl: Live."), "{}", page.seen());
    let mut desk = ground.opens("reviewer", "/g/{server}/desk").await;
    let mut live = ground.opens("viewer", "/g/{server}/live").await;
    let mut home = ground.opens("viewer", "/g/{server}").await;

    let rose = |count: u32, group: u32| {
        json!({ "type": "gift", "user": "ann.live", "id": 5655, "name": "Rose", "diamonds": 200, "count": count,
                "end": true, "group": group })
    };
    tell(&ground.world, &[rose(1, 1)]).await;
    ground.world.member("ann").links("ann.live").await;
    tell(&ground.world, &[rose(10, 2)]).await;
    let lifted = format!("Rose ×10 by ann moved {song} to 10 Skip.");
    loop {
        let gifts = desk.hears("desk.gifts.").await;
        if gifts.contains(&lifted) {
            break;
        }
    }
    ground.world.sim.ends_live(HOST).await.unwrap();
    until(&ground.world, |status| status.is_some_and(|status| status.viewers.is_none())).await;
    loop {
        let head = desk.hears("desk.live.").await;
        if !head.contains("@night.owl: Live.") {
            break;
        }
    }
    live.hears("live.state.").await;
    home.hears("home.live.").await;
    drop((desk, live, home));
    ground.end().await;
}
