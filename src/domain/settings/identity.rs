//! What a store is known by, among all stores: a text of its own, made by chance when somebody first needs it, which never
//! changes. It stays with the store, also where that is restored on another machine.
//!
//! Copies elsewhere are told apart by it, and an export carries it, so that what comes back is known for what it is.

use rand::Rng;

use super::Setting;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::form::Carried;
use crate::store::sqlite::{RowSink, SqlTable, SqlValue, column};
use crate::store::{Read, Tx};

static IDENTITY: Setting<Option<String>> = Setting::new("store_identity", None);

/// The settings of this module, which are in no list that people see.
pub const UNLISTED: &[&dyn Carried] = &[&IDENTITY];

/// The table of an export that says where it came from. A stored name: it never changes.
pub const ORIGIN: &str = "greenroom_export";

/// What the export says of itself: of which store it is, and of which guild, where it is of one alone.
pub const EXPORT: SqlTable = SqlTable {
    name: ORIGIN,
    columns: &[column("store", "TEXT"), column("of_guild", "INTEGER")],
    primary_key: &["store"],
    unique: &[],
    references: &[],
    indexes: &[],
    rows: origin,
};

/// What the store is known by; `None` where nobody needed it yet.
pub fn known(read: &dyn Read) -> Result<Option<String>> {
    Ok(IDENTITY.get_own(read, GuildId::INSTANCE)?.flatten())
}

/// What the store is known by, from now on.
pub fn of_store(tx: &Tx<'_>) -> Result<String> {
    if let Some(identity) = known(tx)? {
        return Ok(identity);
    }
    let identity = format!("{:016x}", tx.dice("store_identity", tx.now().micros()).random::<u64>());
    IDENTITY.set(tx, GuildId::INSTANCE, &Some(identity.clone()))?;
    Ok(identity)
}

fn origin(read: &dyn Read, guild: Option<GuildId>, sink: &mut RowSink<'_>) -> Result<()> {
    let Some(identity) = known(read)? else { return Ok(()) };
    let columns: [SqlValue<'_>; 2] = [identity.into(), guild.into()];
    sink(guild.unwrap_or(GuildId::INSTANCE), &columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::TestStore;

    #[test]
    fn a_store_keeps_what_it_is_known_by_and_no_two_have_the_same() {
        let store = TestStore::new();
        assert_eq!(store.read(known), None);
        let first = store.write(of_store).unwrap();
        store.advance(std::time::Duration::from_secs(1));
        assert_eq!(store.write(of_store).unwrap(), first);
        assert_eq!(store.read(known), Some(first.clone()));
        let other = TestStore::new();
        other.advance(std::time::Duration::from_secs(1));
        assert_ne!(other.write(of_store).unwrap(), first);
    }
}
