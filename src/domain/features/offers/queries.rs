//! Reads of the catalogue, for flows and pages.

use super::model::{MOST_OFFERS, Part};
use super::settings::{GLOBAL_SHOP, GLOBAL_TASKS};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Direction, Read};

/// Whether a server takes offers of a kind over.
pub fn is_on(read: &dyn Read, guild: GuildId, part: Part) -> Result<bool> {
    match part {
        Part::Items => GLOBAL_SHOP.get(read, guild),
        Part::Tasks => GLOBAL_TASKS.get(read, guild),
    }
}

/// How many servers take offers of a kind over: how many it is, and nothing of which.
pub fn count_following(read: &dyn Read, part: Part) -> Result<usize> {
    let mut count = 0;
    for guild in tables::guilds(read)? {
        count += usize::from(is_on(read, guild, part)?);
    }
    Ok(count)
}

/// The items or tasks of a server that are copies of an offer.
pub fn copies(read: &dyn Read, guild: GuildId, part: Part) -> Result<Vec<u64>> {
    // What left the catalogue has copies as well, so there may be more of them than offers.
    let found = tables::COPIES.page(read, (guild, part), Direction::Forward, 100 * MOST_OFFERS)?;
    Ok(found.into_iter().map(|(_, copied)| copied.row).collect())
}
