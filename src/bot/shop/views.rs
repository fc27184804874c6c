//! What people read of the shop. Pure: read models in, drafts out.

use std::borrow::Cow;

use serenity::all::{ButtonStyle, Colour};
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed};

use super::components::{BUY, GIVE_BACK, HAND_OVER, INVENTORY_PAGE, PAGE, PAGE_SIZE, REFUND, REVOKE};
use crate::discord::{Draft, paging};
use crate::features::shop::model::{CONSUMABLE, Code, CodeGift, Item, ItemId, ItemKind, PurchaseState, Stock};
use crate::features::shop::queries::{self, Bought as Purchased, Holding, Listed, ListedCode};
use crate::features::shop::service::Used;
use crate::flows::code_redeemed::Given;
use crate::flows::shop_bought::Bought;
use crate::flows::shop_refunded::Refunded;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::sentence::NO_COMMANDS;
use crate::kernel::text::{MomentStyle, channel, code, escape, mention, moment, role, truncate};
use crate::kernel::time::Timestamp;
use crate::money::Money;

/// The colour of everything about the shop.
const COLOUR: Colour = Colour::new(0x0034_98DB);
/// The longest description in a list.
const SHORT: usize = 100;
/// The longest title of a form, and the longest words in an empty field.
const FORM_TITLE: usize = 45;
const HINT: usize = 100;
/// Digits of the largest quantity, with a sign between its groups.
pub const LONGEST_QUANTITY: u16 = 6;

/// The message of an item in the shop channel (`T-HLP-28`), which pings nobody. Who may not buy it is told so at the click.
pub fn message(id: ItemId, item: &Item, money: &Money) -> Draft {
    let is_sold_out = item.stock == Stock::Pieces(0);
    let label = match (item.is_active, item.withheld.is_some(), is_sold_out) {
        (false, ..) => "Not for sale",
        (true, true, _) => "Not for sale right now",
        (true, false, true) => "Sold out",
        (true, false, false) => "Buy",
    };
    let button = CreateButton::new(BUY.with(&id)).label(label).style(ButtonStyle::Success);
    let button = button.disabled(!item.is_active || item.withheld.is_some() || is_sold_out);
    Draft::embed(embed(item, money)).row(CreateActionRow::Buttons(vec![button]))
}

/// The answer to `/shop item`.
pub fn item(id: ItemId, item: &Item, sold: u64, money: &Money, now: Timestamp) -> Draft {
    let shown = embed(item, money).field("Sold", sold.to_string(), true).field("Number", id.to_string(), true);
    let is_open = item.is_for_sale(now) && item.stock.holds(1);
    let button = CreateButton::new(BUY.with(&id)).label(if is_open { "Buy" } else { "Not for sale now" });
    let button = button.style(ButtonStyle::Success).disabled(!is_open);
    Draft::embed(shown).row(CreateActionRow::Buttons(vec![button]))
}

fn embed(item: &Item, money: &Money) -> CreateEmbed {
    let at = |at: Timestamp| moment(at, MomentStyle::ShortDateTime);
    let mut embed = CreateEmbed::new()
        .title(title(item))
        .colour(COLOUR)
        .field("Price", price(item, money), true)
        .field("Stock", stock(item.stock), true);
    if let Some(category) = category(item) {
        embed = embed.field("Category", escape(category), true);
    }
    if !item.description.is_empty() {
        embed = embed.description(escape(&item.description));
    }
    if let Some(does) = does(item.kind) {
        embed = embed.field("What it does", does, false);
    }
    if let Some(needed) = item.required_role {
        embed = embed.field("For members with", role(needed), true);
    }
    if let Some(limit) = item.per_member {
        embed = embed.field("Each member", format!("up to {limit}"), true);
    }
    if item.from.is_some() || item.until.is_some() {
        let from = item.from.map(|from| format!("from {}", at(from)));
        let until = item.until.map(|until| format!("until {}", at(until)));
        let when = from.into_iter().chain(until).collect::<Vec<_>>().join(" ");
        embed = embed.field("For sale", when, true);
    }
    embed
}

/// The category of an item, unless it would say a false kind of it.
fn category(item: &Item) -> Option<&str> {
    let is_false = item.kind != ItemKind::Consumable && item.category.eq_ignore_ascii_case(CONSUMABLE);
    Some(item.category.as_str()).filter(|category| !category.is_empty() && !is_false)
}

/// What an item does that is not plain from its name.
fn does(kind: ItemKind) -> Option<String> {
    match kind {
        ItemKind::Consumable | ItemKind::Other => None,
        ItemKind::Order => Some("Somebody of the team hands it over to you.".to_owned()),
        ItemKind::Role { role: given, hours: None } => Some(format!("You get the role {} for good.", role(given))),
        ItemKind::Role { role: given, hours: Some(hours) } => {
            Some(format!("You get the role {} for {}.", role(given), lasting(hours)))
        }
    }
}

fn lasting(hours: u32) -> String {
    match (hours, hours % 24) {
        (1, _) => "an hour".to_owned(),
        (24, _) => "a day".to_owned(),
        (hours, 0) => format!("{} days", hours / 24),
        (hours, _) => format!("{hours} hours"),
    }
}

/// Its emoji, as Discord draws it, and its name as text.
fn title(item: &Item) -> String {
    match &item.emoji {
        Some(emoji) => format!("{emoji} {}", escape(&item.name)),
        None => escape(&item.name),
    }
}

fn said(money: &Money, amount: Amount) -> String {
    money.of(amount).markdown(NO_COMMANDS)
}

fn price(item: &Item, money: &Money) -> String {
    if item.price == Amount::ZERO { "free".to_owned() } else { said(money, item.price) }
}

fn stock(stock: Stock) -> Cow<'static, str> {
    match stock {
        Stock::Unlimited => "any number".into(),
        Stock::Pieces(0) => "sold out".into(),
        Stock::Pieces(left) => format!("**{}** left", Amount::of(left)).into(),
    }
}

/// The title of the form of an item, as plain text.
pub fn form_title(item: &Item) -> String {
    truncate(&format!("Buy {}", item.name), FORM_TITLE)
}

/// What an empty field of that form says, as plain text.
pub fn hint(item: &Item, money: &Money) -> String {
    let left = match item.stock {
        Stock::Unlimited => String::new(),
        Stock::Pieces(left) => format!(", {left} left"),
    };
    truncate(&format!("{} each{left}", money.short(item.price)), HINT)
}

/// An item while somebody types, which begins with its number.
pub fn choice(id: ItemId, item: &Item) -> String {
    let category = category(item).map(|category| format!(" ({category})")).unwrap_or_default();
    format!("{id} {}{category}", item.name)
}

/// A purchase while somebody types, which begins with its number.
pub fn purchase_choice(bought: &Purchased) -> String {
    let Purchased { id, purchase, item } = bought;
    format!("{id} {} ×{} by {}, {}", item.name, purchase.quantity, purchase.user, purchase.total())
}

/// The answer to a purchase, with the button to give it back where that is possible.
pub fn bought(bought: &Bought, now: Timestamp) -> Draft {
    let Bought { id, purchase, item, total, left, held, money } = bought;
    let paid = if *total == Amount::ZERO {
        String::new()
    } else {
        format!(" for {}. You have {} left", said(money, *total), said(money, *left))
    };
    let then = match (purchase.state, purchase.role, item.kind) {
        (PurchaseState::Waiting, ..) => {
            format!("\n📬 Somebody of the team will hand it over to you. It is order **{id}**.")
        }
        (_, Some(given), _) => match given.until {
            Some(until) => {
                format!("\nYou get {} until {}.", role(given.role), moment(until, MomentStyle::ShortDateTime))
            }
            None => format!("\nYou get {}.", role(given.role)),
        },
        (_, None, ItemKind::Consumable) => format!("\nYou have **{held}** of it now. `/use` uses it up."),
        _ => format!("\nYou have **{held}** of it now."),
    };
    let text = format!("🛍️ You bought **{}** × **{}**{paid}.{then}", purchase.quantity, title(item));
    if !queries::is_returnable(purchase, now) {
        return Draft::text(text);
    }
    let until = moment(purchase.refundable_until, MomentStyle::Relative);
    let button = CreateButton::new(REFUND.with(id)).label("Give it back").style(ButtonStyle::Secondary);
    let note = format!("{text}\n-# You can give it back until then: {until}.");
    Draft::text(note).row(CreateActionRow::Buttons(vec![button]))
}

/// The question whether somebody wants to renew what they have for a while.
pub fn renewal(item: &Item, total: Amount, money: &Money) -> Draft {
    let costs = if total == Amount::ZERO { "for nothing".to_owned() } else { format!("for {}", said(money, total)) };
    let longer = match item.kind {
        ItemKind::Role { hours: Some(hours), .. } => format!(", for {} more", lasting(hours)),
        _ => String::new(),
    };
    Draft::text(format!("🔁 Do you want to renew **{}** {costs}{longer}?", title(item)))
}

/// What follows it.
pub fn renewed(bought: &Bought) -> Draft {
    let Bought { purchase, item, total, left, money, .. } = bought;
    let paid = if *total == Amount::ZERO {
        String::new()
    } else {
        format!(" for {}. You have {} left", said(money, *total), said(money, *left))
    };
    let until = purchase.role.and_then(|given| given.until);
    let until =
        until.map(|until| format!("\nIt ends {}.", moment(until, MomentStyle::ShortDateTime))).unwrap_or_default();
    Draft::text(format!("🔁 You renewed **{}**{paid}.{until}", title(item)))
}

/// The answer to a refund, to the buyer or to the team.
pub fn refunded(refunded: &Refunded, is_own: bool) -> Draft {
    let Refunded { purchase, item, total, balance, money } = refunded;
    let what = format!("**{}** × **{}**", purchase.quantity, title(item));
    let (total, balance) = (said(money, *total), said(money, *balance));
    Draft::text(if is_own {
        format!("↩️ You gave {what} back, and {total} returned. You have {balance} now.")
    } else {
        format!(
            "↩️ {} gave {what} back, and {total} returned to them. They have {balance} now.",
            mention(purchase.user)
        )
    })
}

/// What a buyer is told of what the team did with a purchase; nothing where nothing is to be told any more.
pub fn told(bought: &Purchased, money: &Money) -> Option<Draft> {
    let Purchased { purchase, item, .. } = bought;
    let what = format!("**{}** × **{}**", purchase.quantity, title(item));
    match purchase.state {
        PurchaseState::HandedOver => Some(Draft::text(format!("📬 Your order of {what} was handed over."))),
        PurchaseState::Refunded if purchase.closed.is_some_and(|(_, by)| by == Actor::System) => {
            let then = match purchase.code {
                Some(_) => "The code can be redeemed once more.".to_owned(),
                None => format!("{} returned to you.", said(money, purchase.total())),
            };
            Some(Draft::text(format!("↩️ I could not give you the role of {what}, so it was taken back. {then}")))
        }
        PurchaseState::Refunded => {
            let total = said(money, purchase.total());
            Some(Draft::text(format!("↩️ Your purchase of {what} was taken back, and {total} returned to you.")))
        }
        PurchaseState::Done | PurchaseState::Waiting => None,
    }
}

/// A page of the items that are for sale. `place` is the page and the number of the category, for its buttons.
pub fn list(category: Option<&str>, items: &[Listed], money: &Money, place: (u64, u64)) -> Draft {
    if items.is_empty() {
        let what = category.map_or_else(String::new, |category| format!(" in **{}**", escape(category)));
        return Draft::text(format!("🛒 Nothing is for sale{what} at the moment."));
    }
    let (page, pages, shown) = page_of(items, place.0);
    let lines = shown.iter().map(|listed| {
        let item = &listed.item;
        let about = match item.description.lines().next() {
            Some(line) if !line.is_empty() => format!("\n-# {}", escape(&truncate(line, SHORT))),
            _ => String::new(),
        };
        format!("**{}** {} · {} · {}{about}", listed.id, title(item), price(item, money), stock(item.stock))
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let heading = category.map_or_else(|| "Shop".to_owned(), |category| format!("Shop: {}", escape(category)));
    let embed = CreateEmbed::new().title(heading).colour(COLOUR).description(truncate(&lines, 4_096));
    let footer = paging::footer(page, pages, "/buy buys one, /shop item shows one");
    Draft::embed(embed.footer(footer)).rows(turning(page, pages, |to| PAGE.with(&(to, place.1))))
}

/// A page of what a member has.
pub fn inventory(user: UserId, held: &[Holding], page: u64) -> Draft {
    if held.is_empty() {
        return Draft::text(format!("🎒 {} has nothing from the shop.", mention(user)));
    }
    let (page, pages, shown) = page_of(held, page);
    let line = |held: &Holding| {
        let used = if held.item.kind == ItemKind::Consumable { " · can be used" } else { "" };
        format!("**{}** × {}{used}", held.quantity, title(&held.item))
    };
    let lines = shown.iter().map(line).collect::<Vec<_>>().join("\n");
    let description = format!("{}\n{lines}", mention(user));
    let embed = CreateEmbed::new().title("Inventory").colour(COLOUR).description(description);
    let embed = embed.footer(paging::footer(page, pages, ""));
    Draft::embed(embed).rows(turning(page, pages, |to| INVENTORY_PAGE.with(&(user, to))))
}

/// The rows of a page, which is one that there is, and how many pages there are.
fn page_of<T>(rows: &[T], page: u64) -> (u64, u64, &[T]) {
    let pages = rows.len().div_ceil(PAGE_SIZE).max(1);
    let page = usize::try_from(page).unwrap_or(usize::MAX).clamp(1, pages);
    let shown = rows.chunks(PAGE_SIZE).nth(page - 1).unwrap_or_default();
    (page as u64, pages as u64, shown)
}

/// Buttons to the page before and behind; none when there is one page only.
fn turning(page: u64, pages: u64, id: impl Fn(u64) -> String) -> Vec<CreateActionRow> {
    if pages < 2 {
        return Vec::new();
    }
    let button = |label: &str, to: u64, is_end: bool| {
        CreateButton::new(id(to)).label(label).style(ButtonStyle::Secondary).disabled(is_end)
    };
    // Both ids must differ even where a button leads nowhere, so they name the page before 1 and behind the last.
    vec![CreateActionRow::Buttons(vec![
        button("◀ Previous", page.saturating_sub(1), page <= 1),
        button("Next ▶", page + 1, page >= pages),
    ])]
}

/// The answer to `/use`.
pub fn used(used: &Used, quantity: u32) -> Draft {
    let name = title(&used.item);
    Draft::text(format!("✨ You used **{quantity}** × **{name}**. You have **{}** of it left.", used.left))
}

/// The answer to `/redeem`.
pub fn redeemed(given: &Given, money: &Money) -> Draft {
    Draft::text(match given {
        Given::Currency { amount, balance } => {
            format!("🎟️ You get {} and have {} now.", said(money, *amount), said(money, *balance))
        }
        Given::Item { item, quantity } => format!("🎟️ You get **{quantity}** × **{}**.", title(item)),
    })
}

/// The answer to `/shop-admin add`. `set_channel` is the command that chooses the channel.
pub fn made(id: ItemId, item: &Item, shown_in: Option<ChannelId>, set_channel: &str) -> Draft {
    let shown = match shown_in {
        Some(place) => format!("Its message comes in {}.", channel(place)),
        None => format!("It is shown in no channel yet: {set_channel} sets it."),
    };
    Draft::text(format!("🛒 **{}** is item **{id}**. {shown}", title(item)))
}

/// The answer to `/shop-admin edit`.
pub fn changed(before: &Item, after: &Item) -> Draft {
    if before == after {
        return Draft::text(format!("**{}** is that already.", title(after)));
    }
    let was = if before.name == after.name { String::new() } else { format!(", which was **{}**", title(before)) };
    Draft::text(format!("✏️ Changed **{}**{was}. Its message follows.", title(after)))
}

/// The answer to `/shop-admin stock`.
pub fn restocked(item: &Item) -> Draft {
    Draft::text(format!("📦 **{}**: {}.", title(item), stock(item.stock)))
}

/// The answer to `/shop-admin remove`.
pub fn removed(item: &Item) -> Draft {
    Draft::text(format!(
        "🗑️ Removed **{}**, and its message goes. Whoever bought it keeps what they have.",
        title(item)
    ))
}

/// The answer to `/shop-admin repost`.
pub fn posted_again(item: &Item, shown_in: Option<ChannelId>) -> Draft {
    let place = shown_in.map(|place| format!(" in {}", channel(place))).unwrap_or_default();
    Draft::text(format!("📨 **{}** is posted{place}.", title(item)))
}

/// The orders that wait, the oldest first, with menus for what becomes of them.
pub fn orders(waiting: &[Purchased], money: &Money) -> Draft {
    if waiting.is_empty() {
        return Draft::text("📬 No order waits.");
    }
    let line = |order: &Purchased| {
        let Purchased { id, purchase, item } = order;
        let (since, paid) = (moment(purchase.at, MomentStyle::Relative), said(money, purchase.total()));
        let (quantity, name, user) = (purchase.quantity, title(item), mention(purchase.user));
        format!("**{id}** · {quantity} × {name} · {user} · {paid} · {since}")
    };
    let lines = waiting.iter().map(line).collect::<Vec<_>>().join("\n");
    let embed = CreateEmbed::new().title("Orders").colour(COLOUR).description(truncate(&lines, 4_096));
    let named = |order: &Purchased| format!("{} {} ×{}", order.id, order.item.name, order.purchase.quantity);
    let handed = waiting.iter().map(|order| HAND_OVER.choice(&named(order), &order.id));
    let back = waiting.iter().map(|order| GIVE_BACK.choice(&named(order), &order.id));
    Draft::embed(embed).row(HAND_OVER.menu(&(), "I handed this over", handed)).row(GIVE_BACK.menu(
        &(),
        "Give the money back",
        back,
    ))
}

fn gift(code: &Code, item: Option<&Item>, money: &Money) -> String {
    match code.gives {
        CodeGift::Currency(amount) => said(money, amount),
        CodeGift::Item(_, quantity) => {
            format!("**{quantity}** × **{}**", item.map_or_else(|| "an item".to_owned(), title))
        }
    }
}

/// A code in groups of four, as people copy it.
fn grouped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// The answer to `/shop-admin code`.
pub fn code_made(made: &Code, item: Option<&Item>, money: &Money) -> Draft {
    let until = made.until.map(|until| format!(", until {}", moment(until, MomentStyle::ShortDateTime)));
    Draft::text(format!(
        "🎟️ {} gives {} to {}{}. It is typed as `/redeem`, or in the chat of a live by a linked handle.",
        code(&grouped(&made.text)),
        gift(made, item, money),
        members(made.most),
        until.unwrap_or_default()
    ))
}

fn members(count: u32) -> String {
    if count == 1 { "one member".to_owned() } else { format!("{} members", Amount::of(count)) }
}

/// The codes that can be redeemed, with a menu to revoke one.
pub fn codes(open: &[ListedCode], items: &[Option<Item>], money: &Money) -> Draft {
    if open.is_empty() {
        return Draft::text("🎟️ No code can be redeemed.");
    }
    let lines = open.iter().zip(items).map(|((id, made), item)| {
        let until = made.until.map(|until| format!(" · until {}", moment(until, MomentStyle::ShortDateTime)));
        let (text, gives) = (code(&grouped(&made.text)), gift(made, item.as_ref(), money));
        format!("**{id}** · {text} · {gives} · {} of {}{}", made.used, made.most, until.unwrap_or_default())
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let embed = CreateEmbed::new().title("Codes").colour(COLOUR).description(truncate(&lines, 4_096));
    let choices = open.iter().map(|(id, made)| REVOKE.choice(&format!("{id} {}", grouped(&made.text)), id));
    Draft::embed(embed).row(REVOKE.menu(&(), "Revoke a code", choices))
}
