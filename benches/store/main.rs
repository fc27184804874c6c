//! The store beside SQLite: the same logical work on both, in one run, on the same disk.
//!
//! SQLite runs as a careful bot would run it: WAL, `synchronous=FULL`, the same cache, prepared statements, one
//! connection behind a mutex, a transaction for each operation. Greenroom runs its real services and flows. The small
//! operations go through criterion; where filling a store is most of the work, medians of plain runs are taken.
//!
//! `cargo bench --bench store` prints one table in the end. Nothing here fails because of a slow machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

mod coins;
mod ingest;
mod ledger;
mod queue;
mod report;
mod search;
mod sqlite;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;

use greenroom::kernel::ids::GuildId;

/// The guild of every row.
const GUILD: GuildId = GuildId::new(400_000_000_000_000_000);

fn main() {
    let load = support::machine();
    let mut criterion = criterion::Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(2))
        .configure_from_args();
    let mut report = report::Report::default();
    coins::alone(&mut criterion, &mut report);
    coins::from_many_callers(&mut report);
    ledger::of_a_million_entries(&mut criterion, &mut report);
    search::in_a_million_handles(&mut criterion, &mut report);
    ingest::of_live_events(&mut report);
    queue::rescore(&mut report);
    queue::next_as_it_grows(&mut report);
    criterion.final_summary();
    report.print(&load);
}
