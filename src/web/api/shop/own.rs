//! What whoever asks does in the shop themselves: buys, uses up, gives back. The same operations as the commands on Discord, and the
//! same limit (`T-ERR-02`).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::bought::{InventoryView, PurchaseView};
use crate::discord::roles::judge_before_sale;
use crate::discord::standing::Asked as Standing;
use crate::features::coins::model::Currency;
use crate::features::coins::queries::balance;
use crate::features::shop::model::{ItemId, Purchase, PurchaseId, PurchaseState};
use crate::features::shop::queries::{self, Of};
use crate::features::shop::refusal::{CodeRefusal, ShopRefusal};
use crate::features::shop::{codes, service};
use crate::flows::code_redeemed::{self, Given};
use crate::flows::shop_bought::{self, Order};
use crate::flows::shop_refunded;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::money;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::api::me::own_account;
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::shop::OwnShopPage;
use crate::web::segments::One;
use crate::web::user_info::names_those_of;

/// How many.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct QuantityBody {
    /// How many; 1 without it, and 1,000 at most.
    pub quantity: Option<Typed>,
}

impl QuantityBody {
    fn read(&self) -> Result<u32, Problem> {
        let Some(typed) = self.quantity.as_ref().filter(|typed| !typed.is_empty()) else { return Ok(1) };
        let quantity = typed.whole().and_then(|quantity| u32::try_from(quantity).ok());
        quantity.ok_or_else(|| Problem::field("quantity", ShopRefusal::Quantity.sentence()))
    }
}

/// Says at the field what is wrong with a number.
fn at_quantity(problem: Problem) -> Problem {
    match problem.code() {
        "shop.quantity" => Problem::field("quantity", ShopRefusal::Quantity.sentence()),
        _ => problem,
    }
}

impl Web {
    /// The roles that a member has at this moment.
    async fn roles_of(&self, guild: GuildId, user: UserId) -> Result<Vec<RoleId>, Problem> {
        match self.bot.standings.of(&self.bot, guild, user).await {
            Standing::Is(standing) => Ok(standing.roles),
            Standing::NotThere => Err(Problem::NotFound),
            Standing::Silent => Err(Problem::DiscordUnavailable),
        }
    }
}

fn page_of(guild: GuildId) -> String {
    format!("/me/{guild}/shop")
}

/// What somebody bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoughtView {
    /// The purchase.
    pub purchase: PurchaseView,
    /// What is left of the balance.
    pub new_balance: i64,
    /// How many of it they have now.
    pub held: u32,
    /// What it cost, in words.
    #[serde(skip)]
    pub cost: Sentence,
    /// Whether it can be given back, for the page alone.
    #[serde(skip)]
    pub is_returnable: bool,
}

names_those_of!(BoughtView: purchase, ReturnedView: purchase);

/// Buys something.
pub struct Buy;

impl Endpoint for Buy {
    const NAME: &'static str = "shop.buy";
    const ABOUT: &'static str = "Buys an item for whoever asks, as /buy does.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/shop/{item}/buy"]).form("/me/{server}/shop/{item}/buy", again::<OwnShopPage>);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Balances;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["C-13"];

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = Option<QuantityBody>;
    type Answer = BoughtView;

    fn sample(samples: &Samples) -> Sample {
        let body = Some(json!({ "quantity": 1 }));
        Sample { path: vec![("item", samples.item.clone())], body, ..Sample::default() }
    }

    async fn question(web: &Web, asked: &Asked<Self>) -> Result<Option<Sentence>, Problem> {
        let (guild, One(item), now) = (asked.guild, asked.path, asked.now);
        let (user, repeat) = (own_account(&asked.visitor)?, asked.repeat.clone());
        let latest = move |read: &dyn Read| match repeat {
            Some(repeat) if repeat.is_known(read, Self::NAME, now)? => Ok(None),
            _ => Ok(queries::purchases(read, guild, Of::User(user), None, 1)?.pop()),
        };
        let latest = web.look(Self::NAME, latest).await?;
        Ok(latest.filter(|latest| may_be_a_slip(&latest.purchase, item, now)).map(|latest| {
            let (quantity, name) = (latest.purchase.quantity, latest.item.name);
            sentence!("You bought {quantity} × **{name}** just now. Do you want to buy it once more?", quantity, name)
        }))
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<BoughtView>, Problem> {
        let (guild, One(item), user) = (asked.guild, asked.path, own_account(&asked.visitor)?);
        let quantity = asked.body.clone().unwrap_or_default().read()?;
        let roles = web.roles_of(guild, user).await?;
        judge_before_sale(&web.bot, guild, move |read| queries::gives_role(read, guild, item)).await?;
        let order = Order { user, roles, item, quantity };
        let bought = web.change(&asked, move |tx, _| {
            let bought = shop_bought::run(tx, guild, &order)?;
            Ok(BoughtView {
                purchase: PurchaseView::look(tx, guild, bought.id)?,
                new_balance: bought.left.get(),
                held: bought.held,
                cost: money::of(tx, guild)?.of(bought.total),
                is_returnable: queries::purchase(tx, guild, bought.id)?
                    .is_some_and(|bought| queries::is_returnable(&bought.purchase, tx.now())),
            })
        });
        let tell = |view: &BoughtView| {
            let (quantity, name, cost) = (view.purchase.quantity, view.purchase.name.clone(), view.cost.clone());
            let left = Amount::ZERO.clamped_change(view.new_balance);
            sentence!(
                "You bought {quantity} × **{name}** for {cost}. You have **{left}** left.",
                quantity,
                name,
                cost,
                left
            )
        };
        let bought = web.done_with_names(guild, bought.await.map_err(at_quantity)?).await.telling(tell);
        let undo = bought.value.now().filter(|view| view.is_returnable).map(|view| {
            let id = &view.purchase.purchase_id;
            format!("/me/{guild}/shop/purchases/{id}/return")
        });
        Ok(Answered { undo, ..bought }.leading_to(page_of(guild)))
    }
}

/// So soon after a purchase the same once more may be a slip of whoever did not see that it was done.
const A_SLIP: Duration = Duration::from_mins(1);

/// Whether buying an item now may be a second press of the same wish.
fn may_be_a_slip(latest: &Purchase, item: ItemId, now: Timestamp) -> bool {
    let stands = latest.state != PurchaseState::Refunded && latest.code.is_none();
    stands && latest.item == item && now < latest.at.after(A_SLIP)
}

/// What somebody used up.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedView {
    /// The item.
    pub item_id: String,
    /// What it is called.
    pub name: String,
    /// How many were used up.
    pub used: u32,
    /// How many they have now.
    pub left: u32,
}

/// Uses something up.
pub struct UseItem;

impl Endpoint for UseItem {
    const NAME: &'static str = "shop.use";
    const ABOUT: &'static str = "Uses up what whoever asks has of an item, as /use does.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/shop/{item}/use"]).form("/me/{server}/shop/{item}/use", again::<OwnShopPage>);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Balances;
    const SUCCESS: bool = true;

    type Path = One<ItemId>;
    type Query = Nothing;
    type Body = Option<QuantityBody>;
    type Answer = UsedView;

    fn sample(samples: &Samples) -> Sample {
        let body = Some(json!({ "quantity": 1 }));
        Sample { path: vec![("item", samples.item.clone())], body, ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<UsedView>, Problem> {
        let (guild, One(id), user) = (asked.guild, asked.path, own_account(&asked.visitor)?);
        let quantity = asked.body.clone().unwrap_or_default().read()?;
        let used = web.change(&asked, move |tx, _| {
            let service::Used { item, left, .. } = service::use_up(tx, guild, user, id, quantity)?;
            Ok(UsedView { item_id: id.to_string(), name: item.name, used: quantity, left })
        });
        let tell = |view: &UsedView| {
            let UsedView { name, used, left, .. } = view;
            sentence!("You used {used} × **{name}**. You have **{left}** left.", used, name, left)
        };
        Ok(used.await.map_err(at_quantity)?.telling(tell).leading_to(page_of(guild)))
    }
}

/// What came of giving something back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnedView {
    /// The purchase.
    pub purchase: PurchaseView,
    /// The balance then.
    pub new_balance: i64,
    /// What returned, in words.
    #[serde(skip)]
    pub returned: Sentence,
}

/// Gives something back.
pub struct GiveBack;

impl Endpoint for GiveBack {
    const NAME: &'static str = "shop.give_back";
    const ABOUT: &'static str =
        "Gives back what whoever asks bought, as long as its time is not over; the money returns.";
    const DOORS: Doors = Doors::post(&["/api/{server}/shop/purchases/{purchase}/return"])
        .form("/me/{server}/shop/purchases/{purchase}/return", again::<OwnShopPage>);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Balances;
    const SUCCESS: bool = true;

    type Path = One<PurchaseId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ReturnedView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("purchase", samples.purchase.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ReturnedView>, Problem> {
        let (guild, One(id), user) = (asked.guild, asked.path, own_account(&asked.visitor)?);
        let returned = web.change(&asked, move |tx, _| {
            let refunded = shop_refunded::by_buyer(tx, guild, user, id)?;
            Ok(ReturnedView {
                purchase: PurchaseView::look(tx, guild, id)?,
                new_balance: refunded.balance.get(),
                returned: money::of(tx, guild)?.of(refunded.total),
            })
        });
        let tell = |view: &ReturnedView| {
            let (quantity, name) = (view.purchase.quantity, view.purchase.name.clone());
            let returned = view.returned.clone();
            sentence!("You gave {quantity} × **{name}** back, and {returned} returned.", quantity, name, returned)
        };
        Ok(web.done_with_names(guild, returned.await?).await.telling(tell).leading_to(page_of(guild)))
    }
}

/// A code of the team.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CodeBody {
    /// What is typed; large and small letters, spaces and dashes do not matter.
    pub code: String,
}

/// What a code gave.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedeemedView {
    /// How much of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// What the item is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// The balance then.
    pub new_balance: i64,
    /// What it gave, in words.
    #[serde(skip)]
    pub told: Sentence,
}

/// Redeems a code.
pub struct Redeem;

impl Endpoint for Redeem {
    const NAME: &'static str = "shop.redeem";
    const ABOUT: &'static str = "Redeems a code for whoever asks, as /redeem does. Whoever types five codes that do not exist waits for an hour.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/shop/redeem"]).form("/me/{server}/shop/redeem", again::<OwnShopPage>);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Balances;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = CodeBody;
    type Answer = RedeemedView;

    fn sample(samples: &Samples) -> Sample {
        Sample { body: Some(json!({ "code": samples.code_text })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RedeemedView>, Problem> {
        let (guild, user, typed) = (asked.guild, own_account(&asked.visitor)?, asked.body.code.clone());
        let code = typed.clone();
        judge_before_sale(&web.bot, guild, move |read| codes::gives_role(read, guild, &code)).await?;
        let redeemed = web.change(&asked, move |tx, _| {
            let given = code_redeemed::redeem(tx, guild, user, &typed)?.ok_or(CodeRefusal::NoSuchCode)?;
            RedeemedView::of(tx, guild, user, &given)
        });
        let redeemed = redeemed.await;
        if let Err(problem) = &redeemed
            && problem.code() == CodeRefusal::NoSuchCode.code()
        {
            // A refusal wrote nothing, so that somebody guessed is noted behind it.
            web.bot.store.write("code_guessed", move |tx| codes::guessed(tx, guild, user)).await?;
            return Err(Problem::field("code", CodeRefusal::NoSuchCode.sentence()));
        }
        Ok(redeemed?.telling(|view| view.told.clone()).leading_to(page_of(guild)))
    }
}

impl RedeemedView {
    fn of(read: &dyn Read, guild: GuildId, user: UserId, given: &Given) -> crate::kernel::error::Result<Self> {
        let new_balance = balance(read, guild, Currency::Server, user)?.get();
        Ok(match given {
            Given::Currency { amount, balance } => {
                let money = money::of(read, guild)?;
                let (got, has) = (money.of(*amount), money.of(*balance));
                let told = sentence!("You get {got} and have {has} now.", got, has);
                Self { amount: Some(amount.get()), name: None, quantity: None, new_balance, told }
            }
            Given::Item { item, quantity } => {
                let (name, quantity) = (item.name.clone(), *quantity);
                let told = sentence!("You get **{quantity}** × **{name}**.", quantity, name = name.clone());
                Self { amount: None, name: Some(name), quantity: Some(quantity), new_balance, told }
            }
        })
    }
}

/// Tells what whoever asks has.
pub struct OwnInventory;

impl Endpoint for OwnInventory {
    const NAME: &'static str = "shop.own_inventory";
    const ABOUT: &'static str = "Tells what whoever asks has of the shop's items.";
    const DOORS: Doors = Doors::get(&["/api/{server}/shop/inventory"]);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = InventoryView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<InventoryView>, Problem> {
        let (guild, user) = (asked.guild, own_account(&asked.visitor)?);
        Ok(web.look(Self::NAME, move |read| InventoryView::of(read, guild, user)).await?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::input::read_json;

    #[test]
    fn a_quantity_is_a_whole_number_and_one_where_none_is_said() {
        let read = |sent: &str| read_json::<QuantityBody>(sent.as_bytes()).unwrap().read();
        assert_eq!(read("{}").unwrap(), 1);
        assert_eq!(read(r#"{"quantity": "1,000"}"#).unwrap(), 1_000);
        for wrong in [
            r#"{"quantity": -1}"#,
            r#"{"quantity": 1.5}"#,
            r#"{"quantity": "two"}"#,
            r#"{"quantity": 9007199254740993}"#,
        ] {
            assert!(read(wrong).unwrap_err().fields().contains_key("quantity"), "{wrong}");
        }
    }
}
