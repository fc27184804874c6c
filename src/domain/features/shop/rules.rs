//! Every decision of the shop, as pure functions.

use std::time::Duration;

use super::model::{Item, ItemKind, Purchase, PurchaseState, Stock, StockOperation};
use super::refusal::{CodeRefusal, ShopRefusal};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{RoleId, UserId};
use crate::kernel::text::{one_line, paragraph};
use crate::kernel::time::Timestamp;

/// The most pieces of one purchase (`D-43`).
pub const MOST_AT_ONCE: u32 = 1_000;
/// The most items of a server that are not removed.
pub const MOST_ITEMS: usize = 1_000;
/// The most codes of a server that can be redeemed.
pub const MOST_CODES: usize = 1_000;
/// What one may cost at most: a purchase of all that can be bought at once still fits a balance.
pub const LARGEST_PRICE: Amount = Amount::of(1_000_000_000);
/// The longest name: Discord shows no longer one where items are chosen.
pub const LONGEST_NAME: usize = 80;
/// The longest description.
pub const LONGEST_DESCRIPTION: usize = 1_000;
/// The longest name of a category.
pub const LONGEST_CATEGORY: usize = 40;
/// The longest time for which a role is given at once: ten years.
pub const MOST_HOURS: u32 = 87_600;
/// How short and how long a code may be that the team words itself.
pub const LEAST_CODE: usize = 8;
/// The longest.
pub const LONGEST_CODE: usize = 32;
/// How many wrong codes a member may type within [`GUESSING`].
pub const MOST_GUESSES: u32 = 5;
/// For how long wrong codes count.
pub const GUESSING: Duration = Duration::from_hours(1);

/// Who wants how many of something.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'w> {
    /// How many.
    pub quantity: u32,
    /// The roles that the buyer has.
    pub roles: &'w [RoleId],
    /// How many the buyer bought before, beside those that were given back.
    pub bought: u32,
}

/// Whether an item can be bought so (`T-HLP-20`, `T-HLP-21`), and what all of it costs. What is the same for everybody is
/// said first.
pub fn may_buy(item: &Item, wish: Wish<'_>, now: Timestamp) -> Result<Amount, ShopRefusal> {
    let name = || item.name.clone();
    if item.removed_at.is_some() {
        return Err(ShopRefusal::NoSuchItem);
    }
    if !item.is_active {
        return Err(ShopRefusal::NotForSale(name()));
    }
    can_give_its_role(item)?;
    if let Some(from) = item.from.filter(|from| now < *from) {
        return Err(ShopRefusal::NotYet { name: name(), from });
    }
    if let Some(until) = item.until.filter(|until| *until <= now) {
        return Err(ShopRefusal::Over { name: name(), until });
    }
    if !(1..=MOST_AT_ONCE).contains(&wish.quantity) {
        return Err(ShopRefusal::Quantity);
    }
    if let Some(role) = item.required_role.filter(|role| !wish.roles.contains(role)) {
        return Err(ShopRefusal::NeedsRole { name: name(), role });
    }
    in_stock(item, wish.quantity)?;
    within_limit(item, wish)?;
    total(item.price, wish.quantity).ok_or(ShopRefusal::BeyondAll)
}

/// Whether the role that it gives can be given, as far as is known.
pub fn can_give_its_role(item: &Item) -> Result<(), ShopRefusal> {
    if item.withheld.is_none() { Ok(()) } else { Err(ShopRefusal::Withheld(item.name.clone())) }
}

/// Whether there are so many (`T-HLP-21`).
pub fn in_stock(item: &Item, quantity: u32) -> Result<(), ShopRefusal> {
    match item.stock {
        stock if stock.holds(quantity) => Ok(()),
        Stock::Pieces(left @ 1..) => Err(ShopRefusal::TooFew { name: item.name.clone(), left }),
        _ => Err(ShopRefusal::SoldOut(item.name.clone())),
    }
}

/// Whether one member may buy so many. A role for good is bought once.
fn within_limit(item: &Item, wish: Wish<'_>) -> Result<(), ShopRefusal> {
    let together = wish.bought.saturating_add(wish.quantity);
    if matches!(item.kind, ItemKind::Role { hours: None, .. }) && together > 1 {
        return Err(ShopRefusal::AlreadyYours(item.name.clone()));
    }
    match item.per_member {
        Some(limit) if together > limit => {
            Err(ShopRefusal::Limit { name: item.name.clone(), limit, left: limit.saturating_sub(wish.bought) })
        }
        _ => Ok(()),
    }
}

/// What so many cost (`T-HLP-22`); `None` for more than a balance can hold.
pub fn total(price: Amount, quantity: u32) -> Option<Amount> {
    Amount::try_from(price.get().checked_mul(i64::from(quantity))?).ok()
}

/// A stock with so many fewer. What is sold was looked at before.
pub fn taken(stock: Stock, quantity: u32) -> Stock {
    match stock {
        Stock::Pieces(left) => Stock::Pieces(left.saturating_sub(quantity)),
        Stock::Unlimited => Stock::Unlimited,
    }
}

/// A stock with so many more, which were given back. It grows no further than a stock can.
pub fn returned(stock: Stock, quantity: u32) -> Stock {
    match stock {
        Stock::Pieces(left) => Stock::Pieces(left.saturating_add(quantity).min(Stock::MOST)),
        Stock::Unlimited => Stock::Unlimited,
    }
}

/// What the stock becomes by hand (`T-HLP-23`): never below 0.
pub fn restocked(item: &Item, operation: StockOperation, quantity: i64) -> Result<Stock, ShopRefusal> {
    if operation == StockOperation::Set {
        return Stock::try_from(quantity).map_err(|_| ShopRefusal::NotAStock);
    }
    let Stock::Pieces(left) = item.stock else { return Err(ShopRefusal::EndlessStock(item.name.clone())) };
    let quantity = u32::try_from(quantity).map_err(|_| ShopRefusal::NotAStock)?;
    match operation {
        StockOperation::Subtract => {
            let fewer = left.checked_sub(quantity).ok_or(ShopRefusal::BelowZero { name: item.name.clone(), left })?;
            Ok(Stock::Pieces(fewer))
        }
        StockOperation::Add | StockOperation::Set => {
            let more = i64::from(left) + i64::from(quantity);
            Stock::try_from(more).map_err(|_| ShopRefusal::NotAStock)
        }
    }
}

/// An item as it may be kept: with clean texts, and within all bounds.
pub fn checked(item: &Item) -> Result<Item, ShopRefusal> {
    let name = one_line(&item.name, LONGEST_NAME);
    if name.is_empty() {
        return Err(ShopRefusal::NoName);
    }
    if item.price > LARGEST_PRICE {
        return Err(ShopRefusal::Price);
    }
    if item.per_member == Some(0) {
        return Err(ShopRefusal::PerMember);
    }
    if let ItemKind::Role { hours: Some(hours), .. } = item.kind
        && !(1..=MOST_HOURS).contains(&hours)
    {
        return Err(ShopRefusal::Hours);
    }
    if item.from.zip(item.until).is_some_and(|(from, until)| until <= from) {
        return Err(ShopRefusal::EndsTooSoon);
    }
    let category = one_line(&item.category, LONGEST_CATEGORY);
    Ok(Item {
        name,
        description: paragraph(&item.description, LONGEST_DESCRIPTION),
        // A category says something of the kind to whoever reads it, so nothing is said of another kind.
        category: if category.is_empty() && item.kind == ItemKind::Consumable {
            super::model::CONSUMABLE.to_owned()
        } else {
            category
        },
        emoji: item.emoji.as_deref().map(str::trim).filter(|typed| !typed.is_empty()).map(emoji).transpose()?,
        ..item.clone()
    })
}

/// One emoji: a character of its own, or one of a server as Discord writes it, `<:name:1234>`.
fn emoji(typed: &str) -> Result<String, ShopRefusal> {
    let is_custom = typed.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).is_some_and(|inner| {
        let mut parts = inner.split(':');
        let shape = (parts.next(), parts.next(), parts.next(), parts.next());
        matches!(shape, (Some("" | "a"), Some(name), Some(id), None)
            if (2..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && (15..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let is_drawn = !typed.is_ascii()
        && typed.chars().count() <= 12
        && !typed.chars().any(|character| {
            character.is_alphabetic()
                || character.is_whitespace()
                || character.is_ascii_punctuation() && !"#*".contains(character)
        });
    if is_custom || is_drawn { Ok(typed.to_owned()) } else { Err(ShopRefusal::NotAnEmoji) }
}

/// Who wants to give something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    /// Whoever may have bought it.
    Buyer(UserId),
    /// Somebody of the team, who may do so at any time.
    Team,
    /// Nobody: its role could not be given.
    NotGiven,
}

/// Whether a purchase can be given back.
pub fn may_refund(purchase: &Purchase, who: Returning, now: Timestamp) -> Result<(), ShopRefusal> {
    if let Returning::Buyer(user) = who
        && user != purchase.user
    {
        return Err(ShopRefusal::NotYours);
    }
    if purchase.state == PurchaseState::Refunded {
        return Err(ShopRefusal::AlreadyRefunded);
    }
    if who == Returning::NotGiven {
        return Ok(());
    }
    if purchase.code.is_some() {
        return Err(ShopRefusal::WasAGift);
    }
    if purchase.used > 0 {
        return Err(ShopRefusal::UsedUp { used: purchase.used, quantity: purchase.quantity });
    }
    if let Some(until) = purchase.role.and_then(|given| given.until).filter(|until| *until <= now) {
        return Err(ShopRefusal::RoleEnded(until));
    }
    if matches!(who, Returning::Buyer(_)) {
        if purchase.state == PurchaseState::HandedOver {
            return Err(ShopRefusal::WasHandedOver);
        }
        if purchase.refundable_until <= now {
            return Err(ShopRefusal::TooLate(purchase.refundable_until));
        }
    }
    Ok(())
}

/// A typed code in the form in which codes are compared: its letters in capitals and its digits, without what people put
/// between them.
pub fn code_text(typed: &str) -> Result<String, CodeRefusal> {
    let text: String = typed
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let fits =
        (LEAST_CODE..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(text) } else { Err(CodeRefusal::BadText) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::shop::model::ItemId;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);
    const ROLE: RoleId = RoleId::new(7);

    fn item() -> Item {
        Item { stock: Stock::Pieces(5), ..Item::new("Cookie", Amount::of(100)) }
    }

    fn wish(quantity: u32) -> Wish<'static> {
        Wish { quantity, roles: &[], bought: 0 }
    }

    fn code(refused: &ShopRefusal) -> &'static str {
        use crate::kernel::refusal::Refuse;
        refused.code()
    }

    #[test]
    fn what_cannot_be_bought_says_why() {
        crate::covers!("T-SHP-04", "T-HLP-20", "T-HLP-21", "T-EDG-09");
        let later = NOW.after(Duration::from_secs(1));
        let role = |hours| ItemKind::Role { role: ROLE, hours };
        let cases = [
            (Item { removed_at: Some(NOW), ..item() }, wish(1), "shop.no_such_item"),
            (Item { is_active: false, ..item() }, wish(1), "shop.not_for_sale"),
            (Item { withheld: Some(crate::roles::RoleTrouble::TooHigh), ..item() }, wish(1), "shop.withheld"),
            (Item { from: Some(later), ..item() }, wish(1), "shop.not_yet"),
            (Item { until: Some(NOW), ..item() }, wish(1), "shop.over"),
            (item(), wish(0), "shop.quantity"),
            (Item { stock: Stock::Unlimited, ..item() }, wish(1001), "shop.quantity"),
            (Item { required_role: Some(ROLE), ..item() }, wish(1), "shop.needs_role"),
            (item(), wish(6), "shop.too_few"),
            (Item { stock: Stock::Pieces(0), ..item() }, wish(1), "shop.sold_out"),
            (Item { per_member: Some(2), ..item() }, Wish { bought: 1, ..wish(2) }, "shop.limit"),
            (Item { kind: role(None), ..item() }, wish(2), "shop.already_yours"),
            (Item { kind: role(None), ..item() }, Wish { bought: 1, ..wish(1) }, "shop.already_yours"),
            (Item { price: Amount::MAX, ..item() }, wish(2), "shop.beyond_all"),
        ];
        for (item, wish, refused) in cases {
            assert_eq!(may_buy(&item, wish, NOW).as_ref().map_err(code), Err(refused), "{item:?}");
        }
        let bought = [
            (item(), wish(5), 500),
            (Item { stock: Stock::Unlimited, ..item() }, wish(1000), 100_000),
            (Item { from: Some(NOW), until: Some(later), ..item() }, wish(1), 100),
            (Item { required_role: Some(ROLE), ..item() }, Wish { roles: &[ROLE], ..wish(1) }, 100),
            (Item { per_member: Some(2), ..item() }, Wish { bought: 1, ..wish(1) }, 100),
            (Item { kind: role(Some(2)), ..item() }, Wish { bought: 3, ..wish(2) }, 200),
            (Item { price: Amount::ZERO, ..item() }, wish(3), 0),
        ];
        for (item, wish, costs) in bought {
            assert_eq!(may_buy(&item, wish, NOW).map(Amount::get), Ok(costs), "{item:?}");
        }
    }

    #[test]
    fn a_price_times_a_quantity_never_overflows() {
        crate::covers!("T-HLP-22");
        assert_eq!(total(Amount::of(7), 3), Some(Amount::of(21)));
        assert_eq!(total(Amount::MAX, 1), Some(Amount::MAX));
        assert_eq!(total(Amount::MAX, u32::MAX), None);
        assert!(total(LARGEST_PRICE, MOST_AT_ONCE).is_some(), "what may be asked for fits a balance");
    }

    #[test]
    fn a_stock_never_goes_below_nothing() {
        crate::covers!("T-HLP-23");
        let endless = Item { stock: Stock::Unlimited, ..item() };
        let cases = [
            (item(), StockOperation::Set, -1, Ok(-1)),
            (item(), StockOperation::Set, -2, Err("shop.not_a_stock")),
            (item(), StockOperation::Add, 3, Ok(8)),
            (item(), StockOperation::Add, i64::from(Stock::MOST), Err("shop.not_a_stock")),
            (item(), StockOperation::Add, -1, Err("shop.not_a_stock")),
            (item(), StockOperation::Add, i64::MAX, Err("shop.not_a_stock")),
            (item(), StockOperation::Subtract, 5, Ok(0)),
            (item(), StockOperation::Subtract, 6, Err("shop.below_zero")),
            (endless.clone(), StockOperation::Subtract, 1, Err("shop.endless_stock")),
            (endless.clone(), StockOperation::Add, 1, Err("shop.endless_stock")),
            (endless, StockOperation::Set, 4, Ok(4)),
        ];
        for (item, operation, quantity, becomes) in cases {
            let found = restocked(&item, operation, quantity);
            assert_eq!(found.as_ref().map(|stock| stock.number()).map_err(code), becomes, "{operation} {quantity}");
        }
    }

    #[test]
    fn an_item_is_kept_clean_and_within_bounds() {
        let typed =
            Item { name: "  Big\n cookie ".into(), category: " ".into(), emoji: Some(" 🍪 ".into()), ..item() };
        let kept = checked(&typed).unwrap();
        assert_eq!((kept.name.as_str(), kept.category.as_str()), ("Big cookie", "consumable"));
        assert_eq!(kept.called(), "🍪 Big cookie");
        let gives_a_role = Item { kind: ItemKind::Role { role: ROLE, hours: None }, ..typed };
        assert_eq!(checked(&gives_a_role).unwrap().category, "", "it says nothing false of the kind");
        let refused = [
            (Item { name: " \n".into(), ..item() }, "shop.no_name"),
            (Item { price: Amount::MAX, ..item() }, "shop.price"),
            (Item { per_member: Some(0), ..item() }, "shop.per_member"),
            (Item { from: Some(NOW), until: Some(NOW), ..item() }, "shop.ends_too_soon"),
            (Item { kind: ItemKind::Role { role: ROLE, hours: Some(0) }, ..item() }, "shop.hours"),
        ];
        for (item, why) in refused {
            assert_eq!(checked(&item).as_ref().map_err(code), Err(why));
        }
        for emoji in ["🍪", "👩‍🚀", "<:cookie:123456789012345678>", "<a:co_okie:123456789012345678>", "3️⃣"]
        {
            assert!(checked(&Item { emoji: Some(emoji.into()), ..item() }).is_ok(), "{emoji}");
        }
        for typed in ["cookie", ":cookie:", "@everyone", "<@1>", "<:x:1>", "🍪 @here", "<:a:b:123456789012345678>"] {
            let found = checked(&Item { emoji: Some(typed.into()), ..item() });
            assert_eq!(found.as_ref().map_err(code), Err("shop.not_an_emoji"), "{typed}");
        }
    }

    #[test]
    fn a_purchase_is_given_back_by_its_buyer_for_a_while_and_by_the_team_later() {
        let buyer = UserId::new(1);
        let later = NOW.after(Duration::from_secs(1));
        let purchase = Purchase {
            item: ItemId::new(1),
            user: buyer,
            quantity: 3,
            price: Amount::of(5),
            entry: None,
            code: None,
            at: NOW,
            refundable_until: later,
            state: PurchaseState::Done,
            used: 0,
            role: None,
            closed: None,
            refund: None,
        };
        let role = |until| Some(super::super::model::RoleGiven { role: ROLE, until, hours: Some(1) });
        let cases = [
            (purchase.clone(), Returning::Buyer(buyer), Ok(())),
            (purchase.clone(), Returning::Buyer(UserId::new(2)), Err("shop.not_yours")),
            (Purchase { state: PurchaseState::Waiting, ..purchase.clone() }, Returning::Buyer(buyer), Ok(())),
            (
                Purchase { state: PurchaseState::HandedOver, ..purchase.clone() },
                Returning::Buyer(buyer),
                Err("shop.was_handed_over"),
            ),
            (Purchase { state: PurchaseState::HandedOver, ..purchase.clone() }, Returning::Team, Ok(())),
            (
                Purchase { state: PurchaseState::Refunded, ..purchase.clone() },
                Returning::Team,
                Err("shop.already_refunded"),
            ),
            (Purchase { refundable_until: NOW, ..purchase.clone() }, Returning::Buyer(buyer), Err("shop.too_late")),
            (Purchase { refundable_until: NOW, ..purchase.clone() }, Returning::Team, Ok(())),
            (Purchase { used: 1, ..purchase.clone() }, Returning::Team, Err("shop.used_up")),
            (Purchase { role: role(Some(NOW)), ..purchase.clone() }, Returning::NotGiven, Ok(())),
            (
                Purchase { state: PurchaseState::Refunded, ..purchase.clone() },
                Returning::NotGiven,
                Err("shop.already_refunded"),
            ),
            (Purchase { role: role(Some(NOW)), ..purchase.clone() }, Returning::Team, Err("shop.role_ended")),
            (Purchase { role: role(Some(later)), ..purchase.clone() }, Returning::Team, Ok(())),
            (Purchase { role: role(None), ..purchase.clone() }, Returning::Buyer(buyer), Ok(())),
            (
                Purchase { code: Some(super::super::model::CodeId::new(1)), ..purchase },
                Returning::Team,
                Err("shop.was_a_gift"),
            ),
        ];
        for (purchase, who, becomes) in cases {
            assert_eq!(may_refund(&purchase, who, NOW).as_ref().copied().map_err(code), becomes, "{purchase:?}");
        }
    }

    #[test]
    fn codes_are_compared_without_case_and_gaps() {
        assert_eq!(code_text("abcd-EFGH 1234"), Ok("ABCDEFGH1234".into()));
        for typed in ["", "short", "with_underscore", "ünïcödëcödë", &"A".repeat(33)] {
            assert_eq!(code_text(typed), Err(CodeRefusal::BadText), "{typed}");
        }
    }
}
