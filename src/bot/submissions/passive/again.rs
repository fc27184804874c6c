//! A message with a song that Discord did not take for the moment: it is looked at again, for an hour. So is one of which the
//! bot may keep a file now that it might not keep before. What was taken from it before is known, so nothing of it is taken
//! twice.

use std::time::Duration;

use serenity::all::Message;

use super::{Look, look, submission_channel};
use crate::discord::delivery::{Obstacle, Undelivered};
use crate::discord::rest::RestError;
use crate::discord::{Bot, Caller};
use crate::features::submissions::posted::{LOOK_AGAIN, Waiting};
use crate::http::RequestError;
use crate::jobs::{Lane, Run, Setback};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::runner::{Handler, Worth};
use crate::store::Tx;

/// How long a message is looked at again; then it stays.
const WORTH: Worth = Worth::For(Duration::from_hours(1));
/// What did not work just now is not tried at once.
const PAUSE: Duration = Duration::from_secs(5);

/// Looks at such messages.
pub static LOOK_AGAIN_HANDLER: Handler<Bot> =
    Handler { kind: LOOK_AGAIN.name(), worth: WORTH, run: |bot, run| Box::pin(look_again(bot, run)) };

/// Stages another look at a message.
pub(super) fn stage(tx: &Tx<'_>, guild: GuildId, place: (ChannelId, MessageId)) -> Result<()> {
    let (channel, message) = place;
    // Not the lane of the channel, whose replies need not wait.
    let lane = Lane::Channel(ChannelId::new(0));
    LOOK_AGAIN.schedule(tx, guild, lane, tx.now().after(PAUSE), &Waiting { channel, message }).map(drop)
}

/// Whether the same may work later, because it is Discord that did not do it.
pub(super) fn may_pass(failure: &Failure) -> bool {
    if let Some(undelivered) = undelivered(failure) {
        return undelivered.may_pass();
    }
    let download = failure.cause().downcast_ref::<RequestError>();
    cause(failure).is_some_and(|error| Obstacle::of(error) == Obstacle::Temporary)
        || download.is_some_and(RequestError::may_pass)
}

fn undelivered(failure: &Failure) -> Option<&Undelivered> {
    failure.cause().downcast_ref()
}

fn cause(failure: &Failure) -> Option<&RestError> {
    undelivered(failure).map(Undelivered::cause).or_else(|| failure.cause().downcast_ref())
}

async fn look_again(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Waiting { channel, message } = LOOK_AGAIN.payload(&run)?;
    let _lock = bot.guild_locks.take(run.guild).await;
    if submission_channel(bot, run.guild).await? != Some(channel) {
        return Ok(());
    }
    let mut found: Message =
        match bot.rest.without_waiting().get_message(channel.get().into(), message.get().into()).await {
            Ok(found) => found,
            Err(error) if matches!(Obstacle::of(&error), Obstacle::Gone | Obstacle::ChannelGone) => return Ok(()),
            Err(error) => return Err(Undelivered::from(error).into()),
        };
    found.guild_id = Some(serenity::all::GuildId::new(run.guild.get()));
    let caller = Caller::new(found.guild_id, found.channel_id, &found.author)?;
    match look(bot, caller, &found, Look::ByJob).await? {
        None => Ok(()),
        Some(because) => {
            let until = match cause(&because) {
                Some(RestError::Limited { until }) => Some(*until),
                _ => None,
            };
            Err(Setback::Unanswered { because, until })
        }
    }
}
