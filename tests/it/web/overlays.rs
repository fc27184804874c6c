//! What overlays and the queue for everybody are told: their address opens them and nothing else does, and with it they end.

use std::time::Duration;

use greenroom::features::public::model::PublicName;
use greenroom::features::public::service as public;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::digest::SecretBytes;
use greenroom::kernel::ids::GuildId;
use greenroom::web::push::REGIONS;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::WebWorld;
use super::html::tags;
use super::listener::{Heard, Listener};
use super::person::Person;
use super::push::goodbye;
use crate::patience::{at_this_speed, within};
use crate::reading::link;

const SECOND: Duration = Duration::from_secs(1);

impl WebWorld {
    /// A secret made of this number opens the overlays of a server from now on. Gives their address.
    pub fn opens_overlays(&self, guild: GuildId, number: u8) -> String {
        let secret = SecretBytes::new([number; 32]);
        let digest = secret.digest();
        self.write(move |tx| public::set_overlay(tx, guild, Actor::System, Some(&digest)));
        format!("/o/{}", secret.text().expose())
    }

    /// Nothing opens the overlays of a server any more.
    pub fn closes_overlays(&self, guild: GuildId) {
        self.write(move |tx| public::set_overlay(tx, guild, Actor::System, None));
    }

    /// Anybody finds the queue of the first server under this name.
    pub fn names_queue(&self, name: &str) {
        let (guild, name): (_, Option<PublicName>) = (self.here(), name.parse().ok());
        self.write(move |tx| public::set_name(tx, guild, Actor::System, name.as_ref()));
    }
}

/// The stream of a page, for whoever has what the page shows.
async fn stream_of(person: &Person<'_>, page: &str) -> String {
    let page = person.get(page).await.is(200).text();
    let root = tags(&page).into_iter().find(|tag| tag.name == "html").unwrap();
    format!("{}?since={}", root.attribute("data-live").unwrap(), root.attribute("data-revision").unwrap())
}

/// Listens until this is shown.
async fn shows(listener: &mut Listener<'_>, text: &str) -> Heard {
    loop {
        let heard = listener.next_in_time().await;
        if heard.html().contains(text) {
            return heard;
        }
    }
}

async fn is_told_that_it_is_closed(listener: Listener<'_>) {
    let heard = listener.until_it_ends().await;
    assert!(heard.ends_with(&goodbye("closed")), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_discord_is_in_the_picture_within_a_second() {
    let ground = WebWorld::start().await;
    let overlay = ground.opens_overlays(ground.here(), 1);
    let soon = tokio::task::block_in_place(|| at_this_speed(SECOND));
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let obs = ground.nobody();
    let mut now = obs.listen(&stream_of(&obs, &overlay).await).await;
    let mut next = obs.listen(&stream_of(&obs, &format!("{overlay}/next")).await).await;
    ground.world.next().await;
    let heard = timeout(soon, shows(&mut now, "First Light")).await.expect("it comes within a second");
    assert_eq!(heard.data["region"], json!("overlay.now"));
    ground.world.member("ben").submits(&link(2), "Kites").await;
    timeout(soon, shows(&mut next, "Kites")).await.expect("it comes within a second");
    drop((now, next));
    ground.end().await;
}

#[tokio::test]
async fn the_goal_moves_with_the_live() {
    let ground = WebWorld::start().await;
    ground.world.goes_live().await;
    let overlay = ground.opens_overlays(ground.here(), 1);
    let set = json!({ "of": "coins", "wanted": "1000" });
    ground.signed_in("admin").json(Method::PUT, "/api/{server}/overlay/goal", &set).await.is(200);
    let obs = ground.nobody();
    let mut goal = obs.listen(&stream_of(&obs, &format!("{overlay}/goal")).await).await;
    ground.world.gift("ann.live", 250).await;
    shows(&mut goal, "250 of 1,000").await;
    drop(goal);
    ground.end().await;
}

#[tokio::test]
async fn a_stream_ends_at_once_when_its_address_is_replaced_or_closed() {
    let ground = WebWorld::start().await;
    let (obs, owner) = (ground.nobody(), ground.signed_in("owner"));
    let first = ground.opens_overlays(ground.here(), 1);
    let listener = obs.listen(&format!("{first}/queue/live")).await;
    let opened = owner.json(Method::POST, "/api/{server}/overlay", &Value::Null).await.is(200).json();
    is_told_that_it_is_closed(listener).await;
    for path in [first.clone(), format!("{first}/queue"), format!("{first}/queue/live")] {
        obs.get(&path).await.is(404);
    }
    let address = opened["address"].as_str().unwrap();
    let second = format!("{}/queue/live", &address[address.find("/o/").unwrap()..]);
    let listener = obs.listen(&second).await;
    owner.json(Method::DELETE, "/api/{server}/overlay", &Value::Null).await.is(200);
    is_told_that_it_is_closed(listener).await;
    obs.get(&second).await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn an_address_opens_its_own_part_of_its_own_server_and_nothing_else() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let (here, there) = (ground.opens_overlays(ground.here(), 1), ground.opens_overlays(ground.other(), 2));
    let obs = ground.nobody();
    let beside = "region=desk.coming.{server}&region=overlay.queue&hint=queue.changed.{server}";
    let mut own = obs.listen(&format!("{here}/next/live?{beside}")).await;
    let mut foreign = obs.listen(&format!("{there}/next/live?{beside}")).await;
    shows(&mut own, "First Light").await;
    assert_eq!(foreign.next_in_time().await.html(), "");
    ground.world.member("ben").submits(&link(2), "Kites").await;
    ground.world.next().await;
    let mut heard: Vec<Heard> = Vec::new();
    while heard.last().is_none_or(|last| !last.html().contains("Kites")) {
        heard.push(own.next_in_time().await);
    }
    for heard in &heard {
        let told = heard.data.as_object().unwrap();
        assert_eq!((told.len(), &told["region"]), (3, &json!("overlay.next")), "{heard:?}");
    }
    assert_eq!(foreign.heard_before_a_beat().await, Vec::<Heard>::new(), "nothing changed there");
    drop((own, foreign));
    ground.end().await;
}

#[tokio::test]
async fn nothing_else_opens_what_an_address_opens() {
    let ground = WebWorld::start().await;
    let here = ground.opens_overlays(ground.here(), 1);
    let foreign = SecretBytes::new([3; 32]).text().expose().to_owned();
    let secret = here.trim_start_matches("/o/");
    for name in ["owner", "operator"] {
        let person = ground.signed_in(name);
        for path in [
            format!("/o/{foreign}/now/live"),
            format!("{here}A/now/live"),
            format!("{here}/desk.now/live"),
            format!("{here}/overlay.now/live"),
            format!("/q/{secret}/live"),
            "/o/{server}/now/live".to_owned(),
            "/q/night-owl/live".to_owned(),
            "/live?region=overlay.now.{server}".to_owned(),
            "/live?region=overlay.now".to_owned(),
            "/live?region=public.queue.{server}".to_owned(),
            "/g/{server}/fragment?region=overlay.now".to_owned(),
        ] {
            let answer = person.get(&path).await.is(404);
            assert!(!answer.text().contains(secret), "{path} tells the secret: {}", answer.text());
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn the_secret_is_told_to_nobody_whom_a_page_leads_to() {
    let ground = WebWorld::start().await;
    let here = ground.opens_overlays(ground.here(), 1);
    let obs = ground.nobody();
    for (path, status) in [("", 200), ("/now", 200), ("/now/live", 200), ("/nothing", 404), ("/nothing/live", 404)] {
        let answer = obs.get(&format!("{here}{path}")).await.is(status);
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    }
    ground.end().await;
}

#[tokio::test]
async fn four_overlays_at_one_place_have_streams_and_more_are_told_to_ask_again() {
    let ground = WebWorld::start().await;
    let (here, there) = (ground.opens_overlays(ground.here(), 1), ground.opens_overlays(ground.other(), 2));
    let obs = ground.nobody();
    let mut listeners = Vec::new();
    for part in ["now", "next", "queue", "goal"] {
        listeners.push(obs.listen(&format!("{here}/{part}/live")).await);
    }
    let now = format!("{here}/now/live");
    let full = obs.get(&now).await.is(503);
    assert_eq!((full.header("retry-after").as_str(), full.code().as_deref()), ("30", Some("busy")));
    obs.get(&here).await.is(200);
    obs.get(&format!("{there}/now/live")).await.is(200);
    listeners.pop();
    let opens = async {
        while obs.get(&now).await.status != 200 {
            ground.world.hand.advance(SECOND);
        }
    };
    within("there is room again", opens).await;
    drop(listeners);
    ground.end().await;
}

#[tokio::test]
async fn strangers_leave_half_of_all_streams_to_the_people_of_servers() {
    let ground = WebWorld::with(|settings| settings.streams = 8).await;
    ground.names_queue("night-owl");
    let (nobody, reviewer) = (ground.nobody(), ground.signed_in("reviewer"));
    let mut listeners = Vec::new();
    for _ in 0..4 {
        listeners.push(nobody.listen("/q/night-owl/live").await);
    }
    let full = nobody.get("/q/night-owl/live").await.is(503);
    assert_eq!(full.header("retry-after"), "30");
    // Whoever gets none sees the queue all the same.
    nobody.get("/q/night-owl").await.is(200);
    reviewer.get("/live?region=desk.now.{server}").await.is(200);
    drop(listeners);
    ground.end().await;
}

#[tokio::test]
async fn the_queue_for_everybody_follows_and_ends_when_it_is_switched_off() {
    let ground = WebWorld::start().await;
    ground.names_queue("night-owl");
    let (nobody, ann) = (ground.nobody(), ground.signed_in("ann"));
    let mut stranger = nobody.listen(&stream_of(&nobody, "/q/night-owl").await).await;
    ground.world.member("ben").submits(&link(1), "Kites").await;
    ground.world.member("ann").submits(&link(2), "First Light").await;
    let heard = shows(&mut stranger, "First Light").await;
    assert_eq!(heard.data["region"], json!("public.queue"));
    assert!(!heard.html().contains("yours") && !heard.html().contains("Your song"), "{heard:?}");
    // Their own place is on the page that they ask for when that comes.
    let own = ann.get("/q/night-owl").await.is(200);
    assert!(own.seen().contains("Your song") && own.seen().contains("Place 2"), "{}", own.seen());
    assert!(own.text().contains("data-region=\"public.queue\" data-topics=\"public.queue\""), "{}", own.text());
    let listener = ann.listen(&stream_of(&ann, "/q/night-owl").await).await;
    let owner = ground.signed_in("owner");
    owner.submit("/g/{server}/public", &[("name", ""), ("names", "full")]).await.is(303);
    is_told_that_it_is_closed(stranger).await;
    is_told_that_it_is_closed(listener).await;
    nobody.get("/q/night-owl/live").await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn a_stream_is_never_that_of_another_server_that_took_the_name() {
    let ground = WebWorld::start().await;
    ground.names_queue("night-owl");
    let nobody = ground.nobody();
    let listener = nobody.listen("/q/night-owl/live").await;
    let (here, there) = (ground.here(), ground.other());
    ground.write(move |tx| {
        public::set_name(tx, here, Actor::System, None)?;
        public::set_name(tx, there, Actor::System, "night-owl".parse::<PublicName>().ok().as_ref())
    });
    is_told_that_it_is_closed(listener).await;
    nobody.get("/q/night-owl/live").await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn what_a_server_shows_ends_when_we_leave_it() {
    let ground = WebWorld::start().await;
    let overlay = ground.opens_overlays(ground.other(), 2);
    let obs = ground.nobody();
    let listener = obs.listen(&format!("{overlay}/now/live")).await;
    ground.world.sim.kick_bot(ground.there.guild).await.unwrap();
    is_told_that_it_is_closed(listener).await;
    obs.get(&overlay).await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn after_a_restart_an_overlay_gets_what_is_so_though_nothing_changed() {
    let mut ground = WebWorld::start().await;
    let overlay = ground.opens_overlays(ground.here(), 1);
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let address = stream_of(&ground.nobody(), &format!("{overlay}/next")).await;
    ground.restart(REGIONS).await;
    let obs = ground.nobody();
    let mut listener = obs.listen(&address).await;
    shows(&mut listener, "First Light").await;
    drop(listener);
    ground.end().await;
}
