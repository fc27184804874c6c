//! Whether the economy of a guild is in proportion: what a skip costs in gifts and in hours, and what to change.
//!
//! Pure. A skip can be had in two ways: gifts on the live lift a song by themselves, and Luxury Coins buy the same line.
//! Both ways should be worth going. What is in proportion is a matter of judgement; the bounds stand in the constants
//! below and nowhere else. The defaults are those of the requirements, and they are out of proportion (`C-54`): the check
//! says so and leaves the choice to the server.

use serde::{Deserialize, Serialize};

use super::weeks::WeekSums;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;

/// Gifted coins that pay one lot of Luxury Coins (`M-ECO-04`).
const LOT: i64 = 100;
/// Coins for a skip may take so many times the gifts that lift a song by themselves. They come on top of that lift, so
/// they may cost more than it; not so much that nobody gets there.
const MOST_TIMES: i64 = 10;
/// Coins for a skip may take so many hours of watching: twenty-five evenings of four hours.
const MOST_HOURS: i64 = 100;
/// And not fewer than these, or half of an evening buys a skip to everybody who is there.
const LEAST_HOURS: i64 = 2;

/// The settings that decide what a skip costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Whether Luxury Coins are earned and spent.
    pub is_on: bool,
    /// What a skip costs, in Luxury Coins.
    pub skip_price: u32,
    /// Luxury Coins for each whole 100 gifted coins.
    pub gift_rate: u32,
    /// Minutes of watching for one Luxury Coin.
    pub watch_minutes: u32,
    /// Gifted coins that lift a song to the same line by themselves.
    pub direct_gift: i64,
}

/// A setting that can be changed, and to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its key.
    pub key: String,
    /// The value that brings the price into proportion.
    pub value: u32,
}

/// Something that is out of proportion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What, and what to do about it, in plain words.
    pub text: String,
    /// The changes that the text names; each of them suffices.
    pub changes: Vec<Change>,
}

/// What was made and spent in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// Its Monday, 00:00 UTC.
    pub begins: Timestamp,
    /// The sums.
    pub sums: WeekSums,
}

/// Who has how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub user: UserId,
    /// How much.
    pub amount: Amount,
}

/// All that there is of a currency in a guild.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circulation {
    /// All of them together.
    pub coins: i64,
    /// How many members have any.
    pub members: u64,
    /// Who has most, the largest balance first.
    pub largest: Vec<Holder>,
}

/// How the economy of a guild stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Economy {
    /// The guild.
    pub guild: GuildId,
    /// The settings.
    pub prices: Prices,
    /// What a skip costs in gifted coins; `None` where gifts earn nothing.
    pub skip_in_gifts: Option<i64>,
    /// What a skip costs in minutes of watching.
    pub skip_in_minutes: i64,
    /// What there is.
    pub circulation: Circulation,
    /// The last weeks, the present one first.
    pub weeks: Vec<Week>,
    /// What is out of proportion.
    pub warnings: Vec<Warning>,
}

impl Prices {
    /// What a skip costs in gifted coins, given in whole hundreds; `None` where gifts earn nothing.
    pub fn skip_in_gifts(&self) -> Option<i64> {
        (self.gift_rate > 0).then(|| i64::from(self.skip_price.div_ceil(self.gift_rate)) * LOT)
    }

    /// What a skip costs in minutes of watching.
    pub fn skip_in_minutes(&self) -> i64 {
        i64::from(self.skip_price) * i64::from(self.watch_minutes)
    }
}

/// What is out of proportion, with the settings that change it.
pub fn warnings(prices: &Prices) -> Vec<Warning> {
    if !prices.is_on {
        let text = "Luxury Coins are switched off: nothing is earned and no skip is sold. `/config set features.luxury \
                    Yes` switches them on.";
        return vec![Warning { text: text.to_owned(), changes: Vec::new() }];
    }
    [about_gifts(prices), about_watching(prices)].into_iter().flatten().collect()
}

fn about_gifts(prices: &Prices) -> Option<Warning> {
    let &Prices { skip_price, gift_rate, direct_gift, .. } = prices;
    let Some(gifts) = prices.skip_in_gifts() else {
        let text = "Gifts earn no Luxury Coins here, only watching does.";
        return Some(Warning { text: text.to_owned(), changes: Vec::new() });
    };
    let price = i64::from(skip_price);
    if gifts > direct_gift.saturating_mul(MOST_TIMES) {
        let lots = (direct_gift * MOST_TIMES / LOT).max(1);
        let changes = changes([
            ("skip_price", lots.saturating_mul(gift_rate.into()), 1_000_000),
            ("gift_rate", price.saturating_add(lots - 1) / lots, 1_000),
        ]);
        let text = format!(
            "A skip for {} Luxury Coins takes {} gifted coins, {} times the {} that lift a song to the same line by \
             themselves.{}",
            grouped(price),
            grouped(gifts),
            gifts / direct_gift.max(1),
            grouped(direct_gift),
            advice(&changes, &format!("brings it down to {MOST_TIMES} times"))
        );
        return Some(Warning { text, changes });
    }
    if gifts < direct_gift {
        let lots = direct_gift.saturating_add(LOT - 1) / LOT;
        let changes = changes([
            ("skip_price", lots.saturating_mul(gift_rate.into()), 1_000_000),
            ("gift_rate", price / lots.max(1), 1_000),
        ]);
        let text = format!(
            "A skip for {} Luxury Coins takes only {} gifted coins, fewer than the {} that lift a song to the same line \
             by themselves: every such lift brings the coins for another skip.{}",
            grouped(price),
            grouped(gifts),
            grouped(direct_gift),
            advice(&changes, "makes both cost the same")
        );
        return Some(Warning { text, changes });
    }
    None
}

fn about_watching(prices: &Prices) -> Option<Warning> {
    let &Prices { skip_price, watch_minutes, .. } = prices;
    let (price, minutes) = (i64::from(skip_price), prices.skip_in_minutes());
    let begin = |only: &str| {
        format!("A skip for {} Luxury Coins takes {only}{} of watching.", grouped(price), duration(minutes))
    };
    if minutes > MOST_HOURS * 60 {
        let changes = changes([
            ("skip_price", MOST_HOURS * 60 / i64::from(watch_minutes.max(1)), 1_000_000),
            ("watch_minutes", MOST_HOURS * 60 / price.max(1), 1_440),
        ]);
        let advice = advice(&changes, &format!("brings it down to {MOST_HOURS} hours or less"));
        return Some(Warning { text: format!("{}{advice}", begin("")), changes });
    }
    if minutes < LEAST_HOURS * 60 {
        let up = |by: i64| (LEAST_HOURS * 60).saturating_add(by - 1) / by;
        let changes = changes([
            ("skip_price", up(i64::from(watch_minutes.max(1))), 1_000_000),
            ("watch_minutes", up(price.max(1)), 1_440),
        ]);
        let advice = advice(&changes, &format!("makes it {LEAST_HOURS} hours or more"));
        return Some(Warning { text: format!("{}{advice}", begin("only ")), changes });
    }
    None
}

/// Weeks over which what came into being is compared with what was spent.
pub const COMPARED: i64 = 4;
/// So many times what was spent may come into being.
const MOST_MADE: i64 = 3;
/// Less than this in all that time tells nothing.
const LEAST_MADE: i64 = 1_000;

/// What came into being of a currency and what was spent, in some weeks together, where the first is so much more that prices fall
/// behind.
pub fn about_flow(name: &str, made: i64, spent: i64) -> Option<Warning> {
    if made < LEAST_MADE || made <= spent.saturating_mul(MOST_MADE) {
        return None;
    }
    let spent = if spent == 0 { "none".to_owned() } else { format!("only {}", grouped(spent)) };
    let text = format!(
        "In the {COMPARED} weeks before this one {} {name} came into being, and {spent} of them were spent. Members have more \
         than there is to buy: add items, raise prices, or pay smaller rewards.",
        grouped(made)
    );
    Some(Warning { text, changes: Vec::new() })
}

/// So many daily rewards may the cheapest thing cost: a month of them.
const MOST_DAILIES: i64 = 30;

/// For how many daily rewards something can be had, the last of them begun.
pub fn in_dailies(price: i64, daily: i64) -> i64 {
    let daily = daily.max(1);
    price.saturating_add(daily - 1) / daily
}

/// The cheapest thing that can be bought, where daily rewards do not get anybody there within a month.
pub fn about_prices(cheapest: &str, price: i64, daily: i64) -> Option<Warning> {
    let dailies = in_dailies(price, daily);
    if dailies <= MOST_DAILIES {
        return None;
    }
    let fits = u32::try_from(price.saturating_add(MOST_DAILIES - 1) / MOST_DAILIES).ok();
    let fits = fits.filter(|fits| *fits <= 1_000_000);
    let changes: Vec<Change> = fits.map(|value| Change { key: "daily_amount".to_owned(), value }).into_iter().collect();
    let advice = advice(&changes, &format!("brings it down to {MOST_DAILIES} days"));
    let text = format!(
        "The cheapest thing in the shop, {cheapest}, costs {}: {} daily rewards.{advice}",
        grouped(price),
        grouped(dailies)
    );
    Some(Warning { text, changes })
}

/// The changes whose value the setting can have.
fn changes(wanted: [(&str, i64, u32); 2]) -> Vec<Change> {
    let possible = wanted.into_iter().filter_map(|(key, value, most)| {
        let value = u32::try_from(value).ok().filter(|value| (1..=most).contains(value))?;
        Some(Change { key: key.to_owned(), value })
    });
    possible.collect()
}

/// ` /config set … or /config set … brings it down.`
fn advice(changes: &[Change], outcome: &str) -> String {
    let ways: Vec<_> = changes.iter().map(|Change { key, value }| format!("`/config set {key} {value}`")).collect();
    if ways.is_empty() { String::new() } else { format!(" {} {outcome}.", ways.join(" or ")) }
}

/// A number in groups of three digits, with its sign where it is below 0.
pub fn grouped(number: i64) -> String {
    let size = Amount::ZERO.clamped_change(number.saturating_abs());
    if number < 0 { format!("-{size}") } else { size.to_string() }
}

/// Minutes in words: `500 hours`, `1 hour 20 minutes`.
pub fn duration(minutes: i64) -> String {
    let unit = |number: i64, unit: &str| format!("{} {unit}{}", grouped(number), if number == 1 { "" } else { "s" });
    match (minutes / 60, minutes % 60) {
        (0, minutes) => unit(minutes, "minute"),
        (hours, 0) => unit(hours, "hour"),
        (hours, minutes) => format!("{} {}", unit(hours, "hour"), unit(minutes, "minute")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DEFAULT: Prices =
        Prices { is_on: true, skip_price: 1_000, gift_rate: 2, watch_minutes: 30, direct_gift: 2_000 };

    fn told(prices: Prices) -> String {
        warnings(&prices).into_iter().map(|warning| warning.text).collect::<Vec<_>>().join("\n")
    }

    fn with(prices: Prices, change: &Change) -> Prices {
        match change.key.as_str() {
            "skip_price" => Prices { skip_price: change.value, ..prices },
            "gift_rate" => Prices { gift_rate: change.value, ..prices },
            "watch_minutes" => Prices { watch_minutes: change.value, ..prices },
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_default_prices_are_out_of_proportion_and_it_is_told_what_to_change() {
        assert_eq!((DEFAULT.skip_in_gifts(), DEFAULT.skip_in_minutes()), (Some(50_000), 30_000));
        insta::assert_snapshot!(told(DEFAULT), @"
        A skip for 1,000 Luxury Coins takes 50,000 gifted coins, 25 times the 2,000 that lift a song to the same line by themselves. `/config set skip_price 400` or `/config set gift_rate 5` brings it down to 10 times.
        A skip for 1,000 Luxury Coins takes 500 hours of watching. `/config set skip_price 200` or `/config set watch_minutes 6` brings it down to 100 hours or less.
        ");
    }

    #[test]
    fn a_price_that_is_too_low_is_told_as_well() {
        insta::assert_snapshot!(told(Prices { skip_price: 3, ..DEFAULT }), @"
        A skip for 3 Luxury Coins takes only 200 gifted coins, fewer than the 2,000 that lift a song to the same line by themselves: every such lift brings the coins for another skip. `/config set skip_price 40` makes both cost the same.
        A skip for 3 Luxury Coins takes only 1 hour 30 minutes of watching. `/config set skip_price 4` or `/config set watch_minutes 40` makes it 2 hours or more.
        ");
    }

    #[test]
    fn prices_in_proportion_and_an_economy_that_is_off_are_told_apart() {
        assert_eq!(told(Prices { skip_price: 200, ..DEFAULT }), "");
        assert_eq!(told(Prices { skip_price: 1_000, gift_rate: 5, watch_minutes: 6, ..DEFAULT }), "");
        assert!(told(Prices { is_on: false, ..DEFAULT }).starts_with("Luxury Coins are switched off"));
        let no_gifts = Prices { gift_rate: 0, skip_price: 200, ..DEFAULT };
        assert_eq!(
            (no_gifts.skip_in_gifts(), told(no_gifts).as_str()),
            (None, "Gifts earn no Luxury Coins here, only watching does.")
        );
    }

    #[test]
    fn more_that_comes_into_being_than_is_spent_is_told_where_it_is_much_more() {
        let told = |made, spent| about_flow("cookies", made, spent).map(|warning| warning.text);
        for (made, spent) in [(999, 0), (3_000, 1_000), (0, 0), (1_000, 5_000), (i64::MAX, i64::MAX)] {
            assert_eq!(told(made, spent), None, "{made} and {spent}");
        }
        assert!(told(3_001, 1_000).unwrap().contains("3,001 cookies came into being, and only 1,000 of them"));
        assert!(told(1_000, 0).unwrap().contains("and none of them were spent"));
    }

    #[test]
    fn a_shop_in_which_a_month_of_daily_rewards_buys_nothing_is_told_with_what_would_help() {
        for (price, daily) in [(3_000, 100), (0, 100), (1, 1), (30, 0)] {
            assert_eq!(about_prices("a cookie", price, daily), None, "{price} at {daily} a day");
        }
        let warning = about_prices("a cookie", 3_001, 100).unwrap();
        assert!(
            warning.text.contains("costs 3,001: 31 daily rewards. `/config set daily_amount 101`"),
            "{}",
            warning.text
        );
        assert_eq!(about_prices("a cookie", 3_001, warning.changes[0].value.into()), None);
        assert!(about_prices("a boat", i64::MAX, 1).unwrap().changes.is_empty());
    }

    #[test]
    fn durations_and_numbers_are_written_in_words() {
        let shown = [0, 1, 59, 60, 61, 90, 120, 30_000].map(duration);
        assert_eq!(shown[..5], ["0 minutes", "1 minute", "59 minutes", "1 hour", "1 hour 1 minute"]);
        assert_eq!(shown[5..], ["1 hour 30 minutes", "2 hours", "500 hours"]);
        assert_eq!([0, -1_000, 1_234].map(grouped), ["0", "-1,000", "1,234"]);
    }

    proptest! {
        #[test]
        fn whoever_does_what_a_warning_says_is_not_warned_of_it_again(
            skip_price in 1..1_000_001_u32, gift_rate in 0..1_001_u32, watch_minutes in 1..1_441_u32,
        ) {
            let prices = Prices { skip_price, gift_rate, watch_minutes, ..DEFAULT };
            for (at, about) in [about_gifts, about_watching].into_iter().enumerate() {
                for change in about(&prices).into_iter().flat_map(|warning| warning.changes) {
                    let after = about(&with(prices, &change));
                    prop_assert!(after.is_none(), "{at}: {prices:?} with {change:?} gives {after:?}");
                }
            }
        }
    }
}
