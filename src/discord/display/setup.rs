//! How a display comes into a channel, and out of it.

use super::kind::DisplayKind;
use crate::discord::bot::Bot;
use crate::discord::channel_setting;
use crate::display::tables::{self, Former};
use crate::display::{DISPLAY_NEEDS, PLACED};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::outbox;
use crate::store::Tx;

/// What came of setting displays up.
#[derive(Clone, Debug, Default)]
pub struct SetUp {
    /// The channel that they left; their messages there are deleted.
    pub former: Option<ChannelId>,
    /// What the bot lacks in the new channel though it can do without, as sentences.
    pub lacking: String,
}

/// Puts the guild's displays of these kinds into a channel at somebody's word, in this order. Refuses a channel that the bot
/// cannot write in.
pub async fn set_up(
    bot: &Bot,
    guild: GuildId,
    by: UserId,
    kinds: &'static [&'static DisplayKind],
    channel: ChannelId,
) -> Result<SetUp> {
    let lacking = channel_setting::require(bot, guild, channel, &DISPLAY_NEEDS).await?;
    let former = put(bot, guild, by, kinds, Some(channel)).await?;
    Ok(SetUp { former, lacking })
}

/// Puts displays into a channel in which they can be, or away with `None`. Answers the channel that they leave.
pub async fn put(
    bot: &Bot,
    guild: GuildId,
    by: UserId,
    kinds: &'static [&'static DisplayKind],
    channel: Option<ChannelId>,
) -> Result<Option<ChannelId>> {
    // Nobody paints while displays move.
    let pace = bot.displays.pace(guild).await;
    let former = bot.store.write("display_set_up", move |tx| put_all(tx, guild, by, kinds, channel)).await;
    drop(pace);
    former
}

/// What stays where it is, is no activity.
fn put_all(
    tx: &Tx<'_>,
    guild: GuildId,
    by: UserId,
    kinds: &[&'static DisplayKind],
    channel: Option<ChannelId>,
) -> Result<Option<ChannelId>> {
    let Some(first) = kinds.first() else { return Ok(None) };
    let before = tables::by_kind(tx, guild, first.name)?.map(|(_, display)| display.channel);
    let mut left = None;
    for kind in kinds {
        let former = match channel {
            Some(channel) => put_one(tx, guild, kind, channel)?,
            None => take_one_away(tx, guild, kind)?,
        };
        let Some(Former { channel: old, message }) = former else { continue };
        left = Some(old);
        if let Some(message) = message {
            outbox::delete_message(tx, guild, (old, message), tx.now())?;
        }
    }
    if before != channel {
        let [before, after] = [before, channel].map(|channel| channel.map(|channel| channel.to_string()));
        let placed = PLACED.with(first.installed_with.title.to_owned()).by(Actor::Member(by));
        placed.changing(before, after).note(tx, guild)?;
    }
    Ok(left)
}

fn put_one(tx: &Tx<'_>, guild: GuildId, kind: &DisplayKind, channel: ChannelId) -> Result<Option<Former>> {
    let former = tables::put(tx, guild, kind.name, channel)?;
    let placed = tables::by_kind(tx, guild, kind.name)?.and_then(|(_, display)| display.message);
    (kind.placed)(tx, guild, placed.map(|message| (channel, message)))?;
    Ok(former)
}

fn take_one_away(tx: &Tx<'_>, guild: GuildId, kind: &DisplayKind) -> Result<Option<Former>> {
    let former = tables::remove(tx, guild, kind.name)?;
    (kind.placed)(tx, guild, None)?;
    Ok(former)
}
