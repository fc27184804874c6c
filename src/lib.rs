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

pub use greenroom_base::{covers, fields, id_type, kernel, key_enum, refusals, sentence, slots_by_display, store};
pub use greenroom_domain::{
    access, activity, catalogue, display, features, flows, jobs, live, money, outbox, posts, presence, profile,
    references, roles, settings, signin, text_setting,
};
pub use greenroom_sim as sim;

pub mod discord;
mod http;
mod runner;
pub mod tiktok;

pub mod bot;

pub mod web;

pub mod app;
