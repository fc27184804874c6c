//! Codes that the team gives away: listed, made, revoked.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::wish::Sent;
use crate::discord::roles::judge_before_sale;
use crate::features::shop::codes::{self, NewCode};
use crate::features::shop::model::{Code, CodeGift, CodeId, ItemId};
use crate::features::shop::queries;
use crate::features::shop::refusal::{CodeRefusal, ShopRefusal};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::shop::CodesPage;
use crate::web::segments::{One, Segment};

/// `{shop_code}` in a path is the number of a code in its server: never what is typed.
impl Segment for CodeId {
    const NAME: &'static str = "shop_code";
}

/// A code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CodeView {
    /// Its number in this server, as a text.
    pub code_id: String,
    /// What is typed.
    pub code: String,
    /// How much of the currency it gives.
    pub amount: Option<i64>,
    /// Which item it gives.
    pub item_id: Option<String>,
    /// What that is called.
    pub item_name: Option<String>,
    /// How many of it.
    pub quantity: Option<u32>,
    /// How many members may redeem it.
    pub max_uses: u32,
    /// How many did.
    pub used: u32,
    /// Until when.
    pub expires_at: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// Who made it.
    pub created_by: String,
    /// When it was revoked.
    pub revoked_at: Option<String>,
}

impl CodeView {
    /// A code as it stands in a snapshot.
    pub fn of(read: &dyn Read, guild: GuildId, id: CodeId, code: &Code) -> Result<Self> {
        let (amount, item) = match code.gives {
            CodeGift::Currency(amount) => (Some(amount.get()), None),
            CodeGift::Item(item, quantity) => (None, Some((item, quantity))),
        };
        let name = match item {
            Some((item, _)) => queries::any_item(read, guild, item)?.map(|item| item.name),
            None => None,
        };
        Ok(Self {
            code_id: id.to_string(),
            code: code.text.clone(),
            amount,
            item_id: item.map(|(item, _)| item.to_string()),
            item_name: name,
            quantity: item.map(|(_, quantity)| quantity),
            max_uses: code.most,
            used: code.used,
            expires_at: code.until.map(Timestamp::rfc3339),
            created_at: code.made_at.rfc3339(),
            created_by: code.made_by.to_string(),
            revoked_at: code.revoked_at.map(Timestamp::rfc3339),
        })
    }

    /// The codes that can be redeemed, the oldest first.
    pub fn open(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Vec<Self>> {
        let codes = queries::open_codes(read, guild, now)?;
        codes.iter().map(|(id, code)| Self::of(read, guild, *id, code)).collect()
    }
}

/// Several codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodesView {
    /// Each of them.
    pub codes: Vec<CodeView>,
}

/// Lists the codes.
pub struct Codes;

impl Endpoint for Codes {
    const NAME: &'static str = "shop.codes";
    const ABOUT: &'static str = "Lists the codes that can be redeemed, with what is typed.";
    const DOORS: Doors = Doors::get(&["/api/{server}/shop/codes"]);
    const WHO: Who = Who::Admin;
    // Whoever reads a code can redeem it.
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = CodesView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<CodesView>, Problem> {
        let (guild, now) = (asked.guild, asked.now);
        let codes = web.look(Self::NAME, move |read| CodeView::open(read, guild, now)).await?;
        Ok(CodesView { codes }.into())
    }
}

/// A code as it is sent.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CodeBody {
    /// What is typed; drawn without it.
    pub code: Option<String>,
    /// How much of the currency it gives; or an item.
    pub amount: Option<Typed>,
    /// Which item it gives.
    pub item_id: Option<Typed>,
    /// How many of it; 1 without it.
    pub quantity: Option<Typed>,
    /// How many members may redeem it; 1 without it.
    pub max_uses: Option<Typed>,
    /// Until when, at most.
    #[schema(value_type = Option<String>)]
    pub expires_at: Sent<String>,
}

impl CodeBody {
    fn read(&self) -> Result<NewCode, Problem> {
        let number = |field: &str, typed: Option<&Typed>, takes: fn() -> Sentence| match typed
            .filter(|typed| !typed.is_empty())
        {
            None => Ok(None),
            Some(typed) => {
                let number = typed.whole().and_then(|number| u32::try_from(number).ok());
                number.map(Some).ok_or_else(|| Problem::field(field, takes()))
            }
        };
        let item = number("item_id", self.item_id.as_ref(), || ShopRefusal::NoSuchItem.sentence())?;
        let amount = number("amount", self.amount.as_ref(), || {
            Sentence::words("It takes a whole number, up to 4,294,967,295.")
        })?;
        let quantity = number("quantity", self.quantity.as_ref(), || ShopRefusal::Quantity.sentence())?.unwrap_or(1);
        let gives = match (item, amount) {
            (Some(_), Some(_)) => {
                return Err(Problem::field("amount", Sentence::words("A code gives an amount or an item, not both.")));
            }
            (Some(item), None) => CodeGift::Item(ItemId::new(u64::from(item)), quantity),
            (None, amount) => CodeGift::Currency(Amount::of(amount.unwrap_or(0))),
        };
        Ok(NewCode {
            text: self.code.clone().filter(|text| !text.trim().is_empty()),
            gives,
            most: number("max_uses", self.max_uses.as_ref(), || CodeRefusal::NoUses.sentence())?.unwrap_or(1),
            until: super::wish::read_moment("expires_at", &self.expires_at)?,
        })
    }
}

/// What is wrong with a code is said at its field.
fn at_its_field(problem: Problem) -> Problem {
    let field = match problem.code() {
        "shop.bad_code" | "shop.code_taken" => "code",
        "shop.code_of_no_uses" => "max_uses",
        "shop.code_of_nothing" => "amount",
        "shop.code_ends_too_soon" => "expires_at",
        "shop.quantity" => "quantity",
        "shop.no_such_item" => "item_id",
        _ => return problem,
    };
    Problem::field(field, problem.sentence(None))
}

/// Makes a code.
pub struct MakeCode;

impl Endpoint for MakeCode {
    const NAME: &'static str = "shop.make_code";
    const ABOUT: &'static str = "Makes a code that members redeem for an amount of the currency or for an item.";
    const DOORS: Doors = Doors::post(&["/api/{server}/shop/codes"]).form("/g/{server}/shop/codes", again::<CodesPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = ();
    type Query = Nothing;
    type Body = CodeBody;
    type Answer = CodeView;

    fn sample(_: &Samples) -> Sample {
        let body = json!({ "amount": 50, "max_uses": 20 });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<CodeView>, Problem> {
        let (guild, wanted) = (asked.guild, asked.body.read()?);
        if let CodeGift::Item(item, _) = wanted.gives {
            judge_before_sale(&web.bot, guild, move |read| queries::gives_role(read, guild, item)).await?;
        }
        let made = web.change(&asked, move |tx, by| {
            let (id, code) = codes::make(tx, guild, by, &wanted)?;
            CodeView::of(tx, guild, id, &code)
        });
        let made = made.await.map_err(at_its_field)?;
        let undo = |view: &CodeView| format!("/g/{guild}/shop/codes/{}/revoke", view.code_id);
        let told = made.telling(|view| sentence!("The code is **{code}**.", code = view.code));
        Ok(told.undone_at(undo).leading_to(format!("/g/{guild}/shop/codes")))
    }
}

/// Revokes a code.
pub struct RevokeCode;

impl Endpoint for RevokeCode {
    const NAME: &'static str = "shop.revoke_code";
    const ABOUT: &'static str = "Revokes a code: nobody redeems it any more. What it gave stays given.";
    const DOORS: Doors = Doors::delete(&["/api/{server}/shop/codes/{shop_code}"])
        .form("/g/{server}/shop/codes/{shop_code}/revoke", again::<CodesPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Shop;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;

    type Path = One<CodeId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = CodeView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("shop_code", samples.shop_code.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<CodeView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let revoked = web.change(&asked, move |tx, by| {
            let code = codes::revoke(tx, guild, by, id)?;
            CodeView::of(tx, guild, id, &code)
        });
        let told = revoked.await?.telling(|view| sentence!("**{code}** is revoked.", code = view.code));
        Ok(told.leading_to(format!("/g/{guild}/shop/codes")))
    }
}
