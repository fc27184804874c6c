//! The job that brings one message to what is wanted of it.
//!
//! Brings about: the message of a post shows its row as it was when it was drawn, or the post says why not. Safe to run at any time
//! and to be cut off anywhere. Each step looks at the post anew, does one thing on Discord, and writes what came of it.

use super::super::bot::Bot;
use super::super::delivery::{Obstacle, Undelivered};
use super::super::draft::Draft;
use super::super::problem::log_error;
use super::super::references::names_of;
use super::{files, search};
use crate::jobs::{JobId, Run, Setback};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{GuildId, MessageId};
use crate::posts::{Begun, Outcome, Place, Post, PostId, SEND, Step, service};
use crate::references::Needs;
use crate::runner::{Handler, Worth};
use crate::store::{Read, Tx};

/// Brings the message of a post to what is wanted.
pub static SEND_HANDLER: Handler<Bot> =
    Handler { kind: SEND.name(), worth: Worth::Always, run: |bot, run| Box::pin(send(bot, run)) };

/// Steps in one job; more than it ever takes where nothing changes meanwhile.
const MOST_STEPS: u32 = 10;
/// The longest explanation of Discord's that is shown, in characters.
const LONGEST_EXPLANATION: usize = 200;

/// Which post, in which job.
#[derive(Clone, Copy)]
struct Task {
    guild: GuildId,
    id: PostId,
    job: JobId,
}

/// What a step came to: what is written, and whether the job comes again for it.
struct Came {
    outcome: Outcome,
    setback: Option<Setback>,
}

impl From<Outcome> for Came {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, setback: None }
    }
}

async fn send(bot: &Bot, run: Run) -> Result<(), Setback> {
    let task = Task { guild: run.guild, id: SEND.payload(&run)?, job: run.id };
    for _ in 0..MOST_STEPS {
        let Some((post, drawn)) = look(bot, task).await? else { return Ok(()) };
        let Task { guild, id, job } = task;
        if post.step() == Step::Nothing {
            let is_idle = move |tx: &Tx<'_>| service::is_idle(tx, guild, id, job);
            if bot.store.write("post_idle", is_idle).await? {
                return Ok(());
            }
            continue;
        }
        let Some(came) = step(bot, task, &post, drawn).await? else { continue };
        let (outcome, place) = (came.outcome.clone(), place_of(&came.outcome));
        let goes_on = bot.store.write("post_stepped", move |tx| service::took(tx, guild, id, outcome.clone())).await?;
        if let Some(Place { channel, message }) = place.filter(|place| bot.posts.is_gone(place.channel, place.message))
        {
            let lost = move |tx: &Tx<'_>| service::lost(tx, guild, channel, Some(&[message]));
            bot.store.write("posts_lost", lost).await?;
        }
        if let Some(setback) = came.setback {
            return Err(setback);
        }
        if !goes_on {
            return Ok(());
        }
    }
    Err(Setback::Retry(Failure::new("the message of a post does not settle")))
}

/// How the row of a post looks.
enum Drawn {
    /// So.
    As(Draft),
    /// The row is gone.
    Nothing,
    /// It cannot be drawn, for this reason.
    Not(String),
}

/// The post and how its row looks, from one snapshot; `None` where nothing waits for this job.
async fn look(bot: &Bot, task: Task) -> Result<Option<(Post, Drawn)>> {
    let (Task { guild, id, job }, posts) = (task, bot.clone());
    let look = move |read: &dyn Read| {
        let Some(post) = service::waiting(read, guild, id, job)? else { return Ok(None) };
        let drawn = match posts.posts.kind(&post.kind) {
            // What goes is not drawn.
            _ if post.is_withdrawn => Drawn::As(Draft::default()),
            None => Drawn::Not(format!("This version of mine does not know what a {} is.", post.kind)),
            Some(posted) => match (posted.draw)(read, guild, post.row) {
                Ok(draft) => draft.map_or(Drawn::Nothing, Drawn::As),
                // A row that cannot be read would otherwise be given up again and again.
                Err(error) => {
                    log_error(&error, &format!("draw post {id} of guild {guild}"));
                    Drawn::Not("It cannot be drawn. My log says why.".to_owned())
                }
            },
        };
        Ok(Some((post, drawn)))
    };
    bot.store.read("post_due", look).await
}

/// Does what is to be done next. `None` where the post is to be looked at anew.
async fn step(bot: &Bot, task: Task, post: &Post, drawn: Drawn) -> Result<Option<Came>, Setback> {
    let Task { guild, id, .. } = task;
    let draft = match drawn {
        Drawn::As(draft) => draft,
        Drawn::Nothing => {
            bot.store.write("post_without_row", move |tx| service::withdraw_without_row(tx, guild, id)).await?;
            return Ok(None);
        }
        Drawn::Not(reason) => {
            return Ok(Some(Outcome::Refused { reason, is_barred: false, revision: post.revision }.into()));
        }
    };
    Ok(Some(match post.step() {
        Step::Nothing | Step::Remove => Outcome::NotFound.into(),
        Step::Seek(begun) => match search::search(bot, guild, &begun).await? {
            Ok(Some(place)) => Outcome::Found(place).into(),
            Ok(None) => Outcome::NotFound.into(),
            Err(undelivered) if undelivered.obstacle == Obstacle::ChannelGone => Outcome::NotFound.into(),
            Err(undelivered) => trouble(bot, task, post, undelivered),
        },
        Step::Delete(place) => match bot.delete_later(place.channel, place.message).await {
            Ok(()) => Outcome::Deleted(place).into(),
            Err(undelivered) => trouble(bot, task, post, undelivered),
        },
        Step::Edit(place) => edit(bot, task, post, place, draft).await?,
        Step::Post(begun) => match create(bot, task, post, begun, draft).await? {
            Some(came) => came,
            None => return Ok(None),
        },
    }))
}

async fn edit(bot: &Bot, task: Task, post: &Post, place: Place, draft: Draft) -> Result<Came, Setback> {
    let (shown, revision) = (draft.digest()?, post.revision);
    if post.shown.as_ref() == Some(&shown) {
        return Ok(Outcome::Shown { place, shown, revision }.into());
    }
    let Err(undelivered) = bot.edit_later(place.channel, place.message, draft).await else {
        return Ok(Outcome::Shown { place, shown, revision }.into());
    };
    Ok(match undelivered.obstacle {
        Obstacle::Gone | Obstacle::ChannelGone => Outcome::Gone(place).into(),
        Obstacle::EditedTooOften => {
            Outcome::PutOff("Discord takes no more changes of this old message for a while.".to_owned()).into()
        }
        _ => trouble(bot, task, post, undelivered),
    })
}

/// Posts the message, unless it is there already. `None` where something else is wanted by now.
async fn create(
    bot: &Bot,
    task: Task,
    post: &Post,
    begun: Option<Begun>,
    draft: Draft,
) -> Result<Option<Came>, Setback> {
    let (Task { guild, id, job }, channel, revision) = (task, post.channel, post.revision);
    if let Some(begun) = &begun {
        match search::search(bot, guild, begun).await? {
            Ok(Some(place)) => return Ok(Some(Outcome::Found(place).into())),
            Ok(None) => {}
            Err(undelivered) => return Ok(Some(trouble(bot, task, post, undelivered))),
        }
    }
    let (shown, mark) = (draft.digest()?, search::mark_of(&draft)?);
    let fetched = match files::fetch(bot, draft.enclosed()).await {
        Ok(fetched) => fetched,
        Err(error) => {
            let outcome = Outcome::Later("A file that belongs to it cannot be fetched now.".to_owned());
            let setback = Setback::Unanswered { because: Failure::new(error), until: None };
            return Ok(Some(Came { outcome, setback: Some(setback) }));
        }
    };
    let begin = move |tx: &Tx<'_>| service::begin(tx, guild, id, job, channel, &mark);
    let Some(name) = bot.store.write("post_begun", begin).await? else { return Ok(None) };
    Ok(Some(match bot.post_once_with_files(channel, draft, fetched.files, name).await {
        Ok(posted) => {
            let place = Place { channel, message: MessageId::new(posted.id.get()) };
            if begun.is_some() {
                // Discord may have given back the message of the try before, with what it shows.
                Outcome::Found(place).into()
            } else {
                Outcome::Shown { place, shown, revision }.into()
            }
        }
        Err(undelivered) => trouble(bot, task, post, undelivered),
    }))
}

/// What Discord did not do: what may pass waits for that, the rest failed.
fn trouble(bot: &Bot, task: Task, post: &Post, undelivered: Undelivered) -> Came {
    tracing::debug!(guild = %task.guild, post = %task.id, error = %undelivered, "a post is not as it should be");
    if undelivered.may_pass() {
        let reason = match undelivered.obstacle {
            Obstacle::Unauthorized => "Discord does not accept my token for now.",
            _ => "Discord does not answer for now.",
        };
        return Came { outcome: Outcome::Later(reason.to_owned()), setback: Some(undelivered.into()) };
    }
    let is_barred = matches!(undelivered.obstacle, Obstacle::Forbidden | Obstacle::ChannelGone);
    if is_barred {
        // The team is told, where the channel was chosen by a setting.
        bot.watch.ask(task.guild);
    }
    Outcome::Refused { reason: reason(&undelivered), is_barred, revision: post.revision }.into()
}

/// Why Discord refuses a post, in words.
fn reason(undelivered: &Undelivered) -> String {
    match undelivered.obstacle {
        Obstacle::ChannelGone => "Its channel is gone. Please choose another one.".to_owned(),
        Obstacle::Forbidden => {
            let needed = names_of(Needs::POST);
            format!("I may not write in its channel. Please give me {needed} there.")
        }
        Obstacle::FileTooLarge => "A file that belongs to it is larger than I may post here.".to_owned(),
        _ => {
            let said = crate::kernel::text::one_line(&undelivered.to_string(), LONGEST_EXPLANATION);
            format!("Discord refuses what it says: {said}")
        }
    }
}

/// Where a message is by now, as far as that is new.
const fn place_of(outcome: &Outcome) -> Option<Place> {
    match outcome {
        Outcome::Shown { place, .. } | Outcome::Found(place) => Some(*place),
        _ => None,
    }
}
