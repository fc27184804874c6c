//! Discord's limits, kept by the same code that keeps them against Discord: a short one is waited for wherever somebody waits,
//! a long one is said, and a ban of the address stops all requests.

use std::collections::HashMap;
use std::time::Duration;

use greenroom::kernel::time::Clock;
use greenroom::sim::{Fault, Settings};

use crate::reading::{SOON, link};
use crate::world::{Setup, World, mp3};

const SECOND: Duration = Duration::from_secs(1);

fn limited(path: &str, seconds: f64) -> Fault {
    Fault {
        method: Some("POST".into()),
        path: Some(path.into()),
        status: Some(429),
        retry_after: Some(seconds),
        ..Fault::default()
    }
}

/// A world whose clock runs ahead of real time, by which the bot says "thinking": Discord waits for answers as long as it takes.
async fn patient_world() -> World {
    let settings = Settings { answer_within: Duration::from_hours(1), ..Settings::default() };
    World::with(Setup { settings, ..Setup::default() }).await
}

/// Does some work, and lets time pass in small steps while the bot waits as it was told: while what was asked last of some
/// path came too early. Something else may be asked meanwhile, and be answered.
async fn while_time_passes<T>(world: &World, work: impl Future<Output = T>) -> T {
    let begun = world.sim.requests(0).await.last().map_or(0, |request| request.n + 1);
    let is_told = async || {
        let requests = world.sim.requests(begun).await;
        let last: HashMap<_, _> =
            requests.iter().map(|request| ((&request.method, &request.path), request.status)).collect();
        last.values().any(|status| *status == 429)
    };
    in_steps(world, work, is_told).await
}

async fn in_steps<T>(world: &World, work: impl Future<Output = T>, may_pass: impl AsyncFn() -> bool) -> T {
    let mut work = std::pin::pin!(work);
    let step = async || {
        Clock::system().sleep(Duration::from_millis(10)).await;
        if may_pass().await {
            world.hand.advance(SECOND / 5);
        }
    };
    let done = async {
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = step() => {}
            }
        }
    };
    tokio::time::timeout(SOON, done).await.expect("it ends")
}

#[tokio::test]
async fn a_short_limit_on_the_upload_or_on_an_answer_is_waited_for() {
    let world = patient_world().await;
    let ann = world.member("ann");
    for (number, (path, seconds, global)) in [
        ("/channels/*/messages", 0.7, false),
        ("/channels/*/messages", 2.4, true),
        ("/channels/*/messages", 2.6, false),
        ("/callback", 0.4, false),
    ]
    .into_iter()
    .enumerate()
    {
        world.sim.faults(Fault { global, ..limited(path, seconds) }).await;
        let file = mp3(&format!("song-{number}.mp3"));
        let answer = while_time_passes(&world, ann.submit_file(file)).await.text();
        assert!(answer.contains("Not Known"), "{path} {seconds}: {answer}");
        assert_eq!(world.songs().len(), number + 1, "{path} {seconds}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_limit_that_is_too_long_to_wait_for_is_no_song_lost_in_silence() {
    let world = patient_world().await;
    world.sim.faults(limited("/channels/*/messages", 120.0)).await;
    let answer = while_time_passes(&world, world.member("ann").submit_file(mp3("late.mp3"))).await.text();
    assert!(answer.contains("Discord takes no more of this from me") && answer.contains("<t:"), "{answer}");
    assert_eq!(world.songs().len(), 0);
    world.end().await;
}

#[tokio::test]
async fn a_job_under_a_limit_comes_at_the_moment_that_discord_named() {
    let world = World::new().await;
    world.sim.faults(limited("/users/@me/channels", 90.0)).await;
    world.member("ann").submits(&link(1), "Later").await;
    let asked = async || {
        let requests = world.sim.requests(0).await;
        requests.iter().filter(|request| request.path == "/users/@me/channels").count()
    };
    for _ in 0..89 {
        world.pass(SECOND).await;
    }
    assert_eq!(asked().await, 1, "it is not asked before");
    world.pass(SECOND).await;
    assert_eq!((asked().await, world.member("ann").dms().await.len()), (2, 1));
    world.end().await;
}

#[tokio::test]
async fn a_ban_at_the_edge_stops_all_requests_until_it_is_over() {
    let world = World::new().await;
    let page = "<!doctype html><title>Access denied</title>error code: 1015".to_owned();
    world.sim.faults(Fault { html: Some(page), ..limited("/users/@me/channels", 7_200.0) }).await;
    world.member("ann").submits(&link(1), "After the ban").await;
    let before = world.sim.requests(0).await.len();
    for _ in 0..119 {
        world.pass(Duration::from_mins(1)).await;
    }
    assert_eq!(world.sim.requests(0).await.len(), before, "nobody asks while the address is banned");
    for _ in 0..3 {
        world.pass(Duration::from_mins(1)).await;
    }
    assert_eq!(world.member("ann").dms().await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn many_posts_into_one_channel_keep_to_its_limit() {
    let settings = Settings { rate_limits: true, ..Settings::default() };
    let world = World::with(Setup { settings, ..Setup::default() }).await;
    let channel = greenroom::kernel::ids::ChannelId::new(world.channel("general").get());
    let posts = async {
        for number in 0..12 {
            let draft = greenroom::discord::Draft::text(format!("post {number}"));
            world.app.bot.post(channel, draft, None).await.unwrap();
        }
    };
    in_steps(&world, posts, async || true).await;
    let path = format!("/channels/{channel}/messages");
    let requests = world.sim.requests(0).await;
    let statuses: Vec<_> =
        requests.iter().filter(|request| request.path == path).map(|request| request.status).collect();
    assert_eq!(statuses, [200; 12], "what Discord would refuse is not even sent");
    assert_eq!(world.seen_in("general").await.len(), 12);
    world.sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), SOON).await.unwrap();
    world.end().await;
}
