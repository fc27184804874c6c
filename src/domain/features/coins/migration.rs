//! What changes in the stored data of coins when the program becomes newer.

use std::collections::BTreeMap;

use super::model::Currency;
use super::tables;
use super::weeks::{WeekNumber, WeekSums};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Migration, Span, Tx};

/// All of them, by the version of the store that they lead to.
pub const ALL: &[Migration] = &[Migration { version: 3, name: "add up Luxury Coins by week", run: add_up_weeks }];

/// Each week has the sums of its Luxury Coins.
fn add_up_weeks(tx: &Tx<'_>) -> Result<()> {
    let mut weeks: BTreeMap<(GuildId, WeekNumber), WeekSums> = BTreeMap::new();
    tables::LEDGER.for_each(tx, Span::all(), |(guild, _), entry| {
        if entry.currency == Currency::Luxury {
            weeks.entry((guild, WeekNumber::of(entry.at))).or_default().add(&entry);
        }
        Ok(())
    })?;
    weeks.into_iter().try_for_each(|((guild, week), sums)| tables::set_week(tx, guild, week, &sums))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::{EntryKind, Posting};
    use crate::features::coins::{check, service};
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::UserId;

    #[test]
    fn the_weeks_of_a_ledger_from_before_are_added_up() {
        let store = TestStore::new();
        for (kind, delta) in [(EntryKind::Gift, 20), (EntryKind::AdminRemove, -5), (EntryKind::Gift, 4)] {
            let reason = "before".to_owned();
            let (currency, user, actor) = (Currency::Luxury, UserId::new(1), Actor::System);
            let posting = Posting { currency, user, delta, kind, reason, actor };
            store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop)).unwrap();
            store.advance(std::time::Duration::from_hours(100));
        }
        let weeks = || store.read(|read| tables::WEEKS.page(read, GUILD, crate::store::Direction::Forward, 9));
        let kept = weeks();
        assert!(kept.len() > 1);
        store
            .write(|tx| tables::WEEKS.for_each(tx, Span::all(), |key, _| tables::WEEKS.remove(tx, &key).map(drop)))
            .unwrap();
        assert!(!store.read(|read| check::check(read, GUILD)).is_empty(), "the sums are missing");
        store.write(add_up_weeks).unwrap();
        assert_eq!(weeks(), kept);
        assert_eq!(store.read(|read| check::check(read, GUILD)), Vec::<String>::new());
    }
}
