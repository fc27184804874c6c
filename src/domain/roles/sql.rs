//! Timed roles in the SQLite export.

use super::tables::TIMED;
use crate::exported;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue, index};

/// The tables of this module in the export.
pub const EXPORT: &[SqlTable] = &[EXPORTED];

exported! {
    /// `S-DB-37`.
    const EXPORTED = "timed_roles" of TIMED;
    |read, (guild, id), timed| => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "user_id": "INTEGER NOT NULL" => timed.user,
        "role_id": "INTEGER NOT NULL" => SqlValue::id(timed.role.get()),
        "assigned_by": "TEXT NOT NULL" => timed.by.to_string(),
        "reason": "TEXT" => &timed.reason,
        "expires_at": "TEXT NOT NULL" => timed.until,
        "created_at": MOMENT_DEFAULT_NOW => timed.made_at,
    }
    primary_key: ["id"];
    unique: ["user_id", "role_id"];
    indexes: [index("idx_timed_roles_expires", "expires_at")];
}
