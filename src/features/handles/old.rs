//! Records as earlier versions of Greenroom wrote them, and what they become.

use serde::{Deserialize, Serialize};

use super::model;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;

/// An account before links could be verified.
#[derive(Serialize, Deserialize)]
pub struct Account {
    handle: Handle,
    first_seen: Timestamp,
    last_seen: Timestamp,
    linked: Option<UserId>,
    points: Amount,
    level: Option<u32>,
}

impl From<Account> for model::Account {
    /// Nobody has proven anything yet.
    fn from(old: Account) -> Self {
        let Account { handle, first_seen, last_seen, linked, points, level } = old;
        Self { handle, first_seen, last_seen, linked, points, level, verified_at: None }
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{Record, decode_body};

    use super::*;

    #[test]
    fn accounts_of_earlier_versions_are_read_and_not_verified() {
        // As version 1 wrote it: @ann, seen from 10 to 20 microseconds, linked to 7, 40 points, level 9.
        let stored = b"\x03ann\x14\x28\x01\x07\x50\x01\x09";
        assert!(decode_body::<model::Account>(stored).is_none(), "it has another form now");
        let account = model::Account::decode_old(1, stored).unwrap();
        let expected = model::Account {
            handle: Handle::parse("ann").unwrap(),
            first_seen: Timestamp::from_micros(10),
            last_seen: Timestamp::from_micros(20),
            linked: Some(UserId::new(7)),
            points: Amount::of(40),
            level: Some(9),
            verified_at: None,
        };
        assert_eq!(account, expected);
        assert_eq!(model::Account::decode_old(7, b""), None);
    }
}
