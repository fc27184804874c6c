//! What was bought: purchases of the server, of an item or of a member, the orders that wait for somebody of the team, what members
//! have, and what the team does about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::features::shop::model::{EntryRef, ItemId, PurchaseId};
use crate::features::shop::queries::{self, Bought, Holding, Of};
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::service;
use crate::flows::{known_members, shop_refunded};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::filter;
use crate::web::page::again;
use crate::web::pages::shop::OrdersPage;
use crate::web::segments::{One, Segment};
use crate::web::user_info::{names_a_member, names_those_of};

/// Purchases on a page, unless somebody wants another number.
const PAGE: usize = 50;
/// The most purchases on a page.
const MOST: usize = 200;

/// `{purchase}` in a path is the number of a purchase in its server.
impl Segment for PurchaseId {
    const NAME: &'static str = "purchase";
}

/// A purchase.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PurchaseView {
    /// Its number in this server, as a text.
    pub purchase_id: String,
    /// Of which item.
    pub item_id: String,
    /// What that is called.
    pub name: String,
    /// Who bought it.
    pub user_id: String,
    /// What they are called here.
    pub user_name: String,
    /// How many.
    pub quantity: u32,
    /// What each cost.
    pub price: i64,
    /// What all of it cost.
    pub total: i64,
    /// `done`, `waiting` for somebody of the team, `handed_over`, or `refunded`.
    pub status: &'static str,
    /// How many were used up.
    pub used: u32,
    /// When it was bought.
    pub purchased_at: String,
    /// Until when the buyer may give it back.
    pub refundable_until: String,
    /// The role that it gave.
    pub role_id: Option<String>,
    /// Until when.
    pub role_until: Option<String>,
    /// When it was handed over or given back.
    pub closed_at: Option<String>,
    /// By whom.
    pub closed_by: Option<String>,
    /// The entry of the ledger that paid for it; nothing where it cost nothing.
    pub entry: Option<u64>,
    /// The entry that gave the money back.
    pub refund_entry: Option<u64>,
    /// The code that gave it.
    pub code_id: Option<String>,
}

names_a_member!(PurchaseView: user_name);
names_those_of!(PurchasesView: items);

impl PurchaseView {
    /// A purchase, with what its buyer is called.
    pub fn of(bought: &Bought, user_name: String) -> Self {
        let Bought { id, purchase, item } = bought;
        Self {
            purchase_id: id.to_string(),
            item_id: purchase.item.to_string(),
            name: item.name.clone(),
            user_id: purchase.user.to_string(),
            user_name,
            quantity: purchase.quantity,
            price: purchase.price.get(),
            total: purchase.total().get(),
            status: purchase.state.name(),
            used: purchase.used,
            purchased_at: purchase.at.rfc3339(),
            refundable_until: purchase.refundable_until.rfc3339(),
            role_id: purchase.role.map(|given| given.role.to_string()),
            role_until: purchase.role.and_then(|given| given.until).map(Timestamp::rfc3339),
            closed_at: purchase.closed.map(|(at, _)| at.rfc3339()),
            closed_by: purchase.closed.map(|(_, by)| by.to_string()),
            entry: purchase.entry.map(EntryRef::get),
            refund_entry: purchase.refund.map(EntryRef::get),
            code_id: purchase.code.map(|code| code.to_string()),
        }
    }

    /// A purchase as it stands in a snapshot.
    pub fn look(read: &dyn Read, guild: GuildId, id: PurchaseId) -> Result<Self> {
        let bought = queries::purchase(read, guild, id)?.ok_or(ShopRefusal::NoSuchPurchase)?;
        let name = known_members::called(read, guild, bought.purchase.user)?;
        Ok(Self::of(&bought, name))
    }
}

/// Several purchases.
#[derive(Debug, Serialize, ToSchema)]
pub struct PurchasesView {
    /// Those of this page.
    pub items: Vec<PurchaseView>,
    /// What to ask for as `after` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which purchases.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PurchasesQuery {
    /// Those of one member, by id, name or TikTok handle.
    #[serde(alias = "member")]
    pub user_id: Option<String>,
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
    /// How many; 50, and 200 at most.
    pub limit: Option<usize>,
}

/// Which part of a list of purchases.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PartQuery {
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
    /// How many; 50, and 200 at most.
    pub limit: Option<usize>,
}

impl PartQuery {
    /// Understands it: behind which purchase, and how many.
    pub fn part(&self) -> Result<(Option<PurchaseId>, usize), Problem> {
        let takes = || Sentence::words("It is the number of a purchase: what the page before said in next.");
        let after = filter::read("after", self.after.as_deref(), |typed| typed.parse().ok(), takes)?;
        Ok((after, filter::limit(self.limit, PAGE, 1..=MOST)?))
    }
}

/// Purchases of a page with what their buyers are called, and where the list goes on.
pub struct Found {
    /// The purchases.
    pub rows: Vec<(Bought, String)>,
    /// Where the next page goes on.
    pub next: Option<PurchaseId>,
}

impl Found {
    /// Those who bought, each with what they are called.
    pub fn buyers(&mut self) -> Vec<(UserId, &mut String)> {
        self.rows.iter_mut().map(|(bought, name)| (bought.purchase.user, name)).collect()
    }
}

/// Looks purchases up.
pub fn find(read: &dyn Read, guild: GuildId, of: Of, (after, limit): (Option<PurchaseId>, usize)) -> Result<Found> {
    let mut bought = queries::purchases(read, guild, of, after, limit.saturating_add(1))?;
    let is_more = bought.len() > limit;
    bought.truncate(limit);
    let next = bought.last().map(|last| last.id).filter(|_| is_more);
    let mut names: BTreeMap<UserId, String> = BTreeMap::new();
    let rows = bought.into_iter().map(|bought| {
        let user = bought.purchase.user;
        let name = match names.get(&user) {
            Some(name) => name.clone(),
            None => names.entry(user).or_insert(known_members::called(read, guild, user)?).clone(),
        };
        Ok((bought, name))
    });
    Ok(Found { rows: rows.collect::<Result<_>>()?, next })
}

impl From<Found> for PurchasesView {
    fn from(found: Found) -> Self {
        Self {
            items: found.rows.iter().map(|(bought, name)| PurchaseView::of(bought, name.clone())).collect(),
            next: found.next.map(|next| next.to_string()),
        }
    }
}

/// Lists purchases.
pub struct Purchases;

impl Endpoint for Purchases {
    const NAME: &'static str = "shop.purchases";
    const ABOUT: &'static str = "Lists what was bought in the server or by one member, the latest first.";
    const DOORS: Doors = Doors::get(&["/api/{server}/shop/purchases"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = PurchasesQuery;
    type Body = ();
    type Answer = PurchasesView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "limit=10", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PurchasesView>, Problem> {
        let (guild, PurchasesQuery { user_id, after, limit }) = (asked.guild, asked.query);
        let part = PartQuery { after, limit }.part()?;
        let of = web.whom(guild, "user_id", user_id.as_deref()).await?.map_or(Of::Guild, Of::User);
        let found = web.look(Self::NAME, move |read| find(read, guild, of, part)).await?;
        Ok(web.with_names(guild, PurchasesView::from(found)).await.into())
    }
}

/// Lists the purchases of an item.
pub struct PurchasesOfItem;

impl Endpoint for PurchasesOfItem {
    const NAME: &'static str = "shop.item_purchases";
    const ABOUT: &'static str = "Lists who bought an item, the latest first, also where it was removed.";
    const DOORS: Doors = Doors::get(&["/api/{server}/shop/{item}/purchases"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = One<ItemId>;
    type Query = PartQuery;
    type Body = ();
    type Answer = PurchasesView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("item", samples.item.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PurchasesView>, Problem> {
        let (guild, One(id), part) = (asked.guild, asked.path, asked.query.part()?);
        let found = web.look(Self::NAME, move |read| {
            queries::any_item(read, guild, id)?.ok_or(ShopRefusal::NoSuchItem)?;
            find(read, guild, Of::Item(id), part)
        });
        Ok(web.with_names(guild, PurchasesView::from(found.await?)).await.into())
    }
}

/// Lists the orders that wait.
pub struct Orders;

impl Endpoint for Orders {
    const NAME: &'static str = "shop.orders";
    const ABOUT: &'static str = "Lists the orders that wait for somebody of the team, the oldest first.";
    const DOORS: Doors = Doors::get(&["/api/{server}/shop/orders"]);
    const WHO: Who = Who::Moderator;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = PartQuery;
    type Body = ();
    type Answer = PurchasesView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PurchasesView>, Problem> {
        let (guild, part) = (asked.guild, asked.query.part()?);
        let found = web.look(Self::NAME, move |read| find(read, guild, Of::Waiting, part)).await?;
        Ok(web.with_names(guild, PurchasesView::from(found)).await.into())
    }
}

/// Says that an order was handed over.
pub struct HandOver;

impl Endpoint for HandOver {
    const NAME: &'static str = "shop.hand_over";
    const ABOUT: &'static str = "Notes that somebody of the team handed an order over.";
    const DOORS: Doors = Doors::post(&["/api/{server}/shop/orders/{purchase}/hand-over"])
        .form("/g/{server}/shop/orders/{purchase}/hand-over", again::<OrdersPage>);
    const WHO: Who = Who::Moderator;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = One<PurchaseId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = PurchaseView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("purchase", samples.order.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PurchaseView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let done = web.change(&asked, move |tx, by| {
            service::hand_over(tx, guild, by, id)?;
            PurchaseView::look(tx, guild, id)
        });
        let tell = |view: &PurchaseView| {
            let PurchaseView { quantity, name, user_name: user, .. } = view.clone();
            sentence!("{quantity} × **{name}** is handed over to **{user}**.", quantity, name, user)
        };
        let page = asked.page_before().unwrap_or_else(|| format!("/g/{guild}/shop/orders"));
        Ok(web.done_with_names(guild, done.await?).await.telling(tell).leading_to(page))
    }
}

/// Gives the money of a purchase back.
pub struct Refund;

impl Endpoint for Refund {
    const NAME: &'static str = "shop.refund";
    const ABOUT: &'static str = "Gives the money of a purchase back and takes what it gave. Moderators can while it waits or its time is not \
                                 over; administrators at any time.";
    const DOORS: Doors = Doors::post(&["/api/{server}/shop/purchases/{purchase}/refund"])
        .form("/g/{server}/shop/orders/{purchase}/refund", again::<OrdersPage>);
    const WHO: Who = Who::Moderator;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = One<PurchaseId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = PurchaseView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("purchase", samples.order.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PurchaseView>, Problem> {
        let (guild, One(id), at_any_time) = (asked.guild, asked.path, asked.rank.reaches(Who::Admin));
        let done = web.change(&asked, move |tx, by| {
            let (purchase, _) = service::purchase(tx, guild, id)?;
            if !at_any_time && !queries::is_order(&purchase) && purchase.refundable_until <= tx.now() {
                return Err(ShopRefusal::TooLate(purchase.refundable_until).into());
            }
            shop_refunded::by_team(tx, guild, by, id)?;
            PurchaseView::look(tx, guild, id)
        });
        let tell = |view: &PurchaseView| {
            let PurchaseView { quantity, name, user_name: user, total, .. } = view.clone();
            let total = crate::kernel::amount::Amount::ZERO.clamped_change(total);
            sentence!(
                "**{user}** gave {quantity} × **{name}** back and has **{total}** again.",
                user,
                quantity,
                name,
                total
            )
        };
        let page = asked.page_before().unwrap_or_else(|| format!("/g/{guild}/shop/orders"));
        Ok(web.done_with_names(guild, done.await?).await.telling(tell).leading_to(page))
    }
}

/// What a member has.
#[derive(Debug, Serialize, ToSchema)]
pub struct InventoryView {
    /// Whose it is.
    pub user_id: String,
    /// What they have.
    pub items: Vec<HoldingView>,
}

/// Something that a member has.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldingView {
    /// The item.
    pub item_id: String,
    /// What it is called.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What it does.
    pub kind: &'static str,
    /// Whether it is still in the shop.
    pub in_shop: bool,
}

impl InventoryView {
    /// What a member has, as it stands in a snapshot.
    pub fn of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Self> {
        let items =
            queries::inventory(read, guild, user)?.into_iter().map(|Holding { id, item, quantity }| HoldingView {
                item_id: id.to_string(),
                name: item.name,
                quantity,
                kind: item.kind.name(),
                in_shop: item.removed_at.is_none(),
            });
        Ok(Self { user_id: user.to_string(), items: items.collect() })
    }
}

/// Tells what a member has.
pub struct Inventory;

impl Endpoint for Inventory {
    const NAME: &'static str = "shop.inventory";
    const ABOUT: &'static str = "Tells what a member has of the shop's items.";
    const DOORS: Doors = Doors::get(&["/api/{server}/members/{member}/inventory"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = One<UserId>;
    type Query = Nothing;
    type Body = ();
    type Answer = InventoryView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("member", samples.member.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<InventoryView>, Problem> {
        let (guild, One(user)) = (asked.guild, asked.path);
        Ok(web.look(Self::NAME, move |read| InventoryView::of(read, guild, user)).await?.into())
    }
}
