//! How fast the bot answers people, and what it needs for that.
//!
//! Round trips go through the simulated Discord over real loopback sockets, with bot and simulator in one process.
//! Start and memory are those of `greenroom run` in a process of its own, as it is shipped. People are distinct, and
//! so is what they ask for, so that every command really writes.
//!
//! `cargo bench --bench commands` prints one table in the end: what, target, measured. Nothing here fails because of a
//! slow machine; a command that is not answered, or refused, ends the bench.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

mod people;
mod process;
mod round_trips;
mod stage;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;

fn main() {
    let load = support::machine();
    let mut report = support::report::Report::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        process::measure(&mut report).await;
        round_trips::in_a_small_guild(&mut report).await;
        round_trips::in_a_large_guild(&mut report).await;
    });
    report.print("Commands through the simulated Discord", &load);
}
