//! What is counted of jobs: tries by kind and outcome.

use std::sync::LazyLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// Tries of jobs, by kind and by what became of them.
pub(crate) static TRIES: LazyLock<Family<[(&'static str, &'static str); 2], Counter>> = LazyLock::new(Family::default);

/// Counts a try. A job of a kind that this version does not know has none.
pub(super) fn count(kind: Option<&'static str>, outcome: &'static str) {
    TRIES.get_or_create(&[("kind", kind.unwrap_or("unknown")), ("outcome", outcome)]).inc();
}
