//! The buttons, menus and form of the shop: buying, giving back, pages, orders and codes.

use serenity::all::InputTextStyle;
use serenity::builder::{CreateActionRow, CreateInputText, CreateModal};

use super::views;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button, Click, Field, Filled, Form, Menu, Opener, Part};
use crate::discord::roles::judge_before_sale;
use crate::discord::{Bot, Draft};
use crate::features::shop::model::{Code, CodeGift, CodeId, Item, ItemId, PurchaseId};
use crate::features::shop::queries::{self, Of, Wanted};
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::{codes, service};
use crate::flows::shop_bought::{self, Order};
use crate::flows::shop_refunded;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::{typed_name, whole_number};
use crate::money;
use crate::store::{Read, Tx};

/// Items on one page of a list.
pub const PAGE_SIZE: usize = 10;
/// Orders that are shown at once: a menu has so many choices.
const ORDERS: usize = 25;

impl Part for ItemId {}
impl Part for PurchaseId {}
impl Part for CodeId {}

/// Below the message of an item: asks how many, and then buys (`T-SHP-03`).
pub static BUY: Opener<ItemId> = Opener::new("shop:buy", Access::Everyone, |bot, click| Box::pin(ask(bot, click)));

const HOW_MANY: Field = ("quantity", "How many");

/// How many of an item somebody wants.
pub static QUANTITY: Form<ItemId> =
    Form::new("shop:quantity", Access::Everyone, &[HOW_MANY], |bot, form| Box::pin(buy(bot, form)));

/// Gives a purchase back; on the private message that told of it.
pub static REFUND: Button<PurchaseId> =
    Button::new("shop:refund", Access::Everyone, Acknowledge::Update, |bot, click| {
        Box::pin(async move {
            let (guild, user, id) = (click.caller.guild, click.caller.user, click.arguments);
            let refunded = move |tx: &Tx<'_>| shop_refunded::by_buyer(tx, guild, user, id);
            Ok(views::refunded(&bot.store.write("shop_refunded", refunded).await?, true))
        })
    });

/// Another page of the items, of the category in that place of the list of categories; 0 is all.
pub static PAGE: Button<(u64, u64)> = Button::new("shop:page", Access::Everyone, Acknowledge::Update, |bot, click| {
    let (page, category) = click.arguments;
    Box::pin(page_of(bot, click.caller.guild, category, page))
});

/// Another page of what a member has.
pub static INVENTORY_PAGE: Button<(UserId, u64)> =
    Button::new("shop:inventory", Access::Everyone, Acknowledge::Update, |bot, click| {
        let (user, page) = click.arguments;
        Box::pin(inventory(bot, click.caller.guild, user, page))
    });

/// Notes that an order was handed over.
pub static HAND_OVER: Menu<(), PurchaseId> =
    Menu::new("shop:hand_over", Access::Admin, Acknowledge::Update, |bot, click| {
        Box::pin(async move {
            let (guild, by, id) = (click.caller.guild, click.caller.actor(), click.picked);
            let given = move |tx: &Tx<'_>| service::hand_over(tx, guild, by, id);
            bot.store.write("order_handed_over", given).await?;
            orders(bot, guild).await
        })
    });

/// Gives the money of an order back.
pub static GIVE_BACK: Menu<(), PurchaseId> =
    Menu::new("shop:give_back", Access::Admin, Acknowledge::Update, |bot, click| {
        Box::pin(async move {
            let (guild, by, id) = (click.caller.guild, click.caller.actor(), click.picked);
            let back = move |tx: &Tx<'_>| shop_refunded::by_team(tx, guild, by, id);
            bot.store.write("shop_refunded", back).await?;
            orders(bot, guild).await
        })
    });

/// Revokes a code.
pub static REVOKE: Menu<(), CodeId> = Menu::new("shop:revoke", Access::Admin, Acknowledge::Update, |bot, click| {
    Box::pin(async move {
        let (guild, by, id) = (click.caller.guild, click.caller.actor(), click.picked);
        bot.store.write("code_revoked", move |tx| codes::revoke(tx, guild, by, id)).await?;
        open_codes(bot, guild).await
    })
});

/// The form of an item, with what is known before somebody fills it in.
async fn ask(bot: &Bot, click: Click<ItemId>) -> Result<CreateModal> {
    let (guild, id) = (click.caller.guild, click.arguments);
    let found = move |read: &dyn Read| Ok((service::item(read, guild, id)?, money::of(read, guild)?));
    let (item, money) = bot.store.read("shop_item", found).await?;
    let (id, label) = HOW_MANY;
    let field = CreateInputText::new(InputTextStyle::Short, label, id)
        .value("1")
        .placeholder(views::hint(&item, &money))
        .max_length(views::LONGEST_QUANTITY);
    let rows = vec![CreateActionRow::InputText(field)];
    Ok(CreateModal::new(QUANTITY.with(&click.arguments), views::form_title(&item)).components(rows))
}

async fn buy(bot: &Bot, form: Filled<ItemId>) -> Result<Draft> {
    let typed = form.field(HOW_MANY.0).unwrap_or("1");
    let quantity = whole_number(typed).and_then(|number| u32::try_from(number).ok()).ok_or(ShopRefusal::Quantity)?;
    let (guild, user) = (form.caller.guild, form.caller.user);
    let item = form.arguments;
    judge_before_sale(bot, guild, move |read| queries::gives_role(read, guild, item)).await?;
    let order = Order { user, roles: form.caller.roles, item, quantity };
    let buying = bot.store.write("shop_bought", move |tx| shop_bought::run(tx, guild, &order));
    let bought = bot.pace.counted(guild, user, buying).await?;
    Ok(views::bought(&bought, bot.clock.now()))
}

/// The first page of the items of a category, or of all.
pub async fn page_of_category(bot: &Bot, guild: GuildId, category: Option<String>) -> Result<Draft> {
    let Some(category) = category else { return page_of(bot, guild, 0, 1).await };
    let categories = bot.store.read("shop_categories", move |read| queries::categories(read, guild)).await?;
    let place = categories.iter().position(|known| typed_name(known) == typed_name(&category));
    let place = place.and_then(|place| u64::try_from(place + 1).ok()).unwrap_or(u64::MAX);
    page_of(bot, guild, place, 1).await
}

async fn page_of(bot: &Bot, guild: GuildId, category: u64, page: u64) -> Result<Draft> {
    let now = bot.clock.now();
    let found = move |read: &dyn Read| {
        let name = match category {
            0 => None,
            place => {
                let place = usize::try_from(place - 1).unwrap_or(usize::MAX);
                Some(queries::categories(read, guild)?.into_iter().nth(place).unwrap_or_default())
            }
        };
        let items = queries::list(
            read,
            guild,
            &Wanted { category: name.clone(), for_sale_at: Some(now), ..Wanted::default() },
        )?;
        Ok((name, items, money::of(read, guild)?))
    };
    let (name, items, money) = bot.store.read("shop", found).await?;
    Ok(views::list(name.as_deref(), &items, &money, (page, category)))
}

/// A page of what a member has.
pub async fn inventory(bot: &Bot, guild: GuildId, user: UserId, page: u64) -> Result<Draft> {
    let held = bot.store.read("inventory", move |read| queries::inventory(read, guild, user)).await?;
    Ok(views::inventory(user, &held, page))
}

/// The orders that wait, with menus for what becomes of them.
pub async fn orders(bot: &Bot, guild: GuildId) -> Result<Draft> {
    let found = move |read: &dyn Read| {
        Ok((queries::purchases(read, guild, Of::Waiting, None, ORDERS)?, money::of(read, guild)?))
    };
    let (waiting, money) = bot.store.read("orders", found).await?;
    Ok(views::orders(&waiting, &money))
}

/// The codes that can be redeemed, with a menu to revoke one.
pub async fn open_codes(bot: &Bot, guild: GuildId) -> Result<Draft> {
    let now = bot.clock.now();
    let found = move |read: &dyn Read| {
        let codes = queries::open_codes(read, guild, now)?;
        let items = codes.iter().map(|(_, code)| item_of(read, guild, code)).collect::<Result<Vec<_>>>()?;
        Ok((codes, items, money::of(read, guild)?))
    };
    let (codes, items, money) = bot.store.read("codes", found).await?;
    Ok(views::codes(&codes, &items, &money))
}

/// The item that a code gives.
pub fn item_of(read: &dyn Read, guild: GuildId, code: &Code) -> Result<Option<Item>> {
    match code.gives {
        CodeGift::Currency(_) => Ok(None),
        CodeGift::Item(id, _) => queries::any_item(read, guild, id),
    }
}
