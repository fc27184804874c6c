//! Operations on handles and codes. Each refuses before its first write or succeeds.
//!
//! A link moves no points: what a link means for the member's points is the matter of the flow `handle_links`.

use super::code::{Code, LIFE};
use super::model::{
    Account, AccountId, Activity, HandleRefusal, KnownAccount, Linked, OpenCode, Proof, ProofNotice, RenameNotice,
    TELL_PROOF, TELL_RENAME, Unlinked,
};
use super::rules::{self, LinkRequest};
use super::settings::ALLOW_ANY_HANDLE_LINKING;
use super::{identity, tables};
use crate::jobs::Lane;
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::{Handle, Viewer};
use crate::store::Tx;

/// The account of a handle that did something on the live; it becomes known by that (`M-LNK-03`).
pub fn seen(tx: &Tx<'_>, guild: GuildId, handle: &Handle, at: Timestamp) -> Result<KnownAccount> {
    let seen = identity::identify(tx, guild, &Viewer::named(handle.clone()), at)?;
    seen.map(|seen| seen.known).ok_or_else(|| Error::failed(format!("{handle} is nobody")))
}

/// A handle as another bot knew it, or this one at another time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedAccount {
    /// The handle.
    pub handle: Handle,
    /// When it became known there.
    pub first_seen: Timestamp,
    /// When it last did something.
    pub last_seen: Timestamp,
    /// Its points.
    pub points: Amount,
    /// Its level, as last seen.
    pub level: Option<u32>,
    /// Whose it was.
    pub linked: Option<UserId>,
}

/// Brings a handle in from another bot. One that is known here stays whose it is, and its points are added up; a link that
/// comes is not verified, and is left out where `may_link` is false. Whose the handle is in the end says the answer.
pub fn bring(tx: &Tx<'_>, guild: GuildId, brought: &ImportedAccount, may_link: bool) -> Result<KnownAccount> {
    merge(tx, guild, brought, may_link, |here, there| here.clamped_change(there.get()))
}

/// Brings a handle back from a file of our own, as [`bring`] does. But the points there are the same points at another
/// moment: they are not added, the greater of both stay.
pub fn bring_back(tx: &Tx<'_>, guild: GuildId, brought: &ImportedAccount, may_link: bool) -> Result<KnownAccount> {
    merge(tx, guild, brought, may_link, Amount::max)
}

fn merge(
    tx: &Tx<'_>,
    guild: GuildId,
    brought: &ImportedAccount,
    may_link: bool,
    points: fn(Amount, Amount) -> Amount,
) -> Result<KnownAccount> {
    let linked = brought.linked.filter(|_| may_link);
    let Some(known) = tables::by_handle(tx, guild, &brought.handle)? else {
        let account = Account {
            last_seen: brought.last_seen.max(brought.first_seen),
            linked,
            points: brought.points,
            level: brought.level,
            ..new_account(&brought.handle, brought.first_seen)
        };
        return tables::add(tx, guild, account);
    };
    let before = known.account;
    let account = Account {
        first_seen: before.first_seen.min(brought.first_seen),
        last_seen: before.last_seen.max(brought.last_seen),
        linked: before.linked.or(linked),
        points: points(before.points, brought.points),
        level: before.level.or(brought.level),
        ..before
    };
    let known = KnownAccount { id: known.id, account };
    tables::set(tx, guild, &known)?;
    // Another bot saw it.
    tables::UNSEEN.remove(tx, &(guild, known.id))?;
    Ok(known)
}

/// Writes down what a handle did: when, at which level, for how many points. Points stop at the cap.
pub fn record_activity(tx: &Tx<'_>, guild: GuildId, id: AccountId, activity: &Activity) -> Result<Account> {
    tables::change(tx, guild, id, |account| {
        account.last_seen = account.last_seen.max(activity.at);
        account.level = activity.level.or(account.level);
        account.points = account.points.clamped_change(activity.points.get());
    })
}

/// Adds points to a handle; they stop at the cap.
pub fn add_points(tx: &Tx<'_>, guild: GuildId, id: AccountId, points: Amount) -> Result<Account> {
    tables::change(tx, guild, id, |account| account.points = account.points.clamped_change(points.get()))
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

/// Links a handle to the member whose it was before, verified where it was: since when, is not kept.
pub fn link_back(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle, is_verified: bool) -> Result<Linked> {
    let linked = admin_link(tx, guild, user, handle)?;
    let Some(known) = tables::by_handle(tx, guild, handle)?.filter(|_| is_verified) else { return Ok(linked) };
    let account = set_link(tx, guild, known, Some(user), Some(tx.now()))?;
    Ok(Linked { account, ..linked })
}

fn link_as(tx: &Tx<'_>, guild: GuildId, request: LinkRequest, user: UserId, handle: &Handle) -> Result<Linked> {
    let known = tables::by_handle(tx, guild, handle)?;
    let owned = tables::of_user(tx, guild, user)?.len();
    // One that was linked before any live saw it, and freed again, is as one that nobody knows (`D-16`).
    let is_seen = match &known {
        Some(known) => known.account.linked.is_some() || !tables::is_unseen(tx, guild, known.id)?,
        None => false,
    };
    let account = known.as_ref().map(|known| &known.account).filter(|_| is_seen);
    rules::may_link(request, handle, account, user, owned)?;
    let known = if let Some(known) = known {
        known
    } else {
        let known = tables::add(tx, guild, new_account(handle, tx.now()))?;
        tables::set_unseen(tx, guild, known.id)?;
        known
    };
    // The word that counts is the last one: codes from before an administrator's do not.
    tables::close_codes_of(tx, guild, handle)?;
    relink(tx, guild, known, user, None)
}

/// Gives a member a code, with which the handle proves on a live that it is theirs. One that the member had before is worth
/// nothing any more.
pub fn open_code(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<OpenCode> {
    may_prove(tx, guild, user, handle)?;
    let mut dice = tx.dice("handles.code", (guild, user, tx.next_id(guild, "handles.codes")?));
    let code = loop {
        let drawn = Code::draw(&mut dice);
        if tables::holder_of_code(tx, guild, handle, &drawn)?.is_none_or(|holder| holder == user) {
            break drawn;
        }
    };
    let open = OpenCode { handle: handle.clone(), code, until: tx.now().after(LIFE) };
    tables::CODES.put(tx, &(guild, user), &open)?;
    Ok(open)
}

/// Links a handle to the member who proved that it is theirs; also one of someone who did not. No other code for the handle
/// counts any more.
pub fn link_proven(tx: &Tx<'_>, guild: GuildId, proof: &Proof) -> Result<Linked> {
    let Proof { user, handle } = proof;
    let known = may_prove(tx, guild, *user, handle)?;
    let missing = || Error::failed(format!("{handle} of guild {guild} typed a code and is not known"));
    let known = known.ok_or_else(missing)?;
    tables::close_codes_of(tx, guild, handle)?;
    relink(tx, guild, known, *user, Some(tx.now()))
}

/// What is known of a handle that `user` may prove to be theirs.
fn may_prove(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<Option<KnownAccount>> {
    let known = tables::by_handle(tx, guild, handle)?;
    let owned = tables::of_user(tx, guild, user)?.len();
    rules::may_prove(handle, known.as_ref().map(|known| &known.account), user, owned)?;
    Ok(known)
}

/// Takes a member's code away, if there is one.
pub fn close_code(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    tables::CODES.remove(tx, &(guild, user)).map(drop)
}

/// Forgets codes that are worth nothing any more, some hundreds at a time; answers whether there are more.
pub fn forget_expired_codes(tx: &Tx<'_>, guild: GuildId) -> Result<bool> {
    tables::forget_codes_until(tx, guild, tx.now())
}

/// Stages the message to a member of what a proof did.
pub fn tell_proof(tx: &Tx<'_>, guild: GuildId, told: &ProofNotice) -> Result<()> {
    TELL_PROOF.schedule_now(tx, guild, Lane::User(told.user), told).map(drop)
}

/// Stages the message to a member that a handle of theirs has another name.
pub fn tell_rename(tx: &Tx<'_>, guild: GuildId, told: &RenameNotice) -> Result<()> {
    TELL_RENAME.schedule_now(tx, guild, Lane::User(told.user), told).map(drop)
}

/// Takes one of the caller's own links away (`M-CMD-06`), and the code with which they were about to verify it.
pub fn unlink(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<Unlinked> {
    let refusal = || HandleRefusal::NotYours { handle: handle.clone() };
    let unlinked = unlink_or(tx, guild, user, handle, refusal)?;
    if tables::CODES.get(tx, &(guild, user))?.is_some_and(|open| open.handle == *handle) {
        tables::CODES.remove(tx, &(guild, user))?;
    }
    Ok(unlinked)
}

/// Takes a member's link away at an administrator's word (`M-LNK-06`), and all codes for the handle.
pub fn admin_unlink(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<Unlinked> {
    let refusal = || HandleRefusal::NotTheirs { handle: handle.clone(), user };
    let unlinked = unlink_or(tx, guild, user, handle, refusal)?;
    tables::close_codes_of(tx, guild, handle)?;
    Ok(unlinked)
}

fn unlink_or(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    handle: &Handle,
    refusal: impl FnOnce() -> HandleRefusal,
) -> Result<Unlinked> {
    match tables::by_handle(tx, guild, handle)? {
        Some(known) if rules::is_linked_to(known.account.linked, user) => {
            let was_verified = known.account.is_verified();
            let account = set_link(tx, guild, known, None, None)?;
            Ok(Unlinked { account, was_verified })
        }
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

/// Gives a handle of a member points again that were used up; one that is not theirs any more gets none.
pub fn give_points_back(tx: &Tx<'_>, guild: GuildId, user: UserId, id: AccountId, points: Amount) -> Result<()> {
    let account = tables::ACCOUNTS.get(tx, &(guild, id))?;
    let Some(account) = account.filter(|account| account.linked == Some(user)) else {
        return Ok(());
    };
    let account = Account { points: account.points.clamped_change(points.get()), ..account };
    tables::set(tx, guild, &KnownAccount { id, account })
}

/// Links an account to a member, since when verified, and tells whose it was if that was someone else.
fn relink(
    tx: &Tx<'_>,
    guild: GuildId,
    known: KnownAccount,
    user: UserId,
    verified_at: Option<Timestamp>,
) -> Result<Linked> {
    let former = known.account.linked.filter(|former| *former != user);
    let was_verified = known.account.is_verified();
    let account = set_link(tx, guild, known, Some(user), verified_at)?;
    Ok(Linked { account, former, was_verified })
}

fn set_link(
    tx: &Tx<'_>,
    guild: GuildId,
    known: KnownAccount,
    linked: Option<UserId>,
    verified_at: Option<Timestamp>,
) -> Result<Account> {
    let account = Account { linked, verified_at, ..known.account };
    tables::set(tx, guild, &KnownAccount { id: known.id, account: account.clone() })?;
    tx.publish(tables::CHANGED, guild);
    Ok(account)
}

pub(super) fn new_account(handle: &Handle, at: Timestamp) -> Account {
    let handle = handle.clone();
    Account {
        handle,
        first_seen: at,
        last_seen: at,
        linked: None,
        points: Amount::ZERO,
        level: None,
        verified_at: None,
    }
}
