//! Balances in the SQLite export. The ledger is not part of it.

use super::tables::{LUXURY_COINS, USER_POINTS};
use crate::store::Span;
use crate::store::sqlite::{SqlTable, column};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[EXPORTED_POINTS, EXPORTED_COINS];

/// `M-DB-07`.
const EXPORTED_POINTS: SqlTable = SqlTable {
    name: "user_points",
    columns: &[column("user_id", "INTEGER"), column("points", "INTEGER NOT NULL DEFAULT 0")],
    primary_key: &["user_id"],
    unique: &[],
    references: &[],
    indexes: &[],
    rows: |read, wanted, sink| {
        USER_POINTS.for_each(read, wanted.map_or_else(Span::all, Span::of), |(guild, user), balance| {
            sink(guild, &[user.into(), balance.amount.into()])
        })
    },
};

/// `M-DB-11`, `M-ECO-07`.
const EXPORTED_COINS: SqlTable = SqlTable {
    name: "luxury_coins",
    columns: &[column("user_id", "INTEGER"), column("balance", "INTEGER NOT NULL DEFAULT 0")],
    primary_key: &["user_id"],
    unique: &[],
    references: &[],
    indexes: &[],
    rows: |read, wanted, sink| {
        LUXURY_COINS.for_each(read, wanted.map_or_else(Span::all, Span::of), |(guild, user), balance| {
            sink(guild, &[user.into(), balance.amount.into()])
        })
    },
};
