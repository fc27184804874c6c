//! Nothing of a member's is lost in silence by an import: a link that cannot come and what a file tells twice are told.

use std::path::{Path, PathBuf};

use greenroom::app::backup::POINTS_FORMAT;
use greenroom::features::{coins, handles};
use greenroom::kernel::ids::UserId;
use greenroom::live::Handle;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{GUILD, counts, folder, import, store};
use crate::process::output;
use crate::reading::link;

const TWICE: &str = "it is twice in the file, and the first one counts";
const SOMEBODY_ELSES: &str = "its points came and its link did not, because the handle is linked to somebody else";

fn sqlite(folder: &Path, sql: &str) -> PathBuf {
    let path = folder.join("luxbot.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    path
}

/// What a person reads of an import.
fn read_by_a_person(folder: &Path, file: &Path, more: &[&str]) -> String {
    let arguments = [&["import", "luxbot", file.to_str().unwrap(), "--guild", "81"], more].concat();
    let finished = output(folder, &arguments, &[]);
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    finished.out
}

/// The rows of a table that were left out, or a part of them, with the reasons.
fn left_out<'a>(report: &'a Value, table: &str) -> Vec<(&'a str, &'a str)> {
    let rows = report["left_out"].as_array().unwrap().iter().filter(|row| row["table"] == table);
    rows.map(|row| (row["row"].as_str().unwrap(), row["reason"].as_str().unwrap())).collect()
}

/// Whose a handle is, and its points.
fn account(folder: &Path, name: &str) -> (Option<u64>, i64) {
    let handle = Handle::parse(name).unwrap();
    let store = store(folder);
    let account = store.read_blocking("look", move |read| handles::queries::account(read, GUILD, &handle)).unwrap();
    store.close_blocking();
    account.map(|account| (account.linked.map(UserId::get), account.points.get())).unwrap()
}

/// Points and Luxury Coins of a member.
fn purse(folder: &Path, user: u64) -> (i64, i64) {
    let store = store(folder);
    let purse = store.read_blocking("look", move |read| coins::queries::purse(read, GUILD, UserId::new(user))).unwrap();
    store.close_blocking();
    (purse.points.get(), purse.luxury.get())
}

#[test]
fn a_link_to_a_handle_of_somebody_else_is_told_and_its_points_come() {
    let folder = folder();
    let folder = folder.path();
    let file = sqlite(
        folder,
        "CREATE TABLE tiktok_accounts (handle_id INTEGER PRIMARY KEY, handle_name TEXT, first_seen TEXT,
           linked_discord_id BIGINT, points INTEGER);
         INSERT INTO tiktok_accounts VALUES (1, 'Ann.S', '2025-03-01', 111, 50), (2, '@ann.s', '2025-03-01', 222, 7),
           (3, '?', '2025-03-01', 111, 1), (4, 'ANN.S', '2025-03-01', 111, 2), (5, 'ann.s', '2025-03-01', NULL, 1);",
    );
    let sentence = format!("left out of tiktok_accounts, row 2: {SOMEBODY_ELSES}\n");
    let tried = read_by_a_person(folder, &file, &["--dry-run"]);
    let sums = "tiktok_accounts: 5 rows, 4 would come, 0 were here, 1 left out, and a part of 1\n";
    assert!(tried.starts_with(sums) && tried.contains(&sentence), "{tried}");
    let report = import(folder, &file, &[]);
    assert_eq!(counts(&report), [("tiktok_accounts".to_owned(), [5, 4, 0, 1])]);
    assert_eq!(report["tables"][0]["in_part"], 1);
    let told = left_out(&report, "tiktok_accounts");
    assert!(told.len() == 2 && told.contains(&("2", SOMEBODY_ELSES)), "{told:?}");
    assert_eq!((account(folder, "ann.s"), purse(folder, 111).0, purse(folder, 222).0), ((Some(111), 60), 60, 0));
    // Whoever reads only the second report, because the first was cut off, misses nothing.
    let again = read_by_a_person(folder, &file, &[]);
    let sums = "tiktok_accounts: 5 rows, 0 came, 4 were here, 1 left out, and a part of 1\n";
    assert!(again.starts_with(sums) && again.contains(&sentence), "{again}");
    assert_eq!(account(folder, "ann.s"), (Some(111), 60));
    assert_eq!(output(folder, &["check"], &[]).code, Some(0));
}

#[test]
fn a_link_beyond_the_most_that_a_member_may_have_is_told_and_its_points_come() {
    let folder = folder();
    let folder = folder.path();
    let rows: Vec<Value> = (1..=26)
        .map(|number| {
            json!({
                "handle_id": number, "handle_name": format!("ann_{number}"), "first_seen": "2025-03-01",
                "linked_discord_id": "7", "points": number,
            })
        })
        .collect();
    let file = folder.join("points.json");
    std::fs::write(&file, json!({ "tiktok_accounts": rows }).to_string()).unwrap();
    let reason = "its points came and its link did not, because the member has 25 handles already";
    for came in [26_u64, 0] {
        let report = import(folder, &file, &[]);
        assert_eq!(counts(&report), [("tiktok_accounts".to_owned(), [26, came, 26 - came, 0])]);
        assert_eq!(left_out(&report, "tiktok_accounts"), [("ann_26", reason)]);
    }
    assert_eq!((account(folder, "ann_25"), account(folder, "ann_26")), ((Some(7), 25), (None, 26)));
    assert_eq!(output(folder, &["check"], &[]).code, Some(0));
}

#[test]
fn what_any_table_tells_twice_is_told_as_left_out_and_the_first_counts() {
    let folder = folder();
    let folder = folder.path();
    let sql = format!(
        "CREATE TABLE bot_config (key TEXT, value TEXT);
         INSERT INTO bot_config VALUES ('delete_original_messages', 'false'), ('delete_original_messages', 'true');
         CREATE TABLE tiktok_accounts (handle_id INTEGER, handle_name TEXT, first_seen TEXT, linked_discord_id BIGINT,
           points INTEGER);
         INSERT INTO tiktok_accounts VALUES (1, 'ann', '2025-03-01', 7, 40), (1, 'ben', '2025-03-01', 8, 5);
         CREATE TABLE user_points (user_id BIGINT, points INTEGER);
         INSERT INTO user_points VALUES (7, 50), (7, 3);
         CREATE TABLE luxury_coins (user_id BIGINT, balance INTEGER);
         INSERT INTO luxury_coins VALUES (7, 1200), (7, 300), (8, -1), (8, 5);
         CREATE TABLE submissions (id INTEGER, user_id BIGINT, link_or_file TEXT, queue_line TEXT, submission_time TEXT);
         INSERT INTO submissions VALUES (1, 7, '{}', 'Free', '2025-03-01'), (1, 8, '{}', 'Free', '2025-03-01');
         CREATE TABLE live_sessions (id INTEGER, tiktok_username TEXT, start_time TEXT);
         INSERT INTO live_sessions VALUES (1, 'night.owl', '2025-03-01'), (1, 'night.owl', '2025-03-02');
         CREATE TABLE tiktok_interactions (id INTEGER, session_id TEXT, interaction_type TEXT, timestamp TEXT);
         INSERT INTO tiktok_interactions VALUES (5, '01', 'share', '2025-03-01 20:00:00'),
           (5, '1', 'like', '2025-03-01 20:00:00'), (2, '1', 'like', '2025-03-01 19:00:00');",
        link(1),
        link(2)
    );
    let file = sqlite(folder, &sql);
    // What came, what was left out, and the row that is there twice.
    let tables = [
        ("bot_config", [1_u64, 1], "delete_original_messages"),
        ("tiktok_accounts", [1, 1], "1"),
        ("user_points", [1, 1], "7"),
        ("luxury_coins", [2, 2], "7"),
        ("submissions", [1, 1], "1"),
        ("live_sessions", [1, 1], "1"),
        ("tiktok_interactions", [2, 1], "5"),
    ];
    for is_first in [true, false] {
        let report = import(folder, &file, &[]);
        let expected = tables.map(|(table, [came, left_out], _)| {
            let [came, known] = if is_first { [came, 0] } else { [0, came] };
            (table.to_owned(), [came + known + left_out, came, known, left_out])
        });
        assert_eq!(counts(&report), expected, "{report:#}");
        for (table, _, row) in tables {
            let told = left_out(&report, table);
            assert!(told.contains(&(row, TWICE)), "{table}: {told:?}");
        }
        assert_eq!((purse(folder, 7), purse(folder, 8)), ((50, 1200), (0, 5)));
    }
    let told = read_by_a_person(folder, &file, &["--dry-run"]);
    assert!(told.contains(&format!("left out of luxury_coins, row 7: {TWICE}\n")), "{told}");
    assert_eq!(output(folder, &["check"], &[]).code, Some(0));
}

#[test]
fn what_a_list_tells_twice_is_told_however_many_rows_lie_between() {
    let folder = folder();
    let folder = folder.path();
    let row = |name: &str, points: u64| json!({"handle_name": name, "first_seen": "2025-03-01", "points": points});
    let mut rows: Vec<Value> = (0..450).map(|number| row(&format!("fan_{number}"), 3)).collect();
    rows.push(row("@Fan_0", 9));
    let file = folder.join("points.json");
    std::fs::write(&file, json!({ "tiktok_accounts": rows }).to_string()).unwrap();
    let report = import(folder, &file, &[]);
    assert_eq!(counts(&report), [("tiktok_accounts".to_owned(), [451, 450, 0, 1])]);
    assert_eq!(left_out(&report, "tiktok_accounts"), [("@Fan_0", TWICE)]);
    assert_eq!(account(folder, "fan_0"), (None, 3));
    // In a file of our own the greater points count, and so only a row that says less is left out.
    let rows = json!([row("ann", 5), row("ann", 8), row("ann", 6)]);
    std::fs::write(&file, json!({ "format": POINTS_FORMAT, "tiktok_accounts": rows }).to_string()).unwrap();
    let report = import(folder, &file, &[]);
    assert_eq!(counts(&report), [("tiktok_accounts".to_owned(), [3, 2, 0, 1])]);
    assert_eq!((left_out(&report, "tiktok_accounts"), account(folder, "ann")), (vec![("ann", TWICE)], (None, 8)));
}
