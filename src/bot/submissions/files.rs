//! Files on their way in: fetched, looked at, and kept in a message that the bot owns.
//!
//! A link to a file dies with its message and works for about a day (`C-38`), so the file is posted again by the bot
//! before anything is deleted. At most two files are in memory at a time.

use serenity::all::{Attachment, CreateAttachment};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::discord::delivery::Obstacle;
use crate::discord::{Bot, Draft};
use crate::features::queue::model::{KeptFile, Source};
use crate::features::submissions::audio::{self, AudioKind, MAX_FILE_BYTES};
use crate::features::submissions::model::SubmissionRefusal;
use crate::http::Response;
use crate::kernel::error::{Context, Error, Result};
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId};
use crate::kernel::text::hex;

/// Files in memory at a time.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A file that was fetched and is what it says.
pub struct Fetched {
    name: String,
    bytes: Vec<u8>,
    /// A digest of the content.
    pub key: String,
    _permit: tokio::sync::SemaphorePermit<'static>,
}

/// Checks what Discord says about a file, without fetching it (`M-SUB-07`, `M-SUB-19`, `M-SUB-20`). Gives the kind that
/// its name claims.
pub fn check(file: &Attachment) -> Result<Option<AudioKind>> {
    Ok(audio::check_declared(&file.filename, file.content_type.as_deref(), u64::from(file.size))?)
}

/// Fetches a file and checks its content.
pub async fn fetch(bot: &Bot, file: &Attachment) -> Result<Fetched> {
    let claimed = check(file)?;
    let permit = AT_ONCE.acquire().await.map_err(Error::failed)?;
    let bytes = download(bot, &file.url).await.during("fetch a submitted file")?;
    // Looking at 25 MB and digesting them takes longer than a task may hold up its thread.
    let looked_at = tokio::task::spawn_blocking(move || {
        let kind = audio::check_bytes(claimed, &bytes)?;
        let key = format!("sha256:{}", hex(&Sha256::digest(&bytes)));
        Ok::<_, Error>((kind, key, bytes))
    });
    let (kind, key, bytes) = looked_at.await.map_err(Error::failed)??;
    let mut name = audio::safe_file_name(&file.filename);
    if claimed.is_none() {
        // Discord tells by the name what it plays.
        name = audio::safe_file_name(&format!("{name}.{}", kind.extension()));
    }
    Ok(Fetched { name, bytes, key, _permit: permit })
}

async fn download(bot: &Bot, url: &str) -> Result<Vec<u8>> {
    let response = bot.files.get(url).send().await.and_then(Response::expect_success).map_err(Error::failed)?;
    let bytes = response.body(MAX_FILE_BYTES).await.map_err(Error::failed)?;
    bytes.ok_or_else(|| Error::failed("the file is larger than Discord said"))
}

/// Posts a fetched file into a channel, as a message that the bot owns, and says where it is now.
///
/// Refused with [`SubmissionRefusal::CannotKeepFile`] when the server does not let the bot post a file of this size.
pub async fn keep(bot: &Bot, channel: ChannelId, caption: Draft, fetched: Fetched) -> Result<Source> {
    let Fetched { name, bytes, key, .. } = fetched;
    let size = bytes.len() as u64;
    let sent = bot.post_with_files(channel, caption, vec![CreateAttachment::bytes(bytes, name.clone())], None).await;
    let message = sent.map_err(|undelivered| match undelivered.obstacle {
        Obstacle::FileTooLarge => Error::from(SubmissionRefusal::CannotKeepFile),
        Obstacle::Forbidden => Error::from(SubmissionRefusal::CannotPostFile),
        _ => Error::Failed(crate::kernel::error::Failure::from(undelivered).during("keep a submitted file")),
    })?;
    let file = message.attachments.first().ok_or_else(|| Error::failed("Discord kept no file"))?;
    let kept_in = KeptFile {
        channel,
        message: MessageId::new(message.id.get()),
        attachment: AttachmentId::new(file.id.get()),
        url: file.url.clone(),
    };
    Ok(Source::File { name, bytes: size, key, kept_in })
}

/// The file where its author posted it, for when the bot may not post it again (`C-38`).
pub fn left_in_place(channel: ChannelId, message: MessageId, file: &Attachment, key: String) -> Source {
    let kept_in = KeptFile { channel, message, attachment: AttachmentId::new(file.id.get()), url: file.url.clone() };
    Source::File { name: audio::safe_file_name(&file.filename), bytes: u64::from(file.size), key, kept_in }
}
