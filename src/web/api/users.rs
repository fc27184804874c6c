//! The members of a server by the names of seed 001: who has how much of its own currency, and one of them whole.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::transactions::TransactionView;
use crate::features::coins::model::Currency;
use crate::features::coins::queries::entries::{self, Wanted};
use crate::features::coins::queries::{balance, balance_row};
use crate::features::shop;
use crate::features::shop::queries::Holding;
use crate::flows::accounts_listed::{self, Listed, Listing, Page, Sort};
use crate::flows::currency_accounts;
use crate::flows::known_members::{self, KnownMember};
use crate::kernel::error::{Error, Result};
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
use crate::web::segments::One;
use crate::web::user_info::UserInfo;

/// Members on a page, unless somebody wants another number (`D-53`).
const PAGE: usize = 50;
/// The most members on a page.
pub(super) const MOST: usize = 200;
/// Transactions that are told of one member.
const RECENT: usize = 10;

/// Which members.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct UsersQuery {
    /// Which page; the first is 1.
    pub page: Option<usize>,
    /// How many a page has; 50, and 200 at most.
    pub per_page: Option<usize>,
    /// By what they are ordered: `balance`, `total_earned`, `total_spent`, `created_at`, `last_daily` or `user_id`; with `-` in front the
    /// other way round.
    pub sort_by: Option<String>,
    /// Whether those are among them who left.
    pub include_inactive: bool,
}

impl UsersQuery {
    fn listing(&self) -> Result<(usize, Listing), Problem> {
        let page = self.page.unwrap_or(1);
        if page == 0 {
            return Err(Problem::field("page", Sentence::words("The first page is 1.")));
        }
        let per_page = self.per_page.unwrap_or(PAGE);
        if !(1..=MOST).contains(&per_page) {
            let most = sentence!("It takes a whole number from 1 to {most}.", most = MOST);
            return Err(Problem::field("per_page", most));
        }
        let sort = |name: &str| {
            let (name, is_reversed) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
            let sort = match name {
                "balance" => Sort::Balance,
                "total_earned" | "earned" => Sort::Earned,
                "total_spent" | "spent" => Sort::Spent,
                "created_at" => Sort::Began,
                "last_daily" => Sort::Daily,
                "user_id" | "id" => Sort::User,
                _ => return None,
            };
            Some((sort, is_reversed))
        };
        let known = || {
            Sentence::words(
                "It takes balance, total_earned, total_spent, created_at, last_daily or user_id, with - in front to turn it round.",
            )
        };
        let (sort, is_reversed) = filter::read("sort_by", self.sort_by.as_deref(), sort, known)?.unwrap_or_default();
        let offset = (page - 1).saturating_mul(per_page);
        Ok((page, Listing { sort, is_reversed, has_inactive: self.include_inactive, offset, limit: per_page }))
    }
}

/// A member of a server with what they have there (`T-CUR-02`).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Their id.
    pub user_id: String,
    /// Who they are on Discord.
    pub user: UserInfo,
    /// How much they have of the server's currency.
    pub balance: i64,
    /// All that came so far, without what was given back.
    pub total_earned: i64,
    /// All that went so far, likewise.
    pub total_spent: i64,
    /// Their Luxury Coins.
    pub luxury_coins: i64,
    /// Their engagement points.
    pub points: i64,
    /// What they own of the shop.
    pub inventory: Vec<OwnedView>,
    /// When they began to have an account.
    pub created_at: Option<String>,
    /// When they claimed the daily reward last.
    pub last_daily: Option<String>,
    /// Whether they are there, as far as Discord told.
    pub is_active: bool,
    /// When they left.
    pub left_at: Option<String>,
}

/// Something that a member owns.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnedView {
    /// The number of the item.
    pub item_id: String,
    /// What it is called.
    pub name: String,
    /// How many.
    pub quantity: u64,
}

/// What a member has, before it is known who they are on Discord.
pub(super) struct Having {
    pub(super) listed: Listed,
    pub(super) name: String,
    luxury_coins: i64,
    points: i64,
    inventory: Vec<OwnedView>,
}

impl Having {
    /// What the owner of an account has beside it.
    pub(super) fn of(read: &dyn Read, guild: GuildId, listed: Listed) -> Result<Self> {
        let user = listed.user;
        let has = |currency| Ok::<i64, Error>(balance(read, guild, currency, user)?.get());
        Ok(Self {
            name: known_members::called(read, guild, user)?,
            luxury_coins: has(Currency::Luxury)?,
            points: has(Currency::Points)?,
            inventory: inventory(read, guild, user)?,
            listed,
        })
    }

    /// With who they are.
    pub(super) fn view(self, user: UserInfo) -> AccountView {
        let Self { listed: Listed { balance, account, .. }, luxury_coins, points, inventory, .. } = self;
        let moment = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
        AccountView {
            user_id: user.id.clone(),
            user,
            balance: balance.amount.get(),
            total_earned: balance.earned.get(),
            total_spent: balance.spent.get(),
            luxury_coins,
            points,
            inventory,
            created_at: moment(balance.began),
            last_daily: moment(account.last_daily),
            is_active: account.left_at.is_none(),
            left_at: moment(account.left_at),
        }
    }
}

/// What somebody owns of the shop of a server.
fn inventory(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<OwnedView>> {
    let owned = |Holding { id, item, quantity }: Holding| OwnedView {
        item_id: id.to_string(),
        name: item.name,
        quantity: quantity.into(),
    };
    Ok(shop::queries::inventory(read, guild, user)?.into_iter().map(owned).collect())
}

/// With who they are on Discord.
pub(super) async fn views(web: &Web, guild: GuildId, having: Vec<Having>) -> Vec<AccountView> {
    let people = having.iter().map(|having| (having.listed.user, having.name.clone())).collect();
    let people = web.users(guild, people).await;
    having.into_iter().zip(people).map(|(having, user)| having.view(user)).collect()
}

/// A page of members.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsersView {
    /// Those of this page.
    pub users: Vec<AccountView>,
    /// Which page it is.
    pub pagination: PageOf,
}

/// Which page of a list is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOf {
    /// Which.
    pub page: usize,
    /// How many a page has.
    pub per_page: usize,
    /// How many there are in all.
    pub total: usize,
    /// How many pages that is.
    pub pages: usize,
}

/// Lists members.
pub struct Users;

impl Endpoint for Users {
    const NAME: &'static str = "users.list";
    const ABOUT: &'static str = "Lists the members who have an account of the server's currency, with balance, inventory and who they are on \
                                 Discord.";
    const DOORS: Doors = Doors::get(&["/api/{server}/users"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-04"];

    type Path = ();
    type Query = UsersQuery;
    type Body = ();
    type Answer = UsersView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "page=1&per_page=20&sort_by=balance&include_inactive=true", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<UsersView>, Problem> {
        let guild = asked.guild;
        let (page, listing) = asked.query.listing()?;
        let found = web.look(Self::NAME, move |read| {
            let Page { rows, total } = accounts_listed::page(read, guild, &listing)?;
            let having = rows.into_iter().map(|listed| Having::of(read, guild, listed));
            Ok((having.collect::<Result<Vec<_>>>()?, total))
        });
        let (having, total) = found.await?;
        let pagination = PageOf { page, per_page: listing.limit, total, pages: total.div_ceil(listing.limit.max(1)) };
        Ok(UsersView { users: views(web, guild, having).await, pagination }.into())
    }
}

/// Shows one member.
pub struct OneUser;

/// One member, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneUserView {
    /// Who, with what they have.
    pub user: AccountView,
    /// Their TikTok handles, without `@`.
    pub handles: Vec<String>,
    /// How many songs they submitted.
    pub songs: u64,
    /// The latest of their transactions, of each currency.
    pub recent_transactions: Vec<TransactionView>,
}

impl Endpoint for OneUser {
    const NAME: &'static str = "users.one";
    const ABOUT: &'static str =
        "Tells of a member who they are, what they have, what they own, and what came and went of late.";
    const DOORS: Doors = Doors::get(&["/api/{server}/users/{member}"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-18"];

    type Path = One<UserId>;
    type Query = Nothing;
    type Body = ();
    type Answer = OneUserView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("member", samples.member.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OneUserView>, Problem> {
        let (guild, One(user)) = (asked.guild, asked.path);
        let found = web.look(Self::NAME, move |read| {
            let wanted = Wanted { guild: Some(guild), user: Some(user), ..Wanted::default() };
            let recent = entries::page(read, guild, &wanted, None, RECENT)?;
            let member = known_members::one(read, guild, user)?;
            Ok((having(read, guild, user)?, member, recent.rows))
        });
        let (having, member, recent) = found.await?;
        let KnownMember { handles, songs, .. } = &member;
        let info = web.user(guild, user, having.name.clone()).await;
        let is_known = member.is_known() || !recent.is_empty() || having.listed.balance.began.is_some();
        if !is_known && info.is_member != Some(true) {
            return Err(Problem::NotFound);
        }
        Ok(OneUserView {
            user: having.view(info),
            handles: handles.iter().map(|account| account.handle.as_str().to_owned()).collect(),
            songs: *songs,
            recent_transactions: recent.iter().map(|row| TransactionView::of(guild, row, None)).collect(),
        }
        .into())
    }
}

fn having(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Having> {
    let (_, account) = currency_accounts::of(read, guild, user)?;
    let balance = balance_row(read, guild, Currency::Server, user)?;
    Having::of(read, guild, Listed { user, balance, account })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::input::read_form;

    fn listing(address: &str) -> Result<(usize, Listing), Problem> {
        read_form::<UsersQuery>(address.as_bytes())?.listing()
    }

    #[test]
    fn pages_and_orders_are_read_or_named_where_they_mean_nothing() {
        let usual = Listing { limit: 50, ..Listing::default() };
        for (address, page, expected) in [
            ("", 1, usual),
            ("page=3&per_page=20", 3, Listing { offset: 40, limit: 20, ..usual }),
            ("sort_by=-total_spent", 1, Listing { sort: Sort::Spent, is_reversed: true, ..usual }),
            ("sort_by=user_id&include_inactive=true", 1, Listing { sort: Sort::User, has_inactive: true, ..usual }),
        ] {
            assert_eq!(listing(address).unwrap(), (page, expected), "{address}");
        }
        for (address, field) in [
            ("page=0", "page"),
            ("page=-1", "page"),
            ("per_page=0", "per_page"),
            ("per_page=201", "per_page"),
            ("per_page=many", "per_page"),
            ("sort_by=name; drop", "sort_by"),
            ("sort_by=--balance", "sort_by"),
            ("include_inactive=maybe", "include_inactive"),
        ] {
            let Problem::Fields(fields) = listing(address).unwrap_err() else { panic!("{address}") };
            assert_eq!(fields.keys().collect::<Vec<_>>(), [field], "{address}");
        }
        let last = listing(&format!("page={}&per_page=200", usize::MAX)).unwrap();
        assert_eq!(last.1.offset, usize::MAX);
    }
}
