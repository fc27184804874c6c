//! A store of each version of the format, as the program of that time wrote it, is brought up to date.
//!
//! `tests/golden/version-N.redb.gz` is what `greenroom demo --data DIR` left behind when N was the newest version, packed by
//! `gzip -9`. To add one before a migration is written: run that, check it, pack it, and add its line below.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use greenroom::app::backup::folder::Folder;
use greenroom::app::config::storage::Storage;
use greenroom::app::restore::{Restore, restore};
use greenroom::catalogue::{CATALOGUE, Catalogue};
use greenroom::covers;
use greenroom::features::coins::queries::entries::{Wanted, totals};
use greenroom::features::coins::tables::LEDGER;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::time::Clock;
use greenroom::store::{Manifest, OpenError, Options, Schema, Span, Store, StoreLocation, verify};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{SimProcess, output};

/// The versions, and how many rows each has in the tables whose form changed since, and in some others. The export itself notes
/// what the store is known by, a row of `bot_config`.
const STORES: &[(u64, &[(&str, u64)])] = &[
    (0, &[("bot_config", 9), ("luxury_coins", 5), ("viewer_count_snapshots", 5)]),
    (1, &[("bot_config", 9), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (2, &[("bot_config", 9), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (3, &[("bot_config", 9), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (4, &[("bot_config", 10), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (5, &[("bot_config", 10), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (6, &[("bot_config", 10), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (7, &[("bot_config", 10), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (8, &[("bot_config", 10), ("luxury_coins", 5), ("viewer_count_snapshots", 117), ("tiktok_watch_time", 11)]),
    (9, &[("bot_config", 14), ("luxury_coins", 5), ("users", 12), ("shop_items", 5), ("tasks", 4), ("user_tasks", 5)]),
];

/// How many rows of the evening each has in the tables that are the same since.
const OF_ALL: &[(&str, u64)] = &[
    ("live_sessions", 1),
    ("submissions", 19),
    ("tiktok_accounts", 11),
    ("tiktok_interactions", 35),
    ("user_points", 8),
];

/// What an upgrade brings to a table, or takes out of it: of which versions, and how many rows. Beside these, tables that came
/// later are there and empty, and the store keeps its own books (`store.…`).
const INTENDED: &[(&str, RangeInclusive<u64>, i64)] = &[
    // The export notes what the store is known by.
    ("settings.bot_config", 0..=9, 1),
    // What happened in a session is added up, by person and by minute.
    ("engagement.participants", 0..=0, 11),
    ("engagement.coins_by_minute", 0..=0, 2),
    // The ledger is added up by day, and no more by week.
    ("coins.ledger_by_day", 0..=7, 3),
    ("coins.weeks", 3..=7, -1),
];

/// By how many rows each table differs, of those that differ; a table that is gone is told as well.
fn differences(before: &Manifest, after: &Manifest) -> BTreeMap<String, i64> {
    let counts = |manifest: &Manifest| -> BTreeMap<String, i64> {
        let tables = manifest.tables.iter().filter(|table| !table.name.starts_with("store."));
        tables.map(|table| (table.name.clone(), i64::try_from(table.rows).unwrap())).collect()
    };
    let (before, after) = (counts(before), counts(after));
    let gone: Vec<_> = before.keys().filter(|table| !after.contains_key(*table)).collect();
    assert!(gone.is_empty(), "tables are gone: {gone:?}");
    let differs = |(table, rows): (String, i64)| {
        let more = rows - before.get(&table).copied().unwrap_or_default();
        (more != 0).then_some((table, more))
    };
    after.into_iter().filter_map(differs).collect()
}

/// A data folder with the store of a version.
fn data(version: u64) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("data/greenroom.redb");
    fs::create_dir(store.parent().unwrap()).unwrap();
    let packed = format!("{}/tests/golden/version-{version}.redb.gz", env!("CARGO_MANIFEST_DIR"));
    let mut packed = GzDecoder::new(File::open(packed).unwrap());
    io::copy(&mut packed, &mut File::create(&store).unwrap()).unwrap();
    (folder, store)
}

fn newest() -> u64 {
    (CATALOGUE.schema)().version()
}

fn exported(folder: &Path) -> Value {
    let export = output(folder, &["export", "sqlite", "out.db", "--force", "--json"], &[]);
    assert_eq!(export.code, Some(0), "{}", export.err);
    serde_json::from_str::<Value>(&export.out).unwrap()["tables"].clone()
}

#[test]
fn a_store_of_each_version_is_brought_up_to_date_and_keeps_its_rows() {
    covers!("M-DLV-08", "S-MIG-04", "T-ADV-08");
    assert_eq!(STORES.last().unwrap().0, newest(), "a new version needs a store of the one before it");
    for (version, rows) in STORES {
        let (folder, store) = data(*version);
        let before = verify(&store, newest()).unwrap().manifest;
        assert_eq!(before.schema, *version);
        let tables = exported(folder.path());
        for (table, count) in rows.iter().chain(OF_ALL) {
            assert_eq!(tables[table], *count, "{table} of version {version}");
        }
        let check = output(folder.path(), &["check"], &[]);
        assert_eq!(check.code, Some(0), "version {version}: {}", check.out);
        let after = verify(&store, newest()).unwrap().manifest;
        assert_eq!(after.schema, newest());
        let intended = INTENDED.iter().filter(|(_, versions, _)| versions.contains(version));
        let intended: BTreeMap<_, _> = intended.map(|(table, _, rows)| ((*table).to_owned(), *rows)).collect();
        assert_eq!(differences(&before, &after), intended, "version {version}");
        // The store of before is a snapshot, from which the same comes again.
        let snapshots = Folder::of(store.parent().unwrap()).snapshots().unwrap();
        if *version == newest() {
            assert!(snapshots.is_empty(), "nothing was migrated");
            continue;
        }
        let [snapshot] = &snapshots[..] else { panic!("{snapshots:?}") };
        let saved = verify(&snapshot.path, newest()).unwrap();
        assert!(saved.is_snapshot);
        assert_eq!((saved.manifest.schema, &saved.manifest.tables), (*version, &before.tables));
        fs::copy(&snapshot.path, folder.path().join("saved.redb")).unwrap();
        let tried = output(folder.path(), &["restore", "saved.redb", "--rehearse"], &[]);
        let told = format!(
            "from before an upgrade: a restore brings its data from version {version} up to version {}.",
            newest()
        );
        assert!(tried.out.contains(&told), "{tried:?}");
        let restored = output(folder.path(), &["restore", "saved.redb", "--json"], &[]);
        assert_eq!(restored.code, Some(0), "version {version}: {}", restored.err);
        let report: Value = serde_json::from_str(&restored.out).unwrap();
        assert_eq!((&report["version"], &report["brought_up_to"]), (&json!(version), &json!(newest())), "{report}");
        assert_eq!(exported(folder.path()), tables);
        let restored = output(folder.path(), &["restore", "saved.redb"], &[]);
        let told = format!("its data were brought from version {version} up to version {} again.", newest());
        assert!(restored.out.contains(&told), "{restored:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_starts_on_an_older_store_saves_it_first() {
    covers!("M-DLV-08");
    let (folder, store) = data(1);
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(0));
    assert_eq!(verify(&store, newest()).unwrap().manifest.schema, newest());
    let snapshots = Folder::of(store.parent().unwrap()).snapshots().unwrap();
    let [snapshot] = &snapshots[..] else { panic!("{snapshots:?}") };
    let saved = verify(&snapshot.path, newest()).unwrap();
    assert_eq!((saved.is_snapshot, saved.manifest.schema), (true, 1));
}

#[test]
fn what_a_song_and_a_handle_of_the_first_version_said_is_still_there() {
    let (folder, _) = data(0);
    exported(folder.path());
    let file = Connection::open(folder.path().join("out.db")).unwrap();
    let one = |sql: &str| file.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(
        one("SELECT artist_name || ' / ' || song_name FROM submissions WHERE public_id = '127626'"),
        "Ann / First Light"
    );
    assert_eq!(one("SELECT username FROM submissions WHERE public_id = '127626'"), "ann");
    assert_eq!(one("SELECT group_concat(tiktok_username) FROM live_sessions"), "nightowl.reviews");
    let linked =
        "SELECT CAST(count(*) AS TEXT) FROM tiktok_accounts WHERE handle_name = 'ann.sings' AND linked_discord_id > 0";
    assert_eq!(one(linked), "1");
}

#[test]
fn what_the_ledger_adds_up_to_is_built_when_a_store_of_before_is_opened() {
    let (_folder, file) = data(7);
    let options = Options::new(Clock::system(), Seed::fixed(1));
    let store = Store::open(&StoreLocation::File(file), options, (CATALOGUE.schema)()).unwrap();
    let mut plain = BTreeMap::<_, (u64, i64)>::new();
    let added_up = store.read_blocking("ledger", |read| {
        LEDGER.for_each(read, Span::all(), |(guild, _), entry| {
            let (entries, amount) = plain.entry((guild, entry.currency)).or_default();
            (*entries, *amount) = (*entries + 1, *amount + entry.delta);
            Ok(())
        })?;
        for ((guild, currency), (entries, amount)) in &plain {
            let found = totals(read, *guild, &Wanted::default())?;
            let total = found.of.iter().find(|total| total.currency == *currency).unwrap();
            assert_eq!((total.entries, total.came - total.went), (*entries, *amount), "{guild}, {currency}");
        }
        Ok(())
    });
    added_up.unwrap();
    assert!(!plain.is_empty());
}

/// The catalogue of a program that knows fewer versions.
fn older() -> Schema {
    let mut schema = (CATALOGUE.schema)();
    schema.migrations.truncate(1);
    schema
}

#[test]
fn an_older_program_refuses_a_newer_store_and_says_which_version_it_needs() {
    let (folder, store) = data(2);
    let before = verify(&store, newest()).unwrap();
    let options = Options::new(Clock::system(), Seed::fixed(1));
    let error = Store::open(&StoreLocation::File(store.clone()), options, older()).unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 2, known: 1, .. }));
    let sentence = error.to_string();
    assert!(sentence.contains("its data are of version 2, and this one, "), "{sentence}");
    assert!(sentence.contains("reads up to version 1."), "{sentence}");
    assert!(sentence.contains("Start the newer one, or restore an older backup."), "{sentence}");
    assert_eq!(verify(&store, newest()).unwrap(), before, "it is untouched");

    // A snapshot of it says which Greenroom can restore it.
    let made = output(folder.path(), &["backup", "newer.redb"], &[]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let old = Catalogue { schema: older, ..CATALOGUE };
    let storage =
        Storage { data_dir: folder.path().join("other"), cache_bytes: Options::CACHE_BYTES, is_cache_chosen: false };
    let order = Restore { backup: &folder.path().join("newer.redb"), anyway: false };
    let stop = restore(&storage, old, order, &Clock::system(), &mut |_| {}).unwrap_err();
    let needed = format!("Restore it with Greenroom {} or newer", env!("CARGO_PKG_VERSION"));
    assert!(stop.message.contains(&needed), "{}", stop.message);
    assert!(!folder.path().join("other/greenroom.redb").exists());
}
