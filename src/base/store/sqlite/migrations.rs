//! What was migrated, in the export: the table `schema_migrations` (`S-MIG-02`, `C-135`).

use super::{RowSink, SqlTable, SqlValue, column};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, applied_migrations};

/// The table `schema_migrations`. It belongs to no guild, so each export has it whole.
pub const MIGRATIONS: SqlTable = SqlTable {
    name: "schema_migrations",
    columns: &[column("version", "INTEGER"), column("name", "TEXT NOT NULL"), column("applied_at", "TEXT NOT NULL")],
    primary_key: &["version"],
    unique: &[],
    references: &[],
    indexes: &[],
    rows: schema_migrations,
};

fn schema_migrations(read: &dyn Read, guild: Option<GuildId>, sink: &mut RowSink<'_>) -> Result<()> {
    for (version, applied) in applied_migrations(read)? {
        let columns: [SqlValue<'_>; 3] =
            [version.cast_signed().into(), applied.name.as_str().into(), applied.at.into()];
        sink(guild.unwrap_or(GuildId::INSTANCE), &columns)?;
    }
    Ok(())
}
