//! A store of a gigabyte that was killed: how soon it is open again. Heavy, and in figures: run it alone, on a release build.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::sample::{SONGS, key, options, schema, song};
use crate::kernel::error::Error;
use crate::kernel::time::Stopwatch;
use crate::store::{Store, StoreLocation};

const GIGABYTE: u64 = 1 << 30;

fn open(path: &Path) -> Store {
    Store::open(&StoreLocation::File(path.to_owned()), options(), schema()).unwrap()
}

/// Adds songs in large transactions until the file is as long as this; gives how many there are.
fn grow(store: &Store, path: &Path, length: u64) -> u64 {
    let mut songs = 0;
    while fs::metadata(path).unwrap().len() < length {
        let first = songs;
        let row = move |id: u64| song(&format!("{id} {}", "x".repeat(600)));
        store
            .write_blocking("grow", move |tx| {
                (first..first + 5_000).try_for_each(|id| SONGS.insert(tx, &key(id), &row(id)))
            })
            .unwrap();
        songs += 5_000;
    }
    songs
}

/// What a kill leaves: the file as it is while nobody writes, because the writer makes the copy.
fn killed(store: &Store, path: &Path, name: &str) -> PathBuf {
    let (from, left) = (path.to_owned(), path.with_file_name(name));
    let to = left.clone();
    store.write_blocking("copy", move |_| fs::copy(&from, &to).map(drop).map_err(Error::failed)).unwrap();
    // What a store wrote is on the disk already, so opening it has nothing to wait for.
    fs::File::open(&left).unwrap().sync_all().unwrap();
    left
}

#[test]
#[ignore = "heavy: writes three gigabytes"]
fn a_gigabyte_that_was_killed_is_open_within_a_second_in_a_quiet_moment_and_within_ten_at_worst() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("greenroom.redb");
    let store = open(&path);
    let songs = grow(&store, &path, GIGABYTE);
    let busy = killed(&store, &path, "busy.redb");
    // The commit for a quick reopening comes by itself after a second without writes.
    let (written, watch) = (fs::metadata(&path).unwrap().modified().unwrap(), Stopwatch::start());
    while fs::metadata(&path).unwrap().modified().unwrap() == written && watch.elapsed() < Duration::from_secs(5) {
        std::thread::yield_now();
    }
    let quiet = killed(&store, &path, "quiet.redb");
    store.close_blocking();
    // With its debug assertions redb visits every page even in a quiet moment.
    let at_once = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });
    for (path, limit, is_read_whole) in [(quiet, at_once, false), (busy, Duration::from_secs(10), true)] {
        let watch = Stopwatch::start();
        let store = open(&path);
        let took = watch.elapsed();
        println!("{songs} songs, read whole: {}, open after {took:?}", store.was_repaired());
        assert!(took < limit, "{took:?}");
        assert_eq!(store.was_repaired(), is_read_whole);
        assert_eq!(store.read_blocking("count", |read| SONGS.len(read)).unwrap(), songs);
        store.close_blocking();
    }
}
