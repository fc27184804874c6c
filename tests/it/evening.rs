//! A whole evening at once, as people in the server see it: what the parts do is proven elsewhere, here that they play
//! together.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::Line;
use greenroom::settings::BOT_CONFIG;
use greenroom::sim::SeenMessage;
use serde_json::json;

use crate::displays::shown_in;
use crate::followed::{HOST, caught_up, followed, tell};
use crate::reading::{SOON, link};
use crate::world::World;

async fn queue_shows(world: &World, what: &str) -> SeenMessage {
    shown_in(&world.sim, &world.hand, world.channel("general"), what).await
}

#[tokio::test]
async fn an_evening_goes_from_the_first_song_to_the_report() {
    covers!("M-GEN-08");
    let world = followed().await;
    for (command, channel) in [
        ("setup-live-queue", "general"),
        ("setnowplayingchannel", "now-playing"),
        ("setup-post-live-metrics", "bookmarks"),
    ] {
        world.chooses(command, channel).await;
    }

    // Songs come in, and the queue fills two pages.
    let anns = world.member("ann").submits(&link(1), "Night Drive").await;
    let bens = world.member("ben").submits(&link(2), "First Light").await;
    for number in 3..13 {
        world.member("chloe").submits(&link(number), &format!("Song {number:02}")).await;
    }
    let shown = queue_shows(&world, "Page 1 of 2").await;
    world.member("dmitri").in_channel("general").press(&shown, "Next").await;
    queue_shows(&world, "Page 2 of 2").await;

    // What happens on the live moves them.
    tell(&world, &[json!({"type": "comment", "user": "ann.live", "text": "hello"})]).await;
    world.member("ann").links("ann.live").await;
    let gift = json!({"type": "gift", "user": "ann.live", "id": 6369, "name": "Lion", "diamonds": 1_500, "count": 1,
        "end": true, "group": 3});
    tell(&world, &[gift, json!({"type": "share", "user": "ann.live"}), json!({"type": "viewers", "count": 120})]).await;
    caught_up(&world).await;
    assert_eq!((world.line(anns), world.luxury("ann")), (Line::Skip5, 30));
    assert_eq!(world.points("ann"), 2 + 1_500 + 5);
    let host = world.host().in_channel("staff");
    let call = host.call("coins").with("user", world.member("ben").id.to_string()).with("action", "add");
    host.run_call(call.with("amount", 1_000).with("reason", "winner of the week")).await;
    world.member("ben").run("buy-skip").await;
    assert_eq!((world.line(bens), world.luxury("ben")), (Line::Skip10, 0));

    // The best is played first.
    assert!(world.next().await.text().contains("First Light"));
    assert!(world.next().await.text().contains("Night Drive"));
    let shown = queue_shows(&world, "Night Drive").await;
    assert!(world.seen_in("now-playing").await.join("\n").contains("First Light"));

    // The live ends, and its figures are posted.
    world.sim.ends_live(HOST).await.unwrap();
    let channel = world.channel("bookmarks");
    let is_report = |message: &SeenMessage| !message.embeds().is_empty();
    let report =
        world.sim.wait_until(|discord| discord.messages(channel).into_iter().find(is_report), SOON).await.unwrap();
    assert!(report.text().contains("1,500"), "{}", report.text());

    // Somebody deletes the display; it comes back by itself.
    let channel = world.channel("general");
    world.sim.delete_message(channel, shown.id()).await.unwrap();
    world.pass(Duration::from_mins(5)).await;
    let back = queue_shows(&world, "Night Drive").await;
    assert_ne!(back.id(), shown.id());
    world.end().await;
}

#[tokio::test]
async fn the_settings_of_a_server_lie_in_bot_config_under_their_names() {
    covers!("M-HNT-07");
    let world = World::new().await;
    world.chooses("setup-live-queue", "general").await;
    world.chooses("setup-post-live-metrics", "bookmarks").await;
    world.chooses("setdebugchannel", "staff").await;
    world.configures("allow_any_handle_linking", "Yes").await;
    for number in 1..=12 {
        world.member("ann").submits(&link(number), "Night Drive").await;
    }
    queue_shows(&world, "Page 1 of 2").await;
    world.configures("embed_configs", "5").await;
    queue_shows(&world, "Page 1 of 3").await;
    let stored = |key: &str| {
        let key = (world.guild, key.to_owned());
        world.read(|read| BOT_CONFIG.get(read, &key)).and_then(|entry| entry.value)
    };
    for (key, channel) in
        [("submission_channel_id", "submissions"), ("metrics_channel_id", "bookmarks"), ("debug_channel_id", "staff")]
    {
        assert_eq!(stored(key), Some(world.channel(channel).to_string()), "{key}");
    }
    assert_eq!(stored("allow_any_handle_linking").as_deref(), Some("true"));
    assert_eq!(stored("embed_configs").as_deref(), Some(r#"{"page_size":5}"#));
    world.end().await;
}
