//! Operations on handles. Each refuses before its first write or succeeds.
//!
//! A link moves no points: what a link means for the member's points is the matter of the flow `handle_links`.

use super::model::{Account, AccountId, Activity, HandleRefusal, KnownAccount, Linked};
use super::rules::{self, LinkRequest};
use super::settings::ALLOW_ANY_HANDLE_LINKING;
use super::tables;
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::Tx;

/// The account of a handle that did something on the live; it becomes known by that (`M-LNK-03`).
pub fn seen(tx: &Tx<'_>, guild: GuildId, handle: &Handle, at: Timestamp) -> Result<KnownAccount> {
    match tables::by_handle(tx, guild, handle)? {
        Some(known) => Ok(known),
        None => tables::add(tx, guild, new_account(handle, at)),
    }
}

/// Writes down what a handle did: when, at which level, for how many points. Points stop at the cap.
pub fn record_activity(tx: &Tx<'_>, guild: GuildId, known: &KnownAccount, activity: &Activity) -> Result<KnownAccount> {
    let before = &known.account;
    let account = Account {
        last_seen: before.last_seen.max(activity.at),
        level: activity.level.or(before.level),
        points: before.points.clamped_change(activity.points.get()),
        ..before.clone()
    };
    let now = KnownAccount { id: known.id, account };
    if now != *known {
        tables::set(tx, guild, &now)?;
    }
    Ok(now)
}

/// Adds points to a handle; they stop at the cap.
pub fn add_points(tx: &Tx<'_>, guild: GuildId, id: AccountId, points: Amount) -> Result<Account> {
    let account = tables::by_id(tx, guild, id)?;
    let account = account.ok_or_else(|| Error::failed(format!("guild {guild} has no account {id}")))?;
    let account = Account { points: account.points.clamped_change(points.get()), ..account };
    tables::set(tx, guild, &KnownAccount { id, account: account.clone() })?;
    Ok(account)
}

/// Links a handle to the member who asks (`M-LNK-01`, `M-LNK-02`, `D-15`, `D-16`).
pub fn link(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<Linked> {
    let any_allowed = ALLOW_ANY_HANDLE_LINKING.get(tx, guild)?;
    link_as(tx, guild, LinkRequest::Own { any_allowed }, user, handle)
}

/// Links a handle to a member at an administrator's word: also one that was never seen, or is someone else's
/// (`M-LNK-05`, `D-15`).
pub fn admin_link(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<Linked> {
    link_as(tx, guild, LinkRequest::Admin, user, handle)
}

fn link_as(tx: &Tx<'_>, guild: GuildId, request: LinkRequest, user: UserId, handle: &Handle) -> Result<Linked> {
    let known = tables::by_handle(tx, guild, handle)?;
    let owned = tables::of_user(tx, guild, user)?.len();
    rules::may_link(request, handle, known.as_ref().map(|known| &known.account), user, owned)?;
    let known = match known {
        Some(known) => known,
        None => tables::add(tx, guild, new_account(handle, tx.now()))?,
    };
    let former = known.account.linked;
    let account = set_link(tx, guild, known, Some(user))?;
    Ok(Linked { account, former })
}

/// Takes one of the caller's own links away (`M-CMD-06`).
pub fn unlink(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<Account> {
    let refusal = || HandleRefusal::NotYours { handle: handle.clone() };
    unlink_or(tx, guild, user, handle, refusal)
}

/// Takes a member's link away at an administrator's word (`M-LNK-06`).
pub fn admin_unlink(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<Account> {
    let refusal = || HandleRefusal::NotTheirs { handle: handle.clone(), user };
    unlink_or(tx, guild, user, handle, refusal)
}

fn unlink_or(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    handle: &Handle,
    refusal: impl FnOnce() -> HandleRefusal,
) -> Result<Account> {
    match tables::by_handle(tx, guild, handle)? {
        Some(known) if rules::is_linked_to(known.account.linked, user) => set_link(tx, guild, known, None),
        _ => Err(refusal().into()),
    }
}

/// Sets the points of all handles of a member to 0 (`M-PTS-06`).
pub fn reset_points_of(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    for known in tables::of_user(tx, guild, user)? {
        if known.account.points > Amount::ZERO {
            let account = Account { points: Amount::ZERO, ..known.account };
            tables::set(tx, guild, &KnownAccount { account, ..known })?;
        }
    }
    Ok(())
}

fn set_link(tx: &Tx<'_>, guild: GuildId, known: KnownAccount, linked: Option<UserId>) -> Result<Account> {
    let account = Account { linked, ..known.account };
    tables::set(tx, guild, &KnownAccount { id: known.id, account: account.clone() })?;
    tx.publish(tables::CHANGED, guild);
    Ok(account)
}

fn new_account(handle: &Handle, at: Timestamp) -> Account {
    let handle = handle.clone();
    Account { handle, first_seen: at, last_seen: at, linked: None, points: Amount::ZERO, level: None }
}
