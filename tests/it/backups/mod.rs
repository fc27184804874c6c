//! Backups that keep themselves, over a clock that the test moves: points each hour, a snapshot each day, a rehearsal each
//! month.

mod off_site;
mod shelf;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use greenroom::activity::debug_channel::DEBUG_CHANNEL;
use greenroom::app::application::Application;
use greenroom::app::backup::Plan;
use greenroom::app::backup::folder::{Dated, Folder, POINTS, Room};
use greenroom::app::backup::label::SnapshotKind;
use greenroom::app::backup::off_site::Target;
use greenroom::app::backup::rehearsal::last_rehearsal;
use greenroom::app::backup::retention::DAYS;
use greenroom::covers;
use greenroom::features::queue::model::PublicId;
use greenroom::features::queue::settings::NOW_PLAYING;
use greenroom::features::{coins, handles};
use greenroom::kernel::amount::Amount;
use greenroom::kernel::ids::{ChannelId, UserId};
use greenroom::live::Handle;
use greenroom::store::{self, Options};
use serde_json::{Value, json};
use strum::VariantArray;

use crate::site::Site;
use crate::world::assert_sound;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// More than any store of the tests needs.
const PLENTY: u64 = 1 << 50;

/// The application with backups.
async fn start(site: &Site, room: Room, off_site: Option<Target>) -> Application {
    let plan = Plan { data_dir: site.data().to_owned(), off_site, room, cache_bytes: Options::CACHE_BYTES };
    let app = site.start_from(|blueprint| blueprint.backups = Some(plan)).await;
    let (guild, staff) = (site.guild, ChannelId::new(site.channel("staff").get()));
    app.bot.store.write("debug", move |tx| DEBUG_CHANNEL.set(tx, guild, &Some(staff))).await.unwrap();
    app
}

fn folder(site: &Site) -> Folder {
    Folder::of(site.data())
}

/// Member 7 has @ann with so many points, and nobody has @ben.
async fn give_points(site: &Site, app: &Application, points: u32) {
    let guild = site.guild;
    let give = app.bot.store.write("points", move |tx| {
        let points = Amount::of(points);
        handles::service::seen(tx, guild, &Handle::parse("ben").unwrap(), tx.now())?;
        let ann = handles::service::seen(tx, guild, &Handle::parse("ann").unwrap(), tx.now())?;
        if ann.account.linked.is_none() {
            handles::service::link(tx, guild, UserId::new(7), &ann.account.handle)?;
        }
        handles::service::add_points(tx, guild, ann.id, points)?;
        coins::service::award_points(tx, guild, UserId::new(7), points).map(drop)
    });
    give.await.unwrap();
}

fn names(found: &[Dated]) -> Vec<String> {
    found.iter().map(|file| file.name().to_owned()).collect()
}

fn points_files(site: &Site) -> Vec<String> {
    names(&folder(site).points(site.guild).unwrap())
}

fn snapshots(site: &Site) -> Vec<String> {
    names(&folder(site).snapshots().unwrap())
}

/// The lines of the debug channel that speak of backups.
async fn told(site: &Site, app: &Application) -> Vec<String> {
    app.settled().await.unwrap();
    let messages = site.sim.messages(site.channel("staff")).await;
    let lines: Vec<String> =
        messages.iter().flat_map(|message| message.text().lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.into_iter().filter(|line| line.contains("🗄️")).collect()
}

#[tokio::test]
async fn the_points_of_each_server_are_saved_once_an_hour_and_the_last_48_stay() {
    covers!("M-PTS-07");
    let site = Site::new().await;
    let app = start(&site, Room::Of(Arc::new(AtomicU64::new(PLENTY))), None).await;
    give_points(&site, &app, 40).await;
    assert_eq!(points_files(&site), Vec::<String>::new());
    site.pass(&app, MINUTE).await;
    assert_eq!(points_files(&site), ["points_20261121_200100.json"]);
    let path = folder(&site).points_dir(site.guild).join("points_20261121_200100.json");
    let saved: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let guild = site.guild.to_string();
    assert_eq!((&saved["guild"], &saved["taken_at"]), (&json!(guild), &json!("2026-11-21T20:01:00Z")));
    assert_eq!(saved["user_points"], json!([{"user_id": "7", "points": 40}]));
    let handle = |id: u64, name: &str, user: Value, points: u64| {
        json!({
            "handle_id": id, "handle_name": name, "first_seen": "2026-11-21T20:00:00Z",
            "last_seen": "2026-11-21T20:00:00Z", "linked_discord_id": user, "points": points, "last_known_level": 0,
        })
    };
    assert_eq!(saved["tiktok_accounts"], json!([handle(1, "ben", Value::Null, 0), handle(2, "ann", json!("7"), 40)]));

    // A restart in the same hour writes no second file, and a clock that jumped brings no burst.
    app.stop().await;
    let app = start(&site, Room::OfDisk, None).await;
    site.pass(&app, MINUTE).await;
    site.pass(&app, MINUTE * 30).await;
    assert_eq!(points_files(&site).len(), 1);
    site.pass(&app, HOUR).await;
    assert_eq!(points_files(&site), ["points_20261121_200100.json", "points_20261121_213200.json"]);
    site.pass(&app, HOUR * 5).await;
    assert_eq!(points_files(&site).len(), 3);

    // What somebody else puts there stays, and so do 48 of ours.
    let mine = folder(&site).points_dir(site.guild).join("points.json");
    std::fs::write(&mine, "{}").unwrap();
    for _ in 0..50 {
        site.pass(&app, HOUR).await;
    }
    let left = points_files(&site);
    assert_eq!(left.len(), POINTS);
    assert!(left[0].as_str() > "points_20261122_020000.json", "the oldest went: {left:?}");
    assert!(mine.exists());
    assert_eq!(told(&site, &app).await, Vec::<String>::new());
    assert_sound(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_server_without_points_has_no_file_and_no_server_sees_the_points_of_another() {
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    site.pass(&app, MINUTE).await;
    assert!(!folder(&site).points_dir(site.guild).exists());
    give_points(&site, &app, 5).await;
    let other = greenroom::kernel::ids::GuildId::new(99);
    let seen = app.bot.store.write("other", move |tx| {
        handles::service::seen(tx, other, &Handle::parse("zoe").unwrap(), tx.now()).map(drop)
    });
    seen.await.unwrap();
    site.pass(&app, HOUR).await;
    let read = |guild| {
        let newest = folder(&site).points(guild).unwrap().pop().unwrap();
        std::fs::read_to_string(newest.path).unwrap()
    };
    assert!(read(other).contains("zoe") && !read(other).contains("ann"));
    assert!(read(site.guild).contains("ann") && !read(site.guild).contains("zoe"));
    app.stop().await;
}

#[tokio::test]
async fn a_full_disk_leaves_backups_out_says_so_once_and_they_go_on_later() {
    let site = Site::new().await;
    let free = Arc::new(AtomicU64::new(1_000_000));
    let app = start(&site, Room::Of(Arc::clone(&free)), None).await;
    give_points(&site, &app, 40).await;
    for _ in 0..3 {
        site.pass(&app, HOUR).await;
    }
    assert_eq!((points_files(&site), snapshots(&site)), (vec![], vec![]));
    let lines = told(&site, &app).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("hourly backup of the points was left out: the disk is full"), "{lines:?}");
    assert!(lines[1].contains("daily snapshot of the store was left out: the disk is full"), "{lines:?}");
    free.store(PLENTY, Ordering::Relaxed);
    site.pass(&app, HOUR).await;
    assert_eq!((points_files(&site).len(), snapshots(&site).len()), (1, 1));
    assert_eq!(told(&site, &app).await.len(), 2);
    // It is told again when it fails again.
    free.store(0, Ordering::Relaxed);
    site.pass(&app, HOUR).await;
    assert_eq!(told(&site, &app).await.len(), 3);
    assert_sound(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn little_room_is_told_once_a_day_before_the_disk_is_full() {
    let site = Site::new().await;
    let free = Arc::new(AtomicU64::new(PLENTY));
    let app = start(&site, Room::Of(Arc::clone(&free)), None).await;
    let lines = async || {
        app.settled().await.unwrap();
        let messages = site.sim.messages(site.channel("staff")).await;
        messages
            .iter()
            .map(|message| message.text().matches("💾 The disk of my data has little room").count())
            .sum::<usize>()
    };
    site.pass(&app, HOUR).await;
    assert_eq!(lines().await, 0);
    free.store(400 << 20, Ordering::Relaxed);
    for _ in 0..5 {
        site.pass(&app, HOUR).await;
    }
    assert_eq!((lines().await, snapshots(&site).len()), (1, 2), "and backups go on");
    site.pass(&app, DAY).await;
    assert_eq!(lines().await, 2);
    free.store(PLENTY, Ordering::Relaxed);
    site.pass(&app, DAY).await;
    assert_eq!(lines().await, 2);
    app.stop().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_the_bot_goes_on() {
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    give_points(&site, &app, 40).await;
    // A file stands where the folder would be.
    std::fs::write(site.data().join("backups"), "mine").unwrap();
    site.pass(&app, MINUTE).await;
    let lines = told(&site, &app).await;
    assert!(lines.iter().any(|line| line.contains("it failed; my log says why")), "{lines:?}");
    site.run(site.call("ann", "help")).await;
    assert_eq!(std::fs::read(site.data().join("backups")).unwrap(), b"mine");
    app.stop().await;
}

#[tokio::test]
async fn each_day_has_one_snapshot_and_seven_days_and_the_week_before_stay() {
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    give_points(&site, &app, 40).await;
    site.pass(&app, MINUTE).await;
    assert_eq!(snapshots(&site), ["greenroom-20261121-200100.redb"]);
    let path = folder(&site).newest_snapshot().unwrap().unwrap().path;
    let verified = store::verify(&path, u64::MAX).unwrap();
    assert!(verified.is_snapshot);
    assert_eq!(verified.manifest.taken_at, "2026-11-21T20:01:00Z");
    let points = verified.manifest.tables.iter().find(|table| table.name == "coins.user_points").unwrap();
    assert_eq!(points.rows, 1);
    site.pass(&app, HOUR).await;
    assert_eq!(snapshots(&site).len(), 1);
    app.stop().await;
    let app = start(&site, Room::OfDisk, None).await;
    site.pass(&app, MINUTE).await;
    assert_eq!(snapshots(&site).len(), 1, "a restart on the same day makes none");
    site.pass(&app, HOUR * 3).await;
    assert_eq!(snapshots(&site).len(), 2, "the next day has begun");
    let mine = folder(&site).snapshots_dir().join("before-the-final.redb");
    std::fs::copy(&path, &mine).unwrap();
    for _ in 0..DAYS {
        site.pass(&app, DAY).await;
    }
    let left = snapshots(&site);
    assert_eq!(left.len(), DAYS + 1, "{left:?}");
    assert!(left[0].starts_with("greenroom-20261122-"), "the Sunday stands for its week: {left:?}");
    assert!(!path.exists() && mine.exists());
    app.stop().await;
}

#[tokio::test]
async fn what_was_made_by_hand_or_before_something_takes_no_daily_away_and_stands_for_none() {
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    let folder = folder(&site);
    let save = |kind| {
        let path = folder.free_snapshot(kind, site.hand.now());
        std::fs::create_dir_all(folder.snapshots_dir()).unwrap();
        std::fs::write(path, "a snapshot").unwrap();
    };
    site.pass(&app, MINUTE).await;
    for _ in 0..5 {
        SnapshotKind::VARIANTS.iter().copied().filter(|kind| *kind != SnapshotKind::Daily).for_each(&save);
        save(SnapshotKind::ByHand);
        site.pass(&app, DAY).await;
    }
    let count = |kind: &SnapshotKind| folder.snapshots_of(*kind).unwrap().len();
    let counts = || SnapshotKind::VARIANTS.iter().map(count).collect::<Vec<_>>();
    assert_eq!(counts(), [6, 5, 5, 5, 10]);
    for _ in 0..9 {
        SnapshotKind::VARIANTS.iter().copied().filter(|kind| *kind != SnapshotKind::Daily).for_each(&save);
    }
    site.pass(&app, DAY).await;
    assert_eq!(counts(), [7, 7, 7, 7, 19], "each kind has its own number, and what a person made stays");
    app.stop().await;
}

#[tokio::test]
async fn the_newest_snapshot_is_rehearsed_each_month_and_the_result_is_kept() {
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    give_points(&site, &app, 40).await;
    assert_eq!(last_rehearsal(site.data()), None);
    site.pass(&app, MINUTE).await;
    let first = last_rehearsal(site.data()).unwrap();
    assert_eq!((first.at.as_str(), first.problem.as_ref()), ("2026-11-21T20:01:00Z", None));
    assert_eq!(first.backup, "greenroom-20261121-200100.redb");
    assert!(first.rows > 3);
    site.pass(&app, DAY * 29).await;
    assert_eq!(last_rehearsal(site.data()), Some(first.clone()));
    site.pass(&app, DAY).await;
    let second = last_rehearsal(site.data()).unwrap();
    assert_ne!(second.at, first.at);
    assert_eq!(second.problem, None);
    let left: Vec<PathBuf> =
        std::fs::read_dir(folder(&site).snapshots_dir()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.extension().is_some_and(|end| end == "redb")), "nothing is left: {left:?}");
    app.stop().await;
}

#[tokio::test]
async fn a_rehearsal_that_finds_something_is_told_once_and_tried_until_a_snapshot_is_good() {
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    let guild = site.guild;
    let plays = |number| app.bot.store.write("plays", move |tx| NOW_PLAYING.set(tx, guild, &number));
    plays(Some(PublicId::new(9))).await.unwrap();
    site.pass(&app, MINUTE).await;
    let found = last_rehearsal(site.data()).unwrap();
    let problem = found.problem.unwrap();
    assert!(problem.contains("song number 9 is playing and does not exist"), "{problem}");
    site.pass(&app, HOUR).await;
    assert_ne!(last_rehearsal(site.data()).unwrap().at, found.at, "it is tried again");
    let lines = told(&site, &app).await;
    assert!(lines.len() == 1 && lines[0].contains("The monthly rehearsal of a restore"), "{lines:?}");
    plays(None).await.unwrap();
    site.pass(&app, DAY).await;
    let good = last_rehearsal(site.data()).unwrap();
    assert_eq!(good.problem, None, "the snapshot of the next day is good");
    site.pass(&app, DAY).await;
    assert_eq!(last_rehearsal(site.data()), Some(good), "and the next rehearsal is due in a month");
    assert_eq!(told(&site, &app).await.len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_snapshot_that_went_bad_is_put_aside_at_the_start_and_another_is_made() {
    covers!("T-ADV-07");
    let site = Site::new().await;
    let app = start(&site, Room::OfDisk, None).await;
    site.pass(&app, MINUTE).await;
    app.stop().await;
    let path = folder(&site).newest_snapshot().unwrap().unwrap().path;
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let app = start(&site, Room::OfDisk, None).await;
    site.pass(&app, MINUTE).await;
    assert_eq!(snapshots(&site), ["greenroom-20261121-200200.redb"]);
    assert!(path.with_file_name("greenroom-20261121-200100.redb.damaged").exists());
    let lines = told(&site, &app).await;
    assert!(lines.len() == 1 && lines[0].contains("The newest snapshot is damaged"), "{lines:?}");
    app.stop().await;
}
