//! Balances and the ledger in the SQLite export.

use super::tables::{LEDGER, LUXURY_COINS, USER_POINTS, undone, wish};
use crate::store::Span;
use crate::store::sqlite::{SqlTable, SqlValue, column, index};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[EXPORTED_POINTS, EXPORTED_COINS, EXPORTED_ENTRIES];

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

/// Every entry of every currency, so that a balance can be explained in the file as well (`C-07`, `C-15`). Entries are
/// never deleted, so nothing refers to them.
const EXPORTED_ENTRIES: SqlTable = SqlTable {
    name: "transactions",
    columns: &[
        column("id", "INTEGER"),
        column("transaction_id", "TEXT NOT NULL"),
        column("user_id", "INTEGER NOT NULL"),
        column("currency", "TEXT NOT NULL"),
        column("amount", "INTEGER NOT NULL"),
        column("balance_before", "INTEGER NOT NULL"),
        column("balance_after", "INTEGER NOT NULL"),
        column("type", "TEXT NOT NULL"),
        column("description", "TEXT NOT NULL"),
        column("timestamp", "TEXT NOT NULL"),
        column("actor", "TEXT NOT NULL"),
        column("requested", "INTEGER"),
        column("undone_by", "INTEGER"),
    ],
    primary_key: &["id"],
    unique: &[],
    references: &[],
    indexes: &[index("idx_transactions_user_id", "user_id, currency, id")],
    rows: |read, wanted, sink| {
        LEDGER.for_each(read, wanted.map_or_else(Span::all, Span::of), |(guild, id), entry| {
            let cells = [
                SqlValue::id(id.get()),
                entry.transaction_id(guild, id).into(),
                entry.user.into(),
                entry.currency.key().into(),
                entry.delta.into(),
                entry.before.into(),
                entry.after.into(),
                entry.kind.name().into(),
                entry.reason.as_str().into(),
                entry.at.into(),
                entry.actor.to_string().into(),
                wish(read, guild, id)?.map(|wish| wish.requested).into(),
                undone(read, guild, id)?.map_or(SqlValue::Null, |undone| SqlValue::id(undone.by.get())),
            ];
            sink(guild, &cells)
        })
    },
};
