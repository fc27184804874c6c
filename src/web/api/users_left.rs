//! Members who left: who they are, closing their accounts, and taking it back that somebody left (`C-66`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::users::{AccountView, Having, MOST, views};
use crate::flows::accounts_cleaned::{self, Cleaned, Wanted};
use crate::flows::accounts_listed;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::{DataPage, MemberPage};
use crate::web::segments::One;
use crate::web::ui::components::{counted, number};

/// For how many days somebody has to be away, unless somebody says another number.
const DAYS: u64 = 30;
/// The longest time that anybody waits: a hundred years of days.
const MOST_DAYS: u64 = 36_500;

/// For how long somebody has to be away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct InactiveQuery {
    /// For so many days at least; 30, and 0 for everybody who left.
    pub days: Option<u64>,
}

/// Members who left.
#[derive(Debug, Serialize, ToSchema)]
pub struct InactiveView {
    /// Each, who left first at the front, with the moment in `left_at`.
    pub users: Vec<AccountView>,
    /// How many there are in all; 200 are told.
    pub total: usize,
    /// Whether Discord tells who leaves. Where it does not, nobody is known to have left.
    pub is_told: bool,
}

/// The moment so many days ago.
fn days_ago(now: Timestamp, days: u64) -> Timestamp {
    now.before(std::time::Duration::from_secs(days.saturating_mul(86_400)))
}

/// Lists members who left.
pub struct Inactive;

impl Endpoint for Inactive {
    const NAME: &'static str = "users.inactive";
    const ABOUT: &'static str = "Lists members with an account who left, with the moment when they did.";
    const DOORS: Doors = Doors::get(&["/api/{server}/users/inactive"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-20"];

    type Path = ();
    type Query = InactiveQuery;
    type Body = ();
    type Answer = InactiveView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "days=30", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<InactiveView>, Problem> {
        let guild = asked.guild;
        let days = asked.query.days.unwrap_or(DAYS);
        if days > MOST_DAYS {
            return Err(no_days("days", 0));
        }
        // Who left in this very moment has been away for 0 days.
        let before = days_ago(asked.now, days).after(std::time::Duration::from_micros(1));
        let found = web.look(Self::NAME, move |read| {
            let all = accounts_listed::inactive(read, guild, before)?;
            let total = all.len();
            let having = all.into_iter().take(MOST).map(|listed| Having::of(read, guild, listed));
            Ok((having.collect::<Result<Vec<_>>>()?, total))
        });
        let (having, total) = found.await?;
        let users = views(web, guild, having).await;
        Ok(InactiveView { users, total, is_told: !web.bot.lacks_intents() }.into())
    }
}

fn no_days(field: &'static str, least: u64) -> Problem {
    Problem::field(field, sentence!("It takes a whole number from {least} to {most}.", least, most = number(MOST_DAYS)))
}

/// Closes the accounts of members who left.
pub struct CleanUp;

/// Of whom, and whether it is meant.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CleanUpBody {
    /// Of those who left so many days ago or earlier; 30, and 1 at least.
    pub days: Option<Typed>,
    /// Whether to tell only whose it would be; so it is where neither this nor `days` is said.
    pub dry_run: Option<bool>,
}

/// What was closed, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub struct CleanedView {
    /// How many accounts.
    pub cleaned: usize,
    /// What they held together, which is out of circulation then.
    pub total_balance: i64,
    /// Whose they are, 200 of them at most.
    pub user_ids: Vec<String>,
    /// Whether they are still open.
    pub dry_run: bool,
}

impl CleanedView {
    fn of(cleaned: &Cleaned, dry_run: bool) -> Self {
        Self {
            cleaned: cleaned.users.len(),
            total_balance: cleaned.amount,
            user_ids: cleaned.users.iter().take(MOST).map(ToString::to_string).collect(),
            dry_run,
        }
    }
}

impl CleanUpBody {
    /// Whether nothing is to be changed.
    fn is_dry_run(&self) -> bool {
        self.dry_run.unwrap_or(self.days.is_none())
    }

    fn wanted(&self, web: &Web, now: Timestamp) -> Result<Wanted, Problem> {
        let days = match self.days.as_ref().filter(|days| !days.is_empty()) {
            None => DAYS,
            Some(typed) => {
                typed.whole().filter(|days| (1..=MOST_DAYS).contains(days)).ok_or_else(|| no_days("days", 1))?
            }
        };
        Ok(Wanted { before: days_ago(now, days), is_by_last_entry: web.bot.lacks_intents() })
    }
}

impl Endpoint for CleanUp {
    const NAME: &'static str = "users.cleanup";
    const ABOUT: &'static str = "Closes the accounts of members who left long ago, each by an entry of the ledger, or tells whose that would \
                                 be. Luxury Coins stay. Whoever asks proves that it is them, unless they only want to know whose.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/users/cleanup"]).form("/g/{server}/data/cleanup", again::<DataPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Exports;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-19"];

    type Path = ();
    type Query = Nothing;
    type Body = CleanUpBody;
    type Answer = CleanedView;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(serde_json::json!({ "days": 30, "dry_run": true })), ..Sample::default() }
    }

    async fn question(web: &Web, asked: &Asked<Self>) -> Result<Option<Sentence>, Problem> {
        let (guild, wanted) = (asked.guild, asked.body.wanted(web, asked.now));
        // What cannot be read is told when it is done.
        let Some(wanted) = wanted.ok().filter(|_| !asked.body.is_dry_run()) else { return Ok(None) };
        let found = web.look(Self::NAME, move |read| accounts_cleaned::candidates(read, guild, wanted)).await?;
        let accounts = Sentence::words(counted(found.users.len(), "account", "accounts"));
        Ok((!found.users.is_empty())
            .then(|| sentence!("Close **{accounts}**, with {held} in all?", accounts, held = found.amount)))
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<CleanedView>, Problem> {
        let (guild, is_dry_run) = (asked.guild, asked.body.is_dry_run());
        let wanted = asked.body.wanted(web, asked.now)?;
        let (page, leads_to) = (CleanedView::of, format!("/g/{guild}/data#left"));
        if is_dry_run {
            let found = web.look(Self::NAME, move |read| accounts_cleaned::candidates(read, guild, wanted)).await?;
            return Ok(Answered::from(page(&found, true)).telling(would_be).leading_to(leads_to));
        }
        web.needs_proof(&asked).await?;
        let (store, actor) = (web.bot.store.clone(), asked.visitor.actor());
        let done = tokio::task::spawn_blocking(move || accounts_cleaned::run(&store, guild, wanted, actor)).await;
        let done = done.map_err(Error::failed)??;
        Ok(Answered::from(page(&done, false)).telling(was_done).leading_to(leads_to))
    }
}

/// What a page says of what would be done.
fn would_be(view: &CleanedView) -> Sentence {
    let accounts = Sentence::words(counted(view.cleaned, "account", "accounts"));
    sentence!(
        "**{accounts}** would be closed, with {held} in all. Nothing was changed.",
        accounts,
        held = view.total_balance
    )
}

/// What a page says of what was done.
fn was_done(view: &CleanedView) -> Sentence {
    let accounts = Sentence::words(counted(view.cleaned, "account", "accounts"));
    sentence!("**{accounts}** were closed, with {held} in all.", accounts, held = view.total_balance)
}

/// Takes it back that a member left.
pub struct Reactivate;

/// Whether somebody is in use again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReactivatedView {
    /// Who.
    pub user_id: String,
    /// Whether they count as a member now.
    pub is_active: bool,
    /// Whether they did not before.
    pub was_inactive: bool,
}

impl Endpoint for Reactivate {
    const NAME: &'static str = "users.reactivate";
    const ABOUT: &'static str = "Takes it back that a member left: their account is listed again and is not closed.";
    const DOORS: Doors = Doors::post(&["/api/{server}/users/{member}/reactivate"])
        .form("/g/{server}/members/{member}/reactivate", again::<MemberPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-21"];

    type Path = One<UserId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ReactivatedView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("member", samples.member.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ReactivatedView>, Problem> {
        let (guild, One(user)) = (asked.guild, asked.path);
        let change = web.change(&asked, move |tx, actor| {
            let was_inactive = accounts_cleaned::reactivate(tx, guild, user, actor)?;
            Ok(ReactivatedView { user_id: user.to_string(), is_active: true, was_inactive })
        });
        let told = |_: &ReactivatedView| Sentence::words("The account is in use again.");
        Ok(change.await?.telling(told).leading_to(format!("/g/{guild}/members/{user}")))
    }
}
