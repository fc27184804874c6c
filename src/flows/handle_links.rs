//! A handle is linked or unlinked: the points that it holds come to the member or leave with it (`C-34`). What a handle of
//! nobody watched in the open session comes to whoever links it (`C-45`).
//!
//! Invariant: a member's points are the sum of what the linked handles hold.

use crate::discord::debug_channel;
use crate::features::engagement::model::AccountRef;
use crate::features::handles::model::{Account, Linked};
use crate::features::handles::queries::points_held;
use crate::features::{coins, engagement, handles};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::{escape, mention};
use crate::live::Handle;
use crate::store::Tx;

/// A link that was made.
#[derive(Clone, Debug)]
pub struct LinkMade {
    /// The account, linked now.
    pub account: Account,
    /// Whose it was until now, where an administrator took it from someone.
    pub former: Option<UserId>,
    /// The member's points with it.
    pub points: Amount,
}

/// A link that was taken away.
#[derive(Clone, Debug)]
pub struct LinkGone {
    /// The account, which is nobody's now.
    pub account: Account,
    /// The member's points without it.
    pub points: Amount,
}

/// Links a handle to the member who asks.
pub fn link(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<LinkMade> {
    let linked = handles::service::link(tx, guild, user, handle)?;
    made(tx, guild, user, linked, Actor::Member(user))
}

/// Links a handle to a member at an administrator's word (`M-LNK-05`), and says so in the debug channel (`M-LNK-07`).
pub fn admin_link(tx: &Tx<'_>, guild: GuildId, admin: UserId, user: UserId, handle: &Handle) -> Result<LinkMade> {
    let linked = handles::service::admin_link(tx, guild, user, handle)?;
    let link = made(tx, guild, user, linked, Actor::Member(admin))?;
    let from = link.former.map(|former| format!(" from {} `{former}`", mention(former))).unwrap_or_default();
    let moved = format!("{} linked {}{from} to {} `{user}`", mention(admin), shown(handle), mention(user));
    debug_channel::report(tx, guild, format!("🔗 {moved} · points `{}`", link.account.points.get()))?;
    Ok(link)
}

/// Takes one of the caller's own links away.
pub fn unlink(tx: &Tx<'_>, guild: GuildId, user: UserId, handle: &Handle) -> Result<LinkGone> {
    let account = handles::service::unlink(tx, guild, user, handle)?;
    gone(tx, guild, user, account, Actor::Member(user))
}

/// Takes a member's link away at an administrator's word (`M-LNK-06`), and says so in the debug channel (`M-LNK-07`).
pub fn admin_unlink(tx: &Tx<'_>, guild: GuildId, admin: UserId, user: UserId, handle: &Handle) -> Result<LinkGone> {
    let account = handles::service::admin_unlink(tx, guild, user, handle)?;
    let link = gone(tx, guild, user, account, Actor::Member(admin))?;
    let moved = format!("{} unlinked {} from {} `{user}`", mention(admin), shown(handle), mention(user));
    debug_channel::report(tx, guild, format!("🔗 {moved} · points `{}`", link.account.points.get()))?;
    Ok(link)
}

fn made(tx: &Tx<'_>, guild: GuildId, user: UserId, linked: Linked, actor: Actor) -> Result<LinkMade> {
    let Linked { account, former } = linked;
    if let Some(former) = former {
        settle_points(tx, guild, former, &format!("{} went to someone else", account.handle), actor)?;
    }
    let points = settle_points(tx, guild, user, &format!("{} linked", account.handle), actor)?;
    if let Some(id) = handles::queries::account_id(tx, guild, &account.handle)? {
        engagement::service::pay_at_next_count(tx, guild, AccountRef::new(id.get()))?;
    }
    Ok(LinkMade { account, former, points })
}

fn gone(tx: &Tx<'_>, guild: GuildId, user: UserId, account: Account, actor: Actor) -> Result<LinkGone> {
    let points = settle_points(tx, guild, user, &format!("{} unlinked", account.handle), actor)?;
    Ok(LinkGone { account, points })
}

/// Brings a member's points to what the handles hold; answers them.
fn settle_points(tx: &Tx<'_>, guild: GuildId, user: UserId, reason: &str, actor: Actor) -> Result<Amount> {
    let held = points_held(tx, guild, user)?;
    coins::service::move_points(tx, guild, user, held, reason, actor)?;
    Ok(held)
}

fn shown(handle: &Handle) -> String {
    format!("**{}**", escape(&handle.to_string()))
}

#[cfg(test)]
mod tests;
