//! The servers that the bot is in, and those that it left, with how much is stored of each; and leaving one.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::activity::program::SERVER_LEFT;
use crate::discord::standing::GuildOfBot;
use crate::features::coins::queries::entries;
use crate::features::engagement::queries::sessions;
use crate::features::queue::queries::latest_number;
use crate::features::setup::queries::{goes_at, known};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::InstanceServersPage;
use crate::web::segments::One;

/// A server that the bot is in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServerOfBot {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Songs that were ever submitted there.
    pub songs: u64,
    /// Entries of its ledger.
    pub entries: u64,
    /// Sessions of lives that it followed.
    pub sessions: u64,
}

/// A server of which something is stored, although the bot is in it no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DepartedServer {
    /// Its id; nobody tells its name any more.
    pub id: String,
    /// Songs that were ever submitted there.
    pub songs: u64,
    /// Entries of its ledger.
    pub entries: u64,
    /// Sessions of lives that it followed.
    pub sessions: u64,
    /// When all of that goes, unless the bot is invited again.
    pub goes_at: String,
}

/// A server that the bot is not in any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftServer {
    /// Its id.
    pub id: String,
    /// Its name; nothing where the bot was not in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Several of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServersOfBot {
    /// Each of them.
    pub servers: Vec<ServerOfBot>,
    /// Those that the bot was in, and of which something is still stored.
    pub departed: Vec<DepartedServer>,
}

/// The servers that the bot is in, and those that it left, each with how much is stored of it.
pub async fn servers(web: &Web) -> Result<ServersOfBot> {
    let named: BTreeMap<GuildId, String> =
        web.bot.standings.guilds_of_bot().into_iter().map(|guild| (guild.id, guild.name)).collect();
    let look = move |read: &dyn Read| {
        let departed = departed(read, |guild| !named.contains_key(&guild))?;
        let servers = named.into_iter().map(|(id, name)| counted(read, id, name));
        Ok(ServersOfBot { servers: servers.collect::<Result<_>>()?, departed })
    };
    web.look("servers_of_bot", look).await
}

/// The servers that were left, the one that goes first in front.
fn departed(read: &dyn Read, is_left: impl Fn(GuildId) -> bool) -> Result<Vec<DepartedServer>> {
    let mut going = Vec::new();
    for guild in known(read)?.into_iter().filter(|guild| is_left(*guild)) {
        if let Some(goes_at) = goes_at(read, guild)? {
            going.push((goes_at, guild));
        }
    }
    going.sort_unstable();
    let row = |(goes_at, guild): (Timestamp, GuildId)| {
        let ServerOfBot { id, songs, entries, sessions, .. } = counted(read, guild, String::new())?;
        Ok(DepartedServer { id, songs, entries, sessions, goes_at: goes_at.rfc3339() })
    };
    going.into_iter().map(row).collect()
}

fn counted(read: &dyn Read, guild: GuildId, name: String) -> Result<ServerOfBot> {
    let last_session = sessions(read, guild, None, 1)?.rows.pop();
    Ok(ServerOfBot {
        id: guild.to_string(),
        name,
        songs: latest_number(read, guild)?,
        entries: entries::latest(read, guild)?.map_or(0, greenroom_domain::features::coins::model::EntryId::get),
        sessions: last_session.map_or(0, |(id, _)| id.get()),
    })
}

/// Lists them.
pub struct ListServers;

impl Endpoint for ListServers {
    const NAME: &'static str = "instance.servers";
    const ABOUT: &'static str =
        "Lists the servers that the bot is in, and those that it left, with how much is stored of each.";
    const DOORS: Doors = Doors::get(&["/api/instance/servers"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = ServersOfBot;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<ServersOfBot>, Problem> {
        Ok(servers(web).await?.into())
    }
}

/// Leaves a server.
pub struct LeaveServer;

impl Endpoint for LeaveServer {
    const NAME: &'static str = "instance.leave";
    const ABOUT: &'static str = "Lets the bot leave a server, if it is in it; what is stored of it stays for 30 days.";
    const DOORS: Doors = Doors::post(&["/api/instance/servers/{guild}/leave"])
        .form("/instance/servers/{guild}/leave", again::<InstanceServersPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<GuildId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = LeftServer;

    fn sample(_: &Samples) -> Sample {
        // One that the bot is not in: nothing would be left to try after any other.
        Sample { path: vec![("guild", "1".to_owned())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<LeftServer>, Problem> {
        let One(guild) = asked.path;
        let Some(GuildOfBot { name, .. }) = web.bot.standings.guild_of_bot(guild) else {
            return Ok(LeftServer { id: guild.to_string(), name: None }.into());
        };
        web.bot.rest.leave_guild(guild.get().into()).await.map_err(Error::failed)?;
        let change = web.change(&asked, move |tx, by| {
            SERVER_LEFT.with(name.clone()).by(by).note(tx, GuildId::INSTANCE)?;
            Ok(LeftServer { id: guild.to_string(), name: Some(name.clone()) })
        });
        let told = |left: &LeftServer| {
            let name = left.name.clone().unwrap_or_default();
            sentence!("The bot has left **{name}**. What is stored of it stays for 30 days.", name)
        };
        Ok(change.await?.telling(told).leading_to("/instance/servers"))
    }
}
