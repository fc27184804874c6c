//! Files in messages: Discord's links to them end after about a day (`C-38`), and so a link is asked for when it is needed.

use std::time::Duration;

use serenity::all::Message;

use super::bot::Bot;
use super::delivery::Obstacle;
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId};

/// How long somebody who asked waits for a new link.
const PATIENCE: Duration = Duration::from_secs(5);

/// What Discord says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there, under this link.
    There(String),
    /// The message or the file is gone.
    Gone,
    /// That cannot be known now.
    Unknown,
}

/// Asks for a link to a file that works now.
pub async fn link_to(bot: &Bot, channel: ChannelId, message: MessageId, file: AttachmentId) -> Found {
    let asked = bot.rest.get_message(channel.get().into(), message.get().into());
    let Ok(found) = tokio::time::timeout(PATIENCE, asked).await else { return Found::Unknown };
    match found {
        Ok(Message { attachments, message_snapshots, .. }) => {
            // A forwarded file stands in the snapshot of the other message.
            let forwarded = message_snapshots.into_iter().flat_map(|snapshot| snapshot.attachments);
            let found = attachments.into_iter().chain(forwarded).find(|found| found.id.get() == file.get());
            found.map_or(Found::Gone, |found| Found::There(found.url))
        }
        Err(error) if matches!(Obstacle::of(&error), Obstacle::Gone | Obstacle::ChannelGone) => Found::Gone,
        Err(error) => {
            tracing::warn!(%message, %error, "cannot renew the link to a file");
            Found::Unknown
        }
    }
}
