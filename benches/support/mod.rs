//! What the benches need: a folder on the disk, stores that are filled fast, the program as a process, times and tables.

pub mod alongside;
pub mod fill;
pub mod process;
pub mod report;
pub mod runs;
pub mod servers;
pub mod times;

use std::path::Path;

use greenroom::catalogue::CATALOGUE;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::time::Clock;
use greenroom::sim::{GuildSpec, MemberSpec};
use greenroom::store::{Options, Schema, Store, StoreLocation};
use tempfile::TempDir;

/// A folder on the disk of the build, because `/tmp` may be memory, where a sync costs nothing. Removed when dropped.
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("bench-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The cache with which a store is filled fast. Close it and open it as the bot does before anything is measured.
pub const FILLING: usize = 1 << 30;

/// A store in a file.
pub fn store(file: &Path, cache_bytes: usize) -> Store {
    store_of(file, cache_bytes, (CATALOGUE.schema)())
}

/// A store in a file, as a program with other tables or migrations opens it.
pub fn store_of(file: &Path, cache_bytes: usize, schema: Schema) -> Store {
    let options = Options { cache_bytes, ..Options::new(Clock::system(), Seed::fixed(7)) };
    Store::open(&StoreLocation::File(file.to_owned()), options, schema).unwrap()
}

/// Says on the error stream what goes on, because filling takes a while.
pub fn progress(what: &str) {
    eprintln!("… {what}");
}

/// The machine's load and processors, to be printed beside the figures.
pub fn machine() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{processors} processors, load {}", load.join(" "))
}

/// A server with these channels and an administrator named `host`.
pub fn server(name: &str, channels: &[&str]) -> GuildSpec {
    let host = MemberSpec {
        name: "host".into(),
        permissions: serde_json::from_str("[\"ADMINISTRATOR\"]").unwrap(),
        ..MemberSpec::default()
    };
    GuildSpec {
        name: name.into(),
        channels: channels.iter().copied().map(Into::into).collect(),
        members: vec![host],
        bot_joined_days_ago: 30,
        ..GuildSpec::default()
    }
}
