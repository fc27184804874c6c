//! From any of the three ways of submitting into the flow `song_submitted`.

use super::files::{self, Fetched};
use super::views;
use crate::discord::delivery::Undelivered;
use crate::discord::{Bot, Caller, problem};
use crate::features::queue;
use crate::features::queue::model::Source;
use crate::features::submissions::links::SongLink;
use crate::features::submissions::model::Details;
use crate::features::submissions::posted::PostedAs;
use crate::features::submissions::service;
use crate::flows::song_submitted::{self, Submission, Submitted};
use crate::kernel::error::{Error, Failure, Result};

/// Refuses early what the flow would refuse: wrong channel, closed.
pub async fn may_submit(bot: &Bot, caller: &Caller, is_skip: bool) -> Result<()> {
    let (guild, channel) = (caller.guild, caller.channel);
    bot.store.read("may_submit", move |read| service::admit(read, guild, channel, is_skip)).await
}

/// Where the song of a link is to be heard.
pub fn source_of(SongLink { platform, url, key }: SongLink) -> Source {
    Source::Link { platform: platform.to_string(), url, key }
}

/// Submits a song whose source is certain. `posted_as` says which part of which message it was.
pub async fn submit(
    bot: &Bot,
    caller: Caller,
    details: Details,
    source: Source,
    posted_as: Option<PostedAs>,
) -> Result<Submitted> {
    let Caller { guild, channel, user, name, .. } = caller;
    let submission = Submission { guild, channel, user, username: name, details, source, posted_as };
    bot.store.write("song_submitted", move |tx| song_submitted::run(tx, &submission)).await
}

/// Keeps a fetched file in a message of the bot and submits it. A refused song leaves no message behind.
pub async fn submit_file(
    bot: &Bot,
    caller: Caller,
    details: Details,
    fetched: Fetched,
    posted_as: Option<PostedAs>,
) -> Result<Submitted> {
    let (guild, key) = (caller.guild, fetched.key.clone());
    bot.store.read("is_new_file", move |read| queue::queries::require_new(read, guild, &key)).await?;
    let caption = views::kept_file(&details, &caller);
    let source = files::keep(bot, caller.channel, caption, fetched).await?;
    let kept = match &source {
        Source::File { kept_in, .. } => Some((kept_in.channel, kept_in.message)),
        Source::Link { .. } => None,
    };
    let submitted = submit(bot, caller, details, source, posted_as).await;
    if submitted.is_err()
        && let Some((channel, message)) = kept
    {
        bot.delete(channel, message).await.unwrap_or_else(log_leftover);
    }
    submitted
}

fn log_leftover(undelivered: Undelivered) {
    problem::log_error(&Error::Failed(Failure::from(undelivered)), "delete the file of a refused song");
}
