//! The settings of each guild, by key, in `bot_config` (`M-DB-08`, `M-HNT-07`).
//!
//! A setting is declared once, as a [`Setting`] with its type and default, by the feature that it belongs to. Looking
//! one up goes from the guild to the instance (guild 0, where the process configuration leaves its defaults) to the
//! default in the declaration; a stored value that cannot be read counts as absent. Channels and messages are
//! kept in columns of their own, and a channel's number also as text (`C-53`).
//!
//! **Topic.** `settings.changed`.
//!
//! What administrators see and may change is [`Listed`] by its feature: `/show-settings` and `/config` know the settings
//! from there alone.

mod listed;
pub mod sql;
mod tables;
mod value;

pub use listed::{Area, Changeable, Listed, SettingRefusal, Typed};
pub use tables::{BOT_CONFIG, CHANGED, Entry, TABLES};
pub use value::SettingValue;

use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Tx};

/// A setting of type `T`.
pub struct Setting<T> {
    key: &'static str,
    default: T,
    /// The smallest and the largest number that a person may choose.
    limits: (u32, u32),
    /// What 0 stands for, where that is no amount: "any number".
    zero: Option<&'static str>,
}

impl<T: SettingValue> Setting<T> {
    /// Declares a setting. The key is stored and exported, so it never changes.
    pub const fn new(key: &'static str, default: T) -> Self {
        Self { key, default, limits: (0, u32::MAX), zero: None }
    }

    /// The stored key.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The value that counts in a guild.
    pub fn get(&self, read: &dyn Read, guild: GuildId) -> Result<T> {
        for place in [guild, GuildId::INSTANCE] {
            if let Some(value) = self.get_own(read, place)? {
                return Ok(value);
            }
        }
        Ok(self.default.clone())
    }

    /// The value that is stored for exactly this guild, without the instance's and the default.
    pub fn get_own(&self, read: &dyn Read, guild: GuildId) -> Result<Option<T>> {
        Ok(BOT_CONFIG.get(read, &(guild, self.key.to_owned()))?.and_then(|entry| T::load(&entry)))
    }

    /// Takes the guild's own value away, so that the instance's or the default counts again.
    pub fn clear(&self, tx: &Tx<'_>, guild: GuildId) -> Result<()> {
        BOT_CONFIG.remove(tx, &(guild, self.key.to_owned()))?;
        tx.publish(CHANGED, guild);
        Ok(())
    }

    /// Changes the value for a guild, or with [`GuildId::INSTANCE`] the default of all.
    pub fn set(&self, tx: &Tx<'_>, guild: GuildId, value: &T) -> Result<()> {
        let key = (guild, self.key.to_owned());
        match value.store() {
            Some(entry) => BOT_CONFIG.put(tx, &key, &entry)?,
            None => drop(BOT_CONFIG.remove(tx, &key)?),
        }
        tx.publish(CHANGED, guild);
        Ok(())
    }
}

impl Setting<u32> {
    /// Declares a number with the smallest and the largest value that a person may choose.
    pub const fn within(key: &'static str, default: u32, smallest: u32, largest: u32) -> Self {
        Self { key, default, limits: (smallest, largest), zero: None }
    }

    /// The same, where 0 stands for something that people read and type as well: "any number".
    #[must_use]
    pub const fn zero_is(self, words: &'static str) -> Self {
        Self { zero: Some(words), ..self }
    }
}
