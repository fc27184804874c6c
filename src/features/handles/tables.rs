//! The table of accounts, and the only functions that touch it.

use super::model::{Account, AccountId, KnownAccount};
use super::rules::MOST_HANDLES;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::live::Handle;
use crate::store::{AnyTable, Direction, Index, Read, Starts, Table, Topic, Tx, UniqueIndex};

/// Handles of a guild were linked or unlinked.
pub const CHANGED: Topic = Topic::new("handles.changed");

/// Accounts by guild and number (`M-DB-03`).
pub static ACCOUNTS: Table<(GuildId, AccountId), Account> =
    Table::new("handles.accounts", &[&BY_HANDLE, &BY_USER, &UNLINKED]);
/// The account of a handle (`C-06`), in the order of handles (`M-DB-20`).
static BY_HANDLE: UniqueIndex<(GuildId, String), (GuildId, AccountId), Account> =
    UniqueIndex::new("handles.accounts_by_handle", |(guild, _), account| Some((*guild, name_of(account))));
/// The handles of a member, in the order in which they became known (`M-DB-19`).
static BY_USER: Index<(GuildId, UserId, AccountId), (GuildId, AccountId), Account> =
    Index::new("handles.accounts_by_user", |(guild, id), account| Some((*guild, account.linked?, *id)));
/// The handles of nobody (`M-DB-21`).
static UNLINKED: Index<(GuildId, String), (GuildId, AccountId), Account> =
    Index::new("handles.accounts_unlinked", |(guild, _), account| {
        account.linked.is_none().then(|| (*guild, name_of(account)))
    });

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&ACCOUNTS];

fn name_of(account: &Account) -> String {
    account.handle.as_str().to_owned()
}

/// Adds an account.
pub fn add(tx: &Tx<'_>, guild: GuildId, account: Account) -> Result<KnownAccount> {
    let id = AccountId::new(tx.next_id(guild, "handles.accounts")?);
    ACCOUNTS.insert(tx, &(guild, id), &account)?;
    Ok(KnownAccount { id, account })
}

/// Writes an account that exists.
pub fn set(tx: &Tx<'_>, guild: GuildId, known: &KnownAccount) -> Result<()> {
    ACCOUNTS.put(tx, &(guild, known.id), &known.account)
}

/// An account by its number.
pub fn by_id(read: &dyn Read, guild: GuildId, id: AccountId) -> Result<Option<Account>> {
    ACCOUNTS.get(read, &(guild, id))
}

/// The account of a handle.
pub fn by_handle(read: &dyn Read, guild: GuildId, handle: &Handle) -> Result<Option<KnownAccount>> {
    let Some((_, id)) = BY_HANDLE.get(read, &(guild, handle.as_str().to_owned()))? else { return Ok(None) };
    let missing = || Error::failed(format!("{handle} of guild {guild} leads to the account {id}, which is not there"));
    let account = by_id(read, guild, id)?.ok_or_else(missing)?;
    Ok(Some(KnownAccount { id, account }))
}

/// The accounts that are linked to a member, in the order in which they became known.
pub fn of_user(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<KnownAccount>> {
    let mut accounts = Vec::new();
    for (.., id) in BY_USER.page(read, (guild, user), Direction::Forward, MOST_HANDLES)? {
        accounts.extend(by_id(read, guild, id)?.map(|account| KnownAccount { id, account }));
    }
    Ok(accounts)
}

/// Shows every linked account of a guild to `visit`, in the order of members.
pub fn for_each_linked(
    read: &dyn Read,
    guild: GuildId,
    mut visit: impl FnMut(UserId, Account) -> Result<()>,
) -> Result<()> {
    BY_USER.for_each(read, guild, |(_, user, id)| match by_id(read, guild, id)? {
        Some(account) => visit(user, account),
        None => Ok(()),
    })
}

/// The handle of a member that became known first.
pub fn first_of_user(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Account>> {
    match BY_USER.first(read, (guild, user), Direction::Forward)? {
        Some((.., id)) => by_id(read, guild, id),
        None => Ok(None),
    }
}

/// Handles that begin so, in their order, at most `limit`.
pub fn beginning_with(read: &dyn Read, guild: GuildId, beginning: &str, limit: usize) -> Result<Vec<String>> {
    let found = BY_HANDLE.page(read, (guild, Starts(beginning)), Direction::Forward, limit)?;
    Ok(found.into_iter().map(|((_, handle), _)| handle).collect())
}

/// Handles of nobody that begin so, in their order, at most `limit`.
pub fn unlinked_beginning_with(read: &dyn Read, guild: GuildId, beginning: &str, limit: usize) -> Result<Vec<String>> {
    let found = UNLINKED.page(read, (guild, Starts(beginning)), Direction::Forward, limit)?;
    Ok(found.into_iter().map(|(_, handle)| handle).collect())
}

/// Shows every account of a guild to `visit`.
pub fn for_each(read: &dyn Read, guild: GuildId, mut visit: impl FnMut(KnownAccount) -> Result<()>) -> Result<()> {
    ACCOUNTS.for_each(read, guild, |(_, id), account| visit(KnownAccount { id, account }))
}
