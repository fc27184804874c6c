//! Records as earlier versions of Greenroom wrote them, and what they become.

use serde::{Deserialize, Serialize};

use super::model;
use crate::kernel::time::Timestamp;

/// A streak before its steps had a time.
#[derive(Serialize, Deserialize)]
pub struct Streak {
    gift: String,
    unit_coins: u32,
    seen: u32,
    paid: u32,
    level: Option<u32>,
}

impl From<Streak> for model::Streak {
    /// Its last step is taken to be long ago: it is settled at the next look.
    fn from(old: Streak) -> Self {
        let Streak { gift, unit_coins, seen, paid, level } = old;
        Self { gift, unit_coins, seen, paid, level, last_step_at: Timestamp::default() }
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{Record, decode_body};

    use super::*;

    #[test]
    fn records_of_earlier_versions_are_read() {
        // As version 1 wrote them: a rose at 5 coins, seen 3, paid 1, level 9.
        let streak = b"\x04Rose\x05\x03\x01\x01\x09";
        assert!(decode_body::<model::Streak>(streak).is_none(), "it has another form now");
        let streak = model::Streak::decode_old(1, streak).unwrap();
        assert_eq!((streak.gift.as_str(), streak.seen, streak.paid, streak.level), ("Rose", 3, 1, Some(9)));
        assert_eq!(model::Streak::decode_old(7, b""), None);
    }
}
