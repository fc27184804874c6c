//! Looks at what servers have set that refers to something on Discord: are the channels and roles there, and may the bot do
//! there what it must? What is set is told by whoever holds the store.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;
use tokio::time::timeout;

use super::ask::{AskError, Asker};
use super::finding::{Finding, quoted};
use super::id::Id;
use crate::app::config::Config;
use crate::app::config::discord::Access;
use crate::app::config::storage::Storage;
use crate::app::maintenance;
use crate::app::operation::{ListReferences, ReferenceList, SetReference};
use crate::bot;
use crate::catalogue::CATALOGUE;
use crate::discord::references::{Server, permissions};
use crate::discord::rest::Endpoint;
use crate::kernel::ids::GuildId;
use crate::references::{BrokenReference, Reference, ReferenceFault, Target};
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
    let count = by_guild.len();
    let (asker, bot) = match connected(config).await {
        Ok(connected) => connected,
        Err(why) => return told(count, why.into_iter().map(Look::NotSeen).collect()),
    };
    let asker = &asker;
    let looks = stream::iter(by_guild.into_iter().take(MOST))
        .map(|(guild, set)| async move { look(asker, guild, &set, bot).await });
    let looks: Vec<Look> = looks.buffered(AT_ONCE).collect().await;
    told(count, looks)
}

/// What a look at one server brought.
enum Look {
    /// It was seen, and this is wrong there.
    Seen(Vec<Finding>),
    /// The bot is not in it any more, so nothing there is used.
    Left,
    /// Discord did not tell.
    NotSeen(AskError),
}

/// What was found in so many servers. All is well only where each was seen; the others are counted.
fn told(servers: usize, looks: Vec<Look>) -> Vec<Finding> {
    let (mut findings, mut seen, mut left, mut trouble) = (Vec::new(), 0, 0, None);
    for look in looks {
        match look {
            Look::Seen(found) => {
                seen += 1;
                findings.extend(found);
            }
            Look::Left => left += 1,
            Look::NotSeen(why) => trouble = trouble.or(Some(why)),
        }
    }
    let not_seen = servers.saturating_sub(seen + left);
    if not_seen > 0 {
        let what = format!("The channels and roles that are set were not looked at in {not_seen} of {servers} servers");
        findings.push(match trouble {
            Some(why) => why.left_out(Id::References, &what),
            None => Finding::note(Id::References, format!("{what}.")),
        });
    } else if seen > 0 && findings.is_empty() {
        findings.push(Finding::ok(
            Id::References,
            "The channels and roles that servers have set are there, and the bot may use them.",
        ));
    }
    findings
}

/// What is set; `None` where the store cannot tell, which is a finding of the store.
async fn what_is_set(storage: &Storage) -> Option<Vec<SetReference>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let storage = storage.clone();
    let ask = move || {
        // The doctor may have lost patience.
        let _ = tell.send(maintenance::attempt(&storage, CATALOGUE, &ListReferences {}, &mut |_| {}));
    };
    std::thread::Builder::new().name("doctor-references".into()).spawn(ask).ok()?;
    match timeout(PATIENCE, told).await {
        Ok(Ok(Ok(ReferenceList { set }))) => Some(set),
        _ => None,
    }
}

/// Somebody to ask, and the bot's account; else why Discord does not tell, where that is no finding of its own.
async fn connected(config: &Config) -> Result<(Asker, u64), Option<AskError>> {
    let (token, endpoint) = match &config.discord.access {
        Access::Missing => return Err(None),
        Access::Real { token } => (token.expose(), Endpoint::Discord),
        Access::Simulated { url } => (BOT_TOKEN, Endpoint::Simulated(url.clone())),
    };
    let asker = Asker::new(token, &endpoint).map_err(|_| None)?;
    let account = asker.get("/users/@me").await.map_err(Some)?.body;
    let bot = account.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    Ok((asker, bot.ok_or(Some(AskError::Status(200)))?))
}

/// Looks at one server.
async fn look(asker: &Asker, guild: GuildId, set: &[SetReference], bot: u64) -> Look {
    let server = format!("/guilds/{guild}");
    let (channels, member) = (format!("{server}/channels"), format!("{server}/members/{bot}"));
    let (server, channels, member) = tokio::join!(asker.get(&server), asker.get(&channels), asker.get(&member));
    if matches!(server, Err(AskError::Status(403 | 404))) {
        return Look::Left;
    }
    let (told, channels, member) = match (server, channels, member) {
        (Ok(told), Ok(channels), Ok(member)) => (told, channels, member),
        (Err(why), ..) | (_, Err(why), _) | (.., Err(why)) => return Look::NotSeen(why),
    };
    let name = quoted(told.body.get("name").and_then(Value::as_str).unwrap_or_default());
    let Some(server) = Server::read(&told.body, &channels.body, &member.body, bot) else {
        return Look::NotSeen(AskError::Status(200));
    };
    let catalogue = bot::references();
    let references =
        set.iter().filter_map(|set| Some(Reference { declared: catalogue.declared(&set.key)?, target: set.target }));
    let references: Vec<Reference> = references.collect();
    Look::Seen(server.problems(&references).iter().map(|problem| finding(&name, &server, problem)).collect())
}

/// A problem for somebody who reads no Discord: with the name of the channel, and without its signs.
fn finding(name: &str, server: &Server, problem: &BrokenReference) -> Finding {
    let declared = problem.reference.declared;
    let plain = |text: String| text.replace(['*', '`'], "");
    let (title, remedy) = (declared.title(), plain(declared.remedy()));
    match (problem.trouble, problem.reference.target) {
        (ReferenceFault::Lacks(missing), Target::Channel(channel)) => {
            let channel = quoted(server.channel(channel).map_or("", |channel| channel.name.as_str()));
            let missing_names = permissions(missing);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::doctor::Level;

    #[test]
    fn only_servers_that_were_seen_are_vouched_for() {
        let seen = || Look::Seen(Vec::new());
        let wrong = || Look::Seen(vec![Finding::warning(Id::References, "It is gone.", "Choose another.")]);
        let unseen = || Look::NotSeen(AskError::Limited(9));
        let levels = |servers, looks| told(servers, looks).iter().map(|found| found.level).collect::<Vec<_>>();
        assert_eq!(levels(2, vec![seen(), seen()]), [Level::Ok]);
        assert_eq!(levels(2, vec![seen(), Look::Left]), [Level::Ok]);
        assert_eq!(levels(2, vec![seen(), wrong()]), [Level::Warning]);
        assert_eq!(levels(2, vec![wrong(), unseen()]), [Level::Warning, Level::Warning]);
        assert!(levels(1, vec![Look::Left]).is_empty() && levels(0, Vec::new()).is_empty());
        let rest = "not looked at in 1 of 2 servers: Discord wants 9 seconds of rest from this bot.";
        for (servers, looks, level, words) in [
            (2, vec![seen(), unseen()], Level::Warning, rest),
            (101, (0..100).map(|_| seen()).collect(), Level::Note, "not looked at in 1 of 101 servers"),
            (3, Vec::new(), Level::Note, "not looked at in 3 of 3 servers"),
        ] {
            let found = told(servers, looks);
            assert!(found.len() == 1 && found[0].level == level, "{found:?}");
            assert!(found[0].sentence.contains(words), "{found:?}");
        }
    }
}
