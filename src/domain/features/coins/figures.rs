//! What is counted of Luxury Coins: entries and amounts, since the process started.

use std::sync::LazyLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::model::{Currency, LedgerEntry};

/// Coins that came and went, by direction and by what for.
static COINS: LazyLock<Family<[(&'static str, String); 2], Counter>> = LazyLock::new(Family::default);
/// Entries, by what for.
static ENTRIES: LazyLock<Family<[(&'static str, String); 1], Counter>> = LazyLock::new(Family::default);

/// Counts an entry of Luxury Coins; those of points are none.
pub fn count(entry: &LedgerEntry) {
    if entry.currency != Currency::Luxury {
        return;
    }
    let kind = entry.kind.to_string();
    let direction = if entry.delta < 0 { "spent" } else { "made" };
    COINS
        .get_or_create(&[("direction", direction.to_owned()), ("kind", kind.clone())])
        .inc_by(entry.delta.unsigned_abs());
    ENTRIES.get_or_create(&[("kind", kind)]).inc();
}

/// Registers both.
pub fn register(into: &mut Registry) {
    into.register("coins", "Luxury Coins that were made and spent, by what for", COINS.clone());
    into.register("coin_entries", "Entries of Luxury Coins in the ledger, by what for", ENTRIES.clone());
}
