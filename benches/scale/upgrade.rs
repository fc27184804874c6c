//! A store of the version before is opened by the program of today: it is saved, and brought up to date.
//!
//! The version before is that of a schema without the last migration: whoever opens a store with it writes such a store. The
//! same is measured where an index has to be built as well, as after a version that did not know it: it is that of the
//! largest table, and a schema without that table drops it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use greenroom::catalogue::CATALOGUE;
use greenroom::features::coins;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::{ChannelId, GuildId};
use greenroom::kernel::time::{Clock, Stopwatch};
use greenroom::store::{AnyTable, BeforeMigration, Options, Schema, Store, StoreLocation, verify};

use crate::filled::{copy, length};
use crate::support::process::megabytes;
use crate::support::report::Report;
use crate::support::servers::{self, Server};
use crate::support::{FILLING, progress, store_of};

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Fills a store of the version before with so many servers, and opens it with the schema of today.
pub fn measure(folder: &Path, servers: u64, report: &mut Report) {
    progress("filling a store of the version before");
    let file = folder.join("before.redb");
    let filling = store_of(&file, FILLING, before());
    let numbers = 1..=servers.max(1);
    let servers: Vec<_> =
        numbers.map(|number| Server { guild: GuildId::new(number), channel: ChannelId::new(number) }).collect();
    servers::fill(&filling, &servers);
    filling.close_blocking();
    let without_index = folder.join("before-without-index.redb");
    copy(&file, &without_index);
    let ledger = AnyTable::name(&coins::tables::LEDGER);
    let mut schema = before();
    schema.tables.retain(|table| table.name() != ledger);
    store_of(&without_index, Options::CACHE_BYTES, schema).close_blocking();

    for (what, file) in [("", file), (", with an index of the ledger to build", without_index)] {
        progress(&format!("an upgrade{what}"));
        let more = format!(" (a file of {})", megabytes(length(&file)));
        let took = upgrade(&file);
        report.time(&format!("an upgrade: saved, and brought up to date{what}"), LIMIT, took, &more);
    }
}

/// How long it takes until the store is open. What was saved must be whole, and of the version before.
fn upgrade(file: &Path) -> Duration {
    let saved = file.with_extension("saved");
    let before_migration = BeforeMigration::SaveAs(saved.clone());
    let options = Options { before_migration, ..Options::new(Clock::system(), Seed::fixed(7)) };
    let place = StoreLocation::File(PathBuf::from(file));
    let watch = Stopwatch::start();
    let store = Store::open(&place, options, (CATALOGUE.schema)()).unwrap();
    let took = watch.elapsed();
    store.close_blocking();
    let (was, is) = (before().version(), (CATALOGUE.schema)().version());
    assert_eq!(verify(&saved, is).unwrap().manifest.schema, was, "what was saved is of another version");
    assert_eq!(verify(file, is).unwrap().manifest.schema, is, "the store is of another version");
    took
}

/// The schema of the version before.
fn before() -> Schema {
    let mut schema = (CATALOGUE.schema)();
    schema.migrations.pop();
    schema
}
