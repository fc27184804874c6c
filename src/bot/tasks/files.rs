//! The files of proofs, kept in messages that the bot owns: a link to a file dies with its message, and the one to a file of a command
//! works for a while only (`C-38`).
//!
//! Either all files of a proof are kept, or the proof is refused and none is.

use serenity::all::{Attachment, CreateAttachment};
use tokio::sync::Semaphore;

use super::views;
use crate::discord::delivery::Obstacle;
use crate::discord::{Bot, problem};
use crate::features::tasks::model::{ProofFile, TaskRefusal};
use crate::http::Response;
use crate::kernel::digest::Digest;
use crate::kernel::error::{Context, Error, Failure, Result};
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId, UserId};
use crate::kernel::text::one_line;

/// The most bytes of a file.
const MOST_BYTES: u64 = 25 << 20;
/// The same in words.
const MOST_MEGABYTES: u64 = MOST_BYTES >> 20;
/// The longest name of a file.
const LONGEST_NAME: usize = 100;
/// Proofs whose files are in memory at a time.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Posts the files of a proof into a channel, and says where they are. Refused where one of them is too large, or the bot may not.
pub(super) async fn keep(bot: &Bot, channel: ChannelId, user: UserId, files: &[Attachment]) -> Result<Vec<ProofFile>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(large) = files.iter().find(|file| u64::from(file.size) > MOST_BYTES) {
        return Err(too_large(large));
    }
    let _permit = AT_ONCE.acquire().await.map_err(Error::failed)?;
    let (mut fetched, mut digests) = (Vec::new(), Vec::new());
    for file in files {
        let bytes = download(bot, file).await.during("fetch a file of a proof")?;
        // A large file takes a while.
        let digested = tokio::task::spawn_blocking(move || (Digest::of(&bytes), bytes)).await;
        let (digest, bytes) = digested.map_err(Error::failed)?;
        digests.push(digest);
        fetched.push(CreateAttachment::bytes(bytes, name_of(file)));
    }
    let sent = bot.post_with_files(channel, views::kept_files(user), fetched, None).await;
    let message = sent.map_err(|undelivered| match undelivered.obstacle {
        Obstacle::FileTooLarge => Error::from(TaskRefusal::CannotKeepFiles),
        Obstacle::Forbidden | Obstacle::ChannelGone => Error::from(TaskRefusal::CannotPostFiles(channel)),
        _ => Error::Failed(Failure::from(undelivered).during("keep the files of a proof")),
    })?;
    // Discord keeps their order.
    let digests = digests.into_iter().map(Some).chain(std::iter::repeat(None));
    let kept = message.attachments.into_iter().zip(digests).map(|(file, digest)| ProofFile {
        name: one_line(&file.filename, LONGEST_NAME),
        bytes: u64::from(file.size),
        channel,
        message: MessageId::new(message.id.get()),
        attachment: AttachmentId::new(file.id.get()),
        url: file.url,
        digest,
    });
    Ok(kept.collect())
}

/// Deletes the message of files that are not needed after all.
pub(super) async fn discard(bot: &Bot, kept: &[ProofFile]) {
    let Some(ProofFile { channel, message, .. }) = kept.first() else { return };
    if let Err(undelivered) = bot.delete(*channel, *message).await {
        problem::log_error(&Error::Failed(Failure::from(undelivered)), "delete the files of a refused proof");
    }
}

async fn download(bot: &Bot, file: &Attachment) -> Result<Vec<u8>> {
    let response = bot.files.get(&file.url).send().await.and_then(Response::expect_success).map_err(Error::failed)?;
    let bytes = response.body(MOST_BYTES).await.map_err(Error::failed)?;
    bytes.ok_or_else(|| too_large(file))
}

fn too_large(file: &Attachment) -> Error {
    TaskRefusal::FileTooLarge { file: name_of(file), most: MOST_MEGABYTES }.into()
}

fn name_of(file: &Attachment) -> String {
    let name = one_line(&file.filename, LONGEST_NAME);
    if name.is_empty() { "file".to_owned() } else { name }
}
