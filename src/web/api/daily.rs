//! The daily reward, claimed on a page (`T-CUR-05`): the same operation and the same limit as `/daily`.

use serde::Serialize;
use utoipa::ToSchema;

use super::me::own_account;
use crate::flows::daily_claimed::{self, Claimed};
use crate::kernel::amount::Amount;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing};
use crate::web::page::again;
use crate::web::pages::MineInServer;

/// Claims the daily reward.
pub struct ClaimDaily;

/// A claim that was paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimedView {
    /// What came.
    pub amount: i64,
    /// What there is now.
    pub balance: i64,
    /// What the server calls it.
    pub currency_name: String,
    /// What came, in words, for pages alone.
    #[serde(skip)]
    pub said: String,
    /// When the next claim is possible.
    pub next_claim: String,
}

impl Endpoint for ClaimDaily {
    const NAME: &'static str = "currency.daily";
    const ABOUT: &'static str = "Claims the daily reward of a server for whoever asks, once in 24 hours.";
    const DOORS: Doors = Doors::post(&["/api/{server}/me/daily"]).form("/me/{server}/daily", again::<MineInServer>);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Balances;
    const REQUIREMENTS: &'static [&'static str] = &["T-CUR-05"];

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ClaimedView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ClaimedView>, Problem> {
        let (guild, user) = (asked.guild, own_account(&asked.visitor)?);
        let change = web.change(&asked, move |tx, _| {
            let Claimed { entry, next, money } = daily_claimed::run(tx, guild, user)?;
            let (amount, balance) = (entry.delta, entry.after.get());
            Ok(ClaimedView {
                amount,
                balance,
                said: money.plain(Amount::ZERO.clamped_change(amount)),
                currency_name: money.name,
                next_claim: next.rfc3339(),
            })
        });
        let told = |view: &ClaimedView| {
            let (said, balance) = (view.said.clone(), Amount::ZERO.clamped_change(view.balance));
            sentence!("You got **{said}** and have **{balance}** now.", said, balance)
        };
        Ok(change.await?.telling(told).leading_to(format!("/me/{guild}")))
    }
}
