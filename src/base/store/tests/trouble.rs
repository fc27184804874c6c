//! Power loss, full and broken disks, on the simulated disk.

use proptest::prelude::*;

use super::sample::{GUILD, SONGS, key, options, schema, song};
use crate::kernel::dice::Seed;
use crate::kernel::patience::until;
use crate::store::{Direction, Loss, Options, SimulatedDisk, Store, StoreError, StoreLocation};

fn open(disk: &SimulatedDisk) -> Store {
    Store::open(&StoreLocation::Simulated(disk.clone()), options(), schema()).unwrap()
}

/// Adds songs `first..` one by one until a write fails or `most` are added; the ids that were answered with success.
fn add_until_failure(store: &Store, first: u64, most: u64) -> Vec<u64> {
    (first..first + most)
        .take_while(|id| {
            let id = *id;
            let row = song(&format!("{id} {}", "x".repeat(700)));
            store.write_blocking("add", move |tx| SONGS.insert(tx, &key(id), &row)).is_ok()
        })
        .collect()
}

fn stored_ids(store: &Store) -> Vec<u64> {
    let page = store.read_blocking("look", |read| SONGS.page(read, GUILD, Direction::Forward, 1000)).unwrap();
    page.into_iter().map(|((_, id), _)| id.get()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_answered_survives_a_power_loss_at_any_moment(after in 0..400_u64, seed in any::<u64>()) {
        let disk = SimulatedDisk::new();
        let store = open(&disk);
        disk.lose_power_after(after, Loss::SomeWrites(Seed::fixed(seed)));
        let answered = add_until_failure(&store, 0, 100);
        store.close_blocking();
        disk.repair();

        let store = open(&disk);
        let stored = stored_ids(&store);
        prop_assert!(stored.starts_with(&answered), "answered {answered:?}, stored {stored:?}");
        prop_assert!(stored.len() <= answered.len() + 1, "at most the write under way may have been kept");
        prop_assert_eq!(store.check_blocking().unwrap(), []);
        let next = stored.len() as u64;
        prop_assert_eq!(add_until_failure(&store, next, 3).len(), 3);
    }
}

#[test]
fn a_full_disk_stops_the_store_until_it_is_opened_again() {
    let disk = SimulatedDisk::new();
    let store = open(&disk);
    add_until_failure(&store, 0, 1);
    disk.fill();
    let answered = 1 + add_until_failure(&store, 1, 100_000).len();
    let error = store.write_blocking("add", |_| Ok(())).unwrap_err();
    assert_eq!(StoreError::of(&error), Some(&StoreError::Stopped(Box::new(StoreError::DiskFull))));
    assert_eq!(error.to_string(), "the store has stopped: the disk is full; free some space and start again");
    assert_eq!(stored_ids(&store).len(), answered, "what was stored can still be read");
    assert_eq!(store.check_blocking().unwrap(), []);
    store.close_blocking();

    disk.repair();
    let store = open(&disk);
    assert_eq!(store.read_blocking("look", |read| SONGS.len(read)).unwrap(), answered as u64);
    assert_eq!(store.check_blocking().unwrap(), []);
}

#[test]
fn a_write_that_fails_as_it_is_committed_leaves_what_was_there_before_without_anybody_restoring_it() {
    crate::covers!("T-DAT-08");
    let disk = SimulatedDisk::new();
    let store = open(&disk);
    let add = |id: u64| store.write_blocking("add", move |tx| SONGS.insert(tx, &key(id), &song(&id.to_string())));
    for id in 0..5 {
        add(id).unwrap();
    }
    let before = stored_ids(&store);
    // The disk takes nothing from here on, so the transaction is whole in memory, and its commit is not.
    disk.refuse_writes();
    let changes = store.write_blocking("change", |tx| {
        SONGS.put(tx, &key(0), &song("another"))?;
        SONGS.insert(tx, &key(5), &song("a new one"))
    });
    assert!(matches!(StoreError::of(&changes.unwrap_err()), Some(StoreError::Io(_))));
    assert_eq!(stored_ids(&store), before, "whoever reads goes on with the last state that was committed");
    store.close_blocking();

    disk.repair();
    let store = open(&disk);
    assert_eq!(stored_ids(&store), before);
    let first = store.read_blocking("look", |read| SONGS.get(read, &key(0))).unwrap();
    assert_eq!(first, Some(song("0")), "and so does the next start");
    assert_eq!(store.check_blocking().unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_disk_is_told_to_the_caller_and_to_the_process() {
    let disk = SimulatedDisk::new();
    let store = open(&disk);
    disk.break_down();
    let error = store.write("add", |tx| SONGS.insert(tx, &key(1), &song("a"))).await.unwrap_err();
    assert!(matches!(StoreError::of(&error), Some(StoreError::Io(_))), "{error}");
    assert!(matches!(store.stopped().await, StoreError::Io(_)));
    let error = store.read("look", |read| SONGS.len(read)).await.unwrap_err();
    assert!(matches!(StoreError::of(&error), Some(StoreError::Stopped(_))), "{error}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_writes_any_more_is_still_read() {
    let disk = SimulatedDisk::new();
    let store = open(&disk);
    let answered = tokio::task::block_in_place(|| add_until_failure(&store, 0, 20));
    disk.refuse_writes();
    let error = store.write("add", |tx| SONGS.insert(tx, &key(100), &song("a"))).await.unwrap_err();
    assert!(matches!(StoreError::of(&error), Some(StoreError::Io(_))), "{error}");
    assert!(store.stop_reason().is_some());
    assert_eq!(tokio::task::block_in_place(|| stored_ids(&store)), answered);
    let length = disk.length();
    disk.repair();
    let error = store.write("add", |tx| SONGS.insert(tx, &key(101), &song("b"))).await.unwrap_err();
    assert!(matches!(StoreError::of(&error), Some(StoreError::Stopped(_))), "a store that stopped stays so: {error}");
    store.close().await;
    assert_eq!(disk.length(), length, "closing writes nothing, either");
    assert_eq!(stored_ids(&self::open(&disk)), answered);
}

#[test]
fn a_read_that_the_disk_refuses_stops_the_store_and_is_told() {
    let disk = SimulatedDisk::new();
    let store = Store::open(&StoreLocation::Simulated(disk.clone()), Options { cache_bytes: 0, ..options() }, schema())
        .unwrap();
    add_until_failure(&store, 0, 50);
    disk.break_down();
    let error = store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap_err();
    assert!(matches!(StoreError::of(&error), Some(StoreError::Io(_))), "{error}");
    assert!(matches!(store.stop_reason(), Some(StoreError::Io(_))));
    let error = store.write_blocking("add", |_| Ok(())).unwrap_err();
    assert!(matches!(StoreError::of(&error), Some(StoreError::Stopped(_))), "{error}");
    store.close_blocking();
}

#[test]
fn bytes_that_are_missing_while_the_store_is_open_are_damage_and_no_trouble_of_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("greenroom.redb");
    let store =
        Store::open(&StoreLocation::File(path.clone()), Options { cache_bytes: 0, ..options() }, schema()).unwrap();
    add_until_failure(&store, 0, 50);
    // A page that points beyond the end of the file reads in the same way.
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(8192).unwrap();
    let error = store.read_blocking("look", |read| SONGS.get(read, &key(1))).unwrap_err();
    assert!(matches!(StoreError::of(&error), Some(StoreError::Damaged(_))), "{error}");
    let reason = store.stop_reason().unwrap();
    assert!(matches!(reason, StoreError::Damaged(_)), "{reason}");
    store.close_blocking();
}

/// Loses power now: the next write fails, and so does closing.
fn crash(store: &Store, disk: &SimulatedDisk) {
    disk.lose_power_after(0, Loss::SomeWrites(Seed::fixed(1)));
    assert!(add_until_failure(store, 1_000_000, 1).is_empty());
    store.close_blocking();
}

#[test]
fn after_a_quiet_second_a_crashed_store_opens_without_being_read_whole() {
    let disk = SimulatedDisk::new();
    let store = open(&disk);
    add_until_failure(&store, 0, 10);
    crash(&store, &disk);
    let store = open(&disk);
    assert!(store.was_repaired());

    add_until_failure(&store, 10, 10);
    let synced = disk.syncs();
    // The commit for quick repair is made in two phases.
    until("the commit for quick repair is made", || disk.syncs() >= synced + 2);
    crash(&store, &disk);
    let store = open(&disk);
    assert!(!store.was_repaired());
    assert_eq!(stored_ids(&store).len(), 20);
}
