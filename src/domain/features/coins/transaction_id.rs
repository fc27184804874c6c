//! The public name of an entry (`C-15`): `txn_{guild}_{unix milliseconds}_{6 of base 36}`.

use super::model::{EntryId, LedgerEntry};
use crate::kernel::ids::GuildId;

impl LedgerEntry {
    /// The public name of an entry: `txn_{guild}_{unix milliseconds}_{6 of base 36}` (`C-15`).
    ///
    /// The last part is the entry's number, so two entries of a guild differ there for the first two thousand million.
    pub fn transaction_id(&self, guild: GuildId, id: EntryId) -> String {
        format!("txn_{guild}_{}_{}", self.at.micros().div_euclid(1000), base_36(id.get()))
    }

    /// The number of the entry in a guild that may have this public name; nothing where none can.
    pub fn number_in(guild: GuildId, name: &str) -> Option<EntryId> {
        let (_, digits) = name.strip_prefix(&format!("txn_{guild}_"))?.split_once('_')?;
        let is_written_so = digits.len() == 6 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'z'));
        u64::from_str_radix(digits, 36).ok().filter(|_| is_written_so).map(EntryId::new)
    }
}

/// The last six digits of a number in base 36.
fn base_36(mut number: u64) -> String {
    let mut digits = [0_u8; 6];
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(number % 36).unwrap_or(0);
        number /= 36;
    }
    digits.into_iter().map(|digit| char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::{Currency, EntryKind};
    use crate::kernel::actor::Actor;
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::UserId;
    use crate::kernel::time::Timestamp;

    #[test]
    fn an_entry_has_a_public_name_that_differs_for_every_number() {
        let entry = LedgerEntry {
            currency: Currency::Luxury,
            user: UserId::new(9),
            delta: 2,
            before: Amount::ZERO,
            after: Amount::of(2),
            kind: EntryKind::Gift,
            reason: "Rose ×100".into(),
            actor: Actor::Live,
            at: Timestamp::from_millis(1_763_756_100_123),
        };
        let name = |id| entry.transaction_id(GuildId::new(5), EntryId::new(id));
        assert_eq!(name(1), "txn_5_1763756100123_000001");
        assert_eq!(name(36 * 36 + 35), "txn_5_1763756100123_00010z");
        let number = |name| LedgerEntry::number_in(GuildId::new(5), name).map(EntryId::get);
        assert_eq!(number("txn_5_1763756100123_00010z"), Some(36 * 36 + 35));
        for other in ["", "txn_6_1763756100123_00010z", "txn_5_1763756100123_00010Z", "txn_5_17_10z", "txn_5_+00010"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
