//! Whole servers are removed from the large store while somebody writes in another one all the time.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::Stopwatch;
use greenroom::store::{Options, Store};

use crate::support::alongside::{meanwhile, spread, write_until};
use crate::support::report::Report;
use crate::support::servers::Server;
use crate::support::times::{Times, shown};
use crate::support::{progress, store};

/// How many servers are removed, one after the other, from anywhere in the store.
const REMOVALS: usize = 3;
/// How long somebody writes alone, for comparison.
const ALONE: Duration = Duration::from_secs(5);

/// Removals, and the writes beside them.
pub fn measure(file: &Path, servers: &[Server], report: &mut Report) {
    let store = store(file, Options::CACHE_BYTES);
    let writer = servers[0].guild;
    progress("writing in one server, while nothing else goes on");
    let watch = Stopwatch::start();
    let alone = write_until(&store, writer, None, || watch.elapsed() > ALONE);
    let (mut took, mut beside, mut disk) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = 0;
    let removed: BTreeSet<GuildId> =
        (1..=REMOVALS).map(|number| servers[number * servers.len() / (REMOVALS + 1)].guild).collect();
    for guild in &removed {
        progress(&format!("removing the server {guild}"));
        let small_file = file.with_file_name("small");
        let removal = meanwhile(&store, writer, None, &small_file, || store.remove_guild_blocking(*guild).unwrap());
        rows = removal.result;
        took.push(removal.took);
        beside.extend(removal.writes);
        disk.extend(removal.disk);
    }
    let left = guilds(&store);
    assert!(left.is_disjoint(&removed), "something of a removed server is left");
    assert!(servers.iter().all(|server| left.contains(&server.guild) != removed.contains(&server.guild)));
    store.close_blocking();

    let (took, alone, beside, disk) = (Times::new(took), Times::new(alone), Times::new(beside), Times::new(disk));
    let more = format!(" (the longest of {REMOVALS}; median {}; {rows} rows)", shown(took.median()));
    report.time("removal of a server", Duration::from_secs(5), took.percentile(100), &more);
    report.figure("writing in another server, alone", spread(&alone));
    report.figure("writing in another server, during removals", spread(&beside));
    report.figure("the small file beside it, during removals", spread(&disk));
    report.time("the worst of these writes during removals", Duration::from_millis(50), beside.percentile(100), "");
}

/// The servers of which anything is in the store.
fn guilds(store: &Store) -> BTreeSet<GuildId> {
    let found = store.read_blocking("guilds", |read| {
        let mut found = BTreeSet::new();
        store.schema().all_tables().try_for_each(|table| table.guilds(read, &mut found))?;
        Ok(found)
    });
    found.unwrap()
}
