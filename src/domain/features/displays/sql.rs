//! The displays in the SQLite export: `persistent_embeds` (`M-DB-09`) and `queue_config` (`M-DB-10`).

use super::tables::SHOWN_LINES;
use crate::display::DisplayId;
use crate::display::tables::DISPLAYS;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, RowSink, SqlTable, SqlValue, column};
use crate::store::{Read, Span};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[
    SqlTable {
        name: "persistent_embeds",
        columns: &[
            column("id", "INTEGER"),
            column("embed_type", "TEXT NOT NULL"),
            column("channel_id", "INTEGER NOT NULL"),
            column("message_id", "INTEGER NOT NULL"),
            column("current_page", "INTEGER DEFAULT 0"),
            column("last_content_hash", "TEXT"),
            column("last_updated", MOMENT_DEFAULT_NOW),
            column("is_active", "INTEGER DEFAULT 1"),
        ],
        primary_key: &["id"],
        unique: &[&["embed_type", "channel_id"]],
        references: &[],
        indexes: &[],
        rows: persistent_embeds,
    },
    SqlTable {
        name: "queue_config",
        columns: &[
            column("queue_line", "TEXT"),
            column("channel_id", "INTEGER"),
            column("pinned_message_id", "INTEGER"),
        ],
        primary_key: &["queue_line"],
        unique: &[],
        references: &[],
        indexes: &[],
        rows: queue_config,
    },
];

fn persistent_embeds(read: &dyn Read, guild: Option<GuildId>, sink: &mut RowSink<'_>) -> Result<()> {
    let span: Span<(GuildId, DisplayId)> = guild.map_or_else(Span::all, Span::of);
    DISPLAYS.for_each(read, span, |(guild, id), display| {
        // One that has no message has none to tell of.
        let Some(message) = display.message else { return Ok(()) };
        sink(
            guild,
            &[
                SqlValue::id(id.get()),
                (&display.kind).into(),
                display.channel.into(),
                message.into(),
                SqlValue::Integer(display.page.into()),
                display.content_hash.as_deref().into(),
                display.updated_at.into(),
                display.is_active.into(),
            ],
        )
    })
}

fn queue_config(read: &dyn Read, guild: Option<GuildId>, sink: &mut RowSink<'_>) -> Result<()> {
    let span: Span<(GuildId, String)> = guild.map_or_else(Span::all, Span::of);
    SHOWN_LINES.for_each(read, span, |(guild, line), shown| {
        sink(guild, &[(&line).into(), shown.channel.into(), shown.message.into()])
    })
}
