//! A role for a while is bought once more before it ends: by a button below the direct message that tells of its end.
//!
//! It is a sale like any other, at the price of that day, which is asked about first. The button names the server, because a direct
//! message has none; so what somebody is there is asked, and so is whether the shop is on.

use serenity::all::ButtonStyle;
use serenity::builder::{CreateActionRow, CreateButton};

use super::views;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button, Click};
use crate::discord::roles::judge_before_sale;
use crate::discord::standing::Asked;
use crate::discord::{Bot, Draft};
use crate::features::shop::model::ItemId;
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::{queries, service};
use crate::flows::shop_bought::{self, Order};
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::money;
use crate::roles::TimedRole;
use crate::store::Read;

/// Asks whether somebody wants to renew what an item of a server gave them.
pub static RENEW: Button<(u64, ItemId)> =
    Button::new("shop:renew", Access::Anywhere, Acknowledge::Private, |bot, click| Box::pin(ask(bot, click)));

/// Buys it once more, for what was asked.
pub static RENEW_NOW: Button<(u64, ItemId, u64)> =
    Button::new("shop:renew_now", Access::Anywhere, Acknowledge::Update, |bot, click| Box::pin(renew(bot, click)));

/// The button below the word that a role ends, where the item that gave it is still for sale.
pub fn offered(read: &dyn Read, guild: GuildId, timed: &TimedRole) -> Result<Option<CreateActionRow>> {
    let Some((id, item)) = queries::renews(read, guild, timed.user, timed.role)? else { return Ok(None) };
    if !item.is_active || item.withheld.is_some() {
        return Ok(None);
    }
    let button = CreateButton::new(RENEW.with(&(guild.get(), id))).label("Renew").style(ButtonStyle::Success);
    Ok(Some(CreateActionRow::Buttons(vec![button])))
}

async fn ask(bot: &Bot, click: Click<(u64, ItemId)>) -> Result<Draft> {
    let ((guild, id), user) = (click.arguments, click.caller.user);
    let guild = GuildId::new(guild);
    let roles = buyer(bot, guild, user).await?;
    judge_before_sale(bot, guild, move |read| queries::gives_role(read, guild, id)).await?;
    let now = bot.clock.now();
    let found = move |read: &dyn Read| {
        let (item, total) = service::admit(read, guild, (user, &roles), id, 1, now)?;
        Ok((item, total, money::of(read, guild)?))
    };
    let (item, total, money) = bot.store.read("renewal", found).await?;
    let price = u64::try_from(total.get()).unwrap_or_default();
    let button =
        CreateButton::new(RENEW_NOW.with(&(guild.get(), id, price))).label("Renew it").style(ButtonStyle::Success);
    Ok(views::renewal(&item, total, &money).row(CreateActionRow::Buttons(vec![button])))
}

async fn renew(bot: &Bot, click: Click<(u64, ItemId, u64)>) -> Result<Draft> {
    let ((guild, item, price), user) = (click.arguments, click.caller.user);
    let guild = GuildId::new(guild);
    let roles = buyer(bot, guild, user).await?;
    judge_before_sale(bot, guild, move |read| queries::gives_role(read, guild, item)).await?;
    let order = Order { user, roles, item, quantity: 1 };
    let asked = i64::try_from(price).ok().and_then(|price| Amount::try_from(price).ok());
    let bought = bot.store.write("shop_renewed", move |tx| {
        let present = service::item(tx, guild, item)?;
        if asked != Some(present.price) {
            return Err(ShopRefusal::AnotherPrice(present.name).into());
        }
        shop_bought::run(tx, guild, &order)
    });
    Ok(views::renewed(&bot.pace.counted(guild, user, bought).await?))
}

/// The roles of somebody in a server, in which they may buy.
async fn buyer(bot: &Bot, guild: GuildId, user: UserId) -> Result<Vec<RoleId>> {
    if bot.standings.guild_of_bot(guild).is_none() {
        return Err(ShopRefusal::NotThere.into());
    }
    bot.require_on(Some(guild.get().into()), "shop").await?;
    match bot.standings.of(bot, guild, user).await {
        Asked::Is(standing) => Ok(standing.roles),
        Asked::NotThere => Err(ShopRefusal::NotThere.into()),
        Asked::Silent => Err(Error::failed("Discord does not say what a buyer is in the server")),
    }
}
