//! Looks at what the bot may do in its servers (`M-PRM-02`).

use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use super::ask::{AskError, Asker};
use super::finding::{Finding, quoted};
use super::id::Id;
use crate::discord::invitation;

/// Servers that Discord tells at once.
const PAGE: usize = 200;
/// Servers that are looked at.
const MOST: usize = 1_000;
/// Servers whose roles are asked for: two requests each.
const MOST_WITH_ROLES: usize = 100;
/// Servers that are asked about at the same time.
const AT_ONCE: usize = 4;

/// A server that the bot is in.
struct Server {
    id: String,
    name: String,
    /// The bits of what the bot may do, as Discord writes them.
    granted: u64,
}

/// The servers that Discord told.
struct GuildList {
    servers: Vec<Server>,
    /// Whether there are no more of them.
    is_all: bool,
    /// What kept Discord from telling the rest.
    trouble: Option<AskError>,
}

/// Looks at all servers, and says of how many it did not.
pub(super) async fn examine(asker: &Asker, application: u64, bot: u64) -> Vec<Finding> {
    let GuildList { servers, is_all, trouble } = told(asker).await;
    if let Some(trouble) = trouble.filter(|_| servers.is_empty()) {
        return vec![trouble.left_out(Id::Servers, "Discord does not tell now in which servers the bot is")];
    }
    if servers.is_empty() {
        let fix = format!("Invite it: {}", invitation::link(application));
        return vec![Finding::warning(Id::Servers, "The bot is in no server.", fix)];
    }
    let count = servers.len();
    let looked_at = format!("Of the servers with the bot, {count} were looked at; there are more");
    let mut findings = vec![match trouble {
        _ if is_all => Finding::ok(Id::Servers, format!("Servers with the bot: {count}.")),
        Some(trouble) => trouble.left_out(Id::Servers, &looked_at),
        None => Finding::note(Id::Servers, format!("{looked_at}.")),
    }];
    findings.extend(servers.iter().map(|server| permissions(server, application)));
    let asked = stream::iter(servers.iter().take(MOST_WITH_ROLES)).map(|server| role(asker, server, bot));
    let roles: Vec<Result<Finding, AskError>> = asked.buffered(AT_ONCE).collect().await;
    let trouble = roles.iter().find_map(|role| role.as_ref().err().copied());
    let roles: Vec<Finding> = roles.into_iter().filter_map(Result::ok).collect();
    let not_seen = count - roles.len();
    findings.extend(roles);
    findings.extend((not_seen > 0).then(|| {
        let what = format!("The place of the bot's role was not looked at in {not_seen} of {count} servers");
        match trouble {
            Some(trouble) => trouble.left_out(Id::Role, &what),
            None => Finding::note(Id::Role, format!("{what}.")),
        }
    }));
    findings
}

/// Asks page by page, up to [`MOST`] servers or until Discord tells no more.
async fn told(asker: &Asker) -> GuildList {
    let mut servers: Vec<Server> = Vec::new();
    let (mut is_all, mut trouble) = (false, None);
    while !is_all && servers.len() < MOST {
        let behind = servers.last().map(|last| format!("&after={}", last.id)).unwrap_or_default();
        let answer = match asker.get(&format!("/users/@me/guilds?limit={PAGE}{behind}")).await {
            Ok(answer) => answer,
            Err(why) => {
                trouble = Some(why);
                break;
            }
        };
        let Some(page) = answer.body.as_array() else {
            trouble = Some(AskError::Status(200));
            break;
        };
        let before = servers.len();
        servers.extend(page.iter().filter_map(read));
        // A page of which nothing can be read would be asked for again for ever.
        if servers.len() == before && !page.is_empty() {
            trouble = Some(AskError::Status(200));
            break;
        }
        is_all = page.len() < PAGE;
    }
    GuildList { servers, is_all, trouble }
}

fn read(guild: &Value) -> Option<Server> {
    let text = |key: &str| Some(guild.get(key)?.as_str()?.to_owned());
    let granted = text("permissions")?.parse().ok()?;
    Some(Server { id: text("id")?, name: text("name")?, granted })
}

fn permissions(server: &Server, application: u64) -> Finding {
    let (name, missing) = (quoted(&server.name), invitation::missing(server.granted));
    if missing.is_empty() {
        return Finding::ok(Id::Permissions, format!("The bot has all permissions that it needs in {name}."));
    }
    let fix = format!(
        "Give them to the bot's role in the settings of the server, or invite it again: {}",
        invitation::link(application)
    );
    Finding::error(Id::Permissions, format!("In {name} the bot lacks: {}.", missing.join(", ")), fix)
}

/// Where the bot's highest role stands among the others.
async fn role(asker: &Asker, server: &Server, bot: u64) -> Result<Finding, AskError> {
    let member = asker.get(&format!("/guilds/{}/members/{bot}", server.id)).await?.body;
    let roles = asker.get(&format!("/guilds/{}/roles", server.id)).await?.body;
    placed(server, &member, &roles).ok_or(AskError::Status(200))
}

/// The same by what Discord told; `None` where that cannot be read.
fn placed(server: &Server, member: &Value, roles: &Value) -> Option<Finding> {
    let own: Vec<&str> = member.get("roles")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let positions =
        roles.as_array()?.iter().filter_map(|role| Some((role.get("id")?.as_str()?, role.get("position")?.as_i64()?)));
    let positions: Vec<(&str, i64)> = positions.collect();
    let highest = positions.iter().filter(|(id, _)| own.contains(id)).map(|(_, at)| *at).max().unwrap_or(0);
    let above = positions.iter().filter(|(_, at)| *at > highest).count();
    let name = quoted(&server.name);
    Some(match (highest, above) {
        (0, _) => Finding::note(Id::Role, format!("In {name} the bot has no role of its own.")),
        (_, 0) => Finding::ok(Id::Role, format!("The bot's role stands highest in {name}.")),
        (_, above) => Finding::note(
            Id::Role,
            format!("In {name} {above} of the roles stand above the bot's. It can neither give nor take those."),
        ),
    })
}
