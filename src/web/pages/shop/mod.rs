//! The shop of a server: its items with price, stock and how each is on Discord. Beside it one item with its form, the orders, the
//! codes, and what a member sees of it for themselves.

mod codes;
pub(super) mod form;
mod item;
mod orders;
mod own;

pub use codes::CodesPage;
pub use item::{ItemPage, NewItemPage};
pub use orders::OrdersPage;
pub use own::OwnShopPage;

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::features::currency;
use crate::features::shop::model::{Item, ItemId, Stock};
use crate::features::shop::queries::{self, Listed};
use crate::flows::offers_followed::{Origin, origin_of_item};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::money::{self, Money};
use crate::posts::{PostState, Sync};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::{Rank, Who};
use crate::web::address::address;
use crate::web::answer::Problem;
use crate::web::api::shop::list::{Found, SORTS, ShopQuery, SortedBy, Wanted, find};
use crate::web::endpoint::{Sample, Samples};
use crate::web::filter::Filter;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{POSTS, SETTINGS, SHOP};
use crate::web::ui::components::{
    Button, Cell, Choice, Empty, Field, Input, Order, Row, Select, Sort, Tab, Table, Tone, acts, badge, counted,
    filters, moment, number, tabs,
};

/// Orders that are counted.
const MOST_ORDERS: usize = 1_000;

/// The items.
pub struct ShopPage;

/// What is on the page.
struct View {
    guild: GuildId,
    rank: Rank,
    now: Timestamp,
    found: Found,
    /// How each of them is on Discord.
    posts: Vec<Option<PostState>>,
    /// Those that are from the catalogue for all servers.
    origins: BTreeMap<ItemId, Origin>,
    about: About,
}

/// What all pages of the shop say of it.
pub(super) struct About {
    money: Money,
    /// What a daily claim brings.
    daily: Amount,
    categories: Vec<String>,
    has_channel: bool,
    /// Orders that wait.
    waiting: usize,
}

impl About {
    pub(super) fn look(read: &dyn Read, guild: GuildId) -> Result<Self> {
        Ok(Self {
            money: money::of(read, guild)?,
            daily: currency::queries::daily_amount(read, guild)?,
            categories: queries::categories(read, guild)?,
            has_channel: queries::channel(read, guild)?.is_some(),
            waiting: queries::count_waiting(read, guild, MOST_ORDERS)?,
        })
    }
}

impl Page for ShopPage {
    const NAME: &'static str = "shop.page";
    const ABOUT: &'static str = "Shows the items of the shop with price, stock and how each is on Discord.";
    const PATHS: &'static [&'static str] = &["/g/{server}/shop"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[SHOP, POSTS, SETTINGS];

    type Path = ();
    type Query = ShopQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "sort=-price", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, rank, now) = (seen.guild, seen.rank, seen.now);
        let is_unclear = seen.filter.is_unclear();
        let wanted = seen.query.wanted(rank)?;
        let asked = wanted.clone();
        let view = web.look(Self::NAME, move |read| {
            let found = find(read, guild, &asked, now)?;
            let posts = found.items.iter().map(|listed| queries::post(read, guild, listed.id));
            let posts = posts.collect::<Result<_>>()?;
            let mut origins = BTreeMap::new();
            for Listed { id, item, .. } in &found.items {
                origins.extend(origin_of_item(read, guild, *id, item)?.map(|origin| (*id, origin)));
            }
            Ok(View { guild, rank, now, posts, origins, found, about: About::look(read, guild)? })
        });
        let view = view.await?;
        let main = html! {
            (shop_tabs(guild, rank, ShopTab::Items, view.about.waiting))
            (asked_for(guild, &seen.filter, &view.about.categories))
            @if !is_unclear {
                (acts(seen.seal("acts").seal()))
                (view.items(&wanted, &seen.filter))
            }
        };
        let actions = rank
            .reaches(Who::Admin)
            .then(|| html! { a class="button main" href={ "/g/" (guild) "/shop/new" } { "New item" } });
        Ok(Shown { actions, ..Shown::new("Shop", main) })
    }
}

/// One of the pages of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShopTab {
    Items,
    Orders,
    Codes,
}

/// The pages of the shop that somebody may open.
fn shop_tabs(guild: GuildId, rank: Rank, current: ShopTab, waiting: usize) -> Markup {
    let base = format!("/g/{guild}/shop");
    let orders = match waiting {
        0 => "Orders".to_owned(),
        waiting => format!("Orders ({})", number(waiting)),
    };
    let all = [
        (ShopTab::Items, base.clone(), "Items", Who::Viewer),
        (ShopTab::Orders, format!("{base}/orders"), orders.as_str(), Who::Moderator),
        (ShopTab::Codes, format!("{base}/codes"), "Codes", Who::Admin),
    ];
    let open: Vec<Tab<'_>> = all
        .iter()
        .filter(|(.., who)| rank.reaches(*who))
        .map(|(tab, href, label, _)| Tab { href, label, is_current: *tab == current })
        .collect();
    html! { @if open.len() > 1 { (tabs("Shop", &open)) } }
}

/// The form that asks for items.
fn asked_for(guild: GuildId, filter: &Filter, categories: &[String]) -> Markup {
    let of_category = categories.iter().map(|category| Choice::new(category, category));
    let of_category: Vec<Choice<'_>> = std::iter::once(Choice::new("", "All categories")).chain(of_category).collect();
    let sold = [Choice::new("", "All items"), Choice::new("true", "Without hidden ones")];
    let fields = html! {
        (Field { input: Input::Search, value: filter.value("q"), hint: Some("A part of the name"), ..Field::new("q", "Search") })
        (Select { chosen: filter.value("category"), ..Select::new("category", "Category", &of_category) })
        (Select {
            chosen: filter.value("active_only"),
            error: filter.error("active_only"),
            ..Select::new("active_only", "Show", &sold)
        })
        @if !filter.value("sort").is_empty() && filter.error("sort").is_none() {
            input type="hidden" name="sort" value=(filter.value("sort"));
        }
    };
    filters(&format!("/g/{guild}/shop"), &fields)
}

impl View {
    fn items(&self, wanted: &Wanted, filter: &Filter) -> Markup {
        let page = format!("/g/{}/shop", self.guild);
        html! {
            @if !self.about.has_channel && self.rank.reaches(Who::Admin) { (no_channel(self.guild)) }
            @if self.found.items.is_empty() {
                (self.empty(filter))
            } @else {
                (self.table(wanted, filter))
                (filter.paging(&page, "after", self.found.next))
            }
        }
    }

    fn empty(&self, filter: &Filter) -> Markup {
        let page = format!("/g/{}/shop", self.guild);
        let new = format!("{page}/new");
        let text = format!(
            "An item is something that members buy for {}: a role, a badge, a song on demand.",
            self.about.money.name
        );
        let is_admin = self.rank.reaches(Who::Admin);
        html! {
            @if filter.is_empty() {
                (Empty { title: "No items yet.", text: &text, action: is_admin.then_some((new.as_str(), "Make the first")) })
            } @else {
                (Empty { title: "No item fits.", text: "Try another word or category.", action: Some((&page, "Show all")) })
            }
        }
    }

    fn table(&self, wanted: &Wanted, filter: &Filter) -> Markup {
        let ways: Vec<(&str, SortedBy, String)> =
            [("Price", SortedBy::Price), ("Stock", SortedBy::Stock), ("Sold", SortedBy::Sold)]
                .into_iter()
                .map(|(label, sort)| (label, sort, sorted_at(self.guild, filter, wanted, sort)))
                .collect();
        let sorts: Vec<(&str, Sort<'_>)> =
            ways.iter().map(|(label, sort, href)| (*label, Sort { href, order: order(wanted, *sort) })).collect();
        let rows = self.found.items.iter().zip(&self.posts).map(|(listed, post)| self.row(listed, post.as_ref()));
        html! { (Table { sorts: &sorts, ..Table::new("Items", Some("shop"), rows) }) }
    }

    fn row(&self, listed: &Listed, post: Option<&PostState>) -> Row {
        let Listed { id, item, sold } = listed;
        let days = in_days(item.price, self.about.daily);
        Row {
            id: Some(id.to_string()),
            cells: vec![
                Cell::words(
                    "Item",
                    html! { (item_link(self.guild, *id, item)) p.hint { (item.category) (told_origin(self.origins.get(id))) } },
                ),
                Cell::numbers(
                    "Price",
                    html! { (self.about.money.short(item.price)) @if let Some(days) = days { p.hint { (days) } } },
                ),
                Cell::numbers("Stock", self.stock(*id, item)),
                Cell::numbers("Sold", html! { (number(*sold)) }),
                Cell::words("State", html! { (state(item, self.now)) }),
                Cell::words("On Discord", html! { (on_discord(post)) }),
            ],
        }
    }

    /// How many there are, with the buttons that change that at once.
    fn stock(&self, id: ItemId, item: &Item) -> Markup {
        html! {
            (stock(item.stock))
            @if self.rank.reaches(Who::Admin) && matches!(item.stock, Stock::Pieces(_)) {
                div.steppers { (step(self.guild, id, item, -1)) (step(self.guild, id, item, 1)) (step(self.guild, id, item, 10)) }
            }
        }
    }
}

/// What is said behind the category of an item that is from the catalogue.
const fn told_origin(origin: Option<&Origin>) -> &'static str {
    match origin {
        None => "",
        Some(Origin::Follows) => " · from the catalogue",
        Some(Origin::Own) => " · from the catalogue, changed here",
    }
}

/// Where a list is sorted by a column, or the other way round. What is sold, and how much there is, comes with the largest first.
fn sorted_at(guild: GuildId, filter: &Filter, wanted: &Wanted, sort: SortedBy) -> String {
    let word = SORTS.iter().find(|(_, known)| *known == sort).map_or("", |(word, _)| *word);
    let is_reversed = if wanted.sort.0 == sort { !wanted.sort.1 } else { sort == SortedBy::Sold };
    let word = if is_reversed { format!("-{word}") } else { word.to_owned() };
    let kept = ["q", "category", "active_only"]
        .map(|field| (field, Some(filter.value(field)).filter(|value| !value.is_empty())));
    address(&format!("/g/{guild}/shop"), &kept.into_iter().chain([("sort", Some(word.as_str()))]).collect::<Vec<_>>())
}

fn order(wanted: &Wanted, sort: SortedBy) -> Option<Order> {
    let order = if wanted.sort.1 { Order::Falling } else { Order::Rising };
    (wanted.sort.0 == sort).then_some(order)
}

/// A button that changes the stock by so many; none that takes from nothing.
fn step(guild: GuildId, id: ItemId, item: &Item, by: i64) -> Markup {
    if by < 0 && item.stock == Stock::Pieces(0) {
        return html! {};
    }
    let operation = if by < 0 { "subtract" } else { "add" };
    let act = format!("/g/{guild}/shop/{id}/stock?operation={operation}");
    let (label, quantity) = (format!("{}{}", if by < 0 { "−" } else { "+" }, by.abs()), by.abs().to_string());
    let about = format!("of {}", item.name);
    html! { (Button { act: Some(&act), sends: Some(("quantity", &quantity)), about: Some(&about), ..Button::plain(&label) }) }
}

/// Where items are not shown on Discord, and what mends that.
fn no_channel(guild: GuildId) -> Markup {
    html! {
        div.notice.info {
            p {
                "Items are not shown on Discord: there is no shop channel yet. Members still buy with " code { "/buy" } "."
            }
            a.button href={ "/g/" (guild) "/settings/economy#f-shop_channel_id" } { "Choose the channel" }
        }
    }
}

/// An item by its emoji and name, which lead to its page.
fn item_link(guild: GuildId, id: ItemId, item: &Item) -> Markup {
    html! { a href={ "/g/" (guild) "/shop/" (id) } { (called(item)) } }
}

/// What an item is called. An emoji of a server is known by its number alone, and is its name here.
pub(super) fn called(item: &Item) -> String {
    match item.emoji.as_deref() {
        Some(emoji) if !emoji.starts_with('<') => format!("{emoji} {}", item.name),
        _ => item.name.clone(),
    }
}

/// How many there are.
pub(super) fn stock(stock: Stock) -> Markup {
    html! {
        @match stock {
            Stock::Unlimited => "any number",
            Stock::Pieces(left) => (number(left)),
        }
    }
}

/// Whether it can be bought, in a word.
pub(super) fn state(item: &Item, now: Timestamp) -> Markup {
    html! {
        @if item.removed_at.is_some() {
            (badge(Tone::Quiet, "removed"))
        } @else if !item.is_active {
            (badge(Tone::Quiet, "hidden"))
        } @else if let Some(from) = item.from.filter(|from| now < *from) {
            (badge(Tone::Info, "for sale later")) p.hint { "from " (moment(from)) }
        } @else if let Some(until) = item.until.filter(|until| *until <= now) {
            (badge(Tone::Quiet, "over")) p.hint { "until " (moment(until)) }
        } @else if !item.stock.holds(1) {
            (badge(Tone::Warn, "sold out"))
        } @else {
            (badge(Tone::Good, "for sale"))
        }
    }
}

/// How the message of an item is.
fn on_discord(post: Option<&PostState>) -> Markup {
    let Some(post) = post else { return badge(Tone::Quiet, "not shown") };
    let (tone, word) = match post.sync {
        Sync::Synced => (Tone::Good, "up to date"),
        Sync::PendingSync => (Tone::Info, "on its way"),
        Sync::Orphaned => (Tone::Warn, "deleted there"),
        Sync::Failed => (Tone::Bad, "not possible"),
    };
    html! {
        (badge(tone, word))
        @if let Some(reason) = post.reason.as_deref().filter(|_| post.sync != Sync::Synced) { p.hint { (reason) } }
    }
}

/// How long somebody claims their daily reward for a price; nothing where it costs nothing.
pub(in crate::web::pages) fn in_days(price: Amount, daily: Amount) -> Option<String> {
    let (price, daily) = (price.get(), daily.get().max(1));
    if price == 0 {
        return None;
    }
    // To the nearest half day: whoever sets a price wants to know how much it is, not how much exactly.
    let halves = price.saturating_mul(2).saturating_add(daily / 2) / daily;
    Some(match halves {
        0 => "less than half a day of dailies".to_owned(),
        1 => "≈ half a day of dailies".to_owned(),
        2..20 if halves % 2 == 1 => format!("≈ {}½ days of dailies", halves / 2),
        _ => format!("≈ {} of dailies", counted(halves / 2, "day", "days")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    const NOW: Timestamp = Timestamp::from_millis(1_795_292_100_000);

    #[test]
    fn a_price_is_told_in_days_of_dailies() {
        let told = |price: u32| in_days(Amount::of(price), Amount::of(100));
        assert_eq!(told(0), None);
        for (price, days) in [
            (10, "less than half a day of dailies"),
            (50, "≈ half a day of dailies"),
            (100, "≈ 1 day of dailies"),
            (150, "≈ 1½ days of dailies"),
            (900, "≈ 9 days of dailies"),
            (1_000_000_000, "≈ 10,000,000 days of dailies"),
        ] {
            assert_eq!(told(price).as_deref(), Some(days), "{price}");
        }
        assert!(in_days(Amount::of(5), Amount::ZERO).is_some(), "nothing is divided by nothing");
    }

    #[test]
    fn a_state_is_a_word_for_what_stands_in_the_way() {
        let item = Item::new("Cookie", Amount::of(100));
        let word = |item: &Item| lines(&state(item, NOW));
        let later = NOW.after(std::time::Duration::from_hours(1));
        assert!(word(&item).contains("for sale</span>"), "{}", word(&item));
        assert!(word(&Item { is_active: false, ..item.clone() }).contains("hidden"));
        assert!(word(&Item { stock: Stock::Pieces(0), ..item.clone() }).contains("sold out"));
        assert!(word(&Item { from: Some(later), ..item.clone() }).contains("for sale later"));
        assert!(word(&Item { until: Some(NOW), ..item.clone() }).contains("over"));
    }

    #[test]
    fn how_a_message_is_says_why_it_is_not_as_it_should_be() {
        let channel = crate::kernel::ids::ChannelId::new(5);
        let post =
            |sync, reason: Option<&str>| PostState { channel, message: None, sync, reason: reason.map(str::to_owned) };
        let told = |post: &PostState| lines(&on_discord(Some(post)));
        assert!(told(&post(Sync::Synced, None)).contains("up to date"));
        assert!(told(&post(Sync::PendingSync, None)).contains("on its way"));
        let failed = told(&post(Sync::Failed, Some("I lack <Send Messages>.")));
        assert!(failed.contains("not possible") && failed.contains("I lack &lt;Send Messages&gt;."), "{failed}");
        assert!(lines(&on_discord(None)).contains("not shown"));
    }
}
