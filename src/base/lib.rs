//! What everything stands on: the shared vocabulary, and the embedded store. No word of a feature.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs,
        reason = "a broken setup should fail the test"
    )
)]

pub mod kernel;
pub mod store;

/// Names the rows of the requirement table that a test proves; `tests/it/spec.rs` reads these lines.
#[macro_export]
macro_rules! covers {
    ($($row:literal),+ $(,)?) => {};
}
