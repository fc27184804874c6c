//! The invariants of handles and codes beyond those of the indexes.

use std::collections::BTreeMap;

use super::rules::MOST_HANDLES;
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// What is wrong in a guild, one sentence each: a member has at most 25 handles, nothing is seen before it is known, only
/// links are verified, nobody has a code for a handle that is verified, and a number has one account under its last name,
/// which a live saw.
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut owned: BTreeMap<UserId, usize> = BTreeMap::new();
    tables::for_each(read, guild, |known| {
        let account = known.account;
        if account.last_seen < account.first_seen {
            findings.push(format!("{} was last seen before it became known", account.handle));
        }
        if account.is_verified() && account.linked.is_none() {
            findings.push(format!("{} is verified and linked to nobody", account.handle));
        }
        if let Some(user) = account.linked {
            *owned.entry(user).or_default() += 1;
        }
        Ok(())
    })?;
    let surplus = owned.into_iter().filter(|(_, count)| *count > MOST_HANDLES);
    findings.extend(surplus.map(|(user, count)| format!("user {user} has {count} handles")));
    tables::CODES.for_each(read, guild, |(_, user), open| {
        if tables::by_handle(read, guild, &open.handle)?.is_some_and(|known| known.account.is_verified()) {
            findings.push(format!("user {user} has a code for {}, which is verified", open.handle));
        }
        Ok(())
    })?;
    tables::NUMBERS.for_each(read, guild, |(_, number), numbered| {
        match tables::ACCOUNTS.get(read, &(guild, numbered.account))? {
            Some(account) if numbered.names.last() != Some(&account.handle) => {
                findings
                    .push(format!("number {number} is not known under the name of its account, {}", account.handle));
            }
            Some(_) if !tables::is_unseen(read, guild, numbered.account)? => {}
            Some(account) => findings.push(format!("{} has a number, and no live saw it", account.handle)),
            None => findings.push(format!("number {number} has an account that is not there")),
        }
        Ok(())
    })?;
    tables::UNSEEN.for_each(read, guild, |(_, id), _| {
        if tables::ACCOUNTS.get(read, &(guild, id))?.is_none() {
            findings.push(format!("account {id} was never seen and is not there"));
        }
        Ok(())
    })?;
    Ok(findings)
}
