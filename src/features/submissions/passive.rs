//! Songs posted as ordinary messages: a supported link or an audio file in the submissions channel (`M-SUB-04`, `M-SUB-18`).
//!
//! Elsewhere nothing is ever submitted; there the author may be told where songs go (`C-20`). The first link or file of
//! a message counts (`D-31`), a rejected platform wins over a good link (`D-32`), and every refusal is a reply that deletes itself.

use std::time::Duration;

use poise::BoxFuture;
use serenity::all::{Attachment, Message};

use super::audio;
use super::links::{LinkVerdict, SongLink, find_in};
use super::model::{Details, SubmissionRefusal};
use super::settings::{
    DELETE_ORIGINALS, OFFCHANNEL_EXEMPT, OFFCHANNEL_LINKS, Offchannel, SUBMISSION_CHANNEL, SUBMISSIONS_ONLY,
};
use super::{files, intake, service};
use crate::discord::gateway::Taken;
use crate::discord::{Bot, Caller, outbox, problem};
use crate::features::queue::model::Source;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, MessageId};

/// How long a refusal or a hint stays (`C-20`).
const STAY: Duration = Duration::from_secs(15);

/// What a message holds.
enum Found<'a> {
    Nothing,
    Refused(SubmissionRefusal),
    Link(SongLink),
    File(&'a Attachment),
}

/// Looks at a message.
pub fn handle<'a>(bot: &'a Bot, message: &'a Message) -> BoxFuture<'a, Result<Taken>> {
    Box::pin(async move {
        let Ok(caller) = Caller::new(message.guild_id, message.channel_id, &message.author) else {
            return Ok(Taken::No);
        };
        let guild = caller.guild;
        let channel = bot.store.read("submission_channel", move |read| SUBMISSION_CHANNEL.get(read, guild)).await?;
        match channel {
            None => Ok(Taken::No),
            Some(right) if right == caller.channel => {
                submit(bot, caller, message).await?;
                Ok(Taken::Yes)
            }
            Some(right) => {
                hint(bot, caller, message, right).await?;
                Ok(Taken::No)
            }
        }
    })
}

fn look_into(message: &Message) -> Found<'_> {
    let is_audio = |file: &&Attachment| audio::is_meant_as_audio(&file.filename, file.content_type.as_deref());
    let file = message.attachments.iter().find(is_audio);
    match (find_in(&message.content).verdict.map(LinkVerdict::into_song), file) {
        (Some(Ok(song)), _) => Found::Link(song),
        (Some(Err(SubmissionRefusal::Apple)), _) => Found::Refused(SubmissionRefusal::Apple),
        (_, Some(file)) => Found::File(file),
        (Some(Err(refusal)), None) => Found::Refused(refusal),
        (None, None) => Found::Nothing,
    }
}

async fn submit(bot: &Bot, caller: Caller, message: &Message) -> Result<()> {
    let place = (caller.channel, MessageId::new(message.id.get()));
    let guild = caller.guild;
    let outcome = match look_into(message) {
        Found::Nothing => return tidy(bot, caller, place.1).await,
        Found::Refused(refusal) => Err(refusal.into()),
        Found::Link(link) => submit_link(bot, caller, place.1, link).await,
        Found::File(file) => submit_file(bot, caller, place.1, file).await,
    };
    let Err(error) = outcome else { return Ok(()) };
    let sentence = problem::sentence_of(error, "passive submission");
    bot.store.write("passive_refused", move |tx| outbox::reply_briefly(tx, guild, place, sentence.clone(), STAY)).await
}

async fn submit_link(bot: &Bot, caller: Caller, message: MessageId, link: SongLink) -> Result<()> {
    let details = Details::default();
    let source = Source::Link { platform: link.platform.to_string(), url: link.url, key: link.key };
    let original = original_to_delete(bot, &caller, message).await?;
    intake::submit(bot, caller, details, source, original).await.map(drop)
}

async fn submit_file(bot: &Bot, caller: Caller, message: MessageId, file: &Attachment) -> Result<()> {
    intake::may_submit(bot, &caller, false).await?;
    let fetched = files::fetch(bot, file).await?;
    let key = fetched.key.clone();
    let original = original_to_delete(bot, &caller, message).await?;
    let kept = intake::submit_file(bot, caller.clone(), Details::default(), fetched, original).await;
    match kept {
        // The server lets people post larger files than the bot: then the file stays where it is (`C-38`).
        Err(Error::Refused(refusal)) if refusal.code == SubmissionRefusal::CANNOT_KEEP_FILE => {
            let source = files::left_in_place(caller.channel, message, file, key);
            intake::submit(bot, caller, Details::default(), source, None).await.map(drop)
        }
        other => other.map(drop),
    }
}

async fn original_to_delete(bot: &Bot, caller: &Caller, message: MessageId) -> Result<Option<MessageId>> {
    let guild = caller.guild;
    let deletes = bot.store.read("delete_originals", move |read| DELETE_ORIGINALS.get(read, guild)).await?;
    Ok(deletes.then_some(message))
}

/// Text without a song is left alone, or deleted where the guild wants nothing else in the channel (`D-31`).
async fn tidy(bot: &Bot, caller: Caller, message: MessageId) -> Result<()> {
    let Caller { guild, channel, .. } = caller;
    bot.store
        .write("submissions_channel_tidied", move |tx| {
            if SUBMISSIONS_ONLY.get(tx, guild)? {
                outbox::delete_message(tx, guild, (channel, message), tx.now())?;
            }
            Ok(())
        })
        .await
}

/// Tells the author of a song in another channel where songs go (`M-SUB-05`, `M-SUB-06`).
async fn hint(bot: &Bot, caller: Caller, message: &Message, right: ChannelId) -> Result<()> {
    if !matches!(look_into(message), Found::Link(_) | Found::File(_)) {
        return Ok(());
    }
    let Caller { guild, channel, user, .. } = caller;
    let place = (channel, MessageId::new(message.id.get()));
    let text = service::wrong_channel(right, &intake::mentions(bot)).to_string();
    bot.store
        .write("offchannel_song", move |tx| {
            let policy = OFFCHANNEL_LINKS.get(tx, guild)?;
            if policy == Offchannel::Off || OFFCHANNEL_EXEMPT.get(tx, guild)?.contains(channel) {
                return Ok(());
            }
            if service::nudge(tx, guild, channel, user)? {
                outbox::reply_briefly(tx, guild, place, text.clone(), STAY)?;
            }
            if policy == Offchannel::Delete {
                outbox::delete_message(tx, guild, place, tx.now())?;
            }
            Ok(())
        })
        .await
}
