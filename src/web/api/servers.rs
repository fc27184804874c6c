//! The servers that whoever asks may see (`T-API-03`).

use serde::Serialize;
use utoipa::ToSchema;

use crate::features::coins::model::Currency;
use crate::features::coins::queries::total;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing};
use crate::web::page::servers_of;

/// The servers of whoever asks.
pub struct Servers;

/// Several servers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServersView {
    /// Each of them.
    pub servers: Vec<ServerView>,
}

/// A server.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What whoever asks is there.
    pub level: &'static str,
    /// How many members it has, once Discord told.
    pub member_count: Option<u64>,
    /// What all of its members have together; for those who may look at every page of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_totals: Option<CurrencyTotals>,
}

/// What the members of a server have together, by currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrencyTotals {
    /// Luxury Coins.
    pub luxury: i64,
    /// Points.
    pub points: i64,
    /// The server's own currency.
    pub server: i64,
}

impl CurrencyTotals {
    fn of(read: &dyn Read, guild: GuildId) -> Result<Self> {
        let of = |currency| total(read, guild, currency);
        Ok(Self { luxury: of(Currency::Luxury)?, points: of(Currency::Points)?, server: of(Currency::Server)? })
    }
}

impl Endpoint for Servers {
    const NAME: &'static str = "servers.list";
    const ABOUT: &'static str = "Lists the servers of whoever asks that Greenroom is in.";
    const DOORS: Doors = Doors::get(&["/api/servers"]);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-03"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = ServersView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ServersView>, Problem> {
        let somebody = asked.visitor.somebody().ok_or(Problem::Unauthenticated)?;
        let mut servers = Vec::new();
        web.needs_servers()?;
        for (id, name) in servers_of(web, &asked.visitor) {
            let rank = web.rank(&somebody.person, id).await?;
            // Who is there no more sees it no more.
            let Some(level) = rank.level else { continue };
            let currency_totals = if rank.reaches(Who::Viewer) {
                Some(web.look("currency_totals", move |read| CurrencyTotals::of(read, id)).await?)
            } else {
                None
            };
            let member_count = web.bot.standings.guild_of_bot(id).and_then(|named| named.members);
            servers.push(ServerView { id: id.to_string(), name, level: level.word(), member_count, currency_totals });
        }
        Ok(ServersView { servers }.into())
    }
}
