//! Balances and the ledger in the SQLite export.

use super::tables::{ARCHIVE, LEDGER, LUXURY_COINS, UNDONE, USER_POINTS, WISHES};
use crate::exported;
use crate::store::sqlite::{SqlTable, SqlValue, index};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[EXPORTED_POINTS, EXPORTED_COINS, EXPORTED_ENTRIES, EXPORTED_ARCHIVE];

exported! {
    /// `M-DB-07`.
    const EXPORTED_POINTS = "user_points" of USER_POINTS;
    |read, (guild, user), balance| => {
        "user_id": "INTEGER" => user,
        "points": "INTEGER NOT NULL DEFAULT 0" => balance.amount,
    }
    primary_key: ["user_id"];
}

exported! {
    /// `M-DB-11`, `M-ECO-07`.
    const EXPORTED_COINS = "luxury_coins" of LUXURY_COINS;
    |read, (guild, user), balance| => {
        "user_id": "INTEGER" => user,
        "balance": "INTEGER NOT NULL DEFAULT 0" => balance.amount,
    }
    primary_key: ["user_id"];
}

exported! {
    /// Every entry of every currency, so that a balance can be explained in the file as well (`C-07`, `C-15`).
    const EXPORTED_ENTRIES = "transactions" of LEDGER;
    |read, (guild, id), entry| => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "transaction_id": "TEXT NOT NULL" => entry.transaction_id(guild, id),
        "user_id": "INTEGER NOT NULL" => entry.user,
        "currency": "TEXT NOT NULL" => entry.currency.key(),
        "amount": "INTEGER NOT NULL" => entry.delta,
        "balance_before": "INTEGER NOT NULL" => entry.before,
        "balance_after": "INTEGER NOT NULL" => entry.after,
        "type": "TEXT NOT NULL" => entry.kind.name(),
        "description": "TEXT NOT NULL" => entry.reason.as_str(),
        "timestamp": "TEXT NOT NULL" => entry.at,
        "actor": "TEXT NOT NULL" => entry.actor.to_string(),
        "requested": "INTEGER" => WISHES.get(read, &(guild, id))?.map(|wish| wish.requested),
        "undone_by": "INTEGER" => UNDONE.get(read, &(guild, id))?.map(|undone| SqlValue::id(undone.by.get())),
    }
    primary_key: ["id"];
    indexes: [index("idx_transactions_user_id", "user_id, currency, id")];
}

exported! {
    /// Entries that left the ledger (`C-65`).
    const EXPORTED_ARCHIVE = "archived_transactions" of ARCHIVE;
    |read, (guild, id), archived| => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "transaction_id": "TEXT NOT NULL" => archived.entry.transaction_id(guild, id),
        "user_id": "INTEGER NOT NULL" => archived.entry.user,
        "currency": "TEXT NOT NULL" => archived.entry.currency.key(),
        "amount": "INTEGER NOT NULL" => archived.entry.delta,
        "balance_before": "INTEGER NOT NULL" => archived.entry.before,
        "balance_after": "INTEGER NOT NULL" => archived.entry.after,
        "type": "TEXT NOT NULL" => archived.entry.kind.name(),
        "description": "TEXT NOT NULL" => archived.entry.reason.as_str(),
        "timestamp": "TEXT NOT NULL" => archived.entry.at,
        "actor": "TEXT NOT NULL" => archived.entry.actor.to_string(),
        "requested": "INTEGER" => archived.requested,
        "undone_by": "INTEGER" => archived.undone_by.map(|by| SqlValue::id(by.get())),
    }
    primary_key: ["id"];
}
