//! How fast the bytes of a live become plain values.
//!
//! The messages are of TikTok's size and mixed as on a busy evening: mostly likes and joins, a third comments, some gifts.
//! Each frame has ten of them. Everything runs on one thread, so a figure is that of one core.
//!
//! `cargo bench --bench live` prints one table in the end. Nothing here fails because of a slow machine; a message that is
//! not told as what it is ends the bench.
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
#[path = "../../src/live/wire/tests/encode.rs"]
mod encode;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../store/runs.rs"]
mod runs;
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
    let rows = [decode::plain(&mut criterion), decode::packed(&mut criterion)];
    criterion.final_summary();
    println!("\nDecoding a live on one core · {load} at the start");
    support::times::print_table(["what", "target", "measured", "ok"], &rows);
}
