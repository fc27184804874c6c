//! Handles in the SQLite export.

use super::tables::ACCOUNTS;
use crate::store::Span;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue, column, index, partial_index};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[TIKTOK_ACCOUNTS];

/// `M-DB-03`, with the indexes `M-DB-19` to `M-DB-21`.
const TIKTOK_ACCOUNTS: SqlTable = SqlTable {
    name: "tiktok_accounts",
    columns: &[
        column("handle_id", "INTEGER"),
        column("handle_name", "TEXT NOT NULL"),
        column("first_seen", MOMENT_DEFAULT_NOW),
        column("last_seen", MOMENT_DEFAULT_NOW),
        column("linked_discord_id", "INTEGER"),
        column("points", "INTEGER NOT NULL DEFAULT 0"),
        column("last_known_level", "INTEGER DEFAULT 0"),
    ],
    primary_key: &["handle_id"],
    unique: &[&["handle_name"]],
    references: &[],
    indexes: &[
        index("idx_tiktok_accounts_linked_discord_id", "linked_discord_id"),
        index("idx_tiktok_handles_search", "handle_name"),
        partial_index("idx_tiktok_handles_unlinked", "linked_discord_id", "linked_discord_id IS NULL"),
    ],
    rows: |read, wanted, sink| {
        ACCOUNTS.for_each(read, wanted.map_or_else(Span::all, Span::of), |(guild, id), account| {
            let values = [
                SqlValue::id(id.get()),
                account.handle.as_str().into(),
                account.first_seen.into(),
                account.last_seen.into(),
                account.linked.into(),
                account.points.into(),
                account.level.unwrap_or_default().into(),
            ];
            sink(guild, &values)
        })
    },
};
