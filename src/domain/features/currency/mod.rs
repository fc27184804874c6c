//! The server's own currency: daily claims, gifts among members, and who is there.
//!
//! **What members see.** `/daily` brings `daily_amount` once in a rolling day (`C-14`). `/give` moves an amount to another member.
//! `/balance`, `/transactions` and `/leaderboard` show it beside Luxury Coins and points. The server gives it a name and a
//! symbol, by which every sentence says it ([`money`](crate::money)).
//! **What administrators see.** `/currency-admin` and the dashboard add, remove, set, undo and compare with the ledger.
//!
//! **Rules.** All of it moves by the ledger of [`coins`](crate::features::coins), which is the only writer of balances; a gift is
//! two entries of one moment, or none. The last claim is written in the transaction of its entry. A member begins to have an
//! account with the first entry (`T-CUR-07`). Who left the server keeps what they have, can be given nothing, and finds it again
//! when they come back (`C-66`); whom the gateway told of while the program did not run is not known to have left.
//!
//! **Table.** `currency.accounts`. In the export `users` and `currency_metadata`. **Topic.** That of the ledger, `coins.changed`.

pub mod activity;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    switch: Some(&settings::SWITCH),
    settings: settings::LISTED,
    tables: tables::TABLES,
    activities: &[&activity::GIVEN, &activity::CLEANED, &activity::REACTIVATED],
    refusals: &[model::CurrencyRefusal::ROWS],
    export: sql::EXPORT,
    ..Domain::named("currency")
};
