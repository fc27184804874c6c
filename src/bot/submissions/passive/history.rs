//! What was posted in the submissions channel while nobody listened: read after each gap, in order (`C-125`).
//!
//! A gap is before the first connection of a process, before each one that Discord does not resume, and while the channel is
//! hidden from the bot. The newest hundred messages are read, and those of the last hour are looked at as if they came now;
//! the store knows which of them were looked at before. What is older is told to the team in one line, once. A channel counts
//! from the moment it is set.

use poise::BoxFuture;
use serde_json::Value;
use serenity::all::{Guild, Message, Route};

use super::contents::{Contents, is_from_member};
use super::{EDITS_COUNT_FOR, Look, id_of, look, submission_channel};
use crate::activity::Subject;
use crate::discord::delivery::{Obstacle, Undelivered, moment_of};
use crate::discord::guild_locks::GuildLock;
use crate::discord::references::Server;
use crate::discord::{Bot, Caller};
use crate::features::submissions::activity::{LEFT_IN_HISTORY, Left};
use crate::features::submissions::model::{CATCH_UP, IN_SIGHT_AGAIN};
use crate::features::submissions::posted::{REACH, Watch};
use crate::features::submissions::{service, tables};
use crate::jobs::{Lane, Run, Setback};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::kernel::time::Timestamp;
use crate::references::Needs;
use crate::runner::{Handler, Worth};

/// Messages that are read; Discord gives no more at a time.
const PAGE: usize = 100;

/// Reads what was posted meanwhile.
pub static CATCH_UP_HANDLER: Handler<Bot> =
    Handler { kind: CATCH_UP.name(), worth: Worth::Always, run: |bot, run| Box::pin(catch_up_by_job(bot, run)) };
/// Reads what was posted while the channel was hidden.
pub static IN_SIGHT_AGAIN_HANDLER: Handler<Bot> =
    Handler { kind: IN_SIGHT_AGAIN.name(), worth: Worth::Always, run: |bot, run| Box::pin(read_hidden(bot, run)) };

/// A guild came with a new connection. As a job, reading its history outlasts an outage of Discord.
pub fn connected<'a>(bot: &'a Bot, guild: &'a Guild) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let guild = GuildId::new(guild.id.get());
        // Not that of the submissions channel, whose replies need not wait.
        let lane = Lane::Channel(ChannelId::new(0));
        if submission_channel(bot, guild).await?.is_none() {
            // A channel that is set later counts from then on, and from then on its messages come by themselves.
            bot.guild_locks.take(guild).await.begins_to_close_gap();
        } else {
            bot.store.write("history_wanted", move |tx| CATCH_UP.schedule_now(tx, guild, lane, &()).map(drop)).await?;
        }
        Ok(())
    })
}

async fn catch_up_by_job(bot: &Bot, run: Run) -> Result<(), Setback> {
    let lock = bot.guild_locks.take(run.guild).await;
    catch_up(bot, run.guild, &lock).await?;
    Ok(())
}

/// The connection stood all the time, and Discord told nothing of the channel.
async fn read_hidden(bot: &Bot, run: Run) -> Result<(), Setback> {
    let lock = bot.guild_locks.take(run.guild).await;
    lock.leaves_gap_open();
    catch_up(bot, run.guild, &lock).await?;
    Ok(())
}

/// Why the history was not read.
#[derive(Debug)]
pub enum NotRead {
    /// Discord did not answer.
    ByDiscord(Undelivered),
    /// The store did not.
    ByStore(Error),
}

impl From<Error> for NotRead {
    fn from(error: Error) -> Self {
        Self::ByStore(error)
    }
}

impl From<NotRead> for Setback {
    fn from(not_read: NotRead) -> Self {
        match not_read {
            NotRead::ByDiscord(undelivered) => undelivered.into(),
            NotRead::ByStore(error) => error.into(),
        }
    }
}

impl From<NotRead> for Error {
    fn from(not_read: NotRead) -> Self {
        match not_read {
            NotRead::ByDiscord(undelivered) => Self::Failed(undelivered.into()),
            NotRead::ByStore(error) => error,
        }
    }
}

/// Looks at what was posted in the gap, if there is one that was not read yet. Answers which messages it looked at.
pub async fn catch_up(bot: &Bot, guild: GuildId, lock: &GuildLock) -> Result<Vec<MessageId>, NotRead> {
    if !lock.begins_to_close_gap() {
        return Ok(Vec::new());
    }
    let read = read_gap(bot, guild).await;
    if read.is_err() {
        lock.leaves_gap_open();
    }
    read
}

async fn read_gap(bot: &Bot, guild: GuildId) -> Result<Vec<MessageId>, NotRead> {
    let mut looked_at = Vec::new();
    if bot.lacks_intents() {
        return Ok(looked_at);
    }
    let now = bot.clock.now();
    let watched =
        bot.store.write("history_begun", move |tx| service::watch(tx, guild, MessageId::at(tx.now()))).await?;
    let Some(watch) = watched else { return Ok(looked_at) };
    let Some(page) = page(bot, guild, watch).await? else { return Ok(looked_at) };

    let is_cut = page.len() == PAGE && page.first().is_some_and(|first| id_of(first) > watch.since);
    let newest = page.last().map_or(watch.since, id_of);
    let mut left = 0;
    for message in page.iter().filter(|message| id_of(message) > watch.since && is_from_member(message)) {
        if now.since(moment_of(message)) > REACH {
            left += usize::from(is_missed_song(bot, guild, message).await?);
        } else {
            look_at(bot, message, now).await?;
            looked_at.push(id_of(message));
        }
    }
    bot.store
        .write("history_read", move |tx| {
            service::watched_up_to(tx, guild, watch.channel, newest)?;
            if left > 0 || is_cut {
                let left = LEFT_IN_HISTORY.with(Left { songs: left, is_cut });
                left.of(Subject::Channel(watch.channel)).note(tx, guild)?;
            }
            Ok(())
        })
        .await?;
    Ok(looked_at)
}

async fn look_at(bot: &Bot, message: &Message, now: Timestamp) -> Result<()> {
    let caller = Caller::new(message.guild_id, message.channel_id, &message.author)?;
    let counts_again = message.edited_timestamp.is_some() && now.since(moment_of(message)) <= EDITS_COUNT_FOR;
    look(bot, caller, message, if counts_again { Look::Again } else { Look::First }).await.map(drop)
}

/// Whether a message holds a song that nobody looked at.
async fn is_missed_song(bot: &Bot, guild: GuildId, message: &Message) -> Result<bool> {
    let id = id_of(message);
    let handled = bot.store.read("handled_message", move |read| tables::HANDLED.get(read, &(guild, id))).await?;
    Ok(handled.is_none() && Contents::of(message).holds_song())
}

/// The newest messages of the channel, oldest first. `None` where the bot cannot read them; the team is told so, once.
async fn page(bot: &Bot, guild: GuildId, watch: Watch) -> Result<Option<Vec<Message>>, NotRead> {
    let channel = serenity::all::ChannelId::new(watch.channel.get());
    let route = Route::ChannelMessages { channel_id: channel };
    // One by one, because one that serenity cannot read must not hide the others.
    let listed = match bot.rest.without_waiting().get_json(route, vec![("limit", PAGE.to_string())]).await {
        Ok(Value::Array(listed)) => listed,
        Ok(_) => Vec::new(),
        Err(error) => match Obstacle::of(&error) {
            Obstacle::Forbidden => return Ok(cannot_read(bot, guild)),
            // That the channel is gone is told where it is used.
            Obstacle::ChannelGone => return Ok(None),
            _ => return Err(NotRead::ByDiscord(error.into())),
        },
    };
    // To whoever may not read the history, Discord gives an empty list.
    if listed.is_empty() {
        let server = Server::ask(bot, guild).await.map_err(NotRead::ByDiscord)?;
        if server.missing(watch.channel, Needs::HISTORY) != Some(0) {
            return Ok(cannot_read(bot, guild));
        }
    }
    let read = |value: Value| serde_json::from_value::<Message>(value).inspect_err(log_unreadable).ok();
    let mut page: Vec<Message> = listed.into_iter().rev().filter_map(read).collect();
    for message in &mut page {
        message.guild_id = Some(serenity::all::GuildId::new(guild.get()));
    }
    Ok(Some(page))
}

/// The team is told once by whoever looks at what a server has set, as of everything that the bot lacks.
fn cannot_read(bot: &Bot, guild: GuildId) -> Option<Vec<Message>> {
    bot.watch.ask(guild);
    None
}

fn log_unreadable(error: &serde_json::Error) {
    tracing::warn!(%error, "a message in the history of the submissions channel cannot be read");
}
