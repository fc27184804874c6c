//! Reads of handles, for views, autocompletes and other features.

use std::collections::BTreeSet;

use super::code::Code;
use super::model::{Account, AccountId, Proof};
use super::settings::{ALLOW_ANY_HANDLE_LINKING, HANDLE_PROOF};
use super::tables;
pub use super::tables::for_each_linked;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
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

/// Handles that a member could link, which begin with what was typed: those of nobody, and where handles need proof also
/// the member's own that are not verified. None before two characters.
pub fn matching_to_link(read: &dyn Read, guild: GuildId, user: UserId, typed: &str) -> Result<Vec<String>> {
    let mut handles = matching_unlinked(read, guild, typed)?;
    let mut unseen = BTreeSet::new();
    tables::UNSEEN.for_each(read, guild, |(_, id), _| {
        unseen.extend(tables::ACCOUNTS.get(read, &(guild, id))?.map(|account| String::from(account.handle)));
        Ok(())
    })?;
    if !ALLOW_ANY_HANDLE_LINKING.get(read, guild)? {
        handles.retain(|handle| !unseen.contains(handle));
    }
    let Some(beginning) = searchable(typed) else { return Ok(handles) };
    if HANDLE_PROOF.get(read, guild)? {
        let own = linked_handles(read, guild, user)?.into_iter().filter(|account| !account.is_verified());
        let own = own.map(|account| account.handle.as_str().to_owned());
        handles.splice(0..0, own.filter(|handle| handle.starts_with(&beginning)));
        handles.truncate(CHOICES);
    }
    Ok(handles)
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

/// The accounts of a member, each with the names under which it was met and which are nobody else's by now.
pub fn names_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<(AccountId, Vec<Handle>)>> {
    let mut found = Vec::new();
    for known in tables::of_user(read, guild, user)? {
        let mut names = match tables::number_of(read, guild, known.id)? {
            Some(number) => tables::by_number(read, guild, number)?.map(|(_, names)| names).unwrap_or_default(),
            None => Vec::new(),
        };
        names.push(known.account.handle);
        let mut own = Vec::new();
        for name in names {
            if tables::by_handle(read, guild, &name)?.is_none_or(|holder| holder.id == known.id) {
                own.push(name);
            }
        }
        found.push((known.id, own));
    }
    Ok(found)
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
    tables::ACCOUNTS.get(read, &(guild, id))
}

/// The points that a member's linked handles hold together; stops at the cap (`C-34`).
pub fn points_held(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Amount> {
    let accounts = tables::of_user(read, guild, user)?;
    Ok(accounts.iter().fold(Amount::ZERO, |sum, known| sum.clamped_change(known.account.points.get())))
}

/// What each of a member's linked handles holds, by the number of its account; without those that hold nothing.
pub fn points_by_account(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<(u64, Amount)>> {
    let accounts = tables::of_user(read, guild, user)?.into_iter();
    let held = accounts.map(|known| (known.id.get(), known.account.points));
    Ok(held.filter(|(_, points)| *points > Amount::ZERO).collect())
}

/// Whether comments of a guild's live can prove anything now: handles need proof there, and somebody has a code.
pub fn expects_codes(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(HANDLE_PROOF.get(read, guild)? && tables::has_codes(read, guild)?)
}

/// Whose a handle is by what it wrote on the live at this moment: it typed a code of theirs that still counts.
pub fn proof_in(
    read: &dyn Read,
    guild: GuildId,
    handle: &Handle,
    comment: &str,
    now: Timestamp,
) -> Result<Option<Proof>> {
    for code in Code::in_comment(comment) {
        let Some(user) = tables::holder_of_code(read, guild, handle, &code)? else { continue };
        if tables::CODES.get(read, &(guild, user))?.is_some_and(|open| now < open.until) {
            return Ok(Some(Proof { user, handle: handle.clone() }));
        }
    }
    Ok(None)
}

/// Whether a guild has codes that are worth nothing any more.
pub fn has_expired_codes(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<bool> {
    tables::has_codes_until(read, guild, now)
}
