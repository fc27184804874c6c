//! How the economy stands, for administrators. Pure.

use serenity::all::ButtonStyle;
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed};

use super::COLOUR;
use crate::bot::coins::components::ECONOMY;
use crate::discord::Draft;
use crate::features::coins::economy::{Economy, Week, duration, grouped};
use crate::kernel::text::{code_table, mention};

/// Most characters of a field.
const FIELD: usize = 1_024;

/// The button to it.
pub fn button() -> CreateActionRow {
    let button = CreateButton::new(ECONOMY.with(&())).label("Economy").style(ButtonStyle::Secondary);
    CreateActionRow::Buttons(vec![button])
}

/// What a skip costs, what there is, what is out of proportion, the last weeks, and who has most.
pub fn shown(economy: &Economy) -> Draft {
    let Economy { prices, circulation, .. } = economy;
    let gifts = match economy.skip_in_gifts {
        Some(gifts) => format!("**{}** gifted coins, or ", grouped(gifts)),
        None => String::new(),
    };
    let text = format!(
        "A skip costs **{} Luxury Coins**. That is {gifts}**{}** of watching.\nIn circulation: **{}** Luxury Coins of \
         **{}** members.",
        grouped(prices.skip_price.into()),
        duration(economy.skip_in_minutes),
        grouped(circulation.coins),
        grouped(i64::try_from(circulation.members).unwrap_or(i64::MAX)),
    );
    let mut embed = CreateEmbed::new().title("Luxury Coins: the economy").colour(COLOUR).description(text);
    for warning in &economy.warnings {
        embed = embed.field("⚠️ Out of proportion", &warning.text, false);
    }
    if economy.warnings.is_empty() {
        embed = embed.field("✅ In proportion", "Gifts and watching both lead to a skip.", false);
    }
    embed = embed.field("Made and spent by week", weeks(&economy.weeks), false);
    let largest = circulation.largest.iter();
    let largest: Vec<_> = largest.map(|holder| format!("{} **{}**", mention(holder.user), holder.amount)).collect();
    if !largest.is_empty() {
        embed = embed.field("The largest balances", largest.join("\n"), false);
    }
    Draft::embed(embed)
}

/// What was spent is below 0; "other" is what was given back, taken back, or came in any other way.
fn weeks(weeks: &[Week]) -> String {
    let row = |week: &Week| {
        let sums = &week.sums;
        let day = week.begins.strftime("%m-%d");
        let other = sums.corrected.saturating_add(sums.others);
        let numbers =
            [sums.gifts, sums.watching, sums.staff, sums.skips.saturating_neg(), sums.removed.saturating_neg(), other];
        std::iter::once(day).chain(numbers.map(grouped)).collect::<Vec<_>>()
    };
    let head = ["from", "gifts", "watch", "staff", "skips", "removed", "other"];
    code_table(&head, &weeks.iter().map(row).collect::<Vec<_>>(), 0, FIELD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::economy::{Circulation, Holder, Prices, warnings};
    use crate::features::coins::weeks::{WeekNumber, WeekSums};
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::{GuildId, UserId};
    use crate::kernel::time::Timestamp;

    fn economy(sums: WeekSums, holder: Holder) -> Economy {
        let prices = Prices { is_on: true, skip_price: 1_000, gift_rate: 2, watch_minutes: 30, direct_gift: 2_000 };
        let week = WeekNumber::of(Timestamp::from_millis(1_763_756_100_000));
        Economy {
            guild: GuildId::new(5),
            prices,
            skip_in_gifts: prices.skip_in_gifts(),
            skip_in_minutes: prices.skip_in_minutes(),
            circulation: Circulation { coins: 2_043, members: 2, largest: vec![holder; 10] },
            weeks: (0..8).map(|before| Week { begins: week.before(before).begins(), sums }).collect(),
            warnings: warnings(&prices),
        }
    }

    fn embed_of(economy: &Economy) -> serde_json::Value {
        serde_json::to_value(shown(economy).into_message()).unwrap()["embeds"][0].clone()
    }

    #[test]
    fn an_administrator_reads_prices_warnings_weeks_and_holders() {
        let sums = WeekSums { gifts: 2_000, watching: 43, skips: 1_000, corrected: 1_000, ..WeekSums::default() };
        let holder = Holder { user: UserId::new(7), amount: Amount::of(1_500) };
        let mut economy = economy(sums, holder);
        economy.weeks.truncate(2);
        economy.circulation.largest.truncate(1);
        let embed = embed_of(&economy);
        let fields = embed["fields"].as_array().unwrap().iter();
        let fields: Vec<_> = fields
            .map(|field| format!("{}\n{}", field["name"].as_str().unwrap(), field["value"].as_str().unwrap()))
            .collect();
        insta::assert_snapshot!(format!("{}\n{}", embed["description"].as_str().unwrap(), fields.join("\n")), @"
        A skip costs **1,000 Luxury Coins**. That is **50,000** gifted coins, or **500 hours** of watching.
        In circulation: **2,043** Luxury Coins of **2** members.
        ⚠️ Out of proportion
        A skip for 1,000 Luxury Coins takes 50,000 gifted coins, 25 times the 2,000 that lift a song to the same line by themselves. `/config set skip_price 400` or `/config set gift_rate 5` brings it down to 10 times.
        ⚠️ Out of proportion
        A skip for 1,000 Luxury Coins takes 500 hours of watching. `/config set skip_price 200` or `/config set watch_minutes 6` brings it down to 100 hours or less.
        Made and spent by week
        ```
        from  gifts watch staff  skips removed other
        --------------------------------------------
        11-17 2,000    43     0 -1,000       0 1,000
        11-10 2,000    43     0 -1,000       0 1,000
        ```
        The largest balances
        <@7> **1,500**
        ");
    }

    #[test]
    fn the_embed_fits_whatever_the_numbers_are() {
        let most = i64::MAX;
        let sums = WeekSums {
            gifts: most,
            watching: most,
            staff: most,
            skips: most,
            removed: most,
            corrected: most,
            others: most,
        };
        let embed = embed_of(&economy(sums, Holder { user: UserId::new(u64::MAX), amount: Amount::MAX }));
        let fields = embed["fields"].as_array().unwrap();
        assert!(fields.iter().all(|field| (1..=1_024).contains(&field["value"].as_str().unwrap().chars().count())));
        assert!(embed.to_string().chars().count() < 6_000);
    }
}
