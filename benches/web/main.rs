//! What the web costs: how soon a change is on a thousand open pages, what they take of memory, and what a request costs
//! beside one that nobody looks at.
//!
//! The whole Greenroom, the simulated Discord and everybody who asks run in one process, over real loopback sockets and a
//! store in memory. So the figures of memory hold both ends of each connection.
//!
//! `cargo bench --bench web` prints one table in the end. Nothing here fails because of a slow machine; a page that does not
//! get what changed ends the bench.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

mod gets;
mod ground;
mod push;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;

fn main() {
    let load = support::machine();
    let mut report = support::report::Report::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        gets::measure(&mut report).await;
        push::measure(&mut report).await;
    });
    report.print("The web", &load);
}
