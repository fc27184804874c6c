//! What is counted of the conversation with Discord: interactions by name and outcome, first answers, displays.
//!
//! Labels are names that the code declares, so that there are never more of them than the code has; no user, no guild.

use std::cell::Cell;
use std::future::Future;
use std::sync::LazyLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::kernel::time::Stopwatch;

/// Bounds of the times below, in seconds. Discord forgets an interaction after 3.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0];

/// Interactions by `kind`, `name` and `outcome`.
pub static INTERACTIONS: LazyLock<Family<[(&'static str, String); 3], Counter>> = LazyLock::new(Family::default);

/// How long interactions took until everything about them was done, in seconds.
pub static INTERACTION_SECONDS: LazyLock<Histogram> = LazyLock::new(|| Histogram::new(BOUNDS));

/// How long it took until Discord had the first answer to an interaction, in seconds.
pub static ANSWERS: LazyLock<Histogram> = LazyLock::new(|| Histogram::new(BOUNDS));

/// Looks at displays that were not what they should be, by what became of them.
pub static DISPLAYS: LazyLock<Family<[(&'static str, &'static str); 1], Counter>> = LazyLock::new(Family::default);

/// How an interaction ended, the worst last; as text, the word for figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Outcome {
    Done,
    Refused,
    Failed,
    Panicked,
}

tokio::task_local! {
    /// How the interaction of this task has ended so far.
    static OUTCOME: Cell<Outcome>;
}

/// Counts an interaction when its handling is over, however that ends.
struct Counting {
    kind: &'static str,
    name: String,
    since: Stopwatch,
    outcome: Outcome,
}

/// Handles an interaction, and counts it.
pub(super) async fn counted(kind: &'static str, name: String, handling: impl Future<Output = ()>) {
    let mut counting = Counting { kind, name, since: Stopwatch::start(), outcome: Outcome::Panicked };
    counting.outcome = OUTCOME
        .scope(Cell::new(Outcome::Done), async {
            handling.await;
            OUTCOME.with(Cell::get)
        })
        .await;
}

/// Notes how something of the interaction of this task ended; the worst counts. Nothing where there is no interaction.
pub(super) fn note(outcome: Outcome) {
    // Whoever does not answer an interaction is not counted.
    let _ = OUTCOME.try_with(|worst| worst.set(worst.get().max(outcome)));
}

impl Drop for Counting {
    fn drop(&mut self) {
        let (name, outcome) = (std::mem::take(&mut self.name), self.outcome.to_string());
        let labels = [("kind", self.kind.to_owned()), ("name", name), ("outcome", outcome)];
        INTERACTIONS.get_or_create(&labels).inc();
        INTERACTION_SECONDS.observe(self.since.elapsed().as_secs_f64());
    }
}
