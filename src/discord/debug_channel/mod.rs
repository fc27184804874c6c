//! Lines for the administrators, in the guild's debug channel (`M-CMD-22`, `M-LNK-07`, `M-ECO-09`).
//!
//! A line is a row of the transaction that causes it, so there is one exactly when the thing happened. One job for each
//! guild posts what waits: several lines share a message, in their order. While Discord is out they wait, and go
//! when it answers. Lines that it refuses wait for the next one, which tries again; only where a channel takes none for
//! long, the oldest beyond a thousand go. Without a debug
//! channel there are no lines; the ledger and the log have the facts all the same (`C-49`).
//!
//! Tables: `debug_channel.lines`, `debug_channel.deliveries`.

pub mod cleaning;
mod lines;

pub use lines::{TABLES, forget, waiting};

use poise::BoxFuture;

use super::bot::Bot;
use super::draft::Draft;
use crate::jobs::{Kind, Lane, Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::text::one_line;
use crate::references::{Needs, Want};
use crate::runner::{Handler, Worth};
use crate::settings::{BOT_CONFIG, Setting};
use crate::store::{Read, Span, Tx};

/// The debug channel of a guild.
pub static DEBUG_CHANNEL: Setting<Option<ChannelId>> = Setting::new("debug_channel_id", None);

/// What the bot needs in the debug channel.
pub static NEEDS: Needs = Needs {
    effect: "Lines for your team are not posted.",
    must: Needs::WRITE,
    wants: &[Want { permission: Needs::HISTORY | Needs::MANAGE, without: "`/cleandebugchannel` does not work." }],
};

/// The debug channels of all guilds that have one.
pub fn of_all_guilds(read: &dyn Read) -> Result<Vec<ChannelId>> {
    let mut channels = Vec::new();
    BOT_CONFIG.for_each(read, Span::all(), |(_, key), entry| {
        channels.extend(entry.channel.filter(|_| key == DEBUG_CHANNEL.key()));
        Ok(())
    })?;
    Ok(channels)
}

/// The longest line in the log, in characters; one has no more in the channel.
const LONGEST_LOGGED: usize = 2_000;

static DELIVER: Kind<()> = Kind::new("debug_channel.deliver");

/// Posts the lines.
pub static HANDLER: Handler<Bot> = Handler { kind: DELIVER.name(), worth: Worth::Always, run: deliver };

/// Stages a line. User text in it must be escaped already. The log tells the same after the commit, once, whether or not
/// there is a debug channel (`M-DLV-07`, `C-49`).
pub fn report(tx: &Tx<'_>, guild: GuildId, text: impl Into<String>) -> Result<()> {
    let text = text.into();
    let logged = text.clone();
    tx.after_commit(move || tracing::info!(guild.id = %guild, "{}", one_line(&logged, LONGEST_LOGGED)));
    let Some(channel) = DEBUG_CHANNEL.get(tx, guild)? else { return Ok(()) };
    lines::add(tx, guild, text)?;
    if lines::has_delivery(tx, guild)? {
        return Ok(());
    }
    let job = DELIVER.schedule_now(tx, guild, Lane::Channel(channel), &())?;
    lines::set_delivery(tx, guild, job)
}

/// Stages the line in every guild that has a debug channel of its own. For what concerns the program as a whole.
pub fn report_everywhere(tx: &Tx<'_>, text: &str) -> Result<()> {
    let mut guilds = Vec::new();
    BOT_CONFIG.for_each(tx, Span::all(), |(guild, key), _| {
        if key == DEBUG_CHANNEL.key() && guild != GuildId::INSTANCE {
            guilds.push(guild);
        }
        Ok(())
    })?;
    guilds.into_iter().try_for_each(|guild| report(tx, guild, text))
}

fn deliver(bot: &Bot, Run { guild, .. }: Run) -> BoxFuture<'_, Result<(), Setback>> {
    Box::pin(async move {
        // Which lines are in a message is settled before it is posted. So a second try, also after a crash, is the same
        // message under the same name, and Discord drops it.
        while let Some(batch) = bot.store.write("debug_lines_taken", move |tx| take(tx, guild)).await? {
            let name = format!("l{:x}.{:x}", guild.get(), batch.through);
            bot.post_once(batch.channel, Draft::text(batch.text), name).await?;
            bot.store.write("debug_lines_posted", move |tx| lines::posted(tx, guild, batch.through)).await?;
        }
        Ok(())
    })
}

/// A message of lines.
struct Batch {
    channel: ChannelId,
    text: String,
    through: u64,
}

/// The lines of the next message; `None` when none waits, or nobody wants to see any.
fn take(tx: &Tx<'_>, guild: GuildId) -> Result<Option<Batch>> {
    let Some(channel) = DEBUG_CHANNEL.get(tx, guild)? else {
        lines::clear(tx, guild)?;
        return Ok(None);
    };
    let taken = lines::take(tx, guild)?;
    Ok(taken.map(|(through, text)| Batch { channel, text, through }))
}
