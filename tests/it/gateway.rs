//! The connection breaks in every way that Discord knows, and the bot comes back.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Duration;

use axum::Json;
use axum::routing::any;
use greenroom::app::application::Application;
use greenroom::app::connection::Ended;
use greenroom::covers;
use greenroom::discord::rest::Endpoint;
use greenroom::kernel::time::Clock;
use greenroom::sim::{ComponentCall, Fault, GatewayFault, MessageSpec, Privileged, Settings, Sim, SimOptions};
use greenroom::store::StoreLocation;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::displays::shown_in;
use crate::patience::{Patience, at_this_speed, seen_in_time, within};
use crate::reading::{SOON, link};
use crate::world::{START, Setup, World, blueprint, guild_spec};

/// Waits until the bot answers again. What is asked while it is away may be lost, as with Discord.
async fn comes_back(world: &World) {
    let patience = Patience::until("the bot comes back");
    while !patience.is_over() {
        let mut call = world.member("ann").call("queue");
        call.wait_ms = Some(1500);
        let outcome = world.sim.run_command(call).await.unwrap();
        if outcome.error.is_none() {
            assert!(outcome.text().contains("Queue"), "{}", outcome.text());
            return;
        }
    }
    panic!("the bot did not come back");
}

async fn survives(breaks: &[GatewayFault]) {
    // A connection that just falls silent is noticed by a heartbeat without an answer, so these are close together.
    let settings = Settings { heartbeat_ms: 1000, ..Settings::default() };
    let world = World::with(Setup { settings, ..Setup::default() }).await;
    for fault in breaks {
        assert_eq!(world.sim.gateway_fault(*fault).await, 1, "{fault:?}");
        comes_back(&world).await;
    }
    world.member("ann").submits(&link(1), "Still here").await;
    world.end().await;
}

#[tokio::test]
async fn the_bot_resumes_after_a_break_that_allows_it() {
    covers!("M-RAT-04");
    let resumable = GatewayFault::Invalid { resumable: true };
    let busy = GatewayFault::Close { code: 4000 };
    survives(&[GatewayFault::Kill, GatewayFault::Reconnect, busy, resumable, GatewayFault::CloseEmpty]).await;
}

#[tokio::test]
async fn the_bot_begins_anew_after_a_break_that_ends_the_session() {
    covers!("M-RAT-04");
    survives(&[GatewayFault::Close { code: 4009 }]).await;
    survives(&[GatewayFault::Invalid { resumable: false }]).await;
}

/// How often the bot has asked where the gateway is, which it does before each connection.
async fn asked_for_the_gateway(world: &World) -> usize {
    let requests = world.sim.requests(0).await;
    requests.iter().filter(|request| request.path.contains("/gateway")).count()
}

#[tokio::test]
async fn the_operator_begins_the_connection_anew_and_nothing_is_lost() {
    covers!("T-API-44");
    let world = World::new().await;
    let before = asked_for_the_gateway(&world).await;
    let reconnect = world.app.reconnector();
    reconnect();
    let patience = Patience::until("the bot asks for the gateway anew");
    while asked_for_the_gateway(&world).await == before {
        assert!(!patience.is_over(), "the connection did not begin anew");
        tokio::task::yield_now().await;
    }
    comes_back(&world).await;
    world.member("ann").submits(&link(1), "Still here").await;
    world.end().await;
}

#[tokio::test]
async fn what_happens_during_a_break_is_answered_once() {
    covers!("M-RAT-04", "M-QUE-14");
    let world = World::new().await;
    for number in 0..12 {
        world.member("ann").submits(&link(number), &format!("Song {number}")).await;
    }
    let mut calls = Vec::new();
    for number in 0..12 {
        calls.push(world.sim.start_command(world.host().call("next")).await.unwrap());
        if number % 4 == 1 {
            world.sim.gateway_fault(GatewayFault::Kill).await;
        }
    }
    for call in &calls {
        let outcome = world.sim.outcome(*call, SOON).await.unwrap();
        assert_eq!(outcome.error, None, "a resumed connection brings what was missed");
    }
    world.settle().await;
    let answers = answers(&world).await;
    assert!(calls.iter().all(|call| answers[&call.to_string()] == 1), "no interaction is answered twice: {answers:?}");
    assert_eq!(world.next().await.text(), "The queue is empty.");
    world.end().await;
}

/// How often each interaction was answered.
async fn answers(world: &World) -> BTreeMap<String, usize> {
    let mut answers = BTreeMap::new();
    for request in world.sim.requests(0).await {
        if let Some(rest) = request.path.split("/interactions/").nth(1) {
            *answers.entry(rest.split('/').next().unwrap().to_owned()).or_default() += 1;
        }
    }
    answers
}

#[tokio::test]
async fn what_a_resumed_connection_repeats_is_done_once() {
    covers!("M-QUE-14", "M-RAT-04");
    let world = World::new().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.member("ann").submits(&link(1), "First").await;
    world.member("ann").submits(&link(2), "Second").await;
    world.member("ben").post(&link(3)).await;
    world.next().await;
    let before = (world.songs(), world.seen_in("now-playing").await, world.member("ben").dms().await);
    assert_eq!(before.0.len(), 3);
    assert_eq!(world.sim.gateway_fault(GatewayFault::Repeat { last: 30 }).await, 1);
    // What comes behind the repeated events is answered, so they were looked at.
    comes_back(&world).await;
    world.settle().await;
    let after = (world.songs(), world.seen_in("now-playing").await, world.member("ben").dms().await);
    assert_eq!(after, before);
    let answers = answers(&world).await;
    assert!(answers.values().all(|times| *times == 1), "{answers:?}");
    world.end().await;
}

#[tokio::test]
async fn a_refused_token_ends_the_bot() {
    covers!("M-ENV-01");
    let mut world = World::new().await;
    world.sim.gateway_fault(GatewayFault::Close { code: 4004 }).await;
    let ended = tokio::time::timeout(SOON, world.app.ended()).await.unwrap();
    assert_eq!(ended, Ended::TokenRefused);
    world.end().await;

    let (clock, hand) = Clock::simulated(START);
    let sim = Sim::start(SimOptions::new(clock.clone(), Some(hand))).await.unwrap();
    let mut blueprint = blueprint(&sim, clock, StoreLocation::Memory, None);
    blueprint.token = "another.token.altogether".into();
    let mut app = Application::start(blueprint).await.unwrap();
    assert_eq!(tokio::time::timeout(SOON, app.ended()).await.unwrap(), Ended::TokenRefused);
    app.stop().await;
}

#[tokio::test]
async fn without_the_privileged_intents_commands_work_and_messages_are_not_read() {
    covers!("M-RAT-04");
    let privileged = Privileged { members: false, presences: false, message_content: false };
    let settings = Settings { privileged, ..Settings::default() };
    let world = World::with(Setup { settings, ..Setup::default() }).await;
    let song = world.member("ann").submits(&link(1), "By command").await;
    let ann = world.member("ann").id;
    let posted =
        MessageSpec { channel: world.channel("submissions"), user: ann, content: link(2), ..MessageSpec::default() };
    world.sim.post_message(posted).await.unwrap();
    let answer = world.next().await;
    assert!(answer.text().contains(&song.to_string()), "{}", answer.text());
    assert_eq!(world.songs().len(), 1, "the link in a message was not noticed");
    let settings = world.host().run("show-settings").await.text();
    assert!(settings.contains("Missing intents") && settings.contains("Message Content"), "{settings}");
    world.end().await;
}

#[tokio::test]
async fn a_simulated_run_never_connects_to_a_gateway_elsewhere() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let elsewhere = json!({
        "url": "wss://gateway.discord.gg", "shards": 1,
        "session_start_limit": {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1},
    });
    let router = axum::Router::new().fallback(any(move || std::future::ready(Json(elsewhere.clone()))));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let (clock, hand) = Clock::simulated(START);
    let sim = Sim::start(SimOptions::new(clock.clone(), Some(hand))).await.unwrap();
    let mut blueprint = blueprint(&sim, clock, StoreLocation::Memory, None);
    blueprint.endpoint = Endpoint::Simulated(format!("http://{address}"));
    let mut app = Application::start(blueprint).await.unwrap();
    assert_eq!(tokio::time::timeout(SOON, app.ended()).await.unwrap(), Ended::NotLoopback);
    app.stop().await;
    server.abort();
}

#[tokio::test]
async fn a_simulated_run_without_an_answer_does_not_fall_back_to_discord() {
    let (clock, hand) = Clock::simulated(START);
    let sim = Sim::start(SimOptions::new(clock.clone(), Some(hand))).await.unwrap();
    sim.faults(Fault { path: Some("/gateway".into()), status: Some(500), times: 10, ..Fault::default() }).await;
    let mut app = Application::start(blueprint(&sim, clock, StoreLocation::Memory, None)).await.unwrap();
    assert_eq!(tokio::time::timeout(SOON, app.ended()).await.unwrap(), Ended::NotLoopback);
    app.stop().await;
}

#[tokio::test]
async fn a_simulator_with_too_many_requests_is_asked_again() {
    let (clock, hand) = Clock::simulated(START);
    let sim = Sim::start(SimOptions::new(clock.clone(), Some(hand.clone()))).await.unwrap();
    sim.faults(Fault { path: Some("/gateway".into()), status: Some(429), times: 1, ..Fault::default() }).await;
    let app = Application::start(blueprint(&sim, clock, StoreLocation::Memory, None)).await.unwrap();
    let refused = |requests: &[greenroom::sim::LoggedRequest]| requests.iter().any(|request| request.status == 429);
    let asked = async {
        while !refused(&sim.requests(0).await) {
            tokio::task::yield_now().await;
        }
    };
    within("the gateway is asked for", asked).await;
    let pace = (Duration::from_secs(1), Duration::from_millis(50));
    let connected = |world: &greenroom::sim::World| (world.connections() > 0).then_some(());
    seen_in_time(&sim, &hand, pace, "the bot is connected", connected).await;
    app.stop().await;
}

/// Keeps the one writer busy until the sender is dropped.
fn busy_writer(world: &World) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (release, released) = mpsc::channel::<()>();
    let store = world.app.bot.store.clone();
    let released = std::sync::Mutex::new(released);
    let blocked = tokio::spawn(async move {
        let work = store.write("slow", move |_| {
            let _: () = released.lock().unwrap().recv().unwrap_or(());
            Ok(())
        });
        work.await.unwrap();
    });
    (release, blocked)
}

#[tokio::test]
async fn a_button_is_acknowledged_before_any_work() {
    covers!("M-RAT-03", "M-EMB-05", "M-EMB-15");
    let world = World::new().await;
    for number in 0..11 {
        world.member("ann").submits(&link(number), "Patience").await;
    }
    world.chooses("setup-live-queue", "general").await;
    let queue = shown_in(&world.sim, &world.hand, world.channel("general"), "Page 1 of 2").await;
    let (release, blocked) = busy_writer(&world);
    let click = ComponentCall {
        guild: Some(world.ids.guild),
        channel: Some(queue.channel()),
        user: world.member("ben").id,
        message: queue.id(),
        custom_id: queue.custom_id("Next").unwrap(),
        ..ComponentCall::default()
    };
    let click = world.sim.start_press(click).await.unwrap();
    let first = world.sim.first_answer(click, SOON).await;
    assert!(
        first.is_some_and(|first| first < at_this_speed(Duration::from_secs(3))),
        "nothing waits for the writer: {first:?}"
    );
    drop(release);
    blocked.await.unwrap();
    shown_in(&world.sim, &world.hand, world.channel("general"), "Page 2 of 2").await;
    world.end().await;
}

#[tokio::test]
async fn a_slow_store_is_answered_in_time_and_finished_later() {
    covers!("M-RAT-04");
    let world = World::new().await;
    let song = world.member("ann").submits(&link(1), "Patience").await;
    let (release, blocked) = busy_writer(&world);
    let call = world.sim.start_command(world.host().call("next")).await.unwrap();
    let first = world.sim.first_answer(call, SOON).await.unwrap();
    assert!(first < at_this_speed(Duration::from_secs(3)), "{first:?}");
    assert!(world.sim.look(|world| world.outcome(call)).unwrap().text().is_empty(), "it says that it thinks");
    drop(release);
    blocked.await.unwrap();
    let outcome = world.sim.outcome(call, SOON).await.unwrap();
    assert!(outcome.is_ephemeral() && outcome.text().contains(&song.to_string()), "{}", outcome.text());
    world.end().await;
}

#[tokio::test]
async fn a_server_that_the_bot_joins_later_works_at_once() {
    covers!("M-DLV-09");
    let world = World::new().await;
    let other = world.sim.create_guild(guild_spec("Late to the party")).await.unwrap();
    let host = world.host().in_guild(other.guild, other.channel("staff"));
    assert_eq!(host.run("next").await.text(), "The queue is empty.");
    world.end().await;
}
