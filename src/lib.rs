//! Greenroom.
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

pub mod app;
pub mod features;
pub mod kernel;
pub mod sim;
pub mod store;
