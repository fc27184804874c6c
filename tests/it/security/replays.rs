//! A connection that breaks repeats events; people get one answer, and one song.

use std::time::Duration;

use greenroom::sim::{CommandOutcome, Fault, GatewayFault, MessageSpec};

use crate::patience::{LONG, Patience, as_time_passes};
use crate::reading::link;
use crate::world::World;

/// Two are enough: serenity takes seconds of real time for each.
const BREAKS: [GatewayFault; 2] = [GatewayFault::Kill, GatewayFault::Close { code: 4000 }];

/// Waits until the bot is connected, and lets the time pass that it waits between two tries.
async fn reconnected(world: &World) {
    let patience = Patience::until("the bot comes back");
    while !patience.is_over() {
        if world.sim.connected(Duration::from_millis(500)).await.is_ok() {
            return;
        }
        world.hand.advance(Duration::from_secs(1));
    }
    panic!("the bot does not come back");
}

#[tokio::test]
async fn an_interaction_is_answered_once_however_the_connection_breaks() {
    let world = World::new().await;
    for (at, fault) in BREAKS.into_iter().enumerate() {
        let ann = world.member("ann");
        let asked = world.sim.start_command(ann.call("queue")).await.unwrap();
        world.sim.gateway_fault(fault).await;
        let outcome = world.sim.outcome(asked, LONG).await.unwrap();
        assert_eq!(outcome.error, None, "{fault:?}");
        reconnected(&world).await;
        world.sim.quiet(LONG).await.unwrap();
        world.settle().await;
        let answers = world.requests_with("POST", &format!("/interactions/{asked}/")).await;
        assert_eq!(answers.len(), 1, "{fault:?}, break {at}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_posted_song_is_taken_once_however_the_connection_breaks() {
    let world = World::new().await;
    for (at, fault) in BREAKS.into_iter().enumerate() {
        let ann = world.member("ann");
        let content = format!("https://youtu.be/aaaaaaaaaa{at}");
        let spec =
            MessageSpec { channel: world.channel("submissions"), user: ann.id, content, ..MessageSpec::default() };
        let message = world.sim.post_message(spec).await.unwrap();
        world.sim.gateway_fault(fault).await;
        let handled = world.app.bot.activity.finished(message.get());
        tokio::time::timeout(LONG, handled).await.unwrap_or_else(|_| panic!("{fault:?} loses the message"));
        world.settle().await;
        reconnected(&world).await;
        assert_eq!(world.songs().len(), at + 1, "{fault:?}");
        assert_eq!(ann.dms().await.len(), at + 1, "{fault:?}: one confirmation");
    }
    assert!(world.said_in("submissions").await.is_empty(), "nothing was called a duplicate");
    world.end().await;
}

#[tokio::test]
async fn an_answer_that_discord_did_not_take_is_not_sent_twice_by_a_song() {
    let world = World::new().await;
    let fault = Fault { path: Some("/callback".into()), status: Some(500), times: 9, ..Fault::default() };
    let ann = world.member("ann");
    let opened = world.sim.run_command(ann.call("submit")).await.unwrap();
    world.sim.faults(fault).await;
    let fields = [("link".to_owned(), "https://youtu.be/dQw4w9WgXcQ".into())].into_iter().collect();
    let call = greenroom::sim::ModalCall {
        user: ann.id,
        interaction: opened.interaction,
        fields,
        wait_ms: Some(300),
        ..Default::default()
    };
    world.sim.submit_modal(call).await.unwrap();
    world.settle().await;
    assert_eq!(world.songs().len(), 1, "the song is in");
    assert_eq!(ann.dms().await.len(), 1, "and confirmed");
    world.end().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_sent_once_more_and_read() {
    let world = World::new().await;
    let fault = |path: &str, status| Fault { path: Some(path.into()), status: Some(status), ..Fault::default() };
    for status in [500, 502, 503] {
        world.sim.faults(fault("/callback", status)).await;
        let answer = world.member("ann").run("balance").await;
        assert!(answer.text().contains("Luxury Coins"), "{status}: {}", answer.text());
        // What is typed into a form is acknowledged first, and the answer takes the place of that.
        world.sim.faults(fault("/messages/@original", status)).await;
        world.member("ann").submits(&link(usize::from(status)), "A song").await;
    }
    assert_eq!(world.songs().len(), 3);
    // Once more and not for ever.
    world.sim.faults(Fault { times: 2, ..fault("/callback", 500) }).await;
    let answer = world.member("ann").run("balance").await;
    assert!(answer.text().contains("Discord did not answer me just now"), "{}", answer.text());
    let sent = async |answer: &CommandOutcome| {
        world.requests_with("POST", &format!("/interactions/{}/", answer.interaction)).await.len()
    };
    assert_eq!(sent(&answer).await, 3);
    // One that came too early is sent again when Discord said so.
    world.sim.faults(Fault { retry_after: Some(0.1), ..fault("/callback", 429) }).await;
    let asked = world.member("ann").run("balance");
    let answer = as_time_passes(&world.hand, Duration::from_millis(20), asked).await;
    assert!(answer.text().contains("Luxury Coins"), "{}", answer.text());
    assert_eq!(sent(&answer).await, 2);
    world.end().await;
}
