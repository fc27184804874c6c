//! Changes of what a server shows. Each is an activity.

use super::activity::CHANGED;
use super::model::{Goal, NamesShown, OverlayKey, PublicName, PublicRefusal};
use super::queries;
use super::settings::{GOAL, NAME, NAMES_SHOWN, OVERLAY};
use crate::activity::Subject;
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::settings::{Setting, SettingValue};
use crate::store::Tx;

/// Gives the queue of a server a name, or takes it away; refuses one that another server has.
pub fn set_name(tx: &Tx<'_>, guild: GuildId, by: Actor, name: Option<&PublicName>) -> Result<()> {
    if let Some(name) = name
        && queries::server_called(tx, name)?.is_some_and(|holder| holder != guild)
    {
        return Err(PublicRefusal::NameTaken.into());
    }
    change(tx, guild, by, &NAME, &name.cloned())
}

/// Says how names of members are shown.
pub fn set_names_shown(tx: &Tx<'_>, guild: GuildId, by: Actor, names: NamesShown) -> Result<()> {
    change(tx, guild, by, &NAMES_SHOWN, &names)
}

/// Says what the overlay `goal` shows.
pub fn set_goal(tx: &Tx<'_>, guild: GuildId, by: Actor, goal: Option<Goal>) -> Result<()> {
    change(tx, guild, by, &GOAL, &goal)
}

/// Lets the overlays be opened by the secret with this digest and by no other; by none where there is none.
pub fn set_overlay(tx: &Tx<'_>, guild: GuildId, by: Actor, digest: Option<&Digest>) -> Result<()> {
    let was_open = OVERLAY.get_own(tx, guild)?.flatten().is_some();
    OVERLAY.set(tx, guild, &digest.map(OverlayKey::of))?;
    let word = |is_open: bool| is_open.then(|| "open".to_owned());
    note(tx, guild, by, OVERLAY.key(), (word(was_open), word(digest.is_some())))
}

fn change<T: SettingValue>(tx: &Tx<'_>, guild: GuildId, by: Actor, setting: &Setting<T>, value: &T) -> Result<()> {
    let stored = |value: &T| value.store().and_then(|entry| entry.value);
    let (before, after) = (stored(&setting.get(tx, guild)?), stored(value));
    setting.set(tx, guild, value)?;
    if before == after { Ok(()) } else { note(tx, guild, by, setting.key(), (before, after)) }
}

fn note(tx: &Tx<'_>, guild: GuildId, by: Actor, key: &str, change: (Option<String>, Option<String>)) -> Result<()> {
    let about = Subject::Setting(key.to_owned());
    CHANGED.with(()).by(by).of(about).changing(change.0, change.1).note(tx, guild)
}
