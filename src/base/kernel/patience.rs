//! Waiting in unit tests: for as long as a machine that is busy with something else may need, and never for ever.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::missing_panics_doc,
    reason = "for tests alone; a broken setup should fail them"
)]

use std::future::Future;
use std::time::Duration;

use super::time::Stopwatch;

/// Longer than anything takes that a test waits for, also with the lowest priority beside programs that want everything.
pub const LONG: Duration = Duration::from_mins(10);

/// What comes of `wait`; fails with what was waited for.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(LONG, wait).await;
    waited.unwrap_or_else(|_| panic!("waited {LONG:?} in vain until {what}"))
}

/// Waits on a thread that may until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let since = Stopwatch::start();
    while !is_so() {
        assert!(since.elapsed() < LONG, "waited {LONG:?} in vain until {what}");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}
