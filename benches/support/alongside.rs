//! Somebody writes while something else goes on: how long each write takes, and how long the disk alone would hold it up.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use greenroom::features::coins;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::Stopwatch;
use greenroom::store::Store;

use super::fill::submitter;
use super::times::{Times, shown};

/// Members who get coins in turn.
const MEMBERS: u64 = 1_000;
/// The pause between two writes of the small file.
const PAUSE: Duration = Duration::from_millis(10);

/// What was measured while something went on.
pub struct Meanwhile<T> {
    /// What came of it.
    pub result: T,
    /// How long it took.
    pub took: Duration,
    /// How long each of somebody's writes took.
    pub writes: Vec<Duration>,
    /// How long each sync of the small file took: what holds that up is the disk, and not Greenroom.
    pub disk: Vec<Duration>,
}

/// Does `work` while a member of a server gets coins all the time, and a small file of its own is synced beside the store.
pub fn meanwhile<T>(
    store: &Store,
    guild: GuildId,
    pause: Option<Duration>,
    small_file: &Path,
    work: impl FnOnce() -> T,
) -> Meanwhile<T> {
    let is_done = AtomicBool::new(false);
    let is_over = || is_done.load(Ordering::Relaxed);
    thread::scope(|scope| {
        let writer = scope.spawn(|| write_until(store, guild, pause, is_over));
        let probe = scope.spawn(|| sync_until(small_file, is_over));
        let watch = Stopwatch::start();
        let result = {
            let _end = SetAtTheEnd(&is_done);
            work()
        };
        let took = watch.elapsed();
        Meanwhile { result, took, writes: writer.join().unwrap(), disk: probe.join().unwrap() }
    })
}

/// Lets the others end, also where the work ends by a panic.
struct SetAtTheEnd<'f>(&'f AtomicBool);

impl Drop for SetAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Gives coins to one member of a server after the other until there is an end; how long each took.
#[expect(clippy::disallowed_methods, reason = "a bench keeps the pace of real time")]
pub fn write_until(
    store: &Store,
    guild: GuildId,
    pause: Option<Duration>,
    is_over: impl Fn() -> bool,
) -> Vec<Duration> {
    let mut times = Vec::new();
    while !is_over() {
        let posting = Posting {
            currency: Currency::Luxury,
            user: submitter(times.len() as u64 % MEMBERS),
            delta: 1,
            kind: EntryKind::Gift,
            reason: "bench".to_owned(),
            actor: Actor::Live,
        };
        let watch = Stopwatch::start();
        store.write_blocking("coin", move |tx| coins::service::apply(tx, guild, &posting)).unwrap();
        times.push(watch.elapsed());
        if let Some(pause) = pause {
            thread::sleep(pause);
        }
    }
    times
}

/// Writes the same page of a file a hundred times a second; how long it took each time until it was on the disk.
#[expect(clippy::disallowed_methods, reason = "a bench keeps the pace of real time")]
fn sync_until(file: &Path, is_over: impl Fn() -> bool) -> Vec<Duration> {
    let file = File::create(file).unwrap();
    let mut times = Vec::new();
    while !is_over() {
        let watch = Stopwatch::start();
        file.write_all_at(&[7; 4096], 0).unwrap();
        file.sync_data().unwrap();
        times.push(watch.elapsed());
        thread::sleep(PAUSE);
    }
    times
}

/// The middle, the worst but one in a hundred, and the worst.
pub fn spread(times: &Times) -> String {
    let [p50, p99, worst] = [50, 99, 100].map(|percent| shown(times.percentile(percent)));
    format!("{p50} p50, {p99} p99, {worst} worst")
}
