//! The tables of the shop, and whatever is done to them beyond one row.
//!
//! Purchases are rows that never go; what somebody holds, what was sold and what came in are sums over them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::model::{Code, CodeId, Item, ItemId, Purchase, PurchaseId, PurchaseState};
use super::rules::MOST_ITEMS;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::kernel::time::Timestamp;
use crate::remembered::{self, Limit};
use crate::store::{
    AnyTable, Direction, ErasureAction, Index, Read, Record, Span, Sum, SumIndex, Table, Topic, Tx, UniqueIndex,
};

/// Something about the items, purchases or codes of a guild changed.
pub const CHANGED: Topic = Topic::new("shop.changed");

type ItemKey = (GuildId, ItemId);
type PurchaseKey = (GuildId, PurchaseId);

/// Items by guild and number (`T-SHP-02`); also those that were removed.
pub static ITEMS: Table<ItemKey, Item> = Table::new("shop.items", &[&SHOWN]).erasing(|key, item, erasure| {
    let made_by = item.made_by.called(|user| erasure.of(user));
    ErasureAction::from((key, item), *key, Item { made_by, ..item.clone() })
});
/// Those that were not removed.
static SHOWN: Index<ItemKey, ItemKey, Item> =
    Index::new("shop.items_shown", |key, item| item.removed_at.is_none().then_some(*key));

/// Purchases by guild and number. Those of an erased member go on under the pseudonym: what was sold was sold.
pub static PURCHASES: Table<PurchaseKey, Purchase> = Table::new(
    "shop.purchases",
    &[&BY_USER, &BY_ITEM, &WAITING, &UNUSED, &HELD, &BOUGHT, &SOLD, &REVENUE_BY_DAY, &ROLES],
)
.erasing(|key, purchase, erasure| {
    let closed = purchase.closed.map(|(at, by)| (at, by.called(|user| erasure.of(user))));
    ErasureAction::from((key, purchase), *key, Purchase { user: erasure.of(purchase.user), closed, ..purchase.clone() })
});
/// The purchases of a member.
static BY_USER: Index<(GuildId, UserId, PurchaseId), PurchaseKey, Purchase> =
    Index::new("shop.purchases_by_user", |(guild, id), purchase| Some((*guild, purchase.user, *id)));
/// The purchases of an item.
static BY_ITEM: Index<(GuildId, ItemId, PurchaseId), PurchaseKey, Purchase> =
    Index::new("shop.purchases_by_item", |(guild, id), purchase| Some((*guild, purchase.item, *id)));
/// The orders that wait, the oldest first.
static WAITING: Index<PurchaseKey, PurchaseKey, Purchase> =
    Index::new("shop.purchases_waiting", |key, purchase| (purchase.state == PurchaseState::Waiting).then_some(*key));
/// The purchases of which a member still has something, the oldest first.
static UNUSED: Index<(GuildId, UserId, ItemId, PurchaseId), PurchaseKey, Purchase> =
    Index::new("shop.purchases_unused", |(guild, id), purchase| {
        (purchase.held() > 0).then_some((*guild, purchase.user, purchase.item, *id))
    });
/// What members hold: the inventory (`T-CUR-03`).
static HELD: SumIndex<(GuildId, UserId, ItemId), PurchaseKey, Purchase> =
    SumIndex::new("shop.inventory", |(guild, _), purchase| {
        (purchase.held() > 0).then_some(((*guild, purchase.user, purchase.item), i64::from(purchase.held())))
    });
/// How many of an item a member bought, used up or not, beside what was given back.
static BOUGHT: SumIndex<(GuildId, ItemId, UserId), PurchaseKey, Purchase> =
    SumIndex::new("shop.bought_by_member", |(guild, _), purchase| {
        is_sale(purchase).then_some(((*guild, purchase.item, purchase.user), i64::from(purchase.quantity)))
    });
/// How many of an item were sold, likewise (`metadata.sales_count`).
static SOLD: SumIndex<ItemKey, PurchaseKey, Purchase> = SumIndex::new("shop.sold", |(guild, _), purchase| {
    is_sale(purchase).then_some(((*guild, purchase.item), i64::from(purchase.quantity)))
});
/// What came in on a day for an item, likewise.
static REVENUE_BY_DAY: SumIndex<(GuildId, i64, ItemId), PurchaseKey, Purchase> =
    SumIndex::new("shop.revenue_by_day", |(guild, _), purchase| {
        is_sale(purchase).then_some(((*guild, purchase.at.day(), purchase.item), purchase.total().get()))
    });
/// The purchases that gave a member a role.
static ROLES: Index<(GuildId, UserId, RoleId, PurchaseId), PurchaseKey, Purchase> =
    Index::new("shop.purchases_by_role", |(guild, id), purchase| {
        purchase.counts().then_some((*guild, purchase.user, purchase.role?.role, *id))
    });

/// Whether a purchase counts as sold: it was not given back, and no code gave it.
pub const fn is_sale(purchase: &Purchase) -> bool {
    purchase.counts() && purchase.code.is_none()
}

/// Codes by guild and number.
pub static CODES: Table<(GuildId, CodeId), Code> =
    Table::new("shop.codes", &[&BY_TEXT, &OPEN]).erasing(|key, code, erasure| {
        let made_by = code.made_by.called(|user| erasure.of(user));
        ErasureAction::from((key, code), *key, Code { made_by, ..code.clone() })
    });
/// The code of a text. One that was revoked keeps it, so that nobody takes a new one for it.
static BY_TEXT: UniqueIndex<(GuildId, String), (GuildId, CodeId), Code> =
    UniqueIndex::new("shop.codes_by_text", |(guild, _), code| Some((*guild, code.text.clone())));
/// The codes that were neither revoked nor used up.
static OPEN: Index<(GuildId, CodeId), (GuildId, CodeId), Code> =
    Index::new("shop.codes_open", |key, code| (code.revoked_at.is_none() && code.used_up_at.is_none()).then_some(*key));
/// When a member redeemed a code.
pub static REDEEMED: Table<(GuildId, CodeId, UserId), Timestamp> = Table::new("shop.redeemed", &[])
    .erasing(|(_, _, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));
/// The wrong codes that a member typed.
pub static GUESSES: Table<(GuildId, UserId), Guesses> =
    Table::new("shop.guesses", &[]).erasing(|(_, user), _, erasure| ErasureAction::delete_if(*user == erasure.member));

/// Wrong codes since a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guesses {
    /// Since when.
    pub since: Timestamp,
    /// How many.
    pub wrong: u32,
}

impl Record for Guesses {}

/// The tables of this feature.
pub const TABLES: &[&dyn AnyTable] = &[&ITEMS, &PURCHASES, &CODES, &REDEEMED, &GUESSES];

/// Writes an item and tells who looks at it.
pub fn put_item(tx: &Tx<'_>, guild: GuildId, id: ItemId, item: &Item) -> Result<()> {
    ITEMS.put(tx, &(guild, id), item)?;
    tx.publish(CHANGED, guild);
    Ok(())
}

/// Writes a purchase and tells who looks at it.
pub fn put_purchase(tx: &Tx<'_>, guild: GuildId, id: PurchaseId, purchase: &Purchase) -> Result<()> {
    PURCHASES.put(tx, &(guild, id), purchase)?;
    tx.publish(CHANGED, guild);
    Ok(())
}

/// Adds a purchase under the next number.
pub fn add_purchase(tx: &Tx<'_>, guild: GuildId, purchase: &Purchase) -> Result<PurchaseId> {
    let id = PurchaseId::new(tx.next_id(guild, "shop.purchases")?);
    put_purchase(tx, guild, id, purchase)?;
    Ok(id)
}

/// The items that were not removed, by number.
pub fn shown(read: &dyn Read, guild: GuildId) -> Result<Vec<(ItemId, Item)>> {
    let mut items = Vec::new();
    for (_, id) in SHOWN.page(read, guild, Direction::Forward, MOST_ITEMS)? {
        items.extend(ITEMS.get(read, &(guild, id))?.map(|item| (id, item)));
    }
    Ok(items)
}

/// How many items were not removed.
pub fn count_shown(read: &dyn Read, guild: GuildId) -> Result<usize> {
    Ok(SHOWN.page(read, guild, Direction::Forward, MOST_ITEMS)?.len())
}

/// The highest number of an item; 0 where there is none.
pub fn last_item(read: &dyn Read, guild: GuildId) -> Result<u64> {
    Ok(ITEMS.first(read, guild, Direction::Backward)?.map_or(0, |((_, id), _)| id.get()))
}

/// How many of an item a member has.
pub fn held(read: &dyn Read, guild: GuildId, user: UserId, item: ItemId) -> Result<u32> {
    Ok(count(HELD.get(read, &(guild, user, item))?))
}

/// What a member has, by item.
pub fn inventory(read: &dyn Read, guild: GuildId, user: UserId, limit: usize) -> Result<Vec<(ItemId, u32)>> {
    let held = HELD.page(read, (guild, user), Direction::Forward, limit)?;
    Ok(held.into_iter().map(|((.., item), sum)| (item, count(sum))).collect())
}

/// What all members have, by member and item; of one guild or of all.
pub fn inventories(
    read: &dyn Read,
    wanted: Option<GuildId>,
    show: &mut dyn FnMut((GuildId, UserId, ItemId), u32) -> Result<()>,
) -> Result<()> {
    let mut rest = wanted.map_or_else(Span::all, Span::of);
    loop {
        let page = HELD.page(read, rest, Direction::Forward, PAGE)?;
        let Some((last, _)) = page.last().copied() else { return Ok(()) };
        for (key, sum) in page {
            show(key, count(sum))?;
        }
        rest = wanted.map_or_else(Span::all, Span::of).after(last);
    }
}

/// How many buckets are read at a time.
const PAGE: usize = 500;

/// How many of an item a member bought, beside what was given back; with what they bought before they were erased, where the
/// item had a limit then.
pub fn bought_by(read: &dyn Read, guild: GuildId, item: ItemId, user: UserId) -> Result<u32> {
    let before = remembered::of(read, guild, user, Limit::Item(item.get()))?.map_or(0, |mark| mark.count);
    Ok(count(BOUGHT.get(read, &(guild, item, user))?).saturating_add(before))
}

/// How many of an item were sold, beside what was given back (`T-SHP-07`).
pub fn sold(read: &dyn Read, guild: GuildId, item: ItemId) -> Result<u64> {
    Ok(u64::try_from(SOLD.get(read, &(guild, item))?.sum).unwrap_or(0))
}

/// In how many purchases, how many of each item were sold, by item.
pub fn sold_of_all(read: &dyn Read, guild: GuildId) -> Result<Vec<(ItemId, Sum)>> {
    let sold = SOLD.page(read, guild, Direction::Forward, usize::MAX)?;
    Ok(sold.into_iter().map(|((_, item), sum)| (item, sum)).collect())
}

/// What came in on some days, by day and item.
pub fn revenue(read: &dyn Read, guild: GuildId, days: Range<i64>) -> Result<Vec<(i64, ItemId, Sum)>> {
    let span = Span::of(guild).starting_at((guild, days.start)).before((guild, days.end));
    let found = REVENUE_BY_DAY.page(read, span, Direction::Forward, usize::MAX)?;
    Ok(found.into_iter().map(|((_, day, item), sum)| (day, item, sum)).collect())
}

/// The purchases of an item that a member still has something of, the oldest first.
pub fn unused(
    read: &dyn Read,
    guild: GuildId,
    user: UserId,
    item: ItemId,
    limit: usize,
) -> Result<Vec<(PurchaseId, Purchase)>> {
    let keys = UNUSED.page(read, (guild, user, item), Direction::Forward, limit)?;
    rows(read, keys.into_iter().map(|(.., id)| (guild, id)))
}

/// The purchases that gave a member a role and were not given back.
pub fn with_role(read: &dyn Read, guild: GuildId, user: UserId, role: RoleId) -> Result<Vec<(PurchaseId, Purchase)>> {
    let keys = ROLES.page(read, (guild, user, role), Direction::Forward, usize::MAX)?;
    rows(read, keys.into_iter().map(|(.., id)| (guild, id)))
}

/// Where a list of purchases is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// All.
    Guild,
    /// Those of a member.
    User(UserId),
    /// Those of an item.
    Item(ItemId),
    /// The orders that wait; these come the oldest first, all others the latest first.
    Waiting,
}

/// Purchases beyond one that was seen, at most `limit`.
pub fn purchases(
    read: &dyn Read,
    guild: GuildId,
    of: Of,
    behind: Option<PurchaseId>,
    limit: usize,
) -> Result<Vec<(PurchaseId, Purchase)>> {
    let ids: Vec<PurchaseId> = match of {
        Of::Guild => {
            let span = behind.map_or(Span::of(guild), |behind| Span::of(guild).before((guild, behind)));
            return Ok(PURCHASES
                .page(read, span, Direction::Backward, limit)?
                .into_iter()
                .map(|((_, id), row)| (id, row))
                .collect());
        }
        Of::Waiting => {
            let span = behind.map_or(Span::of(guild), |behind| Span::of(guild).after((guild, behind)));
            WAITING.page(read, span, Direction::Forward, limit)?.into_iter().map(|(_, id)| id).collect()
        }
        Of::User(user) => {
            let all = Span::of((guild, user));
            let span = behind.map_or(all.clone(), |behind| all.before((guild, user, behind)));
            BY_USER.page(read, span, Direction::Backward, limit)?.into_iter().map(|(.., id)| id).collect()
        }
        Of::Item(item) => {
            let all = Span::of((guild, item));
            let span = behind.map_or(all.clone(), |behind| all.before((guild, item, behind)));
            BY_ITEM.page(read, span, Direction::Backward, limit)?.into_iter().map(|(.., id)| id).collect()
        }
    };
    rows(read, ids.into_iter().map(|id| (guild, id)))
}

/// The code of a text.
pub fn code_of(read: &dyn Read, guild: GuildId, text: &str) -> Result<Option<(CodeId, Code)>> {
    let Some((_, id)) = BY_TEXT.get(read, &(guild, text.to_owned()))? else { return Ok(None) };
    Ok(CODES.get(read, &(guild, id))?.map(|code| (id, code)))
}

/// The numbers of the codes that were neither revoked nor used up, the oldest first; some may be over.
pub fn open_codes(read: &dyn Read, guild: GuildId, limit: usize) -> Result<Vec<CodeId>> {
    Ok(OPEN.page(read, guild, Direction::Forward, limit)?.into_iter().map(|(_, id)| id).collect())
}

fn rows(read: &dyn Read, keys: impl Iterator<Item = PurchaseKey>) -> Result<Vec<(PurchaseId, Purchase)>> {
    let mut found = Vec::new();
    for key in keys {
        found.extend(PURCHASES.get(read, &key)?.map(|purchase| (key.1, purchase)));
    }
    Ok(found)
}

fn count(sum: Sum) -> u32 {
    u32::try_from(sum.sum).unwrap_or(if sum.sum < 0 { 0 } else { u32::MAX })
}
