//! Who somebody on the live is: TikTok's number says whose an account is, its handle is only its name of today.
//!
//! - A number keeps its account, whatever name it comes under: link, points and watch time stay with it.
//! - A name belongs to the number that came under it last. An account whose name another one has, and whose own new name
//!   has not been seen, has its former name until it is, marked as such ([`Handle::former`]).
//! - An account that never had a number is taken to be that of the first number that comes under its name. It is so where
//!   it was linked before a live saw it, and where it became known before numbers were kept.
//! - Without a number the name is all that there is.
//! - What points to an account has the account's own key, so it needs no change when number or name do.
//!
//! Invariants: a number has one account and an account one number at the most; both in the same guild.

use super::model::{Account, AccountId, Identified, KnownAccount, Renamed, RenamedTo};
use super::rules::MOST_HANDLES;
use super::service::new_account;
use super::tables;
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::{AccountNumber, Handle, Viewer};
use crate::store::{Read, Tx};

/// How many names of an account are remembered.
const MOST_NAMES: usize = 8;

/// What is known of somebody before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An account, and whether it ever had the name that was asked for.
    Known(KnownAccount, bool),
    /// An account that is not known yet, or whose number is not.
    ToBeNoted,
    /// An account under another name than the one that is known: other accounts may change by it.
    Renamed,
    /// Someone without a handle whose number was never met: nobody knows whose deed it is.
    Nobody,
}

/// Who somebody is. `name` is a name of which it is asked whether the account ever had it.
pub fn who(read: &dyn Read, guild: GuildId, viewer: &Viewer, name: &Handle) -> Result<Who> {
    let Some(number) = viewer.number else {
        let Some(handle) = &viewer.handle else { return Ok(Who::Nobody) };
        let known = tables::by_handle(read, guild, handle)?;
        let known = match known {
            Some(known) if !tables::is_unseen(read, guild, known.id)? => known,
            _ => return Ok(Who::ToBeNoted),
        };
        let has_name = known.account.handle == *name;
        return Ok(Who::Known(known, has_name));
    };
    match (tables::by_number(read, guild, number)?, &viewer.handle) {
        (Some((known, _)), Some(handle)) if known.account.handle != *handle => Ok(Who::Renamed),
        (Some((known, names)), _) => {
            let has_name = names.contains(name);
            Ok(Who::Known(known, has_name))
        }
        (None, None) => Ok(Who::Nobody),
        (None, Some(handle)) => match tables::by_handle(read, guild, handle)? {
            Some(holder) if tables::number_of(read, guild, holder.id)?.is_some() => Ok(Who::Renamed),
            _ => Ok(Who::ToBeNoted),
        },
    }
}

/// The account of whoever did something on the live; it becomes known by that (`M-LNK-03`). `None` for [`Who::Nobody`].
pub fn identify(tx: &Tx<'_>, guild: GuildId, viewer: &Viewer, at: Timestamp) -> Result<Option<Identified>> {
    let mut moves = Vec::new();
    let known = match (viewer.number, &viewer.handle) {
        (None, None) => return Ok(None),
        (None, Some(handle)) => match tables::by_handle(tx, guild, handle)? {
            Some(known) => known,
            None => tables::add(tx, guild, new_account(handle, at))?,
        },
        (Some(number), handle) => match (tables::by_number(tx, guild, number)?, handle) {
            (Some((known, names)), Some(handle)) if known.account.handle != *handle => {
                rename(tx, guild, (number, known, names), handle, &mut moves)?
            }
            (Some((known, _)), _) => known,
            (None, None) => return Ok(None),
            (None, Some(handle)) => {
                let known = match tables::by_handle(tx, guild, handle)? {
                    Some(holder) => match tables::number_of(tx, guild, holder.id)? {
                        None => holder,
                        Some(other) => {
                            moves.push(lose_name(tx, guild, &holder, other)?);
                            tables::add(tx, guild, new_account(handle, at))?
                        }
                    },
                    None => tables::add(tx, guild, new_account(handle, at))?,
                };
                tables::set_number(tx, guild, number, known.id, vec![handle.clone()])?;
                known
            }
        },
    };
    if tables::is_unseen(tx, guild, known.id)? {
        tables::UNSEEN.remove(tx, &(guild, known.id))?;
    }
    Ok(Some(Identified { known, moves }))
}

/// The account of a number has another name: the name is taken from whoever had it.
fn rename(
    tx: &Tx<'_>,
    guild: GuildId,
    (number, known, names): (AccountNumber, KnownAccount, Vec<Handle>),
    handle: &Handle,
    moves: &mut Vec<Renamed>,
) -> Result<KnownAccount> {
    let mut account = known.account;
    let mut settle = Vec::new();
    if let Some(holder) = tables::by_handle(tx, guild, handle)? {
        if let Some(other) = tables::number_of(tx, guild, holder.id)? {
            moves.push(lose_name(tx, guild, &holder, other)?);
        } else {
            let holder = take_link_over(&mut account, holder, &mut settle);
            let before = holder.account.handle.clone();
            let name = former_name(tx, guild, &holder)?;
            let was = holder.account.linked;
            let moved = set_name(tx, guild, &holder, name.clone())?;
            if was.is_some() {
                let what = RenamedTo::NotSeenYet(name);
                moves.push(Renamed { account: moved.account, before, what, settle: Vec::new(), is_news: true });
            }
        }
    }
    let before = account.handle.clone();
    if account.is_verified() {
        tables::close_codes_of(tx, guild, handle)?;
    }
    let is_news = !names.contains(handle);
    note_name(tx, guild, number, known.id, names, handle)?;
    let known = set_name(tx, guild, &KnownAccount { id: known.id, account }, handle.clone())?;
    let what = RenamedTo::Known(handle.clone());
    moves.push(Renamed { account: known.account.clone(), before, what, settle, is_news });
    Ok(known)
}

/// A link that was made to the new name of an account, before anybody could know whose it is, is one to that account. Two
/// members' links stay as they are: the one of the account that did things on the live follows it.
///
/// Only where a member has both, or the account is nobody's, its points come along; points of nobody stay where they are.
fn take_link_over(account: &mut Account, holder: KnownAccount, settle: &mut Vec<UserId>) -> KnownAccount {
    let Some(user) = holder.account.linked.filter(|user| account.linked.is_none_or(|owner| owner == *user)) else {
        return holder;
    };
    account.verified_at = account.verified_at.or(holder.account.verified_at);
    account.linked = Some(user);
    account.points = account.points.clamped_change(holder.account.points.get());
    settle.push(user);
    let emptied = Account { linked: None, verified_at: None, points: Amount::ZERO, ..holder.account };
    KnownAccount { account: emptied, ..holder }
}

/// An account whose name another one has is known by its former name.
fn lose_name(tx: &Tx<'_>, guild: GuildId, holder: &KnownAccount, number: AccountNumber) -> Result<Renamed> {
    let names = tables::by_number(tx, guild, number)?.map(|(_, names)| names).unwrap_or_default();
    let before = holder.account.handle.clone();
    let name = former_name(tx, guild, holder)?;
    let is_news = !names.contains(&name);
    note_name(tx, guild, number, holder.id, names, &name)?;
    let holder = set_name(tx, guild, holder, name.clone())?;
    Ok(Renamed { account: holder.account, before, what: RenamedTo::NotSeenYet(name), settle: Vec::new(), is_news })
}

fn set_name(tx: &Tx<'_>, guild: GuildId, known: &KnownAccount, handle: Handle) -> Result<KnownAccount> {
    let known = KnownAccount { id: known.id, account: Account { handle, ..known.account.clone() } };
    tables::set(tx, guild, &known)?;
    tx.publish(tables::CHANGED, guild);
    Ok(known)
}

fn note_name(
    tx: &Tx<'_>,
    guild: GuildId,
    number: AccountNumber,
    id: AccountId,
    mut names: Vec<Handle>,
    name: &Handle,
) -> Result<()> {
    names.retain(|known| known != name);
    names.push(name.clone());
    let surplus = names.len().saturating_sub(MOST_NAMES);
    names.drain(..surplus);
    tables::set_number(tx, guild, number, id, names)
}

/// The former name of an account whose name another one has. It has the number of the account, so it is free, unless an
/// administrator linked just this by hand: then the next form is taken.
fn former_name(read: &dyn Read, guild: GuildId, holder: &KnownAccount) -> Result<Handle> {
    for nth in 0..=MOST_HANDLES {
        let name = Handle::former(&holder.account.handle, holder.id.get(), nth);
        if tables::by_handle(read, guild, &name)?.is_none() {
            return Ok(name);
        }
    }
    Err(Error::failed(format!("guild {guild} has no name left for an account that lost its own")))
}
