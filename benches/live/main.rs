//! What a live costs: how fast its bytes become plain values, and what following it takes of the machine.
//!
//! Decoding: the messages are of TikTok's size and mixed as on a busy evening: mostly likes and joins, a third comments,
//! some gifts. Each frame has ten of them. It runs on one thread, so a figure is that of one core.
//!
//! Following: `greenroom run` as it is shipped, in a process of its own, against the simulated TikTok in this one, over
//! real loopback sockets.
//!
//! `cargo bench --bench live` prints one table in the end; it takes about nine minutes, because the bot lets five seconds
//! pass between two connections. Nothing here fails because of a slow machine; a message that is not told as what it is,
//! or an event that is not in the store, ends the bench.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

mod decode;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../src/tiktok/wire/tests/encode.rs"]
mod encode;
mod followed;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;

fn main() {
    let load = support::machine();
    let mut criterion = criterion::Criterion::default()
        .sample_size(50)
        .warm_up_time(std::time::Duration::from_secs(1))
        .measurement_time(std::time::Duration::from_secs(4))
        .configure_from_args();
    let mut report = support::report::Report::default();
    decode::plain(&mut criterion, &mut report);
    decode::packed(&mut criterion, &mut report);
    criterion.final_summary();
    tokio::runtime::Runtime::new().unwrap().block_on(followed::measure(&mut report));
    report.print("A live", &load);
}
