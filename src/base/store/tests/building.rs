//! Indexes that the file does not have, or that an older program did not keep up to date.

use proptest::prelude::*;
use tempfile::TempDir;

use super::model::{Model, apply, apply_to_model, changes, compare};
use super::sample::{
    SONGS, SONGS_BY_LINK, SONGS_BY_USER, SONGS_IN_ORDER, Song, SongId, SongKey, key, log_of_this_thread, options,
    schema, song,
};
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{
    Direction, Index, Loss, Migration, OpenError, Schema, SimulatedDisk, Span, Store, StoreLocation, Table,
    applied_migrations,
};

/// The sample as an older program declared it.
static OLDER_SONGS: Table<SongKey, Song> = Table::new("sample.songs", &[&SONGS_BY_USER, &SONGS_BY_LINK]);

fn older() -> Schema {
    Schema { tables: vec![&OLDER_SONGS], migrations: Vec::new() }
}

fn opened(place: &StoreLocation, schema: Schema) -> Store {
    Store::open(place, options(), schema).unwrap()
}

fn file_in(folder: &TempDir) -> StoreLocation {
    StoreLocation::File(folder.path().join("greenroom.redb"))
}

/// Writes to the file as its present owner would not notice.
fn behind_its_back(place: &StoreLocation, act: impl FnOnce(&redb::WriteTransaction)) {
    let StoreLocation::File(path) = place else { panic!("the test needs a file") };
    let database = redb::Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    act(&transaction);
    transaction.commit().unwrap();
}

fn drop_raw_table(transaction: &redb::WriteTransaction, name: &str) {
    let table = redb::TableDefinition::<&'static [u8], &'static [u8]>::new(name);
    assert!(transaction.delete_table(table).unwrap(), "{name} was there");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whoever_wrote_last_every_index_is_whole(
        turns in proptest::collection::vec((any::<bool>(), proptest::collection::vec(changes(), 0..12)), 1..6),
    ) {
        let folder = TempDir::new().unwrap();
        let place = file_in(&folder);
        let mut model = Model::new();
        for (is_older, changes) in turns {
            let store = opened(&place, if is_older { older() } else { schema() });
            for change in changes {
                let mut after = model.clone();
                if apply_to_model(&mut after, &change).is_none() {
                    continue;
                }
                model = after;
                store
                    .write_blocking("change", move |tx| {
                        if is_older { apply_as_older(tx, &change) } else { apply(tx, &change) }
                    })
                    .unwrap();
            }
            store.close_blocking();
        }
        let store = opened(&place, schema());
        compare(&store, &model)?;
        store.close_blocking();
    }
}

fn apply_as_older(tx: &crate::store::Tx<'_>, change: &super::model::Change) -> crate::kernel::error::Result<()> {
    use super::model::Change;
    match change {
        Change::Insert(key, song) => OLDER_SONGS.insert(tx, key, song),
        Change::Put(key, song) => OLDER_SONGS.put(tx, key, song),
        Change::Score(key, score) => OLDER_SONGS.update(tx, key, |song| song.score = *score).map(drop),
        Change::Remove(key) => OLDER_SONGS.remove(tx, key).map(drop),
    }
}

/// More rows than one sorted run of a build holds in tests, with links in no order.
fn fill(store: &Store, table: &'static Table<SongKey, Song>, count: u64) {
    store
        .write_blocking("fill", move |tx| {
            (0..count).try_for_each(|id| {
                let link = format!("{:04x}", id.wrapping_mul(0x9E37) % 0x1_0000);
                table.insert(tx, &key(id), &Song { score: u32::try_from(id % 7).unwrap(), ..song(&link) })
            })
        })
        .unwrap();
}

#[test]
fn an_index_with_many_entries_is_built_with_its_counts_and_sums() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = opened(&place, older());
    fill(&store, &OLDER_SONGS, 2_000);
    store.close_blocking();
    let store = opened(&place, schema());
    assert_eq!(store.check_blocking().unwrap(), []);
    let count = store.read_blocking("count", |read| SONGS_IN_ORDER.count(read, GuildId::new(1))).unwrap();
    assert_eq!(count, 2_000);
    store.write_blocking("remove", |tx| SONGS.remove(tx, &key(77))).unwrap();
    assert_eq!(store.check_blocking().unwrap(), [], "what was built goes on as what was kept up to date");
}

#[test]
fn the_log_tells_of_each_index_that_it_is_built_and_how_far_that_is() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = opened(&place, older());
    fill(&store, &OLDER_SONGS, 2_000);
    store.close_blocking();
    let (log, _kept) = log_of_this_thread();
    opened(&place, schema()).close_blocking();
    for index in ["songs_waiting", "songs_in_order", "songs_by_letter", "scores_by_user"] {
        let named = format!("index=\"sample.{index}\"");
        let told: Vec<_> = log.lines().into_iter().filter(|line| line.contains(&named)).collect();
        assert_eq!(told.len(), 2, "{index}: {told:?}");
        assert!(told[0].contains("building an index") && told[0].contains("rows=2000"), "{told:?}");
        assert!(told[1].contains("1024 of 2000 rows are read"), "{told:?}");
    }
}

fn popular_by_user((guild, id): &SongKey, song: &Song) -> Option<(GuildId, UserId, SongId)> {
    (song.score > 3).then_some((*guild, song.user, *id))
}

#[test]
fn a_rule_with_a_new_version_is_applied_to_the_rows_that_are_there() {
    static BY_USER: Index<(GuildId, UserId, SongId), SongKey, Song> =
        Index::new("sample.songs_by_user", popular_by_user).rule_version(2);
    static NEWER_SONGS: Table<SongKey, Song> = Table::new("sample.songs", &[&BY_USER]);
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = opened(&place, schema());
    fill(&store, &SONGS, 14);
    store.close_blocking();
    let store = opened(&place, Schema { tables: vec![&NEWER_SONGS], migrations: Vec::new() });
    assert_eq!(store.check_blocking().unwrap(), []);
    let found = store.read_blocking("look", |read| BY_USER.page(read, Span::all(), Direction::Forward, 100)).unwrap();
    assert_eq!(found.len(), 6, "scores 4 to 6, twice");
}

#[test]
fn a_store_of_before_forms_were_noted_gets_the_indexes_that_it_lacks() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = opened(&place, schema());
    fill(&store, &SONGS, 10);
    store.close_blocking();
    behind_its_back(&place, |transaction| {
        drop_raw_table(transaction, "store.layout");
        drop_raw_table(transaction, "sample.songs_by_letter");
        // Another program made this one, and never filled it.
        drop_raw_table(transaction, "sample.scores_by_user");
        let empty = redb::TableDefinition::<&'static [u8], &'static [u8]>::new("sample.scores_by_user");
        transaction.open_table(empty).unwrap();
    });
    let store = opened(&place, schema());
    assert_eq!(store.check_blocking().unwrap(), []);
}

#[test]
fn rows_of_a_newer_program_are_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let store = opened(&place, schema());
    fill(&store, &SONGS, 3);
    store.close_blocking();
    behind_its_back(&place, |transaction| {
        let meta = redb::TableDefinition::<&'static [u8], &'static [u8]>::new("store.meta");
        let mut meta = transaction.open_table(meta).unwrap();
        meta.insert(b"rows:sample.songs".as_slice(), [1, 2].as_slice()).unwrap();
    });
    let error = Store::open(&place, options(), schema()).unwrap_err();
    assert!(matches!(error, OpenError::NewerRows { table: "sample.songs", .. }), "{error}");
    assert!(error.to_string().ends_with("start that version, or restore an older backup."), "{error}");
}

#[test]
fn whenever_the_power_fails_during_a_build_the_index_is_whole_after_it() {
    for operations in 0..60 {
        let disk = SimulatedDisk::new();
        let place = StoreLocation::Simulated(disk.clone());
        let store = opened(&place, older());
        fill(&store, &OLDER_SONGS, 300);
        store.close_blocking();
        disk.lose_power_after(operations, Loss::Everything);
        if let Ok(store) = Store::open(&place, options(), schema()) {
            store.close_blocking();
        }
        disk.repair();
        let store = opened(&place, schema());
        assert_eq!(store.check_blocking().unwrap(), [], "after {operations} operations");
        let count = store.read_blocking("count", |read| SONGS_IN_ORDER.count(read, GuildId::new(1))).unwrap();
        assert_eq!(count, 300);
        store.close_blocking();
    }
}

#[test]
fn what_was_migrated_is_noted_with_its_name_and_moment() {
    const FIRST: Migration = Migration { version: 1, name: "do nothing", run: |_| Ok(()) };
    const SECOND: Migration = Migration { version: 2, name: "do nothing again", run: |_| Ok(()) };
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    let of = |migrations: &[Migration]| Schema { migrations: migrations.to_vec(), ..schema() };
    let noted = |store: &Store| {
        let applied = store.read_blocking("look", |read| applied_migrations(read)).unwrap();
        applied.into_iter().map(|(version, applied)| (version, applied.name, applied.at)).collect::<Vec<_>>()
    };
    let store = opened(&place, of(&[FIRST]));
    let at = crate::kernel::time::Timestamp::from_millis(1_000);
    assert_eq!(noted(&store), [(1, "do nothing".to_owned(), at)], "a new store begins with all of them");
    store.close_blocking();
    for _ in 0..2 {
        let store = opened(&place, of(&[FIRST, SECOND]));
        let both = [(1, "do nothing".to_owned(), at), (2, "do nothing again".to_owned(), at)];
        assert_eq!(noted(&store), both);
        store.close_blocking();
    }
}
