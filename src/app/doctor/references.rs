//! Looks at what servers have set that refers to something on Discord: are the channels and roles there, and may the bot do
//! there what it must? What is set is told by whoever holds the store.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;
use tokio::time::timeout;

use super::ask::Asker;
use super::finding::{Finding, quoted};
use super::id::Id;
use crate::app::application::catalogue_of_references;
use crate::app::catalogue::CATALOGUE;
use crate::app::config::Config;
use crate::app::config::discord::Access;
use crate::app::config::storage::Storage;
use crate::app::control::{Outcome, Request, SetReference};
use crate::app::maintenance;
use crate::discord::references::{Problem, Reference, Server, Target, Trouble, names_of};
use crate::discord::rest::Endpoint;
use crate::kernel::ids::GuildId;
use crate::sim::BOT_TOKEN;

/// How long the store may take to tell what is set.
const PATIENCE: Duration = Duration::from_secs(20);
/// Servers that are looked at: three requests each.
const MOST: usize = 100;
/// Servers that are asked about at the same time.
const AT_ONCE: usize = 4;

/// Looks at every server that has set something.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let Some(set) = what_is_set(&config.storage).await else { return Vec::new() };
    let mut by_guild: BTreeMap<GuildId, Vec<SetReference>> = BTreeMap::new();
    for reference in set {
        by_guild.entry(reference.guild).or_default().push(reference);
    }
    let Some((asker, bot)) = connected(config).await else { return Vec::new() };
    let (count, asker) = (by_guild.len(), &asker);
    let looks = stream::iter(by_guild.into_iter().take(MOST))
        .map(|(guild, set)| async move { look(asker, guild, &set, bot).await });
    let found: Vec<Vec<Finding>> = looks.buffered(AT_ONCE).collect().await;
    let mut findings: Vec<Finding> = found.into_iter().flatten().collect();
    if findings.is_empty() && count > 0 {
        findings.push(Finding::ok(
            Id::References,
            "The channels and roles that servers have set are there, and the bot may use them.",
        ));
    }
    if count > MOST {
        findings
            .push(Finding::note(Id::References, format!("Of {count} servers with settings, {MOST} were looked at.")));
    }
    findings
}

/// What is set; `None` where the store cannot tell, which is a finding of the store.
async fn what_is_set(storage: &Storage) -> Option<Vec<SetReference>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let storage = storage.clone();
    let ask = move || {
        // The doctor may have lost patience.
        let _ = tell.send(maintenance::attempt(&storage, CATALOGUE, &Request::References, &mut |_| {}));
    };
    std::thread::Builder::new().name("doctor-references".into()).spawn(ask).ok()?;
    match timeout(PATIENCE, told).await {
        Ok(Ok(Ok(Outcome::References { set }))) => Some(set),
        _ => None,
    }
}

/// Somebody to ask, and the bot's account; `None` where Discord does not answer, which is a finding of its own.
async fn connected(config: &Config) -> Option<(Asker, u64)> {
    let (token, endpoint) = match &config.discord.access {
        Access::Missing => return None,
        Access::Real { token } => (token.expose(), Endpoint::Discord),
        Access::Simulated { url } => (BOT_TOKEN, Endpoint::Simulated(url.clone())),
    };
    let asker = Asker::new(token, &endpoint).ok()?;
    let account = asker.get("/users/@me").await.ok()?.body;
    let bot = account.get("id").and_then(Value::as_str)?.parse().ok()?;
    Some((asker, bot))
}

/// Looks at one server. One that does not answer, or that the bot has left, is no finding.
async fn look(asker: &Asker, guild: GuildId, set: &[SetReference], bot: u64) -> Vec<Finding> {
    let server = format!("/guilds/{guild}");
    let (channels, member) = (format!("{server}/channels"), format!("{server}/members/{bot}"));
    let (server, channels, member) = tokio::join!(asker.get(&server), asker.get(&channels), asker.get(&member));
    let (Ok(told), Ok(channels), Ok(member)) = (server, channels, member) else { return Vec::new() };
    let name = quoted(told.body.get("name").and_then(Value::as_str).unwrap_or_default());
    let Some(server) = Server::read(&told.body, &channels.body, &member.body, bot) else { return Vec::new() };
    let catalogue = catalogue_of_references();
    let references =
        set.iter().filter_map(|set| Some(Reference { declared: catalogue.declared(&set.key)?, target: set.target }));
    let references: Vec<Reference> = references.collect();
    server.problems(&references).iter().map(|problem| finding(&name, &server, problem)).collect()
}

/// A problem for somebody who reads no Discord: with the name of the channel, and without its signs.
fn finding(name: &str, server: &Server, problem: &Problem) -> Finding {
    let declared = problem.reference.declared;
    let plain = |text: String| text.replace(['*', '`'], "");
    let (title, remedy) = (declared.title(), plain(declared.remedy()));
    match (problem.trouble, problem.reference.target) {
        (Trouble::Lacks(missing), Target::Channel(channel)) => {
            let channel = quoted(server.channel(channel).map_or("", |channel| channel.name.as_str()));
            let missing_names = plain(names_of(missing));
            Finding::warning(
                Id::References,
                format!(
                    "In {name} the bot lacks {missing_names} in the channel {channel} ({title}). {}",
                    plain(declared.needs.effects_without(missing))
                ),
                format!(
                    "Give its role {missing_names} in the settings of that channel, or choose another by {remedy}."
                ),
            )
        }
        (_, target) => {
            let what = if matches!(target, Target::Role(_)) { "role" } else { "channel" };
            Finding::warning(
                Id::References,
                format!(
                    "In {name} the {what} for {} is gone. {}",
                    quoted(title),
                    plain(declared.needs.effect.to_owned())
                ),
                format!("Choose another by {remedy} in that server."),
            )
        }
    }
}
