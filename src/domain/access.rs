//! Who may do what in a guild, as far as the guild decides it. What Discord's own permissions allow is asked where somebody
//! comes in.

use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId};
use crate::settings::Setting;
use crate::store::Read;

/// The role whose members are reviewers, beside the administrators (`D-20`).
pub static REVIEWER_ROLE: Setting<Option<RoleId>> = Setting::new("reviewer_role_id", None);

/// Whether somebody with these roles is a reviewer.
pub fn is_reviewer(read: &dyn Read, guild: GuildId, roles: &[RoleId]) -> Result<bool> {
    Ok(REVIEWER_ROLE.get(read, guild)?.is_some_and(|role| roles.contains(&role)))
}
