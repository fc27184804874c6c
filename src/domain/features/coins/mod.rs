//! Balances and the ledger.
//!
//! **What members see.** Luxury Coins, earned with gifts on the live (2 for each 100 gifted coins, `M-ECO-03`) and by
//! watching it, and engagement points, which order the Free line. `/balance` shows both; its button "Where from?" lists
//! one's own entries of Luxury Coins in plain words. `/buy-skip` spends them (`skip_price`, 1,000 by default, `C-54`) in the flow `skip_bought` (`C-32`).
//! **What administrators see.** `/coins` shows, adds and removes, lists a member's entries with their numbers, and undoes
//! one (`C-04`). All of it is told in the debug channel by the flow `coins_posted`. The button "Economy" below
//! `/show-settings`, and `greenroom check economy`, show what a skip costs in gifts and hours, what was made and spent in the
//! last weeks, and what is out of proportion ([`economy`]). `greenroom export ledger` writes every entry as CSV ([`csv`]).
//!
//! **Rules.** The ledger in [`service`] is the only writer of every balance (`C-01`). A balance lies between 0 and
//! 2^53 - 1 (`D-35`); what would leave that range is refused, except points from the live, which stop at the cap.
//! Luxury Coins are journalled one by one. Points from the live are journalled in sums, because the interactions list
//! the single events; resets and links are journalled one by one, each after the sum that precedes it.
//!
//! **Invariants.** `before + delta = after` in each entry; an entry begins where the account's last one ended; a
//! balance is what its last entry says, plus points that are not journalled yet ([`check`]). Entries are never changed; old ones
//! leave the ledger together, and one that stands for them remains ([`archive`]):
//! an undo is an entry of its own, the opposite of the one that it undoes, and no entry is undone twice. What was asked for
//! where less could be taken stands beside the ledger (`C-08`). What came and went on a day is an index of the ledger
//! ([`weeks`]).
//!
//! **Tables.** `coins.ledger`, `coins.archive`, `coins.luxury_coins`, `coins.user_points`, `coins.points_unjournalled`,
//! `coins.points_changed`, `coins.wishes`, `coins.undone`, `coins.skips_bought`, `coins.earlier_skips`,
//! `coins.weeks`, which is empty since version 8. **Topic.** `coins.changed`.

pub mod activity;
pub mod archive;
pub mod check;
pub mod csv;
pub mod economy;
pub mod figures;
pub mod migration;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;
#[cfg(test)]
mod tests;
mod transaction_id;
pub mod upkeep;
pub mod weeks;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    tables: tables::TABLES,
    migrations: migration::ALL,
    topics: &[tables::CHANGED],
    activities: &[&activity::POSTED, &activity::ARCHIVED],
    refusals: &[model::CoinsRefusal::ROWS],
    at_start: &[&upkeep::SCORES_SYNCED],
    after_start: &[&upkeep::OLD_SCORES, &upkeep::SCORES_SYNCED],
    recurring: &[&upkeep::SCORES_SYNCED],
    checks: &[check::check],
    export: sql::EXPORT,
    counters: figures::register,
    ..Domain::named("coins")
};
