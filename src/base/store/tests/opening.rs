//! Opening, reopening, damaged files, migrations and copies.

use std::fs;

use tempfile::TempDir;

use super::sample::{SONGS, Song, SongKey, key, log_of_this_thread, options, schema, song};
use crate::kernel::error::{Error, Result};
use crate::store::{Migration, OpenError, Schema, Span, Store, StoreError, StoreLocation, Table, Tx, verify};

fn file_in(folder: &TempDir) -> StoreLocation {
    StoreLocation::File(folder.path().join("data").join("greenroom.redb"))
}

fn path_of(place: &StoreLocation) -> &std::path::Path {
    match place {
        StoreLocation::File(path) => path,
        _ => panic!("the test needs a file"),
    }
}

fn open(place: &StoreLocation) -> Result<Store, OpenError> {
    Store::open(place, options(), schema())
}

#[test]
fn what_was_answered_is_there_after_reopening() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = open(&place).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &song("a"))).unwrap();
    store.close_blocking();
    let store = open(&place).unwrap();
    assert_eq!(store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap(), Some(song("a")));
    assert_eq!(store.check_blocking().unwrap(), []);
}

#[test]
fn a_second_handle_on_one_file_is_refused_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let _store = open(&place).unwrap();
    let error = open(&place).unwrap_err();
    assert!(matches!(error, OpenError::InUse(_)));
    let sentence = error.to_string();
    assert!(sentence.ends_with("stop the other Greenroom first, or choose another data folder."), "{sentence}");
}

#[test]
fn garbage_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    fs::create_dir_all(path_of(&place).parent().unwrap()).unwrap();
    for garbage in [vec![7_u8; 1], vec![7; 100], vec![0; 4096], vec![255; 100_000]] {
        fs::write(path_of(&place), &garbage).unwrap();
        let error = open(&place).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
        assert_eq!(fs::read(path_of(&place)).unwrap(), garbage);
    }
}

#[test]
fn a_truncated_file_never_panics() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = open(&place).unwrap();
    for id in 0..200 {
        let row = song(&format!("{id} {}", "x".repeat(500)));
        store.write_blocking("add", move |tx| SONGS.insert(tx, &key(id), &row)).unwrap();
    }
    store.close_blocking();
    let whole = fs::read(path_of(&place)).unwrap();
    for part in 1..40 {
        fs::write(path_of(&place), &whole[..whole.len() * part / 40]).unwrap();
        match open(&place) {
            Err(error) => assert!(matches!(error, OpenError::Damaged { .. }), "{part}: {error}"),
            Ok(store) => {
                let _ = store.check_blocking();
                store.close_blocking();
            }
        }
    }
}

#[test]
fn a_store_has_its_name_only_when_it_is_whole() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let unfinished = path_of(&place).with_file_name("greenroom.redb.unfinished");
    fs::create_dir_all(unfinished.parent().unwrap()).unwrap();
    fs::write(&unfinished, [0; 5000]).unwrap();
    open(&place).unwrap().close_blocking();
    assert!(!unfinished.exists(), "what an interrupted start left is used up");
    assert_eq!(open(&place).unwrap().check_blocking().unwrap(), []);
}

#[test]
fn a_file_of_another_program_is_refused() {
    let folder = TempDir::new().unwrap();
    let place = StoreLocation::File(folder.path().join("other.redb"));
    let other = redb::Database::create(path_of(&place)).unwrap();
    let transaction = other.begin_write().unwrap();
    transaction.open_table(redb::TableDefinition::<u64, u64>::new("numbers")).unwrap();
    transaction.commit().unwrap();
    drop(other);
    assert!(matches!(open(&place).unwrap_err(), OpenError::Damaged { .. }));
}

#[test]
fn two_tables_of_one_name_are_refused() {
    static TWIN: Table<u64, u64> = Table::new("sample.songs_by_user", &[]);
    let mut twins = schema();
    twins.tables.push(&TWIN);
    let error = Store::open(&StoreLocation::Memory, options(), twins).unwrap_err();
    assert!(error.to_string().contains("two tables or indexes are called sample.songs_by_user"), "{error}");
}

#[test]
fn a_table_that_is_new_in_the_schema_is_created() {
    static VOTES: Table<SongKey, u64> = Table::new("sample.votes", &[]);
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    open(&place).unwrap().close_blocking();
    let mut larger = schema();
    larger.tables.push(&VOTES);
    let store = Store::open(&place, options(), larger).unwrap();
    assert!(store.read_blocking("look", |read| VOTES.is_empty(read)).unwrap());
    store.write_blocking("vote", |tx| VOTES.insert(tx, &key(1), &5)).unwrap();
}

fn double_the_scores(tx: &Tx<'_>) -> Result<()> {
    SONGS.for_each(tx, Span::all(), |key, _| SONGS.update(tx, &key, |song| song.score *= 2).map(drop))
}

fn migrated(migrations: &[Migration]) -> Schema {
    Schema { migrations: migrations.to_vec(), ..schema() }
}

const DOUBLE: Migration = Migration { version: 1, name: "double the scores", run: double_the_scores };
const FAIL: Migration = Migration {
    version: 2,
    name: "fail",
    run: |tx| {
        SONGS.remove(tx, &key(1))?;
        Err(Error::failed("on purpose"))
    },
};

#[test]
fn migrations_run_once_after_the_store_was_saved() {
    crate::covers!("S-MIG-01", "S-MIG-05", "T-DAT-07");
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let score =
        |store: &Store| store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap().map(|song| song.score);
    let store = open(&place).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &Song { score: 3, ..song("a") })).unwrap();
    store.close_blocking();
    for _ in 0..2 {
        let store = Store::open(&place, options(), migrated(&[DOUBLE])).unwrap();
        assert_eq!(score(&store), Some(6));
        assert_eq!(store.check_blocking().unwrap(), []);
        store.close_blocking();
    }
    let saved = StoreLocation::File(path_of(&place).with_file_name("greenroom.redb.version-0"));
    assert_eq!(score(&open(&saved).unwrap()), Some(3));

    let error = open(&place).unwrap_err().to_string();
    let own = env!("CARGO_PKG_VERSION");
    let versions = format!("its data are of version 1, and this one, {own}, reads up to version 0.");
    assert!(error.contains(&versions), "{error}");
}

#[test]
fn migrations_run_in_their_order_and_the_log_tells_of_the_copy_and_of_each_at_its_start_and_end() {
    crate::covers!("S-MIG-01", "S-MIG-05");
    const ADD: Migration = Migration {
        version: 2,
        name: "add one to the scores",
        run: |tx| SONGS.for_each(tx, Span::all(), |key, _| SONGS.update(tx, &key, |song| song.score += 1).map(drop)),
    };
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = open(&place).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &Song { score: 3, ..song("a") })).unwrap();
    store.close_blocking();
    let (log, _kept) = log_of_this_thread();
    let store = Store::open(&place, options(), migrated(&[DOUBLE, ADD])).unwrap();
    let kept = store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap();
    assert_eq!(kept.map(|song| song.score), Some(7), "doubled first");
    let told: Vec<_> = log.lines().into_iter().filter(|line| line.contains("migrat")).collect();
    let expected = [
        "saving the store as it is before the migration path=",
        "saved the store as it was before the migration path=",
        "migrating the store: double the scores version=1",
        "migrated the store version=1",
        "migrating the store: add one to the scores version=2",
        "migrated the store version=2",
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (line, expected) in told.iter().zip(expected) {
        assert!(line.contains(expected), "{line:?} is not {expected:?}");
    }
}

#[test]
fn what_is_saved_before_a_migration_is_a_snapshot_like_any_other() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = open(&place).unwrap();
    let add = |tx: &Tx<'_>| (0..500).try_for_each(|id| SONGS.insert(tx, &key(id), &song(&format!("link {id}"))));
    store.write_blocking("add", add).unwrap();
    let manifest = store.copy_to_blocking(&folder.path().join("copy.redb")).unwrap();
    store.close_blocking();
    Store::open(&place, options(), migrated(&[DOUBLE])).unwrap().close_blocking();
    let saved = verify(&path_of(&place).with_file_name("greenroom.redb.version-0"), 1).unwrap();
    assert!(saved.is_snapshot);
    assert_eq!((saved.manifest.schema, saved.manifest.tables), (0, manifest.tables));
}

#[test]
fn a_store_that_cannot_be_saved_is_not_migrated() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = open(&place).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &Song { score: 3, ..song("a") })).unwrap();
    store.close_blocking();
    // A folder stands where the copy would be written.
    fs::create_dir(path_of(&place).with_file_name("greenroom.redb.version-0.unfinished")).unwrap();
    assert!(Store::open(&place, options(), migrated(&[DOUBLE])).is_err());
    // It is of the version of before, or it could not be opened as one.
    let store = open(&place).unwrap();
    let kept = store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap();
    assert_eq!(kept.map(|song| song.score), Some(3));
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = open(&place).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &Song { score: 3, ..song("a") })).unwrap();
    store.close_blocking();
    for _ in 0..2 {
        let error = Store::open(&place, options(), migrated(&[DOUBLE, FAIL])).unwrap_err();
        assert!(matches!(error, OpenError::Migration { .. }));
        assert!(error.to_string().contains("migration 2 (fail): on purpose"), "{error}");
    }
    let left: Vec<_> =
        std::fs::read_dir(path_of(&place).parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [path_of(&place)], "each start would leave one more copy of the same");
    let store = open(&place).unwrap();
    let kept = store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap();
    assert_eq!(kept.map(|song| song.score), Some(3));
}

#[test]
fn a_new_store_starts_at_the_newest_version_and_wrong_orders_are_refused() {
    crate::covers!("S-MIG-04");
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    Store::open(&place, options(), migrated(&[DOUBLE, FAIL])).unwrap().close_blocking();
    assert!(!path_of(&place).with_file_name("greenroom.redb.version-0").exists());
    for wrong in [&[FAIL, DOUBLE], &[DOUBLE, DOUBLE]] {
        assert!(matches!(Store::open(&StoreLocation::Memory, options(), migrated(wrong)), Err(OpenError::Schema(_))));
    }
}

#[test]
fn a_copy_holds_the_snapshot_and_never_replaces_a_file() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = open(&place).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &song("a"))).unwrap();
    let copy = folder.path().join("copy.redb");
    store.copy_to_blocking(&copy).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(2), &song("b"))).unwrap();
    let again = store.copy_to_blocking(&copy).unwrap_err();
    assert_eq!(StoreError::of(&again), Some(&StoreError::CopyExists(copy.clone())));
    let nowhere = store.copy_to_blocking(&folder.path().join("no").join("folder.redb"));
    assert!(nowhere.is_err());
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(3), &song("c"))).unwrap();

    let copied = open(&StoreLocation::File(copy)).unwrap();
    assert_eq!(copied.check_blocking().unwrap(), []);
    assert_eq!(copied.read_blocking("count", |read| SONGS.len(read)).unwrap(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
