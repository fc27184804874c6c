//! Messages that follow a row of a feature ([`posts`](crate::posts)): posted, edited, moved and deleted with it.
//!
//! | file | for |
//! | --- | --- |
//! | `sending` | the job that brings one message to what is wanted |
//! | `search` | a message that may be there without our knowing it |
//! | `files` | files that are posted along |
//! | `looking` | whether messages are still there, which nobody tells who was away |
//!
//! Here: who draws what, deletions by somebody else's hand, and the wait of whoever asked for a change.

mod files;
mod looking;
mod search;
mod sending;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use poise::BoxFuture;
use tokio::sync::broadcast::error::RecvError;

use super::bot::Bot;
use super::draft::Draft;
use super::gateway::Deletion;
use super::seen::Seen;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::posts::{CHANGED, PostKind, PostState, Sync, service, tables};
use crate::store::Read;

pub use looking::{LOOK_HANDLER, in_sight};
pub use sending::SEND_HANDLER;

/// How long somebody who changed a row waits until its message shows that.
const PATIENCE: Duration = Duration::from_secs(8);

/// What a feature declares to have posts of a kind.
#[derive(Debug)]
pub struct Posted {
    /// The kind.
    pub kind: &'static PostKind,
    /// How a row looks now: a pure function of the snapshot; `None` where the row is gone.
    pub draw: fn(&dyn Read, GuildId, u64) -> Result<Option<Draft>>,
}

/// The kinds of posts of all features.
#[derive(Default)]
pub struct Posts {
    kinds: Vec<&'static Posted>,
    /// Messages and channels that somebody else deleted of late. A post may come back from Discord after its deletion.
    gone: Mutex<Seen>,
}

impl Posts {
    /// These kinds.
    pub fn new(kinds: impl IntoIterator<Item = &'static Posted>) -> Self {
        Self { kinds: kinds.into_iter().collect(), gone: Mutex::default() }
    }

    fn kind(&self, name: &str) -> Option<&'static Posted> {
        self.kinds.iter().find(|posted| posted.kind.name() == name).copied()
    }

    fn note_gone(&self, deletion: &Deletion) {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        match &deletion.messages {
            Some(messages) => messages.iter().for_each(|message| {
                gone.is_new(message.get());
            }),
            None => {
                gone.is_new(deletion.channel.get());
            }
        }
    }

    /// Whether a message was deleted by somebody else of late, or its channel.
    fn is_gone(&self, channel: ChannelId, message: MessageId) -> bool {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        gone.knows(message.get()) || gone.knows(channel.get())
    }
}

/// Looks whether messages that somebody deleted were those of posts (`T-SYN-08`, `T-SYN-20`).
pub fn deleted<'a>(bot: &'a Bot, deletion: &'a Deletion) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        // Before the store is looked at: whoever writes a place afterwards looks here.
        bot.posts.note_gone(deletion);
        let Deletion { guild, channel, messages } = deletion.clone();
        let wanted = messages.clone();
        let is_any =
            move |read: &dyn Read| Ok(!tables::in_channel(read, guild, channel, wanted.as_deref())?.is_empty());
        if !bot.store.read("posts_of_messages", is_any).await? {
            return Ok(());
        }
        bot.store.write("posts_lost", move |tx| service::lost(tx, guild, channel, messages.as_deref())).await
    })
}

/// Waits for up to 8 seconds until the post of a row is no longer pending; answers how it is then. `None` where the row has no
/// post, also when its message was to go and is gone.
pub async fn settled(bot: &Bot, guild: GuildId, kind: &'static PostKind, row: u64) -> Result<Option<PostState>> {
    // Before the first look, so that no change is missed.
    let mut changes = bot.store.changes();
    let state = || bot.store.read("post_state", move |read| kind.state(read, guild, row));
    let settles = async {
        loop {
            let now = state().await?;
            if now.as_ref().is_none_or(|state| state.sync != Sync::PendingSync) {
                return Ok(now);
            }
            loop {
                match changes.recv().await {
                    Ok(change) if change.topic == CHANGED && change.guild == guild => break,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return Ok(now),
                }
            }
        }
    };
    match tokio::time::timeout(PATIENCE, settles).await {
        Ok(settled) => settled,
        Err(_) => state().await,
    }
}
