//! Balances and the ledger.
//!
//! **What members see.** Luxury Coins, earned with gifts on the live (2 for each 100 gifted coins, `M-ECO-03`), and
//! engagement points, which order the Free line. The commands that show and spend them belong to the economy.
//!
//! **Rules.** The ledger in [`service`] is the only writer of every balance (`C-01`). A balance lies between 0 and
//! 2^53 - 1 (`D-35`); what would leave that range is refused, except points from the live, which stop at the cap.
//! Luxury Coins are journalled one by one. Points from the live are journalled in sums, because the interactions list
//! the single events; resets and links are journalled one by one, each after the sum that precedes it.
//!
//! **Invariants.** `before + delta = after` in each entry; an entry begins where the account's last one ended; a
//! balance is what its last entry says, plus points that are not journalled yet ([`check`]). Entries are never changed.
//!
//! **Tables.** `coins.ledger`, `coins.luxury_coins`, `coins.user_points`, `coins.points_unjournalled`,
//! `coins.points_changed`. **Topic.** `coins.changed`.

pub mod check;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;
#[cfg(test)]
mod tests;

use super::Feature;

/// The feature.
pub const FEATURE: Feature = Feature {
    settings: settings::LISTED,
    tables: tables::TABLES,
    checks: &[check::check],
    export: sql::EXPORT,
    ..Feature::named("coins")
};
