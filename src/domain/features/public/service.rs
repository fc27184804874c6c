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
use crate::store::Tx;

/// Gives the queue of a server a name, or takes it away; refuses one that another server has.
pub fn set_name(tx: &Tx<'_>, guild: GuildId, by: Actor, name: Option<&PublicName>) -> Result<()> {
    if let Some(name) = name
        && queries::server_called(tx, name)?.is_some_and(|holder| holder != guild)
    {
        return Err(PublicRefusal::NameTaken.into());
    }
    NAME.change(tx, guild, by, &name.cloned()).map(drop)
}

/// Says how names of members are shown.
pub fn set_names_shown(tx: &Tx<'_>, guild: GuildId, by: Actor, names: NamesShown) -> Result<()> {
    NAMES_SHOWN.change(tx, guild, by, &names).map(drop)
}

/// Says what the overlay `goal` shows.
pub fn set_goal(tx: &Tx<'_>, guild: GuildId, by: Actor, goal: Option<Goal>) -> Result<()> {
    GOAL.change(tx, guild, by, &goal).map(drop)
}

/// Lets the overlays be opened by the secret with this digest and by no other; by none where there is none.
///
/// Does not go the way of the other settings, because that notes the value before and after: no digest of a secret is written
/// down a second time. And another secret in the place of one is worth a line, although it is open before and after.
pub fn set_overlay(tx: &Tx<'_>, guild: GuildId, by: Actor, digest: Option<&Digest>) -> Result<()> {
    let was_open = OVERLAY.get_own(tx, guild)?.flatten().is_some();
    OVERLAY.set(tx, guild, &digest.map(OverlayKey::of))?;
    let word = |is_open: bool| is_open.then(|| "open".to_owned());
    let about = Subject::Setting(OVERLAY.key().to_owned());
    CHANGED.with(()).by(by).of(about).changing(word(was_open), word(digest.is_some())).note(tx, guild)
}
