//! Files of points come in by the command line.

use greenroom::features::{coins, handles};
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Clock;
use greenroom::live::Handle;
use greenroom::store::Read;
use serde_json::json;
use std::path::Path;
use tempfile::TempDir;

use crate::importing::{GUILD, counts, folder, import, store};
use crate::process::output;

const ANN: UserId = UserId::new(17);

/// The points of @ann, of @ben and of the member.
fn points(read: &dyn Read, guild: GuildId) -> Result<[i64; 3]> {
    let of = |name| -> Result<i64> {
        let account = handles::queries::account(read, guild, &Handle::parse(name).unwrap())?;
        Ok(account.map_or(-1, |account| account.points.get()))
    };
    Ok([of("ann")?, of("ben")?, coins::queries::points(read, guild, ANN)?.get()])
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
