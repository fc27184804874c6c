//! What is put right every five minutes and by `/selfheal` (`M-HEA-01..08`).
//!
//! Looked at: the channel and the message of every display, and messages that a display left behind. Only messages that the
//! bot wrote as a display, or by pinning one, are ever deleted (`C-41`).

use std::borrow::Cow;
use std::time::Duration;

use serenity::all::{Message, MessageType};

use super::kind::{Audience, DisplayKind};
use super::posting::{self, Hindrance};
use crate::discord::bot::Bot;
use crate::discord::delivery::{Obstacle, Undelivered};
use crate::display::{Display, DisplayId, Finding, HEALED, RECREATE_CHANNELS, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};

/// Discord's number for a channel of text.
const TEXT_CHANNEL: u8 = 0;
/// In the routine, a channel is searched for leftovers only if something was posted there so lately: nothing else makes any.
const LATELY: Duration = Duration::from_mins(11);

/// Why displays are healed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The time has come.
    Routine,
    /// An administrator asked for it.
    Asked,
}

/// Verifies every display of a guild and puts right what can be put right.
pub async fn heal(bot: &Bot, guild: GuildId, occasion: Occasion) -> Result<Vec<Finding>> {
    // Nobody paints meanwhile.
    let pace = bot.displays.pace(guild).await;
    let displays = bot.store.read("displays", move |read| tables::of_guild(read, guild)).await?;
    let mut findings = Vec::new();
    for (id, display) in displays {
        let Some(kind) = bot.displays.kind(&display.kind) else { continue };
        let finding = verify(bot, kind, guild, id, &display).await?;
        let is_there = !matches!(finding, Finding::Hindered { .. } | Finding::Unknown { .. });
        findings.push(finding);
        let was_posted_lately = display.posted_at.is_some_and(|posted| bot.clock.now().since(posted) < LATELY);
        if is_there && (was_posted_lately || occasion == Occasion::Asked) {
            findings.extend(clean(bot, guild, display.channel).await?);
        }
    }
    drop(pace);
    let healed: Vec<Finding> = findings.iter().filter(|finding| finding.is_change()).cloned().collect();
    if !healed.is_empty() {
        let note = move |tx: &crate::store::Tx<'_>| {
            tx.publish(tables::CHANGED, guild);
            healed.iter().try_for_each(|finding| HEALED.with(finding.clone()).note(tx, guild))
        };
        bot.store.write("displays_healed", note).await?;
    }
    Ok(findings)
}

async fn verify(
    bot: &Bot,
    kind: &'static DisplayKind,
    guild: GuildId,
    id: DisplayId,
    display: &Display,
) -> Result<Finding> {
    let (title, channel) = (Cow::Borrowed(kind.title), display.channel);
    let looked = match display.message {
        Some(message) => bot.rest.get_message(channel.get().into(), message.get().into()).await.map(drop),
        None => bot.rest.get_channel(channel.get().into()).await.map(drop),
    };
    let obstacle = looked.err().map(|error| Undelivered::from(error).obstacle);
    let hindrance = obstacle.and_then(Hindrance::of);
    Ok(match (obstacle, hindrance) {
        (None, _) if display.is_active => Finding::InOrder { title, channel },
        (None | Some(Obstacle::Gone), _) if !display.is_active => {
            if obstacle.is_some() {
                posting::forget(bot, kind, guild, id).await?;
            }
            posting::revive(bot, kind, guild, id).await?;
            Finding::Revived { title, channel }
        }
        (Some(Obstacle::Gone), _) => {
            posting::forget(bot, kind, guild, id).await?;
            Finding::Reposted { title, channel }
        }
        (_, Some(Hindrance::ChannelGone)) if let Some(channel) = recreate(bot, kind, guild).await? => {
            Finding::Recreated { title, channel }
        }
        (_, Some(hindrance)) => {
            if display.is_active {
                posting::disable(bot, kind, guild, (id, channel), hindrance).await?;
            }
            Finding::Hindered { sentence: hindrance.sentence(kind.title, channel) }
        }
        _ => Finding::Unknown { title, channel },
    })
}

/// Makes a new channel for a display, where the guild wants that and lets the bot do it.
async fn recreate(bot: &Bot, kind: &'static DisplayKind, guild: GuildId) -> Result<Option<ChannelId>> {
    let is_wanted = bot.store.read("recreate_channels", move |read| RECREATE_CHANNELS.get(read, guild)).await?;
    if !is_wanted || kind.audience == Audience::Team {
        return Ok(None);
    }
    let wanted = serde_json::json!({ "name": kind.title.replace(' ', "-"), "type": TEXT_CHANNEL });
    let made = match bot.rest.create_channel(guild.get().into(), &wanted).await {
        Ok(made) => ChannelId::new(made.id.get()),
        Err(error) => {
            tracing::warn!(%guild, %error, "cannot make a channel for a display");
            return Ok(None);
        }
    };
    bot.store.write("display_recreated", move |tx| tables::put(tx, guild, kind.name, made).map(drop)).await?;
    Ok(Some(made))
}

/// Deletes what displays left behind in a channel.
async fn clean(bot: &Bot, guild: GuildId, channel: ChannelId) -> Result<Option<Finding>> {
    let Ok(own) = posting::own_messages(bot, channel).await else { return Ok(None) };
    let displays = bot.store.read("displays", move |read| tables::of_guild(read, guild)).await?;
    let is_used = |message: &Message| {
        displays.iter().any(|(_, display)| display.message == Some(MessageId::new(message.id.get())))
    };
    // A display that may have been posted without our knowledge will be looked for by the painter.
    let is_looked_for =
        |id: DisplayId| displays.iter().any(|(known, display)| *known == id && display.message.is_none());
    let mut messages = 0;
    for message in own {
        let is_left = match posting::is_display(&message, guild) {
            Some(id) => !is_used(&message) && !is_looked_for(id),
            None => message.kind == MessageType::PinsAdd,
        };
        if is_left {
            posting::take_away(bot, channel, MessageId::new(message.id.get())).await;
            messages += 1;
        }
    }
    Ok((messages > 0).then_some(Finding::Cleaned { messages, channel }))
}
