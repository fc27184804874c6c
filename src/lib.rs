//! Greenroom: live music reviews on Discord, in one program.
//!
#![doc = include_str!("../ARCHITECTURE.md")]
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

pub mod access;
pub mod activity;
pub mod display;
pub mod jobs;
pub mod live;
pub mod outbox;
pub mod profile;
pub mod references;
pub mod settings;

pub mod features;
pub mod flows;

pub mod catalogue;

pub mod discord;
pub mod http;
pub mod runner;
pub mod tiktok;

pub mod bot;

pub mod app;
pub mod sim;

/// Names the rows of the requirement table that a test proves; `tests/it/spec.rs` reads these lines.
#[macro_export]
macro_rules! covers {
    ($($row:literal),+ $(,)?) => {};
}
