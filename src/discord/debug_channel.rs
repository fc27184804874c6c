//! Lines for the administrators, in the guild's debug channel (`M-CMD-22`, `M-LNK-07`, `M-ECO-09`).
//!
//! A line is a job of the transaction that causes it, so there is one exactly when the thing happened. Without a debug
//! channel there are no lines; the ledger and the log have the facts all the same (`C-49`).

use poise::BoxFuture;
use serde::{Deserialize, Serialize};

use super::bot::Bot;
use super::draft::Draft;
use crate::jobs::{Handler, Kind, Lane, Run, Setback};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::settings::Setting;
use crate::store::Tx;

/// The debug channel of a guild.
pub static DEBUG_CHANNEL: Setting<Option<ChannelId>> = Setting::new("debug_channel_id", None);

static LINE: Kind<Line> = Kind::new("debug_channel.line");

/// Posts the lines.
pub static HANDLER: Handler<Bot> = Handler { kind: "debug_channel.line", run: post };

#[derive(Serialize, Deserialize)]
struct Line {
    channel: ChannelId,
    text: String,
}

/// Stages a line. User text in it must be escaped already.
pub fn report(tx: &Tx<'_>, guild: GuildId, text: impl Into<String>) -> Result<()> {
    let Some(channel) = DEBUG_CHANNEL.get(tx, guild)? else { return Ok(()) };
    let line = Line { channel, text: text.into() };
    LINE.schedule_now(tx, guild, Lane::Channel(channel), &line).map(drop)
}

fn post(bot: &Bot, run: Run) -> BoxFuture<'_, Result<(), Setback>> {
    Box::pin(async move {
        let line = LINE.payload(&run)?;
        bot.post(line.channel, Draft::text(line.text), Some(run.id)).await?;
        Ok(())
    })
}
