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
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::Stopwatch;
use greenroom::store::Options;

use support::alongside::{meanwhile, spread, write_until};
use support::process::{binary, megabytes};
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
        let (guild, songs) = (GuildId::new(guild), SONGS.min(songs - from));
        support::fill::songs_without_points(&store, guild, songs);
    }
    store.close_blocking();
}

/// Copies the store while somebody gets a coin all the time, and compares with as long a time before. The last copy stays.
fn copying(file: &Path, snapshot: &Path, report: &mut Report) {
    let store = support::store(file, Options::CACHE_BYTES);
    let mut took = Vec::new();
    for (pace, pause) in PACES {
        let (mut alone, mut beside, mut disk) = (Vec::new(), Vec::new(), Vec::new());
        let mut growth = 0;
        for copy in 1..=COPIES {
            if snapshot.exists() {
                fs::remove_file(snapshot).unwrap();
            }
            support::progress(&format!("writing {pace}, without a copy and with copy {copy} of {COPIES}"));
            let watch = Stopwatch::start();
            let time = took.last().copied().unwrap_or(Duration::from_secs(20));
            alone.extend(write_until(&store, GUILD, pause, || watch.elapsed() > time));
            let before = length(file);
            let small_file = snapshot.with_file_name("small");
            let copied = meanwhile(&store, GUILD, pause, &small_file, || store.copy_to_blocking(snapshot).unwrap());
            took.push(copied.took);
            beside.extend(copied.writes);
            disk.extend(copied.disk);
            growth = growth.max(length(file) - before);
        }
        let (alone, beside, disk) = (Times::new(alone), Times::new(beside), Times::new(disk));
        report.figure(&format!("writing {pace}, without a copy"), spread(&alone));
        report.figure(&format!("writing {pace}, while the store is copied"), spread(&beside));
        report.figure("the small file beside it, while the store is copied", spread(&disk));
        report.time(&format!("the worst of {COPIES} copies"), Duration::from_millis(50), beside.percentile(100), "");
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

/// Restores the snapshot over the store, and into an empty folder, by the real program.
#[expect(clippy::disallowed_methods, reason = "whoever runs a bench sees what it waits for")]
fn restoring(folder: &Path, file: &Path, snapshot: &Path, report: &mut Report) {
    for (what, data) in [
        ("a restore into an empty folder", folder.join("other")),
        ("a restore over the store", file.parent().unwrap().to_owned()),
    ] {
        support::progress(what);
        let watch = Stopwatch::start();
        let ended = Command::new(binary())
            .args(["restore", snapshot.to_str().unwrap(), "--data-dir", data.to_str().unwrap()])
            .env_clear()
            .current_dir(folder)
            .status();
        assert!(ended.unwrap().success(), "{what}");
        report.time(what, Duration::from_mins(1), watch.elapsed(), "");
    }
}
