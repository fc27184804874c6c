//! The settings in the SQLite export: the table `bot_config` (`M-DB-08`), and what the store is known by.

use super::identity;
use super::tables::BOT_CONFIG;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::sqlite::{RowSink, SqlTable, SqlValue, column};
use crate::store::{Read, Span};

/// The exported tables of this module.
pub const EXPORT: &[SqlTable] = &[
    identity::EXPORT,
    SqlTable {
        name: "bot_config",
        columns: &[
            column("key", "TEXT"),
            column("value", "TEXT"),
            column("channel_id", "INTEGER"),
            column("message_id", "INTEGER"),
        ],
        primary_key: &["key"],
        unique: &[],
        references: &[],
        indexes: &[],
        rows: bot_config,
    },
];

fn bot_config(read: &dyn Read, guild: Option<GuildId>, sink: &mut RowSink<'_>) -> Result<()> {
    let span: Span<(GuildId, String)> = guild.map_or_else(Span::all, Span::of);
    BOT_CONFIG.for_each(read, span, |(guild, key), entry| {
        let columns: [SqlValue<'_>; 4] =
            [(&key).into(), entry.value.as_deref().into(), entry.channel.into(), entry.message.into()];
        sink(guild, &columns)
    })
}
