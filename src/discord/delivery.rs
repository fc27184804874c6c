//! Messages that are no answers: posts, direct messages, deletions; and what Discord's refusals mean.

use serenity::all::{CreateAttachment, Message, Nonce};
use serenity::builder::CreateMessage;
use serenity::http::StatusCode;

use super::bot::Bot;
use super::draft::Draft;
use super::rest::{Rest, RestError};
use crate::jobs::{JobId, Setback};
use crate::kernel::error::Failure;
use crate::kernel::ids::{ChannelId, MessageId, UserId};
use crate::kernel::time::Timestamp;

/// Why Discord did not do what we asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The person cannot be written to, as [`Self::to_person`] judges.
    DirectMessagesBlocked,
    /// The message, member, user or guild is gone (10008, 10007, 10013, 10004).
    Gone,
    /// The channel is gone (10003).
    ChannelGone,
    /// The message is older than an hour and was edited too often of late (30046).
    EditedTooOften,
    /// The bot lacks access or a permission (50001, 50013), or the history without which nobody may reply (160002).
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
    /// What an error means.
    pub fn of(error: &RestError) -> Self {
        let (status, code) = match error {
            RestError::Refused { status, code, .. } => (*status, *code),
            RestError::Unreachable(_) | RestError::Limited { .. } => return Self::Temporary,
            RestError::Senseless(_) => return Self::Rejected,
        };
        match code {
            50_007 | 50_278 => Self::DirectMessagesBlocked,
            10_004 | 10_007 | 10_008 | 10_013 => Self::Gone,
            10_003 => Self::ChannelGone,
            30_046 => Self::EditedTooOften,
            50_001 | 50_013 | 160_002 => Self::Forbidden,
            40_005 => Self::FileTooLarge,
            // Direct messages are opened too fast; Discord is overloaded.
            40_003 | 130_000 => Self::Temporary,
            _ => match status {
                StatusCode::UNAUTHORIZED => Self::Unauthorized,
                StatusCode::PAYLOAD_TOO_LARGE => Self::FileTooLarge,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Self::Temporary,
                status if status.is_server_error() => Self::Temporary,
                _ => Self::Rejected,
            },
        }
    }

    /// What an error means for a direct message, or for the opening of its channel: the one judgement of "this person
    /// cannot be written to".
    ///
    /// Discord has many words for it: they blocked the bot (50007, with 403 for a message and with 400 for the channel),
    /// their settings take no messages from people of the server, or they share none with the bot (50278), they are a bot
    /// or nobody (50033, 10013), the bot was flagged and may write to nobody new (20026). So whatever is refused for good
    /// counts, also under a number that is new, unless it is the message itself that is wrong.
    pub fn to_person(error: &RestError) -> Self {
        match (Self::of(error), error) {
            (Self::Gone | Self::ChannelGone | Self::Forbidden, _) => Self::DirectMessagesBlocked,
            (Self::Rejected, RestError::Refused { status, code, .. }) => match (*status, *code) {
                (_, 20_026 | 50_033) | (StatusCode::FORBIDDEN | StatusCode::NOT_FOUND, _) => {
                    Self::DirectMessagesBlocked
                }
                _ => Self::Rejected,
            },
            (obstacle, _) => obstacle,
        }
    }
}

/// An obstacle, with the error behind it for the log.
///
/// It is the cause of the [`Failure`] that it becomes, so that whoever sees a job given up can ask what was in the way:
/// `failure.cause().downcast_ref::<Undelivered>()`.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct Undelivered {
    /// What it means.
    pub obstacle: Obstacle,
    cause: RestError,
}

impl Undelivered {
    /// What happened.
    pub const fn cause(&self) -> &RestError {
        &self.cause
    }

    /// Whether the same may work later.
    pub const fn may_pass(&self) -> bool {
        matches!(self.obstacle, Obstacle::Temporary | Obstacle::Unauthorized)
    }

    /// For a direct message, or the opening of its channel.
    fn to_person(error: RestError) -> Self {
        Self { obstacle: Obstacle::to_person(&error), cause: error }
    }
}

impl From<RestError> for Undelivered {
    fn from(error: RestError) -> Self {
        Self { obstacle: Obstacle::of(&error), cause: error }
    }
}

impl From<Undelivered> for Failure {
    fn from(undelivered: Undelivered) -> Self {
        Self::new(undelivered)
    }
}

impl From<Undelivered> for Setback {
    /// What may work later waits for that, and is no try; the rest is given up. A token that is not taken any more is
    /// replaced by somebody, and nothing is lost until then.
    fn from(undelivered: Undelivered) -> Self {
        let until = match undelivered.cause {
            RestError::Limited { until } => Some(until),
            _ => None,
        };
        if undelivered.may_pass() {
            return Self::Unanswered { because: undelivered.into(), until };
        }
        Self::GiveUp(undelivered.into())
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
        let (rest, message) = self.for_job(draft, job);
        Ok(rest.send_message(channel.get().into(), &message, files).await?)
    }

    /// Posts what Discord drops when it comes again under the same name, of at most 25 characters, within some minutes.
    pub async fn post_once(&self, channel: ChannelId, draft: Draft, name: String) -> Result<Message, Undelivered> {
        self.post_once_with_files(channel, draft, Vec::new(), name).await
    }

    /// The same with files.
    pub async fn post_once_with_files(
        &self,
        channel: ChannelId,
        draft: Draft,
        files: Vec<CreateAttachment>,
        name: String,
    ) -> Result<Message, Undelivered> {
        let message = once(draft.into_message(), name);
        Ok(self.rest.without_waiting().send_message(channel.get().into(), &message, files).await?)
    }

    /// Gives a message of the bot a new face.
    pub async fn edit(&self, channel: ChannelId, message: MessageId, draft: Draft) -> Result<(), Undelivered> {
        let edit = draft.into_message_edit();
        Ok(self.rest.edit_message(channel.get().into(), message.get().into(), &edit).await?)
    }

    /// The same for a job, which comes again and waits for no limit.
    pub async fn edit_later(&self, channel: ChannelId, message: MessageId, draft: Draft) -> Result<(), Undelivered> {
        let (rest, edit) = (self.rest.without_waiting(), draft.into_message_edit());
        Ok(rest.edit_message(channel.get().into(), message.get().into(), &edit).await?)
    }

    /// Sends a direct message.
    pub async fn direct_message(&self, user: UserId, draft: Draft, job: Option<JobId>) -> Result<Message, Undelivered> {
        let (rest, message) = self.for_job(draft, job);
        if let Some(channel) = self.dm_channel(user) {
            match rest.send_message(channel.get().into(), &message, Vec::new()).await {
                // The channel that we know is another one now.
                Err(error) if Obstacle::of(&error) == Obstacle::ChannelGone => {}
                sent => return sent.map_err(Undelivered::to_person),
            }
        }
        let opened = rest.create_private_channel(user.get().into()).await.map_err(Undelivered::to_person)?;
        self.remember_dm_channel(user, ChannelId::new(opened.id.get()));
        rest.send_message(opened.id, &message, Vec::new()).await.map_err(Undelivered::to_person)
    }

    /// Posts what a job tells a person into a channel; where that fails for good, by direct message. `false` where that fails
    /// for good as well.
    pub async fn post_or_tell(
        &self,
        (channel, user): (ChannelId, UserId),
        draft: Draft,
        job: JobId,
    ) -> Result<bool, Undelivered> {
        let closed = match self.post(channel, draft.clone(), Some(job)).await {
            Err(undelivered) if !undelivered.may_pass() => undelivered,
            sent => return sent.map(|_| true),
        };
        match self.direct_message(user, draft, Some(job)).await {
            Err(undelivered) if !undelivered.may_pass() => {
                tracing::info!(%job, channel = %closed, person = %undelivered, "a message can be delivered in no way");
                Ok(false)
            }
            sent => sent.map(|_| true),
        }
    }

    /// A message as a job sends it: under the job's name, and without waiting for limits, since the job comes again.
    fn for_job(&self, draft: Draft, job: Option<JobId>) -> (Rest, CreateMessage) {
        let message = draft.into_message();
        match job {
            Some(job) => (self.rest.without_waiting(), once(message, format!("job-{job}"))),
            None => (self.rest.clone(), message),
        }
    }

    /// Deletes a message. One that is gone already counts as deleted.
    pub async fn delete(&self, channel: ChannelId, message: MessageId) -> Result<(), Undelivered> {
        self.delete_by(&self.rest, channel, message).await
    }

    /// The same for a job, which comes again and waits for no limit.
    pub async fn delete_later(&self, channel: ChannelId, message: MessageId) -> Result<(), Undelivered> {
        self.delete_by(&self.rest.without_waiting(), channel, message).await
    }

    async fn delete_by(&self, rest: &Rest, channel: ChannelId, message: MessageId) -> Result<(), Undelivered> {
        // Before Discord tells everybody, us included.
        self.remember_deleted(message);
        match rest.delete_message(channel.get().into(), message.get().into()).await {
            Ok(()) => Ok(()),
            Err(error) if matches!(Obstacle::of(&error), Obstacle::Gone | Obstacle::ChannelGone) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn once(message: CreateMessage, name: String) -> CreateMessage {
    message.nonce(Nonce::String(name)).enforce_nonce(true)
}
