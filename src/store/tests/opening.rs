//! Opening, reopening, damaged files, migrations and copies.

use std::fs;

use tempfile::TempDir;

use super::sample::{SONGS, key, options, schema, song};
use crate::store::{OpenError, Place, Store};

fn file_in(folder: &TempDir) -> Place {
    Place::File(folder.path().join("data").join("greenroom.redb"))
}

fn path_of(place: &Place) -> &std::path::Path {
    match place {
        Place::File(path) => path,
        Place::Memory => panic!("the test needs a file"),
    }
}

fn open(place: &Place) -> Result<Store, OpenError> {
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
fn an_empty_file_is_a_new_store_and_a_folder_is_none() {
    let folder = TempDir::new().unwrap();
    let place = file_in(&folder);
    fs::create_dir_all(path_of(&place)).unwrap();
    assert!(matches!(open(&place).unwrap_err(), OpenError::Damaged { .. }));
    fs::remove_dir(path_of(&place)).unwrap();
    fs::write(path_of(&place), []).unwrap();
    open(&place).unwrap().close_blocking();
}
