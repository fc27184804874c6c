//! A server follows the catalogue: copies of new offers, changes of those that it has, and none of what it offers no more (`T-GEN-11`).
//!
//! A step looks at some offers by their numbers. Twice is once, so it may be cut off anywhere. What a server refuses, because its shop
//! is full or an end is over, is looked at again when the catalogue changes.

use strum::VariantArray;

use super::offers_changed::NO_END;
use crate::features::offers::model::{Copied, Followed, Part};
use crate::features::offers::queries::is_on;
use crate::features::offers::tables::{COPIES, FOLLOWED, copy_of_row, last_copied, version};
use crate::features::shop::model::{Item, ItemId};
use crate::features::tasks::editing::{Field, TaskPatch};
use crate::features::tasks::model::{KnownTask, Task, TaskId, TaskStatus};
use crate::features::{shop, tasks};
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Tx};

/// Where offers lie.
const CATALOGUE: GuildId = GuildId::INSTANCE;
/// Whoever keeps the catalogue is the operator.
const BY: Actor = Actor::Operator;
/// Offers that are looked at in one transaction: few enough that nobody waits for it.
const AT_ONCE: u64 = 20;

/// Whether a server has something to take over, or to take away.
pub fn is_due(read: &dyn Read, guild: GuildId, part: Part) -> Result<bool> {
    let Some(followed) = FOLLOWED.get(read, &(guild, part))? else { return Ok(false) };
    let wanted = wanted_version(read, guild, part)?;
    let is_behind = followed.version != wanted || followed.next.is_some();
    // Tasks wait until there is a place for them.
    Ok(is_behind && (part == Part::Items || wanted == 0 || has_task_board(read, guild)?))
}

/// Looks at the next offers of which a server has something to take over. Answers whether that goes on.
pub fn step(tx: &Tx<'_>, guild: GuildId, part: Part) -> Result<bool> {
    if !is_due(tx, guild, part)? {
        return Ok(false);
    }
    let (version, before) = (wanted_version(tx, guild, part)?, FOLLOWED.get(tx, &(guild, part))?.unwrap_or_default());
    // What changed meanwhile may be an offer that was looked at already.
    let first = before.next.filter(|_| before.version == version).unwrap_or(1);
    let behind = first.saturating_add(AT_ONCE);
    let last = last_offer(tx, part)?.max(last_copied(tx, guild, part)?);
    for offer in (first..behind).take_while(|offer| *offer <= last) {
        match part {
            Part::Items => follow_item(tx, guild, offer, version > 0)?,
            Part::Tasks => follow_task(tx, guild, offer, version > 0)?,
        }
    }
    let next = (behind <= last).then_some(behind);
    FOLLOWED.put(tx, &(guild, part), &Followed { version, next })?;
    Ok(next.is_some())
}

/// Which version a server is to follow; 0 for none.
fn wanted_version(read: &dyn Read, guild: GuildId, part: Part) -> Result<u64> {
    if is_on(read, guild, part)? { version(read, part) } else { Ok(0) }
}

fn has_task_board(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(tasks::settings::CHANNEL.get(read, guild)?.is_some() && tasks::settings::SWITCH.setting.get(read, guild)?)
}

fn last_offer(read: &dyn Read, part: Part) -> Result<u64> {
    match part {
        Part::Items => shop::tables::last_item(read, CATALOGUE),
        Part::Tasks => tasks::tables::last_task(read, CATALOGUE),
    }
}

/// Whose a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is as the catalogue has it, and follows.
    Follows,
    /// Somebody in the server changed it: it is the server's own.
    Own,
}

/// Whether an item of a server came from the catalogue.
pub fn origin_of_item(read: &dyn Read, guild: GuildId, id: ItemId, item: &Item) -> Result<Option<Origin>> {
    let copied = copy_of_row(read, guild, Part::Items, id.get())?;
    Ok(copied.map(|(_, copied)| origin(copied.said == said_of_item(item))))
}

/// Whether a task of a server came from the catalogue.
pub fn origin_of_task(read: &dyn Read, guild: GuildId, known: &KnownTask) -> Result<Option<Origin>> {
    let copied = copy_of_row(read, guild, Part::Tasks, known.id.get())?;
    Ok(copied.map(|(_, copied)| origin(copied.said == said_of_task(&known.task))))
}

const fn origin(is_as_said: bool) -> Origin {
    if is_as_said { Origin::Follows } else { Origin::Own }
}

fn follow_item(tx: &Tx<'_>, guild: GuildId, offer: u64, is_on: bool) -> Result<()> {
    let found = if is_on { shop::queries::item(tx, CATALOGUE, ItemId::new(offer))? } else { None };
    let found = found.filter(|item| item.is_active);
    let key = (guild, Part::Items, offer);
    let Some(copied) = COPIES.get(tx, &key)? else {
        let Some(item) = found else { return Ok(()) };
        // Refused where the shop is full.
        if let Ok((id, item)) = tx.step(|tx| shop::service::add(tx, guild, BY, item))? {
            let said = said_of_item(&item);
            COPIES.put(tx, &key, &Copied { row: id.get(), said, is_withdrawn: false })?;
        }
        return Ok(());
    };
    let id = ItemId::new(copied.row);
    let present = shop::queries::any_item(tx, guild, id)?.filter(|item| said_of_item(item) == copied.said);
    let Some(present) = present else { return Ok(()) };
    match found {
        Some(item) if present.removed_at.is_none() || copied.is_withdrawn => {
            let wanted = copy_of(item, &present);
            if let Ok(item) = tx.step(|tx| shop::service::follow(tx, guild, BY, id, &wanted))? {
                let said = said_of_item(&item);
                COPIES.put(tx, &key, &Copied { said, is_withdrawn: false, ..copied })?;
            }
        }
        None if present.removed_at.is_none() => {
            shop::service::remove(tx, guild, BY, id)?;
            COPIES.put(tx, &key, &Copied { is_withdrawn: true, ..copied })?;
        }
        // Somebody in the server removed it.
        _ => {}
    }
    Ok(())
}

/// An item as the catalogue has it, with what is the server's own: its stock, whether it is sold, and who may buy it.
fn copy_of(item: Item, present: &Item) -> Item {
    Item {
        stock: present.stock,
        is_active: present.is_active,
        required_role: present.required_role,
        created_at: present.created_at,
        revision: present.revision,
        made_by: present.made_by,
        removed_at: None,
        ..item
    }
}

/// What the catalogue says of an item. A field that comes later must not change this where it is as usual, or every copy would
/// count as changed.
fn said_of_item(item: &Item) -> Digest {
    let Item { name, description, price, category, emoji, kind, per_member, from, until, refund_minutes, .. } = item;
    let number = |number: &Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let moment = |at: &Option<Timestamp>| at.map(Timestamp::rfc3339).unwrap_or_default();
    digest([
        name.clone(),
        description.clone(),
        price.get().to_string(),
        category.clone(),
        emoji.clone().unwrap_or_default(),
        kind.name().to_owned(),
        number(per_member),
        moment(from),
        moment(until),
        number(refund_minutes),
    ])
}

fn digest(texts: impl IntoIterator<Item = String>) -> Digest {
    let texts: Vec<String> = texts.into_iter().collect();
    let parts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    Digest::of_parts(&parts)
}

fn follow_task(tx: &Tx<'_>, guild: GuildId, offer: u64, is_on: bool) -> Result<()> {
    let found = if is_on { tasks::tables::task(tx, CATALOGUE, TaskId::new(offer))? } else { None };
    let found = found.map(|known| known.task).filter(|task| task.status == TaskStatus::Active);
    let key = (guild, Part::Tasks, offer);
    let Some(copied) = COPIES.get(tx, &key)? else {
        let Some(task) = found else { return Ok(()) };
        let wanted = offered(&task, |_| true)?;
        let wanted = TaskPatch { expires_at: named_end(&task), ..wanted };
        // Refused where there are too many tasks, or its end is over.
        if let Ok(known) = tx.step(|tx| tasks::service::create(tx, guild, BY, &wanted))? {
            let said = said_of_task(&known.task);
            COPIES.put(tx, &key, &Copied { row: known.id.get(), said, is_withdrawn: false })?;
        }
        return Ok(());
    };
    let id = TaskId::new(copied.row);
    let present = tasks::tables::task(tx, guild, id)?.filter(|known| said_of_task(&known.task) == copied.said);
    let Some(KnownTask { task: present, .. }) = present else { return Ok(()) };
    match found {
        Some(task) => {
            let wanted = change_of(&task, &present, copied.is_withdrawn, tx.now())?;
            if let Ok(known) = tx.step(|tx| tasks::service::edit(tx, guild, BY, (id, None), &wanted))? {
                let said = said_of_task(&known.task);
                COPIES.put(tx, &key, &Copied { said, is_withdrawn: false, ..copied })?;
            }
        }
        None if present.status == TaskStatus::Active => {
            tasks::service::expire(tx, guild, BY, id)?;
            COPIES.put(tx, &key, &Copied { is_withdrawn: true, ..copied })?;
        }
        None => {}
    }
    Ok(())
}

/// What makes a copy what the catalogue says now. One that was withdrawn can be claimed again.
fn change_of(task: &Task, present: &Task, is_withdrawn: bool, now: Timestamp) -> Result<TaskPatch> {
    let differs = |field: Field| field.text_of(task) != field.text_of(present);
    let mut wanted = offered(task, differs)?;
    // Whoever claimed it has a place.
    let taken = i64::from(present.counts.taken());
    wanted.max_claims = wanted.max_claims.map(|most| if most < 0 { most } else { most.max(taken) });
    wanted.expires_at = named_end(task);
    if is_withdrawn && present.status == TaskStatus::Expired {
        wanted.status = Some(TaskStatus::Active);
        let own_time = || now.after(tasks::rules::hours(task.duration_hours));
        wanted.expires_at = Some(named_end(task).unwrap_or_else(own_time));
    }
    Ok(wanted)
}

/// The end of a task of the catalogue, where one is said.
fn named_end(task: &Task) -> Option<Timestamp> {
    Some(task.expires_at).filter(|end| *end < NO_END)
}

/// Those fields of a task that the catalogue says and that are wanted.
fn offered(task: &Task, mut is_wanted: impl FnMut(Field) -> bool) -> Result<TaskPatch> {
    let mut patch = TaskPatch::default();
    for field in Field::VARIANTS.iter().copied().filter(|field| is_offered(*field)) {
        if is_wanted(field) {
            patch = patch.and(field.change(&field.text_of(task))?);
        }
    }
    Ok(patch)
}

/// Whether the catalogue says it; what it does not say is the server's own.
const fn is_offered(field: Field) -> bool {
    !matches!(field, Field::Category | Field::RoleName | Field::Status | Field::ChannelId | Field::ExpiresAt)
}

/// What the catalogue says of a task, and when it ends; as of an item.
fn said_of_task(task: &Task) -> Digest {
    let said = |field: &&Field| is_offered(**field) || **field == Field::ExpiresAt;
    digest(Field::VARIANTS.iter().filter(said).map(|field| field.text_of(task)))
}

#[cfg(test)]
mod tests;
