//! Where the lines of the queue are shown.

use super::model::ShownLine;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::store::{AnyTable, Read, Table, Tx};

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&SHOWN_LINES];

/// Where the lines are shown, by guild and the stored name of the line.
pub static SHOWN_LINES: Table<(GuildId, String), ShownLine> = Table::new("displays.shown_lines", &[]).without_members();

/// Where a line is noted to be shown.
pub fn noted(read: &dyn Read, guild: GuildId, line: &str) -> Result<Option<(ChannelId, MessageId)>> {
    let noted = SHOWN_LINES.get(read, &(guild, line.to_owned()))?;
    Ok(noted.and_then(|noted| noted.channel.zip(noted.message)))
}

/// Notes where a line is shown, or that it is shown nowhere.
pub fn set_shown(tx: &Tx<'_>, guild: GuildId, line: &str, at: Option<(ChannelId, MessageId)>) -> Result<()> {
    let key = (guild, line.to_owned());
    match at {
        Some((channel, message)) => {
            SHOWN_LINES.put(tx, &key, &ShownLine { channel: Some(channel), message: Some(message) })
        }
        None => SHOWN_LINES.remove(tx, &key).map(drop),
    }
}
