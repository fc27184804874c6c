//! Members that are known to a server: who they are, what they have and why, and coins given and taken by hand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use utoipa::ToSchema;

use crate::features::coins::economy::Holder;
use crate::features::coins::model::Currency;
use crate::features::coins::queries::holders::{self, Rank};
use crate::features::handles::model::Account;
use crate::flows::erasure::last_pseudonym;
use crate::flows::known_members::{self, Having, KnownMember};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::signin::scope::Scope;
use crate::store::{CursorRefusal, Read};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::filter;
use crate::web::segments::One;

/// Members on a page, unless somebody wants another number.
const PAGE: usize = 50;
/// The most members on a page.
const MOST: usize = 200;

/// In which order members are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SortedBy {
    /// Who has most of the server's own currency first; those who have any.
    Server,
    /// Who has most Luxury Coins first; those who have any.
    Coins,
    /// Who has most points first; those who have any.
    Points,
    /// Everybody who is known, by their id, which is by how long they are on Discord.
    #[default]
    Id,
}

/// What members have who are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Has {
    /// Some of the server's own currency; who has most comes first.
    Server,
    /// Luxury Coins; who has most comes first.
    Coins,
    /// Points; who has most comes first.
    Points,
    /// A linked TikTok handle.
    Handles,
    /// A song that they submitted.
    Songs,
}

impl SortedBy {
    /// As it stands in an address.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

impl Has {
    /// As it stands in an address.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Which members.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct MembersQuery {
    /// Their id, the beginning of a handle, or a part of their name at one of the latest songs.
    pub q: Option<String>,
    /// Those alone who have this; everybody who is known without it.
    pub has: Option<Has>,
    /// In which order, where nothing is said of what they have.
    pub sort: SortedBy,
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
    /// How many; 50, and 200 at most.
    pub limit: Option<usize>,
}

/// Members that were found.
#[derive(Debug, Default)]
pub struct Found {
    /// The members of this page.
    pub members: Vec<KnownMember>,
    /// Where the next page goes on.
    pub next: Option<String>,
    /// Whether only a part of what is known was searched.
    pub is_partial: bool,
}

impl MembersQuery {
    /// How many members a page has.
    pub fn limit(&self) -> Result<usize, Problem> {
        filter::limit(self.limit, PAGE, 1..=MOST)
    }

    /// Whether a member has what they are to have.
    fn lets_through(&self, member: &KnownMember) -> bool {
        match self.has {
            None => true,
            Some(Has::Server) => member.server > Amount::ZERO,
            Some(Has::Coins) => member.luxury > Amount::ZERO,
            Some(Has::Points) => member.points > Amount::ZERO,
            Some(Has::Handles) => !member.handles.is_empty(),
            Some(Has::Songs) => member.songs > 0,
        }
    }
}

/// Looks members up, so many.
pub fn find(read: &dyn Read, guild: GuildId, query: &MembersQuery, limit: usize) -> Result<Found> {
    let after = query.after.as_deref().filter(|after| !after.is_empty());
    let typed = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
    let mut is_partial = false;
    let (users, next) = match (typed, query.has, query.sort) {
        (Some(typed), ..) => {
            let found = known_members::matching(read, guild, typed, limit)?;
            is_partial = found.is_partial;
            (found.members, None)
        }
        (None, Some(Has::Handles), _) => by_id(read, guild, Having::Handles, after, limit)?,
        (None, Some(Has::Songs), _) => by_id(read, guild, Having::Songs, after, limit)?,
        (None, Some(Has::Server), _) | (None, None, SortedBy::Server) => {
            holders_of(read, guild, Currency::Server, after, limit)?
        }
        (None, Some(Has::Coins), _) | (None, None, SortedBy::Coins) => {
            holders_of(read, guild, Currency::Luxury, after, limit)?
        }
        (None, Some(Has::Points), _) | (None, None, SortedBy::Points) => {
            holders_of(read, guild, Currency::Points, after, limit)?
        }
        (None, None, SortedBy::Id) => by_id(read, guild, Having::Anything, after, limit)?,
    };
    let members = users.into_iter().map(|user| known_members::one(read, guild, user));
    let mut members: Vec<KnownMember> = members.collect::<Result<_>>()?;
    members.retain(|member| query.lets_through(member));
    Ok(Found { members, next, is_partial })
}

type Users = (Vec<UserId>, Option<String>);

/// Gives those of whom neither a name nor a handle is stored the name that they have on Discord.
pub async fn by_name(web: &Web, guild: GuildId, members: &mut [KnownMember]) {
    let nameless: Vec<&mut KnownMember> =
        members.iter_mut().filter(|member| member.name.is_none() && member.handles.is_empty()).collect();
    let users: Vec<UserId> = nameless.iter().map(|member| member.user).collect();
    let mut called: BTreeMap<UserId, String> = web.called_on_discord(guild, &users).await.into_iter().collect();
    for member in nameless {
        member.name = called.remove(&member.user);
    }
}

fn holders_of(read: &dyn Read, guild: GuildId, currency: Currency, after: Option<&str>, limit: usize) -> Result<Users> {
    let after = after.map(str::parse::<Rank>).transpose()?;
    let page = holders::page(read, guild, currency, after, limit)?;
    // What somebody had who was erased is nobody's, and stays where it is for the sums.
    let erased = last_pseudonym(read, guild)?;
    let users = page.rows.into_iter().map(|Holder { user, .. }| user).filter(|user| *user > erased).collect();
    Ok((users, page.next.map(|next| next.to_string())))
}

fn by_id(read: &dyn Read, guild: GuildId, having: Having, after: Option<&str>, limit: usize) -> Result<Users> {
    let after = after.map(|after| after.parse::<UserId>().map_err(|_| CursorRefusal::Unreadable)).transpose()?;
    let mut users = known_members::behind(read, guild, having, after, limit + 1)?;
    let has_more = users.len() > limit;
    users.truncate(limit);
    let next = users.last().filter(|_| has_more).map(ToString::to_string);
    Ok((users, next))
}

/// Several members.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembersView {
    /// Those of this page.
    pub items: Vec<MemberView>,
    /// What to ask for as `after` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether a search looked at a part of what is known alone: the latest songs, the first handles. An id finds everybody.
    pub partial: bool,
}

/// A member.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// Their id.
    pub user_id: String,
    /// The name by which they are known here best.
    pub name: String,
    /// How much they have of the server's own currency.
    pub balance: i64,
    /// Their Luxury Coins.
    pub luxury_coins: i64,
    /// Their points.
    pub points: i64,
    /// Their TikTok handles.
    pub handles: Vec<HandleOfMember>,
    /// How many songs they submitted.
    pub songs: u64,
}

/// A handle of a member.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandleOfMember {
    /// The handle, without `@`.
    pub handle: String,
    /// Its points.
    pub points: i64,
    /// Whether the member proved that it is theirs.
    pub verified: bool,
}

impl From<&Account> for HandleOfMember {
    fn from(account: &Account) -> Self {
        Self {
            handle: account.handle.as_str().to_owned(),
            points: account.points.get(),
            verified: account.is_verified(),
        }
    }
}

impl From<&KnownMember> for MemberView {
    fn from(member: &KnownMember) -> Self {
        Self {
            user_id: member.user.to_string(),
            name: member.called(),
            balance: member.server.get(),
            luxury_coins: member.luxury.get(),
            points: member.points.get(),
            handles: member.handles.iter().map(Into::into).collect(),
            songs: member.songs,
        }
    }
}

/// Lists members.
pub struct Members;

impl Endpoint for Members {
    const NAME: &'static str = "members.list";
    const ABOUT: &'static str = "Lists the members that are known here, by what they have or by what is searched for.";
    const DOORS: Doors = Doors::get(&["/api/{server}/members"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = MembersQuery;
    type Body = ();
    type Answer = MembersView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "sort=points&limit=10", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<MembersView>, Problem> {
        let (guild, query) = (asked.guild, asked.query);
        let limit = query.limit()?;
        let mut found = web.look("members", move |read| find(read, guild, &query, limit)).await?;
        by_name(web, guild, &mut found.members).await;
        let items = found.members.iter().map(Into::into).collect();
        Ok(MembersView { items, next: found.next, partial: found.is_partial }.into())
    }
}

/// Shows one member.
pub struct Member;

impl Endpoint for Member {
    const NAME: &'static str = "members.one";
    const ABOUT: &'static str = "Tells what is known here of a member.";
    const DOORS: Doors = Doors::get(&["/api/{server}/members/{member}"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = One<UserId>;
    type Query = Nothing;
    type Body = ();
    type Answer = MemberView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("member", samples.member.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<MemberView>, Problem> {
        let (guild, One(user)) = (asked.guild, asked.path);
        let mut member = web.look("member", move |read| known_members::one(read, guild, user)).await?;
        by_name(web, guild, std::slice::from_mut(&mut member)).await;
        Ok(MemberView::from(&member).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::{EntryKind, Posting};
    use crate::features::coins::service;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    fn town() -> TestStore {
        let store = TestStore::new();
        for (user, currency, delta) in [
            (1, Currency::Luxury, 10),
            (2, Currency::Luxury, 30),
            (3, Currency::Points, 5),
            (2, Currency::Points, 1),
            (4, Currency::Server, 9),
        ] {
            let (kind, reason, actor) = (EntryKind::AdminAdd, "quiz".to_owned(), Actor::System);
            let posting = Posting { currency, user: UserId::new(user), delta, kind, reason, actor };
            store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop)).unwrap();
        }
        store
    }

    fn found(store: &TestStore, query: &MembersQuery) -> Result<(Vec<u64>, Option<String>)> {
        let found = store.read(|read| Ok(find(read, GUILD, query, query.limit().unwrap())))?;
        Ok((found.members.iter().map(|member| member.user.get()).collect(), found.next))
    }

    #[test]
    fn members_are_listed_by_what_they_have_and_page_by_page() {
        let store = town();
        for (sort, all) in [
            (SortedBy::Server, vec![4]),
            (SortedBy::Coins, vec![2, 1]),
            (SortedBy::Points, vec![3, 2]),
            (SortedBy::Id, vec![1, 2, 3, 4]),
        ] {
            let query = MembersQuery { sort, ..MembersQuery::default() };
            assert_eq!(found(&store, &query).unwrap(), (all.clone(), None));
            let (mut by_one, mut after) = (Vec::new(), None);
            loop {
                let query = MembersQuery { limit: Some(1), after, ..query.clone() };
                let (members, next) = found(&store, &query).unwrap();
                by_one.extend(members);
                after = next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(by_one, all, "{sort:?}");
            let lost = MembersQuery { after: Some("nowhere".to_owned()), ..query };
            assert_eq!(found(&store, &lost).unwrap_err().code(), "cursor.unreadable");
        }
        for (has, all) in [
            (Has::Server, vec![4]),
            (Has::Coins, vec![2, 1]),
            (Has::Points, vec![3, 2]),
            (Has::Handles, vec![]),
            (Has::Songs, vec![]),
        ] {
            let query = MembersQuery { has: Some(has), ..MembersQuery::default() };
            assert_eq!(found(&store, &query).unwrap(), (all, None), "{has:?}");
        }
        let query = MembersQuery { q: Some(" 3 ".to_owned()), ..MembersQuery::default() };
        assert_eq!(found(&store, &query).unwrap(), (vec![3], None));
        let query = MembersQuery { has: Some(Has::Coins), ..query };
        assert_eq!(found(&store, &query).unwrap(), (vec![], None));
    }
}
