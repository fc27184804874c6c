//! Files that are posted along: fetched from where they are kept, and posted again (`C-38`).

use serenity::all::CreateAttachment;
use tokio::sync::Semaphore;

use super::super::attachment::{self, Found};
use super::super::bot::Bot;
use super::super::draft::Enclosed;
use crate::http::{RequestError, Response};

/// The most bytes of a file.
const MOST_BYTES: u64 = 25 << 20;
/// The most files of a message, as Discord counts.
const MOST_FILES: usize = 10;
/// Messages whose files are in memory at a time.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Files that are held until they are posted.
#[derive(Default)]
pub(super) struct Fetched {
    pub(super) files: Vec<CreateAttachment>,
    _permit: Option<tokio::sync::SemaphorePermit<'static>>,
}

/// Fetches files. One that is gone, or too large, is left out; where their server does not answer, that is the answer.
pub(super) async fn fetch(bot: &Bot, enclosed: &[Enclosed]) -> Result<Fetched, RequestError> {
    if enclosed.is_empty() {
        return Ok(Fetched::default());
    }
    // It is never closed.
    let permit = AT_ONCE.acquire().await.ok();
    let mut files = Vec::new();
    for file in enclosed.iter().take(MOST_FILES) {
        let url = match file.kept_in {
            Some((channel, message, id)) => match attachment::link_to(bot, channel, message, id).await {
                Found::There(url) => url,
                Found::Gone => continue,
                Found::Unknown => file.url.clone(),
            },
            None => file.url.clone(),
        };
        match download(bot, &url).await {
            Ok(Some(bytes)) => files.push(CreateAttachment::bytes(bytes, file.name.clone())),
            Ok(None) => tracing::warn!(name = file.name, "a file is too large to be posted along"),
            Err(error) if error.may_pass() => return Err(error),
            Err(error) => tracing::warn!(name = file.name, %error, "a file cannot be posted along"),
        }
    }
    Ok(Fetched { files, _permit: permit })
}

async fn download(bot: &Bot, url: &str) -> Result<Option<Vec<u8>>, RequestError> {
    bot.files.get(url).send().await.and_then(Response::expect_success)?.body(MOST_BYTES).await
}
