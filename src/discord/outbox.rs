//! Small messages as jobs: replies that delete themselves, notices, deletions.
//!
//! A word about somebody's message reaches them in the first way that is open: as a reply, as a line in the channel, or by
//! direct message. So nobody hears nothing where the bot may not write, or may not reply (a reply needs the history).
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
use crate::jobs::{Kind, Lane, Run, Setback};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::text::{self, mention, truncate};
use crate::kernel::time::Timestamp;
use crate::runner::{Handler, Worth};
use crate::store::Tx;

/// How long what could not be told privately stands in a channel (`D-33`).
const TOLD_FOR: Duration = Duration::from_secs(30);
/// The longest message, as Discord counts.
const LONGEST: usize = 2_000;

static POST: Kind<Post> = Kind::new("outbox.post");
static TELL: Kind<Tell> = Kind::new("outbox.tell");
static DELETE: Kind<Delete> = Kind::new("outbox.delete");
static DELETE_WITH_WORD: Kind<Parting> = Kind::new("outbox.delete_with_word");

/// Posts a word about a message.
pub static POST_HANDLER: Handler<Bot> =
    Handler { kind: POST.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(post(bot, run)) };
/// Tells a person something.
pub static TELL_HANDLER: Handler<Bot> =
    Handler { kind: TELL.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_now(bot, run)) };
/// Deletes a message.
pub static DELETE_HANDLER: Handler<Bot> =
    Handler { kind: DELETE.name(), worth: Worth::Always, run: |bot, run| Box::pin(delete(bot, run)) };
/// Tells a person why their message goes, and deletes it.
pub static DELETE_WITH_WORD_HANDLER: Handler<Bot> = Handler {
    kind: DELETE_WITH_WORD.name(),
    worth: Worth::OF_A_WORD,
    run: |bot, run| Box::pin(tell_and_delete(bot, run)),
};

/// A word about somebody's message, which goes by itself.
#[derive(Serialize, Deserialize)]
struct Post {
    channel: ChannelId,
    text: String,
    reply_to: MessageId,
    stay_ms: u64,
    /// Whose message it is; missing in what an earlier version staged.
    #[serde(default)]
    author: Option<UserId>,
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

/// A way of telling somebody something about a message of theirs.
enum Way<'a> {
    /// As a reply to it, which pings nobody.
    Reply(&'a str, Duration),
    /// In the channel, beginning with whom it is for; like a reply it pings nobody.
    Quietly(UserId, &'a str, Duration),
    /// In the channel, and they are pinged.
    Aloud(UserId, &'a str, Duration),
    /// By direct message.
    Privately(UserId, &'a str),
}

/// A word in a channel, and how long it stays.
type Said = ((ChannelId, MessageId), Duration);

impl Word {
    /// A reply that goes by itself after `stay`, and what it reads as elsewhere.
    pub fn here(reply: impl Into<String>, stay: Duration, elsewhere: impl Into<String>) -> Self {
        let stay_ms = u64::try_from(stay.as_millis()).unwrap_or(u64::MAX);
        Self::Here { reply: reply.into(), stay_ms, elsewhere: elsewhere.into() }
    }

    /// The ways in which it may be told; each is taken where those before it are closed for good.
    fn ways(&self, author: UserId) -> Vec<Way<'_>> {
        match self {
            Self::Here { reply, stay_ms, elsewhere } => {
                let stay = Duration::from_millis(*stay_ms);
                vec![Way::Reply(reply, stay), Way::Aloud(author, reply, stay), Way::Privately(author, elsewhere)]
            }
            Self::Privately(text) => vec![Way::Privately(author, text), Way::Aloud(author, text, TOLD_FOR)],
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

/// Stages a reply to a message of `author`, which deletes itself after `stay` (`C-21`). Where the bot may not reply, it is a
/// line of its own; where it may not write there, a direct message.
pub fn reply_briefly(
    tx: &Tx<'_>,
    guild: GuildId,
    to: (ChannelId, MessageId),
    author: UserId,
    text: impl Into<String>,
    stay: Duration,
) -> Result<()> {
    let (channel, reply_to) = to;
    let stay_ms = u64::try_from(stay.as_millis()).unwrap_or(u64::MAX);
    let post = Post { channel, text: text.into(), reply_to, stay_ms, author: Some(author) };
    POST.schedule_now(tx, guild, Lane::Channel(channel), &post).map(drop)
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

async fn post(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Post { channel, text, reply_to, stay_ms, author } = POST.payload(&run)?;
    let (guild, stay) = (run.guild, Duration::from_millis(stay_ms));
    let link = text::message_link(guild, channel, reply_to);
    let elsewhere = format!("About your message in {} ({link}):\n{text}", text::channel(channel));
    let mut ways = vec![Way::Reply(&text, stay)];
    if let Some(author) = author {
        ways.extend([Way::Quietly(author, &text, stay), Way::Privately(author, &elsewhere)]);
    }
    let Some((said, stay)) = say_somehow(bot, &run, (channel, reply_to), &ways).await? else { return Ok(()) };
    let due = bot.clock.now().after(stay);
    Ok(bot.store.write("message_will_go", move |tx| delete_message(tx, guild, said, due)).await?)
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
    let Parting { channel, message, author, word } = DELETE_WITH_WORD.payload(&run)?;
    let (guild, message) = (run.guild, (channel, message));
    // Where nobody was told, the message stays.
    let said = say_somehow(bot, &run, message, &word.ways(author)).await?;
    let staged = bot.store.write("message_may_go", move |tx| {
        if let Some((place, stay)) = said {
            delete_message(tx, guild, place, tx.now().after(stay))?;
        }
        delete_message(tx, guild, message, tx.now())
    });
    Ok(staged.await?)
}

/// Tells the author of a message in the first way that is open. Gives the word, where it is to go.
async fn say_somehow(
    bot: &Bot,
    run: &Run,
    about: (ChannelId, MessageId),
    ways: &[Way<'_>],
) -> Result<Option<Said>, Setback> {
    let mut closed = None;
    for way in ways {
        match say(bot, run, about, way).await {
            Ok(said) => return Ok(said),
            Err(undelivered) if undelivered.may_pass() || undelivered.obstacle == Obstacle::ChannelGone => {
                return Err(undelivered.into());
            }
            Err(undelivered) => {
                if undelivered.obstacle == Obstacle::Forbidden {
                    // The team is told, also where the word finds another way.
                    bot.watch.ask(run.guild);
                }
                closed = Some(undelivered);
            }
        }
    }
    Err(closed.map_or_else(|| Setback::GiveUp(Failure::new("there is no way to tell it")), Setback::from))
}

/// Tells the author of a message in one way.
async fn say(
    bot: &Bot,
    run: &Run,
    (channel, message): (ChannelId, MessageId),
    way: &Way<'_>,
) -> Result<Option<Said>, Undelivered> {
    let fitted = |text: &str| Draft::text(truncate(text, LONGEST));
    let to = |author: UserId, text: &str| fitted(&format!("{} {text}", mention(author)));
    let (draft, stay) = match *way {
        Way::Reply(text, stay) => (fitted(text).replying_to(channel, message), stay),
        Way::Quietly(author, text, stay) => (to(author, text), stay),
        Way::Aloud(author, text, stay) => (to(author, text).pinging(author), stay),
        Way::Privately(author, text) => {
            return bot.direct_message(author, fitted(text), Some(run.id)).await.map(|_| None);
        }
    };
    let sent = bot.post(channel, draft, Some(run.id)).await?;
    Ok(Some(((channel, MessageId::new(sent.id.get())), stay)))
}

async fn delete(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Delete { channel, message } = DELETE.payload(&run)?;
    Ok(bot.delete_later(channel, message).await?)
}
