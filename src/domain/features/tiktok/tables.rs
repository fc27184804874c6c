//! The table of follows, and whatever is done to it beyond one row.

use super::model::Follow;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{AnyTable, ErasureAction, Read, Span, Table, Topic, Tx};

/// A server began or ended to follow a name.
pub const CHANGED: Topic = Topic::new("tiktok.changed");

/// Whom each server follows.
pub static FOLLOWS: Table<GuildId, Follow> = Table::new("tiktok.follows", &[]).erasing(|guild, follow, erasure| {
    ErasureAction::from((guild, follow), *guild, Follow { by: erasure.of(follow.by), ..follow.clone() })
});

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&FOLLOWS];

/// Whom all servers follow.
pub fn all(read: &dyn Read) -> Result<Vec<(GuildId, Follow)>> {
    let mut follows = Vec::new();
    FOLLOWS.for_each(read, Span::all(), |guild, follow| {
        follows.push((guild, follow));
        Ok(())
    })?;
    Ok(follows)
}

/// The number of the server's next follow.
pub fn next_number(tx: &Tx<'_>, guild: GuildId) -> Result<u64> {
    tx.next_id(guild, "tiktok.follows")
}

/// Writes whom a server follows.
pub fn set(tx: &Tx<'_>, guild: GuildId, follow: &Follow) -> Result<()> {
    FOLLOWS.put(tx, &guild, follow)?;
    tx.publish(CHANGED, guild);
    Ok(())
}

/// The server follows nobody any more.
pub fn remove(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    FOLLOWS.remove(tx, &guild)?;
    tx.publish(CHANGED, guild);
    Ok(())
}
