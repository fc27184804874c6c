//! The operator changes the catalogue for all servers: items and tasks under guild 0, which nothing else writes (`C-61`). Each change
//! raises the version that servers follow.

use crate::features::offers::model::{MOST_OFFERS, OfferRefusal, Part};
use crate::features::offers::tables::changed;
use crate::features::shop::model::{Item, ItemId};
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{KnownTask, ProvenBy, TaskId, TaskStatus};
use crate::features::{shop, tasks};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::time::Timestamp;
use crate::store::Tx;

/// Where offers lie.
const CATALOGUE: GuildId = GuildId::INSTANCE;

/// When a task of the catalogue ends of which no end is said: the year 9999. Its copies end as other tasks do.
pub const NO_END: Timestamp = Timestamp::from_millis(253_370_764_800_000);

/// Adds an item.
pub fn add_item(tx: &Tx<'_>, by: Actor, item: Item) -> Result<(ItemId, Item)> {
    require_of_no_server(&item)?;
    if shop::tables::count_shown(tx, CATALOGUE)? >= MOST_OFFERS {
        return Err(OfferRefusal::Full.into());
    }
    let added = shop::service::add(tx, CATALOGUE, by, item)?;
    changed(tx, Part::Items)?;
    Ok(added)
}

/// Changes an item.
pub fn edit_item(tx: &Tx<'_>, by: Actor, id: ItemId, change: impl FnOnce(&mut Item)) -> Result<Item> {
    let mut item = shop::service::item(tx, CATALOGUE, id)?;
    change(&mut item);
    require_of_no_server(&item)?;
    let item = shop::service::edit(tx, CATALOGUE, by, id, None, |kept| *kept = item)?;
    changed(tx, Part::Items)?;
    Ok(item)
}

/// Removes an item: servers sell it no more.
pub fn remove_item(tx: &Tx<'_>, by: Actor, id: ItemId) -> Result<Item> {
    let item = shop::service::remove(tx, CATALOGUE, by, id)?;
    changed(tx, Part::Items)?;
    Ok(item)
}

fn require_of_no_server(item: &Item) -> Result<(), OfferRefusal> {
    let names_none = item.kind.role().is_none() && item.required_role.is_none();
    if names_none { Ok(()) } else { Err(OfferRefusal::OfOneServer) }
}

/// Adds a task. It is posted nowhere, and nobody claims it.
pub fn add_task(tx: &Tx<'_>, by: Actor, wanted: &TaskPatch) -> Result<KnownTask> {
    let wanted = of_no_server(wanted)?;
    if tasks::queries::count(tx, CATALOGUE, TaskStatus::Active)? >= MOST_OFFERS as u64 {
        return Err(OfferRefusal::Full.into());
    }
    let expires_at = wanted.expires_at.or(Some(NO_END));
    let wanted = TaskPatch { channel: Some(ChannelId::default()), expires_at, ..wanted };
    let added = tasks::service::create(tx, CATALOGUE, by, &wanted)?;
    changed(tx, Part::Tasks)?;
    Ok(added)
}

/// Changes a task. Its end moves by being said alone: its duration is that of the copies.
pub fn edit_task(tx: &Tx<'_>, by: Actor, id: TaskId, wanted: &TaskPatch) -> Result<KnownTask> {
    let wanted = of_no_server(wanted)?;
    let KnownTask { task, .. } = tasks::claims::require(tx, CATALOGUE, id)?;
    let wanted = TaskPatch { expires_at: wanted.expires_at.or(Some(task.expires_at)), ..wanted };
    let edited = tasks::service::edit(tx, CATALOGUE, by, (id, None), &wanted)?;
    changed(tx, Part::Tasks)?;
    Ok(edited)
}

/// Removes a task: servers offer it no more, and what is claimed of it goes on.
pub fn remove_task(tx: &Tx<'_>, by: Actor, id: TaskId) -> Result<KnownTask> {
    let removed = tasks::service::delete(tx, CATALOGUE, by, id)?;
    changed(tx, Part::Tasks)?;
    Ok(removed)
}

fn of_no_server(wanted: &TaskPatch) -> Result<TaskPatch, OfferRefusal> {
    let counted_in = wanted.proven_by.and_then(ProvenBy::channel);
    let names_none =
        wanted.channel.or(counted_in).is_none() && wanted.category.is_none() && !matches!(wanted.role, Some(Some(_)));
    if names_none { Ok(TaskPatch { role: None, ..wanted.clone() }) } else { Err(OfferRefusal::OfOneServer) }
}
