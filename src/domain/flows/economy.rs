//! How the economy of a guild stands: the prices of coins, the rates of engagement and the lines of the queue, seen together.

use crate::features::coins::economy::{COMPARED, Economy, Prices, Warning, about_flow, about_prices, warnings};
use crate::features::coins::model::Currency;
use crate::features::coins::queries::statistics::OfCurrency;
use crate::features::coins::settings::{LUXURY_ENABLED, SKIP_PRICE};
use crate::features::engagement::settings::{GIFT_RATE, WATCH_MINUTES};
use crate::features::queue::model::Line;
use crate::features::{coins, currency, queue, shop};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::money;
use crate::store::Read;

/// How many members with the largest balances are named.
const LARGEST: usize = 10;
/// How many weeks are looked at, the present one among them.
const WEEKS: i64 = 8;

/// How the economy of a guild stands at a moment. Looks at each balance once and at no entry of the ledger.
pub fn report(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Economy> {
    let prices = prices(read, guild)?;
    Ok(Economy {
        guild,
        prices,
        skip_in_gifts: prices.skip_in_gifts(),
        skip_in_minutes: prices.skip_in_minutes(),
        circulation: coins::queries::circulation(read, guild, Currency::Luxury, LARGEST)?,
        weeks: coins::queries::weeks(read, guild, now, WEEKS)?,
        warnings: warnings(&prices),
    })
}

fn prices(read: &dyn Read, guild: GuildId) -> Result<Prices> {
    Ok(Prices {
        is_on: LUXURY_ENABLED.get(read, guild)?,
        skip_price: SKIP_PRICE.get(read, guild)?,
        gift_rate: GIFT_RATE.get(read, guild)?,
        watch_minutes: WATCH_MINUTES.get(read, guild)?,
        direct_gift: queue::rules::gifts_for(Line::Skip10),
    })
}

/// What is out of proportion of a currency, which came and went so.
pub fn warnings_of(
    read: &dyn Read,
    guild: GuildId,
    currency: Currency,
    history: &OfCurrency,
    now: Timestamp,
) -> Result<Vec<Warning>> {
    match currency {
        Currency::Luxury => Ok(warnings(&prices(read, guild)?)),
        Currency::Points => Ok(Vec::new()),
        Currency::Server => {
            let (made, spent) = history.sheet(&(now.week() - COMPARED..now.week())).made_and_spent();
            let name = money::of(read, guild)?.name;
            let daily = currency::queries::daily_amount(read, guild)?.get();
            let cheapest = for_sale(read, guild, now)?.into_iter().min_by_key(|listed| listed.item.price);
            let about_prices =
                cheapest.and_then(|listed| about_prices(&listed.item.name, listed.item.price.get(), daily));
            Ok([about_flow(&name, made, spent), about_prices].into_iter().flatten().collect())
        }
    }
}

/// What can be bought in a guild at a moment, as far as that is the same for everybody.
pub fn for_sale(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Vec<shop::queries::Listed>> {
    let wanted = shop::queries::Wanted { for_sale_at: Some(now), ..shop::queries::Wanted::default() };
    shop::queries::list(read, guild, &wanted)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::features;
    use crate::features::coins::economy::Holder;
    use crate::features::coins::model::{EntryKind, Posting};
    use crate::features::coins::service;
    use crate::features::coins::weeks::WeekSums;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::UserId;

    fn post(store: &TestStore, guild: GuildId, user: u64, kind: EntryKind, delta: i64) {
        let (currency, user, actor) = (Currency::Luxury, UserId::new(user), Actor::System);
        let posting = Posting { currency, user, delta, kind, reason: "a test".into(), actor };
        store.write(move |tx| service::apply(tx, guild, &posting).map(drop)).unwrap();
    }

    fn economy(store: &TestStore) -> Economy {
        store.read(|read| report(read, GUILD, store.now()))
    }

    #[test]
    fn the_weeks_tell_what_was_made_and_spent() {
        let store = TestStore::new();
        post(&store, GUILD, 1, EntryKind::Gift, 2_000);
        post(&store, GUILD, 1, EntryKind::WatchTime, 3);
        store.advance(Duration::from_hours(7 * 24));
        for (kind, delta) in [
            (EntryKind::AdminAdd, 50),
            (EntryKind::BuySkip, -1_000),
            (EntryKind::AdminRemove, -7),
            (EntryKind::Rollback, 1_000),
            (EntryKind::Rollback, -10),
            (EntryKind::Import, 4),
        ] {
            post(&store, GUILD, 1, kind, delta);
        }
        post(&store, GuildId::new(6), 1, EntryKind::Gift, 99);
        let found = economy(&store);
        let sums: Vec<_> = found.weeks.iter().map(|week| week.sums).collect();
        assert_eq!(sums.len(), 8);
        assert_eq!(
            sums[0],
            WeekSums { staff: 50, skips: 1_000, removed: 7, corrected: 990, others: 4, ..WeekSums::default() }
        );
        assert_eq!(sums[1], WeekSums { gifts: 2_000, watching: 3, ..WeekSums::default() });
        assert_eq!(found.circulation.coins, 2_003 + 50 - 1_000 - 7 + 990 + 4);
        store.advance(Duration::from_hours(8 * 7 * 24));
        assert!(economy(&store).weeks.iter().all(|week| week.sums == WeekSums::default()), "only the last weeks");
        store.check();
    }

    #[test]
    fn the_ten_largest_holders_come_in_order() {
        let store = TestStore::new();
        for user in 1..=40_u64 {
            post(&store, GUILD, user, EntryKind::Gift, i64::try_from(user * 7 % 41).unwrap());
        }
        // Two with the same balance, and one with nothing left.
        post(&store, GUILD, 50, EntryKind::Gift, 40);
        post(&store, GUILD, 51, EntryKind::Gift, 5);
        post(&store, GUILD, 51, EntryKind::BuySkip, -5);
        post(&store, GuildId::new(6), 60, EntryKind::Gift, 1_000);
        let Economy { circulation, .. } = economy(&store);
        let amounts: Vec<_> = circulation.largest.iter().map(|holder| holder.amount.get()).collect();
        assert_eq!(amounts, [40, 40, 39, 38, 37, 36, 35, 34, 33, 32]);
        let first = |user| Holder { user: UserId::new(user), amount: Amount::of(40) };
        assert_eq!(circulation.largest[..2], [first(35), first(50)]);
        assert_eq!((circulation.members, circulation.coins), (41, (1..=40).sum::<i64>() + 40));
    }

    #[test]
    fn the_defaults_are_warned_of_and_every_change_that_is_named_can_be_typed_and_helps() {
        let store = TestStore::new();
        let found = economy(&store);
        assert_eq!((found.skip_in_gifts, found.skip_in_minutes), (Some(50_000), 500 * 60));
        assert_eq!(found.prices.direct_gift, 2_000);
        assert_eq!(found.warnings.len(), 2);
        for (at, change) in found
            .warnings
            .iter()
            .enumerate()
            .flat_map(|(at, warning)| warning.changes.iter().map(move |change| (at, change.clone())))
        {
            let fresh = TestStore::new();
            let typed = change.clone();
            let listed = features::ALL
                .iter()
                .flat_map(|feature| feature.settings)
                .find(|listed| listed.setting.key() == typed.key)
                .unwrap();
            fresh.write(move |tx| listed.change(tx, GUILD, Actor::System, &typed.value.to_string()).map(drop)).unwrap();
            let after = economy(&fresh).warnings;
            assert!(!after.contains(&found.warnings[at]), "{change:?} leaves {after:?}");
            assert!(after.len() < 2, "{change:?} leaves {after:?}");
        }
    }
}
