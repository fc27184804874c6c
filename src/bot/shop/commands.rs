//! The commands of everybody: who asks, a flow or service is called, a view answers.

use serenity::all::{CreateAutocompleteResponse, User};

use super::{autocomplete, components, views};
use crate::discord::roles::judge_before_sale;
use crate::discord::{Caller, Command, Context, ContextExt, answer};
use crate::features::shop::{codes, queries, service};
use crate::flows::code_redeemed::{self, Tried};
use crate::flows::shop_bought::{self, Order};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::money;
use crate::store::{Read, Tx};

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![shop(), buy(), inventory(), r#use(), redeem()]
}

/// Browse the shop
#[poise::command(slash_command, guild_only, subcommand_required, subcommands("view", "item"))]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn shop(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// List items
#[poise::command(slash_command, guild_only)]
async fn view(
    ctx: Context<'_>,
    #[description = "Category"]
    #[autocomplete = "complete_category"]
    category: Option<String>,
) -> Result<()> {
    let (bot, Caller { guild, .. }) = (ctx.data(), Caller::of(ctx)?);
    answer(ctx, components::page_of_category(bot, guild, category)).await
}

/// Show one item
#[poise::command(slash_command, guild_only)]
async fn item(
    ctx: Context<'_>,
    #[description = "Item"]
    #[autocomplete = "complete_for_sale"]
    item_id: String,
) -> Result<()> {
    let Caller { guild, .. } = Caller::of(ctx)?;
    let now = ctx.data().clock.now();
    let found = move |read: &dyn Read| {
        let (id, item) = autocomplete::item(read, guild, &item_id)?;
        Ok((id, item, queries::sold(read, guild, id)?, money::of(read, guild)?))
    };
    ctx.read("shop_item", found, |(id, item, sold, money)| views::item(*id, item, *sold, money, now)).await
}

/// Buy a shop item
#[poise::command(slash_command, guild_only)]
async fn buy(
    ctx: Context<'_>,
    #[description = "Item"]
    #[autocomplete = "complete_for_sale"]
    item_id: String,
    #[description = "Quantity (default 1)"]
    #[min = 1]
    #[max = 1000]
    quantity: Option<u32>,
) -> Result<()> {
    let Caller { guild, user, roles, .. } = Caller::of(ctx)?;
    let now = ctx.data().clock.now();
    let typed = item_id.clone();
    let gives_a_role = move |read: &dyn Read| Ok(autocomplete::item(read, guild, &typed)?.1.kind.role().is_some());
    let bought = move |tx: &Tx<'_>| {
        let (item, _) = autocomplete::item(tx, guild, &item_id)?;
        let order = Order { user, roles: roles.clone(), item, quantity: quantity.unwrap_or(1) };
        shop_bought::run(tx, guild, &order)
    };
    let work = async {
        judge_before_sale(ctx.data(), guild, gives_a_role).await?;
        Ok(views::bought(&ctx.data().store.write("shop_bought", bought).await?, now))
    };
    answer(ctx, Box::pin(ctx.data().pace.counted(guild, user, work))).await
}

/// Show an inventory
#[poise::command(slash_command, guild_only)]
async fn inventory(ctx: Context<'_>, #[description = "Someone else"] user: Option<User>) -> Result<()> {
    let (bot, Caller { guild, user: caller, .. }) = (ctx.data(), Caller::of(ctx)?);
    let whose = user.map_or(caller, |user| UserId::new(user.id.get()));
    answer(ctx, components::inventory(bot, guild, whose, 1)).await
}

/// Use up an item of your inventory
#[poise::command(slash_command, guild_only, rename = "use")]
async fn r#use(
    ctx: Context<'_>,
    #[description = "Item"]
    #[autocomplete = "complete_held"]
    item_id: String,
    #[description = "Quantity (default 1)"]
    #[min = 1]
    quantity: Option<u32>,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let quantity = quantity.unwrap_or(1);
    let used = move |tx: &Tx<'_>| {
        let id = autocomplete::held_item(tx, guild, user, &item_id)?;
        service::use_up(tx, guild, user, id, quantity)
    };
    ctx.write_counted("shop_used", (guild, user), used, |used| views::used(used, quantity)).await
}

/// Redeem a code of this server
#[poise::command(slash_command, guild_only)]
async fn redeem(
    ctx: Context<'_>,
    #[description = "Code"]
    #[max_length = 100]
    code: String,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let bot = ctx.data();
    // A wrong code is counted by the guard against guesses instead.
    let redeemed = bot.pace.counted(guild, user, async {
        let typed = code.clone();
        judge_before_sale(bot, guild, move |read| codes::gives_role(read, guild, &typed)).await?;
        let tried = move |tx: &Tx<'_>| Ok((code_redeemed::run(tx, guild, user, &code)?, money::of(tx, guild)?));
        match bot.store.write("code_redeemed", tried).await? {
            (Tried::Given(given), money) => Ok(views::redeemed(&given, &money)),
            (Tried::Wrong(refusal), _) => Err(refusal.into()),
        }
    });
    answer(ctx, Box::pin(redeemed)).await
}

async fn complete_category(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    autocomplete::category(ctx, typed).await
}

async fn complete_for_sale(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    autocomplete::for_sale(ctx, typed).await
}

async fn complete_held(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    autocomplete::held(ctx, typed).await
}
