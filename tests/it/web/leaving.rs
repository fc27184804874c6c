//! A right that went: whoever had it is out at the next request, on every stream that is open, and with the button that lies
//! before them.

use std::time::Duration;

use greenroom::discord::standing::FRESH;
use greenroom::features::queue::model::Line;
use greenroom::kernel::ids::UserId;
use greenroom::signin::scope::Scope;
use greenroom::sim::Fault;
use reqwest::Method;
use serde_json::Value;

use super::WebWorld;
use super::ground::BOUNDS;
use super::push::{goodbye, ground, listening};
use crate::patience::{as_time_passes, within};
use crate::reading::link;
use crate::standing::without_intents;

/// What a program listens to.
const EVENTS: &str = "/api/stream?guilds={server}";

impl WebWorld {
    /// Somebody is in the first server no more, and the bot has heard of it.
    async fn leaves(&self, name: &str) {
        let (guild, user) = (self.world.ids.guild, self.world.ids.members[name]);
        let mut changes = self.world.app.bot.standings.changes();
        self.world.sim.remove_member(guild, user).await.unwrap();
        let hears = async { while !changes.recv().await.unwrap().concerns(self.here(), UserId::new(user.get())) {} };
        within("the bot hears that somebody left", hears).await;
    }

    /// The stream of a page whose reader has all that is on it.
    fn page_stream(&self) -> String {
        format!("/live?region=test.coins.{}&since={}", self.here(), self.web.push.revision())
    }
}

#[tokio::test]
async fn whoever_leaves_the_server_is_out_on_open_streams_and_at_the_next_request() {
    let ground = ground().await;
    let (viewer, admin) = (ground.signed_in("viewer"), ground.signed_in("admin"));
    let program = ground.token("viewer", &[Scope::Read]);
    let page = ground.page_stream();
    let mut open = Vec::new();
    for (person, path) in [(&viewer, page.as_str()), (&viewer, EVENTS), (&program, EVENTS)] {
        open.push(listening(person, path).await);
    }
    let mut other = listening(&admin, &page).await;
    ground.leaves("viewer").await;
    for listener in open {
        assert_eq!(listener.until_it_ends().await, goodbye("no longer allowed"));
    }
    for person in [&viewer, &program] {
        person.get("/api/{server}/queue").await.is(404);
        person.get(&page).await.is(403);
        person.get(EVENTS).await.is(403);
    }
    ground.pay();
    assert_eq!(other.next_in_time().await.html(), "1", "nobody else is");
    drop(other);
    ground.end().await;
}

#[tokio::test]
async fn a_program_whose_maker_loses_a_role_hears_no_more() {
    let ground = ground().await;
    let program = ground.token("viewer", &[Scope::Read]);
    let listener = listening(&program, EVENTS).await;
    ground.demote("viewer").await;
    ground.pay();
    assert_eq!(listener.until_it_ends().await, goodbye("no longer allowed"));
    program.get(EVENTS).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn where_discord_says_nothing_no_stream_goes_on_by_what_was_so_before() {
    let ground = ground().await;
    let viewer = ground.signed_in("viewer");
    let listener = listening(&viewer, &ground.page_stream()).await;
    let silent = Fault { path: Some("/guilds/".into()), status: Some(503), times: u64::MAX, ..Fault::default() };
    ground.world.sim.faults(silent).await;
    let hand = ground.world.hand.clone();
    let heard = as_time_passes(&hand, Duration::from_secs(1), listener.until_it_ends()).await;
    // It is no goodbye: whoever listened comes back, and is let in when Discord says so.
    assert!(heard.iter().all(|heard| heard.event == "beat"), "{heard:?}");
    viewer.get(&ground.page_stream()).await.is(503);
    ground.world.sim.clear_faults().await;
    drop(listening(&viewer, &ground.page_stream()).await);
    ground.end().await;
}

#[tokio::test]
async fn a_role_of_which_the_gateway_tells_nothing_ends_the_stream_after_a_minute() {
    let ground = WebWorld::before(without_intents().await, BOUNDS, |_| {}).await;
    let (viewer, hand) = (ground.signed_in("viewer"), ground.world.hand.clone());
    let listener = listening(&viewer, EVENTS).await;
    let (guild, user) = (ground.world.ids.guild, ground.world.ids.members["viewer"]);
    for role in ground.world.sim.member(guild, user).await.unwrap().roles {
        ground.world.sim.set_member_role(guild, user, role, false).await.unwrap();
    }
    viewer.get("/api/{server}/queue").await.is(200);
    hand.advance(FRESH);
    let heard = as_time_passes(&hand, Duration::from_secs(1), listener.until_it_ends()).await;
    let heard: Vec<_> = heard.into_iter().filter(|heard| heard.event != "beat").collect();
    assert_eq!(heard, goodbye("no longer allowed"));
    viewer.get("/api/{server}/queue").await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn a_button_that_lay_there_when_the_role_went_does_nothing() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let reviewer = ground.signed_in("reviewer");
    reviewer.get("/g/{server}/desk").await.is(200);
    let csrf = reviewer.csrf().unwrap();
    ground.demote("reviewer").await;
    let pressed = reviewer.post("/g/{server}/desk/next", &[("csrf", &csrf), ("playing", "none")]).await.is(403);
    assert!(pressed.seen().contains("That is for "), "{}", pressed.seen());
    reviewer.json(Method::POST, "/api/{server}/queue/next", &Value::Null).await.is(403);
    assert_eq!(ground.world.line(song), Line::Free);
    ground.end().await;
}
