//! What the web costs: a list of a large server, a change, a page, a search, a sign-in, beside a route that does nothing; how
//! soon a change is on a thousand open pages, what these take of memory, and what pages weigh.
//!
//! The server has a million entries in its ledger and a hundred thousand members; it lies in a file on the disk. Whoever asks,
//! the simulated Discord and Greenroom share one process and its cores, over real loopback sockets; so the figures are what a
//! machine of that size bears with half of it taken by those who ask. Start and memory are those of `greenroom run` in a
//! process of its own, as it is shipped.
//!
//! `cargo bench --bench web` prints one table in the end; it takes some fifteen minutes. `SCALE=0.01` before it makes a hundredth
//! of everything, which shows within a minute that all of it works, and measures nothing that counts. Nothing here fails because
//! of a slow machine; an answer that is not what was asked for, or a page that does not get what changed, ends the bench.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

mod changes;
mod client;
mod crowd;
mod drawn;
mod finding;
mod gets;
mod ground;
mod people;
mod processes;
mod push;
mod sign_in;
mod size;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;
mod town;
mod weights;

fn main() {
    let load = support::machine();
    let size = size::Size::wanted();
    let mut report = support::report::Report::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        // First, while this process holds nothing else.
        push::measure(&size, &mut report).await;
        let ground = ground::Ground::of_a_town(&size).await;
        gets::measure(&ground, &size, &mut report).await;
        changes::measure(&ground, &size, &mut report).await;
        finding::measure(&ground, &size, &mut report).await;
        drawn::measure(&ground, &size, &mut report).await;
        weights::measure(&ground, &mut report).await;
        sign_in::measure(&ground, &mut report).await;
        let filled = ground.filled().to_owned();
        let _folder = ground.strike().await;
        processes::measure(&filled, &size, &mut report).await;
    });
    report.print("The web", &load);
}
