//! Waiting for what must come: long enough for a machine that is busy with something else, and never for ever.
//!
//! No test measures how fast this machine is. A deadline here only keeps a broken program from holding up all the tests, so
//! it is generous, and whoever waits in vain is told for what. Where a promise is about real time, [`at_this_speed`] says
//! what it comes to on this machine.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use greenroom::kernel::error::Result;
use greenroom::kernel::time::{Clock, ClockHand, Stopwatch};
use greenroom::sim::{Sim, World as Discord};
use greenroom::store::{Read, Store};

use crate::process::{greenroom, output_of};

/// Longer than anything takes that a test waits for, also with the lowest priority beside programs that want everything.
pub const LONG: Duration = Duration::from_mins(10);

/// How long starting a process takes on a quiet machine, with much to spare.
const QUIET_START: Duration = Duration::from_millis(200);

/// How long one looks away between two looks, where nothing tells when to look.
const NAP: Duration = Duration::from_millis(5);

/// One wait that has begun.
pub struct Patience<'a> {
    what: &'a str,
    since: Stopwatch,
}

impl<'a> Patience<'a> {
    /// Begins to wait; `what` is the sentence of what must come.
    pub fn until(what: &'a str) -> Self {
        Self { what, since: Stopwatch::start() }
    }

    /// Whether it took too long.
    pub fn is_over(&self) -> bool {
        self.since.elapsed() >= LONG
    }

    /// Waits a moment, on a thread that may; fails where it took too long.
    pub fn hold(&self) {
        assert!(!self.is_over(), "waited {LONG:?} in vain until {}", self.what);
        std::thread::park_timeout(NAP);
    }
}

/// What comes of `wait`.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(LONG, wait).await;
    waited.unwrap_or_else(|_| panic!("waited {LONG:?} in vain until {what}"))
}

/// Waits until something that is stored is so: looks now, and after each change.
pub async fn until_stored(store: &Store, what: &str, is_so: impl Fn(&dyn Read) -> Result<bool>) {
    let mut changes = store.changes();
    let waits = async {
        while !store.read_blocking("until", &is_so).unwrap() {
            // Whoever is told that changes were missed looks as well.
            let _ = changes.recv().await;
        }
    };
    within(what, waits).await;
}

/// Does work for which time has to pass: moves the clock in small steps until it is done.
pub async fn as_time_passes<T>(hand: &ClockHand, step: Duration, work: impl Future<Output = T>) -> T {
    let (mut work, real) = (std::pin::pin!(work), Clock::system());
    let done = async {
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = real.sleep(NAP) => hand.advance(step),
            }
        }
    };
    within("the work is done as time passes", done).await
}

/// Looks until something is found, on a thread that may wait.
pub fn found<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Patience::until(what);
    loop {
        if let Some(found) = look() {
            return found;
        }
        patience.hold();
    }
}

/// Lets the clock go on by `step` while nothing is found; the bot gets a moment of real time for each step.
pub async fn seen_in_time<T>(
    sim: &Sim,
    hand: &ClockHand,
    (step, moment): (Duration, Duration),
    what: &str,
    mut look: impl FnMut(&Discord) -> Option<T>,
) -> T {
    let patience = Patience::until(what);
    loop {
        if let Ok(found) = sim.wait_until(&mut look, moment).await {
            return found;
        }
        assert!(!patience.is_over(), "waited {LONG:?} in vain until {what}");
        hand.advance(step);
    }
}

/// What takes this long on a quiet machine takes this long here and now: as much longer as starting a process does.
pub fn at_this_speed(quiet: Duration) -> Duration {
    let watch = Stopwatch::start();
    output_of(greenroom(Path::new("/"), &["--version"]));
    let times = watch.elapsed().div_duration_f64(QUIET_START).max(1.0);
    quiet.mul_f64(times)
}
