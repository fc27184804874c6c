//! The commands that choose a channel: check that the bot can write there, remember it, say so.

use serenity::all::{GuildChannel, Permissions};

use super::access::Caller;
use super::bot::{Bot, Context};
use super::draft::Draft;
use super::responder::answer;
use crate::kernel::error::{Error, Refuse, Result};
use crate::kernel::ids::ChannelId;
use crate::kernel::text;
use crate::settings::Setting;

/// What the bot needs in a channel that it posts in (`M-PRM-02`).
const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES);

/// Why a channel cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelRefusal {
    /// The bot cannot see it or write in it.
    #[error(
        "I cannot write in {}. Please give me **View Channel**, **Send Messages**, **Embed Links** and **Attach Files** there, then try again.",
        text::channel(*channel)
    )]
    NotWritable {
        /// The channel.
        channel: ChannelId,
    },
}

impl Refuse for ChannelRefusal {
    fn code(&self) -> &'static str {
        "channel.not_writable"
    }
}

/// The channel, by our own id.
pub const fn id_of(channel: &GuildChannel) -> ChannelId {
    ChannelId::new(channel.id.get())
}

/// Refuses a channel in which the bot cannot post, embeds and files included.
pub async fn require_writable(bot: &Bot, channel: &GuildChannel) -> Result<()> {
    if may_write_in(bot, channel).await? {
        return Ok(());
    }
    Err(ChannelRefusal::NotWritable { channel: id_of(channel) }.into())
}

/// Whether the bot can see a channel and post there, embeds and files included.
async fn may_write_in(bot: &Bot, channel: &GuildChannel) -> Result<bool> {
    let Some(own) = bot.own_user() else { return Ok(false) };
    let guild = bot.rest.get_guild(channel.guild_id).await.map_err(Error::failed)?;
    let member = bot.rest.get_member(channel.guild_id, own.get().into()).await.map_err(Error::failed)?;
    Ok(guild.user_permissions_in(channel, &member).contains(NEEDED))
}

/// Whether the bot may read what was written in a channel before.
pub async fn may_read_history(bot: &Bot, channel: serenity::all::ChannelId) -> Result<bool> {
    let found = bot.rest.get_channel(channel).await.map_err(Error::failed)?;
    let (Some(own), Some(channel)) = (bot.own_user(), found.guild()) else { return Ok(true) };
    let guild = bot.rest.get_guild(channel.guild_id).await.map_err(Error::failed)?;
    let member = bot.rest.get_member(channel.guild_id, own.get().into()).await.map_err(Error::failed)?;
    Ok(guild.user_permissions_in(&channel, &member).read_message_history())
}

/// Answers such a command: "`purpose` #channel." once the setting is stored.
pub async fn set(
    ctx: Context<'_>,
    setting: &'static Setting<Option<ChannelId>>,
    channel: &GuildChannel,
    purpose: &str,
) -> Result<()> {
    let work = async {
        let Caller { guild, .. } = Caller::of(ctx)?;
        let (bot, chosen) = (ctx.data(), id_of(channel));
        require_writable(bot, channel).await?;
        bot.store.write("channel_set", move |tx| setting.set(tx, guild, &Some(chosen))).await?;
        Ok(Draft::text(format!("{purpose} {}.", text::channel(chosen))))
    };
    // Boxed, because what serenity keeps across its requests is large.
    answer(ctx, Box::pin(work)).await
}
