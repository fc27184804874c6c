//! The settings of each guild, by key, in `bot_config` (`M-DB-08`, `M-HNT-07`).
//!
//! A setting is declared once, as a [`Setting`] with its type and default, by the feature that it belongs to. Looking
//! one up goes from the guild to the instance (guild 0, where the process configuration leaves its defaults) to the
//! default in the declaration; a stored value that cannot be read counts as absent. Channels and messages are
//! kept in columns of their own, and a channel's number also as text (`C-53`). The first setting that an operation asks for
//! reads all of that guild; to ask for the others costs next to nothing, so nobody hands settings around.
//!
//! **Topic.** `settings.changed`.
//!
//! What administrators see and may change is [`Listed`] by its feature: `/show-settings`, `/config` and the pages know the
//! settings from there alone. Whatever a person changes goes through [`change()`], by whichever command or page, and is an
//! activity; what follows from a change is said with the setting ([`Setting::followed`]), so that it follows whoever made it.
//! A form changes several in one transaction ([`change_all`]), and a change is taken back by one of its own ([`undo()`]). What
//! the program does by itself, or brings from elsewhere, is [`Setting::set`].

mod change;
mod control;
pub mod identity;
mod kept;
mod listed;
mod lists;
mod mentioned;
pub mod sql;
mod switch;
mod tables;
mod texts;
pub mod to_come;
mod together;
mod typed;
mod undo;
mod value;

pub use change::{Change, ChangeSentence, Consequence, NewValue, SETTING_CHANGED, Unlisted, change};
pub use control::{Control, NONE};
pub use identity::UNLISTED;
pub use listed::{Area, Changeable, Listed, SettingRefusal};
pub use lists::{ChannelList, IdList, RoleList};
pub use switch::{Switch, SwitchRefusal};
pub use tables::{BOT_CONFIG, CHANGED, Entry, TABLES};
pub use texts::{Lines, Text};
pub use together::{Changed, Wanted, change_all, wanted};
pub use typed::Typed;
pub use undo::{TakenBack, act_of, is_undoable, undo, undo_all};
pub use value::SettingValue;

use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Tx};

/// A setting of type `T`.
#[derive(Debug)]
pub struct Setting<T> {
    key: &'static str,
    default: T,
    /// What a person may choose.
    limits: Limits,
    /// What follows where a person changes it.
    follows: Option<Consequence>,
}

/// What numbers a person may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The smallest.
    pub smallest: u32,
    /// The largest.
    pub largest: u32,
    /// What is counted, where it is shown and may be typed behind the number: `seconds`.
    pub unit: Option<&'static str>,
    /// What 0 stands for, where that is no amount, as people read and type it: `any number`.
    pub zero: Option<&'static str>,
}

impl Limits {
    /// Any number, of nothing in particular.
    pub const ANY: Self = Self::between(0, u32::MAX);

    const fn between(smallest: u32, largest: u32) -> Self {
        Self { smallest, largest, unit: None, zero: None }
    }
}

impl<T: SettingValue> Setting<T> {
    /// Declares a setting. The key is stored and exported, so it never changes.
    pub const fn new(key: &'static str, default: T) -> Self {
        Self { key, default, limits: Limits::ANY, follows: None }
    }

    /// The same, from whose change by a person something follows, in the same transaction.
    pub const fn followed(key: &'static str, default: T, follows: Consequence) -> Self {
        Self { key, default, limits: Limits::ANY, follows: Some(follows) }
    }

    /// The stored key.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// What counts where nobody set anything.
    pub const fn default(&self) -> &T {
        &self.default
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
        kept::load(read, guild, self.key)
    }

    /// Takes the guild's own value away, so that the instance's or the default counts again.
    pub fn clear(&self, tx: &Tx<'_>, guild: GuildId) -> Result<()> {
        tables::write(tx, guild, self.key, None)
    }

    /// Changes the value for a guild, or with [`GuildId::INSTANCE`] the default of all.
    pub fn set(&self, tx: &Tx<'_>, guild: GuildId, value: &T) -> Result<()> {
        tables::write(tx, guild, self.key, value.store().as_ref())
    }
}

impl Setting<u32> {
    /// Declares a number with the smallest and the largest value that a person may choose.
    pub const fn within(key: &'static str, default: u32, smallest: u32, largest: u32) -> Self {
        Self { key, default, limits: Limits::between(smallest, largest), follows: None }
    }

    /// The same, shown and typed with what it counts.
    #[must_use]
    pub const fn counted_in(self, unit: &'static str) -> Self {
        Self { limits: Limits { unit: Some(unit), ..self.limits }, ..self }
    }

    /// The same, where 0 stands for something that people read and type as well: "any number".
    #[must_use]
    pub const fn zero_is(self, words: &'static str) -> Self {
        Self { limits: Limits { zero: Some(words), ..self.limits }, ..self }
    }
}

#[cfg(test)]
mod tests;
