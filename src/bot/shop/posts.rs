//! The message of an item, which follows it (`T-SYN-16`).

use super::views;
use crate::discord::Draft;
use crate::discord::posts::Posted;
use crate::features::shop::model::ItemId;
use crate::features::shop::queries;
use crate::features::shop::service::ITEM_POST;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::money;
use crate::store::Read;

/// Draws an item that was not removed.
pub static ITEM: Posted = Posted { kind: &ITEM_POST, draw: drawn };

fn drawn(read: &dyn Read, guild: GuildId, row: u64) -> Result<Option<Draft>> {
    let id = ItemId::new(row);
    let Some(item) = queries::item(read, guild, id)? else { return Ok(None) };
    Ok(Some(views::message(id, &item, &money::of(read, guild)?)))
}
