//! The integration tests: one program, so that it links once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a broken setup should fail the test"
)]

mod architecture;
mod onlooker;
mod queue;
mod security;
mod sources;
mod spec;
mod submissions;
mod world;
