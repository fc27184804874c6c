//! Posts what the debug channel was not told yet, and the last line in a channel that is left.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::words;
use crate::activity::debug_channel::{self, DEBUG_CHANNEL, DELIVER, LEAVE};
use crate::activity::{Activity, ActivityId};
use crate::discord::{Bot, Draft};
use crate::jobs::{Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::text::{discord_len, truncate};
use crate::runner::{Handler, Worth};
use crate::store::Tx;

/// The longest message, as Discord counts.
const MESSAGE: usize = 2_000;

/// Posts the lines.
pub static HANDLER: Handler<Bot> =
    Handler { kind: DELIVER.name(), worth: Worth::Always, run: |bot, run| Box::pin(deliver(bot, run.guild)) };

/// Says in a channel that is left that it is.
pub static LEAVING: Handler<Bot> =
    Handler { kind: LEAVE.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(leave(bot, run)) };

async fn deliver(bot: &Bot, guild: GuildId) -> Result<(), Setback> {
    // Which lines are in a message is settled before it is posted. So a second try, also after a crash, is the same message
    // under the same name, and Discord drops it.
    while let Some(message) = bot.store.write("debug_lines_taken", move |tx| take(tx, guild)).await? {
        let Message { channel, text, through } = message;
        bot.post_once(channel, Draft::text(text), name(guild, through)).await?;
        bot.store.write("debug_lines_posted", move |tx| debug_channel::told(tx, guild, through)).await?;
    }
    Ok(())
}

async fn leave(bot: &Bot, run: Run) -> Result<(), Setback> {
    let leaving = LEAVE.payload(&run)?;
    match bot.post(leaving.channel, Draft::text(words::leaving(&leaving)), Some(run.id)).await {
        // Many a channel is left because it is gone, or closed to the bot.
        Err(undelivered) if !undelivered.may_pass() => Ok(()),
        posted => Ok(posted.map(drop)?),
    }
}

/// A message of lines.
struct Message {
    channel: ChannelId,
    text: String,
    /// The last activity in it.
    through: ActivityId,
}

/// The name under which Discord knows the message for some minutes.
fn name(guild: GuildId, through: ActivityId) -> String {
    let key = [guild.get().to_be_bytes(), through.get().to_be_bytes()].concat();
    format!("l{}", BASE64_URL_SAFE_NO_PAD.encode(key))
}

/// The next message; the same again until it is told. `None` when nothing waits, or nobody wants to see anything.
fn take(tx: &Tx<'_>, guild: GuildId) -> Result<Option<Message>> {
    let untold = debug_channel::untold(tx, guild)?;
    let message = match debug_channel::being_told(tx, guild)? {
        // Where all of what was being posted is gone, what waits behind it begins a new message.
        Some(through) => composed(&untold, Some(through)).or_else(|| composed(&untold, None)),
        None => composed(&untold, None),
    };
    let (Some(channel), Some((through, text))) = (DEBUG_CHANNEL.get(tx, guild)?, message) else {
        debug_channel::end(tx, guild)?;
        return Ok(None);
    };
    debug_channel::telling(tx, guild, through)?;
    Ok(Some(Message { channel, text, through }))
}

/// The lines of one message with the last activity in it: up to `through`, or as many as fit.
fn composed(untold: &[(ActivityId, Activity)], through: Option<ActivityId>) -> Option<(ActivityId, String)> {
    let mut message: Option<(ActivityId, String)> = None;
    for (id, activity) in untold {
        if through.is_some_and(|through| *id > through) {
            break;
        }
        let Some(line) = words::line(activity) else { continue };
        let line = truncate(&line, MESSAGE);
        match &mut message {
            None => message = Some((*id, line)),
            Some((_, text)) if through.is_none() && discord_len(text) + 1 + discord_len(&line) > MESSAGE => break,
            Some((last, text)) => {
                text.push('\n');
                text.push_str(&line);
                *last = *id;
            }
        }
    }
    message
}
