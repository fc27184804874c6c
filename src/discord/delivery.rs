//! Messages that are no answers: posts, direct messages, deletions; and what Discord's refusals mean.

use serenity::all::{ChannelId as SerenityChannel, CreateAttachment, Message, Nonce};
use serenity::builder::CreateMessage;
use serenity::http::{ErrorResponse, HttpError, StatusCode};

use super::bot::Bot;
use super::draft::Draft;
use crate::jobs::{JobId, Setback};
use crate::kernel::error::Failure;
use crate::kernel::ids::{ChannelId, MessageId, UserId};
use crate::kernel::time::Timestamp;

/// Why Discord did not do what we asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The person takes no direct messages from the bot (50007).
    DirectMessagesBlocked,
    /// The message, member, user or guild is gone (10008, 10007, 10013, 10004).
    Gone,
    /// The channel is gone (10003).
    ChannelGone,
    /// The message is older than an hour and was edited too often of late (30046).
    EditedTooOften,
    /// The bot lacks access or a permission (50001, 50013).
    Forbidden,
    /// The file is larger than the server allows the bot to send (40005).
    FileTooLarge,
    /// The token is no longer valid.
    Unauthorized,
    /// Discord is busy, down or out of reach; later it may work.
    Temporary,
    /// Discord did not accept the request; again would be the same.
    Rejected,
}

impl Obstacle {
    /// Reads serenity's error.
    pub fn of(error: &serenity::Error) -> Self {
        let Some(response) = refusal_of(error) else {
            return match error {
                serenity::Error::Http(HttpError::Request(_)) | serenity::Error::Io(_) => Self::Temporary,
                _ => Self::Rejected,
            };
        };
        match response.error.code {
            50007 => Self::DirectMessagesBlocked,
            10004 | 10007 | 10008 | 10013 => Self::Gone,
            10003 => Self::ChannelGone,
            30046 => Self::EditedTooOften,
            50001 | 50013 => Self::Forbidden,
            40005 => Self::FileTooLarge,
            _ => match response.status_code {
                StatusCode::UNAUTHORIZED => Self::Unauthorized,
                StatusCode::PAYLOAD_TOO_LARGE => Self::FileTooLarge,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Self::Temporary,
                status if status.is_server_error() => Self::Temporary,
                _ => Self::Rejected,
            },
        }
    }
}

/// Whether a request may not have come to Discord, or broke there, so that the same may work at once. One that came too
/// early (429) is not lost, and one that took a minute is not for now.
pub fn is_lost(error: &serenity::Error) -> bool {
    let was_too_early = status_of(error) == Some(StatusCode::TOO_MANY_REQUESTS);
    let has_timed_out = matches!(error, serenity::Error::Http(HttpError::Request(error)) if error.is_timeout());
    Obstacle::of(error) == Obstacle::Temporary && !was_too_early && !has_timed_out
}

/// With which status Discord refused a request.
pub fn status_of(error: &serenity::Error) -> Option<StatusCode> {
    refusal_of(error).map(|response| response.status_code)
}

/// Discord's number of an error, where it gave one.
pub fn code_of(error: &serenity::Error) -> Option<isize> {
    refusal_of(error).map(|response| response.error.code)
}

fn refusal_of(error: &serenity::Error) -> Option<&ErrorResponse> {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => Some(response),
        _ => None,
    }
}

/// An obstacle, with the error behind it for the log.
#[derive(Debug)]
pub struct Undelivered {
    /// What it means.
    pub obstacle: Obstacle,
    cause: Box<serenity::Error>,
}

impl From<serenity::Error> for Undelivered {
    fn from(error: serenity::Error) -> Self {
        Self { obstacle: Obstacle::of(&error), cause: Box::new(error) }
    }
}

impl From<Undelivered> for Failure {
    fn from(undelivered: Undelivered) -> Self {
        Self::new(undelivered.cause)
    }
}

impl From<Undelivered> for Setback {
    /// What may work later is tried again; the rest is given up.
    fn from(undelivered: Undelivered) -> Self {
        match undelivered.obstacle {
            Obstacle::Temporary => Self::Retry(undelivered.into()),
            _ => Self::GiveUp(undelivered.into()),
        }
    }
}

/// When a message was posted, to the second.
pub fn moment_of(message: &Message) -> Timestamp {
    Timestamp::from_millis(message.timestamp.unix_timestamp().saturating_mul(1_000))
}

impl Bot {
    /// Whether the bot wrote a message. Nothing is its own before the gateway said who it is.
    pub fn is_own(&self, message: &Message) -> bool {
        self.own_user().is_some_and(|own| own.get() == message.author.id.get())
    }

    /// Posts into a channel. With a job, Discord itself drops a second try of the same job.
    pub async fn post(&self, channel: ChannelId, draft: Draft, job: Option<JobId>) -> Result<Message, Undelivered> {
        self.post_with_files(channel, draft, Vec::new(), job).await
    }

    /// Posts with files.
    pub async fn post_with_files(
        &self,
        channel: ChannelId,
        draft: Draft,
        files: Vec<CreateAttachment>,
        job: Option<JobId>,
    ) -> Result<Message, Undelivered> {
        let mut message = draft.into_message();
        if let Some(job) = job {
            message = once(message, format!("job-{job}"));
        }
        for file in &files {
            message = message.add_file(file.clone());
        }
        Ok(SerenityChannel::new(channel.get()).send_message(&*self.rest, message).await?)
    }

    /// Posts what Discord drops when it comes again under the same name, of at most 25 characters, within some minutes.
    pub async fn post_once(&self, channel: ChannelId, draft: Draft, name: String) -> Result<Message, Undelivered> {
        let message = once(draft.into_message(), name);
        Ok(SerenityChannel::new(channel.get()).send_message(&*self.rest, message).await?)
    }

    /// Gives a message of the bot a new face.
    pub async fn edit(&self, channel: ChannelId, message: MessageId, draft: Draft) -> Result<(), Undelivered> {
        let edit = draft.into_message_edit();
        self.rest.edit_message(channel.get().into(), message.get().into(), &edit, Vec::new()).await?;
        Ok(())
    }

    /// Sends a direct message.
    pub async fn direct_message(&self, user: UserId, draft: Draft, job: Option<JobId>) -> Result<Message, Undelivered> {
        let channel = match self.dm_channel(user) {
            Some(channel) => channel,
            None => self.open_dm_channel(user).await?,
        };
        self.post(channel, draft, job).await
    }

    async fn open_dm_channel(&self, user: UserId) -> Result<ChannelId, Undelivered> {
        let recipient = serde_json::json!({ "recipient_id": user.to_string() });
        let opened = self.rest.create_private_channel(&recipient).await?;
        let channel = ChannelId::new(opened.id.get());
        self.remember_dm_channel(user, channel);
        Ok(channel)
    }

    /// Deletes a message. One that is gone already counts as deleted.
    pub async fn delete(&self, channel: ChannelId, message: MessageId) -> Result<(), Undelivered> {
        // Before Discord tells everybody, us included.
        self.remember_deleted(message);
        match self.rest.delete_message(channel.get().into(), message.get().into(), None).await {
            Ok(()) => Ok(()),
            Err(error) if matches!(Obstacle::of(&error), Obstacle::Gone | Obstacle::ChannelGone) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn once(message: CreateMessage, name: String) -> CreateMessage {
    message.nonce(Nonce::String(name)).enforce_nonce(true)
}
