//! The servers that whoever asks may see (`T-API-03`).

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::error::Result;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
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

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ServersView>, Problem> {
        let somebody = asked.visitor.somebody().ok_or(Problem::Unauthenticated)?;
        let mut servers = Vec::new();
        for (id, name) in servers_of(web, &asked.visitor) {
            // Who is there no more sees it no more.
            if let Some(level) = web.rank(&somebody.person, id).await?.level {
                servers.push(ServerView { id: id.to_string(), name, level: level.word() });
            }
        }
        Ok(ServersView { servers }.into())
    }
}
