//! Songs posted as ordinary messages in the submissions channel (`M-SUB-04`, `M-SUB-18`, `C-125`).
//!
//! Every supported link and audio file of a message becomes a song of its own, as far as its author may submit, and the
//! words around them become the note. The message goes when everything in it was taken over. Otherwise it stays, and a
//! reply that deletes itself says what was taken, what not, and why. A refused platform refuses the whole message (`D-32`).
//! Elsewhere nothing is ever submitted; there the author may be told where songs go (`C-20`).
//!
//! A message may come several times: from the gateway, once more after a resume, edited, and from the history that is read
//! after a gap. They take turns, and the store remembers in the transaction of each song which part of which message it was.
//!
//! Invariants: a part of a message is taken once, and a message yields at most as many songs as it holds; nothing of a
//! member's is deleted without a word, and none of their words without giving them back. Where Discord takes no file for now,
//! the message is looked at again later; where the bot may not post one, when it may (`Listed::once_mended`).

pub mod again;
pub mod clearing;
mod contents;
pub mod history;

use std::time::Duration;

use poise::BoxFuture;
use serenity::all::{Attachment, Message, MessageUpdateEvent};

use self::contents::{Contents, What, digest, is_from_member, is_unreadable};
use super::{files, intake, views};
use crate::activity::Subject;
use crate::discord::delivery::Obstacle;
use crate::discord::gateway::Taken;
use crate::discord::guild_locks::GuildLock;
use crate::discord::{Bot, Caller, problem};
use crate::features::queue::model::Source;
use crate::features::submissions::activity::FILE_IN_PLACE;
use crate::features::submissions::audio::AudioRefusal;
use crate::features::submissions::model::{Details, SubmissionRefusal};
use crate::features::submissions::posted::{Became, Part, PostedAs, Remains};
use crate::features::submissions::settings::{
    DELETE_ORIGINALS, OFFCHANNEL_EXEMPT, OFFCHANNEL_LINKS, Offchannel, SUBMISSION_CHANNEL, SUBMISSIONS_ONLY,
};
use crate::features::submissions::{service, tables};
use crate::flows::song_submitted::Submitted;
use crate::kernel::error::{Error, Failure, Result};
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::kernel::refusal::Refuse;
use crate::outbox::{self, Word};
use crate::references::told;
use crate::store::{Read, Tx};

/// How long a refusal or a hint stays (`C-20`).
const STAY: Duration = Duration::from_secs(15);
/// How long a list of what became of a message stays.
const STAY_OF_LIST: Duration = Duration::from_secs(30);
/// How long after it was posted an edited message is looked at again.
const EDITS_COUNT_FOR: Duration = Duration::from_mins(15);
/// Songs of one message; a message of links alone may hold sixty.
const MOST_SONGS: usize = 20;

/// Whether a message counts that was looked at before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// It does not.
    First,
    /// It does where it was edited since.
    Again,
    /// It does not. What has to wait for Discord is left to the job that asks.
    ByJob,
}

/// Looks at a message.
pub fn handle<'a>(bot: &'a Bot, message: &'a Message) -> BoxFuture<'a, Result<Taken>> {
    Box::pin(async move {
        let Ok(caller) = Caller::new(message.guild_id, message.channel_id, &message.author) else {
            return Ok(Taken::No);
        };
        if !is_from_member(message) || is_unreadable(message) {
            return Ok(Taken::No);
        }
        let (right, lock) = lock_in(bot, caller.guild, caller.channel).await?;
        match (right, lock) {
            (None, _) => Ok(Taken::No),
            (Some(_), Some(lock)) => {
                // What was posted before comes before, where it can be read.
                match history::catch_up(bot, caller.guild, &lock).await {
                    // It was among them: what has to wait waits already.
                    Ok(looked_at) if looked_at.contains(&id_of(message)) => return Ok(Taken::Yes),
                    Ok(_) => {}
                    Err(error) => problem::log_error(&Error::from(error), "read what was posted meanwhile"),
                }
                look(bot, caller, message, Look::First).await?;
                Ok(Taken::Yes)
            }
            (Some(right), None) => {
                hint(bot, caller, message, right).await?;
                Ok(Taken::No)
            }
        }
    })
}

/// Looks at a message that was edited, while it is fresh.
pub fn edited<'a>(bot: &'a Bot, event: &'a MessageUpdateEvent) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(guild) = event.guild_id.map(|guild| GuildId::new(guild.get())) else { return Ok(()) };
        let (channel, id) = (ChannelId::new(event.channel_id.get()), MessageId::new(event.id.get()));
        let is_fresh = bot.clock.now().since(id.moment()) <= EDITS_COUNT_FOR;
        let is_from_bot = event.author.as_ref().is_some_and(|author| author.bot);
        if !is_fresh || is_from_bot {
            return Ok(());
        }
        let (_, Some(_lock)) = lock_in(bot, guild, channel).await? else { return Ok(()) };
        let Some(message) = whole(bot, event).await? else { return Ok(()) };
        let caller = Caller::new(message.guild_id, message.channel_id, &message.author)?;
        if is_from_member(&message) { look(bot, caller, &message, Look::Again).await.map(drop) } else { Ok(()) }
    })
}

/// The message that an event tells of, as it is now. Events may lack the author or the text. `None` when it is gone; unless
/// songs were taken from it, because then the bot may have deleted it in the moment in which something was added.
async fn whole(bot: &Bot, event: &MessageUpdateEvent) -> Result<Option<Message>> {
    let mut message = match bot.rest.get_message(event.channel_id, event.id).await {
        Ok(message) => message,
        Err(error) => {
            let is_gone = Obstacle::of(&error) == Obstacle::Gone;
            let tells_enough = event.author.is_some() && event.content.is_some();
            if is_gone && !(tells_enough && has_given_songs(bot, event).await?) {
                return Ok(None);
            }
            if !tells_enough {
                return Err(Error::failed(error));
            }
            let mut message = Message::default();
            event.apply_to_message(&mut message);
            message
        }
    };
    message.guild_id = event.guild_id;
    Ok(Some(message))
}

async fn has_given_songs(bot: &Bot, event: &MessageUpdateEvent) -> Result<bool> {
    let (guild, id) = (event.guild_id.map_or(0, serenity::all::GuildId::get), event.id.get());
    let (guild, id) = (GuildId::new(guild), MessageId::new(id));
    let handled = bot.store.read("handled_message", move |read| tables::HANDLED.get(read, &(guild, id))).await?;
    Ok(handled.is_some_and(|handled| !handled.taken.is_empty()))
}

async fn submission_channel(bot: &Bot, guild: GuildId) -> Result<Option<ChannelId>> {
    bot.store.read("submission_channel", move |read| SUBMISSION_CHANNEL.get(read, guild)).await
}

/// The submissions channel, and the lock where a message in `channel` is one in it. Events come side by side; by the order in
/// which they come here, their messages have their turns.
async fn lock_in(bot: &Bot, guild: GuildId, channel: ChannelId) -> Result<(Option<ChannelId>, Option<GuildLock>)> {
    let is_here = |right: &Result<Option<ChannelId>>| matches!(right, Ok(Some(right)) if *right == channel);
    let (right, lock) = bot.guild_locks.take_in_order(guild, submission_channel(bot, guild), is_here).await;
    Ok((right?, lock))
}

/// Takes from a message in the submissions channel what can be taken, once. Whoever calls has the guild's lock. Gives why
/// something has to wait for Discord.
async fn look(bot: &Bot, caller: Caller, message: &Message, look: Look) -> Result<Option<Failure>> {
    let (guild, id, digest) = (caller.guild, id_of(message), digest(message));
    let what_is_known = move |read: &dyn Read| {
        let handled = tables::HANDLED.get(read, &(guild, id))?.unwrap_or_default();
        Ok::<_, Error>((handled, tables::is_kept_out(read, guild, id)?))
    };
    let (before, was_kept_out) = bot.store.read("handled_message", what_is_known).await?;
    if before.looked_at.is_some_and(|seen| look != Look::Again || seen == digest) {
        return Ok(None);
    }
    if is_unreadable(message) {
        return Ok(None);
    }
    let contents = Contents::of(message);
    let mut taking = Taking {
        bot,
        caller: &caller,
        message,
        details: Details::with_note(&contents.words),
        room: contents.song_count().min(MOST_SONGS).saturating_sub(before.taken.len()),
        later: None,
        is_kept_out: false,
        in_place: Vec::new(),
    };
    let parts = taking.all(&contents, &before.taken).await;
    let (later, in_place) = (taking.later.take(), std::mem::take(&mut taking.in_place));
    let (waits, is_kept_out) = (later.is_some(), taking.is_kept_out);
    if waits && look == Look::ByJob {
        return Ok(later);
    }
    let remains = Remains {
        others: contents.others,
        has_long_words: !Details::fits_note(&contents.words),
        is_sealed: contents.is_sealed,
        has_file_in_place: !in_place.is_empty(),
    };
    let (place, words) = ((caller.channel, id), contents.words);
    // Whoever was told that something waits for a permission is told no more as long as that is all there is to say.
    let has_news = look == Look::Again || parts.iter().any(|part| matches!(part.became, Became::Taken(_)));
    let is_known = was_kept_out && is_kept_out && !has_news;
    let end = move |tx: &Tx<'_>| {
        let is_needed = if waits {
            again::stage(tx, guild, place)?;
            service::is_needed(tx, guild, id)?
        } else if is_kept_out {
            service::kept_out(tx, guild, id)?;
            service::is_needed(tx, guild, id)?
        } else {
            service::looked_at(tx, guild, id, digest)?
        };
        for number in &in_place {
            FILE_IN_PLACE.with(number.clone()).of(Subject::Channel(caller.channel)).note(tx, guild)?;
        }
        if is_known {
            return Ok(());
        }
        conclude(tx, &caller, (place, digest), (&parts, &remains, is_needed), &words)
    };
    bot.store.write("message_looked_at", end).await?;
    Ok(later)
}

/// Taking the songs of one message.
struct Taking<'a> {
    bot: &'a Bot,
    caller: &'a Caller,
    message: &'a Message,
    details: Details,
    /// How many more songs the message may yield.
    room: usize,
    /// Why a song has to wait for Discord. Those after it wait as well, so that all are taken in their order.
    later: Option<Failure>,
    /// Whether a song has to wait until the bot may do more in the channel.
    is_kept_out: bool,
    /// The songs whose files stay in the message, because the bot may not post them again.
    in_place: Vec<String>,
}

impl Taking<'_> {
    /// Takes one song after another; says what became of each.
    async fn all(&mut self, contents: &Contents<'_>, taken: &[String]) -> Vec<Part> {
        let is_taken = |what: &What<'_>| what.key().is_some_and(|key| taken.contains(&key));
        let refused = |item: &contents::Item<'_>| matches!(item.what, What::Refused(SubmissionRefusal::Apple));
        let verdict = if contents.songs.iter().any(refused) {
            Err(SubmissionRefusal::BesideApple.into())
        } else if contents.holds_song() {
            intake::may_submit(self.bot, self.caller, false).await
        } else {
            Ok(())
        };
        let stop = verdict.err().map(|refused| said(self.bot, refused));
        let mut parts = Vec::with_capacity(contents.songs.len());
        for item in &contents.songs {
            let became = match (&item.what, &stop) {
                (what, _) if is_taken(what) => Became::TakenBefore,
                (What::Refused(refusal), _) => Became::Refused(said(self.bot, refusal.clone())),
                (What::Video, _) => Became::Refused(said(self.bot, AudioRefusal::Video)),
                (_, Some(sentence)) => Became::Refused(sentence.clone()),
                (what, None) => self.one(what).await,
            };
            parts.push(Part { name: item.name.clone(), became });
        }
        parts
    }

    async fn one(&mut self, what: &What<'_>) -> Became {
        if self.later.is_some() {
            return Became::Later;
        }
        let outcome = match (what, what.key()) {
            _ if self.room == 0 => Err(SubmissionRefusal::AnotherMessage.into()),
            (What::Link(song), Some(key)) => self.link(intake::source_of(song.clone()), key).await,
            (What::File(file), Some(key)) => self.file(file, key).await,
            _ => Err(SubmissionRefusal::NotALink.into()),
        };
        match outcome {
            Ok(submitted) => {
                self.room -= 1;
                Became::Taken(submitted.entry.song.public_id.to_string())
            }
            Err(Error::Failed(failure)) if again::may_pass(&failure) => {
                tracing::info!(error = %failure, "a posted song waits for Discord");
                self.later = Some(failure);
                Became::Later
            }
            Err(Error::Refused(refusal)) if refusal.is(&SubmissionRefusal::CannotPostFile) => {
                self.is_kept_out = true;
                Became::Refused(format!("{} {}", said(self.bot, Error::Refused(refusal)), views::ONCE_ALLOWED))
            }
            Err(error) => Became::Refused(said(self.bot, error)),
        }
    }

    async fn link(&self, source: Source, key: String) -> Result<Submitted> {
        intake::submit(self.bot, self.caller.clone(), self.details.clone(), source, Some(self.posted_as(key))).await
    }

    async fn file(&mut self, file: &Attachment, key: String) -> Result<Submitted> {
        let fetched = files::fetch(self.bot, file).await?;
        let (content, posted) = (fetched.key.clone(), self.posted_as(key.clone()));
        let kept =
            intake::submit_file(self.bot, self.caller.clone(), self.details.clone(), fetched, Some(posted)).await;
        match kept {
            // The server lets people post larger files than the bot: then the file stays where it is (`C-38`).
            Err(Error::Refused(refusal)) if refusal.is(&SubmissionRefusal::CannotKeepFile) => {
                let source = files::left_in_place(self.caller.channel, id_of(self.message), file, content);
                let submitted = self.link(source, key).await?;
                self.in_place.push(submitted.entry.song.public_id.to_string());
                Ok(submitted)
            }
            other => other,
        }
    }

    fn posted_as(&self, part: String) -> PostedAs {
        PostedAs { message: id_of(self.message), part }
    }
}

/// Deletes a message of which nothing is left; says what is to be said about any other.
fn conclude(
    tx: &Tx<'_>,
    caller: &Caller,
    (place, digest): ((ChannelId, MessageId), u64),
    (parts, remains, is_needed): (&[Part], &Remains, bool),
    words: &str,
) -> Result<()> {
    let Caller { guild, channel, user, .. } = *caller;
    if parts.is_empty() {
        if remains.is_sealed {
            return outbox::reply_briefly(tx, guild, place, user, views::SEALED, STAY);
        }
        if is_needed || !SUBMISSIONS_ONLY.get(tx, guild)? {
            return Ok(());
        }
        let went = views::no_song_went(channel, &remains.others, words);
        let word = match remains.others.as_slice() {
            [] if words.is_empty() => Word::here(views::SONGS_ONLY, STAY, went),
            // What they wrote is given back, and not before everybody.
            _ => Word::Privately(went),
        };
        return outbox::delete_with_word(tx, guild, place, user, word);
    }
    let deletes = DELETE_ORIGINALS.get(tx, guild)? && !is_needed;
    let is_all_taken = parts.iter().all(|part| matches!(part.became, Became::Taken(_) | Became::TakenBefore));
    if is_all_taken && remains.is_nothing() {
        return if deletes { clearing::stage(tx, guild, place, digest) } else { Ok(()) };
    }
    let is_news = parts.iter().any(|part| part.became != Became::TakenBefore);
    // Where messages stay anyway, it needs no word that one does.
    let is_to_be_told = is_news && (!is_all_taken || deletes || remains.has_file_in_place);
    if !is_to_be_told {
        return Ok(());
    }
    let told = views::what_became(parts, remains);
    let stay = if told.contains('\n') { STAY_OF_LIST } else { STAY };
    outbox::reply_briefly(tx, guild, place, user, told, stay)
}

/// Tells the author of a song in another channel where songs go (`M-SUB-05`, `M-SUB-06`, `C-21`).
async fn hint(bot: &Bot, caller: Caller, message: &Message, right: ChannelId) -> Result<()> {
    let contents = Contents::of(message);
    if !contents.holds_song() {
        return Ok(());
    }
    let has_file = contents.songs.iter().any(|item| matches!(item.what, What::File(_))) || !contents.others.is_empty();
    let has_words = !contents.words.is_empty();
    let Caller { guild, channel, user, .. } = caller;
    let place = (channel, id_of(message));
    let text = bot.markdown(&SubmissionRefusal::WrongChannel { channel: right }.sentence());
    let names: Vec<_> = contents.songs.into_iter().map(|item| item.name).chain(contents.others).collect();
    let went = views::song_went(channel, &names, &contents.words, &text);
    bot.store
        .write("offchannel_song", move |tx| {
            let policy = OFFCHANNEL_LINKS.get(tx, guild)?;
            if policy == Offchannel::Off || OFFCHANNEL_EXEMPT.get(tx, guild)?.contains(channel) {
                return Ok(());
            }
            // Nobody is sent to a channel that is not there, and nothing goes for its sake.
            if told::is_out_of_sight(tx, guild, SUBMISSION_CHANNEL.key(), right)? {
                return Ok(());
            }
            let is_told = service::nudge(tx, guild, channel, user)?;
            let deletes = policy == Offchannel::Delete;
            if deletes && is_told && !has_file && !has_words {
                let word = Word::here(text.clone(), STAY, went.clone());
                return outbox::delete_with_word(tx, guild, place, user, word);
            }
            if is_told {
                outbox::reply_briefly(tx, guild, place, user, text.clone(), STAY)?;
            }
            if deletes {
                outbox::delete_with_word(tx, guild, place, user, Word::Privately(went.clone()))?;
            }
            Ok(())
        })
        .await
}

/// What people read of a refusal or failure.
fn said(bot: &Bot, error: impl Into<Error>) -> String {
    problem::sentence_of(bot, error.into(), "passive submission")
}

const fn id_of(message: &Message) -> MessageId {
    MessageId::new(message.id.get())
}
