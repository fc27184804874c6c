//! The settings of a guild as one operation sees them: read once, looked up from then on, until one is written.

use super::tables::{BOT_CONFIG, Entry};
use super::value::SettingValue;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Read;

/// The value that is stored under `key` for exactly this guild; `None` where there is none or it cannot be read.
pub(super) fn load<T: SettingValue>(read: &dyn Read, guild: GuildId, key: &str) -> Result<Option<T>> {
    match BOT_CONFIG.remembered(read, guild, Kept::of)? {
        Some(kept) => Ok(kept.entry(key).and_then(T::load)),
        // They are too many, or one of them is damaged: that concerns only whoever asks for it.
        None => Ok(BOT_CONFIG.get(read, &(guild, key.to_owned()))?.and_then(|entry| T::load(&entry))),
    }
}

/// What is stored for one guild, in the order of the keys.
struct Kept(Vec<(String, Entry)>);

impl Kept {
    fn of(rows: Vec<((GuildId, String), Entry)>) -> Self {
        Self(rows.into_iter().map(|((_, key), entry)| (key, entry)).collect())
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        let place = self.0.binary_search_by(|(stored, _)| stored.as_str().cmp(key)).ok()?;
        self.0.get(place).map(|(_, entry)| entry)
    }
}
