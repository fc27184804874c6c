//! Items, purchases and codes.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::fields;
use crate::id_type;
use crate::jobs::JobKind;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{RoleId, UserId};
use crate::kernel::time::Timestamp;
use crate::roles::RoleTrouble;
use crate::store::Record;

id_type!(
    /// The number of an item within its guild: 1, 2, 3 … (`D-52`)
    ItemId
);
id_type!(
    /// The number of a purchase within its guild: 1, 2, 3 …
    PurchaseId
);
id_type!(
    /// The number of a code within its guild: 1, 2, 3 …
    CodeId
);

id_type!(
    /// The number of an entry of the ledger, which is the coins' own.
    EntryRef
);

crate::slots_by_display!(ItemId, PurchaseId, CodeId, Stock);

/// The category of an item of which none is said (`T-SHP-02`).
pub const CONSUMABLE: &str = "consumable";

/// Something that can be bought (`T-SHP-02`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is called, cleaned and not escaped.
    pub name: String,
    /// What it is, likewise; may be empty.
    pub description: String,
    /// What one costs.
    pub price: Amount,
    /// Under what it is found.
    pub category: String,
    /// The emoji before its name (`D-94`).
    pub emoji: Option<String>,
    /// How many there are.
    pub stock: Stock,
    /// Whether it is for sale.
    pub is_active: bool,
    /// What it does.
    pub kind: ItemKind,
    /// How many one member may have bought, beside those that were given back.
    pub per_member: Option<u32>,
    /// The role that a buyer has to have.
    pub required_role: Option<RoleId>,
    /// From when on it is sold.
    pub from: Option<Timestamp>,
    /// Until when it is sold.
    pub until: Option<Timestamp>,
    /// For how many minutes a buyer may give it back, where that differs from the server's setting.
    pub refund_minutes: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often it was changed by hand.
    pub revision: u64,
    /// Who answers for what it gives: whoever made it, or said what it does.
    pub made_by: Actor,
    /// When it was removed, since when nobody sees it but where it was bought.
    pub removed_at: Option<Timestamp>,
    /// Why its role cannot be given, where that is known; it is not for sale as long as that is so.
    #[serde(default)]
    pub withheld: Option<RoleTrouble>,
}

fields!(Item: withheld since 2 = None);

impl Item {
    /// A consumable of this name for this price, of which there is any number.
    pub fn new(name: impl Into<String>, price: Amount) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            price,
            category: CONSUMABLE.to_owned(),
            emoji: None,
            stock: Stock::Unlimited,
            is_active: true,
            kind: ItemKind::Consumable,
            per_member: None,
            required_role: None,
            from: None,
            until: None,
            refund_minutes: None,
            created_at: Timestamp::default(),
            revision: 0,
            made_by: Actor::System,
            removed_at: None,
            withheld: None,
        }
    }

    /// Its emoji and its name, as the export has them (`D-94`).
    pub fn called(&self) -> String {
        match &self.emoji {
            Some(emoji) => format!("{emoji} {}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether it can be bought at a moment, as far as that is the same for everybody.
    pub fn is_for_sale(&self, now: Timestamp) -> bool {
        self.is_active
            && self.withheld.is_none()
            && self.removed_at.is_none()
            && self.from.is_none_or(|from| from <= now)
            && self.until.is_none_or(|until| now < until)
    }
}

/// How many there are of an item. Stored and exported as a number, -1 for any number (`T-EDG-08`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub enum Stock {
    /// So many; at most [`Stock::MOST`].
    Pieces(u32),
    /// Any number.
    Unlimited,
}

/// A number that is no stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stock is -1 for any number, or between 0 and {}", Stock::MOST)]
pub struct NotAStock;

impl Stock {
    /// The largest number that is counted.
    pub const MOST: u32 = 1_000_000_000;

    /// Whether this many can be taken.
    pub const fn holds(self, quantity: u32) -> bool {
        match self {
            Self::Unlimited => true,
            Self::Pieces(left) => left >= quantity,
        }
    }

    /// As the seed writes it.
    pub fn number(self) -> i64 {
        self.into()
    }
}

impl TryFrom<i64> for Stock {
    type Error = NotAStock;

    fn try_from(number: i64) -> Result<Self, NotAStock> {
        match u32::try_from(number) {
            Ok(pieces) if pieces <= Self::MOST => Ok(Self::Pieces(pieces)),
            Err(_) if number == -1 => Ok(Self::Unlimited),
            _ => Err(NotAStock),
        }
    }
}

impl From<Stock> for i64 {
    fn from(stock: Stock) -> Self {
        match stock {
            Stock::Unlimited => -1,
            Stock::Pieces(pieces) => Self::from(pieces),
        }
    }
}

impl fmt::Display for Stock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("any number"),
            Self::Pieces(pieces) => write!(f, "{}", Amount::of(*pieces)),
        }
    }
}

/// What an item does (`D-44`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ItemKind {
    /// `/use` uses it up and leaves a notice.
    Consumable,
    /// Whoever buys it gets a role.
    Role {
        /// Which.
        role: RoleId,
        /// For how many hours each; for good where it is nothing.
        hours: Option<u32>,
    },
    /// It is kept.
    Other,
    /// Somebody of the team hands it over.
    Order,
}

impl ItemKind {
    /// The name in files and in the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What an item of a category does of which nobody said it (`D-44`).
    pub fn of_category(category: &str) -> Self {
        if category.eq_ignore_ascii_case(CONSUMABLE) { Self::Consumable } else { Self::Other }
    }

    /// The role that it gives.
    pub const fn role(self) -> Option<RoleId> {
        match self {
            Self::Role { role, .. } => Some(role),
            _ => None,
        }
    }

    /// For how long so many of it give the role; `None` for good, or where it gives none.
    pub fn lasts(self, quantity: u32) -> Option<Duration> {
        match self {
            Self::Role { hours: Some(hours), .. } => {
                Some(Duration::from_secs(3600_u64.saturating_mul(u64::from(hours)).saturating_mul(u64::from(quantity))))
            }
            _ => None,
        }
    }
}

/// What somebody bought, or was given by a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// What.
    pub item: ItemId,
    /// Who.
    pub user: UserId,
    /// How many.
    pub quantity: u32,
    /// What each cost.
    pub price: Amount,
    /// The entry that paid for it; none where it cost nothing.
    pub entry: Option<EntryRef>,
    /// The code that gave it.
    pub code: Option<CodeId>,
    /// When.
    pub at: Timestamp,
    /// Until when the buyer may give it back.
    pub refundable_until: Timestamp,
    /// How far it is.
    pub state: PurchaseState,
    /// How many were used up.
    pub used: u32,
    /// The role that it gave.
    pub role: Option<RoleGiven>,
    /// When it was handed over or given back, and by whom.
    pub closed: Option<(Timestamp, Actor)>,
    /// The entry that gave the money back.
    pub refund: Option<EntryRef>,
}

impl Record for Purchase {}

impl Purchase {
    /// What all of it cost. Nothing overflows: it was paid.
    pub fn total(&self) -> Amount {
        Amount::ZERO.clamped_change(self.price.get().saturating_mul(i64::from(self.quantity)))
    }

    /// How many of it the member still has.
    pub const fn held(&self) -> u32 {
        match self.state {
            PurchaseState::Refunded => 0,
            _ => self.quantity.saturating_sub(self.used),
        }
    }

    /// Whether it counts as bought.
    pub const fn counts(&self) -> bool {
        !matches!(self.state, PurchaseState::Refunded)
    }
}

/// A role that came with a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGiven {
    /// Which.
    pub role: RoleId,
    /// Until when; for good where it is nothing.
    pub until: Option<Timestamp>,
    /// For how many hours this purchase gave it.
    pub hours: Option<u32>,
}

/// How far a purchase is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum PurchaseState {
    /// The member has it.
    Done,
    /// Somebody of the team is to hand it over: an order.
    Waiting,
    /// Somebody did.
    HandedOver,
    /// It was given back, and the money returned.
    Refunded,
}

impl PurchaseState {
    /// The name in files and in the API.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a role is given for that comes with a purchase, as [`roles`](crate::roles) names it.
pub const FOR_PURCHASE: &str = "shop.purchase";

/// The buyer of a purchase of which somebody of the team did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyerTold {
    /// Who.
    pub user: UserId,
    /// Of which purchase.
    pub purchase: PurchaseId,
}

/// The job that tells a buyer that an order was handed over, or that money was given back.
pub static TELL: JobKind<BuyerTold> = JobKind::new("shop.tell", "Telling a buyer what became of a purchase");

/// How the stock is changed by hand.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum StockOperation {
    /// To this number.
    Set,
    /// By so many more.
    Add,
    /// By so many less.
    Subtract,
}

/// A code that the team gives away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// What is typed, in the form in which codes are compared.
    pub text: String,
    /// What it gives.
    pub gives: CodeGift,
    /// How many members may redeem it.
    pub most: u32,
    /// How many did.
    pub used: u32,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Who made it.
    pub made_by: Actor,
    /// When.
    pub made_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When the last member redeemed it that may.
    pub used_up_at: Option<Timestamp>,
}

impl Record for Code {}

impl Code {
    /// Whether it can be redeemed at a moment, as far as that is the same for everybody.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.used_up_at.is_none() && self.until.is_none_or(|until| now < until)
    }
}

/// What a code gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeGift {
    /// So much of the server's currency.
    Currency(Amount),
    /// So many of an item.
    Item(ItemId, u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stock_is_any_number_or_a_bounded_one() {
        crate::covers!("T-EDG-08");
        for number in [-1, 0, 1, i64::from(Stock::MOST)] {
            assert_eq!(Stock::try_from(number).map(Stock::number), Ok(number));
        }
        for number in [i64::MIN, -2, i64::from(Stock::MOST) + 1, i64::MAX] {
            assert_eq!(Stock::try_from(number), Err(NotAStock));
        }
        assert!(Stock::Unlimited.holds(u32::MAX) && Stock::Pieces(3).holds(3) && !Stock::Pieces(3).holds(4));
    }

    #[test]
    fn a_role_lasts_longer_the_more_of_it_are_bought() {
        let role = RoleId::new(1);
        assert_eq!(ItemKind::Role { role, hours: Some(2) }.lasts(3), Some(Duration::from_hours(6)));
        assert_eq!(ItemKind::Role { role, hours: None }.lasts(3), None);
        assert_eq!(ItemKind::of_category("Consumable"), ItemKind::Consumable);
        assert_eq!(ItemKind::of_category("Badges"), ItemKind::Other);
    }
}
