//! A handle is linked or unlinked: the points that it holds come to the member or leave with it (`C-34`). What a handle of
//! nobody watched in the open session comes to whoever links it (`C-45`).
//!
//! Where handles need proof, a member gets a code instead of a link, and the link is made when the handle types it on the
//! live. Administrators link without proof.
//!
//! Invariant: a member's points are the sum of what the linked handles hold.

use crate::activity::{self, ActivityId, Filter, Subject};
use crate::features::coins::model::EntryKind;
use crate::features::engagement::model::AccountRef;
use crate::features::handles::activity::{LINKED, Link, PROVEN, UNLINKED};
use crate::features::handles::model::{
    Account, HandleRefusal, Linked, OpenCode, Proof, ProofEffect, ProofNotice, Unlinked,
};
use crate::features::handles::queries::points_held;
use crate::features::handles::settings::HANDLE_PROOF;
use crate::features::{coins, engagement, handles};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::NO_COMMANDS;
use crate::live::Handle;
use crate::store::{Read, Tx};

/// What became of a member's wish for a link.
#[derive(Clone, Debug)]
pub enum LinkAnswer {
    /// It was made.
    Made(LinkMade),
    /// It will be made when the handle proves that it is theirs.
    NeedsProof(ProofWanted),
}

/// What a member has to do to prove that a handle is theirs.
#[derive(Clone, Debug)]
pub struct ProofWanted {
    /// The code, for which handle, and until when.
    pub open: OpenCode,
    /// Whose live is connected now, where one is.
    pub live: Option<Handle>,
}

/// A link that was made.
#[derive(Clone, Debug)]
pub struct LinkMade {
    /// The account, linked now.
    pub account: Account,
    /// Whose it was until now, where it was taken from someone.
    pub former: Option<UserId>,
    /// Whether the link until now was verified.
    pub was_verified: bool,
    /// The member's points with it.
    pub points: Amount,
}

/// A link that was taken away.
#[derive(Clone, Debug)]
pub struct LinkGone {
    /// The account, which is nobody's now.
    pub account: Account,
    /// Whether the link until now was verified.
    pub was_verified: bool,
    /// The member's points without it.
    pub points: Amount,
}

impl LinkMade {
    fn noted(&self) -> Link {
        let Account { handle, points, .. } = &self.account;
        Link { handle: handle.clone(), former: self.former, was_verified: self.was_verified, points: *points }
    }
}

impl LinkGone {
    fn noted(&self) -> Link {
        let Account { handle, points, .. } = &self.account;
        Link { handle: handle.clone(), former: None, was_verified: self.was_verified, points: *points }
    }
}

/// Links a handle to the member who asks, or gives them a code where handles need proof.
pub fn link(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<LinkAnswer> {
    if HANDLE_PROOF.get(tx, guild)? {
        let open = handles::service::open_code(tx, guild, user, handle)?;
        let session = engagement::queries::open_session(tx, guild)?.map(|(_, session)| session);
        let live = session.filter(|session| session.is_connected).map(|session| session.streamer);
        return Ok(LinkAnswer::NeedsProof(ProofWanted { open, live }));
    }
    let linked = handles::service::link(tx, guild, user, handle)?;
    made(tx, guild, user, linked, Actor::Member(user)).map(LinkAnswer::Made)
}

/// A handle typed a member's code on the live: links it to them, verified, and tells whom it concerns. The code is used up,
/// also where the link is refused.
pub fn proven(tx: &Tx<'_>, guild: GuildId, proof: &Proof) -> Result<()> {
    let Proof { user, handle } = proof;
    let tell = |user: UserId, what: ProofEffect| {
        let handle = handle.clone();
        handles::service::tell_proof(tx, guild, &ProofNotice { user, handle, what })
    };
    let linked = match tx.step(|tx| handles::service::link_proven(tx, guild, proof))? {
        Ok(linked) => linked,
        Err(refusal) => {
            handles::service::close_code(tx, guild, *user)?;
            return tell(*user, ProofEffect::Refused(refusal.sentence.markdown(NO_COMMANDS)));
        }
    };
    let link = made(tx, guild, *user, linked, Actor::Live)?;
    tell(*user, ProofEffect::Verified(link.points))?;
    if let Some(former) = link.former {
        tell(former, ProofEffect::Lost(points_held(tx, guild, former)?))?;
    }
    PROVEN.with(link.noted()).by(Actor::Live).of(Subject::Member(*user)).note(tx, guild)
}

/// Links a handle to a member at an administrator's word (`M-LNK-05`), and tells the team (`M-LNK-07`).
pub fn admin_link(tx: &Tx<'_>, guild: GuildId, by: Actor, user: UserId, handle: &Handle) -> Result<LinkMade> {
    let linked = handles::service::admin_link(tx, guild, user, handle)?;
    let link = made(tx, guild, user, linked, by)?;
    LINKED.with(link.noted()).by(by).of(Subject::Member(user)).note(tx, guild)?;
    Ok(link)
}

/// Takes one of the caller's own links away.
pub fn unlink(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<LinkGone> {
    let unlinked = handles::service::unlink(tx, guild, user, handle)?;
    gone(tx, guild, user, unlinked, Actor::Member(user))
}

/// Takes a member's link away at an administrator's word (`M-LNK-06`), and tells the team (`M-LNK-07`).
pub fn admin_unlink(tx: &Tx<'_>, guild: GuildId, by: Actor, user: UserId, handle: &Handle) -> Result<LinkGone> {
    let unlinked = handles::service::admin_unlink(tx, guild, user, handle)?;
    let link = gone(tx, guild, user, unlinked, by)?;
    UNLINKED.with(link.noted()).by(by).of(Subject::Member(user)).note(tx, guild)?;
    Ok(link)
}

/// The latest change of a member's links: in a transaction in which an administrator just made one, that one.
pub fn latest_change(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<ActivityId>> {
    let about = Filter { subject: Some(Subject::Member(user)), ..Filter::default() };
    let latest = activity::newest(read, guild, &about, None, 1)?.rows.pop();
    let is_change = |kind: &str| kind == LINKED.name() || kind == UNLINKED.name();
    Ok(latest.filter(|(_, act)| is_change(&act.kind)).map(|(id, _)| id))
}

/// Takes an administrator's change of a link back, as long as the handle is where it brought it: the handle is whose it was
/// before, verified where it was, or nobody's. That is a change of its own, which is told like any other.
pub fn undo(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ActivityId) -> Result<Account> {
    let act = activity::get(tx, guild, id)?.ok_or(HandleRefusal::NoSuchChange)?;
    let Some(Subject::Member(user)) = act.subject else { return Err(HandleRefusal::NoSuchChange.into()) };
    let (change, after, before) = match (LINKED.details(&act), UNLINKED.details(&act)) {
        (Some(link), _) => (link.clone(), Some(user), link.former),
        (None, Some(link)) => (link, None, Some(user)),
        (None, None) => return Err(HandleRefusal::NoSuchChange.into()),
    };
    let Link { handle, was_verified, .. } = change;
    let now = handles::queries::account(tx, guild, &handle)?.map(|account| account.linked);
    if now != Some(after) {
        return Err(HandleRefusal::MovedSince { handle }.into());
    }
    let Some(before) = before else {
        return Ok(admin_unlink(tx, guild, by, user, &handle)?.account);
    };
    let linked = handles::service::link_back(tx, guild, before, &handle, was_verified)?;
    let link = made(tx, guild, before, linked, by)?;
    LINKED.with(link.noted()).by(by).of(Subject::Member(before)).note(tx, guild)?;
    Ok(link.account)
}

fn made(tx: &Tx<'_>, guild: GuildId, user: UserId, linked: Linked, actor: Actor) -> Result<LinkMade> {
    let Linked { account, former, was_verified } = linked;
    if let Some(former) = former {
        settle_points(tx, guild, former, &format!("{} went to someone else", account.handle), actor)?;
    }
    let points = settle_points(tx, guild, user, &format!("{} linked", account.handle), actor)?;
    if let Some(id) = handles::queries::account_id(tx, guild, &account.handle)? {
        engagement::service::pay_at_next_count(tx, guild, AccountRef::new(id.get()))?;
    }
    Ok(LinkMade { account, former, was_verified, points })
}

fn gone(tx: &Tx<'_>, guild: GuildId, user: UserId, unlinked: Unlinked, actor: Actor) -> Result<LinkGone> {
    let Unlinked { account, was_verified } = unlinked;
    let points = settle_points(tx, guild, user, &format!("{} unlinked", account.handle), actor)?;
    Ok(LinkGone { account, was_verified, points })
}

/// Brings a member's points to what the handles hold; answers them.
fn settle_points(tx: &Tx<'_>, guild: GuildId, user: UserId, reason: &str, actor: Actor) -> Result<Amount> {
    let held = points_held(tx, guild, user)?;
    coins::service::move_points(tx, guild, user, held, EntryKind::PointsLink, reason, actor)?;
    Ok(held)
}

#[cfg(test)]
mod tests;
