//! The store beside SQLite: the same logical work on both, in one run, on the same disk.
//!
//! SQLite runs as a careful bot would run it: WAL, `synchronous=FULL`, the same cache, prepared statements, one
//! connection behind a mutex, a transaction for each operation. Greenroom runs its real services and flows. The small
//! operations go through criterion; where filling a store is most of the work, medians of plain runs are taken.
//!
//! # What each side does
//! The rows and indexes are the same on both sides; what SQLite keeps in columns, Greenroom keeps in a row of bytes. Where
//! they differ it stands here and in the file of the operation.
//!
//! | operation | Greenroom | SQLite |
//! | --- | --- | --- |
//! | a coin operation | balance, number, entry with its line by account, sums of the day by kind | the same |
//! | the last 10 entries | the line by account backwards, and each entry by its number, whole | the same |
//! | do entries explain balances? | the ledger once, adding up by member | once for each of two questions, because SQL cannot ask them at once |
//! | handles that begin so | the index by handle | the same |
//! | live events | rows at once, sums once in a batch (`ingest`) | the same |
//! | `/next`, new scores | two rows for a song, of which the narrow one changes; its order is counted as well (`queue`) | one row; nothing is counted |
//!
//! The sums of the days are kept on both sides, and looked at outside of the time of that check. `/next` is measured without
//! the activity that tells who played the song, on both sides.
//!
//! A write is durable on both sides before the next one begins. What is done later is counted with it: SQLite brings its log
//! into the database now and then (`wal`). Greenroom, which has no log, makes one more commit a second after the last write,
//! for a fast start after a crash; while somebody writes there is none, and none is counted.
//!
//! # What is written
//! Beside the times stand pages and bytes for one operation, counted by the same rule on both sides (`writes`), and in a second
//! table all of it, with the time that an SSD and an SD card would take for that by a model (`disk`): on the card, scattered
//! pages are ten times as dear.
//!
//! `cargo bench --bench store` prints its tables in the end. Nothing here fails because of a slow machine.
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
mod disk;
mod ingest;
mod ledger;
mod queue;
mod report;
mod search;
mod settings;
mod sqlite;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;
mod transfers;
mod wal;
mod writes;

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
    transfers::from_many_callers(&mut report);
    ledger::of_a_million_entries(&mut criterion, &mut report);
    search::in_a_million_handles(&mut criterion, &mut report);
    settings::forty_in_one_read(&mut criterion, &mut report);
    ingest::of_live_events(&mut report);
    queue::rescore(&mut report);
    queue::next_as_it_grows(&mut report);
    criterion.final_summary();
    report.print(&load);
}
