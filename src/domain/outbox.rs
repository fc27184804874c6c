//! Small messages as jobs: replies that delete themselves, notices, deletions.
//!
//! A word about somebody's message reaches them in the first way that is open: as a reply, as a line in the channel, or by
//! direct message. So nobody hears nothing where the bot may not write, or may not reply (a reply needs the history).
//!
//! A message of a member's that goes with a word goes by [`delete_with_word`]: it is deleted once its author was told, and
//! where nobody can be told, it stays.
//!
//! What needs a view of its own is a job of its feature; these are for everybody. Here they are staged; `discord::outbox`
//! does them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::jobs::{JobKind, Lane, Purposeful};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Tx;

/// Posts a word about a message.
pub static POST: JobKind<Post> = JobKind::new("outbox.post", "A word about a message");
/// Tells a person something.
pub static TELL: JobKind<Tell> = JobKind::new("outbox.tell", "A word to a member");
/// Deletes a message.
pub static DELETE: JobKind<Delete> = JobKind::new("outbox.delete", "The deletion of a message");
/// Tells a person why their message goes, and deletes it.
pub static DELETE_WITH_WORD: JobKind<Parting> =
    JobKind::new("outbox.delete_with_word", "The deletion of a message, and why it goes");

/// The kinds of jobs of this module.
pub const JOBS: &[&dyn Purposeful] = &[&POST, &TELL, &DELETE, &DELETE_WITH_WORD];

/// A word about somebody's message, which goes by itself.
#[derive(Serialize, Deserialize)]
pub struct Post {
    /// Where.
    pub channel: ChannelId,
    /// The word.
    pub text: String,
    /// The message that it is about.
    pub reply_to: MessageId,
    /// How long it stays, in milliseconds.
    pub stay_ms: u64,
    /// Whose message it is; missing in what an earlier version staged.
    #[serde(default)]
    pub author: Option<UserId>,
}

/// What somebody is told.
#[derive(Serialize, Deserialize)]
pub struct Tell {
    /// Who.
    pub user: UserId,
    /// Where it stands when they take no direct messages.
    pub channel: ChannelId,
    /// What.
    pub text: String,
}

/// A message that goes.
#[derive(Serialize, Deserialize)]
pub struct Delete {
    /// Where it is.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
}

/// A message of a member's that goes, and what its author is told first.
#[derive(Serialize, Deserialize)]
pub struct Parting {
    /// Where it is.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
    /// Whose it is.
    pub author: UserId,
    /// What they are told.
    pub word: Word,
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

impl Word {
    /// A reply that goes by itself after `stay`, and what it reads as elsewhere.
    pub fn here(reply: impl Into<String>, stay: Duration, elsewhere: impl Into<String>) -> Self {
        let stay_ms = u64::try_from(stay.as_millis()).unwrap_or(u64::MAX);
        Self::Here { reply: reply.into(), stay_ms, elsewhere: elsewhere.into() }
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
