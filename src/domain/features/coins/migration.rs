//! What changes in the stored data of coins when the program becomes newer.

use super::weeks::WeekSums;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Migration, Record, Span, Table, Tx};

/// All of them, by the version of the store that they lead to.
pub const ALL: &[Migration] = &[
    // What was added up is an index of the ledger since version 8.
    Migration { version: 3, name: "add up Luxury Coins by week", run: |_| Ok(()) },
    Migration { version: 8, name: "add up the ledger by day, and no more by week", run: forget_weeks },
    // Its balances begin empty, and no row of before is of it.
    Migration { version: 9, name: "give each server a currency of its own", run: |_| Ok(()) },
];

/// What came and went of Luxury Coins in each week, kept by hand. It has no rows any more; it stays here as long as stores of
/// before that are brought up to date.
pub(super) static WEEKS: Table<(GuildId, i64), WeekSums> = Table::new("coins.weeks", &[]).without_members();

impl Record for WeekSums {}

/// Removes the sums that were kept by hand.
fn forget_weeks(tx: &Tx<'_>) -> Result<()> {
    WEEKS.for_each(tx, Span::all(), |week, _| WEEKS.remove(tx, &week).map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::store::Direction;

    #[test]
    fn weeks_that_were_kept_by_hand_are_gone() {
        let store = TestStore::new();
        for week in 0..3 {
            store
                .write(move |tx| WEEKS.put(tx, &(GUILD, week), &WeekSums { gifts: 7, ..WeekSums::default() }))
                .unwrap();
        }
        store.write(forget_weeks).unwrap();
        assert!(store.read(|read| WEEKS.page(read, GUILD, Direction::Forward, 9)).is_empty());
    }
}
