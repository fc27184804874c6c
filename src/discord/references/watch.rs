//! When what a server has set is looked at.
//!
//! Brings about: what does not work any more is told once, soon after it stopped to work, and what follows where the
//! messages of a channel can be taken and answered again is staged. Looked at is a server whose channels, roles or
//! permissions changed in a way that may
//! matter, one that comes into sight (it may have changed while the bot was away), and one of which a job was given up. Safe
//! to run at any time; one server after another, and what is asked for meanwhile is one look. Discord is asked only where
//! something is set.

use std::collections::BTreeMap;

use serenity::all::{ChannelId as SerenityChannel, FullEvent, GuildId as SerenityGuild, RoleId as SerenityRole};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::server::{Server, has_left};
use super::words::sentence;
use crate::discord::bot::Bot;
use crate::discord::problem::log_error;
use crate::discord::roles::{is_any_promised, judge_promises};
use crate::jobs::GIVEN_UP;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId, RoleId};
use crate::posts::service;
use crate::references::{BrokenReference, Needs, Target, told};
use crate::settings::Setting;
use crate::store::Read;

/// The servers that are to be looked at.
pub struct Watch(watch::Sender<Work>);

#[derive(Default)]
struct Work {
    /// Each with whether something may have been mended.
    asked: BTreeMap<GuildId, bool>,
    looking_at: Option<GuildId>,
}

impl Default for Watch {
    fn default() -> Self {
        Self(watch::Sender::new(Work::default()))
    }
}

impl Watch {
    /// Has a server looked at soon, because something did not work.
    pub fn ask(&self, guild: GuildId) {
        self.0.send_modify(|work| {
            work.asked.entry(guild).or_default();
        });
    }

    /// The same, because something may have been mended: what was refused is tried again where it can work now. What fails asks
    /// without that, so nothing is tried again and again.
    fn ask_whether_mended(&self, guild: GuildId) {
        self.0.send_modify(|work| {
            work.asked.insert(guild, true);
        });
    }

    /// Waits until nothing is left to be looked at.
    pub async fn idle(&self) {
        // The sender lives as long as we do.
        let _ = self.0.subscribe().wait_for(|work| work.asked.is_empty() && work.looking_at.is_none()).await;
    }

    async fn next(&self) -> (GuildId, bool) {
        loop {
            let mut first = None;
            self.0.send_if_modified(|work| {
                first = work.asked.pop_first();
                work.looking_at = first.map(|(guild, _)| guild);
                false
            });
            if let Some(guild) = first {
                return guild;
            }
            let _ = self.0.subscribe().wait_for(|work| !work.asked.is_empty()).await;
        }
    }

    fn done(&self) {
        self.0.send_modify(|work| work.looking_at = None);
    }

    /// Has a server looked at where an event may matter to what it has set.
    pub(in crate::discord) async fn notice(&self, bot: &Bot, event: &FullEvent) {
        let channel = |channel: SerenityChannel| Some(Target::Channel(ChannelId::new(channel.get())));
        let role = |role: SerenityRole| Some(Target::Role(RoleId::new(role.get())));
        let (guild, target): (SerenityGuild, Option<Target>) = match event {
            FullEvent::ChannelDelete { channel: gone, .. } => (gone.guild_id, channel(gone.id)),
            FullEvent::ChannelUpdate { new, .. } => (new.guild_id, channel(new.id)),
            FullEvent::GuildRoleDelete { guild_id, removed_role_id, .. } => (*guild_id, role(*removed_role_id)),
            // What a role allows, and which roles the bot has, may matter everywhere.
            FullEvent::GuildRoleUpdate { new, .. } => (new.guild_id, None),
            FullEvent::GuildMemberUpdate { event, .. } if bot.is_own_id(event.user.id) => (event.guild_id, None),
            FullEvent::GuildCreate { guild, .. } if !guild.unavailable => (guild.id, None),
            _ => return,
        };
        let guild = GuildId::new(guild.get());
        let catalogue = bot.clone();
        let concerned = bot.store.read("reference_concerned", move |read| {
            let set = catalogue.references.of_guild(read, guild)?;
            Ok(match target {
                // The bot may have had its permissions by this role.
                Some(Target::Role(_)) | None => !set.is_empty() || depends(&catalogue, read, guild)?,
                Some(target @ Target::Channel(channel)) => {
                    set.iter().any(|reference| reference.target == target)
                        || service::is_any_barred(read, guild, Some(channel))?
                }
            })
        });
        match concerned.await {
            Ok(true) => self.ask_whether_mended(guild),
            Ok(false) => {}
            Err(error) => log_error(&error, "look whether a change on Discord matters"),
        }
    }
}

/// Looks at servers as they are asked for, until it is dropped.
pub async fn run(bot: Bot) {
    let mut changes = bot.store.changes();
    loop {
        tokio::select! {
            change = changes.recv() => match change {
                Ok(change) if change.topic == GIVEN_UP => bot.watch.ask(change.guild),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return std::future::pending().await,
            },
            (guild, may_be_mended) = bot.watch.next() => {
                if let Err(error) = look(&bot, guild, may_be_mended).await {
                    log_error(&error, "look at what a server has set");
                }
                bot.watch.done();
            }
        }
    }
}

/// Whether anything beside what a server has set depends on how it is: a post that is refused, or a role that is promised.
fn depends(bot: &Bot, read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(service::is_any_barred(read, guild, None)? || is_any_promised(bot, read, guild)?)
}

/// Looks at what a server has set, tells the team what is new, and answers what does not work now. What depends on the server beside
/// that hears how it is; posts that were refused are tried again only where something may have been mended.
async fn look(bot: &Bot, guild: GuildId, may_be_mended: bool) -> Result<Vec<BrokenReference>> {
    let catalogue = bot.clone();
    let is_any = bot
        .store
        .read("references", move |read| {
            let is_any_set = !catalogue.references.of_guild(read, guild)?.is_empty();
            Ok(is_any_set || told::is_any(read, guild)? || depends(&catalogue, read, guild)?)
        })
        .await?;
    if !is_any {
        return Ok(Vec::new());
    }
    let server = match Server::ask(bot, guild).await {
        Ok(server) => server,
        Err(undelivered) if has_left(&undelivered) => return Ok(Vec::new()),
        Err(undelivered) => return Err(Error::Failed(undelivered.into())),
    };
    let catalogue = bot.clone();
    bot.store
        .write("references_looked_at", move |tx| {
            // What is set may be another thing by now.
            let set = catalogue.references.of_guild(tx, guild)?;
            let problems = server.problems(&set);
            told::compare(tx, guild, &set, &problems, sentence)?;
            judge_promises(&catalogue, tx, guild, &server)?;
            if may_be_mended {
                let works = |channel| server.missing(channel, Needs::POST) == Some(0);
                service::again_where(tx, guild, &works)?;
            }
            Ok(problems)
        })
        .await
}

/// What does not work now in a server; where Discord cannot be asked, what is known has to do.
pub async fn look_or_known(bot: &Bot, guild: GuildId) -> Result<Vec<BrokenReference>> {
    match look(bot, guild, true).await {
        Ok(problems) => Ok(problems),
        Err(error) => {
            log_error(&error, "look at what the server has set");
            known(bot, guild).await
        }
    }
}

/// What is known not to work in a server, without asking Discord.
pub async fn known(bot: &Bot, guild: GuildId) -> Result<Vec<BrokenReference>> {
    let catalogue = bot.clone();
    let read = move |read: &dyn Read| {
        if !told::is_any(read, guild)? {
            return Ok(Vec::new());
        }
        told::known(read, guild, &catalogue.references.of_guild(read, guild)?)
    };
    bot.store.read("known_problems", read).await
}

/// What is known to keep everything out of the channel of a setting, in sentences.
pub async fn trouble_with(bot: &Bot, guild: GuildId, channel: &Setting<Option<ChannelId>>) -> Result<Vec<String>> {
    let problems = known(bot, guild).await?;
    let is_in_the_way =
        |problem: &&BrokenReference| problem.is_total() && problem.reference.declared.key() == channel.key();
    Ok(problems.iter().filter(is_in_the_way).map(sentence).collect())
}
