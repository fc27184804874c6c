//! The filled store: made anew, or taken from where it was kept.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use greenroom::features::queue;
use greenroom::store::{Options, make_folder};

use crate::support::servers::{self, Server};
use crate::support::{self, FILLING, progress};

/// Lays a store with these servers at a place; a kept one is copied, and otherwise the new one is kept.
pub fn lay(file: &Path, servers: &[Server], kept: Option<&Path>) {
    make_folder(file.parent().unwrap()).unwrap();
    if let Some(kept) = kept.filter(|kept| kept.exists()) {
        progress(&format!("taking the store from {}", kept.display()));
        copy(kept, file);
        require(file, servers, kept);
        return;
    }
    let store = support::store(file, FILLING);
    servers::fill(&store, servers);
    store.close_blocking();
    if let Some(kept) = kept {
        progress(&format!("keeping the store as {}", kept.display()));
        copy(file, kept);
    }
}

/// Songs wait in each server, so those in which some do are the servers of a store.
fn require(file: &Path, servers: &[Server], kept: &Path) {
    let store = support::store(file, Options::CACHE_BYTES);
    let found = store.read_blocking("servers", queue::queries::guilds_with_waiting_songs).unwrap();
    store.close_blocking();
    let (found, wanted): (BTreeSet<_>, BTreeSet<_>) =
        (found.into_iter().collect(), servers.iter().map(|server| server.guild).collect());
    assert!(found == wanted, "{} is a store of other servers: remove it", kept.display());
}

/// Copies a file, and waits until the copy is on the disk: whatever is measured next does not share the disk with it.
pub fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    File::open(to).unwrap().sync_all().unwrap();
}

/// How many bytes a file has.
pub fn length(file: &Path) -> u64 {
    fs::metadata(file).unwrap().len()
}
