//! The work on a store that nobody has open, and on one that the bot has.

use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::served::handler;
use super::*;
use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::app::control::ControlServer;
use crate::app::operation::{CheckStore, Checked, ExportLedger, ExportSqlite, SqliteExported};
use crate::catalogue::CATALOGUE;
use crate::features::coins::csv::Wanted;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::store::StoreError;
use crate::store::sqlite::{SqlTable, column};

const SAMPLE: SqlTable = SqlTable {
    name: "songs",
    columns: &[column("id", "INTEGER"), column("title", "TEXT")],
    primary_key: &["id"],
    unique: &[],
    references: &[],
    indexes: &[],
    rows: |_, guild, sink| sink(guild.unwrap_or(GuildId::new(5)), &[1_i64.into(), "Lunar".into()]),
};

const SAMPLES: Catalogue = Catalogue {
    checks: || {
        vec![|_, report| {
            report("queue.songs: two songs are playing".to_owned());
            Ok(())
        }]
    },
    exports: || vec![SAMPLE],
    ..CATALOGUE
};

fn storage() -> (TempDir, Storage) {
    let folder = tempfile::tempdir().unwrap();
    let storage =
        Storage { data_dir: folder.path().join("data"), cache_bytes: Options::CACHE_BYTES, is_cache_chosen: false };
    (folder, storage)
}

fn open(storage: &Storage) -> Store {
    let place = StoreLocation::File(store_file(&storage.data_dir));
    Store::open(&place, Options::new(Clock::system(), Seed::fixed(1)), (CATALOGUE.schema)()).unwrap()
}

fn quietly<O: Operation>(storage: &Storage, catalogue: Catalogue, operation: &O) -> Result<O::Outcome, Stop> {
    fulfil(storage, catalogue, operation, &mut |_| {})
}

/// Lets the store hold something of a server.
fn is_known(store: &Store, guild: GuildId) {
    store.write_blocking("known", move |tx| DEBUG_CHANNEL.set(tx, guild, &Some(ChannelId::new(1)))).unwrap();
}

#[test]
fn a_store_that_nobody_has_open_is_opened_and_closed_again() {
    let (_folder, storage) = storage();
    open(&storage).close_blocking();
    for _ in 0..2 {
        let sound = quietly(&storage, CATALOGUE, &CheckStore {}).unwrap();
        assert_eq!(sound, Checked { findings: Vec::new() });
    }
    let Checked { findings } = quietly(&storage, SAMPLES, &CheckStore {}).unwrap();
    assert_eq!(findings, ["queue.songs: two songs are playing"]);
}

#[tokio::test]
async fn a_store_that_the_bot_has_open_is_exported_and_checked_by_the_bot() {
    let (folder, storage) = storage();
    let store = open(&storage);
    let server = ControlServer::open(&storage.data_dir).unwrap();
    let serving = tokio::spawn(server.serve(handler(store.clone(), SAMPLES, &storage.data_dir)));
    let out = folder.path().join("out.db");
    is_known(&store, GuildId::new(5));
    let request = ExportSqlite::to(&out, Some(GuildId::new(5)), false).unwrap();
    let (exported, checked) =
        spawn_blocking(move || (quietly(&storage, CATALOGUE, &request), quietly(&storage, CATALOGUE, &CheckStore {})))
            .await
            .unwrap();
    assert_eq!(exported.unwrap(), SqliteExported { path: out.clone(), tables: vec![("songs".into(), 1)], dangling: 0 });
    assert_eq!(checked.unwrap().findings.len(), 1);
    let title: String =
        rusqlite::Connection::open(out).unwrap().query_row("SELECT title FROM songs", [], |row| row.get(0)).unwrap();
    assert_eq!(title, "Lunar");
    serving.abort();
    store.close().await;
}

#[test]
fn a_store_that_is_held_by_a_silent_process_is_in_use() {
    let (_folder, storage) = storage();
    let store = open(&storage);
    let stop = quietly(&storage, CATALOGUE, &CheckStore {}).unwrap_err();
    assert_eq!(stop.code, ExitCode::StoreInUse);
    store.close_blocking();
}

#[test]
fn a_folder_without_a_store_stays_empty() {
    let (_folder, storage) = storage();
    let stop = quietly(&storage, CATALOGUE, &CheckStore {}).unwrap_err();
    assert_eq!(stop.code, ExitCode::Configuration);
    assert!(!storage.data_dir.exists());
}

#[test]
fn an_export_of_a_server_that_the_store_does_not_know_is_refused_with_those_that_it_knows() {
    let (folder, storage) = storage();
    let store = open(&storage);
    is_known(&store, GuildId::new(5));
    store.close_blocking();
    let out = folder.path().join("out");
    let wanted = |guild| Wanted { guild: Some(guild), ..Wanted::default() };
    let export = |guild| ExportSqlite::to(&out, Some(guild), false).unwrap();
    let ledger = |guild| ExportLedger::to(&out, wanted(guild), false).unwrap();
    let (nobodys, known) = (GuildId::new(4711), GuildId::new(5));
    for stop in [
        quietly(&storage, CATALOGUE, &export(nobodys)).unwrap_err(),
        quietly(&storage, CATALOGUE, &ledger(nobodys)).unwrap_err(),
    ] {
        assert_eq!(stop.code, ExitCode::Configuration);
        assert_eq!(stop.message, "The store knows no server 4711: it knows 5.");
        assert!(!out.exists(), "no file is begun");
    }
    quietly(&storage, CATALOGUE, &export(known)).unwrap();
    std::fs::remove_file(&out).unwrap();
    quietly(&storage, CATALOGUE, &ledger(known)).unwrap();
}

#[test]
fn a_damaged_store_and_an_existing_export_have_codes_of_their_own() {
    let (folder, storage) = storage();
    open(&storage).close_blocking();
    let out = folder.path().join("out.db");
    std::fs::write(&out, "mine").unwrap();
    let exists = quietly(&storage, SAMPLES, &ExportSqlite::to(&out, None, false).unwrap()).unwrap_err();
    assert_eq!(exists.code, ExitCode::Configuration);
    assert!(exists.message.contains("--force"), "{}", exists.message);
    assert_eq!(std::fs::read(&out).unwrap(), b"mine");
    std::fs::write(store_file(&storage.data_dir), "no store").unwrap();
    assert_eq!(quietly(&storage, CATALOGUE, &CheckStore {}).unwrap_err().code, ExitCode::StorageFailed);
}

#[test]
fn an_export_replaces_an_export_of_its_kind_and_nothing_else() {
    let (folder, storage) = storage();
    open(&storage).close_blocking();
    let (sqlite, ledger) = (folder.path().join("out.db"), folder.path().join("out.csv"));
    let as_sqlite = |path: &Path| ExportSqlite::to(path, None, true).unwrap();
    let as_ledger = |path: &Path| ExportLedger::to(path, Wanted::default(), true).unwrap();
    for _ in 0..2 {
        quietly(&storage, CATALOGUE, &as_sqlite(&sqlite)).unwrap();
        quietly(&storage, CATALOGUE, &as_ledger(&ledger)).unwrap();
    }
    let store = store_file(&storage.data_dir);
    let through = folder.path().join("elsewhere/../link");
    std::fs::create_dir(folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(&store, folder.path().join("link")).unwrap();
    for place in [&store, &through, &storage.data_dir] {
        let refused = [
            quietly(&storage, CATALOGUE, &as_sqlite(place)).unwrap_err(),
            quietly(&storage, CATALOGUE, &as_ledger(place)).unwrap_err(),
        ];
        assert!(refused.iter().all(|stop| stop.code == ExitCode::Configuration), "{refused:?}");
    }
    assert!(quietly(&storage, CATALOGUE, &as_sqlite(&ledger)).is_err());
    assert!(quietly(&storage, CATALOGUE, &as_ledger(&sqlite)).is_err());
    quietly(&storage, CATALOGUE, &CheckStore {}).unwrap();
}

#[test]
fn a_check_that_fails_is_a_finding_and_the_others_are_made_all_the_same() {
    const BROKEN: Catalogue = Catalogue {
        checks: || {
            vec![
                |_, report| {
                    report("queue: a first one".to_owned());
                    Err(StoreError::Damaged("a page is torn".into()).into())
                },
                |_, _| panic!("a mistake in a check"),
                |_, report| {
                    report("coins: a last one".to_owned());
                    Ok(())
                },
            ]
        },
        ..CATALOGUE
    };
    let (_folder, storage) = storage();
    open(&storage).close_blocking();
    let Checked { findings } = quietly(&storage, BROKEN, &CheckStore {}).unwrap();
    insta::assert_snapshot!(findings.join("\n"), @r"
    queue: a first one
    the invariants of the features cannot be verified further: a page is torn
    the invariants of the features cannot be verified further: reading it failed; the log says where
    coins: a last one
    ");
}

#[test]
fn damage_that_is_met_on_the_way_names_the_snapshot_that_can_take_the_stores_place() {
    const TORN: Catalogue =
        Catalogue { exports: || vec![SqlTable { rows: |_, _, _| panic!("a page is torn"), ..SAMPLE }], ..CATALOGUE };
    let (folder, storage) = storage();
    open(&storage).close_blocking();
    let request = ExportSqlite::to(&folder.path().join("out.db"), None, false).unwrap();
    let stop = quietly(&storage, TORN, &request).unwrap_err();
    let (problem, way_back) = stop.message.split_once('\n').unwrap();
    assert_eq!(problem, "The store seems to be damaged: reading it failed; the log says where.");
    assert_eq!(
        (stop.code, way_back.starts_with("There is no snapshot in")),
        (ExitCode::StorageFailed, true),
        "{way_back}"
    );
}

#[test]
fn a_store_that_nobody_may_see_is_not_a_missing_one() {
    let (folder, storage) = storage();
    // A file in the way of the folder, which stands for a folder without rights: root has all of them.
    std::fs::write(&storage.data_dir, "no folder").unwrap();
    let unseen = attempt(&storage, CATALOGUE, &CheckStore {}, &mut |_| {}).unwrap_err();
    assert!(matches!(unseen, Unfulfilled::Unopened(_)), "{unseen:?}");
    drop(folder);
}
