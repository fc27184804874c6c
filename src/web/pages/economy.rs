//! The economy of a server, one currency at a time: how much there is and who has it, what came into being and what was spent by week
//! and by what for, and what is out of proportion.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Deserialize;

use super::members::member_link;
use super::shop::in_days;
use crate::features::coins::economy::{Circulation, Holder, Warning};
use crate::features::coins::model::Currency;
use crate::features::coins::queries::circulation;
use crate::features::coins::queries::holders::median;
use crate::features::coins::queries::statistics::{self, Flow, OfCurrency, Sheet};
use crate::features::coins::rules::{Side, side};
use crate::features::currency::queries as currency_settings;
use crate::features::shop::queries::Listed;
use crate::flows::economy::{for_sale, warnings_of};
use crate::flows::known_members;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::address::address;
use crate::web::answer::Problem;
use crate::web::api::currencies::{Currencies, IN_ORDER};
use crate::web::api::ledger::currency_called;
use crate::web::endpoint::{Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{COINS, SETTINGS};
use crate::web::ui::charts::{Chart, Series};
use crate::web::ui::components::{
    Cell, Empty, Row, Tab, Table, Tile, Tone, badge, counted, face, number, spelled, tabs,
};

/// How many members with the largest balances are named.
const LARGEST: usize = 10;
/// How many weeks are looked at, the present one among them.
const WEEKS: i64 = 12;
/// So many causes have a colour of their own; the others share one.
const CAUSES: usize = 4;

/// The economy.
pub struct EconomyPage;

/// Which currency is looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EconomyQuery {
    /// `server`, `luxury` or `points`; the server's own where it has one.
    currency: Option<String>,
}

/// Where the picture of a member is.
type Faces<'a> = &'a dyn Fn(UserId) -> Option<String>;

/// What is seen of a currency.
struct Overview {
    currency: Currency,
    /// What the server calls each of them.
    currencies: Currencies,
    circulation: Circulation,
    /// The names of the largest holders.
    names: Vec<String>,
    median: Option<Amount>,
    history: OfCurrency,
    warnings: Vec<Warning>,
    /// What can be bought with it, the most sold first.
    for_sale: Vec<Listed>,
    /// What a daily claim brings.
    daily: Amount,
}

impl Page for EconomyPage {
    const NAME: &'static str = "economy.page";
    const ABOUT: &'static str =
        "Shows how much there is of a currency, who has it, what it comes from and what it goes for.";
    const PATHS: &'static [&'static str] = &["/g/{server}/economy"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[COINS, SETTINGS];

    type Path = ();
    type Query = EconomyQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "currency=luxury", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, now) = (seen.guild, seen.now);
        let asked = currency_called(seen.query.currency.as_deref())?;
        let mut overview = web.look(Self::NAME, move |read| look(read, guild, asked, now)).await?;
        let largest = overview.circulation.largest.iter().map(|holder| holder.user);
        web.call_by_name(guild, largest.zip(&mut overview.names).collect()).await;
        let faces = |user: UserId| web.face(guild, user);
        Ok(Shown::new("Economy", economy(guild, now, &overview, &faces)))
    }
}

fn look(read: &dyn Read, guild: GuildId, asked: Option<Currency>, now: Timestamp) -> Result<Overview> {
    let usual = if currency_settings::is_on(read, guild)? { Currency::Server } else { Currency::Luxury };
    let currency = asked.unwrap_or(usual);
    let circulation = circulation(read, guild, currency, LARGEST)?;
    let names = circulation.largest.iter().map(|holder| known_members::called(read, guild, holder.user));
    let names = names.collect::<Result<_>>()?;
    let monday = (now.week() - WEEKS + 1).saturating_mul(7).saturating_sub(3);
    let days = monday..now.day().saturating_add(1);
    let asked = statistics::Asked { user: None, currency: Some(currency), days };
    let history = statistics::statistics(read, guild, &asked)?.of.remove(&currency).unwrap_or_default();
    Ok(Overview {
        currency,
        currencies: Currencies::of(read, guild)?,
        warnings: warnings_of(read, guild, currency, &history, now)?,
        median: median(read, guild, currency)?,
        for_sale: most_sold(read, guild, currency, now)?,
        daily: currency_settings::daily_amount(read, guild)?,
        circulation,
        names,
        history,
    })
}

/// What can be bought with a currency, the most sold first.
fn most_sold(read: &dyn Read, guild: GuildId, currency: Currency, now: Timestamp) -> Result<Vec<Listed>> {
    if currency != Currency::Server {
        return Ok(Vec::new());
    }
    let mut listed = for_sale(read, guild, now)?;
    listed.sort_by_key(|listed| std::cmp::Reverse(listed.sold));
    listed.truncate(LARGEST);
    Ok(listed)
}

fn economy(guild: GuildId, now: Timestamp, overview: &Overview, faces: Faces<'_>) -> Markup {
    let page = format!("/g/{guild}/economy");
    let addresses = IN_ORDER.map(|currency| (currency, address(&page, &[("currency", Some(currency.key()))])));
    let views: Vec<Tab<'_>> = addresses
        .iter()
        .map(|(currency, href)| {
            let is_current = *currency == overview.currency;
            Tab { href, label: overview.currencies.title(*currency), is_current }
        })
        .collect();
    html! {
        (tabs("Currency", &views))
        @for warning in &overview.warnings {
            div.notice.warn { p { (badge(Tone::Warn, "Look at this")) " " (spelled(&warning.text)) } }
        }
        (figures(guild, now, overview))
        (sheets(now, overview))
        (weeks(now, overview))
        (bought(overview))
        (largest(guild, overview, faces))
    }
}

/// How much there is, and what became of it this week.
fn figures(guild: GuildId, now: Timestamp, overview: &Overview) -> Markup {
    let Overview { circulation, median, history, .. } = overview;
    let Sheet { came, went, undone, by_hand } = history.sheet(&(now.week()..now.week() + 1));
    let (all, middle) = (number(circulation.coins), median.map_or_else(|| "–".to_owned(), |median| median.to_string()));
    let holders = format!("among {}", counted(circulation.members, "member", "members"));
    let ledger = address(&format!("/g/{guild}/ledger"), &[("currency", Some(overview.currency.key()))]);
    html! {
        div.tiles {
            (Tile { note: Some(&holders), href: Some(&ledger), ..Tile::new("In circulation", &all) })
            (Tile { note: Some("half of them have more"), ..Tile::new("Median", &middle) })
            (Tile { note: Some("this week"), ..Tile::new("Came in", &signed(came)) })
            (Tile { note: Some("this week"), ..Tile::new("Went out", &signed(went.saturating_neg())) })
            @if undone != 0 { (Tile { note: Some("this week"), ..Tile::new("Undone or given back", &signed(undone)) }) }
            @if by_hand != 0 { (Tile { note: Some("this week"), ..Tile::new("By the team", &signed(by_hand)) }) }
        }
    }
}

/// With its sign, unless it is nothing: `+40`, `−5`, `0`.
fn signed(change: i64) -> String {
    match change {
        0 => "0".to_owned(),
        1.. => format!("+{}", number(change)),
        _ => format!("−{}", number(change.saturating_neg())),
    }
}

/// What became of it week by week, so that each line is the line below it and what happened since.
fn sheets(now: Timestamp, overview: &Overview) -> Markup {
    let Overview { circulation, history, .. } = overview;
    let mut then = circulation.coins;
    let mut weeks = Vec::new();
    for week in (now.week() - WEEKS + 1..=now.week()).rev() {
        let sheet = history.sheet(&(week..week + 1));
        weeks.push((week, sheet, then));
        then = then.saturating_sub(sheet.change());
    }
    // Before the first entry there is nothing to be told.
    while weeks.len() > 1 && weeks.last().is_some_and(|(_, sheet, then)| *sheet == Sheet::default() && *then == 0) {
        weeks.pop();
    }
    let row = |(week, sheet, then): &(i64, Sheet, i64)| Row {
        id: None,
        cells: vec![
            Cell::words("Week of", html! { (monday_of(*week)) }),
            Cell::numbers("Came in", html! { (signed(sheet.came)) }),
            Cell::numbers("Went out", html! { (signed(sheet.went.saturating_neg())) }),
            Cell::numbers("Undone or given back", html! { (signed(sheet.undone)) }),
            Cell::numbers("By the team", html! { (signed(sheet.by_hand)) }),
            Cell::numbers("In circulation then", html! { (number(*then)) }),
        ],
    };
    html! {
        section {
            h2 { "Week by week" }
            (Table::new("Week by week", None, weeks.iter().map(row)))
            p.hint {
                "What was in circulation the week before, and these changes, make what is in circulation at the end of a week. What \
                 members give each other only moves."
            }
        }
    }
}

/// The day with which a week begins.
fn monday_of(week: i64) -> String {
    Timestamp::beginning_of_day(week.saturating_mul(7).saturating_sub(3)).strftime("%-d %b")
}

/// What came and what went, by week and by what for.
fn weeks(now: Timestamp, overview: &Overview) -> Markup {
    let weeks: Vec<i64> = (now.week() - WEEKS + 1..=now.week()).collect();
    let places: Vec<String> = weeks.iter().map(|week| monday_of(*week)).collect();
    let name = overview.currencies.title(overview.currency);
    let came = causes(overview, &weeks, (1, |flow| flow.came));
    let went = causes(overview, &weeks, (-1, |flow| flow.went));
    let chart = |id: &str, title: &str, about: &str, causes: &[(String, Vec<u64>)]| {
        let series: Vec<Series<'_>> = causes.iter().map(|(label, values)| Series { label, values }).collect();
        let chart = Chart { id, title, about, axis: "Week of", places: &places, series: &series };
        html! { @if series.is_empty() { p.muted { (title) ": nothing in these weeks." } } @else { (chart.bars()) } }
    };
    html! {
        section.card {
            h2 { "By week and by what for" }
            (chart("made", &format!("{name} that came"), "For each week, what it came from.", &came))
            (chart("spent", &format!("{name} that went"), "For each week, what it went for.", &went))
        }
    }
}

/// The causes with the largest sums, each with its weeks; the others share the last place.
fn causes(overview: &Overview, weeks: &[i64], (direction, amount): (i64, fn(&Flow) -> i64)) -> Vec<(String, Vec<u64>)> {
    let mut by_cause: BTreeMap<&'static str, Vec<u64>> = BTreeMap::new();
    for ((week, kind), flow) in &overview.history.by_week {
        let size = u64::try_from(amount(flow)).unwrap_or(0);
        let place = weeks.iter().position(|of| of == week);
        if size > 0 && side(*kind) != Side::Moved {
            let values = by_cause.entry(kind.of_change(direction)).or_insert_with(|| vec![0; weeks.len()]);
            if let Some(value) = place.and_then(|place| values.get_mut(place)) {
                *value = value.saturating_add(size);
            }
        }
    }
    let mut causes: Vec<(String, Vec<u64>)> =
        by_cause.into_iter().map(|(cause, values)| (cause.to_owned(), values)).collect();
    causes.sort_by_key(|(_, values)| {
        std::cmp::Reverse(values.iter().fold(0_u64, |sum, value| sum.saturating_add(*value)))
    });
    let others = causes.split_off(causes.len().min(CAUSES));
    if !others.is_empty() {
        let at = |place: usize| {
            let values = others.iter().filter_map(|(_, values)| values.get(place));
            values.fold(0_u64, |sum, value| sum.saturating_add(*value))
        };
        causes.push(("other".to_owned(), (0..weeks.len()).map(at).collect()));
    }
    causes
}

/// What people buy, and for how many daily rewards.
fn bought(overview: &Overview) -> Markup {
    let row = |Listed { item, sold, .. }: &Listed| Row {
        id: None,
        cells: vec![
            Cell::words("Item", html! { (item.name) }),
            Cell::numbers("Price", html! { (overview.currencies.short(Currency::Server, item.price)) }),
            Cell::words(
                "To save for it",
                html! { (in_days(item.price, overview.daily).unwrap_or_else(|| "nothing".to_owned())) },
            ),
            Cell::numbers("Sold", html! { (number(*sold)) }),
        ],
    };
    html! {
        @if !overview.for_sale.is_empty() {
            section {
                h2 { "What people buy" }
                (Table::new("What people buy", None, overview.for_sale.iter().map(row)))
            }
        }
    }
}

/// Who has most.
fn largest(guild: GuildId, overview: &Overview, faces: Faces<'_>) -> Markup {
    let all = overview.circulation.coins;
    let row = |(place, (Holder { user, amount }, name)): (usize, (&Holder, &String))| Row {
        id: None,
        cells: vec![
            Cell::numbers("Place", html! { (place + 1) }),
            Cell::words(
                "Member",
                html! { (face(user.get(), name, faces(*user).as_deref())) " " (member_link(guild, *user, name)) },
            ),
            Cell::numbers("Has", html! { (overview.currencies.short(overview.currency, *amount)) }),
            Cell::numbers("Of all", html! { (share(amount.get(), all)) " %" }),
        ],
    };
    let rows = overview.circulation.largest.iter().zip(&overview.names).enumerate().map(row);
    html! {
        section {
            h2 { "Largest holders" }
            @if overview.names.is_empty() {
                (Empty { title: "Nobody has any yet.", text: "Whoever has most will stand here.", action: None })
            } @else {
                (Table::new("Largest holders", None, rows))
            }
        }
    }
}

/// How many of a hundred.
fn share(part: i64, all: i64) -> i64 {
    // Rounded to the nearest.
    let share = (i128::from(part) * 200 + i128::from(all)).checked_div(i128::from(all) * 2).unwrap_or(0);
    i64::try_from(share).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::EntryKind;
    use crate::web::ui::testing::lines;

    const GUILD: GuildId = GuildId::new(5);

    fn now() -> Timestamp {
        Timestamp::from_rfc3339("2026-11-21T20:15:00Z").unwrap()
    }

    fn overview() -> Overview {
        let mut history = OfCurrency::default();
        let week = now().week();
        for (week, kind, came, went) in [
            (week, EntryKind::Daily, 400, 0),
            (week, EntryKind::ShopPurchase, 0, 150),
            (week, EntryKind::TransferSend, 0, 70),
            (week, EntryKind::ShopRefund, 30, 0),
            (week - 1, EntryKind::TaskReward, 50, 0),
            (week - 1, EntryKind::AdminAdd, 40, 0),
            (week - 2, EntryKind::Import, 30, 0),
            (week - 2, EntryKind::Gift, 20, 0),
            (week - 3, EntryKind::WatchTime, 10, 0),
        ] {
            history.by_week.insert((week, kind), Flow { entries: 1, came, went });
        }
        let holder = |user, amount| Holder { user: UserId::new(user), amount: Amount::of(amount) };
        Overview {
            currency: Currency::Server,
            currencies: Currencies::called("<cookies>"),
            circulation: Circulation { coins: 500, members: 2, largest: vec![holder(81, 450), holder(82, 50)] },
            names: vec!["ann".to_owned(), "<b>".to_owned()],
            median: Some(Amount::of(50)),
            history,
            warnings: Vec::new(),
            for_sale: Vec::new(),
            daily: Amount::of(100),
        }
    }

    #[test]
    fn what_came_went_and_was_given_back_adds_up_week_by_week_to_what_is_in_circulation() {
        let mut all = overview();
        all.circulation.coins = 430;
        let page = lines(&sheets(now(), &all));
        let cell = |label: &str, value: &str| format!(r#"data-label="{label}">{value}</td>"#);
        for told in [
            cell("Came in", "+400"),
            cell("Went out", "−150"),
            cell("Undone or given back", "+30"),
            cell("In circulation then", "430"),
            cell("By the team", "+40"),
            cell("In circulation then", "150"),
            cell("In circulation then", "60"),
            cell("In circulation then", "10"),
        ] {
            assert!(page.contains(&told), "{told}: {page}");
        }
        assert_eq!(page.matches("<tr ").count(), 5, "weeks before the first entry are not told: {page}");
    }

    #[test]
    fn the_largest_causes_have_a_colour_and_the_others_share_one() {
        let weeks: Vec<i64> = (now().week() - 3..=now().week()).collect();
        let made = causes(&overview(), &weeks, (1, |flow| flow.came));
        let labels: Vec<&str> = made.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["a daily claim", "a task", "from an administrator", "a refund", "other"]);
        assert_eq!(made[0].1, [0, 0, 0, 400]);
        assert_eq!(made[4].1, [10, 50, 0, 0]);
    }

    #[test]
    fn shares_are_rounded_to_the_nearest() {
        assert_eq!([share(1_100, 8_560), share(940, 8_560), share(675, 8_560), share(0, 0)], [13, 11, 8, 0]);
    }

    #[test]
    fn a_page_tells_shares_and_has_no_markup_of_others() {
        let page = lines(&economy(GUILD, now(), &overview(), &|_| None));
        for told in ["90 %", "10 %", "&lt;cookies&gt;", "&lt;b&gt;", "among 2 members", "+400", "−150"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("<b>") && page.contains(r#"href="/g/5/economy?currency=luxury""#), "{page}");
    }

    #[test]
    fn where_nothing_is_there_is_no_share() {
        assert_eq!((share(5, 0), share(1, 3), share(i64::MAX, i64::MAX)), (0, 33, 100));
    }
}
