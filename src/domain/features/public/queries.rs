//! Which server is meant by a name or by the secret of an overlay, and what it shows.

use super::model::{Goal, NamesShown, OverlayKey, PublicName};
use super::settings::{GOAL, NAME, NAMES_SHOWN, OVERLAY};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::settings::{BOT_CONFIG, Setting, SettingValue};
use crate::store::{Read, Span};

/// What a server shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The name of its queue.
    pub name: Option<PublicName>,
    /// How names of members are shown.
    pub names_shown: NamesShown,
    /// Whether its overlays can be opened.
    pub has_overlay: bool,
    /// What the overlay `goal` shows.
    pub goal: Option<Goal>,
}

/// What a server chose.
pub fn chosen(read: &dyn Read, guild: GuildId) -> Result<Chosen> {
    Ok(Chosen {
        name: NAME.get_own(read, guild)?.flatten(),
        names_shown: NAMES_SHOWN.get(read, guild)?,
        has_overlay: OVERLAY.get_own(read, guild)?.flatten().is_some(),
        goal: GOAL.get_own(read, guild)?.flatten(),
    })
}

/// The server whose queue has this name.
pub fn server_called(read: &dyn Read, name: &PublicName) -> Result<Option<GuildId>> {
    with(read, &NAME, &Some(name.clone()))
}

/// The server whose overlays are opened by the secret with this digest.
pub fn server_of_overlay(read: &dyn Read, digest: &Digest) -> Result<Option<GuildId>> {
    with(read, &OVERLAY, &Some(OverlayKey::of(digest)))
}

/// Whether the queue of a server has this name.
pub fn is_called(read: &dyn Read, guild: GuildId, name: &PublicName) -> Result<bool> {
    Ok(NAME.get_own(read, guild)?.flatten().as_ref() == Some(name))
}

/// Whether the overlays of a server are opened by the secret with this digest.
pub fn is_opened_by(read: &dyn Read, guild: GuildId, digest: &Digest) -> Result<bool> {
    Ok(OVERLAY.get_own(read, guild)?.flatten() == Some(OverlayKey::of(digest)))
}

/// The server that has this value of a setting.
fn with<T: SettingValue + PartialEq>(read: &dyn Read, setting: &Setting<T>, wanted: &T) -> Result<Option<GuildId>> {
    let mut found = None;
    BOT_CONFIG.for_each(read, Span::all(), |(guild, key), entry| {
        let is_meant = key == setting.key() && guild != GuildId::INSTANCE && T::load(&entry).as_ref() == Some(wanted);
        found = found.or(is_meant.then_some(guild));
        Ok(())
    })?;
    Ok(found)
}
