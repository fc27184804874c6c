//! What is pushed: nothing is missed, nobody hears what is not for them, and nobody who is slow costs more than others.

use std::time::Duration;

use greenroom::access::VIEWER_ROLES;
use greenroom::covers;
use greenroom::features::coins;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::flows::coins_posted;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::UserId;
use greenroom::settings::RoleList;
use greenroom::web::access::Who;
use greenroom::web::push::{Drawing, Region};
use greenroom::web::server::Bounds;
use maud::{Markup, html};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::WebWorld;
use super::crowd::raise_open_files;
use super::ground::BOUNDS;
use super::html::tags;
use super::listener::{Heard, Listener};
use super::person::Person;
use crate::patience::{as_time_passes, within};
use crate::reading::link;
use crate::world::World;

/// Whose coins are shown.
pub const RICH: UserId = UserId::new(701_234_567_890_123_451);
const SECOND: Duration = Duration::from_secs(1);
/// A part of a page with much in it, in bytes.
const LARGE: usize = 400_000;

static COINS: Region =
    Region { name: "test.coins", topics: &[coins::tables::CHANGED], who: Who::Viewer, draw: coins_shown };
static SECRET: Region =
    Region { name: "test.secret", topics: &[coins::tables::CHANGED], who: Who::Admin, draw: coins_shown };
static MUCH: Region =
    Region { name: "test.much", topics: &[coins::tables::CHANGED], who: Who::Viewer, draw: much_shown };
static REGIONS: &[&Region] = &[&COINS, &SECRET, &MUCH];

/// The page of these tests.
const LIVE: &str = "/live?region=test.coins.{server}";

fn coins_shown(drawing: &Drawing<'_>) -> greenroom::kernel::error::Result<Markup> {
    let balance = coins::queries::balance(drawing.read, drawing.guild, Currency::Luxury, RICH)?;
    Ok(html! { (balance.get()) })
}

fn much_shown(drawing: &Drawing<'_>) -> greenroom::kernel::error::Result<Markup> {
    let coins = coins_shown(drawing)?;
    Ok(html! { (coins) " " ("x".repeat(LARGE)) })
}

pub async fn ground() -> WebWorld {
    WebWorld::showing(REGIONS, World::new().await, BOUNDS, |_| {}).await
}

impl WebWorld {
    /// One coin more.
    pub fn pay(&self) {
        self.pay_to(RICH);
    }

    pub fn pay_to(&self, user: UserId) {
        let guild = self.here();
        let posting = Posting {
            currency: Currency::Luxury,
            user,
            delta: 1,
            kind: EntryKind::AdminAdd,
            reason: "a test".into(),
            actor: Actor::System,
        };
        self.write(move |tx| coins_posted::run(tx, guild, &posting).map(drop));
    }

    /// What is so.
    fn coins(&self) -> String {
        let guild = self.here();
        let read = |read: &dyn greenroom::store::Read| coins::queries::balance(read, guild, Currency::Luxury, RICH);
        self.world.app.bot.store.read_blocking("coins", read).unwrap().get().to_string()
    }

    fn revision(&self) -> String {
        self.web.push.revision()
    }

    /// The page of somebody who has everything.
    fn live_now(&self) -> String {
        format!("{LIVE}&since={}", self.revision())
    }
}

/// Listens, and takes the sign of life with which a stream begins.
pub async fn listening<'w>(person: &Person<'w>, path: &str) -> Listener<'w> {
    let mut listener = person.listen(path).await;
    let begun = listener.heard_at_once().await;
    assert_eq!(begun.len(), 1, "{begun:?}");
    listener
}

pub fn goodbye(reason: &str) -> Vec<Heard> {
    vec![Heard { event: "goodbye".to_owned(), data: json!({ "reason": reason }), id: None }]
}

#[tokio::test]
async fn a_change_comes_to_everybody_who_looks_at_once() {
    let ground = ground().await;
    let (viewer, admin) = (ground.signed_in("viewer"), ground.signed_in("admin"));
    let mut listeners = Vec::new();
    for person in [&viewer, &admin] {
        listeners.push(listening(person, &ground.live_now()).await);
    }
    ground.pay();
    for listener in &mut listeners {
        let heard = listener.next().await.unwrap();
        assert_eq!(
            (heard.html(), heard.data["region"].as_str()),
            ("1", Some(&*format!("test.coins.{}", ground.here())))
        );
        assert!(heard.id.is_some(), "{heard:?}");
    }
    drop(listeners);
    ground.end().await;
}

#[tokio::test]
async fn whenever_something_changes_between_page_and_stream_it_is_not_missed() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    for when in 0..4 {
        let pay_at = |point: i32| {
            if point == when {
                ground.pay();
            }
        };
        pay_at(0);
        let revision = ground.revision();
        pay_at(1);
        let mut sees = ground.coins();
        pay_at(2);
        let mut listener = viewer.listen(&format!("{LIVE}&since={revision}")).await;
        pay_at(3);
        while sees != ground.coins() {
            listener.next_in_time().await.html().clone_into(&mut sees);
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn whoever_comes_back_gets_what_changed_meanwhile_and_nothing_else() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let mut listener = listening(&viewer, &ground.live_now()).await;
    ground.pay();
    let last = listener.next_in_time().await.id.unwrap();
    drop(listener);
    let since = [("last-event-id", last.as_str())];
    let old = format!("{LIVE}&since=0.0");
    let mut back = viewer.listen_with(&old, &since).await;
    back.heard_at_once().await;
    assert_eq!(back.heard_before_a_beat().await, Vec::<Heard>::new(), "nothing changed");
    drop(back);
    ground.pay();
    let mut listener = viewer.listen_with(&old, &since).await;
    assert_eq!(listener.next_in_time().await.html(), "2");
    // Who says nothing of what they have gets everything.
    let mut listener = viewer.listen(LIVE).await;
    assert_eq!(listener.next_in_time().await.html(), "2");
    drop(listener);
    ground.end().await;
}

#[tokio::test]
async fn after_a_restart_every_page_gets_what_is_so_though_nothing_changed() {
    let mut ground = ground().await;
    ground.pay();
    let (revision, address) = (ground.revision(), ground.live_now());
    let viewer = ground.signed_in("viewer");
    listening(&viewer, &address).await;
    drop(viewer);
    ground.restart(REGIONS).await;
    assert_ne!(ground.revision().split('.').next(), revision.split('.').next());
    let viewer = ground.signed_in("viewer");
    let mut listener = viewer.listen(&address).await;
    assert_eq!(listener.next_in_time().await.html(), "1");
    drop(listener);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_come_fast_come_together_and_the_last_of_them_is_seen() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let mut listener = listening(&viewer, &ground.live_now()).await;
    for _ in 0..100 {
        ground.pay();
    }
    let mut forms = Vec::new();
    while forms.last().is_none_or(|form| *form != ground.coins()) {
        forms.push(listener.next_in_time().await.html().to_owned());
    }
    assert!(forms.len() <= 3, "{forms:?}");
    drop(listener);
    ground.end().await;
}

#[tokio::test]
async fn whoever_loses_a_role_is_out_on_the_open_stream_at_once() {
    let ground = ground().await;
    let (viewer, admin) = (ground.signed_in("viewer"), ground.signed_in("admin"));
    let listener = listening(&viewer, &ground.live_now()).await;
    let mut other = listening(&admin, &ground.live_now()).await;
    ground.demote("viewer").await;
    ground.pay();
    assert_eq!(listener.until_it_ends().await, goodbye("no longer allowed"));
    assert_eq!(other.next_in_time().await.html(), "1", "nobody else is");
    viewer.get(&ground.live_now()).await.is(403);
    drop(other);
    ground.end().await;
}

#[tokio::test]
async fn a_setting_that_takes_a_right_away_ends_the_stream_at_once() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let listener = listening(&viewer, &ground.live_now()).await;
    let guild = ground.here();
    ground.write(move |tx| VIEWER_ROLES.set(tx, guild, &RoleList::EMPTY));
    assert_eq!(listener.until_it_ends().await, goodbye("no longer allowed"));
    ground.end().await;
}

#[tokio::test]
async fn a_sign_out_here_or_elsewhere_ends_the_stream_at_once_and_a_renewed_session_goes_on() {
    let ground = ground().await;
    let (here, elsewhere) = (ground.signed_in("viewer"), ground.signed_in("viewer"));
    let leaving = ground.signed_in("viewer");
    let mut listener = listening(&here, &ground.live_now()).await;
    let left = listening(&leaving, &ground.live_now()).await;
    leaving.json(Method::POST, "/api/auth/logout", &Value::Null).await.is(200);
    assert_eq!(left.until_it_ends().await, goodbye("signed out"));
    let other = listening(&elsewhere, &ground.live_now()).await;
    here.json(Method::POST, "/api/auth/logout-everywhere", &Value::Null).await.is(200);
    assert_eq!(other.until_it_ends().await, goodbye("signed out"));
    here.json(Method::POST, "/api/auth/refresh", &Value::Null).await.is(200);
    ground.world.hand.advance(Duration::from_mins(2));
    ground.pay();
    assert_eq!(listener.next_in_time().await.html(), "1");
    ground.end().await;
}

#[tokio::test]
async fn a_stop_ends_every_stream_without_a_goodbye_so_that_pages_come_back() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let listener = listening(&viewer, &ground.live_now()).await;
    ground.web.push.stop();
    assert_eq!(listener.until_it_ends().await, Vec::<Heard>::new());
    ground.end().await;
}

#[tokio::test]
async fn nobody_listens_to_what_is_not_for_them() {
    let ground = ground().await;
    let (viewer, member) = (ground.signed_in("viewer"), ground.signed_in("member"));
    for (path, status) in [
        (LIVE, 200),
        ("/live", 204),
        ("/live?region=test.unknown.{server}", 404),
        ("/live?region=test.coins", 404),
        ("/live?region=test.coins.0", 404),
        ("/live?hint=unknown.changed.{server}", 404),
        ("/live?hint=settings.changed.0", 404),
        ("/live?hint=push.pulse.0", 200),
        ("/live?region=test.secret.{server}", 403),
        ("/live?region=test.coins.{server}&region=test.secret.{server}", 403),
        ("/live?region=test.coins.{other}", 403),
        ("/live?region=test.coins.5", 403),
        ("/live?hint=coins.changed.{other}", 403),
        ("/api/stream?guilds={server}", 200),
        ("/api/stream?guilds={server},{other}", 403),
        ("/api/stream?guilds=5", 403),
        ("/api/stream?guilds=five", 422),
        ("/api/stream?guilds={server}&events=queue_update,coins", 422),
    ] {
        ground.world.hand.advance(SECOND);
        assert_eq!(viewer.get(path).await.status, status, "{path}");
    }
    member.get(LIVE).await.is(403);
    member.get("/api/stream?guilds={server}").await.is(403);
    member.get("/api/stream").await.is(204);
    member.get("/live?hint=coins.changed.{server}").await.is(200);
    ground.signed_in("stranger").get(LIVE).await.is(403);
    ground.nobody().get(LIVE).await.is(401);
    ground.nobody().get("/api/stream").await.is(401);
    ground.end().await;
}

#[tokio::test]
async fn a_session_has_six_streams_and_one_that_ends_makes_room() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let mut listeners = Vec::new();
    for _ in 0..6 {
        listeners.push(listening(&viewer, &ground.live_now()).await);
    }
    let full = viewer.get(LIVE).await.is(503);
    assert_eq!((full.header("retry-after").as_str(), full.code().as_deref()), ("30", Some("busy")));
    ground.signed_in("viewer").get(LIVE).await.is(200);
    listeners.pop();
    let opens = async {
        while viewer.get(LIVE).await.status != 200 {
            ground.world.hand.advance(SECOND);
        }
    };
    within("there is room again", opens).await;
    drop(listeners);
    ground.end().await;
}

#[tokio::test]
async fn a_stream_says_that_it_lives_and_how_long_the_session_lasts() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let begun = ground.world.hand.now();
    let mut listener = viewer.listen(&ground.live_now()).await;
    let first = listener.next().await.unwrap();
    ground.world.hand.advance(Duration::from_secs(15));
    let second = listener.next().await.unwrap();
    let ends = begun.after(Duration::from_hours(24)).rfc3339();
    for beat in [first, second] {
        assert_eq!((beat.event.as_str(), &beat.data), ("beat", &json!({ "session_ends": ends })));
        assert!(beat.id.is_some(), "{beat:?}");
    }
    ground.world.hand.advance(Duration::from_hours(24));
    let end = listener.until_it_ends().await;
    assert_eq!(end, goodbye("signed out"));
    ground.end().await;
}

#[tokio::test]
async fn what_differs_by_person_is_hinted_at_and_asked_for_by_its_tag() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let path = format!("/live?hint=coins.changed.{}&since={}", ground.here(), ground.revision());
    let mut listener = listening(&viewer, &path).await;
    let fragment = "/g/{server}/fragment?region=test.coins";
    let first = viewer.get(fragment).await.is(200);
    let tag = first.header("etag");
    assert_eq!((first.text().as_str(), tag.starts_with("W/\"")), ("0", true));
    let known = [("if-none-match", tag.as_str())];
    let again = viewer.ask(Method::GET, fragment, &known, Vec::new()).await.is(304);
    assert_eq!((again.text().as_str(), again.header("etag")), ("", tag.clone()));
    ground.pay();
    let changed = viewer.ask(Method::GET, fragment, &known, Vec::new()).await.is(200);
    assert_eq!(changed.text(), "1", "though the hint may not have come yet");
    let hint = listener.next_in_time().await;
    assert_eq!((hint.event.as_str(), &hint.data["topic"]), ("hint", &json!("coins.changed")));
    viewer.get("/g/{server}/fragment?region=test.secret").await.is(403);
    viewer.get("/g/{server}/fragment?region=test.unknown").await.is(404);
    viewer.get("/g/{other}/fragment?region=test.coins").await.is(404);
    drop(listener);
    ground.end().await;
}

#[tokio::test]
async fn the_desk_shows_a_song_as_it_is_sent_without_being_asked() {
    covers!("T-SSE-04", "T-DAT-06", "T-DAT-12");
    let ground = WebWorld::start().await;
    let reviewer = ground.signed_in("reviewer");
    let page = reviewer.get("/g/{server}/desk").await.is(200).text();
    let root = tags(&page).into_iter().find(|tag| tag.name == "html").unwrap();
    let (live, revision) = (root.attribute("data-live").unwrap(), root.attribute("data-revision").unwrap());
    assert!(page.contains(&format!("data-region=\"desk.coming.{}\"", ground.here())), "{page}");
    // What comes between the page and its stream is not missed.
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let mut listener = reviewer.listen(&format!("{live}&since={revision}")).await;
    let shown = loop {
        let heard = listener.next_in_time().await;
        if heard.data["region"] == json!(format!("desk.coming.{}", ground.here())) {
            break heard;
        }
    };
    assert!(shown.html().contains("First Light"), "{shown:?}");
    drop(listener);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_slowly_skips_what_was_in_between_and_holds_nobody_up() {
    const CHANGES: usize = 100;
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let path = ground.path(&format!("/live?region=test.much.{}&since={}", ground.here(), ground.revision()));
    let mut slow = TcpStream::connect(ground.address).await.unwrap();
    let cookie = viewer.cookie("access").unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: access={cookie}\r\n\r\n");
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut fast = listening(&viewer, &path).await;
    for change in 1..=CHANGES {
        ground.pay();
        let heard = fast.next_in_time().await;
        assert!(heard.html().starts_with(&format!("{change} ")), "each is seen by whoever reads");
    }
    let last = format!("\"html\":\"{CHANGES} ");
    let mut read = Vec::new();
    let reading = as_time_passes(&ground.world.hand, Duration::from_millis(100), async {
        let mut some = vec![0; 1 << 20];
        while !String::from_utf8_lossy(&read).contains(&last) {
            let number = slow.read(&mut some).await.unwrap();
            // So long that it took nothing, on a machine that is busy: it may have been given up.
            if number == 0 {
                return;
            }
            read.extend_from_slice(&some[..number]);
        }
    });
    reading.await;
    let forms = String::from_utf8_lossy(&read).matches("event: region").count();
    assert!(forms < CHANGES, "{forms} of {CHANGES} forms were kept for it");
    drop(fast);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "heavy: a thousand connections"]
async fn a_thousand_streams_hear_of_one_change() {
    const ALL: usize = 1_000;
    raise_open_files();
    let bounds = Bounds { at_once: ALL + 100, ..BOUNDS };
    let ground = WebWorld::showing(REGIONS, World::new().await, bounds, |settings| settings.streams = ALL).await;
    let people = ["viewer", "moderator", "admin", "administrator", "owner"];
    let sessions: Vec<Person<'_>> = (0..ALL.div_ceil(6)).map(|number| ground.signed_in(people[number % 5])).collect();
    let path = ground.live_now();
    let mut listeners = Vec::new();
    for number in 0..ALL {
        if number % 500 == 0 {
            ground.world.hand.advance(Duration::from_mins(1));
        }
        listeners.push(sessions[number / 6].listen(&path).await);
    }
    sessions[0].get(&path).await.is(503);
    ground.pay();
    for listener in &mut listeners {
        let heard = loop {
            let next = listener.next().await.unwrap();
            if next.event != "beat" {
                break next;
            }
        };
        assert_eq!(heard.html(), "1");
    }
    drop(listeners);
    ground.end().await;
}
