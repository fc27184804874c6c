//! The shop as a member uses it: what they have, what they can buy, and what they can still give back.

use maud::{Markup, html};

use super::orders::state;
use super::{About, called};
use crate::features::coins;
use crate::features::coins::model::Currency;
use crate::features::shop::model::{Item, ItemId, ItemKind, Stock};
use crate::features::shop::queries::{self, Bought, Holding, Listed, Of};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::money::Money;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::me::own_account;
use crate::web::api::shop::list::{Found, ShopQuery, Wanted, find};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{COINS, SETTINGS, SHOP};
use crate::web::ui::components::{
    Button, Cell, Empty, Field, Form, Input, Row, Table, Tile, Tone, badge, filters, moment, number,
};

/// Purchases that are shown.
const LATEST: usize = 20;

/// What a member has, and can buy.
pub struct OwnShopPage;

struct Known {
    balance: Amount,
    about: About,
    for_sale: Found,
    holdings: Vec<Holding>,
    purchases: Vec<Bought>,
}

impl Known {
    fn look(read: &dyn Read, guild: GuildId, user: UserId, wanted: &Wanted, now: Timestamp) -> Result<Self> {
        Ok(Self {
            balance: coins::queries::balance(read, guild, Currency::Server, user)?,
            about: About::look(read, guild)?,
            for_sale: find(read, guild, wanted, now)?,
            holdings: queries::inventory(read, guild, user)?,
            purchases: queries::purchases(read, guild, Of::User(user), None, LATEST)?,
        })
    }
}

impl Page for OwnShopPage {
    const NAME: &'static str = "shop.own_page";
    const ABOUT: &'static str = "Shows a member what they have, what they can buy, and what they can still give back.";
    const PATHS: &'static [&'static str] = &["/me/{server}/shop"];
    const WHO: Who = Who::Member;
    const HINTS: &'static [Topic] = &[SHOP, COINS, SETTINGS];

    type Path = ();
    type Query = ShopQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, user, now) = (seen.guild, own_account(&seen.visitor)?, seen.now);
        let wanted = seen.query.wanted(seen.rank)?.for_sale();
        let known = web.look(Self::NAME, move |read| Known::look(read, guild, user, &wanted, now)).await?;
        let (name, balance) = (
            web.bot.standings.guild_of_bot(guild).map(|guild| guild.name).unwrap_or_default(),
            known.about.money.short(known.balance),
        );
        let daily = format!("A daily claim brings {}.", known.about.money.plain(known.about.daily));
        let main = html! {
            div.tiles { (Tile { note: Some(&daily), ..Tile::new(&known.about.money.name, &balance) }) }
            (inventory(seen, &known.holdings))
            (for_sale(seen, &known))
            (code(seen))
            (purchases(seen, &known.purchases, &known.about.money))
        };
        let crumbs = vec![("/me".to_owned(), "You".to_owned()), (format!("/me/{guild}"), format!("You in {name}"))];
        Ok(Shown { crumbs, ..Shown::new("Shop", main) })
    }
}

/// The field and the button of something that is done so many times.
fn times(seen: &Seen<OwnShopPage>, id: ItemId, item: &Item, (verb, label): (&str, &str)) -> Markup {
    let action = format!("/me/{}/shop/{id}/{verb}", seen.guild);
    let (field, sealed) = (format!("{verb}-{id}"), seen.seal(&format!("{verb}-{id}")));
    let how_many = format!("How many of {}", item.name);
    let form = Form { is_quiet: true, ..Form::new(&action, sealed.seal()) };
    let fields = html! {
        div.times {
            input.number id=(field) name="quantity" type="text" inputmode="numeric" value="1" autocomplete="off" aria-label=(how_many);
            (Button { about: Some(&item.name), ..Button::plain(label) })
        }
    };
    form.around(&fields)
}

fn inventory(seen: &Seen<OwnShopPage>, holdings: &[Holding]) -> Markup {
    let row = |Holding { id, item, quantity }: &Holding| Row {
        id: Some(id.to_string()),
        cells: vec![
            Cell::words(
                "Item",
                html! { (called(item)) @if !item.description.is_empty() { p.hint { (item.description) } } },
            ),
            Cell::numbers("You have", html! { (number(*quantity)) }),
            Cell::words(
                "Use",
                html! { @if item.kind == ItemKind::Consumable { (times(seen, *id, item, ("use", "Use"))) } @else if item.kind == ItemKind::Order { span.muted { "the team hands it over" } } @else if item.kind.role().is_some() { span.muted { "it gives a role" } } @else { span.muted { "is kept" } } },
            ),
        ],
    };
    html! {
        section.card #inventory {
            h2 { "What you have" }
            @if holdings.is_empty() { p.muted { "Nothing yet. What you buy stands here." } }
            @else { (Table::new("What you have", Some("inventory"), holdings.iter().map(row))) }
        }
    }
}

fn for_sale(seen: &Seen<OwnShopPage>, known: &Known) -> Markup {
    let row = |Listed { id, item, .. }: &Listed| Row {
        id: Some(id.to_string()),
        cells: vec![
            Cell::words(
                "Item",
                html! { (called(item)) @if !item.description.is_empty() { p.hint { (item.description) } } },
            ),
            Cell::numbers("Price", html! { (known.about.money.short(item.price)) }),
            Cell::numbers("Left", super::stock(item.stock)),
            Cell::words(
                "Buy",
                html! {
                    @if item.stock == Stock::Pieces(0) { (badge(Tone::Warn, "sold out")) }
                    @else if known.balance < item.price { span.muted { (number(item.price.get().saturating_sub(known.balance.get()))) " more " (known.about.money.name) " needed" } }
                    @else { (times(seen, *id, item, ("buy", "Buy"))) }
                },
            ),
        ],
    };
    let page = format!("/me/{}/shop", seen.guild);
    html! {
        section.card {
            h2 { "For sale" }
            @if !seen.filter.is_empty() || known.for_sale.next.is_some() { (search(seen)) }
            @if known.for_sale.items.is_empty() && !seen.filter.is_empty() {
                (Empty { title: "Nothing for sale is called so.", text: "Try another word.", action: Some((&page, "Show all")) })
            } @else if known.for_sale.items.is_empty() {
                (Empty { title: "Nothing is for sale.", text: "As soon as the team puts something into the shop, it stands here.", action: None })
            } @else {
                (Table::new("For sale", Some("shop"), known.for_sale.items.iter().map(row)))
                (seen.filter.paging(&page, "after", known.for_sale.next))
            }
        }
    }
}

/// The form that looks for something that is for sale.
fn search(seen: &Seen<OwnShopPage>) -> Markup {
    let field = Field { input: Input::Search, value: seen.filter.value("q"), ..Field::new("q", "Search") };
    filters(&format!("/me/{}/shop", seen.guild), &html! { (field) })
}

/// The field for a code that the team gave away.
fn code(seen: &Seen<OwnShopPage>) -> Markup {
    let (action, sealed) = (format!("/me/{}/shop/redeem", seen.guild), seen.seal("redeem"));
    let error = seen.wrong("code");
    html! {
        section.card #code {
            h2 { "A code" }
            (Form::new(&action, sealed.seal()).around(&html! {
                (Field {
                    value: seen.typed("code").unwrap_or_default(),
                    error: error.as_deref(),
                    hint: Some("If the team gave you a code, type it here."),
                    most: Some(100),
                    is_required: true,
                    ..Field::new("code", "Code")
                })
                (Button::plain("Redeem"))
            }))
        }
    }
}

fn purchases(seen: &Seen<OwnShopPage>, bought: &[Bought], money: &Money) -> Markup {
    let row = |one: &Bought| {
        let Bought { id, purchase, item } = one;
        let give_back = queries::is_returnable(purchase, seen.now).then(|| give_back(seen, one, money));
        Row {
            id: Some(id.to_string()),
            cells: vec![
                Cell::words("Item", html! { (number(purchase.quantity)) " × " (called(item)) }),
                Cell::numbers("Paid", html! { (money.short(purchase.total())) }),
                Cell::words("Bought", moment(purchase.at)),
                Cell::words("State", html! { (state(purchase)) @if let Some(give_back) = give_back { (give_back) } }),
            ],
        }
    };
    html! {
        @if !bought.is_empty() {
            section.card {
                h2 { "What you bought last" }
                (Table::new("What you bought last", None, bought.iter().map(row)))
            }
        }
    }
}

/// The button that gives something back, which is asked about: somebody else may buy it meanwhile.
fn give_back(seen: &Seen<OwnShopPage>, Bought { id, purchase, item }: &Bought, money: &Money) -> Markup {
    let action = format!("/me/{}/shop/purchases/{id}/return", seen.guild);
    let sealed = seen.seal(&format!("return-{id}"));
    let asked = format!("Give {} × {} back for {}?", purchase.quantity, item.name, money.plain(purchase.total()));
    let form = Form { confirm: Some(&asked), ..Form::new(&action, sealed.seal()) };
    html! {
        (form.around(&html! { (Button { about: Some(&item.name), ..Button::plain("Give back") }) }))
        p.hint { "until " (moment(purchase.refundable_until)) }
    }
}
