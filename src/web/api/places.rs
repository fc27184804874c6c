//! The channels and roles of a server, to choose from (`T-API-48`).

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::error::Result;
use crate::kernel::text::one_line;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing};

/// The longest name, in characters; Discord's own limit.
const LONGEST_NAME: usize = 100;

/// The text channels of a server.
pub struct Channels;

/// Channels.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelsView {
    /// Each of them, as people see them from top to bottom.
    pub channels: Vec<PlaceView>,
}

/// Roles.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerRolesView {
    /// Each of them, the highest first.
    pub roles: Vec<PlaceView>,
}

/// A channel or a role.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl PlaceView {
    fn new(id: &impl ToString, name: &str) -> Self {
        Self { id: id.to_string(), name: one_line(name, LONGEST_NAME) }
    }
}

impl Endpoint for Channels {
    const NAME: &'static str = "servers.channels";
    const ABOUT: &'static str = "Lists the text channels of a server.";
    const DOORS: Doors = Doors::get(&["/api/{server}/channels"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-48"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = ChannelsView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChannelsView>, Problem> {
        let server = web.places(asked.guild).await.ok_or(Problem::DiscordUnavailable)?;
        let channels = server.text_channels(0).into_iter().map(|channel| PlaceView::new(&channel.id, &channel.name));
        Ok(ChannelsView { channels: channels.collect() }.into())
    }
}

/// The roles of a server.
pub struct Roles;

impl Endpoint for Roles {
    const NAME: &'static str = "servers.roles";
    const ABOUT: &'static str = "Lists the roles of a server that somebody can have.";
    const DOORS: Doors = Doors::get(&["/api/{server}/roles"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-48"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = ServerRolesView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ServerRolesView>, Problem> {
        let server = web.places(asked.guild).await.ok_or(Problem::DiscordUnavailable)?;
        let roles = server.roles().into_iter().map(|role| PlaceView::new(&role.id, &role.name));
        Ok(ServerRolesView { roles: roles.collect() }.into())
    }
}
