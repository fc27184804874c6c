//! What the shop has where a route is asked by its sample, and where pages are looked at.

use std::time::Duration;

use greenroom::activity::{self, Filter};
use greenroom::features::coins::model::{Currency, EntryKind};
use greenroom::features::shop::activity::about;
use greenroom::features::shop::model::{CodeGift, Item, ItemId, ItemKind, Stock};
use greenroom::features::shop::rules::LARGEST_PRICE;
use greenroom::features::shop::{codes, queries, service};
use greenroom::features::tasks::editing::TaskPatch;
use greenroom::features::tasks::tables;
use greenroom::flows::offers_changed;
use greenroom::flows::shop_bought::{self, Order};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::kernel::ids::{GuildId, RoleId};
use greenroom::store::Tx;

use super::WebWorld;

/// What is there of the shop for the samples of one request.
pub struct OfShop {
    pub item: String,
    pub item_change: String,
    pub order: String,
    pub purchase: String,
    pub code: String,
    pub code_text: String,
}

/// An item of this name that costs nothing; the one that there is already, where there is one.
fn free(tx: &Tx<'_>, guild: GuildId, name: &str, kind: ItemKind) -> ItemId {
    let all = queries::list(tx, guild, &queries::Wanted::default()).unwrap();
    if let Some(known) = all.into_iter().find(|listed| listed.item.name == name && listed.item.kind == kind) {
        return known.id;
    }
    let item = Item { kind, stock: Stock::Pieces(1_000_000), ..Item::new(name, Amount::ZERO) };
    service::add(tx, guild, Actor::System, item).unwrap().0
}

/// A task that anybody can do.
pub fn greeting(name: &str) -> TaskPatch {
    TaskPatch {
        name: Some(name.to_owned()),
        description: Some("Say hello to somebody new".to_owned()),
        reward: Some(50),
        duration_hours: Some(24),
        ..TaskPatch::default()
    }
}

impl WebWorld {
    /// An item that costs nothing, of which whoever owns the server has one; an order of theirs that waits; one code. All of them in
    /// the server of a member.
    pub fn shop_of_samples(&self, member: &str) -> OfShop {
        let (guild, owner) = if member == "landlady" { (self.other(), "landlady") } else { (self.here(), "owner") };
        let user = self.world.user(owner);
        let about_it = self.number();
        self.write(move |tx| {
            let item = free(tx, guild, "Cookie of samples", ItemKind::Consumable);
            let order = free(tx, guild, "Order of samples", ItemKind::Order);
            // Whatever a sample made of it before, it costs nothing again, and there are enough.
            service::edit(tx, guild, Actor::System, item, None, |item| {
                item.description = format!("Number {about_it}");
                (item.price, item.stock, item.kind) = (Amount::ZERO, Stock::Unlimited, ItemKind::Consumable);
            })?;
            let filter = Filter { subject: Some(about(item)), ..Filter::default() };
            let change = activity::newest(tx, guild, &filter, None, 1)?.rows[0].0;
            let buys = |item| shop_bought::run(tx, guild, &Order { user, roles: Vec::new(), item, quantity: 1 });
            let (purchase, order) = (buys(item)?.id, buys(order)?.id);
            let gives = CodeGift::Currency(Amount::of(5));
            for (id, code) in queries::open_codes(tx, guild, tx.now())? {
                if code.gives == gives {
                    codes::revoke(tx, guild, Actor::System, id)?;
                }
            }
            let wanted = codes::NewCode { text: None, gives, most: 5, until: None };
            let (code, made) = codes::make(tx, guild, Actor::System, &wanted)?;
            Ok(OfShop {
                item: item.to_string(),
                item_change: change.to_string(),
                order: order.to_string(),
                purchase: purchase.to_string(),
                code: code.to_string(),
                code_text: made.text,
            })
        })
    }

    /// The catalogue for all servers has one item and one task; gives their numbers.
    pub fn catalogue_of_samples(&self) -> (String, String) {
        self.write(|tx| {
            let (operator, mut items) =
                (Actor::Operator, queries::list(tx, GuildId::INSTANCE, &queries::Wanted::default())?);
            let item = match items.pop() {
                Some(known) => known.id,
                None => offers_changed::add_item(tx, operator, Item::new("Cookie for all", Amount::of(5)))?.0,
            };
            for more in items {
                offers_changed::remove_item(tx, operator, more.id)?;
            }
            let mut tasks = tables::all(tx, GuildId::INSTANCE)?;
            let task = match tasks.pop() {
                Some(known) => known.id,
                None => offers_changed::add_task(tx, operator, &greeting("Greet for all"))?.id,
            };
            for more in tasks {
                offers_changed::remove_task(tx, operator, more.id)?;
            }
            Ok((item.to_string(), task.to_string()))
        })
    }

    /// The shop of the first server has items of every kind and state with these names, the largest prices and stocks; ann has bought
    /// most of them, one of which waits to be handed over, and a code gives another.
    pub fn full_shop(&self, names: [&str; 6]) {
        let (guild, user, names) = (self.here(), self.world.user("ann"), names.map(str::to_owned));
        self.earns("ann", 9_000_000_000_000);
        self.write(move |tx| {
            let role = ItemKind::Role { role: RoleId::new(799_999_999_999_999_998), hours: Some(87_600) };
            let kinds =
                [ItemKind::Consumable, ItemKind::Order, role, ItemKind::Other, ItemKind::Consumable, ItemKind::Other];
            for (nth, (name, kind)) in names.iter().zip(kinds).enumerate() {
                let plain = Item::new(name.clone(), LARGEST_PRICE);
                let item = Item {
                    kind,
                    description: format!("{name} {name} {name}"),
                    category: name.clone(),
                    emoji: (nth % 2 == 0).then(|| "🍪".to_owned()),
                    stock: if nth == 4 { Stock::Pieces(0) } else { Stock::Pieces(Stock::MOST) },
                    is_active: nth != 5,
                    per_member: Some(u32::MAX),
                    required_role: (nth == 3).then(|| RoleId::new(799_999_999_999_999_998)),
                    until: Some(tx.now().after(Duration::from_hours(24 * 365))),
                    refund_minutes: Some(43_200),
                    ..plain
                };
                let (item, _) = service::add(tx, guild, Actor::Member(user), item)?;
                if nth < 2 {
                    shop_bought::run(tx, guild, &Order { user, roles: Vec::new(), item, quantity: 1_000 })?;
                }
                let gives = CodeGift::Item(item, 1_000);
                let wanted = codes::NewCode { text: None, gives, most: u32::MAX, until: None };
                codes::make(tx, guild, Actor::Member(user), &wanted)?;
            }
            Ok(())
        });
    }

    /// How much somebody has to spend.
    pub fn earns(&self, member: &str, amount: i64) {
        self.posts(member, Currency::Server, EntryKind::Daily, amount, "a test");
    }
}
