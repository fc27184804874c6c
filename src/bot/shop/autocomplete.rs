//! Items, purchases and categories that are offered while somebody types.

use serenity::all::CreateAutocompleteResponse;

use super::views;
use crate::discord::access::runs_server;
use crate::discord::choice::{choice, offer_found, value_in};
use crate::discord::{Caller, Context};
use crate::features::shop::model::{Item, ItemId};
use crate::features::shop::queries::{self, Of};
use crate::features::shop::refusal::ShopRefusal;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::typed_name;
use crate::store::Read;

/// Purchases that are offered to be given back.
const PURCHASES: usize = 200;

/// The item that was chosen or typed: by its number, by what was shown of it, or by its name.
pub fn item(read: &dyn Read, guild: GuildId, typed: &str) -> Result<(ItemId, Item)> {
    let found = match queries::typed(read, guild, typed)? {
        None => queries::typed(read, guild, value_in(typed))?,
        found => found,
    };
    Ok(found.ok_or(ShopRefusal::NoSuchItem)?)
}

/// Items that can be bought now.
pub async fn for_sale(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let now = ctx.data().clock.now();
    let search =
        move |read: &dyn Read, caller: &Caller, typed: &str| queries::choices(read, caller.guild, typed, Some(now));
    offer_found(ctx, typed, search, |found| choice(views::choice(found.id, &found.item), found.id)).await
}

/// All items, for those who run the server.
pub async fn all(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    if !runs_server(ctx).await {
        return CreateAutocompleteResponse::new();
    }
    let search = |read: &dyn Read, caller: &Caller, typed: &str| queries::choices(read, caller.guild, typed, None);
    offer_found(ctx, typed, search, |found| choice(views::choice(found.id, &found.item), found.id)).await
}

/// What the caller has.
pub async fn held(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let search =
        |read: &dyn Read, caller: &Caller, typed: &str| queries::held_choices(read, caller.guild, caller.user, typed);
    let shown = |held: &queries::Holding| {
        choice(format!("{} · {} of it", views::choice(held.id, &held.item), held.quantity), held.id)
    };
    offer_found(ctx, typed, search, shown).await
}

/// Categories of items.
pub async fn category(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let search = |read: &dyn Read, caller: &Caller, typed: &str| queries::category_choices(read, caller.guild, typed);
    offer_found(ctx, typed, search, |category| choice(category, category)).await
}

/// The latest purchases, for those who run the server.
pub async fn purchase(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    if !runs_server(ctx).await {
        return CreateAutocompleteResponse::new();
    }
    let search = |read: &dyn Read, caller: &Caller, typed: &str| -> Result<Vec<_>> {
        let mut found = queries::purchases(read, caller.guild, Of::Guild, None, PURCHASES)?;
        found.retain(|bought| bought.purchase.counts() && views::purchase_choice(bought).contains(typed.trim()));
        Ok(found)
    };
    offer_found(ctx, typed, search, |bought| choice(views::purchase_choice(bought), bought.id)).await
}

/// The item of a member that was chosen or typed, also one that was removed from the shop.
pub fn held_item(read: &dyn Read, guild: GuildId, user: UserId, typed: &str) -> Result<ItemId> {
    let id = value_in(typed).parse::<ItemId>().ok();
    let name = typed_name(typed);
    let held = queries::inventory(read, guild, user)?;
    match held.iter().find(|held| Some(held.id) == id || typed_name(&held.item.name) == name) {
        Some(held) => Ok(held.id),
        None => item(read, guild, typed).map(|(id, _)| id),
    }
}
