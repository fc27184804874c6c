//! The table `bot_config`.

use serde::{Deserialize, Serialize};

use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::store::{AnyTable, Record, Table, Topic, Tx};

/// A setting of a guild, or with guild 0 of the instance, has another value.
pub const CHANGED: Topic = Topic::new("settings.changed");

/// A stored setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The value as text.
    pub value: Option<String>,
    /// The value of a channel setting.
    pub channel: Option<ChannelId>,
    /// A message that belongs to the setting.
    pub message: Option<MessageId>,
}

impl Record for Entry {}

/// Settings by guild and key.
pub static BOT_CONFIG: Table<(GuildId, String), Entry> = Table::new("settings.bot_config", &[]).without_members();

/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&BOT_CONFIG];

/// Writes what a guild has of its own under a key, or that it has nothing.
pub(super) fn write(tx: &Tx<'_>, guild: GuildId, key: &str, entry: Option<&Entry>) -> Result<()> {
    let key = (guild, key.to_owned());
    match entry {
        Some(entry) => BOT_CONFIG.put(tx, &key, entry)?,
        None => drop(BOT_CONFIG.remove(tx, &key)?),
    }
    tx.publish(CHANGED, guild);
    Ok(())
}
