//! What is noted of the shop.

use serde::{Deserialize, Serialize};

use super::model::{CodeId, Item, ItemId, PurchaseId};
use crate::activity::{ActivityKind, ChangeType, Noted, Readable, Subject, Thing};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::RoleId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::roles::RoleTrouble;
use crate::sentence;

/// An item was made. About the item.
pub static ITEM_MADE: ActivityKind<ItemNoted> = ActivityKind::new("shop.item_made", |told| Some(made(told)))
    .called("An item of the shop was made")
    .heard_as(Thing::Item, ChangeType::Create);
/// An item was changed. About the item.
pub static ITEM_CHANGED: ActivityKind<ItemNoted> = ActivityKind::new("shop.item_changed", |told| Some(changed(told)))
    .called("An item of the shop was changed")
    .heard_as(Thing::Item, ChangeType::Update);
/// An item was removed. About the item.
pub static ITEM_REMOVED: ActivityKind<ItemNoted> = ActivityKind::new("shop.item_removed", |told| Some(removed(told)))
    .called("An item of the shop was removed")
    .heard_as(Thing::Item, ChangeType::Delete);
/// The stock of an item was changed by hand. About the item; before and after are the stock as a number.
pub static STOCK_CHANGED: ActivityKind<ItemNoted> = ActivityKind::new("shop.stock_changed", restocked)
    .called("The stock of an item was changed")
    .heard_as(Thing::Item, ChangeType::Update);
/// The role of an item cannot be given any more, so it is not for sale. About the item.
pub static ITEM_WITHHELD: ActivityKind<RoleNoted> =
    ActivityKind::new("shop.item_withheld", |told| Some(withheld(told)))
        .called("An item cannot be sold for now")
        .heard_as(Thing::Item, ChangeType::Update);
/// It can be given again. About the item.
pub static ITEM_RELEASED: ActivityKind<RoleNoted> =
    ActivityKind::new("shop.item_released", |told| Some(released(told)))
        .called("An item is for sale again")
        .heard_as(Thing::Item, ChangeType::Update);
/// Something was bought. About the buyer.
pub static BOUGHT: ActivityKind<PurchaseNoted> = ActivityKind::new("shop.bought", bought)
    .called("Something was bought")
    .on_pages()
    .heard_as(Thing::Inventory, ChangeType::Update);
/// Something was bought that somebody of the team hands over. About the buyer.
pub static ORDERED: ActivityKind<PurchaseNoted> = ActivityKind::new("shop.ordered", ordered)
    .called("Something was ordered")
    .heard_as(Thing::Inventory, ChangeType::Update);
/// An order was handed over. About the buyer.
pub static HANDED_OVER: ActivityKind<PurchaseNoted> =
    ActivityKind::new("shop.handed_over", handed_over).called("An order was handed over");
/// A purchase was given back. About the buyer.
pub static REFUNDED: ActivityKind<PurchaseNoted> = ActivityKind::new("shop.refunded", refunded)
    .called("A purchase was given back")
    .heard_as(Thing::Inventory, ChangeType::Update);
/// A consumable was used up: the notice of it (`D-44`). About the member.
pub static USED: ActivityKind<UseNoted> =
    ActivityKind::new("shop.used", used).called("An item was used up").heard_as(Thing::Inventory, ChangeType::Update);
/// A code was made. About nobody; nobody is told which.
pub static CODE_MADE: ActivityKind<CodeNoted> =
    ActivityKind::new("shop.code_made", |told| Some(code_made(told))).called("A code was made");
/// A code was revoked.
pub static CODE_REVOKED: ActivityKind<CodeNoted> =
    ActivityKind::new("shop.code_revoked", |told| Some(code_revoked(told))).called("A code was revoked");
/// A code was redeemed. About the member.
pub static CODE_REDEEMED: ActivityKind<CodeNoted> =
    ActivityKind::new("shop.code_redeemed", code_redeemed).called("A code was redeemed");

/// The kinds of activities of the shop.
pub const KINDS: &[&dyn Readable] = &[
    &ITEM_MADE,
    &ITEM_CHANGED,
    &ITEM_REMOVED,
    &STOCK_CHANGED,
    &ITEM_WITHHELD,
    &ITEM_RELEASED,
    &BOUGHT,
    &ORDERED,
    &HANDED_OVER,
    &REFUNDED,
    &USED,
    &CODE_MADE,
    &CODE_REVOKED,
    &CODE_REDEEMED,
];

/// What was done to an item by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemNoted {
    /// What it is called.
    pub name: String,
    /// How often it was changed by hand, this time included.
    pub revision: u64,
    /// How it was before, for whoever takes this back.
    pub before: Option<Box<Item>>,
    /// What differs, for whoever reads it.
    pub differs: Vec<Difference>,
}

/// A field of an item that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is called.
    pub field: String,
    /// How it was.
    pub before: String,
    /// How it is.
    pub after: String,
}

/// An item whose role cannot be given, or can again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleNoted {
    /// What the item is called.
    pub name: String,
    /// The role.
    pub role: RoleId,
    /// Why it cannot be given, or could not.
    pub trouble: RoleTrouble,
}

/// What was bought or given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseNoted {
    /// Which purchase.
    pub purchase: PurchaseId,
    /// Of which item.
    pub item: ItemId,
    /// What it is called.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What all of it cost.
    pub total: Amount,
}

/// What was used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseNoted {
    /// Which item.
    pub item: ItemId,
    /// What it is called.
    pub name: String,
    /// How many.
    pub quantity: u32,
}

/// A code, without what is typed: whoever reads it may redeem none by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeNoted {
    /// Which.
    pub code: CodeId,
    /// How much of the currency it gives.
    pub currency: Option<Amount>,
    /// How many of which item it gives.
    pub item: Option<(String, u32)>,
    /// How many members may redeem it.
    pub most: u32,
}

/// What differs between two forms of an item.
pub fn differences(before: &Item, after: &Item) -> Vec<Difference> {
    let moment = |at: Option<Timestamp>| at.map_or_else(|| "always".to_owned(), Timestamp::rfc3339);
    let number = |count: Option<u32>| count.map_or_else(|| "any number".to_owned(), |count| count.to_string());
    let fields = |item: &Item| {
        [
            ("name", item.name.clone()),
            ("description", item.description.clone()),
            ("price", item.price.to_string()),
            ("category", item.category.clone()),
            ("emoji", item.emoji.clone().unwrap_or_else(|| "none".to_owned())),
            ("stock", item.stock.to_string()),
            ("for sale", if item.is_active { "yes" } else { "no" }.to_owned()),
            ("kind", item.kind.name().to_owned()),
            ("role", item.kind.role().map_or_else(|| "none".to_owned(), crate::kernel::text::role)),
            (
                "hours",
                item.kind.lasts(1).map_or_else(|| "for good".to_owned(), |span| (span.as_secs() / 3600).to_string()),
            ),
            ("limit per member", number(item.per_member)),
            ("required role", item.required_role.map_or_else(|| "none".to_owned(), crate::kernel::text::role)),
            ("from", moment(item.from)),
            ("until", moment(item.until)),
            (
                "minutes to give back",
                item.refund_minutes.map_or_else(|| "as set".to_owned(), |minutes| minutes.to_string()),
            ),
            ("removed", if item.removed_at.is_some() { "yes" } else { "no" }.to_owned()),
        ]
    };
    let pairs = fields(before).into_iter().zip(fields(after));
    let differing = pairs.filter(|((_, before), (_, after))| before != after);
    differing.map(|((field, before), (_, after))| Difference { field: field.to_owned(), before, after }).collect()
}

/// About an item.
pub fn about(item: ItemId) -> Subject {
    Subject::Item(item.get())
}

fn made(told: &Noted<'_, ItemNoted>) -> Sentence {
    let (by, name) = (told.by(), told.details.name.clone());
    sentence!("{by} made the item **{name}**.", by, name).signed("🛒")
}

fn changed(told: &Noted<'_, ItemNoted>) -> Sentence {
    let (by, name) = (told.by(), told.details.name.clone());
    let parts = told.details.differs.iter().map(|Difference { field, before, after }| {
        // What people wrote is text, whatever it looks like; roles are written by us.
        let shown =
            |value: &String| if field.ends_with("role") { Sentence::read(value) } else { Sentence::typed(value) };
        sentence!("{field} from {before} to {after}", field, before = shown(before), after = shown(after))
    });
    let what = Sentence::list(parts.collect(), " and ");
    sentence!("{by} changed the item **{name}**: {what}.", by, name, what).signed("🛒")
}

fn removed(told: &Noted<'_, ItemNoted>) -> Sentence {
    let (by, name) = (told.by(), told.details.name.clone());
    sentence!("{by} removed the item **{name}**.", by, name).signed("🛒")
}

fn restocked(told: &Noted<'_, ItemNoted>) -> Option<Sentence> {
    let (by, name) = (told.by(), told.details.name.clone());
    let in_words = |number: &str| match number {
        "-1" => Sentence::words("any number"),
        number => Sentence::words(number.to_owned()),
    };
    let (before, after) = (in_words(told.before()?), in_words(told.after()?));
    let sentence = sentence!("{by} changed the stock of **{name}** from {before} to {after}.", by, name, before, after);
    Some(sentence.signed("📦"))
}

fn withheld(told: &Noted<'_, RoleNoted>) -> Sentence {
    let RoleNoted { name, role, trouble } = &told.details;
    let because = Sentence::words(trouble.because());
    sentence!("**{name}** is not for sale, because I cannot give {role}: {because}.", name, role, because).signed("🎭")
}

fn released(told: &Noted<'_, RoleNoted>) -> Sentence {
    let RoleNoted { name, role, .. } = &told.details;
    sentence!("I can give {role} again, so **{name}** is for sale again.", role, name).signed("🎭")
}

fn bought(told: &Noted<'_, PurchaseNoted>) -> Option<Sentence> {
    let PurchaseNoted { name, quantity, total, .. } = &told.details;
    let user = told.member()?;
    Some(sentence!("{user} bought {quantity} × **{name}** for {total}.", user, quantity, name, total).signed("🛍️"))
}

fn ordered(told: &Noted<'_, PurchaseNoted>) -> Option<Sentence> {
    let PurchaseNoted { name, quantity, total, purchase, .. } = &told.details;
    let user = told.member()?;
    let sentence = sentence!(
        "{user} ordered {quantity} × **{name}** for {total}. Hand it over, and then say so: order **{purchase}**.",
        user,
        quantity,
        name,
        total,
        purchase
    );
    Some(sentence.signed("📬"))
}

fn handed_over(told: &Noted<'_, PurchaseNoted>) -> Option<Sentence> {
    let PurchaseNoted { name, quantity, purchase, .. } = &told.details;
    let (by, user) = (told.by(), told.member()?);
    let sentence = sentence!(
        "{by} handed {quantity} × **{name}** over to {user} (order {purchase}).",
        by,
        quantity,
        name,
        user,
        purchase
    );
    Some(sentence.signed("📬"))
}

fn refunded(told: &Noted<'_, PurchaseNoted>) -> Option<Sentence> {
    let PurchaseNoted { name, quantity, total, .. } = &told.details;
    let user = told.member()?;
    if told.actor() == Actor::System {
        let sentence = sentence!(
            "{user} did not get the role of {quantity} × **{name}**, so that was taken back, and {total} returned.",
            user,
            quantity,
            name,
            total
        );
        return Some(sentence.signed("↩️"));
    }
    let by = (told.actor() != Actor::Member(user)).then(|| told.by());
    let by = by.map(|by| sentence!(" through {by}", by));
    let sentence = sentence!(
        "{user} gave {quantity} × **{name}** back{by}, and {total} returned.",
        user,
        quantity,
        name,
        by,
        total
    );
    Some(sentence.signed("↩️"))
}

fn used(told: &Noted<'_, UseNoted>) -> Option<Sentence> {
    let UseNoted { name, quantity, .. } = &told.details;
    let user = told.member()?;
    Some(sentence!("{user} used {quantity} × **{name}**.", user, quantity, name).signed("✨"))
}

impl CodeNoted {
    fn gift(&self) -> Sentence {
        match (&self.item, self.currency) {
            (Some((name, quantity)), _) => sentence!("{quantity} × **{name}**", quantity, name),
            (None, Some(amount)) => sentence!("**{amount}** of the currency", amount),
            (None, None) => Sentence::words("nothing"),
        }
    }
}

fn code_made(told: &Noted<'_, CodeNoted>) -> Sentence {
    let (by, gift, most, code) = (told.by(), told.details.gift(), told.details.most, told.details.code);
    match most {
        1 => sentence!("{by} made code {code} for {gift}, to be redeemed once.", by, code, gift),
        most => sentence!("{by} made code {code} for {gift}, up to {most} times.", by, code, gift, most),
    }
    .signed("🎟️")
}

fn code_revoked(told: &Noted<'_, CodeNoted>) -> Sentence {
    let (by, gift, code) = (told.by(), told.details.gift(), told.details.code);
    sentence!("{by} revoked code {code} for {gift}.", by, code, gift).signed("🎟️")
}

fn code_redeemed(told: &Noted<'_, CodeNoted>) -> Option<Sentence> {
    let (user, gift, code) = (told.member()?, told.details.gift(), told.details.code);
    Some(sentence!("{user} redeemed code {code} for {gift}.", user, code, gift).signed("🎟️"))
}
