//! How the message of a display comes to be, changes, and is replaced.
//!
//! Whatever happens in between, there is one message in the end. Before a post the row says that there may be one; the post
//! carries a name under which Discord drops a second one; and where a row knows of no message although there may be one,
//! the channel is searched first.

use std::time::Duration;

use serenity::all::{ActionRowComponent, ButtonKind, Message};

use super::kind::DisplayKind;
use super::painter::Stale;
use crate::discord::bot::Bot;
use crate::discord::delivery::{Obstacle, Undelivered, moment_of};
use crate::discord::references::{names_of, sentence};
use crate::display::tables::{by_kind, change, note};
use crate::display::{DISPLAY_NEEDS, Display, DisplayId};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::references::{BrokenReference, Needs, Reference, ReferenceFault, Target, told};

/// A message is replaced because of its age at most so often.
const REPLACED_AFTER: Duration = Duration::from_hours(1);
/// The latest messages of a channel that are searched for one of ours.
const SEARCHED: u8 = 50;

/// What became of a display that was to be shown; as text, the word for figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Done {
    /// It shows what is so.
    Shown,
    /// Its message is another one now, or none: it is to be looked at again.
    Lost,
    /// It is not kept up to date any more.
    Disabled,
    /// It did not work now.
    Later,
}

/// Why a display cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// The channel is gone.
    ChannelGone,
    /// The bot may not do in the channel what it must.
    Forbidden,
}

impl Hindrance {
    /// The hindrance behind an obstacle, if a person has to do something about it.
    pub(super) fn of(obstacle: Obstacle) -> Option<Self> {
        match obstacle {
            Obstacle::ChannelGone => Some(Self::ChannelGone),
            Obstacle::Forbidden => Some(Self::Forbidden),
            _ => None,
        }
    }

    /// What to do about it.
    pub(super) fn sentence(self, title: &str, channel: ChannelId) -> String {
        match self {
            Self::ChannelGone => format!(
                "⚠️ The channel of the {title} is gone, so it is switched off. Set it up in another channel to have it back."
            ),
            Self::Forbidden => format!(
                "⚠️ I cannot show the {title} in {}, so it is switched off. Give me {} there, then use `/selfheal`.",
                text::channel(channel),
                names_of(DISPLAY_NEEDS.must)
            ),
        }
    }

    /// What is the trouble. Discord does not say which permission it misses.
    pub(super) fn trouble(self) -> ReferenceFault {
        match self {
            Self::ChannelGone => ReferenceFault::Gone,
            Self::Forbidden => ReferenceFault::Lacks(DISPLAY_NEEDS.must),
        }
    }
}

/// Shows a display as it is to be.
pub(super) async fn show(bot: &Bot, kind: &'static DisplayKind, guild: GuildId, stale: Stale) -> Result<Done> {
    match stale.display.message {
        Some(message) => edit(bot, kind, guild, stale, message).await,
        None => post(bot, kind, guild, stale).await,
    }
}

async fn edit(bot: &Bot, kind: &'static DisplayKind, guild: GuildId, stale: Stale, message: MessageId) -> Result<Done> {
    let Stale { id, display, render, hash } = stale;
    let channel = display.channel;
    let Err(undelivered) = bot.edit(channel, message, render.clone()).await else {
        bot.store
            .write("display_shown", move |tx| {
                note(tx, guild, id, |row| {
                    row.content_hash = Some(hash.clone());
                    row.updated_at = tx.now();
                })
            })
            .await?;
        return Ok(Done::Shown);
    };
    match undelivered.obstacle {
        Obstacle::Gone => {
            forget(bot, kind, guild, id).await?;
            Ok(Done::Lost)
        }
        Obstacle::EditedTooOften if is_old(&display, bot.clock.now()) => {
            replace(bot, kind, guild, Stale { id, display, render, hash }).await
        }
        _ => hindered(bot, kind, guild, (id, channel), undelivered).await,
    }
}

/// Posts a new message in place of an old one.
pub(super) async fn replace(bot: &Bot, kind: &'static DisplayKind, guild: GuildId, stale: Stale) -> Result<Done> {
    let (channel, former) = (stale.display.channel, stale.display.message);
    forget(bot, kind, guild, stale.id).await?;
    let done = create(bot, kind, guild, stale).await?;
    if let Some(former) = former.filter(|_| done == Done::Shown) {
        take_away(bot, channel, former).await;
    }
    Ok(done)
}

/// Whether a message may be replaced because of its age.
pub(super) fn is_old(display: &Display, now: Timestamp) -> bool {
    display.posted_at.is_none_or(|posted| now.since(posted) >= REPLACED_AFTER)
}

async fn post(bot: &Bot, kind: &'static DisplayKind, guild: GuildId, stale: Stale) -> Result<Done> {
    let (id, channel) = (stale.id, stale.display.channel);
    if stale.display.posts == 0 {
        return create(bot, kind, guild, stale).await;
    }
    // Whoever cannot look for the message that may be there must not post a second one. Who we are is known only when
    // the gateway is connected, which may be after the first round.
    if bot.own_user().is_none() {
        return Ok(Done::Later);
    }
    match own_message(bot, guild, id, channel).await {
        Ok(Some(found)) => {
            let message = MessageId::new(found.id.get());
            place(bot, kind, guild, (id, channel), message, moment_of(&found), None).await?;
            Ok(Done::Lost)
        }
        Ok(None) => create(bot, kind, guild, stale).await,
        Err(undelivered) => hindered(bot, kind, guild, (id, channel), undelivered).await,
    }
}

/// Posts a new message. From here on there may be one, even if we do not live to see it.
async fn create(bot: &Bot, kind: &'static DisplayKind, guild: GuildId, stale: Stale) -> Result<Done> {
    let Stale { id, display, render, hash } = stale;
    let (channel, posts) = (display.channel, display.posts.wrapping_add(1));
    bot.store.write("display_posting", move |tx| note(tx, guild, id, |row| row.posts = posts)).await?;
    let name = format!("d{:x}.{id}.{posts}", guild.get());
    let posted = match bot.post_once(channel, render, name).await {
        Ok(posted) => posted,
        Err(undelivered) => return hindered(bot, kind, guild, (id, channel), undelivered).await,
    };
    let message = MessageId::new(posted.id.get());
    place(bot, kind, guild, (id, channel), message, bot.clock.now(), Some(hash)).await?;
    pin(bot, kind, guild, channel, message).await?;
    Ok(Done::Shown)
}

async fn place(
    bot: &Bot,
    kind: &'static DisplayKind,
    guild: GuildId,
    (id, channel): (DisplayId, ChannelId),
    message: MessageId,
    posted_at: Timestamp,
    hash: Option<String>,
) -> Result<()> {
    bot.store
        .write("display_placed", move |tx| {
            note(tx, guild, id, |row| {
                row.message = Some(message);
                row.posted_at = Some(posted_at);
                row.content_hash.clone_from(&hash);
                row.updated_at = tx.now();
            })?;
            (kind.placed)(tx, guild, Some((channel, message)))
        })
        .await
}

/// Pins the message. Without the right to do so it stays unpinned, and the administrators are told.
async fn pin(
    bot: &Bot,
    kind: &'static DisplayKind,
    guild: GuildId,
    channel: ChannelId,
    message: MessageId,
) -> Result<()> {
    let Err(error) = bot.rest.pin_message(channel.get().into(), message.get().into()).await else {
        return Ok(());
    };
    tracing::warn!(%guild, %channel, %error, "cannot pin a display");
    if Obstacle::of(&error) != Obstacle::Forbidden {
        return Ok(());
    }
    let Some(problem) = problem_of(bot, kind, channel, ReferenceFault::Lacks(Needs::PIN)) else { return Ok(()) };
    bot.store.write("display_unpinned", move |tx| told::met(tx, guild, &problem, sentence)).await
}

/// The display has no message any more that we know of.
pub(super) async fn forget(bot: &Bot, kind: &'static DisplayKind, guild: GuildId, id: DisplayId) -> Result<()> {
    bot.store
        .write("display_lost", move |tx| {
            note(tx, guild, id, |row| {
                row.message = None;
                row.content_hash = None;
            })?;
            (kind.placed)(tx, guild, None)
        })
        .await
}

async fn hindered(
    bot: &Bot,
    kind: &'static DisplayKind,
    guild: GuildId,
    (id, channel): (DisplayId, ChannelId),
    undelivered: Undelivered,
) -> Result<Done> {
    let Some(hindrance) = Hindrance::of(undelivered.obstacle) else {
        tracing::warn!(%guild, %channel, obstacle = ?undelivered.obstacle, "a display could not be shown");
        return Ok(Done::Later);
    };
    disable(bot, kind, guild, (id, channel), hindrance).await?;
    Ok(Done::Disabled)
}

/// Switches a display off, and tells the administrators why (`M-HEA-03`, `C-40`).
pub(super) async fn disable(
    bot: &Bot,
    kind: &'static DisplayKind,
    guild: GuildId,
    (id, channel): (DisplayId, ChannelId),
    hindrance: Hindrance,
) -> Result<()> {
    let problem = problem_of(bot, kind, channel, hindrance.trouble());
    tracing::warn!(%guild, %channel, ?hindrance, "a display is switched off");
    bot.store
        .write("display_disabled", move |tx| {
            note(tx, guild, id, |row| row.is_active = false)?;
            (kind.placed)(tx, guild, None)?;
            problem.as_ref().map_or(Ok(()), |problem| told::met(tx, guild, problem, sentence))
        })
        .await
}

/// What is wrong with a display in a channel, in the form in which the team is told of it once.
pub(super) fn problem_of(
    bot: &Bot,
    kind: &'static DisplayKind,
    channel: ChannelId,
    trouble: ReferenceFault,
) -> Option<BrokenReference> {
    let declared = bot.references.declared(kind.installed_with.command)?;
    Some(BrokenReference { reference: Reference { declared, target: Target::Channel(channel) }, trouble })
}

/// A display that was switched off is kept up to date again, in its message if that is still there.
pub(super) async fn revive(bot: &Bot, kind: &'static DisplayKind, guild: GuildId, id: DisplayId) -> Result<()> {
    let catalogue = bot.clone();
    bot.store
        .write("display_revived", move |tx| {
            let mut at = None;
            if let Some((_, display)) = by_kind(tx, guild, kind.name)?
                && let Some(problem) = problem_of(&catalogue, kind, display.channel, ReferenceFault::Gone)
            {
                told::mended(tx, guild, problem.reference)?;
            }
            change(tx, guild, id, |row| {
                row.is_active = true;
                row.content_hash = None;
                at = row.message.map(|message| (row.channel, message));
            })?;
            (kind.placed)(tx, guild, at)
        })
        .await
}

/// Deletes a message that a display does not use any more. Where that fails, healing finds it.
pub(super) async fn take_away(bot: &Bot, channel: ChannelId, message: MessageId) {
    if let Err(undelivered) = bot.delete(channel, message).await {
        tracing::warn!(%channel, obstacle = ?undelivered.obstacle, "cannot delete an old display");
    }
}

/// The latest messages of a channel that the bot wrote.
pub(super) async fn own_messages(bot: &Bot, channel: ChannelId) -> Result<Vec<Message>, Undelivered> {
    let latest = bot.rest.get_messages(channel.get().into(), None, Some(SEARCHED)).await?;
    Ok(latest.into_iter().filter(|message| bot.is_own(message)).collect())
}

async fn own_message(
    bot: &Bot,
    guild: GuildId,
    id: DisplayId,
    channel: ChannelId,
) -> Result<Option<Message>, Undelivered> {
    let messages = own_messages(bot, channel).await?;
    Ok(messages.into_iter().filter(|message| is_display(message, guild) == Some(id)).max_by_key(|message| message.id))
}

/// Which display of a guild a message was posted as, by its buttons; `None` where it is no display.
pub(super) fn is_display(message: &Message, guild: GuildId) -> Option<DisplayId> {
    let components = message.components.iter().flat_map(|row| &row.components);
    let ids = components.filter_map(|component| match component {
        ActionRowComponent::Button(button) => match &button.data {
            ButtonKind::NonLink { custom_id, .. } => Some(custom_id),
            _ => None,
        },
        _ => None,
    });
    ids.into_iter().find_map(|custom_id| super::turning::display_in(custom_id, guild))
}
