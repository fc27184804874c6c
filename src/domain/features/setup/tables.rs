//! The table of servers that were greeted.

use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::settings::Setting;
use crate::store::{AnyTable, Table};

/// When the bot joined a server, as of the last time that it was seen; whoever is in here was greeted, or knew the bot.
pub static GREETED: Table<GuildId, Timestamp> = Table::new("setup.greeted", &[]).without_members();

/// The account of the bot that was in all servers of [`GREETED`], of the instance.
pub static ACCOUNT: Setting<Option<String>> = Setting::new("bot_account", None);

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&GREETED];
