//! Roles are given, taken, given again, and end.

use std::time::Duration;

use super::activity::{self, ENDED, REFUSED, Refusal, VANISHED};
use super::model::{Grant, RoleTrouble, TimedRole, TimedRoleId, Why};
use super::tables::{ENDS, TIMED, all_of_member, of_member};
use super::{GIVE, TAKE};
use crate::activity::Subject;
use crate::jobs::{JobId, Lane, Ring};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Tx};

/// How long before the end of a role its member is told.
const TOLD_BEFORE: Duration = Duration::from_hours(24);
/// How long a role must last that its member is told: three days, but for the moment in which it is given.
const LONG_ENOUGH: Duration = Duration::from_mins(3 * 24 * 60 - 1);
/// The longest reason, in characters: Discord's audit log has room for 512.
const LONGEST_REASON: usize = 200;

/// Gives a member a role, for good or until a moment. One that the member has for a while ends at the later of both moments
/// (`S-DB-37`), and never, where it is given for good.
pub fn give(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    role: RoleId,
    until: Option<Timestamp>,
    why: impl Into<Why>,
) -> Result<()> {
    let Why { reason, by, is_told, cause } = why.into();
    let reason = one_line(&reason, LONGEST_REASON);
    let known = of_member(tx, guild, user, role)?;
    match (until, known) {
        (None, Some((id, _))) => drop(ENDS.remove(tx, guild, id)?),
        (None, None) => {}
        (Some(until), known) => {
            let until = known.as_ref().map_or(until, |(_, timed)| timed.until.max(until));
            let (id, made_at, job) = match known {
                Some((id, timed)) => (id, timed.made_at, timed.job),
                None => (TimedRoleId::new(tx.next_id(guild, "roles.timed")?), tx.now(), JobId::default()),
            };
            let is_to_be_told = is_told && until >= tx.now().after(LONG_ENOUGH);
            let timed = TimedRole { user, role, by, reason: reason.clone(), until, made_at, is_to_be_told, job };
            let rings_at = if is_to_be_told { until.before(TOLD_BEFORE) } else { until };
            ENDS.set(tx, guild, id, timed, rings_at)?;
        }
    }
    let until = self::until(tx, guild, user, role)?;
    GIVE.schedule_now(tx, guild, Lane::User(user), &Grant { user, role, reason, by, until, cause }).map(drop)
}

/// Takes a role from a member, however long it was to last.
pub fn take(tx: &Tx<'_>, guild: GuildId, user: UserId, role: RoleId, why: impl Into<Why>) -> Result<()> {
    if let Some((id, _)) = of_member(tx, guild, user, role)? {
        ENDS.remove(tx, guild, id)?;
    }
    let Why { reason, by, .. } = why.into();
    let grant = Grant { user, role, reason: one_line(&reason, LONGEST_REASON), by, until: None, cause: None };
    TAKE.schedule_now(tx, guild, Lane::User(user), &grant).map(drop)
}

/// A role for a while that was never given is over, and Discord is not asked for anything.
pub fn forget(tx: &Tx<'_>, guild: GuildId, user: UserId, role: RoleId) -> Result<()> {
    match of_member(tx, guild, user, role)? {
        Some((id, _)) => ENDS.remove(tx, guild, id).map(drop),
        None => Ok(()),
    }
}

/// When a member's role ends; `None` where it was not given for a while.
pub fn until(read: &dyn Read, guild: GuildId, user: UserId, role: RoleId) -> Result<Option<Timestamp>> {
    Ok(of_member(read, guild, user, role)?.map(|(_, timed)| timed.until))
}

/// Whether a member has any role for a while.
pub fn has_any(read: &dyn Read, guild: GuildId, user: UserId) -> Result<bool> {
    Ok(!all_of_member(read, guild, user)?.is_empty())
}

/// The timed roles of a guild.
pub fn of_guild(read: &dyn Read, guild: GuildId) -> Result<Vec<(TimedRoleId, TimedRole)>> {
    let mut found = Vec::new();
    TIMED.for_each(read, guild, |(_, id), timed| {
        found.push((id, timed));
        Ok(())
    })?;
    Ok(found)
}

/// A member came into the server: they get again what has not ended.
pub fn came_back(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    for timed in all_of_member(tx, guild, user)? {
        if timed.until > tx.now() {
            GIVE.schedule_now(tx, guild, Lane::User(user), &timed.grant())?;
        }
    }
    Ok(())
}

/// A member was told of the end of their role: the alarm rings at the end.
pub fn noticed(tx: &Tx<'_>, ring: Ring<TimedRoleId>) -> Result<()> {
    let Some(timed) = ENDS.waiting(tx, ring)? else { return Ok(()) };
    let until = timed.until;
    ENDS.set(tx, ring.guild, ring.id, TimedRole { is_to_be_told: false, ..timed }, until).map(drop)
}

/// A role has ended, and was taken, unless there was some trouble.
pub fn ended(tx: &Tx<'_>, ring: Ring<TimedRoleId>, trouble: Option<RoleTrouble>) -> Result<()> {
    let Some(timed) = ENDS.waiting(tx, ring)? else { return Ok(()) };
    ENDS.remove(tx, ring.guild, ring.id)?;
    match trouble {
        None => ENDED.with(timed.grant().into()).of(Subject::Member(timed.user)).note(tx, ring.guild),
        Some(trouble) => refused(tx, ring.guild, &timed.grant(), true, trouble),
    }
}

/// A role could not be given, or taken: the team is told, and nothing else changes. Whoever left needs no word: a role for a while
/// waits for them. Where the role is gone, so is whatever was to be done with it.
pub fn refused(tx: &Tx<'_>, guild: GuildId, grant: &Grant, is_taking: bool, trouble: RoleTrouble) -> Result<()> {
    match trouble {
        RoleTrouble::Vanished => return vanished(tx, guild, grant.role),
        RoleTrouble::MemberLeft if is_taking || grant.until.is_some() => return Ok(()),
        _ => {}
    }
    let refusal = Refusal { role: grant.role, reason: grant.reason.clone(), is_taking, trouble };
    REFUSED.with(refusal).of(Subject::Member(grant.user)).note(tx, guild)
}

/// A role was deleted on Discord: what was given for a while is over, and the team is told once.
pub fn role_deleted(tx: &Tx<'_>, guild: GuildId, role: RoleId) -> Result<()> {
    if of_guild(tx, guild)?.iter().any(|(_, timed)| timed.role == role) { vanished(tx, guild, role) } else { Ok(()) }
}

fn vanished(tx: &Tx<'_>, guild: GuildId, role: RoleId) -> Result<()> {
    let lost = of_guild(tx, guild)?.into_iter().filter(|(_, timed)| timed.role == role);
    let mut members = 0;
    for (id, _) in lost {
        ENDS.remove(tx, guild, id)?;
        members += 1;
    }
    if members == 0 && activity::is_known_to_have_vanished(tx, guild, role)? {
        return Ok(());
    }
    VANISHED.with(activity::Vanished { role, members }).note(tx, guild)
}
