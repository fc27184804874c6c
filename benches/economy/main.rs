//! The economy of a server beside SQLite: the same logical work on both, in one run, on the same disk.
//!
//! Purchases, claims of tasks and transfers come from 64 callers who each wait for a durable answer. SQLite runs as in the bench
//! `store`, whose parts are used here: WAL, `synchronous=FULL`, a transaction for each operation, the same rows and indexes.
//! Then come what a leaderboard and the statistics of a year take, and a thousand members who want one of ten places at once.
//!
//! `cargo bench --bench economy` prints its tables in the end. Nothing here fails because of a slow machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

mod claims;
#[allow(dead_code, reason = "the bench of the store uses more of it")]
#[path = "../store/coins.rs"]
mod coins;
#[path = "../store/disk.rs"]
mod disk;
mod leaders;
mod purchases;
#[path = "../store/report.rs"]
mod report;
#[path = "../store/sqlite.rs"]
mod sqlite;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;
mod tables;
#[path = "../store/transfers.rs"]
mod transfers;
#[path = "../store/wal.rs"]
mod wal;
#[allow(dead_code, reason = "the bench of the store uses more of it")]
#[path = "../store/writes.rs"]
mod writes;
mod year;

use greenroom::kernel::ids::GuildId;

/// The guild of every row.
const GUILD: GuildId = GuildId::new(400_000_000_000_000_000);

fn main() {
    let load = support::machine();
    let mut report = report::Report::default();
    purchases::from_many_callers(&mut report);
    claims::from_many_callers(&mut report);
    transfers::from_many_callers(&mut report);
    claims::of_ten_places(&mut report);
    leaders::among_many(&mut report);
    year::of_a_million_entries(&mut report);
    report.print(&load);
}
