//! The tables of displays.

use super::model::{Display, DisplayId, ShownLine};
use crate::kernel::ids::{ChannelId, GuildId};
use crate::store::{AnyTable, Table, UniqueIndex};

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&DISPLAYS, &SHOWN_LINES];

/// Displays by guild and row number.
pub static DISPLAYS: Table<(GuildId, DisplayId), Display> = Table::new("displays.displays", &[&BY_KIND]);
/// One display of a kind in a channel.
static BY_KIND: UniqueIndex<(GuildId, ChannelId, String), (GuildId, DisplayId), Display> =
    UniqueIndex::new("displays.displays_by_kind", |(guild, _), display| {
        Some((*guild, display.channel, display.kind.clone()))
    });

/// Where the lines are shown, by guild and the stored name of the line.
pub static SHOWN_LINES: Table<(GuildId, String), ShownLine> = Table::new("displays.shown_lines", &[]);
