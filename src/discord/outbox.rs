//! Small messages as jobs: replies that delete themselves, notices, deletions.
//!
//! A message of a member's that goes with a word goes by [`delete_with_word`]: it is deleted once its author was told, and
//! where nobody can be told, it stays.
//!
//! What needs a view of its own is a job of its feature; these are for everybody.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bot::Bot;
use super::delivery::{Obstacle, Undelivered};
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
static DELETE_WITH_WORD: Kind<Parting> = Kind::new("outbox.delete_with_word");

/// The jobs of this module.
pub const HANDLERS: &[&Handler<Bot>] = &[
    &Handler { kind: POST.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(post(bot, run)) },
    &Handler { kind: TELL.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_now(bot, run)) },
    &Handler { kind: DELETE.name(), worth: Worth::Always, run: |bot, run| Box::pin(delete(bot, run)) },
    &Handler {
        kind: DELETE_WITH_WORD.name(),
        worth: Worth::OF_A_WORD,
        run: |bot, run| Box::pin(tell_and_delete(bot, run)),
    },
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

/// A message of a member's that goes, and what its author is told first.
#[derive(Serialize, Deserialize)]
struct Parting {
    channel: ChannelId,
    message: MessageId,
    author: UserId,
    word: Word,
}

/// How the author of a message that goes is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// By a reply that goes by itself after so many milliseconds; where the bot may not write there, by direct message.
    Here {
        /// The reply.
        reply: String,
        /// How long it stays.
        stay_ms: u64,
        /// The same as it reads elsewhere.
        elsewhere: String,
    },
    /// By direct message; where they take none, it stands in the channel for half a minute.
    Privately(String),
}

/// A way of telling somebody something.
enum Way<'a> {
    Reply(&'a str, Duration),
    Aloud(&'a str, Duration),
    Privately(&'a str),
}

impl Word {
    /// A reply that goes by itself after `stay`, and what it reads as elsewhere.
    pub fn here(reply: impl Into<String>, stay: Duration, elsewhere: impl Into<String>) -> Self {
        let stay_ms = u64::try_from(stay.as_millis()).unwrap_or(u64::MAX);
        Self::Here { reply: reply.into(), stay_ms, elsewhere: elsewhere.into() }
    }

    /// The ways in which it may be told; each is taken where those before it are closed for good.
    fn ways(&self) -> Vec<Way<'_>> {
        match self {
            Self::Here { reply, stay_ms, elsewhere } => {
                let stay = Duration::from_millis(*stay_ms);
                vec![Way::Reply(reply, stay), Way::Aloud(reply, stay), Way::Privately(elsewhere)]
            }
            Self::Privately(text) => vec![Way::Privately(text), Way::Aloud(text, TOLD_FOR)],
        }
    }
}

/// Stages the deletion of somebody's message, which happens once they were told.
pub fn delete_with_word(
    tx: &Tx<'_>,
    guild: GuildId,
    (channel, message): (ChannelId, MessageId),
    author: UserId,
    word: Word,
) -> Result<()> {
    let lane = match word {
        Word::Here { .. } => Lane::Channel(channel),
        Word::Privately(_) => Lane::User(author),
    };
    DELETE_WITH_WORD.schedule_now(tx, guild, lane, &Parting { channel, message, author, word }).map(drop)
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

async fn tell_and_delete(bot: &Bot, run: Run) -> Result<(), Setback> {
    let parting = DELETE_WITH_WORD.payload(&run)?;
    let (guild, message) = (run.guild, (parting.channel, parting.message));
    let mut closed = None;
    for way in parting.word.ways() {
        match say(bot, &run, &parting, &way).await {
            Ok(word) => {
                let staged = bot.store.write("message_may_go", move |tx| {
                    if let Some((place, stay)) = word {
                        delete_message(tx, guild, place, tx.now().after(stay))?;
                    }
                    delete_message(tx, guild, message, tx.now())
                });
                return Ok(staged.await?);
            }
            Err(undelivered) if undelivered.may_pass() || undelivered.obstacle == Obstacle::ChannelGone => {
                return Err(undelivered.into());
            }
            Err(undelivered) => closed = Some(undelivered),
        }
    }
    // Nobody was told, so the message stays.
    closed.map_or(Ok(()), |undelivered| Err(undelivered.into()))
}

/// Tells the author of a message in one way. Gives the word and how long it stays, where it is to go.
async fn say(
    bot: &Bot,
    run: &Run,
    parting: &Parting,
    way: &Way<'_>,
) -> Result<Option<((ChannelId, MessageId), Duration)>, Undelivered> {
    let Parting { channel, message, author, .. } = *parting;
    let (draft, stay) = match *way {
        Way::Reply(text, stay) => (Draft::text(text.to_owned()).replying_to(channel, message), stay),
        Way::Aloud(text, stay) => (Draft::text(format!("{} {text}", mention(author))).pinging(author), stay),
        Way::Privately(text) => {
            return bot.direct_message(author, Draft::text(text.to_owned()), Some(run.id)).await.map(|_| None);
        }
    };
    let sent = bot.post(channel, draft, Some(run.id)).await?;
    Ok(Some(((channel, MessageId::new(sent.id.get())), stay)))
}

async fn delete(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Delete { channel, message } = DELETE.payload(&run)?;
    Ok(bot.delete_later(channel, message).await?)
}
