//! What changes in the stored data of handles when the program becomes newer.

use super::tables;
use crate::kernel::error::Result;
use crate::store::Tx;

/// Accounts can say that their link is verified. Those of before are rewritten in the form of today, not verified.
pub fn rewrite_accounts(tx: &Tx<'_>) -> Result<()> {
    tables::rewrite_accounts(tx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::handles::model::AccountId;
    use crate::features::handles::{old, queries, service};
    use crate::features::tests::{GUILD, TestStore};
    use crate::kernel::ids::{GuildId, UserId};
    use crate::live::Handle;
    use crate::store::{Record, Table, decode_body};

    impl Record for old::Account {}

    /// The table as version 1 wrote it; its indexes are as they were.
    static OLD: Table<(GuildId, AccountId), old::Account> = Table::new("handles.accounts", &[]);

    #[test]
    fn accounts_of_before_are_rewritten_and_keep_their_links() {
        let store = TestStore::new();
        let handle = Handle::parse("ann").unwrap();
        let ann = handle.clone();
        let key = store
            .write(move |tx| {
                let known = service::seen(tx, GUILD, &ann, tx.now())?;
                service::link(tx, GUILD, UserId::new(7), &ann)?;
                Ok((GUILD, known.id))
            })
            .unwrap();
        // @ann, linked to 7, 40 points, level 9.
        let stored = || decode_body::<old::Account>(b"\x03ann\x14\x28\x01\x07\x50\x01\x09").unwrap();
        let is_old = || store.write(move |tx| OLD.get(tx, &key).map(drop)).is_ok();
        store.write(move |tx| OLD.put(tx, &key, &stored())).unwrap();
        assert!(is_old());
        store.write(rewrite_accounts).unwrap();
        assert!(!is_old(), "the row is in the form of today");
        let account = store.read(|read| queries::account(read, GUILD, &handle)).unwrap();
        assert_eq!(account, stored().into());
        assert!(!account.is_verified() && account.linked == Some(UserId::new(7)));
        store.check();
    }
}
