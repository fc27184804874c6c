//! Operations on items, and what purchases do to stock, inventory and roles.
//!
//! Money is the coins' own: the flows `shop_bought` and `shop_refunded` call their ledger and this in one transaction. Each
//! operation refuses before its first write, or succeeds.

use std::time::Duration;

use super::activity::{
    HANDED_OVER, ITEM_CHANGED, ITEM_MADE, ITEM_RELEASED, ITEM_REMOVED, ITEM_WITHHELD, ItemNoted, PurchaseNoted,
    RoleNoted, STOCK_CHANGED, USED, UseNoted, about, differences,
};
use super::model::{
    BuyerTold, CodeId, EntryRef, FOR_PURCHASE, Item, ItemId, ItemKind, Purchase, PurchaseId, PurchaseState, RoleGiven,
    Stock, StockOperation, TELL,
};
use super::refusal::ShopRefusal;
use super::rules::{self, MOST_AT_ONCE, MOST_ITEMS, Returning, Wish};
use super::settings::{REFUND_MINUTES, SHOP_CHANNEL};
use super::tables;
use crate::activity::{self, Activity, ActivityId, Subject};
use crate::jobs::Lane;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::kernel::time::Timestamp;
use crate::posts::{PostKind, WhenGone};
use crate::roles::{self, Judge, RoleTrouble, Why};
use crate::settings::Change;
use crate::store::{Read, Tx, is_pseudonym};

/// The message of an item in the shop channel (`T-SYN-16`); made anew where somebody deleted it (`T-SYN-20`).
pub static ITEM_POST: PostKind = PostKind::new("shop.item", WhenGone::Recreate);

/// An item of a guild that was not removed.
pub fn item(read: &dyn Read, guild: GuildId, id: ItemId) -> Result<Item> {
    let found = tables::ITEMS.get(read, &(guild, id))?.filter(|item| item.removed_at.is_none());
    Ok(found.ok_or(ShopRefusal::NoSuchItem)?)
}

/// Makes an item, and shows it in the shop channel (`T-SYN-15`). Its number of changes and its moments are not looked at.
pub fn add(tx: &Tx<'_>, guild: GuildId, by: Actor, item: Item) -> Result<(ItemId, Item)> {
    let (created_at, made_by) = (tx.now(), by);
    let item = Item { created_at, revision: 0, made_by, removed_at: None, withheld: None, ..item };
    let item = rules::checked(&item)?;
    if tables::count_shown(tx, guild)? >= MOST_ITEMS {
        return Err(ShopRefusal::Full.into());
    }
    let id = ItemId::new(tx.next_id(guild, "shop.items")?);
    tables::put_item(tx, guild, id, &item)?;
    let noted = ItemNoted { name: item.name.clone(), revision: 0, before: None, differs: Vec::new() };
    ITEM_MADE.with(noted).by(by).of(about(id)).note(tx, guild)?;
    show(tx, guild, id)?;
    Ok((id, item))
}

/// Changes an item by hand, and its message with it. Refuses where `seen` is not its number of changes any more. What changes
/// nothing is no activity.
pub fn edit(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    id: ItemId,
    seen: Option<u64>,
    change: impl FnOnce(&mut Item),
) -> Result<Item> {
    let before = item(tx, guild, id)?;
    if seen.is_some_and(|seen| seen != before.revision) {
        return Err(ShopRefusal::ChangedMeanwhile(before.name).into());
    }
    let mut after = before.clone();
    change(&mut after);
    let (made_by, withheld) = promise(&before, &after, by);
    let (created_at, revision) = (before.created_at, before.revision);
    let kept = Item { created_at, revision, made_by, withheld, removed_at: None, ..after };
    let after = rules::checked(&kept)?;
    replace(tx, guild, by, id, before, after)
}

/// Who promises what an item gives after a change, and what is known to be in the way: both stay as long as role and duration do,
/// whoever changes the rest. Whoever changes them was judged, and answers for it from here on.
fn promise(before: &Item, after: &Item, by: Actor) -> (Actor, Option<RoleTrouble>) {
    if after.kind == before.kind { (before.made_by, before.withheld) } else { (by, None) }
}

/// Takes in which of the roles that items give can be given now: `judge` says why one cannot, for the role and who promised it. An
/// item whose role cannot be given is not for sale until it can; the team is told of both, and its message shows it.
pub fn judge_roles(tx: &Tx<'_>, guild: GuildId, judge: Judge<'_>) -> Result<()> {
    for (id, item) in tables::shown(tx, guild)? {
        let Some(role) = item.kind.role() else { continue };
        let withheld = judge(role, item.made_by);
        if withheld == item.withheld {
            continue;
        }
        let told = match (item.withheld, withheld) {
            (None, Some(trouble)) => Some((&ITEM_WITHHELD, trouble)),
            (Some(trouble), None) => Some((&ITEM_RELEASED, trouble)),
            _ => None,
        };
        let item = Item { withheld, ..item };
        tables::put_item(tx, guild, id, &item)?;
        if let Some((kind, trouble)) = told {
            kind.with(RoleNoted { name: item.name, role, trouble }).of(about(id)).note(tx, guild)?;
        }
        show(tx, guild, id)?;
    }
    Ok(())
}

/// Makes an item what somebody says from elsewhere, also one that was removed; told as a change by hand.
pub fn follow(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ItemId, wanted: &Item) -> Result<Item> {
    let before = tables::ITEMS.get(tx, &(guild, id))?.ok_or(ShopRefusal::NoSuchItem)?;
    if before.removed_at.is_some() && tables::count_shown(tx, guild)? >= MOST_ITEMS {
        return Err(ShopRefusal::Full.into());
    }
    replace(tx, guild, by, id, before, rules::checked(wanted)?)
}

/// Changes the stock by hand (`T-HLP-23`, `T-SYN-19`).
pub fn restock(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    id: ItemId,
    operation: StockOperation,
    quantity: i64,
) -> Result<Item> {
    let before = item(tx, guild, id)?;
    let stock = rules::restocked(&before, operation, quantity)?;
    set_stock(tx, guild, by, id, before, stock)
}

/// Removes an item and its message. Whoever bought it keeps what they have, and still reads its name.
pub fn remove(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ItemId) -> Result<Item> {
    let before = item(tx, guild, id)?;
    let after = Item { removed_at: Some(tx.now()), revision: before.revision + 1, ..before.clone() };
    tables::put_item(tx, guild, id, &after)?;
    let (name, revision) = (after.name.clone(), after.revision);
    let noted = ItemNoted { name, revision, before: Some(Box::new(before)), differs: Vec::new() };
    ITEM_REMOVED.with(noted).by(by).of(about(id)).note(tx, guild)?;
    ITEM_POST.withdrawn(tx, guild, id.get())?;
    Ok(after)
}

/// Shows an item once more whose message is missing or could not be posted.
pub fn repost(tx: &Tx<'_>, guild: GuildId, id: ItemId) -> Result<Item> {
    let item = item(tx, guild, id)?;
    let channel = SHOP_CHANNEL.get(tx, guild)?.ok_or(ShopRefusal::NoChannel)?;
    ITEM_POST.wanted(tx, guild, id.get(), channel)?;
    ITEM_POST.again(tx, guild, id.get())?;
    Ok(item)
}

/// Whether what somebody did to an item by hand can be taken back, as far as the activity tells.
pub fn is_undoable(act: &Activity) -> bool {
    [&ITEM_MADE, &ITEM_CHANGED, &ITEM_REMOVED, &STOCK_CHANGED].iter().any(|kind| kind.details(act).is_some())
}

/// Takes back what somebody did to an item by hand, as long as nobody changed it since. What was sold since stays sold.
pub fn undo(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ActivityId) -> Result<(ItemId, Item)> {
    let act = activity::get(tx, guild, id)?.ok_or(ShopRefusal::NoSuchChange)?;
    let Some(Subject::Item(item)) = act.subject else { return Err(ShopRefusal::NoSuchChange.into()) };
    let id = ItemId::new(item);
    let now = tables::ITEMS.get(tx, &(guild, id))?.ok_or(ShopRefusal::NoSuchItem)?;
    let stock = |number: &Option<String>| Stock::try_from(number.as_deref()?.parse::<i64>().ok()?).ok();
    let still = |noted: &ItemNoted| noted.revision == now.revision;
    if let Some(noted) = ITEM_MADE.details(&act) {
        require(still(&noted) && now.removed_at.is_none(), &now)?;
        return Ok((id, remove(tx, guild, by, id)?));
    }
    if let Some(noted) = STOCK_CHANGED.details(&act) {
        require(still(&noted) && now.removed_at.is_none(), &now)?;
        let (before, after) = stock(&act.before).zip(stock(&act.after)).ok_or(ShopRefusal::NoSuchChange)?;
        let wanted = match (before, after, now.stock) {
            (Stock::Pieces(before), Stock::Pieces(after), Stock::Pieces(left)) => {
                Stock::Pieces(left.saturating_add(before).saturating_sub(after).min(Stock::MOST))
            }
            _ => before,
        };
        return Ok((id, set_stock(tx, guild, by, id, now, wanted)?));
    }
    let noted = ITEM_CHANGED.details(&act).or_else(|| ITEM_REMOVED.details(&act)).ok_or(ShopRefusal::NoSuchChange)?;
    require(still(&noted), &now)?;
    let before = noted.before.ok_or(ShopRefusal::NoSuchChange)?;
    if now.removed_at.is_some() && tables::count_shown(tx, guild)? >= MOST_ITEMS {
        return Err(ShopRefusal::Full.into());
    }
    // What was sold since was taken from the stock of now, so that stays unless the change was about it.
    let of_stock = noted.differs.iter().any(|difference| difference.field == "stock");
    let stock = if of_stock { before.stock } else { now.stock };
    let (made_by, withheld) = promise(&now, &before, by);
    Ok((id, replace(tx, guild, by, id, now, Item { stock, made_by, withheld, ..*before })?))
}

fn require(holds: bool, now: &Item) -> Result<()> {
    if holds { Ok(()) } else { Err(ShopRefusal::ChangedSince(now.name.clone()).into()) }
}

fn replace(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ItemId, before: Item, after: Item) -> Result<Item> {
    let differs = differences(&before, &after);
    if differs.is_empty() {
        return Ok(before);
    }
    let after = Item { revision: before.revision + 1, ..after };
    tables::put_item(tx, guild, id, &after)?;
    let (name, revision) = (after.name.clone(), after.revision);
    ITEM_CHANGED
        .with(ItemNoted { name, revision, before: Some(Box::new(before)), differs })
        .by(by)
        .of(about(id))
        .note(tx, guild)?;
    show(tx, guild, id)?;
    Ok(after)
}

fn set_stock(tx: &Tx<'_>, guild: GuildId, by: Actor, id: ItemId, before: Item, stock: Stock) -> Result<Item> {
    if stock == before.stock {
        return Ok(before);
    }
    let after = Item { stock, revision: before.revision + 1, ..before.clone() };
    tables::put_item(tx, guild, id, &after)?;
    let noted = ItemNoted { name: after.name.clone(), revision: after.revision, before: None, differs: Vec::new() };
    STOCK_CHANGED
        .with(noted)
        .by(by)
        .of(about(id))
        .changing(before.stock.number().to_string(), stock.number().to_string())
        .note(tx, guild)?;
    show(tx, guild, id)?;
    Ok(after)
}

/// Lets the message of an item follow it, where there is a shop channel (`T-SHP-09`).
fn show(tx: &Tx<'_>, guild: GuildId, id: ItemId) -> Result<()> {
    match SHOP_CHANNEL.get(tx, guild)? {
        Some(channel) => ITEM_POST.wanted(tx, guild, id.get(), channel),
        None => Ok(()),
    }
}

/// Another shop channel was chosen, or none: every message moves there, or goes.
pub(super) fn channel_chosen(tx: &Tx<'_>, guild: GuildId, _: &Change) -> Result<()> {
    let channel = SHOP_CHANNEL.get(tx, guild)?;
    for (id, _) in tables::shown(tx, guild)? {
        match channel {
            Some(channel) => ITEM_POST.wanted(tx, guild, id.get(), channel)?,
            None => ITEM_POST.withdrawn(tx, guild, id.get())?,
        }
    }
    Ok(())
}

/// Whether a member may buy so many of an item, and what all of it costs (`T-SHP-12`, `T-EDG-09`). Writes nothing.
pub fn admit(
    read: &dyn Read,
    guild: GuildId,
    (user, roles): (UserId, &[RoleId]),
    id: ItemId,
    quantity: u32,
    now: Timestamp,
) -> Result<(Item, Amount)> {
    let item = item(read, guild, id)?;
    let bought = tables::bought_by(read, guild, id, user)?;
    let total = rules::may_buy(&item, Wish { quantity, roles, bought }, now)?;
    Ok((item, total))
}

/// Whether a code may give so many of an item: limits and prices do not count, what there is does.
pub fn admit_gift(read: &dyn Read, guild: GuildId, id: ItemId, quantity: u32) -> Result<Item> {
    let item = item(read, guild, id)?;
    if !(1..=MOST_AT_ONCE).contains(&quantity) {
        return Err(ShopRefusal::Quantity.into());
    }
    rules::can_give_its_role(&item)?;
    rules::in_stock(&item, quantity)?;
    Ok(item)
}

/// What is handed out, and what paid for it.
#[derive(Clone, Copy, Debug)]
pub struct Deal {
    /// Which item.
    pub id: ItemId,
    /// Who gets it.
    pub user: UserId,
    /// How many.
    pub quantity: u32,
    /// What each cost.
    pub price: Amount,
    /// The entry that paid for it.
    pub entry: Option<EntryRef>,
    /// The code that gave it.
    pub code: Option<CodeId>,
}

/// Hands out what was admitted: stock, inventory and role, and the message of the item (`T-SHP-07`..`T-SHP-09`).
pub fn deliver(tx: &Tx<'_>, guild: GuildId, item: &Item, deal: Deal) -> Result<(PurchaseId, Purchase)> {
    let Deal { id, user, quantity, price, entry, code } = deal;
    let left = Item { stock: rules::taken(item.stock, quantity), ..item.clone() };
    if left.stock != item.stock {
        tables::put_item(tx, guild, id, &left)?;
    }
    let minutes = match item.refund_minutes {
        Some(minutes) => minutes,
        None => REFUND_MINUTES.get(tx, guild)?,
    };
    let is_order = item.kind == ItemKind::Order;
    let purchase = Purchase {
        item: id,
        user,
        quantity,
        price,
        entry,
        code,
        at: tx.now(),
        refundable_until: tx.now().after(Duration::from_secs(60 * u64::from(minutes))),
        state: if is_order { PurchaseState::Waiting } else { PurchaseState::Done },
        used: 0,
        role: role_given(tx, guild, user, item.kind, quantity)?,
        closed: None,
        refund: None,
    };
    let number = tables::add_purchase(tx, guild, &purchase)?;
    if let Some(RoleGiven { role, .. }) = purchase.role {
        give_role(tx, guild, user, role, &left, Some(number))?;
    }
    show(tx, guild, id)?;
    Ok((number, purchase))
}

/// The role that so many of an item give: one that ends begins where the member's present one ends.
fn role_given(read: &Tx<'_>, guild: GuildId, user: UserId, kind: ItemKind, quantity: u32) -> Result<Option<RoleGiven>> {
    let ItemKind::Role { role, hours } = kind else { return Ok(None) };
    let Some(span) = kind.lasts(quantity) else { return Ok(Some(RoleGiven { role, until: None, hours: None })) };
    let ends = tables::with_role(read, guild, user, role)?.into_iter().filter_map(|(_, past)| past.role?.until);
    let begins = ends.fold(read.now(), Ord::max);
    let hours = hours.map(|hours| hours.saturating_mul(quantity));
    Ok(Some(RoleGiven { role, until: Some(begins.after(span)), hours }))
}

/// Gives a member a role for as long as their purchases say; not at all where none gives it any more.
///
/// Where it is for a new purchase and cannot be given, that purchase is taken back.
fn give_role(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    role: RoleId,
    item: &Item,
    purchase: Option<PurchaseId>,
) -> Result<()> {
    let now = tx.now();
    let given = tables::with_role(tx, guild, user, role)?.into_iter().filter_map(|(_, purchase)| purchase.role);
    let ends = given.map(|given| given.until).filter(|until| until.is_none_or(|until| now < until));
    let Some(until) = ends.max_by_key(|until| (until.is_none(), *until)) else { return Ok(()) };
    let why = Why::because(format!("Bought: {}", item.name)).by(item.made_by).telling_before_the_end();
    let why = match purchase {
        Some(purchase) => why.for_row((FOR_PURCHASE, purchase.get())),
        None => why,
    };
    roles::give(tx, guild, user, role, until, why)
}

/// What was used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The item.
    pub item: Item,
    /// How many the member has now.
    pub left: u32,
}

/// Uses consumables up, the oldest first, and leaves the notice of it (`D-44`, `T-HLP-25`).
pub fn use_up(tx: &Tx<'_>, guild: GuildId, user: UserId, id: ItemId, quantity: u32) -> Result<Used> {
    // What was removed from the shop is still the member's.
    let item = tables::ITEMS.get(tx, &(guild, id))?.ok_or(ShopRefusal::NoSuchItem)?;
    if quantity == 0 {
        return Err(ShopRefusal::Quantity.into());
    }
    let held = tables::held(tx, guild, user, id)?;
    if held < quantity {
        return Err(ShopRefusal::NotHeld { name: item.name, held }.into());
    }
    if item.kind != ItemKind::Consumable {
        return Err(ShopRefusal::NotConsumable(item.name).into());
    }
    let mut rest = quantity;
    while rest > 0 {
        let Some((number, purchase)) = tables::unused(tx, guild, user, id, 1)?.pop() else { break };
        let taken = purchase.held().min(rest);
        tables::put_purchase(tx, guild, number, &Purchase { used: purchase.used + taken, ..purchase })?;
        rest -= taken;
    }
    let noted = UseNoted { item: id, name: item.name.clone(), quantity };
    USED.with(noted).by(Actor::Member(user)).of(Subject::Member(user)).note(tx, guild)?;
    Ok(Used { item, left: held - quantity })
}

/// A purchase with its item, whether or not that was removed.
pub fn purchase(read: &dyn Read, guild: GuildId, id: PurchaseId) -> Result<(Purchase, Item)> {
    let purchase = tables::PURCHASES.get(read, &(guild, id))?.ok_or(ShopRefusal::NoSuchPurchase)?;
    let item = tables::ITEMS.get(read, &(guild, purchase.item))?.ok_or(ShopRefusal::NoSuchItem)?;
    Ok((purchase, item))
}

/// Notes that somebody of the team handed an order over.
pub fn hand_over(tx: &Tx<'_>, guild: GuildId, by: Actor, id: PurchaseId) -> Result<(Purchase, Item)> {
    let (waiting, item) = purchase(tx, guild, id)?;
    if waiting.state != PurchaseState::Waiting {
        return Err(ShopRefusal::NotWaiting.into());
    }
    let given = Purchase { state: PurchaseState::HandedOver, closed: Some((tx.now(), by)), ..waiting };
    tables::put_purchase(tx, guild, id, &given)?;
    let noted = noted(id, &given, &item);
    HANDED_OVER.with(noted).by(by).of(Subject::Member(given.user)).note(tx, guild)?;
    tell_buyer(tx, guild, given.user, id)?;
    Ok((given, item))
}

/// Stages the message to a buyer of what somebody of the team did with a purchase. Who was erased is told nothing.
pub fn tell_buyer(tx: &Tx<'_>, guild: GuildId, user: UserId, purchase: PurchaseId) -> Result<()> {
    if is_pseudonym(tx, guild, user)? {
        return Ok(());
    }
    TELL.schedule_now(tx, guild, Lane::User(user), &BuyerTold { user, purchase }).map(drop)
}

/// A purchase that can be given back, with its item. Writes nothing.
pub fn returnable(
    read: &dyn Read,
    guild: GuildId,
    id: PurchaseId,
    who: Returning,
    now: Timestamp,
) -> Result<(Purchase, Item)> {
    let (purchase, item) = purchase(read, guild, id)?;
    rules::may_refund(&purchase, who, now)?;
    Ok((purchase, item))
}

/// Takes back what can be given back, once the money is returned: stock, inventory and role. One that was never given is not taken.
pub fn take_back(
    tx: &Tx<'_>,
    guild: GuildId,
    by: Actor,
    id: PurchaseId,
    (purchase, item, who): (Purchase, Item, Returning),
    refund: Option<EntryRef>,
) -> Result<Purchase> {
    let returned = Item { stock: rules::returned(item.stock, purchase.quantity), ..item };
    tables::put_item(tx, guild, purchase.item, &returned)?;
    let back = Purchase { state: PurchaseState::Refunded, closed: Some((tx.now(), by)), refund, ..purchase.clone() };
    tables::put_purchase(tx, guild, id, &back)?;
    if let Some(RoleGiven { role, until: Some(until), hours: Some(hours) }) = purchase.role {
        // Whatever was bought on top of it begins so much sooner.
        let span = Duration::from_secs(3600 * u64::from(hours));
        for (other, later) in tables::with_role(tx, guild, purchase.user, role)? {
            let end = later.role.and_then(|given| given.until).filter(|end| *end > until);
            if let (Some(given), Some(end)) = (later.role, end) {
                let sooner = Some(RoleGiven { until: Some(end.before(span)), ..given });
                tables::put_purchase(tx, guild, other, &Purchase { role: sooner, ..later })?;
            }
        }
    }
    if let Some(RoleGiven { role, .. }) = purchase.role {
        match who {
            Returning::NotGiven => roles::forget(tx, guild, purchase.user, role)?,
            _ => roles::take(tx, guild, purchase.user, role, format!("Given back: {}", returned.name))?,
        }
        give_role(tx, guild, purchase.user, role, &returned, None)?;
    }
    if returned.removed_at.is_none() {
        show(tx, guild, purchase.item)?;
    }
    Ok(back)
}

/// A purchase as it is told.
pub fn noted(id: PurchaseId, purchase: &Purchase, item: &Item) -> PurchaseNoted {
    let (name, quantity, total) = (item.name.clone(), purchase.quantity, purchase.total());
    PurchaseNoted { purchase: id, item: purchase.item, name, quantity, total }
}
