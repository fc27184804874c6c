//! The settings in the SQLite export: the table `bot_config` (`M-DB-08`), and what the store is known by.

use super::identity;
use super::tables::BOT_CONFIG;
use crate::exported;
use crate::store::sqlite::SqlTable;

/// The exported tables of this module.
pub const EXPORT: &[SqlTable] = &[identity::EXPORT, BOT_CONFIG_EXPORTED];

exported! {
    /// Settings by their keys.
    const BOT_CONFIG_EXPORTED = "bot_config" of BOT_CONFIG;
    |read, (guild, key), entry| => {
        "key": "TEXT" => &key,
        "value": "TEXT" => entry.value.as_deref(),
        "channel_id": "INTEGER" => entry.channel,
        "message_id": "INTEGER" => entry.message,
    }
    primary_key: ["key"];
}
