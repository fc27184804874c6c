//! Small messages as jobs: replies that delete themselves, notices, deletions.
//!
//! What needs a view of its own is a job of its feature; these are for everybody.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bot::Bot;
use super::delivery::Obstacle;
use super::draft::Draft;
use crate::jobs::{Handler, Kind, Lane, Run, Setback, Worth};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::text::mention;
use crate::kernel::time::Timestamp;
use crate::store::Tx;

/// How long what could not be told privately stands in a channel (`D-33`).
const TOLD_FOR: Duration = Duration::from_secs(30);

static POST: Kind<Post> = Kind::new("outbox.post");
static TELL: Kind<Tell> = Kind::new("outbox.tell");
static DELETE: Kind<Delete> = Kind::new("outbox.delete");

/// The jobs of this module.
pub const HANDLERS: &[&Handler<Bot>] = &[
    &Handler { kind: POST.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(post(bot, run)) },
    &Handler { kind: TELL.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_now(bot, run)) },
    &Handler { kind: DELETE.name(), worth: Worth::Always, run: |bot, run| Box::pin(delete(bot, run)) },
];

#[derive(Serialize, Deserialize)]
struct Post {
    channel: ChannelId,
    text: String,
    reply_to: Option<MessageId>,
    stay_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Tell {
    user: UserId,
    channel: ChannelId,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Delete {
    channel: ChannelId,
    message: MessageId,
}

/// Stages a reply to a message, which deletes itself after `stay` (`C-21`).
pub fn reply_briefly(
    tx: &Tx<'_>,
    guild: GuildId,
    to: (ChannelId, MessageId),
    text: impl Into<String>,
    stay: Duration,
) -> Result<()> {
    let (channel, message) = to;
    let stay_ms = u64::try_from(stay.as_millis()).ok();
    stage(tx, guild, &Post { channel, text: text.into(), reply_to: Some(message), stay_ms })
}

/// Stages a direct message to somebody; where they take none, it stands in the channel for half a minute.
pub fn tell(tx: &Tx<'_>, guild: GuildId, to: (UserId, ChannelId), text: impl Into<String>) -> Result<()> {
    let (user, channel) = to;
    TELL.schedule_now(tx, guild, Lane::User(user), &Tell { user, channel, text: text.into() }).map(drop)
}

/// Stages the deletion of a message at a moment.
pub fn delete_message(tx: &Tx<'_>, guild: GuildId, message: (ChannelId, MessageId), due: Timestamp) -> Result<()> {
    let (channel, message) = message;
    DELETE.schedule(tx, guild, Lane::Channel(channel), due, &Delete { channel, message }).map(drop)
}

fn stage(tx: &Tx<'_>, guild: GuildId, post: &Post) -> Result<()> {
    POST.schedule_now(tx, guild, Lane::Channel(post.channel), post).map(drop)
}

async fn post(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Post { channel, text, reply_to, stay_ms } = POST.payload(&run)?;
    let mut draft = Draft::text(text);
    if let Some(message) = reply_to {
        draft = draft.replying_to(channel, message);
    }
    let sent = bot.post(channel, draft, Some(run.id)).await?;
    if let Some(stay) = stay_ms {
        let due = bot.clock.now().after(Duration::from_millis(stay));
        let message = (channel, MessageId::new(sent.id.get()));
        bot.store.write("message_will_go", move |tx| delete_message(tx, run.guild, message, due)).await?;
    }
    Ok(())
}

async fn tell_now(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Tell { user, channel, text } = TELL.payload(&run)?;
    let Err(undelivered) = bot.direct_message(user, Draft::text(text.clone()), Some(run.id)).await else {
        return Ok(());
    };
    if undelivered.obstacle != Obstacle::DirectMessagesBlocked {
        return Err(undelivered.into());
    }
    let draft = Draft::text(format!("{} {text}", mention(user))).pinging(user);
    let sent = bot.post(channel, draft, Some(run.id)).await?;
    let message = (channel, MessageId::new(sent.id.get()));
    let due = bot.clock.now().after(TOLD_FOR);
    Ok(bot.store.write("message_will_go", move |tx| delete_message(tx, run.guild, message, due)).await?)
}

async fn delete(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Delete { channel, message } = DELETE.payload(&run)?;
    Ok(bot.delete_later(channel, message).await?)
}
