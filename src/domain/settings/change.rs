//! The one way in which a person changes a setting, by whichever command or page: it leaves an activity with the value before
//! and after, of which the team is told, and what follows from it is done.

use super::tables::{self, Entry};
use super::{Changeable, Setting, Typed};
use crate::activity::{Kind, Subject};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// A setting was changed. Before and after are what counted and what counts, as they are stored.
pub static SETTING_CHANGED: Kind<()> = Kind::new("settings.changed");

/// What a guild wants a setting to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewValue {
    /// This, of its own.
    Own(Entry),
    /// What counts where a guild has nothing of its own.
    Default,
}

impl From<Option<Entry>> for NewValue {
    fn from(stored: Option<Entry>) -> Self {
        stored.map_or(Self::Default, Self::Own)
    }
}

/// What counted before a change and what counts after it, as it is stored; `None` for what is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// What follows where a person changes a setting of a guild.
pub type Consequence = fn(&Tx<'_>, GuildId, &Change) -> Result<()>;

impl Change {
    /// Whether what counts is another value than before.
    pub fn is_any(&self) -> bool {
        self.before != self.after
    }
}

/// Changes a setting of a guild at somebody's word. What changes nothing is no activity, and nothing follows from it.
pub fn change(tx: &Tx<'_>, guild: GuildId, by: Actor, setting: &dyn Changeable, value: &NewValue) -> Result<Change> {
    let before = setting.stored(tx, guild)?;
    let own = match value {
        NewValue::Own(entry) => Some(entry),
        NewValue::Default => None,
    };
    tables::write(tx, guild, setting.key(), own)?;
    let change = Change { before, after: setting.stored(tx, guild)? };
    if change.is_any() {
        let subject = Subject::Setting(setting.key().to_owned());
        let Change { before, after } = change.clone();
        SETTING_CHANGED.with(()).by(by).of(subject).changing(before, after).note(tx, guild)?;
        if let Some(follows) = setting.follows() {
            follows(tx, guild, &change)?;
        }
    }
    Ok(change)
}

impl<T: Typed> Setting<T> {
    /// Changes the value for a guild at somebody's word, as [`change()`] does.
    pub fn change(&self, tx: &Tx<'_>, guild: GuildId, by: Actor, value: &T) -> Result<Change> {
        change(tx, guild, by, self, &NewValue::from(value.store()))
    }
}
