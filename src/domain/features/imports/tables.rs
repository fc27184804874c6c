//! The table of what was brought in, and the only functions that touch it.

use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::names_member;
use crate::store::{AnyTable, ErasureAction, Read, Table, Tx};

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&TAKEN];

/// The number here of what has a name there, such as `luxbot/submissions/17`.
///
/// What a member or a handle was called there goes with them. The same file would bring them in anew.
static TAKEN: Table<(GuildId, String), u64> =
    Table::new("imports.taken", &[]).erasing(|(_, source), number, erasure| {
        let is_account = erasure.owns(*number) && source.contains(ACCOUNTS);
        ErasureAction::delete_if(is_account || *number == erasure.member.get() || names_member(source, erasure.member))
    });

/// What stands in the names of accounts.
const ACCOUNTS: &str = "/tiktok_accounts/";

/// The number here of what was brought in; `None` where it was not.
pub fn taken(read: &dyn Read, guild: GuildId, source: &str) -> Result<Option<u64>> {
    TAKEN.get(read, &(guild, source.to_owned()))
}

/// Remembers that something was brought in, and under which number it is here.
pub fn take(tx: &Tx<'_>, guild: GuildId, source: &str, number: u64) -> Result<()> {
    TAKEN.put(tx, &(guild, source.to_owned()), &number)
}
