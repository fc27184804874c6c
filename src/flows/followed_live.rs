//! What a followed live brings to a server: its events, the state of the connection, and its end.
//!
//! Whether the server still follows the live is asked in the transaction: a person's `/tiktok disconnect` is final at
//! its commit, whatever is still on the way (`M-TIK-19`).

use crate::discord::debug_channel;
use crate::features::tiktok::model::Follow;
use crate::features::{engagement, tiktok};
use crate::flows::live_events;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::{escape, mention};
use crate::live::following::Stop;
use crate::live::{Handle, LiveEvent, Occurrence};
use crate::store::Tx;

/// Takes what happened on the live of `streamer`, in order. Nothing counts where it is not followed any more; answers
/// whether it is.
pub fn heard(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, events: &[LiveEvent]) -> Result<bool> {
    if !tiktok::service::is_followed(tx, guild, streamer)? {
        return Ok(false);
    }
    live_events::run(tx, guild, streamer, events)?;
    tell(tx, guild, streamer, events)?;
    Ok(true)
}

/// Tells the debug channel of connections that were made and lost.
pub(super) fn tell(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, events: &[LiveEvent]) -> Result<()> {
    for event in events {
        let name = escape(&streamer.to_string());
        match event.what {
            Occurrence::Connected => {
                debug_channel::report(tx, guild, format!("🟢 Connected to the live of **{name}**."))?;
            }
            Occurrence::Disconnected => {
                let line = format!("🟠 The connection to the live of **{name}** was lost. Connecting again.");
                debug_channel::report(tx, guild, line)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Tells the debug channel why a live cannot be connected at the moment.
pub fn refused(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, sentence: &str) -> Result<()> {
    if tiktok::service::is_followed(tx, guild, streamer)? {
        let line = format!("🟡 **{}**: {sentence}", escape(&streamer.to_string()));
        debug_channel::report(tx, guild, line)?;
    }
    Ok(())
}

/// The course of a live has come to its end: the server follows it no more, and its session, if one is open, is closed.
pub fn stopped(tx: &Tx<'_>, guild: GuildId, streamer: &Handle, stop: Stop, sentence: Option<&str>) -> Result<()> {
    if !tiktok::service::is_followed(tx, guild, streamer)? {
        return Ok(());
    }
    tiktok::service::unfollow(tx, guild)?;
    close_session(tx, guild, streamer)?;
    let name = escape(&streamer.to_string());
    let line = match stop {
        Stop::LiveEnded => format!("🏁 The live of **{name}** is over. `/tiktok connect` follows the next one."),
        Stop::NotLive => format!("⚪ **{name}** is not live, and nobody wanted to wait."),
        Stop::Refused => format!("🔴 **{name}** is not followed any more: {}", sentence.unwrap_or("it was refused.")),
    };
    debug_channel::report(tx, guild, line)
}

/// A person ends it: the server follows nobody any more, and the session is closed. Answers whom it followed.
pub fn left(tx: &Tx<'_>, guild: GuildId, by: UserId) -> Result<Follow> {
    let follow = tiktok::service::unfollow(tx, guild)?;
    close_session(tx, guild, &follow.streamer)?;
    let name = escape(&follow.streamer.to_string());
    debug_channel::report(tx, guild, format!("⏹️ {} disconnected from **{name}**.", mention(by)))?;
    Ok(follow)
}

fn close_session(tx: &Tx<'_>, guild: GuildId, streamer: &Handle) -> Result<()> {
    let is_open =
        engagement::queries::open_session(tx, guild)?.is_some_and(|(_, session)| session.streamer == *streamer);
    if is_open {
        live_events::run(tx, guild, streamer, &[LiveEvent::new(tx.now(), Occurrence::Ended)])?;
    }
    Ok(())
}
