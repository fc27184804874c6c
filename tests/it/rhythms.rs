//! What happens by itself, and how soon: the score sync, the round over displays, healing.

use std::time::Duration;

use greenroom::covers;
use greenroom::live::Occurrence;
use greenroom::sim::SeenMessage;

use crate::reading::{SOON, link};
use crate::world::{World, viewer};

/// Lets so many seconds pass, one by one, with everything that they bring.
async fn seconds(world: &World, count: u32) {
    for _ in 0..count {
        world.pass(Duration::from_secs(1)).await;
        world.sim.quiet(SOON).await.unwrap();
    }
}

/// Waits for the display with this text, while the clock stands.
async fn shown(world: &World, what: &str) -> SeenMessage {
    let (bot, channel) = (world.sim.bot(), world.channel("general"));
    let fits = |message: &SeenMessage| message.author() == bot && message.text().contains(what);
    let found = world.sim.wait_until(|discord| discord.messages(channel).into_iter().find(fits), SOON).await;
    found.unwrap_or_else(|_| panic!("no display shows {what:?}"))
}

#[tokio::test]
async fn scores_are_in_step_after_30_seconds_displays_after_10_and_healing_comes_after_5_minutes() {
    covers!("M-ACC-06");
    let world = World::new().await;
    let channel = world.channel("general");
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let song = world.member("ann").submits(&link(1), "Night Drive").await;
    world.chooses("setup-live-queue", "general").await;
    seconds(&world, 5).await;

    world.live(Occurrence::Shared(viewer("ann.live"))).await;
    assert_eq!(world.song(song).place.score, 0);
    seconds(&world, 30).await;
    assert_eq!(world.song(song).place.score, 5);

    // Nothing of the queue changes when submissions are closed: only the round can see it.
    let open = shown(&world, "🟢 Open").await;
    world.host().run("close-submissions").await;
    seconds(&world, 10).await;
    let closed = shown(&world, "🔴 Closed").await;
    assert_eq!(closed.id(), open.id());

    world.sim.delete_message(channel, closed.id()).await.unwrap();
    seconds(&world, 5 * 60).await;
    assert_ne!(shown(&world, "🔴 Closed").await.id(), closed.id());
    world.end().await;
}
