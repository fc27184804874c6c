//! `/shop-admin`: items, stock, orders, refunds and codes, for those who run the server.

use std::time::Duration;

use serenity::all::{ChannelId, CreateAutocompleteResponse, Role};

use super::{autocomplete, components, views};
use crate::discord::channel_setting::{self, EveningChannel, Kept, SeenBy};
use crate::discord::choice::value_in;
use crate::discord::roles::{judge_before_sale, may_give};
use crate::discord::{Bot, Caller, Command, Context, ContextExt, Draft, answer};
use crate::features::shop::codes::{self, NewCode};
use crate::features::shop::model::{CONSUMABLE, CodeGift, Item, ItemKind, PurchaseId, Stock, StockOperation};
use crate::features::shop::refusal::{CodeRefusal, ShopRefusal};
use crate::features::shop::service;
use crate::features::shop::settings::{SHOP_CHANNEL, SHOP_NEEDS};
use crate::flows::shop_refunded;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId};
use crate::money;
use crate::store::{Read, Tx};

/// The shop channel, as it is chosen.
static SHOP_PLACE: EveningChannel = EveningChannel {
    id: "shop",
    rank: 8,
    title: "Shop",
    about: "where each item has its message with a button to buy it",
    name: "shop",
    seen_by: SeenBy::Readers,
    needs: &SHOP_NEEDS,
    kept: Kept::Setting(&SHOP_CHANNEL),
};

/// Those of whoever runs the server.
pub fn for_admins() -> Vec<Command> {
    vec![shop_admin()]
}

/// Manage the shop
#[poise::command(
    slash_command,
    guild_only,
    rename = "shop-admin",
    subcommand_required,
    subcommands("add", "edit", "stock", "remove", "repost", "channel", "orders", "refund", "code", "codes")
)]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn shop_admin(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// What an item does, as `/shop-admin add` offers it (`D-44`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, poise::ChoiceParameter)]
enum Kind {
    #[name = "consumable: used up by /use"]
    Consumable,
    #[name = "role: given when it is bought"]
    Role,
    #[name = "order: somebody hands it over"]
    Order,
    #[name = "other: it is kept"]
    Other,
}

/// Create and post an item
#[poise::command(slash_command, guild_only)]
#[expect(clippy::too_many_arguments, reason = "each is an option of the command")]
async fn add(
    ctx: Context<'_>,
    #[description = "Name"]
    #[max_length = 80]
    name: String,
    #[description = "Description"]
    #[max_length = 1000]
    description: String,
    #[description = "Price"]
    #[min = 0]
    price: i64,
    #[description = "Category (without one and a kind: consumable)"]
    #[max_length = 40]
    category: Option<String>,
    #[description = "-1 = unlimited"]
    #[min = -1]
    stock: Option<i64>,
    #[description = "Emoji"]
    #[max_length = 100]
    emoji: Option<String>,
    #[description = "What it does (default: as its category says)"] kind: Option<Kind>,
    #[description = "The role that it gives"] role: Option<Role>,
    #[description = "For how many hours it gives the role (default: for good)"]
    #[min = 1]
    #[max = 87600]
    hours: Option<u32>,
    #[description = "How many each member may buy"]
    #[min = 1]
    per_member: Option<u32>,
    #[description = "The role that a buyer must have"] required_role: Option<Role>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let id_of = |role: Role| RoleId::new(role.id.get());
    let kind = kind_of(kind, role.map(id_of), hours, category.as_deref().unwrap_or(CONSUMABLE))?;
    let category = category.unwrap_or_default();
    let price = Amount::try_from(price).map_err(|_| ShopRefusal::Price)?;
    let stock = Stock::try_from(stock.unwrap_or(-1)).map_err(|_| ShopRefusal::NotAStock)?;
    let required_role = required_role.map(id_of);
    let item = Item { description, category, emoji, stock, kind, per_member, required_role, ..Item::new(name, price) };
    answer(ctx, Box::pin(make(ctx.data(), caller, item))).await
}

/// What an item does, as far as it was said: one with a role gives it.
fn kind_of(kind: Option<Kind>, role: Option<RoleId>, hours: Option<u32>, category: &str) -> Result<ItemKind> {
    Ok(match (kind, role) {
        (Some(Kind::Role) | None, Some(role)) => ItemKind::Role { role, hours },
        (Some(Kind::Role), None) => return Err(ShopRefusal::NoRole.into()),
        (Some(Kind::Consumable), _) => ItemKind::Consumable,
        (Some(Kind::Order), _) => ItemKind::Order,
        (Some(Kind::Other), _) => ItemKind::Other,
        (None, None) => ItemKind::of_category(category),
    })
}

/// Makes an item, whose role the bot and whoever makes it may give.
async fn make(bot: &Bot, caller: Caller, item: Item) -> Result<Draft> {
    let (guild, by) = (caller.guild, caller.actor());
    if let Some(role) = item.kind.role() {
        may_give(bot, guild, role, by).await?;
    }
    let made = move |tx: &Tx<'_>| {
        let (id, item) = service::add(tx, guild, by, item.clone())?;
        Ok((id, item, SHOP_CHANNEL.get(tx, guild)?))
    };
    let (id, item, channel) = bot.store.write("item_made", made).await?;
    Ok(views::made(id, &item, channel, &bot.command_mention("shop-admin channel")))
}

/// A field of an item, as `/shop-admin edit` offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poise::ChoiceParameter)]
enum ItemField {
    #[name = "name"]
    Name,
    #[name = "description"]
    Description,
    #[name = "price"]
    Price,
    #[name = "category"]
    Category,
    #[name = "emoji"]
    Emoji,
    #[name = "is_active"]
    IsActive,
    #[name = "per_member"]
    PerMember,
    #[name = "refund_minutes"]
    RefundMinutes,
}

/// Change one field of an item
#[poise::command(slash_command, guild_only)]
async fn edit(
    ctx: Context<'_>,
    #[description = "Item"]
    #[autocomplete = "complete_item"]
    item_id: String,
    #[description = "Field"] field: ItemField,
    #[description = "New value"]
    #[max_length = 1000]
    value: String,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    let changed = move |tx: &Tx<'_>| {
        let (id, before) = autocomplete::item(tx, guild, &item_id)?;
        let mut wanted = before.clone();
        set(&mut wanted, field, &value)?;
        let item = service::edit(tx, guild, by, id, None, |item| *item = wanted)?;
        Ok((before, item))
    };
    ctx.write("item_changed", changed, |(before, after)| views::changed(before, after)).await
}

/// Sets a field to what was typed; `none` and what is empty is nothing where a field may be without a value.
fn set(item: &mut Item, field: ItemField, typed: &str) -> Result<(), ShopRefusal> {
    let typed = typed.trim();
    let given = Some(typed).filter(|typed| !typed.eq_ignore_ascii_case("none"));
    let number = |refusal: ShopRefusal| -> Result<u32, ShopRefusal> {
        let number = crate::kernel::text::whole_number(typed).and_then(|number| u32::try_from(number).ok());
        number.ok_or(refusal)
    };
    match field {
        ItemField::Name => typed.clone_into(&mut item.name),
        ItemField::Description => given.unwrap_or_default().clone_into(&mut item.description),
        ItemField::Price => item.price = Amount::of(number(ShopRefusal::Price)?),
        ItemField::Category => given.unwrap_or_default().clone_into(&mut item.category),
        ItemField::Emoji => item.emoji = given.map(str::to_owned),
        ItemField::IsActive => {
            item.is_active = match typed.to_ascii_lowercase().as_str() {
                "yes" | "true" | "on" | "1" => true,
                "no" | "false" | "off" | "0" => false,
                _ => return Err(ShopRefusal::YesOrNo),
            }
        }
        ItemField::PerMember => item.per_member = given.map(|_| number(ShopRefusal::PerMember)).transpose()?,
        ItemField::RefundMinutes => item.refund_minutes = given.map(|_| number(ShopRefusal::Minutes)).transpose()?,
    }
    Ok(())
}

/// How the stock is changed, as `/shop-admin stock` offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poise::ChoiceParameter)]
enum Operation {
    #[name = "set"]
    Set,
    #[name = "add"]
    Add,
    #[name = "subtract"]
    Subtract,
}

impl From<Operation> for StockOperation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Set => Self::Set,
            Operation::Add => Self::Add,
            Operation::Subtract => Self::Subtract,
        }
    }
}

/// Change the stock
#[poise::command(slash_command, guild_only)]
async fn stock(
    ctx: Context<'_>,
    #[description = "Item"]
    #[autocomplete = "complete_item"]
    item_id: String,
    #[description = "Operation"] operation: Operation,
    #[description = "Quantity"]
    #[min = -1]
    quantity: i64,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    let restocked = move |tx: &Tx<'_>| {
        let (id, _) = autocomplete::item(tx, guild, &item_id)?;
        service::restock(tx, guild, by, id, operation.into(), quantity)
    };
    ctx.write("stock_changed", restocked, views::restocked).await
}

/// Delete an item and its message
#[poise::command(slash_command, guild_only)]
async fn remove(
    ctx: Context<'_>,
    #[description = "Item"]
    #[autocomplete = "complete_item"]
    item_id: String,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    let removed = move |tx: &Tx<'_>| {
        let (id, _) = autocomplete::item(tx, guild, &item_id)?;
        service::remove(tx, guild, by, id)
    };
    ctx.write("item_removed", removed, views::removed).await
}

/// Post the item message again
#[poise::command(slash_command, guild_only)]
async fn repost(
    ctx: Context<'_>,
    #[description = "Item"]
    #[autocomplete = "complete_item"]
    item_id: String,
) -> Result<()> {
    let Caller { guild, .. } = Caller::of(ctx)?;
    let posted = move |tx: &Tx<'_>| {
        let (id, _) = autocomplete::item(tx, guild, &item_id)?;
        Ok((service::repost(tx, guild, id)?, SHOP_CHANNEL.get(tx, guild)?))
    };
    ctx.write("item_posted_again", posted, |(item, channel)| views::posted_again(item, *channel)).await
}

/// Set the shop channel
#[poise::command(slash_command, guild_only)]
async fn channel(
    ctx: Context<'_>,
    #[description = "Text channel"]
    #[channel_types("Text")]
    channel: ChannelId,
) -> Result<()> {
    channel_setting::set(ctx, &SHOP_PLACE, channel, "Items are shown in").await
}

/// Orders that wait to be handed over
#[poise::command(slash_command, guild_only)]
async fn orders(ctx: Context<'_>) -> Result<()> {
    let (bot, Caller { guild, .. }) = (ctx.data(), Caller::of(ctx)?);
    answer(ctx, components::orders(bot, guild)).await
}

/// Give the money of a purchase back
#[poise::command(slash_command, guild_only)]
async fn refund(
    ctx: Context<'_>,
    #[description = "Number of the purchase"]
    #[autocomplete = "complete_purchase"]
    purchase_id: String,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    let id: PurchaseId = value_in(&purchase_id).parse().map_err(|_| ShopRefusal::NoSuchPurchase)?;
    let refunded = move |tx: &Tx<'_>| shop_refunded::by_team(tx, guild, by, id);
    ctx.write("shop_refunded", refunded, |refunded| views::refunded(refunded, false)).await
}

/// Make a code that gives currency or an item
#[poise::command(slash_command, guild_only)]
async fn code(
    ctx: Context<'_>,
    #[description = "How much currency it gives"]
    #[min = 1]
    amount: Option<i64>,
    #[description = "The item that it gives instead"]
    #[autocomplete = "complete_item"]
    item_id: Option<String>,
    #[description = "How many of the item (default 1)"]
    #[min = 1]
    #[max = 1000]
    quantity: Option<u32>,
    #[description = "How many members may redeem it (default 1)"]
    #[min = 1]
    #[max = 1_000_000]
    uses: Option<u32>,
    #[description = "What is typed (default: drawn)"]
    #[max_length = 40]
    text: Option<String>,
    #[description = "For how many hours it can be redeemed (default: until it is revoked)"]
    #[min = 1]
    #[max = 87600]
    hours: Option<u32>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    let named = item_id.clone();
    let gives_a_role = move |read: &dyn Read| match &named {
        Some(typed) => Ok(autocomplete::item(read, guild, typed)?.1.kind.role().is_some()),
        None => Ok(false),
    };
    let made = move |tx: &Tx<'_>| {
        let gives = gift(tx, guild, amount, item_id.as_deref(), quantity.unwrap_or(1))?;
        let until = hours.map(|hours| tx.now().after(Duration::from_secs(3600 * u64::from(hours))));
        let wanted = NewCode { text: text.clone(), gives, most: uses.unwrap_or(1), until };
        let (_, code) = codes::make(tx, guild, by, &wanted)?;
        let item = components::item_of(tx, guild, &code)?;
        Ok((code, item, money::of(tx, guild)?))
    };
    let work = async {
        judge_before_sale(ctx.data(), guild, gives_a_role).await?;
        let (code, item, money) = ctx.data().store.write("code_made", made).await?;
        Ok(views::code_made(&code, item.as_ref(), &money))
    };
    answer(ctx, Box::pin(work)).await
}

fn gift(read: &dyn Read, guild: GuildId, amount: Option<i64>, item: Option<&str>, quantity: u32) -> Result<CodeGift> {
    match (amount, item) {
        (Some(amount), None) => {
            Ok(CodeGift::Currency(Amount::try_from(amount).map_err(|_| CodeRefusal::GivesNothing)?))
        }
        (None, Some(typed)) => Ok(CodeGift::Item(autocomplete::item(read, guild, typed)?.0, quantity)),
        _ => Err(CodeRefusal::GivesNothing.into()),
    }
}

/// Codes that can be redeemed
#[poise::command(slash_command, guild_only)]
async fn codes(ctx: Context<'_>) -> Result<()> {
    let (bot, Caller { guild, .. }) = (ctx.data(), Caller::of(ctx)?);
    answer(ctx, components::open_codes(bot, guild)).await
}

async fn complete_item(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    autocomplete::all(ctx, typed).await
}

async fn complete_purchase(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    autocomplete::purchase(ctx, typed).await
}
