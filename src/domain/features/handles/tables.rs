//! The tables of accounts and codes, and whatever is done to them beyond one row.

use std::collections::BTreeSet;

use super::code::Code;
use super::model::{Account, AccountId, KnownAccount, Numbered, OpenCode, Unseen};
use super::rules::MOST_HANDLES;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::{AccountNumber, Handle};
use crate::store::{
    AnyTable, Cursor, Direction, ErasureAction, Index, Read, Selected, Selection, Span, Starts, Table, Topic, Tx,
    UniqueIndex,
};

/// Handles of a guild were linked or unlinked.
pub const CHANGED: Topic = Topic::new("handles.changed");

/// Accounts by guild and number (`M-DB-03`).
pub static ACCOUNTS: Table<(GuildId, AccountId), Account> =
    Table::new("handles.accounts", &[&BY_HANDLE, &BY_USER, &UNLINKED])
        .held_back()
        .erasing(|key, account, erasure| ErasureAction::from((key, account), *key, account.without(key.1, erasure)));
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

/// The open code of a member.
pub static CODES: Table<(GuildId, UserId), OpenCode> = Table::new("handles.codes", &[&CODES_BY_HANDLE])
    .erasing(|(_, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));
/// The member who has a code for a handle: the handle, a space and the code.
static CODES_BY_HANDLE: UniqueIndex<(GuildId, String), (GuildId, UserId), OpenCode> =
    UniqueIndex::new("handles.codes_by_handle", |(guild, _), open| Some((*guild, typed(&open.handle, &open.code))));

/// The account of each of TikTok's numbers that was met.
pub static NUMBERS: Table<(GuildId, u64), Numbered> = Table::new("handles.numbers", &[&NUMBER_OF])
    .erasing(|_, numbered, erasure| ErasureAction::delete_if(erasure.owns(numbered.account.get())));

/// The number of an account; it has one at the most.
static NUMBER_OF: UniqueIndex<(GuildId, AccountId), (GuildId, u64), Numbered> =
    UniqueIndex::new("handles.numbers_by_account", |(guild, _), numbered| Some((*guild, numbered.account)));

/// The accounts that no live saw yet.
pub static UNSEEN: Table<(GuildId, AccountId), Unseen> = Table::new("handles.unseen", &[]).without_members();

/// Accounts that are looked at for one page of a list.
const LOOKED_AT: usize = 5_000;
/// Codes that are forgotten, or looked at, in one step.
const CODES_AT_ONCE: usize = 512;

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&ACCOUNTS, &CODES, &NUMBERS, &UNSEEN];

/// A code as its index has it. No handle has a space, so no handle's codes are among those of another.
fn typed(handle: &Handle, code: &Code) -> String {
    format!("{} {code}", handle.as_str())
}

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

/// Changes an account that exists.
pub fn change(tx: &Tx<'_>, guild: GuildId, id: AccountId, change: impl FnOnce(&mut Account)) -> Result<Account> {
    ACCOUNTS.update(tx, &(guild, id), change)
}

/// The account of a handle.
pub fn by_handle(read: &dyn Read, guild: GuildId, handle: &Handle) -> Result<Option<KnownAccount>> {
    let Some((_, id)) = BY_HANDLE.get(read, &(guild, handle.as_str().to_owned()))? else { return Ok(None) };
    let missing = || Error::failed(format!("{handle} of guild {guild} leads to the account {id}, which is not there"));
    let account = ACCOUNTS.get(read, &(guild, id))?.ok_or_else(missing)?;
    Ok(Some(KnownAccount { id, account }))
}

/// The account of one of TikTok's numbers, with the names under which it was met.
pub fn by_number(
    read: &dyn Read,
    guild: GuildId,
    number: AccountNumber,
) -> Result<Option<(KnownAccount, Vec<Handle>)>> {
    let Some(Numbered { account: id, names }) = NUMBERS.get(read, &(guild, number.get()))? else { return Ok(None) };
    let missing = || Error::failed(format!("a number of guild {guild} leads to the account {id}, which is not there"));
    let account = ACCOUNTS.get(read, &(guild, id))?.ok_or_else(missing)?;
    Ok(Some((KnownAccount { id, account }, names)))
}

/// TikTok's number of an account, where it was met.
pub fn number_of(read: &dyn Read, guild: GuildId, id: AccountId) -> Result<Option<AccountNumber>> {
    Ok(NUMBER_OF.get(read, &(guild, id))?.and_then(|(_, number)| AccountNumber::new(number)))
}

/// Notes whose a number is, and its names.
pub fn set_number(
    tx: &Tx<'_>,
    guild: GuildId,
    number: AccountNumber,
    account: AccountId,
    names: Vec<Handle>,
) -> Result<()> {
    NUMBERS.put(tx, &(guild, number.get()), &Numbered { account, names })
}

/// Whether no live saw an account yet.
pub fn is_unseen(read: &dyn Read, guild: GuildId, id: AccountId) -> Result<bool> {
    Ok(UNSEEN.get(read, &(guild, id))?.is_some())
}

/// Notes that no live saw an account yet.
pub fn set_unseen(tx: &Tx<'_>, guild: GuildId, id: AccountId) -> Result<()> {
    UNSEEN.put(tx, &(guild, id), &Unseen)
}

/// The accounts that are linked to a member, in the order in which they became known.
pub fn of_user(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<KnownAccount>> {
    let mut accounts = Vec::new();
    for (.., id) in BY_USER.page(read, (guild, user), Direction::Forward, MOST_HANDLES)? {
        accounts.extend(ACCOUNTS.get(read, &(guild, id))?.map(|account| KnownAccount { id, account }));
    }
    Ok(accounts)
}

/// Shows every linked account of a guild to `visit`, in the order of members.
pub fn for_each_linked(
    read: &dyn Read,
    guild: GuildId,
    mut visit: impl FnMut(UserId, Account) -> Result<()>,
) -> Result<()> {
    BY_USER.for_each(read, guild, |(_, user, id)| match ACCOUNTS.get(read, &(guild, id))? {
        Some(account) => visit(user, account),
        None => Ok(()),
    })
}

/// The handle of a member that became known first.
pub fn first_of_user(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Account>> {
    match BY_USER.first(read, (guild, user), Direction::Forward)? {
        Some((.., id)) => ACCOUNTS.get(read, &(guild, id)),
        None => Ok(None),
    }
}

/// Handles that begin so, in their order, at most `limit`.
pub fn beginning_with(read: &dyn Read, guild: GuildId, beginning: &str, limit: usize) -> Result<Vec<String>> {
    let found = BY_HANDLE.page(read, (guild, Starts(beginning)), Direction::Forward, limit)?;
    Ok(found.into_iter().map(|((_, handle), _)| handle).collect())
}

/// A page of the accounts whose handles begin so, in the order of handles, that `is_wanted` lets through.
pub fn listed(
    read: &dyn Read,
    guild: GuildId,
    beginning: &str,
    after: Option<Cursor>,
    limit: usize,
    is_wanted: impl Fn(&Account) -> bool,
) -> Result<Selected<KnownAccount>> {
    let selection = Selection::of((guild, Starts(beginning))).after(after).limit(limit).scanning_at_most(LOOKED_AT);
    BY_HANDLE.select(read, &selection, |_, (guild, id)| {
        let account = ACCOUNTS.get(read, &(guild, id))?.filter(&is_wanted);
        Ok(account.map(|account| KnownAccount { id, account }))
    })
}

/// The member with the smallest id behind another who has a handle.
pub fn next_member(read: &dyn Read, guild: GuildId, behind: Option<UserId>) -> Result<Option<UserId>> {
    let all = Span::of(guild);
    let rest = match behind {
        Some(user) => all.after((guild, user)),
        None => all,
    };
    Ok(BY_USER.first(read, rest, Direction::Forward)?.map(|(_, user, _)| user))
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

/// Whether anybody in a guild has a code.
pub fn has_codes(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(CODES.first(read, guild, Direction::Forward)?.is_some())
}

/// The member who has this code for a handle.
pub fn holder_of_code(read: &dyn Read, guild: GuildId, handle: &Handle, code: &Code) -> Result<Option<UserId>> {
    Ok(CODES_BY_HANDLE.get(read, &(guild, typed(handle, code)))?.map(|(_, user)| user))
}

/// Takes all codes for a handle away.
pub fn close_codes_of(tx: &Tx<'_>, guild: GuildId, handle: &Handle) -> Result<()> {
    let beginning = format!("{} ", handle.as_str());
    loop {
        let found = CODES_BY_HANDLE.page(tx, (guild, Starts(&beginning)), Direction::Forward, CODES_AT_ONCE)?;
        for (_, key) in &found {
            CODES.remove(tx, key)?;
        }
        if found.len() < CODES_AT_ONCE {
            return Ok(());
        }
    }
}

/// The guilds that have codes.
pub fn guilds_with_codes(read: &dyn Read) -> Result<BTreeSet<GuildId>> {
    let mut guilds = BTreeSet::new();
    CODES.guilds(read, &mut guilds)?;
    Ok(guilds)
}

/// Whether a guild has codes that are worth nothing any more.
pub fn has_codes_until(read: &dyn Read, guild: GuildId, moment: Timestamp) -> Result<bool> {
    let mut has_some = false;
    CODES.for_each(read, guild, |_, open| {
        has_some |= open.until <= moment;
        Ok(())
    })?;
    Ok(has_some)
}

/// Forgets some of the codes that are worth nothing any more; answers whether there are more of them.
pub fn forget_codes_until(tx: &Tx<'_>, guild: GuildId, moment: Timestamp) -> Result<bool> {
    let mut over = Vec::new();
    CODES.for_each(tx, guild, |key, open| {
        if open.until <= moment && over.len() <= CODES_AT_ONCE {
            over.push(key);
        }
        Ok(())
    })?;
    over.iter().take(CODES_AT_ONCE).try_for_each(|key| CODES.remove(tx, key).map(drop))?;
    Ok(over.len() > CODES_AT_ONCE)
}
