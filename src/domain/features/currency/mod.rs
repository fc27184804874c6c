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
//! **Job.** `currency.gift`, what a receiver is told.
//!
//! **Table.** `currency.accounts`. In the export `users` and `currency_metadata`. **Topic.** That of the ledger, `coins.changed`.

pub mod activity;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod tables;
pub mod upkeep;

use std::collections::BTreeSet;

use super::Domain;
use crate::exported;
use crate::features::coins;
use crate::features::coins::model::Currency;
use crate::features::coins::queries::SERVER_CURRENCY;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::store::sqlite::{SqlTable, SqlValue};
use crate::store::{AnyTable as _, Read};

/// What it registers.
pub const DOMAIN: Domain = Domain {
    switch: Some(&settings::SWITCH),
    settings: settings::LISTED,
    tables: tables::TABLES,
    jobs: &[&model::GIFT],
    activities: &[&activity::GIVEN, &activity::CLEANED, &activity::REACTIVATED],
    refusals: &[model::CurrencyRefusal::ROWS],
    export: EXPORT,
    recurring: &[&upkeep::LIMITS_OVER],
    ..Domain::named("currency")
};

/// The exported tables of this feature.
const EXPORT: &[SqlTable] = &[EXPORTED_ACCOUNTS, EXPORTED_METADATA];

/// The version of the seed's layout (`T-CUR-04`).
const LAYOUT: &str = "2.0";

exported! {
    /// `T-CUR-02`, for whoever ever had something.
    const EXPORTED_ACCOUNTS = "users" of SERVER_CURRENCY;
    |read, (guild, user), balance| => {
        let account = tables::account(read, guild, user)?;
        "user_id": "INTEGER" => user,
        "balance": "INTEGER NOT NULL DEFAULT 0" => balance.amount,
        "total_earned": "INTEGER NOT NULL DEFAULT 0" => balance.earned,
        "total_spent": "INTEGER NOT NULL DEFAULT 0" => balance.spent,
        "created_at": "TEXT" => balance.began,
        "last_daily": "TEXT" => account.last_daily,
        "is_active": "INTEGER NOT NULL DEFAULT 1" => account.left_at.is_none(),
        "left_at": "TEXT" => account.left_at,
    }
    primary_key: ["user_id"];
}

exported! {
    /// `T-CUR-04`: the sum of all balances, one row.
    const EXPORTED_METADATA = "currency_metadata" by each_total;
    |read, (guild, row), total| => {
        "id": "INTEGER" => SqlValue::id(row),
        "version": "TEXT NOT NULL" => LAYOUT,
        "total_currency": "INTEGER NOT NULL" => total,
    }
    primary_key: ["id"];
}

/// Takes the sum of a guild, as its row of that number.
type TotalSink<'s> = dyn FnMut((GuildId, u64), i64) -> Result<()> + 's;

fn each_total(read: &dyn Read, wanted: Option<GuildId>, show: &mut TotalSink<'_>) -> Result<()> {
    let mut guilds = BTreeSet::new();
    SERVER_CURRENCY.guilds(read, &mut guilds)?;
    for guild in guilds.into_iter().filter(|guild| wanted.is_none_or(|wanted| wanted == *guild)) {
        show((guild, 1), coins::queries::total(read, guild, Currency::Server)?)?;
    }
    Ok(())
}
