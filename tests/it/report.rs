//! The report after a live: posted once, whatever ended the live and whenever; with figures that are true, a table that is
//! cut at whole rows, and a picture.

use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::covers;
use greenroom::features::engagement::model::{Session, SessionId};
use greenroom::features::engagement::queries;
use greenroom::flows;
use greenroom::jobs;
use greenroom::live::{Gift, Handle, LiveEvent, Occurrence};
use greenroom::sim::{Fault, OverwriteSpec, Permissions, SeenMessage};
use serde_json::{Value, json};

use crate::followed;
use crate::reading::{SOON, link};
use crate::site::Site;
use crate::world::{STREAMER, World, assert_sound, viewer};

const MINUTE: Duration = Duration::from_mins(1);

/// A world with a metrics channel, #general, and a debug channel, #staff, in which a live goes on.
pub(crate) async fn on_air() -> World {
    let world = World::new().await;
    world.chooses("setup-post-live-metrics", "general").await;
    world.chooses("setdebugchannel", "staff").await;
    world.goes_live().await;
    world
}

pub(crate) async fn reports(world: &World) -> Vec<SeenMessage> {
    world.settle().await;
    world.sim.messages(world.channel("general")).await
}

/// The one report of a world.
async fn report(world: &World) -> SeenMessage {
    let mut reports = reports(world).await;
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}

fn session(world: &World) -> Session {
    let guild = world.guild;
    let first = world.app.bot.store.read_blocking("session", |read| queries::session(read, guild, SessionId::new(1)));
    first.unwrap().unwrap()
}

/// The fields of a report: each a table in a code block that fits.
fn tables(report: &SeenMessage) -> Vec<String> {
    let fields = report.embeds()[0]["fields"].as_array().unwrap();
    let values = fields.iter().map(|field| field["value"].as_str().unwrap());
    values
        .map(|value| {
            assert!(value.len() <= 1_024 && value.is_ascii(), "{value}");
            let table = value.strip_prefix("```\n").and_then(|table| table.strip_suffix("\n```")).unwrap();
            assert!(!table.contains('`'), "{table}");
            table.to_owned()
        })
        .collect()
}

/// What a table has in the row that begins so, without the gaps.
fn row(table: &str, name: &str) -> String {
    let line = table.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    line.unwrap_or_else(|| panic!("no {name} in\n{table}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn streak(handle: &str, unit_coins: u32, count: u32) -> Occurrence {
    let gift = Gift { id: 5_655, name: "Rose".into(), unit_coins, count, is_streaking: true, group: 7 };
    Occurrence::Gifted(viewer(handle), gift)
}

#[tokio::test]
async fn the_figures_of_a_live_are_posted_once_after_its_end() {
    covers!("M-TIK-20", "M-MET-01");
    let world = on_air().await;
    world.live_all([Occurrence::Viewers(100), Occurrence::Liked(viewer("__ann__"), 15)]).await;
    world.member("ann").links("__ann__").await;
    world.member("ann").submits(&link(1), "First").await;
    world.live_all([Occurrence::Commented(viewer("ben.live"), "```@everyone".into())]).await;
    world.live_all([Occurrence::Shared(viewer("ben.live")), Occurrence::Followed(viewer("ben.live"))]).await;
    world.next().await;
    for _ in 0..10 {
        world.pass(MINUTE).await;
    }
    world.live_all([Occurrence::Viewers(250), Occurrence::Subscribed(viewer("ben.live"))]).await;
    world.gift("__ann__", 500).await;
    for _ in 0..10 {
        world.pass(MINUTE).await;
    }
    // Nobody ends this streak but the end of the live.
    world.live_all([streak("cat.live", 10, 3)]).await;
    assert_eq!(reports(&world).await, []);
    let ended_at = world.hand.now();
    world.live_all([Occurrence::Ended, Occurrence::Ended]).await;

    assert_eq!(session(&world).ended_at, Some(ended_at));
    let posted = report(&world).await;
    assert_eq!(posted.content(), r"📊 The live of **@nightowl.reviews** is over.");
    let headline = posted.embeds()[0]["description"].as_str().unwrap();
    assert!(headline.ends_with(" · 1 song played"), "{headline}");
    assert_eq!(posted.pinged(), greenroom::sim::Pinged::default());
    let [totals, first] = tables(&posted).try_into().unwrap();
    for expected in [
        "duration 0:20:00",
        "handles 3",
        "likes 15",
        "comments 1",
        "shares 1",
        "follows 1",
        "subscribes 1",
        "gifts 2",
        "coins 530",
        // A like, and 500 coins at two points; 2 + 5 + 10 + 25; 30 coins at two points.
        "points 1,103",
        "viewers min 100",
        "viewers max 250",
    ] {
        assert_eq!(row(&totals, expected.rsplit_once(' ').unwrap().0), expected);
    }
    let mean: u32 = row(&totals, "viewers avg").rsplit_once(' ').unwrap().1.parse().unwrap();
    assert!((170..180).contains(&mean), "{mean}");
    // Who gave most is first; ben gave nothing. Ben was there from the beginning to the end, cat for a moment.
    let rows: Vec<_> =
        first.lines().skip(2).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(rows, ["__ann__ 0:20 15 0 0 0 0 1 500", "cat.live 0:00 0 0 0 0 0 1 30", "ben.live 0:20 0 1 1 1 1 0 0"]);

    // An hour later everybody's watch time is settled, and nothing more was posted.
    for _ in 0..60 {
        world.pass(MINUTE).await;
    }
    world.live(Occurrence::Ended).await;
    report(&world).await;
    assert_eq!(world.luxury("ann"), 10, "for the gift; twenty minutes are no half hour");
    world.end().await;
}

#[tokio::test]
async fn the_picture_has_the_evening_on_it_and_is_told_in_words() {
    let world = on_air().await;
    world.live_all([Occurrence::Viewers(100), Occurrence::Joined(viewer("ann.live"))]).await;
    for _ in 0..10 {
        world.pass(MINUTE).await;
    }
    world.gift("ann.live", 500).await;
    world.live(Occurrence::Viewers(250)).await;
    world.pass(MINUTE).await;
    world.live(Occurrence::Ended).await;
    let posted = report(&world).await;
    let [file] = posted.attachments() else { panic!("{posted:?}") };
    assert_eq!((&file["filename"], &file["content_type"]), (&json!("live.png"), &json!("image/png")));
    assert_eq!(
        file["description"].as_str().unwrap(),
        "Chart of the live over 0:11: 100 to 250 viewers, the most 0:10 after the beginning; 500 coins, the most in the \
         1 min from 0:10."
    );
    let answer = world.app.bot.files.get(file["url"].as_str().unwrap()).send().await.unwrap();
    let png = answer.body(1 << 25).await.unwrap().unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&png[..])).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (900, 420));
    let has = |colour: [u8; 3]| pixels.chunks_exact(3).any(|pixel| pixel == colour);
    assert!(has([0x5C, 0xB8, 0xFF]) && has([0xF0, 0xB2, 0x32]), "a line and a bar");
    world.end().await;
}

#[tokio::test]
async fn a_crowd_is_cut_at_whole_rows_and_unknown_viewers_are_called_so() {
    covers!("M-MET-02");
    let world = on_air().await;
    let crowd = (0..300).map(|number| Occurrence::Liked(viewer(&format!("a_very_long_name_{number:05}")), 7));
    world.live_all(crowd.collect::<Vec<_>>()).await;
    world.live(Occurrence::Ended).await;
    let posted = report(&world).await;
    let [totals, first] = tables(&posted).try_into().unwrap();
    assert_eq!((row(&totals, "handles"), row(&totals, "likes")), ("handles 300".into(), "likes 2,100".into()));
    for line in ["viewers min unknown", "viewers avg unknown", "viewers max unknown"] {
        assert!(totals.lines().any(|row| row == line), "{totals}");
    }
    let lines: Vec<_> = first.lines().collect();
    let (rows, note) = (&lines[2..lines.len() - 1], lines[lines.len() - 1]);
    assert!((10..40).contains(&rows.len()), "{first}");
    assert!(rows.iter().all(|row| row.split_whitespace().count() == 9), "{first}");
    assert_eq!(note, format!("(truncated: {} more)", 300 - rows.len()));
    assert!(posted.attachments().is_empty(), "nothing to draw");
    world.end().await;
}

#[tokio::test]
async fn a_live_in_which_nothing_happened_is_reported_only_if_it_was_a_minute_long() {
    let world = on_air().await;
    world.live(Occurrence::Viewers(12)).await;
    world.pass(Duration::from_secs(59)).await;
    world.live(Occurrence::Ended).await;
    assert_eq!(reports(&world).await, []);
    world.goes_live().await;
    world.pass(MINUTE).await;
    world.live(Occurrence::Ended).await;
    let posted = report(&world).await;
    assert_eq!(tables(&posted).len(), 1, "nobody, so no table of people");
    world.end().await;
}

#[tokio::test]
async fn a_session_that_nobody_continues_is_reported_after_a_quarter_of_an_hour() {
    let world = on_air().await;
    world.live_all([Occurrence::Liked(viewer("ann.live"), 1)]).await;
    world.pass(MINUTE).await;
    world.live(Occurrence::Disconnected).await;
    for _ in 0..10 {
        world.pass(MINUTE).await;
    }
    assert_eq!(reports(&world).await, []);
    for _ in 0..10 {
        world.pass(MINUTE).await;
    }
    report(&world).await;
    world.end().await;
}

#[tokio::test]
async fn a_person_who_disconnects_has_the_report_at_once_and_without_a_channel_there_is_none() {
    let world = followed::followed().await;
    followed::tell(&world, &[json!({"type": "like", "user": "ann.live", "count": 15})]).await;
    followed::tiktok(&world, "disconnect").await;
    assert_eq!(reports(&world).await, []);
    world.sim.live_disconnected(followed::HOST, SOON).await.unwrap();
    world.chooses("setup-post-live-metrics", "general").await;
    world.pass(MINUTE).await;
    let answer = followed::connect(&world, followed::HOST).await;
    assert!(answer.contains("Connected to the live"), "{answer}");
    followed::until_live(&world).await;
    followed::tell(&world, &[json!({"type": "like", "user": "ann.live", "count": 4})]).await;
    followed::tiktok(&world, "disconnect").await;
    let posted = report(&world).await;
    assert_eq!(posted.content(), "📊 The live of **@night.owl** is over.");
    assert_eq!(row(&tables(&posted)[0], "likes"), "likes 4");
    // The end that TikTok tells afterwards ends nothing.
    world.sim.ends_live(followed::HOST).await.unwrap();
    for _ in 0..20 {
        world.pass(MINUTE).await;
    }
    report(&world).await;
    world.end().await;
}

#[tokio::test]
async fn a_report_without_its_channel_is_told_to_the_team_and_not_tried_for_ever() {
    let mut world = on_air().await;
    world.expect_dead_letters();
    world.live(Occurrence::Liked(viewer("ann.live"), 1)).await;
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    world.live(Occurrence::Ended).await;
    for _ in 0..5 {
        world.pass(MINUTE).await;
    }
    let lines = world.seen_in("staff").await;
    let told: Vec<_> = lines.iter().filter(|line| line.contains("could not be posted")).collect();
    assert!(told.len() == 1 && told[0].contains("the channel is gone"), "{lines:?}");
    let posts = world.sim.requests(0).await.into_iter();
    let path = format!("/channels/{}/messages", world.channel("general"));
    assert_eq!(posts.filter(|request| request.method == "POST" && request.path.ends_with(&path)).count(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_report_that_may_have_no_picture_is_posted_without_it_and_the_team_is_told() {
    let world = on_air().await;
    let deny = |deny| OverwriteSpec { target: "@everyone".into(), allow: Permissions::default(), deny };
    world.sim.set_overwrite(world.channel("general"), deny(Permissions::ATTACH_FILES)).await.unwrap();
    world.live_all([Occurrence::Viewers(7), Occurrence::Liked(viewer("ann.live"), 1)]).await;
    world.pass(MINUTE * 2).await;
    world.live(Occurrence::Ended).await;
    let posted = report(&world).await;
    assert!(posted.attachments().is_empty());
    assert_eq!(row(&tables(&posted)[0], "likes"), "likes 1");
    let lines = world.seen_in("staff").await;
    assert_eq!(lines.iter().filter(|line| line.contains("is without its picture")).count(), 1, "{lines:?}");
    world.end().await;
}

#[tokio::test]
async fn a_report_that_may_not_be_posted_is_told_to_the_team() {
    let mut world = on_air().await;
    world.expect_dead_letters();
    let deny =
        OverwriteSpec { target: "@everyone".into(), allow: Permissions::default(), deny: Permissions::SEND_MESSAGES };
    world.sim.set_overwrite(world.channel("general"), deny).await.unwrap();
    world.live_all([Occurrence::Viewers(7), Occurrence::Liked(viewer("ann.live"), 1)]).await;
    world.pass(MINUTE * 2).await;
    world.live(Occurrence::Ended).await;
    world.pass(MINUTE).await;
    assert_eq!(reports(&world).await, []);
    let lines = world.seen_in("staff").await;
    let told: Vec<_> = lines.iter().filter(|line| line.contains("could not be posted")).collect();
    assert!(told.len() == 1 && told[0].contains("**Send Messages**"), "{lines:?}");
    world.end().await;
}

#[tokio::test]
async fn a_report_that_discord_does_not_take_for_a_day_is_posted_once_when_it_does() {
    let world = on_air().await;
    world.live(Occurrence::Liked(viewer("ann.live"), 1)).await;
    let path = format!("/channels/{}/messages", world.channel("general"));
    world.sim.faults(Fault { path: Some(path), status: Some(503), times: u64::MAX, ..Fault::default() }).await;
    world.live(Occurrence::Ended).await;
    for _ in 0..24 {
        world.pass(Duration::from_hours(1)).await;
    }
    world.sim.clear_faults().await;
    // It was moved behind what else goes there, because everything else was answered meanwhile.
    world.pass(MINUTE * 11).await;
    report(&world).await;
    let lines = world.seen_in("staff").await;
    assert!(!lines.iter().any(|line| line.contains("could not be posted")), "nobody is alarmed: {lines:?}");
    world.end().await;
}

fn waiting(app: &Application) -> usize {
    let far = app.bot.clock.now().after(Duration::from_hours(240));
    app.bot.store.read_blocking("due", |read| jobs::due_by(read, far, 100)).unwrap().len()
}

async fn live(site: &Site, app: &Application, what: impl IntoIterator<Item = Occurrence>) {
    let (guild, streamer, at) = (site.guild, Handle::parse(STREAMER).unwrap(), site.hand.now());
    let events: Vec<_> = what.into_iter().map(|what| LiveEvent::new(at, what)).collect();
    let ingest =
        app.bot.store.write("live_events", move |tx| flows::live_events::run(tx, guild, &streamer, &events).map(drop));
    ingest.await.unwrap();
    app.settled().await.unwrap();
}

#[tokio::test]
async fn a_restart_between_the_end_and_the_post_neither_loses_nor_repeats_the_report() {
    let site = Site::new().await;
    let app = site.start().await;
    let channel = site.channel("general");
    site.run(site.call("host", "setup-post-live-metrics").with("channel", channel.to_string())).await;
    live(&site, &app, [Occurrence::Connected, Occurrence::Viewers(5), Occurrence::Liked(viewer("ann.live"), 3)]).await;
    site.pass(&app, MINUTE * 5).await;
    let path = format!("/channels/{channel}/messages");
    site.sim.faults(Fault { path: Some(path.clone()), status: Some(503), times: 1_000, ..Fault::default() }).await;
    live(&site, &app, [Occurrence::Ended]).await;
    assert_eq!((waiting(&app), site.sim.messages(channel).await.len()), (1, 0), "it waits for another try");
    app.stop().await;
    site.sim.clear_faults().await;

    let app = site.start().await;
    site.pass(&app, MINUTE * 60).await;
    let posted = site.sim.messages(channel).await;
    assert_eq!((waiting(&app), posted.len()), (0, 1));
    assert_eq!(row(&tables(&posted[0])[0], "likes"), "likes 3");
    assert_eq!(posted[0].attachments().len(), 1);
    let sent =
        site.sim.requests(0).await.into_iter().filter(|sent| sent.method == "POST" && sent.path.ends_with(&path));
    let nonces: Vec<Value> = sent.map(|sent| sent.body["nonce"].clone()).collect();
    assert!(nonces.len() >= 2 && nonces.windows(2).all(|pair| pair[0] == pair[1]), "{nonces:?}");
    drop(app);

    let app = site.start().await;
    live(&site, &app, [Occurrence::Ended]).await;
    site.pass(&app, MINUTE * 60).await;
    assert_eq!(site.sim.messages(channel).await.len(), 1, "a third start has nothing left to do");
    assert_sound(&app).await;
    app.stop().await;
}
