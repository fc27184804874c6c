//! The tables of the catalogue. What it offers lies in the tables of shop and tasks.

use std::collections::BTreeSet;

use super::model::{Copied, Followed, Part};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{AnyTable, Direction, Read, Table, Tx, UniqueIndex};

type CopyKey = (GuildId, Part, u64);

/// The copies of a server, by the number of the offer.
pub static COPIES: Table<CopyKey, Copied> = Table::new("offers.copies", &[&BY_ROW]).without_members();
/// The same by the number of the item or task.
static BY_ROW: UniqueIndex<CopyKey, CopyKey, Copied> =
    UniqueIndex::new("offers.copies_by_row", |(guild, part, _), copied| Some((*guild, *part, copied.row)));

/// How far each server has followed that ever switched it on; of the instance, which version the catalogue has.
pub static FOLLOWED: Table<(GuildId, Part), Followed> = Table::new("offers.followed", &[]).without_members();

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&COPIES, &FOLLOWED];

/// Which version the catalogue has; 0 where nothing ever was in it.
pub fn version(read: &dyn Read, part: Part) -> Result<u64> {
    Ok(FOLLOWED.get(read, &(GuildId::INSTANCE, part))?.unwrap_or_default().version)
}

/// The catalogue was changed: whoever follows it has to look again.
pub fn changed(tx: &Tx<'_>, part: Part) -> Result<()> {
    let version = version(tx, part)?.saturating_add(1);
    FOLLOWED.put(tx, &(GuildId::INSTANCE, part), &Followed { version, next: None })
}

/// A server switched it on or off: it has to look at all offers, whatever it followed before.
pub fn switched(tx: &Tx<'_>, guild: GuildId, part: Part) -> Result<()> {
    let version = FOLLOWED.get(tx, &(guild, part))?.unwrap_or_default().version;
    FOLLOWED.put(tx, &(guild, part), &Followed { version, next: Some(1) })
}

/// The copy that an item or task is, with the number of its offer.
pub fn copy_of_row(read: &dyn Read, guild: GuildId, part: Part, row: u64) -> Result<Option<(u64, Copied)>> {
    let Some(key) = BY_ROW.get(read, &(guild, part, row))? else { return Ok(None) };
    Ok(COPIES.get(read, &key)?.map(|copied| (key.2, copied)))
}

/// The highest number of an offer of which a server has a copy.
pub fn last_copied(read: &dyn Read, guild: GuildId, part: Part) -> Result<u64> {
    Ok(COPIES.first(read, (guild, part), Direction::Backward)?.map_or(0, |((.., offer), _)| offer))
}

/// The servers that ever switched it on.
pub fn guilds(read: &dyn Read) -> Result<BTreeSet<GuildId>> {
    let mut guilds = BTreeSet::new();
    FOLLOWED.guilds(read, &mut guilds)?;
    guilds.remove(&GuildId::INSTANCE);
    Ok(guilds)
}
