//! The table of timed roles.

use super::model::{TimedRole, TimedRoleId};
use crate::jobs::{Alarm, Lane};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::store::{AnyTable, Direction, ErasureAction, Read, Table, UniqueIndex};

/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&TIMED];

/// Timed roles by guild and number. Who gave one is called by the pseudonym once they are erased.
pub(super) static TIMED: Table<(GuildId, TimedRoleId), TimedRole> =
    Table::new("roles.timed", &[&BY_MEMBER]).erasing(|key, timed, erasure| {
        if timed.user == erasure.member {
            return ErasureAction::Delete;
        }
        let changed = TimedRole { by: timed.by.called(|user| erasure.of(user)), ..timed.clone() };
        ErasureAction::from((key, timed), *key, changed)
    });
/// A member has a role once.
static BY_MEMBER: UniqueIndex<(GuildId, UserId, RoleId), (GuildId, TimedRoleId), TimedRole> =
    UniqueIndex::new("roles.timed_by_member", |(guild, _), timed| Some((*guild, timed.user, timed.role)));

/// When something is to be done with a timed role: to tell of its end, or to end it.
pub static ENDS: Alarm<TimedRoleId, TimedRole> = Alarm::new(
    "roles.ends",
    "The end of a role for a while",
    &TIMED,
    |timed| Lane::User(timed.user),
    |timed| &mut timed.job,
);

/// The timed role of a member.
pub(super) fn of_member(
    read: &dyn Read,
    guild: GuildId,
    user: UserId,
    role: RoleId,
) -> Result<Option<(TimedRoleId, TimedRole)>> {
    let Some(key) = BY_MEMBER.get(read, &(guild, user, role))? else { return Ok(None) };
    Ok(TIMED.get(read, &key)?.map(|timed| (key.1, timed)))
}

/// All timed roles of a member.
pub(super) fn all_of_member(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<TimedRole>> {
    let mut found = Vec::new();
    for (_, key) in BY_MEMBER.page(read, (guild, user), Direction::Forward, usize::MAX)? {
        found.extend(TIMED.get(read, &key)?);
    }
    Ok(found)
}
