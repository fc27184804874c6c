//! Followed lives are recorded, and what is recorded pays what was paid: over the simulated TikTok's own wire.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::features::engagement::model::SessionId;
use greenroom::features::handles::model::AccountId;
use greenroom::features::{engagement, handles};
use greenroom::kernel::ids::GuildId;
use greenroom::live::Handle;
use greenroom::live::following::State;
use greenroom::sim::LiveFaultKind;
use greenroom::store::{Read, StoreLocation};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::followed::{HOST, caught_up, connect, rose, staff_lines, tell, until, until_live};
use crate::process::output;
use crate::reading::SOON;
use crate::site::Site;
use crate::world::{Setup, World};

/// What a handle got: points, TikTok coins, Luxury Coins, seconds watched.
pub type Got = (i64, i64, i64, u64);

/// A world with a data folder, whose host is live and not followed yet.
pub async fn world_with_folder() -> (World, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let place = StoreLocation::File(folder.path().join("greenroom.redb"));
    let world = World::with(Setup { place, ..Setup::default() }).await;
    world.chooses("setdebugchannel", "staff").await;
    world.sim.goes_live(HOST).await.unwrap();
    (world, folder)
}

/// The recordings of a guild, by name.
pub fn recordings(data: &Path, guild: GuildId) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(data.join("shows").join(guild.to_string())) else { return Vec::new() };
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// Waits until a condition holds that another task brings about.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(SOON, wait).await.is_ok(), "it never came to this: {what}");
}

/// Waits until the only recording holds a text; gives its path and all of it.
pub async fn recorded(data: &Path, guild: GuildId, text: &str) -> (PathBuf, String) {
    let read = || recordings(data, guild).first().map(|path| std::fs::read_to_string(path).unwrap_or_default());
    eventually(text, || read().is_some_and(|all| all.contains(text))).await;
    let all = recordings(data, guild);
    assert_eq!(all.len(), 1, "{all:?}");
    (all[0].clone(), read().unwrap())
}

/// What every handle got in all sessions, as the store has it.
fn paid(app: &Application, guild: GuildId) -> BTreeMap<String, Got> {
    let look = |read: &dyn Read| {
        let mut got: BTreeMap<String, (i64, i64, i64, Duration)> = BTreeMap::new();
        for session in 1.. {
            let session = SessionId::new(session);
            if engagement::queries::session(read, guild, session)?.is_none() {
                break;
            }
            engagement::tables::PARTICIPANTS.for_each(read, (guild, session), |(.., account), who| {
                let account = handles::queries::account_by_id(read, guild, AccountId::new(account.get()))?.unwrap();
                let sum = got.entry(account.handle.as_str().to_owned()).or_default();
                sum.0 += who.points.get();
                sum.1 += who.coins.get();
                sum.2 += who.luxury.get();
                sum.3 += who.watch.total();
                Ok(())
            })?;
        }
        Ok(got)
    };
    let got = app.bot.store.read_blocking("paid", look).unwrap();
    got.into_iter().map(|(handle, (a, b, c, watched))| (handle, (a, b, c, watched.as_secs()))).collect()
}

/// What every handle gets by the recording, as the program of its own tells it.
fn replayed(path: &Path) -> (BTreeMap<String, Got>, Value) {
    let file = path.to_str().unwrap();
    let run = || output(path.parent().unwrap(), &["replay", file, "--json"], &[]);
    let (first, second) = (run(), run());
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""), "{}", first.out);
    assert_eq!(first.out, second.out, "the same file gives the same, to the byte");
    let outcome: Value = serde_json::from_str(&first.out).unwrap();
    let rows = outcome["handles"].as_array().unwrap().iter().map(|row| {
        let number = |key: &str| row[key].as_i64().unwrap_or_else(|| panic!("no {key} in {row}"));
        let watched = u64::try_from(number("watched_seconds")).unwrap();
        let got = (number("points"), number("tiktok_coins"), number("luxury_coins"), watched);
        (row["handle"].as_str().unwrap().to_owned(), got)
    });
    (rows.collect(), outcome)
}

/// Waits until the team is told of a recording; gives all that it is told.
async fn told_to_staff(world: &World) -> String {
    let wait = async {
        loop {
            let lines = staff_lines(world).await;
            if lines.contains("📼") {
                return lines;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, wait).await.expect("the team is told")
}

async fn set(world: &World, key: &str, value: &str) {
    let options = [("key", key.to_owned()), ("value", value.to_owned())];
    let answer = world.host().run_with("config set", options).await.text();
    assert!(answer.contains("is now"), "{answer}");
}

/// Time passes on the live: three handles say something every half minute.
async fn half_minutes(world: &World, count: u32) {
    for _ in 0..count {
        let likes = ["ann.live", "ben.live", "cat.live"].map(|user| json!({"type": "like", "user": user}));
        tell(world, &likes).await;
        world.pass(Duration::from_secs(30)).await;
        until_live(world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_live_pays_what_was_paid_when_it_is_replayed() {
    let (world, folder) = world_with_folder().await;
    connect(&world, HOST).await;
    tell(&world, &[json!({"type": "join", "user": "ann.live"}), json!({"type": "join", "user": "ben.live"})]).await;
    world.member("ann").links("ann.live").await;
    let lion = |user: &str| json!({"type": "gift", "user": user, "id": 9, "name": "Lion", "diamonds": 1000});
    tell(&world, &[lion("ann.live"), lion("ben.live"), rose("ann.live", 40, false)]).await;
    // The connection drops in mid-streak, and TikTok repeats itself.
    world.sim.live_fault(HOST, LiveFaultKind::Replay { last: 20 }).await.unwrap();
    world.sim.live_fault(HOST, LiveFaultKind::Drop).await.unwrap();
    until(&world, |status| status.is_some_and(|status| status.state != State::Live)).await;
    world.hand.advance(Duration::from_secs(6));
    until_live(&world).await;
    caught_up(&world).await;
    tell(&world, &[rose("ann.live", 230, false), rose("ann.live", 230, true)]).await;
    half_minutes(&world, 40).await;
    // Ben watched for twenty minutes before the handle is his; gifts pay more from here on.
    world.member("ben").links("ben.live").await;
    set(&world, "gift_rate", "5").await;
    set(&world, "points_like", "3").await;
    half_minutes(&world, 40).await;
    tell(&world, &[lion("ben.live"), json!({"type": "follow", "user": "cat.live"}), rose("cat.live", 7, false)]).await;
    world.member("ann").run_with("unlink-tiktok", [("handle", "ann.live".to_owned())]).await;
    tell(&world, &[lion("ann.live")]).await;
    // Nothing happens any more, and what the third one watched becomes somebody's all the same.
    world.member("chloe").links("cat.live").await;
    for _ in 0..3 {
        world.pass(Duration::from_secs(30)).await;
        until_live(&world).await;
    }
    assert_eq!(world.luxury("chloe"), 1);
    world.host().run("tiktok disconnect").await;
    world.pass(Duration::from_mins(1)).await;

    let (file, text) = recorded(folder.path(), world.guild, "live_end").await;
    let name = file.file_name().unwrap().to_str().unwrap();
    assert_eq!(name, "20261121T200000Z-night.owl-1.jsonl");
    assert!(text.contains("\"msg_id\""), "{text}");
    assert!(!text.contains("\"ann\"") && !text.contains("host\""), "no names of Discord: {text}");
    let (got, outcome) = replayed(&file);
    let paid = paid(&world.app, world.guild);
    assert_eq!(got, paid);
    // Ann: 2 Lions of which one is hers, 230 roses, 40 minutes; Ben: a Lion at 5 for 100, and 40 minutes; Chloe: 40 minutes.
    assert_eq!((paid["ann.live"].2, paid["ben.live"].2, paid["cat.live"].2), (20 + 4 + 1, 50 + 1, 1), "{paid:?}");
    assert!(paid["ann.live"].3 >= 2_400 && paid["ann.live"].1 == 2_230, "{paid:?}");
    let all: i64 = ["ann", "ben", "chloe"].map(|name| world.luxury(name)).iter().sum();
    let totals = &outcome["totals"];
    assert_eq!((totals["luxury_coins"].as_i64(), totals["luxury_for_watching"].as_i64()), (Some(all), Some(3)));
    assert_eq!(outcome["handles"][0]["member"], Value::Null, "{outcome}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_same_session_goes_on_with_the_same_recording() {
    let site = Site::new().await;
    site.sim.goes_live(HOST).await.unwrap();
    let name = Handle::parse(HOST).unwrap();
    let hear = async |app: &Application, events: &[Value]| {
        let heard = || app.bot.lives.status(&name).map_or(0, |status| status.counts.events);
        let wanted = heard() + events.len() as u64;
        site.sim.live_events(HOST, events).await.unwrap();
        let waited = app.bot.lives.until(&name, |status| status.is_some_and(|it| it.counts.events >= wanted));
        tokio::time::timeout(SOON, waited).await.unwrap();
    };
    let app = site.start().await;
    site.run(site.call("host", "tiktok connect").with("unique_id", HOST)).await;
    hear(&app, &[json!({"type": "join", "user": "ann.live"}), json!({"type": "join", "user": "ben.live"})]).await;
    site.run(site.call("ann", "link-tiktok").with("handle", "ann.live")).await;
    hear(&app, &[rose("ann.live", 300, false), json!({"type": "share", "user": "ben.live"})]).await;
    let (file, _) = recorded(site.data(), site.guild, "\"share\"").await;
    app.stop().await;
    site.sim.live_disconnected(HOST, SOON).await.unwrap();
    // A power cut would leave half a line.
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, [&whole[..], b"{\"at_ms\":1,\"ac"].concat()).unwrap();
    site.hand.advance(Duration::from_mins(5));

    let app = site.start().await;
    site.sim.live_connected(HOST, SOON).await.unwrap();
    let is_live = |status: Option<&greenroom::tiktok::status::Status>| status.is_some_and(|s| s.state == State::Live);
    tokio::time::timeout(SOON, app.bot.lives.until(&name, is_live)).await.unwrap();
    site.run(site.call("ben", "link-tiktok").with("handle", "ben.live")).await;
    hear(&app, &[rose("ann.live", 500, true), rose("ben.live", 100, true)]).await;
    site.sim.ends_live(HOST).await.unwrap();
    let (again, _) = recorded(site.data(), site.guild, "live_end").await;
    assert_eq!(again, file);
    site.pass(&app, Duration::from_mins(1)).await;
    let paid = paid(&app, site.guild);
    assert_eq!((paid["ann.live"].2, paid["ben.live"].2), (10, 2), "{paid:?}");
    assert_eq!(replayed(&file).0, paid);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_setting_off_nothing_is_written() {
    let (world, folder) = world_with_folder().await;
    set(&world, "record_lives", "No").await;
    connect(&world, HOST).await;
    tell(&world, &[json!({"type": "join", "user": "ann.live"})]).await;
    world.settle().await;
    assert!(!folder.path().join("shows").exists());
    // Switched on in the middle, the rest is recorded; switched off, no more is.
    set(&world, "record_lives", "Yes").await;
    tell(&world, &[json!({"type": "share", "user": "ann.live"})]).await;
    let (file, text) = recorded(folder.path(), world.guild, "\"share\"").await;
    assert!(text.contains("connect") && !text.contains("join"), "{text}");
    set(&world, "record_lives", "No").await;
    tell(&world, &[json!({"type": "subscribe", "user": "ann.live"})]).await;
    assert_eq!(replayed(&file).0["ann.live"].0, 5);
    assert!(!std::fs::read_to_string(&file).unwrap().contains("\"subscribe\""));
    assert_eq!(world.handle_points("ann.live"), 30, "the live itself goes on");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_is_told_once_and_the_live_goes_on() {
    let (world, folder) = world_with_folder().await;
    std::fs::write(folder.path().join("shows"), "a file in the way").unwrap();
    connect(&world, HOST).await;
    for _ in 0..3 {
        tell(&world, &[json!({"type": "share", "user": "ann.live"})]).await;
    }
    let lines = told_to_staff(&world).await;
    assert_eq!(lines.matches("📼 The recording of the live of **@night.owl** stopped").count(), 1, "{lines}");
    tell(&world, &[json!({"type": "share", "user": "ann.live"})]).await;
    assert_eq!(world.handle_points("ann.live"), 20);
    assert_eq!(staff_lines(&world).await.matches("📼").count(), 1);
    assert_eq!(std::fs::read_to_string(folder.path().join("shows")).unwrap(), "a file in the way");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_too_large_stops_and_old_ones_make_room() {
    let (world, folder) = world_with_folder().await;
    let shelf = folder.path().join("shows").join(world.guild.to_string());
    std::fs::create_dir_all(&shelf).unwrap();
    let old = |name: &str, bytes: usize| std::fs::write(shelf.join(name), vec![b'\n'; bytes]).unwrap();
    old("20261001T200000Z-night.owl-1.jsonl", 10);
    old("20261119T200000Z-night.owl-2.jsonl", 700_000);
    old("20261120T200000Z-night.owl-3.jsonl", 900_000);
    old("notes.txt", 2_000_000);
    set(&world, "recordings_megabytes", "1").await;
    connect(&world, HOST).await;
    let text = "la".repeat(200);
    let song = vec![json!({"type": "comment", "user": "ann.live", "text": text}); 300];
    for _ in 0..5 {
        tell(&world, &song).await;
    }
    let lines = told_to_staff(&world).await;
    assert!(lines.contains("stopped: the file has reached its 0.5 MB") && lines.matches("📼").count() == 1, "{lines}");
    let names: Vec<_> = recordings(folder.path(), world.guild)
        .into_iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["20261120T200000Z-night.owl-3.jsonl", "20261121T200000Z-night.owl-1.jsonl", "notes.txt"]);
    let file = shelf.join(&names[1]);
    assert!((300_000..=500_000).contains(&std::fs::metadata(&file).unwrap().len()));
    assert!(replayed(&file).0["ann.live"].0 > 100, "what is there can be replayed");
    assert_eq!(world.handle_points("ann.live"), 3_000, "the live itself goes on");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_follow_one_live_have_a_recording_each() {
    let (world, folder) = world_with_folder().await;
    let (other, guild) = world.another_guild().await;
    connect(&world, HOST).await;
    let there = world.host().in_guild(other.guild, other.channel("staff"));
    tell(&world, &[json!({"type": "share", "user": "ann.live"})]).await;
    there.run_with("tiktok connect", [("unique_id", HOST.to_owned())]).await;
    recorded(folder.path(), guild, "\"connect\"").await;
    tell(&world, &[json!({"type": "follow", "user": "ann.live"})]).await;
    let (ours, _) = recorded(folder.path(), world.guild, "\"follow\"").await;
    let (theirs, text) = recorded(folder.path(), guild, "\"follow\"").await;
    assert!(!text.contains("\"share\""), "{text}");
    assert_eq!((replayed(&ours).0["ann.live"].0, replayed(&theirs).0["ann.live"].0), (15, 10));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_can_be_played_by_the_demo() {
    let (world, folder) = world_with_folder().await;
    connect(&world, HOST).await;
    tell(&world, &[json!({"type": "share", "user": "ann.live"}), rose("ann.live", 5, true)]).await;
    world.sim.ends_live(HOST).await.unwrap();
    let (file, _) = recorded(folder.path(), world.guild, "live_end").await;
    let demo = output(folder.path(), &["demo", "--file", file.to_str().unwrap()], &[]);
    assert_eq!((demo.code, demo.err.as_str()), (Some(0), ""), "{}", demo.out);
    assert!(demo.out.contains("@ann.live") && demo.out.contains("gift Rose ×5 at 1 coins"), "{}", demo.out);
    world.end().await;
}
