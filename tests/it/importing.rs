//! The data of another bot come in by the command line: once, cleaned, with what is wrong in them left out and told.

mod own;
mod told;

use std::path::{Path, PathBuf};

use greenroom::catalogue::CATALOGUE;
use greenroom::features::handles::model::AccountId;
use greenroom::features::queue::model::{Line, PublicId};
use greenroom::features::{coins, engagement, handles, queue};
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Clock;
use greenroom::live::Handle;
use greenroom::store::{Options, Store, StoreLocation};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{SimProcess, output};
use crate::reading::link;

pub const GUILD: GuildId = GuildId::new(81);

pub fn store(folder: &Path) -> Store {
    let place = StoreLocation::File(folder.join("data/greenroom.redb"));
    Store::open(&place, Options::new(Clock::system(), Seed::fixed(1)), (CATALOGUE.schema)()).unwrap()
}

/// A folder with an empty store.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path()).close_blocking();
    folder
}

/// A file of the other bot, with good rows and bad ones.
pub fn predecessor(folder: &Path) -> PathBuf {
    let path = folder.join("luxbot.db");
    let file = Connection::open(&path).unwrap();
    let sql = format!(
        "CREATE TABLE bot_config (key TEXT PRIMARY KEY, value TEXT, channel_id BIGINT, message_id BIGINT);
         INSERT INTO bot_config VALUES ('submission_channel_id', '55', 55, NULL), ('submissions_open', 'maybe', NULL, NULL),
           ('delete_original_messages', 'false', NULL, NULL), ('colour', 'green', NULL, NULL);
         CREATE TABLE tiktok_accounts (handle_id INTEGER PRIMARY KEY, handle_name TEXT, first_seen TEXT, last_seen TEXT,
           linked_discord_id BIGINT, points INTEGER, last_known_level INTEGER);
         INSERT INTO tiktok_accounts VALUES
           (1, '@Ann.Sings', '2025-01-02 03:04:05.5+00', '2025-03-02T03:04:05Z', 7, 40, 12),
           (2, 'ann_two', '2025-01-02 03:04:05', NULL, 7, 2, 0),
           (3, 'not a handle!', '2025-01-02 03:04:05', NULL, NULL, 1, 0),
           (4, 'ben', 'last summer', NULL, NULL, 1, 0),
           (5, 'chloe', '2025-01-02', NULL, NULL, -5, 0),
           (6, 'dmitri', 1735786000, NULL, NULL, 9, NULL);
         CREATE TABLE user_points (user_id BIGINT PRIMARY KEY, points INTEGER);
         INSERT INTO user_points VALUES (7, 50), (8, 3), (9, -1);
         CREATE TABLE luxury_coins (user_id BIGINT PRIMARY KEY, balance INTEGER);
         INSERT INTO luxury_coins VALUES (7, 1200), (8, 0), (9, 9223372036854775807);
         CREATE TABLE submissions (id INTEGER PRIMARY KEY, public_id TEXT, user_id BIGINT, username TEXT, artist_name TEXT,
           song_name TEXT, link_or_file TEXT, queue_line TEXT, submission_time TEXT, played_time TEXT, note TEXT,
           tiktok_username TEXT, total_score REAL);
         INSERT INTO submissions VALUES
           (1, '000123', 7, 'ann', 'Ann' || char(10) || 'B', 'First', '{one}', 'Free', '2025-03-01 10:00:00', NULL, ' note ', '@ann.sings', 50),
           (2, 'XYZ', 8, 'ben', NULL, NULL, '{two}', 'Songs Played', '2025-02-01 10:00:00', '2025-02-01 11:00:00', NULL, NULL, 0),
           (3, '000124', 8, 'ben', 'Ben', 'Copy', '{one}?t=9', 'Free', '2025-03-01 11:00:00', NULL, NULL, NULL, 0),
           (4, '000125', 8, 'ben', 'Ben', 'Nowhere', 'https://vimeo.com/1', 'Free', '2025-03-01 11:00:00', NULL, NULL, NULL, 0),
           (5, '000126', 8, 'ben', 'Ben', 'File', 'https://cdn.discordapp.com/attachments/1/2/a.mp3?ex=1f', 'Removed', '2025-03-01', NULL, NULL, NULL, 0),
           (6, '000127', 8, 'ben', 'Ben', 'Odd', '{six}', 'VIP', '2025-03-01', NULL, NULL, NULL, 0),
           (7, '000128', NULL, 'ben', 'Ben', 'Nobody', '{six}', 'Free', '2025-03-01', NULL, NULL, NULL, 0),
           (8, '000129', 8, x'fffe', x'ff', 'Bytes', '{six}', '10 Skip', '2025-03-01', NULL, NULL, NULL, 0);
         CREATE TABLE live_sessions (id INTEGER PRIMARY KEY, tiktok_username TEXT, start_time TEXT, end_time TEXT);
         INSERT INTO live_sessions VALUES (1, 'night.owl', '2025-03-01 20:00:00', '2025-03-01 22:00:00'), (2, '?', '2025-03-01', NULL);
         CREATE TABLE tiktok_interactions (id INTEGER PRIMARY KEY, session_id INTEGER, tiktok_account_id INTEGER,
           interaction_type TEXT, value TEXT, coin_value INTEGER, user_level INTEGER, timestamp TEXT);
         INSERT INTO tiktok_interactions VALUES
           (1, 1, 1, 'like', '15', NULL, 3, '2025-03-01 20:01:00'),
           (2, 1, 1, 'gift', 'Rose', 500, 3, '2025-03-01 20:02:30'),
           (3, 1, NULL, 'poll', '{{}}', NULL, NULL, '2025-03-01 20:03:00'),
           (4, 1, 3, 'comment', 'hi', NULL, NULL, '2025-03-01 20:03:00'),
           (5, 2, 1, 'comment', 'hi', NULL, NULL, '2025-03-01 20:03:00'),
           (6, 1, 1, 'dance', 'hi', NULL, NULL, '2025-03-01 20:03:00');",
        one = link(1),
        two = link(2),
        six = link(6)
    );
    file.execute_batch(&sql).unwrap();
    path
}

pub fn import(folder: &Path, file: &Path, more: &[&str]) -> Value {
    import_for(folder, GUILD, file, more)
}

/// Brings a file into any guild.
pub fn import_for(folder: &Path, guild: GuildId, file: &Path, more: &[&str]) -> Value {
    let guild = guild.to_string();
    let arguments: Vec<&str> = ["import", "luxbot", file.to_str().unwrap(), "--guild", &guild, "--json"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    let finished = output(folder, &arguments, &[]);
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    serde_json::from_str(&finished.out).unwrap()
}

/// What came of each table: found, brought, known, left out.
pub fn counts(report: &Value) -> Vec<(String, [u64; 4])> {
    let tables = report["tables"].as_array().unwrap().iter();
    let numbers = |table: &Value| ["found", "brought", "known", "left_out"].map(|key| table[key].as_u64().unwrap());
    tables.map(|table| (table["table"].as_str().unwrap().to_owned(), numbers(table))).collect()
}

/// What comes of the file of the other bot.
pub fn expected() -> Vec<(String, [u64; 4])> {
    let rows = [
        ("bot_config", [4, 2, 0, 2]),
        ("tiktok_accounts", [6, 3, 0, 3]),
        ("user_points", [3, 1, 0, 2]),
        ("luxury_coins", [3, 2, 0, 1]),
        ("submissions", [8, 4, 0, 4]),
        ("live_sessions", [2, 1, 0, 1]),
        ("tiktok_interactions", [6, 3, 0, 3]),
    ];
    rows.map(|(table, counts)| (table.to_owned(), counts)).to_vec()
}

/// The names in the folder of the snapshots, in order.
fn snapshots(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.join("data/backups/snapshots")) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn where_there_is_no_store_an_import_begins_one_and_a_dry_run_or_a_wrong_file_none() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = predecessor(folder.path());
    let report = import(folder.path(), &file, &["--dry-run"]);
    assert_eq!((counts(&report), &report["began"]), (expected(), &Value::Null));
    std::fs::write(folder.path().join("notes.txt"), "no database").unwrap();
    let refused = output(folder.path(), &["import", "luxbot", "notes.txt", "--guild", "81"], &[]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(!data.exists(), "nothing is begun for nothing");
    let file = file.to_str().unwrap();
    let done = output(folder.path(), &["import", "luxbot", file, "--guild", "81"], &[]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("There was no store, so one was begun: "), "{}", done.out);
    let again = import(folder.path(), Path::new(file), &[]);
    assert!(counts(&again).iter().all(|(_, [_, brought, ..])| *brought == 0), "{again}");
    assert_eq!(output(folder.path(), &["check"], &[]).code, Some(0));
}

#[test]
fn a_dry_run_tells_what_would_come_and_changes_nothing() {
    let folder = folder();
    let file = predecessor(folder.path());
    let report = import(folder.path(), &file, &["--dry-run"]);
    assert_eq!(counts(&report), expected(), "{report:#}");
    assert_eq!((&report["dry_run"], &report["snapshot"]), (&json!(true), &Value::Null));
    let reasons: Vec<&str> =
        report["left_out"].as_array().unwrap().iter().map(|row| row["reason"].as_str().unwrap()).collect();
    for reason in [
        "the setting can be Yes or No",
        "Greenroom has no such setting",
        "a TikTok handle has 2 to 24 letters, digits, dots or underscores",
        "it has no time at which it was seen",
        "points is no amount",
        "points belong to linked handles, and this member has none",
        "balance is no amount",
        "the same song waits already as #000123",
        "its link is none that is taken here",
        "there is no such line",
        "it names no member",
        "its live was left out",
        "its handle was left out",
        "there is no such type",
    ] {
        assert!(reasons.contains(&reason), "{reason} is not among {reasons:#?}");
    }
    let store = store(folder.path());
    let songs = store.read_blocking("songs", |read| queue::tables::SONGS.len(read)).unwrap();
    assert_eq!(songs, 0);
    store.close_blocking();
    assert_eq!(snapshots(folder.path()), Vec::<String>::new(), "no copy is left behind");
}

#[test]
fn what_comes_in_is_clean_comes_once_and_obeys_every_invariant() {
    let folder = folder();
    let file = predecessor(folder.path());
    let report = import(folder.path(), &file, &[]);
    assert_eq!(counts(&report), expected(), "{report:#}");
    assert!(Path::new(report["snapshot"].as_str().unwrap()).exists());
    let check = output(folder.path(), &["check"], &[]);
    assert_eq!(check.code, Some(0), "{}", check.out);
    let dump = |name: &str| {
        let out = format!("{name}.db");
        let export = output(folder.path(), &["export", "sqlite", &out, "--guild", "81", "--json"], &[]);
        assert_eq!(export.code, Some(0), "{}", export.err);
        let file = Connection::open(folder.path().join(out)).unwrap();
        let mut rows = Vec::new();
        for table in [
            "bot_config",
            "tiktok_accounts",
            "user_points",
            "luxury_coins",
            "submissions",
            "live_sessions",
            "tiktok_interactions",
        ] {
            let mut statement = file.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let width = statement.column_count();
            let found = statement.query_map([], |row| {
                (0..width).map(|place| row.get::<_, rusqlite::types::Value>(place)).collect::<Result<Vec<_>, _>>()
            });
            rows.extend(found.unwrap().map(|row| format!("{table} {:?}", row.unwrap())));
        }
        rows
    };
    let first = dump("first");
    let again = import(folder.path(), &file, &[]);
    for (table, [found, brought, known, left_out]) in counts(&again) {
        assert_eq!(brought, 0, "{table}");
        assert_eq!(found, known + left_out, "{table}");
    }
    assert_eq!(dump("second"), first, "the same import twice changes nothing");

    let store = store(folder.path());
    store
        .read_blocking("look", |read| {
            let account = |name| handles::queries::account(read, GUILD, &Handle::parse(name).unwrap());
            let ann = account("ann.sings")?.unwrap();
            assert_eq!((ann.linked, ann.level, ann.is_verified()), (Some(UserId::new(7)), Some(12), false));
            assert_eq!(ann.points.get(), 48, "what the member had beyond the handles is with the first of them");
            assert_eq!(coins::queries::points(read, GUILD, UserId::new(7))?.get(), 50);
            let luxury = coins::queries::purse(read, GUILD, UserId::new(7))?.luxury;
            assert_eq!(luxury.get(), 1200);
            let first = queue::queries::song(read, GUILD, PublicId::new(123))?.unwrap();
            assert_eq!((first.song.artist.as_str(), first.song.note.as_deref()), ("Ann B", Some("note")));
            assert_eq!((first.place.line, first.place.score), (Line::Free, 50));
            let mut lines = Vec::new();
            queue::tables::for_each(read, GUILD, |entry| {
                lines.push((entry.song.title, entry.place.line, entry.place.played_at.is_some()));
                Ok(())
            })?;
            let told: Vec<(&str, Line, bool)> =
                lines.iter().map(|(title, line, played)| (title.as_str(), *line, *played)).collect();
            assert_eq!(
                told,
                [
                    ("First", Line::Free, false),
                    ("Not Known", Line::SongsPlayed, true),
                    ("File", Line::Removed, false),
                    ("Bytes", Line::Skip10, false),
                ]
            );
            let session = engagement::queries::open_session(read, GUILD)?;
            assert!(session.is_none(), "what came in is over");
            Ok(())
        })
        .unwrap();
    store.close_blocking();
}

#[test]
fn a_person_reads_what_came_what_was_left_out_and_where_the_store_of_before_is() {
    let folder = folder();
    let file = predecessor(folder.path());
    let run = |more: &[&str]| {
        let file = file.to_str().unwrap();
        let arguments: Vec<&str> =
            ["import", "luxbot", file, "--guild", "81"].into_iter().chain(more.iter().copied()).collect();
        let finished = output(folder.path(), &arguments, &[]);
        assert_eq!(finished.code, Some(0), "{}", finished.err);
        finished.out
    };
    let tried = run(&["--dry-run"]);
    assert!(tried.starts_with("bot_config: 4 rows, 2 would come, 0 were here, 2 left out\n"), "{tried}");
    assert!(tried.contains("left out of tiktok_accounts, row 4: it has no time at which it was seen\n"), "{tried}");
    assert!(tried.ends_with("Nothing was changed.\n"), "{tried}");
    let came = run(&[]);
    assert!(came.contains("submissions: 8 rows, 4 came, 0 were here, 4 left out\n"), "{came}");
    assert!(came.contains("The store as it was before is "), "{came}");
    let again = run(&[]);
    assert!(again.contains("submissions: 8 rows, 0 came, 4 were here, 4 left out\n"), "{again}");
    // Ten rows with the same flaw are one line.
    let rows: Vec<Value> = (1..=10).map(|_| json!({"points": 3})).collect();
    let many = folder.path().join("points_20261121_200000.json");
    std::fs::write(&many, json!({"user_points": rows, "tiktok_accounts": []}).to_string()).unwrap();
    let told = output(folder.path(), &["import", "luxbot", many.to_str().unwrap(), "--guild", "81"], &[]);
    let left_out: Vec<&str> = told.out.lines().filter(|line| line.starts_with("left out of user_points")).collect();
    assert!(left_out.len() == 1 && left_out[0].contains(" more: "), "{}{}", told.out, told.err);
}

#[test]
fn files_that_hold_no_such_data_are_refused_and_nothing_is_changed() {
    let folder = folder();
    for (name, bytes) in [
        ("notes.txt", &b"my notes"[..]),
        ("empty.db", b""),
        ("list.json", b"[1, 2]"),
        ("half.json", b"{\"user_points\": ["),
        ("half.db", b"SQLite format 3\0 and nothing more"),
        ("nothing.json", b"{}"),
        ("number.json", b"{\"user_points\": 12}"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let finished = output(folder.path(), &["import", "luxbot", name, "--guild", "81"], &[]);
        assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""), "{name}: {}", finished.err);
        assert!(finished.err.contains(name), "{name}: {}", finished.err);
    }
    let other = Connection::open(folder.path().join("other.db")).unwrap();
    other.execute_batch("CREATE TABLE notes (id INTEGER); INSERT INTO notes VALUES (1)").unwrap();
    for (name, wanted) in
        [("nothing.json", "a list tiktok_accounts or user_points"), ("other.db", "one of bot_config, ")]
    {
        for more in [&[][..], &["--dry-run"]] {
            let arguments = [&["import", "luxbot", name, "--guild", "81"], more].concat();
            let finished = output(folder.path(), &arguments, &[]);
            assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""), "{name}: {}", finished.err);
            assert!(finished.err.contains(wanted), "{name}: {}", finished.err);
        }
    }
    assert_eq!(snapshots(folder.path()), Vec::<String>::new(), "what is refused needs none");
    let missing = output(folder.path(), &["import", "luxbot", "nowhere.db", "--guild", "81"], &[]);
    assert_eq!(missing.code, Some(2), "{}", missing.err);
    assert_eq!(output(folder.path(), &["check"], &[]).code, Some(0));
}

/// What happened on a live, by numbers that are texts.
fn texts_for_numbers(folder: &Path) -> PathBuf {
    let path = folder.join("texts.db");
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "CREATE TABLE tiktok_accounts (handle_id TEXT, handle_name TEXT, first_seen TEXT, points TEXT);
         INSERT INTO tiktok_accounts VALUES ('10', 'ben', '2025-03-01', '1'), ('9', 'ann', '2025-03-01', '2');
         CREATE TABLE live_sessions (id TEXT, tiktok_username TEXT, start_time TEXT, end_time TEXT);
         INSERT INTO live_sessions VALUES ('10', 'night.owl', '2025-03-02', NULL), ('9', 'night.owl', '2025-03-01', NULL);
         CREATE TABLE tiktok_interactions (id TEXT, session_id TEXT, tiktok_account_id TEXT, interaction_type TEXT,
           timestamp TEXT);",
    )
    .unwrap();
    for number in 1..=12 {
        let session = if number % 2 == 0 { "9" } else { "10" };
        let row = "INSERT INTO tiktok_interactions VALUES (?1, ?2, '9', 'share', '2025-03-01 20:00:00')";
        file.execute(row, [number.to_string().as_str(), session]).unwrap();
    }
    path
}

#[test]
fn rows_whose_numbers_are_texts_all_come_in_once() {
    let folder = folder();
    let file = texts_for_numbers(folder.path());
    let counted = |brought, known| {
        [("tiktok_accounts", 2), ("live_sessions", 2), ("tiktok_interactions", 12)]
            .map(|(table, found)| (table.to_owned(), [found, found * brought, found * known, 0]))
    };
    assert_eq!(counts(&import(folder.path(), &file, &[])), counted(1, 0));
    assert_eq!(counts(&import(folder.path(), &file, &[])), counted(0, 1));
    let store = store(folder.path());
    let first = store.read_blocking("look", |read| handles::queries::account_by_id(read, GUILD, AccountId::new(1)));
    assert_eq!(first.unwrap().unwrap().handle.as_str(), "ann", "the one with the smaller number came first");
    store.close_blocking();
}

#[test]
fn what_a_file_calls_its_rows_cannot_speak_to_a_terminal() {
    let folder = folder();
    let path = folder.path().join("loud.db");
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "CREATE TABLE tiktok_accounts (handle_id TEXT, handle_name TEXT);
         INSERT INTO tiktok_accounts VALUES ('1' || char(27) || '[31m' || char(10) || 'red', '?'), (char(27), '?');",
    )
    .unwrap();
    let long = folder.path().join("loud.json");
    let rows = json!({ "user_points": { "\u{1b}]0;mine\u{7}": 1, "x".repeat(5_000): 1 } });
    std::fs::write(&long, rows.to_string()).unwrap();
    for (path, wanted) in [(&path, vec!["1[31m red", "without an id"]), (&long, vec!["]0;mine"])] {
        let told = output(folder.path(), &["import", "luxbot", path.to_str().unwrap(), "--guild", "81"], &[]);
        let is_quiet = |text: &str| text.chars().all(|character| character == '\n' || !character.is_control());
        assert!(is_quiet(&told.out) && is_quiet(&told.err), "{told:?}");
        let report = import(folder.path(), path, &["--dry-run"]);
        let rows: Vec<&str> =
            report["left_out"].as_array().unwrap().iter().map(|row| row["row"].as_str().unwrap()).collect();
        assert!(wanted.iter().all(|wanted| rows.contains(wanted)), "{rows:?}");
        assert!(rows.iter().all(|row| row.len() < 100), "{rows:?}");
    }
    // What the file makes its reader say is quoted as well.
    file.execute_batch("CREATE VIEW user_points AS SELECT * FROM \"\u{1b}[31mred\"").unwrap();
    let refused = output(folder.path(), &["import", "luxbot", "loud.db", "--guild", "81"], &[]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("[31mred") && !refused.err.contains('\u{1b}'), "{:?}", refused.err);
}

#[test]
fn an_import_leaves_no_more_than_seven_snapshots_of_imports_and_all_others() {
    let folder = folder();
    let file = texts_for_numbers(folder.path());
    let snapshots_dir = folder.path().join("data/backups/snapshots");
    std::fs::create_dir_all(&snapshots_dir).unwrap();
    for day in 1..=8 {
        for kind in ["-before-import", "-by-hand"] {
            std::fs::write(snapshots_dir.join(format!("greenroom-2025010{day}-200000{kind}.redb")), "old").unwrap();
        }
    }
    import(folder.path(), &file, &["--dry-run"]);
    assert_eq!(snapshots(folder.path()).len(), 16, "a dry run removes nothing");
    let report = import(folder.path(), &file, &[]);
    let (of_imports, others): (Vec<_>, Vec<_>) =
        snapshots(folder.path()).into_iter().partition(|name| name.contains("before-import"));
    assert_eq!((of_imports.len(), of_imports[0].as_str()), (7, "greenroom-20250103-200000-before-import.redb"));
    assert!(report["snapshot"].as_str().unwrap().ends_with(&of_imports[6]), "{report}");
    assert_eq!(others.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_bot_brings_a_file_in_and_shows_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = SimProcess::start(folder).await;
    let bot = sim.bot(folder);
    bot.says("commands registered");
    let id = |what: &Value| what.as_str().unwrap().parse::<u64>().unwrap();
    let (guild, ann) = (GuildId::new(id(&sim.ids["guild"])), id(&sim.ids["members"]["ann"]));
    let path = folder.join("luxbot.db");
    let file = Connection::open(&path).unwrap();
    file.execute_batch(&format!(
        "CREATE TABLE submissions (id INTEGER PRIMARY KEY, user_id BIGINT, artist_name TEXT, song_name TEXT,
           link_or_file TEXT, queue_line TEXT, submission_time TEXT);
         INSERT INTO submissions VALUES (1, {ann}, 'Ann', 'Brought Along', '{}', 'Free', '2025-03-01 10:00:00');",
        link(1)
    ))
    .unwrap();
    let told = |report: &Value| counts(report)[0].1;
    assert_eq!(told(&import_for(folder, guild, &path, &["--dry-run"])), [1, 1, 0, 0]);
    let own = sim.command("ann", "mysubmissions", json!({})).await;
    assert!(!own.to_string().contains("Brought Along"), "{own}");
    let report = import_for(folder, guild, &path, &[]);
    assert_eq!(told(&report), [1, 1, 0, 0]);
    assert!(Path::new(report["snapshot"].as_str().unwrap()).exists());
    let own = sim.command("ann", "mysubmissions", json!({})).await;
    assert!(own.to_string().contains("Brought Along"), "{own}");
    assert_eq!(told(&import_for(folder, guild, &path, &[])), [1, 0, 1, 0]);
    assert_eq!(output(folder, &["check"], &[]).code, Some(0));
    // What cannot come in is refused by the bot as well, which goes on.
    std::fs::write(folder.join("nothing.json"), "{}").unwrap();
    let refused = output(folder, &["import", "luxbot", "nothing.json", "--guild", "81"], &[]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert_eq!(snapshots(folder).len(), 2);
}

#[test]
fn numbers_of_songs_come_in_with_or_without_their_zeros() {
    let folder = folder();
    let path = folder.path().join("luxbot.db");
    let file = Connection::open(&path).unwrap();
    file.execute_batch(&format!(
        "CREATE TABLE bot_config (key TEXT, value TEXT); INSERT INTO bot_config VALUES ('now_playing', '43467');
         CREATE TABLE submissions (id INTEGER PRIMARY KEY, public_id, user_id INTEGER, link_or_file TEXT, queue_line TEXT,
           submission_time TEXT, played_time TEXT);
         INSERT INTO submissions VALUES
           (1, 43467, 7, '{}', 'Songs Played', '2025-03-01', '2099-03-01'), (2, '43468', 7, '{}', 'Free', '2025-03-01', NULL),
           (3, '043469', 7, '{}', 'Free', '2025-03-01', NULL), (4, '#043470', 7, '{}', 'Free', '2025-03-01', NULL);",
        link(1),
        link(2),
        link(3),
        link(4)
    ))
    .unwrap();
    let report = import(folder.path(), &path, &[]);
    assert!(counts(&report).contains(&("submissions".to_owned(), [4, 4, 0, 0])), "{report:#}");
    assert_eq!(report["left_out"][0]["reason"], "what plays is known again with the next song");
    let export = output(folder.path(), &["export", "sqlite", "out.db", "--guild", "81"], &[]);
    assert_eq!(export.code, Some(0), "{}", export.err);
    let file = Connection::open(folder.path().join("out.db")).unwrap();
    let one = |query: &str| file.query_row(query, [], |row| row.get::<_, String>(0)).unwrap();
    let numbers = "SELECT group_concat(public_id, ' ') FROM (SELECT public_id FROM submissions ORDER BY id)";
    assert_eq!(one(numbers), "043467 043468 043469 043470");
    let played = one("SELECT played_time FROM submissions WHERE id = 1");
    assert!(played < one("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 minute')"), "{played} is to come");
}
