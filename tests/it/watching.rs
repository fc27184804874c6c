//! Watching a live: half hours become Luxury Coins by themselves, and only for those who were there.

use std::time::Duration;

use greenroom::activity::debug_channel::DEBUG_CHANNEL;
use greenroom::app::application::Application;
use greenroom::covers;
use greenroom::features::coins::model::Currency;
use greenroom::flows;
use greenroom::kernel::ids::{ChannelId, UserId};
use greenroom::live::{Gift, Handle, LiveEvent, MessageId, Occurrence};

use crate::site::Site;
use crate::world::{STREAMER, World, assert_sound, viewer};

const MINUTE: Duration = Duration::from_mins(1);

/// The handle says something every five minutes, for so many of them.
async fn watches(world: &World, handle: &str, minutes: u32) {
    for _ in 0..minutes / 5 {
        world.live(Occurrence::Liked(viewer(handle), 1)).await;
        for _ in 0..5 {
            world.pass(MINUTE).await;
        }
    }
}

#[tokio::test]
async fn half_an_hour_on_the_live_pays_a_coin_and_says_so_in_the_debug_channel() {
    covers!("M-ECO-01", "M-HNT-03");
    let world = World::new().await;
    let debug = ChannelId::new(world.channel("staff").get());
    let guild = world.guild;
    world.app.bot.store.write_blocking("debug", move |tx| DEBUG_CHANNEL.set(tx, guild, &Some(debug))).unwrap();
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    watches(&world, "ann.live", 25).await;
    assert_eq!(world.luxury("ann"), 0);
    watches(&world, "ann.live", 5).await;
    assert_eq!(world.luxury("ann"), 1);
    let lines = world.seen_in("staff").await;
    let line = lines.iter().find(|line| line.contains("watch_time")).unwrap();
    assert!(line.contains("amount `+1`") && line.contains("30 minutes watched by @ann.live"), "{line}");
    // Ann goes without a word. An hour later she has what she had.
    for _ in 0..60 {
        world.pass(MINUTE).await;
    }
    assert_eq!(world.luxury("ann"), 1);
    world.live(Occurrence::Ended).await;
    world.pass(MINUTE).await;
    world.end().await;
}

#[tokio::test]
async fn what_a_handle_watched_before_it_was_linked_is_paid_a_minute_after() {
    covers!("M-ECO-02");
    let world = World::new().await;
    world.goes_live().await;
    watches(&world, "ann.live", 60).await;
    let answer = world.member("ann").run_with("link-tiktok", [("handle", "ann.live".to_owned())]).await;
    assert!(answer.text().contains("ann.live"), "{}", answer.text());
    assert_eq!(world.luxury("ann"), 0);
    world.pass(MINUTE).await;
    assert_eq!(world.luxury("ann"), 2);
    world.end().await;
}

fn luxury(site: &Site, app: &Application, name: &str) -> i64 {
    let user = UserId::new(site.ids.member(name).get());
    let balance = |read: &dyn greenroom::store::Read| {
        greenroom::features::coins::queries::balance(read, site.guild, Currency::Luxury, user)
    };
    app.bot.store.read_blocking("balance", balance).unwrap().get()
}

async fn live(site: &Site, app: &Application, events: Vec<(Option<u64>, Occurrence)>) -> (usize, usize) {
    let (guild, streamer, at) = (site.guild, Handle::parse(STREAMER).unwrap(), site.hand.now());
    let event = |(id, what)| LiveEvent { id: Option::and_then(id, MessageId::new), ..LiveEvent::new(at, what) };
    let events: Vec<LiveEvent> = events.into_iter().map(event).collect();
    let taken = app.bot.store.write("live_events", move |tx| {
        let effects = flows::live_events::run(tx, guild, &streamer, &events)?;
        Ok((effects.interactions, effects.repeated))
    });
    let taken = taken.await.unwrap();
    app.settled().await.unwrap();
    taken
}

/// One who taps a gift of ten coins: `count` so far.
fn rose(count: u32, is_streaking: bool) -> Occurrence {
    let gift = Gift { id: 5655, name: "Rose".into(), unit_coins: 100, count, is_streaking, group: 7 };
    Occurrence::Gifted(viewer("ann.live"), gift)
}

#[tokio::test]
async fn a_restart_forgets_no_message_no_streak_and_no_minute_and_adds_none() {
    covers!("M-TIK-24");
    let site = Site::new().await;
    let app = site.start().await;
    live(&site, &app, vec![(None, Occurrence::Connected), (Some(1), Occurrence::Joined(viewer("ann.live")))]).await;
    site.run(site.call("ann", "link-tiktok").with("handle", "ann.live")).await;
    for _ in 0..2 {
        live(&site, &app, vec![(None, Occurrence::Liked(viewer("ann.live"), 1))]).await;
        for _ in 0..10 {
            site.pass(&app, MINUTE).await;
        }
    }
    let steps = vec![(Some(2), rose(1, true)), (Some(3), rose(2, true)), (Some(4), rose(3, true))];
    live(&site, &app, steps.clone()).await;
    assert_eq!(luxury(&site, &app, "ann"), 0);
    drop(app);
    // Ten minutes without power, in mid-streak.
    site.hand.advance(MINUTE * 10);
    let app = site.start().await;
    assert_eq!(luxury(&site, &app, "ann"), 6, "three roses of 100 are paid at once");
    let again = [vec![(None, Occurrence::Connected)], steps].concat();
    assert_eq!(live(&site, &app, again).await, (0, 3), "the same messages tell nothing");
    live(&site, &app, vec![(Some(5), rose(5, true)), (Some(6), rose(5, false)), (Some(6), rose(5, false))]).await;
    assert_eq!(luxury(&site, &app, "ann"), 10, "five roses in all");
    for _ in 0..9 {
        site.pass(&app, MINUTE).await;
    }
    assert_eq!(luxury(&site, &app, "ann"), 10, "29 minutes; those without power do not count");
    site.pass(&app, MINUTE).await;
    assert_eq!(luxury(&site, &app, "ann"), 11);
    assert_sound(&app).await;
    app.stop().await;
}
