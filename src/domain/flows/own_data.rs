//! What is stored of a member in a server, for themselves: each row that an erasure would take out or change.
//!
//! So nothing can be stored of somebody that is not told to them: a table says once whose its rows are, for both. What others
//! wrote of the member in words of their own is not among it; those words are theirs.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::features::handles;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Erasure, Store};

/// Tells what is stored of a member of a guild, by the names of the tables.
///
/// Blocks; for a blocking thread.
pub fn of(store: &Store, guild: GuildId, member: UserId) -> Result<BTreeMap<&'static str, Vec<Value>>> {
    let accounts = store.read_blocking("own_accounts", |read| handles::queries::names_of(read, guild, member))?;
    let accounts = accounts.iter().map(|(id, _)| id.get()).collect();
    // Nobody becomes anybody: a row that would change by being without the member is one that tells of them.
    store.told_of_member_blocking(&Erasure { guild, member, pseudonym: UserId::new(0), accounts })
}
