//! What Greenroom does: features, the flows over several of them, and the rows of whatever they stage.
//!
//! Nothing here knows Discord's or TikTok's libraries, a web server or a runtime; `Cargo.toml` sees to that.
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

pub use greenroom_base::{
    covers, exported, fields, id_type, kernel, key_enum, refusals, sentence, slots_by_display, store,
};

pub mod access;
pub mod activity;
pub mod catalogue;
pub mod display;
pub mod features;
pub mod flows;
pub mod jobs;
pub mod live;
pub mod money;
pub mod outbox;
pub mod posts;
pub mod presence;
pub mod profile;
pub mod references;
pub mod remembered;
pub mod roles;
pub mod settings;
pub mod signin;
