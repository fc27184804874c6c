//! What a backup costs the people on Discord, and how long a restore takes: a large store, copied while somebody writes, then
//! restored by the program as it is shipped.
//!
//! `cargo bench --bench backup` prints one table in the end; it takes some ten minutes and up to 10 GB of disk. `MEGABYTES=100`
//! before it makes a smaller store. Nothing here fails because of a slow machine; a copy that is not whole ends the bench.
//!
//! The worst of many writes is often the disk's own doing. So each copy is made beside as long a time without one, and all the
//! while a small file of its own is synced beside the store: what holds that up is the disk, and not Greenroom.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use greenroom::features::coins;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Stopwatch;
use greenroom::store::{Options, Store};

use support::process::{BINARY, megabytes};
use support::report::Report;
use support::times::{Times, shown};

/// The guild whose members get coins while the store is copied.
const GUILD: GuildId = GuildId::new(400_000_000_000_000_000);
/// Songs of one guild; their numbers have six digits.
const SONGS: u64 = 400_000;
/// What a song takes in a file without free space, all its tables counted.
const BYTES_OF_A_SONG: u64 = 540;
/// So many copies are made at each pace.
const COPIES: usize = 3;
/// How fast somebody writes: as fast as it goes, and a hundred times a second, which is more than an evening brings.
const PACES: [(&str, Option<Duration>); 2] =
    [("at full speed", None), ("a hundred times a second", Some(Duration::from_millis(10)))];

fn main() {
    let load = support::machine();
    let folder = support::folder();
    let file = folder.path().join("data/greenroom.redb");
    fill(&file, megabytes_wanted() * 1_000_000);
    let mut report = Report::default();
    report.figure("the file of the store", megabytes(length(&file)));
    let snapshot = folder.path().join("snapshot.redb");
    copying(&file, &snapshot, &mut report);
    restoring(folder.path(), &file, &snapshot, &mut report);
    report.print("Backup and restore", &load);
}

#[expect(clippy::disallowed_methods, reason = "a bench has no configuration of its own")]
fn megabytes_wanted() -> u64 {
    std::env::var("MEGABYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).unwrap().len()
}

/// Fills guild after guild with songs until that many bytes are in use. The length of the file would not tell: a store
/// grows in steps and gives back what it does not need when it is closed.
fn fill(file: &Path, bytes: u64) {
    let store = support::store(file, support::FILLING);
    let songs = bytes / BYTES_OF_A_SONG;
    for (guild, from) in (GUILD.get() + 1..).zip((0..songs).step_by(usize::try_from(SONGS).unwrap_or(usize::MAX))) {
        support::progress(&format!("filling: {from} of {songs} songs"));
        support::fill::songs(&store, GuildId::new(guild), SONGS.min(songs - from));
    }
    store.close_blocking();
}

/// Copies the store while somebody gets a coin all the time, and compares with as long a time before. The last copy stays.
fn copying(file: &Path, snapshot: &Path, report: &mut Report) {
    let store = support::store(file, Options::CACHE_BYTES);
    let mut took = Vec::new();
    for (pace, pause) in PACES {
        let (mut alone, mut meanwhile) = (Vec::new(), Vec::new());
        let mut disk = Vec::new();
        let mut growth = 0;
        for copy in 1..=COPIES {
            if snapshot.exists() {
                fs::remove_file(snapshot).unwrap();
            }
            support::progress(&format!("writing {pace}, without a copy and with copy {copy} of {COPIES}"));
            let watch = Stopwatch::start();
            let time = took.last().copied().unwrap_or(Duration::from_secs(20));
            alone.extend(write_until(&store, pause, || watch.elapsed() > time));
            let before = length(file);
            took.push(copy_while_writing(&store, snapshot, pause, &mut meanwhile, &mut disk));
            growth = growth.max(length(file) - before);
        }
        let (alone, meanwhile, disk) = (Times::new(alone), Times::new(meanwhile), Times::new(disk));
        report.figure(&format!("writing {pace}, without a copy"), spread(&alone));
        report.figure(&format!("writing {pace}, while the store is copied"), spread(&meanwhile));
        report.figure("the small file beside it, while the store is copied", spread(&disk));
        report.time(&format!("the worst of {COPIES} copies"), Duration::from_millis(50), meanwhile.percentile(100), "");
        report.figure("growth of the file during one", megabytes(growth));
    }
    report.figure("the snapshot", megabytes(length(snapshot)));
    let took = Times::new(took);
    report.figure(
        "copying and verifying it",
        format!("{}, {} at most", shown(took.median()), shown(took.percentile(100))),
    );
    store.close_blocking();
}

/// Copies the store while somebody writes; how long that took. The times of the writes go to `times`, and those of the small
/// file to `disk`.
fn copy_while_writing(
    store: &Store,
    snapshot: &Path,
    pause: Option<Duration>,
    times: &mut Vec<Duration>,
    disk: &mut Vec<Duration>,
) -> Duration {
    let is_done = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (store, is_done) = (store.clone(), Arc::clone(&is_done));
        move || write_until(&store, pause, || is_done.load(Ordering::Relaxed))
    });
    let probe = std::thread::spawn({
        let (file, is_done) = (snapshot.with_file_name("small"), Arc::clone(&is_done));
        move || sync_until(&file, || is_done.load(Ordering::Relaxed))
    });
    let watch = Stopwatch::start();
    store.copy_to_blocking(snapshot).unwrap();
    let took = watch.elapsed();
    is_done.store(true, Ordering::Relaxed);
    times.extend(writer.join().unwrap());
    disk.extend(probe.join().unwrap());
    took
}

/// Writes the same page of a file a hundred times a second; how long it took each time until it was on the disk.
#[expect(clippy::disallowed_methods, reason = "a bench keeps the pace of real time")]
fn sync_until(file: &Path, is_over: impl Fn() -> bool) -> Vec<Duration> {
    let file = fs::File::create(file).unwrap();
    let mut times = Vec::new();
    while !is_over() {
        let watch = Stopwatch::start();
        file.write_all_at(&[7; 4096], 0).unwrap();
        file.sync_data().unwrap();
        times.push(watch.elapsed());
        std::thread::sleep(Duration::from_millis(10));
    }
    times
}

fn spread(times: &Times) -> String {
    let [p50, p99, worst] = [50, 99, 100].map(|percent| shown(times.percentile(percent)));
    format!("{p50} p50, {p99} p99, {worst} worst")
}

/// Gives coins to one member after the other until there is an end; how long each took.
#[expect(clippy::disallowed_methods, reason = "a bench keeps the pace of real time")]
fn write_until(store: &Store, pause: Option<Duration>, is_over: impl Fn() -> bool) -> Vec<Duration> {
    let mut times = Vec::new();
    while !is_over() {
        let posting = Posting {
            currency: Currency::Luxury,
            user: UserId::new(times.len() as u64 % 1_000 + 1),
            delta: 1,
            kind: EntryKind::Gift,
            reason: "bench".to_owned(),
            actor: Actor::Live,
        };
        let watch = Stopwatch::start();
        store.write_blocking("coin", move |tx| coins::service::apply(tx, GUILD, &posting)).unwrap();
        times.push(watch.elapsed());
        if let Some(pause) = pause {
            std::thread::sleep(pause);
        }
    }
    times
}

/// Restores the snapshot over the store, and into an empty folder, by the real program.
fn restoring(folder: &Path, file: &Path, snapshot: &Path, report: &mut Report) {
    for (what, data) in [
        ("a restore into an empty folder", folder.join("other")),
        ("a restore over the store", file.parent().unwrap().to_owned()),
    ] {
        support::progress(what);
        let watch = Stopwatch::start();
        let ended = Command::new(BINARY)
            .args(["restore", snapshot.to_str().unwrap(), "--data-dir", data.to_str().unwrap()])
            .env_clear()
            .current_dir(folder)
            .status();
        assert!(ended.unwrap().success(), "{what}");
        report.time(what, Duration::from_mins(1), watch.elapsed(), "");
    }
}
