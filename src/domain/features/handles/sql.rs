//! Handles in the SQLite export.

use super::tables::ACCOUNTS;
use crate::exported;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue, index, partial_index};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[TIKTOK_ACCOUNTS];

exported! {
    /// `M-DB-03`, with the indexes `M-DB-19` to `M-DB-21`.
    const TIKTOK_ACCOUNTS = "tiktok_accounts" of ACCOUNTS;
    |read, (guild, id), account| => {
        "handle_id": "INTEGER" => SqlValue::id(id.get()),
        "handle_name": "TEXT NOT NULL" => account.handle.as_str(),
        "first_seen": MOMENT_DEFAULT_NOW => account.first_seen,
        "last_seen": MOMENT_DEFAULT_NOW => account.last_seen,
        "linked_discord_id": "INTEGER" => account.linked,
        "points": "INTEGER NOT NULL DEFAULT 0" => account.points,
        "last_known_level": "INTEGER DEFAULT 0" => account.level.unwrap_or_default(),
    }
    primary_key: ["handle_id"];
    unique: ["handle_name"];
    indexes: [
        index("idx_tiktok_accounts_linked_discord_id", "linked_discord_id"),
        index("idx_tiktok_handles_search", "handle_name"),
        partial_index("idx_tiktok_handles_unlinked", "linked_discord_id", "linked_discord_id IS NULL"),
    ];
}
