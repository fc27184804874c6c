//! What the store counts, for whoever reads the figures of the process: how long commits take, and how operations end.
//!
//! Figures belong to the process and not to one store, as their readers do.

use std::sync::LazyLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use super::writer::Ran;

/// How long durable commits took, in seconds.
pub static COMMITS: LazyLock<Histogram> =
    LazyLock::new(|| Histogram::new([0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0]));

/// Operations that were run, by how they ended.
pub static OPERATIONS: LazyLock<Family<[(&'static str, &'static str); 1], Counter>> = LazyLock::new(Family::default);

/// Counts an operation.
pub(super) fn count(ran: Ran) {
    OPERATIONS.get_or_create(&[("outcome", ran.into())]).inc();
}
