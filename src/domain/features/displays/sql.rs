//! The displays in the SQLite export: `persistent_embeds` (`M-DB-09`) and `queue_config` (`M-DB-10`).

use super::tables::SHOWN_LINES;
use crate::display::tables::DISPLAYS;
use crate::exported;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[PERSISTENT_EMBEDS, QUEUE_CONFIG];

exported! {
    /// Displays. One that has no message has none to tell of.
    const PERSISTENT_EMBEDS = "persistent_embeds" of DISPLAYS;
    |read, (guild, id), display| if display.message.is_some() => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "embed_type": "TEXT NOT NULL" => &display.kind,
        "channel_id": "INTEGER NOT NULL" => display.channel,
        "message_id": "INTEGER NOT NULL" => display.message,
        "current_page": "INTEGER DEFAULT 0" => display.page,
        "last_content_hash": "TEXT" => display.content_hash.as_deref(),
        "last_updated": MOMENT_DEFAULT_NOW => display.updated_at,
        "is_active": "INTEGER DEFAULT 1" => display.is_active,
    }
    primary_key: ["id"];
    unique: ["embed_type", "channel_id"];
}

exported! {
    /// Where each line is shown.
    const QUEUE_CONFIG = "queue_config" of SHOWN_LINES;
    |read, (guild, line), shown| => {
        "queue_line": "TEXT" => &line,
        "channel_id": "INTEGER" => shown.channel,
        "pinned_message_id": "INTEGER" => shown.message,
    }
    primary_key: ["queue_line"];
}
