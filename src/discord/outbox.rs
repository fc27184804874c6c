//! Does the jobs of the outbox: replies, notices, deletions.

use std::time::Duration;

use super::bot::Bot;
use super::delivery::{Obstacle, Undelivered};
use super::draft::Draft;
use crate::jobs::{Run, Setback};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ChannelId, MessageId, UserId};
use crate::kernel::text::{self, mention, truncate};
use crate::outbox::{DELETE, DELETE_WITH_WORD, Delete, POST, Parting, Post, TELL, Tell, Word, delete_message};
use crate::runner::{Handler, Worth};

/// How long what could not be told privately stands in a channel (`D-33`).
const TOLD_FOR: Duration = Duration::from_secs(30);
/// The longest message, as Discord counts.
const LONGEST: usize = 2_000;

/// Posts a word about a message.
pub static POST_HANDLER: Handler<Bot> =
    Handler { kind: POST.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(post(bot, run)) };
/// Tells a person something.
pub static TELL_HANDLER: Handler<Bot> =
    Handler { kind: TELL.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_now(bot, run)) };
/// Deletes a message.
pub static DELETE_HANDLER: Handler<Bot> =
    Handler { kind: DELETE.name(), worth: Worth::Always, run: |bot, run| Box::pin(delete(bot, run)) };
/// Tells a person why their message goes, and deletes it.
pub static DELETE_WITH_WORD_HANDLER: Handler<Bot> = Handler {
    kind: DELETE_WITH_WORD.name(),
    worth: Worth::OF_A_WORD,
    run: |bot, run| Box::pin(tell_and_delete(bot, run)),
};

/// A way of telling somebody something about a message of theirs.
enum Way<'a> {
    /// As a reply to it, which pings nobody.
    Reply(&'a str, Duration),
    /// In the channel, beginning with whom it is for; like a reply it pings nobody.
    Quietly(UserId, &'a str, Duration),
    /// In the channel, and they are pinged.
    Aloud(UserId, &'a str, Duration),
    /// By direct message.
    Privately(UserId, &'a str),
}

/// A word in a channel, and how long it stays.
type Said = ((ChannelId, MessageId), Duration);

/// The ways in which a word may be told; each is taken where those before it are closed for good.
fn ways(word: &Word, author: UserId) -> Vec<Way<'_>> {
    match word {
        Word::Here { reply, stay_ms, elsewhere } => {
            let stay = Duration::from_millis(*stay_ms);
            vec![Way::Reply(reply, stay), Way::Aloud(author, reply, stay), Way::Privately(author, elsewhere)]
        }
        Word::Privately(text) => vec![Way::Privately(author, text), Way::Aloud(author, text, TOLD_FOR)],
    }
}

async fn post(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Post { channel, text, reply_to, stay_ms, author } = POST.payload(&run)?;
    let (guild, stay) = (run.guild, Duration::from_millis(stay_ms));
    let link = text::message_link(guild, channel, reply_to);
    let elsewhere = format!("About your message in {} ({link}):\n{text}", text::channel(channel));
    let mut ways = vec![Way::Reply(&text, stay)];
    if let Some(author) = author {
        ways.extend([Way::Quietly(author, &text, stay), Way::Privately(author, &elsewhere)]);
    }
    let Some((said, stay)) = say_somehow(bot, &run, (channel, reply_to), &ways).await? else { return Ok(()) };
    let due = bot.clock.now().after(stay);
    Ok(bot.store.write("message_will_go", move |tx| delete_message(tx, guild, said, due)).await?)
}

async fn tell_now(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Tell { user, channel, text } = TELL.payload(&run)?;
    let Err(undelivered) = bot.direct_message(user, Draft::text(text.clone()), Some(run.id)).await else {
        return Ok(());
    };
    if undelivered.obstacle != Obstacle::DirectMessagesBlocked {
        return Err(undelivered.into());
    }
    let draft = Draft::text(format!("{} {text}", mention(user))).pinging(user);
    let sent = bot.post(channel, draft, Some(run.id)).await?;
    let message = (channel, MessageId::new(sent.id.get()));
    let due = bot.clock.now().after(TOLD_FOR);
    Ok(bot.store.write("message_will_go", move |tx| delete_message(tx, run.guild, message, due)).await?)
}

async fn tell_and_delete(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Parting { channel, message, author, word } = DELETE_WITH_WORD.payload(&run)?;
    let (guild, message) = (run.guild, (channel, message));
    // Where nobody was told, the message stays.
    let said = say_somehow(bot, &run, message, &ways(&word, author)).await?;
    let staged = bot.store.write("message_may_go", move |tx| {
        if let Some((place, stay)) = said {
            delete_message(tx, guild, place, tx.now().after(stay))?;
        }
        delete_message(tx, guild, message, tx.now())
    });
    Ok(staged.await?)
}

/// Tells the author of a message in the first way that is open. Gives the word, where it is to go.
async fn say_somehow(
    bot: &Bot,
    run: &Run,
    about: (ChannelId, MessageId),
    ways: &[Way<'_>],
) -> Result<Option<Said>, Setback> {
    let mut closed = None;
    for way in ways {
        match say(bot, run, about, way).await {
            Ok(said) => return Ok(said),
            Err(undelivered) if undelivered.may_pass() || undelivered.obstacle == Obstacle::ChannelGone => {
                return Err(undelivered.into());
            }
            Err(undelivered) => {
                if undelivered.obstacle == Obstacle::Forbidden {
                    // The team is told, also where the word finds another way.
                    bot.watch.ask(run.guild);
                }
                closed = Some(undelivered);
            }
        }
    }
    Err(closed.map_or_else(|| Setback::GiveUp(Failure::new("there is no way to tell it")), Setback::from))
}

/// Tells the author of a message in one way.
async fn say(
    bot: &Bot,
    run: &Run,
    (channel, message): (ChannelId, MessageId),
    way: &Way<'_>,
) -> Result<Option<Said>, Undelivered> {
    let fitted = |text: &str| Draft::text(truncate(text, LONGEST));
    let to = |author: UserId, text: &str| fitted(&format!("{} {text}", mention(author)));
    let (draft, stay) = match *way {
        Way::Reply(text, stay) => (fitted(text).replying_to(channel, message), stay),
        Way::Quietly(author, text, stay) => (to(author, text), stay),
        Way::Aloud(author, text, stay) => (to(author, text).pinging(author), stay),
        Way::Privately(author, text) => {
            return bot.direct_message(author, fitted(text), Some(run.id)).await.map(|_| None);
        }
    };
    let sent = bot.post(channel, draft, Some(run.id)).await?;
    Ok(Some(((channel, MessageId::new(sent.id.get())), stay)))
}

async fn delete(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Delete { channel, message } = DELETE.payload(&run)?;
    Ok(bot.delete_later(channel, message).await?)
}
