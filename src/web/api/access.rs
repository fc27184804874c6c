//! Who may do what in a server, by role: the settings of the ladder, which its owner alone changes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::http::Route;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::access::{ADMIN_ROLES, MODERATOR_ROLES, REVIEWER_ROLE, VIEWER_ROLES};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId};
use crate::kernel::sentence::Sentence;
use crate::kernel::text::one_line;
use crate::settings::{RoleList, Setting, SettingRefusal};
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOf};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::AccessPage;

/// How long Discord may take to tell the names of roles. Without them their numbers are shown.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest name of a role, in characters; Discord's own limit.
const LONGEST_NAME: usize = 100;

/// Which roles give rights in a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RolesView {
    /// Roles that run the server beside the administrators.
    pub admin_roles: Vec<String>,
    /// Roles that moderate.
    pub moderator_roles: Vec<String>,
    /// Roles that look at everything and change nothing.
    pub viewer_roles: Vec<String>,
    /// The role of the reviewers.
    pub reviewer_role: Option<String>,
}

impl RolesView {
    /// Which of them counts for whoever changes them.
    pub const REVISION: RevisionOf = |_, read, guild, _| Ok(Revision::of(&Self::of(read, guild)?));

    /// Those of a server.
    pub fn of(read: &dyn Read, guild: GuildId) -> Result<Self> {
        let numbers = |setting: &'static Setting<RoleList>| -> Result<Vec<String>> {
            Ok(setting.get(read, guild)?.iter().map(|role| role.to_string()).collect())
        };
        Ok(Self {
            admin_roles: numbers(&ADMIN_ROLES)?,
            moderator_roles: numbers(&MODERATOR_ROLES)?,
            viewer_roles: numbers(&VIEWER_ROLES)?,
            reviewer_role: REVIEWER_ROLE.get(read, guild)?.map(|role| role.to_string()),
        })
    }
}

/// A role of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRole {
    /// Its number.
    pub id: String,
    /// Its name, cleaned to one line, not escaped.
    pub name: String,
}

/// The roles of a server, the highest first, without everybody's; none where Discord does not tell.
pub async fn named_roles(web: &Web, guild: GuildId) -> Vec<NamedRole> {
    let asked = web.bot.rest.get_json(Route::GuildRoles { guild_id: guild.get().into() }, Vec::new());
    let Ok(Ok(told)) = timeout(PATIENCE, asked).await else { return Vec::new() };
    let mut found: Vec<(i64, NamedRole)> =
        told.as_array().into_iter().flatten().filter_map(|role| named(role, guild)).collect();
    found.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    found.into_iter().map(|(_, role)| role).collect()
}

fn named(role: &Value, guild: GuildId) -> Option<(i64, NamedRole)> {
    let id = role.get("id")?.as_str()?.to_owned();
    let name = one_line(role.get("name")?.as_str()?, LONGEST_NAME);
    (id != guild.to_string()).then_some((role.get("position")?.as_i64()?, NamedRole { id, name }))
}

/// Which roles give rights.
pub struct Roles;

impl Endpoint for Roles {
    const NAME: &'static str = "access.roles";
    const ABOUT: &'static str = "Tells which roles give rights on the web.";
    const DOORS: Doors = Doors::get(&["/api/{server}/access/roles"]);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;
    const REVISION: Option<RevisionOf> = Some(RolesView::REVISION);

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = RolesView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RolesView>, Problem> {
        let guild = asked.guild;
        Ok(web.look(Self::NAME, move |read| RolesView::of(read, guild)).await?.into())
    }
}

/// Says which roles give rights.
pub struct SetRoles;

/// Which roles are to give rights, by their numbers. What is left out gives none to anybody.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RolesWanted {
    /// Roles that run the server beside the administrators.
    pub admin_roles: Vec<String>,
    /// Roles that moderate.
    pub moderator_roles: Vec<String>,
    /// Roles that look at everything and change nothing.
    pub viewer_roles: Vec<String>,
    /// The role of the reviewers.
    pub reviewer_role: Option<String>,
}

impl Endpoint for SetRoles {
    const NAME: &'static str = "access.set_roles";
    const ABOUT: &'static str = "Says which roles give rights on the web.";
    const DOORS: Doors = Doors::put(&["/api/{server}/access/roles"]).form("/g/{server}/access", again::<AccessPage>);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const REQUIREMENTS: &'static [&'static str] = &["T-SEC-04"];
    const REVISION: Option<RevisionOf> = Some(RolesView::REVISION);

    type Path = ();
    type Query = Nothing;
    type Body = RolesWanted;
    type Answer = RolesView;

    fn sample(samples: &Samples) -> Sample {
        Sample { body: Some(samples.roles.clone()), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RolesView>, Problem> {
        let RolesWanted { admin_roles, moderator_roles, viewer_roles, reviewer_role } = &asked.body;
        let lists = [
            (&ADMIN_ROLES, list("admin_roles", admin_roles)?),
            (&MODERATOR_ROLES, list("moderator_roles", moderator_roles)?),
            (&VIEWER_ROLES, list("viewer_roles", viewer_roles)?),
        ];
        let reviewers = one("reviewer_role", reviewer_role.as_deref().unwrap_or_default())?;
        let guild = asked.guild;
        let server = web.ask_places(guild).await?;
        let named: Vec<_> = lists.iter().flat_map(|(_, roles)| roles.iter()).chain(reviewers).collect();
        if named.into_iter().any(|role| !server.has_role(role)) {
            return Err(SettingRefusal::NotHere { what: "role" }.into());
        }
        let changed = web.change(&asked, move |tx, actor| {
            for (setting, roles) in &lists {
                setting.change(tx, guild, actor, roles)?;
            }
            REVIEWER_ROLE.change(tx, guild, actor, &reviewers)?;
            RolesView::of(tx, guild)
        });
        let notice = Sentence::words("Saved. It counts from the next click of everybody on.");
        Ok(changed.await?.saying(notice).leading_to(format!("/g/{guild}/access")))
    }
}

fn list(field: &str, numbers: &[String]) -> Result<RoleList, Problem> {
    let wrong = |()| Problem::field(field, Sentence::words("Up to 20 roles, by their numbers."));
    numbers.join(" ").parse().map_err(wrong)
}

fn one(field: &str, number: &str) -> Result<Option<RoleId>, Problem> {
    let wrong = || Problem::field(field, Sentence::words("One role, by its number, or none."));
    match number.trim() {
        "" => Ok(None),
        number => number.parse().ok().filter(|number| *number > 0_u64).map(RoleId::new).map(Some).ok_or_else(wrong),
    }
}
