//! Files of points come in by the command line: our own hourly ones, which are the points of here at another moment, and those
//! of another bot.

use std::path::{Path, PathBuf};
use std::time::Duration;

use greenroom::app::backup::Plan;
use greenroom::app::backup::folder::{Folder, Room};
use greenroom::catalogue::CATALOGUE;
use greenroom::features::{coins, engagement, handles};
use greenroom::kernel::amount::Amount;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Clock;
use greenroom::live::Handle;
use greenroom::store::{Options, Read, Span, Store, StoreLocation};
use serde_json::json;
use tempfile::TempDir;

use crate::importing::{GUILD, counts, expected, folder, import, import_for, predecessor, store};
use crate::process::output;
use crate::site::Site;

const ANN: UserId = UserId::new(17);

/// A bot that ended after it saved its points twice: when @ann of a member had 40 and @ben of nobody had 3, and an hour
/// later, when @ann had 3,000.
async fn hours() -> (Site, [PathBuf; 2]) {
    let site = Site::new().await;
    let data_dir = site.data().to_owned();
    let plan = Plan { data_dir, off_site: None, room: Room::OfDisk, cache_bytes: Options::CACHE_BYTES };
    let app = site.start_from(|blueprint| blueprint.backups = Some(plan)).await;
    let guild = site.guild;
    for (ann, ben) in [(40, 3), (2_960, 0)] {
        let give = app.bot.store.write("points", move |tx| {
            for (name, points) in [("ben", ben), ("ann", ann)] {
                let known = handles::service::seen(tx, guild, &Handle::parse(name).unwrap(), tx.now())?;
                if name == "ann" && known.account.linked.is_none() {
                    handles::service::link(tx, guild, ANN, &known.account.handle)?;
                }
                handles::service::add_points(tx, guild, known.id, Amount::of(points))?;
            }
            coins::service::award_points(tx, guild, ANN, Amount::of(ann)).map(drop)
        });
        give.await.unwrap();
        site.pass(&app, Duration::from_hours(1)).await;
    }
    app.stop().await;
    let files = Folder::of(site.data()).points(guild).unwrap();
    let [older, newer] = files.as_slice() else { panic!("{files:?}") };
    let files = [older.path.clone(), newer.path.clone()];
    (site, files)
}

/// The points of @ann, of @ben and of the member.
fn points(read: &dyn Read, guild: GuildId) -> Result<[i64; 3]> {
    let of = |name| -> Result<i64> {
        let account = handles::queries::account(read, guild, &Handle::parse(name).unwrap())?;
        Ok(account.map_or(-1, |account| account.points.get()))
    };
    Ok([of("ann")?, of("ben")?, coins::queries::points(read, guild, ANN)?.get()])
}

fn points_of_site(site: &Site) -> [i64; 3] {
    let place = StoreLocation::File(site.data().join("greenroom.redb"));
    let store = Store::open(&place, Options::new(Clock::system(), Seed::fixed(1)), (CATALOGUE.schema)()).unwrap();
    let found = store.read_blocking("points", |read| points(read, site.guild)).unwrap();
    store.close_blocking();
    found
}

fn points_here(folder: &TempDir) -> [i64; 3] {
    let store = store(folder.path());
    let found = store.read_blocking("points", |read| points(read, GUILD)).unwrap();
    store.close_blocking();
    found
}

fn is_sound(folder: &Path, more: &[&str]) -> bool {
    output(folder, &[&["check"], more].concat(), &[]).code == Some(0)
}

/// What came of the handles and of the points of members.
fn both(accounts: [u64; 4], points: [u64; 4]) -> [(String, [u64; 4]); 2] {
    [("tiktok_accounts".to_owned(), accounts), ("user_points".to_owned(), points)]
}

#[tokio::test]
async fn our_hourly_points_change_nothing_in_the_store_that_they_came_from() {
    let (site, [older, newer]) = hours().await;
    let data_dir = ["--data-dir", site.data().to_str().unwrap()];
    assert_eq!(points_of_site(&site), [3_000, 3, 3_000]);
    for file in [&newer, &older, &newer] {
        for more in [&["--dry-run"][..], &[]] {
            let report = import_for(site.data(), site.guild, file, &[&data_dir, more].concat());
            assert_eq!(counts(&report), both([2, 0, 2, 0], [1, 0, 1, 0]), "{report:#}");
            assert_eq!(points_of_site(&site), [3_000, 3, 3_000]);
        }
    }
    assert!(is_sound(site.data(), &data_dir));
}

#[tokio::test]
async fn our_hourly_points_come_back_into_an_empty_store_and_a_later_file_raises_them() {
    let (_site, [older, newer]) = hours().await;
    let folder = folder();
    let tried = import(folder.path(), &older, &["--dry-run"]);
    assert_eq!(counts(&tried), both([2, 2, 0, 0], [1, 0, 1, 0]), "the member's points came with the handle");
    assert_eq!(points_here(&folder), [-1, -1, 0]);
    assert_eq!(counts(&import(folder.path(), &older, &[])), counts(&tried));
    assert_eq!(points_here(&folder), [40, 3, 40]);
    let later = import(folder.path(), &newer, &[]);
    assert_eq!(counts(&later), both([2, 1, 1, 0], [1, 0, 1, 0]));
    assert_eq!(points_here(&folder), [3_000, 3, 3_000]);
    import(folder.path(), &older, &[]);
    assert_eq!(points_here(&folder), [3_000, 3, 3_000], "nothing goes down");
    assert!(is_sound(folder.path(), &[]));
}

#[tokio::test]
async fn our_hourly_points_leave_a_handle_whose_it_is_now_and_raise_what_is_lower() {
    let (_site, [older, _]) = hours().await;
    let folder = folder();
    let other = UserId::new(18);
    let now = store(folder.path());
    now.write_blocking("now", move |tx| {
        let ann = handles::service::seen(tx, GUILD, &Handle::parse("ann").unwrap(), tx.now())?;
        handles::service::link(tx, GUILD, other, &ann.account.handle)?;
        handles::service::add_points(tx, GUILD, ann.id, Amount::of(5))?;
        coins::service::award_points(tx, GUILD, other, Amount::of(5)).map(drop)
    })
    .unwrap();
    now.close_blocking();
    let report = import(folder.path(), &older, &[]);
    assert_eq!(counts(&report), both([2, 2, 0, 0], [1, 0, 0, 1]), "{report:#}");
    let link = "its points came and its link did not, because the handle is linked to somebody else";
    let reason = "points belong to linked handles, and those of this member hold fewer here";
    let told = json!([
        {"table": "tiktok_accounts", "row": "ann", "reason": link},
        {"table": "user_points", "row": "17", "reason": reason},
    ]);
    assert_eq!((&report["left_out"], &report["tables"][0]["in_part"]), (&told, &json!(1)));
    let again = import(folder.path(), &older, &[]);
    assert_eq!((counts(&again), &again["left_out"]), (both([2, 0, 2, 0], [1, 0, 0, 1]).to_vec(), &told));
    assert_eq!(points_here(&folder), [40, 3, 0]);
    let now = store(folder.path());
    let held = now.read_blocking("points", |read| coins::queries::points(read, GUILD, other)).unwrap();
    assert_eq!(held.get(), 40);
    now.close_blocking();
    assert!(is_sound(folder.path(), &[]));
}

/// The handles of all gifts.
fn givers(folder: &TempDir) -> Vec<String> {
    let store = store(folder.path());
    let mut found = Vec::new();
    store
        .read_blocking("gifts", |read| {
            engagement::tables::INTERACTIONS.for_each(read, Span::of(GUILD), |_, interaction| {
                let account = interaction.account.filter(|_| interaction.coin_value.is_some());
                if let Some(account) = account {
                    let account = handles::model::AccountId::new(account.get());
                    let account = handles::queries::account_by_id(read, GUILD, account)?;
                    found.push(account.unwrap().handle.as_str().to_owned());
                }
                Ok(())
            })
        })
        .unwrap();
    store.close_blocking();
    found
}

#[tokio::test]
async fn a_luxbot_and_our_own_file_are_never_taken_for_each_other() {
    let (_site, [_, ours]) = hours().await;
    for ours_comes_first in [true, false] {
        let folder = folder();
        let luxbot = predecessor(folder.path());
        let bring_ours = || counts(&import(folder.path(), &ours, &[]));
        let bring_luxbot = || counts(&import(folder.path(), &luxbot, &[]));
        if ours_comes_first {
            assert_eq!(bring_ours(), both([2, 2, 0, 0], [1, 0, 1, 0]));
            assert_eq!(bring_luxbot(), expected(), "no row is taken for one of ours");
        } else {
            assert_eq!(bring_luxbot(), expected());
            assert_eq!(bring_ours(), both([2, 2, 0, 0], [1, 0, 1, 0]), "no row is taken for one of theirs");
        }
        assert_eq!(points_here(&folder), [3_000, 3, 3_000]);
        assert_eq!(givers(&folder), ["ann.sings"], "handle 1 of the other bot, and not of ours");
        assert_eq!(bring_ours(), both([2, 0, 2, 0], [1, 0, 1, 0]));
        assert!(bring_luxbot().iter().all(|(_, [_, brought, ..])| *brought == 0));
        assert_eq!(points_here(&folder), [3_000, 3, 3_000]);
        assert!(is_sound(folder.path(), &[]));
    }
}

#[test]
fn the_lists_of_another_bot_come_in_and_are_added_once() {
    let folder = folder();
    let lists = folder.path().join("points_20261121_200000.json");
    let text = json!({
        "user_points": [{"user_id": "17", "points": 12}, "odd", {"points": 3}],
        "tiktok_accounts": [{
            "handle_id": 1, "handle_name": "ann", "first_seen": "2026-11-21T20:00:00Z",
            "last_seen": "2026-11-21T20:00:00Z", "linked_discord_id": "17", "points": 10, "last_known_level": 0,
        }],
    });
    std::fs::write(&lists, text.to_string()).unwrap();
    let report = import(folder.path(), &lists, &[]);
    assert_eq!(counts(&report), both([1, 1, 0, 0], [3, 1, 0, 2]));
    let short = folder.path().join("points_backup.json");
    std::fs::write(&short, r#"{"user_points": {"17": 20, "8": 1, "x": 2}}"#).unwrap();
    let report = import(folder.path(), &short, &["--dry-run"]);
    assert_eq!(counts(&report), [("user_points".to_owned(), [3, 0, 1, 2])]);
    assert_eq!(points_here(&folder), [12, -1, 12]);
    assert!(is_sound(folder.path(), &[]));
}

#[test]
fn handles_in_the_short_form_come_in_with_the_time_of_the_file() {
    let folder = folder();
    let short = folder.path().join("points_backup.json");
    let text = r#"{"taken_at": "2025-03-01 20:00:00", "tiktok_accounts": {"Ann": 30, "77": 5, "?": 1}}"#;
    std::fs::write(&short, text).unwrap();
    let handles = |brought, known| [("tiktok_accounts".to_owned(), [3, brought, known, 1])];
    assert_eq!(counts(&import(folder.path(), &short, &[])), handles(2, 0));
    assert_eq!(counts(&import(folder.path(), &short, &[])), handles(0, 2));
    // A handle of digits is not the handle with that number.
    let long = folder.path().join("long.json");
    let row = json!({"handle_id": 77, "handle_name": "ben", "first_seen": "2025-03-01", "points": 4});
    std::fs::write(&long, json!({"tiktok_accounts": [row]}).to_string()).unwrap();
    assert_eq!(counts(&import(folder.path(), &long, &[])), [("tiktok_accounts".to_owned(), [1, 1, 0, 0])]);
    // Without a time in the file it is that of the import.
    let timeless = folder.path().join("timeless.json");
    std::fs::write(&timeless, r#"{"tiktok_accounts": {"chloe": 2}}"#).unwrap();
    let before = Clock::system().now();
    import(folder.path(), &timeless, &[]);
    assert_eq!(points_here(&folder), [30, 4, 0]);
    let store = store(folder.path());
    let account = |name| {
        let handle = Handle::parse(name).unwrap();
        store.read_blocking("look", |read| handles::queries::account(read, GUILD, &handle)).unwrap().unwrap()
    };
    assert_eq!(account("ann").first_seen.rfc3339(), "2025-03-01T20:00:00Z");
    assert!(account("chloe").first_seen >= before);
    store.close_blocking();
    assert!(is_sound(folder.path(), &[]));
}

#[test]
fn a_mark_before_the_text_is_no_part_of_it() {
    let folder = folder();
    let marked = folder.path().join("marked.json");
    std::fs::write(&marked, "\u{feff} {\"tiktok_accounts\": {\"ann\": 30}}").unwrap();
    assert_eq!(counts(&import(folder.path(), &marked, &[])), [("tiktok_accounts".to_owned(), [1, 1, 0, 0])]);
}
