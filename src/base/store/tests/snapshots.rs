//! Copies with their manifests: what a good one says, and how a bad one is told from it.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::sample::{SONGS, key, options, schema, song};
use crate::store::{Manifest, SnapshotError, Store, StoreLocation, copy_closed, repair, verify};

/// A folder with a snapshot of `count` songs.
fn snapshot(count: u64) -> (TempDir, PathBuf, Manifest) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&StoreLocation::File(folder.path().join("live.redb")), options(), schema()).unwrap();
    store
        .write_blocking("add", move |tx| {
            (0..count).try_for_each(|id| SONGS.insert(tx, &key(id), &song(&format!("link {id}"))))
        })
        .unwrap();
    let path = folder.path().join("snapshot.redb");
    let manifest = store.copy_to_blocking(&path).unwrap();
    store.close_blocking();
    (folder, path, manifest)
}

fn rows(manifest: &Manifest, table: &str) -> u64 {
    manifest.tables.iter().find(|found| found.name == table).unwrap().rows
}

#[test]
fn a_snapshot_says_what_it_holds_and_is_found_whole() {
    let (_folder, path, manifest) = snapshot(300);
    assert_eq!(rows(&manifest, "sample.songs"), 300);
    assert_eq!((manifest.greenroom.as_str(), manifest.schema), (env!("CARGO_PKG_VERSION"), 0));
    assert!(manifest.tables.iter().all(|table| table.sha256.len() == 64));
    let before = fs::read(&path).unwrap();
    let verified = verify(&path, 0).unwrap();
    assert!(verified.is_snapshot);
    assert_eq!(verified.manifest, manifest);
    assert_eq!(fs::read(&path).unwrap(), before, "looking changes nothing");
}

#[test]
fn a_snapshot_is_a_store_that_loses_its_manifest_when_it_is_used() {
    let (_folder, path, _) = snapshot(3);
    let store = Store::open(&StoreLocation::File(path.clone()), options(), schema()).unwrap();
    assert_eq!(store.read_blocking("count", |read| SONGS.len(read)).unwrap(), 3);
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(9), &song("new"))).unwrap();
    store.close_blocking();
    let verified = verify(&path, 0).unwrap();
    assert!(!verified.is_snapshot);
    assert_eq!(rows(&verified.manifest, "sample.songs"), 4);
}

#[test]
fn a_store_that_nobody_has_open_is_copied_as_it_is() {
    let (folder, path, manifest) = snapshot(5);
    let copy = folder.path().join("again.redb");
    let again = copy_closed(&folder.path().join("live.redb"), &copy, options().clock.now(), &|| false).unwrap();
    assert_eq!(again.tables, manifest.tables);
    let of_snapshot = folder.path().join("third.redb");
    assert_eq!(copy_closed(&path, &of_snapshot, options().clock.now(), &|| false).unwrap().tables, manifest.tables);
    fs::write(&path, "no store").unwrap();
    assert!(copy_closed(&path, &folder.path().join("fourth.redb"), options().clock.now(), &|| false).is_err());
    assert!(!folder.path().join("fourth.redb").exists());
}

#[test]
fn a_copy_that_is_not_wanted_any_more_leaves_nothing() {
    let (folder, _, _) = snapshot(5);
    let copy = folder.path().join("again.redb");
    assert!(copy_closed(&folder.path().join("live.redb"), &copy, options().clock.now(), &|| true).is_err());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("again")), "{left:?}");
}

#[test]
fn files_that_are_no_snapshots_are_refused_with_a_sentence() {
    let (folder, path, _) = snapshot(3);
    let missing = folder.path().join("nowhere.redb");
    assert_eq!(verify(&missing, 0), Err(SnapshotError::Missing(missing.clone())));
    for garbage in [vec![], b"x".to_vec(), vec![0; 4096], vec![255; 100_000], b"SQLite format 3\0".to_vec()] {
        let other = folder.path().join("garbage.redb");
        fs::write(&other, &garbage).unwrap();
        let error = verify(&other, 0).unwrap_err();
        assert!(matches!(error, SnapshotError::Foreign { .. }), "{error}");
        assert_eq!(fs::read(&other).unwrap(), garbage);
    }
    assert!(verify(folder.path(), 0).is_err(), "a folder");
    let other = folder.path().join("other.redb");
    drop(redb::Database::create(&other).unwrap());
    assert!(matches!(verify(&other, 0), Err(SnapshotError::Foreign { .. })));
    assert!(verify(&path, 0).is_ok());
}

#[test]
fn a_snapshot_of_a_newer_greenroom_is_refused_with_the_version_that_it_needs() {
    let (_folder, path, _) = snapshot(3);
    edit_manifest(&path, |manifest| manifest.greenroom = String::from("7.1.0"), Some(3));
    let error = verify(&path, 2).unwrap_err().to_string();
    let own = env!("CARGO_PKG_VERSION");
    let versions = format!("7.1.0: its data are of version 3, and this one, {own}, reads up to version 2.");
    assert!(error.contains(&versions), "{error}");
    assert!(error.ends_with("Restore it with Greenroom 7.1.0 or newer."), "{error}");
    // The file of a stopped bot does not say which Greenroom wrote it.
    forget_manifest(&path);
    let error = verify(&path, 2).unwrap_err().to_string();
    assert!(error.contains(&format!("of version 3, and this one, {own}, reads up to version 2.")), "{error}");
    assert!(error.ends_with("Restore it with the Greenroom that wrote it, or a newer one."), "{error}");
}

#[test]
fn what_differs_from_the_manifest_is_told() {
    let problem = |edit: &dyn Fn(&mut Manifest)| {
        let (_folder, path, _) = snapshot(3);
        edit_manifest(&path, edit, None);
        match verify(&path, 0).unwrap_err() {
            SnapshotError::Damaged { problem, .. } => problem,
            other => panic!("{other}"),
        }
    };
    let songs = |manifest: &mut Manifest, act: &dyn Fn(&mut crate::store::TableSum)| {
        act(manifest.tables.iter_mut().find(|table| table.name == "sample.songs").unwrap());
    };
    assert_eq!(problem(&|manifest| songs(manifest, &|table| table.rows = 4)), "sample.songs has 3 rows instead of 4");
    assert_eq!(
        problem(&|manifest| songs(manifest, &|table| table.sha256.replace_range(..1, "g"))),
        "the rows of sample.songs are not those that were saved"
    );
    assert_eq!(
        problem(&|manifest| songs(manifest, &|table| table.name = String::from("sample.tunes"))),
        "the table sample.tunes is missing"
    );
    assert_eq!(
        problem(&|manifest| manifest.tables.retain(|table| table.name != "sample.songs")),
        "the table sample.songs does not belong to it"
    );
    assert!(problem(&|manifest| manifest.schema = 9).contains("its manifest says version 9"));
}

#[test]
fn of_two_copies_with_one_name_the_first_is_made_and_the_second_refused() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&StoreLocation::File(folder.path().join("live.redb")), options(), schema()).unwrap();
    let add = |tx: &crate::store::Tx<'_>| (0..5_000).try_for_each(|id| SONGS.put(tx, &key(id), &song(&id.to_string())));
    store.write_blocking("add", add).unwrap();
    let path = folder.path().join("snapshot.redb");
    let copied: Vec<bool> = std::thread::scope(|scope| {
        let copying: Vec<_> = (0..4).map(|_| scope.spawn(|| store.copy_to_blocking(&path).is_ok())).collect();
        copying.into_iter().map(|copy| copy.join().unwrap()).collect()
    });
    assert_eq!(copied.iter().filter(|is_copied| **is_copied).count(), 1, "{copied:?}");
    // Another process has no turn to wait for, and sees that somebody writes there.
    let other = folder.path().join("other.redb");
    let unfinished = fs::File::create(folder.path().join("other.redb.unfinished")).unwrap();
    unfinished.lock().unwrap();
    assert!(store.copy_to_blocking(&other).unwrap_err().to_string().contains("other.redb"));
    // What a crash left is nobody's.
    drop(unfinished);
    store.copy_to_blocking(&other).unwrap();
    store.close_blocking();
    assert!(verify(&path, 0).unwrap().is_snapshot && verify(&other, 0).unwrap().is_snapshot);
}

#[test]
fn a_copy_that_stays_unfinished_never_gets_its_name() {
    let (folder, path, _) = snapshot(3);
    fs::remove_file(&path).unwrap();
    // A folder stands where the copy would be written.
    fs::create_dir(folder.path().join("snapshot.redb.unfinished")).unwrap();
    assert!(copy_closed(&folder.path().join("live.redb"), &path, options().clock.now(), &|| false).is_err());
    assert!(!path.exists());
}

#[test]
fn a_store_that_is_closed_does_not_wait_for_its_copy() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&StoreLocation::File(folder.path().join("live.redb")), options(), schema()).unwrap();
    let add =
        |tx: &crate::store::Tx<'_>| (0..20_000).try_for_each(|id| SONGS.put(tx, &key(id), &song(&id.to_string())));
    store.write_blocking("add", add).unwrap();
    let path = folder.path().join("snapshot.redb");
    std::thread::scope(|scope| {
        let copying = scope.spawn(|| store.copy_to_blocking(&path));
        while !folder.path().join("snapshot.redb.unfinished").exists() && !copying.is_finished() {
            std::thread::yield_now();
        }
        store.close_blocking();
        // It may have been through already.
        if copying.join().unwrap().is_err() {
            assert!(!path.exists());
        }
    });
    assert!(!folder.path().join("snapshot.redb.unfinished").exists());
}

#[test]
fn a_file_that_was_not_closed_is_told_and_can_be_repaired() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("live.redb");
    let store = Store::open(&StoreLocation::File(path.clone()), options(), schema()).unwrap();
    store.write_blocking("add", |tx| SONGS.insert(tx, &key(1), &song("a"))).unwrap();
    let torn = folder.path().join("torn.redb");
    fs::copy(&path, &torn).unwrap();
    store.close_blocking();
    // A copy of a file in use may be unreadable; what is certain is that it is never taken for whole as it is.
    if let Err(error) = verify(&torn, 0) {
        assert!(matches!(error, SnapshotError::Unclosed(_) | SnapshotError::Foreign { .. }), "{error}");
        if repair(&torn).is_ok() {
            assert!(!verify(&torn, 0).unwrap().is_snapshot);
        }
    }
}

/// Makes a store without a manifest of a snapshot.
fn forget_manifest(path: &Path) {
    let database = redb::Database::open(path).unwrap();
    let mut transaction = database.begin_write().unwrap();
    transaction.set_quick_repair(true);
    let manifest = redb::TableDefinition::<&[u8], &[u8]>::new("snapshot.manifest");
    assert!(transaction.delete_table(manifest).unwrap());
    transaction.commit().unwrap();
}

/// Changes what a snapshot says about itself, and perhaps the version of its data.
fn edit_manifest(path: &Path, edit: impl FnOnce(&mut Manifest), schema: Option<u64>) {
    use redb::{ReadableTable, TableDefinition};

    let bytes = |name: &'static str| TableDefinition::<&[u8], &[u8]>::new(name);
    let database = redb::Database::open(path).unwrap();
    let mut transaction = database.begin_write().unwrap();
    transaction.set_quick_repair(true);
    {
        let mut table = transaction.open_table(bytes("snapshot.manifest")).unwrap();
        let mut manifest: Manifest =
            serde_json::from_slice(table.get(&b"manifest"[..]).unwrap().unwrap().value()).unwrap();
        edit(&mut manifest);
        if let Some(schema) = schema {
            manifest.schema = schema;
            let mut meta = transaction.open_table(bytes("store.meta")).unwrap();
            let (key, value) = crate::store::migrations::version_row(schema);
            meta.insert(key.as_slice(), value.as_slice()).unwrap();
        }
        table.insert(&b"manifest"[..], serde_json::to_vec(&manifest).unwrap().as_slice()).unwrap();
    }
    transaction.commit().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_flipped_bit_passes_as_another_snapshot(place in any::<proptest::sample::Index>(), bit in 0_u8..8) {
        let (_folder, path, manifest) = snapshot(200);
        let mut bytes = fs::read(&path).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        fs::write(&path, &bytes).unwrap();
        // A bit in a place that nothing uses may be found sound; what is in it is then what was saved.
        if let Ok(verified) = verify(&path, 0) {
            prop_assert_eq!(verified.manifest.tables, manifest.tables);
        }
    }

    #[test]
    fn no_part_of_a_snapshot_passes_as_the_whole(length in any::<proptest::sample::Index>()) {
        let (_folder, path, _) = snapshot(200);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..length.index(bytes.len())]).unwrap();
        prop_assert!(verify(&path, 0).is_err());
    }
}
