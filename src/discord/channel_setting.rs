//! The commands that choose a channel: check what the bot may do there, remember it, say so.
//!
//! Discord lets people choose channels that the bot cannot see, and asking for such a channel is refused. So an option
//! gives the channel's number alone, and what the bot may do there is known from the server ([`Server`]).

use serenity::all::ChannelId as SerenityChannel;

use super::access::Caller;
use super::bot::{Bot, Context};
use super::command::answer;
use super::display::{self, DisplayKind};
use super::draft::Draft;
use super::references::{Server, names_of, permissions};
use crate::display::tables;
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Failure, Result};
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::text;
use crate::references::{Needs, Target};
use crate::refusals;
use crate::settings::{Listed, Setting, SettingRefusal};
use crate::store::{Read, Tx};

refusals! {
    /// Why a channel cannot be chosen.
    pub enum ChannelRefusal {
        /// It is none of the channels of the server.
        NotHere {
            /// The channel.
            channel: ChannelId,
        } => "channel.not_here" as NotValid,
            "{channel} is none of the channels of this server. Please choose a text channel.";
        /// The bot cannot see it.
        NotVisible {
            /// The channel.
            channel: ChannelId,
            /// What is needed there.
            needed: u64,
        } => "channel.not_visible", "I cannot see {channel}. Please give me {permissions} there, then try again.",
            channel, permissions = permissions(*needed);
        /// The bot cannot do there what it must.
        NotWritable {
            /// The channel.
            channel: ChannelId,
            /// What is missing there.
            missing: u64,
        } => "channel.not_writable", "I cannot write in {channel} as I should. Please give me {permissions} there, then \
            try again.",
            channel, permissions = permissions(*missing);
    }
}

/// A channel that an evening needs, as `/setup` offers it.
pub struct EveningChannel {
    /// Its name in custom ids.
    pub id: &'static str,
    /// Where it stands among the others; from 0.
    pub rank: u8,
    /// What people call it.
    pub title: &'static str,
    /// What happens there, in a few words.
    pub about: &'static str,
    /// How a channel is called that the bot makes for it.
    pub name: &'static str,
    /// Who gets to see a channel that the bot makes for it.
    pub seen_by: SeenBy,
    /// What the bot needs in it.
    pub needs: &'static Needs,
    /// What it is kept as.
    pub kept: Kept,
}

/// Who sees a channel that the bot makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// Everybody, who may write there.
    Writers,
    /// Everybody, to read.
    Readers,
    /// The administrators, and the reviewers.
    Team,
}

/// What a channel is kept as.
#[derive(Clone, Copy)]
pub enum Kept {
    /// A setting.
    Setting(&'static Setting<Option<ChannelId>>),
    /// Displays in it.
    Displays(&'static [&'static DisplayKind]),
}

impl EveningChannel {
    /// The channel that is chosen now.
    pub fn chosen(&self, read: &dyn Read, guild: GuildId) -> Result<Option<ChannelId>> {
        match self.kept {
            Kept::Setting(setting) => setting.get(read, guild),
            Kept::Displays(kinds) => {
                let Some(kind) = kinds.first() else { return Ok(None) };
                Ok(tables::by_kind(read, guild, kind.name)?.map(|(_, display)| display.channel))
            }
        }
    }

    /// Chooses a channel that fits, or none, at somebody's word.
    pub async fn choose(&self, bot: &Bot, guild: GuildId, by: UserId, channel: Option<ChannelId>) -> Result<()> {
        match self.kept {
            Kept::Displays(kinds) => display::put(bot, guild, by, kinds, channel).await.map(drop),
            Kept::Setting(setting) => {
                let choose = move |tx: &Tx<'_>| setting.change(tx, guild, Actor::Member(by), &channel);
                bot.store.write("channel_set", choose).await.map(drop)
            }
        }
    }
}

/// A channel that was chosen, by our own id.
pub const fn id_of(channel: SerenityChannel) -> ChannelId {
    ChannelId::new(channel.get())
}

/// Refuses a channel in which the bot lacks what it must have; answers what else it lacks there, as sentences.
pub async fn require(bot: &Bot, guild: GuildId, channel: ChannelId, needs: &Needs) -> Result<String> {
    let server = Server::ask(bot, guild).await.map_err(|undelivered| Error::Failed(Failure::from(undelivered)))?;
    require_in(&server, channel, needs)
}

/// The same, for a server that is known.
pub fn require_in(server: &Server, channel: ChannelId, needs: &Needs) -> Result<String> {
    let missing = server.missing(channel, needs.all()).ok_or(ChannelRefusal::NotHere { channel })?;
    if missing & needs.must & Needs::VIEW != 0 {
        return Err(ChannelRefusal::NotVisible { channel, needed: needs.all() }.into());
    }
    if missing & needs.must != 0 {
        return Err(ChannelRefusal::NotWritable { channel, missing }.into());
    }
    if missing == 0 {
        return Ok(String::new());
    }
    Ok(format!("\n⚠️ I lack {} there. {}", names_of(missing), needs.effects_without(missing)))
}

/// Refuses a value of a setting that names what is not in the server, or a channel in which the bot lacks what it must have;
/// answers what else it lacks there, as sentences.
pub fn require_named(server: &Server, listed: &Listed, typed: &str) -> Result<String> {
    let mut lacking = String::new();
    for target in listed.setting.targets_typed(typed) {
        match (target, listed.needs) {
            (Target::Channel(channel), Some(needs)) if needs.must != 0 => {
                lacking.push_str(&require_in(server, channel, needs)?);
            }
            (Target::Channel(channel), _) if server.channel(channel).is_none() => {
                return Err(SettingRefusal::NotHere { what: "channel" }.into());
            }
            (Target::Role(role), _) if !server.has_role(role) => {
                return Err(SettingRefusal::NotHere { what: "role" }.into());
            }
            _ => {}
        }
    }
    Ok(lacking)
}

/// Answers a command that chooses a channel: "`purpose` #channel." once it is chosen, as `/setup` chooses it.
pub async fn set(
    ctx: Context<'_>,
    place: &'static EveningChannel,
    channel: SerenityChannel,
    purpose: &str,
) -> Result<()> {
    let work = async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let (bot, chosen) = (ctx.data(), id_of(channel));
        let lacking = require(bot, guild, chosen, place.needs).await?;
        place.choose(bot, guild, user, Some(chosen)).await?;
        Ok(Draft::text(format!("{purpose} {}.{lacking}", text::channel(chosen))))
    };
    // Boxed, because what serenity keeps across its requests is large.
    answer(ctx, Box::pin(work)).await
}
