//! What is sent of an item, by a program or by a form, read into what the item becomes. What is left out stays as it is, and what is
//! sent empty is taken away.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::features::shop::model::{Item, ItemKind, Stock};
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::rules::LARGEST_PRICE;
use crate::kernel::amount::Amount;
use crate::kernel::error::Error;
use crate::kernel::ids::RoleId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::web::answer::Problem;
use crate::web::filter;
use crate::web::input::Typed;

/// A field that may be left out, be empty, or hold something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sent<T> {
    /// It was not sent.
    #[default]
    Not,
    /// It was sent empty.
    Nothing,
    /// It holds this.
    This(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sent<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Nothing, Self::This))
    }
}

/// The document of the API tells what it is where it is left out.
impl<T: Serialize> Serialize for Sent<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Not | Self::Nothing => serializer.serialize_none(),
            Self::This(value) => value.serialize(serializer),
        }
    }
}

impl<T: Clone> Sent<T> {
    /// Puts what was sent in the place of what is there.
    fn put(&self, to: &mut Option<T>) {
        match self {
            Self::Not => {}
            Self::Nothing => *to = None,
            Self::This(value) => *to = Some(value.clone()),
        }
    }

    /// The same of what is never nothing; `empty` stands for nothing.
    fn put_or(&self, empty: T, to: &mut T) {
        match self {
            Self::Not => {}
            Self::Nothing => *to = empty,
            Self::This(value) => to.clone_from(value),
        }
    }
}

/// What an item does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindName {
    /// It is used up.
    Consumable,
    /// It gives a role.
    Role,
    /// It is kept.
    Other,
    /// Somebody of the team hands it over.
    Order,
}

/// An item as it is sent. What is left out stays as it is; of a new item it is what is usual.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ItemBody {
    /// What it is called.
    #[schema(value_type = Option<String>)]
    pub name: Sent<String>,
    /// What it is.
    #[schema(value_type = Option<String>)]
    pub description: Sent<String>,
    /// What one costs.
    #[schema(value_type = Option<Typed>)]
    pub price: Sent<Typed>,
    /// Under what it is found; `consumable` without it, where that is its kind.
    #[schema(value_type = Option<String>)]
    pub category: Sent<String>,
    /// How many there are; -1 for any number, which is usual.
    #[schema(value_type = Option<Typed>)]
    pub stock: Sent<Typed>,
    /// One emoji before its name.
    #[schema(value_type = Option<String>)]
    pub emoji: Sent<String>,
    /// Whether it is for sale; it is, without it.
    pub is_active: Option<bool>,
    /// What it does; by its category without it: a consumable is used up, another is kept.
    pub kind: Option<KindName>,
    /// The role that it gives.
    #[schema(value_type = Option<Typed>)]
    pub role_id: Sent<Typed>,
    /// For how many hours it gives the role; for good without it.
    #[schema(value_type = Option<Typed>)]
    pub role_hours: Sent<Typed>,
    /// How many one member may buy; any number without it.
    #[schema(value_type = Option<Typed>)]
    pub per_member: Sent<Typed>,
    /// The role that a buyer needs.
    #[schema(value_type = Option<Typed>)]
    pub required_role_id: Sent<Typed>,
    /// From when on it is sold.
    #[schema(value_type = Option<String>)]
    pub starts_at: Sent<String>,
    /// Until when it is sold.
    #[schema(value_type = Option<String>)]
    pub ends_at: Sent<String>,
    /// For how many minutes a buyer may give it back; as the server set it without it.
    #[schema(value_type = Option<Typed>)]
    pub refund_minutes: Sent<Typed>,
}

/// What is sent of an item, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    name: Sent<String>,
    description: Sent<String>,
    price: Sent<Amount>,
    category: Sent<String>,
    stock: Sent<Stock>,
    emoji: Sent<String>,
    is_active: Option<bool>,
    kind: Option<KindName>,
    /// The role that it gives.
    pub role: Sent<RoleId>,
    hours: Sent<u32>,
    per_member: Sent<u32>,
    /// The role that a buyer needs.
    pub required_role: Sent<RoleId>,
    from: Sent<Timestamp>,
    until: Sent<Timestamp>,
    refund_minutes: Sent<u32>,
}

/// Reads fields, and gathers what is wrong with them.
#[derive(Default)]
struct Reader(BTreeMap<String, Sentence>);

impl Reader {
    fn read<T, U>(
        &mut self,
        field: &str,
        sent: &Sent<T>,
        read: impl FnOnce(&T) -> Option<U>,
        takes: impl FnOnce() -> Sentence,
    ) -> Sent<U> {
        match sent {
            Sent::Not => Sent::Not,
            Sent::Nothing => Sent::Nothing,
            Sent::This(typed) => {
                let value = read(typed);
                if value.is_none() {
                    self.0.insert(field.to_owned(), takes());
                }
                value.map_or(Sent::Not, Sent::This)
            }
        }
    }

    fn number(&mut self, field: &str, sent: &Sent<Typed>) -> Sent<u32> {
        let takes = || Sentence::words("It takes a whole number, or nothing.");
        self.read(field, sent, |typed| u32::try_from(typed.whole()?).ok(), takes)
    }

    fn role(&mut self, field: &str, sent: &Sent<Typed>) -> Sent<RoleId> {
        let takes = || Sentence::words("It takes the id of a role, or nothing.");
        self.read(field, sent, |typed| typed.whole().filter(|id| *id > 0).map(RoleId::new), takes)
    }

    fn moment(&mut self, field: &str, sent: &Sent<String>) -> Sent<Timestamp> {
        let takes =
            || Sentence::words("A moment is written like 2026-11-21T20:00 (in UTC), or 2026-11-21T21:00:00+01:00.");
        self.read(field, sent, |typed| moment(typed.trim()), takes)
    }
}

/// A moment that may be left out.
pub(super) fn read_moment(field: &str, sent: &Sent<String>) -> Result<Option<Timestamp>, Problem> {
    let mut reader = Reader::default();
    let read = reader.moment(field, sent);
    if !reader.0.is_empty() {
        return Err(Problem::Fields(reader.0));
    }
    let mut moment = None;
    read.put(&mut moment);
    Ok(moment)
}

/// A moment as a field of a browser has it, in UTC, or as programs write it.
fn moment(typed: &str) -> Option<Timestamp> {
    let of_field = || Timestamp::from_rfc3339(&format!("{typed}:00Z"));
    let of_day = || filter::moment("moment", Some(typed), 0).ok().flatten();
    Timestamp::from_rfc3339(typed).or_else(of_field).or_else(of_day)
}

impl ItemBody {
    /// Reads it; says of each field what it takes.
    pub fn read(&self) -> Result<Wish, Problem> {
        let mut reader = Reader::default();
        let price = |typed: &Typed| {
            let price = Amount::try_from(i64::try_from(typed.whole()?).ok()?).ok()?;
            Some(price).filter(|price| *price <= LARGEST_PRICE)
        };
        let stock = |typed: &Typed| Stock::try_from(typed.signed()?).ok();
        let wish = Wish {
            name: self.name.clone(),
            description: self.description.clone(),
            price: reader.read("price", &self.price, price, || ShopRefusal::Price.sentence()),
            category: self.category.clone(),
            stock: reader.read("stock", &self.stock, stock, || ShopRefusal::NotAStock.sentence()),
            emoji: self.emoji.clone(),
            is_active: self.is_active,
            kind: self.kind,
            role: reader.role("role_id", &self.role_id),
            hours: reader.number("role_hours", &self.role_hours),
            per_member: reader.number("per_member", &self.per_member),
            required_role: reader.role("required_role_id", &self.required_role_id),
            from: reader.moment("starts_at", &self.starts_at),
            until: reader.moment("ends_at", &self.ends_at),
            refund_minutes: reader.number("refund_minutes", &self.refund_minutes),
        };
        if self.price == Sent::Nothing {
            reader.0.insert("price".to_owned(), ShopRefusal::Price.sentence());
        }
        if reader.0.is_empty() { Ok(wish) } else { Err(Problem::Fields(reader.0)) }
    }
}

impl Wish {
    /// Whether it says what the item costs, which a new one has to.
    pub fn has_price(&self) -> bool {
        matches!(self.price, Sent::This(_))
    }

    /// What the item does then.
    pub fn kind(&self, present: &Item) -> Result<ItemKind, ShopRefusal> {
        let (mut role, mut hours) = match present.kind {
            ItemKind::Role { role, hours } => (Some(role), hours),
            ItemKind::Consumable | ItemKind::Other | ItemKind::Order => (None, None),
        };
        self.role.put(&mut role);
        self.hours.put(&mut hours);
        let names_a_role = matches!(self.role, Sent::This(_));
        Ok(match self.kind {
            None if !names_a_role && !matches!(present.kind, ItemKind::Role { .. }) => present.kind,
            None | Some(KindName::Role) => ItemKind::Role { role: role.ok_or(ShopRefusal::NoRole)?, hours },
            Some(KindName::Consumable) => ItemKind::Consumable,
            Some(KindName::Other) => ItemKind::Other,
            Some(KindName::Order) => ItemKind::Order,
        })
    }

    /// Makes an item so, which does this.
    pub fn put(&self, kind: ItemKind, item: &mut Item) {
        self.name.put_or(String::new(), &mut item.name);
        self.description.put_or(String::new(), &mut item.description);
        self.price.put_or(item.price, &mut item.price);
        self.category.put_or(String::new(), &mut item.category);
        self.stock.put_or(Stock::Unlimited, &mut item.stock);
        self.emoji.put(&mut item.emoji);
        item.is_active = self.is_active.unwrap_or(item.is_active);
        item.kind = kind;
        self.per_member.put(&mut item.per_member);
        self.required_role.put(&mut item.required_role);
        self.from.put(&mut item.from);
        self.until.put(&mut item.until);
        self.refund_minutes.put(&mut item.refund_minutes);
    }

    /// The item that it makes where there was none.
    pub fn item(&self) -> Result<Item, ShopRefusal> {
        let mut item = Item { category: String::new(), ..Item::new("", Amount::ZERO) };
        if let Sent::This(category) = &self.category {
            item.kind = ItemKind::of_category(category.trim());
        }
        let kind = self.kind(&item)?;
        self.put(kind, &mut item);
        Ok(item)
    }
}

/// What is wrong with an item is said at its field.
pub fn at_its_field(problem: Problem) -> Problem {
    let Problem::Operation(Error::Refused(refusal)) = &problem else { return problem };
    let field = match refusal.code {
        "shop.no_name" => "name",
        "shop.price" => "price",
        "shop.not_a_stock" => "stock",
        "shop.not_an_emoji" => "emoji",
        "shop.no_role" | "role.not_here" | "role.not_given" | "role.too_high" | "role.above_you"
        | "role.too_mighty" => "role_id",
        "shop.hours" => "role_hours",
        "shop.per_member" => "per_member",
        "shop.ends_too_soon" => "ends_at",
        _ => return problem,
    };
    Problem::field(field, refusal.sentence.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::input::{read_form, read_json};

    fn read(sent: &str) -> Result<Wish, Problem> {
        read_json::<ItemBody>(sent.as_bytes())?.read()
    }

    #[test]
    fn what_cannot_be_a_price_or_a_stock_is_said_at_its_field() {
        for (sent, field) in [
            (r#"{"price": -1}"#, "price"),
            (r#"{"price": 1.5}"#, "price"),
            (r#"{"price": 9007199254740992}"#, "price"),
            (r#"{"price": "many"}"#, "price"),
            (r#"{"price": null}"#, "price"),
            (r#"{"stock": -2}"#, "stock"),
            (r#"{"stock": 0.5}"#, "stock"),
            (r#"{"stock": 1000000001}"#, "stock"),
            (r#"{"per_member": "-1"}"#, "per_member"),
            (r#"{"role_id": "everybody"}"#, "role_id"),
            (r#"{"starts_at": "tomorrow"}"#, "starts_at"),
            (r#"{"kind": "loan"}"#, "kind"),
            (r#"{"colour": "red"}"#, "colour"),
        ] {
            let problem = read(sent).unwrap_err();
            assert!(problem.fields().contains_key(field), "{sent}: {problem:?}");
        }
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_sent_empty_goes() {
        let mut item =
            Item { emoji: Some("🍪".to_owned()), per_member: Some(2), ..Item::new("Cookie", Amount::of(100)) };
        item.description = "Sweet".to_owned();
        let changed = |wish: Wish| {
            let mut changed = item.clone();
            wish.put(wish.kind(&item).unwrap(), &mut changed);
            changed
        };
        assert_eq!(changed(read("{}").unwrap()), item);
        let less =
            changed(read(r#"{"description": "", "emoji": null, "per_member": null, "price": "1,250"}"#).unwrap());
        assert_eq!((less.description.as_str(), less.emoji, less.per_member), ("", None, None));
        assert_eq!(less.price, Amount::of(1_250));
        let by_form = read_form::<ItemBody>(b"description=&emoji=&per_member=&price=1%2C250").unwrap().read().unwrap();
        assert_eq!(changed(by_form).description, "");
    }

    #[test]
    fn what_an_item_does_follows_from_what_is_said_of_it() {
        let kind = |sent: &str| read(sent).unwrap().item().map(|item| item.kind.name());
        assert_eq!(kind(r#"{"name": "Cookie"}"#), Ok("consumable"));
        assert_eq!(kind(r#"{"category": "badges"}"#), Ok("other"));
        assert_eq!(kind(r#"{"category": "roles", "role_id": "7"}"#), Ok("role"));
        assert_eq!(kind(r#"{"kind": "order"}"#), Ok("order"));
        assert_eq!(kind(r#"{"kind": "role"}"#).unwrap_err().code(), "shop.no_role");
        let vip = read(r#"{"role_id": 7, "role_hours": 24}"#).unwrap().item().unwrap();
        assert_eq!(vip.kind, ItemKind::Role { role: RoleId::new(7), hours: Some(24) });
        assert_eq!(read(r#"{"role_hours": null}"#).unwrap().kind(&vip).unwrap().lasts(1), None);
        assert_eq!(read(r#"{"kind": "other"}"#).unwrap().kind(&vip), Ok(ItemKind::Other));
    }

    #[test]
    fn a_moment_is_read_as_browsers_and_as_programs_write_it() {
        let read = |typed: &str| moment(typed).map(Timestamp::rfc3339);
        assert_eq!(read("2026-11-21T20:00").as_deref(), Some("2026-11-21T20:00:00Z"));
        assert_eq!(read("2026-11-21T21:00:00+01:00").as_deref(), Some("2026-11-21T20:00:00Z"));
        assert_eq!(read("2026-11-21").as_deref(), Some("2026-11-21T00:00:00Z"));
        assert_eq!(read("soon"), None);
    }
}
