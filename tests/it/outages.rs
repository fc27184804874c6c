//! Discord away for any length of time: everything that is to be said is said once when it answers again, as long as that is
//! worth it, and whoever comes back is not overrun.

use std::time::Duration;

use greenroom::covers;
use greenroom::discord::Draft;
use greenroom::kernel::ids::{ChannelId, MessageId};
use greenroom::live::Occurrence;
use greenroom::outbox;
use greenroom::sim::{Fault, LoggedRequest};

use crate::reading::link;
use crate::report::{on_air, reports};
use crate::site::Site;
use crate::world::{World, assert_sound, viewer};

const MINUTE: Duration = Duration::from_mins(1);

/// Nothing below a path is answered with anything but this status.
fn out(path: &str, status: u16) -> Fault {
    Fault { path: Some(path.into()), status: Some(status), times: u64::MAX, ..Fault::default() }
}

/// Lets so much time pass, in steps in which somebody may look.
async fn passes(world: &World, span: Duration) {
    let step = (span / 200).max(Duration::from_secs(1)).min(MINUTE);
    let mut left = span;
    while !left.is_zero() {
        let next = step.min(left);
        world.pass(next).await;
        left -= next;
    }
}

async fn announced(world: &World) -> usize {
    world.seen_in("now-playing").await.iter().filter(|text| text.contains("Now Playing")).count()
}

#[tokio::test]
async fn confirmation_announcement_and_report_come_once_after_an_outage_of_any_length() {
    covers!("M-SUB-15", "M-TIK-20");
    for (seconds, status) in [(1, 500), (9, 503), (20, 502), (600, 504), (3 * 3600, 503)] {
        let world = on_air().await;
        world.chooses("setnowplayingchannel", "now-playing").await;
        world.live_all([Occurrence::Viewers(7), Occurrence::Liked(viewer("ann.live"), 1)]).await;
        world.pass(MINUTE * 2).await;
        world.sim.faults(out("/channels/", status)).await;
        world.sim.faults(out("/users/@me/channels", status)).await;
        world.member("ann").submits(&link(1), "Kept").await;
        world.host().run("next").await;
        world.live(Occurrence::Ended).await;
        let before = world.sim.requests(0).await.len();
        passes(&world, Duration::from_secs(seconds)).await;
        let tries = world.sim.requests(0).await.len() - before;
        assert!(tries < 60 + usize::try_from(seconds / 10).unwrap(), "{tries} requests in {seconds} s");
        let silent = world.member("ann").dms().await.is_empty() && announced(&world).await == 0;
        assert!(silent && reports(&world).await.is_empty(), "{seconds} s");
        world.sim.clear_faults().await;
        passes(&world, MINUTE * 2).await;
        assert_eq!(world.member("ann").dms().await.len(), 1, "the confirmation after {seconds} s");
        assert_eq!(reports(&world).await.len(), 1, "the report after {seconds} s");
        let is_worth_it = seconds <= 600;
        assert_eq!(announced(&world).await, usize::from(is_worth_it), "the announcement after {seconds} s");
        let lines = world.seen_in("staff").await;
        assert!(!lines.iter().any(|line| line.contains("could not")), "{lines:?}");
        // Without a dead letter.
        world.end().await;
    }
}

#[tokio::test]
async fn a_song_that_plays_no_more_when_discord_is_back_is_not_announced() {
    covers!("M-CMD-20");
    let world = World::new().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.member("ann").submits(&link(1), "First").await;
    world.member("ben").submits(&link(2), "Second").await;
    world.sim.faults(out("/channels/*/messages", 503)).await;
    world.host().run("next").await;
    passes(&world, MINUTE).await;
    world.host().run("next").await;
    passes(&world, MINUTE).await;
    world.sim.clear_faults().await;
    passes(&world, MINUTE * 2).await;
    let said = world.seen_in("now-playing").await;
    assert!(said.len() == 1 && said[0].contains("Second"), "{said:?}");
    world.end().await;
}

#[tokio::test]
async fn what_a_channel_was_to_hear_during_an_outage_comes_in_its_order() {
    let world = World::new().await;
    let (guild, channel, ann) = (world.guild, ChannelId::new(world.channel("general").get()), world.user("ann"));
    world.sim.faults(out("/channels/", 502)).await;
    for number in 0..30 {
        let stage = move |tx: &greenroom::store::Tx<'_>| {
            let (to, word) = ((channel, MessageId::new(1)), format!("word {number:02}"));
            outbox::reply_briefly(tx, guild, to, ann, word, MINUTE * 600)
        };
        world.app.bot.store.write("word", stage).await.unwrap();
        world.pass(Duration::from_secs(20)).await;
    }
    world.sim.clear_faults().await;
    passes(&world, MINUTE * 2).await;
    let said = world.seen_in("general").await;
    let expected: Vec<_> = (0..30).map(|number| format!("word {number:02}")).collect();
    assert_eq!(said, expected);
    world.end().await;
}

fn posts(requests: &[LoggedRequest]) -> Vec<i64> {
    let posts = requests.iter().filter(|request| request.method == "POST" && request.path == "/users/@me/channels");
    posts.map(|request| request.at_ms).collect()
}

#[tokio::test]
async fn how_long_a_confirmation_has_waited_survives_a_restart() {
    let site = Site::new().await;
    let app = site.start().await;
    site.open().await;
    site.sim.faults(out("/users/@me/channels", 503)).await;
    site.submit("ann", &link(1)).await;
    for _ in 0..200 {
        site.pass(&app, Duration::from_secs(1)).await;
    }
    let before = posts(&site.sim.requests(0).await);
    let last = before.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(last > 30_000, "the waits have grown: {before:?}");
    app.stop().await;
    let app = site.start().await;
    for _ in 0..20 {
        site.pass(&app, Duration::from_secs(1)).await;
    }
    assert!(posts(&site.sim.requests(0).await).len() <= before.len() + 1, "a restart begins no new row of tries");
    site.sim.clear_faults().await;
    for _ in 0..70 {
        site.pass(&app, Duration::from_secs(1)).await;
    }
    assert_eq!(site.sim.dms(site.ids.member("ann")).await.len(), 1);
    assert_sound(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_confirmation_of_the_day_before_is_dropped_without_an_alarm() {
    let world = World::new().await;
    world.sim.faults(out("/users/@me/channels", 500)).await;
    world.member("ann").submits(&link(1), "Yesterday").await;
    for _ in 0..30 {
        world.pass(Duration::from_hours(1)).await;
    }
    world.sim.clear_faults().await;
    for _ in 0..20 {
        world.pass(MINUTE).await;
    }
    assert!(world.member("ann").dms().await.is_empty());
    assert_eq!(world.songs().len(), 1);
    // Without a dead letter.
    world.end().await;
}

#[tokio::test]
async fn a_token_that_is_not_taken_for_a_while_loses_nothing() {
    let world = World::new().await;
    world.sim.faults(out("/users/@me/channels", 401)).await;
    world.member("ann").submits(&link(1), "Kept").await;
    passes(&world, MINUTE * 10).await;
    world.sim.clear_faults().await;
    passes(&world, MINUTE * 2).await;
    assert_eq!(world.member("ann").dms().await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_post_whose_answer_is_lost_is_there_once() {
    let world = World::new().await;
    let channel = ChannelId::new(world.channel("general").get());
    let job = greenroom::jobs::JobId::new(4_711);
    for _ in 0..3 {
        world.app.bot.post(channel, Draft::text("once"), Some(job)).await.unwrap();
    }
    assert_eq!(world.seen_in("general").await, ["once"]);
    world.end().await;
}
