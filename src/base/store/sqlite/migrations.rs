//! What was migrated, in the export: the table `schema_migrations` (`S-MIG-02`, `C-135`).

use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Applied, Read, applied_migrations};

crate::exported! {
    /// The table `schema_migrations`. It belongs to no guild, so each export has it whole.
    pub const MIGRATIONS = "schema_migrations" by each_migration;
    |read, (guild, version), applied| => {
        "version": "INTEGER" => version.cast_signed(),
        "name": "TEXT NOT NULL" => &applied.name,
        "applied_at": "TEXT NOT NULL" => applied.at,
    }
    primary_key: ["version"];
}

fn each_migration(
    read: &dyn Read,
    wanted: Option<GuildId>,
    show: &mut dyn FnMut((GuildId, u64), Applied) -> Result<()>,
) -> Result<()> {
    let guild = wanted.unwrap_or(GuildId::INSTANCE);
    applied_migrations(read)?.into_iter().try_for_each(|(version, applied)| show((guild, version), applied))
}
