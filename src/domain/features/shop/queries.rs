//! Reads of the shop, for views, pages and other features.

use std::ops::Range;

use super::model::{Code, CodeId, Item, ItemId, ItemKind, Purchase, PurchaseId, PurchaseState, Stock};
use super::service::ITEM_POST;
use super::settings::SHOP_CHANNEL;
use super::tables;
pub use super::tables::{CHANGED, Of, held, sold};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::kernel::text::typed_name;
use crate::kernel::time::Timestamp;
use crate::posts::PostState;
use crate::store::{Direction, Read};

/// Items of one inventory that are looked at.
const MOST_HELD: usize = 1_000;
/// Choices that Discord shows while somebody types.
const CHOICES: usize = 25;

/// Which items are wanted (`T-API-07`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those of this category alone, in any case.
    pub category: Option<String>,
    /// Those alone that are switched on, whether or not their time has come.
    pub active_only: bool,
    /// Those alone that can be bought at this moment, as far as that is the same for everybody.
    pub for_sale_at: Option<Timestamp>,
    /// Without those that are sold out.
    pub in_stock: bool,
}

/// An item in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: ItemId,
    /// The item.
    pub item: Item,
    /// How many were sold, beside what was given back (`metadata.sales_count`).
    pub sold: u64,
}

/// The items of a guild, by category and name.
pub fn list(read: &dyn Read, guild: GuildId, wanted: &Wanted) -> Result<Vec<Listed>> {
    let category = wanted.category.as_deref().map(typed_name);
    let mut found = Vec::new();
    for (id, item) in tables::shown(read, guild)? {
        let fits = category.as_ref().is_none_or(|category| typed_name(&item.category) == *category)
            && (!wanted.active_only || item.is_active)
            && wanted.for_sale_at.is_none_or(|now| item.is_for_sale(now))
            && (!wanted.in_stock || item.stock.holds(1));
        if fits {
            found.push(Listed { id, sold: sold(read, guild, id)?, item });
        }
    }
    found.sort_by_cached_key(|listed| (typed_name(&listed.item.category), typed_name(&listed.item.name), listed.id));
    Ok(found)
}

/// An item that was not removed.
pub fn item(read: &dyn Read, guild: GuildId, id: ItemId) -> Result<Option<Item>> {
    Ok(any_item(read, guild, id)?.filter(|item| item.removed_at.is_none()))
}

/// An item, also one that was removed.
pub fn any_item(read: &dyn Read, guild: GuildId, id: ItemId) -> Result<Option<Item>> {
    tables::ITEMS.get(read, &(guild, id))
}

/// Whether an item gives a role.
pub fn gives_role(read: &dyn Read, guild: GuildId, id: ItemId) -> Result<bool> {
    Ok(item(read, guild, id)?.is_some_and(|item| item.kind.role().is_some()))
}

/// Whether any item of a guild gives a role.
pub fn promises_roles(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(tables::shown(read, guild)?.iter().any(|(_, item)| item.kind.role().is_some()))
}

/// The item by which a member can have a role for longer: the latest that gave it to them for a while, where it still does.
pub fn renews(read: &dyn Read, guild: GuildId, user: UserId, role: RoleId) -> Result<Option<(ItemId, Item)>> {
    for (_, purchase) in tables::with_role(read, guild, user, role)?.into_iter().rev() {
        let found = item(read, guild, purchase.item)?;
        let fits = |item: &Item| matches!(item.kind, ItemKind::Role { role: given, hours: Some(_) } if given == role);
        if let Some(item) = found.filter(fits) {
            return Ok(Some((purchase.item, item)));
        }
    }
    Ok(None)
}

/// The item that somebody means: by its number, or by the name of exactly one.
pub fn typed(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Option<(ItemId, Item)>> {
    if let Ok(id) = typed.trim().parse::<ItemId>() {
        return Ok(item(read, guild, id)?.map(|item| (id, item)));
    }
    let name = typed_name(typed);
    let mut named = tables::shown(read, guild)?.into_iter().filter(|(_, item)| typed_name(&item.name) == name);
    Ok(named.next().filter(|_| named.next().is_none()))
}

/// Items whose names hold what was typed, those that begin with it first.
pub fn choices(read: &dyn Read, guild: GuildId, typed: &str, for_sale_at: Option<Timestamp>) -> Result<Vec<Listed>> {
    let wanted = Wanted { for_sale_at, ..Wanted::default() };
    Ok(matching(list(read, guild, &wanted)?, typed, |listed| &listed.item.name))
}

/// What a member holds whose name holds what was typed.
pub fn held_choices(read: &dyn Read, guild: GuildId, user: UserId, typed: &str) -> Result<Vec<Holding>> {
    Ok(matching(inventory(read, guild, user)?, typed, |holding| &holding.item.name))
}

/// The categories that items have, by name.
pub fn categories(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut found: Vec<String> = tables::shown(read, guild)?.into_iter().map(|(_, item)| item.category).collect();
    found.sort_by_cached_key(|category| typed_name(category));
    found.dedup_by_key(|category| typed_name(category));
    found.retain(|category| !category.is_empty());
    Ok(found)
}

/// Categories that hold what was typed.
pub fn category_choices(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Vec<String>> {
    Ok(matching(categories(read, guild)?, typed, |category| category))
}

fn matching<T>(all: Vec<T>, typed: &str, name: impl Fn(&T) -> &str) -> Vec<T> {
    let typed = typed_name(typed);
    let fitting = all.into_iter().filter(|one| typed_name(name(one)).contains(&typed));
    let (mut first, rest): (Vec<T>, Vec<T>) = fitting.partition(|one| typed_name(name(one)).starts_with(&typed));
    first.extend(rest);
    first.truncate(CHOICES);
    first
}

/// Something that a member has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The number of the item.
    pub id: ItemId,
    /// The item, also where it was removed from the shop.
    pub item: Item,
    /// How many.
    pub quantity: u32,
}

/// What a member has (`T-HLP-26`).
pub fn inventory(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<Holding>> {
    let mut found = Vec::new();
    for (id, quantity) in tables::inventory(read, guild, user, MOST_HELD)? {
        found.extend(any_item(read, guild, id)?.map(|item| Holding { id, item, quantity }));
    }
    Ok(found)
}

/// Whether a member has so many of an item (`T-HLP-27`).
pub fn has(read: &dyn Read, guild: GuildId, user: UserId, item: ItemId, quantity: u32) -> Result<bool> {
    Ok(held(read, guild, user, item)? >= quantity)
}

/// How many of an item a member bought so far, beside what was given back: what a limit for each member counts.
pub fn bought_by(read: &dyn Read, guild: GuildId, item: ItemId, user: UserId) -> Result<u32> {
    tables::bought_by(read, guild, item, user)
}

/// Where items are shown.
pub fn channel(read: &dyn Read, guild: GuildId) -> Result<Option<ChannelId>> {
    SHOP_CHANNEL.get(read, guild)
}

/// How the message of an item is (`T-SYN-09`); `None` where there is none.
pub fn post(read: &dyn Read, guild: GuildId, id: ItemId) -> Result<Option<PostState>> {
    ITEM_POST.state(read, guild, id.get())
}

/// A purchase in a list, with what its item is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// Its number.
    pub id: PurchaseId,
    /// The purchase.
    pub purchase: Purchase,
    /// Its item, also where it was removed.
    pub item: Item,
}

/// Purchases beyond one that was seen, at most `limit`: the latest first, orders that wait the oldest first.
pub fn purchases(
    read: &dyn Read,
    guild: GuildId,
    of: Of,
    behind: Option<PurchaseId>,
    limit: usize,
) -> Result<Vec<Bought>> {
    let mut found = Vec::new();
    for (id, purchase) in tables::purchases(read, guild, of, behind, limit)? {
        found.extend(any_item(read, guild, purchase.item)?.map(|item| Bought { id, purchase, item }));
    }
    Ok(found)
}

/// A purchase with its item.
pub fn purchase(read: &dyn Read, guild: GuildId, id: PurchaseId) -> Result<Option<Bought>> {
    let Some(purchase) = tables::PURCHASES.get(read, &(guild, id))? else { return Ok(None) };
    Ok(any_item(read, guild, purchase.item)?.map(|item| Bought { id, purchase, item }))
}

/// Whether the buyer may still give a purchase back by themselves, as far as its time and state say.
pub fn is_returnable(purchase: &Purchase, now: Timestamp) -> bool {
    super::rules::may_refund(purchase, super::rules::Returning::Buyer(purchase.user), now).is_ok()
}

/// How many orders wait, up to `limit`.
pub fn count_waiting(read: &dyn Read, guild: GuildId, limit: usize) -> Result<usize> {
    Ok(tables::purchases(read, guild, Of::Waiting, None, limit)?.len())
}

/// How an item sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    /// Its number.
    pub id: ItemId,
    /// The item, also where it was removed.
    pub item: Item,
    /// In how many purchases.
    pub purchases: u64,
    /// How many pieces in all.
    pub sold: u64,
    /// What came in on the days that were asked for.
    pub revenue: Amount,
}

/// How each item sold in all, and what came in for it on some days (counted as [`Timestamp::day`] does); the best first. From sums
/// that the store keeps.
pub fn sales(read: &dyn Read, guild: GuildId, days: Range<i64>) -> Result<Vec<Sales>> {
    let mut revenue = std::collections::BTreeMap::<ItemId, i64>::new();
    for (_, item, sum) in tables::revenue(read, guild, days)? {
        let all = revenue.entry(item).or_default();
        *all = all.saturating_add(sum.sum);
    }
    let mut found = Vec::new();
    for (id, sum) in tables::sold_of_all(read, guild)? {
        let Some(item) = any_item(read, guild, id)? else { continue };
        let revenue = Amount::ZERO.clamped_change(revenue.get(&id).copied().unwrap_or(0));
        found.push(Sales { id, item, purchases: sum.count, sold: u64::try_from(sum.sum).unwrap_or(0), revenue });
    }
    found.sort_by_key(|sales| std::cmp::Reverse((sales.revenue, sales.sold)));
    Ok(found)
}

/// What came in on each of some days.
pub fn revenue_by_day(read: &dyn Read, guild: GuildId, days: Range<i64>) -> Result<Vec<(i64, Amount)>> {
    let mut found = std::collections::BTreeMap::<i64, Amount>::new();
    for (day, _, sum) in tables::revenue(read, guild, days)? {
        let all = found.entry(day).or_default();
        *all = all.clamped_change(sum.sum);
    }
    Ok(found.into_iter().collect())
}

/// A code in a list.
pub type ListedCode = (CodeId, Code);

/// The codes that can be redeemed at a moment, the oldest first.
pub fn open_codes(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Vec<ListedCode>> {
    let mut found = Vec::new();
    for id in tables::open_codes(read, guild, super::rules::MOST_CODES)? {
        found.extend(tables::CODES.get(read, &(guild, id))?.filter(|code| code.is_open(now)).map(|code| (id, code)));
    }
    Ok(found)
}

/// A code that nobody redeems any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedCode {
    /// Its number.
    pub id: CodeId,
    /// The code.
    pub code: Code,
    /// Who redeemed it, and when; the first ones where they are many.
    pub redeemed: Vec<(UserId, Timestamp)>,
}

/// The codes that are used up, revoked or over, the latest first, at most `limit`; each with so many of those who redeemed it.
pub fn ended_codes(
    read: &dyn Read,
    guild: GuildId,
    now: Timestamp,
    (limit, named): (usize, usize),
) -> Result<Vec<EndedCode>> {
    // Not more than so many of them can be open.
    let latest =
        tables::CODES.page(read, guild, Direction::Backward, super::rules::MOST_CODES.saturating_add(limit))?;
    let ended = latest.into_iter().filter(|(_, code)| !code.is_open(now)).take(limit);
    let with_members = ended.map(|((_, id), code)| {
        let rows = tables::REDEEMED.page(read, (guild, id), Direction::Forward, named)?;
        let redeemed = rows.into_iter().map(|((.., user), at)| (user, at)).collect();
        Ok(EndedCode { id, code, redeemed })
    });
    with_members.collect()
}

/// A code.
pub fn code(read: &dyn Read, guild: GuildId, id: CodeId) -> Result<Option<Code>> {
    tables::CODES.get(read, &(guild, id))
}

/// Whether there is a code that was neither revoked nor used up.
pub fn has_open_codes(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(!tables::open_codes(read, guild, 1)?.is_empty())
}

/// How many codes and items there are, for pages: items for sale, sold out, and orders that wait (up to 1,000).
pub fn counts(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<(usize, usize, usize)> {
    let items = tables::shown(read, guild)?;
    let for_sale = items.iter().filter(|(_, item)| item.is_for_sale(now)).count();
    let sold_out = items.iter().filter(|(_, item)| item.stock == Stock::Pieces(0)).count();
    Ok((for_sale, sold_out, count_waiting(read, guild, 1_000)?))
}

/// Whether a purchase waits for somebody of the team.
pub fn is_order(purchase: &Purchase) -> bool {
    purchase.state == PurchaseState::Waiting
}
