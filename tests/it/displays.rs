//! Live displays: the public queue shows itself, survives restarts and vandalism, and is edited no more than is needed.

use std::time::Duration;

use greenroom::covers;
use greenroom::discord::display::{Display, DisplayId, tables};
use greenroom::sim::SeenMessage;

use crate::reading::{SOON, link};
use crate::world::World;

/// A world whose live queue is in #general.
async fn with_live_queue() -> World {
    let world = World::new().await;
    world.chooses("setup-live-queue", "general").await;
    shows(&world, "The queue is empty").await;
    world
}

/// The displays in #general, oldest first.
fn displays(world: &World) -> Vec<SeenMessage> {
    let channel = world.channel("general");
    let bot = world.app.bot.own_user().unwrap().get();
    world.sim.look(|discord| {
        let is_ours = |message: &SeenMessage| message.author().get() == bot && !message.components().is_empty();
        discord.messages(channel).into_iter().filter(is_ours).collect()
    })
}

/// Waits until the live queue shows this.
async fn shows(world: &World, what: &str) -> SeenMessage {
    let channel = world.channel("general");
    let found = world.sim.wait_until(
        |discord| discord.messages(channel).into_iter().find(|message| message.text().contains(what)),
        SOON,
    );
    found.await.unwrap_or_else(|_| panic!("the live queue never shows {what:?}: {:?}", displays(world)))
}

fn row(world: &World) -> (DisplayId, Display) {
    world.read(|read| tables::of_guild(read, world.guild)).pop().unwrap()
}

#[tokio::test]
async fn the_live_queue_is_posted_pinned_and_follows_the_queue() {
    covers!("M-EMB-01", "M-CMD-16");
    let world = with_live_queue().await;
    assert_eq!(displays(&world).len(), 1);
    world.member("ann").submits(&link(1), "Night Drive").await;
    world.hand.advance(Duration::from_secs(1));
    let shown = shows(&world, "Night Drive").await;
    assert!(shown.text().contains("🆓 **Free**") && shown.text().contains("🟢 Open"), "{}", shown.text());
    assert_eq!(world.sim.pins(world.channel("general")).await.len(), 1);
    assert_eq!(row(&world).1.message.map(greenroom::kernel::ids::MessageId::get), Some(shown.id().get()));
    world.end().await;
}
