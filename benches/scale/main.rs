//! A store with a thousand servers: whether what one server does costs what it costs where there is no other, how the program
//! starts on it, what it takes to remove a server, and how long an upgrade takes.
//!
//! A server has 2,000 members with a handle each, 10,000 entries in its ledger and 100 songs that wait; all of it is written
//! through the tables and services of the features. Filling takes some minutes, and the file some gigabytes; twice as much is
//! needed beside it.
//!
//! `cargo bench --bench scale` prints one table in the end. `SCALE=0.01` before it makes ten servers of a thousand, each as
//! large as before, and an upgrade of 10 MB instead of 1 GB. `SCALE_FILE=PATH` keeps the filled store at that place, and
//! takes it from there the next time. Nothing here fails because of a slow machine; what is not as it should be ends the
//! bench.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

mod discord;
mod filled;
mod operations;
mod removal;
mod start;
#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;
mod upgrade;

use std::path::PathBuf;

use greenroom::app::config::storage::store_file;

use support::report::Report;

/// One that writes, and some that are removed.
const FEWEST_SERVERS: usize = 5;

fn main() {
    let load = support::machine();
    let size = Size::wanted();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let discord = runtime.block_on(discord::Discord::open(size.servers));
    let folder = support::folder();
    let data = folder.path().join("data");
    let file = store_file(&data);
    let mut report = Report::default();

    filled::lay(&file, &discord.servers, size.kept.as_deref());
    let length = filled::length(&file);
    report.figure(&format!("the store with {} servers", size.servers), support::process::megabytes(length));
    start::measure(&discord.sim, &data, &mut report);
    operations::measure(&file, &discord.servers, &mut report);
    removal::measure(&file, &discord.servers, &mut report);
    std::fs::remove_dir_all(&data).unwrap();
    let of_a_server = length / size.servers as u64;
    upgrade::measure(folder.path(), size.upgraded / of_a_server, &mut report);
    report.print(&format!("{} servers in one store", size.servers), &load);
}

/// How large everything is, as the environment says.
struct Size {
    servers: usize,
    /// Bytes of the store that is upgraded.
    upgraded: u64,
    /// Where the filled store is kept.
    kept: Option<PathBuf>,
}

impl Size {
    #[expect(clippy::disallowed_methods, reason = "a bench has no configuration of its own")]
    fn wanted() -> Self {
        let scale = std::env::var("SCALE").map_or(1.0, |scale| scale.parse().expect("SCALE is a number like 0.01"));
        let scaled = |whole: f64| format!("{:.0}", whole * scale).parse::<u64>().expect("SCALE is above 0");
        Self {
            servers: usize::try_from(scaled(1e3)).unwrap().max(FEWEST_SERVERS),
            upgraded: scaled(1e9),
            kept: std::env::var("SCALE_FILE").ok().map(PathBuf::from),
        }
    }
}
