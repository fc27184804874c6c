//! Reads of handles, for views, autocompletes and other features.

use super::model::{Account, AccountId};
use super::tables;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::live::Handle;
use crate::store::Read;

/// Choices that Discord shows while a person types.
const CHOICES: usize = 25;

/// Handles that begin with what was typed, linked or not (`M-LNK-04`, `M-CMD-34`): none before two characters.
pub fn matching(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Vec<String>> {
    match searchable(typed) {
        Some(beginning) => tables::beginning_with(read, guild, &beginning, CHOICES),
        None => Ok(Vec::new()),
    }
}

/// Handles of nobody that begin with what was typed (`M-CMD-35`): none before two characters.
pub fn matching_unlinked(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Vec<String>> {
    match searchable(typed) {
        Some(beginning) => tables::unlinked_beginning_with(read, guild, &beginning, CHOICES),
        None => Ok(Vec::new()),
    }
}

/// Handles of a member that begin with what was typed (`M-CMD-36`): all of them when nothing was.
pub fn matching_of(read: &dyn Read, guild: GuildId, user: UserId, typed: &str) -> Result<Vec<String>> {
    let Some(beginning) = Handle::beginning(typed) else { return Ok(Vec::new()) };
    let handles = linked_handles(read, guild, user)?.into_iter().map(|account| account.handle.as_str().to_owned());
    Ok(handles.filter(|handle| handle.starts_with(&beginning)).collect())
}

fn searchable(typed: &str) -> Option<String> {
    Handle::beginning(typed).filter(|beginning| beginning.len() >= Handle::MIN_CHARS)
}

/// The handles that are linked to a member, in the order in which they became known.
pub fn linked_handles(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<Account>> {
    Ok(tables::of_user(read, guild, user)?.into_iter().map(|known| known.account).collect())
}

/// The first of a member's linked handles: the one that a submission shows (`C-35`).
pub fn first_linked(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Handle>> {
    Ok(tables::first_of_user(read, guild, user)?.map(|account| account.handle))
}

/// What is known of a handle.
pub fn account(read: &dyn Read, guild: GuildId, handle: &Handle) -> Result<Option<Account>> {
    Ok(tables::by_handle(read, guild, handle)?.map(|known| known.account))
}

/// The number of a handle's account.
pub fn account_id(read: &dyn Read, guild: GuildId, handle: &Handle) -> Result<Option<AccountId>> {
    Ok(tables::by_handle(read, guild, handle)?.map(|known| known.id))
}

/// An account by its number.
pub fn account_by_id(read: &dyn Read, guild: GuildId, id: AccountId) -> Result<Option<Account>> {
    tables::by_id(read, guild, id)
}

/// The points that a member's linked handles hold together; stops at the cap (`C-34`).
pub fn points_held(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Amount> {
    let accounts = tables::of_user(read, guild, user)?;
    Ok(accounts.iter().fold(Amount::ZERO, |sum, known| sum.clamped_change(known.account.points.get())))
}

/// Shows every linked account of a guild with its member to `visit`, in the order of members. Looks at those alone.
pub fn for_each_linked(
    read: &dyn Read,
    guild: GuildId,
    visit: impl FnMut(UserId, Account) -> Result<()>,
) -> Result<()> {
    tables::for_each_linked(read, guild, visit)
}
