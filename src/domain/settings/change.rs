//! The one way in which a person changes a setting, by whichever command or page: it leaves an activity with the value before
//! and after, of which the team is told, and what follows from it is done.

use super::tables::{self, Entry};
use super::{Changeable, Setting, SettingValue};
use crate::activity::{ActivityKind, ChangeType, Noted, Subject, Thing};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::store::Tx;

/// A setting was changed. Before and after are what counted and what counts, as they are stored.
pub static SETTING_CHANGED: ActivityKind<()> = ActivityKind::new("settings.changed", changed)
    .called("A setting was changed")
    .heard_as(Thing::Setting, ChangeType::Update);

/// How a change of one setting is told.
pub trait ChangeSentence: Sync {
    /// Whether the debug channel tells it as well.
    fn is_for_team(&self) -> bool {
        true
    }

    /// That somebody changed it, from this to that, as these are stored.
    fn sentence(&self, by: &Sentence, before: Option<&str>, after: Option<&str>) -> Option<Sentence>;
}

/// How a change of a setting is told that is in no list.
pub struct Unlisted {
    /// The stored key.
    pub key: &'static str,
    /// Whether the debug channel tells it as well.
    pub is_for_team: bool,
    /// That somebody changed it, from this to that, as these are stored.
    pub sentence: fn(&Sentence, Option<&str>, Option<&str>) -> Option<Sentence>,
}

impl ChangeSentence for Unlisted {
    fn is_for_team(&self) -> bool {
        self.is_for_team
    }

    fn sentence(&self, by: &Sentence, before: Option<&str>, after: Option<&str>) -> Option<Sentence> {
        (self.sentence)(by, before, after)
    }
}

fn changed(told: &Noted<'_, ()>) -> Option<Sentence> {
    told.setting()?.sentence(&told.by_person()?, told.before(), told.after())
}

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
    written(tx, guild, by, (setting.key(), setting.follows()), value, &|| setting.stored(tx, guild))
}

impl<T: SettingValue> Setting<T> {
    /// Changes the value for a guild at somebody's word, as [`change()`] does; also where no list shows the setting.
    pub fn change(&self, tx: &Tx<'_>, guild: GuildId, by: Actor, value: &T) -> Result<Change> {
        let stored = || Ok(self.get(tx, guild)?.store().and_then(|entry| entry.value));
        written(tx, guild, by, (self.key, self.follows), &NewValue::from(value.store()), &stored)
    }
}

/// Writes a value, notes it where what counts (`stored`) is another one then, and does what follows.
fn written(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    (key, follows): (&'static str, Option<Consequence>),
    value: &NewValue,
    stored: &dyn Fn() -> Result<Option<String>>,
) -> Result<Change> {
    let before = stored()?;
    let own = match value {
        NewValue::Own(entry) => Some(entry),
        NewValue::Default => None,
    };
    tables::write(tx, guild, key, own)?;
    let change = Change { before, after: stored()? };
    if change.is_any() {
        let Change { before, after } = change.clone();
        let subject = Subject::Setting(key.to_owned());
        SETTING_CHANGED.with(()).by(by).of(subject).changing(before, after).note(tx, guild)?;
        if let Some(follows) = follows {
            follows(tx, guild, &change)?;
        }
    }
    Ok(change)
}
