//! What changes in the stored data of handles when the program becomes newer.

use super::tables::ACCOUNTS;
use crate::kernel::error::Result;
use crate::store::{Migration, Span, Tx};

/// All of them, by the version of the store that they lead to.
pub const ALL: &[Migration] =
    &[Migration { version: 2, name: "let accounts say whether their link is verified", run: rewrite_accounts }];

/// Accounts can say that their link is verified. Those of before are rewritten in the form of today, not verified.
pub fn rewrite_accounts(tx: &Tx<'_>) -> Result<()> {
    ACCOUNTS.for_each(tx, Span::all(), |key, account| ACCOUNTS.put(tx, &key, &account))
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::features::handles::model::{Account, AccountId};
    use crate::features::handles::{queries, service};
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::{GuildId, UserId};
    use crate::kernel::time::Timestamp;
    use crate::live::Handle;
    use crate::store::{Record, Table, decode_body};

    /// An account as version 1 wrote it: the handle, from when to when it was seen, whose it is, points and level.
    #[derive(Serialize, Deserialize)]
    struct OldAccount(Handle, Timestamp, Timestamp, Option<UserId>, Amount, Option<u32>);

    impl Record for OldAccount {}

    /// The table as version 1 wrote it; its indexes are as they were.
    static OLD: Table<(GuildId, AccountId), OldAccount> = Table::new("handles.accounts", &[]);

    /// @ann, seen from 10 to 20 microseconds, linked to 7, 40 points, level 9.
    const ANN: &[u8] = b"\x03ann\x14\x28\x01\x07\x50\x01\x09";

    fn ann() -> Account {
        Account {
            handle: Handle::parse("ann").unwrap(),
            first_seen: Timestamp::from_micros(10),
            last_seen: Timestamp::from_micros(20),
            linked: Some(UserId::new(7)),
            points: Amount::of(40),
            level: Some(9),
            verified_at: None,
        }
    }

    #[test]
    fn accounts_of_earlier_versions_are_read_and_not_verified() {
        assert!(decode_body::<Account>(ANN).is_none(), "it has another form now");
        assert_eq!(Account::decode_old(1, ANN), Some(ann()));
        assert_eq!(Account::decode_old(7, b""), None);
    }

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
        let stored = || decode_body::<OldAccount>(ANN).unwrap();
        let is_old = || store.write(move |tx| OLD.get(tx, &key).map(drop)).is_ok();
        store.write(move |tx| OLD.put(tx, &key, &stored())).unwrap();
        assert!(is_old());
        store.write(rewrite_accounts).unwrap();
        assert!(!is_old(), "the row is in the form of today");
        let account = store.read(|read| queries::account(read, GUILD, &handle)).unwrap();
        assert_eq!(account, self::ann());
        assert!(!account.is_verified() && account.linked == Some(UserId::new(7)));
        store.check();
    }
}
